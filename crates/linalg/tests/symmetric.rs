//! Symmetric factorizations: Cholesky, LBLᵀ with inertia, saddle matrices.
#![cfg(feature = "faer")]

mod common;

use common::{Saddle, random, residual};
use linalg::dense::symmetric_eigenvalues;
use linalg::{
    DenseCholesky, DenseLblt, FactorError, Factorization, Inertia, Kkt, Pattern, SparseCholesky,
    SparseLdlt, cholesky, symmetric_indefinite,
};
use nalgebra_sparse::na::DMatrix;
use proptest::prelude::*;

fn inertia(positive: usize, negative: usize) -> Option<Inertia> {
    Some(Inertia {
        positive,
        negative,
        zero: 0,
    })
}

/// Lower triangle of the five-point Laplacian on a k × k grid.
fn laplacian(k: usize) -> (Pattern, Vec<f64>) {
    let mut entries = vec![];
    for i in 0..k * k {
        entries.push((i, i));
        if i % k != 0 {
            entries.push((i, i - 1));
        }
        if i >= k {
            entries.push((i, i - k));
        }
    }
    let values = entries
        .iter()
        .map(|(i, j)| if i == j { 4.0 } else { -1.0 })
        .collect();
    (
        Pattern::from_entries(k * k, k * k, entries).unwrap(),
        values,
    )
}

#[test]
fn cholesky_solves_the_laplacian_like_the_oracle() {
    for k in [1, 4, 8, 20] {
        let (pattern, values) = laplacian(k);
        let n = k * k;
        let mut full = vec![0.0; n * n];
        pattern.to_dense_symmetric(&values, &mut full);
        let b = random(n, 5);
        let expected = {
            let entries = full.iter().enumerate().filter(|(_, v)| **v != 0.0);
            let mut coo = nalgebra_sparse::CooMatrix::new(n, n);
            entries.for_each(|(k, v)| coo.push(k % n, k / n, *v));
            let csc = nalgebra_sparse::CscMatrix::from(&coo);
            let oracle = nalgebra_sparse::factorization::CscCholesky::factor(&csc).unwrap();
            oracle.solve(&DMatrix::from_column_slice(n, 1, &b))
        };
        let mut methods: Vec<Box<dyn Factorization>> = vec![
            cholesky(&pattern),
            Box::new(SparseCholesky::new(&pattern)),
            Box::new(SparseLdlt::new(&pattern)),
            symmetric_indefinite(&pattern),
        ];
        for factors in &mut methods {
            factors.factor(&values).unwrap();
            let mut x = b.clone();
            factors.solve(&mut x);
            for i in 0..n {
                assert!((x[i] - expected[i]).abs() <= 1e-12, "{factors:?}");
            }
            if let Some(found) = factors.inertia() {
                assert_eq!(Some(found), inertia(n, 0));
            }
        }
    }
}

#[test]
fn cholesky_refuses_what_is_not_positive_definite() {
    // [1 2; 2 1], [1 1; 1 1], [0 0; 0 1], [-1 0; 0 1]
    for values in [
        [1.0, 2.0, 1.0],
        [1.0, 1.0, 1.0],
        [0.0, 0.0, 1.0],
        [-1.0, 0.0, 1.0],
    ] {
        let pattern = Pattern::lower_triangle(2);
        let mut methods: [Box<dyn Factorization>; 2] =
            [cholesky(&pattern), Box::new(SparseCholesky::new(&pattern))];
        for factors in &mut methods {
            let verdict = factors.factor(&values);
            assert!(verdict.is_err(), "{values:?}: {verdict:?} by {factors:?}");
            assert_eq!(factors.inertia(), None);
        }
    }
    // Hopeless units are no reason: [1e100 1; 1 1e-50] (1e-50, 1e50) = (2e50, 1).
    let mut factors = cholesky(&Pattern::lower_triangle(2));
    factors.factor(&[1e100, 1.0, 1e-50]).unwrap();
    let mut x = [2e50, 1.0];
    factors.solve(&mut x);
    assert!(
        (x[0] / 1e-50 - 1.0).abs() <= 1e-14 && (x[1] / 1e50 - 1.0).abs() <= 1e-14,
        "{x:?}"
    );
}

#[test]
fn half_solve_gives_the_energy_norm_of_the_inverse() {
    // [4 2; 2 5]⁻¹ = [5 -2; -2 4] / 16
    let mut factors = DenseCholesky::new(2);
    factors.factor_dense(&[4.0, 2.0, 2.0, 5.0]).unwrap();
    let mut b = [3.0, -1.0];
    factors.half_solve(&mut b);
    let energy = b[0] * b[0] + b[1] * b[1];
    assert!((energy - (45.0 + 12.0 + 4.0) / 16.0).abs() <= 1e-14);
}

#[test]
fn a_failed_factorization_knows_a_direction_of_negative_curvature() {
    // [4 2 0; 2 1 3; 0 3 9]: the second pivot is 0; [4 2 1; 2 9 3; 1 3 0.1]: the third is negative
    for lower in [
        [4.0, 2.0, 0.0, 1.0, 3.0, 9.0],
        [4.0, 2.0, 1.0, 9.0, 3.0, 0.1],
    ] {
        let [a, b, c, d, e, f] = lower;
        let full = [a, b, c, b, d, e, c, e, f];
        let mut cholesky = DenseCholesky::new(3);
        let mut v = [0.0; 3];
        assert!(cholesky.factor_dense(&full).is_err());
        let curvature = cholesky.negative_curvature(&mut v).unwrap();
        let product = |i: usize| (0..3).map(|j| full[3 * i + j] * v[j]).sum::<f64>();
        let value: f64 = (0..3).map(|i| v[i] * product(i)).sum();
        assert!((value - curvature).abs() < 1e-14 && curvature < 1e-15);
    }
    let mut cholesky = DenseCholesky::new(1);
    cholesky.factor_dense(&[1.0]).unwrap();
    assert_eq!(cholesky.negative_curvature(&mut [0.0]), None);
}

#[test]
fn lblt_counts_the_inertia_of_known_matrices() {
    let cases: [(&[f64], usize, usize); 4] = [
        (&[0.0, 1.0, 1.0, 0.0], 1, 1),
        (&[1.0, 2.0, 2.0, 1.0], 1, 1),
        (&[-2.0, 1.0, 1.0, -2.0], 0, 2),
        // [0 1 2; 1 0 3; 2 3 0]: determinant 12, trace 0
        (&[0.0, 1.0, 2.0, 1.0, 0.0, 3.0, 2.0, 3.0, 0.0], 1, 2),
    ];
    for (a, positive, negative) in cases {
        let n = positive + negative;
        let mut factors = DenseLblt::new(n);
        factors.factor_dense(a).unwrap();
        assert_eq!(factors.inertia(), inertia(positive, negative));
        let mut b = vec![0.0; n];
        Pattern::dense(n, n).mul(a, &vec![1.0; n], &mut b);
        factors.solve(&mut b);
        assert!(b.iter().all(|x| (x - 1.0).abs() <= 1e-14), "{b:?}");
    }
}

#[test]
fn lblt_of_a_singular_matrix_is_an_error_that_knows_its_zeros() {
    // [1 2; 2 4] + (-1)
    let mut factors = DenseLblt::new(3);
    let verdict = factors.factor_dense(&[1.0, 2.0, 0.0, 2.0, 4.0, 0.0, 0.0, 0.0, -1.0]);
    assert!(
        matches!(verdict, Err(FactorError::Singular { .. })),
        "{verdict:?}"
    );
    assert_eq!(
        factors.inertia(),
        Some(Inertia {
            positive: 1,
            negative: 1,
            zero: 1
        })
    );
    let mut b = [1.0; 3];
    factors.solve(&mut b);
    assert!(b[0].is_nan());
    assert!(factors.factor_dense(&[0.0; 9]).is_err());
    // [1e40 1; 1 0] is only badly scaled.
    let mut factors = DenseLblt::new(2);
    factors.factor_dense(&[1e40, 1.0, 1.0, 0.0]).unwrap();
    assert_eq!(factors.inertia(), inertia(1, 1));
    let mut b = [2.0, 3.0];
    factors.solve(&mut b);
    assert!((b[0] - 3.0).abs() <= 1e-14 && (b[1] / -3e40 - 1.0).abs() <= 1e-14);
}

#[test]
fn saddle_matrices_of_80_and_3900_unknowns_are_solved_to_rounding() {
    for (n, m) in [(40, 10), (60, 20), (3000, 900)] {
        let saddle = Saddle::new(n, m, 3.0);
        let (pattern, values) = saddle.lower();
        let b = random(n + m, 11);
        let mut ax = vec![0.0; n + m];

        let mut kkt = Kkt::new(&saddle.hessian, &saddle.jacobian);
        kkt.factor(&saddle.hess, &saddle.jac, 0.0, 0.0).unwrap();
        let mut x = b.clone();
        kkt.solve(&mut x);
        pattern.mul_symmetric(&values, &x, &mut ax);
        assert!(residual(&ax, &x, &b) <= 1e-14, "{kkt:?}");
        assert_eq!(kkt.inertia(), inertia(n, m));
        let method = if n + m <= 64 {
            "dense LBLT"
        } else {
            "sparse LDLT"
        };
        assert_eq!(kkt.method_name(), method);

        let mut factors = symmetric_indefinite(&pattern);
        factors.factor(&values).unwrap();
        let mut x = b.clone();
        factors.solve(&mut x);
        pattern.mul_symmetric(&values, &x, &mut ax);
        assert!(residual(&ax, &x, &b) <= 1e-13, "{factors:?}");
    }
}

#[test]
fn kkt_with_an_indefinite_hessian_is_solved_or_refused_but_never_wrong() {
    for diagonal in [0.0, -3.0, 1.0, 1e-9] {
        for (n, m) in [(30, 10), (90, 30), (300, 100)] {
            let saddle = Saddle::new(n, m, diagonal);
            let (pattern, values) = saddle.lower();
            let mut kkt = Kkt::new(&saddle.hessian, &saddle.jacobian);
            let mut full = vec![0.0; (n + m) * (n + m)];
            pattern.to_dense_symmetric(&values, &mut full);
            let mut eigenvalues = vec![0.0; n + m];
            symmetric_eigenvalues(n + m, &full, &mut eigenvalues).unwrap();
            let smallest = eigenvalues.iter().fold(f64::MAX, |s, v| s.min(v.abs()));
            match kkt.factor(&saddle.hess, &saddle.jac, 0.0, 0.0) {
                Ok(()) => {
                    let b = random(n + m, 17);
                    let mut x = b.clone();
                    kkt.solve(&mut x);
                    let mut ax = vec![0.0; n + m];
                    pattern.mul_symmetric(&values, &x, &mut ax);
                    assert!(residual(&ax, &x, &b) <= 1e-10, "{diagonal} {kkt:?}");
                    if let Some(found) = kkt.inertia() {
                        let positive = eigenvalues.iter().filter(|v| **v > 0.0).count();
                        assert_eq!(Some(found), inertia(positive, n + m - positive), "{kkt:?}");
                    }
                }
                Err(error) => assert!(smallest < 1e-10, "{diagonal} {n}: {error}, {smallest:e}"),
            }
        }
    }
}

#[test]
fn a_pivot_that_regularisation_cancels_falls_back_to_lu() {
    // Tridiagonal [-1 d -1] of even order with d = -1e-8: the first regularised pivot is exactly zero.
    let n = 100;
    let saddle = Saddle::new(n, 1, -1e-8);
    let none = Pattern::empty(0, n);
    let mut kkt = Kkt::new(&saddle.hessian, &none);
    for _ in 0..2 {
        kkt.factor(&saddle.hess, &[], 0.0, 0.0).unwrap();
        assert_eq!((kkt.method_name(), kkt.inertia()), ("sparse LU", None));
        let b = random(n, 4);
        let mut x = b.clone();
        kkt.solve(&mut x);
        let mut ax = vec![0.0; n];
        saddle.hessian.mul_symmetric(&saddle.hess, &x, &mut ax);
        assert!(residual(&ax, &x, &b) <= 1e-14);
    }
    // The caller's own ρ makes it positive definite, and LDLT returns.
    kkt.factor(&saddle.hess, &[], 2.5, 0.0).unwrap();
    assert_eq!(
        (kkt.method_name(), kkt.inertia()),
        ("sparse LDLT", inertia(n, 0))
    );
}

#[test]
fn kkt_refuses_dependent_constraints_and_accepts_them_with_delta() {
    for (n, m) in [(20, 5), (100, 25)] {
        let mut saddle = Saddle::new(n, m, 3.0);
        // The last two rows of A become equal.
        let entries: Vec<_> = saddle.jacobian.iter().collect();
        let keep = entries.iter().filter(|(i, _)| *i < m - 1).count();
        let copied: Vec<_> = entries
            .iter()
            .zip(&saddle.jac)
            .filter(|((i, _), _)| *i == m - 2)
            .collect();
        let mut new: Vec<_> = entries[..keep].to_vec();
        let mut jac = saddle.jac[..keep].to_vec();
        for ((_, j), v) in copied {
            new.push((m - 1, *j));
            jac.push(*v);
        }
        saddle.jacobian = Pattern::from_entries(m, n, new).unwrap();
        saddle.jac = jac;
        let mut kkt = Kkt::new(&saddle.hessian, &saddle.jacobian);
        let verdict = kkt.factor(&saddle.hess, &saddle.jac, 0.0, 0.0);
        assert!(verdict.is_err(), "{verdict:?} {kkt:?}");
        let mut b = vec![1.0; n + m];
        kkt.solve(&mut b);
        assert!(b.iter().all(|v| v.is_nan()));
        assert_eq!(kkt.inertia(), None);
        kkt.factor(&saddle.hess, &saddle.jac, 0.0, 1e-3).unwrap();
        assert_eq!(kkt.inertia(), inertia(n, m));
        assert_eq!(
            kkt.factor(&saddle.hess[1..], &saddle.jac, 0.0, 0.0),
            Err(FactorError::Dimension {
                expected: saddle.hess.len(),
                found: saddle.hess.len() - 1
            })
        );
        saddle.hess[0] = f64::NAN;
        assert_eq!(
            kkt.factor(&saddle.hess, &saddle.jac, 0.0, 0.0),
            Err(FactorError::NotFinite)
        );
    }
}

#[test]
fn an_unpivoted_ldlt_that_must_fail_says_so() {
    // [0 1; 1 0]: faer's sparse LBLT answers (NaN, inf) here.
    let mut factors = SparseLdlt::new(&Pattern::lower_triangle(2));
    let verdict = factors.factor(&[0.0, 1.0, 0.0]);
    assert!(verdict.is_err(), "{verdict:?}");
    // [2 1; 1 -1] is quasi-definite.
    factors.factor(&[2.0, 1.0, -1.0]).unwrap();
    assert_eq!(factors.inertia(), inertia(1, 1));
    let mut x = [5.0, 1.0];
    factors.solve(&mut x);
    assert!((x[0] - 2.0).abs() <= 1e-15 && (x[1] - 1.0).abs() <= 1e-15);
}

proptest! {
    #[test]
    fn the_inertia_of_lblt_is_that_of_the_eigenvalues(n in 1_usize..15, seed in 0_u64..500) {
        let pattern = Pattern::lower_triangle(n);
        let mut values = random(pattern.nnz(), seed);
        // A zero diagonal now and then: blocks of order 2.
        if seed % 3 == 0 {
            for (v, (i, j)) in values.iter_mut().zip(pattern.iter()) {
                if i == j { *v = 0.0 }
            }
        }
        let mut full = vec![0.0; n * n];
        pattern.to_dense_symmetric(&values, &mut full);
        let mut eigenvalues = vec![0.0; n];
        symmetric_eigenvalues(n, &full, &mut eigenvalues).unwrap();
        let smallest = eigenvalues.iter().fold(f64::MAX, |s, v| s.min(v.abs()));
        let mut factors = symmetric_indefinite(&pattern);
        let verdict = factors.factor(&values);
        prop_assert!(verdict.is_ok() || smallest < 1e-10, "{:?} {}", verdict, smallest);
        if verdict.is_ok() {
            let positive = eigenvalues.iter().filter(|v| **v > 0.0).count();
            prop_assert_eq!(factors.inertia(), inertia(positive, n - positive));
            let b = random(n, seed + 7);
            let mut x = b.clone();
            factors.solve(&mut x);
            let mut ax = vec![0.0; n];
            pattern.mul_symmetric(&values, &x, &mut ax);
            prop_assert!(residual(&ax, &x, &b) <= 1e-12);
        }
    }
}

#[test]
fn a_dense_quasi_definite_triangle_goes_through_supernodes_and_keeps_its_inertia() {
    // Random off-diagonal, ±60 on the diagonal: diagonally dominant, a third negative.
    let n = 120;
    let pattern = Pattern::lower_triangle(n);
    let mut values = random(pattern.nnz(), 21);
    for (v, (i, j)) in values.iter_mut().zip(pattern.iter()) {
        if i == j {
            *v = if i % 3 == 0 { -60.0 } else { 60.0 };
        }
    }
    let mut factors = SparseLdlt::new(&pattern);
    factors.factor(&values).unwrap();
    assert_eq!(factors.inertia(), inertia(80, 40));
    let b = random(n, 22);
    let mut x = b.clone();
    factors.solve(&mut x);
    let mut ax = vec![0.0; n];
    pattern.mul_symmetric(&values, &x, &mut ax);
    assert!(residual(&ax, &x, &b) <= 1e-14);
}
