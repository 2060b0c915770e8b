//! What can be wrong with a call before anything is evaluated.

use nlp_model::ModelError;

/// Misuse of a solver. How a run ended is no error.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DfoError {
    /// A vector of the wrong length, a start that is not finite, contradictory bounds.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The start lies outside of its bounds.
    #[error("x[{index}] = {value} is not between {lower} and {upper}")]
    OutsideBounds {
        /// The first such entry.
        index: usize,
        /// Its value.
        value: f64,
        /// Its lower bound.
        lower: f64,
        /// Its upper bound.
        upper: f64,
    },
    /// The width of the box is not finite in some variable.
    #[error("the box [{lower}, {upper}] of x[{index}] is not finite")]
    InfiniteBox {
        /// The first such entry.
        index: usize,
        /// Its lower bound.
        lower: f64,
        /// Its upper bound.
        upper: f64,
    },
    /// The value at the start is NaN or infinite.
    #[error("the value at the start is {0}; it must be finite")]
    StartValue(f64),
    /// The bounds of a variable are nearer than two radii, which Powell's code refuses.
    #[error("the bounds of x[{index}] are {gap:e} apart, less than twice the radius {radius:e}")]
    NarrowBounds {
        /// The first such variable.
        index: usize,
        /// The distance of its bounds.
        gap: f64,
        /// Its radius.
        radius: f64,
    },
    /// Starts are drawn from a box, which must be finite.
    #[error("x[{index}] has no finite bounds to draw starts between")]
    UnboundedBox {
        /// The first such variable.
        index: usize,
    },
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
}
