//! QR with rank decision, eigenvalues, singular values.
#![cfg(feature = "faer")]

mod common;

use common::random;
use linalg::dense::{
    numerical_rank, singular_values, svd, symmetric_eigenvalues, symmetric_eigenvectors,
};
use linalg::slice::{dot, norm2};
use linalg::{DenseQr, FactorError, Pattern};
use nalgebra_sparse::na::{DMatrix, DVector};
use proptest::prelude::*;

/// An m × n matrix of rank at most r.
fn low_rank(m: usize, n: usize, r: usize, seed: u64) -> DMatrix<f64> {
    let left = DMatrix::from_column_slice(m, r, &random(m * r, seed));
    let right = DMatrix::from_column_slice(r, n, &random(r * n, seed + 1));
    left * right
}

fn check_qr(m: usize, n: usize, r: usize, seed: u64) {
    let a = low_rank(m, n, r, seed);
    let mut qr = DenseQr::new(m, n);
    assert_eq!(
        qr.factor_dense(a.as_slice()),
        Ok(r.min(m).min(n)),
        "{m} x {n}"
    );
    let b = random(m, seed + 2);
    let mut x = vec![f64::NAN; n];
    qr.least_squares(&b, &mut x);
    // The pseudoinverse of nalgebra, by an SVD of its own.
    let pseudo = a.clone().pseudo_inverse(1e-10).unwrap();
    let expected = &pseudo * DVector::from_column_slice(&b);
    let scale = pseudo.norm() * norm2(&b);
    for i in 0..n {
        assert!(
            (x[i] - expected[i]).abs() <= 1e-11 * scale,
            "{m} x {n} rank {r}"
        );
    }
    let k = n - qr.rank();
    let mut z = vec![f64::NAN; n * k];
    qr.null_space(&mut z);
    let z = DMatrix::from_column_slice(n, k, &z);
    assert!((z.transpose() * &z - DMatrix::identity(k, k)).norm() <= 1e-13);
    assert!((&a * &z).norm() <= 1e-13 * a.norm().max(1.0));
}

#[test]
fn qr_of_every_shape_and_rank_agrees_with_the_pseudoinverse() {
    for (m, n, r) in [
        (1, 1, 1),
        (5, 5, 5),
        (7, 4, 4),
        (4, 7, 4),
        (7, 4, 2),
        (4, 7, 3),
        (6, 6, 0),
        (30, 12, 5),
        (12, 30, 11),
    ] {
        check_qr(m, n, r, (m * n) as u64);
    }
}

#[test]
fn qr_survives_absurd_magnitudes() {
    // [3 0; 4 5] times 1e-170 and 1e170: squares under- and overflow.
    for unit in [1e-170, 1e170] {
        let mut qr = DenseQr::new(2, 2);
        let a = [3.0 * unit, 4.0 * unit, 0.0, 5.0 * unit];
        assert_eq!(qr.factor_dense(&a), Ok(2));
        let mut x = [0.0; 2];
        qr.least_squares(&[3.0 * unit, 9.0 * unit], &mut x);
        assert!(
            (x[0] - 1.0).abs() <= 1e-15 && (x[1] - 1.0).abs() <= 1e-15,
            "{x:?}"
        );
    }
}

#[test]
fn qr_without_rows_has_everything_in_its_null_space() {
    let mut qr = DenseQr::new(0, 2);
    assert_eq!(qr.factor_dense(&[]), Ok(0));
    let mut z = [0.0; 4];
    qr.null_space(&mut z);
    assert_eq!(z, [1.0, 0.0, 0.0, 1.0]);
    let mut x = [7.0; 2];
    qr.least_squares(&[], &mut x);
    assert_eq!(x, [0.0; 2]);
    assert_eq!(DenseQr::new(2, 0).factor_dense(&[]), Ok(0));
}

#[test]
fn nothing_accepts_nan_or_a_wrong_length() {
    let bad = [1.0, 2.0, f64::NAN, 3.0];
    let (mut two, mut four, mut other) = ([0.0; 2], [0.0; 4], [0.0; 4]);
    let mut qr = DenseQr::new(2, 2);
    assert_eq!(qr.factor_dense(&bad), Err(FactorError::NotFinite));
    qr.least_squares(&[1.0, 1.0], &mut two);
    assert!(two[0].is_nan());
    assert_eq!(
        singular_values(2, 2, &bad, &mut two),
        Err(FactorError::NotFinite)
    );
    assert_eq!(
        svd(2, 2, &bad, &mut four, &mut two, &mut other),
        Err(FactorError::NotFinite)
    );
    assert_eq!(
        symmetric_eigenvalues(2, &bad, &mut two),
        Err(FactorError::NotFinite)
    );
    assert_eq!(
        symmetric_eigenvectors(2, &bad, &mut two, &mut four),
        Err(FactorError::NotFinite)
    );
    let wrong = FactorError::Dimension {
        expected: 4,
        found: 3,
    };
    assert_eq!(
        symmetric_eigenvalues(2, &[1.0; 3], &mut two),
        Err(wrong.clone())
    );
    assert_eq!(qr.factor_dense(&[1.0; 3]), Err(wrong.clone()));
    assert_eq!(
        svd(2, 2, &[1.0; 4], &mut other[..3], &mut two, &mut four),
        Err(wrong)
    );
}

#[test]
fn the_second_difference_matrix_has_its_textbook_spectrum() {
    // Tridiagonal [-1 2 -1]: λ_k = 2 - 2 cos(kπ/(n+1)).
    let n = 12;
    let pattern = Pattern::from_entries(
        n,
        n,
        (0..n).map(|i| (i, i)).chain((1..n).map(|i| (i, i - 1))),
    )
    .unwrap();
    let values: Vec<f64> = pattern
        .iter()
        .map(|(i, j)| if i == j { 2e-30 } else { -1e-30 })
        .collect();
    let mut a = vec![0.0; n * n];
    pattern.to_dense(&values, &mut a);
    let (mut eigenvalues, mut vectors, mut s) = (vec![0.0; n], vec![0.0; n * n], vec![0.0; n]);
    symmetric_eigenvectors(n, &a, &mut eigenvalues, &mut vectors).unwrap();
    let mut alone = vec![0.0; n];
    symmetric_eigenvalues(n, &a, &mut alone).unwrap();
    pattern.to_dense_symmetric(&values, &mut a);
    singular_values(n, n, &a, &mut s).unwrap();
    for k in 0..n {
        let angle = (k + 1) as f64 * std::f64::consts::PI / (n + 1) as f64;
        let expected = (2.0 - 2.0 * angle.cos()) * 1e-30;
        assert!((eigenvalues[k] - expected).abs() <= 1e-44);
        assert!((alone[k] - expected).abs() <= 1e-44);
        assert!((s[n - 1 - k] - expected).abs() <= 1e-44);
        // Column k is the sine vector of frequency k.
        let sine: Vec<f64> = (1..=n).map(|i| (i as f64 * angle).sin()).collect();
        let cosine = dot(&sine, &vectors[k * n..(k + 1) * n]).abs() / norm2(&sine);
        assert!((cosine - 1.0).abs() <= 1e-13);
    }
    assert_eq!(numerical_rank(n, n, &s), n);
    assert_eq!(numerical_rank(3, 3, &[1.0, 1e-16, f64::NAN]), 0);
    assert_eq!(numerical_rank(3, 3, &[1.0, 1e-10, 1e-16]), 2);
}

proptest! {
    #[test]
    fn an_svd_reproduces_its_matrix(m in 1_usize..9, n in 1_usize..9, seed in 0_u64..200) {
        let k = m.min(n);
        let a = DMatrix::from_column_slice(m, n, &random(m * n, seed));
        let (mut u, mut s, mut v) = (vec![0.0; m * k], vec![0.0; k], vec![0.0; n * k]);
        svd(m, n, a.as_slice(), &mut u, &mut s, &mut v).unwrap();
        let u = DMatrix::from_column_slice(m, k, &u);
        let v = DMatrix::from_column_slice(n, k, &v);
        let middle = DMatrix::from_diagonal(&DVector::from_column_slice(&s));
        prop_assert!((&u * middle * v.transpose() - &a).norm() <= 1e-14 * (m + n) as f64);
        prop_assert!(s.windows(2).all(|w| w[0] >= w[1]));
        let oracle = a.singular_values();
        for i in 0..k {
            prop_assert!((s[i] - oracle[i]).abs() <= 1e-13);
        }
    }

    #[test]
    fn qr_agrees_with_the_pseudoinverse(m in 1_usize..9, n in 1_usize..9, seed in 0_u64..100) {
        let a = DMatrix::from_column_slice(m, n, &random(m * n, seed));
        let s = a.singular_values();
        prop_assume!(s[m.min(n) - 1] > 1e-3);
        let mut qr = DenseQr::new(m, n);
        prop_assert_eq!(qr.factor_dense(a.as_slice()), Ok(m.min(n)));
        let b = random(m, seed + 9);
        let mut x = vec![0.0; n];
        qr.least_squares(&b, &mut x);
        let expected = a.pseudo_inverse(1e-12).unwrap() * DVector::from_column_slice(&b);
        for i in 0..n {
            prop_assert!((x[i] - expected[i]).abs() <= 1e-8);
        }
    }
}

#[test]
fn the_normal_equations_are_solved_without_being_formed() {
    // A = [1e-3 0; 4 5; 0 6], AᵀA = [16.000001 20; 20 61]
    let mut qr = DenseQr::new(3, 2);
    qr.factor_dense(&[1e-3, 4.0, 0.0, 0.0, 5.0, 6.0]).unwrap();
    let mut b = [16.000001 - 40.0, 20.0 - 122.0];
    qr.normal_solve(&mut b);
    assert!((b[0] - 1.0).abs() < 1e-13 && (b[1] + 2.0).abs() < 1e-13);
    qr.factor_dense(&[1.0, 2.0, 3.0, 2.0, 4.0, 6.0]).unwrap(); // rank 1
    qr.normal_solve(&mut b);
    assert!(b.iter().all(|v| v.is_nan()));
}
