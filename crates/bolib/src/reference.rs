//! The value to reach, and how well it is known.

use std::fmt;

use crate::Point;

/// Best known solution of a problem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reference {
    /// F of the best bilevel-feasible point known; none when there is no solution. Values of the
    /// literature have two to four digits; [`point`](Reference::point) gives more.
    pub value: Option<f64>,
    /// f at the reference point.
    pub lower_value: Option<f64>,
    /// How the value is known.
    pub evidence: Evidence,
    /// The value that Table 1 of the published results gives as known.
    pub published: Option<f64>,
    /// The known value of the literature is beaten by a point that was checked.
    pub disputed: bool,
    /// A point with the reference value; other solutions may exist.
    pub point: Option<Point>,
}

impl Reference {
    /// Nothing is known yet.
    pub(crate) const UNKNOWN: Reference = Reference {
        value: None,
        lower_value: None,
        evidence: Evidence::BestKnown,
        published: None,
        disputed: false,
        point: None,
    };
}

/// How a reference value is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The literature states that it is optimal.
    Optimal,
    /// The best value in the literature, without a proof.
    BestKnown,
    /// A point checked for lower-level optimality by a global search, at least as good as the
    /// literature.
    Checked,
    /// There is no solution: the infimum is not attained.
    NotAttained,
    /// There is no solution: the lower level is unbounded below.
    IllPosed,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Evidence::Optimal => "optimal (literature)",
            Evidence::BestKnown => "best known (literature)",
            Evidence::Checked => "checked point",
            Evidence::NotAttained => "infimum not attained",
            Evidence::IllPosed => "lower level unbounded",
        })
    }
}
