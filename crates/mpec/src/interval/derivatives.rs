//! Values, gradients and Hessians of formulas over a box, forward through the tape.

use nlp_model::Op;

use super::eigenvalue::triangle;
use super::expression::value;
use super::{Expression, Interval};

/// Enclosures of all operations of an [`Expression`] and of their derivatives over a box.
///
/// What does not depend on a variable has the derivative exactly 0, so that a quadratic has a constant
/// Hessian also over an unbounded box. Where a derivative does not exist somewhere in the box, it is
/// all numbers: at poles and jumps, at ends of the domain, second derivatives at kinks. At the kinks of
/// |a|, min and max the first derivative is the hull of those of the two sides.
///
/// Note (2026-11-22): a branch on a sign may jump, so its first derivative where both sides occur is
/// all numbers, not the hull.
#[derive(Debug)]
pub(crate) struct Derivatives {
    ny: usize,
    pairs: usize,
    values: Vec<Interval>,
    /// ny entries for each operation.
    gradients: Vec<Interval>,
    /// The lower triangle by rows, ny (ny + 1)/2 entries for each operation.
    hessians: Vec<Interval>,
}

/// First and second derivative of a function of one argument over the values of the argument.
type Slopes = (Interval, Interval);

impl Derivatives {
    pub(crate) fn new(expression: &Expression) -> Self {
        let (count, ny) = (expression.tape().ops().len(), expression.ny());
        let pairs = ny * (ny + 1) / 2;
        let mut derivatives = Derivatives {
            ny,
            pairs,
            values: expression.constants().to_vec(),
            gradients: vec![Interval::ZERO; count * ny],
            hessians: vec![Interval::ZERO; count * pairs],
        };
        // all that is constant, once
        derivatives.pass(expression, &vec![Interval::ENTIRE; ny], 2, true);
        derivatives
    }

    /// The enclosure of operation `k`.
    pub(crate) fn value(&self, k: usize) -> Interval {
        self.values[k]
    }
    /// The enclosure of its gradient (ny).
    pub(crate) fn gradient(&self, k: usize) -> &[Interval] {
        &self.gradients[k * self.ny..(k + 1) * self.ny]
    }
    /// The enclosure of its Hessian, the lower triangle by rows.
    pub(crate) fn hessian(&self, k: usize) -> &[Interval] {
        &self.hessians[k * self.pairs..(k + 1) * self.pairs]
    }

    /// Values over `region` (ny intervals), with derivatives up to `order` ≤ 2; the others stay old.
    pub(crate) fn evaluate(&mut self, expression: &Expression, region: &[Interval], order: usize) {
        self.pass(expression, region, order, false);
    }

    /// Evaluates all operations; derivatives that are constant only in the `first` pass.
    fn pass(&mut self, expression: &Expression, region: &[Interval], order: usize, first: bool) {
        debug_assert!(region.len() == self.ny && order <= 2);
        for &k in expression.live() {
            let op = expression.tape().ops()[k];
            if let Some(i) = expression.variable(k) {
                self.values[k] = region[i];
                self.gradients[k * self.ny + i] = Interval::point(1.0);
                continue;
            }
            self.values[k] = value(op, &self.values);
            if order == 0 || (expression.is_affine(k) && !first) {
                continue;
            }
            let variables = expression.variables(k);
            let second = order == 2 && (first || !expression.is_quadratic(k));
            match op {
                Op::Neg(a) => self.sum(
                    k,
                    a,
                    a,
                    Interval::point(-1.0),
                    Interval::ZERO,
                    variables,
                    second,
                ),
                Op::Add(a, b) => {
                    let one = Interval::point(1.0);
                    self.sum(k, a, b, one, one, variables, second);
                }
                Op::Sub(a, b) => {
                    let one = Interval::point(1.0);
                    self.sum(k, a, b, one, -one, variables, second);
                }
                Op::Mul(a, b) => self.product(k, a, b, variables, second),
                Op::Div(a, b) => self.quotient(k, a, b, variables, second),
                Op::Min(a, b) | Op::Max(a, b) => self.choice(k, op, a, b, variables, second),
                Op::Select {
                    test,
                    nonnegative,
                    negative,
                } => {
                    if self.values[test].lo >= 0.0 {
                        self.copy(k, nonnegative, variables, second);
                    } else if self.values[test].hi < 0.0 {
                        self.copy(k, negative, variables, second);
                    } else {
                        self.unknown(k, variables, second);
                    }
                }
                _ => {
                    let a = op.operands().next().expect("an operation with an operand");
                    let slopes = slopes(op, self.values[a], self.values[k]);
                    self.chain(k, a, slopes, variables, second);
                }
            }
        }
    }

    fn g(&self, k: usize, i: usize) -> Interval {
        self.gradients[k * self.ny + i]
    }
    fn h(&self, k: usize, i: usize, j: usize) -> Interval {
        self.hessians[k * self.pairs + triangle(i, j)]
    }

    /// Sets the derivatives of operation `k` from functions of the variables; j ≤ i.
    fn set(
        &mut self,
        k: usize,
        variables: &[usize],
        second: bool,
        first: impl Fn(&Self, usize) -> Interval,
        pair: impl Fn(&Self, usize, usize) -> Interval,
    ) {
        for (n, &i) in variables.iter().enumerate() {
            let entry = first(self, i);
            self.gradients[k * self.ny + i] = entry;
            if second {
                for &j in &variables[..=n] {
                    let entry = pair(self, i, j);
                    self.hessians[k * self.pairs + triangle(i, j)] = entry;
                }
            }
        }
    }

    /// s a + t b.
    #[allow(clippy::too_many_arguments)]
    fn sum(
        &mut self,
        k: usize,
        a: usize,
        b: usize,
        s: Interval,
        t: Interval,
        variables: &[usize],
        second: bool,
    ) {
        self.set(
            k,
            variables,
            second,
            |d, i| s * d.g(a, i) + t * d.g(b, i),
            |d, i, j| s * d.h(a, i, j) + t * d.h(b, i, j),
        );
    }

    fn product(&mut self, k: usize, a: usize, b: usize, variables: &[usize], second: bool) {
        let (va, vb) = (self.values[a], self.values[b]);
        self.set(
            k,
            variables,
            second,
            |d, i| d.g(a, i) * vb + va * d.g(b, i),
            |d, i, j| {
                let mixed = d.g(a, i) * d.g(b, j) + d.g(a, j) * d.g(b, i);
                d.h(a, i, j) * vb + va * d.h(b, i, j) + mixed
            },
        );
    }

    /// q = a/b: ∇q = (∇a − q ∇b)/b, ∇²q = (∇²a − ∇q∇bᵀ − ∇b∇qᵀ − q ∇²b)/b.
    fn quotient(&mut self, k: usize, a: usize, b: usize, variables: &[usize], second: bool) {
        let (q, vb) = (self.values[k], self.values[b]);
        if vb.contains(0.0) {
            // a pole may be inside
            return self.unknown(k, variables, second);
        }
        self.set(
            k,
            variables,
            false,
            |d, i| (d.g(a, i) - q * d.g(b, i)) / vb,
            |_, _, _| Interval::ENTIRE,
        );
        if second {
            for (n, &i) in variables.iter().enumerate() {
                for &j in &variables[..=n] {
                    let mixed = self.g(k, i) * self.g(b, j) + self.g(k, j) * self.g(b, i);
                    let entry = (self.h(a, i, j) - mixed - q * self.h(b, i, j)) / vb;
                    self.hessians[k * self.pairs + triangle(i, j)] = entry;
                }
            }
        }
    }

    fn chain(&mut self, k: usize, a: usize, slopes: Slopes, variables: &[usize], second: bool) {
        let (d1, d2) = slopes;
        self.set(
            k,
            variables,
            second,
            |d, i| d1 * d.g(a, i),
            |d, i, j| {
                let outer = if i == j {
                    d.g(a, i).sqr()
                } else {
                    d.g(a, i) * d.g(a, j)
                };
                d1 * d.h(a, i, j) + d2 * outer
            },
        );
    }

    /// min or max.
    fn choice(&mut self, k: usize, op: Op, a: usize, b: usize, variables: &[usize], second: bool) {
        let sign = if matches!(op, Op::Min(..)) { 1.0 } else { -1.0 };
        let difference = Interval::point(sign) * (self.values[b] - self.values[a]);
        if difference.lo > 0.0 {
            self.copy(k, a, variables, second);
        } else if difference.hi < 0.0 {
            self.copy(k, b, variables, second);
        } else {
            let hull = |d: &Self, i| d.g(a, i).hull(d.g(b, i));
            self.set(k, variables, second, hull, |_, _, _| Interval::ENTIRE);
        }
    }

    fn copy(&mut self, k: usize, a: usize, variables: &[usize], second: bool) {
        self.set(
            k,
            variables,
            second,
            |d, i| d.g(a, i),
            |d, i, j| d.h(a, i, j),
        );
    }

    fn unknown(&mut self, k: usize, variables: &[usize], second: bool) {
        self.set(
            k,
            variables,
            second,
            |_, _| Interval::ENTIRE,
            |_, _, _| Interval::ENTIRE,
        );
    }
}

/// φ′ and φ″ over the argument `a`, where `v` holds the values φ(a).
fn slopes(op: Op, a: Interval, v: Interval) -> Slopes {
    let number = Interval::point;
    let unknown = (Interval::ENTIRE, Interval::ENTIRE);
    match op {
        Op::Powi(_, n) if n >= 0 || !a.contains(0.0) => {
            let (n1, n2) = (f64::from(n), f64::from(n) * (f64::from(n) - 1.0));
            let second = if n == 2 {
                number(2.0)
            } else {
                number(n2) * a.powi(n.saturating_sub(2))
            };
            (number(n1) * a.powi(n.saturating_sub(1)), second)
        }
        Op::Powf(_, p) if a.lo > 0.0 => {
            let p = Interval::literal(p);
            let (v1, v2) = (v / a, v / a.sqr());
            (p * v1, p * (p - number(1.0)) * v2)
        }
        Op::Exp(_) => (v, v),
        Op::Ln(_) if a.lo > 0.0 => {
            let inverse = number(1.0) / a;
            (inverse, -inverse.sqr())
        }
        Op::Sqrt(_) if a.lo > 0.0 => {
            let first = number(0.5) / v;
            (first, -(first / (number(2.0) * a)))
        }
        Op::Sin(_) => (a.cos(), -v),
        Op::Cos(_) => (-a.sin(), -v),
        Op::Tan(_) if !a.has_pole_of_tangent() => {
            let first = number(1.0) + v.sqr();
            (first, number(2.0) * v * first)
        }
        Op::Atan(_) => {
            let first = number(1.0) / (number(1.0) + a.sqr());
            (first, number(-2.0) * a * first.sqr())
        }
        Op::Abs(_) if a.lo > 0.0 => (number(1.0), Interval::ZERO),
        Op::Abs(_) if a.hi < 0.0 => (number(-1.0), Interval::ZERO),
        Op::Abs(_) => (Interval::new(-1.0, 1.0), Interval::ENTIRE),
        _ => unknown,
    }
}
