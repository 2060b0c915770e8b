//! A proved lower bound of the eigenvalues of a symmetric interval matrix.

use super::Interval;

/// The place of entry (i, j), j ≤ i, in the lower triangle stored by rows.
pub(crate) fn triangle(i: usize, j: usize) -> usize {
    let (i, j) = if i >= j { (i, j) } else { (j, i) };
    i * (i + 1) / 2 + j
}

/// Work space for matrices of order at most n.
#[derive(Debug)]
pub(crate) struct Spectrum {
    kept: Vec<usize>,
    matrix: Vec<Interval>,
    work: Vec<Interval>,
    rotated: Vec<f64>,
}

/// Relative distances by which the approximate eigenvalue is lowered until the proof succeeds.
const RETREATS: [f64; 6] = [1e-14, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4];

impl Spectrum {
    pub(crate) fn new(n: usize) -> Self {
        Spectrum {
            kept: Vec::with_capacity(n),
            matrix: vec![Interval::ZERO; n * (n + 1) / 2],
            work: vec![Interval::ZERO; n * (n + 1) / 2],
            rotated: vec![0.0; n * n],
        }
    }

    /// λ such that every symmetric matrix within `a` (order n, lower triangle by rows) has all
    /// eigenvalues ≥ λ; −∞ when nothing is found.
    ///
    /// Rows that are exactly 0 are left out and count as the eigenvalue 0. First the matrix itself is
    /// factorized, which proves λ ≥ 0 also where the smallest eigenvalue is 0. Then the approximate
    /// smallest eigenvalue of a matrix with the lower ends on the diagonal and midpoints beside it is
    /// lowered until a factorization proves it, and the radii beside the diagonal are subtracted by
    /// Gershgorin's theorem (compare Rump2010).
    pub(crate) fn smallest(&mut self, n: usize, a: &[Interval]) -> f64 {
        self.kept.clear();
        let is_zero = |i: usize| (0..n).all(|j| a[triangle(i, j)].is_zero());
        self.kept.extend((0..n).filter(|&i| !is_zero(i)));
        let k = self.kept.len();
        for p in 0..k {
            for q in 0..=p {
                let entry = a[triangle(self.kept[p], self.kept[q])];
                if entry.is_empty() || entry.lo.is_infinite() || (p != q && entry.hi.is_infinite())
                {
                    return f64::NEG_INFINITY;
                }
                self.matrix[triangle(p, q)] = entry;
            }
        }
        let cap = if k < n { 0.0 } else { f64::INFINITY };
        let found = match k {
            0 => f64::INFINITY,
            1 => self.matrix[0].lo,
            _ => self.smallest_of_kept(k),
        };
        found.min(cap)
    }

    fn smallest_of_kept(&mut self, k: usize) -> f64 {
        let is_semidefinite = self.factorize(k, 0.0);
        // midpoints beside the diagonal, their radii as row sums
        let mut radius = 0.0_f64;
        for p in 0..k {
            let mut sum = Interval::ZERO;
            for q in (0..k).filter(|&q| q != p) {
                let entry = self.matrix[triangle(p, q)];
                let mid = Interval::point(entry.mid());
                sum += (entry - mid).abs();
            }
            radius = radius.max(sum.hi);
        }
        for p in 0..k {
            for q in 0..=p {
                let entry = &mut self.matrix[triangle(p, q)];
                let middle = if p == q { entry.lo } else { entry.mid() };
                *entry = Interval::point(middle);
            }
        }
        let (approximate, size) = self.approximate(k);
        let proved = RETREATS
            .iter()
            .map(|e| approximate - e * size)
            .find(|&shift| self.factorize(k, shift));
        let lambda = match proved {
            Some(shift) if radius.is_finite() => {
                (Interval::point(shift) - Interval::point(radius)).lo
            }
            _ => f64::NEG_INFINITY,
        };
        if is_semidefinite {
            lambda.max(0.0)
        } else {
            lambda
        }
    }

    /// Proves matrix − shift·I positive semidefinite by an interval LDLᵀ factorization in which a pivot
    /// is positive, or 0 together with its column.
    fn factorize(&mut self, k: usize, shift: f64) -> bool {
        let m = &mut self.work;
        let entries = k * (k + 1) / 2;
        m[..entries].copy_from_slice(&self.matrix[..entries]);
        for p in 0..k {
            let entry = &mut m[triangle(p, p)];
            *entry -= Interval::point(shift);
        }
        for p in 0..k {
            let pivot = m[triangle(p, p)];
            let positive = pivot.lo > 0.0;
            if !positive {
                if pivot.is_zero() && (p + 1..k).all(|i| m[triangle(i, p)].is_zero()) {
                    continue;
                }
                return false;
            }
            for i in p + 1..k {
                for j in p + 1..=i {
                    let (left, right) = (m[triangle(i, p)], m[triangle(j, p)]);
                    let outer = if i == j { left.sqr() } else { left * right };
                    let entry = &mut m[triangle(i, j)];
                    *entry -= outer / pivot;
                }
            }
        }
        true
    }

    /// The smallest eigenvalue of the matrix of lower ends by cyclic Jacobi rotations, and its largest
    /// row sum.
    fn approximate(&mut self, k: usize) -> (f64, f64) {
        let a = &mut self.rotated;
        let mut size = 0.0_f64;
        for p in 0..k {
            for q in 0..k {
                a[p * k + q] = self.matrix[triangle(p, q)].lo;
            }
            size = size.max(a[p * k..(p + 1) * k].iter().map(|v| v.abs()).sum());
        }
        for _ in 0..12 {
            let mut rotated = false;
            for p in 0..k {
                for q in p + 1..k {
                    rotated |= rotate(a, k, p, q, 1e-16 * size);
                }
            }
            if !rotated {
                break;
            }
        }
        let smallest = (0..k).map(|p| a[p * k + p]).fold(f64::INFINITY, f64::min);
        (smallest, size)
    }
}

/// One Jacobi rotation that makes a_pq = 0; false when it is negligible already.
fn rotate(a: &mut [f64], k: usize, p: usize, q: usize, negligible: f64) -> bool {
    let apq = a[p * k + q];
    // false for NaN as well
    let large = apq.abs() > negligible;
    if !large {
        return false;
    }
    let theta = (a[q * k + q] - a[p * k + p]) / (2.0 * apq);
    let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let c = 1.0 / t.hypot(1.0);
    let s = t * c;
    for i in 0..k {
        let (x, y) = (a[i * k + p], a[i * k + q]);
        (a[i * k + p], a[i * k + q]) = (c * x - s * y, s * x + c * y);
    }
    for i in 0..k {
        let (x, y) = (a[p * k + i], a[q * k + i]);
        (a[p * k + i], a[q * k + i]) = (c * x - s * y, s * x + c * y);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smallest(n: usize, entries: &[(f64, f64)]) -> f64 {
        let a: Vec<_> = entries.iter().map(|e| Interval::new(e.0, e.1)).collect();
        Spectrum::new(n).smallest(n, &a)
    }

    #[test]
    fn bounds_are_close_for_point_matrices() {
        // [2 1; 1 2], eigenvalues 1 and 3
        let found = smallest(2, &[(2.0, 2.0), (1.0, 1.0), (2.0, 2.0)]);
        assert!(found <= 1.0 && found > 1.0 - 1e-12, "{found}");
        // [1 2; 2 1], eigenvalues −1 and 3
        let found = smallest(2, &[(1.0, 1.0), (2.0, 2.0), (1.0, 1.0)]);
        assert!(found <= -1.0 && found > -1.0 - 1e-12, "{found}");
        // second differences of order 3: 2 − √2
        let d = (2.0, 2.0);
        let o = (-1.0, -1.0);
        let found = smallest(3, &[d, o, d, (0.0, 0.0), o, d]);
        let exact = 2.0 - 2.0f64.sqrt();
        assert!(found <= exact && found > exact - 1e-12, "{found}");
    }

    #[test]
    fn singular_semidefinite_matrices_are_recognised_and_zero_rows_left_out() {
        assert_eq!(smallest(2, &[(2.0, 2.0), (2.0, 2.0), (2.0, 2.0)]), 0.0);
        assert_eq!(smallest(2, &[(0.0, 0.0), (0.0, 0.0), (3.0, 5.0)]), 0.0);
        assert_eq!(smallest(2, &[(0.0, 0.0), (0.0, 0.0), (-3.0, 5.0)]), -3.0);
        assert_eq!(smallest(1, &[(0.0, 0.0)]), 0.0);
    }

    #[test]
    fn widths_lower_the_bound_and_unbounded_entries_end_it() {
        // the worst member is [2 1.5; 1.5 2]
        let found = smallest(2, &[(2.0, 9.0), (0.5, 1.5), (2.0, 9.0)]);
        assert!(found <= 0.5 && found > 0.5 - 1e-12, "{found}");
        let infinite = f64::INFINITY;
        assert_eq!(smallest(1, &[(-infinite, 1.0)]), -infinite);
        assert_eq!(
            smallest(2, &[(1.0, 1.0), (-infinite, infinite), (1.0, 1.0)]),
            -infinite
        );
        assert_eq!(smallest(1, &[(4.0, infinite)]), 4.0);
    }
}
