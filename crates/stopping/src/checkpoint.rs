//! A run put aside, to be resumed exactly.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::{Counts, History, State, Status, Stopping};

/// All a stopping knows in the middle of a run.
///
/// With the feature `serde` a checkpoint can be written to a file. A run that is resumed from it takes the same steps
/// and gives the same bits as the run without interruption, provided that whatever else the algorithm
/// needs to go on (a radius, a penalty, a random seed) is part of its state. JSON keeps the bits of every finite number when it is
/// read with exact parsing (`float_roundtrip` of `serde_json`).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Checkpoint<S> {
    /// The state after the last stop.
    pub state: S,
    /// Stops so far.
    pub iterations: usize,
    /// Wall time so far.
    pub elapsed: Duration,
    /// Evaluations so far, by this run's problem and by the runs below.
    pub evaluations: Counts,
    /// The first score, when one was known.
    pub first_score: Option<f64>,
    /// Scores in the window of stall detection, oldest first.
    pub window: Vec<f64>,
    /// Smallest score that has left the window.
    pub best_before_window: Option<f64>,
    /// The recorded states.
    pub history: Option<History<S>>,
}

type Save<S> = Box<dyn FnMut(&Checkpoint<S>) -> ControlFlow<Status> + Send>;

/// When to make a checkpoint, and what to do with it.
pub(crate) struct Checkpointer<P: ?Sized, S> {
    every: usize,
    make: fn(&Stopping<P, S>) -> Checkpoint<S>,
    save: Save<S>,
}

/// What a resumed run has spent elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spent {
    pub(crate) elapsed: Duration,
    pub(crate) evaluations: Counts,
}

impl<P: ?Sized, S: State + Clone> Stopping<P, S> {
    /// The run as it stands. Cost: a copy of the state and of the history.
    pub fn checkpoint(&self) -> Checkpoint<S> {
        let (window, best) = self
            .stall
            .as_ref()
            .map(|stall| stall.memory())
            .unwrap_or_default();
        Checkpoint {
            state: self.state.clone(),
            iterations: self.iterations,
            elapsed: self.elapsed(),
            evaluations: self.evaluations(),
            first_score: self.has_first_score.then(|| self.tolerance.first()),
            window,
            best_before_window: Some(best).filter(|best| best.is_finite()),
            history: self.history().cloned(),
        }
    }

    /// Hands a checkpoint to `save` at the start and after every `every` stops. `save` may end the run, for example with
    /// [`Status::Exception`] when the disk is full.
    pub fn with_checkpoints(
        mut self,
        every: usize,
        save: impl FnMut(&Checkpoint<S>) -> ControlFlow<Status> + Send + 'static,
    ) -> Self {
        self.checkpointer = Some(Checkpointer {
            every: every.max(1),
            make: Stopping::checkpoint,
            save: Box::new(save),
        });
        self
    }
}

impl<P: ?Sized, S: State> Stopping<P, S> {
    /// Takes over a run that was put aside: the next start goes on with it instead of beginning anew. Criterion,
    /// tolerances, budgets and observers are those of this stopping.
    ///
    /// Evaluations before the checkpoint count, whether or not the counters of the problem still show them.
    pub fn resume(mut self, checkpoint: Checkpoint<S>) -> Self {
        self.reset();
        self.state = checkpoint.state;
        self.iterations = checkpoint.iterations;
        if let Some(first) = checkpoint.first_score {
            self.has_first_score = true;
            self.tolerance.start(first);
        }
        if let Some(stall) = &mut self.stall {
            let best = checkpoint.best_before_window.unwrap_or(f64::INFINITY);
            stall.restore(&checkpoint.window, best);
        }
        if let (Some(recorder), Some(history)) = (&mut self.recorder, checkpoint.history) {
            recorder.history = history;
        }
        self.resumed = Some(Box::new(Spent {
            elapsed: checkpoint.elapsed,
            evaluations: checkpoint.evaluations,
        }));
        self
    }

    /// Makes and saves a checkpoint when one is due; returns the status with which the saver ends the run.
    pub(crate) fn save_checkpoint(&mut self) -> Option<Status> {
        let due = |c: &Checkpointer<P, S>| self.iterations.is_multiple_of(c.every);
        let mut checkpointer = self.checkpointer.take_if(|c| due(c))?;
        let checkpoint = (checkpointer.make)(self);
        let verdict = (checkpointer.save)(&checkpoint);
        self.checkpointer = Some(checkpointer);
        verdict.break_value()
    }
}
