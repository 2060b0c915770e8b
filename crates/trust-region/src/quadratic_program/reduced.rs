//! The reduced Hessian and the directions it gives.

/// What a direction in the reduced space is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curvature {
    /// The minimizer of a convex reduced quadratic.
    Positive,
    /// M is indefinite: a direction of descent through M + τI.
    Shifted,
    /// M is indefinite: a direction of negative curvature that does not ascend.
    Negative,
}

/// The dense k × k matrix M of second derivatives on a subspace.
#[derive(Debug)]
pub(super) struct ReducedHessian {
    /// Column-major, leading dimension n.
    pub m: Vec<f64>,
    /// Its Cholesky factor.
    l: Vec<f64>,
    n: usize,
}

/// Pivots below −`NEGATIVE` times the largest entry are negative curvature; those below `NEGATIVE` times
/// it are raised by that.
const NEGATIVE: f64 = 1e-11;

impl ReducedHessian {
    pub fn new(n: usize) -> Self {
        ReducedHessian {
            m: vec![0.0; n * n],
            l: vec![0.0; n * n],
            n,
        }
    }

    /// For the gradient r (k) on the subspace, p = −M⁻¹r when M is positive semidefinite. Else p =
    /// −(M + τI)⁻¹r for some τ that makes that positive definite; or, when `curved`, a direction with
    /// pᵀMp < 0 and rᵀp ≤ 0. Into `p` (k).
    pub fn direction(&mut self, k: usize, r: &[f64], curved: bool, p: &mut [f64]) -> Curvature {
        let n = self.n;
        let mut size = 1e-8_f64;
        for j in 0..k {
            for i in j..k {
                size = size.max(self.m[i + j * n].abs());
            }
        }
        let Some(failed) = self.factor(k, 0.0, NEGATIVE * size) else {
            self.solve(k, r, p);
            return Curvature::Positive;
        };
        if curved {
            self.negative(failed, k, r, p);
            return Curvature::Negative;
        }
        // a shift near the least one weighs the directions of negative curvature
        let mut tau = 0.1 * size;
        while self.factor(k, tau, 0.0).is_some() {
            tau *= 2.0;
        }
        self.solve(k, r, p);
        Curvature::Shifted
    }

    /// L of M + τI; the index of the first pivot below −`floor`. Pivots up to `floor` are raised to it.
    fn factor(&mut self, k: usize, tau: f64, floor: f64) -> Option<usize> {
        let n = self.n;
        for j in 0..k {
            let mut pivot = self.m[j + j * n] + tau;
            for l in 0..j {
                pivot -= self.l[j + l * n] * self.l[j + l * n];
            }
            if pivot < -floor || pivot == 0.0 && floor == 0.0 {
                return Some(j);
            }
            let diagonal = pivot.max(floor).sqrt();
            self.l[j + j * n] = diagonal;
            for i in j + 1..k {
                let mut sum = self.m[i + j * n];
                for l in 0..j {
                    sum -= self.l[i + l * n] * self.l[j + l * n];
                }
                self.l[i + j * n] = sum / diagonal;
            }
        }
        None
    }

    /// p = −(L Lᵀ)⁻¹ r.
    fn solve(&self, k: usize, r: &[f64], p: &mut [f64]) {
        for i in 0..k {
            let sum: f64 = (0..i).map(|l| self.l[i + l * self.n] * p[l]).sum();
            p[i] = (-r[i] - sum) / self.l[i + i * self.n];
        }
        self.solve_transposed(k, p);
    }

    /// p = (−L₁⁻ᵀ l, 1, 0) for the row l of the pivot that failed: pᵀMp is that pivot.
    fn negative(&self, j: usize, k: usize, r: &[f64], p: &mut [f64]) {
        p[..k].fill(0.0);
        for l in 0..j {
            p[l] = -self.l[j + l * self.n];
        }
        self.solve_transposed(j, p);
        p[j] = 1.0;
        let slope: f64 = (0..=j).map(|i| r[i] * p[i]).sum();
        if slope > 0.0 {
            p[..=j].iter_mut().for_each(|p| *p = -*p);
        }
    }

    /// p ← L⁻ᵀ p in the leading k entries.
    fn solve_transposed(&self, k: usize, p: &mut [f64]) {
        for i in (0..k).rev() {
            let sum: f64 = (i + 1..k).map(|l| self.l[l + i * self.n] * p[l]).sum();
            p[i] = (p[i] - sum) / self.l[i + i * self.n];
        }
    }
}
