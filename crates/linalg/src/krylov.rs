//! Krylov methods on a [`LinearMap`](crate::LinearMap): only products are needed.
//!
//! Each method is a workspace, allocated once for a size, with a `solve` that overwrites `x` from the
//! starting point it holds, and reports what happened. A breakdown or a value that is not finite ends
//! the iteration with an honest status.

mod cg;
mod gmres;
mod lsmr;
mod minres;

pub use cg::Cg;
pub use gmres::Gmres;
pub use lsmr::Lsmr;
pub use minres::Minres;

/// How an iteration ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KrylovStatus {
    /// The residual test holds.
    Converged,
    /// The limit of iterations is reached.
    MaxIterations,
    /// CG met a direction with pᵀA p ≤ 0: the matrix is not positive definite.
    NegativeCurvature,
    /// LSMR: Aᵀr is small, x is a least-squares solution with a residual that is not.
    LeastSquares,
    /// No further progress is possible and the test does not hold: a singular system that no x solves.
    Breakdown,
    /// A product or the right-hand side is not finite.
    NotFinite,
}

/// Outcome of one solve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KrylovResult {
    /// How it ended.
    pub status: KrylovStatus,
    /// Number of iterations.
    pub iterations: usize,
    /// ‖b − A x‖₂ as the recurrence knows it (rounding may separate it slightly from the true one).
    pub residual: f64,
}

/// When an iteration stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KrylovOptions {
    /// Relative tolerance: ‖b − A x‖ ≤ rtol ‖b‖ is converged. In (0, 1).
    pub rtol: f64,
    /// Absolute tolerance, added to the relative one. In units of b, ≥ 0.
    pub atol: f64,
    /// Limit of iterations.
    pub max_iterations: usize,
}

impl Default for KrylovOptions {
    /// rtol = 1e-10, atol = 0, 10 000 iterations.
    fn default() -> Self {
        Self {
            rtol: 1e-10,
            atol: 0.0,
            max_iterations: 10_000,
        }
    }
}
