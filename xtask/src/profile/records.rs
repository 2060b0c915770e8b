//! Outcomes from the `records.jsonl` of a benchmark.
//!
//! A line is an object with `problem`, `solver` or `variant`, the measure, `status`, the costs, and
//! where the problem has several runs `start` and `lambda`. The number of variables is `variables`
//! or the length of `x` and `y`; `history` is optional. Nothing can be solved again here: a claim
//! that the measure refutes is a failure.

use super::outcome::{Cost, Outcome};
use serde_json::{Map, Value};

/// Reads the lines; `measure` names the field that `tolerance` bounds.
pub fn read(
    text: &str,
    measure: &str,
    tolerance: f64,
    costs: &[Cost],
) -> crate::Result<Vec<Outcome>> {
    let mut list = Vec::new();
    for (k, line) in text
        .lines()
        .enumerate()
        .filter(|(_, l)| !l.trim().is_empty())
    {
        let outcome = serde_json::from_str(line)
            .map_err(|e| e.to_string())
            .and_then(|value: Value| outcome(&value, measure, tolerance, costs));
        list.push(outcome.map_err(|e| format!("line {}: {e}", k + 1))?);
    }
    Ok(list)
}

/// Enters the fields of each line of `times` into the record on the same line of `records`, as a benchmark
/// writes them side by side.
pub fn join(records: &str, times: &str) -> crate::Result<String> {
    if records.lines().count() != times.lines().count() {
        return Err("records and times have different numbers of lines".into());
    }
    let mut text = String::new();
    for (k, (record, time)) in records.lines().zip(times.lines()).enumerate() {
        let mut record: Map<String, Value> = serde_json::from_str(record)?;
        let time: Map<String, Value> = serde_json::from_str(time)?;
        for (name, value) in time {
            if *record.entry(name.clone()).or_insert_with(|| value.clone()) != value {
                return Err(format!("line {}: the time is of another `{name}`", k + 1).into());
            }
        }
        text.push_str(&serde_json::to_string(&record)?);
        text.push('\n');
    }
    Ok(text)
}

fn outcome(
    value: &Value,
    measure: &str,
    tolerance: f64,
    costs: &[Cost],
) -> Result<Outcome, String> {
    let text = |name: &str| value[name].as_str().map(str::to_string);
    let missing = |name: &str| format!("no field `{name}`");
    let mut problem = text("problem").ok_or_else(|| missing("problem"))?;
    for name in ["start", "lambda"] {
        if let Some(number) = value[name].as_f64() {
            problem.push_str(&format!(" {name} {number}"));
        }
    }
    // What is not finite is `null` in JSON.
    let number = |name: &str| match &value[name] {
        Value::Null if value.get(name).is_some() => Ok(f64::NAN),
        other => other.as_f64().ok_or_else(|| missing(name)),
    };
    let len = |name: &str| value[name].as_array().map_or(0, Vec::len);
    let history = value["history"].as_array().map_or(&[][..], Vec::as_slice);
    let found = number(measure)?;
    Ok(Outcome {
        problem,
        solver: text("solver")
            .or_else(|| text("variant"))
            .ok_or_else(|| missing("solver"))?,
        variables: value["variables"]
            .as_u64()
            .map_or(len("x") + len("y"), |n| n as usize),
        claimed: value["status"] == "optimal",
        solved: found.abs() <= tolerance,
        measure: found,
        solves: 1,
        costs: costs
            .iter()
            .map(|c| number(&c.name))
            .collect::<Result<_, _>>()?,
        history: history
            .iter()
            .map(|v| v.as_f64().unwrap_or(f64::NAN))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = r#"
{"problem":"P","start":1,"lambda":0.5,"variant":"published","status":"optimal","residual":1e-7,"iterations":4,"x":[1],"y":[1,2],"history":[1.0,null,1e-7]}
{"problem":"P","start":1,"lambda":0.5,"solver":"other","status":"optimal","residual":null,"iterations":9,"variables":3}
"#;

    #[test]
    fn lines_of_a_benchmark_become_outcomes() {
        let list = read(LINES, "residual", 1e-6, &[Cost::new("iterations")]).unwrap();
        assert_eq!(list.len(), 2);
        assert_eq!(list[0].problem, "P start 1 lambda 0.5");
        assert_eq!(
            (list[0].solver.as_str(), list[0].variables),
            ("published", 3)
        );
        assert!(list[0].solved && list[0].claimed && list[0].history[1].is_nan());
        assert_eq!(list[0].costs, [4.0]);
        // A measure that is not a number is no success, whatever the solver says.
        assert!(!list[1].solved && list[1].claimed);
        assert_eq!(list[1].problem, list[0].problem);
    }

    #[test]
    fn times_beside_belong_to_the_records_on_the_same_lines() {
        let records = "{\"problem\":\"P\",\"lambda\":0.5}\n{\"problem\":\"Q\",\"lambda\":1}\n";
        let times =
            "{\"problem\":\"P\",\"microseconds\":3}\n{\"problem\":\"Q\",\"microseconds\":4}\n";
        let joined = join(records, times).unwrap();
        let second: Value = serde_json::from_str(joined.lines().nth(1).unwrap()).unwrap();
        assert_eq!(
            (second["lambda"].as_f64(), second["microseconds"].as_f64()),
            (Some(1.0), Some(4.0))
        );
        assert!(join(records, &times.replace('Q', "R")).is_err());
        assert!(join(records, times.lines().next().unwrap()).is_err());
    }

    #[test]
    fn a_missing_field_is_named_with_its_line() {
        let error = read(LINES, "residual", 1e-6, &[Cost::new("evaluations")]).unwrap_err();
        assert_eq!(error.to_string(), "line 2: no field `evaluations`");
        assert!(read("{", "residual", 1e-6, &[]).is_err());
    }
}
