//! Vector kernels on slices of `f64`.
//!
//! Every norm propagates NaN: a residual that is not a number never looks small.
//! Lengths must agree; this is checked in debug builds. Each kernel costs O(n) and allocates nothing.

/// Inner product xᵀy.
///
/// Four partial sums, always in the same order, so that the same call gives the same bits.
#[must_use]
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    debug_assert_eq!(x.len(), y.len());
    let mut sums = [0.0; 4];
    let (xs, ys) = (x.chunks_exact(4), y.chunks_exact(4));
    let tail: f64 = xs
        .remainder()
        .iter()
        .zip(ys.remainder())
        .map(|(a, b)| a * b)
        .sum();
    for (a, b) in xs.zip(ys) {
        for k in 0..4 {
            sums[k] += a[k] * b[k];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + tail
}

/// Sum of absolute values ‖x‖₁. NaN if an entry is NaN.
#[must_use]
pub fn norm1(x: &[f64]) -> f64 {
    x.iter().map(|v| v.abs()).sum()
}

/// Euclidean norm ‖x‖₂, without scaling: entries beyond 1e154 overflow to infinity.
/// NaN if an entry is NaN.
#[must_use]
pub fn norm2(x: &[f64]) -> f64 {
    dot(x, x).sqrt()
}

/// Largest absolute value ‖x‖∞, zero for an empty vector. NaN if an entry is NaN
/// (`f64::max` would drop it).
#[must_use]
pub fn norm_inf(x: &[f64]) -> f64 {
    let mut largest = 0.0;
    for v in x {
        let a = v.abs();
        if a > largest || a.is_nan() {
            largest = a;
        }
    }
    largest
}

/// y ← α x + y.
pub fn axpy(alpha: f64, x: &[f64], y: &mut [f64]) {
    debug_assert_eq!(x.len(), y.len());
    for (yi, xi) in y.iter_mut().zip(x) {
        *yi += alpha * xi;
    }
}

/// x ← α x.
pub fn scale(alpha: f64, x: &mut [f64]) {
    for xi in x {
        *xi *= alpha;
    }
}

/// xᵢ ← sᵢ xᵢ.
pub fn scale_by(s: &[f64], x: &mut [f64]) {
    debug_assert_eq!(s.len(), x.len());
    for (xi, si) in x.iter_mut().zip(s) {
        *xi *= si;
    }
}

/// out = x + y.
pub fn add(x: &[f64], y: &[f64], out: &mut [f64]) {
    debug_assert!(x.len() == y.len() && x.len() == out.len());
    for (o, (a, b)) in out.iter_mut().zip(x.iter().zip(y)) {
        *o = a + b;
    }
}

/// out = x − y.
pub fn sub(x: &[f64], y: &[f64], out: &mut [f64]) {
    debug_assert!(x.len() == y.len() && x.len() == out.len());
    for (o, (a, b)) in out.iter_mut().zip(x.iter().zip(y)) {
        *o = a - b;
    }
}

/// Whether no entry is NaN or infinite. True for an empty vector.
#[must_use]
pub fn all_finite(x: &[f64]) -> bool {
    // 0·v is zero exactly when v is finite; a sum without branches runs at memory speed.
    let mut sums = [0.0; 4];
    let chunks = x.chunks_exact(4);
    let mut finite = chunks.remainder().iter().all(|v| v.is_finite());
    for c in chunks {
        for k in 0..4 {
            sums[k] += 0.0 * c[k];
        }
    }
    finite &= (sums[0] + sums[1]) + (sums[2] + sums[3]) == 0.0;
    finite
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norms_propagate_nan_wherever_it_stands() {
        for position in 0..7 {
            let mut x = [1.0, -3.0, 2.0, 0.0, 5.0, -7.0, 4.0];
            x[position] = f64::NAN;
            assert!(norm1(&x).is_nan() && norm2(&x).is_nan() && norm_inf(&x).is_nan());
            assert!(!all_finite(&x));
            x[position] = f64::NEG_INFINITY;
            assert!(!all_finite(&x));
            assert_eq!(norm_inf(&x), f64::INFINITY);
        }
    }

    #[test]
    fn kernels_agree_with_hand_computed_values() {
        let x = [3.0, -4.0, 12.0, 1.0, 2.0];
        let y = [1.0, 2.0, -1.0, 0.5, 4.0];
        assert_eq!(dot(&x, &y), 3.0 - 8.0 - 12.0 + 0.5 + 8.0);
        assert_eq!(norm1(&x), 22.0);
        assert_eq!(norm2(&[3.0, -4.0, 12.0]), 13.0);
        assert_eq!(norm_inf(&x), 12.0);
        let mut z = y;
        axpy(2.0, &x, &mut z);
        assert_eq!(z, [7.0, -6.0, 23.0, 2.5, 8.0]);
        scale(-1.0, &mut z);
        assert_eq!(z, [-7.0, 6.0, -23.0, -2.5, -8.0]);
        scale_by(&[1.0, 0.0, 2.0, -1.0, 0.5], &mut z);
        assert_eq!(z, [-7.0, 0.0, -46.0, 2.5, -4.0]);
        let mut out = [0.0; 5];
        add(&x, &y, &mut out);
        assert_eq!(out, [4.0, -2.0, 11.0, 1.5, 6.0]);
        sub(&x, &y, &mut out);
        assert_eq!(out, [2.0, -6.0, 13.0, 0.5, -2.0]);
    }

    #[test]
    fn an_empty_vector_has_norm_zero() {
        assert_eq!(norm1(&[]) + norm2(&[]) + norm_inf(&[]), 0.0);
        assert!(all_finite(&[]));
    }
}
