//! BOBYQA: what holds for any objective.

use dfo::bobyqa::{Options, Solution, Status, Variant, minimize};
use proptest::prelude::*;

const NONE: f64 = f64::INFINITY;

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

#[test]
fn a_bowl_is_minimized_with_any_legal_number_of_points() {
    for n in 1..=6 {
        let (lower, upper) = (vec![-1.0; n], vec![1.0; n]);
        for m in n + 2..=(n + 1) * (n + 2) / 2 {
            for options in variants() {
                let options = Options {
                    points: Some(m),
                    ..options
                };
                let found = minimize(bowl, &vec![0.0; n], &lower, &upper, &options).unwrap();
                assert_eq!(found.status, Status::SmallRadius);
                assert!(found.value < 1e-10, "n = {n}, m = {m}: {found}");
            }
        }
    }
}

#[test]
fn evaluations_stay_inside_and_reach_bounds_exactly() {
    // bounds that no sum of rounded numbers hits
    let (lower, upper) = ([0.1, -0.7, 0.0], [0.3 + 1e-17, 0.1 + 0.2, 1e-3]);
    for options in variants() {
        let options = Options {
            radius: if options.variant == Variant::Powell {
                4e-4
            } else {
                0.1
            },
            ..options
        };
        let f = |x: &[f64]| {
            for i in 0..3 {
                assert!(lower[i] <= x[i] && x[i] <= upper[i], "{x:?}");
            }
            x[0] - x[1] + (x[2] - 1.0).powi(2)
        };
        let found = minimize(f, &[0.2, 0.0, 5e-4], &lower, &upper, &options).unwrap();
        assert_eq!(found.x, [lower[0], upper[1], upper[2]]);
    }
}

#[test]
fn fixed_variables_are_removed() {
    let f = |x: &[f64]| {
        assert_eq!((x[0], x[3]), (2.5, -1.0));
        rosenbrock(&x[1..3])
    };
    let (lower, upper) = ([2.5, -2.0, -2.0, -1.0], [2.5, 2.0, 2.0, -1.0]);
    let found = minimize(f, &[0.0, -1.2, 1.0, 7.0], &lower, &upper, &options(0.5)).unwrap();
    let alone = minimize(
        rosenbrock,
        &[-1.2, 1.0],
        &[-2.0; 2],
        &[2.0; 2],
        &options(0.5),
    )
    .unwrap();
    assert_eq!(
        (found.evaluations, found.value),
        (alone.evaluations, alone.value)
    );
    let found = minimize(bowl, &[1.0], &[1.0], &[1.0], &options(0.5)).unwrap();
    assert_eq!((found.evaluations, found.x[0]), (1, 1.0));
    let found = minimize(|_: &[f64]| f64::NAN, &[1.0], &[1.0], &[1.0], &options(0.5)).unwrap();
    assert_eq!(found.status, Status::NoFiniteValue);
}

#[test]
fn infinite_and_huge_bounds_give_the_same_run() {
    let run = |bound: f64| {
        let (lower, upper) = ([-bound; 2], [bound; 2]);
        minimize(rosenbrock, &[-1.2, 1.0], &lower, &upper, &options(0.5)).unwrap()
    };
    let found = run(NONE);
    assert!(found.value < 1e-10, "{found}");
    assert_eq!(found, run(1e20));
}

#[test]
fn scaling_of_values_and_variables_changes_nothing() {
    let run = |value: f64, unit: f64| {
        let options = Options {
            radius: 0.5 * unit,
            final_radius: 1e-6 * unit,
            ..Options::default()
        };
        let f = |x: &[f64]| value * rosenbrock(&[x[0] / unit, x[1] / unit]);
        let (x0, bound) = ([-1.2 * unit; 2], 2.0 * unit);
        minimize(f, &x0, &[-bound; 2], &[bound; 2], &options).unwrap()
    };
    let reference = run(1.0, 1.0);
    for exponent in [-100, -26, 26, 60] {
        let power = 2.0_f64.powi(exponent);
        let found = run(power, 1.0);
        assert_eq!(
            (found.evaluations, &found.x),
            (reference.evaluations, &reference.x)
        );
        assert_eq!(run(1.0, power).evaluations, reference.evaluations);
    }
    // powers of ten round, and rounding is amplified
    let near = |found: Solution| {
        let (ours, theirs) = (found.evaluations as f64, reference.evaluations as f64);
        assert!((ours - theirs).abs() <= 0.1 * theirs, "{ours} and {theirs}");
    };
    for exponent in [-30, -20, -12, -5, 8, 20] {
        near(run(10.0_f64.powi(exponent), 1.0));
    }
    for exponent in [-8, -3, 3, 8] {
        near(run(1.0, 10.0_f64.powi(exponent)));
    }
    // units of single variables
    let f = |x: &[f64]| rosenbrock(&[x[0] / 1e6, x[1] * 1e4]);
    let options = Options {
        scale: vec![1e6, 1e-4],
        ..options(0.5)
    };
    let found = minimize(
        f,
        &[-1.2e6, -1.2e-4],
        &[-2e6, -2e-4],
        &[2e6, 2e-4],
        &options,
    )
    .unwrap();
    assert!(found.value < 1e-10);
    near(found);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_run_is_inside_within_its_budget_and_returns_its_best_point_twice(
        n in 1_usize..6,
        points in 0.0..1.0,
        seed in prop::collection::vec((-3.0..3.0, 0.05..4.0, 0.0..1.0, -5.0..5.0), 6),
        jump in -2.0..2.0,
        powell: bool,
    ) {
        let lower: Vec<f64> = seed[..n].iter().map(|s| s.0).collect();
        let upper: Vec<f64> = seed[..n].iter().map(|s| s.0 + s.1).collect();
        let x0: Vec<f64> = seed[..n].iter().map(|s| s.0 + s.2 * s.1).collect();
        let most = (n + 1) * (n + 2) / 2;
        let least = (n + 2).min(most);
        let options = Options {
            variant: if powell { Variant::Powell } else { Variant::Modern },
            points: Some(least + (points * (most - least) as f64) as usize),
            max_evaluations: 200,
            ..options(0.02)
        };
        let f = |x: &[f64]| {
            let sum: f64 = x.iter().zip(&seed).map(|(x, s): (&f64, &(f64, f64, f64, f64))| (x - s.3).abs() + x * x * s.2).sum();
            if sum > 25.0 { f64::NAN } else if x[0] > jump { sum + 1.0 } else { sum }
        };
        let run = || {
            let mut best = NONE;
            let g = |x: &[f64]| {
                assert!(x.iter().zip(&lower).all(|(x, l)| x >= l));
                assert!(x.iter().zip(&upper).all(|(x, u)| x <= u));
                let value = f(x);
                best = best.min(value);
                value
            };
            let found = minimize(g, &x0, &lower, &upper, &options).unwrap();
            (found, best)
        };
        let (found, best) = run();
        prop_assert!(found.evaluations <= 200);
        if best.is_finite() {
            prop_assert_eq!(found.value, best);
            prop_assert_eq!(f(&found.x), best);
            prop_assert_eq!(found, run().0);
        } else {
            prop_assert_eq!(found.status, Status::NoFiniteValue);
        }
    }
}
