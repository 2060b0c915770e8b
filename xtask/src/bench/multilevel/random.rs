//! Random problems of two levels; a solver for constrained problems tells the truth.

use super::{METHODS, Part, levels, options};
use crate::bench::summary::Summary;
use crate::grid::Grid;
use crate::interrupt;
use crate::profile::Outcome;
use linalg::slice::{norm_inf, norm2};
use nlp_model::{Model, TwiceSmooth};
use serde::Serialize;
use stackelberg_tests::problems::random_two_level::{Family, Problem, problems};
use trust_region::multilevel::{Method, solve};
use trust_region::{NlpSolution, Start, TrustRegionError, augmented_lagrangian, sqp};

/// First seed of the default job.
pub const SEED: u64 = 1994;
const COUNT: usize = 30;
/// A point is right when its residuals are below this …
const RESIDUAL: f64 = 1e-7;
/// … and the constrained solver, started there, stays within this times 1 + ‖x‖ …
const DISTANCE: f64 = 1e-4;
/// … and gains no more than this times 1 + |f₂|.
const VALUE: f64 = 1e-7;

/// A solution of the constrained problem near `start`, by the first solver that succeeds.
fn truth(model: &dyn TwiceSmooth, start: &[f64]) -> Result<NlpSolution, TrustRegionError> {
    let first = sqp::solve(model, &Start::at(start), &Default::default())?;
    if first.status.is_success() {
        return Ok(first);
    }
    augmented_lagrangian::solve(model, &Start::at(start), &Default::default())
}

/// One method on one problem.
#[derive(Clone, Debug, Serialize)]
struct Run {
    part: &'static str,
    problem: String,
    family: String,
    solver: &'static str,
    variables: usize,
    status: String,
    claimed: bool,
    correct: bool,
    /// The constrained solver, from the same start, finds no lower f₂.
    as_good: bool,
    residual: f64,
    distance: f64,
    gain: f64,
    /// How the constrained solver ended.
    truth: String,
    iterations: usize,
    microseconds: f64,
}

impl Run {
    fn outcome(&self) -> Outcome {
        Outcome {
            problem: self.problem.clone(),
            solver: self.solver.into(),
            variables: self.variables,
            claimed: self.claimed,
            solved: self.claimed && self.correct,
            measure: self.residual,
            solves: 1,
            costs: vec![self.iterations as f64, self.microseconds],
            history: Vec::new(),
        }
    }
}

/// Runs the part.
pub fn run(summary: &mut Summary, stride: usize, seed: u64) -> crate::Result<Part> {
    let problems: Vec<Problem> = problems(COUNT, seed).into_iter().step_by(stride).collect();
    let mut runs = Vec::new();
    for problem in &problems {
        for (name, method) in METHODS {
            if interrupt::token().is_cancelled() {
                return Err("interrupted".into());
            }
            runs.push(record(problem, name, method)?);
        }
    }
    let mut header = vec!["family".to_string(), "n".into(), "problems".into()];
    for (name, _) in METHODS {
        header.extend([format!("{name}\nright"), "it".into(), "as good".into()]);
    }
    let mut table = Grid::new(1, header);
    for family in Family::ALL {
        let family_name = format!("{family:?}");
        let of_family = problems.iter().filter(|p| p.family == family);
        let n = of_family.clone().next().map_or(0, Problem::nvar);
        let mut row = vec![
            family_name.clone(),
            n.to_string(),
            of_family.count().to_string(),
        ];
        for (name, _) in METHODS {
            let chosen = || {
                runs.iter()
                    .filter(|r| r.family == family_name && r.solver == name)
            };
            let right = chosen().filter(|r| r.claimed && r.correct).count();
            let iterations: usize = chosen().map(|r| r.iterations).sum();
            let as_good = chosen().filter(|r| r.as_good).count();
            row.extend([right, iterations, as_good].map(|k| k.to_string()));
        }
        table.push(row);
    }
    let right = |solver: &str| {
        let chosen = runs.iter().filter(|r| r.solver == solver);
        chosen.filter(|r| r.claimed && r.correct).count()
    };
    summary.count("random_two_level_problems", problems.len());
    summary.count("random_two_level_solved", right(METHODS[0].0));
    summary.count("random_two_level_decrease_solved", right(METHODS[1].0));
    summary.count("random_two_level_restoration_solved", right(METHODS[2].0));
    let wrong = runs.iter().filter(|r| r.claimed && !r.correct);
    summary.count("random_two_level_false_claims", wrong.count());
    Ok(Part {
        title: "Random problems of two levels",
        text: format!(
            "f₁ = ½‖r(x)‖² with a curved set of zeros; min f₂ s.t. r = 0 has the same solutions. A point is \
             *right* when the method claims convergence, ‖r‖∞ ≤ {RESIDUAL:.0e}, and a solver of the \
             constrained problem (sequential quadratic programming, the augmented Lagrangian where that \
             fails), started at the point, moves by at most {DISTANCE:.0e} \
             (1 + ‖x‖) and lowers f₂ by at most {VALUE:.0e} (1 + |f₂|). It is *as good* when that solver \
             finds no lower f₂ from the start of the run: solutions are local. Seeds from {seed} on."
        ),
        table,
        outcomes: runs.iter().map(Run::outcome).collect(),
        records: runs
            .iter()
            .map(serde_json::to_value)
            .collect::<Result<_, _>>()?,
    })
}

fn record(problem: &Problem, name: &'static str, method: Method) -> crate::Result<Run> {
    let levels = levels(problem.levels())?;
    let solution = solve(&levels, &problem.start, &options(method))?;
    let x = &solution.x;
    let constrained = problem.constrained(x);
    let mut r = vec![0.0; constrained.meta().ncon()];
    constrained.cons(x, &mut r);
    let residual = norm_inf(&r);
    let value = constrained.obj(x);
    let near = truth(&constrained, x)?;
    let change: Vec<f64> = near.x.iter().zip(x).map(|(a, b)| a - b).collect();
    let distance = norm2(&change) / (1.0 + norm2(x));
    let gain = (value - near.objective) / (1.0 + value.abs());
    let other = truth(&constrained, &problem.start)?;
    let is_other_better =
        other.status.is_success() && other.objective < value - 1e-6 * (1.0 + value.abs());
    Ok(Run {
        part: "random",
        problem: problem.name(),
        family: format!("{:?}", problem.family),
        solver: name,
        variables: problem.nvar(),
        status: solution.status.to_string(),
        claimed: solution.status.is_success(),
        correct: near.status.is_success()
            && residual <= RESIDUAL
            && distance <= DISTANCE
            && gain <= VALUE,
        as_good: residual <= RESIDUAL && !is_other_better,
        residual,
        distance,
        gain,
        truth: near.status.to_string(),
        iterations: solution.iterations,
        microseconds: 1e6 * solution.seconds,
    })
}
