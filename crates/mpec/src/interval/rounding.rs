//! Directed rounding of single operations.
//!
//! The error of a rounded sum (Knuth's TwoSum) or root (by a fused multiply-add) is itself a double unless
//! something underflows, so that its sign tells whether the exact result lies below (OgitaRumpOishi2005).
//! Products and quotients are moved unless the digits of the factors show that they are exact: a fused
//! multiply-add for each would be a call on machines without the instruction, and most of the time.

/// Results of smaller magnitude are always moved: their errors may underflow.
const TINY: f64 = 1e-280;

/// `nearest`, or the next double below when `error` = exact − nearest is negative.
fn down(nearest: f64, error: f64) -> f64 {
    if nearest == f64::INFINITY {
        f64::MAX
    } else if error >= 0.0 {
        nearest
    } else {
        nearest.next_down()
    }
}

/// a b is a double, as the significant bits of the factors are 53 together or fewer; sufficient where nothing
/// under- or overflows.
#[inline]
fn is_exact(a: f64, b: f64) -> bool {
    let zeros = |v: f64| (v.to_bits() | 1 << 52).trailing_zeros();
    zeros(a) + zeros(b) >= 53
}

/// A lower bound of a + b, the largest double unless something overflows.
#[inline]
pub(super) fn add_down(a: f64, b: f64) -> f64 {
    let sum = a + b;
    if a.is_infinite() || b.is_infinite() || sum.is_nan() {
        // ∞ − ∞ has no lower bound
        return if sum.is_nan() { f64::NEG_INFINITY } else { sum };
    }
    let from_a = sum - b;
    let error = (a - from_a) + (b - (sum - from_a));
    down(sum, error)
}

/// An upper bound of a + b.
#[inline]
pub(super) fn add_up(a: f64, b: f64) -> f64 {
    -add_down(-a, -b)
}

/// A lower bound of a b; 0 when a factor is 0.
#[inline]
pub(super) fn mul_down(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 {
        return 0.0;
    }
    let product = a * b;
    if a.is_infinite() || b.is_infinite() || product.is_nan() {
        return if product.is_nan() {
            f64::NEG_INFINITY
        } else {
            product
        };
    }
    if product.abs() >= TINY && product.is_finite() && is_exact(a, b) {
        product
    } else {
        down(product, -1.0)
    }
}

/// An upper bound of a b; 0 when a factor is 0.
#[inline]
pub(super) fn mul_up(a: f64, b: f64) -> f64 {
    -mul_down(-a, b)
}

/// A lower bound of a / b for b ≠ 0; 0 when b is infinite, as the bound of a limit.
#[inline]
pub(super) fn div_down(a: f64, b: f64) -> f64 {
    debug_assert!(b != 0.0);
    if a == 0.0 {
        return 0.0;
    }
    let quotient = a / b;
    if quotient.is_nan() {
        return f64::NEG_INFINITY;
    }
    if a.is_infinite() || b.is_infinite() {
        return quotient;
    }
    let is_normal = quotient.abs() >= TINY && a.abs() >= TINY && quotient.is_finite();
    if is_normal && quotient * b == a && is_exact(quotient, b) {
        quotient
    } else {
        down(quotient, -1.0)
    }
}

/// An upper bound of a / b for b ≠ 0.
#[inline]
pub(super) fn div_up(a: f64, b: f64) -> f64 {
    -div_down(-a, b)
}

/// A lower bound of √a for a ≥ 0.
pub(super) fn sqrt_down(a: f64) -> f64 {
    let root = a.sqrt();
    if a == 0.0 || a.is_infinite() {
        root
    } else if a < TINY {
        root.next_down()
    } else {
        down(root, (-root).mul_add(root, a))
    }
}

/// An upper bound of √a for a ≥ 0.
pub(super) fn sqrt_up(a: f64) -> f64 {
    let root = sqrt_down(a);
    if root * root == a && root.mul_add(root, -a) == 0.0 {
        root
    } else {
        root.next_up()
    }
}

/// `value`, `ulps` doubles lower.
pub(super) fn lower(value: f64, ulps: usize) -> f64 {
    if value == f64::INFINITY {
        return f64::MAX;
    }
    (0..ulps).fold(value, |v, _| v.next_down())
}

/// `value`, `ulps` doubles higher.
pub(super) fn raise(value: f64, ulps: usize) -> f64 {
    -lower(-value, ulps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_results_stay_and_others_move_to_the_neighbour() {
        assert_eq!((add_down(0.5, 0.25), add_up(0.5, 0.25)), (0.75, 0.75));
        assert_eq!(
            (add_down(1.0, 1e-30), add_up(1.0, 1e-30)),
            (1.0, 1.0f64.next_up())
        );
        assert_eq!((mul_down(3.0, 7.0), mul_up(3.0, 7.0)), (21.0, 21.0));
        let tenth = mul_down(0.1, 0.1);
        assert_eq!(mul_up(0.1, 0.1), tenth.next_up());
        assert_eq!((div_down(21.0, -7.0), div_up(21.0, -7.0)), (-3.0, -3.0));
        for (a, b) in [(1.0, 3.0), (-1.0, 3.0), (1.0, -3.0), (-2.0, -3.0)] {
            assert_eq!(div_up(a, b), div_down(a, b).next_up());
        }
        assert_eq!((sqrt_down(9.0), sqrt_up(9.0)), (3.0, 3.0));
        assert_eq!(sqrt_up(2.0), sqrt_down(2.0).next_up());
        assert!(sqrt_down(2.0) < sqrt_up(2.0) && sqrt_down(2.0).powi(2) < 2.0 + 1e-15);
    }

    #[test]
    fn overflow_and_infinity_give_bounds() {
        assert_eq!(add_down(f64::MAX, f64::MAX), f64::MAX);
        assert_eq!(add_up(f64::MAX, f64::MAX), f64::INFINITY);
        assert_eq!(
            add_down(f64::INFINITY, f64::NEG_INFINITY),
            f64::NEG_INFINITY
        );
        assert_eq!(mul_down(1e200, 1e200), f64::MAX);
        assert_eq!(mul_up(-1e200, 1e200), -f64::MAX);
        assert_eq!(mul_down(0.0, f64::INFINITY), 0.0);
        assert_eq!(div_down(1.0, f64::INFINITY), 0.0);
        assert_eq!(div_down(1.0, 1e-320), f64::MAX);
        assert!(mul_down(1e-200, 1e-200) < 0.0 && mul_up(1e-200, 1e-200) > 0.0);
    }
}
