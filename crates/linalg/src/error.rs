//! Errors of this crate. Each carries the number that explains it.

use thiserror::Error;

/// A coordinate pattern that describes no matrix.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PatternError {
    /// The row and column lists have different lengths.
    #[error("{rows} row indices but {cols} column indices")]
    UnequalLengths {
        /// Length of the row list.
        rows: usize,
        /// Length of the column list.
        cols: usize,
    },
    /// A coordinate lies outside the matrix.
    #[error("entry {entry} at ({row}, {col}) lies outside a {nrows} x {ncols} matrix")]
    OutOfRange {
        /// Position in the coordinate list, from 0.
        entry: usize,
        /// Its row.
        row: usize,
        /// Its column.
        col: usize,
        /// Rows of the matrix.
        nrows: usize,
        /// Columns of the matrix.
        ncols: usize,
    },
}

/// A factorization that cannot be trusted, with the reason.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FactorError {
    /// A slice has the wrong length.
    #[error("expected {expected} values, found {found}")]
    Dimension {
        /// Length that the pattern asks for.
        expected: usize,
        /// Length given.
        found: usize,
    },
    /// An input value is NaN or infinite.
    #[error("the matrix has an entry that is not finite")]
    NotFinite,
    /// The matrix is singular to working precision: a pivot is lost in its own rounding error.
    #[error(
        "the matrix is numerically singular: pivot {index} is {ratio:e} of the terms it is made of"
    )]
    Singular {
        /// Step of the elimination (or row, or column) where the pivot fails, from 0.
        index: usize,
        /// Pivot over the sum of the absolute terms that were subtracted to form it.
        ratio: f64,
    },
    /// The probe solution explodes: the condition number leaves no correct digit.
    #[error("the matrix is numerically singular: condition number at least {condition:e}")]
    IllConditioned {
        /// Lower bound of the condition number of the equilibrated matrix.
        condition: f64,
    },
    /// A Cholesky factorization met a pivot that is not positive.
    #[error("the matrix is not positive definite (pivot {index})")]
    NotPositiveDefinite {
        /// Step of the elimination where it was seen, in the order of elimination, from 0.
        index: usize,
    },
    /// The factors are finite but do not reproduce the matrix.
    #[error("the factorization is inaccurate: relative probe residual {residual:e}")]
    Inaccurate {
        /// ‖A x − b‖ / (a ‖x‖ + ‖b‖) of the probe in the maximum norm, a the largest entry of A;
        /// NaN when a factor is not finite.
        residual: f64,
    },
    /// The iteration for eigenvalues or singular values did not converge.
    #[error("no convergence for {n} eigenvalues or singular values")]
    NoConvergence {
        /// How many were asked for.
        n: usize,
    },
    /// The sparse analysis failed, for lack of memory or because indices overflow.
    #[error("the sparse analysis of {n} unknowns and {nnz} entries failed")]
    Analysis {
        /// Number of unknowns.
        n: usize,
        /// Number of entries.
        nnz: usize,
    },
}
