//! How large the penalty parameter of the value function must be at a point.

use std::fmt;

use linalg::slice::{norm_inf, norm2};
use nlp_model::{Model, OneSided, Qvi};

use super::cone::{MultiplierCone, Origin};
use super::first_order::Dense;
use super::program::{Outcome, Program};
use crate::SsnError;
use crate::regularity::ACTIVE;

/// Bounds of the smallest λ for which (x̄, ȳ) is a local solution of
/// min F + λ (f − φ)  s.t.  G ≤ 0, g ≤ 0, if it is one of the problem itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PenaltyEstimate {
    /// No smaller λ is exact: the smallest λ with multipliers u, v ≥ 0 and
    /// ∇F + ∇Gᵀu + ∇gᵀv + λ ∂(f − φ) ∋ 0, a linear program over the multiplier cone. Infinite when no λ
    /// makes the point stationary, NaN when the program was not solved.
    pub lower: f64,
    /// Each larger λ is exact: ‖∇ᵧF‖₂ / α with the sharpness constant α, where F is Lipschitz by y and no
    /// active row of G moves with y. None where α = 0 or such a row is active.
    pub upper: Option<f64>,
}

impl fmt::Display for PenaltyEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.lower.is_infinite() {
            return write!(f, "no penalty parameter makes the point stationary");
        }
        write!(f, "λ below {:.4e} is not exact", self.lower)?;
        match self.upper {
            Some(upper) => write!(f, ", λ above {upper:.4e} is"),
            None => write!(f, "; no upper bound is known"),
        }
    }
}

pub(super) fn penalty(
    problem: &dyn Qvi,
    x: &[f64],
    y: &[f64],
    cone: &MultiplierCone,
    sharpness: f64,
) -> Result<PenaltyEstimate, SsnError> {
    let model = OneSided::new(problem.upper());
    let (nx, nz, p) = (x.len(), x.len() + y.len(), model.meta().ncon());
    let Dense {
        slope,
        values,
        rows,
    } = Dense::at(&model, &[x, y].concat())?;
    let active = (0..p).filter(|&i| model.meta().is_equality(i) || values[i] >= -ACTIVE);
    let active: Vec<usize> = active.collect();
    let moves = |i: &usize| norm_inf(&rows[*i][nx..]) > 0.0;
    let upper =
        (sharpness > 0.0 && !active.iter().any(moves)).then(|| norm2(&slope[nx..]) / sharpness);

    let mut columns: Vec<(Vec<f64>, f64)> = Vec::new();
    for g in &cone.generators {
        let cost = f64::from(matches!(g.origin, Origin::Gap(..)));
        columns.push(([&g.by_x[..], &g.by_y].concat(), cost));
    }
    for &i in &active {
        columns.push((rows[i].clone(), 0.0));
        if model.meta().is_equality(i) {
            columns.push((rows[i].iter().map(|v| -v).collect(), 0.0));
        }
    }
    let size = norm_inf(&slope).max(1.0);
    let mut program = Program::minimize(columns.iter().map(|(_, cost)| *cost).collect());
    for k in 0..columns.len() {
        program.bound(k, 0.0, f64::INFINITY);
    }
    // A point of the problem is known to some digits only, and then no multipliers fit to more.
    for j in 0..nz {
        let row: Vec<f64> = columns.iter().map(|(column, _)| column[j]).collect();
        let value = -slope[j] / size;
        program.at_most(row.clone(), value + STATIONARY);
        program.at_most(row.iter().map(|v| -v).collect(), STATIONARY - value);
    }
    let lower = match program.solve() {
        Outcome::Solved(_, value) => size * value.max(0.0),
        Outcome::Infeasible => f64::INFINITY,
        Outcome::Failed => f64::NAN,
    };
    Ok(PenaltyEstimate { lower, upper })
}

/// Residual of stationarity that is allowed, relative to max(1, ‖∇F‖∞).
const STATIONARY: f64 = 1e-6;
