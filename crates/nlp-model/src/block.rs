//! The same operation on several numbers.

use std::array::from_fn;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::Scalar;

/// N numbers that go through the same operations: what is spent on finding out which operation comes next
/// is shared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block<T, const N: usize>(pub [T; N]);

impl<T: Scalar, const N: usize> Block<T, N> {
    #[inline]
    fn zip(self, other: Self, rule: impl Fn(T, T) -> T) -> Self {
        Block(from_fn(|k| rule(self.0[k], other.0[k])))
    }
}

impl<T: Scalar, const N: usize> From<f64> for Block<T, N> {
    #[inline]
    fn from(value: f64) -> Self {
        Block([T::from(value); N])
    }
}

impl<T: Scalar, const N: usize> Neg for Block<T, N> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Block(self.0.map(|a| -a))
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident) => {
        impl<T: Scalar, const N: usize> $trait for Block<T, N> {
            type Output = Self;
            #[inline]
            fn $method(self, other: Self) -> Self {
                self.zip(other, |a, b| a.$method(b))
            }
        }
        impl<T: Scalar, const N: usize> $trait<f64> for Block<T, N> {
            type Output = Self;
            #[inline]
            fn $method(self, other: f64) -> Self {
                Block(self.0.map(|a| a.$method(other)))
            }
        }
    };
}
operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);

impl<T: Scalar, const N: usize> AddAssign for Block<T, N> {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
impl<T: Scalar, const N: usize> SubAssign for Block<T, N> {
    #[inline]
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}
impl<T: Scalar, const N: usize> MulAssign<f64> for Block<T, N> {
    #[inline]
    fn mul_assign(&mut self, other: f64) {
        *self = *self * other;
    }
}

macro_rules! function {
    ($($name:ident),*) => {
        $(#[inline]
        fn $name(self) -> Self {
            Block(self.0.map(|a| a.$name()))
        })*
    };
}

impl<T: Scalar, const N: usize> Scalar for Block<T, N> {
    function!(exp, ln, sqrt, sin, cos, tan, atan, abs);
    #[inline]
    fn powi(self, n: i32) -> Self {
        Block(self.0.map(|a| a.powi(n)))
    }
    #[inline]
    fn powf(self, p: f64) -> Self {
        Block(self.0.map(|a| a.powf(p)))
    }
    #[inline]
    fn select(self, nonnegative: Self, negative: Self) -> Self {
        Block(from_fn(|k| {
            self.0[k].select(nonnegative.0[k], negative.0[k])
        }))
    }
    #[inline]
    fn max(self, other: Self) -> Self {
        self.zip(other, T::max)
    }
    #[inline]
    fn min(self, other: Self) -> Self {
        self.zip(other, T::min)
    }
}
