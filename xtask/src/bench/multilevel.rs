//! The job `multilevel`: objectives in an order of importance, and constraints in blocks.

mod blocks;
mod lexicographic;
mod random;

use super::runs;
use super::summary::Summary;
use crate::grid::Grid;
use crate::profile::{Cost, Outcome};
use crate::say;
use nlp_model::{Levels, TwiceSmooth};
use std::path::PathBuf;
use trust_region::multilevel::{Method, Options};

/// Options of the job.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Folder for records, summary and the figure.
    #[arg(long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// Every third problem.
    #[arg(long)]
    quick: bool,
    /// First seed of the random problems.
    #[arg(long, default_value_t = random::SEED)]
    seed: u64,
    /// Rewrite docs/results from this run; only for the full job.
    #[arg(long, conflicts_with_all = ["quick", "seed"])]
    update_docs: bool,
}

/// What a part of the job found.
#[derive(Debug)]
struct Part {
    title: &'static str,
    text: String,
    table: Grid,
    records: Vec<serde_json::Value>,
    /// Runs of [`METHODS`] for the profiles.
    outcomes: Vec<Outcome>,
}

/// The algorithms for objectives in an order of importance, the default first.
const METHODS: [(&str, Method); 3] = [
    ("both", Method::Both),
    ("successive decrease", Method::SuccessiveDecrease),
    ("restoration", Method::Restoration),
];

/// Name of the figure.
const FIGURE: &str = "profile-levels.svg";

/// Every so many problems are in the quick subset.
const STRIDE: usize = 3;

/// Runs the job, prints its tables and writes its files.
pub fn run(args: &Args) -> crate::Result<()> {
    let mut summary = Summary::default();
    let stride = if args.quick { STRIDE } else { 1 };
    let parts = [
        lexicographic::run(&mut summary, stride)?,
        random::run(&mut summary, stride, args.seed)?,
        blocks::run(&mut summary, stride)?,
    ];
    for part in &parts {
        say(format_args!("{}\n{}", part.title, part.table.terminal()));
    }
    let records: Vec<&serde_json::Value> = parts.iter().flat_map(|p| &p.records).collect();
    let figure = figure(&parts)?;
    let named = (FIGURE, figure.clone());
    runs::write(&args.out, &records, &summary, &[named])?;
    if args.update_docs {
        let folder = crate::root().join("docs/results");
        crate::write(&folder.join("multilevel").join(FIGURE), &figure)?;
        let page = page(&parts, &crate::report::machine());
        crate::write(&folder.join("multilevel.md"), &page)?;
        say("docs/results/multilevel.md and its figure are rewritten.");
    }
    Ok(())
}

/// Performance profiles of [`METHODS`] over all starts with several objectives.
fn figure(parts: &[Part]) -> crate::Result<String> {
    let costs = ["iterations", "microseconds"].map(Cost::new).into();
    let outcomes = parts.iter().flat_map(|p| p.outcomes.iter().cloned());
    crate::profile::performance_figure(costs, outcomes.collect())
}

fn page(parts: &[Part], machine: &str) -> String {
    let mut paragraphs = vec![
        "# Multilevel problems".to_string(),
        format!(
            "This page is written by `cargo xtask bench multilevel --update-docs`.\n\nMachine: {machine}. One \
             thread."
        ),
        format!(
            "![Performance profiles of the methods for several objectives](multilevel/{FIGURE})"
        ),
    ];
    for part in parts {
        paragraphs.push(format!("## {}", part.title));
        paragraphs.push(part.text.clone());
        paragraphs.push(part.table.markdown().trim_end().to_string());
    }
    paragraphs.join("\n\n") + "\n"
}

fn options(method: Method) -> Options {
    Options {
        method,
        ..Options::default()
    }
}

/// Models stacked in the order of their importance.
fn levels<M: TwiceSmooth + 'static>(models: impl IntoIterator<Item = M>) -> crate::Result<Levels> {
    let boxed = models
        .into_iter()
        .map(|m| Box::new(m) as Box<dyn TwiceSmooth>);
    Ok(Levels::new(boxed.collect())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_of_the_problems_fill_every_part_of_the_page() {
        let mut summary = Summary::default();
        let parts = [
            lexicographic::run(&mut summary, 5).unwrap(),
            random::run(&mut summary, 10, random::SEED).unwrap(),
            blocks::run(&mut summary, 10).unwrap(),
        ];
        for key in [
            "lexicographic_solved",
            "lexicographic_starts",
            "random_two_level_solved",
            "block_solved",
        ] {
            assert!(summary.get(key).is_some_and(|n| n > 0.0), "{key}");
        }
        let figure = figure(&parts).unwrap();
        assert!(
            METHODS.iter().all(|(name, _)| figure.contains(name)),
            "{figure}"
        );
        let page = page(&parts, "a machine");
        assert!(
            page.contains("| circle_lin |") && !page.contains("NaN"),
            "{page}"
        );
    }
}
