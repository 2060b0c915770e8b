//! The job `mpcc`: complementarity programs of MacMPEC, beside stored runs of other solvers.

mod figure;
mod page;
mod peers;

use crate::grid::Grid;
use crate::{interrupt, say};
use mpec::mpcc::{MpccOptions, MpccSolution, solve};
use nlp_model::{Model, Mpcc};
use peers::Run;
use serde_json::{Value, json};
use stackelberg_tests::branches::steepest_descent;
use stackelberg_tests::problems::macmpec::{MacMpec, macmpec};
use std::path::PathBuf;

/// The objective counts within this of the reference, relative to max(1, |reference|).
pub const OBJECTIVE: f64 = 1e-4;
/// Violation and |min(G, H)| count up to this.
pub const FEASIBILITY: f64 = 1e-6;
/// A claim of B-stationarity is refuted by a slope below minus this.
const REFUTED: f64 = 1e-5;

/// Options of the job.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Problems by name, or by a pattern with * and ?; repeatable [default: all].
    #[arg(long, value_name = "NAME")]
    problem: Vec<String>,
    /// Solves of each problem; the fastest counts as its time.
    #[arg(long, default_value_t = 3, value_name = "COUNT")]
    repeat: usize,
    /// Folder for records, summary and figures.
    #[arg(long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// Rewrite docs/results from this run; only for all problems.
    #[arg(long, conflicts_with = "problem")]
    update_docs: bool,
}

/// One problem with our solution.
#[derive(Debug)]
pub struct Record {
    pub problem: MacMpec,
    pub solution: MpccSolution,
    /// Seconds of the fastest solve.
    pub seconds: f64,
    /// What the enumeration says of a claim of B-stationarity; `None` without a claim.
    pub claim: Option<Claim>,
}

/// The fate of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// No piece has a descent.
    Confirmed,
    /// A piece has.
    Refuted,
    /// Too many pieces, or a linear program failed.
    NotExamined,
}

impl Record {
    /// The objective in the sense of the original.
    pub fn objective(&self) -> f64 {
        self.problem.sign * self.solution.objective
    }

    /// Reference reached at a feasible point.
    pub fn is_solved(&self) -> bool {
        let reference = self.problem.reference;
        let error = (self.objective() - reference).abs();
        error <= OBJECTIVE * reference.abs().max(1.0)
            && self.solution.violation <= FEASIBILITY
            && self.solution.complementarity <= FEASIBILITY
    }

    fn json(&self) -> Value {
        let s = &self.solution;
        json!({
            "problem": self.problem.name, "solver": "stackelberg", "variables": s.x.len(),
            "pairs": self.problem.model.pairs().len(), "status": s.status.to_string(),
            "objective": self.objective(), "reference": self.problem.reference,
            "violation": s.violation, "complementarity": s.complementarity,
            "b_residual": s.linearised.residual, "is_b_stationary": s.linearised.is_stationary(),
            "claim": self.claim.map(|claim| format!("{claim:?}")),
            "strongest": s.stationarity.strongest.map(|kind| format!("{kind:?}")),
            "qualification": format!("{:?}", s.stationarity.qualification),
            "programs": s.programs, "iterations": s.iterations, "escapes": s.escapes, "nodes": s.nodes,
            "milliseconds": 1e3 * self.seconds, "solved": self.is_solved(),
        })
    }
}

/// Runs the job, prints its tables and writes its files.
pub fn run(args: &Args) -> crate::Result<()> {
    let cancel = interrupt::token();
    let mut records = Vec::new();
    for problem in macmpec() {
        let wanted = args
            .problem
            .iter()
            .any(|p| super::selection::matches(p.as_bytes(), problem.name.as_bytes()));
        if cancel.is_cancelled() || !(args.problem.is_empty() || wanted) {
            continue;
        }
        records.push(record(problem, args.repeat.max(1))?);
    }
    if records.is_empty() {
        return Err("no problem of that name".into());
    }
    let peers = peers::stored();
    say(table(&records).terminal());
    say(peers::grid(&records, &peers).terminal());
    let summary = summary(&records);
    say(serde_json::to_string_pretty(&summary)?);
    let lines = records.iter().map(|r| r.json().to_string() + "\n");
    crate::write(&args.out.join("mpcc.jsonl"), &lines.collect::<String>())?;
    crate::write(
        &args.out.join("summary.json"),
        &(serde_json::to_string_pretty(&summary)? + "\n"),
    )?;
    let drawing = figure::profile(&records, &peers);
    crate::write(&args.out.join("mpcc-profile.svg"), &drawing)?;
    if args.update_docs && !cancel.is_cancelled() {
        page::write(&crate::root(), &records, &peers, &summary, &drawing)?;
    }
    Ok(())
}

fn record(problem: MacMpec, repeat: usize) -> crate::Result<Record> {
    let options = MpccOptions::default();
    let x0 = problem.model.meta().x0().to_vec();
    let mut solution = solve(&problem.model, &x0, &options)?;
    let mut seconds = solution.seconds;
    for _ in 1..repeat {
        solution = solve(&problem.model, &x0, &options)?;
        seconds = seconds.min(solution.seconds);
    }
    let claim = solution.linearised.is_stationary().then(|| {
        match steepest_descent(&problem.model, &solution.x, options.linearised.active) {
            Some(descent) if descent.slope < -REFUTED => Claim::Refuted,
            Some(_) => Claim::Confirmed,
            None => Claim::NotExamined,
        }
    });
    Ok(Record {
        problem,
        solution,
        seconds,
        claim,
    })
}

/// One row a problem.
pub fn table(records: &[Record]) -> Grid {
    let mut grid = Grid::new(
        2,
        [
            "problem",
            "status",
            "n",
            "pairs",
            "f",
            "reference",
            "violation",
            "min(G,H)",
            "B",
            "kind",
            "programs",
            "ms",
        ],
    );
    for r in records {
        let s = &r.solution;
        let mark = if r.is_solved() { "" } else { "≠ " };
        grid.push(vec![
            r.problem.name.clone(),
            s.status.to_string(),
            s.x.len().to_string(),
            r.problem.model.pairs().len().to_string(),
            format!("{:.6}", r.objective()),
            format!("{mark}{:.6}", r.problem.reference),
            format!("{:.0e}", s.violation),
            format!("{:.0e}", s.complementarity),
            format!("{:.0e}", s.linearised.residual),
            s.stationarity
                .strongest
                .map_or("–".to_string(), |kind| format!("{kind:?}")),
            s.programs.to_string(),
            format!("{:.2}", 1e3 * r.seconds),
        ]);
    }
    grid
}

/// One flat object of numbers.
fn summary(records: &[Record]) -> Value {
    let count = |holds: &dyn Fn(&Record) -> bool| records.iter().filter(|r| holds(r)).count();
    json!({
        "mpcc_solved": count(&Record::is_solved),
        "mpcc_total": records.len(),
        "mpcc_median_milliseconds": super::median(records.iter().map(|r| 1e3 * r.seconds)),
        "b_claims": count(&|r| r.claim.is_some()),
        "b_claims_refuted": count(&|r| r.claim == Some(Claim::Refuted)),
        "b_claims_not_examined": count(&|r| r.claim == Some(Claim::NotExamined)),
    })
}

/// Our runs in the form of the stored ones.
pub fn ours(records: &[Record]) -> Vec<Run> {
    let run = |r: &Record| Run {
        problem: r.problem.name.clone(),
        solver: "stackelberg".to_string(),
        seconds: r.seconds,
        is_solved: r.is_solved(),
    };
    records.iter().map(run).collect()
}
