//! docs/results/profiles.md, written from a full run of the default job.

use super::{Results, bolib, figures, table};
use std::path::Path;

/// Writes the page and its figures below `root`.
pub fn write(root: &Path, results: &Results) -> crate::Result<()> {
    let folder = root.join("docs/results");
    for (name, document) in figures::all(results) {
        crate::write(&folder.join("profiles").join(name), &document)?;
    }
    let machine = crate::report::machine();
    crate::write(&folder.join("profiles.md"), &page(results, &machine))
}

/// The text of the page.
pub fn page(results: &Results, machine: &str) -> String {
    let number = |name: &str| results.summary.get(name).unwrap_or(f64::NAN);
    let paragraphs = [
        "# Performance and data profiles".to_string(),
        format!(
            "Three variants of the semismooth Newton method on {} runs: the problems of BOLIB \
             (ZhouZemkohoTin2020), both published starts, five penalty parameters λ. This page is \
             written by `cargo xtask profile --update-docs`.\n\nMachine: {machine}. One thread.",
            number("problems"),
        ),
        format!(
            "Success is judged by one measure for all: ‖Φ‖₂ ≤ {:.0e}, recomputed at the final point \
             with the function of Fischer and Burmeister. A variant that claims success and fails \
             the measure is asked again with a tolerance ten times smaller, and the last solve \
             counts (DolanMoreMunson2006). All variants begin with the tolerance of the measure, the \
             production variant too. {} runs are solved by no variant; they count in all shares.",
            bolib::TOLERANCE,
            number("unsolved_by_all"),
        ),
        table(results).markdown().trim_end().to_string(),
        "*Best*, *≤ 2 ×* and *≤ 10 ×* are shares of all runs in which the variant was the cheapest, or \
         at most so many times dearer (DolanMore2002). Iterations are those of all attempts."
            .to_string(),
        "![Performance profiles](profiles/profile-performance.svg)".to_string(),
        "## Data profiles".to_string(),
        "The share of runs in which ‖Φ‖ fell to least + τ (first − least) within a number of \
         iterations for each variable and one more; *least* is the smallest value that any variant \
         found in this run (MoreWild2009, with ‖Φ‖ in the place of the objective)."
            .to_string(),
        "![Data profiles](profiles/profile-data.svg)".to_string(),
    ];
    paragraphs.join("\n\n") + "\n"
}
