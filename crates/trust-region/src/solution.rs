//! Options and solution of the methods for unconstrained problems.

use std::fmt;
use std::time::Instant;

use linalg::slice::norm2;
use nlp_model::{Meta, Smooth, check_point};
use stopping::{Budget, NlpState, Solver, Status, Stopping};

use crate::unconstrained::{QuadraticModel, TrustRegion};
use crate::{RadiusRule, TrustRegionError};

/// Parameters of the trust-region methods for unconstrained problems.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// ε: a solution has ‖∇f(x)‖₂ ≤ max(ε, ε_r ‖∇f(x⁰)‖₂). Default 1e-8.
    pub tolerance: f64,
    /// ε_r. In [0, 1). Default 0.
    pub relative_tolerance: f64,
    /// Largest number of iterations, accepted and rejected steps together. Default 5 000.
    pub max_iterations: usize,
    /// The first radius, in units of x; by default max(1, ‖x⁰‖).
    pub first_radius: Option<f64>,
    /// Acceptance and radius.
    pub radius: RadiusRule,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            tolerance: 1e-8,
            relative_tolerance: 0.0,
            max_iterations: 5000,
            first_radius: None,
            radius: RadiusRule::default(),
        }
    }
}

impl Options {
    /// Errors on an option outside of its range.
    pub fn check(&self) -> Result<(), TrustRegionError> {
        let option = |name, value: f64, holds: bool, range| {
            if holds {
                Ok(())
            } else {
                Err(TrustRegionError::Option { name, value, range })
            }
        };
        let positive = "it must be positive";
        option("tolerance", self.tolerance, self.tolerance > 0.0, positive)?;
        let relative = self.relative_tolerance;
        let holds = (0.0..1.0).contains(&relative);
        option(
            "relative_tolerance",
            relative,
            holds,
            "it must lie in [0, 1)",
        )?;
        let radius = self.first_radius.unwrap_or(1.0);
        option(
            "first_radius",
            radius,
            radius > 0.0 && radius.is_finite(),
            positive,
        )?;
        let accept = self.radius.accept;
        let holds = accept > 0.0 && accept < self.radius.poor;
        option(
            "radius.accept",
            accept,
            holds,
            "it must lie between 0 and radius.poor",
        )
    }

    /// The tolerances and the iterations, given to a stopping.
    pub fn limit<P: ?Sized, S: stopping::State>(&self, stopping: Stopping<P, S>) -> Stopping<P, S> {
        stopping
            .with_tolerances(self.tolerance, self.relative_tolerance)
            // a budget of k lets k stops pass and ends the run at the next
            .with_budget(Budget::iterations(self.max_iterations.saturating_sub(1)))
    }
}

/// What a run cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evaluations {
    /// Of f.
    pub objective: usize,
    /// Of ∇f.
    pub gradient: usize,
    /// Of ∇²f, or times when a quasi-Newton matrix was taken.
    pub hessian: usize,
    /// Factorizations, or products with the Hessian.
    pub work: usize,
}

/// Where a run ended.
///
/// `Optimal` speaks of ‖∇f‖ alone. Exact steps end at points where ∇²f is positive semidefinite as well,
/// but for starts that are stationary themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// x (nvar).
    pub x: Vec<f64>,
    /// f(x).
    pub objective: f64,
    /// ∇f(x) (nvar).
    pub gradient: Vec<f64>,
    /// ‖∇f(x)‖₂.
    pub gradient_norm: f64,
    /// What was compared with the tolerance: ‖∇f(x)‖₂, or less where rounding of x hides the rest.
    pub score: f64,
    /// How the run ended.
    pub status: Status,
    /// Iterations.
    pub iterations: usize,
    /// What the run cost.
    pub evaluations: Evaluations,
    /// Wall time, set-up included.
    pub seconds: f64,
}

impl fmt::Display for Solution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cost = &self.evaluations;
        writeln!(f, "{} after {} iterations", self.status, self.iterations)?;
        writeln!(
            f,
            "  f = {:.10e}, ‖∇f‖ = {:.1e}",
            self.objective, self.gradient_norm
        )?;
        writeln!(f, "  x = {:?}", self.x)?;
        write!(
            f,
            "  {} values, {} gradients, {} Hessians, {} factorizations or products",
            cost.objective, cost.gradient, cost.hessian, cost.work
        )
    }
}

/// Errors on bounds and constraints.
pub(crate) fn check_free(meta: &Meta) -> Result<(), TrustRegionError> {
    if meta.has_bounds() || meta.ncon() > 0 {
        return Err(TrustRegionError::Constrained);
    }
    Ok(())
}

/// Runs the loop with this quadratic model from `x0`.
pub(crate) fn minimize<M: Smooth + ?Sized, Q: QuadraticModel<M>>(
    problem: &M,
    x0: &[f64],
    quadratic: Q,
    mut stopping: Stopping<M, NlpState>,
    options: &Options,
    clock: Instant,
) -> Result<Solution, TrustRegionError> {
    options.check()?;
    check_point("start", x0, problem.meta().nvar())?;
    stopping.state.set_x(x0);
    let mut solver = TrustRegion::new(x0.len(), quadratic, options.radius, options.first_radius);
    let status = solver.solve(problem, &mut stopping);
    let state = &stopping.state;
    let gradient = state.g.get().map_or_else(Vec::new, <[f64]>::to_vec);
    Ok(Solution {
        x: state.x().to_vec(),
        objective: state.f.unwrap_or(f64::NAN),
        gradient_norm: norm2(&gradient),
        gradient,
        score: stopping.score().unwrap_or(f64::NAN),
        status,
        iterations: stopping.iterations(),
        evaluations: solver.evaluations(),
        seconds: clock.elapsed().as_secs_f64(),
    })
}
