//! Gaussian elimination with partial pivoting on a column-major matrix.

/// P A = L U in place: U on and above the diagonal, the unit lower L below it.
///
/// `rows[i]` becomes the row of A that stands at place i. Left-looking: each column is brought up to
/// date by the columns before it, four at a time, then its pivot is chosen. 2n³/3 operations.
///
/// # Errors
/// The index of a column without a nonzero pivot.
pub(super) fn eliminate(n: usize, a: &mut [f64], rows: &mut [usize]) -> Result<(), usize> {
    debug_assert!(a.len() == n * n && rows.len() == n);
    for (place, row) in rows.iter_mut().enumerate() {
        *row = place;
    }
    for j in 0..n {
        let (left, right) = a.split_at_mut(j * n);
        update_column(n, left, &mut right[..n]);

        let mut pivot_row = j;
        let mut largest = 0.0;
        for (i, v) in right[..n].iter().enumerate().skip(j) {
            if v.abs() > largest {
                largest = v.abs();
                pivot_row = i;
            }
        }
        if largest == 0.0 {
            return Err(j);
        }
        if pivot_row != j {
            rows.swap(j, pivot_row);
            // Whole rows: later columns then need no list of exchanges.
            for column in a.chunks_exact_mut(n) {
                column.swap(j, pivot_row);
            }
        }
        let column = &mut a[j * n..(j + 1) * n];
        let pivot = column[j];
        for v in &mut column[j + 1..] {
            *v /= pivot;
        }
    }
    Ok(())
}

/// c ← c with its first j entries replaced by L⁻¹c and the others reduced, j = left.len() / n.
fn update_column(n: usize, left: &[f64], c: &mut [f64]) {
    let mut k = 0;
    let mut quads = left.chunks_exact(4 * n);
    for quad in quads.by_ref() {
        let (l0, rest) = quad.split_at(n);
        let (l1, rest) = rest.split_at(n);
        let (l2, l3) = rest.split_at(n);
        let u0 = c[k];
        let u1 = c[k + 1] - u0 * l0[k + 1];
        let u2 = c[k + 2] - u0 * l0[k + 2] - u1 * l1[k + 2];
        let u3 = c[k + 3] - u0 * l0[k + 3] - u1 * l1[k + 3] - u2 * l2[k + 3];
        c[k + 1] = u1;
        c[k + 2] = u2;
        c[k + 3] = u3;
        k += 4;
        let tail = &mut c[k..n];
        let m = tail.len();
        let (l0, l1, l2, l3) = (&l0[k..][..m], &l1[k..][..m], &l2[k..][..m], &l3[k..][..m]);
        for i in 0..m {
            tail[i] -= (u0 * l0[i] + u1 * l1[i]) + (u2 * l2[i] + u3 * l3[i]);
        }
    }
    for l in quads.remainder().chunks_exact(n) {
        let u = c[k];
        k += 1;
        for (v, l) in c[k..n].iter_mut().zip(&l[k..n]) {
            *v -= u * l;
        }
    }
}
