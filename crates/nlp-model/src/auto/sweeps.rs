//! Derivatives of large models, backwards through the operations of their formulas.

use linalg::Pattern;
use num_dual::Dual64;

use crate::Tape;
use crate::compression::{Compression, LANES};
use crate::elements::{Elements, Expansion, Weights};
use crate::lanes::Lanes;
use crate::scratch::Scratch;

/// The parts of a formula, and the colours of its Hessian.
///
/// Derivatives of the Lagrangian σ f + yᵀc of the given [`Weights`]. Backwards in `f64` gives ∇L, in dual
/// numbers along d it gives ∇²L d as well, in dual numbers of dual numbers the derivative of that.
#[derive(Debug)]
pub(super) struct Sweeps {
    elements: Elements,
    hessian: Compression,
    values: Scratch<f64>,
    duals: Scratch<Dual64>,
    lanes: Scratch<Lanes<f64, LANES>>,
    dual_lanes: Scratch<Lanes<Dual64, LANES>>,
    products: Scratch<[f64; LANES]>,
}

impl Sweeps {
    pub fn new(tape: &Tape, expansion: Expansion, hessian: &Pattern) -> Self {
        Sweeps {
            elements: Elements::new(tape, expansion),
            hessian: Compression::of_symmetric(hessian),
            values: Scratch::new(),
            duals: Scratch::new(),
            lanes: Scratch::new(),
            dual_lanes: Scratch::new(),
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
        self.values.lend(self.elements.work_len(), 0.0, |work| {
            self.elements
                .sweep(|j| x[j], weights, |_| true, work, |j, value| g[j] += value);
        });
    }

    /// Adds ∇²L v to `out`.
    pub fn add_product(&self, x: &[f64], weights: Weights, v: &[f64], out: &mut [f64]) {
        let len = self.elements.work_len();
        self.duals.lend(len, Dual64::from(0.0), |work| {
            let along = |j: usize| Dual64::new(x[j], v[j]);
            self.elements.sweep(
                along,
                weights,
                |_| true,
                work,
                |j, share| out[j] += share.eps,
            );
        });
    }

    /// Adds ∇²L to `vals`.
    pub fn add_hessian(&self, x: &[f64], weights: Weights, vals: &mut [f64]) {
        let len = self.elements.work_len();
        self.products.lend(x.len(), [0.0; LANES], |products| {
            self.lanes.lend(len, Lanes::from(0.0), |work| {
                for pass in 0..self.hessian.passes() {
                    products.fill([0.0; LANES]);
                    let lane = |j: usize| self.hessian.lane(pass, j);
                    let along = |j: usize| {
                        let mut t = Lanes::from(x[j]);
                        if let Some(lane) = lane(j) {
                            t.eps[lane] = 1.0;
                        }
                        t
                    };
                    let concerns = |j: usize| lane(j).is_some();
                    self.elements
                        .sweep(along, weights, concerns, work, |j, share| {
                            for (product, eps) in products[j].iter_mut().zip(share.eps) {
                                *product += eps;
                            }
                        });
                    self.hessian
                        .read(pass, |k, row, lane| vals[k] += products[row][lane]);
                }
            });
        });
    }

    /// Adds d/dt ∇²L(x + t v) at t = 0 to `vals`.
    pub fn add_directional(&self, x: &[f64], weights: Weights, v: &[f64], vals: &mut [f64]) {
        let len = self.elements.work_len();
        self.products.lend(x.len(), [0.0; LANES], |products| {
            self.dual_lanes.lend(len, Lanes::from(0.0), |work| {
                for pass in 0..self.hessian.passes() {
                    products.fill([0.0; LANES]);
                    let lane = |j: usize| self.hessian.lane(pass, j);
                    let along = |j: usize| {
                        let mut t = Lanes::constant(Dual64::new(x[j], v[j]));
                        if let Some(lane) = lane(j) {
                            t.eps[lane] = Dual64::from(1.0);
                        }
                        t
                    };
                    let concerns = |j: usize| lane(j).is_some();
                    self.elements
                        .sweep(along, weights, concerns, work, |j, share| {
                            for (product, eps) in products[j].iter_mut().zip(share.eps) {
                                *product += eps.eps;
                            }
                        });
                    self.hessian
                        .read(pass, |k, row, lane| vals[k] += products[row][lane]);
                }
            });
        });
    }
}
