//! The generalized minimum residual method.

use super::{KrylovOptions, KrylovResult, KrylovStatus};
use crate::slice::{axpy, dot, norm2, scale};

/// GMRES for A x = b, A square and otherwise arbitrary, preconditioned from the right and restarted.
///
/// Saad and Schultz, *GMRES: a generalized minimal residual algorithm for solving nonsymmetric linear
/// systems*, SIAM J. Sci. Stat. Comput. 7, 1986, algorithm 4. An orthonormal basis V of the Krylov space of
/// A M⁻¹ is built by the modified Gram–Schmidt process; x moves by M⁻¹ V y, where y minimizes the residual
/// ‖b − A x‖, which right preconditioning leaves as it is. One product, one M⁻¹ and 4 k n operations in the
/// k-th iteration after a restart; memory for `restart` + 2 vectors.
#[derive(Debug, Clone)]
pub struct Gmres {
    /// v₀, …, v_restart.
    basis: Vec<Vec<f64>>,
    /// R of the QR factorization of the Hessenberg matrix, column by column.
    r: Vec<f64>,
    /// Its rotations (c, s).
    rotations: Vec<(f64, f64)>,
    /// Qᵀ ‖r₀‖ e₁.
    g: Vec<f64>,
    work: Vec<f64>,
}

impl Gmres {
    /// Workspace for systems of order `n`, restarted after `restart` ≥ 1 iterations.
    ///
    /// # Panics
    /// When `restart` is 0.
    #[must_use]
    pub fn new(n: usize, restart: usize) -> Self {
        assert!(restart > 0, "GMRES needs an iteration between restarts");
        Self {
            basis: vec![vec![0.0; n]; restart + 1],
            r: vec![0.0; (restart + 1) * restart],
            rotations: vec![(1.0, 0.0); restart],
            g: vec![0.0; restart + 1],
            work: vec![0.0; n],
        }
    }

    /// Improves `x` (length n, the starting point) towards a solution of A x = b. `product(p, q)` is
    /// q = A p, `precondition(q)` is q ← M⁻¹ q; transposed products are not needed.
    ///
    /// An invariant Krylov space that does not hold a solution ends with [`KrylovStatus::Breakdown`].
    pub fn solve(
        &mut self,
        mut product: impl FnMut(&[f64], &mut [f64]),
        mut precondition: impl FnMut(&mut [f64]),
        b: &[f64],
        x: &mut [f64],
        options: &KrylovOptions,
    ) -> KrylovResult {
        let (n, restart) = (self.work.len(), self.rotations.len());
        debug_assert!(b.len() == n && x.len() == n);
        let target = options.rtol * norm2(b) + options.atol;
        let mut iterations = 0;
        let (status, residual) = loop {
            // r₀ = b − A x
            product(x, &mut self.work);
            for (v, (b, ax)) in self.basis[0].iter_mut().zip(b.iter().zip(&self.work)) {
                *v = b - ax;
            }
            let start = norm2(&self.basis[0]);
            if let Some(status) = verdict(start, target, iterations, options) {
                break (status, start);
            }
            scale(1.0 / start, &mut self.basis[0]);
            self.g.fill(0.0);
            self.g[0] = start;
            let mut k = 0;
            let ended = loop {
                self.work.copy_from_slice(&self.basis[k]);
                precondition(&mut self.work);
                product(&self.work, &mut self.basis[k + 1]);
                iterations += 1;
                let is_invariant = self.orthogonalize(k);
                k += 1;
                let residual = self.g[k].abs();
                let status = verdict(residual, target, iterations, options);
                if status.is_some() || is_invariant || k == restart {
                    break (status, is_invariant);
                }
            };
            if ended.0 != Some(KrylovStatus::NotFinite) {
                self.step(k, x, &mut precondition);
            }
            match ended {
                (Some(status), _) => break (status, self.g[k].abs()),
                (None, true) => break (KrylovStatus::Breakdown, self.g[k].abs()),
                (None, false) => {}
            }
        };
        KrylovResult {
            status,
            iterations,
            residual,
        }
    }
}

impl Gmres {
    /// Makes v_{k+1} = A M⁻¹ v_k orthogonal to the basis and adds column k to the factorization; true when
    /// nothing is left of v_{k+1}.
    fn orthogonalize(&mut self, k: usize) -> bool {
        let column = &mut self.r[k * self.g.len()..(k + 1) * self.g.len()];
        let (old, new) = self.basis.split_at_mut(k + 1);
        let w = &mut new[0];
        let before = norm2(w);
        for (h, v) in column.iter_mut().zip(old) {
            *h = dot(v, w);
            axpy(-*h, v, w);
        }
        let rest = norm2(w);
        let is_invariant = rest <= 16.0 * f64::EPSILON * before;
        if !is_invariant {
            scale(1.0 / rest, w);
        }
        for (i, &(c, s)) in self.rotations[..k].iter().enumerate() {
            let (above, below) = (column[i], column[i + 1]);
            (column[i], column[i + 1]) = (c * above + s * below, c * below - s * above);
        }
        let subdiagonal = if is_invariant { 0.0 } else { rest };
        let length = column[k].hypot(subdiagonal);
        let (c, s) = if length > 0.0 {
            (column[k] / length, subdiagonal / length)
        } else {
            (0.0, 1.0) // a zero column: the residual stays
        };
        self.rotations[k] = (c, s);
        column[k] = length;
        (self.g[k], self.g[k + 1]) = (c * self.g[k], -s * self.g[k]);
        is_invariant
    }

    /// x ← x + M⁻¹ V y with R y = g, over the first `k` columns; those with a zero pivot are left out.
    fn step(&mut self, k: usize, x: &mut [f64], precondition: &mut impl FnMut(&mut [f64])) {
        let rows = self.g.len();
        self.work.fill(0.0);
        for i in (0..k).rev() {
            let pivot = self.r[i + i * rows];
            let y = if pivot == 0.0 { 0.0 } else { self.g[i] / pivot };
            for (g, r) in self.g[..i].iter_mut().zip(&self.r[i * rows..]) {
                *g -= y * r;
            }
            axpy(y, &self.basis[i], &mut self.work);
        }
        precondition(&mut self.work);
        axpy(1.0, &self.work, x);
    }
}

/// How an iteration with this residual ends, if it does.
fn verdict(
    residual: f64,
    target: f64,
    iterations: usize,
    options: &KrylovOptions,
) -> Option<KrylovStatus> {
    if !(residual.is_finite() && target.is_finite()) {
        Some(KrylovStatus::NotFinite)
    } else if residual <= target {
        Some(KrylovStatus::Converged)
    } else if iterations >= options.max_iterations {
        Some(KrylovStatus::MaxIterations)
    } else {
        None
    }
}
