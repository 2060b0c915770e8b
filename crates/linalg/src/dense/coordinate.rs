//! A dense factorization fed by coordinate values.

use crate::error::FactorError;
use crate::factorization::{Factorization, Inertia};
use crate::pattern::Pattern;

/// Spreads the values of a pattern into a dense matrix and factors that.
#[derive(Debug)]
pub(crate) struct Coordinate<F> {
    pattern: Pattern,
    /// Whether the pattern holds one triangle of a symmetric matrix.
    symmetric: bool,
    dense: Vec<f64>,
    inner: F,
}

impl<F: Factorization> Coordinate<F> {
    pub(crate) fn new(pattern: &Pattern, symmetric: bool, inner: F) -> Self {
        debug_assert!(pattern.nrows() == pattern.ncols() && pattern.nrows() == inner.n());
        Self {
            dense: vec![0.0; pattern.nrows() * pattern.ncols()],
            pattern: pattern.clone(),
            symmetric,
            inner,
        }
    }
}

impl<F: Factorization> Factorization for Coordinate<F> {
    fn n(&self) -> usize {
        self.inner.n()
    }

    fn factor(&mut self, values: &[f64]) -> Result<(), FactorError> {
        if values.len() == self.pattern.nnz() {
            if self.symmetric {
                self.pattern.to_dense_symmetric(values, &mut self.dense);
            } else {
                self.pattern.to_dense(values, &mut self.dense);
            }
            return self.inner.factor(&self.dense);
        }
        // NaN makes the inner factorization forget its last success.
        self.dense.fill(f64::NAN);
        let _ = self.inner.factor(&self.dense);
        Err(FactorError::Dimension {
            expected: self.pattern.nnz(),
            found: values.len(),
        })
    }

    fn solve(&mut self, b: &mut [f64]) {
        self.inner.solve(b);
    }

    fn solve_transpose(&mut self, b: &mut [f64]) {
        self.inner.solve_transpose(b);
    }

    fn inertia(&self) -> Option<Inertia> {
        self.inner.inertia()
    }
}
