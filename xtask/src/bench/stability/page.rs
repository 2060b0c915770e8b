//! docs/results/stability.md, written from a full run.

use super::record::{QUOTIENT, SHARPNESS};
use super::{Record, table};
use serde_json::Value;
use std::path::Path;

/// Writes the page and its figure below `root`.
pub fn write(root: &Path, records: &[Record], summary: &Value, drawing: &str) -> crate::Result<()> {
    let folder = root.join("docs/results");
    crate::write(&folder.join("stability/scatter.svg"), drawing)?;
    crate::write(&folder.join("stability.md"), &page(records, summary))
}

fn page(records: &[Record], summary: &Value) -> String {
    let of = |key: &str| summary[key].to_string();
    let paragraphs = [
        "# Stability at the references of BOLIB".to_string(),
        format!(
            "For each problem with a convex lower level and a reference point (x, y): is the map from x to the \
             lower-level solutions Lipschitz-like there, and with what modulus? What the columns mean stands in \
             [stability](../stability.md). The point is the lower-level solution nearest to y at x. This page \
             is written by `cargo xtask bench stability --update-docs`.\n\nMachine: {}. One thread.",
            crate::report::machine()
        ),
        format!(
            "| problems | Lipschitz-like, with a bound | the test fails | cannot tell | no solution to six digits \
             | median ms |\n| ---: | ---: | ---: | ---: | ---: | ---: |\n| {} | {} | {} | {} | {} | {:.2} |",
            of("stability_problems"),
            of("bounded"),
            of("test_fails"),
            of("cannot_tell"),
            of("not_a_solution"),
            summary["median_milliseconds"].as_f64().unwrap_or(f64::NAN)
        ),
        format!(
            "Bounds exceeded by a sampled quotient by more than {:.0} % and {:.0e}: {}. Bounds below ‖dy/dx‖₂ of \
             the implicit function theorem, which shares nothing with the linear programs: {}. Constants α above a \
             sampled ratio by more than {:.0} %: {}. The median bound is {:.3} times the largest sampled \
             quotient. Quotients are of 20 pairs of data within 1e-4 of the point, ratios of at most 20 points; both are \
             samples and prove nothing.",
            100.0 * QUOTIENT.0,
            QUOTIENT.1,
            of("bounds_refuted_by_samples"),
            of("bounds_below_the_derivative"),
            100.0 * SHARPNESS,
            of("sharpness_refuted_by_samples"),
            summary["median_bound_over_sample"].as_f64().unwrap_or(f64::NAN)
        ),
        "![Bounds and samples](stability/scatter.svg)".to_string(),
        "## All problems".to_string(),
        "*ŷ* is the number of vertices of the responses behind the value function, within 1 of y; *bound* the \
         upper bound of the modulus, x and y in the 2-norm; *dy/dx* its value where the solution is differentiable; \
         *α* the sharpness constant; no penalty parameter below *λ from* is exact, each above *λ to* is."
            .to_string(),
        table(records, &|name| format!("`{name}`")).markdown().trim_end().to_string(),
    ];
    paragraphs.join("\n\n") + "\n"
}
