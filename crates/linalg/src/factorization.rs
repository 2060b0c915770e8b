//! The common face of all factorizations: analyse once, factor often, solve.

use std::fmt::Debug;

use crate::error::FactorError;
#[cfg(feature = "faer")]
use crate::{
    dense::{DenseLu, coordinate::Coordinate},
    pattern::Pattern,
    sparse_lu::SparseLu,
};

/// Numbers of positive, negative and zero eigenvalues of a symmetric matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Inertia {
    /// Number of positive eigenvalues.
    pub positive: usize,
    /// Number of negative eigenvalues.
    pub negative: usize,
    /// Number of zero eigenvalues.
    pub zero: usize,
}

/// A factorization of a square matrix whose structure is fixed and whose values change.
///
/// The structure is analysed at construction; [`factor`](Factorization::factor) takes the values in
/// the order of the pattern and verifies its own result. A solve without a successful `factor`
/// before it fills `b` with NaN: it never panics and never looks like a success.
pub trait Factorization: Debug + Send {
    /// Order of the matrix.
    fn n(&self) -> usize;

    /// Factors the matrix with these values, one for each entry of the pattern.
    ///
    /// # Errors
    /// [`FactorError`] when the values have the wrong length or are not finite, and when the matrix is
    /// singular to working precision (or not of the kind asked for), or the probe solve fails.
    fn factor(&mut self, values: &[f64]) -> Result<(), FactorError>;

    /// b ← A⁻¹ b, `b` of length n.
    fn solve(&mut self, b: &mut [f64]);

    /// b ← A⁻ᵀ b, `b` of length n.
    fn solve_transpose(&mut self, b: &mut [f64]);

    /// Inertia of the last matrix factored, when the matrix is symmetric and the method knows it.
    fn inertia(&self) -> Option<Inertia> {
        None
    }
}

/// Order up to which a matrix is factored as a dense one, whatever its pattern.
#[cfg(feature = "faer")]
const DENSE_ORDER: usize = 64;

/// LU factorization of a square pattern: dense up to order 64 or when a quarter of the entries is
/// there, sparse above.
///
/// # Panics
/// When the pattern is not square.
#[cfg(feature = "faer")]
#[must_use]
pub fn lu(pattern: &Pattern) -> Box<dyn Factorization> {
    let n = pattern.nrows();
    assert_eq!(n, pattern.ncols(), "LU asks for a square pattern");
    if n <= DENSE_ORDER || pattern.nnz() >= n * n / 4 {
        Box::new(Coordinate::new(pattern, false, DenseLu::new(n)))
    } else {
        Box::new(SparseLu::new(pattern))
    }
}
