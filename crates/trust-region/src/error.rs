//! What can be wrong with a call before anything is solved.

use nlp_model::ModelError;

/// Misuse of a solver. How a run ended is a [`stopping::Status`], not an error.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustRegionError {
    /// A vector of the wrong length, a start that is not finite, contradictory bounds.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// An option is outside of its range.
    #[error("option {name} is {value}; {range}")]
    Option {
        /// The option.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        range: &'static str,
    },
    /// The blocks of rows are no partition.
    #[error("row {row} stands in {count} blocks; it must stand in one")]
    Partition {
        /// The first such row.
        row: usize,
        /// In how many blocks it stands.
        count: usize,
    },
}
