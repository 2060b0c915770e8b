//! Shares and medians: one flat object of numbers, and figures for each λ.

use super::compare::Comparison;
use super::record::Record;
use super::selection::Variant;
use serde_json::{Map, Number, Value};

/// y ≈ ξ means ‖y − ξ‖ ≤ this times max(1, ‖y‖, ‖ξ‖).
pub const Y_NEAR_XI: f64 = 1e-2;

/// Shares of runs, as in Table 2 of the paper, and medians.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    pub runs: usize,
    pub converged: f64,
    pub within_200_iterations: f64,
    pub within_300_iterations: f64,
    pub within_half_a_second: f64,
    pub within_a_second: f64,
    pub full_steps: f64,
    pub y_near_xi: f64,
    pub median_iterations: f64,
    pub median_microseconds: f64,
}

/// The shares over those records that `keep` chooses; NaN when there are none.
pub fn rates(records: &[Record], keep: impl Fn(&Record) -> bool) -> Rates {
    let chosen: Vec<&Record> = records.iter().filter(|r| keep(r)).collect();
    let share = |holds: &dyn Fn(&Record) -> bool| {
        chosen.iter().filter(|r| holds(r)).count() as f64 / chosen.len() as f64
    };
    Rates {
        runs: chosen.len(),
        converged: share(&Record::has_converged),
        within_200_iterations: share(&|r| r.iterations <= 200),
        within_300_iterations: share(&|r| r.iterations <= 300),
        within_half_a_second: share(&|r| r.microseconds <= 0.5e6),
        within_a_second: share(&|r| r.microseconds <= 1e6),
        full_steps: share(&|r| r.full_steps),
        y_near_xi: share(&|r| r.y_xi <= Y_NEAR_XI),
        median_iterations: median(chosen.iter().map(|r| r.iterations as f64)),
        median_microseconds: median(chosen.iter().map(|r| r.microseconds)),
    }
}

/// The middle value, the mean of the two middle ones for an even count; NaN of nothing.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    if n == 0 {
        return f64::NAN;
    }
    0.5 * (sorted[(n - 1) / 2] + sorted[n / 2])
}

/// How the runs of a variant compare with the published ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Runs with a published run of the same problem, start, λ and parameter.
    pub comparable: usize,
    /// Of these, those with the same F.
    pub matched: usize,
    /// Comparable runs whose published run did not reach 1e-6.
    pub unconverged: usize,
    /// Of these, those with the same F.
    pub unconverged_matched: usize,
}

/// Counts agreement over the runs of `variant`.
pub fn agreement(records: &[Record], variant: Variant) -> Agreement {
    let mut count = Agreement::default();
    for r in records.iter().filter(|r| r.variant == variant) {
        let matched = match r.comparison {
            Comparison::Match => 1,
            Comparison::Differs => 0,
            Comparison::NotComparable | Comparison::Absent => continue,
        };
        count.comparable += 1;
        count.matched += matched;
        if r.published_residual.is_some_and(|e| e > 1e-6) {
            count.unconverged += 1;
            count.unconverged_matched += matched;
        }
    }
    count
}

/// A flat object of numbers, to be written as JSON.
#[derive(Clone, Debug, Default)]
pub struct Summary(Map<String, Value>);

impl Summary {
    /// Enters a count.
    pub fn count(&mut self, name: &str, value: usize) {
        self.0.insert(name.into(), Value::from(value));
    }

    /// Enters a number; one that is not finite has no place in JSON and is left out.
    pub fn number(&mut self, name: &str, value: f64) {
        if let Some(number) = Number::from_f64(value) {
            self.0.insert(name.into(), Value::Number(number));
        }
    }

    /// A number entered before.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).and_then(Value::as_f64)
    }

    /// The object as JSON text.
    pub fn json(&self) -> crate::Result<String> {
        Ok(serde_json::to_string_pretty(&self.0)? + "\n")
    }

    /// Enters counts, shares, medians and agreement of all variants that ran.
    pub fn enter_records(&mut self, records: &[Record]) {
        // All variants make the same runs.
        let runs_of = |v: &Variant| records.iter().filter(|r| r.variant == *v).count();
        self.count("runs", Variant::ALL.iter().map(runs_of).max().unwrap_or(0));
        let all = rates(records, |_| true);
        self.number("median_microseconds", all.median_microseconds);
        // Runs that claim success with a residual above the tolerance: must be none.
        let claims = |r: &&Record| r.status == "optimal" && !r.has_converged();
        self.count("false_successes", records.iter().filter(claims).count());
        for variant in Variant::ALL {
            if records.iter().any(|r| r.variant == variant) {
                self.enter_variant(records, variant);
            }
        }
    }

    fn enter_variant(&mut self, records: &[Record], variant: Variant) {
        let r = rates(records, |r| r.variant == variant);
        let name = |suffix: &str| format!("{}_{suffix}", variant.name());
        self.count(&name("runs"), r.runs);
        self.number(&name("converged_fraction"), r.converged);
        self.number(&name("median_iterations"), r.median_iterations);
        self.number(&name("median_microseconds"), r.median_microseconds);
        self.number(&name("within_200_iterations"), r.within_200_iterations);
        self.number(&name("within_300_iterations"), r.within_300_iterations);
        self.number(&name("within_half_a_second"), r.within_half_a_second);
        self.number(&name("within_a_second"), r.within_a_second);
        self.number(&name("full_step_fraction"), r.full_steps);
        self.number(&name("y_near_xi_fraction"), r.y_near_xi);
        let a = agreement(records, variant);
        self.count(&name("rows_comparable"), a.comparable);
        self.count(&name("rows_matched"), a.matched);
        let share = a.matched as f64 / a.comparable as f64;
        self.number(&name("rows_matched_fraction"), share);
        if variant == Variant::Published {
            self.count("published_rows_unconverged", a.unconverged);
            self.count("published_rows_unconverged_matched", a.unconverged_matched);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::example;
    use super::*;

    fn records() -> Vec<Record> {
        let mut list: Vec<Record> = (0..4)
            .map(|k| example("P", k % 2, 1.0, Variant::Published))
            .collect();
        list[0].iterations = 201;
        list[1].residual = 0.5;
        list[2].comparison = Comparison::Match;
        list[2].published_residual = Some(1e-3);
        list[3].comparison = Comparison::Differs;
        list
    }

    #[test]
    fn medians_are_those_of_the_textbook() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0].into_iter()), 2.5);
        assert!(median(std::iter::empty()).is_nan());
    }

    #[test]
    fn shares_count_what_they_say() {
        let r = rates(&records(), |_| true);
        assert_eq!(
            (r.runs, r.converged, r.within_200_iterations),
            (4, 0.75, 0.75)
        );
        assert_eq!(r.within_300_iterations, 1.0);
        assert_eq!(r.median_iterations, 10.0);
    }

    #[test]
    fn the_summary_is_a_flat_object_of_numbers() {
        let mut summary = Summary::default();
        summary.enter_records(&records());
        summary.number("max_derivative_error", f64::NAN);
        let value: Value = serde_json::from_str(&summary.json().unwrap()).unwrap();
        let object = value.as_object().unwrap();
        assert!(object.values().all(Value::is_number));
        assert_eq!(object["published_rows_comparable"], 2);
        assert_eq!(object["published_rows_matched"], 1);
        assert_eq!(object["published_rows_unconverged_matched"], 1);
        assert_eq!(object["false_successes"], 1);
        assert!(!object.contains_key("production_runs"));
        assert!(!object.contains_key("max_derivative_error"));
    }
}
