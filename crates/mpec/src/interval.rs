//! Interval arithmetic: sets of real numbers between two doubles, rounded outward.
//!
//! What is proved about a formula on a box rests on this module. Sums, products, quotients and square
//! roots are rounded outward only where the exact result is no double. Exponentials, logarithms,
//! trigonometric functions and real powers are widened by 4 units in the last place on either side:
//! that the mathematical library errs by less is trusted, not proved.

mod arithmetic;
mod contract;
mod derivatives;
mod eigenvalue;
mod expression;
mod functions;
mod inverse;
mod rounding;
mod scalar;
#[cfg(test)]
mod tests;

use std::fmt;

pub(crate) use contract::Contractor;
pub(crate) use derivatives::Derivatives;
pub(crate) use eigenvalue::{Spectrum, triangle};
pub(crate) use expression::Expression;

/// The real numbers between `lo` and `hi`, both included when finite.
///
/// An operation gives an interval that holds all results of the operation on numbers of its operands;
/// arguments outside of the domain have no result. 0 times an unbounded interval is 0, as all members
/// are real numbers.
///
/// ```
/// use mpec::interval::Interval;
/// let x = Interval::new(-1.0, 2.0);
/// assert_eq!(x.powi(2), Interval::new(0.0, 4.0));
/// assert_eq!(x - x, Interval::new(-3.0, 3.0));
/// assert!((Interval::point(1.0) / Interval::point(3.0)).contains(1.0 / 3.0));
/// ```
#[derive(Clone, Copy, PartialEq)]
pub struct Interval {
    lo: f64,
    hi: f64,
}

impl Interval {
    /// No number.
    pub const EMPTY: Interval = Interval {
        lo: f64::INFINITY,
        hi: f64::NEG_INFINITY,
    };
    /// All numbers.
    pub const ENTIRE: Interval = Interval {
        lo: f64::NEG_INFINITY,
        hi: f64::INFINITY,
    };
    /// The number 0.
    pub const ZERO: Interval = Interval { lo: 0.0, hi: 0.0 };

    /// The numbers from `lo` to `hi`; empty when lo > hi, unbounded where an end is NaN.
    pub fn new(lo: f64, hi: f64) -> Self {
        let lo = if lo.is_nan() { f64::NEG_INFINITY } else { lo };
        let hi = if hi.is_nan() { f64::INFINITY } else { hi };
        // an end beyond all doubles leaves nothing but what overflowed, which is no reason to be empty
        if lo > hi {
            Interval::EMPTY
        } else {
            Interval {
                lo: lo.min(f64::MAX),
                hi: hi.max(f64::MIN),
            }
        }
    }

    /// The number `value`; all numbers when it is NaN, what is beyond all doubles when it is infinite.
    pub fn point(value: f64) -> Self {
        Interval::new(value, value)
    }

    /// A number of a formula: itself when it has few binary digits, else all that are no further away
    /// than its neighbours among the doubles, for it may stand for a decimal fraction.
    pub fn literal(value: f64) -> Self {
        let scaled = value * f64::from(1_u32 << 20);
        if scaled == scaled.trunc() {
            Interval::point(value)
        } else {
            Interval::new(value.next_down(), value.next_up())
        }
    }

    /// The numbers of absolute value at most `radius`.
    pub fn ball(radius: f64) -> Self {
        Interval::new(-radius, radius)
    }

    /// Lower end; +∞ when empty.
    pub fn lo(self) -> f64 {
        self.lo
    }
    /// Upper end; −∞ when empty.
    pub fn hi(self) -> f64 {
        self.hi
    }
    /// True when there is no number.
    pub fn is_empty(self) -> bool {
        self.lo > self.hi
    }
    /// True for {0}.
    pub fn is_zero(self) -> bool {
        self.lo == 0.0 && self.hi == 0.0
    }
    /// True when both ends are finite.
    pub fn is_bounded(self) -> bool {
        self.lo.is_finite() && self.hi.is_finite()
    }
    /// True when `value` is a member.
    pub fn contains(self, value: f64) -> bool {
        self.lo <= value && value <= self.hi
    }
    /// True when every member belongs to `other`.
    pub fn is_within(self, other: Self) -> bool {
        self.is_empty() || (other.lo <= self.lo && self.hi <= other.hi)
    }
    /// hi − lo, rounded to nearest; 0 when empty.
    pub fn width(self) -> f64 {
        (self.hi - self.lo).max(0.0)
    }
    /// A finite member near the middle; 0 when empty or {−∞, ∞}.
    pub fn mid(self) -> f64 {
        let mid = 0.5 * self.lo + 0.5 * self.hi;
        if self.is_empty() || mid.is_nan() {
            0.0
        } else {
            mid.clamp(f64::MIN, f64::MAX).max(self.lo).min(self.hi)
        }
    }
    /// Largest absolute value.
    pub fn mag(self) -> f64 {
        if self.is_empty() {
            0.0
        } else {
            self.lo.abs().max(self.hi.abs())
        }
    }
    /// The common members.
    pub fn intersect(self, other: Self) -> Self {
        let (lo, hi) = (self.lo.max(other.lo), self.hi.min(other.hi));
        if lo > hi {
            Interval::EMPTY
        } else {
            Interval { lo, hi }
        }
    }
    /// The smallest interval that holds both.
    pub fn hull(self, other: Self) -> Self {
        Interval {
            lo: self.lo.min(other.lo),
            hi: self.hi.max(other.hi),
        }
    }
}

impl fmt::Debug for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            f.write_str("∅")
        } else {
            write!(f, "[{:?}, {:?}]", self.lo, self.hi)
        }
    }
}
