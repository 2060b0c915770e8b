//! Derivatives of large models, backwards through the operations of their formulas.

use linalg::Pattern;
use num_dual::Dual64;

use crate::compression::{Compression, LANES};
use crate::elements::{Elements, Expansion, Weights, Workspace};
use crate::lanes::Lanes;
use crate::scratch::Scratch;
use crate::{Scalar, Tape};

/// The parts of a formula, and the colours of its Hessian.
///
/// Derivatives of the Lagrangian σ f + yᵀc of the given [`Weights`]. Backwards in `f64` gives ∇L, in dual
/// numbers along d it gives ∇²L d as well, in dual numbers of dual numbers the derivative of that.
#[derive(Debug)]
pub(super) struct Sweeps {
    elements: Elements,
    hessian: Compression,
    values: Workspace<f64>,
    duals: Workspace<Dual64>,
    lanes: Workspace<Lanes<f64, LANES>>,
    dual_lanes: Workspace<Lanes<Dual64, LANES>>,
    products: Scratch<[f64; LANES]>,
}

impl Sweeps {
    pub fn new(tape: &Tape, expansion: Expansion, hessian: &Pattern) -> Self {
        Sweeps {
            elements: Elements::new(tape, expansion),
            hessian: Compression::of_symmetric(hessian),
            values: Workspace::new(),
            duals: Workspace::new(),
            lanes: Workspace::new(),
            dual_lanes: Workspace::new(),
            products: Scratch::new(),
        }
    }

    /// Number of colours of the Hessian.
    pub fn colours(&self) -> usize {
        self.hessian.colours()
    }

    /// ∇L, into `g`.
    pub fn gradient(&self, x: &[f64], weights: Weights, g: &mut [f64]) {
        g.fill(0.0);
        self.elements.affine(weights, |j, value| g[j] += value);
        let add = |j: usize, value: f64| g[j] += value;
        self.elements
            .sweep(|j| x[j], weights, |_| true, &self.values, add);
    }

    /// Adds ∇²L v to `out`.
    pub fn add_product(&self, x: &[f64], weights: Weights, v: &[f64], out: &mut [f64]) {
        let along = |j: usize| Dual64::new(x[j], v[j]);
        let add = |j: usize, share: Dual64| out[j] += share.eps;
        self.elements
            .sweep(along, weights, |_| true, &self.duals, add);
    }

    /// Adds ∇²L to `vals`.
    pub fn add_hessian(&self, x: &[f64], weights: Weights, vals: &mut [f64]) {
        let point = |j: usize| x[j];
        self.add_by_colours(point, weights, &self.lanes, |eps| eps, vals);
    }

    /// Adds d/dt ∇²L(x + t v) at t = 0 to `vals`.
    pub fn add_directional(&self, x: &[f64], weights: Weights, v: &[f64], vals: &mut [f64]) {
        let point = |j: usize| Dual64::new(x[j], v[j]);
        self.add_by_colours(point, weights, &self.dual_lanes, |eps| eps.eps, vals);
    }

    /// Adds a part of ∇²L in the number type B to `vals`, by products with the sums of the unit vectors of each
    /// colour.
    fn add_by_colours<B: Scalar>(
        &self,
        point: impl Fn(usize) -> B,
        weights: Weights,
        work: &Workspace<Lanes<B, LANES>>,
        part: impl Fn(B) -> f64,
        vals: &mut [f64],
    ) {
        let nvar = self.hessian.vertices();
        self.products.lend(nvar, [0.0; LANES], |products| {
            for pass in 0..self.hessian.passes() {
                products.fill([0.0; LANES]);
                let lane = |j: usize| self.hessian.lane(pass, j);
                let along = |j: usize| {
                    let mut t = Lanes::constant(point(j));
                    if let Some(lane) = lane(j) {
                        t.eps[lane] = B::from(1.0);
                    }
                    t
                };
                let add = |j: usize, share: Lanes<B, LANES>| {
                    for (product, eps) in products[j].iter_mut().zip(share.eps) {
                        *product += part(eps);
                    }
                };
                let relevant = |j: usize| lane(j).is_some();
                self.elements.sweep(along, weights, relevant, work, add);
                self.hessian
                    .read(pass, |k, row, lane| vals[k] += products[row][lane]);
            }
        });
    }
}
