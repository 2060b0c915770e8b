//! The trust region and the least-squares solver of the crate `basin`.

use super::{Ending, TimeIsUp, Timed, gradient, hessian, jacobian, residuals};
use basin::{
    CostFunction, Executor, Gradient, Hessian, Jacobian, LevenbergMarquardtQr, MoreSorensen,
    OptimizationResult, Residual, State, Termination, TrustRegion,
};
use nalgebra::{DMatrix, DVector};
use nlp_model::TwiceSmooth;

type Vector = DVector<f64>;
type Matrix = DMatrix<f64>;

/// ‖∇f‖ at which a run ends.
const TOLERANCE: f64 = 1e-8;

/// The trust region with truncated conjugate gradients.
pub fn truncated(model: &dyn TwiceSmooth, x0: &[f64], limit: usize) -> Ending {
    let solver = TrustRegion::new().with_absolute_gradient_tolerance(TOLERANCE);
    let executor = Executor::from_start(
        Formula(Timed::new(model)),
        solver,
        Vector::from_column_slice(x0),
    );
    ending(x0, || executor.max_iter(limit as u64).run())
}

/// The trust region with nearly exact steps.
pub fn more_sorensen(model: &dyn TwiceSmooth, x0: &[f64], limit: usize) -> Ending {
    let solver = TrustRegion::with_subproblem(MoreSorensen::new());
    let solver = solver.with_absolute_gradient_tolerance(TOLERANCE);
    let executor = Executor::from_start(
        Formula(Timed::new(model)),
        solver,
        Vector::from_column_slice(x0),
    );
    ending(x0, || executor.max_iter(limit as u64).run())
}

/// Levenberg–Marquardt with a pivoted factorization, on the constraints of `system`.
pub fn pivoted_qr(system: &dyn TwiceSmooth, x0: &[f64], limit: usize) -> Ending {
    let solver = LevenbergMarquardtQr::new();
    let executor = Executor::from_start(
        System(Timed::new(system)),
        solver,
        Vector::from_column_slice(x0),
    );
    ending(x0, || executor.max_iter(limit as u64).run())
}

fn ending<S, E>(x0: &[f64], run: impl FnOnce() -> Result<OptimizationResult<S>, E>) -> Ending
where
    S: State<Param = Vector, Float = f64>,
    E: std::fmt::Display,
{
    let result = match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        Ok(Ok(result)) => result,
        Ok(Err(error)) => return Ending::failure(x0.to_vec(), error),
        Err(_) => return Ending::failure(x0.to_vec(), "panic"),
    };
    let (claimed, status) = match &result.report.termination {
        Termination::Converged(_) => (true, "converged"),
        Termination::Limit(_) => (false, "limit"),
        Termination::Stalled(_) => (false, "stalled"),
        Termination::Failed(_) => (false, "failed"),
        _ => (false, "other"),
    };
    Ending {
        x: result.param().as_slice().to_vec(),
        iterations: result.iter() as usize,
        claimed,
        status: status.into(),
    }
}

struct Formula<'a>(Timed<'a>);

impl CostFunction for Formula<'_> {
    type Param = Vector;
    type Output = f64;
    type Error = TimeIsUp;
    fn cost(&self, x: &Vector) -> Result<f64, TimeIsUp> {
        self.0.check()?;
        Ok(self.0.model.obj(x.as_slice()))
    }
}

impl Gradient for Formula<'_> {
    type Gradient = Vector;
    fn gradient(&self, x: &Vector) -> Result<Vector, TimeIsUp> {
        Ok(gradient(self.0.model, x))
    }
}

impl Hessian for Formula<'_> {
    type Hessian = Matrix;
    fn hessian(&self, x: &Vector) -> Result<Matrix, TimeIsUp> {
        Ok(hessian(self.0.model, x))
    }
}

struct System<'a>(Timed<'a>);

impl Residual for System<'_> {
    type Param = Vector;
    type Output = Vector;
    type Error = TimeIsUp;
    fn residual(&self, x: &Vector) -> Result<Vector, TimeIsUp> {
        self.0.check()?;
        Ok(residuals(self.0.model, x.as_slice()))
    }
}

impl Jacobian for System<'_> {
    type Jacobian = Matrix;
    fn jacobian(&self, x: &Vector) -> Result<Matrix, TimeIsUp> {
        Ok(jacobian(self.0.model, x.as_slice()))
    }
}
