//! Whether a run reproduces the published one, and why not.

use super::published::PublishedProblem;
use super::record::Record;
use serde::{Deserialize, Serialize};

/// Outcome of the comparison with the published run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// |F − F published| ≤ 1e-2 max(1, |F published|).
    Match,
    /// F differs by more.
    Differs,
    /// The published run belongs to other functions or parameters.
    NotComparable,
    /// There is no published run with this start and λ.
    Absent,
}

impl Comparison {
    /// Name in files.
    pub fn name(self) -> &'static str {
        match self {
            Comparison::Match => "match",
            Comparison::Differs => "differs",
            Comparison::NotComparable => "not_comparable",
            Comparison::Absent => "absent",
        }
    }

    /// Mark in tables.
    pub fn mark(self) -> &'static str {
        match self {
            Comparison::Match => "=",
            Comparison::Differs => "≠",
            Comparison::NotComparable => "·",
            Comparison::Absent => " ",
        }
    }
}

/// Relative agreement asked of F, absolute below 1: the published values have two decimals.
pub const AGREEMENT: f64 = 1e-2;

/// Whether `ours` equals the published value `theirs` to [`AGREEMENT`]; false for NaN.
pub fn agrees(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= AGREEMENT * theirs.abs().max(1.0)
}

/// Enters into `record` what the supplement says about the same run, with the reason for a difference.
pub fn compare(record: &mut Record, published: &PublishedProblem) {
    let Some(run) = published.run(record.start, record.lambda) else {
        record.comparison = Comparison::Absent;
        return;
    };
    record.published_objective = Some(run.objective);
    record.published_residual = Some(run.error);
    record.published_iterations = Some(run.iter);
    if let Some(obstacle) = published.obstacle(run) {
        record.comparison = Comparison::NotComparable;
        record.reason = obstacle.to_string();
    } else if agrees(record.objective, run.objective) {
        record.comparison = Comparison::Match;
    } else {
        record.comparison = Comparison::Differs;
        record.reason = reason(record, published, run.objective, run.has_converged());
    }
}

/// The first reason that applies; the later ones suppose that both runs have converged.
fn reason(
    record: &Record,
    published: &PublishedProblem,
    theirs: f64,
    they_converged: bool,
) -> String {
    let ours = record.objective;
    let is_of_another_run = || {
        published
            .values(record.lambda)
            .any(|value| agrees(ours, value))
    };
    let text = if !they_converged && !record.has_converged() {
        "neither run converged"
    } else if !they_converged {
        "the published run did not converge"
    } else if !record.has_converged() {
        "our run did not converge"
    } else if agrees(record.objective_at_copy, theirs) {
        "the published y is the copy ξ: post-processing of the authors' code"
    } else if let Some(caution) = &published.caution {
        caution
    } else if is_of_another_run() {
        "our value is that of another published run with this λ"
    } else if ours < theirs {
        "another solution of Φ = 0, with a lower F"
    } else {
        "another solution of Φ = 0, with a higher F"
    };
    text.to_string()
}

#[cfg(test)]
mod tests {
    use super::super::published::Published;
    use super::super::record::example;
    use super::super::selection::Variant;
    use super::*;

    const DATA: &str = r#"{"problems": [{"name": "P", "table1": [{"exponent": 0, "F": 7.0}],
        "runs": [
            {"exponent": 0, "start": 0, "F": 17.0, "iter": 9, "error": 1e-9, "err_yxi": 0.0},
            {"exponent": 0, "start": 1, "F": 30.0, "iter": 9, "error": 1e-9, "err_yxi": 0.0},
            {"exponent": 1, "start": 0, "F": 2.0, "iter": 9, "error": 0.5, "err_yxi": null},
            {"exponent": 2, "start": 0, "F": 2.0, "iter": 9, "error": 1e-9, "err_yxi": 0.0,
             "not_comparable": "another ρ"}
        ]}]}"#;

    fn compared(lambda: f64, change: impl Fn(&mut Record)) -> Record {
        let published = Published::parse(DATA).unwrap();
        let mut record = example("P", 0, lambda, Variant::Published);
        change(&mut record);
        compare(&mut record, published.problem("P").unwrap());
        record
    }

    #[test]
    fn values_agree_to_one_percent_and_never_when_not_a_number() {
        assert!(agrees(17.16, 17.0) && !agrees(17.18, 17.0));
        assert!(agrees(0.009, 0.0) && !agrees(0.011, 0.0));
        assert!(!agrees(f64::NAN, 0.0));
        let record = compared(1.0, |r| r.objective = 17.1);
        assert_eq!(record.comparison, Comparison::Match);
        assert_eq!(record.published_iterations, Some(9));
        assert_eq!(record.reason, "");
    }

    #[test]
    fn a_difference_has_a_reason() {
        let reason = |lambda, change: &dyn Fn(&mut Record)| compared(lambda, change).reason;
        let other = reason(1.0, &|r| r.objective = 30.0);
        assert!(other.contains("another published run"), "{other}");
        let table = reason(1.0, &|r| r.objective = 7.0);
        assert!(table.contains("another published run"), "{table}");
        let lower = reason(1.0, &|r| r.objective = 3.0);
        assert!(lower.contains("lower F"), "{lower}");
        let copy = reason(1.0, &|r| (r.objective, r.objective_at_copy) = (3.0, 17.0));
        assert!(copy.contains("copy ξ"), "{copy}");
        let theirs = reason(3.0, &|_| ());
        assert!(
            theirs.contains("published run did not converge"),
            "{theirs}"
        );
        let ours = reason(1.0, &|r| r.residual = f64::NAN);
        assert!(ours.contains("our run"), "{ours}");
    }

    #[test]
    fn runs_of_other_functions_and_missing_runs_are_told_apart() {
        let other = compared(9.0, |_| ());
        assert_eq!(other.comparison, Comparison::NotComparable);
        assert_eq!(other.reason, "another ρ");
        assert_eq!(compared(0.5, |_| ()).comparison, Comparison::Absent);
    }
}
