//! How much a run may cost.

use std::time::Duration;

use nlp_model::{Counters, Verb};

/// Evaluations by verb, read from a problem.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Counts([u64; Verb::ALL.len()]);

impl Counts {
    /// Nothing was evaluated.
    pub const ZERO: Counts = Counts([0; Verb::ALL.len()]);

    /// The same with `count` evaluations of `verb`.
    pub fn with(mut self, verb: Verb, count: u64) -> Self {
        self.0[verb as usize] = count;
        self
    }
    /// Evaluations of `verb`.
    pub fn get(&self, verb: Verb) -> u64 {
        self.0[verb as usize]
    }
    /// Evaluations of all verbs.
    pub fn total(&self) -> u64 {
        self.0.iter().fold(0, |sum, &n| sum.saturating_add(n))
    }
    /// The evaluations made since `earlier`, an earlier reading of the same counters.
    pub fn since(&self, earlier: &Counts) -> Counts {
        Counts(std::array::from_fn(|k| {
            self.0[k].saturating_sub(earlier.0[k])
        }))
    }
    pub(crate) fn values(&self) -> &[u64; Verb::ALL.len()] {
        &self.0
    }
    pub(crate) fn values_mut(&mut self) -> &mut [u64; Verb::ALL.len()] {
        &mut self.0
    }
}

impl From<&Counters> for Counts {
    fn from(counters: &Counters) -> Self {
        let mut counts = Counts::ZERO;
        for verb in Verb::ALL {
            counts.0[verb as usize] = counters.get(verb);
        }
        counts
    }
}

/// What a run may cost. Limits on evaluations are absolute readings of the problem's counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Budget {
    /// Stops that may let the run go on: the stop after `max_iterations` others ends it. Default 5 000.
    pub max_iterations: usize,
    /// Wall time since the start; [`Duration::MAX`] is no limit, and then no clock is read. Default 300 s.
    pub max_time: Duration,
    /// Evaluations of all verbs together; `u64::MAX` (default) is no limit. A limit of 2 allows 2.
    pub max_total: u64,
    /// Evaluations of each verb; `u64::MAX` (default) is no limit. See [`with_evaluations`](Budget::with_evaluations).
    pub max_counts: Counts,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            max_iterations: 5000,
            max_time: Duration::from_secs(300),
            ..Budget::UNLIMITED
        }
    }
}

impl Budget {
    /// No limit of any kind.
    pub const UNLIMITED: Budget = Budget {
        max_iterations: usize::MAX,
        max_time: Duration::MAX,
        max_total: u64::MAX,
        max_counts: Counts([u64::MAX; Verb::ALL.len()]),
    };

    /// Iterations only: nothing else is limited.
    pub fn iterations(max_iterations: usize) -> Self {
        Budget {
            max_iterations,
            ..Budget::UNLIMITED
        }
    }
    /// The same with at most `count` evaluations of `verb`.
    pub fn with_evaluations(mut self, verb: Verb, count: u64) -> Self {
        self.max_counts.0[verb as usize] = count;
        self
    }
    /// The limit on evaluations of `verb`.
    pub fn max_evaluations(&self, verb: Verb) -> u64 {
        self.max_counts.get(verb)
    }
    /// Whether some number of evaluations is limited.
    pub fn limits_evaluations(&self) -> bool {
        self.max_total != u64::MAX || self.max_counts.0.iter().any(|&n| n != u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, Counts};
    use nlp_model::{Counters, Verb};

    #[test]
    fn a_budget_of_iterations_limits_nothing_else() {
        let budget = Budget::iterations(7);
        assert_eq!(budget.max_iterations, 7);
        assert!(!budget.limits_evaluations());
        assert!(budget.with_evaluations(Verb::Obj, 3).limits_evaluations());
        assert_eq!(budget.max_evaluations(Verb::Obj), u64::MAX);
    }

    #[test]
    fn counts_are_read_from_counters() {
        let counters = Counters::default();
        counters.add(Verb::Grad);
        counters.add(Verb::Grad);
        let counts = Counts::from(&counters);
        assert_eq!(counts, Counts::ZERO.with(Verb::Grad, 2));
        assert_eq!(counts.total(), 2);
    }
}
