//! What observers see of a run.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::{Reasons, Status};

/// Where a run stands, for observers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Stops so far; 0 at the start.
    pub iteration: usize,
    /// The score, when known: the largest absolute entry of a vector of scores.
    pub score: Option<f64>,
    /// The reasons found so far; empty when the run is about to go on.
    pub reasons: Reasons,
    /// Wall time since the start.
    pub elapsed: Duration,
}

/// A check of the user: sees problem, state and progress at the start and at each stop, and may end the run
/// with a status of its choice.
pub(crate) type Observer<P, S> = Box<dyn FnMut(&P, &S, &Progress) -> ControlFlow<Status> + Send>;
