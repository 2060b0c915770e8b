//! What can be wrong with a call before anything is solved.

use dfo::DfoError;
use nlp_model::ModelError;
use ssn::SsnError;
use trust_region::TrustRegionError;

/// Misuse of a solver or a check. How a run ended is no error.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MpecError {
    /// A vector of the wrong length, a point that is not finite.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The Newton method refuses its input.
    #[error(transparent)]
    Newton(#[from] SsnError),
    /// The poll refuses its input.
    #[error(transparent)]
    Poll(#[from] DfoError),
    /// The method for nonlinear programs refuses its input.
    #[error(transparent)]
    Program(#[from] TrustRegionError),
    /// The players of a game do not fit together.
    #[error("player {player} {reason}")]
    Game {
        /// The player, counted from 0.
        player: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// A function or derivative is not finite at the point of a check.
    #[error("a function or derivative is not finite at the point")]
    Domain,
    /// A side of a pair is no variable, or that of another side.
    #[error("pair {pair} is not in vertical form: each side must be a variable of its own")]
    NotVertical {
        /// The pair, counted from 0.
        pair: usize,
    },
    /// The leader of a pessimistic problem is not one that can be solved.
    #[error("the leader: {reason}")]
    Leader {
        /// What is wrong.
        reason: &'static str,
    },
    /// A row of the leader depends on the followers, who are not asked to keep it.
    #[error(
        "row {row} of the leader depends on y; give it to the followers, or say it in terms of x"
    )]
    Coupling {
        /// The row, counted from 0.
        row: usize,
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
