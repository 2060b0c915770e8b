//! Data profiles on the problems of (MoreWild2009), beside stored runs.

use super::Part;
use super::solvers::{SOLVERS, Solver};
use crate::bench::peers::Setup;
use crate::bench::summary::Summary;
use crate::bench::sweep::progress_bar;
use crate::grid::{Grid, percent};
use crate::interrupt;
use crate::profile::data_figure;
use linalg::slice::norm_inf;
use serde::Serialize;
use stackelberg_tests::problems::more_wild::{self, Problem, TAUS};

/// Evaluations allowed, for each variable and one more.
const BUDGET: f64 = 100.0;
/// Every so many problems are in the quick subset.
const STRIDE: usize = 4;
/// Stored runs that stand beside ours, with their names here.
const STORED: [(&str, &str); 6] = [
    ("prima_bobyqa", "PRIMA"),
    ("powell_f77", "Powell's Fortran"),
    ("nlopt_bobyqa", "NLopt"),
    ("pybobyqa", "Py-BOBYQA"),
    ("pdfo_newuoa", "PDFO NEWUOA"),
    ("prima_newuoa", "PRIMA NEWUOA"),
];

/// One solver on one problem.
#[derive(Clone, Debug, Serialize)]
struct Run {
    part: &'static str,
    problem: String,
    solver: &'static str,
    variables: usize,
    status: String,
    objective: f64,
    evaluations: usize,
    /// Evaluations until f ≤ f_L + τ (f₀ − f_L), for the four τ; `null` for never.
    evaluations_to: [Option<usize>; 4],
}

/// Runs the part.
pub fn run(summary: &mut Summary, quick: bool) -> crate::Result<Part> {
    let stride = if quick { STRIDE } else { 1 };
    let problems: Vec<Problem> = more_wild::problems().into_iter().step_by(stride).collect();
    let bar = progress_bar(problems.len(), "Moré-Wild");
    let mut runs = Vec::new();
    for problem in &problems {
        for solver in SOLVERS {
            if interrupt::token().is_cancelled() {
                return Err("interrupted".into());
            }
            runs.push(solve(problem, solver));
        }
        bar.inc(1);
    }
    let sizes: Vec<usize> = problems.iter().map(|p| p.least_squares.nvar()).collect();
    let columns = columns(&problems, &runs);
    let table = table(&columns, &sizes);
    for (k, tau) in [(2, "1e-5"), (3, "1e-7")] {
        for (name, costs) in &columns {
            let share = share(&costs[k], &sizes, BUDGET);
            match *name {
                "Modern" => summary.number(&format!("morewild_{tau}"), share),
                "Powell" | "bobyqa" | "basin" => {
                    summary.number(&format!("morewild_{}_{tau}", name.to_lowercase()), share);
                }
                _ => {}
            }
        }
    }
    Ok(Part {
        title: "Moré and Wild: 53 smooth problems",
        text: text(),
        table,
        figures: vec![(
            "data-profiles.svg",
            "Data profiles",
            figure(&columns, &sizes)?,
        )],
        records: runs
            .iter()
            .map(serde_json::to_value)
            .collect::<Result<_, _>>()?,
    })
}

fn text() -> String {
    format!(
        "The share of the problems of (MoreWild2009) in which f(x₀) − f ≥ (1 − τ)(f(x₀) − f_L) within \
         {BUDGET} (n + 1) evaluations. f_L is the least value that a stored solver found within them, so \
         that all columns share one measure. The first radius is 0.1 max(1, ‖x₀‖∞), the last 10⁻⁹ times \
         that, with 2n + 1 points. *Modern* and *Powell* are ours, `bobyqa` and `basin` are crates of this \
         name in the same run; the other rows are stored runs."
    )
}

/// Runs `solver`, recording every value.
fn solve(problem: &Problem, solver: Solver) -> Run {
    let p = &problem.least_squares;
    let unit = norm_inf(&p.x0).max(1.0);
    let setup = Setup {
        radius: 0.1 * unit,
        final_radius: 1e-10 * unit,
        evaluations: (BUDGET as usize) * (p.nvar() + 1),
    };
    let mut values = Vec::new();
    let mut f = |x: &[f64]| {
        let value = p.value(x);
        let value = if value < 1e30 { value } else { 1e30 };
        values.push(value);
        value
    };
    let ending = (solver.run)(&mut f, &p.x0, &setup);
    values.truncate(setup.evaluations);
    let evaluations_to = TAUS.map(|tau| {
        let target = problem.least + tau * (problem.f0 - problem.least);
        values.iter().position(|f| *f <= target).map(|k| k + 1)
    });
    Run {
        part: "more-wild",
        problem: p.name.clone(),
        solver: solver.name,
        variables: p.nvar(),
        status: ending.status,
        objective: values.iter().copied().fold(f64::INFINITY, f64::min),
        evaluations: values.len(),
        evaluations_to,
    }
}

/// A solver with its costs for each τ and problem; ∞ for never.
type Column = (&'static str, [Vec<f64>; 4]);

fn columns(problems: &[Problem], runs: &[Run]) -> Vec<Column> {
    let ours = SOLVERS.iter().map(|solver| {
        let costs = |k: usize| {
            let of_solver = runs.iter().filter(|r| r.solver == solver.name);
            let cost = |r: &Run| r.evaluations_to[k].map_or(f64::INFINITY, |n| n as f64);
            of_solver.map(cost).collect()
        };
        (solver.name, [0, 1, 2, 3].map(costs))
    });
    let stored = STORED.iter().map(|(key, name)| {
        let cost = |p: &Problem, k: usize| {
            let n = p.baselines[*key].evaluations_to[k];
            if n.is_nan() { f64::INFINITY } else { n }
        };
        let costs = |k: usize| problems.iter().map(|p| cost(p, k)).collect();
        (*name, [0, 1, 2, 3].map(costs))
    });
    ours.chain(stored).collect()
}

/// The share of problems with at most `alpha` (n + 1) evaluations.
fn share(costs: &[f64], sizes: &[usize], alpha: f64) -> f64 {
    let within = |(cost, n): &(&f64, &usize)| **cost <= alpha * (**n + 1) as f64;
    costs.iter().zip(sizes).filter(within).count() as f64 / costs.len() as f64
}

fn table(columns: &[Column], sizes: &[usize]) -> Grid {
    let budgets = [20.0, 50.0, BUDGET];
    let mut header = vec!["solver".to_string()];
    for tau in ["1e-3", "1e-5", "1e-7"] {
        header.extend(budgets.map(|b| format!("τ = {tau}\n{b} (n+1)")));
    }
    let mut grid = Grid::new(1, header);
    for (name, costs) in columns {
        let mut row = vec![name.to_string()];
        for costs in &costs[1..] {
            row.extend(budgets.map(|b| percent(share(costs, sizes, b))));
        }
        grid.push(row);
    }
    grid
}

/// Panels for the four τ; ours, the crates, and two of the stored solvers.
fn figure(columns: &[Column], sizes: &[usize]) -> crate::Result<String> {
    let shown = &columns[..6.min(columns.len())];
    let names: Vec<&str> = shown.iter().map(|c| c.0).collect();
    let costs = [0, 1, 2, 3].map(|k| {
        let row = |p: usize| shown.iter().map(|c| c.1[k][p]).collect();
        (0..sizes.len()).map(row).collect::<Vec<Vec<f64>>>()
    });
    data_figure("Data profiles of Moré and Wild", &names, &costs, sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_shares_are_those_of_the_reference_data() {
        let problems = more_wild::problems();
        let sizes: Vec<usize> = problems.iter().map(|p| p.least_squares.nvar()).collect();
        let columns = columns(&problems, &[]);
        let costs = |name: &str| &columns.iter().find(|c| c.0 == name).unwrap().1;
        assert!((share(&costs("PRIMA")[3], &sizes, 100.0) - 0.868).abs() < 1e-3);
        assert!((share(&costs("Powell's Fortran")[2], &sizes, 50.0) - 0.774).abs() < 1e-3);
    }

    #[test]
    fn a_run_counts_the_evaluation_that_reaches_the_target() {
        let problem = &more_wild::problems()[6];
        let run = solve(problem, SOLVERS[0]);
        let to = run.evaluations_to.map(|n| n.expect("Rosenbrock is solved"));
        assert!(to.windows(2).all(|w| w[0] <= w[1]) && to[3] <= run.evaluations);
        assert!(run.evaluations <= 300);
    }
}
