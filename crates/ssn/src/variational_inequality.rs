//! Solutions of variational inequalities.

use std::fmt;
use std::time::Instant;

use nlp_model::{Smooth, TwiceSmooth};
use stopping::Status;

use crate::attempts::solve_attempts;
use crate::systems::variational_inequality::VariationalInequalitySystem;
use crate::{Options, SsnError};

/// Where a run ended: a KKT point of the variational inequality when the status is `Optimal`, else the
/// best iterate.
///
/// When X is convex, a KKT point is a solution. Convexity is not verified.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// x (n).
    pub x: Vec<f64>,
    /// Multipliers y of the rows of X in F + ∇c y + z = 0: positive at an upper bound, negative at a
    /// lower one.
    pub multipliers: Vec<f64>,
    /// Multipliers z of the variables' bounds (n), with the same signs.
    pub bound_multipliers: Vec<f64>,
    /// ‖Φ‖₂ of the [`VariationalInequalitySystem`].
    pub residual: f64,
    /// Largest violation of a bound or row of X.
    pub violation: f64,
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
        let (status, iterations) = (self.status, self.iterations);
        writeln!(f, "KKT system {status} after {iterations} iterations")?;
        writeln!(f, "  x = {:?}", self.x)?;
        writeln!(
            f,
            "  multipliers {:?}, of bounds {:?}",
            self.multipliers, self.bound_multipliers
        )?;
        write!(
            f,
            "  ‖Φ‖ = {:.1e}, violation {:.1e}; convexity is not verified",
            self.residual, self.violation
        )
    }
}

/// Solves the KKT system of a variational inequality from x⁰: F is the constraint function of `map`, X
/// the feasible set of `set` ([`VariationalInequalitySystem`]).
///
/// # Errors
/// [`SsnError`] when the sizes do not fit, on a start of the wrong length or not finite, and on options
/// out of range.
pub fn solve(
    map: &dyn Smooth,
    set: &dyn TwiceSmooth,
    x0: &[f64],
    options: &Options,
) -> Result<Solution, SsnError> {
    let clock = Instant::now();
    let run = solve_attempts(
        options,
        |rule| VariationalInequalitySystem::new(map, set, rule),
        |system, attempt| system.start(x0, attempt.largest_multiplier),
    )?;
    let (system, zeta) = (&run.system, &run.state.zeta);
    let (multipliers, bound_multipliers) = system.multipliers(zeta);
    Ok(Solution {
        x: zeta[..system.nvar()].to_vec(),
        multipliers,
        bound_multipliers,
        residual: run.state.norm,
        violation: system.violation(zeta),
        status: run.status,
        iterations: run.iterations,
        full_steps: run.state.is_full_step(),
        history: run.history,
        seconds: clock.elapsed().as_secs_f64(),
    })
}
