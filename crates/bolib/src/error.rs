//! What can go wrong before a problem is there.

use std::fmt;

use nlp_model::ModelError;

/// Misuse of the library.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BolibError {
    /// No problem has this name.
    #[error("no problem is called `{name}`{}", Suggestion(near))]
    UnknownProblem {
        /// The name asked for.
        name: String,
        /// The names nearest to it, best first.
        near: Vec<&'static str>,
    },
    /// The grid of the control problem has no interior node.
    #[error("the control problem needs at least 2 cells a side, not {cells}")]
    CoarseGrid {
        /// Cells a side asked for.
        cells: usize,
    },
    /// A model could not be built.
    #[error(transparent)]
    Model(#[from] ModelError),
}

struct Suggestion<'a>(&'a [&'static str]);

impl fmt::Display for Suggestion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => Ok(()),
            near => write!(f, "; did you mean {}?", near.join(" or ")),
        }
    }
}
