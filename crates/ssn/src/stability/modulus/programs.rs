//! The programs over the weights of the generators.

use linalg::slice::{dot, norm_inf, norm1, norm2};

use super::super::cone::MultiplierCone;
use super::super::program::{Outcome, Program};
use super::{Bounds, NODES, Test};

/// Largest sum of weights, of generators of unit length, beside ‖Aₓ‖∞ = 1: what needs more may be rounding.
const WEIGHTS: f64 = 1e7;

/// A norm of A_y.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Norm {
    One,
    Two,
    Infinity,
}

/// The outcome of [`Programs::least`].
pub(super) enum Least {
    At(f64, Vec<f64>),
    /// cᵀAₓ is never positive.
    Nowhere,
    Unsolved,
}

/// The programs over weights μ ≥ 0 of the generators, which are measured by their lengths.
pub(super) struct Programs<'a> {
    cone: &'a MultiplierCone,
    lengths: Vec<f64>,
    /// Rows of Aₓ and A_y over the scaled weights.
    by_x: Vec<Vec<f64>>,
    by_y: Vec<Vec<f64>>,
}

impl<'a> Programs<'a> {
    pub fn new(cone: &'a MultiplierCone) -> Self {
        let lengths = cone.lengths();
        let row = |entry: &dyn Fn(usize) -> f64| -> Vec<f64> {
            (0..lengths.len()).map(|k| entry(k) / lengths[k]).collect()
        };
        Programs {
            by_x: (0..cone.nx)
                .map(|j| row(&|k| cone.generators[k].by_x[j]))
                .collect(),
            by_y: (0..cone.ny)
                .map(|i| row(&|k| cone.generators[k].by_y[i]))
                .collect(),
            cone,
            lengths,
        }
    }

    fn count(&self) -> usize {
        self.lengths.len()
    }

    /// A violation, unless its weights are so large that rounding may have made it.
    pub fn violated(&self, weights: Vec<f64>, value: f64) -> Test {
        let terms = weights.iter().zip(&self.lengths);
        if terms.map(|(w, l)| w * l).sum::<f64>() <= WEIGHTS {
            Test::Violated(weights, value)
        } else {
            Test::Unsolved
        }
    }

    /// Σ cⱼ (Aₓ)ⱼ as a row over the weights, followed by `more` zeros.
    fn combination(&self, c: &[f64], more: usize) -> Vec<f64> {
        let mut row = vec![0.0; self.count() + more];
        for (c, by_x) in c.iter().zip(&self.by_x) {
            for (r, v) in row.iter_mut().zip(by_x) {
                *r += c * v;
            }
        }
        row
    }

    /// A program over weights ≥ 0 and `more` variables, without objective.
    fn over_weights(&self, more: usize) -> Program {
        let size = self.count() + more;
        let mut program = Program::minimize(vec![0.0; size]);
        for k in 0..self.count() {
            program.bound(k, 0.0, f64::INFINITY);
        }
        program
    }

    /// Adds ‖A_y‖ ≤ Σ t over the variables behind the weights: one for each row in the 1-norm, else one.
    fn add_norm(&self, program: &mut Program, norm: Norm, more: usize) {
        let extended = |row: &[f64], sign: f64, t: Option<usize>| {
            let mut a: Vec<f64> = row.iter().map(|v| sign * v).collect();
            a.resize(self.count() + more, 0.0);
            if let Some(t) = t {
                a[self.count() + t] = -1.0;
            }
            (a, 0.0)
        };
        if norm == Norm::Two {
            let none = vec![0.0; self.count()];
            let mut block = vec![extended(&none, 1.0, Some(0))];
            block.extend(self.by_y.iter().map(|row| extended(row, 1.0, None)));
            return program.second_order(block);
        }
        for (i, row) in self.by_y.iter().enumerate() {
            let t = if norm == Norm::One { i } else { 0 };
            for sign in [1.0, -1.0] {
                let (a, b) = extended(row, sign, Some(t));
                program.at_most(a, b);
            }
        }
    }

    /// min ‖A_y‖ s.t. cᵀAₓ = 1.
    pub fn least(&self, c: &[f64], norm: Norm) -> Least {
        let row = self.combination(c, 0);
        if norm_inf(&row) <= 1e-10 {
            return Least::Nowhere;
        }
        let more = if norm == Norm::One { self.cone.ny } else { 1 };
        let mut program = self.over_weights(more);
        for t in 0..more {
            program.set_cost(self.count() + t, 1.0);
        }
        program.equal(self.combination(c, more), 1.0);
        self.add_norm(&mut program, norm, more);
        match program.solve() {
            Outcome::Solved(solution, value) => Least::At(value.max(0.0), self.weights(&solution)),
            Outcome::Infeasible => Least::Nowhere,
            Outcome::Failed => Least::Unsolved,
        }
    }

    /// Weights of the generators as they are.
    fn weights(&self, scaled: &[f64]) -> Vec<f64> {
        let all = scaled.iter().zip(&self.lengths);
        all.map(|(w, l)| w.max(0.0) / l).collect()
    }

    /// ‖Aₓ‖₂/‖A_y‖₂ after steps that maximise Aₓ along its own direction: a local maximum.
    pub fn ascend(&self, weights: &[f64]) -> f64 {
        let ratio = |weights: &[f64]| {
            let (by_x, by_y) = self.cone.image(weights);
            (norm2(&by_x) / norm2(&by_y), by_x)
        };
        let (mut best, mut by_x) = ratio(weights);
        for _ in 0..8 {
            let Least::At(_, moved) = self.least(&by_x, Norm::Two) else {
                break;
            };
            let (value, direction) = ratio(&moved);
            if value.is_nan() || value <= best * (1.0 + 1e-9) {
                break;
            }
            (best, by_x) = (value, direction);
        }
        if best.is_finite() { best } else { 0.0 }
    }

    /// max ‖Aₓ‖₁ s.t. ‖A_y‖₁ ≤ 1, by branching on the signs of Aₓ; its components lie in `span`.
    pub fn largest_sum(&self, span: &[(f64, f64)], known: &[Vec<f64>]) -> Option<Bounds> {
        let mut lower: f64 = 0.0;
        for weights in known {
            let (by_x, by_y) = self.cone.image(weights);
            let ratio = norm1(&by_x) / norm1(&by_y);
            if ratio.is_finite() {
                lower = lower.max(ratio);
            }
        }
        let mut open = vec![span.to_vec()];
        let (mut upper, mut nodes) = (lower, 0);
        while let Some(span) = open.pop() {
            nodes += 1;
            let (bound, by_x) = self.chord_bound(&span)?;
            lower = lower.max(norm1(&by_x));
            if bound <= lower * (1.0 + 1e-9) + 1e-12 {
                continue;
            }
            let gap = |j: &usize| chord(span[*j]).0 * by_x[*j] + chord(span[*j]).1 - by_x[*j].abs();
            let mixed = (0..span.len()).filter(|&j| span[j].0 < 0.0 && span[j].1 > 0.0);
            let widest = mixed.max_by(|a, b| gap(a).total_cmp(&gap(b)));
            match widest {
                Some(j) if nodes < NODES => {
                    let (mut left, mut right) = (span.clone(), span);
                    left[j].1 = 0.0;
                    right[j].0 = 0.0;
                    open.extend([left, right]);
                }
                _ => upper = upper.max(bound),
            }
        }
        Some(Bounds {
            lower,
            upper: upper.max(lower),
        })
    }

    /// max Σ chordⱼ((Aₓ)ⱼ) s.t. ‖A_y‖₁ ≤ 1 and Aₓ in the span: an upper bound of ‖Aₓ‖₁ there; the point.
    fn chord_bound(&self, span: &[(f64, f64)]) -> Option<(f64, Vec<f64>)> {
        let (more, count) = (self.cone.ny, self.count());
        let mut program = self.over_weights(more);
        let (slopes, constants): (Vec<f64>, Vec<f64>) = span.iter().map(|&s| chord(s)).unzip();
        for (k, v) in self.combination(&slopes, 0).iter().enumerate() {
            program.set_cost(k, -v);
        }
        for (j, &(l, u)) in span.iter().enumerate() {
            let mut unit = vec![0.0; span.len()];
            unit[j] = 1.0;
            program.at_most(self.combination(&unit, more), u);
            unit[j] = -1.0;
            program.at_most(self.combination(&unit, more), -l);
        }
        self.add_norm(&mut program, Norm::One, more);
        let mut total = vec![0.0; count + more];
        total[count..].fill(1.0);
        program.at_most(total, 1.0);
        let Outcome::Solved(solution, value) = program.solve() else {
            return None;
        };
        let by_x = self.by_x.iter().map(|row| dot(row, &solution[..count]));
        Some((constants.iter().sum::<f64>() - value, by_x.collect()))
    }
}

/// Slope and constant of the line above |a| that meets it at both ends of [l, u], l ≤ 0 ≤ u.
fn chord((l, u): (f64, f64)) -> (f64, f64) {
    if u - l > 0.0 {
        ((u + l) / (u - l), -2.0 * u * l / (u - l))
    } else {
        (0.0, 0.0)
    }
}
