//! Stored runs of other solvers.

use super::{FEASIBILITY, OBJECTIVE, Record, ours};
use crate::bench::median;
use crate::grid::{Grid, percent};
use serde_json::Value;
use stackelberg_tests::data;

/// One run by the measure of this job.
#[derive(Clone, Debug)]
pub struct Run {
    pub problem: String,
    pub solver: String,
    /// CPU seconds.
    pub seconds: f64,
    pub is_solved: bool,
}

/// All stored runs, each judged against the stored references.
pub fn stored() -> Vec<Run> {
    let references = data("macmpec_small.json");
    let reference = |name: &Value| {
        let problems = references["problems"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        let entry = problems.iter().find(|p| &p["name"] == name);
        entry
            .and_then(|p| p["reference"]["obj"].as_f64())
            .unwrap_or(f64::NAN)
    };
    let runs = data("mpec_baselines.json");
    let list = runs["runs"].as_array().map_or(&[][..], Vec::as_slice);
    let read = |run: &Value| {
        let number = |key: &str| run[key].as_f64().unwrap_or(f64::NAN);
        let of = reference(&run["name"]);
        let text = |key: &str| run[key].as_str().unwrap_or("").to_string();
        Run {
            problem: text("name"),
            solver: text("solver"),
            seconds: number("cpu"),
            is_solved: (number("obj") - of).abs() <= OBJECTIVE * of.abs().max(1.0)
                && number("infeas") <= FEASIBILITY
                && number("comp_min") <= FEASIBILITY,
        }
    };
    list.iter().map(read).collect()
}

/// Names of the solvers, ours first.
pub fn solvers(peers: &[Run]) -> Vec<String> {
    let mut names = vec!["stackelberg".to_string()];
    for run in peers {
        if !names.contains(&run.solver) {
            names.push(run.solver.clone());
        }
    }
    names
}

/// Runs of the problems of `records`, ours and the stored ones.
pub fn all(records: &[Record], peers: &[Run]) -> Vec<Run> {
    let mut runs = ours(records);
    let names: Vec<&str> = records.iter().map(|r| r.problem.name.as_str()).collect();
    let chosen = peers
        .iter()
        .filter(|run| names.contains(&run.problem.as_str()));
    runs.extend(chosen.cloned());
    runs
}

/// How many problems each solver solves, and its median time. A problem that was not run counts as not solved.
pub fn grid(records: &[Record], peers: &[Run]) -> Grid {
    let runs = all(records, peers);
    let mut grid = Grid::new(1, ["solver", "solved", "of", "share", "median ms"]);
    for solver in solvers(peers) {
        let own: Vec<&Run> = runs.iter().filter(|run| run.solver == solver).collect();
        let solved = own.iter().filter(|run| run.is_solved).count();
        let seconds = own.iter().map(|run| run.seconds).filter(|s| s.is_finite());
        grid.push(vec![
            solver,
            solved.to_string(),
            records.len().to_string(),
            percent(solved as f64 / records.len() as f64),
            format!("{:.2}", 1e3 * median(seconds)),
        ]);
    }
    grid
}
