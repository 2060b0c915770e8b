//! The cliff solver on problems whose infima are known by formula.

use std::cell::Cell;

use dfo::DfoError;
use dfo::cliff::{CliffCut, CliffOptions, CliffState, Closure, Evaluation, Verdict, minimize};
use proptest::prelude::*;
use stopping::{Budget, Solver, Status, Stopping};

/// ‖x − (½, …, ½)‖² + 3 [aᵀx ≥ 0], a = (1, …, n) / ‖·‖. Infimum (aᵀc)² at the projection of c on the cliff.
fn oblique(x: &[f64]) -> Evaluation {
    let along: f64 = x.iter().enumerate().map(|(i, v)| (i + 1) as f64 * v).sum();
    let smooth: f64 = x.iter().map(|v| (v - 0.5).powi(2)).sum();
    let high = along >= 0.0;
    Evaluation::labelled(smooth + if high { 3.0 } else { 0.0 }, u64::from(high))
}

fn options(n: usize, seed: u64) -> CliffOptions {
    CliffOptions {
        max_evaluations: 200 * (n + 1),
        seed,
        ..CliffOptions::default()
    }
}

#[test]
fn an_oblique_cliff_is_found_with_its_normal_and_multiplier() {
    let s = minimize(oblique, &[-1.0, 1.5], &[-2.0; 2], &[2.0; 2], &options(2, 1)).unwrap();
    assert_eq!(s.verdict, Verdict::InfimumAtDiscontinuity);
    assert_eq!(s.status, Status::Optimal);
    assert!(
        (s.infimum - 0.45).abs() < 1e-6 && (s.value - 0.45).abs() < 1e-6,
        "{s}"
    );
    assert!((s.limit[0] - 0.2).abs() < 1e-3 && (s.limit[1] + 0.1).abs() < 1e-3);
    let face = &s.faces[0];
    assert!((face.normal[0] - 1.0 / 5f64.sqrt()).abs() < 1e-2);
    // ∇f = 2 (x − c) = −λ a at the projection: λ = 2 aᵀc.
    assert!((face.multiplier - 3.0 / 5f64.sqrt()).abs() < 1e-2);
    assert!((face.jump - 3.0).abs() < 1e-2);
    // The played point lies on the low side and has the value it claims.
    assert_eq!(oblique(&s.played), Evaluation::labelled(s.value, 0));
}

/// ‖x − c‖² + 3 [x lies outside of the wedge |x₂| < width · x₁].
fn wedge(width: f64, c: [f64; 2], x: &[f64]) -> Evaluation {
    let outside = x[1].abs() >= width * x[0];
    let smooth = (x[0] - c[0]).powi(2) + (x[1] - c[1]).powi(2);
    Evaluation::labelled(smooth + if outside { 3.0 } else { 0.0 }, u64::from(outside))
}

/// max(x₁, x₂) ≥ 0 costs 3: two faces with one label beyond, and the infimum 0.74 where they meet.
fn corner(x: &[f64]) -> Evaluation {
    let smooth = (x[0] - 0.5).powi(2) + (x[1] - 0.7).powi(2);
    let high = x[0].max(x[1]) >= 0.0;
    Evaluation::labelled(smooth + if high { 3.0 } else { 0.0 }, u64::from(high))
}

#[test]
fn two_faces_with_one_label_beyond_are_told_apart() {
    for seed in 0..10 {
        let s = minimize(
            corner,
            &[-1.0, 1.5],
            &[-2.0; 2],
            &[2.0; 2],
            &options(2, seed),
        )
        .unwrap();
        assert_eq!(s.verdict, Verdict::InfimumAtDiscontinuity, "{seed}: {s}");
        assert!((s.infimum - 0.74).abs() < 1e-6, "{seed}: {s}");
        let mut multipliers: Vec<f64> = s.faces.iter().map(|f| f.multiplier).collect();
        multipliers.retain(|m| *m > 0.1);
        multipliers.sort_by(f64::total_cmp);
        // −∇f = (1, 1.4) = λ₁e₁ + λ₂e₂
        assert!(multipliers.len() == 2, "{seed}: {s}");
        assert!(
            (multipliers[0] - 1.0).abs() < 0.05 && (multipliers[1] - 1.4).abs() < 0.05,
            "{s}"
        );
    }
}

#[test]
fn the_apex_of_a_wedge_is_found_when_the_wedge_is() {
    let theta = |x: &[f64]| wedge(0.3, [-0.5, 0.1], x);
    let solved = |seed: &u64| {
        let s = minimize(
            theta,
            &[1.0, 1.5],
            &[-2.0; 2],
            &[2.0; 2],
            &options(2, *seed),
        )
        .unwrap();
        let claims = s.verdict != Verdict::NotCertified;
        let known = [0.26, 3.0].iter().any(|v| (s.infimum - v).abs() < 1e-4);
        assert!(!claims || known, "{seed}: {s}");
        (s.infimum - 0.26).abs() < 1e-6
    };
    assert!((0..10).filter(solved).count() >= 8);
}

#[test]
fn a_piece_that_promises_less_is_solved_before_the_first_one_is_finished() {
    // Four pieces, each with a local infimum; that of the piece where both are negative is the least.
    let trap = |x: &[f64]| {
        let bits = u64::from(x[0] >= 0.0) | u64::from(x[1] >= 0.0) << 1;
        let smooth: f64 = x.iter().map(|v| (v - 1.0).powi(2)).sum();
        Evaluation::labelled(smooth + 3.0 * f64::from(bits.count_ones()), bits)
    };
    for seed in 0..5 {
        let s = minimize(trap, &[1.0, 1.2], &[-2.0; 2], &[2.0; 2], &options(2, seed)).unwrap();
        assert!((s.infimum - 2.0).abs() < 1e-5, "{seed}: {s}");
    }
}

#[test]
fn a_smooth_objective_has_an_attained_minimum() {
    let smooth = |x: &[f64]| {
        Evaluation::labelled((x[0] - 0.3).powi(2) + 2.0 * (x[1] + 0.4).powi(2) + 1.0, 7)
    };
    let s = minimize(smooth, &[1.0, 1.0], &[-1.0; 2], &[1.0; 2], &options(2, 3)).unwrap();
    assert_eq!(s.verdict, Verdict::AttainedMinimum);
    assert!((s.value - 1.0).abs() < 1e-9 && s.faces.is_empty() && s.label == Some(7));
}

#[test]
fn whether_a_minimum_at_the_cliff_is_attained_depends_on_its_side() {
    // Examples 1 and 2 of the pessimistic and the optimistic value function: they differ in one point.
    let pessimistic = |x: &[f64]| {
        Evaluation::labelled(
            x[0] * x[0] + f64::from(u8::from(x[0] >= 0.0)),
            u64::from(x[0] >= 0.0),
        )
    };
    let optimistic = |x: &[f64]| {
        Evaluation::labelled(
            x[0] * x[0] + f64::from(u8::from(x[0] > 0.0)),
            u64::from(x[0] > 0.0),
        )
    };
    for seed in 0..5 {
        let s = minimize(pessimistic, &[1.3], &[-2.0], &[2.0], &options(1, seed)).unwrap();
        assert_eq!(s.verdict, Verdict::InfimumAtDiscontinuity, "{s}");
        assert_eq!(s.value_at_limit, Some(1.0));
        assert!(s.infimum.abs() < 1e-9 && s.value < 1e-6);
        let s = minimize(optimistic, &[1.3], &[-2.0], &[2.0], &options(1, seed)).unwrap();
        assert_eq!(s.verdict, Verdict::AttainedMinimum, "{s}");
        assert_eq!(s.value_at_limit, Some(0.0));
    }
}

#[test]
fn jumps_alone_are_enough_in_two_variables() {
    let unlabelled = |x: &[f64]| match oblique(x) {
        Evaluation::Value { value, .. } => Evaluation::labelled(value, 0),
        failure => failure,
    };
    let options = CliffOptions {
        labelled: false,
        ..options(2, 2)
    };
    let s = minimize(unlabelled, &[-1.0, 1.5], &[-2.0; 2], &[2.0; 2], &options).unwrap();
    assert!((s.infimum - 0.45).abs() < 1e-6, "{s}");
    assert_eq!(s.verdict, Verdict::InfimumAtDiscontinuity);
}

#[test]
fn the_same_seed_gives_the_same_bits_and_the_budget_holds() {
    let run = |max_evaluations| {
        let count = Cell::new(0);
        let options = CliffOptions {
            max_evaluations,
            ..options(2, 5)
        };
        let counted = |x: &[f64]| {
            count.set(count.get() + 1);
            oblique(x)
        };
        let s = minimize(counted, &[1.0, 1.0], &[-2.0; 2], &[2.0; 2], &options).unwrap();
        assert_eq!(s.evaluations, count.get());
        s
    };
    let (a, b) = (run(600), run(600));
    assert_eq!(
        (a.limit, a.value, a.evaluations),
        (b.limit, b.value, b.evaluations)
    );
    for budget in [1, 2, 17, 40, 77] {
        let s = run(budget);
        assert!(s.evaluations <= budget);
        assert_eq!(
            (s.verdict, s.status),
            (Verdict::NotCertified, Status::EvaluationLimit)
        );
    }
}

#[test]
fn an_oracle_that_fails_everywhere_is_a_domain_error() {
    for nothing in [
        Evaluation::Failure,
        Evaluation::labelled(f64::NAN, 0),
        Evaluation::labelled(f64::INFINITY, 0),
    ] {
        let s = minimize(|_: &[f64]| nothing, &[0.0], &[-1.0], &[1.0], &options(1, 0)).unwrap();
        assert_eq!(
            (s.verdict, s.status, s.label),
            (Verdict::NotCertified, Status::DomainError, None)
        );
        assert_eq!(s.failures, s.evaluations);
    }
}

#[test]
fn fixed_variables_keep_their_value() {
    let seen = |x: &[f64]| {
        assert_eq!(x[1], 0.25);
        oblique(&[x[0], x[2]])
    };
    let s = minimize(
        seen,
        &[1.0, 0.25, 1.0],
        &[-2.0, 0.25, -2.0],
        &[2.0, 0.25, 2.0],
        &options(3, 1),
    )
    .unwrap();
    assert!((s.infimum - 0.45).abs() < 1e-6 && s.faces[0].normal[1] == 0.0);
    let s = minimize(
        |x: &[f64]| Evaluation::labelled(x[0], 0),
        &[1.0],
        &[1.0],
        &[1.0],
        &options(1, 1),
    )
    .unwrap();
    assert_eq!((s.value, s.evaluations), (1.0, 1));
}

#[test]
fn misuse_is_an_error() {
    let f = |x: &[f64]| oblique(x);
    let call = |x: &[f64], l: &[f64], u: &[f64]| {
        minimize(f, x, l, u, &CliffOptions::default()).unwrap_err()
    };
    assert!(matches!(call(&[0.0], &[1.0], &[-1.0]), DfoError::Model(_)));
    assert!(matches!(
        call(&[0.0], &[-1.0, 0.0], &[1.0]),
        DfoError::Model(_)
    ));
    assert!(matches!(
        call(&[f64::NAN], &[-1.0], &[1.0]),
        DfoError::Model(_)
    ));
    assert!(matches!(
        call(&[2.0], &[-1.0], &[1.0]),
        DfoError::OutsideBounds { index: 0, .. }
    ));
    assert!(matches!(
        call(&[0.0], &[-1.0], &[f64::INFINITY]),
        DfoError::InfiniteBox { index: 0, .. }
    ));
    for options in [
        CliffOptions {
            max_evaluations: 0,
            ..CliffOptions::default()
        },
        CliffOptions {
            accuracy: f64::NAN,
            ..CliffOptions::default()
        },
    ] {
        assert!(matches!(
            minimize(f, &[0.0], &[-1.0], &[1.0], &options),
            Err(DfoError::Option { .. })
        ));
    }
}

#[test]
fn a_stopping_ends_the_run_after_any_evaluation_and_grants_success() {
    type Problem<'a> = Closure<'a, fn(&[f64]) -> Evaluation>;
    let problem: Problem<'_> = Closure::new(oblique, &[-2.0; 2], &[2.0; 2]);
    let new = || {
        Stopping::new(
            CliffState::new(&[-1.0, 1.5]),
            |_: &Problem<'_>, s: &CliffState| s.score(),
        )
    };
    let mut solver = CliffCut {
        options: options(2, 1),
    };
    let mut stopping = new();
    assert_eq!(solver.solve(&problem, &mut stopping), Status::Optimal);
    let solution = stopping.state.solution.clone().unwrap();
    assert_eq!(stopping.state.value, Some(solution.value));
    let mut short = new().with_budget(Budget::iterations(30));
    assert_eq!(solver.solve(&problem, &mut short), Status::IterationLimit);
    assert!(short.state.value.is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A random half-plane: the infimum is known by projection, no claim lies above or below it.
    #[test]
    fn claims_on_random_cliffs_are_true(angle in 0.0..std::f64::consts::TAU, offset in -0.5..0.5_f64, seed in 0..100u64) {
        let a = [angle.cos(), angle.sin()];
        let theta = |x: &[f64]| {
            let high = a[0] * x[0] + a[1] * x[1] >= offset;
            let smooth = x[0] * x[0] + 2.0 * x[1] * x[1] + x[0] * x[1];
            Evaluation::labelled(smooth + if high { 2.0 } else { 0.0 }, u64::from(high))
        };
        let s = minimize(theta, &[0.7, -0.9], &[-1.0; 2], &[1.0; 2], &options(2, seed)).unwrap();
        // min xᵀQx/… on aᵀx = offset is offset² / (aᵀQ⁻¹a) with Q = [1 ½; ½ 2], and 0 when 0 is low.
        let inverse = (2.0 * a[0] * a[0] - a[0] * a[1] + a[1] * a[1]) / 1.75;
        let cliff = offset * offset / inverse;
        let known = if offset > 0.0 { [0.0, 0.0] } else { [cliff.min(2.0), 2.0] };
        if s.verdict != Verdict::NotCertified {
            prop_assert!(known.iter().any(|k| (s.infimum - k).abs() < 1e-4), "{s}");
            prop_assert!((s.value - s.infimum).abs() < 1e-5);
        }
    }

    /// Two random half-planes, and one label beyond both: the infimum is the least over the faces, their meeting point and
    /// the smooth minimum, each if it is low.
    #[test]
    fn claims_at_random_corners_are_true(s in 0.0..std::f64::consts::TAU, t in 0.0..std::f64::consts::TAU, b in -0.3..0.3_f64, seed in 0..100u64) {
        let (a, c) = ([s.cos(), s.sin()], [t.cos(), t.sin()]);
        let above = |n: [f64; 2], offset: f64, x: &[f64]| n[0] * x[0] + n[1] * x[1] - offset;
        let low = |x: &[f64]| above(a, b, x) < 1e-9 && above(c, -b, x) < 1e-9;
        let f = |x: &[f64]| (x[0] - 0.4).powi(2) + (x[1] + 0.3).powi(2);
        let theta = |x: &[f64]| {
            let high = above(a, b, x) >= 0.0 || above(c, -b, x) >= 0.0;
            Evaluation::labelled(f(x) + if high { 2.0 } else { 0.0 }, u64::from(high))
        };
        let result = minimize(theta, &[0.7, -0.9], &[-1.0; 2], &[1.0; 2], &options(2, seed)).unwrap();
        let foot = |n: [f64; 2], offset: f64| {
            let h = above(n, offset, &[0.4, -0.3]);
            [0.4 - h * n[0], -0.3 - h * n[1]]
        };
        let det = a[0] * c[1] - a[1] * c[0];
        let meet = [(b * c[1] + b * a[1]) / det, (-b * a[0] - b * c[0]) / det];
        let mut known = vec![2.0];
        for x in [[0.4, -0.3], foot(a, b), foot(c, -b), meet] {
            if low(&x) && x[0].abs() < 1.0 && x[1].abs() < 1.0 {
                known.push(f(&x));
            }
        }
        // Where the low side leaves the box, its infimum may lie on the boundary: only inner ones are judged.
        let inner = result.limit.iter().all(|x| x.abs() < 0.999);
        if result.verdict != Verdict::NotCertified && inner {
            prop_assert!(known.iter().any(|k| (result.infimum - k).abs() < 1e-4), "{result} {known:?}");
        }
    }

    /// Wrong labels and failures make runs worse, not their claims.
    #[test]
    fn wrong_labels_and_failures_make_no_false_claim(seed in 0..1000u64) {
        let count = Cell::new(seed);
        let theta = |x: &[f64]| {
            count.set(count.get().wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407));
            match count.get() >> 32 & 63 {
                0 | 1 => Evaluation::Failure,
                2 => match oblique(x) {
                    Evaluation::Value { value, label } => Evaluation::labelled(value, 1 - label),
                    failure => failure,
                },
                _ => oblique(x),
            }
        };
        let s = minimize(theta, &[-1.0, 1.5], &[-2.0; 2], &[2.0; 2], &options(2, seed)).unwrap();
        if s.verdict != Verdict::NotCertified {
            prop_assert!((s.infimum - 0.45).abs() < 1e-4 || (s.infimum - 3.0).abs() < 1e-4, "{s}");
        }
    }
}
