//! CG, MINRES, GMRES and LSMR against direct solutions, and their failures.

mod common;

use common::{Saddle, random, residual};
use linalg::krylov::{Cg, Gmres, KrylovOptions, KrylovResult, KrylovStatus, Lsmr, Minres};
use linalg::slice::{norm2, sub};
use linalg::{CoordinateMap, DenseQr, LinearMap, Pattern, SymmetricCoordinateMap};

const OPTIONS: KrylovOptions = KrylovOptions {
    rtol: 1e-11,
    atol: 0.0,
    max_iterations: 500,
};

/// Tridiagonal [-1 `diagonal` -1], lower triangle.
fn tridiagonal(n: usize, diagonal: f64) -> (Pattern, Vec<f64>) {
    let entries = (0..n).map(|i| (i, i)).chain((1..n).map(|i| (i, i - 1)));
    let pattern = Pattern::from_entries(n, n, entries).unwrap();
    let values = pattern
        .iter()
        .map(|(i, j)| if i == j { diagonal } else { -1.0 })
        .collect();
    (pattern, values)
}

/// Recomputes ‖b − A x‖ and compares it with the report.
fn true_residual(map: &dyn LinearMap, x: &[f64], b: &[f64], result: &KrylovResult) -> f64 {
    let mut r = vec![0.0; b.len()];
    map.apply(x, &mut r);
    let ax = r.clone();
    sub(b, &ax, &mut r);
    assert!(
        (norm2(&r) - result.residual).abs() <= 1e-9 * norm2(b),
        "{result:?}"
    );
    residual(&ax, x, b)
}

#[test]
fn cg_solves_a_definite_system_in_at_most_n_steps() {
    let (pattern, values) = tridiagonal(50, 2.0);
    let map = SymmetricCoordinateMap {
        pattern: &pattern,
        values: &values,
    };
    let b = random(50, 1);
    let mut x = random(50, 2);
    let result = Cg::new(50).solve(&map, &b, &mut x, &OPTIONS);
    assert_eq!(result.status, KrylovStatus::Converged);
    assert!(result.iterations <= 60 && true_residual(&map, &x, &b, &result) <= 1e-10);
}

#[test]
fn cg_reports_a_direction_of_negative_curvature() {
    // diag(1, -2)
    let pattern = Pattern::diagonal(2);
    let map = SymmetricCoordinateMap {
        pattern: &pattern,
        values: &[1.0, -2.0],
    };
    let mut cg = Cg::new(2);
    let mut x = [0.0; 2];
    let result = cg.solve(&map, &[1.0, 1.0], &mut x, &OPTIONS);
    assert_eq!(result.status, KrylovStatus::NegativeCurvature);
    let p = cg.direction();
    assert!(p[0] * p[0] - 2.0 * p[1] * p[1] <= 0.0 && p[1] != 0.0);
    assert_eq!(x, [0.0; 2]);
}

#[test]
fn minres_solves_definite_indefinite_and_saddle_systems() {
    for diagonal in [2.0, 0.3, -2.0] {
        let (pattern, values) = tridiagonal(50, diagonal);
        let map = SymmetricCoordinateMap {
            pattern: &pattern,
            values: &values,
        };
        let b = random(50, 3);
        let mut x = random(50, 4);
        let result = Minres::new(50).solve(&map, &b, &mut x, &OPTIONS);
        assert_eq!(
            result.status,
            KrylovStatus::Converged,
            "{diagonal}: {result:?}"
        );
        assert!(true_residual(&map, &x, &b, &result) <= 1e-9);
    }
    let (pattern, values) = Saddle::new(40, 10, 3.0).lower();
    let map = SymmetricCoordinateMap {
        pattern: &pattern,
        values: &values,
    };
    let b = random(50, 5);
    let mut x = vec![0.0; 50];
    let result = Minres::new(50).solve(&map, &b, &mut x, &OPTIONS);
    assert_eq!(result.status, KrylovStatus::Converged);
    assert!(true_residual(&map, &x, &b, &result) <= 1e-9);
}

#[test]
fn minres_does_not_claim_an_inconsistent_system() {
    // diag(1, 2, 0) x = (1, 1, 1)
    let pattern = Pattern::diagonal(3);
    let map = SymmetricCoordinateMap {
        pattern: &pattern,
        values: &[1.0, 2.0, 0.0],
    };
    let mut x = [0.0; 3];
    let result = Minres::new(3).solve(&map, &[1.0; 3], &mut x, &OPTIONS);
    assert_eq!(result.status, KrylovStatus::Breakdown, "{result:?}");
    assert!((result.residual - 1.0).abs() <= 1e-9, "{result:?}");
}

/// An unsymmetric, well conditioned matrix of order n.
fn unsymmetric(n: usize) -> (Pattern, Vec<f64>) {
    let mut values = random(n * n, 11);
    for i in 0..n {
        values[i + i * n] += 6.0;
    }
    (Pattern::dense(n, n), values)
}

#[test]
fn gmres_agrees_with_lu_for_every_restart_and_preconditioner() {
    let n = 40;
    let (pattern, values) = unsymmetric(n);
    let map = CoordinateMap {
        pattern: &pattern,
        values: &values,
    };
    let b = random(n, 12);
    let mut factors = linalg::lu(&pattern);
    factors.factor(&values).unwrap();
    let mut expected = b.clone();
    factors.solve(&mut expected);
    let diagonal = |q: &mut [f64]| {
        for (i, q) in q.iter_mut().enumerate() {
            *q /= values[i + i * n];
        }
    };
    for restart in [1, 5, n, 2 * n] {
        for preconditioned in [false, true] {
            let mut x = random(n, 13);
            let precondition = |q: &mut [f64]| {
                if preconditioned {
                    diagonal(q);
                }
            };
            let product = |p: &[f64], q: &mut [f64]| map.apply(p, q);
            let result = Gmres::new(n, restart).solve(product, precondition, &b, &mut x, &OPTIONS);
            assert_eq!(result.status, KrylovStatus::Converged, "{restart}");
            assert!(restart < n || result.iterations <= n, "{result:?}");
            true_residual(&map, &x, &b, &result);
            for (x, e) in x.iter().zip(&expected) {
                assert!((x - e).abs() <= 1e-9, "{restart} {preconditioned}");
            }
        }
    }
}

#[test]
fn gmres_needs_one_iteration_with_the_inverse_and_k_more_after_k_changed_rows() {
    let n = 40;
    let (pattern, mut values) = unsymmetric(n);
    let mut factors = linalg::lu(&pattern);
    factors.factor(&values).unwrap();
    let b = random(n, 14);
    for changed in 0..4 {
        if changed > 0 {
            for j in 0..n {
                values[changed + j * n] = if j == changed { -1.0 } else { 0.0 };
            }
        }
        let map = CoordinateMap {
            pattern: &pattern,
            values: &values,
        };
        let mut x = vec![0.0; n];
        let result = Gmres::new(n, n).solve(
            |p, q| map.apply(p, q),
            |q| factors.solve(q),
            &b,
            &mut x,
            &OPTIONS,
        );
        assert_eq!(result.status, KrylovStatus::Converged);
        assert!(result.iterations <= changed + 1, "{changed}: {result:?}");
    }
}

#[test]
fn gmres_does_not_claim_an_inconsistent_system() {
    // diag(1, 2, 0) x = (1, 1, 1), and a shift whose Krylov space starts orthogonal to the solution
    let map = |p: &[f64], q: &mut [f64]| {
        q.copy_from_slice(&[p[0], 2.0 * p[1], 0.0]);
    };
    let mut x = [0.0; 3];
    let result = Gmres::new(3, 10).solve(map, |_| {}, &[1.0; 3], &mut x, &OPTIONS);
    assert_eq!(result.status, KrylovStatus::Breakdown, "{result:?}");
    assert!((result.residual - 1.0).abs() <= 1e-12, "{result:?}");
    let zero = |_: &[f64], q: &mut [f64]| q.fill(0.0);
    let mut x = [1.0, 2.0];
    let result = Gmres::new(2, 10).solve(zero, |_| {}, &[3.0, 4.0], &mut x, &OPTIONS);
    assert_eq!(
        (result.status, result.residual),
        (KrylovStatus::Breakdown, 5.0)
    );
    assert_eq!(x, [1.0, 2.0]);
}

#[test]
fn lsmr_agrees_with_qr_for_every_shape() {
    for (m, n) in [(20, 20), (30, 12), (12, 30)] {
        let pattern = Pattern::dense(m, n);
        let values = random(m * n, 6);
        let map = CoordinateMap {
            pattern: &pattern,
            values: &values,
        };
        let b = random(m, 7);
        let mut x = vec![f64::NAN; n];
        let result = Lsmr::new(m, n).solve(&map, &b, 0.0, &mut x, &OPTIONS);
        let expected_status = if m > n {
            KrylovStatus::LeastSquares
        } else {
            KrylovStatus::Converged
        };
        assert_eq!(result.status, expected_status, "{m} x {n}: {result:?}");
        true_residual(&map, &x, &b, &result);
        let mut qr = DenseQr::new(m, n);
        qr.factor_dense(&values).unwrap();
        let mut expected = vec![0.0; n];
        qr.least_squares(&b, &mut expected);
        for i in 0..n {
            assert!(
                (x[i] - expected[i]).abs() <= 1e-7 * norm2(&expected),
                "{m} x {n}"
            );
        }
    }
}

#[test]
fn lsmr_damping_is_the_ridge_of_the_extended_system() {
    let (m, n, lambda) = (8, 5, 0.7);
    let values = random(m * n, 8);
    let b = random(m, 9);
    let pattern = Pattern::dense(m, n);
    let map = CoordinateMap {
        pattern: &pattern,
        values: &values,
    };
    let mut x = vec![0.0; n];
    let result = Lsmr::new(m, n).solve(&map, &b, lambda, &mut x, &OPTIONS);
    // [A; λI] x = (b, 0) by QR.
    let mut extended = vec![0.0; (m + n) * n];
    for j in 0..n {
        extended[j * (m + n)..][..m].copy_from_slice(&values[j * m..(j + 1) * m]);
        extended[j * (m + n) + m + j] = lambda;
    }
    let mut qr = DenseQr::new(m + n, n);
    qr.factor_dense(&extended).unwrap();
    let mut expected = vec![0.0; n];
    qr.least_squares(&[b.clone(), vec![0.0; n]].concat(), &mut expected);
    for i in 0..n {
        assert!((x[i] - expected[i]).abs() <= 1e-9, "{result:?}");
    }
    assert_eq!(result.status, KrylovStatus::LeastSquares);
    let mut r = vec![0.0; m];
    map.apply(&x, &mut r);
    for (r, b) in r.iter_mut().zip(&b) {
        *r -= b;
    }
    let extended = norm2(&r).hypot(lambda * norm2(&x));
    assert!((result.residual - extended).abs() <= 1e-12, "{result:?}");
}

#[test]
fn limits_and_nan_end_honestly() {
    let (pattern, mut values) = tridiagonal(50, 2.0);
    let few = KrylovOptions {
        max_iterations: 3,
        ..OPTIONS
    };
    let b = random(50, 10);
    for poison in [false, true] {
        if poison {
            values[20] = f64::NAN;
        }
        let map = SymmetricCoordinateMap {
            pattern: &pattern,
            values: &values,
        };
        let expected = if poison {
            KrylovStatus::NotFinite
        } else {
            KrylovStatus::MaxIterations
        };
        let mut x = vec![0.0; 50];
        assert_eq!(Cg::new(50).solve(&map, &b, &mut x, &few).status, expected);
        x.fill(0.0);
        assert_eq!(
            Minres::new(50).solve(&map, &b, &mut x, &few).status,
            expected
        );
        assert_eq!(
            Lsmr::new(50, 50).solve(&map, &b, 0.0, &mut x, &few).status,
            expected
        );
        x.fill(0.0);
        let product = |p: &[f64], q: &mut [f64]| map.apply(p, q);
        let mut gmres = Gmres::new(50, 10);
        assert_eq!(
            gmres.solve(product, |_| {}, &b, &mut x, &few).status,
            expected
        );
    }
}

#[test]
fn a_zero_right_hand_side_needs_no_step() {
    let pattern = Pattern::diagonal(2);
    let map = SymmetricCoordinateMap {
        pattern: &pattern,
        values: &[1.0, 2.0],
    };
    let mut x = [0.0; 2];
    for result in [
        Cg::new(2).solve(&map, &[0.0; 2], &mut x, &OPTIONS),
        Minres::new(2).solve(&map, &[0.0; 2], &mut x, &OPTIONS),
        Lsmr::new(2, 2).solve(&map, &[0.0; 2], 0.0, &mut x, &OPTIONS),
        Gmres::new(2, 2).solve(|p, q| map.apply(p, q), |_| {}, &[0.0; 2], &mut x, &OPTIONS),
    ] {
        assert_eq!(
            (result.status, result.iterations),
            (KrylovStatus::Converged, 0)
        );
    }
    assert_eq!(x, [0.0; 2]);
}
