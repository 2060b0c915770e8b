//! The job `stability`: how lower-level solutions move with the data, at the references of BOLIB.

mod figure;
mod page;
mod record;

use super::sweep::progress_bar;
use crate::grid::{Grid, or_dash};
use crate::{interrupt, say};
use record::{Kind, Record};
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
    /// Print the whole report of each problem.
    #[arg(long)]
    reports: bool,
    /// Folder for records, summary and figure.
    #[arg(long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// Rewrite docs/results from this run; only for all problems.
    #[arg(long, conflicts_with_all = ["problem", "quick"])]
    update_docs: bool,
}

/// Runs the job, prints its table and writes its files.
pub fn run(args: &Args) -> crate::Result<()> {
    let cancel = interrupt::token();
    let mut problems = super::problems(&args.problem, args.quick)?;
    problems.retain(|p| p.lower_convex && p.reference.point.is_some());
    let bar = progress_bar(problems.len(), "stability");
    let mut records = Vec::new();
    for problem in problems {
        if cancel.is_cancelled() {
            break;
        }
        records.push(Record::of(problem)?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    if records.is_empty() {
        return Err(
            "no problem of that name with a convex lower level and a reference point".into(),
        );
    }
    if args.reports {
        for r in &records {
            say(format!("{}\n{}\n", r.name, r.report()));
        }
    }
    say(table(&records, &str::to_string).terminal());
    let summary = summary(&records);
    let text = serde_json::to_string_pretty(&summary)? + "\n";
    say(&text);
    let lines = records.iter().map(|r| r.json().to_string() + "\n");
    crate::write(
        &args.out.join("stability.jsonl"),
        &lines.collect::<String>(),
    )?;
    crate::write(&args.out.join("summary.json"), &text)?;
    let drawing = figure::scatter(&records);
    crate::write(&args.out.join("stability.svg"), &drawing)?;
    if args.update_docs && !cancel.is_cancelled() {
        page::write(&crate::root(), &records, &summary, &drawing)?;
    }
    Ok(())
}

/// One row a problem, its name as `written`.
pub fn table(records: &[Record], written: &dyn Fn(&str) -> String) -> Grid {
    let mut grid = Grid::new(
        2,
        [
            "problem",
            "conclusion",
            "n",
            "m",
            "ŷ",
            "bound",
            "sampled",
            "dy/dx",
            "α",
            "sampled α",
            "λ from",
            "λ to",
        ],
    );
    let number = |v: f64| format!("{v:.4}");
    for r in records {
        grid.push(vec![
            written(r.name),
            r.conclusion(),
            r.nx.to_string(),
            r.ny.to_string(),
            or_dash(r.responses(), |v| v.to_string()),
            or_dash(r.bound(), |b| number(b.upper)),
            or_dash(r.sampled(), number),
            or_dash(r.jacobian, number),
            or_dash(r.sharpness(), number),
            or_dash(r.sampled_sharpness(), number),
            or_dash(r.penalty().map(|p| p.lower), number),
            or_dash(r.penalty().and_then(|p| p.upper), number),
        ]);
    }
    grid
}

/// One flat object of numbers.
fn summary(records: &[Record]) -> Value {
    let count = |holds: &dyn Fn(&Record) -> bool| records.iter().filter(|r| holds(r)).count();
    let ratio = |r: &Record| Some(r.bound()?.upper / r.sampled()?);
    json!({
        "stability_problems": records.len(),
        "bounded": count(&|r| r.kind == Kind::Bounded),
        "test_fails": count(&|r| r.kind == Kind::TestFails),
        "cannot_tell": count(&|r| r.kind == Kind::CannotTell),
        "not_a_solution": count(&|r| r.kind == Kind::NotASolution),
        "bounds_refuted_by_samples": count(&Record::is_refuted),
        "bounds_below_the_derivative": count(&Record::is_below_derivative),
        "sharpness_refuted_by_samples": count(&Record::is_sharpness_refuted),
        "median_bound_over_sample":
            super::median(records.iter().filter_map(ratio).filter(|r| r.is_finite())),
        "median_milliseconds": super::median(records.iter().map(|r| 1e3 * r.seconds)),
    })
}
