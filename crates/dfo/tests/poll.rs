//! The poll on functions whose minimizers are known.

use dfo::{DfoError, Poll, PollOptions, Verdict, poll};
use nlp_model::ModelError;
use proptest::prelude::*;

const NONE: f64 = f64::INFINITY;

fn free(f: impl Fn(&[f64]) -> f64, x: &[f64], options: &PollOptions) -> Poll {
    let (lower, upper) = (vec![-NONE; x.len()], vec![NONE; x.len()]);
    poll(&f, x, f(x), &lower, &upper, options).unwrap()
}

fn rosenbrock(x: &[f64]) -> f64 {
    100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2)
}

#[test]
fn a_smooth_valley_is_followed_to_its_minimizer() {
    let options = PollOptions {
        max_evaluations: 200_000,
        ..PollOptions::default()
    };
    let found = free(rosenbrock, &[-1.2, 1.0], &options);
    assert_eq!(found.verdict, Verdict::Refuted);
    assert!(
        (found.point[0] - 1.0).abs() < 1e-4 && (found.point[1] - 1.0).abs() < 1e-4,
        "{found}"
    );
    assert!(found.radius <= 2.0 * options.final_radius);
}

#[test]
fn a_minimizer_is_not_refuted() {
    for n in [1, 2, 5, 6, 9] {
        let x = vec![0.25; n];
        let f = |x: &[f64]| x.iter().map(|x| (x - 0.25).powi(2)).sum();
        let found = free(f, &x, &PollOptions::default());
        assert_eq!(found.verdict, Verdict::NoBetterPointFound);
        assert_eq!((found.value, &found.point), (0.0, &x));
        // radii 2⁰, …, 2⁻²⁶ ≥ 1e-8, each polled once
        let directions = if (2..=5).contains(&n) {
            2 * n * n
        } else {
            2 * n
        };
        assert_eq!(found.evaluations, 27 * directions);
    }
}

#[test]
fn a_kink_across_the_axes_is_left_along_a_diagonal() {
    // From (1, 1) no step ±Δeᵢ decreases |x₀ − x₁| + |x₀ + x₁|/10.
    let f = |x: &[f64]| (x[0] - x[1]).abs() + 0.1 * (x[0] + x[1]).abs();
    let found = free(f, &[1.0, 1.0], &PollOptions::default());
    assert!(found.value < 1e-7, "{found}");
}

#[test]
fn the_low_side_of_a_jump_is_found() {
    let f = |x: &[f64]| if x[0] < 0.5 { x[0] * x[0] } else { -3.0 + x[0] };
    let found = free(f, &[0.0], &PollOptions::default());
    assert_eq!(found.verdict, Verdict::Refuted);
    assert!((found.point[0] - 0.5).abs() < 1e-7 && found.point[0] >= 0.5);
    assert!((found.value + 2.5).abs() < 1e-7);
}

#[test]
fn barriers_are_never_crossed_into() {
    for barrier in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let f = |x: &[f64]| if x[0] < 1.0 { barrier } else { x[0] };
        let found = free(f, &[3.3], &PollOptions::default());
        assert!(
            found.point[0] >= 1.0 && found.point[0] < 1.0 + 1e-7,
            "{found}"
        );
        assert_eq!(found.value, found.point[0]);
    }
}

#[test]
fn bounds_hold_exactly_and_are_reached() {
    let (lower, upper) = ([0.1, -0.7], [0.3, 0.1 + 0.2]);
    let f = |x: &[f64]| {
        assert!(x.iter().zip(&lower).all(|(x, l)| x >= l));
        assert!(x.iter().zip(&upper).all(|(x, u)| x <= u));
        x[0] - x[1]
    };
    let start = [0.2, 0.0];
    let found = poll(
        f,
        &start,
        f(&start),
        &lower,
        &upper,
        &PollOptions::default(),
    )
    .unwrap();
    assert_eq!(found.point, [lower[0], upper[1]]);
}

#[test]
fn a_fixed_variable_and_no_variable_cost_nothing() {
    let count = |x: &[f64]| {
        poll(|x| x.iter().sum(), x, 1.0, x, x, &PollOptions::default())
            .unwrap()
            .evaluations
    };
    assert_eq!((count(&[1.0]), count(&[])), (0, 0));
}

#[test]
fn an_unbounded_descent_ends_at_the_target_in_few_steps() {
    let options = PollOptions {
        target: -1e20,
        ..PollOptions::default()
    };
    let found = free(|x| -x[0], &[0.0], &options);
    assert!(found.value <= -1e20 && found.evaluations < 100, "{found}");
    assert_eq!(found.verdict, Verdict::Refuted);
    // without a target the steps grow until they overflow
    let found = free(|x| -x[0], &[0.0], &PollOptions::default());
    assert!(found.value < -1e300 && found.value.is_finite());
}

#[test]
fn spent_evaluations_are_not_called_a_complete_poll() {
    let options = PollOptions {
        max_evaluations: 7,
        ..PollOptions::default()
    };
    let found = free(|x| x[0] * x[0], &[0.0], &options);
    assert_eq!(
        (found.verdict, found.evaluations),
        (Verdict::OutOfEvaluations, 7)
    );
    let never = PollOptions {
        max_evaluations: 0,
        ..options
    };
    let found = free(|x| x[0], &[0.0], &never);
    assert_eq!(
        (found.verdict, found.radius),
        (Verdict::OutOfEvaluations, NONE)
    );
}

#[test]
fn a_gain_within_the_tolerance_does_not_refute() {
    let options = PollOptions {
        tolerance: 1e-3,
        ..PollOptions::default()
    };
    let found = free(|x| 1e-4 * x[0] * x[0], &[1.0], &options);
    assert_eq!(found.verdict, Verdict::NoBetterPointFound);
    assert_eq!((found.value, found.start_value), (0.0, 1e-4));
}

#[test]
fn misuse_is_an_error_that_names_it() {
    let options = PollOptions::default();
    let call = |x: &[f64], value, lower: &[f64], upper: &[f64], options: &PollOptions| {
        poll(|x| x[0], x, value, lower, upper, options).unwrap_err()
    };
    let error = call(&[0.0, 1.0], 0.0, &[0.0], &[1.0, 1.0], &options);
    assert!(matches!(
        error,
        DfoError::Model(ModelError::Dimension {
            name: "lower",
            expected: 2,
            found: 1
        })
    ));
    let error = call(&[0.0], 0.0, &[1.0], &[0.0], &options);
    assert!(matches!(
        error,
        DfoError::Model(ModelError::ContradictoryBounds { index: 0, .. })
    ));
    let error = call(&[f64::NAN], 0.0, &[-1.0], &[1.0], &options);
    assert!(matches!(
        error,
        DfoError::Model(ModelError::NotANumber {
            name: "x",
            index: 0
        })
    ));
    let error = call(&[2.0], 0.0, &[-1.0], &[1.0], &options);
    assert!(matches!(error, DfoError::OutsideBounds { index: 0, .. }));
    for value in [f64::NAN, NONE, -NONE] {
        let error = call(&[0.0], value, &[-1.0], &[1.0], &options);
        assert!(matches!(error, DfoError::StartValue(_)));
    }
    for bad in [
        PollOptions {
            radius: 0.0,
            ..options
        },
        PollOptions {
            radius: NONE,
            ..options
        },
        PollOptions {
            final_radius: 2.0,
            ..options
        },
        PollOptions {
            final_radius: 0.0,
            ..options
        },
        PollOptions {
            tolerance: f64::NAN,
            ..options
        },
        PollOptions {
            tolerance: -1.0,
            ..options
        },
        PollOptions {
            target: f64::NAN,
            ..options
        },
    ] {
        assert!(matches!(
            call(&[0.0], 0.0, &[-1.0], &[1.0], &bad),
            DfoError::Option { .. }
        ));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_best_point_is_inside_never_worse_and_the_same_twice(
        n in 1_usize..7,
        seed in prop::collection::vec((-3.0..3.0, 0.0..4.0, 0.0..1.0, -5.0..5.0), 7),
        jump in -2.0..2.0,
    ) {
        let lower: Vec<f64> = seed[..n].iter().map(|s| s.0).collect();
        let upper: Vec<f64> = seed[..n].iter().map(|s| s.0 + s.1).collect();
        let x: Vec<f64> =
            seed[..n].iter().map(|s: &(f64, f64, f64, f64)| (s.0 + s.2 * s.1).min(s.0 + s.1)).collect();
        let f = |x: &[f64]| {
            let sum: f64 = x.iter().zip(&seed).map(|(x, s)| (x - s.3).abs() + x * x * s.2).sum();
            if sum > 12.0 { f64::NAN } else if x[0] > jump { sum + 1.0 } else { sum }
        };
        let start = f(&x);
        prop_assume!(start.is_finite());
        let run = || poll(f, &x, start, &lower, &upper, &PollOptions::default()).unwrap();
        let found = run();
        prop_assert!(found.value <= start);
        prop_assert_eq!(found.value, f(&found.point));
        prop_assert!(found.point.iter().zip(&lower).all(|(x, l)| x >= l));
        prop_assert!(found.point.iter().zip(&upper).all(|(x, u)| x <= u));
        prop_assert_eq!(found.verdict == Verdict::Refuted, found.value < start);
        prop_assert_eq!(found, run());
    }
}
