//! The formulas of a tape at fixed values of the first variables.

use nlp_model::{Op, Tape};

use super::Interval;

const NOT_QUADRATIC: u8 = 3;

/// A tape over z = (x, y) at a fixed x: which operations depend on y, and the values of the others.
#[derive(Debug)]
pub(crate) struct Expression<'a> {
    tape: &'a Tape,
    nx: usize,
    /// Enclosures of the operations without y; all numbers for those with y.
    constants: Vec<Interval>,
    /// Operations with y on which an output depends, operands first.
    live: Vec<usize>,
    /// For each operation, the variables y it depends on, in increasing order.
    variables: Vec<Vec<usize>>,
    /// For each operation, an upper bound of its degree as a polynomial in y, at most [`NOT_QUADRATIC`].
    degree: Vec<u8>,
    /// The operation that is yᵢ, for each i that occurs.
    variable_op: Vec<Option<usize>>,
}

impl<'a> Expression<'a> {
    /// `tape` at z = (x, ·).
    pub(crate) fn new(tape: &'a Tape, x: &[f64]) -> Self {
        let (count, nx) = (tape.ops().len(), x.len());
        debug_assert!(nx <= tape.nvar());
        let mut expression = Expression {
            tape,
            nx,
            constants: Vec::with_capacity(count),
            live: Vec::new(),
            variables: Vec::with_capacity(count),
            degree: Vec::with_capacity(count),
            variable_op: vec![None; tape.nvar() - nx],
        };
        for (k, &op) in tape.ops().iter().enumerate() {
            let (constant, variables) = match op {
                Op::Variable(i) if i < nx => (Interval::point(x[i]), Vec::new()),
                Op::Variable(i) => {
                    expression.variable_op[i - nx] = Some(k);
                    (Interval::ENTIRE, vec![i - nx])
                }
                _ => expression.read(op),
            };
            expression.constants.push(constant);
            expression.variables.push(variables);
            expression.degree.push(expression.degree_of_result(k, op));
        }
        expression.live = expression.reached();
        expression
    }

    /// The value of an operation without y, or the variables of one with y.
    fn read(&self, op: Op) -> (Interval, Vec<usize>) {
        if let Op::Mul(a, b) = op
            && (self.is_zero(a) || self.is_zero(b))
        {
            return (Interval::ZERO, Vec::new());
        }
        let mut variables: Vec<usize> = op
            .operands()
            .flat_map(|a| self.variables[a].iter().copied())
            .collect();
        variables.sort_unstable();
        variables.dedup();
        let constant = if variables.is_empty() {
            value(op, &self.constants)
        } else {
            Interval::ENTIRE
        };
        (constant, variables)
    }

    fn is_zero(&self, k: usize) -> bool {
        self.is_constant(k) && self.constants[k].is_zero()
    }

    fn degree_of_result(&self, k: usize, op: Op) -> u8 {
        if self.is_constant(k) {
            return 0;
        }
        let degree = match op {
            Op::Variable(_) => 1,
            Op::Neg(a) => self.degree[a],
            Op::Add(a, b) | Op::Sub(a, b) => self.degree[a].max(self.degree[b]),
            Op::Mul(a, b) => self.degree[a] + self.degree[b],
            Op::Div(a, b) if self.is_constant(b) => self.degree[a],
            Op::Powi(a, 2) => 2 * self.degree[a],
            _ => NOT_QUADRATIC,
        };
        degree.min(NOT_QUADRATIC)
    }

    /// Operations with y on which an output depends.
    fn reached(&self) -> Vec<usize> {
        let ops = self.tape.ops();
        let mut reached = vec![false; ops.len()];
        reached[self.tape.obj()] = true;
        for &k in self.tape.cons() {
            reached[k] = true;
        }
        for k in (0..ops.len()).rev() {
            if reached[k] && !self.is_constant(k) {
                ops[k].operands().for_each(|a| reached[a] = true);
            }
        }
        (0..ops.len())
            .filter(|&k| reached[k] && !self.is_constant(k))
            .collect()
    }

    /// Number of variables y.
    pub(crate) fn ny(&self) -> usize {
        self.variable_op.len()
    }
    /// The tape.
    pub(crate) fn tape(&self) -> &'a Tape {
        self.tape
    }
    /// The index i of yᵢ when operation `k` is a variable.
    pub(crate) fn variable(&self, k: usize) -> Option<usize> {
        match self.tape.ops()[k] {
            Op::Variable(i) => i.checked_sub(self.nx),
            _ => None,
        }
    }
    /// The operation that is yᵢ, if it occurs.
    pub(crate) fn variable_op(&self, i: usize) -> Option<usize> {
        self.variable_op[i]
    }
    /// Enclosures of the operations without y, all numbers for the others.
    pub(crate) fn constants(&self) -> &[Interval] {
        &self.constants
    }
    /// Operations with y on which an output depends, operands first.
    pub(crate) fn live(&self) -> &[usize] {
        &self.live
    }
    /// Variables on which operation `k` depends.
    pub(crate) fn variables(&self, k: usize) -> &[usize] {
        &self.variables[k]
    }
    /// Operation `k` does not depend on y.
    pub(crate) fn is_constant(&self, k: usize) -> bool {
        self.variables[k].is_empty()
    }
    /// Operation `k` is affine in y: its gradient is constant.
    pub(crate) fn is_affine(&self, k: usize) -> bool {
        self.degree[k] <= 1
    }
    /// Operation `k` is a polynomial of degree at most 2 in y: its Hessian is constant.
    pub(crate) fn is_quadratic(&self, k: usize) -> bool {
        self.degree[k] < NOT_QUADRATIC
    }
}

/// The value of one operation from those of its operands; variables have their own values.
pub(super) fn value(op: Op, values: &[Interval]) -> Interval {
    match op {
        Op::Variable(_) => Interval::ENTIRE,
        Op::Constant(c) => Interval::literal(c),
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
    }
}
