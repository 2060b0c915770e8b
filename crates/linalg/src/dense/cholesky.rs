//! Cholesky factorization of a dense symmetric positive definite matrix, verified.

use super::{check_lower, multiply_symmetric, scale_lower};
use crate::error::FactorError;
use crate::factorization::{Factorization, Inertia};
use crate::probe::Probe;
use crate::scaling::inverse_root_power_of_two;
use crate::slice::{dot, scale_by};

/// S A S = L Lᵀ, S a diagonal of powers of two that brings the diagonal of A into [1/2, 2).
///
/// A is positive definite when every pivot exceeds nε times its diagonal entry: the verdict is
/// independent of the units of the unknowns. Only the lower triangle of A is read.
/// Memory is allocated by [`DenseCholesky::new`] only; `factor` costs n³/3 + O(n²), a solve 2n².
#[derive(Debug, Clone)]
pub struct DenseCholesky {
    n: usize,
    scaled: Vec<f64>,
    factor: Vec<f64>,
    scale: Vec<f64>,
    probe: Probe,
    factored: bool,
    failed: Option<Failed>,
}

/// Where an elimination ended, and the pivot there.
#[derive(Debug, Clone, Copy)]
struct Failed {
    index: usize,
    pivot: f64,
    /// False when the diagonal of A itself is not positive, before any elimination.
    eliminated: bool,
}

impl DenseCholesky {
    /// Room for matrices of order `n`.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self {
            n,
            scaled: vec![0.0; n * n],
            factor: vec![0.0; n * n],
            scale: vec![1.0; n],
            probe: Probe::new(n),
            factored: false,
            failed: None,
        }
    }

    /// Factors the column-major matrix `a` (n² values, the upper triangle ignored).
    ///
    /// # Errors
    /// [`FactorError`] when `a` has the wrong length, is not finite or not positive definite to
    /// working precision, or when the probe fails. A solve after an error gives NaN.
    pub fn factor_dense(&mut self, a: &[f64]) -> Result<(), FactorError> {
        let n = self.n;
        self.factored = false;
        self.failed = None;
        let loaded = load_scaled(n, a, &mut self.scale, &mut self.scaled);
        if let Err(FactorError::NotPositiveDefinite { index }) = loaded {
            self.failed = Some(Failed {
                index,
                pivot: a[index * (n + 1)],
                eliminated: false,
            });
        }
        loaded?;
        self.factor.copy_from_slice(&self.scaled);
        let tolerance = n as f64 * f64::EPSILON;
        for j in 0..n {
            let (left, right) = self.factor.split_at_mut(j * n);
            let column = &mut right[j..n];
            reduce_column(n, j, left, column);
            let pivot = column[0];
            // Also false when the pivot is NaN.
            let positive = pivot > tolerance * self.scaled[j + j * n];
            if !positive {
                self.failed = Some(Failed {
                    index: j,
                    pivot,
                    eliminated: true,
                });
                return Err(FactorError::NotPositiveDefinite { index: j });
            }
            let root = pivot.sqrt();
            for v in column.iter_mut() {
                *v /= root;
            }
        }
        let (scaled, factor) = (&self.scaled, &self.factor);
        self.probe.check(
            2.0,
            |x, y| multiply_symmetric(n, scaled, x, y),
            |b| {
                lower_solve(n, factor, b);
                upper_solve(n, factor, b);
            },
        )?;
        self.factored = true;
        Ok(())
    }

    /// b ← M⁻¹ b where A = M Mᵀ, so that the new ‖b‖² is the old bᵀA⁻¹b. Costs n².
    pub fn half_solve(&self, b: &mut [f64]) {
        debug_assert_eq!(b.len(), self.n);
        if !self.factored {
            b.fill(f64::NAN);
            return;
        }
        scale_by(&self.scale, b);
        lower_solve(self.n, &self.factor, b);
    }

    /// After [`FactorError::NotPositiveDefinite`]: a vector v ≠ 0 and the value of vᵀA v, at most a
    /// rounding error above zero (ConnGouldToint2000, Section 7.3.3). Otherwise `None`. Costs n².
    pub fn negative_curvature(&self, v: &mut [f64]) -> Option<f64> {
        let n = self.n;
        debug_assert_eq!(v.len(), n);
        let failed = self.failed?;
        let j = failed.index;
        v.fill(0.0);
        v[j] = 1.0;
        if !failed.eliminated {
            return Some(failed.pivot);
        }
        // L₁₁ᵀ v₁ = −(row j of L), then the rows above see a zero, and row j sees the pivot
        for i in (0..j).rev() {
            let column = &self.factor[i * n + i..i * n + j + 1];
            v[i] = -dot(&column[1..], &v[i + 1..=j]) / column[0];
        }
        scale_by(&self.scale, v);
        Some(failed.pivot)
    }
}

impl Factorization for DenseCholesky {
    fn n(&self) -> usize {
        self.n
    }

    fn factor(&mut self, values: &[f64]) -> Result<(), FactorError> {
        self.factor_dense(values)
    }

    fn solve(&mut self, b: &mut [f64]) {
        self.half_solve(b);
        upper_solve(self.n, &self.factor, b);
        scale_by(&self.scale, b);
    }

    fn solve_transpose(&mut self, b: &mut [f64]) {
        self.solve(b);
    }

    fn inertia(&self) -> Option<Inertia> {
        self.factored.then_some(Inertia {
            positive: self.n,
            negative: 0,
            zero: 0,
        })
    }
}

/// Lower triangle of S A S into `scaled`, the diagonal in [1/2, 2).
fn load_scaled(
    n: usize,
    a: &[f64],
    scale: &mut [f64],
    scaled: &mut [f64],
) -> Result<(), FactorError> {
    check_lower(n, a)?;
    for (index, s) in scale.iter_mut().enumerate() {
        let diagonal = a[index * (n + 1)];
        if diagonal <= 0.0 {
            return Err(FactorError::NotPositiveDefinite { index });
        }
        *s = inverse_root_power_of_two(diagonal);
    }
    scale_lower(n, a, scale, scaled);
    Ok(())
}

/// c ← c − L[j.., ..j] L[j, ..j]ᵀ, four columns at a time; c is column j from the diagonal down.
fn reduce_column(n: usize, j: usize, left: &[f64], c: &mut [f64]) {
    let m = c.len();
    let mut quads = left.chunks_exact(4 * n);
    for quad in quads.by_ref() {
        let (l0, rest) = quad.split_at(n);
        let (l1, rest) = rest.split_at(n);
        let (l2, l3) = rest.split_at(n);
        let (l0, l1, l2, l3) = (&l0[j..][..m], &l1[j..][..m], &l2[j..][..m], &l3[j..][..m]);
        let (u0, u1, u2, u3) = (l0[0], l1[0], l2[0], l3[0]);
        for i in 0..m {
            c[i] -= (u0 * l0[i] + u1 * l1[i]) + (u2 * l2[i] + u3 * l3[i]);
        }
    }
    for l in quads.remainder().chunks_exact(n) {
        let u = l[j];
        for (v, l) in c.iter_mut().zip(&l[j..]) {
            *v -= u * l;
        }
    }
}

/// b ← L⁻¹ b.
fn lower_solve(n: usize, factor: &[f64], b: &mut [f64]) {
    for j in 0..n {
        let column = &factor[j + j * n..(j + 1) * n];
        let v = b[j] / column[0];
        b[j] = v;
        for (bi, l) in b[j + 1..].iter_mut().zip(&column[1..]) {
            *bi -= v * l;
        }
    }
}

/// b ← L⁻ᵀ b.
fn upper_solve(n: usize, factor: &[f64], b: &mut [f64]) {
    for j in (0..n).rev() {
        let column = &factor[j + j * n..(j + 1) * n];
        b[j] = (b[j] - dot(&column[1..], &b[j + 1..])) / column[0];
    }
}
