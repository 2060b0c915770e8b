//! Small nonlinear programs by sequential quadratic programming.

mod iteration;
mod subproblem;

use std::time::Instant;

use nlp_model::TwiceSmooth;
use stopping::Solver;

use crate::TrustRegionError;
use crate::error::check_positive;
use crate::nonlinear_program::{self, NlpSolution, Start};

pub use iteration::Sqp;

/// Parameters of [`solve`] and of [`Sqp`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The dual residual, violation and complementarity of a solution are at most this, as
    /// [`NlpSolution`] defines them. Default 1e-8.
    pub tolerance: f64,
    /// Largest number of iterations. Default 200.
    pub max_iterations: usize,
    /// The first penalty parameter ν. Default 10.
    pub penalty: f64,
    /// The first radius is this times max(1, ‖x⁰‖∞ / 10). Default 1.
    pub radius: f64,
    /// The objective and each row are scaled by min(1, `largest_gradient` / ‖∇‖∞) at the start;
    /// infinity turns this off. Default 100 (WachterBiegler2006, Section 3.8).
    pub largest_gradient: f64,
    /// Below −`unbounded` · max(1, |f(x⁰)|) at a feasible point the objective counts as unbounded.
    /// Default 1e20.
    pub unbounded: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            tolerance: 1e-8,
            max_iterations: 200,
            penalty: 10.0,
            radius: 1.0,
            largest_gradient: 100.0,
            unbounded: 1e20,
        }
    }
}

impl Options {
    fn check(&self) -> Result<(), TrustRegionError> {
        check_positive("tolerance", self.tolerance)?;
        check_positive("penalty", self.penalty)?;
        check_positive("radius", self.radius)?;
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

/// Solves `model` from `start` by [`Sqp`].
///
/// ```
/// use nlp_model::{AutoModel, Functions, Meta, Scalar};
/// use trust_region::{Start, sqp};
///
/// // Hock and Schittkowski, problem 71
/// struct Hs71;
/// impl Functions for Hs71 {
///     fn obj<T: Scalar>(&self, x: &[T]) -> T {
///         x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2]
///     }
///     fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
///         c[0] = x[0] * x[1] * x[2] * x[3];
///         c[1] = x.iter().fold(T::from(0.0), |sum, &x| sum + x * x);
///     }
/// }
/// let meta = Meta::new("HS71", 4, 2)
///     .variable_bounds(&[1.0; 4], &[5.0; 4])?
///     .constraint_bounds(&[25.0, 40.0], &[f64::INFINITY, 40.0])?;
/// let model = AutoModel::new(Hs71, meta);
/// let solution = sqp::solve(&model, &Start::at(&[1.0, 5.0, 5.0, 1.0]), &Default::default())?;
/// assert!(solution.status.is_success());
/// assert!((solution.objective - 17.0140173).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`TrustRegionError`] on a start that does not fit the model and on options out of range.
pub fn solve(
    model: &dyn TwiceSmooth,
    start: &Start,
    options: &Options,
) -> Result<NlpSolution, TrustRegionError> {
    let meta = model.meta();
    Sqp::new(*options, meta.nvar(), meta.ncon())?.run(model, start)
}

impl Sqp {
    /// Solves `model` from `start`, with the work space, the penalty and the working set of the last run:
    /// the door for many similar programs.
    ///
    /// # Errors
    /// [`TrustRegionError`] on a model of other sizes and on a start that does not fit it.
    pub fn run(
        &mut self,
        model: &dyn TwiceSmooth,
        start: &Start,
    ) -> Result<NlpSolution, TrustRegionError> {
        let clock = Instant::now();
        self.check_sizes(model.meta())?;
        start.check(model.meta())?;
        let options = self.options();
        let mut stopping =
            nonlinear_program::stopping(model, options.tolerance, options.max_iterations);
        stopping.state.set_x(start.x);
        if let Some(y) = start.y {
            stopping.state.y.set(y);
        }
        if let Some(penalty) = start.penalty {
            self.set_penalty(penalty);
        }
        let status = self.solve(model, &mut stopping);
        let mut solution = nonlinear_program::solution(model, &stopping, status);
        solution.penalty = self.penalty();
        solution.inner_iterations = self.inner_iterations();
        solution.seconds = clock.elapsed().as_secs_f64();
        Ok(solution)
    }
}
