//! The job `nlp`: constrained problems of Hock and Schittkowski, beside stored runs.

use super::peers::Ending;
use super::runs::{self, Run, timed};
use super::summary::Summary;
use crate::grid::{Grid, or_dash, small};
use crate::{interrupt, say};
use nlp_model::{Model, TwiceSmooth, Verb};
use stackelberg_tests::problems::hock_schittkowski::{self, Problem};
use std::path::PathBuf;
use trust_region::{NlpSolution, Start, TrustRegionError, augmented_lagrangian, sqp};

/// Options of the job.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Problems by name, as HS71; repeatable [default: all].
    #[arg(long, value_name = "NAME")]
    problem: Vec<String>,
    /// Folder for records, summary and figures.
    #[arg(long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// The problems with stored runs only.
    #[arg(long)]
    quick: bool,
    /// Rewrite docs/results from this run; only for the full job.
    #[arg(long, conflicts_with_all = ["quick", "problem"])]
    update_docs: bool,
}

type Solve = fn(&dyn TwiceSmooth, &Start) -> Result<NlpSolution, TrustRegionError>;

const SOLVERS: [(&str, Solve); 2] = [
    ("augmented Lagrangian", |model, start| {
        augmented_lagrangian::solve(model, start, &Default::default())
    }),
    ("SQP", |model, start| {
        sqp::solve(model, start, &Default::default())
    }),
];

/// A run has succeeded with |f − f*| ≤ this · max(1, |f*|) …
const VALUE: f64 = 1e-6;
/// … and no constraint or bound violated by more than this.
const VIOLATION: f64 = 1e-6;

/// All that the job found.
#[derive(Debug)]
struct Results {
    problems: Vec<Problem>,
    runs: Vec<Run>,
    summary: Summary,
    figure: String,
}

/// Runs the job, prints its table and writes its files.
pub fn run(args: &Args) -> crate::Result<()> {
    let mut problems = if args.quick {
        hock_schittkowski::stored()
    } else {
        hock_schittkowski::problems()
    };
    problems.retain(|p| args.problem.is_empty() || args.problem.contains(&p.name));
    if problems.is_empty() {
        return Err("no problem has such a name".into());
    }
    let results = solve(problems)?;
    say(table(&results).terminal());
    say(solvers(&results).terminal());
    let figures = [("profile-nlp.svg", results.figure.clone())];
    runs::write(&args.out, &results.runs, &results.summary, &figures)?;
    if args.update_docs {
        let folder = crate::root().join("docs/results");
        crate::write(&folder.join("nlp/profile-nlp.svg"), &results.figure)?;
        crate::write(
            &folder.join("nlp.md"),
            &page(&results, &crate::report::machine()),
        )?;
        say("docs/results/nlp.md and its figure are rewritten.");
    }
    Ok(())
}

fn solve(problems: Vec<Problem>) -> crate::Result<Results> {
    let mut runs = Vec::new();
    for problem in &problems {
        for (name, solve) in SOLVERS {
            if interrupt::token().is_cancelled() {
                return Err("interrupted".into());
            }
            runs.push(record(problem, name, solve));
        }
    }
    let names = SOLVERS.map(|s| s.0);
    let mut summary = Summary::default();
    runs::enter(&mut summary, "hs", &runs, &names);
    let solved = |by: &dyn Fn(&Run) -> bool| {
        let is_solved = |p: &&Problem| {
            runs.iter()
                .any(|r| r.problem == p.name && r.solved && by(r))
        };
        problems.iter().filter(is_solved).count()
    };
    let with_baselines = problems.iter().filter(|p| !p.baselines.is_empty());
    let stored: Vec<&str> = with_baselines.map(|p| p.name.as_str()).collect();
    summary.count("hs_stored_total", stored.len());
    let of_stored = solved(&|r| r.solver == names[0] && stored.contains(&r.problem.as_str()));
    summary.count("hs_stored_solved", of_stored);
    summary.count("hs_total", problems.len());
    summary.count("hs_solved", solved(&|r| r.solver == names[0]));
    summary.count("hs_solved_by_any", solved(&|_| true));
    Ok(Results {
        figure: runs::profiles(&runs, &names)?,
        problems,
        runs,
        summary,
    })
}

fn record(problem: &Problem, name: &str, solve: Solve) -> Run {
    let model = problem.model();
    let start = problem.meta.x0().to_vec();
    let mut evaluations = 0;
    let (ending, microseconds) = timed(|| {
        let count = || model.counters().map_or(0, |c| c.get(Verb::Obj));
        let before = count();
        let ending = match solve(&model, &Start::at(&start)) {
            Ok(solution) => Ending {
                claimed: solution.status.is_success(),
                status: solution.status.to_string(),
                iterations: solution.iterations.max(solution.inner_iterations),
                x: solution.x,
            },
            Err(error) => Ending::failure(start.clone(), error),
        };
        evaluations = count() - before;
        ending
    });
    let objective = model.obj(&ending.x);
    let violation = violation(&model, &ending.x);
    let error = (objective - problem.least).abs() / problem.least.abs().max(1.0);
    Run {
        problem: problem.name.clone(),
        solver: name.into(),
        variables: start.len(),
        status: ending.status,
        claimed: ending.claimed,
        solved: error <= VALUE && violation <= VIOLATION,
        measure: error + violation,
        objective,
        iterations: ending.iterations,
        evaluations: evaluations as usize,
        microseconds,
    }
}

/// Largest violation of a constraint or bound; NaN when one is.
fn violation(model: &dyn Model, x: &[f64]) -> f64 {
    let meta = model.meta();
    let mut c = vec![0.0; meta.ncon()];
    model.cons(x, &mut c);
    let outside = |v: &[f64], l: &[f64], u: &[f64]| -> Vec<f64> {
        let all = v.iter().zip(l).zip(u);
        // `max` forgets NaN, multiplication does not.
        all.map(|((v, l), u)| (l - v).max(v - u).max(0.0) + 0.0 * v)
            .collect()
    };
    let mut parts = outside(x, meta.lvar(), meta.uvar());
    parts.extend(outside(&c, meta.lcon(), meta.ucon()));
    linalg::slice::norm_inf(&parts)
}

/// One row a problem.
fn table(results: &Results) -> Grid {
    let mut header = ["problem", "n", "m", "f*", "IPOPT\nit / f", "SLSQP\nit / f"]
        .map(String::from)
        .to_vec();
    for (name, _) in SOLVERS {
        header.extend([format!("{name}\nit / f"), "error".into(), "µs".into()]);
    }
    let mut grid = Grid::new(1, header);
    for problem in &results.problems {
        let stored = |code: &str| {
            or_dash(problem.baselines.get(code), |b| {
                let right =
                    (b.objective - problem.least).abs() <= VALUE * problem.least.abs().max(1.0);
                let mark = if right && b.violation <= VIOLATION {
                    ""
                } else {
                    " ✗"
                };
                format!("{} / {}{mark}", b.iterations, b.evaluations)
            })
        };
        let mut row = vec![
            problem.name.clone(),
            problem.meta.nvar().to_string(),
            problem.meta.ncon().to_string(),
            format!("{:.6}", problem.least),
            stored("ipopt"),
            stored("SLSQP"),
        ];
        for (name, _) in SOLVERS {
            let mut runs = results.runs.iter();
            let run = runs.find(|r| r.problem == problem.name && r.solver == name);
            let mark = |r: &Run| if r.solved { "" } else { " ✗" };
            row.extend([
                or_dash(run, |r| {
                    format!("{} / {}{}", r.iterations, r.evaluations, mark(r))
                }),
                or_dash(run, |r| small(r.measure)),
                or_dash(run, |r| format!("{:.0}", r.microseconds)),
            ]);
        }
        grid.push(row);
    }
    grid
}

/// One row a solver.
fn solvers(results: &Results) -> Grid {
    let header = [
        "solver",
        "solved",
        "false claims",
        "iterations",
        "evaluations",
        "seconds",
    ];
    let mut grid = Grid::new(1, header);
    for (name, _) in SOLVERS {
        let number = |what: &str| {
            let key = format!("hs_{}_{what}", runs::identifier(name));
            results.summary.get(&key).unwrap_or(f64::NAN)
        };
        grid.push(vec![
            name.to_string(),
            format!("{} of {}", number("solved"), number("runs")),
            number("claims_refuted").to_string(),
            number("iterations").to_string(),
            number("evaluations").to_string(),
            format!("{:.3}", number("seconds")),
        ]);
    }
    grid
}

fn page(results: &Results, machine: &str) -> String {
    let stored = hock_schittkowski::stored().len();
    let paragraphs = [
        "# Constrained problems of Hock and Schittkowski".to_string(),
        format!(
            "{} problems of (HockSchittkowski1981). This page is written by \
             `cargo xtask bench nlp --update-docs`.\n\nMachine: {machine}. One thread.",
            results.problems.len()
        ),
        format!(
            "A run is a success when |f − f*| ≤ {VALUE:.0e} max(1, |f*|) and no constraint or bound is \
             violated by more than {VIOLATION:.0e}, both recomputed at its last point. The solvers are local: a \
             run that ends at another local minimum, with a true claim, counts as a false one here. \
             Iterations of the augmented Lagrangian are those of the bound solver."
        ),
        solvers(results).markdown().trim_end().to_string(),
        "![Performance profiles](nlp/profile-nlp.svg)".to_string(),
        "## Problem by problem".to_string(),
        table(results).markdown().trim_end().to_string(),
        format!(
            "*it / f*: iterations and evaluations of f; ✗ marks a failure. *error* is the relative error of f \
             plus the violation. The first {stored} problems have stored runs of other codes (IPOPT with the \
             tolerance 1e-8, SLSQP of scipy with 1e-12), the others the printed minimum only."
        ),
    ];
    paragraphs.join("\n\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_holds_the_numbers_of_the_run() {
        let problems = vec![
            hock_schittkowski::problem("HS28"),
            hock_schittkowski::problem("HS35"),
        ];
        let results = solve(problems).unwrap();
        assert_eq!(results.summary.get("hs_total"), Some(2.0));
        assert_eq!(results.summary.get("hs_solved"), Some(2.0));
        let page = page(&results, "a machine");
        assert!(
            page.contains("| HS28 | 3 | 1 |") && !page.contains("✗ |"),
            "{page}"
        );
        assert!(page.contains("(nlp/profile-nlp.svg)") && !results.figure.contains("NaN"));
    }

    #[test]
    fn violations_are_measured_on_both_sides_and_nan_stays() {
        let model = hock_schittkowski::problem("HS71").model();
        assert_eq!(violation(&model, &[1.0, 5.0, 5.0, 6.0]), 47.0);
        assert!(violation(&model, &[1.0, 5.0, f64::NAN, 1.0]).is_nan());
        // x₄ below its bound by 1, Σx² = 51 − 40 = 11.
        assert_eq!(violation(&model, &[1.0, 5.0, 5.0, 0.0]), 25.0);
    }
}
