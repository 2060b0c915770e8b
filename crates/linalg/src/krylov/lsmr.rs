//! The LSMR method for least squares.

use super::{KrylovOptions, KrylovResult, KrylovStatus};
use crate::map::LinearMap;
use crate::slice::{axpy, norm2, scale};

/// LSMR for min ‖A x − b‖² + λ²‖x‖², A any m × n map, λ ≥ 0 the damping: ‖Aᵀr‖ decreases.
///
/// Fong and Saunders, *LSMR: an iterative algorithm for sparse least-squares problems*, SIAM J. Sci. Comput. 33,
/// 2011, sections 2 and 5 (the algorithm of 2.8, the norms of 5.1 and 5.2, the stopping rules of 5.3). Two products and
/// 3m + 5n operations an iteration. From x = 0 it finds the solution of least norm.
#[derive(Debug, Clone)]
pub struct Lsmr {
    u: Vec<f64>,
    au: Vec<f64>,
    v: Vec<f64>,
    av: Vec<f64>,
    h: Vec<f64>,
    h_bar: Vec<f64>,
}

impl Lsmr {
    /// Workspace for maps with `m` rows and `n` columns.
    #[must_use]
    pub fn new(m: usize, n: usize) -> Self {
        Self {
            u: vec![0.0; m],
            au: vec![0.0; m],
            v: vec![0.0; n],
            av: vec![0.0; n],
            h: vec![0.0; n],
            h_bar: vec![0.0; n],
        }
    }

    /// Minimizes from x = 0 (`x` has length n and is overwritten, `b` length m).
    ///
    /// [`KrylovStatus::Converged`] when ‖r‖ ≤ rtol ‖b‖ + atol; [`KrylovStatus::LeastSquares`] when
    /// ‖Aᵀr‖ ≤ rtol ‖A‖ ‖r‖ with the Frobenius norm of A that the recurrence estimates. With damping, r is the
    /// residual (b − A x, −λ x) of the extended system.
    pub fn solve(
        &mut self,
        a: &dyn LinearMap,
        b: &[f64],
        damping: f64,
        x: &mut [f64],
        options: &KrylovOptions,
    ) -> KrylovResult {
        debug_assert!(a.shape() == (self.u.len(), self.v.len()));
        debug_assert!(b.len() == self.u.len() && x.len() == self.v.len());
        x.fill(0.0);
        self.u.copy_from_slice(b);
        let mut beta = normalize(&mut self.u);
        a.apply_transpose(&self.u, &mut self.v);
        let mut alpha = normalize(&mut self.v);
        self.h.copy_from_slice(&self.v);
        self.h_bar.fill(0.0);

        let target = options.rtol * beta + options.atol;
        let (mut alpha_bar, mut zeta_bar) = (alpha, alpha * beta);
        let (mut rho, mut rho_bar, mut c_bar, mut s_bar) = (1.0, 1.0, 1.0, 0.0);
        // Quantities of section 5.1, for ‖r‖, and the running ‖A‖²_F.
        let (mut beta_dd, mut beta_d) = (beta, 0.0);
        let (mut rho_d_old, mut tau_old, mut theta, mut zeta, mut d) = (1.0, 0.0, 0.0, 0.0, 0.0);
        let mut frobenius = alpha * alpha;
        let mut residual = beta;
        let mut iterations = 0;
        let status = loop {
            if !(residual.is_finite() && zeta_bar.is_finite() && target.is_finite()) {
                break KrylovStatus::NotFinite;
            }
            if residual <= target {
                break KrylovStatus::Converged;
            }
            if zeta_bar.abs() <= options.rtol * frobenius.sqrt() * residual {
                break KrylovStatus::LeastSquares;
            }
            if iterations == options.max_iterations {
                break KrylovStatus::MaxIterations;
            }
            iterations += 1;

            // Golub–Kahan bidiagonalization: β u = A v − α u, α v = Aᵀ u − β v.
            a.apply(&self.v, &mut self.au);
            scale(-alpha, &mut self.u);
            axpy(1.0, &self.au, &mut self.u);
            beta = normalize(&mut self.u);
            a.apply_transpose(&self.u, &mut self.av);
            scale(-beta, &mut self.v);
            axpy(1.0, &self.av, &mut self.v);
            alpha = normalize(&mut self.v);
            frobenius += beta * beta + alpha * alpha + damping * damping;

            // Rotations Q̂ (damping), Q and Q̄.
            let (c_hat, s_hat, alpha_hat) = rotation(alpha_bar, damping);
            let rho_old = rho;
            let (c, s, rho_new) = rotation(alpha_hat, beta);
            rho = rho_new;
            let theta_new = s * alpha;
            alpha_bar = c * alpha;
            let rho_bar_old = rho_bar;
            let zeta_old = zeta;
            let theta_bar = s_bar * rho;
            let rho_temp = c_bar * rho;
            (c_bar, s_bar, rho_bar) = rotation(rho_temp, theta_new);
            zeta = c_bar * zeta_bar;
            zeta_bar *= -s_bar;

            // h̄, x and h.
            let (f, g) = (
                theta_bar * rho / (rho_old * rho_bar_old),
                zeta / (rho * rho_bar),
            );
            let shift = theta_new / rho;
            for i in 0..x.len() {
                self.h_bar[i] = self.h[i] - f * self.h_bar[i];
                x[i] += g * self.h_bar[i];
                self.h[i] = self.v[i] - shift * self.h[i];
            }

            // ‖r‖ by section 5.1.
            let beta_acute = c_hat * beta_dd;
            let beta_check = -s_hat * beta_dd;
            let beta_hat = c * beta_acute;
            beta_dd = -s * beta_acute;
            let theta_old = theta;
            let (c_tilde, s_tilde, rho_tilde_old) = rotation(rho_d_old, theta_bar);
            theta = s_tilde * rho_bar;
            rho_d_old = c_tilde * rho_bar;
            beta_d = -s_tilde * beta_d + c_tilde * beta_hat;
            tau_old = (zeta_old - theta_old * tau_old) / rho_tilde_old;
            let tau = (zeta - theta * tau_old) / rho_d_old;
            d += beta_check * beta_check;
            residual = (d + (beta_d - tau).powi(2) + beta_dd * beta_dd).sqrt();
        };
        KrylovResult {
            status,
            iterations,
            residual,
        }
    }
}

/// Divides x by its norm, unless that is zero; returns the norm.
fn normalize(x: &mut [f64]) -> f64 {
    let norm = norm2(x);
    if norm > 0.0 {
        scale(1.0 / norm, x);
    }
    norm
}

/// (c, s, r) with c = a/r, s = b/r, r = √(a² + b²); the identity when both are zero.
fn rotation(a: f64, b: f64) -> (f64, f64, f64) {
    let r = a.hypot(b);
    if r == 0.0 {
        (1.0, 0.0, 0.0)
    } else {
        (a / r, b / r, r)
    }
}
