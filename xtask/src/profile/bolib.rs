//! The variants of the semismooth Newton method on BOLIB, each asked again until the common measure agrees.

use super::outcome::Outcome;
use crate::bench::{Variant, progress_bar};
use linalg::slice::norm2;
use nlp_model::{Bilevel, Linearised};
use ssn::systems::value_function::ValueFunctionSystem;
use ssn::value_function::solve_bilevel;
use ssn::{FISCHER_BURMEISTER, PairRule, SemismoothSystem};
use std::time::Instant;
use stopping::{Budget, CancelToken, Claim, Resolve, Status, Stopping};

/// A problem is solved when ‖Φ‖₂ is at most this, Φ made of Fischer–Burmeister functions for all variants.
pub const TOLERANCE: f64 = 1e-6;

/// One problem from one start with one penalty parameter.
struct Task<'a> {
    model: &'a dyn Bilevel,
    start: bolib::Point,
    lambda: f64,
    /// Holds the common Φ.
    system: &'a ValueFunctionSystem<'a>,
}

impl Task<'_> {
    /// ‖Φ(ζ)‖₂: computed anew, by the same function for every solver.
    fn measure(&self, zeta: &[f64]) -> f64 {
        let mut phi = vec![0.0; self.system.size()];
        self.system.residual(zeta, &mut phi);
        norm2(&phi)
    }
}

/// What the last solve of a solver cost.
#[derive(Debug, Default)]
struct Spent {
    claimed: bool,
    solves: usize,
    iterations: usize,
    microseconds: f64,
    history: Vec<f64>,
}

/// Runs all variants on all problems until `cancel` is used; the outcomes so far, and whether these are all.
pub fn run(
    problems: &[&'static bolib::Problem],
    lambdas: &[f64],
    cancel: &CancelToken,
) -> crate::Result<(Vec<Outcome>, bool)> {
    // The run above all runs: cancelling it ends the solves below at their next stop.
    let whole = Stopping::new((), |_: &(), _: &()| None)
        .with_budget(Budget::UNLIMITED)
        .with_cancel_token(cancel.clone());
    let starts: usize = problems.iter().map(|p| p.starts.len()).sum();
    let bar = progress_bar(starts * lambdas.len(), "profile");
    let mut outcomes = Vec::new();
    for problem in problems {
        let model = problem.build();
        let qvi = Linearised::new(&*model)?;
        for (k, start) in problem.starts.iter().enumerate() {
            for &lambda in lambdas {
                let rule = PairRule {
                    ncp: &FISCHER_BURMEISTER,
                    degenerate: 0.0,
                };
                let task = Task {
                    model: &*model,
                    start: *start,
                    lambda,
                    system: &ValueFunctionSystem::new(&qvi, lambda, rule)?,
                };
                let name = format!("{} start {k} lambda {lambda}", problem.name);
                for variant in Variant::ALL {
                    let Some(outcome) = solve(&task, &name, variant, &whole)? else {
                        bar.finish_and_clear();
                        return Ok((outcomes, false));
                    };
                    outcomes.push(outcome);
                }
                bar.inc(1);
            }
        }
    }
    bar.finish_and_clear();
    Ok((outcomes, true))
}

/// Solves `task` with the tolerance 1e-6, and again with 1e-7, 1e-8, … as long as the variant claims a success that
/// the measure refutes (DolanMoreMunson2006). The last solve counts.
/// `None` when the run was cancelled before it was decided.
fn solve(
    task: &Task,
    name: &str,
    variant: Variant,
    whole: &Stopping<(), ()>,
) -> crate::Result<Option<Outcome>> {
    let (x0, y0) = (task.start.x, task.start.y);
    let zeta = task.system.start(x0, y0, f64::INFINITY)?;
    let mut stopping = Stopping::new(zeta, |task: &Task, zeta: &Vec<f64>| task.measure(zeta))
        .with_tolerances(TOLERANCE, 0.0)
        .with_budget(Budget::UNLIMITED)
        .inside(whole);
    let resolve = Resolve {
        first: TOLERANCE,
        ..Resolve::default()
    };
    let mut spent = Spent::default();
    let mut failure = None;
    let status = resolve.run(task, &mut stopping, |task, zeta, limits| {
        let options = ssn::Options {
            tolerance: limits.tolerance,
            ..variant.options()
        };
        let clock = Instant::now();
        let solution = match solve_bilevel(task.model, x0, y0, task.lambda, &options) {
            Ok(solution) => solution,
            Err(error) => {
                failure = Some(error);
                return Claim {
                    status: Status::Exception,
                    iterations: 0,
                };
            }
        };
        spent.microseconds = 1e6 * clock.elapsed().as_secs_f64();
        spent.solves += 1;
        spent.claimed = solution.status.is_success();
        spent.iterations = solution.iterations;
        zeta.clear();
        for part in [
            &solution.x,
            &solution.y,
            &solution.xi,
            &solution.u,
            &solution.v,
            &solution.w,
        ] {
            zeta.extend_from_slice(part);
        }
        spent.history = solution.history;
        Claim {
            status: solution.status,
            iterations: solution.iterations,
        }
    });
    if let Some(error) = failure {
        return Err(error.into());
    }
    if status == Status::Cancelled {
        return Ok(None);
    }
    Ok(Some(Outcome {
        problem: name.to_string(),
        solver: variant.name().to_string(),
        variables: x0.len() + y0.len(),
        claimed: spent.claimed || spent.solves == 0,
        solved: status.is_success(),
        measure: task.measure(&stopping.state),
        solves: spent.solves,
        costs: vec![spent.iterations as f64, spent.microseconds],
        history: spent.history,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_runs_and_success_is_what_the_measure_says() {
        let problems = [bolib::problem("Bard1988Ex1").unwrap()];
        let (outcomes, complete) = run(&problems, &[1.0], &CancelToken::new()).unwrap();
        assert!(complete);
        assert_eq!(outcomes.len(), 3 * problems[0].starts.len());
        for outcome in &outcomes {
            assert_eq!(outcome.solved, outcome.measure <= TOLERANCE);
            assert!(outcome.costs[0] >= 1.0 && outcome.costs[1] > 0.0);
            assert_eq!(outcome.variables, 2);
        }
        assert!(outcomes.iter().any(|o| o.solved));
    }

    #[test]
    fn a_token_that_was_used_leaves_nothing_to_run() {
        let cancel = CancelToken::new();
        cancel.cancel();
        let problems = [bolib::problem("Bard1988Ex1").unwrap()];
        let (outcomes, complete) = run(&problems, &[1.0], &cancel).unwrap();
        assert!(outcomes.is_empty() && !complete);
    }
}
