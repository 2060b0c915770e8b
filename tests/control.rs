//! The bilevel control problem against independent optimal values.

use stackelberg::bolib::{Control, PdeRows};
use stackelberg::nlp_model::{Bilevel, Linearised};
use stackelberg::ssn::continuation::{along_lambda, from_coarse_to_fine};
use stackelberg::ssn::systems::value_function::ValueFunctionSystem;
use stackelberg::ssn::value_function::{solve_bilevel, solve_bilevel_from};
use stackelberg::ssn::{FISCHER_BURMEISTER, Krylov, Options, PairRule, SemismoothSystem, SsnError};
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

#[test]
fn finer_meshes_start_from_coarser_ones_and_end_at_the_optimum() {
    let (x0, y0) = (vec![0.0; 2], vec![0.0; 2 * 9]);
    let options = Options::large_scale();
    for lambda in [1.0 / 3.0, 1.0, 9.0] {
        let levels = [4, 8, 16].map(|cells| Control::new(cells, PdeRows::Equality).unwrap());
        let carry =
            |coarse: &Control, fine: &Control, zeta: &[f64]| coarse.prolongate(fine, zeta, lambda);
        let runs = from_coarse_to_fine(levels, (&x0, &y0), lambda, carry, &options).unwrap();
        for (cells, run) in [4, 8, 16].into_iter().zip(&runs) {
            assert!(run.status.is_success(), "{cells}: {run}");
            assert!((run.objective - optimum(cells).0).abs() < 1e-10, "{run}");
            assert!(run.iterations <= 16, "{run}");
        }
        let finest = Control::new(16, PdeRows::Equality).unwrap();
        let plain = runs[2]
            .plain_residual(&Linearised::new(&finest).unwrap())
            .unwrap();
        assert!(plain <= 1e-8, "λ = {lambda}: {plain}");
    }
}

#[test]
fn inexact_directions_lead_to_the_same_solution() {
    let problem = Control::new(16, PdeRows::Equality).unwrap();
    let (x0, y0) = (vec![0.0; 2], vec![0.0; problem.ny()]);
    let exact = Options::large_scale();
    let inexact = Options {
        krylov: Some(Krylov::default()),
        ..exact.clone()
    };
    for lambda in [1.0 / 3.0, 1.0] {
        let [a, b] = [&exact, &inexact]
            .map(|options| solve_bilevel(&problem, &x0, &y0, lambda, options).unwrap());
        assert!(b.status.is_success(), "{b}");
        assert!((b.objective - optimum(16).0).abs() < 1e-10, "{b}");
        for (a, b) in a.x.iter().chain(&a.y).zip(b.x.iter().chain(&b.y)) {
            assert!((a - b).abs() < 1e-6, "{a} {b}");
        }
    }
}

#[test]
fn products_are_those_of_the_matrix() {
    let rule = PairRule {
        ncp: &FISCHER_BURMEISTER,
        degenerate: 1e-16,
    };
    // quadratic with equalities, and one with third derivatives
    let control = Control::new(4, PdeRows::Equality).unwrap();
    let curved = stackelberg::bolib::problem("SinhaMaloDeb2014TP9")
        .unwrap()
        .build();
    for (bilevel, lambda) in [(&control as &dyn Bilevel, 0.7), (&*curved, 2.0)] {
        let qvi = Linearised::new(bilevel).unwrap();
        let system = ValueFunctionSystem::new(&qvi, lambda, rule).unwrap();
        let n = system.size();
        let vector = |by: f64| -> Vec<f64> { (0..n).map(|i| (by * i as f64).sin()).collect() };
        let (zeta, p) = (vector(1.3), vector(0.7));
        let w = system.jacobian_structure();
        let mut vals = vec![0.0; w.nnz()];
        system.jacobian(&zeta, &mut vals);
        system.shift(0.3, &mut vals);
        let (mut expected, mut found) = (vec![0.0; n], vec![f64::NAN; n]);
        w.mul(&vals, &p, &mut expected);
        assert!(system.has_products());
        system.product(&zeta, 0.3, &p, &mut found);
        for (a, b) in expected.iter().zip(&found) {
            assert!((a - b).abs() <= 1e-12 * (1.0 + a.abs()), "{a} {b}");
        }
    }
}

#[test]
fn a_solution_for_one_parameter_leads_to_the_next() {
    let problem = Control::new(16, PdeRows::Equality).unwrap();
    let (x0, y0) = (vec![0.0; 2], vec![0.0; problem.ny()]);
    let options = Options::large_scale();
    let lambdas = [1.0 / 3.0, 1.0, 3.0, 9.0, 1.0];
    let path = along_lambda(&problem, &x0, &y0, &lambdas, &options).unwrap();
    for (run, lambda) in path.iter().zip(lambdas) {
        assert_eq!(run.lambda, lambda);
        assert!(run.status.is_success(), "{run}");
        assert!((run.objective - optimum(16).0).abs() < 1e-10, "{run}");
    }
    let total = |runs: &[usize]| runs.iter().sum::<usize>();
    let warm: Vec<usize> = path[1..4].iter().map(|run| run.iterations).collect();
    let cold = lambdas[1..4].iter().map(|&lambda| {
        solve_bilevel(&problem, &x0, &y0, lambda, &options)
            .unwrap()
            .iterations
    });
    assert!(total(&warm) < total(&cold.collect::<Vec<_>>()), "{warm:?}");
}

#[test]
fn a_solution_is_a_start_that_needs_no_iteration() {
    let problem = Control::new(8, PdeRows::Equality).unwrap();
    let options = Options::large_scale();
    let run = solve_bilevel(&problem, &[0.0; 2], &vec![0.0; problem.ny()], 1.0, &options).unwrap();
    let again = solve_bilevel_from(&problem, &run.zeta(), 1.0, &options).unwrap();
    assert_eq!((again.iterations, &again.x), (0, &run.x));
    let mut wrong = run.zeta();
    wrong[3] = f64::NAN;
    for zeta in [&wrong[..], &wrong[1..]] {
        let error = solve_bilevel_from(&problem, zeta, 1.0, &options).unwrap_err();
        assert!(matches!(error, SsnError::Model(_)), "{error}");
    }
}
