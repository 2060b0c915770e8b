//! Problems whose optimistic and pessimistic values are known.

use super::Summary;
use crate::grid::Grid;
use mpec::pessimistic::{PessimisticOptions, PessimisticSolution, Problem, Sense, solve};
use serde_json::{Value, json};
use stackelberg_tests::problems::pessimistic::{Known, example_3, problems};
use stopping::CancelToken;

/// Values count within this.
const VALUE: f64 = 1e-5;

/// A problem in one sense.
#[derive(Debug)]
pub struct Run {
    pub name: String,
    pub known: Known,
    pub solution: PessimisticSolution,
}

impl Run {
    /// The value reached, and the infimum told to be attained or not as it is.
    pub fn is_solved(&self) -> bool {
        (self.solution.infimum - self.known.value).abs() <= VALUE
            && self.solution.attained == Some(self.known.attained)
    }

    pub fn json(&self) -> Value {
        let s = &self.solution;
        json!({
            "problem": self.name, "sense": format!("{:?}", s.sense), "value": s.infimum,
            "known": self.known.value, "attained": s.attained, "known_attained": self.known.attained,
            "played": format!("{:?}", s.played.x), "played_value": s.played.value,
            "response": format!("{:?}", s.played.y), "evidence": s.played.evidence.to_string(),
            "evaluations": s.counts.evaluations, "inner_failures": s.counts.inner_failures,
            "programs": s.counts.programs, "status": s.status.to_string(), "seconds": s.seconds,
            "solved": self.is_solved(),
        })
    }
}

/// Problems of the literature, and example 3 of the report, in both senses.
pub fn literature(cancel: &CancelToken) -> crate::Result<Vec<Run>> {
    let mut runs = file("pessimistic_tests.json", 1, cancel)?;
    let model = example_3();
    let problem = Problem::complementarity(&model, 2)?;
    for (sense, value) in [(Sense::Pessimistic, 0.0), (Sense::Optimistic, -4.0)] {
        let known = Known {
            value,
            attained: true,
        };
        runs.extend(solved("example 3", &problem, sense, known, cancel)?);
    }
    Ok(runs)
}

/// Problems made for this repository, every `step`-th.
pub fn variants(step: usize, cancel: &CancelToken) -> crate::Result<Vec<Run>> {
    file("pessimistic_variants.json", step, cancel)
}

fn file(name: &str, step: usize, cancel: &CancelToken) -> crate::Result<Vec<Run>> {
    let mut runs = Vec::new();
    for test in problems(name).into_iter().step_by(step) {
        let problem = Problem::argmin(&test.model)?;
        for (sense, known) in [
            (Sense::Pessimistic, test.pessimistic),
            (Sense::Optimistic, test.optimistic),
        ] {
            runs.extend(solved(&test.name, &problem, sense, known, cancel)?);
        }
    }
    Ok(runs)
}

fn solved(
    name: &str,
    problem: &Problem,
    sense: Sense,
    known: Known,
    cancel: &CancelToken,
) -> crate::Result<Option<Run>> {
    if cancel.is_cancelled() {
        return Ok(None);
    }
    let options = PessimisticOptions {
        sense,
        ..PessimisticOptions::default()
    };
    Ok(Some(Run {
        name: name.to_string(),
        known,
        solution: solve(problem, &options)?,
    }))
}

/// Enters the counts under a name.
pub fn summarize(name: &str, runs: &[Run], summary: &mut Summary) {
    let solved = runs.iter().filter(|run| run.is_solved()).count();
    summary.count(&format!("{name}_solved"), solved);
    summary.count(&format!("{name}_total"), runs.len());
    let milliseconds = runs.iter().map(|run| 1e3 * run.solution.seconds);
    let median = crate::bench::median(milliseconds);
    summary.number(&format!("{name}_median_milliseconds"), median);
}

/// One row each.
pub fn grid(runs: &[Run]) -> Grid {
    let mut grid = Grid::new(
        3,
        [
            "problem",
            "sense",
            "evidence",
            "infimum",
            "known",
            "attained",
            "known",
            "x̃",
            "value at x̃",
            "evaluations",
            "IF",
            "ms",
        ],
    );
    for run in runs {
        let s = &run.solution;
        let mark = if run.is_solved() { "" } else { "≠ " };
        let word = |attained: Option<bool>| match attained {
            Some(true) => "yes",
            Some(false) => "no",
            None => "?",
        };
        grid.push(vec![
            run.name.clone(),
            format!("{:?}", s.sense).to_lowercase(),
            s.played.evidence.to_string(),
            format!("{mark}{:.8}", s.infimum),
            run.known.value.to_string(),
            word(s.attained).to_string(),
            word(Some(run.known.attained)).to_string(),
            s.played
                .x
                .iter()
                .map(|x| format!("{x:.8}"))
                .collect::<Vec<_>>()
                .join(", "),
            format!("{:.8}", s.played.value),
            s.counts.evaluations.to_string(),
            s.counts.inner_failures.to_string(),
            format!("{:.0}", 1e3 * s.seconds),
        ]);
    }
    grid
}
