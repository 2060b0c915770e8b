//! What a certificate says.

use std::fmt;

use super::search::LIMIT;
use super::{CertificateOptions, Findings, Interval};
use crate::bilevel::LowerLevelCheck;

/// What is known about the optimality of y for the lower level at x.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// The claim, and how strong it is.
    pub verdict: Verdict,
    /// f(x, y): the upper end U of an enclosure, or the computed value when there is no formula.
    pub value_at_y: f64,
    /// Largest violation of a row or bound of the lower level at (x, y), rounded up.
    pub violation: f64,
    /// ε of the claim: relative to 1 + |f(x, y)|.
    pub eps: f64,
    /// δ of the claim: rows count as satisfied up to δ.
    pub delta: f64,
    /// f(x, ·) and all rows g(x, ·) are proved convex over a box that holds all feasible points. Not
    /// asked for when y is infeasible.
    pub is_convex: bool,
    /// Boxes examined by branch and bound.
    pub boxes: u64,
    /// Wall time.
    pub seconds: f64,
}

/// The claim of a [`Certificate`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// No feasible point is better than y by more than ε (1 + |f(x, y)|).
    Proved(Proof),
    /// No point satisfies the rows at this x.
    Empty,
    /// A feasible point is better by more than that.
    Refuted {
        /// The better point (ny).
        point: Vec<f64>,
        /// Its value.
        value: f64,
        /// Intervals prove that a better point exists; else local searches found this one, feasible
        /// within rounding.
        is_proved: bool,
        /// No feasible point is better than this one by more than ε (1 + |its value|), which is proved.
        is_optimal: bool,
    },
    /// y violates the lower level by more than is allowed: nothing is claimed.
    Infeasible,
    /// f or a row has no finite value at (x, y).
    Undefined,
    /// No proof in either direction; local searches found nothing better.
    Multistart(LowerLevelCheck),
}

/// A proof that y is optimal within ε.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proof {
    /// φ(x) is at least this.
    pub lower_bound: f64,
    /// f(x, y) − φ(x) is at most this.
    pub gap: f64,
    /// How it was found.
    pub route: Route,
    /// Among which points.
    pub domain: Domain,
}

/// How a proof was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// By one Lagrangian bound, without search: the duality gap closes.
    Dual,
    /// By branch and bound.
    Search,
}

/// Which points s a proof speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// All; the rows confine the feasible ones to a bounded box.
    Rows,
    /// All; affine rows together, and f when it is affine, confine those in question.
    Affine,
    /// All, over an unbounded box.
    Unbounded,
    /// Those with |s_i| ≤ 1e100 only.
    Limited,
}

impl Proof {
    pub(super) fn new(upper: f64, target: f64, findings: &Findings) -> Self {
        let is_dual = findings.root_bound > 0.0;
        // f − T ≥ root bound at all feasible points
        let raised = Interval::point(target) + Interval::point(findings.root_bound.max(0.0));
        let lower_bound = raised.lo().max(target);
        Proof {
            lower_bound,
            gap: (Interval::point(upper) - Interval::point(lower_bound))
                .hi()
                .max(0.0),
            route: if findings.boxes > 0 {
                Route::Search
            } else {
                Route::Dual
            },
            domain: if findings.is_limited {
                Domain::Limited
            } else if findings.is_bounded[0] {
                Domain::Rows
            } else if findings.is_bounded[1] && !is_dual {
                Domain::Affine
            } else {
                Domain::Unbounded
            },
        }
    }
}

impl Certificate {
    pub(super) fn new(value_at_y: f64, violation: f64, options: &CertificateOptions) -> Self {
        Certificate {
            verdict: Verdict::Undefined,
            value_at_y,
            violation,
            eps: options.eps,
            delta: options.delta,
            is_convex: false,
            boxes: 0,
            seconds: 0.0,
        }
    }

    /// y is proved optimal within ε.
    pub fn is_proved(&self) -> bool {
        matches!(self.verdict, Verdict::Proved(_))
    }

    /// A better point is known.
    pub fn better_point(&self) -> Option<&[f64]> {
        match &self.verdict {
            Verdict::Refuted { point, .. } => Some(point),
            _ => None,
        }
    }

    /// f(x, y) − φ(x) is at most this; only a proof gives such a number.
    pub fn gap(&self) -> Option<f64> {
        match &self.verdict {
            Verdict::Proved(proof) => Some(proof.gap),
            _ => None,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Proved(_) => f.write_str("proved"),
            Verdict::Empty => f.write_str("lower level proved empty"),
            Verdict::Refuted { is_proved, .. } if *is_proved => f.write_str("refuted, proved"),
            Verdict::Refuted { .. } => f.write_str("refuted by local search"),
            Verdict::Infeasible => f.write_str("y is infeasible"),
            Verdict::Undefined => f.write_str("not defined at y"),
            Verdict::Multistart(_) => f.write_str("multistart, no proof"),
        }
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value_at_y;
        writeln!(f, "lower level: {}; f(x, y) = {value:.10}", self.verdict)?;
        match &self.verdict {
            Verdict::Proved(proof) => {
                let Proof {
                    lower_bound, gap, ..
                } = proof;
                writeln!(f, "  φ(x) ≥ {lower_bound:.10}, gap at most {gap:.1e}")?;
                writeln!(f, "  {} among {}", proof.route, proof.domain)?;
            }
            Verdict::Empty => writeln!(f, "  no point satisfies the rows at this x")?,
            Verdict::Refuted {
                point,
                value,
                is_optimal,
                ..
            } => {
                let optimal = if *is_optimal { ", proved optimal" } else { "" };
                writeln!(f, "  f(x, s) = {value:.10} at s = {point:?}{optimal}")?;
            }
            Verdict::Infeasible => writeln!(f, "  nothing is claimed")?,
            Verdict::Undefined => writeln!(f, "  f or a row has no finite value")?,
            Verdict::Multistart(check) => {
                writeln!(
                    f,
                    "  no proof of global optimality: the bound was not closed"
                )?;
                let (starts, best) = (check.starts, check.best_value);
                writeln!(f, "  best of searches from {starts} starts {best:.10}")?;
            }
        }
        if self.is_convex {
            writeln!(f, "  the lower level is convex at this x (proved)")?;
        }
        write!(
            f,
            "  violation {:.1e}, ε = {:.1e}, δ = {:.1e}; {} boxes, {:.1e} s",
            self.violation, self.eps, self.delta, self.boxes, self.seconds
        )
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Route::Dual => "by the duality gap, without search,",
            Route::Search => "by branch and bound",
        })
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Domain::Rows => f.write_str("all points, which the rows bound"),
            Domain::Affine => f.write_str("all points, which affine rows bound"),
            Domain::Unbounded => f.write_str("all points"),
            Domain::Limited => write!(f, "points with |s_i| ≤ {LIMIT:.0e} only"),
        }
    }
}
