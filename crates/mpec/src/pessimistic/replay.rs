//! A recorded formula in any number type.

use nlp_model::{Op, Scalar, Tape};

/// The values of all operations of a tape at z, in any number type.
pub(super) fn replay<T: Scalar>(tape: &Tape, z: &[T]) -> Vec<T> {
    let mut values: Vec<T> = Vec::with_capacity(tape.ops().len());
    for op in tape.ops() {
        let v = |k: usize| values[k];
        let value = match *op {
            Op::Variable(i) => z[i],
            Op::Constant(c) => T::from(c),
            Op::Neg(a) => -v(a),
            Op::Add(a, b) => v(a) + v(b),
            Op::Sub(a, b) => v(a) - v(b),
            Op::Mul(a, b) => v(a) * v(b),
            Op::Div(a, b) => v(a) / v(b),
            Op::Powi(a, n) => v(a).powi(n),
            Op::Powf(a, p) => v(a).powf(p),
            Op::Exp(a) => v(a).exp(),
            Op::Ln(a) => v(a).ln(),
            Op::Sqrt(a) => v(a).sqrt(),
            Op::Sin(a) => v(a).sin(),
            Op::Cos(a) => v(a).cos(),
            Op::Tan(a) => v(a).tan(),
            Op::Atan(a) => v(a).atan(),
            Op::Abs(a) => v(a).abs(),
            Op::Min(a, b) => v(a).min(v(b)),
            Op::Max(a, b) => v(a).max(v(b)),
            Op::Select {
                test,
                nonnegative,
                negative,
            } => v(test).select(v(nonnegative), v(negative)),
        };
        values.push(value);
    }
    values
}
