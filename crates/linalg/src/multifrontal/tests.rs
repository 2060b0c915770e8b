//! Against another factorization, in any order, and on singular matrices.

use super::MultifrontalLu;
use crate::{Factorization, Pattern, lu, nested_dissection};

/// A saddle matrix [K + shift, A; A, 0] on a k × k grid, K and A of the Poisson equation.
fn saddle(k: usize) -> (Pattern, Vec<f64>) {
    let n = k * k;
    let (mut entries, mut values) = (Vec::new(), Vec::new());
    let mut add = |i: usize, j: usize, v: f64| {
        entries.push((i, j));
        values.push(v);
    };
    for v in 0..n {
        add(v, v, 1e-3 * (1 + v % 5) as f64);
        for (w, is_inside) in [
            (v, true),
            (v.wrapping_sub(1), v % k > 0),
            (v + 1, v % k + 1 < k),
            (v.wrapping_sub(k), v >= k),
            (v + k, v + k < n),
        ] {
            if is_inside {
                let a = if w == v { 4.0 } else { -1.0 };
                add(n + v, w, a);
                add(w, n + v, a * (1.0 + 0.1 * (v % 3) as f64));
            }
        }
    }
    (
        Pattern::from_entries(2 * n, 2 * n, entries).unwrap(),
        values,
    )
}

#[test]
fn a_saddle_matrix_with_a_zero_block_is_solved_as_by_another_factorization() {
    for k in [3, 9, 20] {
        let (pattern, values) = saddle(k);
        let n = pattern.nrows();
        let mut ours = MultifrontalLu::new(&pattern, &nested_dissection(&pattern));
        let mut other = lu(&pattern);
        ours.factor(&values).unwrap();
        other.factor(&values).unwrap();
        let b: Vec<f64> = (0..n).map(|i| (i as f64 * 0.7).sin()).collect();
        let (mut x, mut expected) = (b.clone(), b.clone());
        ours.solve(&mut x);
        other.solve(&mut expected);
        let size = expected.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        for (x, e) in x.iter().zip(&expected) {
            assert!((x - e).abs() <= 1e-11 * size, "{x} {e}");
        }
        let (mut x, mut expected) = (b.clone(), b);
        ours.solve_transpose(&mut x);
        other.solve_transpose(&mut expected);
        let size = expected.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        for (x, e) in x.iter().zip(&expected) {
            assert!((x - e).abs() <= 1e-11 * size, "{x} {e}");
        }
    }
}

#[test]
fn any_order_of_elimination_gives_the_solution() {
    let (pattern, values) = saddle(6);
    let n = pattern.nrows();
    let mut b = vec![0.0; n];
    let ones = vec![1.0; n];
    pattern.mul(&values, &ones, &mut b);
    for step in [1, 5, 7, 11, 25] {
        let order: Vec<usize> = (0..n).map(|k| (k * step) % n).collect();
        let mut factors = MultifrontalLu::new(&pattern, &order);
        factors.factor(&values).unwrap();
        let mut x = b.clone();
        factors.solve(&mut x);
        assert!(x.iter().all(|x| (x - 1.0).abs() < 1e-10));
    }
}

#[test]
fn singular_and_nan_matrices_are_errors_and_then_solve_to_nan() {
    let (pattern, mut values) = saddle(4);
    let order = nested_dissection(&pattern);
    let mut factors = MultifrontalLu::new(&pattern, &order);
    factors.factor(&values).unwrap();
    // the row of an unknown multiplied by zero
    for (v, (i, _)) in values.iter_mut().zip(pattern.iter()) {
        if i == 20 {
            *v = 0.0;
        }
    }
    assert!(factors.factor(&values).is_err());
    let mut x = vec![1.0; pattern.nrows()];
    factors.solve(&mut x);
    assert!(x.iter().all(|x| x.is_nan()));
    values[3] = f64::NAN;
    assert!(factors.factor(&values).is_err());
    // two equal rows, structurally fine
    let twice = Pattern::from_entries(2, 2, [(0, 0), (0, 1), (1, 0), (1, 1)]).unwrap();
    let mut factors = MultifrontalLu::new(&twice, &[0, 1]);
    assert!(factors.factor(&[1.0, 2.0, 2.0, 4.0]).is_err());
    assert!(factors.factor(&[1.0; 3]).is_err());
}
