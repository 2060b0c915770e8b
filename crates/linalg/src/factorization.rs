//! The common face of all factorizations: analyse once, factor often, solve.

use std::fmt::Debug;

use crate::error::FactorError;
#[cfg(feature = "faer")]
use crate::{
    dense::{DenseCholesky, DenseLblt, DenseLu, coordinate::Coordinate},
    dissection::nested_dissection,
    multifrontal::MultifrontalLu,
    pattern::Pattern,
    sparse_cholesky::SparseCholesky,
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

/// Order up to which a matrix is factored as a dense one, whatever its pattern. Measured for factor and solve
/// at order 64: dense LU 24 µs; sparse LU 6 µs on a tridiagonal matrix, 33 µs with five scattered entries a
/// row, where the dense code stays ahead up to order 180.
#[cfg(feature = "faer")]
pub(crate) const DENSE_ORDER: usize = 64;

/// Whether a pattern is better factored as a dense matrix: small, or a quarter full (half of that in a
/// triangle).
#[cfg(feature = "faer")]
fn is_dense(pattern: &Pattern, full: usize) -> bool {
    pattern.nrows() <= DENSE_ORDER || pattern.nnz() >= full / 4
}

/// Whether nine of ten entries off the diagonal have their mirror image in the pattern.
#[cfg(feature = "faer")]
fn is_nearly_symmetric(pattern: &Pattern) -> bool {
    let mut entries: Vec<(usize, usize)> = pattern.iter().filter(|(i, j)| i != j).collect();
    entries.sort_unstable();
    let mirrored = entries
        .iter()
        .filter(|(i, j)| entries.binary_search(&(*j, *i)).is_ok());
    10 * mirrored.count() >= 9 * entries.len()
}

/// LU factorization of a square pattern: dense up to order 64 or when a quarter of the entries is
/// there; above by fronts in an order of nested dissection when the pattern is nearly symmetric, by
/// columns when it is not.
///
/// Measured on the Newton matrix of a discretised control problem, seconds by fronts and by columns:
/// 0.001 and 0.002 at order 495, 0.014 and 0.16 at 9,615, 0.08 and 5.3 at 39,695.
///
/// # Panics
/// When the pattern is not square.
#[cfg(feature = "faer")]
#[must_use]
pub fn lu(pattern: &Pattern) -> Box<dyn Factorization> {
    let n = pattern.nrows();
    assert_eq!(n, pattern.ncols(), "LU asks for a square pattern");
    if is_dense(pattern, n * n) {
        Box::new(Coordinate::new(pattern, false, DenseLu::new(n)))
    } else if is_nearly_symmetric(pattern) {
        Box::new(MultifrontalLu::new(pattern, &nested_dissection(pattern)))
    } else {
        Box::new(SparseLu::new(pattern))
    }
}

/// Cholesky factorization of a symmetric positive definite matrix, from the pattern of its lower
/// triangle: dense for the sizes of [`lu`], sparse above.
///
/// # Panics
/// When an entry stands above the diagonal or the pattern is not square.
#[cfg(feature = "faer")]
#[must_use]
pub fn cholesky(pattern_lower: &Pattern) -> Box<dyn Factorization> {
    let n = pattern_lower.nrows();
    assert!(
        pattern_lower.is_lower_triangle(),
        "the pattern holds a lower triangle"
    );
    if is_dense(pattern_lower, n * n / 2) {
        Box::new(Coordinate::new(pattern_lower, true, DenseCholesky::new(n)))
    } else {
        Box::new(SparseCholesky::new(pattern_lower))
    }
}

/// Factorization of a symmetric indefinite matrix, from the pattern of its lower triangle: dense LBLᵀ
/// with inertia for the sizes of [`lu`], sparse LU of the full matrix above, without inertia.
///
/// For saddle matrices [`Kkt`](crate::Kkt) is faster and knows the inertia.
///
/// # Panics
/// When an entry stands above the diagonal or the pattern is not square.
#[cfg(feature = "faer")]
#[must_use]
pub fn symmetric_indefinite(pattern_lower: &Pattern) -> Box<dyn Factorization> {
    let n = pattern_lower.nrows();
    assert!(
        pattern_lower.is_lower_triangle(),
        "the pattern holds a lower triangle"
    );
    if is_dense(pattern_lower, n * n / 2) {
        Box::new(Coordinate::new(pattern_lower, true, DenseLblt::new(n)))
    } else {
        Box::new(SymmetricLu::new(pattern_lower))
    }
}

/// Sparse LU of the full matrix given by its lower triangle.
#[cfg(feature = "faer")]
#[derive(Debug)]
pub(crate) struct SymmetricLu {
    /// Entries of the triangle that stand off the diagonal: they occur twice.
    mirrored: Vec<usize>,
    nnz: usize,
    values: Vec<f64>,
    lu: SparseLu,
}

#[cfg(feature = "faer")]
impl SymmetricLu {
    pub(crate) fn new(lower: &Pattern) -> Self {
        let off = lower.iter().enumerate().filter(|(_, (i, j))| i != j);
        let mirrored: Vec<usize> = off.map(|(k, _)| k).collect();
        let upper = mirrored.iter().map(|&k| (lower.cols()[k], lower.rows()[k]));
        let full = Pattern::from_entries(lower.nrows(), lower.ncols(), lower.iter().chain(upper))
            .expect("a mirrored entry is in range");
        Self {
            nnz: lower.nnz(),
            values: vec![0.0; full.nnz()],
            lu: SparseLu::new(&full),
            mirrored,
        }
    }
}

#[cfg(feature = "faer")]
impl Factorization for SymmetricLu {
    fn n(&self) -> usize {
        self.lu.n()
    }

    fn factor(&mut self, values: &[f64]) -> Result<(), FactorError> {
        if values.len() == self.nnz {
            self.values[..self.nnz].copy_from_slice(values);
            for (out, &k) in self.values[self.nnz..].iter_mut().zip(&self.mirrored) {
                *out = values[k];
            }
            return self.lu.factor(&self.values);
        }
        // NaN makes the factorization forget its last success.
        self.values.fill(f64::NAN);
        let _ = self.lu.factor(&self.values);
        Err(FactorError::Dimension {
            expected: self.nnz,
            found: values.len(),
        })
    }

    fn solve(&mut self, b: &mut [f64]) {
        self.lu.solve(b);
    }

    fn solve_transpose(&mut self, b: &mut [f64]) {
        self.lu.solve(b);
    }
}
