//! docs/results/mpcc.md, written from a full run.

use super::peers::{self, Run};
use super::{FEASIBILITY, OBJECTIVE, Record, table};
use serde_json::Value;
use std::path::Path;

/// Writes the page and its figure below `root`.
pub fn write(
    root: &Path,
    records: &[Record],
    peers: &[Run],
    summary: &Value,
    drawing: &str,
) -> crate::Result<()> {
    let folder = root.join("docs/results");
    crate::write(&folder.join("mpcc/profile.svg"), drawing)?;
    crate::write(&folder.join("mpcc.md"), &page(records, peers, summary))
}

fn page(records: &[Record], peers: &[Run], summary: &Value) -> String {
    let paragraphs = [
        "# Complementarity programs of MacMPEC".to_string(),
        format!(
            "One start a problem, that of the collection (0 where it gives none), default options. Solved \
             means: objective within {OBJECTIVE:.0e} of the reference, relative to max(1, |reference|), violation \
             and |min(G, H)| at most {FEASIBILITY:.0e}. The reference is the best value over all pieces, so a \
             local solution does not always count. This page is written by \
             `cargo xtask bench mpcc --update-docs`.\n\nMachine: {}. One thread.",
            crate::report::machine()
        ),
        peers::grid(records, peers).markdown().trim_end().to_string(),
        "The other rows are stored runs on another computer (`tests/data/mpec_baselines.json`), by CPU time \
         without the building of models: IPOPT on Scholtes' regularization (`scholtes`) and on the ℓ₁ penalty \
         (`l1pen`), MPECSS 1.0.3 and pympcc 1.0.0. They are local methods without a search over pieces, \
         their models are interpreted by CasADi or Python, and ours are Rust: times tell orders of magnitude only."
            .to_string(),
        "![Performance profiles](mpcc/profile.svg)".to_string(),
        format!(
            "{} points are claimed to be B-stationary. An enumeration of all pieces by linear programs, which \
             shares nothing with the solver, refutes {} of them and leaves {} unexamined.",
            summary["b_claims"], summary["b_claims_refuted"], summary["b_claims_not_examined"]
        ),
        "## All problems".to_string(),
        "*B* is the steepest linearised descent over all pieces, *kind* the strongest of the kinds W, C, M, S for \
         which multipliers exist, *ms* the fastest of the solves."
            .to_string(),
        table(records).markdown().trim_end().to_string(),
    ];
    paragraphs.join("\n\n") + "\n"
}
