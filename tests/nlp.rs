//! Nonlinear programs of Hock and Schittkowski.

use nlp_model::{AutoModel, Meta};
use serde_json::Value;
use stackelberg::nlp_model;
use stackelberg::trust_region::{Start, augmented_lagrangian, sqp};
use stackelberg_tests::data;
use stackelberg_tests::formula::{FormulaModel, formula_model, indexed};

/// A stored problem.
struct Problem {
    model: AutoModel<FormulaModel>,
    name: String,
    x0: Vec<f64>,
    fstar: f64,
}

fn numbers(value: &Value) -> Vec<f64> {
    let infinite = |v: f64| {
        if v.abs() >= 1e20 {
            v.signum() * f64::INFINITY
        } else {
            v
        }
    };
    value
        .as_array()
        .expect("a list")
        .iter()
        .map(|v| infinite(v.as_f64().expect("a number")))
        .collect()
}

fn problems() -> Vec<Problem> {
    let file = match std::env::var("HS_FILE") {
        Ok(f) => serde_json::from_str(&std::fs::read_to_string(f).unwrap()).unwrap(),
        _ => data("hock_schittkowski.json"),
    };
    let list = file["problems"].as_array().expect("a list");
    list.iter().map(read).collect()
}

fn read(entry: &Value) -> Problem {
    let name = entry["name"].as_str().expect("a name").to_owned();
    let x0 = numbers(&entry["x0"]);
    let rows = entry["g"].as_array().expect("rows");
    let formulas: Vec<String> = rows
        .iter()
        .map(|row| row[0].as_str().expect("a formula").to_owned())
        .collect();
    let side = |k: usize| -> Vec<f64> {
        let values: Value = rows.iter().map(|row| row[k].clone()).collect();
        numbers(&values)
    };
    let meta = Meta::new(&*name, x0.len(), rows.len())
        .start(&x0)
        .and_then(|meta| meta.variable_bounds(&numbers(&entry["lb"]), &numbers(&entry["ub"])))
        .and_then(|meta| meta.constraint_bounds(&side(1), &side(2)))
        .expect("the data are consistent");
    let objective = entry["f"].as_str().expect("a formula");
    Problem {
        model: formula_model(meta, &indexed("x", x0.len()), objective, &formulas)
            .expect("formulas that can be read"),
        name,
        x0,
        fstar: entry["fstar"].as_f64().expect("a value"),
    }
}

#[test]
fn the_augmented_lagrangian_solves_every_problem() {
    let mut failures = Vec::new();
    for problem in problems() {
        let solution = augmented_lagrangian::solve(
            &problem.model,
            &Start::at(&problem.x0),
            &augmented_lagrangian::Options {
                polish: std::env::var("NOPOL").is_err(),
                penalty: std::env::var("MU").map_or(10.0, |v| v.parse().unwrap()),
                ..Default::default()
            },
        )
        .expect("valid input");
        let error = (solution.objective - problem.fstar).abs() / problem.fstar.abs().max(1.0);
        let ok = solution.status.is_success() && error <= 1e-6 && solution.violation <= 1e-6;
        eprintln!(
            "{:6} {:20} {:3} {:4} f {:.9} f* {:.9} {} v {:.1e} d {:.1e} {:.2}ms {}",
            problem.name,
            solution.status.to_string(),
            solution.iterations,
            solution.inner_iterations,
            solution.objective,
            problem.fstar,
            if ok { "ok" } else { "FAIL" },
            solution.violation,
            solution.dual_residual,
            solution.seconds * 1e3,
            solution.evaluations.total(),
        );
        if !ok {
            failures.push(problem.name);
        }
    }
    assert!(failures.is_empty(), "{failures:?}");
}

#[test]
fn sequential_quadratic_programming_solves_every_problem() {
    let mut failures = Vec::new();
    for problem in problems() {
        let solution = sqp::solve(
            &problem.model,
            &Start::at(&problem.x0),
            &sqp::Options::default(),
        )
        .expect("valid input");
        let error = (solution.objective - problem.fstar).abs() / problem.fstar.abs().max(1.0);
        let ok = solution.status.is_success() && error <= 1e-6 && solution.violation <= 1e-6;
        eprintln!(
            "{:6} {:20} {:3} {:4} f {:.9} f* {:.9} {} v {:.1e} d {:.1e} {:.2}ms {}",
            problem.name,
            solution.status.to_string(),
            solution.iterations,
            solution.inner_iterations,
            solution.objective,
            problem.fstar,
            if ok { "ok" } else { "FAIL" },
            solution.violation,
            solution.dual_residual,
            solution.seconds * 1e3,
            solution.evaluations.total(),
        );
        if !ok {
            failures.push(problem.name);
        }
    }
    assert!(failures.is_empty(), "{failures:?}");
}
