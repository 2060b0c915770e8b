//! Intervals as the numbers of a formula.

use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Sub, SubAssign};

use nlp_model::Scalar;

use super::Interval;

impl From<f64> for Interval {
    /// A number of a formula, see [`Interval::literal`].
    fn from(value: f64) -> Self {
        Interval::literal(value)
    }
}

macro_rules! with_number {
    ($trait:ident, $method:ident) => {
        impl $trait<f64> for Interval {
            type Output = Self;
            fn $method(self, other: f64) -> Self {
                self.$method(Interval::literal(other))
            }
        }
    };
}
with_number!(Add, add);
with_number!(Sub, sub);
with_number!(Mul, mul);
with_number!(Div, div);

impl AddAssign for Interval {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
impl SubAssign for Interval {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}
impl MulAssign<f64> for Interval {
    fn mul_assign(&mut self, other: f64) {
        *self = *self * other;
    }
}

impl Scalar for Interval {
    fn powi(self, n: i32) -> Self {
        Interval::powi(self, n)
    }
    fn powf(self, p: f64) -> Self {
        Interval::powf(self, p)
    }
    fn exp(self) -> Self {
        Interval::exp(self)
    }
    fn ln(self) -> Self {
        Interval::ln(self)
    }
    fn sqrt(self) -> Self {
        Interval::sqrt(self)
    }
    fn sin(self) -> Self {
        Interval::sin(self)
    }
    fn cos(self) -> Self {
        Interval::cos(self)
    }
    fn tan(self) -> Self {
        Interval::tan(self)
    }
    fn atan(self) -> Self {
        Interval::atan(self)
    }
    fn select(self, nonnegative: Self, negative: Self) -> Self {
        Interval::select(self, nonnegative, negative)
    }
    fn abs(self) -> Self {
        Interval::abs(self)
    }
    fn max(self, other: Self) -> Self {
        Interval::max(self, other)
    }
    fn min(self, other: Self) -> Self {
        Interval::min(self, other)
    }
}
