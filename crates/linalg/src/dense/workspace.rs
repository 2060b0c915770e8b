//! Eigenvalues and singular values with a workspace that is allocated once.

use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::svd::{ComputeSvdVectors, svd_scratch};
use faer::{MatMut, MatRef, Par};

use crate::error::FactorError;
use crate::scaling::inverse_power_of_two;
use crate::slice::{all_finite, norm_inf, norm2, scale};

/// Relative error of the probe below which a decomposition is believed.
const TOLERANCE: f64 = 1e-10;

/// A = V diag(values) Vᵀ for symmetric matrices of order up to a limit, in inner loops.
pub struct SymmetricEigen {
    limit: usize,
    scaled: Vec<f64>,
    memory: MemBuffer,
}

impl std::fmt::Debug for SymmetricEigen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SymmetricEigen")
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

impl SymmetricEigen {
    /// Room for matrices of order up to `limit`.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        let request = |n| {
            let vectors = ComputeEigenvectors::Yes;
            self_adjoint_evd_scratch::<f64>(n, vectors, Par::Seq, Default::default())
        };
        SymmetricEigen {
            limit,
            scaled: vec![0.0; limit * limit],
            memory: MemBuffer::new((1..=limit).map(request).fold(StackReq::EMPTY, StackReq::or)),
        }
    }

    /// Eigenvalues in increasing order and orthonormal eigenvectors of the column-major matrix `a` of
    /// order n ≤ limit, of which only the lower triangle is read. `values` has length n, `vectors` n²,
    /// column k the eigenvector of `values[k]`. About 9n³ operations.
    ///
    /// # Errors
    /// [`FactorError`] for a wrong length, an entry that is not finite, or a failed iteration.
    pub fn decompose(
        &mut self,
        n: usize,
        a: &[f64],
        values: &mut [f64],
        vectors: &mut [f64],
    ) -> Result<(), FactorError> {
        check_length(n * n, a.len())?;
        check_length(n, values.len())?;
        check_length(n * n, vectors.len())?;
        if n > self.limit {
            return Err(FactorError::Dimension {
                expected: self.limit,
                found: n,
            });
        }
        if n == 0 {
            return Ok(());
        }
        let scaled = &mut self.scaled[..n * n];
        let unit = load(a, scaled)?;
        vectors.fill(0.0);
        self_adjoint_evd(
            MatRef::from_column_major_slice(scaled, n, n),
            DiagMut::from_slice_mut(values),
            Some(MatMut::from_column_major_slice_mut(vectors, n, n)),
            Par::Seq,
            MemStack::new(&mut self.memory),
            Default::default(),
        )
        .map_err(|_| FactorError::NoConvergence { n })?;
        // The sum of their squares is the squared Frobenius norm.
        let mut squares = 0.0;
        for j in 0..n {
            let below = norm2(&scaled[j * n + j + 1..(j + 1) * n]);
            squares += scaled[j * (n + 1)].powi(2) + 2.0 * below * below;
        }
        verdict(norm2(values), squares.sqrt())?;
        verdict(norm2(vectors), (n as f64).sqrt())?;
        scale(1.0 / unit, values);
        Ok(())
    }
}

/// A = U diag(s) Vᵀ with square U and V, for matrices with up to a limit of rows and columns, in inner
/// loops.
pub struct FullSvd {
    limits: (usize, usize),
    scaled: Vec<f64>,
    memory: MemBuffer,
}

impl std::fmt::Debug for FullSvd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FullSvd")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl FullSvd {
    /// Room for matrices of up to `rows` rows and `cols` columns.
    #[must_use]
    pub fn new(rows: usize, cols: usize) -> Self {
        let mut request = StackReq::EMPTY;
        for m in 1..=rows {
            for n in 1..=cols {
                let full = ComputeSvdVectors::Full;
                let one = svd_scratch::<f64>(m, n, full, full, Par::Seq, Default::default());
                request = request.or(one);
            }
        }
        FullSvd {
            limits: (rows, cols),
            scaled: vec![0.0; rows * cols],
            memory: MemBuffer::new(request),
        }
    }

    /// Singular values in decreasing order, `s` of length min(m, n), and all singular vectors, `u` of
    /// length m², `v` of length n², of the column-major m × n matrix `a`.
    ///
    /// # Errors
    /// [`FactorError`] for a wrong length, an entry that is not finite, or a failed iteration.
    pub fn decompose(
        &mut self,
        m: usize,
        n: usize,
        a: &[f64],
        u: &mut [f64],
        s: &mut [f64],
        v: &mut [f64],
    ) -> Result<(), FactorError> {
        check_length(m * n, a.len())?;
        check_length(m.min(n), s.len())?;
        check_length(m * m, u.len())?;
        check_length(n * n, v.len())?;
        if m > self.limits.0 || n > self.limits.1 {
            return Err(FactorError::Dimension {
                expected: self.limits.0 * self.limits.1,
                found: m * n,
            });
        }
        if m == 0 || n == 0 {
            identity(m, u);
            identity(n, v);
            return Ok(());
        }
        let scaled = &mut self.scaled[..m * n];
        let unit = load(a, scaled)?;
        // Note (2026-11-22): faer 0.24 leaves parts of U and V as they were and counts on zeros.
        u.fill(0.0);
        v.fill(0.0);
        faer::linalg::svd::svd(
            MatRef::from_column_major_slice(scaled, m, n),
            DiagMut::from_slice_mut(s),
            Some(MatMut::from_column_major_slice_mut(u, m, m)),
            Some(MatMut::from_column_major_slice_mut(v, n, n)),
            Par::Seq,
            MemStack::new(&mut self.memory),
            Default::default(),
        )
        .map_err(|_| FactorError::NoConvergence { n: m.min(n) })?;
        verdict(norm2(s), norm2(scaled))?;
        verdict(norm2(u), (m as f64).sqrt())?;
        verdict(norm2(v), (n as f64).sqrt())?;
        scale(1.0 / unit, s);
        Ok(())
    }
}

fn identity(n: usize, a: &mut [f64]) {
    a.fill(0.0);
    for i in 0..n {
        a[i * (n + 1)] = 1.0;
    }
}

fn check_length(expected: usize, found: usize) -> Result<(), FactorError> {
    if expected == found {
        Ok(())
    } else {
        Err(FactorError::Dimension { expected, found })
    }
}

/// Copies `a` with its largest entry in [1, 2); returns the power of two that was applied.
fn load(a: &[f64], scaled: &mut [f64]) -> Result<f64, FactorError> {
    if !all_finite(a) {
        return Err(FactorError::NotFinite);
    }
    let largest = norm_inf(a);
    let unit = if largest > 0.0 {
        inverse_power_of_two(largest)
    } else {
        1.0
    };
    for (scaled, a) in scaled.iter_mut().zip(a) {
        *scaled = a * unit;
    }
    Ok(unit)
}

fn verdict(found: f64, expected: f64) -> Result<(), FactorError> {
    let residual = (found - expected).abs() / expected.max(1.0);
    if residual <= TOLERANCE {
        Ok(())
    } else {
        Err(FactorError::Inaccurate { residual })
    }
}

#[cfg(test)]
mod tests {
    use super::{FullSvd, SymmetricEigen};
    use crate::error::FactorError;

    #[test]
    fn one_workspace_serves_matrices_of_several_orders() {
        let mut eigen = SymmetricEigen::new(3);
        let (mut values, mut vectors) = ([0.0; 2], [0.0; 4]);
        // [2 1; 1 2]
        let result = eigen.decompose(2, &[2.0, 1.0, 0.0, 2.0], &mut values, &mut vectors);
        assert_eq!(result, Ok(()));
        assert!((values[0] - 1.0).abs() < 1e-14 && (values[1] - 3.0).abs() < 1e-14);
        let (mut values, mut vectors) = ([0.0; 1], [0.0; 1]);
        assert_eq!(
            eigen.decompose(1, &[-5.0], &mut values, &mut vectors),
            Ok(())
        );
        assert_eq!((values[0], vectors[0].abs()), (-5.0, 1.0));
    }

    #[test]
    fn all_right_singular_vectors_are_there() {
        // [3 4 0]
        let mut svd = FullSvd::new(2, 3);
        let (mut u, mut s, mut v) = ([7.0; 1], [7.0; 1], [7.0; 9]);
        assert_eq!(
            svd.decompose(1, 3, &[3.0, 4.0, 0.0], &mut u, &mut s, &mut v),
            Ok(())
        );
        assert!((s[0] - 5.0).abs() < 1e-14);
        for k in 1..3 {
            assert!((3.0 * v[3 * k] + 4.0 * v[3 * k + 1]).abs() < 1e-14);
        }
    }

    #[test]
    fn what_is_not_a_matrix_is_refused() {
        let mut eigen = SymmetricEigen::new(1);
        let (mut values, mut vectors) = ([0.0; 1], [0.0; 1]);
        let mut go = |a: &[f64]| eigen.decompose(1, a, &mut values, &mut vectors);
        assert_eq!(go(&[f64::NAN]), Err(FactorError::NotFinite));
        assert!(matches!(
            go(&[1.0, 2.0]),
            Err(FactorError::Dimension { .. })
        ));
    }
}
