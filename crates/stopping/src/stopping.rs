//! The stopping: a state, a criterion, and everything that may end a run.

use std::fmt;
use std::ops::ControlFlow;
use std::time::Duration;

use nlp_model::Model;

use crate::checkpoint::{Checkpointer, Spent};
use crate::criterion::Criterion;
use crate::history::Recorder;
use crate::observe::Observer;
use crate::stall::StallWatch;
use crate::watch::Place;
use crate::{
    Budget, CancelToken, Clock, Counts, Divergence, History, Progress, Reasons, Remote, Stall,
    State, Status, StoppingError, Tolerance,
};

/// A reading of the problem's counters.
type Counting<P> = Box<dyn Fn(&P) -> Counts + Send>;

/// Answers one question for any iterative algorithm: are we done, and why?
///
/// A stopping owns the state, which the algorithm improves, and a criterion, which measures it. Beside the criterion
/// it watches budgets, divergence, NaN, stall, cancellation and enclosing runs. It does not own the loop:
///
/// ```
/// use stopping::{Status, Stopping};
///
/// // Heron's iteration for √2; the state is one number, the score is x² − 2.
/// let mut stopping = Stopping::new(2.0_f64, |a: &f64, x: &f64| x * x - a);
/// let status = 'run: {
///     if let Some(status) = stopping.start(&2.0) { break 'run status; }
///     loop {
///         stopping.state = 0.5 * (stopping.state + 2.0 / stopping.state);
///         if let Some(status) = stopping.stop(&2.0) { break 'run status; }
///     }
/// };
/// assert_eq!(status, Status::Optimal);
/// assert_eq!(stopping.iterations(), 4);
/// assert!((stopping.state - 2.0_f64.sqrt()).abs() < 1e-6);
/// ```
///
/// `P` is the problem (`?Sized`, so `dyn TwiceSmooth` will do), `S` the state. Everything else has a default: see
/// [`Tolerance`], [`Budget`], [`Divergence`], [`Remote`].
pub struct Stopping<P: ?Sized, S> {
    /// The current iterate and what is known there.
    pub state: S,
    pub(crate) criterion: Criterion<P, S>,
    pub(crate) scores: Vec<f64>,
    pub(crate) score: Option<f64>,
    pub(crate) has_first_score: bool,
    pub(crate) tolerance: Tolerance,
    pub(crate) budget: Budget,
    pub(crate) divergence: Divergence,
    pub(crate) remote: Remote,
    pub(crate) stall: Option<StallWatch>,
    pub(crate) observers: Vec<Observer<P, S>>,
    pub(crate) recorder: Option<Recorder<S>>,
    pub(crate) counting: Option<Counting<P>>,
    pub(crate) checkpointer: Option<Checkpointer<P, S>>,
    pub(crate) place: Place,
    pub(crate) iterations: usize,
    /// Boxed, so that a start without it moves one word.
    pub(crate) resumed: Option<Box<Spent>>,
}

impl<P: ?Sized, S: State> Stopping<P, S> {
    /// A stopping with one score: a number, or an `Option` of one where the state may not know enough.
    ///
    /// The run is solved when the score lies within the [`Tolerance`], by default |score| ≤ 10⁻⁶. A score
    /// of NaN or ±∞ ends the run with [`Status::DomainError`]; an unknown score is neither an end nor a success.
    ///
    /// The criterion is called at each start and stop and should not allocate.
    // Note (2026-11-22): in Stopping.jl an infinite score means "infeasible". Here it is a domain error, since overflow
    // gives infinity too; who knows that a problem is infeasible says so by a check or by `fail`.
    pub fn new<R: Into<Option<f64>>>(
        state: S,
        score: impl FnMut(&P, &S) -> R + Send + 'static,
    ) -> Self {
        Self::assemble(state, Criterion::scalar(score), 1)
    }

    /// A stopping with `n` scores, all of which must lie within their tolerances. The closure writes them into its
    /// last argument and returns `()`, or `None` when the state does not know enough.
    pub fn with_scores<R: Into<Option<()>>>(
        state: S,
        n: usize,
        scores: impl FnMut(&P, &S, &mut [f64]) -> R + Send + 'static,
    ) -> Self {
        Self::assemble(state, Criterion::vector(scores), n)
    }

    fn assemble(state: S, criterion: Criterion<P, S>, n: usize) -> Self {
        let budget = Budget::default();
        let place = Place::root(Clock::system(), CancelToken::new());
        place.set_budget(&budget);
        Stopping {
            state,
            criterion,
            scores: vec![0.0; n],
            score: None,
            has_first_score: false,
            tolerance: Tolerance::default(),
            budget,
            divergence: Divergence::default(),
            remote: Remote::default(),
            stall: None,
            observers: Vec::new(),
            recorder: None,
            counting: None,
            checkpointer: None,
            place,
            iterations: 0,
            resumed: None,
        }
    }

    /// A stopping for a run inside this one: [`new`](Stopping::new), then [`inside`](Stopping::inside).
    pub fn child<Q: ?Sized, T: State, R: Into<Option<f64>>>(
        &self,
        state: T,
        score: impl FnMut(&Q, &T) -> R + Send + 'static,
    ) -> Stopping<Q, T> {
        Stopping::new(state, score).inside(self)
    }

    /// Puts this run inside another. It then ends with [`Status::ParentLimit`] when that run, or one above it, has ended without
    /// success or is out of time or evaluations, and with [`Status::Cancelled`] when one of them is cancelled. It
    /// borrows nothing and may move to another thread.
    ///
    /// What this run counts from its first start on is added to what the runs above spend; see
    /// [`inside_sharing_counters`](Stopping::inside_sharing_counters) for a run that evaluates the very problem of
    /// the one above. Call it before tokens or children are made of this stopping: those keep the old place.
    pub fn inside<Q: ?Sized, T: State>(self, outer: &Stopping<Q, T>) -> Self {
        self.placed(outer.place.below(false))
    }

    /// [`inside`](Stopping::inside), for a run whose evaluations show on the counters of the outer run's problem, as those
    /// of a search along f(x + t d) do. They are not added a second time.
    pub fn inside_sharing_counters<Q: ?Sized, T: State>(self, outer: &Stopping<Q, T>) -> Self {
        self.placed(outer.place.below(true))
    }

    fn placed(mut self, place: Place) -> Self {
        place.set_budget(&self.budget);
        self.place = place;
        self
    }

    /// Sets the tolerances.
    ///
    /// # Errors
    /// [`StoppingError::Lengths`] when the tolerances are vectors that do not fit the scores.
    pub fn with_tolerance(mut self, tolerance: Tolerance) -> Result<Self, StoppingError> {
        tolerance.check_len(self.scores.len())?;
        self.tolerance = tolerance;
        Ok(self)
    }
    /// Sets the tolerances to max(atol, rtol · s₀), s₀ the first score. The same as
    /// [`with_tolerance`](Stopping::with_tolerance) with [`Tolerance::new`].
    pub fn with_tolerances(mut self, atol: f64, rtol: f64) -> Self {
        self.tolerance = Tolerance::new(atol, rtol);
        self
    }
    /// Sets what the run may cost.
    pub fn with_budget(mut self, budget: Budget) -> Self {
        self.set_budget(budget);
        self
    }
    /// Sets the thresholds of divergence.
    pub fn with_divergence(mut self, divergence: Divergence) -> Self {
        self.divergence = divergence;
        self
    }
    /// Sets which checks run.
    pub fn with_remote(mut self, remote: Remote) -> Self {
        self.remote = remote;
        self
    }
    /// Ends the run when its scores stall. No rule is set by default.
    pub fn with_stall(mut self, rule: Stall) -> Self {
        self.stall = Some(StallWatch::new(rule));
        self
    }
    /// Tells how evaluations are counted: a reading of counters that only grow.
    pub fn with_counting(mut self, counts: impl Fn(&P) -> Counts + Send + 'static) -> Self {
        self.counting = Some(Box::new(counts));
        self
    }
    /// Takes the time of `clock`. Children made before keep the old one.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.place.clock = clock;
        self
    }
    /// Lets `token` cancel this run and all below it, beside its ancestors' tokens: one token may end many towers, as Ctrl-C
    /// does. Call it before children are made of this stopping: those keep the old token.
    pub fn with_cancel_token(self, token: CancelToken) -> Self {
        let place = self.place.listening(token);
        self.placed(place)
    }
    /// Adds an observer, called at the start and at each stop after all other checks. It may end the run with a
    /// status: [`Status::StopByUser`], [`Status::Infeasible`], …. Several are called in the order of their addition.
    ///
    /// An observer cannot grant success: `Break(Status::Optimal)` counts as [`Status::StopByUser`].
    pub fn with_observer(
        mut self,
        observer: impl FnMut(&P, &S, &Progress) -> ControlFlow<Status> + Send + 'static,
    ) -> Self {
        self.observers.push(Box::new(observer));
        self
    }
    /// Records the last `limit` states, or all of them, beginning with the present one. Each stop then copies the
    /// state.
    pub fn with_history(self, limit: Option<usize>) -> Self
    where
        S: Clone + 'static,
    {
        self.with_history_of(limit, S::clone)
    }
    /// [`with_history`](Stopping::with_history) with a copy of the caller's making, for states too large to keep whole.
    pub fn with_history_of(
        mut self,
        limit: Option<usize>,
        snapshot: impl FnMut(&S) -> S + Send + 'static,
    ) -> Self {
        let mut recorder = Recorder {
            history: History::new(limit),
            snapshot: Box::new(snapshot),
        };
        recorder.record(0, None, &self.state);
        self.recorder = Some(recorder);
        self
    }

    /// Replaces the criterion by another with one score.
    pub fn set_criterion<R: Into<Option<f64>>>(
        &mut self,
        score: impl FnMut(&P, &S) -> R + Send + 'static,
    ) {
        self.criterion = Criterion::scalar(score);
        self.scores.resize(1, 0.0);
    }
    /// Replaces the budget; levels below see it at once.
    pub fn set_budget(&mut self, budget: Budget) {
        self.place.set_budget(&budget);
        self.budget = budget;
    }
    /// What the run may cost.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }
    /// The tolerances.
    pub fn tolerance(&self) -> &Tolerance {
        &self.tolerance
    }
    /// The tolerances, to be tightened between runs.
    pub fn tolerance_mut(&mut self) -> &mut Tolerance {
        &mut self.tolerance
    }
    /// The switches of the checks.
    pub fn remote_mut(&mut self) -> &mut Remote {
        &mut self.remote
    }
    /// A handle that ends this run and all runs below it, from any thread.
    pub fn cancel_token(&self) -> CancelToken {
        self.place.cancel_token()
    }

    /// *The* status: the reason of highest priority, or `None` while the run goes on.
    pub fn status(&self) -> Option<Status> {
        self.reasons().first()
    }
    /// All reasons that hold.
    pub fn reasons(&self) -> Reasons {
        self.place.reasons()
    }
    /// Stops since the start.
    pub fn iterations(&self) -> usize {
        self.iterations
    }
    /// The score at the last start or stop: the largest absolute value of several. `None` when unknown.
    pub fn score(&self) -> Option<f64> {
        self.score
    }
    /// The scores at the last start or stop, when known.
    pub fn scores(&self) -> Option<&[f64]> {
        self.score.map(|_| self.scores.as_slice())
    }
    /// Wall time since the start; zero before it.
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.place.elapsed().unwrap_or(0))
    }
    /// Evaluations known to this level: those of its own problem at the last reading, and those of the runs below.
    pub fn evaluations(&self) -> Counts {
        self.place.used()
    }
    /// The recorded states.
    pub fn history(&self) -> Option<&History<S>> {
        self.recorder.as_ref().map(|recorder| &recorder.history)
    }
    /// The recorded states, to hang the history of an inner run on them.
    pub fn history_mut(&mut self) -> Option<&mut History<S>> {
        self.recorder.as_mut().map(|recorder| &mut recorder.history)
    }
}

impl<P: Model + ?Sized, S: State> Stopping<P, S> {
    /// Counts the evaluations of a model by its own [`Counters`](nlp_model::Counters).
    pub fn counting_evaluations(self) -> Self {
        self.with_counting(|model: &P| model.counters().map_or(Counts::ZERO, Counts::from))
    }
}

impl<P: ?Sized, S: fmt::Debug> fmt::Debug for Stopping<P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopping")
            .field("state", &self.state)
            .field("score", &self.score)
            .field("iterations", &self.iterations)
            .field("reasons", &self.place.reasons())
            .field("tolerance", &self.tolerance)
            .field("budget", &self.budget)
            .finish_non_exhaustive()
    }
}
