//! The dense kernel: as many pivots of a front as its own rows and columns allow.

use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve::solve_unit_lower_triangular_in_place;
use faer::reborrow::{IntoConst, Reborrow, ReborrowMut};
use faer::{Accum, MatMut, Par};

/// Columns that are eliminated before the rest of the front is changed.
const PANEL: usize = 32;

/// Eliminates up to `k` pivots among the first `k` rows and columns of the m × m front `f`, column by
/// column, exchanging rows and columns among them; returns how many. `rows` and `cols` (m) name the rows
/// and columns and are exchanged too.
///
/// A pivot must not be smaller than `threshold` times an entry of its column, those of the boundary included; a
/// column without one is tried again after the others, and stays at the end if nothing helps. After
/// the call, the first columns hold L (unit diagonal not stored) and U, the rest the Schur complement.
pub(super) fn eliminate(
    f: &mut [f64],
    m: usize,
    k: usize,
    threshold: f64,
    rows: &mut [usize],
    cols: &mut [usize],
) -> usize {
    debug_assert!(f.len() == m * m && k <= m);
    let mut p = 0;
    loop {
        let before = p;
        let mut end = k;
        while p < end {
            let (first, last) = (p, end.min(p + PANEL));
            p = panel(f, m, k, threshold, first..last, rows, cols);
            update(f, m, first..p, last);
            // columns without a pivot go behind the candidates
            for column in (p..last).rev() {
                end -= 1;
                swap_columns(f, m, column, end);
                cols.swap(column, end);
            }
        }
        if p == k || p == before {
            return p;
        }
    }
}

/// Eliminates within the columns `range`; returns the number of pivots so far.
fn panel(
    f: &mut [f64],
    m: usize,
    k: usize,
    threshold: f64,
    range: std::ops::Range<usize>,
    rows: &mut [usize],
    cols: &mut [usize],
) -> usize {
    let (mut p, mut end) = (range.start, range.end);
    while p < end {
        let column = &f[p * m..(p + 1) * m];
        let (mut pivot, mut largest) = (p, 0.0_f64);
        for i in p..k {
            if column[i].abs() > largest {
                (pivot, largest) = (i, column[i].abs());
            }
        }
        let outside = column[k..].iter().fold(largest, |a, b| a.max(b.abs()));
        // false for NaN
        if !(largest > 0.0 && largest >= threshold * outside) {
            end -= 1;
            swap_columns(f, m, p, end);
            cols.swap(p, end);
            continue;
        }
        if pivot != p {
            rows.swap(p, pivot);
            for column in f.chunks_exact_mut(m) {
                column.swap(p, pivot);
            }
        }
        let (done, rest) = f.split_at_mut((p + 1) * m);
        let column = &mut done[p * m..];
        let inverse = 1.0 / column[p];
        for entry in &mut column[p + 1..] {
            *entry *= inverse;
        }
        for other in rest.chunks_exact_mut(m).take(range.end - p - 1) {
            let factor = other[p];
            if factor != 0.0 {
                for (entry, l) in other[p + 1..].iter_mut().zip(&column[p + 1..]) {
                    *entry -= factor * l;
                }
            }
        }
        p += 1;
    }
    p
}

/// Applies the pivots `range` to the columns from `last` on.
fn update(f: &mut [f64], m: usize, range: std::ops::Range<usize>, last: usize) {
    let (first, p) = (range.start, range.end);
    if first == p || last == m {
        return;
    }
    if (p - first) * (m - last) * (m - p) < 512 {
        for c in last..m {
            for t in first..p {
                let (l, column) = f.split_at_mut(c * m);
                let factor = column[t];
                if factor != 0.0 {
                    let l = &l[t * m + t + 1..(t + 1) * m];
                    for (entry, l) in column[t + 1..m].iter_mut().zip(l) {
                        *entry -= factor * l;
                    }
                }
            }
        }
        return;
    }
    let (left, right) = MatMut::from_column_major_slice_mut(f, m, m).split_at_col_mut(last);
    let left = left.into_const();
    let (above, below) = right.split_at_row_mut(p);
    let mut u = above.subrows_mut(first, p - first);
    let triangle = left.submatrix(first, first, p - first, p - first);
    solve_unit_lower_triangular_in_place(triangle, u.rb_mut(), Par::Seq);
    let l = left.submatrix(p, first, m - p, p - first);
    matmul(below, Accum::Add, l, u.rb(), -1.0, Par::Seq);
}

fn swap_columns(f: &mut [f64], m: usize, a: usize, b: usize) {
    if a != b {
        let (a, b) = (a.min(b), a.max(b));
        let (left, right) = f.split_at_mut(b * m);
        left[a * m..(a + 1) * m].swap_with_slice(&mut right[..m]);
    }
}

#[cfg(test)]
mod tests {
    use super::eliminate;

    /// P A Q = L U on the eliminated part, and the Schur complement on the rest.
    fn check(m: usize, k: usize, a: &[f64], expected: Option<usize>) {
        let mut f = a.to_vec();
        let (mut rows, mut cols): (Vec<_>, Vec<_>) = ((0..m).collect(), (0..m).collect());
        let p = eliminate(&mut f, m, k, 0.05, &mut rows, &mut cols);
        if let Some(expected) = expected {
            assert_eq!(p, expected);
        }
        for j in 0..m {
            for i in 0..m {
                let mut sum = if i >= p && j >= p { f[i + j * m] } else { 0.0 };
                for t in 0..p.min(i + 1).min(j + 1) {
                    let l = if t == i { 1.0 } else { f[i + t * m] };
                    sum += l * f[t + j * m];
                }
                let original = a[rows[i] + cols[j] * m];
                assert!(
                    (sum - original).abs() < 1e-12 * (1 + m) as f64,
                    "({i}, {j})"
                );
            }
        }
    }

    fn random(m: usize, seed: u64) -> Vec<f64> {
        let mut state = seed;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        };
        (0..m * m).map(|_| next()).collect()
    }

    #[test]
    fn factors_and_schur_complement_reproduce_the_front() {
        for (m, k) in [(1, 1), (5, 3), (20, 20), (60, 40), (130, 90)] {
            check(m, k, &random(m, 7 + m as u64), None);
        }
    }

    #[test]
    fn a_column_without_a_pivot_waits_for_the_others_or_is_left() {
        // [0 1 0; 1 0 0; 0 0 0] with two columns of its own: both have pivots
        check(
            3,
            2,
            &[0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            Some(2),
        );
        // the first column is zero within the front and 1 on the boundary
        check(
            3,
            2,
            &[0.0, 0.0, 1.0, 0.0, 2.0, 0.0, 1.0, 0.0, 0.0],
            Some(1),
        );
        // tiny against the boundary
        check(2, 1, &[1e-9, 1.0, 1.0, 0.0], Some(0));
        // zero at first, filled by the elimination of the second
        check(2, 2, &[0.0, 1.0, 1.0, 1.0], Some(2));
    }
}
