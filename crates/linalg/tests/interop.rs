//! Exchange with nalgebra-sparse and Matrix Market, which also serve as oracles for products.
#![cfg(feature = "nalgebra")]

mod common;

use common::random;
use linalg::interop::{
    format_matrix_market, from_coo, from_csc, parse_matrix_market, read_matrix_market, to_coo,
    to_csc, write_matrix_market,
};
use linalg::{Assembly, Pattern};
use nalgebra_sparse::CscMatrix;
use nalgebra_sparse::na::DVector;
use proptest::prelude::*;

#[test]
fn a_matrix_market_file_comes_back_bit_for_bit() {
    // [0.1 0 1e-300; -7 1/3 0]
    let pattern = Pattern::from_entries(2, 3, [(0, 2), (1, 0), (0, 0), (1, 1)]).unwrap();
    let values = [1e-300, -7.0, 0.1, 1.0 / 3.0];
    let path = std::env::temp_dir().join(format!("linalg-{}.mtx", std::process::id()));
    write_matrix_market(&pattern, &values, &path).unwrap();
    let (read, back) = read_matrix_market(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let (text, text_back) = parse_matrix_market(&format_matrix_market(&pattern, &values)).unwrap();
    let (mut expected, mut found) = ([0.0; 6], [0.0; 6]);
    pattern.to_dense(&values, &mut expected);
    read.to_dense(&back, &mut found);
    assert_eq!((read.nrows(), read.ncols(), found), (2, 3, expected));
    text.to_dense(&text_back, &mut found);
    assert_eq!(found, expected);
}

#[test]
fn a_symmetric_file_is_expanded() {
    let text = "%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n1 1 4.0\n2 1 -1.5\n";
    let (pattern, values) = parse_matrix_market(text).unwrap();
    let mut dense = [0.0; 4];
    pattern.to_dense(&values, &mut dense);
    assert_eq!(dense, [4.0, -1.5, -1.5, 0.0]);
    assert!(parse_matrix_market("no matrix").is_err());
    assert!(read_matrix_market("no such file").is_err());
}

proptest! {
    #[test]
    fn products_agree_with_nalgebra_and_conversions_are_inverse(
        nrows in 1_usize..8,
        ncols in 1_usize..8,
        seed in 0_u64..500,
        count in 0_usize..40,
    ) {
        let draw = random(2 * count, seed);
        let at = |v: f64, n: usize| (((v + 0.5) * n as f64) as usize).min(n - 1);
        let entries = (0..count).map(|k| (at(draw[2 * k], nrows), at(draw[2 * k + 1], ncols)));
        let pattern = Pattern::from_entries(nrows, ncols, entries).unwrap();
        let values = random(count, seed + 1);
        prop_assert_eq!(from_coo(to_coo(&pattern, &values)), (pattern.clone(), values.clone()));

        let csc = to_csc(&pattern, &values);
        let plan = Assembly::new(&pattern);
        prop_assert_eq!(plan.col_ptr(), csc.col_offsets());
        // Their own conversion sorts and sums too.
        let theirs = CscMatrix::from(&to_coo(&pattern, &values));
        prop_assert_eq!(csc.row_indices(), theirs.row_indices());
        for (p, q) in csc.values().iter().zip(theirs.values()) {
            prop_assert!((p - q).abs() <= 1e-14);
        }
        let x = random(ncols, seed + 2);
        let expected = &theirs * DVector::from_column_slice(&x);
        let mut y = vec![0.0; nrows];
        pattern.mul(&values, &x, &mut y);
        for i in 0..nrows {
            prop_assert!((y[i] - expected[i]).abs() <= 1e-13);
        }
        let x = random(nrows, seed + 3);
        let expected = theirs.transpose() * DVector::from_column_slice(&x);
        let mut y = vec![0.0; ncols];
        pattern.mul_transpose(&values, &x, &mut y);
        for j in 0..ncols {
            prop_assert!((y[j] - expected[j]).abs() <= 1e-13);
        }
        let (again, numbers) = from_csc(&csc);
        prop_assert_eq!(to_csc(&again, &numbers), csc);
    }
}
