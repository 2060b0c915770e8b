//! A thin shell that lets constants stand on the left: `2.0 * x`.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::Scalar;

/// A [`Scalar`] with which formulas read as on paper: `2.0 * x1 - 3.0`, `1.0 / x2`.
///
/// A generic bound cannot promise `f64 * T`; this shell can. The macro
/// [`bilevel!`](macro@crate::bilevel) hands out variables of this type.
#[derive(Clone, Copy, Debug)]
pub struct Real<T>(pub T);

impl<T: Scalar> From<f64> for Real<T> {
    fn from(value: f64) -> Self {
        Real(T::from(value))
    }
}

impl<T: Scalar> Neg for Real<T> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Real(-self.0)
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident) => {
        impl<T: Scalar> $trait for Real<T> {
            type Output = Self;
            #[inline]
            fn $method(self, other: Self) -> Self {
                Real(self.0.$method(other.0))
            }
        }
        impl<T: Scalar> $trait<f64> for Real<T> {
            type Output = Self;
            #[inline]
            fn $method(self, other: f64) -> Self {
                Real(self.0.$method(other))
            }
        }
        impl<T: Scalar> $trait<Real<T>> for f64 {
            type Output = Real<T>;
            #[inline]
            fn $method(self, other: Real<T>) -> Real<T> {
                Real(T::from(self).$method(other.0))
            }
        }
    };
}
operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);

impl<T: Scalar> Real<T> {
    /// xⁿ for an integer n.
    #[inline]
    pub fn powi(self, n: i32) -> Self {
        Real(self.0.powi(n))
    }
    /// xᵖ for a real p.
    #[inline]
    pub fn powf(self, p: f64) -> Self {
        Real(self.0.powf(p))
    }
    /// eˣ.
    #[inline]
    pub fn exp(self) -> Self {
        Real(self.0.exp())
    }
    /// Natural logarithm.
    #[inline]
    pub fn ln(self) -> Self {
        Real(self.0.ln())
    }
    /// √x.
    #[inline]
    pub fn sqrt(self) -> Self {
        Real(self.0.sqrt())
    }
    /// Sine.
    #[inline]
    pub fn sin(self) -> Self {
        Real(self.0.sin())
    }
    /// Cosine.
    #[inline]
    pub fn cos(self) -> Self {
        Real(self.0.cos())
    }
    /// Tangent.
    #[inline]
    pub fn tan(self) -> Self {
        Real(self.0.tan())
    }
    /// Arc tangent.
    #[inline]
    pub fn atan(self) -> Self {
        Real(self.0.atan())
    }
    /// |x|.
    #[inline]
    pub fn abs(self) -> Self {
        Real(self.0.abs())
    }
    /// The larger of two numbers.
    #[inline]
    pub fn max(self, other: impl Into<Self>) -> Self {
        Real(self.0.max(other.into().0))
    }
    /// The smaller of two numbers.
    #[inline]
    pub fn min(self, other: impl Into<Self>) -> Self {
        Real(self.0.min(other.into().0))
    }
    /// `nonnegative` where `self` ≥ 0, else `negative`; see [`Scalar::select`].
    #[inline]
    pub fn select(self, nonnegative: impl Into<Self>, negative: impl Into<Self>) -> Self {
        Real(self.0.select(nonnegative.into().0, negative.into().0))
    }
}
