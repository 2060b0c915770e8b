//! LU factorization of a square dense matrix, verified.

use super::elimination::eliminate;
use super::multiply;
use crate::error::FactorError;
use crate::factorization::Factorization;
use crate::probe::Probe;
use crate::scaling::inverse_power_of_two;
use crate::slice::{all_finite, dot, scale_by};

/// P R A C = L U: partial pivoting on the equilibrated matrix.
///
/// R and C are diagonal powers of two: R brings the largest entry of each row into [1, 2), then C that of
/// each column. They make the verdict independent of the units of the equations and of the unknowns.
///
/// A matrix is singular when a pivot u_kk is at most nε Σ_j |l_kj||u_jk|, that is, lost in the rounding
/// errors of the terms it is made of (Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed.,
/// theorem 9.3), or when the probe solution shows a condition number above 1/(16nε).
///
/// Memory is allocated by [`DenseLu::new`] only. `factor` costs 2n³/3 + O(n²), a solve 2n².
#[derive(Debug, Clone)]
pub struct DenseLu {
    n: usize,
    scaled: Vec<f64>,
    factors: Vec<f64>,
    rows: Vec<usize>,
    row_scale: Vec<f64>,
    col_scale: Vec<f64>,
    work: Vec<f64>,
    probe: Probe,
    factored: bool,
}

impl DenseLu {
    /// Room for matrices of order `n`.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self {
            n,
            scaled: vec![0.0; n * n],
            factors: vec![0.0; n * n],
            rows: (0..n).collect(),
            row_scale: vec![1.0; n],
            col_scale: vec![1.0; n],
            work: vec![0.0; n],
            probe: Probe::new(n),
            factored: false,
        }
    }

    /// Factors the column-major matrix `a` (n² values).
    ///
    /// # Errors
    /// [`FactorError`] when `a` has the wrong length, is not finite, is singular to working precision,
    /// or when the probe fails. A solve after an error gives NaN.
    pub fn factor_dense(&mut self, a: &[f64]) -> Result<(), FactorError> {
        self.factored = false;
        if a.len() != self.n * self.n {
            return Err(FactorError::Dimension {
                expected: self.n * self.n,
                found: a.len(),
            });
        }
        if !all_finite(a) {
            return Err(FactorError::NotFinite);
        }
        self.equilibrate(a)?;
        self.factors.copy_from_slice(&self.scaled);
        eliminate(self.n, &mut self.factors, &mut self.rows)
            .map_err(|index| FactorError::Singular { index, ratio: 0.0 })?;
        self.check_pivots()?;

        let (n, scaled) = (self.n, &self.scaled);
        let (factors, rows, work) = (&self.factors, &self.rows, &mut self.work);
        self.probe.check(
            2.0,
            |x, y| multiply(n, scaled, x, y),
            |b| solve_scaled(factors, rows, b, work),
        )?;
        self.factored = true;
        Ok(())
    }

    /// scaled = R A C.
    fn equilibrate(&mut self, a: &[f64]) -> Result<(), FactorError> {
        let n = self.n;
        if n == 0 {
            return Ok(());
        }
        let zero = |index| FactorError::Singular { index, ratio: 0.0 };
        self.row_scale.fill(0.0);
        for column in a.chunks_exact(n) {
            for (largest, v) in self.row_scale.iter_mut().zip(column) {
                // Entries are finite here: a plain comparison loses no NaN.
                *largest = if v.abs() > *largest {
                    v.abs()
                } else {
                    *largest
                };
            }
        }
        for (i, r) in self.row_scale.iter_mut().enumerate() {
            if *r == 0.0 {
                return Err(zero(i));
            }
            *r = inverse_power_of_two(*r);
        }
        for (j, (column, out)) in a
            .chunks_exact(n)
            .zip(self.scaled.chunks_exact_mut(n))
            .enumerate()
        {
            let mut largest = 0.0;
            for ((o, v), r) in out.iter_mut().zip(column).zip(&self.row_scale) {
                *o = v * r;
                largest = if o.abs() > largest { o.abs() } else { largest };
            }
            if largest == 0.0 {
                return Err(zero(j));
            }
            let c = inverse_power_of_two(largest);
            self.col_scale[j] = c;
            for o in out {
                *o *= c;
            }
        }
        Ok(())
    }

    /// Every pivot must exceed the rounding errors of the sum it comes from.
    fn check_pivots(&mut self) -> Result<(), FactorError> {
        let n = self.n;
        let terms = &mut self.work;
        terms.fill(0.0);
        for j in 0..n {
            let column = &self.factors[j * n..(j + 1) * n];
            let mut upper = j + j * n;
            for k in j + 1..n {
                upper += n;
                terms[k] += (column[k] * self.factors[upper]).abs();
            }
        }
        let tolerance = n as f64 * f64::EPSILON;
        for (index, terms) in terms.iter().enumerate() {
            let pivot = self.factors[index + index * n].abs();
            let ratio = pivot / (terms + pivot);
            if ratio <= tolerance {
                return Err(FactorError::Singular { index, ratio });
            }
        }
        Ok(())
    }
}

impl Factorization for DenseLu {
    fn n(&self) -> usize {
        self.n
    }

    /// As [`DenseLu::factor_dense`]: the values of [`Pattern::dense`](crate::Pattern::dense).
    fn factor(&mut self, values: &[f64]) -> Result<(), FactorError> {
        self.factor_dense(values)
    }

    fn solve(&mut self, b: &mut [f64]) {
        debug_assert_eq!(b.len(), self.n);
        if !self.factored {
            b.fill(f64::NAN);
            return;
        }
        scale_by(&self.row_scale, b);
        solve_scaled(&self.factors, &self.rows, b, &mut self.work);
        scale_by(&self.col_scale, b);
    }

    fn solve_transpose(&mut self, b: &mut [f64]) {
        debug_assert_eq!(b.len(), self.n);
        if !self.factored {
            b.fill(f64::NAN);
            return;
        }
        let n = self.n;
        scale_by(&self.col_scale, b);
        for j in 0..n {
            let column = &self.factors[j * n..(j + 1) * n];
            b[j] = (b[j] - dot(&column[..j], &b[..j])) / column[j];
        }
        for j in (0..n).rev() {
            let column = &self.factors[j * n..(j + 1) * n];
            b[j] -= dot(&column[j + 1..], &b[j + 1..]);
        }
        self.work.copy_from_slice(b);
        for (&row, v) in self.rows.iter().zip(&self.work) {
            b[row] = *v;
        }
        scale_by(&self.row_scale, b);
    }
}

/// b ← (P⁻¹ L U)⁻¹ b.
fn solve_scaled(factors: &[f64], rows: &[usize], b: &mut [f64], work: &mut [f64]) {
    let n = rows.len();
    for (w, &row) in work.iter_mut().zip(rows) {
        *w = b[row];
    }
    b.copy_from_slice(work);
    for j in 0..n {
        let column = &factors[j * n..(j + 1) * n];
        let v = b[j];
        for (bi, l) in b[j + 1..].iter_mut().zip(&column[j + 1..]) {
            *bi -= v * l;
        }
    }
    for j in (0..n).rev() {
        let column = &factors[j * n..(j + 1) * n];
        let v = b[j] / column[j];
        b[j] = v;
        for (bi, u) in b[..j].iter_mut().zip(&column[..j]) {
            *bi -= v * u;
        }
    }
}
