//! A formula as a list of operations, for readings that dual numbers cannot give.

mod node;
mod recorder;
mod reverse;

use crate::{Functions, Scalar};

use node::Node;
use recorder::Recorder;
pub(crate) use recorder::{Key, key};
pub(crate) use reverse::reverse;

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

    /// The same operation on other operands.
    pub(crate) fn with_operands(self, of: impl Fn(usize) -> usize) -> Op {
        match self {
            Op::Variable(_) | Op::Constant(_) => self,
            Op::Neg(a) => Op::Neg(of(a)),
            Op::Add(a, b) => Op::Add(of(a), of(b)),
            Op::Sub(a, b) => Op::Sub(of(a), of(b)),
            Op::Mul(a, b) => Op::Mul(of(a), of(b)),
            Op::Div(a, b) => Op::Div(of(a), of(b)),
            Op::Powi(a, n) => Op::Powi(of(a), n),
            Op::Powf(a, p) => Op::Powf(of(a), p),
            Op::Exp(a) => Op::Exp(of(a)),
            Op::Ln(a) => Op::Ln(of(a)),
            Op::Sqrt(a) => Op::Sqrt(of(a)),
            Op::Sin(a) => Op::Sin(of(a)),
            Op::Cos(a) => Op::Cos(of(a)),
            Op::Tan(a) => Op::Tan(of(a)),
            Op::Atan(a) => Op::Atan(of(a)),
            Op::Abs(a) => Op::Abs(of(a)),
            Op::Min(a, b) => Op::Min(of(a), of(b)),
            Op::Max(a, b) => Op::Max(of(a), of(b)),
            Op::Select {
                test,
                nonnegative,
                negative,
            } => Op::Select {
                test: of(test),
                nonnegative: of(nonnegative),
                negative: of(negative),
            },
        }
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
        evaluate(&self.ops, |i| x[i], values);
    }
}

/// The value of each operation, with xᵢ = `x(i)`.
pub(crate) fn evaluate<T: Scalar>(ops: &[Op], x: impl Fn(usize) -> T, values: &mut [T]) {
    for (k, op) in ops.iter().enumerate() {
        values[k] = match *op {
            Op::Variable(i) => x(i),
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
