//! The job `dfo`: derivative-free solvers, in parts that can run alone.

mod cliff;
mod more_wild;
mod overhead;
mod solvers;
mod traces;

use super::runs;
use super::summary::Summary;
use crate::grid::Grid;
use crate::say;
use std::path::{Path, PathBuf};

/// Options of the job.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Parts to run, repeatable [default: all].
    #[arg(long, value_enum, value_name = "PART")]
    part: Vec<Name>,
    /// Folder for records, summary and figures.
    #[arg(long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// A fixed subset of the problems of each part.
    #[arg(long)]
    quick: bool,
    /// Rewrite docs/results from this run; only for the full job.
    #[arg(long, conflicts_with_all = ["quick", "part"])]
    update_docs: bool,
}

/// The parts of the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Name {
    /// Data profiles on the problems of Moré and Wild.
    MoreWild,
    /// Time of a solver between evaluations.
    Overhead,
    /// The evaluations of Powell's code.
    Traces,
    /// Objectives that jump.
    Cliff,
}

/// What a part found, ready for the terminal, the files and the page.
#[derive(Debug)]
pub struct Part {
    /// Its heading.
    pub title: &'static str,
    /// What was done, before the table.
    pub text: String,
    /// Numbers.
    pub table: Grid,
    /// File names, captions and documents.
    pub figures: Vec<(&'static str, &'static str, String)>,
    /// One object a run.
    pub records: Vec<serde_json::Value>,
}

/// Runs a part, enters its numbers in the summary; `quick` asks for a subset.
type RunPart = fn(&mut Summary, bool) -> crate::Result<Part>;

const PARTS: [(Name, RunPart); 4] = [
    (Name::MoreWild, more_wild::run),
    (Name::Overhead, overhead::run),
    (Name::Traces, traces::run),
    (Name::Cliff, cliff::run),
];

/// Runs the job, prints its tables and writes its files.
pub fn run(args: &Args) -> crate::Result<()> {
    let mut summary = Summary::default();
    let mut parts = Vec::new();
    for (name, run) in PARTS {
        if args.part.is_empty() || args.part.contains(&name) {
            let part = run(&mut summary, args.quick)?;
            say(format_args!("{}\n{}", part.title, part.table.terminal()));
            parts.push(part);
        }
    }
    let records: Vec<&serde_json::Value> = parts.iter().flat_map(|p| &p.records).collect();
    let figures = parts.iter().flat_map(|p| &p.figures);
    let figures: Vec<(&str, String)> = figures.map(|(name, _, f)| (*name, f.clone())).collect();
    runs::write(&args.out, &records, &summary, &figures)?;
    if args.update_docs {
        let folder = crate::root().join("docs/results");
        for (name, document) in &figures {
            crate::write(&folder.join("dfo").join(name), document)?;
        }
        write_page(&folder, &parts)?;
        say("docs/results/dfo.md and its figures are rewritten.");
    }
    Ok(())
}

fn write_page(folder: &Path, parts: &[Part]) -> crate::Result<()> {
    crate::write(
        &folder.join("dfo.md"),
        &page(parts, &crate::report::machine()),
    )
}

fn page(parts: &[Part], machine: &str) -> String {
    let mut paragraphs = vec![
        "# Derivative-free solvers".to_string(),
        format!(
            "This page is written by `cargo xtask bench dfo --update-docs`.\n\nMachine: {machine}. One \
             thread."
        ),
    ];
    for part in parts {
        paragraphs.push(format!("## {}", part.title));
        paragraphs.push(part.text.clone());
        paragraphs.push(part.table.markdown().trim_end().to_string());
        let figure =
            |(name, caption, _): &(&str, &str, String)| format!("![{caption}](dfo/{name})");
        paragraphs.extend(part.figures.iter().map(figure));
    }
    paragraphs.join("\n\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_section_for_each_part_with_its_figures() {
        let mut summary = Summary::default();
        let part = more_wild::run(&mut summary, true).unwrap();
        let page = page(&[part], "a machine");
        assert!(page.contains("## Moré and Wild") && page.contains("(dfo/data-profiles.svg)"));
        assert!(
            summary
                .get("morewild_1e-5")
                .is_some_and(|share| share > 0.8)
        );
        assert!(
            summary
                .get("morewild_1e-7")
                .is_some_and(|share| share <= 1.0)
        );
    }
}
