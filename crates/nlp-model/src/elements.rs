//! A formula as weighted sums of small parts that share nothing.
//!
//! Objective and constraints are sums c + aᵀx + Σ κ φ(x) with constants a, κ and parts φ that are not
//! affine (partial separability). A Lagrangian is a sum of the same parts with other weights. Parts that
//! have an operation in common form a component. Components that differ in their variables only have one
//! shape: its operations are kept once, and gone through for [`WIDE`] components at a time, forwards and
//! backwards, in memory that stays in the cache. One such pass over all components gives a gradient,
//! whatever the number of variables.
//!
//! (GriewankToint1982)

mod components;
mod expansion;

use std::array::from_fn;
use std::ops::Range;

use crate::block::Block;
use crate::scratch::Scratch;
use crate::tape::{evaluate, reverse};
use crate::{Op, Scalar, Tape};
pub(crate) use expansion::{Expansion, Term};

/// Components that are gone through at a time.
pub(crate) const WIDE: usize = 8;

/// Parts of objective and constraints, by component.
#[derive(Debug)]
pub(crate) struct Elements {
    /// The affine terms: those of the objective, then those of the constraints.
    affine: Vec<Term>,
    /// The other terms.
    curved: Vec<Term>,
    shapes: Vec<Shape>,
}

/// What components of the same operations have in common, and where they differ.
#[derive(Debug)]
struct Shape {
    /// Operands count from the first operation, variables from the first of the component.
    ops: Vec<Op>,
    /// The operations that are parts φ, not affine.
    parts: Vec<usize>,
    /// Number of variables of a component.
    width: usize,
    components: usize,
    /// The variables of all components.
    variables: Vec<u32>,
    /// For each component and part, where its terms stand among all, one for each sum in which it stands.
    terms: Vec<Range<u32>>,
}

/// Work space of passes over [`Elements`] in the number type T.
#[derive(Debug)]
pub(crate) struct Workspace<T> {
    wide: Scratch<Block<T, WIDE>>,
    single: Scratch<Block<T, 1>>,
}

impl<T: Scalar> Workspace<T> {
    pub fn new() -> Self {
        Workspace {
            wide: Scratch::new(),
            single: Scratch::new(),
        }
    }
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
    /// Components without a variable that is `relevant` may be left out.
    pub fn sweep<T: Scalar>(
        &self,
        x: impl Fn(usize) -> T,
        weights: Weights,
        relevant: impl Fn(usize) -> bool,
        work: &Workspace<T>,
        mut add: impl FnMut(usize, T),
    ) {
        let zero = T::from(0.0);
        for shape in &self.shapes {
            let len = 2 * shape.ops.len();
            let wide = shape.components - shape.components % WIDE;
            if wide > 0 {
                work.wide.lend(len, Block([zero; WIDE]), |work| {
                    for first in (0..wide).step_by(WIDE) {
                        self.pass(shape, first, &x, weights, &relevant, work, &mut add);
                    }
                });
            }
            if wide < shape.components {
                work.single.lend(len, Block([zero; 1]), |work| {
                    for first in wide..shape.components {
                        self.pass(shape, first, &x, weights, &relevant, work, &mut add);
                    }
                });
            }
        }
    }

    /// Goes through N components, of which the one numbered `first` is the first.
    #[allow(clippy::too_many_arguments)] // those of a sweep, and where it is
    fn pass<T: Scalar, const N: usize>(
        &self,
        shape: &Shape,
        first: usize,
        x: &impl Fn(usize) -> T,
        weights: Weights,
        relevant: &impl Fn(usize) -> bool,
        work: &mut [Block<T, N>],
        add: &mut impl FnMut(usize, T),
    ) {
        let variables = &shape.variables[first * shape.width..(first + N) * shape.width];
        if !variables.iter().any(|&j| relevant(j as usize)) {
            return;
        }
        let variable = |k: usize, slot: usize| variables[k * shape.width + slot] as usize;
        let (values, adjoints) = work.split_at_mut(shape.ops.len());
        adjoints.fill(Block::from(0.0));
        // what has no weight is left out, though it may not be finite
        let mut has_weight = [false; N];
        for (p, &op) in shape.parts.iter().enumerate() {
            let weight: [f64; N] = from_fn(|k| {
                let terms = shape.terms[(first + k) * shape.parts.len() + p].clone();
                weight(
                    &self.curved[terms.start as usize..terms.end as usize],
                    weights,
                )
            });
            for (has_weight, weight) in has_weight.iter_mut().zip(weight) {
                *has_weight |= weight != 0.0;
            }
            adjoints[op] += Block(weight.map(T::from));
        }
        if has_weight.contains(&true) {
            evaluate(
                &shape.ops,
                |slot| Block(from_fn(|k| x(variable(k, slot)))),
                values,
            );
            reverse(&shape.ops, values, adjoints, |slot, share| {
                for k in (0..N).filter(|&k| has_weight[k]) {
                    add(variable(k, slot), share.0[k]);
                }
            });
        }
    }
}

/// The factor of a part in a Lagrangian.
fn weight(terms: &[Term], weights: Weights) -> f64 {
    let shares = terms.iter().map(|term| match weights.of(term.sum) {
        0.0 => 0.0,
        weight => weight * term.factor,
    });
    shares.sum()
}
