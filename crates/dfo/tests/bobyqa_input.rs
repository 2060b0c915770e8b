//! BOBYQA: bad input, bad values, and ends.

use dfo::DfoError;
use dfo::bobyqa::{Bobyqa, Evaluation, Options, Solution, Status, Variant, minimize};
use nlp_model::ModelError;

const NONE: f64 = f64::INFINITY;
const BOX: ([f64; 2], [f64; 2]) = ([-1.0; 2], [1.0; 2]);

fn rosenbrock(x: &[f64]) -> f64 {
    let pairs = x.windows(2);
    pairs
        .map(|x| 100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2))
        .sum()
}

/// Σ (xᵢ − 0.3)².
fn bowl(x: &[f64]) -> f64 {
    x.iter().map(|x| (x - 0.3).powi(2)).sum()
}

fn options(radius: f64) -> Options {
    Options {
        radius,
        ..Options::default()
    }
}

fn variants() -> [Options; 2] {
    [Variant::Modern, Variant::Powell].map(|variant| Options {
        variant,
        ..options(0.1)
    })
}

fn solve(f: impl Fn(&[f64]) -> f64, x0: &[f64], options: &Options) -> Solution {
    minimize(f, x0, &BOX.0[..x0.len()], &BOX.1[..x0.len()], options).unwrap()
}

#[test]
fn a_narrow_interval_gets_a_smaller_radius_of_its_own() {
    for gap in [1e-3, 1e-9, 1e-15] {
        let f = |x: &[f64]| bowl(x);
        let found = minimize(f, &[0.0, 0.0], &[-1.0, 0.0], &[1.0, gap], &options(0.25)).unwrap();
        assert!(
            (found.x[0] - 0.3).abs() < 1e-6 && found.x[1] == gap,
            "{found}"
        );
        assert!(found.evaluations < 60, "{found}");
    }
    let powell = Options {
        variant: Variant::Powell,
        ..options(0.25)
    };
    let error = minimize(bowl, &[0.0, 0.0], &[-1.0, 0.0], &[1.0, 0.1], &powell).unwrap_err();
    assert!(matches!(error, DfoError::NarrowBounds { index: 1, .. }));
}

#[test]
fn values_that_are_not_finite_are_barriers() {
    for barrier in [f64::NAN, NONE, -NONE] {
        for options in variants() {
            // the minimizer is inside, the barrier is met at the start, behind, or before it
            let found = solve(
                |x| if x[0] < 0.0 { barrier } else { bowl(x) },
                &[0.5, 0.0],
                &options,
            );
            assert!(found.value < 1e-10, "{found}");
            let at_start = |x: &[f64]| if x == [0.0, 0.0] { barrier } else { bowl(x) };
            let found = solve(at_start, &[0.0, 0.0], &options);
            assert!(found.value < 1e-8 && found.barriers == 1, "{found}");
            let f = |x: &[f64]| if x[0] > 0.1 { barrier } else { bowl(x) };
            let found = solve(f, &[-0.5, 0.0], &options);
            assert!(found.x[0] <= 0.1 && found.value.is_finite() && found.barriers > 0);
            assert!(found.value < 0.1, "{found}");
        }
    }
}

#[test]
fn a_hopeless_objective_is_named() {
    for options in variants() {
        for nothing in [f64::NAN, NONE, -NONE] {
            let found = solve(|_| nothing, &[0.5, 0.0], &options);
            assert_eq!(
                (found.status, &found.x),
                (Status::NoFiniteValue, &vec![0.5, 0.0])
            );
            assert!(found.value.is_nan() && !found.status.is_regular());
        }
        let found = solve(|_| 3.0, &[0.5, 0.0], &options);
        assert_eq!(
            (found.status, &found.x),
            (Status::Constant, &vec![0.5, 0.0])
        );
        let free = |f: fn(&[f64]) -> f64| {
            minimize(f, &[0.0, 0.0], &[-NONE; 2], &[NONE; 2], &options).unwrap()
        };
        assert_eq!(free(|x| -x[0].exp() - x[1].exp()).status, Status::Unbounded);
        assert_eq!(free(|x| x[0] + 2.0 * x[1]).status, Status::Unbounded);
    }
}

#[test]
fn failures_are_counted_by_themselves_and_a_stop_is_obeyed() {
    let f = |x: &[f64]| {
        if x[0] < 0.0 {
            Err("no convergence")
        } else {
            Ok(bowl(x))
        }
    };
    let found = minimize(f, &[0.05, 0.0], &BOX.0, &BOX.1, &options(0.1)).unwrap();
    assert!(
        found.failures > 0 && found.barriers == 0 && found.value < 1e-10,
        "{found}"
    );
    let mut calls = 0;
    let f = |x: &[f64]| {
        calls += 1;
        if calls > 7 {
            Evaluation::Stop
        } else {
            bowl(x).into()
        }
    };
    let found = minimize(f, &[0.0, 0.0], &BOX.0, &BOX.1, &options(0.1)).unwrap();
    assert_eq!((found.status, found.evaluations), (Status::Cancelled, 7));
}

#[test]
fn budget_and_target_end_the_run_with_the_best_point() {
    for limit in [1, 2, 5, 6, 20] {
        let options = Options {
            max_evaluations: limit,
            ..options(0.1)
        };
        let mut seen = Vec::new();
        let f = |x: &[f64]| {
            seen.push(rosenbrock(x));
            rosenbrock(x)
        };
        let found = minimize(f, &[-1.0, 1.0], &BOX.0, &BOX.1, &options).unwrap();
        assert_eq!(
            (found.status, found.evaluations),
            (Status::EvaluationLimit, limit)
        );
        assert_eq!(found.value, seen.iter().copied().fold(NONE, f64::min));
        assert_eq!(rosenbrock(&found.x), found.value);
    }
    let options = Options {
        target: 1e-3,
        ..options(0.1)
    };
    let found = solve(bowl, &[0.0, 0.0], &options);
    assert_eq!(found.status, Status::TargetReached);
    assert!(found.value <= 1e-3);
}

#[test]
fn the_error_of_the_objective_sets_the_radii() {
    // values on a grid of 1e-4: a radius of 1e-6 sees nothing
    let coarse = |x: &[f64]| (bowl(x) * 1e4).round() * 1e-4;
    let options = Options {
        accuracy: 1e-4,
        ..options(1e-6)
    };
    let options = Options {
        final_radius: 1e-8,
        ..options
    };
    let found = solve(coarse, &[-0.5, 0.8], &options);
    assert_eq!(found.status, Status::AccuracyReached);
    assert!(found.first_radius > 1e-4 && found.value <= 1e-3, "{found}");
    let exact = Options {
        accuracy: 0.0,
        ..options
    };
    assert_eq!(solve(coarse, &[-0.5, 0.8], &exact).status, Status::Constant);
}

#[test]
fn misuse_is_an_error_that_names_it() {
    let start = [0.0, 0.0];
    let error = |x0: &[f64], lower: &[f64], upper: &[f64], options: Options| {
        Bobyqa::new(x0, lower, upper, &options).unwrap_err()
    };
    let model = |error| match error {
        DfoError::Model(error) => error,
        other => panic!("{other}"),
    };
    let found = model(error(&[f64::NAN, 0.0], &BOX.0, &BOX.1, options(0.1)));
    assert!(matches!(found, ModelError::NotANumber { index: 0, .. }));
    let found = model(error(&start, &[0.0], &BOX.1, options(0.1)));
    assert!(matches!(
        found,
        ModelError::Dimension {
            expected: 2,
            found: 1,
            ..
        }
    ));
    let found = model(error(&start, &[0.0, 0.6], &[1.0, 0.5], options(0.1)));
    assert!(matches!(
        found,
        ModelError::ContradictoryBounds { index: 1, .. }
    ));
    assert!(Bobyqa::new(&start, &[f64::NAN, 0.0], &BOX.1, &options(0.1)).is_err());
    for (name, bad) in [
        ("radius", options(0.0)),
        ("radius", options(-1.0)),
        ("radius", options(NONE)),
        ("radius", options(f64::NAN)),
        (
            "final_radius",
            Options {
                final_radius: 0.2,
                ..options(0.1)
            },
        ),
        (
            "final_radius",
            Options {
                final_radius: 0.0,
                ..options(0.1)
            },
        ),
        (
            "points",
            Options {
                points: Some(3),
                ..options(0.1)
            },
        ),
        (
            "points",
            Options {
                points: Some(7),
                ..options(0.1)
            },
        ),
        (
            "max_evaluations",
            Options {
                max_evaluations: 0,
                ..options(0.1)
            },
        ),
        (
            "target",
            Options {
                target: f64::NAN,
                ..options(0.1)
            },
        ),
        (
            "accuracy",
            Options {
                accuracy: -1.0,
                ..options(0.1)
            },
        ),
        (
            "scale",
            Options {
                scale: vec![1.0, 0.0],
                ..options(0.1)
            },
        ),
    ] {
        let DfoError::Option { name: found, .. } = error(&start, &BOX.0, &BOX.1, bad) else {
            panic!("{name}");
        };
        assert_eq!(found, name);
    }
    // a start outside of the box is projected
    let run = Bobyqa::new(&[5.0, -7.0], &BOX.0, &BOX.1, &options(0.25)).unwrap();
    assert_eq!(run.ask(), Some([1.0, -1.0].as_slice()));
}

#[test]
fn one_variable_is_enough() {
    for options in variants() {
        let found = solve(|x| (x[0] - 0.3).powi(4) + x[0], &[0.5], &options);
        // 4 (x − 0.3)³ = −1
        let x = 0.3 - 0.25_f64.cbrt();
        assert!(
            (found.x[0] - x).abs() < 1e-5 && found.evaluations < 60,
            "{found}"
        );
    }
}

#[test]
fn infinite_starts_are_refused_and_bounds_without_room_fix_a_variable() {
    let found = Bobyqa::new(&[NONE, 0.0], &BOX.0, &BOX.1, &options(0.1)).unwrap_err();
    assert!(matches!(
        found,
        DfoError::Model(ModelError::Infinite { index: 0, .. })
    ));
    let upper = [1.0, 0.25 + f64::EPSILON / 4.0];
    for options in variants() {
        let found = minimize(bowl, &[0.0, 0.0], &[-1.0, 0.25], &upper, &options).unwrap();
        assert!(
            (found.x[0] - 0.3).abs() < 1e-6 && (found.x[1] - 0.25).abs() < 1e-15,
            "{found}"
        );
    }
}

/// PRIMA takes all of these for 1e30.
#[test]
fn values_beyond_1e30_are_values() {
    for options in variants() {
        let found = solve(|x| 1e35 * (1.0 + bowl(x)), &[-0.5, 0.8], &options);
        assert!(
            found.value < 1e35 * (1.0 + 1e-9) && found.barriers == 0,
            "{found}"
        );
    }
}
