//! Records, profiles and files that the benchmarks of solvers share.

use super::peers::Ending;
use super::summary::Summary;
use crate::profile::{Cost, Outcome};
use crate::say;
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

/// One solver on one problem from one start.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// Problem, with the start where there are several.
    pub problem: String,
    /// Solver.
    pub solver: String,
    /// Number of variables.
    pub variables: usize,
    /// What the solver says.
    pub status: String,
    /// It says that it has succeeded.
    pub claimed: bool,
    /// The common measure agrees.
    pub solved: bool,
    /// The common measure.
    pub measure: f64,
    /// f at the end.
    pub objective: f64,
    /// Iterations, as the solver counts them.
    pub iterations: usize,
    /// Evaluations of the objective, counted by the model.
    pub evaluations: usize,
    /// Time of the call, the least of up to five, µs.
    pub microseconds: f64,
}

/// The costs of a [`Run`] in profiles.
pub const COSTS: [&str; 3] = ["iterations", "evaluations", "microseconds"];

impl Run {
    /// The run as an outcome for profiles.
    pub fn outcome(&self) -> Outcome {
        Outcome {
            problem: self.problem.clone(),
            solver: self.solver.clone(),
            variables: self.variables,
            claimed: self.claimed,
            solved: self.solved,
            measure: self.measure,
            solves: 1,
            costs: vec![
                self.iterations as f64,
                self.evaluations as f64,
                self.microseconds,
            ],
            history: Vec::new(),
        }
    }
}

/// Calls `solve` once, and again while that is quick; the ending with the shortest time in µs.
pub fn timed(mut solve: impl FnMut() -> Ending) -> (Ending, f64) {
    const REPEATS: usize = 5;
    const QUICK: f64 = 2e5;
    let mut time = || {
        let clock = Instant::now();
        let ending = solve();
        (ending, 1e6 * clock.elapsed().as_secs_f64())
    };
    let (mut ending, mut least) = time();
    for _ in 1..REPEATS {
        if least > QUICK {
            break;
        }
        let again = time();
        if again.1 < least {
            (ending, least) = again;
        }
    }
    (ending, least)
}

/// Performance profiles of the runs of `solvers`, as a document.
pub fn profiles(runs: &[Run], solvers: &[&str]) -> crate::Result<String> {
    let chosen = runs.iter().filter(|r| solvers.contains(&r.solver.as_str()));
    let costs = COSTS.map(Cost::new).into();
    crate::profile::performance_figure(costs, chosen.map(Run::outcome).collect())
}

/// Solved runs, their iterations, evaluations and time, by solver.
pub fn enter(summary: &mut Summary, prefix: &str, runs: &[Run], solvers: &[&str]) {
    for solver in solvers {
        let of_solver = || runs.iter().filter(|r| r.solver == *solver);
        let solved = of_solver().filter(|r| r.solved);
        let name = |what: &str| format!("{prefix}_{}_{what}", identifier(solver));
        summary.count(&name("runs"), of_solver().count());
        summary.count(&name("solved"), solved.clone().count());
        let refuted = of_solver().filter(|r| r.claimed && !r.solved);
        summary.count(&name("claims_refuted"), refuted.count());
        // the sum of nothing is −0
        let sum = |cost: &dyn Fn(&Run) -> f64| 0.0 + solved.clone().map(cost).sum::<f64>();
        summary.number(&name("iterations"), sum(&|r| r.iterations as f64));
        summary.number(&name("evaluations"), sum(&|r| r.evaluations as f64));
        summary.number(&name("seconds"), 1e-6 * sum(&|r| r.microseconds));
    }
}

/// A name of letters, digits and underscores.
pub fn identifier(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    let text: String = name.chars().map(plain).collect();
    text.split('_')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}

/// Writes `records.jsonl`, `records.csv`, `summary.json` and the figures.
pub fn write<R: Serialize>(
    out: &Path,
    runs: &[R],
    summary: &Summary,
    figures: &[(&str, String)],
) -> crate::Result<()> {
    let file = |name: &str, text: &str| crate::write(&out.join(name), text);
    let rows = runs.iter().map(serde_json::to_value);
    let rows: Vec<serde_json::Value> = rows.collect::<Result<_, _>>()?;
    let mut lines = String::new();
    for row in &rows {
        let _ = writeln!(lines, "{row}");
    }
    file("records.jsonl", &lines)?;
    file("records.csv", &csv(&rows))?;
    file("summary.json", &summary.json()?)?;
    for (name, document) in figures {
        file(name, document)?;
    }
    say(format_args!(
        "records, summary and figures: {}",
        out.display()
    ));
    Ok(())
}

/// The columns are the fields of the first row; texts are quoted.
fn csv(rows: &[serde_json::Value]) -> String {
    let Some(fields) = rows.first().and_then(|row| row.as_object()) else {
        return String::new();
    };
    let names: Vec<&String> = fields.keys().collect();
    let header: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    let mut text = header.join(",") + "\n";
    for row in rows {
        let cells: Vec<String> = names
            .iter()
            .map(|name| row[name.as_str()].to_string())
            .collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

#[cfg(test)]
pub fn example(problem: &str, solver: &str, evaluations: usize) -> Run {
    Run {
        problem: problem.into(),
        solver: solver.into(),
        variables: 2,
        status: "optimal".into(),
        claimed: true,
        solved: evaluations < 100,
        measure: 1e-9,
        objective: 0.5,
        iterations: evaluations / 2,
        evaluations,
        microseconds: 10.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_over_solved_runs_and_false_claims_are_counted() {
        let runs = [
            example("P", "a b", 10),
            example("Q", "a b", 100),
            example("R", "a b", 20),
        ];
        let mut summary = Summary::default();
        enter(&mut summary, "test", &runs, &["a b"]);
        assert_eq!(summary.get("test_a_b_solved"), Some(2.0));
        assert_eq!(summary.get("test_a_b_evaluations"), Some(30.0));
        assert_eq!(summary.get("test_a_b_claims_refuted"), Some(1.0));
    }

    #[test]
    fn tables_of_values_have_one_line_a_run() {
        let runs: Vec<_> = [example("P, Q", "a", 10), example("R", "b", 3)]
            .iter()
            .map(|run| serde_json::to_value(run).unwrap())
            .collect();
        let text = csv(&runs);
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains("\"P, Q\""), "{text}");
        assert_eq!(csv(&[]), "");
    }

    #[test]
    fn profiles_are_drawn_for_the_chosen_solvers() {
        let runs = [
            example("P", "a", 10),
            example("P", "b", 20),
            example("P", "c", 1),
        ];
        let document = profiles(&runs, &["a", "b"]).unwrap();
        assert!(document.starts_with("<svg ") && !document.contains(">c<"));
    }
}
