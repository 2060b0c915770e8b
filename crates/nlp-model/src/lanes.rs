//! First derivatives in several directions at once.

use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::Scalar;

/// A number with its derivatives in N directions: one pass through a formula differentiates it N
/// times, and shares the arithmetic of the values.
///
/// The rules, and their order of rounding, are those of `num_dual::Dual`, so that a lane has the bits
/// of a pass of its own. The base `B` is `f64`, or a dual number for derivatives of second order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lanes<B, const N: usize> {
    /// The value.
    pub re: B,
    /// The derivatives.
    pub eps: [B; N],
}

impl<B: Scalar, const N: usize> Lanes<B, N> {
    /// A constant.
    pub fn constant(re: B) -> Self {
        Lanes {
            re,
            eps: [B::from(0.0); N],
        }
    }

    /// φ(self) from φ and φ′ at the value.
    #[inline]
    fn chain(self, f0: B, f1: B) -> Self {
        Lanes {
            re: f0,
            eps: self.eps.map(|e| e * f1),
        }
    }

    #[inline]
    fn zip(self, other: Self, re: B, rule: impl Fn(B, B) -> B) -> Self {
        Lanes {
            re,
            eps: std::array::from_fn(|k| rule(self.eps[k], other.eps[k])),
        }
    }
}

impl<B: Scalar, const N: usize> From<f64> for Lanes<B, N> {
    #[inline]
    fn from(value: f64) -> Self {
        Lanes::constant(B::from(value))
    }
}

impl<B: Scalar, const N: usize> Neg for Lanes<B, N> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Lanes {
            re: -self.re,
            eps: self.eps.map(|e| -e),
        }
    }
}
impl<B: Scalar, const N: usize> Add for Lanes<B, N> {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        self.zip(other, self.re + other.re, |a, b| a + b)
    }
}
impl<B: Scalar, const N: usize> Sub for Lanes<B, N> {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        self.zip(other, self.re - other.re, |a, b| a - b)
    }
}
impl<B: Scalar, const N: usize> Mul for Lanes<B, N> {
    type Output = Self;
    #[allow(clippy::suspicious_arithmetic_impl)] // the sum of the product rule
    #[inline]
    fn mul(self, other: Self) -> Self {
        let product_rule = |a: B, b: B| a * other.re + b * self.re;
        self.zip(other, self.re * other.re, product_rule)
    }
}
impl<B: Scalar, const N: usize> Div for Lanes<B, N> {
    type Output = Self;
    #[inline]
    fn div(self, other: Self) -> Self {
        let inverse = B::from(1.0) / other.re;
        self.zip(other, self.re * inverse, |a, b| {
            (a * other.re - b * self.re) * inverse * inverse
        })
    }
}

impl<B: Scalar, const N: usize> Add<f64> for Lanes<B, N> {
    type Output = Self;
    #[inline]
    fn add(mut self, other: f64) -> Self {
        self.re = self.re + other;
        self
    }
}
impl<B: Scalar, const N: usize> Sub<f64> for Lanes<B, N> {
    type Output = Self;
    #[inline]
    fn sub(mut self, other: f64) -> Self {
        self.re = self.re - other;
        self
    }
}
impl<B: Scalar, const N: usize> Mul<f64> for Lanes<B, N> {
    type Output = Self;
    #[inline]
    fn mul(self, other: f64) -> Self {
        Lanes {
            re: self.re * other,
            eps: self.eps.map(|e| e * other),
        }
    }
}
impl<B: Scalar, const N: usize> Div<f64> for Lanes<B, N> {
    type Output = Self;
    #[inline]
    fn div(self, other: f64) -> Self {
        Lanes {
            re: self.re / other,
            eps: self.eps.map(|e| e / other),
        }
    }
}
impl<B: Scalar, const N: usize> AddAssign for Lanes<B, N> {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
impl<B: Scalar, const N: usize> SubAssign for Lanes<B, N> {
    #[inline]
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}
impl<B: Scalar, const N: usize> MulAssign<f64> for Lanes<B, N> {
    #[inline]
    fn mul_assign(&mut self, other: f64) {
        *self = *self * other;
    }
}

impl<B: Scalar, const N: usize> Scalar for Lanes<B, N> {
    #[inline]
    fn powi(self, n: i32) -> Self {
        match n {
            0 => Lanes::from(1.0),
            1 => self,
            2 => self * self,
            _ => {
                let x = self.re;
                let cubed_less = x.powi(n - 3);
                self.chain(cubed_less * x * x * x, cubed_less * x * x * f64::from(n))
            }
        }
    }
    #[inline]
    fn powf(self, p: f64) -> Self {
        if p == 0.0 || p == 1.0 || (p - 2.0).abs() < f64::EPSILON {
            return self.powi(p.round() as i32);
        }
        let x = self.re;
        let cubed_less = x.powf(p - 1.0 - 1.0 - 1.0);
        self.chain(cubed_less * x * x * x, cubed_less * x * x * p)
    }
    #[inline]
    fn exp(self) -> Self {
        let e = self.re.exp();
        self.chain(e, e)
    }
    #[inline]
    fn ln(self) -> Self {
        self.chain(self.re.ln(), B::from(1.0) / self.re)
    }
    #[inline]
    fn sqrt(self) -> Self {
        let root = self.re.sqrt();
        self.chain(root, root * (B::from(1.0) / self.re) * 0.5)
    }
    #[inline]
    fn sin(self) -> Self {
        self.chain(self.re.sin(), self.re.cos())
    }
    #[inline]
    fn cos(self) -> Self {
        self.chain(self.re.cos(), -self.re.sin())
    }
    #[inline]
    fn tan(self) -> Self {
        self.sin() / self.cos()
    }
    #[inline]
    fn atan(self) -> Self {
        let slope = B::from(1.0) / (B::from(1.0) + self.re * self.re);
        self.chain(self.re.atan(), slope)
    }
    #[inline]
    fn select(self, nonnegative: Self, negative: Self) -> Self {
        let re = self.re.select(nonnegative.re, negative.re);
        nonnegative.zip(negative, re, |a, b| self.re.select(a, b))
    }
}

#[cfg(test)]
mod tests {
    use super::Lanes;
    use crate::{Real, Scalar};
    use num_dual::{Dual64, HyperDual64};

    /// Every operation.
    fn formula<T: Scalar>(x: &[T]) -> T {
        let [a, b] = [Real(x[0]), Real(x[1])];
        let sum = (a * b).exp() - (1.0 + b.powi(2)).ln() / (2.0 - a) - b.powi(5) / 3.0;
        let waves = a.sin() * b.cos() + (0.1 * a).tan() - (a.powi(0) + a.abs()).sqrt();
        let mut all = (sum + waves + b.abs().powf(1.3) - a.min(b) * a.max(0.25) + a.atan()).0;
        all += x[0].powi(-2) - 1.0;
        all -= x[1].powf(2.0) + 0.5;
        all *= 0.7;
        (x[0] - x[1]).select(all, -all)
    }

    #[test]
    fn each_lane_has_the_bits_of_a_pass_of_its_own() {
        for point in [[0.3, 0.7], [-1.25, 0.5], [1.5, -2.0]] {
            let mut t = point.map(Lanes::<f64, 2>::from);
            (t[0].eps[0], t[1].eps[1]) = (1.0, 1.0);
            let both = formula(&t);
            for j in 0..2 {
                let mut d = point.map(Dual64::from);
                d[j].eps = 1.0;
                let one = formula(&d);
                assert_eq!((both.re, both.eps[j]), (one.re, one.eps));
            }
        }
    }

    #[test]
    fn lanes_over_dual_numbers_are_second_derivatives() {
        let point = [0.3, 0.7];
        let mut t = point.map(|x| Lanes::<Dual64, 2>::constant(Dual64::from(x)));
        t[1].re.eps = 1.0;
        (t[0].eps[0], t[1].eps[1]) = (Dual64::from(1.0), Dual64::from(1.0));
        let both = formula(&t);
        for j in 0..2 {
            let mut h = point.map(HyperDual64::from_re);
            (h[j].eps1, h[1].eps2) = (1.0, 1.0);
            let expected = formula(&h).eps1eps2;
            assert!((both.eps[j].eps - expected).abs() < 1e-13 * (1.0 + expected.abs()));
        }
    }

    #[test]
    fn what_is_not_a_number_stays_so_through_a_branch() {
        let x = Lanes::<f64, 1>::from(f64::NAN);
        let y = x.select(Lanes::from(1.0), Lanes::from(2.0));
        assert!(y.re.is_nan() && y.eps[0].is_nan());
    }
}
