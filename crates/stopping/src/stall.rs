//! When scores no longer improve.

/// What counts as a stall.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Stall {
    /// The sample variance (divisor `window` − 1) of the last `window` scores is below `threshold`.
    Variance {
        /// Number of scores, the score at the start included; at least 2.
        window: usize,
        /// Threshold, in squared units of the score.
        threshold: f64,
    },
    /// Over the last `window` stops the smallest score did not fall below `factor` times the smallest score before.
    NoDecrease {
        /// Number of stops; at least 1.
        window: usize,
        /// Factor in (0, 1].
        factor: f64,
    },
}

impl Stall {
    /// The rule published for the semismooth Newton method for bilevel problems: from iteration 100 on, the variance of the
    /// last 101 residual norms is below 10⁻⁶.
    pub const SEMISMOOTH_NEWTON: Stall = Stall::Variance {
        window: 101,
        threshold: 1e-6,
    };

    fn capacity(self) -> usize {
        match self {
            Stall::Variance { window, .. } => window.max(2),
            Stall::NoDecrease { window, .. } => window.max(1),
        }
    }
}

/// A rule and the last scores, in a ring that is allocated once.
#[derive(Clone, Debug)]
pub(crate) struct StallWatch {
    rule: Stall,
    ring: Vec<f64>,
    next: usize,
    /// Smallest score that has left the ring.
    best_before: f64,
}

impl StallWatch {
    pub(crate) fn new(rule: Stall) -> Self {
        StallWatch {
            rule,
            ring: Vec::with_capacity(rule.capacity()),
            next: 0,
            best_before: f64::INFINITY,
        }
    }

    pub(crate) fn clear(&mut self) {
        self.ring.clear();
        self.next = 0;
        self.best_before = f64::INFINITY;
    }

    /// Takes in a score and tells whether the run stalls.
    pub(crate) fn push(&mut self, score: f64) -> bool {
        let capacity = self.rule.capacity();
        if self.ring.len() < capacity {
            self.ring.push(score);
        } else {
            self.best_before = self.best_before.min(self.ring[self.next]);
            self.ring[self.next] = score;
            self.next = (self.next + 1) % capacity;
        }
        if self.ring.len() < capacity {
            return false;
        }
        match self.rule {
            Stall::Variance { threshold, .. } => variance(&self.ring) < threshold,
            Stall::NoDecrease { factor, .. } => {
                // Nothing to compare with before the first score has left the ring.
                let recent = self.ring.iter().copied().fold(f64::INFINITY, f64::min);
                self.best_before < f64::INFINITY && recent > factor * self.best_before
            }
        }
    }

    /// The scores in the ring, oldest first, and the smallest that left it.
    pub(crate) fn memory(&self) -> (Vec<f64>, f64) {
        let (new, old) = self.ring.split_at(self.next);
        ([old, new].concat(), self.best_before)
    }

    pub(crate) fn restore(&mut self, scores: &[f64], best_before: f64) {
        self.clear();
        self.ring.extend(scores.iter().take(self.rule.capacity()));
        self.best_before = best_before;
    }
}

/// Sample variance by two passes, O(n); NaN propagates.
fn variance(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0)
}

#[cfg(test)]
mod tests {
    use super::{Stall, StallWatch, variance};

    #[test]
    fn the_variance_is_the_sample_variance() {
        // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squares sum to 32.
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert!((variance(&values) - 32.0 / 7.0).abs() < 1e-15);
        assert!(variance(&[1.0, f64::NAN]).is_nan());
    }

    #[test]
    fn constant_scores_stall_exactly_at_iteration_one_hundred() {
        let mut watch = StallWatch::new(Stall::SEMISMOOTH_NEWTON);
        for k in 0..100 {
            assert!(!watch.push(3.0), "iteration {k}");
        }
        assert!(watch.push(3.0));
    }

    #[test]
    fn one_old_outlier_hides_the_stall_until_it_leaves_the_window() {
        let mut watch = StallWatch::new(Stall::SEMISMOOTH_NEWTON);
        assert!(!watch.push(10.0));
        for _ in 1..=100 {
            assert!(!watch.push(3.0));
        }
        assert!(watch.push(3.0));
    }

    #[test]
    fn a_decrease_by_the_factor_resets_the_patience() {
        let mut watch = StallWatch::new(Stall::NoDecrease {
            window: 3,
            factor: 0.9,
        });
        // 1.0 leaves at the fourth score; then each window holds a score at most 0.9 times the best before, until
        // 0.8 has left and three scores of 0.75 > 0.72 remain.
        let answers: Vec<bool> = [1.0, 1.0, 1.0, 0.8, 0.8, 0.75, 0.75, 0.75, 0.75]
            .into_iter()
            .map(|score| watch.push(score))
            .collect();
        assert_eq!(
            answers,
            [false, false, false, false, false, false, true, true, true]
        );
    }

    #[test]
    fn a_memory_that_is_restored_gives_the_same_answers() {
        let rule = Stall::Variance {
            window: 4,
            threshold: 0.5,
        };
        let mut whole = StallWatch::new(rule);
        for k in 0..6 {
            whole.push(f64::from(k));
        }
        let (scores, best) = whole.memory();
        assert_eq!(scores, [2.0, 3.0, 4.0, 5.0]);
        let mut resumed = StallWatch::new(rule);
        resumed.restore(&scores, best);
        for _ in 0..4 {
            assert_eq!(whole.push(5.0), resumed.push(5.0));
        }
    }
}
