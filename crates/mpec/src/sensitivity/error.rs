//! Why there is no derivative.

use linalg::FactorError;

use super::Conditions;
use crate::MpecError;

/// Why a sensitivity is not given.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SensitivityError {
    /// A wrong length, a point that is not finite, a function or derivative that is not, an option out of
    /// range.
    #[error(transparent)]
    Input(#[from] MpecError),
    /// y is no KKT point of the lower level.
    #[error(
        "y is no KKT point of the lower level: violation {:.1e}, stationarity {:.1e}",
        conditions.violation, conditions.stationarity
    )]
    NotStationary {
        /// What was found.
        conditions: Conditions,
    },
    /// LICQ fails: the gradients of the active rows are dependent, multipliers are not unique.
    #[error(
        "not differentiable here: LICQ fails, the smallest singular value of the gradients of {} active rows is {:.1e}",
        conditions.active, conditions.independence
    )]
    Dependent {
        /// What was found.
        conditions: Conditions,
    },
    /// The strong second-order condition fails: y may be one of many solutions, or none.
    #[error(
        "not differentiable here: the strong second-order condition fails, smallest curvature {:.1e}",
        conditions.curvature
    )]
    NoSecondOrder {
        /// What was found.
        conditions: Conditions,
    },
    /// Strict complementarity fails: y(x) has a kink, with directional derivatives only.
    #[error(
        "not differentiable here: {} active rows have no positive multiplier, the smallest is {:.1e}",
        conditions.weakly_active, conditions.complementarity
    )]
    NotDifferentiable {
        /// What was found.
        conditions: Conditions,
    },
    /// A factorization or a quadratic program failed in spite of the conditions.
    #[error("the linear algebra failed")]
    Failed,
}

impl From<FactorError> for SensitivityError {
    fn from(_: FactorError) -> Self {
        SensitivityError::Failed
    }
}
