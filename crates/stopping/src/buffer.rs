//! A buffer between a stopping and a solver that is not ours.

use std::time::Duration;

use crate::{Counts, State, Status, Stopping};

/// What a foreign solver may spend and how accurate it must be, in words that any solver has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The tolerance for the solver's own test.
    pub tolerance: f64,
    /// Iterations left.
    pub max_iterations: usize,
    /// Wall time left; `None` is no limit.
    pub max_time: Option<Duration>,
    /// Evaluations of all verbs left; `u64::MAX` is no limit.
    pub max_evaluations: u64,
}

/// What a foreign solver says of its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its status, in our words; `Optimal` is a claim and no more.
    pub status: Status,
    /// Iterations made.
    pub iterations: usize,
}

/// How a foreign solver is asked again, with smaller tolerances, when it claims success and our score disagrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resolve {
    /// First tolerance. Default 10⁻².
    pub first: f64,
    /// Factor between tolerances, in (0, 1). Default 0.1.
    pub factor: f64,
    /// Smallest tolerance. Default 10⁻¹⁴.
    pub least: f64,
}

impl Default for Resolve {
    fn default() -> Self {
        Resolve {
            first: 1e-2,
            factor: 0.1,
            least: 1e-14,
        }
    }
}

impl Resolve {
    /// One attempt with the tolerance `tolerance`.
    pub fn once(tolerance: f64) -> Self {
        Resolve {
            first: tolerance,
            factor: 0.5,
            least: tolerance,
        }
    }

    /// Runs `foreign` until *our* score agrees that the problem is solved.
    ///
    /// # Algorithm
    /// 1. Start; tolerance ← first.
    /// 2. Call `foreign` with what is left of the budgets. It leaves its point in the state.
    /// 3. Count its iterations and stop. Whatever the stopping says ends the run.
    /// 4. If the solver claims success, tolerance ← factor · tolerance and go to 2; below the least tolerance
    ///    the run ends as [`Status::SubOptimal`]. Any other claim ends the run with that claim.
    ///
    /// # References
    /// E. Dolan, J. Moré, T. Munson, *Optimality measures for performance profiles*, SIAM J. Optim. 16 (2006) 891–909: "the convergence
    /// tolerances used by the solvers are reduced and the problem is solved again".
    pub fn run<P: ?Sized, S: State>(
        self,
        problem: &P,
        stopping: &mut Stopping<P, S>,
        mut foreign: impl FnMut(&P, &mut S, &Limits) -> Claim,
    ) -> Status {
        debug_assert!(0.0 < self.factor && self.factor < 1.0);
        if let Some(status) = stopping.start(problem) {
            return status;
        }
        let mut tolerance = self.first;
        loop {
            let limits = stopping.limits(tolerance);
            let claim = foreign(problem, &mut stopping.state, &limits);
            tracing::debug!(tolerance, claim = %claim.status, iterations = claim.iterations, "foreign solver");
            // The stop below counts one.
            stopping.count_iterations(claim.iterations.saturating_sub(1));
            if let Some(status) = stopping.stop(problem) {
                return status;
            }
            if !claim.status.is_success() {
                return stopping.fail(claim.status);
            }
            tolerance *= self.factor;
            if tolerance < self.least {
                return stopping.fail(Status::SubOptimal);
            }
        }
    }
}

impl<P: ?Sized, S: State> Stopping<P, S> {
    /// What is left of the budgets, for a solver that is not ours.
    pub fn limits(&self, tolerance: f64) -> Limits {
        let budget = self.budget();
        let spent: Counts = self.evaluations();
        Limits {
            tolerance,
            max_iterations: budget.max_iterations.saturating_sub(self.iterations()),
            max_time: (budget.max_time != Duration::MAX)
                .then(|| budget.max_time.saturating_sub(self.elapsed())),
            max_evaluations: match budget.max_total {
                u64::MAX => u64::MAX,
                total => total.saturating_sub(spent.total()),
            },
        }
    }
}
