//! The job `bilevel`: BOLIB by the bilevel driver with default options, each point judged anew.

mod clock;
mod dense;
mod figure;
mod judge;
mod page;
mod peers;
mod record;
mod tables;

use super::published::Published;
use super::sweep::progress_bar;
use crate::{interrupt, say};
use peers::Baselines;
use record::Record;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Options of the job.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Problems by name, or by a pattern with * and ?; repeatable [default: all].
    #[arg(long, value_name = "NAME")]
    problem: Vec<String>,
    /// Every sixth problem only.
    #[arg(long)]
    quick: bool,
    /// Seeds 0, 1, …; tables and summary are those of seed 0, beside them the spread.
    #[arg(long, default_value_t = 1, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// Solves of each problem; that with the least CPU time counts as its time.
    #[arg(long, default_value_t = 1, value_name = "COUNT")]
    repeat: usize,
    /// Do not give the driver the first published start.
    #[arg(long)]
    without_start: bool,
    /// Folder for records, summary and figure.
    #[arg(long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// Rewrite docs/results from this run; only for all problems.
    #[arg(long, conflicts_with_all = ["problem", "quick", "without_start"])]
    update_docs: bool,
}

/// Runs the job, prints its tables and writes its files.
pub fn run(args: &Args) -> crate::Result<()> {
    let cancel = interrupt::token();
    let problems = super::problems(&args.problem, args.quick)?;
    let bar = progress_bar(problems.len() * args.seeds as usize, "bilevel");
    let mut runs = Vec::new();
    for seed in 0..args.seeds {
        for problem in &problems {
            if cancel.is_cancelled() {
                break;
            }
            runs.push(record::solve(problem, seed, args)?);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();

    let results = Results::new(runs, args.seeds)?;
    let first = results.first();
    say(tables::all(&first).terminal());
    for (title, grid) in [
        ("better than the reference", tables::better(&first)),
        ("without a reference", tables::without_reference(&first)),
        (
            "not reached by all seeds",
            tables::spread(&results.runs, args.seeds),
        ),
    ] {
        if !grid.is_empty() {
            say(format!("\n{title}\n{}", grid.terminal()));
        }
    }
    say(format!("\n{}", results.peers().terminal()));
    let summary = serde_json::to_string_pretty(&results.summary)? + "\n";
    say(&summary);
    let lines = results.runs.iter().map(|r| r.json().to_string() + "\n");
    crate::write(&args.out.join("bilevel.jsonl"), &lines.collect::<String>())?;
    crate::write(&args.out.join("summary.json"), &summary)?;
    crate::write(&args.out.join("bilevel-profile.svg"), &results.figure())?;
    if args.update_docs && !cancel.is_cancelled() {
        page::write(&crate::root(), &results)?;
    }
    Ok(())
}

/// All runs, and what they are compared with.
struct Results {
    runs: Vec<Record>,
    seeds: u64,
    baselines: Baselines,
    /// Problems that the published rows reach.
    paper: usize,
    summary: Value,
}

impl Results {
    fn new(runs: Vec<Record>, seeds: u64) -> crate::Result<Self> {
        let mut results = Results {
            baselines: Baselines::read()?,
            paper: 0,
            summary: Value::Null,
            runs,
            seeds,
        };
        results.paper = peers::published(&results.comparable(), &Published::read(&crate::root())?);
        results.summary = results.summary();
        Ok(results)
    }

    /// Runs with seed 0.
    fn first(&self) -> Vec<&Record> {
        self.runs.iter().filter(|r| r.seed == 0).collect()
    }

    /// Runs with seed 0 of problems with a reference.
    fn comparable(&self) -> Vec<&Record> {
        let first = self.runs.iter().filter(|r| r.seed == 0);
        first.filter(|r| r.has_reference()).collect()
    }

    fn peers(&self) -> crate::grid::Grid {
        let median = self.summary["median_milliseconds"].as_f64();
        let median = median.unwrap_or(f64::NAN);
        peers::grid(&self.comparable(), &self.baselines, self.paper, median)
    }

    fn figure(&self) -> String {
        figure::profile(&self.comparable(), &self.baselines, self.paper)
    }

    /// One flat object of numbers. Counts are of problems with a reference, times of all; `certified_rigorous` and
    /// `certified_multistart` count the two strengths at the points returned, each point once.
    fn summary(&self) -> Value {
        let (first, comparable) = (self.first(), self.comparable());
        let count = |holds: &dyn Fn(&&&Record) -> bool| comparable.iter().filter(holds).count();
        let total = |read: &dyn Fn(&Record) -> f64| first.iter().map(|r| read(r)).sum::<f64>();
        let mut summary = json!({
            "problems": first.len(),
            "problems_with_reference": comparable.len(),
            "reached": count(&|r| r.has_reached()),
            "reached_and_certified": count(&|r| r.has_reached() && (r.is_proved() || r.is_multistart())),
            "reached_and_proved": count(&|r| r.has_reached() && r.is_proved()),
            "certified_multistart": count(&|r| r.is_multistart()),
            "certified_rigorous": count(&|r| r.is_proved()),
            "better_than_reference": count(&|r| r.is_better()),
            "refuted": self.runs.iter().filter(|r| r.is_refuted()).count(),
            "refutation_attempts": self.runs.iter().filter(|r| r.is_proved()).count(),
            "refutation_attempts_by_grid": self.runs.iter().filter(|r| r.is_proved() && r.problem.ny <= 2).count(),
            "median_milliseconds": super::median(first.iter().map(|r| 1e3 * r.seconds.cpu)),
            "median_wall_milliseconds": super::median(first.iter().map(|r| 1e3 * r.seconds.wall)),
            "total_seconds": total(&|r| r.seconds.cpu),
            "total_wall_seconds": total(&|r| r.seconds.wall),
            "slowest_milliseconds": first.iter().map(|r| 1e3 * r.seconds.cpu).fold(0.0, f64::max),
            "certificate_seconds": total(&|r| r.certificate_seconds.cpu),
            "median_evaluations": super::median(first.iter().map(|r| r.evaluations as f64)),
            "published_reached": self.paper,
        });
        for seed in 1..self.seeds {
            let own = self
                .runs
                .iter()
                .filter(|r| r.seed == seed && r.has_reached());
            summary[format!("reached_seed_{seed}")] = json!(own.count());
        }
        summary
    }
}
