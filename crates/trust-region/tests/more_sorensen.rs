//! Exact steps: certificates on a thousand cases, hard cases to all digits, failures.

mod common;

use common::random;
use linalg::slice::norm2;
use trust_region::{Certificate, MoreSorensen, StepKind, TrustRegionError};

fn diagonal(d: &[f64]) -> Vec<f64> {
    let n = d.len();
    let mut h = vec![0.0; n * n];
    for (i, d) in d.iter().enumerate() {
        h[i * (n + 1)] = *d;
    }
    h
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 4.0 * f64::EPSILON * b.abs()
}

#[test]
fn a_thousand_random_and_hard_cases_are_solved_to_twelve_digits() {
    let mut total = 0;
    for seed in 0..1000 {
        let case = random(seed);
        let mut s = vec![0.0; case.n];
        let step = MoreSorensen::new(case.n)
            .solve(&case.h, &case.g, case.delta, MoreSorensen::EXACT, &mut s)
            .unwrap_or_else(|e| {
                panic!("seed {seed}, {} {:?} {:?}: {e}", case.delta, case.h, case.g)
            });
        let lambda = step.lambda.unwrap();
        let certificate = Certificate::new(&case.h, &case.g, case.delta, &s, lambda).unwrap();
        let relative = certificate.relative();
        assert!(relative <= 1e-12, "seed {seed}: {certificate} ({step:?})");
        assert!(
            (step.length - norm2(&s)).abs() <= 1e-12 * case.delta,
            "seed {seed}"
        );
        let model = case.model(&s);
        let size = certificate.scale * step.length;
        assert!(
            (model + step.decrease).abs() <= 1e-12 * size,
            "seed {seed}: {model} {step:?}"
        );
        total += step.work;
    }
    assert!(total <= 15_000, "{total} factorizations");
}

#[test]
fn the_hard_case_has_all_its_digits() {
    // H = diag(−2, 1, 3), g = (0, 1, 1), Δ = 5: λ = 2, s = (±t, −1/3, −1/5), t = √(25 − 34/225)
    let mut s = [0.0; 3];
    let step = MoreSorensen::new(3)
        .solve(
            &diagonal(&[-2.0, 1.0, 3.0]),
            &[0.0, 1.0, 1.0],
            5.0,
            MoreSorensen::EXACT,
            &mut s,
        )
        .unwrap();
    assert_eq!(step.kind, StepKind::Boundary);
    assert!((step.lambda.unwrap() - 2.0).abs() < 1e-12, "{step:?}");
    assert!(
        (s[0].abs() - (25.0_f64 - 34.0 / 225.0).sqrt()).abs() < 1e-12,
        "{s:?}"
    );
    assert!((s[1] + 1.0 / 3.0).abs() < 1e-12 && (s[2] + 0.2).abs() < 1e-12);
}

#[test]
fn without_a_gradient_the_step_follows_negative_curvature() {
    let mut s = [0.0; 2];
    let step = MoreSorensen::new(2)
        .solve(
            &diagonal(&[-1.0, 2.0]),
            &[0.0, 0.0],
            1.0,
            MoreSorensen::EXACT,
            &mut s,
        )
        .unwrap();
    assert!(close(s[0].abs(), 1.0) && s[1].abs() < 1e-12, "{s:?}");
    assert!(close(step.decrease, 0.5));
    let step = MoreSorensen::new(2)
        .solve(
            &diagonal(&[1.0, 2.0]),
            &[0.0, 0.0],
            1.0,
            MoreSorensen::EXACT,
            &mut s,
        )
        .unwrap();
    assert_eq!((step.decrease, s), (0.0, [0.0, 0.0]));
}

#[test]
fn a_multiple_of_the_identity_is_solved_at_once() {
    // H = −I, g = (1, 0), Δ = 2: s = (−2, 0), λ = 1.5
    let mut s = [0.0; 2];
    let step = MoreSorensen::new(2)
        .solve(
            &diagonal(&[-1.0, -1.0]),
            &[1.0, 0.0],
            2.0,
            MoreSorensen::EXACT,
            &mut s,
        )
        .unwrap();
    assert!(close(s[0], -2.0) && s[1] == 0.0, "{s:?}");
    assert!(
        (step.lambda.unwrap() - 1.5).abs() < 1e-12 && step.work <= 2,
        "{step:?}"
    );
}

#[test]
fn nearly_hard_cases_lie_between() {
    // H = diag(−2, 1, 3), g = (γ, 1, 1): s → (−sign(γ) t, −1/3, −1/5) as γ → 0
    for gamma in [1e-4, 1e-8, 1e-12, 1e-15, -1e-12] {
        let h = diagonal(&[-2.0, 1.0, 3.0]);
        let mut s = [0.0; 3];
        let step = MoreSorensen::new(3)
            .solve(&h, &[gamma, 1.0, 1.0], 5.0, MoreSorensen::EXACT, &mut s)
            .unwrap();
        let c = Certificate::new(&h, &[gamma, 1.0, 1.0], 5.0, &s, step.lambda.unwrap()).unwrap();
        assert!(c.relative() < 1e-12, "{gamma}: {c}");
        if gamma.abs() > 1e-13 {
            assert!(s[0] * gamma < 0.0, "{gamma}: {s:?}");
        }
        assert!((s[0].abs() - (25.0_f64 - 34.0 / 225.0).sqrt()).abs() < 1e-4);
    }
}

#[test]
fn what_is_not_finite_is_an_error() {
    let mut solver = MoreSorensen::new(2);
    let h = diagonal(&[1.0, 1.0]);
    let (g, mut s) = ([1.0, 1.0], [0.0; 2]);
    let mut solve = |h: &[f64], g: &[f64], delta| solver.solve(h, g, delta, 0.1, &mut s);
    let error = Err(TrustRegionError::NotFinite);
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(solve(&diagonal(&[1.0, bad]), &g, 1.0), error);
        assert_eq!(solve(&[1.0, bad, 0.0, 1.0], &g, 1.0), error);
        assert_eq!(solve(&h, &[1.0, bad], 1.0), error);
        assert_eq!(solve(&h, &g, bad), error);
    }
    assert_eq!(solve(&h, &g, 0.0), error);
    assert_eq!(solve(&h, &g, -1.0), error);
    assert!(solve(&h, &g, 1.0).is_ok());
}

#[test]
#[should_panic(expected = "H is n × n")]
fn a_matrix_of_another_order_is_refused() {
    let _ = MoreSorensen::new(2).solve(&[1.0], &[1.0, 1.0], 1.0, 0.1, &mut [0.0; 2]);
}
