//! docs/results/pessimistic.md, written from a full run.

use super::{known, tables};
use std::path::Path;

/// Writes the page and its figures below `root`.
pub fn write(
    root: &Path,
    tables: &[Vec<tables::Row>],
    known: &[known::Run],
    figures: &[(&str, &str, String)],
) -> crate::Result<()> {
    let folder = root.join("docs/results");
    for (name, _, document) in figures {
        crate::write(&folder.join("pessimistic").join(name), document)?;
    }
    let text = page(tables, known, figures, &crate::report::machine());
    crate::write(&folder.join("pessimistic.md"), &text)
}

fn page(
    tables: &[Vec<tables::Row>],
    known: &[known::Run],
    figures: &[(&str, &str, String)],
    machine: &str,
) -> String {
    let mut paragraphs = vec![
        "# Pessimistic solutions".to_string(),
        format!(
            "This page is written by `cargo xtask bench pessimistic --update-docs`. \
             [docs/pessimistic.md](../pessimistic.md) describes the solver.\n\nMachine: {machine}. One thread."
        ),
        "## Tables of the report".to_string(),
        "Every start, radius and box of (CervinkaMatonohaOutrata2009). BOBYQA with 2n + 1 points runs with these radii, \
         each value from the inner solver; then the cliff solver certifies. Examples 1 and 2 have one variable here: the \
         artificial second one of the report is not needed. *NFV* are the evaluations of BOBYQA, *all* those of the whole \
         run, *IF* inner failures; *wrong* counts evaluations whose value differs from the exact one at every point within \
         10⁻⁹. ≠ marks ϑ > 10⁻⁶."
            .to_string(),
    ];
    for (k, rows) in tables.iter().enumerate() {
        let solved = rows.iter().filter(|row| row.is_solved()).count();
        let published = rows
            .iter()
            .filter(|row| row.published.theta <= tables::SOLVED)
            .count();
        paragraphs.push(format!(
            "### Table {}: {solved} of {} rows, {published} in the report",
            k + 1,
            rows.len()
        ));
        paragraphs.push(tables::grid(rows).markdown().trim_end().to_string());
    }
    paragraphs.push("## Figures of the report".to_string());
    paragraphs.push(
        "ϑ by evaluation of BOBYQA. Values below 10⁻¹⁸, zero among them, are drawn at 10⁻¹⁸."
            .to_string(),
    );
    for (name, caption, _) in figures {
        paragraphs.push(format!("![{caption}](pessimistic/{name})"));
    }
    let solved = known.iter().filter(|run| run.is_solved()).count();
    paragraphs.push(format!("## Known values: {solved} of {}", known.len()));
    paragraphs.push(
        "Default options. Solved means: infimum within 10⁻⁵, and the right answer to whether it is attained."
            .to_string(),
    );
    paragraphs.push(known::grid(known).markdown().trim_end().to_string());
    paragraphs.join("\n\n") + "\n"
}
