//! The job `trust-region`: unconstrained problems beside stored baselines and other crates.

mod page;
mod table;

use super::peers::{self, Ending};
use super::runs::{self, Run as Record, timed};
use super::summary::Summary;
use super::sweep::progress_bar;
use crate::{interrupt, say};
use linalg::slice::norm2;
use nlp_model::{TwiceSmooth, Verb};
use stackelberg_tests::problems::unconstrained::{self, Problem};
use std::path::PathBuf;
use trust_region::newton::Method;
use trust_region::{Options, Solution, TrustRegionError, least_squares, quasi_newton};

/// Options of the job.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Problems whose name contains this text; repeatable [default: all].
    #[arg(long, value_name = "TEXT")]
    problem: Vec<String>,
    /// Folder for records, summary and figures.
    #[arg(long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// The 18 classical problems only.
    #[arg(long)]
    quick: bool,
    /// Rewrite docs/results from this run; only for the full job.
    #[arg(long, conflicts_with_all = ["quick", "problem"])]
    update_docs: bool,
}

/// Solves min f, or a system of equations, from a start with a limit of iterations.
pub type Run = fn(&dyn TwiceSmooth, &[f64], usize) -> Ending;

/// What a solver is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// f = Σ rᵢ² with second derivatives.
    Objective,
    /// r with first derivatives.
    System,
}

/// A solver of the job.
#[derive(Clone, Copy, Debug)]
struct Solver {
    name: &'static str,
    reading: Reading,
    /// Largest number of variables for which it is run.
    most_variables: usize,
    run: Run,
}

const SOLVERS: [Solver; 12] = [
    ours("exact", |m, x, k| newton(m, x, k, Method::Exact)),
    ours("truncated", |m, x, k| {
        newton(m, x, k, Method::SteihaugToint)
    }),
    ours("lanczos", |m, x, k| {
        newton(m, x, k, Method::GeneralizedLanczos)
    }),
    ours("matrix-free", |m, x, k| newton(m, x, k, Method::MatrixFree)),
    bfgs(),
    levenberg_marquardt(),
    peer("argmin Steihaug", Reading::Objective, peers::steihaug),
    peer("argmin dogleg", Reading::Objective, peers::dogleg),
    peer("basin exact", Reading::Objective, peers::more_sorensen),
    peer("basin Steihaug", Reading::Objective, peers::truncated),
    peer("levenberg-marquardt", Reading::System, peers::minpack),
    peer("basin LM", Reading::System, peers::pivoted_qr),
];

/// Variables up to which solvers with dense matrices run.
const DENSE: usize = 100;

/// Names of the solvers that minimize f, for profiles.
const NEWTON: [&str; 6] = [
    "exact",
    "truncated",
    "argmin Steihaug",
    "argmin dogleg",
    "basin exact",
    "basin Steihaug",
];
/// Names of the solvers for least squares.
const FITS: [&str; 3] = ["least squares", "levenberg-marquardt", "basin LM"];

const fn ours(name: &'static str, run: Run) -> Solver {
    Solver {
        name,
        reading: Reading::Objective,
        most_variables: usize::MAX,
        run,
    }
}

const fn bfgs() -> Solver {
    Solver {
        most_variables: DENSE,
        ..ours("BFGS", |model, x0, limit| {
            let update = quasi_newton::Update::Bfgs;
            ending(x0, quasi_newton::solve(model, x0, update, &options(limit)))
        })
    }
}

const fn levenberg_marquardt() -> Solver {
    Solver {
        reading: Reading::System,
        most_variables: DENSE,
        ..ours("least squares", |system, x0, limit| {
            let method = least_squares::Method::LevenbergMarquardt;
            ending(
                x0,
                least_squares::solve(system, x0, method, &options(limit)),
            )
        })
    }
}

const fn peer(name: &'static str, reading: Reading, run: Run) -> Solver {
    Solver {
        name,
        reading,
        most_variables: DENSE,
        run,
    }
}

/// Iterations allowed; other crates have a limit of time as well.
const LIMIT: usize = 2000;
/// A run has succeeded with ‖∇f‖₂ at most this, recomputed …
const GRADIENT: f64 = 1e-6;
/// … or with f within this of the least value that any code found, where rounding hides the gradient.
const VALUE: f64 = 1e-10;

/// All that the job found.
#[derive(Debug)]
struct Results {
    problems: Vec<Problem>,
    runs: Vec<Record>,
    summary: Summary,
    figures: Vec<(&'static str, String)>,
}

/// Runs the job, prints its table and writes its files.
pub fn run(args: &Args) -> crate::Result<()> {
    let chosen = |p: &Problem| {
        let named = args.problem.is_empty() || args.problem.iter().any(|t| p.name().contains(t));
        named && (!args.quick || p.classical.is_some())
    };
    let problems: Vec<Problem> = unconstrained::problems()
        .into_iter()
        .filter(chosen)
        .collect();
    if problems.is_empty() {
        return Err("no problem has such a name".into());
    }
    let results = solve(problems)?;
    say(table::problems(&results).terminal());
    say(table::solvers(&results).terminal());
    runs::write(&args.out, &results.runs, &results.summary, &results.figures)?;
    if args.update_docs {
        page::write(&crate::root(), &results)?;
        say("docs/results/trust-region.md and its figures are rewritten.");
    }
    Ok(())
}

fn solve(problems: Vec<Problem>) -> crate::Result<Results> {
    let mut runs = Vec::new();
    let bar = progress_bar(problems.len(), "problems");
    for problem in &problems {
        let model = problem.least_squares.model();
        let is_dense = problem.least_squares.nvar() <= DENSE;
        let system = is_dense.then(|| problem.least_squares.system());
        for solver in SOLVERS
            .iter()
            .filter(|s| problem.least_squares.nvar() <= s.most_variables)
        {
            if interrupt::token().is_cancelled() {
                return Err("interrupted".into());
            }
            runs.push(match solver.reading {
                Reading::Objective => record(problem, solver, model.as_ref(), Verb::Obj),
                Reading::System => match &system {
                    Some(system) => record(problem, solver, system, Verb::Cons),
                    None => continue,
                },
            });
        }
        bar.inc(1);
    }
    let mut summary = Summary::default();
    let figures = vec![
        ("profile-newton.svg", runs::profiles(&runs, &NEWTON)?),
        ("profile-least-squares.svg", runs::profiles(&runs, &FITS)?),
    ];
    enter(&mut summary, &problems, &runs);
    Ok(Results {
        problems,
        runs,
        summary,
        figures,
    })
}

/// Runs one solver; `verb` is what counts as an evaluation.
fn record(problem: &Problem, solver: &Solver, model: &dyn TwiceSmooth, verb: Verb) -> Record {
    let p = &problem.least_squares;
    let mut evaluations = 0;
    let (ending, microseconds) = timed(|| {
        let before = model.counters().map_or(0, |c| c.get(verb));
        let ending = (solver.run)(model, &p.x0, LIMIT);
        evaluations = model.counters().map_or(0, |c| c.get(verb)) - before;
        ending
    });
    let objective = p.value(&ending.x);
    let mut g = vec![0.0; p.nvar()];
    p.model().grad(&ending.x, &mut g);
    let measure = norm2(&g);
    let best = problem.best_known();
    let solved = measure <= GRADIENT || objective - best <= VALUE * best;
    Record {
        problem: p.name.clone(),
        solver: solver.name.into(),
        variables: p.nvar(),
        status: ending.status,
        claimed: ending.claimed,
        solved: solved && objective.is_finite(),
        measure,
        objective,
        iterations: ending.iterations,
        evaluations: evaluations as usize,
        microseconds,
    }
}

fn newton(model: &dyn TwiceSmooth, x0: &[f64], limit: usize, method: Method) -> Ending {
    let options = options(limit);
    ending(x0, trust_region::newton::solve(model, x0, method, &options))
}

fn options(limit: usize) -> Options {
    Options {
        max_iterations: limit,
        ..Options::default()
    }
}

fn ending(x0: &[f64], run: Result<Solution, TrustRegionError>) -> Ending {
    match run {
        Ok(solution) => Ending {
            claimed: solution.status.is_success(),
            status: solution.status.to_string(),
            iterations: solution.iterations,
            x: solution.x,
        },
        Err(error) => Ending::failure(x0.to_vec(), error),
    }
}

/// The keys of the summary: the 18 classical problems by exact steps, then everything by solver.
fn enter(summary: &mut Summary, problems: &[Problem], runs: &[Record]) {
    let classical = |r: &&Record| {
        let problem = problems.iter().find(|p| p.name() == r.problem);
        r.solver == "exact" && problem.is_some_and(|p| p.classical.is_some())
    };
    let of_exact: Vec<&Record> = runs.iter().filter(classical).collect();
    summary.count("uncon_solved", of_exact.iter().filter(|r| r.solved).count());
    summary.count(
        "uncon_iterations",
        of_exact.iter().map(|r| r.iterations).sum(),
    );
    summary.count(
        "uncon_evaluations",
        of_exact.iter().map(|r| r.evaluations).sum(),
    );
    let solved = runs.iter().filter(|r| r.solver == "exact" && r.solved);
    summary.count("uncon_problems", problems.len());
    summary.count("uncon_all_solved", solved.count());
    let large = runs
        .iter()
        .filter(|r| r.variables >= 1000 && r.solver == "exact");
    let slowest = large
        .map(|r| 1e-6 * r.microseconds)
        .fold(f64::NAN, f64::max);
    summary.number("uncon_large_seconds", slowest);
    let names: Vec<&str> = SOLVERS.iter().map(|s| s.name).collect();
    runs::enter(summary, "uncon", runs, &names);
}
