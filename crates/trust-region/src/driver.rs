//! The door for nonlinear programs.

use std::time::Instant;

use nlp_model::TwiceSmooth;
use stopping::{Counts, Status};

use crate::nonlinear_program::{NlpSolution, Start};
use crate::{TrustRegionError, augmented_lagrangian, sqp};

/// Variables and rows up to which a program is small: dense matrices of that order.
const SMALL: usize = 300;

/// Solves a nonlinear program from `start`.
///
/// Small programs (nvar + ncon ≤ 300) go to [`sqp`], which needs the fewest evaluations; others to
/// [`augmented_lagrangian`], which is sparse. Where `sqp` ends without a solution, the augmented
/// Lagrangian tries from the same start. So `Infeasible` is said by both, at a point that is stationary
/// for the sum of squared violations.
///
/// # Errors
/// [`TrustRegionError`] on a start that does not fit the model and on options out of range.
pub fn solve(
    model: &dyn TwiceSmooth,
    start: &Start,
    options: &sqp::Options,
) -> Result<NlpSolution, TrustRegionError> {
    let clock = Instant::now();
    let meta = model.meta();
    let read = || model.counters().map_or(Counts::ZERO, Counts::from);
    let before = read();
    let first = if meta.nvar() + meta.ncon() <= SMALL {
        let first = sqp::solve(model, start, options)?;
        if matches!(first.status, Status::Optimal | Status::UnboundedObjective) {
            return Ok(first);
        }
        tracing::debug!(status = %first.status, "augmented Lagrangian tries");
        Some(first)
    } else {
        None
    };
    let options = augmented_lagrangian::Options {
        tolerance: options.tolerance,
        penalty: options.penalty,
        largest_gradient: options.largest_gradient,
        ..Default::default()
    };
    let second = augmented_lagrangian::solve(model, start, &options)?;
    let mut solution = match first {
        Some(first) => NlpSolution {
            iterations: first.iterations + second.iterations,
            inner_iterations: first.inner_iterations + second.inner_iterations,
            ..better(first, second)
        },
        None => second,
    };
    solution.evaluations = read().since(&before);
    solution.seconds = clock.elapsed().as_secs_f64();
    Ok(solution)
}

/// What the second attempt found, unless it knows less.
fn better(first: NlpSolution, second: NlpSolution) -> NlpSolution {
    let is_known = matches!(
        second.status,
        Status::Optimal | Status::UnboundedObjective | Status::Infeasible
    );
    if is_known || second.violation < first.violation {
        second
    } else {
        first
    }
}
