//! Nonlinear programs of Hock and Schittkowski.

use serde_json::Value;
use stackelberg::nlp_model::{AutoModel, Meta, Model};
use stackelberg::trust_region::{self, NlpSolution, Start, augmented_lagrangian, sqp};
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
    let file = data("hock_schittkowski.json");
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

/// Asserts that each problem is solved to its published value; returns the iterations.
fn solve_all(solve: impl Fn(&Problem) -> NlpSolution) -> usize {
    let mut iterations = 0;
    for problem in problems() {
        let solution = solve(&problem);
        let error = (solution.objective - problem.fstar).abs() / problem.fstar.abs().max(1.0);
        let name = &problem.name;
        assert!(solution.status.is_success(), "{name}: {solution}");
        assert!(error <= 1e-6, "{name}: {solution}");
        assert!(solution.violation <= 1e-6, "{name}: {solution}");
        iterations += solution.iterations;
    }
    iterations
}

#[test]
fn sequential_quadratic_programming_solves_every_problem_in_few_iterations() {
    let options = sqp::Options::default();
    let iterations = solve_all(|problem| {
        sqp::solve(&problem.model, &Start::at(&problem.x0), &options).expect("valid input")
    });
    assert!(iterations <= 300, "{iterations} iterations");
}

#[test]
fn the_augmented_lagrangian_solves_every_problem_with_and_without_newton_steps() {
    for polish in [true, false] {
        let options = augmented_lagrangian::Options {
            polish,
            ..Default::default()
        };
        solve_all(|problem| {
            augmented_lagrangian::solve(&problem.model, &Start::at(&problem.x0), &options)
                .expect("valid input")
        });
    }
}

#[test]
fn the_door_agrees_with_its_first_solver() {
    let options = sqp::Options::default();
    solve_all(|problem| {
        trust_region::solve(&problem.model, &Start::at(&problem.x0), &options).expect("valid input")
    });
}

#[test]
fn a_solution_is_a_start_from_which_nothing_is_left_to_do() {
    for problem in problems() {
        let (meta, options) = (problem.model.meta(), sqp::Options::default());
        let mut solver = sqp::Sqp::new(options, meta.nvar(), meta.ncon()).expect("valid options");
        let first = solver
            .run(&problem.model, &Start::at(&problem.x0))
            .expect("valid input");
        let start = Start {
            x: &first.x,
            y: Some(&first.multipliers),
            z: Some(&first.bound_multipliers),
            penalty: Some(first.penalty),
        };
        let second = solver.run(&problem.model, &start).expect("valid input");
        assert!(second.status.is_success(), "{}: {second}", problem.name);
        assert!(second.iterations <= 1, "{}: {second}", problem.name);
    }
}
