use linalg::Pattern;
use proptest::prelude::*;

use super::{columns, star};

fn matrix(nrows: usize, ncols: usize) -> impl Strategy<Value = (Pattern, Vec<bool>)> {
    proptest::collection::btree_map((0..nrows, 0..ncols), any::<bool>(), 0..40).prop_map(
        move |entries| {
            let varies = entries.values().copied().collect();
            let at = entries.into_keys();
            let pattern = Pattern::from_entries(nrows, ncols, at).expect("in range");
            (pattern, varies)
        },
    )
}

fn lower_triangle(n: usize) -> impl Strategy<Value = Pattern> {
    proptest::collection::btree_set((0..n, 0..n), 0..60).prop_map(move |entries| {
        let below = entries.into_iter().filter(|(i, j)| i >= j);
        Pattern::from_entries(n, n, below).expect("in range")
    })
}

proptest! {
    #[test]
    fn a_varying_entry_is_alone_in_its_row_and_colour((pattern, varies) in matrix(8, 12)) {
        let colouring = columns(&pattern, &varies);
        for (k, (i, j)) in pattern.iter().enumerate() {
            prop_assert!(!varies[k] || colouring.of[j].is_some());
            for (l, (other_row, other)) in pattern.iter().enumerate() {
                let meets = other_row == i && other != j && (varies[k] || varies[l]);
                if meets && colouring.of[j].is_some() && colouring.of[other].is_some() {
                    prop_assert_ne!(colouring.of[j], colouring.of[other]);
                }
            }
        }
        for (j, colour) in colouring.of.iter().enumerate() {
            let takes_part = pattern.iter().zip(&varies).any(|((_, k), &v)| k == j && v);
            prop_assert_eq!(colour.is_some(), takes_part);
            prop_assert!(colour.is_none_or(|c| c < colouring.count));
        }
    }

    #[test]
    fn symmetric_matrices_are_read_off_their_products(pattern in lower_triangle(12)) {
        let n = 12;
        let star = star(&pattern);
        let values: Vec<f64> = (0..pattern.nnz()).map(|k| (k + 1) as f64).collect();
        for colour in 0..star.colours.count {
            let of_colour = |v: usize| star.colours.of[v] == Some(colour);
            let d: Vec<f64> = (0..n).map(|v| f64::from(u8::from(of_colour(v)))).collect();
            let mut product = vec![0.0; n];
            pattern.mul_symmetric(&values, &d, &mut product);
            for (value, &(row, c)) in values.iter().zip(&star.reading) {
                prop_assert!(c != colour || product[row] == *value);
            }
        }
    }

    #[test]
    fn no_path_of_four_variables_has_two_colours(pattern in lower_triangle(10)) {
        let star = star(&pattern);
        let mut adjacent = [[false; 10]; 10];
        for (i, j) in pattern.iter().filter(|(i, j)| i != j) {
            (adjacent[i][j], adjacent[j][i]) = (true, true);
        }
        let c = |v: usize| star.colours.of[v];
        for a in 0..10 {
            for b in (0..10).filter(|&b| adjacent[a][b]) {
                prop_assert_ne!(c(a), c(b));
                for x in (0..10).filter(|&x| x != a && adjacent[b][x]) {
                    for y in (0..10).filter(|&y| y != b && adjacent[x][y]) {
                        prop_assert!(c(a) != c(x) || c(b) != c(y));
                    }
                }
            }
        }
    }
}

/// Entries of a band of half width `b`.
fn band(n: usize, b: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |j| (j.saturating_sub(b)..n.min(j + b + 1)).map(move |i| (i, j)))
}

#[test]
fn bands_have_as_many_colours_as_they_are_wide_and_arrows_two() {
    for b in 0..4 {
        let pattern = Pattern::from_entries(50, 50, band(50, b)).unwrap();
        assert_eq!(
            columns(&pattern, &vec![true; pattern.nnz()]).count,
            2 * b + 1
        );
    }
    let path = Pattern::from_entries(50, 50, band(50, 1).filter(|(i, j)| i >= j)).unwrap();
    assert_eq!(star(&path).colours.count, 3);
    let arrow = (0..50).map(|i| (i, i)).chain((1..50).map(|i| (i, 0)));
    let arrow = Pattern::from_entries(50, 50, arrow).unwrap();
    assert_eq!(star(&arrow).colours.count, 2);
    let full = Pattern::lower_triangle(7);
    assert_eq!(star(&full).colours.count, 7);
}

#[test]
fn a_row_of_constant_entries_costs_no_colour() {
    // a tridiagonal matrix over a full row that is linear
    let at = band(50, 1).chain((0..50).map(|j| (50, j)));
    let pattern = Pattern::from_entries(51, 50, at).unwrap();
    let varies: Vec<bool> = pattern.rows().iter().map(|&i| i < 50).collect();
    assert_eq!(columns(&pattern, &varies).count, 3);
}

#[test]
fn the_colours_of_a_large_grid_are_few() {
    // five points on 100 × 100: at least 5 for columns; for variables in the natural order few more than 4
    let n = 100;
    let at = (0..n * n).flat_map(|v| {
        let (r, c) = (v / n, v % n);
        let right = (c + 1 < n).then_some((v + 1, v));
        let down = (r + 1 < n).then_some((v + n, v));
        [Some((v, v)), right, down].into_iter().flatten()
    });
    let lower = Pattern::from_entries(n * n, n * n, at.clone()).unwrap();
    let mirrored = at.clone().filter(|(i, j)| i != j).map(|(i, j)| (j, i));
    let full = Pattern::from_entries(n * n, n * n, at.chain(mirrored)).unwrap();
    let by_column = columns(&full, &vec![true; full.nnz()]).count;
    let by_variable = star(&lower).colours.count;
    assert!((5..=9).contains(&by_column), "{by_column}");
    assert!((4..=7).contains(&by_variable), "{by_variable}");
}
