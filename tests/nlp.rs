//! Nonlinear programs of Hock and Schittkowski.

use stackelberg::nlp_model::{Model, TwiceSmooth};
use stackelberg::trust_region::{self, NlpSolution, Start, augmented_lagrangian, sqp};
use stackelberg_tests::problems::hock_schittkowski::{Problem, problems, stored};

/// Asserts that each problem is solved to its published value; returns the iterations.
fn solve_all(solve: impl Fn(&Problem, &dyn TwiceSmooth) -> NlpSolution) -> usize {
    let mut iterations = 0;
    for problem in stored() {
        let solution = solve(&problem, &problem.model());
        let error = (solution.objective - problem.least).abs() / problem.least.abs().max(1.0);
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
    let iterations = solve_all(|problem, model| {
        sqp::solve(model, &Start::at(problem.meta.x0()), &options).expect("valid input")
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
        solve_all(|problem, model| {
            augmented_lagrangian::solve(model, &Start::at(problem.meta.x0()), &options)
                .expect("valid input")
        });
    }
}

#[test]
fn the_door_agrees_with_its_first_solver() {
    let options = sqp::Options::default();
    solve_all(|problem, model| {
        trust_region::solve(model, &Start::at(problem.meta.x0()), &options).expect("valid input")
    });
}

#[test]
fn a_solution_is_a_start_from_which_nothing_is_left_to_do() {
    for problem in stored() {
        let (model, options) = (problem.model(), sqp::Options::default());
        let meta = model.meta();
        let mut solver = sqp::Sqp::new(options, meta.nvar(), meta.ncon()).expect("valid options");
        let first = solver
            .run(&model, &Start::at(meta.x0()))
            .expect("valid input");
        let start = Start {
            x: &first.x,
            y: Some(&first.multipliers),
            z: Some(&first.bound_multipliers),
            penalty: Some(first.penalty),
        };
        let second = solver.run(&model, &start).expect("valid input");
        assert!(second.status.is_success(), "{}: {second}", problem.name);
        assert!(second.iterations <= 1, "{}: {second}", problem.name);
    }
}

#[test]
fn every_problem_ends_stationary_and_all_but_three_at_the_best_value() {
    // 16, 20 and 41 end at other stationary points
    let mut at_best = 0;
    let list = problems();
    for problem in &list {
        let model = problem.model();
        let start = Start::at(problem.meta.x0());
        let solution =
            trust_region::solve(&model, &start, &sqp::Options::default()).expect("valid input");
        let name = &problem.name;
        assert!(solution.status.is_success(), "{name}: {solution}");
        let error = (solution.objective - problem.least).abs() / problem.least.abs().max(1.0);
        at_best += usize::from(error <= 1e-6);
    }
    assert!(at_best + 3 >= list.len(), "{at_best} of {}", list.len());
}
