//! The plain door to lexicographic minimization.

use std::fmt;
use std::time::Instant;

use nlp_model::{Multilevel, SlackLevels, check_point};
use stopping::{Budget, Solver, Status, Stopping, Tolerance};

use super::level_state::LevelState;
use super::merit::Merit;
use super::restoration::{Restoration, Tolerances};
use super::successive_decrease::{Approach, SuccessiveDecrease};
use crate::TrustRegionError;

/// Which algorithm runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// [`SuccessiveDecrease`] alone.
    SuccessiveDecrease,
    /// [`Restoration`] alone.
    Restoration,
    /// [`SuccessiveDecrease`], then [`Restoration`] from the start where that fails.
    Both,
}

/// Parameters of [`solve`].
#[derive(Clone, Debug)]
pub struct Options {
    /// Which algorithm runs.
    pub method: Method,
    /// The step for the most important level.
    pub approach: Approach,
    /// The merit function of [`SuccessiveDecrease`].
    pub merit: Merit,
    /// A solution has a residual of level 0 of at most this ([`LevelState::residuals`]) …
    pub tolerance: f64,
    /// … residuals of the other levels of at most this …
    pub later_tolerance: f64,
    /// … and negative curvatures of at most this.
    pub curvature_tolerance: f64,
    /// Largest number of iterations, of each algorithm.
    pub max_iterations: usize,
    /// Radii at the start, in units of x.
    pub first_radius: f64,
    /// Problems with more variables are solved by [`Method::Restoration`] without dense matrices; of at most two
    /// levels, since projections nested more deeply lose too many digits.
    pub dense_limit: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            method: Method::Both,
            approach: Approach::SuccessiveDecrease,
            merit: Merit::Nested,
            tolerance: 1e-10,
            later_tolerance: 1e-8,
            curvature_tolerance: 1e-5,
            max_iterations: 300,
            first_radius: 1.0,
            dense_limit: 300,
        }
    }
}

impl Options {
    fn check(&self, levels: usize, variables: usize) -> Result<(), TrustRegionError> {
        let positive = "it must be positive and finite";
        for (name, value) in [
            ("tolerance", self.tolerance),
            ("later_tolerance", self.later_tolerance),
            ("curvature_tolerance", self.curvature_tolerance),
            ("first_radius", self.first_radius),
        ] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(TrustRegionError::Option {
                    name,
                    value,
                    range: positive,
                });
            }
        }
        if levels > 2 && variables > self.dense_limit {
            return Err(TrustRegionError::Option {
                name: "dense_limit",
                value: self.dense_limit as f64,
                range: "more than two levels need at least as much as there are variables",
            });
        }
        if self.merit != Merit::Nested && levels > 2 {
            return Err(TrustRegionError::Option {
                name: "merit",
                value: levels as f64,
                range: "more than two levels need the nested merit function",
            });
        }
        Ok(())
    }

    pub(super) fn tolerances(&self) -> Tolerances {
        Tolerances {
            first: self.tolerance,
            later: self.later_tolerance,
            curvature: self.curvature_tolerance,
        }
    }

    /// A stopping for a run from `x0` on `levels` levels: residuals, then curvatures.
    pub fn stopping<'p>(
        &self,
        x0: Vec<f64>,
        levels: usize,
    ) -> Stopping<dyn Multilevel + 'p, LevelState> {
        let mut bounds = vec![self.later_tolerance; levels];
        bounds[0] = self.tolerance;
        bounds.resize(2 * levels, self.curvature_tolerance);
        Stopping::with_scores(
            LevelState::new(x0, levels),
            2 * levels,
            move |_: &(dyn Multilevel + 'p), state: &LevelState, scores: &mut [f64]| {
                let (residuals, curvatures) = scores.split_at_mut(levels);
                residuals.copy_from_slice(&state.residuals);
                curvatures.copy_from_slice(&state.negative_curvatures);
            },
        )
        .with_tolerance(Tolerance::each(bounds))
        .expect("as many tolerances as scores")
        // a budget of k lets k stops pass and ends the run at the next
        .with_budget(Budget::iterations(self.max_iterations.saturating_sub(1)))
    }
}

/// Where a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// x (n).
    pub x: Vec<f64>,
    /// Objectives of the levels, the most important first.
    pub objectives: Vec<f64>,
    /// Residuals of the levels ([`LevelState::residuals`]).
    pub residuals: Vec<f64>,
    /// Negative curvatures of the levels, relative.
    pub negative_curvatures: Vec<f64>,
    /// Violation of all rows and bounds, ‖g + z²‖₂ with their slacks; 0 where there are none.
    pub violation: f64,
    /// How the run ended.
    pub status: Status,
    /// Iterations of both algorithms.
    pub iterations: usize,
    /// Wall time, set-up included.
    pub seconds: f64,
}

impl fmt::Display for Solution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Solution {
            status, iterations, ..
        } = self;
        writeln!(f, "levels: {status} after {iterations} iterations")?;
        writeln!(f, "  f = {:?}", self.objectives)?;
        writeln!(f, "  x = {:?}", self.x)?;
        write!(
            f,
            "  residuals {}, negative curvatures {}; see the certificate for what they prove",
            short(&self.residuals),
            short(&self.negative_curvatures)
        )
    }
}

/// Numbers with two digits.
fn short(numbers: &[f64]) -> String {
    let digits: Vec<String> = numbers.iter().map(|v| format!("{v:.1e}")).collect();
    digits.join(", ")
}

/// Minimizes the levels of `problem` in their order, from `x0`.
///
/// Rows and bounds of levels become levels of their own ([`SlackLevels`]); where a violation is minimal and not zero,
/// the run ends with `Infeasible`. Levels with more than [`Options::dense_limit`] variables are seen by products only.
///
/// Local: no algorithm of this kind finds global minimizers, and [`certify`](super::certify) says what is
/// known of the point. Up to that limit, O(n³) operations an iteration.
///
/// # Errors
/// [`TrustRegionError`] on a start of the wrong length or not finite and on options out of range.
pub fn solve(
    problem: &dyn Multilevel,
    x0: &[f64],
    options: &Options,
) -> Result<Solution, TrustRegionError> {
    let clock = Instant::now();
    check_point("x0", x0, problem.level(0).meta().nvar())?;
    if !SlackLevels::is_needed(problem) {
        return solve_free(problem, x0, options, clock);
    }
    let slack = SlackLevels::new(problem);
    let mut solution = solve_free(&slack, &slack.start(x0), options, clock)?;
    solution.x.truncate(x0.len());
    let keep = |values: &[f64]| -> Vec<f64> {
        let levels = slack.origin().iter().zip(values);
        levels
            .filter(|(k, _)| k.is_some())
            .map(|(_, v)| *v)
            .collect()
    };
    let violations = slack.origin().iter().zip(&solution.objectives);
    let violation: f64 = violations
        .filter(|(k, _)| k.is_none())
        .map(|(_, half)| 2.0 * half)
        .sum();
    solution.violation = violation.sqrt();
    let is_feasible = solution.violation <= INFEASIBLE;
    if solution.status.is_success() && !is_feasible {
        solution.status = Status::Infeasible;
    }
    solution.objectives = keep(&solution.objectives);
    solution.residuals = keep(&solution.residuals);
    solution.negative_curvatures = keep(&solution.negative_curvatures);
    Ok(solution)
}

/// Violation ‖g + z²‖₂ above which a minimizer of the violation is no feasible point.
const INFEASIBLE: f64 = 1e-6;

/// [`solve`] for levels without rows and bounds.
fn solve_free(
    problem: &dyn Multilevel,
    x0: &[f64],
    options: &Options,
    clock: Instant,
) -> Result<Solution, TrustRegionError> {
    let levels = problem.levels();
    options.check(levels, x0.len())?;
    let mut stopping = options.stopping(x0.to_vec(), levels);
    let is_large = x0.len() > options.dense_limit;
    let mut status = if options.method == Method::Restoration || is_large {
        Restoration::new(problem, options).solve(problem, &mut stopping)
    } else {
        SuccessiveDecrease::new(problem, options).solve(problem, &mut stopping)
    };
    let mut iterations = stopping.iterations();
    if options.method == Method::Both && !is_large && !status.is_success() {
        tracing::debug!(%status, "successive decrease failed; restoration from the start");
        stopping = options.stopping(x0.to_vec(), levels);
        status = Restoration::new(problem, options).solve(problem, &mut stopping);
        iterations += stopping.iterations();
    }
    let state = stopping.state;
    Ok(Solution {
        x: state.x,
        objectives: state.f,
        residuals: state.residuals,
        negative_curvatures: state.negative_curvatures,
        violation: 0.0,
        status,
        iterations,
        seconds: clock.elapsed().as_secs_f64(),
    })
}
