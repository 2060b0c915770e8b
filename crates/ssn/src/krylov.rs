//! Newton directions by a Krylov method.

use linalg::Factorization;
use linalg::krylov::{Gmres, KrylovOptions, KrylovStatus};

/// The inexact Newton method: W d = −Φ is solved by GMRES, preconditioned by the factors of an earlier W.
///
/// A direction is accepted when ‖W d + Φ‖ ≤ min(η, ‖Φ‖) ‖Φ‖, which keeps the convergence quadratic
/// (DemboEisenstatSteihaug1982). When GMRES does not get there in `max_iterations`, the current W is factored and
/// the direction is exact. From one iteration to the next only the rows of few pairs change, and GMRES needs
/// about an iteration for each of them and a few for the rest.
///
/// Products with W come from the system ([`has_products`](crate::SemismoothSystem::has_products)); W itself is then
/// evaluated only when it is factored.
///
/// It pays where a factorization costs more than `max_iterations` solves with its factors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Krylov {
    /// η in (0, 1).
    pub forcing: f64,
    /// Iterations of GMRES before W is factored anew; also the number of vectors that are kept.
    pub max_iterations: usize,
}

impl Default for Krylov {
    /// η = 0.1, 20 iterations.
    fn default() -> Self {
        Krylov {
            forcing: 0.1,
            max_iterations: 20,
        }
    }
}

/// Work space of GMRES, and whether there are factors to precondition with.
#[derive(Debug)]
pub(crate) struct InexactSolver {
    options: Krylov,
    gmres: Gmres,
    pub has_factors: bool,
}

impl InexactSolver {
    pub fn new(options: Krylov, n: usize) -> Self {
        InexactSolver {
            options,
            gmres: Gmres::new(n, options.max_iterations),
            has_factors: false,
        }
    }

    /// d with ‖W d + Φ‖ ≤ min(η, ‖Φ‖) ‖Φ‖ for d = 0 at first and `rhs` = −Φ, but no more accurate than `floor`;
    /// false when that is not reached.
    pub fn solve(
        &mut self,
        product: impl FnMut(&[f64], &mut [f64]),
        factors: &mut dyn Factorization,
        rhs: &[f64],
        d: &mut [f64],
        floor: f64,
    ) -> bool {
        d.fill(0.0);
        let options = KrylovOptions {
            rtol: self.options.forcing.min(linalg::slice::norm2(rhs)),
            atol: floor,
            max_iterations: self.options.max_iterations,
        };
        let precondition = |q: &mut [f64]| factors.solve(q);
        let result = self.gmres.solve(product, precondition, rhs, d, &options);
        tracing::trace!(result.iterations, ?result.status, "GMRES");
        result.status == KrylovStatus::Converged
    }
}
