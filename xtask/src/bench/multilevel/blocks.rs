//! Equality constraints in blocks: the equality problems of Hock and Schittkowski in several partitions.

use super::Part;
use crate::bench::summary::Summary;
use crate::grid::Grid;
use crate::interrupt;
use serde::Serialize;
use stackelberg_tests::problems::hock_schittkowski::{self, Problem};
use stackelberg_tests::problems::lexicographic::block_baselines;
use trust_region::multilevel::{BlockOptions, Blocks, Variant, solve_blocks};

/// The partitions, by the names of the stored runs: blocks, and where later blocks are linearised.
const PARTITIONS: [(&str, bool, Variant); 3] = [
    ("one lin", true, Variant::Linear),
    ("each mid", false, Variant::Intermediate),
    ("each lin", false, Variant::Linear),
];

/// A run has succeeded with |f − f*| ≤ this · max(1, |f*|) …
const VALUE: f64 = 1e-6;
/// … and ‖c‖ at most this.
const VIOLATION: f64 = 1e-6;

/// One partition of one problem.
#[derive(Clone, Debug, Serialize)]
struct Run {
    part: &'static str,
    problem: String,
    solver: &'static str,
    variables: usize,
    status: String,
    claimed: bool,
    solved: bool,
    objective: f64,
    violation: f64,
    iterations: usize,
    microseconds: f64,
}

/// Runs the part.
pub fn run(summary: &mut Summary, stride: usize) -> crate::Result<Part> {
    let problems = hock_schittkowski::problems().into_iter();
    let problems = problems
        .filter(Problem::has_only_equalities)
        .step_by(stride);
    let stored = block_baselines();
    let mut header = vec!["problem".to_string(), "n".into(), "m".into()];
    header.extend(PARTITIONS.map(|(name, ..)| format!("{name}\nstored | ours")));
    let mut table = Grid::new(1, header);
    let (mut runs, mut all_partitions) = (Vec::new(), 0);
    for problem in problems {
        let mut row = vec![
            problem.name.clone(),
            problem.meta.nvar().to_string(),
            problem.meta.ncon().to_string(),
        ];
        let mut solved_all = true;
        for (name, is_one, variant) in PARTITIONS {
            if interrupt::token().is_cancelled() {
                return Err("interrupted".into());
            }
            let run = record(&problem, name, is_one, variant)?;
            let baseline = stored.iter().find(|b| b.0 == problem.name && b.1 == name);
            let baseline = baseline.map_or_else(|| "–".into(), |b| b.2.to_string());
            let mark = if run.solved { "" } else { " ✗" };
            row.push(format!("{baseline} | {}{mark}", run.iterations));
            solved_all &= run.solved;
            runs.push(run);
        }
        all_partitions += usize::from(solved_all);
        table.push(row);
    }
    let solved = runs.iter().filter(|r| r.solved);
    summary.count("block_runs", runs.len());
    summary.count("block_solved", solved.clone().count());
    summary.count("block_solved_in_all_partitions", all_partitions);
    summary.count("block_iterations", solved.map(|r| r.iterations).sum());
    let refuted = runs.iter().filter(|r| r.claimed && !r.solved);
    summary.count("block_claims_refuted", refuted.count());
    Ok(Part {
        title: "Equality constraints in blocks",
        text: format!(
            "Iterations of the block method on the equality problems of (HockSchittkowski1981), with all rows in \
             one block or each row alone, later blocks linearised at the iterate (*lin*) or at the \
             intermediate point (*mid*); the stored prototype stands first. ✗ marks a run that misses \
             |f − f*| ≤ {VALUE:.0e} max(1, |f*|) or ‖c‖₂ ≤ {VIOLATION:.0e}."
        ),
        table,
        outcomes: Vec::new(),
        records: runs
            .iter()
            .map(serde_json::to_value)
            .collect::<Result<_, _>>()?,
    })
}

fn record(
    problem: &Problem,
    name: &'static str,
    is_one: bool,
    variant: Variant,
) -> crate::Result<Run> {
    let rows = problem.meta.ncon();
    let options = BlockOptions {
        blocks: Some(if is_one {
            Blocks::one(rows)
        } else {
            Blocks::each(rows)
        }),
        variant,
        ..BlockOptions::default()
    };
    let solution = solve_blocks(&problem.model(), problem.meta.x0(), &options)?;
    let error = (solution.objective - problem.least).abs() / problem.least.abs().max(1.0);
    Ok(Run {
        part: "blocks",
        problem: problem.name.clone(),
        solver: name,
        variables: problem.meta.nvar(),
        status: solution.status.to_string(),
        claimed: solution.status.is_success(),
        solved: error <= VALUE && solution.violation <= VIOLATION,
        objective: solution.objective,
        violation: solution.violation,
        iterations: solution.iterations,
        microseconds: 1e6 * solution.seconds,
    })
}
