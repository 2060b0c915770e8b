//! The methods for unconstrained problems: solutions, rounding, and everything that can go wrong.

use nlp_model::{AutoModel, ClosureModel, Functions, Meta, Model, Scalar};
use stopping::Status;
use trust_region::newton::{self, Method};
use trust_region::quasi_newton::{self, Update};
use trust_region::{Options, Solution, TrustRegionError, least_squares};

const METHODS: [Method; 4] = [
    Method::Exact,
    Method::SteihaugToint,
    Method::GeneralizedLanczos,
    Method::MatrixFree,
];
const UPDATES: [Update; 3] = [Update::Bfgs, Update::Sr1, Update::LimitedMemory(5)];

/// A function of one formula.
macro_rules! model {
    ($name:ident, $n:expr, |$x:ident| $f:expr) => {{
        struct $name;
        impl Functions for $name {
            fn obj<T: Scalar>(&self, $x: &[T]) -> T {
                $f
            }
        }
        AutoModel::new($name, Meta::new(stringify!($name), $n, 0))
    }};
}

fn rosenbrock() -> impl nlp_model::TwiceSmooth {
    model!(Rosenbrock, 2, |x| (x[1] - x[0] * x[0]).powi(2) * 100.0
        + (x[0] - 1.0).powi(2))
}

/// Runs of all methods that take an objective.
fn all(model: &dyn nlp_model::TwiceSmooth, x0: &[f64], options: &Options) -> Vec<Solution> {
    let newton = METHODS.map(|method| newton::solve(model, x0, method, options).unwrap());
    let quasi = UPDATES.map(|update| quasi_newton::solve(model, x0, update, options).unwrap());
    newton.into_iter().chain(quasi).collect()
}

#[test]
fn every_method_finds_the_minimum_of_rosenbrocks_function() {
    for run in all(&rosenbrock(), &[-1.2, 1.0], &Options::default()) {
        assert_eq!(run.status, Status::Optimal, "{run}");
        assert!(
            (run.x[0] - 1.0).abs() < 1e-7 && (run.x[1] - 1.0).abs() < 1e-7,
            "{run}"
        );
        assert!(run.gradient_norm <= 1e-8 && run.score <= 1e-8);
        assert!(run.iterations <= 120, "{run}");
        assert!(run.evaluations.objective == run.iterations + 1);
    }
}

#[test]
fn saddle_points_are_left() {
    // minima at (0, ±1), f = −1/4; the saddle point 0 attracts gradient methods along the first axis
    let model = model!(Saddle, 2, |x| x[0].powi(2) + x[1].powi(4) * 0.25
        - x[1].powi(2) * 0.5);
    let run = newton::solve(&model, &[1.0, 1e-12], Method::Exact, &Options::default()).unwrap();
    assert!(
        run.status.is_success() && (run.objective + 0.25).abs() < 1e-14,
        "{run}"
    );
    assert!((run.x[1] - 1.0).abs() < 1e-8);
}

#[test]
fn rounding_of_the_objective_does_not_hide_the_minimum() {
    // f is known to 1e-6 only; its gradient to all digits
    let model = model!(Offset, 2, |x| (x[0] - 1.0).powi(2) * 1e-3
        + (x[1] + 2.0).powi(4) * 1e-2
        + (x[1] + 2.0).powi(2) * 1e-2
        + 1e10);
    for method in METHODS {
        let run = newton::solve(&model, &[30.0, 40.0], method, &Options::default()).unwrap();
        assert_eq!(run.status, Status::Optimal, "{run}");
        assert!(
            (run.x[0] - 1.0).abs() < 1e-5 && (run.x[1] + 2.0).abs() < 1e-6,
            "{run}"
        );
    }
}

#[test]
fn trial_points_outside_of_the_domain_shorten_the_step() {
    // x − ln x from 1.9: Newton's step goes to 0.19, a gradient step of length 1.9 leaves the domain
    let model = model!(Barrier, 2, |x| x[0] - x[0].ln() + x[1] * 10.0 - x[1].ln());
    for run in all(&model, &[3.9, 7.0], &Options::default()) {
        assert_eq!(run.status, Status::Optimal, "{run}");
        assert!(
            (run.x[0] - 1.0).abs() < 1e-7 && (run.x[1] - 0.1).abs() < 1e-7,
            "{run}"
        );
    }
}

#[test]
fn nan_is_never_a_success() {
    let nan = f64::NAN;
    let model = |f: f64, g: f64, h: f64| {
        ClosureModel::builder(Meta::new("nan", 1, 0))
            .obj(move |x| x[0] * x[0] + f)
            .grad(move |x, out| out[0] = 2.0 * x[0] + g)
            .hess(linalg::Pattern::diagonal(1), move |_, _, sigma, v| {
                v[0] = 2.0 * sigma + h
            })
            .build()
            .unwrap()
    };
    for model in [model(nan, 0.0, 0.0), model(0.0, nan, 0.0)] {
        for run in all(&model, &[1.0], &Options::default()) {
            assert_eq!(run.status, Status::DomainError, "{run}");
        }
    }
    let hessian = model(0.0, 0.0, nan);
    for method in METHODS {
        let run = newton::solve(&hessian, &[1.0], method, &Options::default()).unwrap();
        assert_eq!(run.status, Status::DomainError, "{run}");
    }
    // a domain of one point
    let point = ClosureModel::builder(Meta::new("point", 1, 0))
        .obj(move |x| if x[0] == 1.0 { 0.0 } else { nan })
        .grad(|_, out| out[0] = 1.0)
        .hess(linalg::Pattern::diagonal(1), |_, _, _, v| v[0] = 0.0)
        .build()
        .unwrap();
    for run in all(&point, &[1.0], &Options::default()) {
        assert_eq!(run.status, Status::DomainError, "{run}");
    }
}

#[test]
fn unbounded_problems_are_told() {
    let model = model!(Falling, 2, |x| x[0].powi(2) - x[1].powi(2));
    for run in all(&model, &[1.0, 0.1], &Options::default()) {
        let unbounded = [Status::UnboundedObjective, Status::UnboundedIterates];
        assert!(unbounded.contains(&run.status), "{run}");
    }
}

#[test]
fn a_wrong_gradient_ends_without_success() {
    let model = ClosureModel::builder(Meta::new("wrong", 1, 0))
        .obj(|x| x[0] * x[0])
        .grad(|x, out| out[0] = -2.0 * x[0])
        .hess(linalg::Pattern::diagonal(1), |_, _, sigma, v| {
            v[0] = 2.0 * sigma
        })
        .build()
        .unwrap();
    for run in all(&model, &[1.0], &Options::default()) {
        assert!(!run.status.is_success(), "{run}");
    }
}

#[test]
fn the_limit_of_iterations_is_the_number_of_iterations() {
    for limit in [1, 5] {
        let options = Options {
            max_iterations: limit,
            ..Options::default()
        };
        for run in all(&rosenbrock(), &[-1.2, 1.0], &options) {
            assert_eq!(
                (run.status, run.iterations),
                (Status::IterationLimit, limit)
            );
        }
    }
}

#[test]
fn misuse_is_an_error() {
    let model = rosenbrock();
    let solve = |x0: &[f64], options: &Options| newton::solve(&model, x0, Method::Exact, options);
    let defaults = Options::default();
    assert!(matches!(
        solve(&[1.0], &defaults),
        Err(TrustRegionError::Model(_))
    ));
    assert!(matches!(
        solve(&[1.0, f64::NAN], &defaults),
        Err(TrustRegionError::Model(_))
    ));
    for options in [
        Options {
            tolerance: 0.0,
            ..defaults
        },
        Options {
            tolerance: f64::NAN,
            ..defaults
        },
        Options {
            relative_tolerance: 1.0,
            ..defaults
        },
        Options {
            first_radius: Some(0.0),
            ..defaults
        },
        Options {
            first_radius: Some(f64::INFINITY),
            ..defaults
        },
    ] {
        assert!(matches!(
            solve(&[1.0, 1.0], &options),
            Err(TrustRegionError::Option { .. })
        ));
    }
    let none = quasi_newton::solve(&model, &[1.0, 1.0], Update::LimitedMemory(0), &defaults);
    assert!(matches!(none, Err(TrustRegionError::Option { .. })));

    struct Bounded;
    impl Functions for Bounded {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            x[0].powi(2)
        }
        fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
            c.iter_mut().for_each(|c| *c = x[0]);
        }
    }
    let bounds = Meta::new("", 1, 0).variable_bounds(&[0.0], &[1.0]).unwrap();
    for meta in [bounds, Meta::new("", 1, 1)] {
        let model = AutoModel::new(Bounded, meta);
        let error = newton::solve(&model, &[1.0], Method::Exact, &defaults);
        assert_eq!(error, Err(TrustRegionError::Constrained));
        let error = quasi_newton::solve(&model, &[1.0], Update::Bfgs, &defaults);
        assert_eq!(error, Err(TrustRegionError::Constrained));
    }
    let rows = AutoModel::new(Bounded, Meta::new("", 1, 1));
    let error = least_squares::solve(
        &rows,
        &[1.0],
        least_squares::Method::SteihaugToint,
        &defaults,
    );
    assert_eq!(error, Err(TrustRegionError::Constrained));
}

/// Residuals xᵢ² − i, and one that depends on nothing but the sum.
struct Squares(usize);
impl Functions for Squares {
    fn obj<T: Scalar>(&self, _: &[T]) -> T {
        T::from(0.0)
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        let mut sum = T::from(0.0);
        for (i, x) in x.iter().enumerate() {
            c[i] = *x * *x;
            sum += *x;
        }
        c[self.0] = sum * 1e-3;
    }
}

#[test]
fn least_squares_meets_its_equations_in_both_ways_and_any_units() {
    let n = 5;
    let mut b: Vec<f64> = (1..=n).map(|i| i as f64).collect();
    b.push(b.iter().map(|v| v.sqrt()).sum::<f64>() * 1e-3);
    let meta = Meta::new("squares", n, n + 1)
        .constraint_bounds(&b, &b)
        .unwrap();
    let model = AutoModel::new(Squares(n), meta);
    for method in [
        least_squares::Method::LevenbergMarquardt,
        least_squares::Method::SteihaugToint,
    ] {
        let run = least_squares::solve(&model, &[3.0; 5], method, &Options::default()).unwrap();
        assert_eq!(run.status, Status::Optimal, "{run}");
        for (x, b) in run.x.iter().zip(&b) {
            assert!((x - b.sqrt()).abs() < 1e-8, "{run}");
        }
        let mut c = vec![0.0; n + 1];
        model.cons(&run.x, &mut c);
        let half: f64 = c.iter().zip(&b).map(|(c, b)| 0.5 * (c - b).powi(2)).sum();
        assert!((run.objective - half).abs() < 1e-15);
    }
}

#[test]
fn a_jacobian_without_full_rank_is_no_obstacle() {
    // one equation x₀ + x₁ = 2, a variable on which nothing depends
    struct Line;
    impl Functions for Line {
        fn obj<T: Scalar>(&self, _: &[T]) -> T {
            T::from(0.0)
        }
        fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
            c[0] = x[0] + x[1];
        }
    }
    let meta = Meta::new("line", 3, 1)
        .constraint_bounds(&[2.0], &[2.0])
        .unwrap();
    let model = AutoModel::new(Line, meta);
    let method = least_squares::Method::LevenbergMarquardt;
    let run = least_squares::solve(&model, &[5.0, 1.0, 7.0], method, &Options::default()).unwrap();
    assert_eq!(run.status, Status::Optimal, "{run}");
    assert!(
        (run.x[0] + run.x[1] - 2.0).abs() < 1e-8 && run.x[2] == 7.0,
        "{run}"
    );
    // nearest to the start
    assert!((run.x[0] - run.x[1] - 4.0).abs() < 1e-6, "{run}");
}

#[test]
fn runs_are_repeatable_to_the_last_bit() {
    let options = Options::default();
    let model = rosenbrock();
    let (first, second) = (
        all(&model, &[-1.2, 1.0], &options),
        all(&model, &[-1.2, 1.0], &options),
    );
    for (a, b) in first.iter().zip(&second) {
        assert_eq!(
            (&a.x, a.objective, a.evaluations),
            (&b.x, b.objective, b.evaluations)
        );
    }
}

#[test]
fn a_solution_prints_what_it_cost() {
    let model = rosenbrock();
    let run = newton::solve(&model, &[-1.2, 1.0], Method::Exact, &Options::default()).unwrap();
    let text = run.to_string();
    assert!(
        text.starts_with("optimal after ") && text.contains("Hessians"),
        "{text}"
    );
}
