//! The number type that records.

use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

use super::Op;
use super::recorder::Recorder;
use crate::Scalar;

/// A number of a formula that is being recorded.
#[derive(Clone, Copy, Debug)]
pub(super) enum Node {
    /// A constant; it is recorded where it is used.
    Constant(f64),
    /// The result of a recorded operation.
    Result(usize),
}

impl Node {
    pub(super) fn variable(i: usize) -> Self {
        Node::record(Op::Variable(i))
    }

    /// The operation that gives this number.
    pub(super) fn index(self) -> usize {
        match self {
            Node::Constant(c) => Recorder::push(Op::Constant(c)),
            Node::Result(index) => index,
        }
    }

    fn record(op: Op) -> Self {
        Node::Result(Recorder::push(op))
    }

    fn is(self, value: f64) -> bool {
        matches!(self, Node::Constant(c) if c == value)
    }
}

impl From<f64> for Node {
    fn from(value: f64) -> Self {
        Node::Constant(value)
    }
}

impl Neg for Node {
    type Output = Self;
    fn neg(self) -> Self {
        match self {
            Node::Constant(c) => Node::Constant(-c),
            Node::Result(a) => Node::record(Op::Neg(a)),
        }
    }
}

impl Add for Node {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        if self.is(0.0) {
            other
        } else if other.is(0.0) {
            self
        } else {
            Node::record(Op::Add(self.index(), other.index()))
        }
    }
}

impl Sub for Node {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        if self.is(0.0) {
            -other
        } else if other.is(0.0) {
            self
        } else {
            Node::record(Op::Sub(self.index(), other.index()))
        }
    }
}

impl Mul for Node {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        if self.is(1.0) {
            other
        } else if other.is(1.0) {
            self
        } else {
            let (a, b) = (self.index(), other.index());
            Node::record(if a == b {
                Op::Powi(a, 2)
            } else {
                Op::Mul(a, b)
            })
        }
    }
}

impl Div for Node {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        if other.is(1.0) {
            self
        } else {
            Node::record(Op::Div(self.index(), other.index()))
        }
    }
}

macro_rules! with_number {
    ($trait:ident, $method:ident) => {
        impl $trait<f64> for Node {
            type Output = Self;
            fn $method(self, other: f64) -> Self {
                self.$method(Node::Constant(other))
            }
        }
    };
}
with_number!(Add, add);
with_number!(Sub, sub);
with_number!(Mul, mul);
with_number!(Div, div);

impl AddAssign for Node {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
impl SubAssign for Node {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}
impl MulAssign<f64> for Node {
    fn mul_assign(&mut self, other: f64) {
        *self = *self * other;
    }
}

impl Scalar for Node {
    fn powi(self, n: i32) -> Self {
        match n {
            0 => Node::Constant(1.0),
            1 => self,
            _ => Node::record(Op::Powi(self.index(), n)),
        }
    }
    fn powf(self, p: f64) -> Self {
        // an integer exponent takes negative bases, as it does in `f64`
        if p == p.trunc() && p.abs() <= f64::from(i32::MAX) {
            self.powi(p as i32)
        } else {
            Node::record(Op::Powf(self.index(), p))
        }
    }
    fn exp(self) -> Self {
        Node::record(Op::Exp(self.index()))
    }
    fn ln(self) -> Self {
        Node::record(Op::Ln(self.index()))
    }
    fn sqrt(self) -> Self {
        Node::record(Op::Sqrt(self.index()))
    }
    fn sin(self) -> Self {
        Node::record(Op::Sin(self.index()))
    }
    fn cos(self) -> Self {
        Node::record(Op::Cos(self.index()))
    }
    fn tan(self) -> Self {
        Node::record(Op::Tan(self.index()))
    }
    fn atan(self) -> Self {
        Node::record(Op::Atan(self.index()))
    }
    fn select(self, nonnegative: Self, negative: Self) -> Self {
        Node::record(Op::Select {
            test: self.index(),
            nonnegative: nonnegative.index(),
            negative: negative.index(),
        })
    }
    fn abs(self) -> Self {
        Node::record(Op::Abs(self.index()))
    }
    fn max(self, other: Self) -> Self {
        Node::record(Op::Max(self.index(), other.index()))
    }
    fn min(self, other: Self) -> Self {
        Node::record(Op::Min(self.index(), other.index()))
    }
}
