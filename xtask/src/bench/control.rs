//! The job `control`: the bilevel control problem from 8 to 128 cells a side, cold and by continuation.

mod page;

use super::runs;
use super::selection::{PUBLISHED_LAMBDAS, QUICK_LAMBDAS};
use super::summary::Summary;
use crate::{interrupt, say};
use bolib::{Control, PdeRows};
use nlp_model::{Bilevel, Linearised};
use serde::Serialize;
use ssn::Options;
use ssn::continuation::from_coarse_to_fine;
use ssn::value_function::{Solution, solve_bilevel};
use std::path::PathBuf;
use std::time::Instant;

/// Options of the job.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Folder for records, summary and figure.
    #[arg(long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// Up to 32 cells a side, λ = 1/3, 1, 3.
    #[arg(long)]
    quick: bool,
    /// Rewrite docs/results from this run; only for the full job.
    #[arg(long, conflicts_with = "quick")]
    update_docs: bool,
}

/// Cells a side that are solved from zero.
const COLD: [usize; 6] = [4, 8, 16, 32, 48, 64];
/// Cells a side that are solved by continuation; 128 for λ ≥ 1/3 only.
const CONTINUED: [usize; 5] = [16, 32, 48, 64, 128];
/// The coarsest level has less than twice this many cells a side.
const COARSEST: usize = 4;
/// A run has converged when ‖Φ‖ in units and with multipliers in 1 are at most this.
const TOLERANCE: f64 = 1e-8;

/// One problem, solved once.
#[derive(Clone, Debug, Serialize)]
struct Record {
    cells: usize,
    unknowns: usize,
    lambda: f64,
    /// `cold` or `continuation`.
    start: &'static str,
    status: String,
    /// On the finest level.
    iterations: usize,
    /// Of all levels, from coarse to fine.
    levels: String,
    /// The most iterations a level took.
    most: usize,
    /// From the coarsest mesh to the answer, assembly included.
    seconds: f64,
    /// On the finest level.
    level_seconds: f64,
    /// ‖Φ‖ with multipliers in units of curvature.
    residual: f64,
    /// ‖Φ‖ with multipliers in 1.
    plain_residual: f64,
    objective: f64,
    /// |F − F*| for λ ≥ 1/3, where the penalty is exact.
    error: Option<f64>,
    /// Peak of the resident memory of the process so far.
    peak_gib: Option<f64>,
}

impl Record {
    fn has_converged(&self) -> bool {
        self.residual <= TOLERANCE && self.plain_residual <= TOLERANCE
    }

    fn is_cold(&self) -> bool {
        self.start == "cold"
    }
}

/// All that the job found.
#[derive(Debug)]
struct Results {
    records: Vec<Record>,
    summary: Summary,
    ipopt: Vec<Ipopt>,
}

/// A stored run of IPOPT on the conditions of Karush, Kuhn and Tucker.
#[derive(Clone, Copy, Debug)]
struct Ipopt {
    cells: usize,
    is_warm: bool,
    iterations: usize,
    seconds: f64,
}

/// Runs the job, prints its tables and writes its files.
pub fn run(args: &Args) -> crate::Result<()> {
    let (largest, lambdas) = if args.quick {
        (32, &QUICK_LAMBDAS[..])
    } else {
        (usize::MAX, &PUBLISHED_LAMBDAS[..])
    };
    let results = solve(largest, lambdas)?;
    for grid in page::tables(&results) {
        say(grid.terminal());
    }
    let figure = page::figure(&results.records).render();
    let figures = [("control-growth.svg", figure.clone())];
    runs::write(&args.out, &results.records, &results.summary, &figures)?;
    if args.update_docs {
        let folder = crate::root().join("docs/results");
        crate::write(&folder.join("control/control-growth.svg"), &figure)?;
        let page = page::page(&results, &crate::report::machine());
        crate::write(&folder.join("control.md"), &page)?;
        say("docs/results/control.md and its figure are rewritten.");
    }
    Ok(())
}

fn solve(largest: usize, lambdas: &[f64]) -> crate::Result<Results> {
    let reference = stackelberg_tests::data("control_reference.json");
    let optimum = |cells: usize| {
        let rows = reference["exact"].as_array()?;
        let row = rows.iter().find(|row| row["Nc"] == cells as u64);
        let stored = row.and_then(|row| row["F"].as_f64());
        stored.or_else(|| Some(OPTIMA.iter().find(|o| o.0 == cells)?.1))
    };
    // by size, so that the peak of the memory belongs to the size
    let mut sizes = [&COLD[..], &CONTINUED[..]].concat();
    sizes.sort_unstable();
    sizes.dedup();
    let mut records = Vec::new();
    for cells in sizes.into_iter().filter(|cells| *cells <= largest) {
        for &lambda in lambdas {
            let is_exact = lambda > 0.3;
            let best = if is_exact { optimum(cells) } else { None };
            if COLD.contains(&cells) {
                records.push(record(cells, lambda, "cold", best)?);
            }
            if CONTINUED.contains(&cells) && (is_exact || cells <= 64) {
                records.push(record(cells, lambda, "continuation", best)?);
            }
        }
    }
    let ipopt = ipopt(&reference)?;
    Ok(Results {
        summary: summary(&records, &ipopt),
        records,
        ipopt,
    })
}

/// F* by independent methods: a reduced method, and an exact solve of the lower level at the final x.
const OPTIMA: [(usize, f64); 2] = [(64, 0.627694092335427), (128, 0.629085040441151)];

/// Cells a side from the coarsest level to `cells`.
fn levels(cells: usize) -> Vec<usize> {
    let mut list = vec![cells];
    while list[0] >= 2 * COARSEST && list[0].is_multiple_of(2) {
        list.insert(0, list[0] / 2);
    }
    list
}

fn record(
    cells: usize,
    lambda: f64,
    start: &'static str,
    best: Option<f64>,
) -> crate::Result<Record> {
    if interrupt::token().is_cancelled() {
        return Err("interrupted".into());
    }
    let options = Options {
        tolerance: TOLERANCE,
        ..Options::large_scale()
    };
    let clock = Instant::now();
    let sizes = if start == "cold" {
        vec![cells]
    } else {
        levels(cells)
    };
    let built: Result<Vec<Control>, _> = sizes
        .iter()
        .map(|&cells| Control::new(cells, PdeRows::Equality))
        .collect();
    let built = built?;
    let (x0, y0) = (vec![0.0; built[0].nx()], vec![0.0; built[0].ny()]);
    let finest = Control::new(cells, PdeRows::Equality)?;
    let runs: Vec<Solution> = if start == "cold" {
        vec![solve_bilevel(&finest, &x0, &y0, lambda, &options)?]
    } else {
        let carry =
            |coarse: &Control, fine: &Control, zeta: &[f64]| coarse.prolongate(fine, zeta, lambda);
        from_coarse_to_fine(built, (&x0, &y0), lambda, carry, &options)?
    };
    let seconds = clock.elapsed().as_secs_f64();
    let peak_gib = peak_gib();
    let last = runs.last().ok_or("no level")?;
    let each: Vec<String> = runs.iter().map(|run| run.iterations.to_string()).collect();
    Ok(Record {
        cells,
        unknowns: last.zeta().len(),
        lambda,
        start,
        status: last.status.to_string(),
        iterations: last.iterations,
        levels: each.join(" "),
        most: runs.iter().map(|run| run.iterations).max().unwrap_or(0),
        seconds,
        level_seconds: last.seconds,
        residual: last.residual,
        plain_residual: last.plain_residual(&Linearised::new(&finest)?)?,
        objective: last.objective,
        error: best.map(|best| (last.objective - best).abs()),
        peak_gib,
    })
}

/// Peak of the resident memory of this process, where the system tells.
fn peak_gib() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / (1024.0 * 1024.0))
}

fn ipopt(reference: &serde_json::Value) -> crate::Result<Vec<Ipopt>> {
    let rows = reference["ipopt"].as_array().ok_or("no runs of IPOPT")?;
    let read = |row: &serde_json::Value| {
        Some(Ipopt {
            cells: row["Nc"].as_u64()? as usize,
            is_warm: row["method"].as_str()?.ends_with("warm"),
            iterations: row["iterations"].as_u64()? as usize,
            seconds: row["wall_solve"].as_f64()?,
        })
    };
    let runs: Option<Vec<Ipopt>> = rows.iter().map(read).collect();
    Ok(runs.ok_or("a run of IPOPT lacks a number")?)
}

fn summary(records: &[Record], ipopt: &[Ipopt]) -> Summary {
    let mut summary = Summary::default();
    let mut sizes: Vec<usize> = records.iter().map(|r| r.cells).collect();
    sizes.dedup();
    for cells in sizes {
        let key = |name: &str| format!("{name}_{cells}");
        let here = || records.iter().filter(|r| r.cells == cells);
        summary.count(&key("runs"), here().count());
        let converged = here().filter(|r| r.has_converged()).count();
        summary.count(&key("converged"), converged);
        if let Some(worst) = here().filter(|r| r.is_cold()).map(|r| r.iterations).max() {
            summary.count(&key("cold_iterations"), worst);
        }
        // by continuation where there is one, which stands last
        if let Some(run) = here().rfind(|r| r.lambda == 1.0) {
            summary.count(&key("iterations"), run.iterations);
            summary.count(&key("most_iterations_a_level"), run.most);
            summary.number(&key("seconds"), run.seconds);
        }
        if let Some(stored) = ipopt.iter().find(|i| i.cells == cells && !i.is_warm)
            && let Some(run) = here().rfind(|r| r.lambda == 1.0)
        {
            summary.number(&key("ipopt_ratio"), stored.seconds / run.seconds);
        }
    }
    let largest = |of: &dyn Fn(&Record) -> Option<f64>| {
        let values = records.iter().filter_map(of);
        values.fold(f64::NEG_INFINITY, f64::max)
    };
    summary.number("largest_error", largest(&|r| r.error));
    summary.number("peak_gib", largest(&|r| r.peak_gib));
    summary.number("time_exponent", exponent(records));
    summary
}

/// The slope of log(seconds an iteration) over log(interior nodes), of the runs with λ = 1 from 16 cells
/// a side on; by least squares.
fn exponent(records: &[Record]) -> f64 {
    let chosen = records
        .iter()
        .filter(|r| r.lambda == 1.0 && r.cells >= 16 && r.iterations > 0);
    let points: Vec<(f64, f64)> = chosen
        .map(|r| {
            let nodes = (r.cells - 1).pow(2) as f64;
            (nodes.ln(), (r.level_seconds / r.iterations as f64).ln())
        })
        .collect();
    let count = points.len() as f64;
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(&|p| p.0), mean(&|p| p.1));
    mean(&|p| (p.0 - x) * (p.1 - y)) / mean(&|p| (p.0 - x).powi(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_halve_down_to_the_coarsest() {
        assert_eq!(levels(128), [4, 8, 16, 32, 64, 128]);
        assert_eq!(levels(48), [6, 12, 24, 48]);
        assert_eq!(levels(5), [5]);
    }

    #[test]
    fn a_small_run_converges_to_the_stored_values_and_fills_the_page() {
        let results = solve(16, &[1.0]).unwrap();
        assert!(results.records.iter().all(Record::has_converged));
        let number = |key: &str| results.summary.get(key).unwrap();
        assert!(number("largest_error") < 1e-9);
        assert_eq!((number("converged_16"), number("runs_16")), (2.0, 2.0));
        assert!(number("seconds_16") > 0.0 && number("iterations_16") <= 16.0);
        let page = page::page(&results, "a machine");
        assert!(page.contains("Machine: a machine.") && !page.contains("NaN"));
        assert!(!page::figure(&results.records).render().contains("NaN"));
    }

    #[test]
    fn the_exponent_is_the_slope_in_logarithms() {
        let results = solve(4, &[1.0]).unwrap();
        let at = |cells: usize| Record {
            cells,
            iterations: 2,
            level_seconds: 1e-6 * ((cells - 1).pow(2) as f64).powf(1.25),
            ..results.records[0].clone()
        };
        let slope = exponent(&[at(16), at(32), at(64)]);
        assert!((slope - 1.25).abs() < 1e-12, "{slope}");
    }
}
