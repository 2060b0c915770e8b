//! The cliff set: our solver with and without labels and under disturbances, and peers that see values only.

use super::Part;
use crate::bench::summary::Summary;
use crate::grid::Grid;
use crate::interrupt;
use dfo::cliff::{CliffOptions, CliffSolution, Evaluation, Verdict, minimize};
use dfo::{PollOptions, bobyqa, poll, restart};
use rayon::prelude::*;
use serde_json::json;
use stackelberg_tests::problems::cliff::{CliffProblem, problems};
use std::cell::Cell;

/// A problem counts as solved with so many successes of 20.
const SOLVED: usize = 19;

/// Median evaluations of a prototype in Python, on the same starts.
const PROTOTYPE: [(&str, f64); 17] = [
    ("oblique1", 226.0),
    ("oblique2", 349.0),
    ("oblique5", 865.0),
    ("trap2", 541.0),
    ("trap5", 1200.0),
    ("ex1", 222.0),
    ("ex2", 216.0),
    ("ex4", 499.0),
    ("ex4b10", 549.0),
    ("sphere2", 365.0),
    ("parab0", 342.0),
    ("parab1", 600.0),
    ("corner0", 567.0),
    ("corner1", 356.0),
    ("xjump2", 361.0),
    ("wedge0", 600.0),
    ("wedge2", 600.0),
];

/// What is done to the oracle.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Setting {
    Plain,
    WithoutLabels,
    Noise,
    WrongLabels,
    Failures,
}

const SETTINGS: [(Setting, &str); 5] = [
    (Setting::Plain, "labels"),
    (Setting::WithoutLabels, "no labels"),
    (Setting::Noise, "noise 1e-8"),
    (Setting::WrongLabels, "2 % wrong labels"),
    (Setting::Failures, "5 % failures"),
];

/// The outcome of a run.
#[derive(Clone, Debug)]
struct Run {
    problem: String,
    start: usize,
    solver: &'static str,
    value: f64,
    gap: f64,
    evaluations: usize,
    claim: String,
    /// A claim that the known local infima refute.
    is_false: bool,
}

/// Runs the part.
pub fn run(summary: &mut Summary, quick: bool) -> crate::Result<Part> {
    let starts = if quick { 3 } else { 20 };
    let problems = problems();
    let mut header = vec!["problem".to_string()];
    header.extend(SETTINGS.map(|(_, name)| name.replacen(' ', "\n", 1)));
    header.extend(
        [
            "evaluations",
            "of the\nprototype",
            "BOBYQA",
            "restarts",
            "bobyqa",
            "poll",
        ]
        .map(String::from),
    );
    let mut table = Grid::new(1, header);
    let mut records = Vec::new();
    let (mut solved, mut all, mut successes, mut unlabelled, mut lies) = (0, 0, 0, 0, 0);
    let mut ratios = Vec::new();
    for problem in &problems {
        if interrupt::token().is_cancelled() {
            return Err("interrupted".into());
        }
        let count = starts.min(problem.starts.len());
        let runs: Vec<Vec<Run>> = (0..count)
            .into_par_iter()
            .map(|k| runs(problem, k))
            .collect();
        let reached = |solver: &str| {
            let of_solver = runs.iter().flatten().filter(|r| r.solver == solver);
            of_solver.filter(|r| r.gap <= 1e-6).count()
        };
        let ours = reached(SETTINGS[0].1);
        solved += usize::from(ours * 20 >= SOLVED * count);
        all += count;
        successes += ours;
        unlabelled += reached(SETTINGS[1].1);
        lies += runs.iter().flatten().filter(|r| r.is_false).count();
        let mut evaluations: Vec<usize> = runs.iter().map(|r| r[0].evaluations).collect();
        evaluations.sort_unstable();
        let median = evaluations[evaluations.len() / 2] as f64;
        let prototype = PROTOTYPE.iter().find(|(name, _)| *name == problem.name);
        let ratio = prototype.map_or(f64::NAN, |(_, evaluations)| median / evaluations);
        ratios.push(ratio);
        let mut row = vec![problem.name.clone()];
        row.extend(SETTINGS.map(|(_, name)| reached(name).to_string()));
        row.extend([format!("{median}"), format!("{ratio:.2}")]);
        row.extend(["BOBYQA", "restarts", "bobyqa", "poll"].map(|name| reached(name).to_string()));
        table.push(row);
        records.extend(runs.iter().flatten().map(Run::record));
    }
    summary.count("cliff_problems_solved", solved);
    summary.count("cliff_runs", all);
    summary.count("cliff_runs_solved", successes);
    summary.number(
        "cliff_median_evaluation_ratio",
        crate::bench::summary::median(ratios.into_iter()),
    );
    summary.count("labelfree_runs_solved", unlabelled);
    summary.count("false_claims", lies);
    Ok(Part {
        title: "Cliffs",
        text: format!(
            "Runs of {starts} that end within 1e-6 max(1, |inf|) of the infimum, with 200 (n + 1) evaluations. Then the \
             median of evaluations with labels, and its ratio to that of a prototype. The peers see values only \
             and count by their best value: our BOBYQA, the same with polls and restarts, the crate `bobyqa`, and a poll."
        ),
        table,
        figures: Vec::new(),
        records,
    })
}

/// All solvers from one start.
fn runs(problem: &CliffProblem, start: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = SETTINGS
        .map(|(setting, name)| ours(problem, start, setting, name))
        .into();
    let x0 = &problem.starts[start];
    let (lower, upper) = (&problem.lower, &problem.upper);
    let budget = 200 * (problem.n() + 1);
    let options = bobyqa::Options {
        radius: 0.1 * (upper[0] - lower[0]),
        final_radius: 1e-6,
        max_evaluations: budget,
        ..bobyqa::Options::default()
    };
    let f = |x: &[f64]| problem.theta(x).0;
    if let Ok(s) = bobyqa::minimize(f, x0, lower, upper, &options) {
        runs.push(peer(
            problem,
            start,
            "BOBYQA",
            s.value,
            s.evaluations,
            s.status.to_string(),
        ));
    }
    let restarts = restart::Options {
        bobyqa: options,
        ..restart::Options::default()
    };
    if let Ok(s) = restart::minimize(f, x0, lower, upper, &restarts) {
        let s = s.solution;
        runs.push(peer(
            problem,
            start,
            "restarts",
            s.value,
            s.evaluations,
            s.status.to_string(),
        ));
    }
    let mut config = ::bobyqa::Config::new(problem.n());
    config.rho_begin = 0.1 * (upper[0] - lower[0]);
    config.rho_end = 1e-6;
    config.max_fun = budget;
    // The crate refuses one variable.
    if let Ok(mut solver) = ::bobyqa::Bobyqa::new(problem.n(), config) {
        let best = Cell::new(f64::INFINITY);
        let watched = |x: &[f64]| {
            let value = f(x);
            best.set(best.get().min(value));
            value
        };
        let mut x = x0.clone();
        let outcome = solver.minimize(watched, &mut x, lower, upper);
        let status = format!("{:?}", outcome.status);
        runs.push(peer(
            problem,
            start,
            "bobyqa",
            best.get(),
            outcome.n_eval,
            status,
        ));
    }
    let options = PollOptions {
        radius: 0.1 * (upper[0] - lower[0]),
        max_evaluations: budget - 1,
        ..PollOptions::default()
    };
    if let Ok(s) = poll(f, x0, f(x0), lower, upper, &options) {
        runs.push(peer(
            problem,
            start,
            "poll",
            s.value,
            s.evaluations + 1,
            s.verdict.to_string(),
        ));
    }
    runs
}

fn ours(problem: &CliffProblem, start: usize, setting: Setting, name: &'static str) -> Run {
    let chance = Cell::new(start as u64 + 1);
    let oracle = |x: &[f64]| {
        // A linear congruence; its upper bits are random enough to spoil one answer in fifty.
        let next = chance.get().wrapping_mul(6_364_136_223_846_793_005);
        chance.set(next.wrapping_add(1_442_695_040_888_963_407));
        let u = (chance.get() >> 11) as f64 / (1u64 << 53) as f64;
        let (value, label) = problem.theta(x);
        match setting {
            Setting::WithoutLabels => Evaluation::labelled(value, 0),
            Setting::Noise => Evaluation::labelled(value + 1e-8 * u, label),
            Setting::WrongLabels if u < 0.02 => Evaluation::labelled(value, label ^ 1),
            Setting::Failures if u < 0.05 => Evaluation::Failure,
            _ => Evaluation::labelled(value, label),
        }
    };
    let options = CliffOptions {
        max_evaluations: 200 * (problem.n() + 1),
        accuracy: if setting == Setting::Noise { 1e-8 } else { 0.0 },
        labelled: setting != Setting::WithoutLabels,
        seed: start as u64,
    };
    let solution = minimize(
        oracle,
        &problem.starts[start],
        &problem.lower,
        &problem.upper,
        &options,
    )
    .expect("the problems of the set are well posed");
    Run {
        problem: problem.name.clone(),
        start,
        solver: name,
        value: solution.infimum,
        gap: gap(problem, solution.infimum),
        evaluations: solution.evaluations,
        claim: solution.verdict.to_string(),
        is_false: is_false(problem, &solution),
    }
}

/// A verdict at a value that is no local infimum, or the infimum of example 1 or 4 said to be attained.
fn is_false(problem: &CliffProblem, solution: &CliffSolution) -> bool {
    if solution.verdict == Verdict::NotCertified {
        return false;
    }
    let near = |v: &f64| (v - solution.infimum).abs() <= 1e-4 * (1.0 + v.abs());
    if !problem.local_infima.iter().any(near) {
        return true;
    }
    match problem.name.as_str() {
        "ex1" | "ex4" | "ex4b10" => solution.verdict == Verdict::AttainedMinimum,
        _ => false,
    }
}

fn gap(problem: &CliffProblem, value: f64) -> f64 {
    (value - problem.infimum).abs() / problem.infimum.abs().max(1.0)
}

fn peer(
    problem: &CliffProblem,
    start: usize,
    solver: &'static str,
    value: f64,
    evaluations: usize,
    claim: String,
) -> Run {
    Run {
        problem: problem.name.clone(),
        start,
        solver,
        value,
        gap: gap(problem, value),
        evaluations,
        claim,
        is_false: false,
    }
}

impl Run {
    fn record(&self) -> serde_json::Value {
        json!({
            "part": "cliff", "problem": self.problem, "start": self.start, "solver": self.solver,
            "value": self.value, "gap": self.gap, "evaluations": self.evaluations, "claim": self.claim,
            "false": self.is_false,
        })
    }
}
