//! What the value of an operation says about its operands.

use nlp_model::Op;

use super::Interval;
use super::functions::{NONNEGATIVE, repeated};
use super::rounding::{mul_down, mul_up};

/// Calls `narrow(operand, set)` with sets that hold all values of the operands for which the value of
/// `op` lies in `values[k]`; `values` holds the present sets.
pub(super) fn project(
    op: Op,
    k: usize,
    values: &[Interval],
    mut narrow: impl FnMut(usize, Interval),
) {
    let v = values[k];
    match op {
        Op::Neg(a) => narrow(a, -v),
        Op::Add(a, b) => {
            narrow(a, v - values[b]);
            narrow(b, v - values[a]);
        }
        Op::Sub(a, b) => {
            narrow(a, v + values[b]);
            narrow(b, values[a] - v);
        }
        Op::Mul(a, b) => {
            narrow(a, factor(v, values[b], values[a]));
            narrow(b, factor(v, values[a], values[b]));
        }
        Op::Div(a, b) => {
            narrow(a, v * values[b]);
            narrow(b, factor(values[a], v, values[b]));
        }
        Op::Powi(a, n) => narrow(a, base(v, n, values[a])),
        Op::Powf(a, p) if p != p.trunc() => narrow(a, real_base(v, p)),
        Op::Exp(a) => narrow(a, v.ln()),
        Op::Ln(a) => narrow(a, v.exp()),
        Op::Sqrt(a) => narrow(a, v.intersect(NONNEGATIVE).sqr()),
        Op::Abs(a) => narrow(a, either_sign(v.intersect(NONNEGATIVE), values[a])),
        Op::Min(a, b) => {
            for (a, b) in [(a, b), (b, a)] {
                let is_other = values[b].lo > v.hi;
                let hi = if is_other { v.hi } else { f64::INFINITY };
                narrow(a, Interval { lo: v.lo, hi });
            }
        }
        Op::Max(a, b) => {
            for (a, b) in [(a, b), (b, a)] {
                let is_other = values[b].hi < v.lo;
                let lo = if is_other { v.lo } else { f64::NEG_INFINITY };
                narrow(a, Interval { lo, hi: v.hi });
            }
        }
        _ => {}
    }
}

/// The members t of `present` with t s ∈ `product` for some s ∈ `other`.
fn factor(product: Interval, other: Interval, present: Interval) -> Interval {
    if !other.contains(0.0) {
        return (product / other).intersect(present);
    }
    if product.contains(0.0) {
        return present;
    }
    let part = |s: Interval| (product / s).intersect(present);
    let below = Interval::new(other.lo, 0.0);
    let above = Interval::new(0.0, other.hi);
    part(below).hull(part(above))
}

/// The members of `present` whose absolute value lies in `size`.
fn either_sign(size: Interval, present: Interval) -> Interval {
    present.intersect(size).hull(present.intersect(-size))
}

/// The members t of `present` with tⁿ ∈ `power`.
fn base(power: Interval, n: i32, present: Interval) -> Interval {
    if n < 0 {
        let inverse = factor(Interval::point(1.0), power, Interval::ENTIRE);
        return if n == i32::MIN {
            present
        } else {
            base(inverse, -n, present)
        };
    }
    let n = n.unsigned_abs();
    if n == 0 {
        return present;
    }
    if n.is_multiple_of(2) {
        return either_sign(root(power.intersect(NONNEGATIVE), n), present);
    }
    let above = root(power.intersect(NONNEGATIVE), n);
    let below = -root((-power).intersect(NONNEGATIVE), n);
    above.hull(below).intersect(present)
}

/// The nonnegative n-th roots.
fn root(power: Interval, n: u32) -> Interval {
    if n == 2 {
        return power.sqrt();
    }
    let guess = |v: f64| v.powf(1.0 / f64::from(n));
    Interval::new(
        below(power.lo, guess, |t| repeated(t, n, mul_up)),
        above(power.hi, guess, |t| repeated(t, n, mul_down)),
    )
    .intersect(if power.is_empty() { power } else { NONNEGATIVE })
}

/// The t ≥ 0 with tᵖ ∈ `power`.
fn real_base(power: Interval, p: f64) -> Interval {
    if p < 0.0 {
        let inverse = factor(Interval::point(1.0), power, NONNEGATIVE);
        return real_base(inverse, -p);
    }
    let power = power.intersect(NONNEGATIVE);
    if power.is_empty() {
        return power;
    }
    let guess = |v: f64| v.powf(1.0 / p);
    Interval::new(
        below(power.lo, guess, |t| Interval::point(t).powf(p).hi),
        above(power.hi, guess, |t| Interval::point(t).powf(p).lo),
    )
}

/// Relative changes of a guess, until it is proved.
const CHANGES: [f64; 5] = [0.0, 1e-15, 1e-13, 1e-10, 1e-6];

/// A t ≥ 0 whose power is at most v: `at_most` bounds the power of t from above.
fn below(v: f64, guess: impl Fn(f64) -> f64, at_most: impl Fn(f64) -> f64) -> f64 {
    let trials = CHANGES.iter().map(|change| guess(v) * (1.0 - change));
    let proved = trials
        .into_iter()
        .find(|&t| t.is_finite() && at_most(t) <= v);
    proved.unwrap_or(0.0)
}

/// A t ≥ 0 whose power is at least v: `at_least` bounds the power of t from below.
fn above(v: f64, guess: impl Fn(f64) -> f64, at_least: impl Fn(f64) -> f64) -> f64 {
    let trials = CHANGES.iter().map(|change| guess(v) * (1.0 + change));
    let proved = trials
        .into_iter()
        .find(|&t| t.is_finite() && at_least(t) >= v);
    proved.unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lo: f64, hi: f64) -> Interval {
        Interval::new(lo, hi)
    }

    #[test]
    fn factors_leave_the_gap_around_zero_out_where_they_can() {
        // t s ∈ [2, 4] for an s ∈ [−1, 2]: t ≤ −2 or t ≥ 1
        assert_eq!(
            factor(at(2.0, 4.0), at(-1.0, 2.0), at(-1.0, 9.0)),
            at(1.0, 9.0)
        );
        assert_eq!(
            factor(at(2.0, 4.0), at(-1.0, 2.0), at(-9.0, 9.0)),
            at(-9.0, 9.0)
        );
        assert!(factor(at(2.0, 4.0), at(-1.0, 2.0), at(-1.0, 0.5)).is_empty());
        assert!(factor(at(2.0, 4.0), Interval::ZERO, Interval::ENTIRE).is_empty());
        assert_eq!(
            factor(at(-1.0, 4.0), at(-1.0, 2.0), at(-3.0, 3.0)),
            at(-3.0, 3.0)
        );
    }

    #[test]
    fn bases_of_powers_take_both_signs_or_one() {
        assert_eq!(base(at(4.0, 9.0), 2, Interval::ENTIRE), at(-3.0, 3.0));
        assert_eq!(base(at(4.0, 9.0), 2, at(0.0, 10.0)), at(2.0, 3.0));
        assert!(base(at(-9.0, -4.0), 2, Interval::ENTIRE).is_empty());
        assert!(base(at(-8.0, 27.0), 3, Interval::ENTIRE).contains(-2.0));
        assert!(base(at(-8.0, 27.0), 3, Interval::ENTIRE).hi < 3.0 + 1e-12);
        assert!(base(at(-27.0, -8.0), 3, Interval::ENTIRE).hi > -2.0 - 1e-12);
        assert!(base(at(-27.0, -8.0), 3, Interval::ENTIRE).hi < -2.0 + 1e-12);
        assert_eq!(base(at(0.25, 0.5), -1, Interval::ENTIRE), at(2.0, 4.0));
        let large = base(at(0.0, 1e300), 7, Interval::ENTIRE);
        assert!(large.hi >= 1e300f64.powf(1.0 / 7.0) && large.hi < 7.2e42);
    }

    #[test]
    fn real_powers_are_inverted_outward() {
        let t = real_base(at(2.0, 3.0), 0.4);
        assert!(t.contains(2.0f64.powf(2.5)) && t.contains(3.0f64.powf(2.5)) && t.width() < 9.94);
        let t = real_base(at(2.0, 4.0), -0.5);
        assert!(t.contains(0.25) && t.contains(1.0 / 16.0) && t.width() < 0.1876);
        assert!(real_base(at(-2.0, -1.0), 0.4).is_empty());
    }
}
