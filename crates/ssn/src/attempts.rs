//! Newton's method, attempt by attempt.

use stopping::{Solver, Status};

use crate::options::Attempt;
use crate::{Newton, NewtonState, Options, PairRule, SemismoothSystem, SsnError};

/// The best run on a system.
pub(crate) struct Run<S> {
    pub system: S,
    pub state: NewtonState,
    pub status: Status,
    /// Iterations of all runs.
    pub iterations: usize,
    /// ‖Φ‖₂ at the start and after each iteration, of all runs.
    pub history: Vec<f64>,
}

/// Solves `system` from `start` for each attempt of the options until a run ends with success; else the
/// run with the smallest residual counts.
pub(crate) fn solve_attempts<S: SemismoothSystem>(
    options: &Options,
    system: impl Fn(PairRule) -> Result<S, SsnError>,
    start: impl Fn(&S, &Attempt) -> Result<Vec<f64>, SsnError>,
) -> Result<Run<S>, SsnError> {
    options.check()?;
    let mut best: Option<Run<S>> = None;
    let (mut iterations, mut history) = (0, Vec::new());
    for attempt in &options.attempts {
        let system = system(PairRule {
            ncp: attempt.ncp,
            degenerate: options.degenerate,
        })?;
        let mut newton = Newton::new(options.clone(), system.jacobian_structure());
        let mut stopping = options.stopping(start(&system, attempt)?);
        let status = newton.solve(&system, &mut stopping);
        iterations += stopping.iterations();
        history.extend_from_slice(&stopping.state.norms);
        let run = Run {
            system,
            state: stopping.state,
            status,
            iterations: 0,
            history: Vec::new(),
        };
        if best.as_ref().is_none_or(|best| run.is_better_than(best)) {
            best = Some(run);
        }
        if status.is_success() {
            break;
        }
    }
    let best = best.expect("the options hold an attempt");
    Ok(Run {
        iterations,
        history,
        ..best
    })
}

impl<S> Run<S> {
    /// A success, or else a smaller residual; one that is NaN is the worst.
    fn is_better_than(&self, other: &Run<S>) -> bool {
        let (mine, theirs) = (self.state.norm, other.state.norm);
        self.status.is_success() || mine < theirs || theirs.is_nan()
    }
}
