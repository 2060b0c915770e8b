//! What can be wrong with a model before anything is solved.

use linalg::PatternError;

use crate::Side;

/// Misuse found while a model is built or handed to a solver.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A vector has the wrong length.
    #[error("{name} has length {found}, expected {expected}")]
    Dimension {
        /// What the vector is.
        name: &'static str,
        /// The length it must have.
        expected: usize,
        /// The length it has.
        found: usize,
    },
    /// A vector holds NaN where a number is needed.
    #[error("{name}[{index}] is not a number")]
    NotANumber {
        /// What the vector is.
        name: &'static str,
        /// The first such entry.
        index: usize,
    },
    /// A start is infinite, where a finite point is needed.
    #[error("{name}[{index}] is infinite")]
    Infinite {
        /// What the vector is.
        name: &'static str,
        /// The first such entry.
        index: usize,
    },
    /// A lower bound above its upper bound, or a bound that nothing satisfies (+∞ below, −∞ above).
    #[error("{name}[{index}]: no value lies between {lower} and {upper}")]
    ContradictoryBounds {
        /// `variable` or `constraint`.
        name: &'static str,
        /// The first such entry.
        index: usize,
        /// Its lower bound.
        lower: f64,
        /// Its upper bound.
        upper: f64,
    },
    /// A sparsity pattern does not fit the model.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A Hessian structure has entries above the diagonal.
    #[error("the Hessian's structure has entries above the diagonal; give the lower triangle")]
    UpperTriangle,
    /// A derivative is nonzero where a sparsity pattern has no entry.
    #[error("the {matrix}'s pattern has no entry ({row}, {column}), where it is {value:e}")]
    MissingEntry {
        /// `Jacobian` or `Hessian`.
        matrix: &'static str,
        /// Row of the entry.
        row: usize,
        /// Column of the entry.
        column: usize,
        /// About its value.
        value: f64,
    },
    /// A side of a complementarity condition cannot be one.
    #[error("complementarity condition {condition}: {side:?} {reason}")]
    Side {
        /// The condition, counted from 0.
        condition: usize,
        /// The side.
        side: Side,
        /// Why it cannot be one.
        reason: &'static str,
    },
    /// A list of variables does not fit the model.
    #[error("variable {variable} {reason}")]
    Variable {
        /// The variable.
        variable: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A required function is missing in a [`ClosureModel`](crate::ClosureModel).
    #[error("the model has no {0}")]
    Missing(&'static str),
}

/// `Ok` when `vector` has `expected` entries.
pub fn check_length(name: &'static str, vector: &[f64], expected: usize) -> Result<(), ModelError> {
    if vector.len() == expected {
        Ok(())
    } else {
        Err(ModelError::Dimension {
            name,
            expected,
            found: vector.len(),
        })
    }
}

/// `Ok` when `point` has `expected` entries, all finite.
pub fn check_point(name: &'static str, point: &[f64], expected: usize) -> Result<(), ModelError> {
    check_length(name, point, expected)?;
    match point.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(index) if point[index].is_nan() => Err(ModelError::NotANumber { name, index }),
        Some(index) => Err(ModelError::Infinite { name, index }),
    }
}

/// `Ok` when each interval [lower, upper] holds a number.
pub fn check_bounds(name: &'static str, lower: &[f64], upper: &[f64]) -> Result<(), ModelError> {
    for (index, (&l, &u)) in lower.iter().zip(upper).enumerate() {
        if l.is_nan() || u.is_nan() {
            return Err(ModelError::NotANumber { name, index });
        }
        if l > u || l == f64::INFINITY || u == f64::NEG_INFINITY {
            return Err(ModelError::ContradictoryBounds {
                name,
                index,
                lower: l,
                upper: u,
            });
        }
    }
    Ok(())
}
