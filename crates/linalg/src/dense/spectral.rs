//! Eigenvalues of symmetric matrices and singular values, by faer, verified.
//!
//! These functions allocate their workspace: they serve diagnoses and certificates, not inner loops.

use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::svd::{ComputeSvdVectors, svd_scratch};
use faer::{MatMut, MatRef, Par};

use super::multiply_symmetric;
use crate::error::FactorError;
use crate::scaling::inverse_power_of_two;
use crate::slice::{all_finite, axpy, dot, norm_inf, norm2, scale, sub};

/// Relative residual of the probe below which a decomposition is believed.
const TOLERANCE: f64 = 1e-10;

/// Eigenvalues of a symmetric column-major matrix of order n, in increasing order.
///
/// Only the lower triangle of `a` (n² values) is read; `values` has length n. About 4n³/3 operations.
///
/// # Errors
/// [`FactorError`] for a wrong length, an entry that is not finite, or a failed iteration.
pub fn symmetric_eigenvalues(n: usize, a: &[f64], values: &mut [f64]) -> Result<(), FactorError> {
    check_length(n, values.len())?;
    let (scaled, unit) = load(n * n, a)?;
    evd(n, &scaled, values, None)?;
    // The trace is the one sum known beforehand.
    let trace: f64 = (0..n).map(|i| scaled[i * (n + 1)]).sum();
    let residual =
        (values.iter().sum::<f64>() - trace).abs() / (n.max(1) as f64 * norm_inf(values)).max(1.0);
    verdict(residual)?;
    scale(1.0 / unit, values);
    Ok(())
}

/// Eigenvalues in increasing order and orthonormal eigenvectors: A V = V diag(values).
///
/// Only the lower triangle of `a` (n² values) is read; `values` has length n, `vectors` n²,
/// column k the eigenvector of `values[k]`. About 9n³ operations.
///
/// # Errors
/// [`FactorError`] for a wrong length, an entry that is not finite, or a failed iteration.
pub fn symmetric_eigenvectors(
    n: usize,
    a: &[f64],
    values: &mut [f64],
    vectors: &mut [f64],
) -> Result<(), FactorError> {
    check_length(n, values.len())?;
    check_length(n * n, vectors.len())?;
    let (scaled, unit) = load(n * n, a)?;
    evd(n, &scaled, values, Some(vectors))?;
    // Probe: A (V w) = V (Λ w) for one w with irregular entries.
    let w = irregular(n);
    let lambda_w: Vec<f64> = w.iter().zip(values.iter()).map(|(w, v)| w * v).collect();
    let (mut left, mut right) = (vec![0.0; n], vec![0.0; n]);
    multiply_symmetric(n, &scaled, &combine(n, vectors, &w), &mut left);
    sub(&left, &combine(n, vectors, &lambda_w), &mut right);
    verdict(norm2(&right) / norm2(&w).max(1.0))?;
    scale(1.0 / unit, values);
    Ok(())
}

/// Singular values of a column-major m × n matrix, in decreasing order; `s` has length min(m, n).
///
/// # Errors
/// [`FactorError`] for a wrong length, an entry that is not finite, or a failed iteration.
pub fn singular_values(m: usize, n: usize, a: &[f64], s: &mut [f64]) -> Result<(), FactorError> {
    check_length(m.min(n), s.len())?;
    let (scaled, unit) = load(m * n, a)?;
    decompose(m, n, &scaled, s, None)?;
    // The sum of their squares is the squared Frobenius norm.
    let frobenius = norm2(&scaled);
    verdict((norm2(s) - frobenius).abs() / frobenius.max(1.0))?;
    scale(1.0 / unit, s);
    Ok(())
}

/// Singular value decomposition A = U diag(s) Vᵀ with k = min(m, n) columns in U and V.
///
/// `u` has m·k entries, `s` k, `v` n·k, all column-major; s decreases.
///
/// # Errors
/// [`FactorError`] for a wrong length, an entry that is not finite, or a failed iteration.
pub fn svd(
    m: usize,
    n: usize,
    a: &[f64],
    u: &mut [f64],
    s: &mut [f64],
    v: &mut [f64],
) -> Result<(), FactorError> {
    let k = m.min(n);
    check_length(m * k, u.len())?;
    check_length(k, s.len())?;
    check_length(n * k, v.len())?;
    let (scaled, unit) = load(m * n, a)?;
    decompose(m, n, &scaled, s, Some((&mut *u, &mut *v)))?;
    // Probe: A w = U (s ∘ Vᵀw).
    let w = irregular(n);
    let turned: Vec<f64> = (0..k)
        .map(|j| s[j] * dot(&v[j * n..(j + 1) * n], &w))
        .collect();
    let mut difference = vec![0.0; m];
    sub(
        &combine(m, &scaled, &w),
        &combine(m, u, &turned),
        &mut difference,
    );
    verdict(norm2(&difference) / norm2(&w).max(1.0))?;
    scale(1.0 / unit, s);
    Ok(())
}

/// Number of singular values σ > max(m, n) ε σ_max. NaN counts as lost.
#[must_use]
pub fn numerical_rank(m: usize, n: usize, s: &[f64]) -> usize {
    let threshold = m.max(n) as f64 * f64::EPSILON * norm_inf(s);
    s.iter().filter(|&&sigma| sigma > threshold).count()
}

fn check_length(expected: usize, found: usize) -> Result<(), FactorError> {
    if expected == found {
        Ok(())
    } else {
        Err(FactorError::Dimension { expected, found })
    }
}

/// A copy of `a` with its largest entry in [1, 2), and the power of two that was applied.
fn load(length: usize, a: &[f64]) -> Result<(Vec<f64>, f64), FactorError> {
    check_length(length, a.len())?;
    if !all_finite(a) {
        return Err(FactorError::NotFinite);
    }
    let largest = norm_inf(a);
    let unit = if largest > 0.0 {
        inverse_power_of_two(largest)
    } else {
        1.0
    };
    Ok((a.iter().map(|v| v * unit).collect(), unit))
}

fn verdict(residual: f64) -> Result<(), FactorError> {
    if residual <= TOLERANCE {
        Ok(())
    } else {
        Err(FactorError::Inaccurate { residual })
    }
}

fn irregular(n: usize) -> Vec<f64> {
    (1..=n)
        .map(|i| 1.0 + (i as f64 * 0.618_033_988_749_894_9).fract())
        .collect()
}

/// Σ_j w_j (column j of the matrix with m rows).
fn combine(m: usize, matrix: &[f64], w: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; m];
    for (j, wj) in w.iter().enumerate() {
        axpy(*wj, &matrix[j * m..(j + 1) * m], &mut sum);
    }
    sum
}

fn evd(
    n: usize,
    a: &[f64],
    values: &mut [f64],
    vectors: Option<&mut [f64]>,
) -> Result<(), FactorError> {
    let wanted = match vectors {
        Some(_) => ComputeEigenvectors::Yes,
        None => ComputeEigenvectors::No,
    };
    let request = self_adjoint_evd_scratch::<f64>(n, wanted, Par::Seq, Default::default());
    self_adjoint_evd(
        MatRef::from_column_major_slice(a, n, n),
        DiagMut::from_slice_mut(values),
        vectors.map(|v| MatMut::from_column_major_slice_mut(v, n, n)),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(request)),
        Default::default(),
    )
    .map_err(|_| FactorError::NoConvergence { n })
}

fn decompose(
    m: usize,
    n: usize,
    a: &[f64],
    s: &mut [f64],
    vectors: Option<(&mut [f64], &mut [f64])>,
) -> Result<(), FactorError> {
    let k = m.min(n);
    let wanted = match vectors {
        Some(_) => ComputeSvdVectors::Thin,
        None => ComputeSvdVectors::No,
    };
    let request = svd_scratch::<f64>(m, n, wanted, wanted, Par::Seq, Default::default());
    let (u, v) = vectors.unzip();
    faer::linalg::svd::svd(
        MatRef::from_column_major_slice(a, m, n),
        DiagMut::from_slice_mut(s),
        u.map(|u| MatMut::from_column_major_slice_mut(u, m, k)),
        v.map(|v| MatMut::from_column_major_slice_mut(v, n, k)),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(request)),
        Default::default(),
    )
    .map_err(|_| FactorError::NoConvergence { n: k })
}
