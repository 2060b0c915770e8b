//! LU, dense and sparse: residuals, an independent oracle, and every way to fail.
#![cfg(feature = "faer")]

mod common;

use common::{random, residual};
use linalg::{DenseLu, FactorError, Factorization, Pattern, SparseLu, lu};
use nalgebra_sparse::na::{DMatrix, DVector};
use proptest::prelude::*;

/// Both factorizations of a dense column-major matrix.
fn both(n: usize) -> [Box<dyn Factorization>; 2] {
    [
        Box::new(DenseLu::new(n)),
        Box::new(SparseLu::new(&Pattern::dense(n, n))),
    ]
}

#[test]
fn random_systems_agree_with_nalgebra() {
    for n in [1, 2, 3, 4, 5, 7, 8, 15, 33, 64, 101] {
        let a = random(n * n, n as u64);
        let b = random(n, 99);
        let oracle = DMatrix::from_column_slice(n, n, &a);
        let expected = oracle
            .clone()
            .lu()
            .solve(&DVector::from_column_slice(&b))
            .unwrap();
        let transposed = oracle
            .transpose()
            .lu()
            .solve(&DVector::from_column_slice(&b))
            .unwrap();
        for mut factors in both(n) {
            factors.factor(&a).unwrap();
            let mut x = b.clone();
            factors.solve(&mut x);
            for i in 0..n {
                assert!(
                    (x[i] - expected[i]).abs() <= 1e-9 * expected.amax(),
                    "n = {n}: {factors:?}"
                );
            }
            let mut x = b.clone();
            factors.solve_transpose(&mut x);
            for i in 0..n {
                assert!(
                    (x[i] - transposed[i]).abs() <= 1e-9 * transposed.amax(),
                    "n = {n}"
                );
            }
        }
    }
}

#[test]
fn a_permutation_needs_pivoting_and_gets_it() {
    // [0 1; 1 0]
    for mut factors in both(2) {
        factors.factor(&[0.0, 1.0, 1.0, 0.0]).unwrap();
        let mut x = [3.0, 5.0];
        factors.solve(&mut x);
        assert_eq!(x, [5.0, 3.0]);
    }
}

#[test]
fn singular_matrices_are_errors() {
    // [1 2; 2 4] + 1, the trap of faer: it answers Ok and solves to NaN
    let trap = [1.0, 2.0, 0.0, 2.0, 4.0, 0.0, 0.0, 0.0, 1.0];
    // the same with a third, where the lost pivot is rounding noise
    let noisy = trap.map(|v| v / 3.0 * 1.1);
    let zero_column = [1.0, 2.0, 3.0, 0.0, 0.0, 0.0, 1.0, 5.0, 2.0];
    let zero_row = [1.0, 0.0, 3.0, 4.0, 0.0, 6.0, 7.0, 0.0, 1.0];
    for matrix in [trap, noisy, zero_column, zero_row, [0.0; 9]] {
        for mut factors in both(3) {
            let verdict = factors.factor(&matrix);
            assert!(
                matches!(
                    verdict,
                    Err(FactorError::Singular { .. }
                        | FactorError::IllConditioned { .. }
                        | FactorError::Inaccurate { .. })
                ),
                "{matrix:?}: {verdict:?} by {factors:?}"
            );
            let mut b = [1.0; 3];
            factors.solve(&mut b);
            assert!(
                b.iter().all(|v| v.is_nan()),
                "a failed factor must not solve"
            );
        }
    }
}

#[test]
fn a_pivot_lost_in_rounding_is_named_with_its_size() {
    // [0.1 0.3 1; 0.2 0.6 2; 1 1 1]: rows 0 and 1 are dependent up to rounding.
    let mut factors = DenseLu::new(3);
    let verdict = factors.factor_dense(&[0.1, 0.2, 1.0, 0.3, 0.1 + 0.2 + 0.3, 1.0, 1.0, 2.0, 1.0]);
    assert!(
        matches!(verdict, Err(FactorError::Singular { index: 2, ratio }) if ratio < 1e-15),
        "{verdict:?}"
    );
}

#[test]
fn a_rank_deficient_product_is_singular_whatever_its_size() {
    for n in [5, 20, 60, 100] {
        let left = DMatrix::from_column_slice(n, n - 1, &random(n * (n - 1), 7));
        let right = DMatrix::from_column_slice(n - 1, n, &random(n * (n - 1), 8));
        let product = left * right;
        for mut factors in both(n) {
            assert!(
                factors.factor(product.as_slice()).is_err(),
                "n = {n}: {factors:?}"
            );
        }
    }
}

#[test]
fn bad_units_do_not_make_a_matrix_singular() {
    // [1 1; 0 1e-20], [1e200 0; 0 1e-200], [1 1e-20; 1 -1e-20], [1e12 1; 1 2e-12]
    let matrices = [
        ([1.0, 0.0, 1.0, 1e-20], [2.0, 3e-20], [-1.0, 3.0]),
        ([1e200, 0.0, 0.0, 1e-200], [2e200, 3e-200], [2.0, 3.0]),
        ([1.0, 1.0, 1e-20, -1e-20], [3.0, -1.0], [1.0, 2e20]),
        (
            [1e12, 1.0, 1.0, 2e-12],
            [1e12 + 1e12, 1.0 + 2.0],
            [1.0, 1e12],
        ),
    ];
    for (a, b, expected) in matrices {
        for mut factors in both(2) {
            factors.factor(&a).unwrap();
            let mut x = b;
            factors.solve(&mut x);
            for i in 0..2 {
                assert!(
                    (x[i] - expected[i]).abs() <= 1e-14 * expected[i].abs(),
                    "{a:?}: {x:?}"
                );
            }
        }
    }
}

#[test]
fn nan_infinity_and_wrong_lengths_are_refused_and_forgotten() {
    for mut factors in both(3) {
        for bad in [f64::NAN, f64::INFINITY] {
            factors
                .factor(&[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0])
                .unwrap();
            let mut a = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
            a[5] = bad;
            assert_eq!(factors.factor(&a), Err(FactorError::NotFinite));
            let mut b = [1.0; 3];
            factors.solve_transpose(&mut b);
            assert!(b[0].is_nan());
        }
        let verdict = factors.factor(&[1.0; 4]);
        assert_eq!(
            verdict,
            Err(FactorError::Dimension {
                expected: 9,
                found: 4
            })
        );
    }
    let mut small = lu(&Pattern::diagonal(3));
    assert_eq!(small.factor(&[1.0; 3]), Ok(()));
    assert_eq!(
        small.factor(&[1.0; 2]),
        Err(FactorError::Dimension {
            expected: 3,
            found: 2
        })
    );
    let mut b = [1.0; 3];
    small.solve(&mut b);
    assert!(b[0].is_nan());
}

#[test]
fn structurally_singular_sparse_patterns_are_errors() {
    // Columns 0 and 1 meet only row 0; 100 unknowns, so that the sparse code answers.
    let n = 100;
    let entries = [(0, 0), (0, 1), (1, 2)]
        .into_iter()
        .chain((2..n).map(|i| (i, i)));
    let pattern = Pattern::from_entries(n, n, entries).unwrap();
    let mut factors = lu(&pattern);
    let verdict = factors.factor(&vec![1.0; pattern.nnz()]);
    assert!(verdict.is_err(), "{verdict:?}");
    // An empty column and row.
    let pattern = Pattern::from_entries(n, n, (1..n).map(|i| (i, i))).unwrap();
    let verdict = lu(&pattern).factor(&vec![1.0; n - 1]);
    assert_eq!(
        verdict,
        Err(FactorError::Singular {
            index: 0,
            ratio: 0.0
        })
    );
}

#[test]
fn a_sparse_laplacian_is_refactored_in_place() {
    // Five-point Laplacian on a 30 × 30 grid.
    let k = 30;
    let mut entries = vec![];
    for i in 0..k * k {
        entries.push((i, i));
        if i % k != 0 {
            entries.extend([(i, i - 1), (i - 1, i)]);
        }
        if i >= k {
            entries.extend([(i, i - k), (i - k, i)]);
        }
    }
    let pattern = Pattern::from_entries(k * k, k * k, entries).unwrap();
    let mut factors = lu(&pattern);
    assert!(format!("{factors:?}").contains("MultifrontalLu"));
    for shift in [4.0, 5.0, 4.5] {
        let values: Vec<f64> = pattern
            .iter()
            .map(|(i, j)| if i == j { shift } else { -1.0 })
            .collect();
        factors.factor(&values).unwrap();
        let b = random(k * k, 3);
        let mut x = b.clone();
        factors.solve(&mut x);
        let mut ax = vec![0.0; k * k];
        pattern.mul(&values, &x, &mut ax);
        assert!(residual(&ax, &x, &b) <= 1e-14);
        let mut x = b.clone();
        factors.solve_transpose(&mut x);
        pattern.mul_transpose(&values, &x, &mut ax);
        assert!(residual(&ax, &x, &b) <= 1e-14);
    }
}

#[test]
fn order_zero_is_a_system_too() {
    let mut factors = lu(&Pattern::empty(0, 0));
    assert_eq!(factors.factor(&[]), Ok(()));
    factors.solve(&mut []);
}

proptest! {
    #[test]
    fn what_is_accepted_solves(n in 1_usize..12, seed in 0_u64..1000, exponent in -30_i32..30) {
        let mut a = random(n * n, seed);
        // A row and a column in absurd units.
        for j in 0..n {
            a[j * n] *= 10_f64.powi(exponent);
            a[j] *= 10_f64.powi(-exponent / 2);
        }
        let b = {
            let mut b = vec![0.0; n];
            Pattern::dense(n, n).mul(&a, &random(n, seed + 1), &mut b);
            b
        };
        let mut dense = DenseLu::new(n);
        if dense.factor_dense(&a).is_ok() {
            let mut x = b.clone();
            dense.solve(&mut x);
            // Row by row: the residual is small in the units of each equation.
            for i in 0..n {
                let (mut sum, mut size) = (-b[i], b[i].abs());
                for j in 0..n {
                    sum += a[i + j * n] * x[j];
                    size += (a[i + j * n] * x[j]).abs();
                }
                prop_assert!(sum.abs() <= 1e-9 * size, "row {}: {} of {}", i, sum, size);
            }
        } else {
            prop_assert!(n < 12 && dense.n() == n);
            // Random matrices are nonsingular: a refusal needs a condition number to match.
            let s = DMatrix::from_column_slice(n, n, &random(n * n, seed)).singular_values();
            prop_assert!(s[n - 1] < 1e-8 * s[0], "refused a good matrix");
        }
    }
}
