//! Factorization of a dense symmetric indefinite matrix, verified, with its inertia.

use std::fmt;

use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::lblt::factor::{cholesky_in_place, cholesky_in_place_scratch};
use faer::{MatMut, Par};

use super::{check_lower, multiply_symmetric, scale_lower};
use crate::error::FactorError;
use crate::factorization::{Factorization, Inertia};
use crate::probe::Probe;
use crate::scaling::equilibrate_symmetric;
use crate::slice::{all_finite, dot, scale_by};

/// P S A S Pᵀ = L B Lᵀ: Bunch–Kaufman pivoting, B with blocks of order 1 and 2, by faer.
///
/// S equilibrates by powers of two; by Sylvester's law the inertia of A is that of B. Only the lower
/// triangle of A is read. The workspace is allocated by [`DenseLblt::new`]; `factor` costs
/// n³/3 + O(n²), a solve 2n².
pub struct DenseLblt {
    n: usize,
    scaled: Vec<f64>,
    factor: Vec<f64>,
    subdiagonal: Vec<f64>,
    order: Vec<usize>,
    order_inverse: Vec<usize>,
    scale: Vec<f64>,
    work: Vec<f64>,
    memory: MemBuffer,
    probe: Probe,
    inertia: Option<Inertia>,
    factored: bool,
}

impl fmt::Debug for DenseLblt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DenseLblt")
            .field("n", &self.n)
            .field("inertia", &self.inertia)
            .field("factored", &self.factored)
            .finish_non_exhaustive()
    }
}

impl DenseLblt {
    /// Room for matrices of order `n`.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self {
            n,
            scaled: vec![0.0; n * n],
            factor: vec![0.0; n * n],
            subdiagonal: vec![0.0; n],
            order: vec![0; n],
            order_inverse: vec![0; n],
            scale: vec![1.0; n],
            work: vec![0.0; n],
            memory: MemBuffer::new(cholesky_in_place_scratch::<usize, f64>(
                n,
                Par::Seq,
                Default::default(),
            )),
            probe: Probe::new(n),
            inertia: None,
            factored: false,
        }
    }

    /// Factors the column-major matrix `a` (n² values, the upper triangle ignored).
    ///
    /// # Errors
    /// [`FactorError`] when `a` has the wrong length, is not finite or is singular to working
    /// precision, or when the probe fails. A solve after an error gives NaN. After
    /// [`FactorError::Singular`] from a pivot, the inertia with its zeros is still known.
    pub fn factor_dense(&mut self, a: &[f64]) -> Result<(), FactorError> {
        let n = self.n;
        self.factored = false;
        self.inertia = None;
        check_lower(n, a)?;
        self.equilibrate(a)?;
        if n == 0 {
            self.inertia = Some(Inertia::default());
            self.factored = true;
            return Ok(());
        }
        self.factor.copy_from_slice(&self.scaled);
        let matrix = MatMut::from_column_major_slice_mut(&mut self.factor, n, n);
        cholesky_in_place(
            matrix,
            DiagMut::from_slice_mut(&mut self.subdiagonal),
            &mut self.order,
            &mut self.order_inverse,
            Par::Seq,
            MemStack::new(&mut self.memory),
            Default::default(),
        );
        self.count_blocks()?;
        let (scaled, factor, subdiagonal) = (&self.scaled, &self.factor, &self.subdiagonal);
        let (order, work) = (&self.order, &mut self.work);
        let verdict = self.probe.check(
            2.0,
            |x, y| multiply_symmetric(n, scaled, x, y),
            |b| solve_scaled(factor, subdiagonal, order, b, work),
        );
        self.factored = verdict.is_ok();
        if !self.factored {
            self.inertia = None;
        }
        verdict
    }

    /// scaled = S A S with the largest entry of every row near one.
    fn equilibrate(&mut self, a: &[f64]) -> Result<(), FactorError> {
        let n = self.n;
        equilibrate_symmetric(&mut self.scale, &mut self.work, |s, norms| {
            norms.fill(0.0);
            for j in 0..n {
                let column = a[j * n + j..(j + 1) * n].iter().zip(&s[j..]);
                let mut largest = norms[j];
                for (norm, (v, si)) in norms[j..].iter_mut().zip(column) {
                    let v = (v * si * s[j]).abs();
                    *norm = if v > *norm { v } else { *norm };
                    largest = if v > largest { v } else { largest };
                }
                norms[j] = largest;
            }
        })
        .map_err(|index| FactorError::Singular { index, ratio: 0.0 })?;
        scale_lower(n, a, &self.scale, &mut self.scaled);
        Ok(())
    }

    /// Signs of the eigenvalues of B; those at most nε times the largest count as zero.
    fn count_blocks(&mut self) -> Result<(), FactorError> {
        let n = self.n;
        let mut k = 0;
        while k < n {
            let a = self.factor[k + k * n];
            let b = self.subdiagonal[k];
            if b == 0.0 {
                self.work[k] = a;
                k += 1;
            } else {
                // The 2 × 2 block [a b; b c].
                let c = self.factor[(k + 1) * (n + 1)];
                let mean = 0.5 * (a + c);
                let half_gap = (0.5 * (a - c)).hypot(b);
                let far = mean + half_gap.copysign(mean);
                self.work[k] = far;
                // From the determinant: no cancellation when one eigenvalue is small.
                self.work[k + 1] = if far == 0.0 {
                    0.0
                } else {
                    (a * (c / far)) - b * (b / far)
                };
                k += 2;
            }
        }
        if !all_finite(&self.work) || !all_finite(&self.factor) {
            return Err(FactorError::Inaccurate { residual: f64::NAN });
        }
        let largest = self.work.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        let tolerance = n as f64 * f64::EPSILON * largest;
        let mut inertia = Inertia::default();
        let mut lost = None;
        for (index, v) in self.work.iter().enumerate() {
            if v.abs() <= tolerance {
                inertia.zero += 1;
                lost = lost.or(Some((index, v.abs() / largest)));
            } else if *v > 0.0 {
                inertia.positive += 1;
            } else {
                inertia.negative += 1;
            }
        }
        self.inertia = Some(inertia);
        match lost {
            Some((index, ratio)) => Err(FactorError::Singular {
                index,
                ratio: if ratio.is_nan() { 0.0 } else { ratio },
            }),
            None => Ok(()),
        }
    }
}

impl Factorization for DenseLblt {
    fn n(&self) -> usize {
        self.n
    }

    fn factor(&mut self, values: &[f64]) -> Result<(), FactorError> {
        self.factor_dense(values)
    }

    fn solve(&mut self, b: &mut [f64]) {
        debug_assert_eq!(b.len(), self.n);
        if !self.factored {
            b.fill(f64::NAN);
            return;
        }
        scale_by(&self.scale, b);
        solve_scaled(
            &self.factor,
            &self.subdiagonal,
            &self.order,
            b,
            &mut self.work,
        );
        scale_by(&self.scale, b);
    }

    fn solve_transpose(&mut self, b: &mut [f64]) {
        self.solve(b);
    }

    fn inertia(&self) -> Option<Inertia> {
        self.inertia
    }
}

/// b ← (Pᵀ L B Lᵀ P)⁻¹ b.
fn solve_scaled(
    factor: &[f64],
    subdiagonal: &[f64],
    order: &[usize],
    b: &mut [f64],
    work: &mut [f64],
) {
    let n = order.len();
    for (w, &i) in work.iter_mut().zip(order) {
        *w = b[i];
    }
    for j in 0..n {
        let v = work[j];
        let column = &factor[j * n + j + 1..(j + 1) * n];
        for (w, l) in work[j + 1..].iter_mut().zip(column) {
            *w -= v * l;
        }
    }
    let mut k = 0;
    while k < n {
        let (a, s) = (factor[k + k * n], subdiagonal[k]);
        if s == 0.0 {
            work[k] /= a;
            k += 1;
        } else {
            // Divided through by the off-diagonal entry, the largest of its block.
            let c = factor[(k + 1) * (n + 1)];
            let (a, c) = (a / s, c / s);
            let (u, v) = (work[k] / s, work[k + 1] / s);
            let determinant = a * c - 1.0;
            work[k] = (c * u - v) / determinant;
            work[k + 1] = (a * v - u) / determinant;
            k += 2;
        }
    }
    for j in (0..n).rev() {
        let column = &factor[j * n + j + 1..(j + 1) * n];
        work[j] -= dot(column, &work[j + 1..]);
    }
    for (w, &i) in work.iter().zip(order) {
        b[i] = *w;
    }
}
