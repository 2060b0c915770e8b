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

/// The problems of the file, and example 3, in both senses.
pub fn run(cancel: &CancelToken) -> crate::Result<Vec<Run>> {
    let mut runs = Vec::new();
    let mut add = |name: &str, problem: &Problem, sense: Sense, known: Known| {
        let options = PessimisticOptions {
            sense,
            ..PessimisticOptions::default()
        };
        if !cancel.is_cancelled() {
            runs.push(Run {
                name: name.to_string(),
                known,
                solution: solve(problem, &options)?,
            });
        }
        crate::Result::Ok(())
    };
    for test in problems("pessimistic_tests.json") {
        let problem = Problem::argmin(&test.model)?;
        add(&test.name, &problem, Sense::Pessimistic, test.pessimistic)?;
        add(&test.name, &problem, Sense::Optimistic, test.optimistic)?;
    }
    let model = example_3();
    let problem = Problem::complementarity(&model, 2)?;
    for (sense, value) in [(Sense::Pessimistic, 0.0), (Sense::Optimistic, -4.0)] {
        let known = Known {
            value,
            attained: true,
        };
        add("example 3", &problem, sense, known)?;
    }
    Ok(runs)
}

/// Enters the counts.
pub fn summarize(runs: &[Run], summary: &mut Summary) {
    let solved = runs.iter().filter(|run| run.is_solved()).count();
    summary.count("pessimistic_solved", solved);
    summary.count("pessimistic_total", runs.len());
    let milliseconds = runs.iter().map(|run| 1e3 * run.solution.seconds);
    summary.number(
        "pessimistic_median_milliseconds",
        crate::bench::median(milliseconds),
    );
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
