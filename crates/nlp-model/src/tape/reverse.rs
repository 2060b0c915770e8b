//! Derivatives of one number with respect to all variables, from the result backwards.

use super::Op;
use crate::Scalar;

/// Adds to `adjoints` what each operation owes to its operands, from the last operation to the first,
/// and hands the adjoint of each variable to `add`.
///
/// `values` are those of [`evaluate`](super::evaluate), `adjoints` the derivatives of the result with
/// respect to the operations where they are known, 0 elsewhere. At a kink the side is taken that
/// [`Scalar`] takes. Costs about three evaluations.
pub(crate) fn reverse<T: Scalar>(
    ops: &[Op],
    values: &[T],
    adjoints: &mut [T],
    mut add: impl FnMut(usize, T),
) {
    debug_assert!(values.len() >= ops.len() && adjoints.len() >= ops.len());
    let zero = T::from(0.0);
    for (k, op) in ops.iter().enumerate().rev() {
        let w = adjoints[k];
        match *op {
            Op::Variable(i) => add(i, w),
            Op::Constant(_) => {}
            Op::Neg(a) => adjoints[a] -= w,
            Op::Add(a, b) => {
                adjoints[a] += w;
                adjoints[b] += w;
            }
            Op::Sub(a, b) => {
                adjoints[a] += w;
                adjoints[b] -= w;
            }
            Op::Mul(a, b) => {
                adjoints[a] += w * values[b];
                adjoints[b] += w * values[a];
            }
            Op::Div(a, b) => {
                let share = w / values[b];
                adjoints[a] += share;
                adjoints[b] -= share * values[k];
            }
            Op::Powi(a, n) => adjoints[a] += w * values[a].powi(n - 1) * f64::from(n),
            Op::Powf(a, p) => adjoints[a] += w * values[a].powf(p - 1.0) * p,
            Op::Exp(a) => adjoints[a] += w * values[k],
            Op::Ln(a) => adjoints[a] += w / values[a],
            Op::Sqrt(a) => adjoints[a] += w / values[k] * 0.5,
            Op::Sin(a) => adjoints[a] += w * values[a].cos(),
            Op::Cos(a) => adjoints[a] -= w * values[a].sin(),
            Op::Tan(a) => adjoints[a] += w * (values[k] * values[k] + 1.0),
            Op::Atan(a) => adjoints[a] += w / (values[a] * values[a] + 1.0),
            Op::Abs(a) => adjoints[a] += values[a].select(w, -w),
            Op::Min(a, b) => {
                let test = values[b] - values[a];
                adjoints[a] += test.select(w, zero);
                adjoints[b] += test.select(zero, w);
            }
            Op::Max(a, b) => {
                let test = values[a] - values[b];
                adjoints[a] += test.select(w, zero);
                adjoints[b] += test.select(zero, w);
            }
            Op::Select {
                test,
                nonnegative,
                negative,
            } => {
                let test = values[test];
                adjoints[nonnegative] += test.select(w, zero);
                adjoints[negative] += test.select(zero, w);
            }
        }
    }
}
