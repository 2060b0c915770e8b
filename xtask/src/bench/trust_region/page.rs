//! docs/results/trust-region.md, written from a full run of the job.

use super::{GRADIENT, LIMIT, Results, VALUE, table};
use std::path::Path;

/// Writes the page and its figures below `root`.
pub fn write(root: &Path, results: &Results) -> crate::Result<()> {
    let folder = root.join("docs/results");
    for (name, document) in &results.figures {
        crate::write(&folder.join("trust-region").join(name), document)?;
    }
    let machine = crate::report::machine();
    crate::write(&folder.join("trust-region.md"), &page(results, &machine))
}

fn page(results: &Results, machine: &str) -> String {
    let number = |name: &str| results.summary.get(name).unwrap_or(f64::NAN);
    let paragraphs = [
        "# Unconstrained problems by trust regions".to_string(),
        format!(
            "{} problems of (MoreGarbowHillstrom1981) and three chains of Rosenbrock's function, 2 to \
             1000 variables. This page is written by `cargo xtask bench trust-region --update-docs`.\
             \n\nMachine: {machine}. One thread.",
            number("uncon_problems"),
        ),
        format!(
            "A run is a success when ‖∇f‖₂ ≤ {GRADIENT:.0e}, recomputed at its last point, or when f is \
             within {VALUE:.0e} (relative) of the least value that any code found: on Meyer's function \
             rounding hides the gradient. Each solver asks for ‖∇f‖ ≤ 1e-8 and has {LIMIT} iterations. \
             A *false claim* is a run that calls itself converged and fails the measure."
        ),
        format!(
            "The 18 classical problems by exact steps: {} solved, {} iterations, {} evaluations of f. \
             All problems: {} solved.",
            number("uncon_solved"),
            number("uncon_iterations"),
            number("uncon_evaluations"),
            number("uncon_all_solved"),
        ),
        "## Solvers in this run".to_string(),
        table::solvers(results).markdown().trim_end().to_string(),
        "*exact*, *truncated*, *lanczos*, *matrix-free*, *BFGS* and *least squares* are ours. Sums are over solved runs, so that a \
         failure hides its cost; the profiles below do not. Solvers with dense matrices run up to \
         100 variables. The crates `argmin`, `basin` and `levenberg-marquardt` keep their defaults; \
         `argmin` has no test of the gradient and gets one from us. *least squares* and the last two fit the residuals \
         themselves, and their evaluations are those of r. Iterations are counted as each solver \
         counts them: rejected steps are iterations of ours and of `argmin`, not of `basin`."
            .to_string(),
        "![Performance profiles of methods for f](trust-region/profile-newton.svg)".to_string(),
        "![Performance profiles of methods for residuals](trust-region/profile-least-squares.svg)"
            .to_string(),
        "## Problem by problem, beside stored runs".to_string(),
        table::problems(results).markdown().trim_end().to_string(),
        "*it / f*: iterations and evaluations of f; ✗ marks a run that fails the measure, – one that hit a \
         limit of time. f, ‖∇f‖ and the time are those of exact \
         steps. The stored runs are of IPOPT without scaling and of scipy 1.17, both \
         with exact derivatives and the tolerance 1e-8."
            .to_string(),
    ];
    paragraphs.join("\n\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use stackelberg_tests::problems::unconstrained::problem;

    #[test]
    fn the_page_holds_the_numbers_of_the_run_and_links_every_figure() {
        let results = super::super::solve(vec![problem("beale"), problem("bard")]).unwrap();
        let page = page(&results, "a machine");
        assert!(page.contains("Machine: a machine.") && page.contains("| beale | 2 |"));
        assert!(!page.contains("✗ |"), "{page}");
        for (name, document) in &results.figures {
            assert!(page.contains(&format!("(trust-region/{name})")));
            assert!(document.starts_with("<svg ") && !document.contains("NaN"));
        }
    }
}
