//! What a tower of runs shares: time, evaluations, cancellation, the reasons of each level.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};

use nlp_model::Verb;

use crate::clock::to_nanos;
use crate::{Budget, Clock, Counts, Reasons, Status};

const VERBS: usize = Verb::ALL.len();
const UNLIMITED: u64 = u64::MAX;
/// Stops between two readings of the clock in the cheap preset, and how short they must be together.
const SKIPS: u32 = 16;
const QUICK: u64 = 100_000;
const NOT_STARTED: u64 = u64::MAX;

/// A handle that stops a run, and every run below it, from any thread.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token nobody has used.
    pub fn new() -> Self {
        CancelToken::default()
    }
    /// Asks the run to end at its next stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }
    /// Whether the token was used.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// One level of a tower, shared with the levels below.
#[derive(Debug)]
pub(crate) struct Level {
    cancel: CancelToken,
    started: AtomicU64,
    max_time: AtomicU64,
    reasons: AtomicU16,
    max_total: AtomicU64,
    max_counts: [AtomicU64; VERBS],
    /// Last reading of the level's own counters.
    own: [AtomicU64; VERBS],
    /// Evaluations below that the own counters will show at the next reading.
    visible: [AtomicU64; VERBS],
    /// Evaluations below that the own counters never show.
    hidden: [AtomicU64; VERBS],
}

fn zeros() -> [AtomicU64; VERBS] {
    std::array::from_fn(|_| AtomicU64::new(0))
}

impl Level {
    fn new(cancel: CancelToken) -> Self {
        Level {
            cancel,
            started: AtomicU64::new(NOT_STARTED),
            max_time: AtomicU64::new(UNLIMITED),
            reasons: AtomicU16::new(0),
            max_total: AtomicU64::new(UNLIMITED),
            max_counts: std::array::from_fn(|_| AtomicU64::new(UNLIMITED)),
            own: zeros(),
            visible: zeros(),
            hidden: zeros(),
        }
    }

    fn reasons(&self) -> Reasons {
        Reasons::from_bits(self.reasons.load(Ordering::Acquire))
    }
    fn insert(&self, status: Status) {
        let mut one = Reasons::NONE;
        one.insert(status);
        self.reasons.fetch_or(one.bits(), Ordering::AcqRel);
    }
    fn is_out_of_time(&self, now: u64) -> bool {
        let limit = self.max_time.load(Ordering::Relaxed);
        let started = self.started.load(Ordering::Relaxed);
        limit != UNLIMITED && started != NOT_STARTED && now.wrapping_sub(started) > limit
    }
    fn used(&self, verb: usize) -> u64 {
        [&self.own, &self.visible, &self.hidden]
            .iter()
            .fold(0, |sum: u64, part| {
                sum.saturating_add(part[verb].load(Ordering::Relaxed))
            })
    }
    /// What is known of the own counters: the last reading, and what levels below have announced since.
    fn read_so_far(&self) -> Counts {
        let mut counts = Counts::ZERO;
        for (verb, count) in counts.values_mut().iter_mut().enumerate() {
            let parts = [&self.own, &self.visible].map(|part| part[verb].load(Ordering::Relaxed));
            *count = parts[0].saturating_add(parts[1]);
        }
        counts
    }
    fn is_out_of_evaluations(&self) -> bool {
        let mut total = 0_u64;
        for verb in 0..VERBS {
            let used = self.used(verb);
            if used > self.max_counts[verb].load(Ordering::Relaxed) {
                return true;
            }
            total = total.saturating_add(used);
        }
        total > self.max_total.load(Ordering::Relaxed)
    }
    fn limits_evaluations(&self) -> bool {
        self.max_total.load(Ordering::Relaxed) != UNLIMITED
            || self
                .max_counts
                .iter()
                .any(|n| n.load(Ordering::Relaxed) != UNLIMITED)
    }
}

/// A level above, and whether its counters see the evaluations of the level that asks.
#[derive(Clone, Debug)]
struct Ancestor {
    level: Arc<Level>,
    sees: bool,
}

/// The place of one run in its tower.
#[derive(Debug)]
pub(crate) struct Place {
    level: Arc<Level>,
    /// The root first, the parent last.
    ancestors: Vec<Ancestor>,
    pub(crate) clock: Clock,
    /// Reading of the own counters when the last charge went upward; `None` before the first start.
    charged: Option<Counts>,
    /// Stops until the next reading of the clock, and the last reading.
    skips: u32,
    last_reading: u64,
}

impl Place {
    /// A tower of one level.
    pub(crate) fn root(clock: Clock, cancel: CancelToken) -> Self {
        Place {
            level: Arc::new(Level::new(cancel)),
            ancestors: Vec::new(),
            clock,
            charged: None,
            skips: 0,
            last_reading: 0,
        }
    }

    /// The same place with a level of its own that listens to `cancel`.
    pub(crate) fn listening(&self, cancel: CancelToken) -> Self {
        Place {
            level: Arc::new(Level::new(cancel)),
            ancestors: self.ancestors.clone(),
            clock: self.clock.clone(),
            charged: None,
            skips: 0,
            last_reading: 0,
        }
    }

    /// A level below this one. With `shared` the counters here see what is evaluated there.
    pub(crate) fn below(&self, shared: bool) -> Self {
        let mut ancestors = self.ancestors.clone();
        for ancestor in &mut ancestors {
            // What the parent's counters do not see, those above may not see either.
            ancestor.sees &= shared;
        }
        ancestors.push(Ancestor {
            level: Arc::clone(&self.level),
            sees: shared,
        });
        Place {
            level: Arc::new(Level::new(CancelToken::new())),
            ancestors,
            clock: self.clock.clone(),
            charged: None,
            skips: 0,
            last_reading: 0,
        }
    }

    pub(crate) fn cancel_token(&self) -> CancelToken {
        self.level.cancel.clone()
    }

    pub(crate) fn set_budget(&self, budget: &Budget) {
        let level = &self.level;
        level
            .max_time
            .store(to_nanos(budget.max_time), Ordering::Relaxed);
        level.max_total.store(budget.max_total, Ordering::Relaxed);
        for (to, &from) in level.max_counts.iter().zip(budget.max_counts.values()) {
            to.store(from, Ordering::Relaxed);
        }
    }

    /// Forgets the reasons and the time.
    #[inline]
    pub(crate) fn reset(&mut self) {
        self.skips = 0;
        self.level.reasons.store(0, Ordering::Release);
        self.level.started.store(NOT_STARTED, Ordering::Relaxed);
    }
    /// Sets the start `before` nanoseconds ago.
    #[inline]
    pub(crate) fn start_clock(&self, before: u64) {
        // Note (2026-11-22): nanoseconds wrap, so that a run resumed with more elapsed time than the clock is old still
        // measures it: now − (now₀ − before) is exact in wrapping arithmetic.
        let start = self.clock.nanos().wrapping_sub(before);
        let start = if start == NOT_STARTED {
            start - 1
        } else {
            start
        };
        self.level.started.store(start, Ordering::Relaxed);
    }
    /// Nanoseconds since the start, when there was one.
    #[inline]
    pub(crate) fn elapsed(&self) -> Option<u64> {
        let started = self.level.started.load(Ordering::Relaxed);
        (started != NOT_STARTED).then(|| self.clock.nanos().wrapping_sub(started))
    }

    #[inline]
    pub(crate) fn reasons(&self) -> Reasons {
        self.level.reasons()
    }
    pub(crate) fn insert(&self, status: Status) {
        self.level.insert(status);
    }
    /// Takes a reason back.
    pub(crate) fn withdraw(&self, status: Status) {
        if self.level.reasons().contains(status) {
            let others = Reasons::from_bits(u16::MAX).without(status);
            self.level
                .reasons
                .fetch_and(others.bits(), Ordering::AcqRel);
        }
    }
    pub(crate) fn publish(&self, reasons: Reasons) {
        self.level
            .reasons
            .fetch_or(reasons.bits(), Ordering::AcqRel);
    }

    /// Whether this level or one above was cancelled.
    #[inline]
    pub(crate) fn is_cancelled(&self) -> bool {
        self.level.cancel.is_cancelled()
            || self.ancestors.iter().any(|a| a.level.cancel.is_cancelled())
    }
    /// [`is_out_of_time`](Place::is_out_of_time), but as long as [`SKIPS`] stops take less than [`QUICK`] nanoseconds
    /// together the clock is read at one stop of as many: a reading may cost more than the rest of the stop.
    pub(crate) fn is_out_of_time_roughly(&mut self) -> bool {
        if self.skips > 0 {
            self.skips -= 1;
            return false;
        }
        if self.level.max_time.load(Ordering::Relaxed) == UNLIMITED {
            return false;
        }
        let now = self.clock.nanos();
        if now.saturating_sub(self.last_reading) < QUICK {
            self.skips = SKIPS - 1;
        }
        self.last_reading = now;
        self.level.is_out_of_time(now)
    }
    pub(crate) fn is_out_of_time(&self) -> bool {
        self.level.max_time.load(Ordering::Relaxed) != UNLIMITED
            && self.level.is_out_of_time(self.clock.nanos())
    }
    /// Begins to charge. Where the counters are those of the parent, what the parent and its other runs have not read yet
    /// is new; else what was evaluated since the last reading, and at the first start nothing.
    pub(crate) fn start_counts(&mut self, counts: &Counts) {
        self.charged = match self.ancestors.last() {
            Some(Ancestor { level, sees: true }) => Some(level.read_so_far()),
            _ => self.charged.or(Some(*counts)),
        };
        self.charge(counts);
    }

    /// Adds what a resumed run had evaluated and the counters do not show.
    pub(crate) fn remember(&self, spent: &Counts) {
        for verb in 0..VERBS {
            let missing = spent.values()[verb].saturating_sub(self.level.used(verb));
            self.level.hidden[verb].fetch_add(missing, Ordering::Relaxed);
        }
    }

    /// Takes in a reading of the own counters and charges what is new to all levels above.
    pub(crate) fn charge(&mut self, counts: &Counts) {
        let below = self.read(counts);
        let charged = self.charged.unwrap_or(*counts);
        for verb in 0..VERBS {
            let new = counts.values()[verb]
                .saturating_sub(charged.values()[verb])
                // Levels below that share these counters have charged theirs already.
                .saturating_sub(below.values()[verb]);
            if new > 0 {
                for ancestor in &self.ancestors {
                    let account = if ancestor.sees {
                        &ancestor.level.visible
                    } else {
                        &ancestor.level.hidden
                    };
                    account[verb].fetch_add(new, Ordering::Relaxed);
                }
            }
        }
        self.charged = Some(*counts);
    }

    /// Stores a reading and returns what levels below had announced of it.
    fn read(&self, counts: &Counts) -> Counts {
        let mut below = Counts::ZERO;
        for (verb, announced) in below.values_mut().iter_mut().enumerate() {
            // A swap costs more than a load, and is seldom needed.
            if self.level.visible[verb].load(Ordering::Relaxed) > 0 {
                *announced = self.level.visible[verb].swap(0, Ordering::Relaxed);
            }
            self.level.own[verb].store(counts.values()[verb], Ordering::Relaxed);
        }
        below
    }

    /// Evaluations known to this level: its own and those below.
    pub(crate) fn used(&self) -> Counts {
        let mut counts = Counts::ZERO;
        for (verb, count) in counts.values_mut().iter_mut().enumerate() {
            *count = self.level.used(verb);
        }
        counts
    }
    pub(crate) fn is_out_of_evaluations(&self) -> bool {
        self.level.is_out_of_evaluations()
    }

    /// Asks the levels above. Where one has ended or has exhausted its resources, that level keeps its own reason,
    /// every level between it and this one gets [`Status::ParentLimit`], and the answer is true.
    #[inline]
    pub(crate) fn ancestors_ended(&self) -> bool {
        if self.ancestors.is_empty() {
            return false;
        }
        let timed = self
            .ancestors
            .iter()
            .any(|a| a.level.max_time.load(Ordering::Relaxed) != UNLIMITED);
        let now = if timed { self.clock.nanos() } else { 0 };
        let mut ended = false;
        for Ancestor { level, .. } in &self.ancestors {
            if ended {
                level.insert(Status::ParentLimit);
            }
            if timed && level.is_out_of_time(now) {
                level.insert(Status::TimeLimit);
            }
            if level.limits_evaluations() && level.is_out_of_evaluations() {
                level.insert(Status::EvaluationLimit);
            }
            // A level that is content does not disturb those below: it may be measured anew and find itself not so.
            ended |= !level.reasons().without(Status::Optimal).is_empty();
        }
        ended
    }
}
