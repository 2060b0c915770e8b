//! Solutions of nonlinear and mixed complementarity problems.

use std::fmt;
use std::time::Instant;

use nlp_model::Smooth;
use stopping::Status;

use crate::attempts::solve_attempts;
use crate::systems::complementarity::ComplementaritySystem;
use crate::{Options, SsnError};

/// Where a run ended: a solution when the status is `Optimal`, else the best iterate.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// x (n).
    pub x: Vec<f64>,
    /// F(x) (n).
    pub map: Vec<f64>,
    /// ‖Φ‖₂ of the [`ComplementaritySystem`].
    pub residual: f64,
    /// How the run ended.
    pub status: Status,
    /// Iterations.
    pub iterations: usize,
    /// The last step was a Newton step of length at least 1.
    pub full_steps: bool,
    /// ‖Φ‖₂ at the start and after each iteration.
    pub history: Vec<f64>,
    /// Wall time, set-up included.
    pub seconds: f64,
}

impl fmt::Display for Solution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} after {} iterations", self.status, self.iterations)?;
        writeln!(f, "  x = {:?}", self.x)?;
        writeln!(f, "  F = {:?}", self.map)?;
        write!(f, "  ‖Φ‖ = {:.1e}", self.residual)
    }
}

/// Solves the complementarity problem of `map` from x⁰: F is its constraint function, the box the bounds
/// of its variables ([`ComplementaritySystem`]).
///
/// ```
/// use nlp_model::{AutoModel, Functions, Meta, Scalar};
///
/// // 0 ≤ x ⟂ Mx + q ≥ 0 with M = [2 1; 1 2], q = (−5, −6): x = (4/3, 7/3)
/// struct Linear;
/// impl Functions for Linear {
///     fn obj<T: Scalar>(&self, _: &[T]) -> T {
///         T::from(0.0)
///     }
///     fn cons<T: Scalar>(&self, x: &[T], f: &mut [T]) {
///         f[0] = x[0] * 2.0 + x[1] - 5.0;
///         f[1] = x[0] + x[1] * 2.0 - 6.0;
///     }
/// }
/// let meta = Meta::new("linear", 2, 2).variable_bounds(&[0.0; 2], &[f64::INFINITY; 2])?;
/// let model = AutoModel::new(Linear, meta);
/// let solution = ssn::complementarity::solve(&model, &[0.0; 2], &ssn::Options::default())?;
/// assert!(solution.status.is_success());
/// assert!((solution.x[0] - 4.0 / 3.0).abs() < 1e-8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`SsnError`] when F is not square, on a start of the wrong length or not finite, and on options out
/// of range.
pub fn solve(map: &dyn Smooth, x0: &[f64], options: &Options) -> Result<Solution, SsnError> {
    let clock = Instant::now();
    let run = solve_attempts(
        options,
        |rule| ComplementaritySystem::new(map, rule),
        |system, _| system.start(x0),
    )?;
    let mut values = vec![0.0; x0.len()];
    map.cons(&run.state.zeta, &mut values);
    Ok(Solution {
        map: values,
        residual: run.state.norm,
        status: run.status,
        iterations: run.iterations,
        full_steps: run.state.is_full_step(),
        history: run.history,
        seconds: clock.elapsed().as_secs_f64(),
        x: run.state.zeta,
    })
}
