//! Time of a solver between two evaluations.

use super::Part;
use super::solvers::{Solver, TIMED};
use crate::bench::peers::Setup;
use crate::bench::summary::{Summary, median};
use crate::grid::Grid;
use crate::interrupt;
use serde_json::json;
use stackelberg_tests::problems::more_garbow_hillstrom::Function;
use std::time::Instant;

const SIZES: [usize; 4] = [5, 10, 20, 50];
/// Each solver runs so many times; the least median counts, since a shared machine only adds time.
const REPEATS: usize = 5;

/// Runs the part.
pub fn run(summary: &mut Summary, quick: bool) -> crate::Result<Part> {
    let sizes = if quick { &SIZES[..2] } else { &SIZES[..] };
    let mut header = vec!["n".to_string()];
    header.extend(TIMED.map(|s| format!("{}\nµs", s.name)));
    header.extend(["Modern /\nbobyqa", "Powell /\nbobyqa"].map(String::from));
    let mut table = Grid::new(1, header);
    let mut records = Vec::new();
    for &n in sizes {
        let mut medians = [f64::INFINITY; TIMED.len()];
        // In turns, so that a disturbance does not hit one solver alone.
        for _ in 0..REPEATS {
            for (least, solver) in medians.iter_mut().zip(TIMED) {
                if interrupt::token().is_cancelled() {
                    return Err("interrupted".into());
                }
                *least = least.min(median_gap(solver, n));
            }
        }
        let ratios = [medians[0] / medians[2], medians[1] / medians[2]];
        summary.number(&format!("overhead_ratio_bobyqa_n{n}"), ratios[0]);
        let mut row = vec![n.to_string()];
        row.extend(medians.map(|m| format!("{m:.2}")));
        row.extend(ratios.map(|r| format!("{r:.2}")));
        table.push(row);
        for (microseconds, solver) in medians.into_iter().zip(TIMED) {
            let name = format!("overhead_{}_n{n}", solver.name.to_lowercase());
            summary.number(&name, microseconds);
            records.push(json!({
                "part": "overhead", "solver": solver.name, "variables": n, "microseconds": microseconds,
            }));
        }
    }
    Ok(Part {
        title: "Overhead",
        text: format!(
            "Median time in µs between the end of an evaluation and the start of the next, after the \
             initial design, on the chained function of Rosenbrock with 2n + 1 points; the column \
             Default has the default number of points of Modern, which is 5n. The least of {REPEATS} \
             runs, the solvers in turns."
        ),
        table,
        figures: Vec::new(),
        records,
    })
}

/// The median time between evaluations in µs.
fn median_gap(solver: Solver, n: usize) -> f64 {
    let function = Function::ChainedRosenbrock;
    let rows = function.rows(n);
    let setup = Setup {
        radius: 0.12,
        final_radius: 1e-10,
        evaluations: if n < 20 { 600 } else { 800 },
    };
    let mut gaps = Vec::with_capacity(setup.evaluations);
    let mut end: Option<Instant> = None;
    let mut f = |x: &[f64]| {
        let start = Instant::now();
        if let Some(end) = end {
            gaps.push(1e6 * (start - end).as_secs_f64());
        }
        let value = function.sum_of_squares(x, rows);
        end = Some(Instant::now());
        value
    };
    (solver.run)(&mut f, &function.start(n), &setup);
    median(gaps.into_iter().skip(2 * n + 1))
}
