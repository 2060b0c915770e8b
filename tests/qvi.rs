//! The two QVI examples of Mordukhovich and Outrata (2007), in both readings of the second.

use stackelberg::bolib::{QviProblem, qvi_problems};
use stackelberg::ssn::{Options, value_function::solve_qvi};

/// Solves from both starts and checks F and the point.
fn check(problem: &QviProblem, lambdas: &[f64], options: &Options) {
    let model = problem.build();
    for start in problem.starts {
        for &lambda in lambdas {
            let run = solve_qvi(&*model, start.x, start.y, lambda, options).unwrap();
            assert!(
                run.status.is_success(),
                "{} λ = {lambda}: {run}",
                problem.name
            );
            let error = (run.objective - problem.value).abs();
            assert!(
                error < 1e-5 * problem.value.abs(),
                "{} λ = {lambda}: {run}",
                problem.name
            );
            for (found, known) in run.y.iter().zip(problem.solution.y) {
                assert!(
                    (found - known).abs() < 1e-3,
                    "{} λ = {lambda}: {run}",
                    problem.name
                );
            }
        }
    }
}

/// 0.001, …, 1 in 61 logarithmic steps.
fn small_lambdas() -> Vec<f64> {
    (0..=60)
        .map(|k| 10f64.powf(f64::from(k) / 20.0 - 3.0))
        .collect()
}

#[test]
fn example_6_3_gives_minus_49_for_every_lambda_up_to_1() {
    let problem = &qvi_problems()[0];
    assert_eq!(problem.value, -49.0);
    check(problem, &small_lambdas(), &Options::production());
    check(problem, &small_lambdas(), &Options::published());
}

#[test]
fn example_6_4_as_printed_gives_66_1898() {
    let problem = &qvi_problems()[1];
    assert!((problem.value - 66.1898).abs() < 1e-4);
    for options in [Options::production(), Options::published()] {
        check(problem, &[0.5, 1.0, 2.0, 3.0], &options);
    }
}

#[test]
fn example_6_4_as_a_generalized_nash_game_gives_7_77() {
    let problem = &qvi_problems()[2];
    assert!((problem.value - 7.77).abs() < 1e-12);
    check(
        problem,
        &[0.05, 0.1, 0.3, 0.5, 1.0, 3.0],
        &Options::production(),
    );
}

#[test]
fn a_penalty_parameter_below_the_exact_one_gives_a_smaller_value() {
    let problem = &qvi_problems()[1];
    let (model, start) = (problem.build(), problem.starts[0]);
    let run = solve_qvi(&*model, start.x, start.y, 0.1, &Options::default()).unwrap();
    assert!(run.status.is_success() && run.objective < problem.value - 1.0);
    assert!(
        run.distance > 1e-3,
        "y ≠ ξ tells that the point is not lower-level optimal"
    );
}
