//! The job `pessimistic`: tables 1 to 3 and figures 1 to 4 of (CervinkaMatonohaOutrata2009) through the real inner solver,
//! and problems with known optimistic and pessimistic values.

mod figures;
mod known;
mod page;
mod tables;

use super::runs;
use super::summary::Summary;
use crate::{interrupt, say};
use std::path::PathBuf;

/// Options of the job.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Folder for records, summary and figures.
    #[arg(long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// Every fourth row of the tables.
    #[arg(long)]
    quick: bool,
    /// Rewrite docs/results from this run; only for the full job.
    #[arg(long, conflicts_with = "quick")]
    update_docs: bool,
}

/// Runs the job, prints its tables and writes its files.
pub fn run(args: &Args) -> crate::Result<()> {
    let cancel = interrupt::token();
    let mut summary = Summary::default();
    let mut records = Vec::new();
    let mut tables = Vec::new();
    for number in 1..=3 {
        let rows = tables::run(number, if args.quick { 4 } else { 1 }, cancel)?;
        let grid = tables::grid(&rows);
        say(format_args!("Table {number}\n{}", grid.terminal()));
        tables.push(rows);
    }
    tables::summarize(&tables, &mut summary);
    let known = known::run(cancel)?;
    say(known::grid(&known).terminal());
    known::summarize(&known, &mut summary);
    records.extend(tables.iter().flatten().map(tables::Row::json));
    records.extend(known.iter().map(known::Run::json));
    let figures = figures::all()?;
    let documents: Vec<(&str, String)> = figures
        .iter()
        .map(|(name, _, f)| (*name, f.clone()))
        .collect();
    say(summary.json()?);
    runs::write(&args.out, &records, &summary, &documents)?;
    if args.update_docs && !cancel.is_cancelled() {
        page::write(&crate::root(), &tables, &known, &figures)?;
        say("docs/results/pessimistic.md and its figures are rewritten.");
    }
    Ok(())
}
