//! The Mangasarian–Fromovitz condition, by one linear program.

use std::fmt;

use linalg::slice::{all_finite, norm2};

use super::condition::{Answer, Condition};
use super::program::{Outcome, Program};
use super::responses::rank;
use crate::SsnError;

/// The Mangasarian–Fromovitz condition: the gradients of equalities are independent, and a direction
/// along them decreases all active inequalities.
#[derive(Clone, Debug, PartialEq)]
pub struct Qualification {
    /// Number: t of the program  max t  s.t.  ∇cᵢᵀd ≤ −t max(1, ‖∇cᵢ‖), ∇hᵀd = 0, ‖d‖∞ ≤ 1, t ≤ 1. Up to
    /// 1e-5 it counts as 0: so does the gradient of y² at a y that was computed to vanish.
    pub condition: Condition,
    /// d, when it holds.
    pub direction: Vec<f64>,
}

impl fmt::Display for Qualification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.condition)?;
        if self.condition.holds() {
            write!(f, ", direction {:.4?}", self.direction)?;
        }
        Ok(())
    }
}

/// t above this counts as positive.
const STRICT: f64 = 1e-5;

/// A row aᵀd ≤ b − t max(1, ‖a‖).
pub(super) type Slack<'a> = (&'a [f64], f64);

/// max t over ‖d‖∞ ≤ r; with all rows of a convex set and their values it finds a Slater point.
pub(super) fn qualification(
    n: usize,
    inequalities: &[Slack],
    equalities: &[&[f64]],
    radius: f64,
) -> Result<Qualification, SsnError> {
    let (independent, smallest) = rank(n, equalities)?;
    let nowhere = |condition| Qualification {
        condition,
        direction: vec![0.0; n],
    };
    if independent < equalities.len() {
        let reason = "dependent equalities, smallest singular value that counts";
        return Ok(nowhere(Condition::new(Answer::Fails, smallest, reason)));
    }
    let mut program = Program::minimize(vec![0.0; n + 1]);
    program.set_cost(n, -1.0);
    for (a, slack) in inequalities {
        let size = norm2(a).max(1.0);
        let mut row: Vec<f64> = a.iter().map(|a| a / size).collect();
        row.push(1.0);
        program.at_most(row, (slack / size).clamp(0.0, 1e9));
    }
    for a in equalities {
        let size = norm2(a);
        debug_assert!(size > 0.0, "independent rows are not 0");
        let mut row: Vec<f64> = a.iter().map(|a| a / size).collect();
        row.push(0.0);
        program.equal(row, 0.0);
    }
    for j in 0..n {
        program.bound(j, -radius, radius);
    }
    program.bound(n, 0.0, radius);
    let reason = "strict decrease";
    Ok(match program.solve() {
        Outcome::Solved(mut solution, value) if all_finite(&solution) => {
            solution.truncate(n);
            Qualification {
                condition: Condition::above(-value, STRICT, reason),
                direction: solution,
            }
        }
        _ => nowhere(Condition::cannot_tell("the linear program was not solved")),
    })
}
