//! The lower level at a fixed x, as intervals see it.

use nlp_model::{Bilevel, Meta, Tape};

use crate::interval::{Derivatives, Expression, Interval};

/// min_y f(y)  s.t.  h_j(y) ≤ 0 with h_j = ±(c_j − bound) − δ, y in a box.
#[derive(Debug)]
pub(super) struct LowerLevel<'a> {
    pub(super) expression: Expression<'a>,
    /// The rows that depend on y, an equality as two.
    pub(super) rows: Vec<Row>,
    /// For each constraint, the operation and the values allowed.
    pub(super) required: Vec<(usize, Interval)>,
    /// The bounds of y.
    pub(super) bounds: Vec<Interval>,
    /// How far x is outside of the bounds that the lower level puts on it.
    pub(super) violation_of_x: f64,
    delta: f64,
}

/// sign · (value of the operation − bound) ≤ δ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    op: usize,
    is_upper: bool,
    bound: f64,
}

impl<'a> LowerLevel<'a> {
    /// The lower level of `problem`, whose formulas are on `tape`, at `x`, with rows relaxed by `delta`.
    pub(super) fn new(problem: &dyn Bilevel, tape: &'a Tape, x: &[f64], delta: f64) -> Self {
        let meta = problem.lower().meta();
        let expression = Expression::new(tape, x);
        let mut rows = Vec::new();
        let mut required = Vec::new();
        for (j, &op) in tape.cons().iter().enumerate() {
            let (lower, upper) = (meta.lcon()[j], meta.ucon()[j]);
            let relaxed = |bound: f64, by: f64| Interval::point(bound) + Interval::point(by);
            required.push((
                op,
                Interval::new(relaxed(lower, -delta).lo(), relaxed(upper, delta).hi()),
            ));
            if expression.is_constant(op) {
                continue;
            }
            for (bound, is_upper) in [(upper, true), (lower, false)] {
                if bound.is_finite() {
                    rows.push(Row {
                        op,
                        is_upper,
                        bound,
                    });
                }
            }
        }
        let nx = x.len();
        LowerLevel {
            bounds: (nx..meta.nvar())
                .map(|i| Interval::new(meta.lvar()[i], meta.uvar()[i]))
                .collect(),
            violation_of_x: outside(meta, x),
            expression,
            rows,
            required,
            delta,
        }
    }

    /// Number of variables y.
    pub(super) fn ny(&self) -> usize {
        self.expression.ny()
    }

    /// f.
    pub(super) fn objective(&self, at: &Derivatives) -> Interval {
        at.value(self.expression.tape().obj())
    }
    /// ∇f (ny).
    pub(super) fn objective_gradient<'d>(&self, at: &'d Derivatives) -> &'d [Interval] {
        at.gradient(self.expression.tape().obj())
    }
    /// ∇²f, lower triangle.
    pub(super) fn objective_hessian<'d>(&self, at: &'d Derivatives) -> &'d [Interval] {
        at.hessian(self.expression.tape().obj())
    }

    /// h_j.
    pub(super) fn row(&self, j: usize, at: &Derivatives) -> Interval {
        let row = &self.rows[j];
        let bound = Interval::point(row.bound);
        let excess = if row.is_upper {
            at.value(row.op) - bound
        } else {
            bound - at.value(row.op)
        };
        excess - Interval::point(self.delta)
    }
    /// ∂h_j/∂y_i.
    pub(super) fn row_slope(&self, j: usize, i: usize, at: &Derivatives) -> Interval {
        self.signed(j, at.gradient(self.rows[j].op)[i])
    }
    /// Entry k of the lower triangle of ∇²h_j.
    pub(super) fn row_curvature(&self, j: usize, k: usize, at: &Derivatives) -> Interval {
        self.signed(j, at.hessian(self.rows[j].op)[k])
    }

    fn signed(&self, j: usize, value: Interval) -> Interval {
        if self.rows[j].is_upper { value } else { -value }
    }

    /// h_j is affine.
    pub(super) fn is_affine_row(&self, j: usize) -> bool {
        self.expression.is_affine(self.rows[j].op)
    }
    /// f is affine.
    pub(super) fn is_affine_objective(&self) -> bool {
        self.expression.is_affine(self.expression.tape().obj())
    }

    /// The rows without y hold for certain.
    pub(super) fn constants_hold(&self) -> bool {
        self.required.iter().all(|&(op, set)| {
            let value = self.expression.constants()[op];
            !self.expression.is_constant(op) || (!value.is_empty() && value.is_within(set))
        })
    }

    /// An upper bound of the violation at y of the rows (without δ) and bounds; infinite when a row is
    /// not defined.
    pub(super) fn violation(&self, problem: &dyn Bilevel, y: &[f64], at: &Derivatives) -> f64 {
        let meta = problem.lower().meta();
        let mut largest = self.violation_of_x;
        for (j, &op) in self.expression.tape().cons().iter().enumerate() {
            let value = at.value(op);
            if value.is_empty() {
                return f64::INFINITY;
            }
            let above = value - Interval::point(meta.ucon()[j]);
            let below = Interval::point(meta.lcon()[j]) - value;
            largest = largest.max(above.hi()).max(below.hi());
        }
        for (bounds, y) in self.bounds.iter().zip(y) {
            largest = largest.max(bounds.lo() - y).max(y - bounds.hi());
        }
        largest
    }
}

/// How far x is outside of the first bounds of the lower level.
fn outside(meta: &Meta, x: &[f64]) -> f64 {
    let bounds = meta.lvar().iter().zip(meta.uvar());
    x.iter().zip(bounds).fold(0.0, |largest: f64, (x, (l, u))| {
        largest.max(l - x).max(x - u)
    })
}
