//! The minimum residual method.

use super::{KrylovOptions, KrylovResult, KrylovStatus};
use crate::map::LinearMap;
use crate::slice::{axpy, dot, norm2, scale};

/// MINRES for A x = b, A symmetric of order n, indefinite or not: ‖b − A x‖ decreases.
///
/// Paige and Saunders, *Solution of sparse indefinite systems of linear equations*, SIAM J. Numer.
/// Anal. 12, 1975, sections 5 and 6, without preconditioner. Lanczos vectors v, and the columns d of
/// V R⁻¹ by a three-term recurrence. One product and 16 n operations an iteration.
#[derive(Debug, Clone)]
pub struct Minres {
    v_old: Vec<f64>,
    v: Vec<f64>,
    v_new: Vec<f64>,
    d_old: Vec<f64>,
    d: Vec<f64>,
    d_new: Vec<f64>,
}

impl Minres {
    /// Workspace for systems of order `n`.
    #[must_use]
    pub fn new(n: usize) -> Self {
        let zero = vec![0.0; n];
        Self {
            v_old: zero.clone(),
            v: zero.clone(),
            v_new: zero.clone(),
            d_old: zero.clone(),
            d: zero.clone(),
            d_new: zero,
        }
    }

    /// Improves `x` (length n, the starting point) towards a solution of A x = b.
    ///
    /// A singular system whose b is not in the range ends with [`KrylovStatus::Breakdown`].
    pub fn solve(
        &mut self,
        a: &dyn LinearMap,
        b: &[f64],
        x: &mut [f64],
        options: &KrylovOptions,
    ) -> KrylovResult {
        let n = self.v.len();
        debug_assert!(a.shape() == (n, n) && b.len() == n && x.len() == n);
        a.apply(x, &mut self.v);
        for (v, b) in self.v.iter_mut().zip(b) {
            *v = b - *v;
        }
        let mut beta = norm2(&self.v);
        if beta > 0.0 {
            scale(1.0 / beta, &mut self.v);
        }
        for w in [&mut self.v_old, &mut self.d_old, &mut self.d] {
            w.fill(0.0);
        }
        let target = options.rtol * norm2(b) + options.atol;
        // φ is the signed norm of the residual; (c, s) the last two rotations.
        let mut phi = beta;
        let (mut c_old, mut s_old, mut c, mut s) = (1.0, 0.0, 1.0, 0.0);
        // β couples v to v_old; it is absent from the first step.
        beta = 0.0;
        let mut size = 0.0_f64;
        let mut iterations = 0;
        let status = loop {
            if !(phi.is_finite() && target.is_finite()) {
                break KrylovStatus::NotFinite;
            }
            if phi.abs() <= target {
                break KrylovStatus::Converged;
            }
            if iterations == options.max_iterations {
                break KrylovStatus::MaxIterations;
            }
            // Lanczos: A v = β v_old + α v + β⁺ v_new.
            a.apply(&self.v, &mut self.v_new);
            let alpha = dot(&self.v, &self.v_new);
            axpy(-alpha, &self.v, &mut self.v_new);
            axpy(-beta, &self.v_old, &mut self.v_new);
            let beta_new = norm2(&self.v_new);
            if !(alpha.is_finite() && beta_new.is_finite()) {
                phi = f64::NAN;
                break KrylovStatus::NotFinite;
            }
            iterations += 1;
            size = size.max(alpha.abs() + beta + beta_new);
            // Column (ε, δ, γ̄, β⁺) of the tridiagonal matrix after the last two rotations.
            let epsilon = s_old * beta;
            let delta = s * alpha + c * (c_old * beta);
            let gamma_bar = c * alpha - s * (c_old * beta);
            let gamma = gamma_bar.hypot(beta_new);
            if gamma <= n as f64 * f64::EPSILON * size {
                break KrylovStatus::Breakdown;
            }
            (c_old, s_old) = (c, s);
            (c, s) = (gamma_bar / gamma, beta_new / gamma);
            for i in 0..n {
                self.d_new[i] = (self.v[i] - delta * self.d[i] - epsilon * self.d_old[i]) / gamma;
            }
            axpy(c * phi, &self.d_new, x);
            phi *= -s;
            // The Lanczos process ends here: x is exact in the Krylov space.
            if beta_new > 0.0 {
                scale(1.0 / beta_new, &mut self.v_new);
            }
            beta = beta_new;
            std::mem::swap(&mut self.v_old, &mut self.v);
            std::mem::swap(&mut self.v, &mut self.v_new);
            std::mem::swap(&mut self.d_old, &mut self.d);
            std::mem::swap(&mut self.d, &mut self.d_new);
        };
        KrylovResult {
            status,
            iterations,
            residual: phi.abs(),
        }
    }
}
