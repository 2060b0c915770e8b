//! Whole steps where a line search holds the iterates in a valley.

/// When to take steps without a search.
///
/// Ψ = ½‖Φ‖² has local minimizers that are no solutions, and a line search ends there. After
/// `patience` iterations in which ‖Φ‖ did not halve, the next `free_steps` steps are taken whole, as
/// long as their length stays within `longest` (1 + ‖ζ‖); then the search sets in again from where
/// they lead. The idea is the watchdog technique (ChamberlainPowellLemarechalPedersen1982).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watchdog {
    /// Iterations without a halving of ‖Φ‖; 0 for whole steps from the start.
    pub patience: usize,
    /// Steps that are then taken whole.
    pub free_steps: usize,
    /// Longest whole step, relative to 1 + ‖ζ‖.
    pub longest: f64,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch {
    /// ‖Φ‖ that is to be halved.
    mark: f64,
    waited: usize,
    free_left: usize,
}

impl Watch {
    pub fn new() -> Self {
        Watch {
            mark: f64::INFINITY,
            waited: 0,
            free_left: 0,
        }
    }

    /// Whether the step from a point with this ‖Φ‖ is taken whole.
    pub fn is_free(&mut self, rule: &Watchdog, norm: f64) -> bool {
        if self.free_left > 0 {
            self.free_left -= 1;
            if self.free_left == 0 {
                // search again, from here
                *self = Watch {
                    mark: norm,
                    ..Watch::new()
                };
                return false;
            }
            return true;
        }
        if norm <= 0.5 * self.mark {
            self.mark = norm;
            self.waited = 0;
        } else {
            self.waited += 1;
        }
        if self.waited < rule.patience {
            return false;
        }
        self.free_left = rule.free_steps;
        self.free_left > 0
    }
}

#[cfg(test)]
mod tests {
    use super::{Watch, Watchdog};

    #[test]
    fn whole_steps_follow_after_patience_is_lost_and_then_the_search_returns() {
        let rule = Watchdog {
            patience: 3,
            free_steps: 2,
            longest: 1e4,
        };
        let mut watch = Watch::new();
        let norms = [8.0, 3.9, 3.0, 2.5, 2.4, 70.0, 60.0, 29.0, 20.0, 20.0, 20.0];
        let free: Vec<bool> = norms
            .iter()
            .map(|&norm| watch.is_free(&rule, norm))
            .collect();
        let expected = [
            false, false, false, false, true, true, false, false, false, false, true,
        ];
        assert_eq!(free, expected);
    }

    #[test]
    fn without_patience_only_every_other_step_after_the_free_ones_is_searched() {
        let rule = Watchdog {
            patience: 0,
            free_steps: 2,
            longest: 1e4,
        };
        let mut watch = Watch::new();
        let norms = [8.0, 9.0, 1.0, 0.1, 0.1, 0.1];
        let free = norms.map(|norm| watch.is_free(&rule, norm));
        assert_eq!(free, [true, true, false, true, true, false]);
    }

    #[test]
    fn nan_does_not_count_as_progress() {
        let rule = Watchdog {
            patience: 1,
            free_steps: 1,
            longest: 1e4,
        };
        let mut watch = Watch::new();
        assert!(!watch.is_free(&rule, 1.0));
        assert!(watch.is_free(&rule, f64::NAN));
    }
}
