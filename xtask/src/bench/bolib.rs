//! The job `bolib`: 124 bilevel problems by semismooth Newton, beside the published tables.

use super::compare::Comparison;
use super::examples::{Curve, curves};
use super::published::Published;
use super::record::{self, Record};
use super::selection::{
    PUBLISHED_LAMBDAS, QUICK_LAMBDAS, Starts, Variant, Variants, parse_lambda, problems,
};
use super::summary::Summary;
use super::sweep::{Ready, compare_all, sweep};
use super::{derivatives, figures, table};
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
    let results = solve(args, interrupt::token())?;
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

fn solve(args: &Args, cancel: &CancelToken) -> crate::Result<Results> {
    let root = crate::root();
    let published = Published::read(&root)?;
    let chosen = problems(&args.problem, args.quick)?;
    let ready: Vec<Ready> = chosen.iter().map(|p| Ready::new(p)).collect();
    let variants = args.variant.list();
    let lambdas = args.lambdas();
    let mut summary = Summary::default();
    let mut records = Vec::new();
    let mut slowest: f64 = 0.0;
    for variant in &variants {
        let sweep = sweep(&ready, *variant, &lambdas, args.start, args.jobs, cancel)?;
        summary.number(&format!("{}_sweep_seconds", variant.name()), sweep.seconds);
        slowest = slowest.max(sweep.seconds);
        records.extend(sweep.records);
    }
    compare_all(&mut records, &published);
    // What is not asked for any more is not computed: records and summary only.
    let interrupted = cancel.is_cancelled();
    let mut figures = Vec::new();
    if !interrupted {
        let curves = curves(&variants)?;
        let error = derivatives::max_error(&root)?;
        if error.is_nan() {
            return Err("some derivative of the catalogue is not a number".into());
        }
        summary.number("max_derivative_error", error);
        enter_examples(&mut summary, &curves);
        figures = figures::all(&records, &curves);
    }
    summary.number("sweep_seconds", slowest);
    summary.count("interrupted", usize::from(interrupted));
    summary.count("problems", chosen.len());
    summary.count("threads", args.jobs);
    summary.enter_records(&records);
    Ok(Results {
        figures,
        problems: chosen.iter().map(|p| p.name).collect(),
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
        quick: false,
        update_docs: false,
    };
    solve(&args, &CancelToken::new()).expect("the catalogue and its data")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        args: Args,
    }

    fn parse(words: &[&str]) -> Args {
        let words = std::iter::once(&"bench").chain(words);
        Cli::try_parse_from(words).expect("valid arguments").args
    }

    #[test]
    fn parameters_are_sorted_and_the_quick_subset_has_its_own() {
        assert_eq!(
            parse(&["--lambda", "3,1/3,3^0,3"]).lambdas(),
            [1.0 / 3.0, 1.0, 3.0]
        );
        assert_eq!(parse(&["--quick"]).lambdas(), QUICK_LAMBDAS);
        assert_eq!(parse(&[]).lambdas(), PUBLISHED_LAMBDAS);
    }

    #[test]
    fn documents_are_rewritten_by_a_full_sweep_only() {
        assert!(parse(&["--update-docs"]).is_full());
        for words in [
            ["--start", "0"],
            ["--jobs", "2"],
            ["--variant", "published"],
        ] {
            let args = parse(&[words[0], words[1], "--update-docs"]);
            assert!(run(&args).is_err(), "{words:?}");
        }
    }

    #[test]
    fn an_interrupted_sweep_says_so_and_keeps_what_it_has() {
        let token = CancelToken::new();
        token.cancel();
        let results = solve(&parse(&["--quick"]), &token).unwrap();
        assert!(results.is_interrupted() && results.records.is_empty());
        assert_eq!(results.summary.get("published_runs"), None);
        assert!(!small_results().is_interrupted());
    }

    #[test]
    fn a_small_run_writes_all_files() {
        let folder = std::env::temp_dir().join(format!("stackelberg-bench-{}", std::process::id()));
        let out = folder.to_str().expect("a readable path");
        run(&parse(&[
            "--problem",
            "Bard1988Ex1",
            "--lambda",
            "1",
            "--out",
            out,
        ]))
        .unwrap();
        let lines = std::fs::read_to_string(folder.join("records.jsonl")).unwrap();
        assert_eq!(lines.lines().count(), 2 * 3);
        let text = std::fs::read_to_string(folder.join("summary.json")).unwrap();
        let summary: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(summary["published_rows_comparable"], 2);
        assert_eq!(summary["runs"], 2);
        for key in [
            "sweep_seconds",
            "max_derivative_error",
            "median_microseconds",
        ] {
            assert!(summary[key].is_number(), "{key}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
