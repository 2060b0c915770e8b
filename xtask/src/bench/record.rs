//! One line a run, as JSON and as CSV.

use super::compare::Comparison;
use super::selection::Variant;
use serde::Serialize;
use std::fmt::Write;

/// What a run did, and how it compares with the published run.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// Name of the problem.
    pub problem: &'static str,
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
    pub objective: f64,
    /// f(x, y).
    pub lower_objective: f64,
    /// ‖Φ‖₂ at the end.
    pub residual: f64,
    /// Newton iterations.
    pub iterations: usize,
    /// The last step was a full Newton step.
    pub full_steps: bool,
    /// ‖y − ξ‖ / max(1, ‖y‖, ‖ξ‖).
    pub y_xi: f64,
    /// F(x, ξ): the authors' code sometimes replaces y by its copy ξ at the end.
    pub objective_at_copy: f64,
    /// Time of the call, µs.
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
    pub x: Vec<f64>,
    /// Final y.
    pub y: Vec<f64>,
    /// Final ξ.
    pub xi: Vec<f64>,
    /// ‖Φ‖₂ by iteration.
    pub history: Vec<f64>,
}

impl Record {
    /// True when ‖Φ‖₂ is a number within the tolerance of the variant, whatever the status says.
    pub fn has_converged(&self) -> bool {
        self.residual <= self.variant.tolerance()
    }
}

/// The records as lines of JSON; numbers that are not finite become `null`.
pub fn json_lines(records: &[Record]) -> crate::Result<String> {
    let mut text = String::new();
    for record in records {
        text.push_str(&serde_json::to_string(record)?);
        text.push('\n');
    }
    Ok(text)
}

const COLUMNS: [&str; 19] = [
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
    "microseconds",
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
            format!("{:.2}", r.microseconds),
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
        let text = json_lines(&[record.clone(), record]).unwrap();
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
