//! A formula as weighted sums of small parts that share nothing.
//!
//! Objective and constraints are sums c + aᵀx + Σ κ φ(x) with constants a, κ and parts φ that are not
//! affine (partial separability). A Lagrangian is a sum of the same parts with other weights. Parts that
//! have an operation in common form a component; each component is passed through on its own, forwards
//! and backwards, in memory that stays in the cache. One such pass over all components gives a
//! gradient, whatever the number of variables.
//!
//! (GriewankToint1982)

mod components;
mod expansion;

use std::ops::Range;

use crate::tape::{evaluate, reverse};
use crate::{Op, Scalar, Tape};
pub(crate) use expansion::{Expansion, Term};

/// Parts of objective and constraints, by component.
#[derive(Debug)]
pub(crate) struct Elements {
    /// The affine terms: those of the objective, then those of the constraints.
    affine: Vec<Term>,
    /// The other terms.
    curved: Vec<Term>,
    parts: Vec<Part>,
    components: Vec<Component>,
    /// The operations of all components; operands count from the component's first.
    ops: Vec<Op>,
    /// Most operations in a component.
    longest: usize,
}

/// A part φ that is not affine.
#[derive(Debug)]
struct Part {
    /// Its operation within the component.
    op: usize,
    /// Its terms among `curved`, one for each sum in which it stands.
    sums: Range<usize>,
}

#[derive(Debug)]
struct Component {
    ops: Range<usize>,
    parts: Range<usize>,
}

/// Weights of a Lagrangian σ f + yᵀc; without `y` the constraints are left out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weights<'a> {
    pub sigma: f64,
    pub y: Option<&'a [f64]>,
}

impl Weights<'_> {
    fn of(&self, sum: usize) -> f64 {
        match (sum, self.y) {
            (0, _) => self.sigma,
            (_, None) => 0.0,
            (i, Some(y)) => y[i - 1],
        }
    }
}

impl Elements {
    pub fn new(tape: &Tape, expansion: Expansion) -> Self {
        components::gather(tape, expansion)
    }

    /// Length of the work space of [`sweep`](Elements::sweep).
    pub fn work_len(&self) -> usize {
        2 * self.longest
    }

    /// Hands ∂/∂xⱼ of the affine terms to `add`.
    pub fn affine(&self, weights: Weights, mut add: impl FnMut(usize, f64)) {
        for term in &self.affine {
            let weight = weights.of(term.sum);
            if weight != 0.0 {
                add(term.op, weight * term.factor);
            }
        }
    }

    /// Hands ∂/∂xⱼ of all other terms to `add`, in any number type; several shares for each j.
    /// Components without a variable that is `relevant` are left out.
    pub fn sweep<T: Scalar>(
        &self,
        x: impl Fn(usize) -> T,
        weights: Weights,
        relevant: impl Fn(usize) -> bool,
        work: &mut [T],
        mut add: impl FnMut(usize, T),
    ) {
        let (values, adjoints) = work.split_at_mut(self.longest);
        for component in &self.components {
            let ops = &self.ops[component.ops.clone()];
            let concerns = |op: &Op| matches!(*op, Op::Variable(i) if relevant(i));
            if !ops.iter().any(concerns) {
                continue;
            }
            adjoints[..ops.len()].fill(T::from(0.0));
            let mut has_weight = false;
            for part in &self.parts[component.parts.clone()] {
                let terms = &self.curved[part.sums.clone()];
                let shares = terms.iter().map(|term| match weights.of(term.sum) {
                    0.0 => 0.0,
                    weight => weight * term.factor,
                });
                let weight: f64 = shares.sum();
                if weight != 0.0 {
                    has_weight = true;
                    adjoints[part.op] += T::from(weight);
                }
            }
            if has_weight {
                evaluate(ops, &x, values);
                reverse(ops, values, adjoints, &mut add);
            }
        }
    }
}
