//! Nonlinear programs by an augmented Lagrangian.

mod merit;
mod outer;
mod polish;
mod run;

use std::time::Instant;

use nlp_model::TwiceSmooth;
use stopping::Solver;

use crate::TrustRegionError;
use crate::error::check_positive;
use crate::nonlinear_program::{self, NlpSolution, Start};

pub use outer::AugmentedLagrangian;

/// Parameters of [`solve`] and of [`AugmentedLagrangian`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The dual residual, violation and complementarity of a solution are at most this, as
    /// [`NlpSolution`] defines them. Default 1e-8.
    pub tolerance: f64,
    /// Largest number of outer iterations. Default 100.
    pub max_iterations: usize,
    /// Largest number of iterations of the bound solver in one outer iteration. Default 200.
    pub max_inner_iterations: usize,
    /// μ₀, the first penalty parameter. Default 10.
    pub penalty: f64,
    /// The objective and each row are scaled by min(1, `largest_gradient` / ‖∇‖∞) at the start;
    /// infinity turns this off. Default 100 (WachterBiegler2006, Section 3.8).
    pub largest_gradient: f64,
    /// Try Newton steps on the KKT system after each outer iteration. Default true.
    pub polish: bool,
    /// Below −`unbounded` · max(1, |f(x⁰)|) at nearly feasible points the objective counts as unbounded.
    /// Default 1e12.
    pub unbounded: f64,
    /// Use products H v only; see [`bound::Options::products`](crate::bound::Options). Default false.
    pub products: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            tolerance: 1e-8,
            max_iterations: 100,
            max_inner_iterations: 200,
            penalty: 10.0,
            largest_gradient: 100.0,
            polish: true,
            unbounded: 1e12,
            products: false,
        }
    }
}

impl Options {
    fn check(&self) -> Result<(), TrustRegionError> {
        check_positive("tolerance", self.tolerance)?;
        check_positive("penalty", self.penalty)?;
        check_positive("unbounded", self.unbounded)?;
        if self.largest_gradient > 0.0 {
            return Ok(());
        }
        Err(TrustRegionError::Option {
            name: "largest_gradient",
            value: self.largest_gradient,
            range: "it must be positive",
        })
    }
}

/// Solves `model` from `start` by [`AugmentedLagrangian`].
///
/// # Errors
/// [`TrustRegionError`] on a start that does not fit the model and on options out of range.
pub fn solve(
    model: &dyn TwiceSmooth,
    start: &Start,
    options: &Options,
) -> Result<NlpSolution, TrustRegionError> {
    let clock = Instant::now();
    options.check()?;
    start.check(model.meta())?;
    let mut stopping =
        nonlinear_program::stopping(model, options.tolerance, options.max_iterations);
    stopping.state.set_x(start.x);
    if let Some(y) = start.y {
        stopping.state.y.set(y);
    }
    let mut solver = AugmentedLagrangian::new(*options);
    solver.penalty = start.penalty.unwrap_or(options.penalty);
    let status = solver.solve(model, &mut stopping);
    let mut solution = nonlinear_program::solution(model, &stopping, status);
    solution.penalty = solver.penalty;
    solution.inner_iterations = solver.inner_iterations;
    solution.seconds = clock.elapsed().as_secs_f64();
    Ok(solution)
}
