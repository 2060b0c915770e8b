//! One line a run, as JSON and as CSV.

use super::compare::Comparison;
use super::selection::Variant;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt::Write;

/// A name of the catalogue. (An alias, so that serde does not take it for text borrowed from the line.)
pub type ProblemName = &'static str;

/// What a run did, and how it compares with the published run.
///
/// Written as a line it holds nothing that differs between two runs of the same code: its time is a
/// [`Time`] beside.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Name of the problem.
    #[serde(deserialize_with = "name")]
    pub problem: ProblemName,
    /// Its number in Table 1 of the paper.
    pub number: usize,
    /// Number of the start, from 0.
    pub start: usize,
    /// Penalty parameter λ.
    pub lambda: f64,
    /// Variant of the algorithm.
    pub variant: Variant,
    /// How the run ended.
    pub status: String,
    /// F(x, y).
    #[serde(deserialize_with = "number")]
    pub objective: f64,
    /// f(x, y).
    #[serde(deserialize_with = "number")]
    pub lower_objective: f64,
    /// ‖Φ‖₂ at the end.
    #[serde(deserialize_with = "number")]
    pub residual: f64,
    /// Newton iterations.
    pub iterations: usize,
    /// The last step was a full Newton step.
    pub full_steps: bool,
    /// ‖y − ξ‖ / max(1, ‖y‖, ‖ξ‖).
    #[serde(deserialize_with = "number")]
    pub y_xi: f64,
    /// F(x, ξ): the authors' code sometimes replaces y by its copy ξ at the end.
    #[serde(deserialize_with = "number")]
    pub objective_at_copy: f64,
    /// Time of the call, µs.
    #[serde(skip)]
    pub microseconds: f64,
    /// Published F, when the run is in the supplement.
    pub published_objective: Option<f64>,
    /// Published ‖Φ‖.
    pub published_residual: Option<f64>,
    /// Published iterations.
    pub published_iterations: Option<usize>,
    /// Whether F agrees with the published value.
    pub comparison: Comparison,
    /// Why it does not agree, or why it cannot be compared; empty otherwise.
    pub reason: String,
    /// Final x.
    #[serde(deserialize_with = "numbers")]
    pub x: Vec<f64>,
    /// Final y.
    #[serde(deserialize_with = "numbers")]
    pub y: Vec<f64>,
    /// Final ξ.
    #[serde(deserialize_with = "numbers")]
    pub xi: Vec<f64>,
    /// ‖Φ‖₂ by iteration.
    #[serde(deserialize_with = "numbers")]
    pub history: Vec<f64>,
}

impl Record {
    /// True when ‖Φ‖₂ is a number within the tolerance of the variant, whatever the status says.
    pub fn has_converged(&self) -> bool {
        self.residual <= self.variant.tolerance()
    }

    /// Of which run.
    pub fn key(&self) -> RunKey {
        run_key(self.variant, self.problem, self.start, self.lambda)
    }

    /// How long it took.
    pub fn time(&self) -> Time {
        Time {
            problem: self.problem,
            start: self.start,
            lambda: self.lambda,
            variant: self.variant,
            microseconds: self.microseconds,
        }
    }
}

/// The time of a run, on a line of its own.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Time {
    /// As in [`Record`].
    #[serde(deserialize_with = "name")]
    pub problem: ProblemName,
    /// As in [`Record`].
    pub start: usize,
    /// As in [`Record`].
    pub lambda: f64,
    /// As in [`Record`].
    pub variant: Variant,
    /// Time of the call, µs.
    pub microseconds: f64,
}

/// What tells the runs of a sweep apart: variant, problem, start and λ.
pub type RunKey = String;

/// The key of a run.
pub fn run_key(variant: Variant, problem: &str, start: usize, lambda: f64) -> RunKey {
    format!("{}, {problem}, start {start}, λ = {lambda}", variant.name())
}

impl Time {
    /// Of which run.
    pub fn key(&self) -> RunKey {
        run_key(self.variant, self.problem, self.start, self.lambda)
    }
}

/// The name of a problem of the catalogue.
fn name<'de, D: Deserializer<'de>>(input: D) -> Result<&'static str, D::Error> {
    let name = String::deserialize(input)?;
    let problem = bolib::problem(&name).map_err(serde::de::Error::custom)?;
    Ok(problem.name)
}

/// A number; `null` stands for what is not finite.
fn number<'de, D: Deserializer<'de>>(input: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(input)?.unwrap_or(f64::NAN))
}

fn numbers<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<f64>, D::Error> {
    let list: Vec<Option<f64>> = Vec::deserialize(input)?;
    Ok(list.into_iter().map(|v| v.unwrap_or(f64::NAN)).collect())
}

/// Records or times as lines of JSON; numbers that are not finite become `null`.
pub fn json_lines<T: Serialize>(records: impl IntoIterator<Item = T>) -> crate::Result<String> {
    let mut text = String::new();
    for record in records {
        text.push_str(&serde_json::to_string(&record)?);
        text.push('\n');
    }
    Ok(text)
}

const COLUMNS: [&str; 18] = [
    "problem",
    "number",
    "start",
    "lambda",
    "variant",
    "status",
    "objective",
    "lower_objective",
    "residual",
    "iterations",
    "full_steps",
    "y_xi",
    "objective_at_copy",
    "published_objective",
    "published_residual",
    "published_iterations",
    "comparison",
    "reason",
];

/// The scalar fields of the records as comma-separated values with a header.
pub fn csv(records: &[Record]) -> String {
    let mut text = COLUMNS.join(",");
    text.push('\n');
    for r in records {
        let fields = [
            r.problem.to_string(),
            r.number.to_string(),
            r.start.to_string(),
            r.lambda.to_string(),
            r.variant.name().to_string(),
            r.status.clone(),
            r.objective.to_string(),
            r.lower_objective.to_string(),
            r.residual.to_string(),
            r.iterations.to_string(),
            r.full_steps.to_string(),
            r.y_xi.to_string(),
            r.objective_at_copy.to_string(),
            optional(r.published_objective),
            optional(r.published_residual),
            optional(r.published_iterations),
            r.comparison.name().to_string(),
            r.reason.clone(),
        ];
        let _ = writeln!(text, "{}", fields.map(|f| quoted(&f)).join(","));
    }
    text
}

fn optional<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}

/// A field that holds a comma, a quote or a line break is quoted, quotes are doubled (RFC 4180).
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_string()
    }
}

/// A record for tests: converged, F = 1, 10 iterations, 100 µs.
#[cfg(test)]
pub fn example(problem: &'static str, start: usize, lambda: f64, variant: Variant) -> Record {
    Record {
        problem,
        number: 3,
        start,
        lambda,
        variant,
        status: "optimal".into(),
        objective: 1.0,
        lower_objective: 0.0,
        residual: 1e-9,
        iterations: 10,
        full_steps: true,
        y_xi: 0.0,
        objective_at_copy: 1.0,
        microseconds: 100.0,
        published_objective: None,
        published_residual: None,
        published_iterations: None,
        comparison: Comparison::Absent,
        reason: String::new(),
        x: vec![0.0],
        y: vec![0.0],
        xi: vec![0.0],
        history: vec![1.0, 1e-9],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_is_one_line_of_json_with_all_fields() {
        let mut record = example("Bard1988Ex1", 1, 3.0, Variant::Production);
        record.residual = f64::NAN;
        let text = json_lines([&record, &record]).unwrap();
        assert_eq!(text.lines().count(), 2);
        let value: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!(value["variant"], "production");
        assert!(value["residual"].is_null());
        assert_eq!(value["history"][0], 1.0);
    }

    #[test]
    fn a_reason_with_commas_stays_one_field() {
        let mut record = example("Bard1988Ex1", 0, 1.0, Variant::Published);
        record.reason = "converged, says \"nobody\"".into();
        let text = csv(&[record]);
        let line = text.lines().nth(1).unwrap();
        assert!(
            line.ends_with(",\"converged, says \"\"nobody\"\"\""),
            "{line}"
        );
        assert_eq!(
            text.lines().next().unwrap().split(',').count(),
            COLUMNS.len()
        );
    }

    #[test]
    fn a_residual_that_is_not_a_number_never_counts_as_converged() {
        let mut record = example("Bard1988Ex1", 0, 1.0, Variant::Production);
        assert!(record.has_converged());
        record.residual = f64::NAN;
        assert!(!record.has_converged());
    }
}
