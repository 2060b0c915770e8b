//! The job `bolib`: 124 bilevel problems by semismooth Newton, beside the published tables.

use super::compare::Comparison;
use super::examples::{Curve, curves};
use super::published::Published;
use super::record::{self, Record};
use super::revision::revision;
use super::selection::{
    Choice, PUBLISHED_LAMBDAS, QUICK_LAMBDAS, Starts, Variant, Variants, parse_lambda, problems,
};
use super::shard::{self, Header, Shard};
use super::summary::Summary;
use super::sweep::{Ready, sweep, tasks};
use super::{derivatives, figures, merge, table};
use crate::{interrupt, say};
use std::path::PathBuf;
use stopping::CancelToken;

/// Options of the job.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Problems by name, or by a pattern with * and ?; repeatable [default: all].
    #[arg(long, value_name = "NAME")]
    problem: Vec<String>,
    /// Penalty parameters, such as 1/3, 3^-2 or 0.1 [default: 1/9,1/3,1,3,9].
    #[arg(long, value_delimiter = ',', value_parser = parse_lambda, value_name = "LIST")]
    lambda: Vec<f64>,
    /// Which of the published starts.
    #[arg(long, value_enum, default_value = "all")]
    start: Starts,
    /// Variant of the algorithm.
    #[arg(long, value_enum, default_value = "all")]
    variant: Variants,
    /// Threads, 0 for all cores; times are comparable with one only.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Folder for records, summary and figures.
    #[arg(long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// Make only part i of n of the runs, for one of several machines; continues where it was interrupted.
    #[arg(long, value_name = "I/N", conflicts_with = "update_docs")]
    shard: Option<Shard>,
    /// Put the shards below --out together: files as of a single run.
    #[arg(long, conflicts_with_all = ["shard", "update_docs", "problem", "lambda", "quick"])]
    merge: bool,
    /// A fixed subset: every sixth problem, λ = 1/3, 1, 3.
    #[arg(long)]
    quick: bool,
    /// Rewrite docs/results from this run; only for the full sweep on one thread.
    #[arg(long)]
    update_docs: bool,
}

/// All that a run of the job found.
#[derive(Debug)]
pub struct Results {
    /// All runs.
    pub records: Vec<Record>,
    /// The flat summary.
    pub summary: Summary,
    /// The published results.
    pub published: Published,
    /// Names of the problems that ran.
    pub problems: Vec<&'static str>,
    /// Names and documents of the figures.
    pub figures: Vec<(&'static str, String)>,
}

impl Results {
    fn is_interrupted(&self) -> bool {
        self.summary.get("interrupted") == Some(1.0)
    }
}

impl Args {
    fn is_full(&self) -> bool {
        let default_choice = self.problem.is_empty() && self.lambda.is_empty() && !self.quick;
        default_choice
            && self.start == Starts::All
            && self.variant == Variants::All
            && self.jobs == 1
    }

    fn choice(&self) -> crate::Result<Choice> {
        let chosen = problems(&self.problem, self.quick)?;
        Ok(Choice {
            problems: chosen.iter().map(|p| p.name.to_string()).collect(),
            lambdas: self.lambdas(),
            starts: self.start,
            variants: self.variant.list(),
        })
    }

    fn lambdas(&self) -> Vec<f64> {
        let mut list = match (self.lambda.is_empty(), self.quick) {
            (false, _) => self.lambda.clone(),
            (true, true) => QUICK_LAMBDAS.to_vec(),
            (true, false) => PUBLISHED_LAMBDAS.to_vec(),
        };
        list.sort_by(f64::total_cmp);
        list.dedup();
        list
    }
}

/// Runs the job, prints its tables and writes its files.
pub fn run(args: &Args) -> crate::Result<()> {
    if args.update_docs && !args.is_full() {
        return Err(
            "--update-docs needs the full sweep: no choice of problems, parameters, starts \
                    or variants, and one thread"
                .into(),
        );
    }
    if let Some(shard) = args.shard {
        return run_shard(args, shard, interrupt::token());
    }
    let results = if args.merge {
        merged(args)?
    } else {
        solve(args, interrupt::token())?
    };
    if results.is_interrupted() {
        write(args, &results)?;
        let runs = results.records.len();
        return Err(format!("interrupted after {runs} runs, which are written").into());
    }
    print(&results);
    write(args, &results)?;
    if args.update_docs {
        crate::report::write(&crate::root(), &results)?;
        say("docs/results/bolib.md and its figures are rewritten.");
    }
    Ok(())
}

/// The models of a choice, which find the sparsity of their derivatives when they are built.
fn build(choice: &Choice) -> crate::Result<Vec<Ready>> {
    let ready = |name: &String| Ok(Ready::new(bolib::problem(name)?));
    choice.problems.iter().map(ready).collect()
}

fn solve(args: &Args, cancel: &CancelToken) -> crate::Result<Results> {
    let published = Published::read(&crate::root())?;
    let choice = args.choice()?;
    let ready = build(&choice)?;
    let mut summary = Summary::default();
    let mut records = Vec::new();
    let mut slowest: f64 = 0.0;
    for &variant in &choice.variants {
        let runs = tasks(&ready, &[variant], &choice.lambdas, choice.starts);
        let name = variant.name();
        let sweep = sweep(&runs, name, args.jobs, &published, cancel, &|_| Ok(()))?;
        summary.number(&format!("{name}_sweep_seconds"), sweep.seconds);
        slowest = slowest.max(sweep.seconds);
        records.extend(sweep.records);
    }
    summary.number("sweep_seconds", slowest);
    summary.count("threads", args.jobs);
    let complete = !cancel.is_cancelled();
    finish(&choice, records, summary, published, complete)
}

/// Runs one shard, or the rest of it.
fn run_shard(args: &Args, shard: Shard, cancel: &CancelToken) -> crate::Result<()> {
    let root = crate::root();
    let choice = args.choice()?;
    let ready = build(&choice)?;
    let runs = tasks(&ready, &choice.variants, &choice.lambdas, choice.starts);
    let header = Header {
        revision: revision(&root)?,
        shard,
        choice,
    };
    let published = Published::read(&root)?;
    let (before, now) = shard::run(&header, &runs, &published, &args.out, args.jobs, cancel)?;
    let all = shard.of(&runs).len();
    let recorded = format!("shard {shard}: {now} runs recorded, {before} had been, of {all}");
    if before + now < all {
        return Err(format!("{recorded}; interrupted, the same command goes on").into());
    }
    say(format_args!(
        "{recorded}: {}",
        shard.records(&args.out).display()
    ));
    Ok(())
}

/// The results that all shards have recorded.
fn merged(args: &Args) -> crate::Result<Results> {
    let merged = merge::read(&args.out)?;
    let (choice, shards) = (merged.choice.clone(), merged.shards);
    let ready = build(&choice)?;
    let runs = tasks(&ready, &choice.variants, &choice.lambdas, choice.starts);
    let records = merged.in_order(&runs)?;
    let mut summary = Summary::default();
    summary.count("shards", shards);
    finish(
        &choice,
        records,
        summary,
        Published::read(&crate::root())?,
        true,
    )
}

/// Shares, examples and figures. What is not asked for any more is not computed: of an interrupted sweep there are
/// records and summary only.
fn finish(
    choice: &Choice,
    records: Vec<Record>,
    mut summary: Summary,
    published: Published,
    complete: bool,
) -> crate::Result<Results> {
    let mut figures = Vec::new();
    if complete {
        let curves = curves(&choice.variants)?;
        let error = derivatives::max_error(&crate::root())?;
        if error.is_nan() {
            return Err("some derivative of the catalogue is not a number".into());
        }
        summary.number("max_derivative_error", error);
        enter_examples(&mut summary, &curves);
        figures = figures::all(&records, &curves);
    }
    summary.count("interrupted", usize::from(!complete));
    summary.count("problems", choice.problems.len());
    summary.enter_records(&records);
    let problem = |name: &String| Ok(bolib::problem(name)?.name);
    Ok(Results {
        figures,
        problems: choice
            .problems
            .iter()
            .map(problem)
            .collect::<crate::Result<_>>()?,
        records,
        summary,
        published,
    })
}

/// The examples, by name, with the range of λ in which their solution is expected.
const EXAMPLES: [(&str, &str, f64, f64); 3] = [
    ("MordukhovichOutrata2007Ex63", "qvi_ex63", 0.001, 1.0),
    (
        "MordukhovichOutrata2007Ex64Printed",
        "qvi_ex64_printed",
        0.5,
        3.0,
    ),
    (
        "MordukhovichOutrata2007Ex64Nash",
        "qvi_ex64_nash",
        0.05,
        3.0,
    ),
];

fn enter_examples(summary: &mut Summary, curves: &[Curve]) {
    for curve in curves {
        if let Some((_, key, lo, hi)) = EXAMPLES.iter().find(|e| e.0 == curve.name) {
            let name = |suffix: &str| format!("{key}_{}_{suffix}", curve.variant.name());
            summary.number(&name("error"), curve.error_at_one());
            summary.number(&name("share"), curve.share(*lo, *hi));
        }
    }
}

fn print(results: &Results) {
    let records = &results.records;
    say(format_args!("{}\n", table::table1(records).terminal()));
    say("F: = agrees with the published run to 1 %, ≠ differs, · not comparable.\n");
    say(format_args!(
        "{}\n",
        table::published_table2(&results.published).terminal()
    ));
    for variant in Variant::ALL {
        if records.iter().any(|r| r.variant == variant) {
            say(format_args!(
                "{}\n",
                table::table2(records, variant).terminal()
            ));
        }
    }
    let obstacles = table::not_comparable(&results.published, &results.problems);
    for grid in [table::differences(records), obstacles] {
        if !grid.is_empty() {
            say(format_args!("{}\n", grid.terminal()));
        }
    }
    let number = |name: &str| results.summary.get(name).unwrap_or(f64::NAN);
    for variant in Variant::ALL {
        let of = |suffix: &str| number(&format!("{}_{suffix}", variant.name()));
        if of("runs") > 0.0 {
            say(format_args!(
                "{} variant: {} of {} comparable rows have the published F ({:.1} %); {} runs in {:.2} s",
                variant.name(),
                of("rows_matched"),
                of("rows_comparable"),
                100.0 * of("rows_matched_fraction"),
                of("runs"),
                of("sweep_seconds"),
            ));
        }
    }
    say(format_args!(
        "largest relative error of a derivative: {:.1e}",
        number("max_derivative_error")
    ));
}

fn write(args: &Args, results: &Results) -> crate::Result<()> {
    let file = |name: &str, text: &str| crate::write(&args.out.join(name), text);
    let records = &results.records;
    file("records.jsonl", &record::json_lines(records)?)?;
    file(
        "times.jsonl",
        &record::json_lines(records.iter().map(Record::time))?,
    )?;
    file("records.csv", &record::csv(records))?;
    let apart = |r: &&Record| {
        matches!(
            r.comparison,
            Comparison::Differs | Comparison::NotComparable
        )
    };
    let differences: Vec<Record> = records.iter().filter(apart).cloned().collect();
    file("differences.csv", &record::csv(&differences))?;
    file("summary.json", &results.summary.json()?)?;
    for (name, document) in &results.figures {
        file(name, document)?;
    }
    say(format_args!(
        "records, summary and figures: {}",
        args.out.display()
    ));
    Ok(())
}

/// Results of a small run for tests: one problem, λ = 1.
#[cfg(test)]
pub fn small_results() -> Results {
    let args = Args {
        problem: vec!["AllendeStill2013".into()],
        lambda: vec![1.0],
        start: Starts::All,
        variant: Variants::All,
        jobs: 1,
        out: PathBuf::new(),
        shard: None,
        merge: false,
        quick: false,
        update_docs: false,
    };
    solve(&args, &CancelToken::new()).expect("the catalogue and its data")
}

#[cfg(test)]
mod tests;
