//! BOBYQA in the crates `bobyqa` and `basin`.

use super::Ending;
use basin::{BoxBounds, ConstraintSet, CostFunction, Executor, PointState, Termination};
use std::cell::RefCell;
use std::convert::Infallible;

/// An objective whose calls are counted and timed by the caller.
pub type Objective<'a> = &'a mut dyn FnMut(&[f64]) -> f64;

/// What every solver is told; 2n + 1 points, no bounds.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// First radius.
    pub radius: f64,
    /// Last radius.
    pub final_radius: f64,
    /// Largest number of evaluations.
    pub evaluations: usize,
}

/// The crate `bobyqa`, a port of PRIMA.
pub fn prima_port(f: Objective, x0: &[f64], setup: &Setup) -> Ending {
    let n = x0.len();
    let mut config = ::bobyqa::Config::new(n);
    config.rho_begin = setup.radius;
    config.rho_end = setup.final_radius;
    config.max_fun = setup.evaluations;
    let mut x = x0.to_vec();
    let (lower, upper) = (vec![f64::NEG_INFINITY; n], vec![f64::INFINITY; n]);
    let solver = ::bobyqa::Bobyqa::new(n, config);
    let mut solver = match solver {
        Ok(solver) => solver,
        Err(status) => return Ending::failure(x, status),
    };
    let outcome = solver.minimize(f, &mut x, &lower, &upper);
    Ending {
        x,
        iterations: outcome.n_eval,
        claimed: outcome.status == ::bobyqa::Status::Converged,
        status: format!("{:?}", outcome.status),
    }
}

/// BOBYQA of the crate `basin`, which needs bounds: they are at ±1e20.
pub fn basin_port(f: Objective, x0: &[f64], setup: &Setup) -> Ending {
    let n = x0.len();
    let problem = Boxed {
        f: RefCell::new(f),
        lower: vec![-1e20; n],
        upper: vec![1e20; n],
    };
    let solver = basin::Bobyqa::new()
        .with_initial_radius(setup.radius)
        .with_final_radius(setup.final_radius);
    let run = || {
        Executor::new(problem, solver, PointState::new(x0.to_vec()))
            .max_cost_evals(setup.evaluations as u64)
            .run()
    };
    let result = match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        Ok(Ok(result)) => result,
        Ok(Err(error)) => return Ending::failure(x0.to_vec(), error),
        Err(_) => return Ending::failure(x0.to_vec(), "panic"),
    };
    Ending {
        x: result.best_param().clone(),
        iterations: result.iter() as usize,
        claimed: matches!(result.report.termination, Termination::Converged(_)),
        status: format!("{:?}", result.report.stage),
    }
}

struct Boxed<'a> {
    f: RefCell<Objective<'a>>,
    lower: Vec<f64>,
    upper: Vec<f64>,
}

impl CostFunction for Boxed<'_> {
    type Param = Vec<f64>;
    type Output = f64;
    type Error = Infallible;
    fn cost(&self, x: &Vec<f64>) -> Result<f64, Infallible> {
        Ok((self.f.borrow_mut())(x))
    }
}

impl basin::Constraints for Boxed<'_> {
    type Set = ConstraintSet<BoxBounds<Vec<f64>>>;
    fn constraints(&self) -> <Self::Set as basin::ConstraintDescription>::Borrowed<'_> {
        let bounds = BoxBounds::new(Some(&self.lower), Some(&self.upper));
        ConstraintSet::new().with_bounds(bounds)
    }
}
