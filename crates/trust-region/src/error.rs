//! What can be wrong with a call.

use linalg::FactorError;
use nlp_model::ModelError;

/// Misuse of a solver or of a subproblem. How a run ended is a [`stopping::Status`], not an error.
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
    /// The method is for problems without bounds and constraints.
    #[error("the model has bounds or constraints")]
    Constrained,
    /// A subproblem has a gradient, a Hessian or a radius that is not finite, or a radius that is not positive.
    #[error("the trust-region subproblem is not finite, or its radius is not positive")]
    NotFinite,
    /// The step exists only for a positive definite Hessian.
    #[error("the Hessian is not positive definite to working precision")]
    NotPositiveDefinite,
}

impl From<FactorError> for TrustRegionError {
    /// What a factorization of a Hessian of the right size can say.
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::NotFinite => TrustRegionError::NotFinite,
            _ => TrustRegionError::NotPositiveDefinite,
        }
    }
}

/// `Ok` when a tolerance is positive and finite.
pub(crate) fn check_positive(name: &'static str, value: f64) -> Result<(), TrustRegionError> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(TrustRegionError::Option {
        name,
        value,
        range: "it must be positive and finite",
    })
}
