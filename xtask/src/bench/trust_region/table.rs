//! Tables of the job `trust-region`.

use super::{Results, SOLVERS};
use crate::bench::runs::{Run, identifier};
use crate::grid::{Grid, or_dash, small};
use stackelberg_tests::problems::unconstrained::Problem;

/// The stored codes that stand in the table of problems, with what their columns are called.
const STORED: [(&str, &str); 3] = [
    ("ipopt", "IPOPT"),
    ("trust-exact", "scipy exact"),
    ("trust-ncg", "scipy ncg"),
];

/// One row a problem: iterations and evaluations of stored codes and of ours, and what ours reached.
pub fn problems(results: &Results) -> Grid {
    let mut header: Vec<String> = vec!["problem".into(), "n".into()];
    header.extend(STORED.map(|(_, title)| format!("{title}\nit / f")));
    header.extend(["exact\nit / f", "truncated\nit / f", "f", "‖∇f‖", "ms"].map(String::from));
    let mut grid = Grid::new(1, header);
    for problem in &results.problems {
        let run = |solver: &str| {
            let mut runs = results.runs.iter();
            runs.find(|r| r.problem == problem.name() && r.solver == solver)
        };
        let (exact, truncated) = (run("exact"), run("truncated"));
        let mut row = vec![
            problem.name().to_string(),
            problem.least_squares.nvar().to_string(),
        ];
        row.extend(STORED.map(|(name, _)| stored(problem, name)));
        row.extend([
            or_dash(exact, cost),
            or_dash(truncated, cost),
            or_dash(exact, |r| format!("{:.6e}", r.objective)),
            or_dash(exact, |r| small(r.measure)),
            or_dash(exact, |r| format!("{:.2}", 1e-3 * r.microseconds)),
        ]);
        grid.push(row);
    }
    grid
}

/// Iterations and evaluations; marked when the run has failed.
fn cost(run: &Run) -> String {
    let mark = if run.solved { "" } else { " ✗" };
    format!("{} / {}{mark}", run.iterations, run.evaluations)
}

fn stored(problem: &Problem, code: &str) -> String {
    let run = problem
        .baselines
        .get(code)
        .filter(|b| b.iterations.is_finite());
    or_dash(run, |b| {
        let mark = if b.gradient <= super::GRADIENT {
            ""
        } else {
            " ✗"
        };
        format!("{} / {}{mark}", b.iterations, b.evaluations)
    })
}

/// One row a solver of this run.
pub fn solvers(results: &Results) -> Grid {
    let header = [
        "solver",
        "runs",
        "solved",
        "false claims",
        "iterations",
        "evaluations",
        "seconds",
    ];
    let mut grid = Grid::new(1, header);
    for solver in &SOLVERS {
        let number = |what: &str| {
            let name = format!("uncon_{}_{what}", identifier(solver.name));
            results.summary.get(&name).unwrap_or(f64::NAN)
        };
        let mut row = vec![solver.name.to_string()];
        let counts = [
            "runs",
            "solved",
            "claims_refuted",
            "iterations",
            "evaluations",
        ];
        row.extend(counts.map(|what| number(what).to_string()));
        row.push(format!("{:.3}", number("seconds")));
        grid.push(row);
    }
    grid
}
