//! Objective and constraints as weighted sums of operations.

use std::collections::BTreeMap;

use crate::{Op, Tape};

/// A summand: a factor times a variable or times an operation that is not affine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Term {
    /// 0 the objective, i + 1 the constraint i.
    pub sum: usize,
    /// The variable, or the operation on the tape.
    pub op: usize,
    /// The constant factor.
    pub factor: f64,
}

/// Sums by their summands; constant summands are left out.
#[derive(Debug)]
pub(crate) struct Expansion {
    /// Terms in a variable.
    pub affine: Vec<Term>,
    /// Terms in an operation that is not affine.
    pub curved: Vec<Term>,
    /// The value of each operation that does not depend on x.
    pub constants: Vec<Option<f64>>,
}

impl Expansion {
    /// Opens sums, differences and products with constants. Cost: the operations opened, for each sum.
    pub fn of(tape: &Tape) -> Self {
        let mut expansion = Expansion {
            affine: Vec::new(),
            curved: Vec::new(),
            constants: constants(tape),
        };
        let sums = std::iter::once(tape.obj()).chain(tape.cons().iter().copied());
        for (sum, op) in sums.enumerate() {
            expansion.open(tape, sum, op);
        }
        expansion
    }

    fn open(&mut self, tape: &Tape, sum: usize, op: usize) {
        // operands come before results, so that the last one pending has its whole factor
        let mut pending = BTreeMap::from([(op, 1.0)]);
        while let Some((op, factor)) = pending.pop_last() {
            let mut owe = |a: usize, factor: f64| {
                if self.constants[a].is_none() {
                    *pending.entry(a).or_insert(0.0) += factor;
                }
            };
            let constant = |a: usize| self.constants[a];
            match tape.ops()[op] {
                _ if constant(op).is_some() => {}
                Op::Variable(op) => self.affine.push(Term { sum, op, factor }),
                Op::Neg(a) => owe(a, -factor),
                Op::Add(a, b) => {
                    owe(a, factor);
                    owe(b, factor);
                }
                Op::Sub(a, b) => {
                    owe(a, factor);
                    owe(b, -factor);
                }
                Op::Mul(a, b) => match (constant(a), constant(b)) {
                    (Some(a), _) => owe(b, factor * a),
                    (_, Some(b)) => owe(a, factor * b),
                    _ => self.curved.push(Term { sum, op, factor }),
                },
                Op::Div(a, b) => match constant(b) {
                    Some(b) => owe(a, factor / b),
                    None => self.curved.push(Term { sum, op, factor }),
                },
                _ => self.curved.push(Term { sum, op, factor }),
            }
        }
    }
}

/// The values of operations on constants.
fn constants(tape: &Tape) -> Vec<Option<f64>> {
    let mut values = vec![0.0; tape.ops().len()];
    // the point does not matter: only what does not depend on it is kept
    tape.evaluate(&vec![0.0; tape.nvar()], &mut values);
    let mut known: Vec<Option<f64>> = Vec::with_capacity(values.len());
    for (op, &value) in tape.ops().iter().zip(&values) {
        let varies = matches!(op, Op::Variable(_)) || op.operands().any(|a| known[a].is_none());
        known.push((!varies).then_some(value));
    }
    known
}

#[cfg(test)]
mod tests {
    use super::{Expansion, Term};
    use crate::{Functions, Op, Scalar, Tape};

    struct Sums;
    impl Functions for Sums {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            let part = (x[0] * x[1] - x[2]) * 2.0;
            part - (part + x[2].exp() + 7.0) / T::from(4.0).sqrt()
        }
        fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
            c[0] = x[0] * 3.0 - x[0] + 1.0;
        }
    }

    #[test]
    fn factors_of_all_ways_to_a_summand_are_added() {
        let tape = Tape::record(&Sums, 3, 1);
        let expansion = Expansion::of(&tape);
        let term = |sum, op, factor| Term { sum, op, factor };
        // 2 (x₀x₁ − x₂) (1 − 1/2) − eˣ²/2, and 2 x₀
        assert_eq!(expansion.affine, [term(0, 2, -1.0), term(1, 0, 2.0)]);
        let curved: Vec<(Op, f64)> = (expansion.curved.iter())
            .map(|t| (tape.ops()[t.op], t.factor))
            .collect();
        assert_eq!(curved.len(), 2);
        assert!(curved.iter().any(|c| matches!(c, (Op::Exp(_), -0.5))));
        assert!(curved.iter().any(|c| matches!(c, (Op::Mul(..), 1.0))));
    }
}
