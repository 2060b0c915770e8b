//! Approximate steps: the fractions of decrease they promise, monotone iterates, failures.

mod common;

use common::{Rng, Subproblem, random, rotated};
use linalg::slice::{dot, norm2};
use proptest::prelude::*;
use trust_region::{
    Certificate, Dogleg, GeneralizedLanczos, MoreSorensen, SparseMoreSorensen, SteihaugToint, Step,
    StepKind, TrustRegionError, TwoDimensional, cauchy_decrease, cauchy_point, has_cauchy_fraction,
    has_optimal_fraction,
};

/// m(0) − m at the Cauchy point and at a global minimizer.
fn decreases(case: &Subproblem) -> (f64, f64) {
    let mut hg = vec![0.0; case.n];
    case.product()(&case.g, &mut hg);
    let cauchy = cauchy_decrease(norm2(&case.g), dot(&case.g, &hg), case.delta);
    let mut s = vec![0.0; case.n];
    let exact = MoreSorensen::new(case.n)
        .solve(&case.h, &case.g, case.delta, MoreSorensen::EXACT, &mut s)
        .unwrap();
    (cauchy, exact.decrease)
}

/// Rounding of a value of the model at a step of this length: a sum of terms as large as ‖H‖‖s‖², which
/// for eigenvalues from 1e-6 to 1e6 is far above what they leave.
fn rounding(case: &Subproblem, length: f64) -> f64 {
    let h_norm = case.h.iter().map(|v| v * v).sum::<f64>().sqrt();
    4.0 * case.n as f64 * f64::EPSILON * (norm2(&case.g) + h_norm * length) * length
}

/// What is true of every step.
fn check(case: &Subproblem, step: &Step, s: &[f64], what: &str) {
    assert!(
        (step.length - norm2(s)).abs() <= 1e-10 * case.delta,
        "{what}: {step:?}"
    );
    assert!(
        step.length <= case.delta * (1.0 + 1e-10),
        "{what}: {step:?}"
    );
    let h_norm = case.h.iter().map(|v| v * v).sum::<f64>().sqrt();
    let size = (norm2(&case.g) + h_norm * step.length) * step.length;
    let model = case.model(s);
    assert!(
        (model + step.decrease).abs() <= 1e-11 * size,
        "{what}: {model} {step:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_step_has_the_cauchy_decrease_and_none_more_than_the_optimal(seed in 0_u64..100_000) {
        let case = random(seed);
        let (cauchy, optimal) = decreases(&case);
        let n = case.n;
        let mut s = vec![0.0; n];
        let tolerance = 1.0 + 1e-9;

        let step = cauchy_point(case.product(), &case.g, case.delta, &mut s).unwrap();
        check(&case, &step, &s, "Cauchy");
        prop_assert!(has_cauchy_fraction(step.decrease, cauchy, 1.0));

        let steihaug = SteihaugToint::new(n)
            .solve(case.product(), &case.g, case.delta, 1e-10, 10 * n, &mut s)
            .unwrap();
        check(&case, &steihaug, &s, "Steihaug–Toint");
        prop_assert!(has_cauchy_fraction(steihaug.decrease, cauchy, 1.0), "{steihaug:?} {cauchy}");
        let optimal = optimal + rounding(&case, case.delta);
        prop_assert!(steihaug.decrease <= optimal * tolerance);

        let lanczos = GeneralizedLanczos::new(n, n)
            .solve(case.product(), &case.g, case.delta, 1e-10, &mut s)
            .unwrap();
        check(&case, &lanczos, &s, "Lanczos");
        // In the hard case, a residual that is small without negative curvature ends the one method
        // a product before rounding shows that curvature to the other.
        if steihaug.work <= lanczos.work {
            prop_assert!(
                has_optimal_fraction(lanczos.decrease, steihaug.decrease, 1.0 - 1e-8),
                "{lanczos:?} {steihaug:?}"
            );
        }

        let plane = TwoDimensional::new(n).solve(&case.h, &case.g, case.delta, &mut s).unwrap();
        check(&case, &plane, &s, "plane");
        let rounding = rounding(&case, plane.length);
        prop_assert!(plane.decrease + rounding >= cauchy * (1.0 - 1e-9), "{plane:?} {cauchy}");
        prop_assert!(plane.decrease <= optimal * tolerance);

        for mut dogleg in [Dogleg::new(n), Dogleg::double(n)] {
            match dogleg.solve(&case.h, &case.g, case.delta, &mut s) {
                Ok(step) => {
                    check(&case, &step, &s, "dogleg");
                    prop_assert!(has_cauchy_fraction(step.decrease, cauchy, 1.0 - 1e-9));
                    prop_assert!(
                        step.decrease <= plane.decrease * tolerance + rounding,
                        "{step:?} {plane:?}"
                    );
                }
                Err(error) => prop_assert_eq!(error, TrustRegionError::NotPositiveDefinite),
            }
        }
    }

    #[test]
    fn a_loose_exact_step_has_its_fraction_of_the_optimum(seed in 0_u64..100_000) {
        let case = random(seed);
        let (_, optimal) = decreases(&case);
        let mut s = vec![0.0; case.n];
        for sigma in [0.5, 0.1, 1e-3] {
            let step = MoreSorensen::new(case.n)
                .solve(&case.h, &case.g, case.delta, sigma, &mut s)
                .unwrap();
            check(&case, &step, &s, "Moré–Sorensen");
            prop_assert!(
                has_optimal_fraction(step.decrease, optimal, 1.0 - 2.0 * sigma.min(0.45)),
                "{} {:?} {}", sigma, step, optimal
            );
        }
    }

    #[test]
    fn truncated_conjugate_gradients_move_outwards_and_down(seed in 0_u64..100_000) {
        let case = random(seed);
        let mut s = vec![0.0; case.n];
        let (mut length, mut decrease) = (0.0, 0.0);
        for limit in 1..=case.n {
            let step = SteihaugToint::new(case.n)
                .solve(case.product(), &case.g, case.delta, 0.0, limit, &mut s)
                .unwrap();
            // the last directions are rounding where the residual is
            prop_assert!(step.length >= length * (1.0 - 1e-10), "{limit}: {step:?} {length}");
            prop_assert!(step.decrease >= decrease * (1.0 - 1e-12));
            (length, decrease) = (step.length, step.decrease);
        }
    }
}

#[test]
fn lanczos_with_restarts_solves_random_and_hard_cases_to_1e_10() {
    for seed in 0..1000 {
        let case = random(seed);
        let mut s = vec![0.0; case.n];
        let step = GeneralizedLanczos::new(case.n, case.n)
            .with_restarts()
            .solve(case.product(), &case.g, case.delta, 1e-12, &mut s)
            .unwrap_or_else(|e| panic!("seed {seed} {e} {} {:?} {:?}", case.delta, case.h, case.g));
        let lambda = step.lambda.unwrap();
        let certificate = Certificate::new(&case.h, &case.g, case.delta, &s, lambda).unwrap();
        assert!(
            certificate.relative() <= 1e-10,
            "seed {seed}: {certificate} {step:?}"
        );
    }
}

#[test]
fn a_change_of_variables_preconditions_conjugate_gradients() {
    // H = D² + vvᵀ, D² from 1 to 1e6: with L = D, the matrix is I plus one of rank 1
    let n = 50;
    let d: Vec<f64> = (0..n)
        .map(|i| 10f64.powf(3.0 * i as f64 / (n - 1) as f64))
        .collect();
    let (v, g) = (Rng::new(11).vector(n), Rng::new(12).vector(n));
    let h = |x: &[f64], y: &mut [f64]| {
        let along = dot(&v, x);
        for i in 0..n {
            y[i] = d[i] * d[i] * x[i] + along * v[i];
        }
    };
    let mut solver = SteihaugToint::new(n);
    let (mut plain, mut u) = (vec![0.0; n], vec![0.0; n]);
    let first = solver.solve(h, &g, 1e6, 1e-10, 1000, &mut plain).unwrap();

    let divide = |x: &[f64], y: &mut [f64]| {
        for i in 0..n {
            y[i] = x[i] / d[i];
        }
    };
    let (mut s, mut hs, mut scaled) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    divide(&g, &mut scaled);
    let product = |u: &[f64], y: &mut [f64]| {
        divide(u, &mut s);
        h(&s, &mut hs);
        divide(&hs, y);
    };
    let second = solver
        .solve(product, &scaled, 1e6, 1e-10, 1000, &mut u)
        .unwrap();
    assert!(second.work <= 3 && first.work > n, "{first:?} {second:?}");
    divide(&u, &mut s);
    for (s, plain) in s.iter().zip(&plain) {
        assert!((s - plain).abs() <= 1e-8 * (1.0 + s.abs()), "{s} {plain}");
    }
}

#[test]
fn sparse_exact_steps_agree_with_dense_ones() {
    // a narrow band, and an arrow that is eliminated in another order
    let n = 90;
    let diagonal = || (0..n).map(|i| (i, i));
    let tridiagonal = diagonal().chain((1..n).map(|i| (i, i - 1)));
    let arrow = diagonal().chain((1..n).map(|i| (i, 0)));
    for entries in [tridiagonal.collect::<Vec<_>>(), arrow.collect()] {
        agree(&linalg::Pattern::from_entries(n, n, entries).unwrap());
    }
}

/// Sparse and dense steps of random values on the pattern, indefinite and definite.
fn agree(pattern: &linalg::Pattern) {
    let n = pattern.nrows();
    let mut rng = Rng::new(7);
    let mut sparse = SparseMoreSorensen::new(pattern);
    let mut dense = MoreSorensen::new(n);
    for round in 0..60 {
        let mut vals = rng.vector(pattern.nnz());
        if round % 3 == 0 {
            vals[..n].iter_mut().for_each(|v| *v += 2.5);
        }
        let g = rng.vector(n);
        let delta = 10f64.powf(2.0 * rng.signed());
        let mut h = vec![0.0; n * n];
        pattern.to_dense_symmetric(&vals, &mut h);
        let (mut s, mut t) = (vec![0.0; n], vec![0.0; n]);
        let exact = MoreSorensen::EXACT;
        let a = sparse.solve(&vals, &g, delta, exact, &mut s).unwrap();
        let b = dense.solve(&h, &g, delta, exact, &mut t).unwrap();
        let certificate = Certificate::new(&h, &g, delta, &s, a.lambda.unwrap()).unwrap();
        assert!(certificate.relative() < 1e-10, "{round}: {certificate}");
        assert!(
            (a.decrease - b.decrease).abs() <= 1e-9 * b.decrease,
            "{a:?} {b:?}"
        );
    }
}

#[test]
fn doglegs_bend_where_the_textbook_says() {
    // H = diag(1, 10), g = (1, 10): s_U = −(101/1001) g, s_N = (−1, −1)
    let (h, g) = ([1.0, 0.0, 0.0, 10.0], [1.0, 10.0]);
    let mut s = [0.0; 2];
    let step = Dogleg::new(2).solve(&h, &g, 1.2, &mut s).unwrap();
    assert_eq!(step.kind, StepKind::Boundary);
    // s = s_U + τ(s_N − s_U): both coordinates on the segment
    let cauchy = [-101.0 / 1001.0, -1010.0 / 1001.0];
    let tau = (s[0] - cauchy[0]) / (-1.0 - cauchy[0]);
    assert!((s[1] - (cauchy[1] + tau * (-1.0 - cauchy[1]))).abs() < 1e-14);
    assert!(tau > 0.0 && tau < 1.0 && (norm2(&s) - 1.2).abs() < 1e-14);
    let double = Dogleg::double(2).solve(&h, &g, 1.2, &mut s).unwrap();
    // γ = 101²/(1001·11): η s_N = 0.2 + 0.8γ along Newton's direction, which is longer than Δ
    assert!(double.decrease > step.decrease * 0.9 && double.decrease < 5.5);
    let whole = Dogleg::double(2).solve(&h, &g, 1.5, &mut s).unwrap();
    assert_eq!((whole.kind, whole.lambda), (StepKind::Interior, Some(0.0)));
    assert!((s[0] + 1.0).abs() < 1e-15 && (s[1] + 1.0).abs() < 1e-15);
}

#[test]
fn indefinite_hessians_are_left_along_negative_curvature() {
    let case = rotated(&mut Rng::new(3), &[-1.0, 2.0, 3.0], &[0.0, 1.0, 1.0], 2.0);
    let mut s = vec![0.0; 3];
    let plane = TwoDimensional::new(3)
        .solve(&case.h, &case.g, case.delta, &mut s)
        .unwrap();
    let (cauchy, _) = decreases(&case);
    assert!(
        plane.decrease > cauchy && plane.is_on_boundary(),
        "{plane:?} {cauchy}"
    );
    let dogleg = Dogleg::new(3).solve(&case.h, &case.g, case.delta, &mut s);
    assert_eq!(dogleg, Err(TrustRegionError::NotPositiveDefinite));
}

#[test]
fn what_is_not_finite_is_an_error_of_every_method() {
    let error = Err(TrustRegionError::NotFinite);
    let identity = |x: &[f64], y: &mut [f64]| y.copy_from_slice(x);
    let nan = |_: &[f64], y: &mut [f64]| y.fill(f64::NAN);
    let h = [1.0, 0.0, 0.0, 1.0];
    let mut s = [0.0; 2];
    let cases = [
        ([1.0, f64::NAN], 1.0),
        ([1.0, f64::INFINITY], 1.0),
        ([1.0, 1.0], f64::NAN),
        ([1.0, 1.0], f64::INFINITY),
        ([1.0, 1.0], 0.0),
    ];
    for (g, delta) in cases {
        assert_eq!(cauchy_point(identity, &g, delta, &mut s), error);
        assert_eq!(
            SteihaugToint::new(2).solve(identity, &g, delta, 0.1, 9, &mut s),
            error
        );
        assert_eq!(
            GeneralizedLanczos::new(2, 2).solve(identity, &g, delta, 0.1, &mut s),
            error
        );
        assert_eq!(Dogleg::new(2).solve(&h, &g, delta, &mut s), error);
        assert_eq!(TwoDimensional::new(2).solve(&h, &g, delta, &mut s), error);
    }
    let g = [1.0, 1.0];
    assert_eq!(cauchy_point(nan, &g, 1.0, &mut s), error);
    assert_eq!(
        SteihaugToint::new(2).solve(nan, &g, 1.0, 0.1, 9, &mut s),
        error
    );
    assert_eq!(
        GeneralizedLanczos::new(2, 2).solve(nan, &g, 1.0, 0.1, &mut s),
        error
    );
    let bad = [1.0, f64::NAN, 0.0, 1.0];
    assert_eq!(Dogleg::new(2).solve(&bad, &g, 1.0, &mut s), error);
    assert_eq!(TwoDimensional::new(2).solve(&bad, &g, 1.0, &mut s), error);
    assert!(Certificate::new(&bad, &g, 1.0, &s, 0.0).is_err());
}

#[test]
fn a_short_basis_is_reported() {
    let case = rotated(&mut Rng::new(5), &[1.0, 2.0, 3.0, 4.0], &[1.0; 4], 10.0);
    let mut s = vec![0.0; 4];
    let step = GeneralizedLanczos::new(4, 2)
        .solve(case.product(), &case.g, case.delta, 1e-10, &mut s)
        .unwrap();
    assert_eq!((step.kind, step.work), (StepKind::Truncated, 2));
    let step = SteihaugToint::new(4)
        .solve(case.product(), &case.g, case.delta, 1e-10, 2, &mut s)
        .unwrap();
    assert_eq!((step.kind, step.work), (StepKind::Truncated, 2));
}
