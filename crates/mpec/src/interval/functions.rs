//! Powers and elementary functions of intervals.

use std::f64::consts::{FRAC_PI_2, PI};

use super::Interval;
use super::rounding::{lower, mul_down, mul_up, raise, sqrt_down, sqrt_up};

/// Doubles by which results of the mathematical library are widened on either side.
const ULPS: usize = 4;
/// Beyond this argument sine, cosine and tangent are not resolved.
const LARGEST_ANGLE: f64 = 1e6;

/// The numbers from 0 on.
pub(super) const NONNEGATIVE: Interval = Interval {
    lo: 0.0,
    hi: f64::INFINITY,
};

impl Interval {
    /// [φ(lo), φ(hi)] for an increasing φ of the library.
    fn increasing(self, phi: impl Fn(f64) -> f64) -> Self {
        if self.is_empty() {
            return self;
        }
        Interval::new(lower(phi(self.lo), ULPS), raise(phi(self.hi), ULPS))
    }

    /// x².
    pub fn sqr(self) -> Self {
        self.powi(2)
    }

    /// xⁿ for an integer n, by repeated products.
    pub fn powi(self, n: i32) -> Self {
        if self.is_empty() {
            return self;
        }
        if n < 0 {
            return Interval::point(1.0) / self.power(n.unsigned_abs());
        }
        self.power(n.unsigned_abs())
    }

    fn power(self, n: u32) -> Self {
        if n == 0 {
            return Interval::point(1.0);
        }
        let below = |v: f64| repeated(v, n, mul_down);
        let above = |v: f64| repeated(v, n, mul_up);
        if self.lo >= 0.0 {
            Interval {
                lo: below(self.lo),
                hi: above(self.hi),
            }
        } else if self.hi <= 0.0 {
            let flipped = (-self).power(n);
            if n.is_multiple_of(2) {
                flipped
            } else {
                -flipped
            }
        } else if n.is_multiple_of(2) {
            Interval {
                lo: 0.0,
                hi: above(self.mag()),
            }
        } else {
            Interval {
                lo: -above(-self.lo),
                hi: above(self.hi),
            }
        }
    }

    /// xᵖ for a real p; x ≥ 0 unless p is an integer.
    pub fn powf(self, p: f64) -> Self {
        if p == p.trunc() && p.abs() <= f64::from(i32::MAX) {
            return self.powi(p as i32);
        }
        if p.is_nan() || p == p.trunc() {
            return Interval::ENTIRE;
        }
        let x = self.intersect(NONNEGATIVE);
        if p < 0.0 {
            return Interval::point(1.0) / x.powf(-p);
        }
        if x.is_zero() {
            return x;
        }
        x.increasing(|v| v.powf(p)).intersect(NONNEGATIVE)
    }

    /// √x, for x ≥ 0.
    pub fn sqrt(self) -> Self {
        let x = self.intersect(NONNEGATIVE);
        if x.is_empty() {
            return x;
        }
        Interval::new(sqrt_down(x.lo), sqrt_up(x.hi))
    }

    /// eˣ.
    pub fn exp(self) -> Self {
        let image = self.increasing(f64::exp);
        image.intersect(NONNEGATIVE)
    }

    /// ln x, for x > 0.
    pub fn ln(self) -> Self {
        let x = self.intersect(NONNEGATIVE);
        if x.hi == 0.0 {
            return Interval::EMPTY;
        }
        x.increasing(f64::ln)
    }

    /// sin x.
    pub fn sin(self) -> Self {
        self.wave(f64::sin, FRAC_PI_2)
    }

    /// cos x.
    pub fn cos(self) -> Self {
        self.wave(f64::cos, 0.0)
    }

    /// A wave with values 1 and −1 at `crest` + kπ for even and odd k.
    fn wave(self, phi: impl Fn(f64) -> f64, crest: f64) -> Self {
        if self.is_empty() {
            return self;
        }
        let (at_lo, at_hi) = (phi(self.lo), phi(self.hi));
        let mut lo = lower(at_lo.min(at_hi), ULPS);
        let mut hi = raise(at_lo.max(at_hi), ULPS);
        match self.extremes(crest) {
            None => (lo, hi) = (-1.0, 1.0),
            Some((first, last)) => {
                for k in first..=last.min(first + 1) {
                    if k % 2 == 0 {
                        hi = 1.0;
                    } else {
                        lo = -1.0;
                    }
                }
            }
        }
        Interval::new(lo, hi).intersect(Interval::new(-1.0, 1.0))
    }

    /// The integers k for which `offset` + kπ may be a member, from first to last; none when there are
    /// too many to tell.
    fn extremes(self, offset: f64) -> Option<(i64, i64)> {
        if self.mag() > LARGEST_ANGLE {
            return None;
        }
        // rounding in the two lines is below 1e-9 as |x| ≤ 1e6
        let first = ((self.lo - offset) / PI - 1e-9).ceil();
        let last = ((self.hi - offset) / PI + 1e-9).floor();
        Some((first as i64, last as i64))
    }

    /// arctan x.
    pub fn atan(self) -> Self {
        self.increasing(f64::atan)
    }

    /// tan x; all numbers when a pole may be inside.
    pub fn tan(self) -> Self {
        if self.has_pole_of_tangent() {
            Interval::ENTIRE
        } else {
            self.increasing(f64::tan)
        }
    }

    /// An odd multiple of π/2 may be a member.
    pub(super) fn has_pole_of_tangent(self) -> bool {
        match self.extremes(FRAC_PI_2) {
            None => true,
            Some((first, last)) => first <= last,
        }
    }

    /// |x|.
    pub fn abs(self) -> Self {
        if self.lo >= 0.0 {
            self
        } else if self.hi <= 0.0 {
            -self
        } else {
            Interval {
                lo: 0.0,
                hi: self.mag(),
            }
        }
    }

    /// min(x, y).
    pub fn min(self, other: Self) -> Self {
        if self.is_empty() || other.is_empty() {
            return Interval::EMPTY;
        }
        Interval {
            lo: self.lo.min(other.lo),
            hi: self.hi.min(other.hi),
        }
    }

    /// max(x, y).
    pub fn max(self, other: Self) -> Self {
        -(-self).min(-other)
    }

    /// `nonnegative` where x ≥ 0, `negative` where x < 0, both where both occur.
    pub fn select(self, nonnegative: Self, negative: Self) -> Self {
        if self.is_empty() {
            self
        } else if self.lo >= 0.0 {
            nonnegative
        } else if self.hi < 0.0 {
            negative
        } else {
            nonnegative.hull(negative)
        }
    }
}

/// vⁿ for v ≥ 0 and n > 0 by squaring, each product by `mul`: a bound in the direction in which `mul`
/// rounds.
pub(super) fn repeated(v: f64, n: u32, mul: fn(f64, f64) -> f64) -> f64 {
    debug_assert!(v >= 0.0 && n > 0);
    let (mut base, mut left) = (v, n);
    let mut power = 1.0;
    loop {
        if left % 2 == 1 {
            power = mul(power, base).max(0.0);
        }
        left /= 2;
        if left == 0 {
            return power;
        }
        base = mul(base, base).max(0.0);
    }
}
