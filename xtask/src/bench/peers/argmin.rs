//! The trust region of the crate `argmin` with its two subproblem solvers.

use super::{Ending, Timed, gradient, hessian};
use argmin::core::{
    CostFunction, Error, Executor, Gradient, Hessian, IterState, KV, Problem, Solver, State,
    TerminationReason, TerminationStatus,
};
use argmin::solver::trustregion::{Dogleg, Steihaug, TrustRegion};
use nalgebra::{DMatrix, DVector};
use nlp_model::TwiceSmooth;

type Vector = DVector<f64>;
type Matrix = DMatrix<f64>;
type Iterate = IterState<Vector, Vector, (), Matrix, (), f64>;

/// ‖∇f‖₂ at which a run ends; the crate has no such test of its own.
const TOLERANCE: f64 = 1e-8;

/// With truncated conjugate gradients.
pub fn steihaug(model: &dyn TwiceSmooth, x0: &[f64], limit: usize) -> Ending {
    minimize(model, x0, limit, TrustRegion::new(Steihaug::new()))
}

/// With Powell's dogleg.
pub fn dogleg(model: &dyn TwiceSmooth, x0: &[f64], limit: usize) -> Ending {
    minimize(model, x0, limit, TrustRegion::new(Dogleg::new()))
}

fn minimize<'a, S>(model: &'a dyn TwiceSmooth, x0: &[f64], limit: usize, solver: S) -> Ending
where
    S: Solver<Formula<'a>, Iterate>,
{
    // The default largest radius is kept: it is part of the crate.
    let solver = UntilFlat(solver);
    let start = Vector::from_column_slice(x0);
    let executor = Executor::new(Formula(Timed::new(model)), solver)
        .configure(|state| state.param(start).max_iters(limit as u64))
        .ctrlc(false);
    let run = std::panic::AssertUnwindSafe(|| executor.run());
    let result = match std::panic::catch_unwind(run) {
        Ok(Ok(result)) => result,
        Ok(Err(error)) => return Ending::failure(x0.to_vec(), error),
        Err(_) => return Ending::failure(x0.to_vec(), "panic"),
    };
    let state = result.state();
    let reason = state.get_termination_reason();
    let x = state
        .get_param()
        .map_or(x0.to_vec(), |x| x.as_slice().to_vec());
    Ending {
        x,
        iterations: state.get_iter() as usize,
        claimed: reason == Some(&TerminationReason::SolverConverged),
        status: reason.map_or_else(|| "none".into(), |r| r.text().to_string()),
    }
}

struct Formula<'a>(Timed<'a>);

impl CostFunction for Formula<'_> {
    type Param = Vector;
    type Output = f64;
    fn cost(&self, x: &Vector) -> Result<f64, Error> {
        self.0.check()?;
        Ok(self.0.model.obj(x.as_slice()))
    }
}

impl Gradient for Formula<'_> {
    type Param = Vector;
    type Gradient = Vector;
    fn gradient(&self, x: &Vector) -> Result<Vector, Error> {
        Ok(gradient(self.0.model, x))
    }
}

impl Hessian for Formula<'_> {
    type Param = Vector;
    type Hessian = Matrix;
    fn hessian(&self, x: &Vector) -> Result<Matrix, Error> {
        Ok(hessian(self.0.model, x))
    }
}

/// A solver that ends where the gradient is small.
struct UntilFlat<S>(S);

impl<O, S: Solver<O, Iterate>> Solver<O, Iterate> for UntilFlat<S> {
    fn name(&self) -> &str {
        self.0.name()
    }
    fn init(
        &mut self,
        problem: &mut Problem<O>,
        state: Iterate,
    ) -> Result<(Iterate, Option<KV>), Error> {
        self.0.init(problem, state)
    }
    fn next_iter(
        &mut self,
        problem: &mut Problem<O>,
        state: Iterate,
    ) -> Result<(Iterate, Option<KV>), Error> {
        self.0.next_iter(problem, state)
    }
    fn terminate(&mut self, state: &Iterate) -> TerminationStatus {
        match state.get_gradient() {
            Some(g) if g.norm() <= TOLERANCE => {
                TerminationStatus::Terminated(TerminationReason::SolverConverged)
            }
            _ => self.0.terminate(state),
        }
    }
}
