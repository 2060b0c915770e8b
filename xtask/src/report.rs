//! docs/results/bolib.md, written from the records of a full run.

use crate::bench::{AGREEMENT, Results, Variant, table};
use crate::grid::{Grid, percent};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// Writes the page and its figures below `root`.
pub fn write(root: &Path, results: &Results) -> crate::Result<()> {
    let folder = root.join("docs/results");
    for (name, document) in &results.figures {
        crate::write(&folder.join("bolib").join(name), document)?;
    }
    crate::write(&folder.join("bolib.md"), &page(results, &machine()))
}

fn page(results: &Results, machine: &str) -> String {
    let mut text = String::from("# BOLIB by semismooth Newton\n\n");
    let mut add = |part: &str| {
        text.push_str(part.trim_end());
        text.push_str("\n\n");
    };
    add(&introduction(results, machine));
    add(&headline(results).markdown());
    add("## Iterations and time");
    add(
        "Boxes reach from the lower to the upper quartile, whiskers to the last run within 1.5 \
        interquartile ranges (in logarithms), circles are the other runs. The paper's figure 5 shows \
        the same for its own runs.",
    );
    add("![Iterations and time for each λ](bolib/boxes.svg)");
    add("![Share of runs that have converged](bolib/cumulative.svg)");
    add("## Beside Table 2 of the paper");
    add(&table::published_table2(&results.published).markdown());
    for variant in Variant::ALL {
        add(&table::table2(&results.records, variant).markdown());
    }
    add(
        "The paper counts 124 problems with one start; the lines marked *supplement*, and ours, \
        count all runs. Its times are those of MATLAB.",
    );
    add("## Rows that differ from the published ones");
    add(&table::differences(&results.records).markdown());
    add("The first reason that applies is counted. `differences.csv` of a run lists the rows.");
    add("## Published rows that cannot be compared");
    add(&table::not_comparable(&results.published, &results.problems).markdown());
    add("## Convergence");
    add(
        "The four examples of the paper's figure 4. Where the limit is a regular point the last steps \
        are quadratic.",
    );
    add("![‖Φ‖ by iteration](bolib/convergence.svg)");
    add("## Quasi-variational examples");
    add(
        "F at the end of the run against λ, as in the paper's figure 3; runs without convergence are \
        left out. Example 6.4 stands here in two readings: as printed, and as the generalised Nash game \
        that has the printed solution.",
    );
    add("![F against λ](bolib/qvi-lambda.svg)");
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn introduction(results: &Results, machine: &str) -> String {
    let mut text = String::new();
    let number = |name: &str| results.summary.get(name).unwrap_or(f64::NAN);
    let _ = write!(
        text,
        "The {} problems of BOLIB (ZhouZemkohoTin2020), five penalty parameters λ, both published \
        starts, in three variants of the globalisation: the published Algorithm 1 \
        (DuttaLafhimZemkohoZhou2024) with its parameters, the same with the safeguards of the \
        authors' released code, and our production variant. This page \
        is written by `cargo xtask bench --update-docs`; the tables row by row are printed by \
        `cargo xtask bench`.\n\n\
        Machine: {machine}. One thread.\n\n\
        F *agrees* with the supplement of the paper when it differs by at most {AGREEMENT} \
        max(1, |F|); the published values have two decimals. {} of the {} comparable published runs \
        did not reach ‖Φ‖ ≤ 1e-6 themselves and are counted all the same. Values and \
        derivatives of all problems equal those of the original code to {:.0e}.",
        number("problems"),
        number("published_rows_unconverged"),
        number("published_rows_comparable"),
        number("max_derivative_error"),
    );
    text
}

/// The numbers that matter most, for all variants.
fn headline(results: &Results) -> Grid {
    let mut header = vec![String::new()];
    header.extend(Variant::ALL.map(|v| format!("{} variant", v.name())));
    let mut grid = Grid::new(1, header);
    let mut row = |name: &str, suffix: &str, write: &dyn Fn(f64) -> String| {
        let cell = |v: Variant| {
            let key = format!("{}_{suffix}", v.name());
            results.summary.get(&key).map_or_else(|| "–".into(), write)
        };
        let mut cells = vec![name.to_string()];
        cells.extend(Variant::ALL.map(cell));
        grid.push(cells);
    };
    row("runs", "runs", &|v| v.to_string());
    row(
        "converged (‖Φ‖ ≤ 1e-6, 1e-6, 1e-8)",
        "converged_fraction",
        &percent,
    );
    row("comparable rows", "rows_comparable", &|v| v.to_string());
    row(
        "of these with the published F",
        "rows_matched_fraction",
        &percent,
    );
    row("median iterations", "median_iterations", &|v| v.to_string());
    row("median time, µs", "median_microseconds", &|v| {
        format!("{v:.0}")
    });
    row("whole sweep, s", "sweep_seconds", &|v| format!("{v:.2}"));
    grid
}

/// Processor and compiler, as far as the system tells.
pub fn machine() -> String {
    let processor = std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|l| l.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_string())
        })
        .unwrap_or_else(|| std::env::consts::ARCH.to_string());
    let compiler = Command::new("rustc")
        .arg("--version")
        .output()
        .ok()
        .and_then(|o| String::from_utf8(o.stdout).ok())
        .map_or_else(|| "rustc".to_string(), |v| v.trim().to_string());
    format!("{processor}, {}, {compiler}", std::env::consts::OS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::small_results;

    #[test]
    fn the_page_holds_the_numbers_of_the_run_and_links_every_figure() {
        let results = small_results();
        let page = page(&results, "a machine");
        assert!(page.starts_with("# BOLIB by semismooth Newton\n"));
        assert!(page.ends_with('\n') && !page.ends_with("\n\n"));
        assert!(page.contains("Machine: a machine. One thread."));
        assert!(page.contains("| runs | 2 | 2 | 2 |"), "{page}");
        assert!(page.contains("| `AllendeStill2013` |"));
        for (name, _) in &results.figures {
            assert!(page.contains(&format!("(bolib/{name})")), "{name}");
        }
        assert!(!page.contains("NaN"), "{page}");
    }
}
