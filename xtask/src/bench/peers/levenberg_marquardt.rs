//! The crate `levenberg-marquardt`, MINPACK's algorithm.

use super::{Ending, Timed, jacobian, residuals};
use levenberg_marquardt::{LeastSquaresProblem, LevenbergMarquardt};
use nalgebra::{DMatrix, DVector, Dyn, U1, VecStorage};
use nlp_model::TwiceSmooth;

/// MINPACK's algorithm on the constraints of `system`.
pub fn minpack(system: &dyn TwiceSmooth, x0: &[f64], limit: usize) -> Ending {
    let problem = System {
        timed: Timed::new(system),
        x: DVector::from_column_slice(x0),
        jacobians: 0.into(),
    };
    // The crate allows patience (n + 1) evaluations.
    let patience = limit.div_ceil(x0.len() + 1);
    let solver = LevenbergMarquardt::new().with_patience(patience);
    let run = std::panic::AssertUnwindSafe(|| solver.minimize(problem));
    let Ok((problem, report)) = std::panic::catch_unwind(run) else {
        return Ending::failure(x0.to_vec(), "panic");
    };
    Ending {
        x: problem.x.as_slice().to_vec(),
        iterations: problem.jacobians.get(),
        claimed: report.termination.was_successful(),
        status: format!("{:?}", report.termination),
    }
}

struct System<'a> {
    timed: Timed<'a>,
    x: DVector<f64>,
    /// One for each iteration.
    jacobians: std::cell::Cell<usize>,
}

impl LeastSquaresProblem<f64, Dyn, Dyn> for System<'_> {
    type ResidualStorage = VecStorage<f64, Dyn, U1>;
    type JacobianStorage = VecStorage<f64, Dyn, Dyn>;
    type ParameterStorage = VecStorage<f64, Dyn, U1>;

    fn set_params(&mut self, x: &DVector<f64>) {
        self.x.copy_from(x);
    }
    fn params(&self) -> DVector<f64> {
        self.x.clone()
    }
    fn residuals(&self) -> Option<DVector<f64>> {
        self.timed.check().ok()?;
        Some(residuals(self.timed.model, self.x.as_slice()))
    }
    fn jacobian(&self) -> Option<DMatrix<f64>> {
        self.jacobians.set(self.jacobians.get() + 1);
        Some(jacobian(self.timed.model, self.x.as_slice()))
    }
}
