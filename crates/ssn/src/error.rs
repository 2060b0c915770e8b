//! What can be wrong with a call before anything is solved.

use linalg::FactorError;
use nlp_model::ModelError;

/// Misuse of a solver or a system. How a run ended is a [`stopping::Status`], not an error.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SsnError {
    /// A vector of the wrong length, a start that is not finite, contradictory bounds.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The penalty parameter is not a positive finite number.
    #[error("the penalty parameter λ is {0}; it must be positive and finite")]
    PenaltyParameter(f64),
    /// Stability is asked for at a point that is no solution.
    #[error("y is not a solution at x: residual {0:.1e}")]
    NotASolution(f64),
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
    /// The Newton matrix cannot be analysed.
    #[error(transparent)]
    Factor(#[from] FactorError),
}
