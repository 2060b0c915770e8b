//! Start and stop: the order of the checks.

use std::ops::ControlFlow;

use crate::clock::to_nanos;
use crate::{Progress, Reasons, Remote, State, Status, Stopping, all_of};

impl<P: ?Sized, S: State> Stopping<P, S> {
    /// Begins a run at `state` and tells whether it is over already.
    ///
    /// Reasons, iterations and time begin anew, unless the stopping was resumed from a checkpoint. Then: domain check,
    /// score (the first one scales the relative tolerance), comparison with the tolerances, enclosing runs and
    /// cancellation, observers. Cost: one call of the criterion, and O(n) scans.
    #[must_use = "a run that is over at its start must not iterate"]
    pub fn start(&mut self, problem: &P) -> Option<Status> {
        // What was spent in another process, when the run is resumed.
        let before = self.resumed.take();
        if before.is_none() {
            self.reset();
        }
        self.place
            .start_clock(before.as_ref().map_or(0, |spent| to_nanos(spent.elapsed)));
        if let Some(counting) = &self.counting {
            self.place.start_counts(&counting(problem));
        }
        if let Some(spent) = &before {
            self.place.remember(&spent.evaluations);
        }

        let mut reasons = self.reasons();
        if self.remote.domain && !self.state.is_in_domain() {
            reasons.insert(Status::DomainError);
        }
        if self.remote.point {
            self.scan_point(&mut reasons);
        }
        if self.remote.score {
            self.measure(problem, before.is_none(), &mut reasons);
        }
        self.check_tower(&mut reasons);
        if self.remote.user_start {
            self.observe(problem, &mut reasons);
        }
        // A resumed run has recorded and saved this state before.
        if before.is_none() {
            self.record(&mut reasons);
        }
        self.conclude(reasons)
    }

    /// Counts an iteration and tells whether the run is over.
    ///
    /// Order: point (NaN, threshold), domain, score, objective, time, evaluations, stall, iterations, enclosing runs,
    /// cancellation, observers. All reasons that hold are collected, unless [`Remote::first_only`](crate::Remote) is
    /// set; *the* status is the one of highest priority. A reason once found stays until the next start, except `Optimal`, which is measured anew.
    ///
    /// Cost: one call of the criterion, O(n) for the scans, a reading of the clock when a time limit or an observer
    /// needs it. No allocation without a history.
    #[must_use = "a run that is over must end its loop"]
    pub fn stop(&mut self, problem: &P) -> Option<Status> {
        // What was optimal may have moved since; all other reasons stay.
        if self.remote.score {
            self.place.withdraw(Status::Optimal);
        }
        let mut reasons = self.reasons();
        self.collect(problem, &mut reasons);
        self.iterations += 1;
        if self.remote.user {
            self.observe(problem, &mut reasons);
        }
        self.record(&mut reasons);
        tracing::trace!(iteration = self.iterations, score = self.score, "stop");
        self.conclude(reasons)
    }

    /// The checks of a stop, observers excepted.
    fn collect(&mut self, problem: &P, reasons: &mut Reasons) {
        let remote = self.remote;
        let done = |reasons: &Reasons| remote.first_only && !reasons.is_empty();

        if remote.point {
            self.scan_point(reasons);
        }
        if remote.domain && !self.state.is_in_domain() {
            reasons.insert(Status::DomainError);
        }
        if remote.score {
            self.measure(problem, true, reasons);
        }
        if done(reasons) {
            return;
        }
        if remote.objective
            && let Some(f) = self.state.objective()
            && self.divergence.of_objective(f)
        {
            reasons.insert(Status::UnboundedObjective);
        }
        let late = match remote {
            Remote { time: false, .. } => false,
            Remote {
                first_only: true, ..
            } => self.place.is_out_of_time_roughly(),
            _ => self.place.is_out_of_time(),
        };
        if late {
            reasons.insert(Status::TimeLimit);
        }
        if done(reasons) {
            return;
        }
        self.count(problem, reasons);
        if remote.iterations && self.iterations >= self.budget.max_iterations {
            reasons.insert(Status::IterationLimit);
        }
        self.check_tower(reasons);
    }

    fn scan_point(&self, reasons: &mut Reasons) {
        let (outside, nan) = self.divergence.of_point(self.state.point());
        if outside {
            reasons.insert(Status::UnboundedIterates);
        }
        if nan {
            reasons.insert(Status::DomainError);
        }
    }

    /// Score, tolerances, stall. `fresh` is false when this state was measured before, in the run that is resumed.
    fn measure(&mut self, problem: &P, fresh: bool, reasons: &mut Reasons) {
        self.score = None;
        if !self
            .criterion
            .measure(problem, &self.state, &mut self.scores)
        {
            return;
        }
        let score = all_of(&self.scores);
        self.score = Some(score);
        if !score.is_finite() {
            reasons.insert(Status::DomainError);
            return;
        }
        if !self.has_first_score {
            self.has_first_score = true;
            self.tolerance.start(score);
        }
        if self.tolerance.holds(&self.scores) {
            reasons.insert(Status::Optimal);
        }
        if fresh
            && let Some(stall) = &mut self.stall
            && stall.push(score)
            && self.remote.stall
        {
            reasons.insert(Status::Stalled);
        }
    }

    /// Reads the counters, charges the levels above, compares with the limits of this level.
    fn count(&mut self, problem: &P, reasons: &mut Reasons) {
        if let Some(counting) = &self.counting {
            self.place.charge(&counting(problem));
        }
        if self.remote.evaluations
            && self.budget.limits_evaluations()
            && self.place.is_out_of_evaluations()
        {
            reasons.insert(Status::EvaluationLimit);
        }
    }

    fn check_tower(&mut self, reasons: &mut Reasons) {
        if self.remote.parent && self.place.ancestors_ended() {
            reasons.insert(Status::ParentLimit);
        }
        if self.place.is_cancelled() {
            reasons.insert(Status::Cancelled);
        }
    }

    fn observe(&mut self, problem: &P, reasons: &mut Reasons) {
        if self.observers.is_empty() {
            return;
        }
        let mut progress = Progress {
            iteration: self.iterations,
            score: self.score,
            reasons: *reasons,
            elapsed: self.elapsed(),
        };
        for observer in &mut self.observers {
            if let ControlFlow::Break(status) = observer(problem, &self.state, &progress) {
                progress.reasons.insert(not_success(status));
            }
        }
        *reasons = progress.reasons;
    }

    fn record(&mut self, reasons: &mut Reasons) {
        if let Some(recorder) = &mut self.recorder {
            recorder.record(self.iterations, self.score, &self.state);
        }
        if self.checkpointer.is_some()
            && let Some(status) = self.save_checkpoint()
        {
            reasons.insert(not_success(status));
        }
    }

    /// Publishes the reasons and returns the status.
    fn conclude(&mut self, reasons: Reasons) -> Option<Status> {
        if reasons.is_empty() {
            return None;
        }
        self.place.publish(reasons);
        let status = self.status();
        tracing::debug!(
            status = status.map(tracing::field::display),
            iterations = self.iterations,
            score = self.score,
            "end of a run"
        );
        status
    }

    /// Counts `n` iterations made out of sight, by a solver that is not ours.
    pub fn count_iterations(&mut self, n: usize) {
        self.iterations = self.iterations.saturating_add(n);
    }

    /// Ends the run with a status of the algorithm's own, for what the framework cannot see: a subproblem without
    /// solution, a claim of infeasibility, a step too short to go on. Returns *the* status of the run, so that a solver
    /// may end by `return stopping.fail(Status::SubproblemFailure)`.
    ///
    /// An algorithm cannot grant success: `fail(Status::Optimal)` counts as [`Status::SubOptimal`].
    pub fn fail(&mut self, status: Status) -> Status {
        let status = if status.is_success() {
            Status::SubOptimal
        } else {
            status
        };
        self.place.insert(status);
        tracing::debug!(%status, iterations = self.iterations, "reported by the algorithm");
        self.status().unwrap_or(status)
    }

    /// Forgets reasons, time, iterations and scores, so that the stopping is as new. State, history and what is known
    /// of evaluations stay. [`start`](Stopping::start) does the same.
    pub fn reset(&mut self) {
        self.place.reset();
        self.iterations = 0;
        self.score = None;
        self.has_first_score = false;
        if let Some(stall) = &mut self.stall {
            stall.clear();
        }
    }
}

/// Success is measured, not declared.
fn not_success(status: Status) -> Status {
    if status.is_success() {
        Status::StopByUser
    } else {
        status
    }
}
