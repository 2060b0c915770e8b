//! docs/results/bilevel.md, written from a full run.

use super::judge::{BETTER, GAP, OBJECTIVE, VIOLATION};
use super::{Results, tables};
use crate::grid::Grid;
use std::path::Path;

/// Writes the page and its figure below `root`.
pub fn write(root: &Path, results: &Results) -> crate::Result<()> {
    let folder = root.join("docs/results");
    crate::write(&folder.join("bilevel/profile.svg"), &results.figure())?;
    crate::write(&folder.join("bilevel.md"), &page(results))
}

fn page(results: &Results) -> String {
    let first = results.first();
    let mut paragraphs = vec![
        "# BOLIB by the bilevel driver".to_string(),
        introduction(results),
        results.peers().markdown(),
        peers(results),
        "![Share of problems reached, and tightness of the certificates](bilevel/profile.svg)"
            .into(),
        "## Totals".into(),
        totals(results).markdown(),
        machine(results),
        "## Better than the reference".into(),
    ];
    paragraphs.push(section(
        tables::better(&first),
        &format!(
            "F below the reference by more than {BETTER:.0e} max(1, |reference|), with both certificates: the gap \
             proved by intervals, and the gap that grids and another solver find (0: nothing better). Where f is \
             flat, the tolerance on the gap alone moves F by more than that: such a value beats no reference."
        ),
        "No point is better than its reference.",
    ));
    paragraphs.push("## Problems without a reference".into());
    paragraphs.push(section(
        tables::without_reference(&first),
        "The catalogue says that these have no solution.",
        "",
    ));
    if results.seeds > 1 {
        paragraphs.push(format!("## Seeds 0 to {}", results.seeds - 1));
        paragraphs.push(section(
            tables::spread(&results.runs, results.seeds),
            &format!(
                "{} Problems that some seed misses:",
                reached_by_seed(results)
            ),
            &format!(
                "{} Every problem is reached by each or by none.",
                reached_by_seed(results)
            ),
        ));
    }
    paragraphs.push("## All problems".into());
    paragraphs.push(
        "≠: not reached; <: better than the reference. *gap ≤* is proved, *gap found* is what the independent \
         search finds, *boxes* those of the proof, *ms* CPU time, *evaluations* those of functions and derivatives \
         of both levels, *runs* those of the Newton method, *refuted* points given up on the way."
            .into(),
    );
    paragraphs.push(tables::all(&first).markdown());
    let trimmed = paragraphs
        .iter()
        .map(|p| p.trim_end())
        .filter(|p| !p.is_empty());
    trimmed.collect::<Vec<_>>().join("\n\n") + "\n"
}

fn introduction(results: &Results) -> String {
    format!(
        "The 124 problems of BOLIB (ZhouZemkohoTin2020) with the default options of `stackelberg::solve_bilevel`, the \
         first published start and seed 0. {} of them have a reference in the catalogue; the others have no \
         solution.\n\n\
         *Reached* means: F at most {OBJECTIVE:.0e} max(1, |reference|) above the reference, no row of either level \
         violated by more than {VIOLATION:.0e}, and no lower-level point better than y by more than {GAP:.0e} \
         (1 + |φ|). Nothing of this is taken from the solution: F, f and the rows are evaluated anew, and better \
         points are sought by dense grids with refinement (y of dimension 1 and 2) and by SQP from 12 or 40 starts. A \
         *proved* gap is that of the interval certificate. This page is written by \
         `cargo xtask bench bilevel --seeds {} --update-docs`.",
        results.comparable().len(),
        results.seeds,
    )
}

fn peers(results: &Results) -> String {
    let b = &results.baselines;
    format!(
        "The published method solves a penalized problem for five λ; its row counts a problem when *some* printed F, \
         from whatever λ and start, is near the reference, which needs to know the answer; whether the point is \
         lower-level optimal is not asked. IPOPT: totals of stored runs on another computer \
         (`tests/data/bilevel_baselines.json`). {} of the failures from one start are KKT points that are not lower-level \
         optimal, and {} points without a certificate are called solved. Its models are interpreted by CasADi, ours are \
         Rust: times tell orders of magnitude only.",
        b.ipopt_failures_not_lower_level_optimal, b.ipopt_uncertified_points_called_solved
    )
}

fn totals(results: &Results) -> Grid {
    let mut grid = Grid::new(1, ["", "seed 0"]);
    let mut row = |name: &str, key: &str, digits: usize| {
        let number = results.summary[key].as_f64().unwrap_or(f64::NAN);
        grid.push(vec![name.into(), format!("{number:.digits$}")]);
    };
    row("problems", "problems", 0);
    row("with a reference", "problems_with_reference", 0);
    row("reached", "reached", 0);
    row("certificate: proved", "certified_rigorous", 0);
    row("certificate: multistart", "certified_multistart", 0);
    row("reached and proved", "reached_and_proved", 0);
    row("better than the reference", "better_than_reference", 0);
    row("proofs attacked, all seeds", "refutation_attempts", 0);
    row(
        "of these by dense grids (ny ≤ 2)",
        "refutation_attempts_by_grid",
        0,
    );
    row("proofs refuted", "refuted", 0);
    row("median CPU time, ms", "median_milliseconds", 1);
    row("median wall time, ms", "median_wall_milliseconds", 1);
    row("slowest problem, CPU ms", "slowest_milliseconds", 0);
    row("all problems, CPU s", "total_seconds", 2);
    row("all problems, wall s", "total_wall_seconds", 2);
    row(
        "proofs at the points returned, CPU s",
        "certificate_seconds",
        3,
    );
    row("median evaluations", "median_evaluations", 0);
    grid
}

fn machine(results: &Results) -> String {
    let number = |key: &str| results.summary[key].as_f64().unwrap_or(f64::NAN);
    let share = number("total_wall_seconds") / number("total_seconds");
    format!(
        "Machine: {}. One thread. Models are built before, each solve begins with a fresh one. Wall time over CPU time of \
         the whole set: {share:.2}; above 1 the machine was busy with other work, and caches shared with it make CPU \
         times upper bounds too.",
        crate::report::machine()
    )
}

fn reached_by_seed(results: &Results) -> String {
    let counts = (0..results.seeds).map(|seed| {
        let own = results.runs.iter().filter(|r| r.seed == seed);
        own.filter(|r| r.has_reached()).count().to_string()
    });
    format!(
        "Reached by seed: {}.",
        counts.collect::<Vec<_>>().join(", ")
    )
}

fn section(grid: Grid, before: &str, otherwise: &str) -> String {
    if grid.is_empty() {
        otherwise.to_string()
    } else {
        format!("{before}\n\n{}", grid.markdown())
    }
}
