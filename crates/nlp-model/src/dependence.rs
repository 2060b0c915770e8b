//! Which variables a formula depends on, and which pairs of them interact.

use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::Scalar;

/// Reads a formula for its structure: one pass tells, for one variable i and a window of 64
/// variables, which of them the formula depends on and for which ∂²/∂xᵢ∂xⱼ may be nonzero.
///
/// The answer is an upper bound: cancellation (`x - x`) is not seen, and a branch counts as
/// depending nonlinearly on all that enters it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dependence {
    /// Depends on variable i.
    on_seed: bool,
    /// Depends on these variables of the window.
    on: u64,
    /// Interacts with variable i through these variables of the window.
    with_seed: u64,
    /// An upper bound of the degree as a polynomial; [`NOT_QUADRATIC`] when above 2.
    degree: u8,
}

const NOT_QUADRATIC: u8 = 3;

/// Variables in one window.
pub(crate) const WINDOW: usize = u64::BITS as usize;

impl Dependence {
    /// Variable `j`, when the pass is for variable `seed` and the window that starts at `window`.
    pub(crate) fn variable(j: usize, seed: usize, window: usize) -> Self {
        let on = if (window..window + WINDOW).contains(&j) {
            1 << (j - window)
        } else {
            0
        };
        Dependence {
            on_seed: j == seed,
            on,
            with_seed: 0,
            degree: 1,
        }
    }

    /// True when the formula depends on variable `j` of the window.
    pub(crate) fn depends_on(self, j: usize, window: usize) -> bool {
        self.on >> (j - window) & 1 == 1
    }

    /// True when ∂²/∂xᵢ∂xⱼ may be nonzero, i the variable of the pass.
    pub(crate) fn interacts_with(self, j: usize, window: usize) -> bool {
        self.with_seed >> (j - window) & 1 == 1
    }

    /// True when the formula is not affine in variable i, as far as the window shows.
    pub(crate) fn is_nonlinear(self) -> bool {
        self.with_seed != 0
    }

    /// True when the formula is a polynomial of degree at most 2.
    pub(crate) fn is_quadratic(self) -> bool {
        self.degree < NOT_QUADRATIC
    }

    fn sum(self, other: Self) -> Self {
        Dependence {
            on_seed: self.on_seed | other.on_seed,
            on: self.on | other.on,
            with_seed: self.with_seed | other.with_seed,
            degree: self.degree.max(other.degree),
        }
    }

    fn product(self, other: Self) -> Self {
        // ∂ᵢⱼ(ab) = aᵢⱼ b + aᵢ bⱼ + aⱼ bᵢ + a bᵢⱼ
        let mut result = self.sum(other);
        result.degree = (self.degree + other.degree).min(NOT_QUADRATIC);
        if self.on_seed {
            result.with_seed |= other.on;
        }
        if other.on_seed {
            result.with_seed |= self.on;
        }
        result
    }

    fn nonlinear(mut self) -> Self {
        if self.degree > 0 {
            self.degree = NOT_QUADRATIC;
        }
        if self.on_seed {
            self.with_seed |= self.on;
        }
        self
    }
}

impl From<f64> for Dependence {
    fn from(_: f64) -> Self {
        Dependence {
            on_seed: false,
            on: 0,
            with_seed: 0,
            degree: 0,
        }
    }
}

impl Neg for Dependence {
    type Output = Self;
    fn neg(self) -> Self {
        self
    }
}
impl Add for Dependence {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.sum(other)
    }
}
impl Sub for Dependence {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.sum(other)
    }
}
impl Mul for Dependence {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.product(other)
    }
}
impl Div for Dependence {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        self.product(other.nonlinear())
    }
}
impl Add<f64> for Dependence {
    type Output = Self;
    fn add(self, _: f64) -> Self {
        self
    }
}
impl Sub<f64> for Dependence {
    type Output = Self;
    fn sub(self, _: f64) -> Self {
        self
    }
}
impl Mul<f64> for Dependence {
    type Output = Self;
    fn mul(self, _: f64) -> Self {
        self
    }
}
impl Div<f64> for Dependence {
    type Output = Self;
    fn div(self, _: f64) -> Self {
        self
    }
}
impl AddAssign for Dependence {
    fn add_assign(&mut self, other: Self) {
        *self = self.sum(other);
    }
}
impl SubAssign for Dependence {
    fn sub_assign(&mut self, other: Self) {
        *self = self.sum(other);
    }
}
impl MulAssign<f64> for Dependence {
    fn mul_assign(&mut self, _: f64) {}
}

impl Scalar for Dependence {
    fn powi(self, n: i32) -> Self {
        match n {
            0 => Dependence::from(1.0),
            1 => self,
            2 => self.product(self),
            _ => self.nonlinear(),
        }
    }
    fn powf(self, p: f64) -> Self {
        if p == 0.0 || p == 1.0 || p == 2.0 {
            self.powi(p as i32)
        } else {
            self.nonlinear()
        }
    }
    fn exp(self) -> Self {
        self.nonlinear()
    }
    fn ln(self) -> Self {
        self.nonlinear()
    }
    fn sqrt(self) -> Self {
        self.nonlinear()
    }
    fn sin(self) -> Self {
        self.nonlinear()
    }
    fn cos(self) -> Self {
        self.nonlinear()
    }
    fn tan(self) -> Self {
        self.nonlinear()
    }
    fn atan(self) -> Self {
        self.nonlinear()
    }
    fn select(self, nonnegative: Self, negative: Self) -> Self {
        self.sum(nonnegative).sum(negative).nonlinear()
    }
}
