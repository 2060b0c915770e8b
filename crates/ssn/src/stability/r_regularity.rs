//! The sufficient conditions for R-regularity of the linear case.

use std::fmt;

use super::Place;
use super::condition::{Answer, Condition};
use super::cone::{MultiplierCone, Origin};
use super::first_order::Lower;
use super::responses::{Responses, rank};
use crate::SsnError;
use crate::regularity::ACTIVE;

/// What makes φ differentiable near z̄ and S R-regular there, where f₀ and g₀ are linear in s
/// (DuttaLafhimZemkohoZhou2024, Propositions 1 and 2): together with inner semicontinuity of S they are
/// sufficient for calmness of the value-function constraint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RRegularity {
    /// ŷ is the only minimiser, a vertex of exactly m active rows; number: the smallest singular value of
    /// their gradients, of unit length.
    pub nondegenerate_vertex: Condition,
    /// All multipliers of these rows are positive; number: the smallest, of inequalities.
    pub positive_dual: Condition,
    /// ∇ᵧ(f − φ) with each subset of the gradients ∇ᵧg of active rows has a rank that is constant near the
    /// point; number: the smallest singular value that counts, over all subsets.
    pub constant_rank: Condition,
}

impl RRegularity {
    /// All three hold.
    pub fn holds(&self) -> bool {
        let all = [
            self.nondegenerate_vertex,
            self.positive_dual,
            self.constant_rank,
        ];
        all.iter().all(Condition::holds)
    }
}

impl fmt::Display for RRegularity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "    nondegenerate vertex  {}", self.nondegenerate_vertex)?;
        writeln!(f, "    positive dual         {}", self.positive_dual)?;
        write!(f, "    constant rank         {}", self.constant_rank)
    }
}

/// Active rows whose subsets are all looked at.
const ROWS: usize = 12;

pub(super) fn r_regularity(
    lower: &Lower,
    at: &Place,
    cone: &MultiplierCone,
    responses: &Responses,
) -> Result<RRegularity, SsnError> {
    let rows: Vec<usize> = at.rows_of_g(lower).collect();
    let by_s: Vec<&[f64]> = rows.iter().map(|&i| &at.own.rows[i][2][..]).collect();
    let (independent, smallest) = rank(lower.ny, &by_s)?;
    let is_vertex = independent == lower.ny && rows.len() == lower.ny;
    let nondegenerate_vertex = if !lower.is_affine_in_s {
        Condition::cannot_tell("the rows are not affine in s")
    } else if is_vertex && responses.uniqueness.holds() {
        let reason = "smallest singular value of the active rows";
        Condition::new(Answer::Holds, smallest, reason)
    } else {
        let reason = "one response at as many active rows as variables is needed; their number is";
        Condition::new(Answer::Fails, rows.len() as f64, reason)
    };
    let dual = responses.multipliers.iter().flat_map(|w| {
        let inequalities = at.active.iter();
        inequalities.map(|&i| w[i]).collect::<Vec<_>>()
    });
    let smallest = dual.fold(f64::INFINITY, f64::min);
    let positive_dual = if responses.multipliers.is_empty() {
        Condition::cannot_tell("the multipliers are not known")
    } else {
        Condition::above(smallest, ACTIVE, "smallest multiplier of an active row")
    };
    Ok(RRegularity {
        nondegenerate_vertex,
        positive_dual,
        constant_rank: constant_rank(lower, cone)?,
    })
}

/// A rank that is as large as the matrix allows is constant nearby; one that is not is constant where all
/// functions are affine, and undecided elsewhere.
fn constant_rank(lower: &Lower, cone: &MultiplierCone) -> Result<Condition, SsnError> {
    let is_gap = |origin: Origin| matches!(origin, Origin::Gap(..));
    let mut gaps = cone.generators.iter().filter(|g| is_gap(g.origin));
    let (Some(gap), None) = (gaps.next(), gaps.next()) else {
        return Ok(Condition::cannot_tell(
            "φ is not known to be differentiable",
        ));
    };
    let rows: Vec<&[f64]> = cone
        .generators
        .iter()
        .filter(|g| matches!(g.origin, Origin::Row(_, sign) if sign > 0.0))
        .map(|g| &g.by_y[..])
        .collect();
    if rows.len() > ROWS {
        return Ok(Condition::cannot_tell("too many active rows"));
    }
    let (mut least, mut is_full) = (f64::INFINITY, true);
    for subset in 0..1_usize << rows.len() {
        let mut chosen: Vec<&[f64]> = vec![&gap.by_y];
        chosen.extend(
            (0..rows.len())
                .filter(|i| subset >> i & 1 == 1)
                .map(|i| rows[i]),
        );
        let (rank, smallest) = rank(lower.ny, &chosen)?;
        is_full &= rank == chosen.len().min(lower.ny);
        least = least.min(smallest);
    }
    let reason = "smallest singular value that counts, over all subsets";
    let answer = if is_full || lower.is_affine {
        Answer::Holds
    } else {
        Answer::CannotTell
    };
    Ok(Condition::new(answer, least, reason))
}
