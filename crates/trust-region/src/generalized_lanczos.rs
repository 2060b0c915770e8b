//! Steps in Krylov spaces, exact within them.

use linalg::slice::{axpy, dot, norm2, scale};

use crate::secular::Secular;
use crate::step::{check, finite};
use crate::tridiagonal::Tridiagonal;
use crate::{Step, StepKind, TrustRegionError};

/// Minimizers of gᵀs + ½ sᵀH s, ‖s‖ ≤ Δ, in growing Krylov spaces, for Hessians known by their products.
///
/// # Problem
/// As for [`MoreSorensen`](crate::MoreSorensen), without a matrix.
///
/// # Algorithm
/// 1. Lanczos: an orthonormal basis Q_k of the Krylov space of g, in which H is a tridiagonal T_k.
/// 2. h minimizes ‖g‖ e₁ᵀh + ½ hᵀT_k h in ‖h‖ ≤ Δ, by the iteration of Moré and Sorensen on T_k.
/// 3. Stop when γ_{k+1} |h_k| ≤ ε‖g‖: this is the residual ‖(H + λI)s + g‖ of s = Q_k h. Else go to 1.
/// 4. When the space cannot grow, H may have eigenvalues that g does not see: the hard case. With
///    restarts, the basis goes on with a vector orthogonal to it, up to the limit.
///
/// # Convergence and failure
/// The first space holds the Cauchy point, so that each step has at least its decrease; when steps
/// end at the boundary they gain what conjugate gradients, which stop there, leave. When the basis is
/// full the best step in it is returned as [`StepKind::Truncated`].
///
/// Note (2026-11-22): the basis is kept and orthogonalized against itself, where
/// (GouldLucidiRomaToint1999) runs the recurrence a second time. This costs n vectors for each
/// product, and gives the last digits also where the recurrence loses orthogonality.
///
/// # Cost
/// One product, 8nk operations for the k-th vector, O(k) for each λ. Memory: n times the limit, taken
/// at construction.
///
/// # References
/// (GouldLucidiRomaToint1999), (ConnGouldToint2000, Algorithm 7.5.2).
#[derive(Clone, Debug)]
pub struct GeneralizedLanczos {
    n: usize,
    limit: usize,
    restarts: bool,
    /// Q, column by column.
    basis: Vec<f64>,
    tridiagonal: Tridiagonal,
    secular: Secular,
    /// ‖g‖ e₁.
    rhs: Vec<f64>,
    h: Vec<f64>,
    next: Vec<f64>,
}

impl GeneralizedLanczos {
    /// Room for n variables and spaces of dimension up to `limit`.
    pub fn new(n: usize, limit: usize) -> Self {
        let limit = limit.min(n);
        GeneralizedLanczos {
            n,
            limit,
            restarts: false,
            basis: vec![0.0; n * limit],
            tridiagonal: Tridiagonal::new(limit),
            secular: Secular::new(limit),
            rhs: vec![0.0; limit],
            h: vec![0.0; limit],
            next: vec![0.0; n],
        }
    }

    /// With restarts when the Krylov space of g is exhausted, and up to the limit whatever the residual:
    /// for the hard case. With a limit of n the step is a global minimizer.
    pub fn with_restarts(mut self) -> Self {
        self.restarts = true;
        self
    }

    /// A step into `s` (n); `product(x, y)` is y = Hx. The residual is at most `epsilon`·‖g‖, unless
    /// the limit is reached.
    ///
    /// # Errors
    /// [`TrustRegionError::NotFinite`] when g, Δ or a product is not finite, or not Δ > 0.
    pub fn solve(
        &mut self,
        mut product: impl FnMut(&[f64], &mut [f64]),
        g: &[f64],
        delta: f64,
        epsilon: f64,
        s: &mut [f64],
    ) -> Result<Step, TrustRegionError> {
        let (n, limit) = (self.n, self.limit);
        assert!(g.len() == n && s.len() == n, "g and s have length n");
        let g_norm = check(g, delta)?;
        s.fill(0.0);
        if n == 0 || limit == 0 || (g_norm == 0.0 && !self.restarts) {
            return Ok(Step::none(0));
        }
        self.begin(g, g_norm);
        let mut size = 0.0_f64;
        // Inexact minimizers in the small spaces would leave a residual of their own.
        let sigma = (0.1 * epsilon).clamp(crate::MoreSorensen::EXACT, 0.1);
        let mut k = 0;
        loop {
            // Step 1
            let q = &self.basis[k * n..(k + 1) * n];
            product(q, &mut self.next);
            let alpha = finite(dot(q, &self.next))?;
            k += 1;
            self.tridiagonal.grow(alpha);
            let before = finite(norm2(&self.next))?;
            size = size.max(before);
            orthogonalize(&self.basis[..k * n], &mut self.next);
            let gamma = norm2(&self.next);
            let is_exhausted = gamma <= 1e-14 * size * (k as f64).sqrt() || k == n;

            // Step 2
            let h = &mut self.h[..k];
            let mut step =
                self.secular
                    .solve(&mut self.tridiagonal, &self.rhs[..k], delta, sigma, h)?;

            // Steps 3 and 4
            let residual = if is_exhausted {
                0.0
            } else {
                gamma * h[k - 1].abs()
            };
            let is_accurate = residual <= epsilon * g_norm;
            if k == limit || (is_accurate && !self.restarts) {
                if !is_accurate {
                    step.kind = StepKind::Truncated;
                }
                for (h, q) in h.iter().zip(self.basis.chunks_exact(n)) {
                    axpy(*h, q, s);
                }
                step.work = k;
                return Ok(step);
            }
            if is_exhausted {
                self.tridiagonal.couple(0.0);
                irregular(k, &mut self.next);
                orthogonalize(&self.basis[..k * n], &mut self.next);
            } else {
                self.tridiagonal.couple(gamma);
            }
            self.extend(k);
        }
    }

    /// q₁ = g / ‖g‖, or any direction when g = 0.
    fn begin(&mut self, g: &[f64], g_norm: f64) {
        self.tridiagonal.clear();
        self.rhs.fill(0.0);
        self.rhs[0] = g_norm;
        self.next.copy_from_slice(g);
        if g_norm == 0.0 {
            irregular(0, &mut self.next);
        }
        self.extend(0);
    }

    /// Column k of the basis is the next vector, normalized.
    fn extend(&mut self, k: usize) {
        let norm = norm2(&self.next);
        let column = &mut self.basis[k * self.n..(k + 1) * self.n];
        column.copy_from_slice(&self.next);
        scale(1.0 / norm, column);
    }
}

/// v ← v − QQᵀv, again until ‖v‖ stays: a vector that is nearly in the space of Q loses its digits in
/// each pass, and only what survives one is orthogonal. At least twice.
fn orthogonalize(basis: &[f64], v: &mut [f64]) {
    let mut norm = norm2(v);
    for pass in 0..5 {
        for q in basis.chunks_exact(v.len()) {
            let t = dot(q, v);
            axpy(-t, q, v);
        }
        let left = norm2(v);
        if pass > 0 && left >= 0.5 * norm {
            break;
        }
        norm = left;
    }
}

/// A direction that no formula gives, another for each `k`.
fn irregular(k: usize, v: &mut [f64]) {
    let first = 1 + k * v.len();
    for (i, v) in v.iter_mut().enumerate() {
        *v = ((first + i) as f64 * 0.754_877_666_246_692_8).fract() - 0.5;
    }
}
