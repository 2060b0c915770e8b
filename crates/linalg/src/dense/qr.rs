//! QR factorization with column pivoting, completed to an orthogonal decomposition.

use crate::error::FactorError;
use crate::scaling::inverse_power_of_two;
use crate::slice::{all_finite, axpy, dot, norm_inf, norm2, scale};

/// A P = Q [T 0; 0 0] G for an m × n matrix of any shape and rank r: Q, G orthogonal, T upper
/// triangular of order r. Householder reflections with column pivoting make [R₁₁ R₁₂]; when r < n,
/// reflections from the right annihilate R₁₂ (Golub and Van Loan, *Matrix Computations*, 4th ed.,
/// sections 5.4.2 and 5.5.2).
///
/// The rank is the number of pivots |R_ii| > max(m, n) ε |R₀₀|. Units matter here: scale the columns
/// first if they are not comparable. Memory is allocated by [`DenseQr::new`] only;
/// `factor` costs about 3mn² operations.
#[derive(Debug, Clone)]
pub struct DenseQr {
    m: usize,
    n: usize,
    /// Reflections below the diagonal, T on and above it, right reflections beside it.
    a: Vec<f64>,
    left: Vec<f64>,
    right: Vec<f64>,
    order: Vec<usize>,
    rank: usize,
    unit: f64,
    rhs: Vec<f64>,
    work: Vec<f64>,
    factored: bool,
}

impl DenseQr {
    /// Room for matrices of `m` rows and `n` columns.
    #[must_use]
    pub fn new(m: usize, n: usize) -> Self {
        Self {
            m,
            n,
            a: vec![0.0; m * n],
            left: vec![0.0; m.min(n)],
            right: vec![0.0; m.min(n)],
            order: (0..n).collect(),
            rank: 0,
            unit: 1.0,
            rhs: vec![0.0; m],
            work: vec![0.0; n],
            factored: false,
        }
    }

    /// Factors the column-major matrix `a` (m·n values) and returns its rank.
    ///
    /// # Errors
    /// [`FactorError`] when `a` has the wrong length or is not finite. A rank below min(m, n) is no error.
    pub fn factor_dense(&mut self, a: &[f64]) -> Result<usize, FactorError> {
        let (m, n) = (self.m, self.n);
        self.factored = false;
        if a.len() != m * n {
            return Err(FactorError::Dimension {
                expected: m * n,
                found: a.len(),
            });
        }
        if !all_finite(a) {
            return Err(FactorError::NotFinite);
        }
        // A power of two keeps every norm far from overflow.
        let largest = norm_inf(a);
        self.unit = if largest > 0.0 {
            inverse_power_of_two(largest)
        } else {
            1.0
        };
        self.a.copy_from_slice(a);
        scale(self.unit, &mut self.a);
        for (place, column) in self.order.iter_mut().enumerate() {
            *column = place;
        }
        self.triangularize();
        self.annihilate();
        debug_assert!(all_finite(&self.a));
        self.factored = true;
        Ok(self.rank)
    }

    /// A P = Q R, stopping at the first pivot that is lost.
    fn triangularize(&mut self) {
        let (m, n) = (self.m, self.n);
        let mut threshold = 0.0;
        self.rank = 0;
        for k in 0..m.min(n) {
            // Norms are computed afresh, not updated: no cancellation, for half as much work again.
            let (mut pivot, mut largest) = (k, 0.0);
            for j in k..n {
                let norm = norm2(&self.a[j * m + k..(j + 1) * m]);
                if norm > largest {
                    (pivot, largest) = (j, norm);
                }
            }
            if k == 0 {
                threshold = m.max(n) as f64 * f64::EPSILON * largest;
            }
            if largest <= threshold {
                return;
            }
            if pivot != k {
                self.order.swap(k, pivot);
                let (head, tail) = self.a.split_at_mut(pivot * m);
                head[k * m..(k + 1) * m].swap_with_slice(&mut tail[..m]);
            }
            let (head, tail) = self.a.split_at_mut((k + 1) * m);
            let column = &mut head[k * m + k..];
            let tau = reflection(column, largest);
            for other in tail.chunks_exact_mut(m) {
                reflect(tau, &column[1..], &mut other[k..]);
            }
            self.left[k] = tau;
            self.rank = k + 1;
        }
    }

    /// [R₁₁ R₁₂] = [T 0] G, from the last row to the first.
    fn annihilate(&mut self) {
        let (m, n, r) = (self.m, self.n, self.rank);
        if r == n {
            return;
        }
        for i in (0..r).rev() {
            // The row (R_ii, R_i,r..) as a vector.
            let row = &mut self.work[..n - r + 1];
            row[0] = self.a[i + i * m];
            for j in r..n {
                row[1 + j - r] = self.a[i + j * m];
            }
            let norm = norm2(row);
            let tau = reflection(row, norm);
            self.right[i] = tau;
            self.a[i + i * m] = row[0];
            for j in r..n {
                self.a[i + j * m] = row[1 + j - r];
            }
            for above in 0..i {
                let mut s = self.a[above + i * m];
                for j in r..n {
                    s += row[1 + j - r] * self.a[above + j * m];
                }
                s *= tau;
                self.a[above + i * m] -= s;
                for j in r..n {
                    self.a[above + j * m] -= s * row[1 + j - r];
                }
            }
        }
    }

    /// Rank of the last matrix factored.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// x = A⁺ b: of all minimizers of ‖A x − b‖₂ the one of least norm. `b` has length m, `x` length n.
    /// Without a successful `factor_dense` before, x is NaN. Costs O(mr + nr).
    pub fn least_squares(&mut self, b: &[f64], x: &mut [f64]) {
        let (m, n, r) = (self.m, self.n, self.rank);
        debug_assert!(b.len() == m && x.len() == n);
        if !self.factored {
            x.fill(f64::NAN);
            return;
        }
        self.rhs.copy_from_slice(b);
        for k in 0..r {
            reflect(
                self.left[k],
                &self.a[k * m + k + 1..(k + 1) * m],
                &mut self.rhs[k..],
            );
        }
        let w = &mut self.work;
        w.fill(0.0);
        w[..r].copy_from_slice(&self.rhs[..r]);
        for j in (0..r).rev() {
            let column = &self.a[j * m..j * m + j + 1];
            w[j] /= column[j];
            let v = -w[j];
            axpy(v, &column[..j], &mut w[..j]);
        }
        self.turn_right();
        for (w, &j) in self.work.iter().zip(&self.order) {
            x[j] = w * self.unit;
        }
    }

    /// b ← (AᵀA)⁻¹ b for a matrix of full column rank, through RᵀR alone. `b` has length n. Without a
    /// factorization of full column rank before, b is NaN. Costs 2n².
    ///
    /// The condition of A enters squared, as in the normal equations, but AᵀA is not formed.
    pub fn normal_solve(&mut self, b: &mut [f64]) {
        let (m, n) = (self.m, self.n);
        debug_assert_eq!(b.len(), n);
        if !self.factored || self.rank < n {
            b.fill(f64::NAN);
            return;
        }
        let w = &mut self.work;
        for (w, &j) in w.iter_mut().zip(&self.order) {
            *w = b[j];
        }
        for j in 0..n {
            let column = &self.a[j * m..j * m + j + 1];
            w[j] = (w[j] - dot(&column[..j], &w[..j])) / column[j];
        }
        for j in (0..n).rev() {
            let column = &self.a[j * m..j * m + j + 1];
            w[j] /= column[j];
            let v = -w[j];
            axpy(v, &column[..j], &mut w[..j]);
        }
        for (w, &j) in self.work.iter().zip(&self.order) {
            b[j] = w * self.unit * self.unit;
        }
    }

    /// An orthonormal basis Z of the null space of A: n × (n − r), column by column.
    ///
    /// # Panics
    /// When `z` does not have n (n − r) entries.
    pub fn null_space(&mut self, z: &mut [f64]) {
        let (n, r) = (self.n, self.rank);
        assert_eq!(z.len(), n * (n - r), "the basis has n (n - rank) entries");
        if !self.factored {
            z.fill(f64::NAN);
            return;
        }
        for k in r..n {
            self.work.fill(0.0);
            self.work[k] = 1.0;
            self.turn_right();
            let column = &mut z[(k - r) * n..(k - r + 1) * n];
            for (w, &j) in self.work.iter().zip(&self.order) {
                column[j] = *w;
            }
        }
    }

    /// work ← Gᵀ work.
    fn turn_right(&mut self) {
        let (m, n, r) = (self.m, self.n, self.rank);
        if r == n {
            return;
        }
        let w = &mut self.work;
        for i in 0..r {
            let mut s = w[i];
            for j in r..n {
                s += self.a[i + j * m] * w[j];
            }
            s *= self.right[i];
            w[i] -= s;
            for j in r..n {
                w[j] -= s * self.a[i + j * m];
            }
        }
    }
}

/// Overwrites x by (β, v₁, …) with (I − τ v vᵀ) x = β e₁, v₀ = 1, |β| = `norm` = ‖x‖; returns τ.
fn reflection(x: &mut [f64], norm: f64) -> f64 {
    debug_assert!(norm > 0.0);
    let beta = -norm.copysign(x[0]);
    let tau = (beta - x[0]) / beta;
    let pivot = x[0] - beta;
    for v in &mut x[1..] {
        *v /= pivot;
    }
    x[0] = beta;
    tau
}

/// y ← (I − τ v vᵀ) y with v = (1, `tail`).
fn reflect(tau: f64, tail: &[f64], y: &mut [f64]) {
    let s = tau * (y[0] + dot(tail, &y[1..]));
    y[0] -= s;
    axpy(-s, tail, &mut y[1..]);
}
