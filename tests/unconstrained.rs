//! Trust-region methods on the 55 stored unconstrained problems.

use linalg::slice::norm2;
use nlp_model::Model;
use stackelberg::trust_region::newton::{self, Method};
use stackelberg::trust_region::quasi_newton::{self, Update};
use stackelberg::trust_region::{Options, least_squares};
use stackelberg_tests::problems::unconstrained::problems;

#[test]
fn newtons_method_solves_all_stored_problems() {
    let options = Options::default();
    let (mut iterations, mut evaluations) = (0, 0);
    for problem in problems() {
        let model = problem.least_squares.model();
        let x0 = &problem.least_squares.x0;
        let run = newton::solve(model.as_ref(), x0, Method::Exact, &options).unwrap();
        assert!(run.status.is_success(), "{}: {run}", problem.name());
        let mut g = vec![0.0; x0.len()];
        model.grad(&run.x, &mut g);
        assert_eq!(norm2(&g), run.gradient_norm, "{}", problem.name());
        // Meyer's function: rounding of x alone changes the gradient by 1e-2
        let hidden = problem.name() == "meyer";
        assert!(
            run.gradient_norm <= if hidden { 1e-2 } else { 1e-8 },
            "{run}"
        );
        if problem.classical.is_some() {
            iterations += run.iterations;
            evaluations += run.evaluations.objective;
        }
    }
    assert!(iterations <= 600, "{iterations} iterations");
    assert!(evaluations <= 650, "{evaluations} evaluations");
}

#[test]
fn inexact_steps_solve_the_classical_problems() {
    for method in [
        Method::SteihaugToint,
        Method::GeneralizedLanczos,
        Method::MatrixFree,
    ] {
        for problem in problems().iter().filter(|p| p.classical.is_some()) {
            let model = problem.least_squares.model();
            let x0 = &problem.least_squares.x0;
            let run = newton::solve(model.as_ref(), x0, method, &Options::default()).unwrap();
            assert!(
                run.status.is_success(),
                "{method:?} {}: {run}",
                problem.name()
            );
        }
    }
}

#[test]
fn quasi_newton_methods_solve_the_classical_problems() {
    let options = Options {
        tolerance: 1e-6,
        ..Options::default()
    };
    for update in [Update::Bfgs, Update::Sr1, Update::LimitedMemory(10)] {
        for problem in problems().iter().filter(|p| p.classical.is_some()) {
            let model = problem.least_squares.model();
            let x0 = &problem.least_squares.x0;
            let run = quasi_newton::solve(model.as_ref(), x0, update, &options).unwrap();
            assert!(
                run.status.is_success(),
                "{update:?} {}: {run}",
                problem.name()
            );
        }
    }
}

#[test]
fn levenberg_marquardt_solves_the_classical_problems() {
    let method = least_squares::Method::LevenbergMarquardt;
    for problem in problems().iter().filter(|p| p.classical.is_some()) {
        let model = problem.least_squares.system();
        let x0 = &problem.least_squares.x0;
        let run = least_squares::solve(&model, x0, method, &Options::default()).unwrap();
        assert!(run.status.is_success(), "{}: {run}", problem.name());
        // the reference is the sum of squares, not half of it; Rosenbrock-like problems have one minimum
        let best = problem.best_known();
        let f = problem.least_squares.value(&run.x);
        assert!(
            (2.0 * run.objective - f).abs() <= 1e-12 * f.max(1e-30),
            "{run}"
        );
        assert!(
            f >= best - 1e-9 * best.abs().max(1.0),
            "{}: {f} {best}",
            problem.name()
        );
        assert_eq!(model.meta().nvar(), run.x.len());
    }
}
