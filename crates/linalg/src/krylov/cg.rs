//! The conjugate gradient method.

use super::{KrylovOptions, KrylovResult, KrylovStatus};
use crate::map::LinearMap;
use crate::slice::{axpy, dot, norm2};

/// Conjugate gradients for A x = b, A symmetric positive definite of order n.
///
/// Hestenes and Stiefel, *Methods of conjugate gradients for solving linear systems*, 1952; the form of
/// Golub and Van Loan, *Matrix Computations*, 4th ed., algorithm 11.3.3. One product and 10 n operations an
/// iteration. A direction with pᵀA p ≤ 0 stops the iteration: it stays in
/// [`direction`](Cg::direction), and x is the last iterate before it.
#[derive(Debug, Clone)]
pub struct Cg {
    r: Vec<f64>,
    p: Vec<f64>,
    ap: Vec<f64>,
}

impl Cg {
    /// Workspace for systems of order `n`.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self {
            r: vec![0.0; n],
            p: vec![0.0; n],
            ap: vec![0.0; n],
        }
    }

    /// The last search direction: of nonpositive curvature after
    /// [`KrylovStatus::NegativeCurvature`].
    #[must_use]
    pub fn direction(&self) -> &[f64] {
        &self.p
    }

    /// Improves `x` (length n, the starting point) towards A⁻¹ b.
    pub fn solve(
        &mut self,
        a: &dyn LinearMap,
        b: &[f64],
        x: &mut [f64],
        options: &KrylovOptions,
    ) -> KrylovResult {
        let n = self.r.len();
        debug_assert!(a.shape() == (n, n) && b.len() == n && x.len() == n);
        a.apply(x, &mut self.ap);
        for i in 0..n {
            self.r[i] = b[i] - self.ap[i];
        }
        self.p.copy_from_slice(&self.r);
        let mut rho = dot(&self.r, &self.r);
        let target = options.rtol * norm2(b) + options.atol;
        let mut iterations = 0;
        let status = loop {
            let residual = rho.sqrt();
            if !(residual.is_finite() && target.is_finite()) {
                break KrylovStatus::NotFinite;
            }
            if residual <= target {
                break KrylovStatus::Converged;
            }
            if iterations == options.max_iterations {
                break KrylovStatus::MaxIterations;
            }
            a.apply(&self.p, &mut self.ap);
            let curvature = dot(&self.p, &self.ap);
            if curvature.is_nan() {
                break KrylovStatus::NotFinite;
            }
            if curvature <= 0.0 {
                break KrylovStatus::NegativeCurvature;
            }
            iterations += 1;
            let alpha = rho / curvature;
            axpy(alpha, &self.p, x);
            axpy(-alpha, &self.ap, &mut self.r);
            let previous = std::mem::replace(&mut rho, dot(&self.r, &self.r));
            let beta = rho / previous;
            for (p, r) in self.p.iter_mut().zip(&self.r) {
                *p = r + beta * *p;
            }
        };
        KrylovResult {
            status,
            iterations,
            residual: rho.sqrt(),
        }
    }
}
