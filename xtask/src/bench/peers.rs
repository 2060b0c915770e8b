//! Other crates that solve the same problems, in the same run, behind one face.

mod argmin;
mod basin;
mod bobyqa;
mod levenberg_marquardt;

pub use self::argmin::{dogleg, steihaug};
pub use self::basin::{more_sorensen, pivoted_qr, truncated};
pub use self::bobyqa::{Objective, Setup, basin_port, prima_port};
pub use self::levenberg_marquardt::minpack;

use nalgebra::{DMatrix, DVector};
use nlp_model::TwiceSmooth;
use std::time::{Duration, Instant};

/// How a run of any solver ended.
#[derive(Clone, Debug)]
pub struct Ending {
    /// The last point.
    pub x: Vec<f64>,
    /// Iterations, as the solver counts them.
    pub iterations: usize,
    /// The solver says that it has succeeded.
    pub claimed: bool,
    /// What it says.
    pub status: String,
}

impl Ending {
    /// A run that gave up at `x`.
    pub fn failure(x: Vec<f64>, reason: impl std::fmt::Display) -> Self {
        Ending {
            x,
            iterations: 0,
            claimed: false,
            status: reason.to_string(),
        }
    }
}

/// A model with a clock: other crates have no limit of time of their own.
#[derive(Clone, Copy)]
struct Timed<'a> {
    model: &'a dyn TwiceSmooth,
    end: Instant,
}

/// The time of a run was up.
#[derive(Debug)]
struct TimeIsUp;

/// Time that a run of another crate may take, seconds.
pub const SECONDS: u64 = 5;

impl<'a> Timed<'a> {
    fn new(model: &'a dyn TwiceSmooth) -> Self {
        let end = Instant::now() + Duration::from_secs(SECONDS);
        Timed { model, end }
    }

    fn check(&self) -> Result<(), TimeIsUp> {
        if Instant::now() > self.end {
            return Err(TimeIsUp);
        }
        Ok(())
    }
}

impl std::fmt::Display for TimeIsUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("time is up")
    }
}

impl std::error::Error for TimeIsUp {}

/// ∇f(x) as a vector of nalgebra.
fn gradient(model: &dyn TwiceSmooth, x: &DVector<f64>) -> DVector<f64> {
    let mut g = DVector::zeros(x.len());
    model.grad(x.as_slice(), g.as_mut_slice());
    g
}

/// ∇²f(x) as a dense matrix.
fn hessian(model: &dyn TwiceSmooth, x: &DVector<f64>) -> DMatrix<f64> {
    let n = x.len();
    let pattern = model.hess_structure();
    let mut vals = vec![0.0; pattern.nnz()];
    model.hess_coord(x.as_slice(), &[], 1.0, &mut vals);
    let mut h = DMatrix::zeros(n, n);
    pattern.to_dense_symmetric(&vals, h.as_mut_slice());
    h
}

/// The Jacobian of the constraints as a dense matrix.
fn jacobian(model: &dyn TwiceSmooth, x: &[f64]) -> DMatrix<f64> {
    let pattern = model.jac_structure();
    let mut vals = vec![0.0; pattern.nnz()];
    model.jac_coord(x, &mut vals);
    let mut jacobian = DMatrix::zeros(pattern.nrows(), pattern.ncols());
    for ((i, j), value) in pattern.iter().zip(vals) {
        jacobian[(i, j)] += value;
    }
    jacobian
}

/// The constraints as a vector of nalgebra.
fn residuals(model: &dyn TwiceSmooth, x: &[f64]) -> DVector<f64> {
    let mut c = DVector::zeros(model.meta().ncon());
    model.cons(x, c.as_mut_slice());
    c
}

#[cfg(test)]
mod tests {
    use super::*;
    use stackelberg_tests::problems::unconstrained;

    #[test]
    fn every_peer_solves_the_function_of_rosenbrock() {
        let problem = unconstrained::problem("ext_rosenbrock_2").least_squares;
        let model = problem.model();
        let solvers: [super::super::trust_region::Run; 4] =
            [steihaug, dogleg, truncated, more_sorensen];
        for solve in solvers {
            let ending = solve(model.as_ref(), &problem.x0, 500);
            let value = problem.value(&ending.x);
            assert!(ending.claimed && value <= 1e-12, "{ending:?}: {value:e}");
        }
        let system = problem.system();
        for solve in [minpack, pivoted_qr] {
            let ending = solve(&system, &problem.x0, 500);
            let value = problem.value(&ending.x);
            assert!(ending.claimed && value <= 1e-12, "{ending:?}: {value:e}");
        }
    }
}
