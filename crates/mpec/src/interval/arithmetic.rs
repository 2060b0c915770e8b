//! Sums, products and quotients of intervals.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::Interval;
use super::rounding::{add_down, add_up, div_down, div_up, mul_down, mul_up};

impl Neg for Interval {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Interval {
            lo: -self.hi,
            hi: -self.lo,
        }
    }
}

impl Add for Interval {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        if self.is_empty() || other.is_empty() {
            return Interval::EMPTY;
        }
        if self.is_zero() {
            return other;
        }
        if other.is_zero() {
            return self;
        }
        Interval {
            lo: add_down(self.lo, other.lo),
            hi: add_up(self.hi, other.hi),
        }
    }
}

impl Sub for Interval {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Interval {
    type Output = Self;
    #[inline]
    fn mul(self, other: Self) -> Self {
        let (a, b) = (self, other);
        if a.is_empty() || b.is_empty() {
            return Interval::EMPTY;
        }
        if a.is_zero() || b.is_zero() {
            return Interval::ZERO;
        }
        if a.lo >= 0.0 {
            times_nonnegative(b, a)
        } else if a.hi <= 0.0 {
            -times_nonnegative(b, -a)
        } else if b.lo >= 0.0 {
            times_nonnegative(a, b)
        } else if b.hi <= 0.0 {
            -times_nonnegative(a, -b)
        } else {
            Interval {
                lo: mul_down(a.lo, b.hi).min(mul_down(a.hi, b.lo)),
                hi: mul_up(a.lo, b.lo).max(mul_up(a.hi, b.hi)),
            }
        }
    }
}

/// a b for b ≥ 0.
#[inline]
fn times_nonnegative(a: Interval, b: Interval) -> Interval {
    Interval {
        lo: mul_down(a.lo, if a.lo >= 0.0 { b.lo } else { b.hi }),
        hi: mul_up(a.hi, if a.hi >= 0.0 { b.hi } else { b.lo }),
    }
}

impl Div for Interval {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let (a, b) = (self, other);
        if a.is_empty() || b.is_empty() || b.is_zero() {
            Interval::EMPTY
        } else if a.is_zero() {
            Interval::ZERO
        } else if b.lo < 0.0 && b.hi > 0.0 {
            Interval::ENTIRE
        } else if b.hi <= 0.0 {
            -(a / -b)
        } else if b.lo == 0.0 {
            // the divisors are in (0, b.hi]
            Interval {
                lo: if a.lo >= 0.0 {
                    div_down(a.lo, b.hi)
                } else {
                    f64::NEG_INFINITY
                },
                hi: if a.hi <= 0.0 {
                    div_up(a.hi, b.hi)
                } else {
                    f64::INFINITY
                },
            }
        } else {
            Interval {
                lo: div_down(a.lo, if a.lo >= 0.0 { b.hi } else { b.lo }),
                hi: div_up(a.hi, if a.hi >= 0.0 { b.lo } else { b.hi }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Interval;

    fn at(lo: f64, hi: f64) -> Interval {
        Interval::new(lo, hi)
    }

    #[test]
    fn products_have_the_ends_of_all_sign_patterns() {
        let (positive, negative, mixed) = (at(2.0, 3.0), at(-5.0, -4.0), at(-1.0, 6.0));
        assert_eq!(positive * negative, at(-15.0, -8.0));
        assert_eq!(negative * negative, at(16.0, 25.0));
        assert_eq!(mixed * positive, at(-3.0, 18.0));
        assert_eq!(mixed * negative, at(-30.0, 5.0));
        assert_eq!(mixed * mixed, at(-6.0, 36.0));
        assert_eq!(Interval::ENTIRE * Interval::ZERO, Interval::ZERO);
        assert_eq!(Interval::ENTIRE * at(0.0, 1.0), Interval::ENTIRE);
    }

    #[test]
    fn quotients_leave_the_divisor_zero_out() {
        let one = Interval::point(1.0);
        assert_eq!(one / at(-1.0, 2.0), Interval::ENTIRE);
        assert_eq!(one / at(0.0, 2.0), at(0.5, f64::INFINITY));
        assert_eq!(one / at(-2.0, 0.0), at(f64::NEG_INFINITY, -0.5));
        assert_eq!(at(-1.0, 1.0) / at(0.0, 2.0), Interval::ENTIRE);
        assert_eq!(at(-6.0, 8.0) / at(2.0, 4.0), at(-3.0, 4.0));
        assert_eq!(at(4.0, 8.0) / at(2.0, 4.0), at(1.0, 4.0));
        assert!((one / Interval::ZERO).is_empty());
        assert!((Interval::EMPTY / one).is_empty() && (one * Interval::EMPTY).is_empty());
    }

    #[test]
    fn unbounded_sums_stay_unbounded_on_their_side_only() {
        let ray = at(1.0, f64::INFINITY);
        assert_eq!(ray + ray, at(2.0, f64::INFINITY));
        assert_eq!(ray - ray, Interval::ENTIRE);
        assert_eq!(
            at(1e308, 1.7e308) + at(1e308, 1.7e308),
            at(f64::MAX, f64::INFINITY)
        );
    }
}
