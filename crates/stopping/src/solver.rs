//! An algorithm, as the framework sees it.

use crate::{Status, Stopping};

/// An algorithm that improves the state of a stopping until the stopping tells it to end.
///
/// The stopping criterion is an input of the algorithm: the same code computes a rough inner solution or an accurate
/// final one, under budgets it does not know.
pub trait Solver<P: ?Sized, S> {
    /// Runs from `stopping.state` and leaves the last iterate there. The status is the one of the stopping.
    fn solve(&mut self, problem: &P, stopping: &mut Stopping<P, S>) -> Status;
}
