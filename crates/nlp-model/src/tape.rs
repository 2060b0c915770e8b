//! A formula as a list of operations, for readings that dual numbers cannot give.

mod node;
mod recorder;

use crate::{Functions, Scalar};

use node::Node;
use recorder::Recorder;

/// One operation of a [`Tape`]; operands are indices of earlier operations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    /// The variable xᵢ.
    Variable(usize),
    /// A number of the formula.
    Constant(f64),
    /// −a.
    Neg(usize),
    /// a + b.
    Add(usize, usize),
    /// a − b.
    Sub(usize, usize),
    /// a b.
    Mul(usize, usize),
    /// a / b.
    Div(usize, usize),
    /// aⁿ.
    Powi(usize, i32),
    /// aᵖ for a p that is no integer.
    Powf(usize, f64),
    /// eᵃ.
    Exp(usize),
    /// ln a.
    Ln(usize),
    /// √a.
    Sqrt(usize),
    /// sin a.
    Sin(usize),
    /// cos a.
    Cos(usize),
    /// tan a.
    Tan(usize),
    /// arctan a.
    Atan(usize),
    /// |a|.
    Abs(usize),
    /// min(a, b).
    Min(usize, usize),
    /// max(a, b).
    Max(usize, usize),
    /// `nonnegative` where `test` ≥ 0, else `negative`.
    Select {
        /// The number whose sign decides.
        test: usize,
        /// The value where test ≥ 0.
        nonnegative: usize,
        /// The value where test < 0.
        negative: usize,
    },
}

impl Op {
    /// The operands, in order.
    pub fn operands(&self) -> impl Iterator<Item = usize> + use<> {
        let [a, b, c] = match *self {
            Op::Variable(_) | Op::Constant(_) => [None; 3],
            Op::Neg(a) | Op::Powi(a, _) | Op::Powf(a, _) | Op::Exp(a) | Op::Ln(a) => {
                [Some(a), None, None]
            }
            Op::Sqrt(a) | Op::Sin(a) | Op::Cos(a) | Op::Tan(a) | Op::Atan(a) | Op::Abs(a) => {
                [Some(a), None, None]
            }
            Op::Add(a, b) | Op::Sub(a, b) | Op::Mul(a, b) | Op::Div(a, b) => {
                [Some(a), Some(b), None]
            }
            Op::Min(a, b) | Op::Max(a, b) => [Some(a), Some(b), None],
            Op::Select {
                test,
                nonnegative,
                negative,
            } => [Some(test), Some(nonnegative), Some(negative)],
        };
        [a, b, c].into_iter().flatten()
    }
}

/// Objective and constraints of a model as one list of operations, each after its operands.
///
/// A [`Scalar`] cannot look at its value, so the operations that one reading records are the formula.
/// Equal operations are recorded once, a·a as a². Nothing else is rearranged, and nothing is
/// rounded: operations on constants stay operations.
///
/// ```
/// use nlp_model::{Functions, Op, Scalar, Tape};
///
/// struct Disc;
/// impl Functions for Disc {
///     fn obj<T: Scalar>(&self, x: &[T]) -> T {
///         x[0] * x[0] + x[1]
///     }
///     fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
///         c[0] = x[0] * x[0] + x[1] * x[1] - 1.0;
///     }
/// }
/// let tape = Tape::record(&Disc, 2, 1);
/// let squares = tape.ops().iter().filter(|op| matches!(op, Op::Powi(_, 2)));
/// assert_eq!(squares.count(), 2);
/// let mut work = vec![0.0; tape.ops().len()];
/// tape.evaluate(&[3.0, 4.0], &mut work);
/// assert_eq!((work[tape.obj()], work[tape.cons()[0]]), (13.0, 24.0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Tape {
    nvar: usize,
    ops: Vec<Op>,
    obj: usize,
    cons: Vec<usize>,
}

impl Tape {
    /// Records the formulas of `nvar` variables and `ncon` constraints. Costs one evaluation.
    ///
    /// # Panics
    /// When the formulas keep numbers of one evaluation for the next.
    pub fn record<U: Functions>(functions: &U, nvar: usize, ncon: usize) -> Tape {
        Recorder::run(|| {
            let x: Vec<Node> = (0..nvar).map(Node::variable).collect();
            let obj = functions.obj(&x).index();
            let mut c = vec![Node::from(0.0); ncon];
            functions.cons(&x, &mut c);
            let cons = c.into_iter().map(Node::index).collect();
            (obj, cons)
        })
        .into_tape(nvar)
    }

    /// Number of variables.
    pub fn nvar(&self) -> usize {
        self.nvar
    }
    /// The operations.
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }
    /// The operation whose value is the objective.
    pub fn obj(&self) -> usize {
        self.obj
    }
    /// The operations whose values are the constraints (ncon).
    pub fn cons(&self) -> &[usize] {
        &self.cons
    }

    /// The value of each operation at `x` (nvar), into `values` (one entry for each operation).
    pub fn evaluate<T: Scalar>(&self, x: &[T], values: &mut [T]) {
        assert_eq!(
            (x.len(), values.len()),
            (self.nvar, self.ops.len()),
            "lengths of x and values"
        );
        for k in 0..self.ops.len() {
            values[k] = match self.ops[k] {
                Op::Variable(i) => x[i],
                Op::Constant(c) => T::from(c),
                Op::Neg(a) => -values[a],
                Op::Add(a, b) => values[a] + values[b],
                Op::Sub(a, b) => values[a] - values[b],
                Op::Mul(a, b) => values[a] * values[b],
                Op::Div(a, b) => values[a] / values[b],
                Op::Powi(a, n) => values[a].powi(n),
                Op::Powf(a, p) => values[a].powf(p),
                Op::Exp(a) => values[a].exp(),
                Op::Ln(a) => values[a].ln(),
                Op::Sqrt(a) => values[a].sqrt(),
                Op::Sin(a) => values[a].sin(),
                Op::Cos(a) => values[a].cos(),
                Op::Tan(a) => values[a].tan(),
                Op::Atan(a) => values[a].atan(),
                Op::Abs(a) => values[a].abs(),
                Op::Min(a, b) => values[a].min(values[b]),
                Op::Max(a, b) => values[a].max(values[b]),
                Op::Select {
                    test,
                    nonnegative,
                    negative,
                } => values[test].select(values[nonnegative], values[negative]),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Op, Tape};
    use crate::{Functions, Real, Scalar};
    use num_dual::HyperDual64;

    /// Every operation once.
    struct Everything;
    impl Functions for Everything {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            let [a, b] = [Real(x[0]), Real(x[1])];
            let sum = (a * b).exp() - (1.0 + b.powi(2)).ln() / (2.0 - a);
            let waves = a.sin() * b.cos() + (0.1 * a).tan() - a.abs().sqrt();
            (sum + waves + b.abs().powf(1.3) - a.min(b) * a.max(0.25)).0
        }
        fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
            c[0] = (x[0] - x[1]).select(-x[0], x[1] * 3.0);
            c[1] += x[0];
            c[1] -= x[1] / 7.0;
            c[1] *= 2.0;
            c[2] = T::from(2.0) * T::from(0.1);
        }
    }

    #[test]
    fn the_tape_repeats_the_formula_and_its_derivatives_to_the_last_bit() {
        let tape = Tape::record(&Everything, 2, 4);
        for point in [[0.3, 0.7], [-1.25, 0.5], [1.5, -2.0]] {
            let mut c = [0.0; 4];
            Everything.cons(&point, &mut c);
            let mut values = vec![0.0; tape.ops().len()];
            tape.evaluate(&point, &mut values);
            assert_eq!(values[tape.obj()], Everything.obj(&point));
            assert_eq!([0, 1, 2, 3].map(|i| values[tape.cons()[i]]), c);

            let lift = |seed1: usize, seed2: usize| {
                let mut t = point.map(HyperDual64::from_re);
                (t[seed1].eps1, t[seed2].eps2) = (1.0, 1.0);
                t
            };
            for (i, j) in [(0, 0), (0, 1), (1, 1)] {
                let t = lift(i, j);
                let mut values = vec![HyperDual64::from_re(0.0); tape.ops().len()];
                tape.evaluate(&t, &mut values);
                let (read, formula) = (values[tape.obj()], Everything.obj(&t));
                assert_eq!(read.eps1, formula.eps1);
                assert!((read.eps1eps2 - formula.eps1eps2).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn equal_parts_are_recorded_once_and_a_product_of_equals_is_a_square() {
        struct Shared;
        impl Functions for Shared {
            fn obj<T: Scalar>(&self, x: &[T]) -> T {
                let sum = |a: T, b: T| a + b;
                sum(x[0], x[1]) * sum(x[1], x[0]) + (x[0] * x[1]).exp() / (x[1] * x[0]).exp()
            }
        }
        let tape = Tape::record(&Shared, 2, 0);
        let count = |test: fn(&Op) -> bool| tape.ops().iter().filter(|op| test(op)).count();
        assert_eq!(count(|op| matches!(op, Op::Powi(_, 2))), 1);
        assert_eq!(count(|op| matches!(op, Op::Exp(_))), 1);
        assert_eq!(count(|op| matches!(op, Op::Mul(..))), 1);
        assert_eq!(tape.ops().len(), 2 + 2 + 2 + 2);
    }

    #[test]
    fn a_formula_may_record_another_and_a_panic_leaves_the_next_recording_alone() {
        struct Outer;
        impl Functions for Outer {
            fn obj<T: Scalar>(&self, x: &[T]) -> T {
                let inner = Tape::record(&Everything, 2, 4);
                let mut values = vec![x[0]; inner.ops().len()];
                inner.evaluate(x, &mut values);
                values[inner.obj()]
            }
        }
        struct Panics;
        impl Functions for Panics {
            fn obj<T: Scalar>(&self, x: &[T]) -> T {
                x[9]
            }
        }
        let direct = Tape::record(&Everything, 2, 4);
        assert!(std::panic::catch_unwind(|| Tape::record(&Panics, 2, 0)).is_err());
        let nested = Tape::record(&Outer, 2, 0);
        let value = |tape: &Tape| {
            let mut values = vec![0.0; tape.ops().len()];
            tape.evaluate(&[0.3, 0.7], &mut values);
            values[tape.obj()]
        };
        assert_eq!(value(&nested), value(&direct));
    }
}
