//! Dense factorizations of column-major matrices: LU, Cholesky, LBLᵀ, QR, eigenvalues and SVD.

mod cholesky;
#[cfg(feature = "faer")]
pub(crate) mod coordinate;
mod elimination;
#[cfg(feature = "faer")]
mod lblt;
mod lu;
mod qr;
#[cfg(feature = "faer")]
mod spectral;
#[cfg(feature = "faer")]
mod workspace;

pub use cholesky::DenseCholesky;
#[cfg(feature = "faer")]
pub use lblt::DenseLblt;
pub use lu::DenseLu;
pub use qr::DenseQr;
#[cfg(feature = "faer")]
pub use spectral::{
    numerical_rank, singular_values, svd, symmetric_eigenvalues, symmetric_eigenvectors,
};
#[cfg(feature = "faer")]
pub use workspace::{FullSvd, SymmetricEigen};

use crate::error::FactorError;
use crate::slice::{all_finite, axpy, dot};

/// y = A x for a column-major A of order n.
fn multiply(n: usize, a: &[f64], x: &[f64], y: &mut [f64]) {
    y.fill(0.0);
    for j in 0..n {
        axpy(x[j], &a[j * n..(j + 1) * n], y);
    }
}

/// y = A x for a symmetric column-major A of order n, of which only the lower triangle is read. Costs 2n².
pub fn multiply_symmetric(n: usize, a: &[f64], x: &[f64], y: &mut [f64]) {
    y.fill(0.0);
    for j in 0..n {
        let below = &a[j * n + j + 1..(j + 1) * n];
        axpy(x[j], below, &mut y[j + 1..]);
        y[j] += a[j * n + j] * x[j] + dot(below, &x[j + 1..]);
    }
}

/// Checks the length of a column-major matrix of order n and that its lower triangle is finite.
fn check_lower(n: usize, a: &[f64]) -> Result<(), FactorError> {
    if a.len() != n * n {
        return Err(FactorError::Dimension {
            expected: n * n,
            found: a.len(),
        });
    }
    if (0..n).all(|j| all_finite(&a[j * n + j..(j + 1) * n])) {
        Ok(())
    } else {
        Err(FactorError::NotFinite)
    }
}

/// Lower triangle of S A S, column-major; S is the diagonal `scale`.
fn scale_lower(n: usize, a: &[f64], scale: &[f64], scaled: &mut [f64]) {
    for j in 0..n {
        let range = j * n + j..(j + 1) * n;
        let column = a[range.clone()].iter().zip(&scale[j..]);
        for (out, (v, s)) in scaled[range].iter_mut().zip(column) {
            *out = v * s * scale[j];
        }
    }
}
