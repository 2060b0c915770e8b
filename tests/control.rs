//! The bilevel control problem against independent optimal values.

use stackelberg::bolib::{Control, PdeRows};
use stackelberg::nlp_model::Bilevel;
use stackelberg::ssn::{Options, value_function::solve_bilevel};
use stackelberg_tests::data;

/// F and x at the optimum for a number of cells a side, by a method that shares nothing with ours.
fn optimum(cells: usize) -> (f64, Vec<f64>) {
    let reference = data("control_reference.json");
    let rows = reference["exact"].as_array().unwrap();
    let row = rows.iter().find(|row| row["Nc"] == cells as u64).unwrap();
    let x = row["x"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect();
    (row["F"].as_f64().unwrap(), x)
}

fn check(cells: usize, rows: PdeRows, lambda: f64) {
    let problem = Control::new(cells, rows).unwrap();
    let (x0, y0) = (vec![0.0; problem.nx()], vec![0.0; problem.ny()]);
    let run = solve_bilevel(&problem, &x0, &y0, lambda, &Options::default()).unwrap();
    let (f, x) = optimum(cells);
    assert!(
        run.status.is_success(),
        "{cells} cells, {rows:?}, λ = {lambda}: {run}"
    );
    assert!(
        (run.objective - f).abs() < 5e-7,
        "{cells} cells, {rows:?}, λ = {lambda}: {run}"
    );
    for (found, known) in run.x.iter().zip(x) {
        assert!(
            (found - known).abs() < 1e-4,
            "{cells} cells, {rows:?}, λ = {lambda}: {run}"
        );
    }
}

#[test]
fn the_optimum_is_reached_to_six_digits_from_zero() {
    for cells in [4, 5, 6, 8] {
        for lambda in [1.0 / 3.0, 1.0, 3.0] {
            check(cells, PdeRows::Equality, lambda);
        }
    }
}

#[test]
fn two_opposite_inequalities_for_the_equation_lead_there_too() {
    for cells in [4, 5, 6] {
        for lambda in [1.0 / 3.0, 1.0] {
            check(cells, PdeRows::OppositeInequalities, lambda);
        }
    }
}

#[test]
fn a_small_penalty_parameter_gives_the_value_of_the_penalized_problem() {
    // λ = 1/9 is below the exact parameter: an independent prototype found F = 0.389489
    let problem = Control::new(4, PdeRows::Equality).unwrap();
    let (x0, y0) = (vec![0.0; problem.nx()], vec![0.0; problem.ny()]);
    let run = solve_bilevel(&problem, &x0, &y0, 1.0 / 9.0, &Options::default()).unwrap();
    assert!(
        run.status.is_success() && (run.objective - 0.389489).abs() < 1e-6,
        "{run}"
    );
}
