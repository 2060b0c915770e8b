//! The number type in which a user's formula is written once.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

use num_dual::DualNum;

/// A real number as a formula sees it: arithmetic, elementary functions, and a branch on a sign.
///
/// One formula, generic in `T: Scalar`, has several readings: its value (`f64`), its exact
/// derivatives (dual numbers), and the list of its operations ([`Tape`](crate::Tape)).
/// There is no way to look at the value, so no reading can be fooled by a hidden comparison.
///
/// At a kink of [`abs`](Scalar::abs), [`min`](Scalar::min), [`max`](Scalar::max) and
/// [`select`](Scalar::select) the derivative of one side is taken; `sqrt` has none at zero (the
/// derivatives there are not finite).
pub trait Scalar:
    Copy
    + Debug
    + Send
    + Sync
    + 'static
    + From<f64>
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign<f64>
{
    /// xⁿ for an integer n.
    fn powi(self, n: i32) -> Self;
    /// xᵖ for a real p.
    fn powf(self, p: f64) -> Self;
    /// eˣ.
    fn exp(self) -> Self;
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// √x.
    fn sqrt(self) -> Self;
    /// Sine.
    fn sin(self) -> Self;
    /// Cosine.
    fn cos(self) -> Self;
    /// Tangent.
    fn tan(self) -> Self;
    /// Arc tangent, in (−π/2, π/2).
    fn atan(self) -> Self;
    /// `nonnegative` where `self` ≥ 0, `negative` where `self` < 0, NaN where `self` is NaN.
    fn select(self, nonnegative: Self, negative: Self) -> Self;

    /// |x|; the derivative at 0 is +1.
    fn abs(self) -> Self {
        self.select(self, -self)
    }
    /// The larger of two numbers; at a tie the derivative of `self`.
    fn max(self, other: Self) -> Self {
        (self - other).select(self, other)
    }
    /// The smaller of two numbers; at a tie the derivative of `self`.
    fn min(self, other: Self) -> Self {
        (other - self).select(self, other)
    }
}

impl<D> Scalar for D
where
    D: DualNum<Primitive = f64> + Copy + Send + Sync,
{
    #[inline]
    fn powi(self, n: i32) -> Self {
        DualNum::powi(&self, n)
    }
    #[inline]
    fn powf(self, p: f64) -> Self {
        DualNum::powf(&self, p)
    }
    #[inline]
    fn exp(self) -> Self {
        DualNum::exp(&self)
    }
    #[inline]
    fn ln(self) -> Self {
        DualNum::ln(&self)
    }
    #[inline]
    fn sqrt(self) -> Self {
        DualNum::sqrt(&self)
    }
    #[inline]
    fn sin(self) -> Self {
        DualNum::sin(&self)
    }
    #[inline]
    fn cos(self) -> Self {
        DualNum::cos(&self)
    }
    #[inline]
    fn tan(self) -> Self {
        DualNum::tan(&self)
    }
    #[inline]
    fn atan(self) -> Self {
        DualNum::atan(&self)
    }
    #[inline]
    fn select(self, nonnegative: Self, negative: Self) -> Self {
        if self >= 0.0 {
            nonnegative
        } else if self < 0.0 {
            negative
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Scalar;
    use num_dual::{Dual64, HyperDual64};

    fn formula<T: Scalar>(x: T) -> T {
        (x * x).sqrt() + (x - 1.0).max(T::from(0.0)).powi(3) / x.exp()
    }

    #[test]
    fn values_and_derivatives_of_one_formula_agree_with_the_hand_computed_ones() {
        let x: f64 = 2.5;
        let e = (-x).exp();
        assert!((formula(x) - (x + 1.5f64.powi(3) * e)).abs() < 1e-15);
        let d = formula(Dual64::from_re(x).derivative());
        assert!((d.eps - (1.0 + (3.0 * 1.5f64.powi(2) - 1.5f64.powi(3)) * e)).abs() < 1e-14);
        let h = formula(HyperDual64::from_re(x).derivative1().derivative2());
        let second = (6.0 * 1.5 - 6.0 * 1.5f64.powi(2) + 1.5f64.powi(3)) * e;
        assert!((h.eps1eps2 - second).abs() < 1e-13);
    }

    #[test]
    fn the_arc_tangent_has_the_derivative_of_its_definition() {
        let x = HyperDual64::from_re(0.75).derivative1().derivative2();
        let y = Scalar::atan(x);
        let d: f64 = 1.0 / (1.0 + 0.75 * 0.75);
        assert!((y.re.tan() - 0.75).abs() < 1e-15 && (y.eps1 - d).abs() < 1e-15);
        assert!((y.eps1eps2 + 2.0 * 0.75 * d * d).abs() < 1e-15);
    }

    #[test]
    fn a_branch_on_nan_stays_nan_and_ties_take_the_first_side() {
        assert!(Scalar::max(f64::NAN, 1.0).is_nan() && Scalar::max(1.0, f64::NAN).is_nan());
        assert!(Scalar::abs(f64::NAN).is_nan() && f64::NAN.select(1.0, 2.0).is_nan());
        let x = Dual64::from_re(0.0).derivative();
        assert_eq!(Scalar::abs(x).eps, 1.0);
        assert_eq!(Scalar::max(x, Dual64::from(0.0)).eps, 1.0);
    }
}
