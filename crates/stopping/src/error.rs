//! Misuse of a stopping.

use thiserror::Error;

/// What can be wrong with the construction of a stopping. How a run ended is a
/// [`Status`](crate::Status), not an error.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum StoppingError {
    /// A vector of tolerances and a vector of scores differ in length.
    #[error("{expected} scores are measured, but {found} tolerances are given")]
    Lengths {
        /// Number of scores.
        expected: usize,
        /// Number of tolerances.
        found: usize,
    },
    /// A vector has the wrong length.
    #[error("{what} has length {found}, expected {expected}")]
    Dimension {
        /// Which vector.
        what: &'static str,
        /// Length by the problem.
        expected: usize,
        /// Length found.
        found: usize,
    },
    /// A measure needs a value that the state does not know.
    #[error("the state does not know {0}")]
    Missing(&'static str),
}
