//! What a value-function system holds of the functions at a point.

use linalg::slice::axpy;
use nlp_model::{Model, OneSided, Smooth, TwiceSmooth};

use super::{AT_XI, AT_Y, Layout, UPPER, ValueFunctionSystem};
use crate::PairRule;
use crate::systems::pairs::Pairs;

#[derive(Debug)]
pub(super) struct Work {
    /// The point at which first derivatives are held, and ζ of the elements that the pairs hold.
    pub at: Vec<f64>,
    pub elements_at: Vec<f64>,
    /// (x, y, y), (x, y, ξ) and (x, y, y − ξ).
    pub at_y: Vec<f64>,
    pub at_xi: Vec<f64>,
    pub at_gap: Vec<f64>,
    /// G, g, h, the equations of their pairs, and the Jacobians of the functions.
    pub c: [Vec<f64>; 3],
    pub pairs: [Pairs; 3],
    pub jac: [Vec<f64>; 3],
    pub grad_upper: Vec<f64>,
    pub grad_gap: Vec<f64>,
    /// A product with a lower-level derivative and the direction of one.
    pub jtw: Vec<f64>,
    pub direction: Vec<f64>,
    pub hess_upper: Vec<f64>,
    pub hess_lower: Vec<f64>,
    pub no_multipliers: Vec<f64>,
}

impl Work {
    pub fn new(upper: &OneSided, lower: &OneSided, at: &Layout, rule: PairRule) -> Self {
        let zeros = |len: usize| vec![0.0; len];
        let of_rows = |model: &OneSided| zeros(model.meta().ncon());
        let of_jac = |model: &OneSided| zeros(model.jac_structure().nnz());
        let pairs = |model: &OneSided| Pairs::new(model.meta(), rule);
        let point = zeros(at.xi.end);
        Work {
            at: vec![f64::NAN; at.xi.end],
            elements_at: vec![f64::NAN; at.size()],
            at_y: point.clone(),
            at_xi: point.clone(),
            at_gap: point.clone(),
            c: [of_rows(upper), of_rows(lower), of_rows(lower)],
            pairs: [pairs(upper), pairs(lower), pairs(lower)],
            jac: [of_jac(upper), of_jac(lower), of_jac(lower)],
            grad_upper: zeros(at.y.end),
            grad_gap: point.clone(),
            jtw: point.clone(),
            direction: point,
            hess_upper: zeros(upper.hess_structure().nnz()),
            hess_lower: zeros(lower.hess_structure().nnz()),
            no_multipliers: of_rows(lower),
        }
    }

    /// Values and first derivatives of all functions at (x, y, ξ), unless they are held already.
    pub fn evaluate(&mut self, system: &ValueFunctionSystem, zeta: &[f64]) {
        let (at, nz) = (&system.layout, system.layout.y.end);
        let point = &zeta[..at.xi.end];
        if self.at == point {
            return;
        }
        self.at.copy_from_slice(point);
        self.at_xi.copy_from_slice(point);
        self.at_y.copy_from_slice(point);
        self.at_y.copy_within(at.y.clone(), nz);
        self.at_gap.copy_from_slice(&self.at_y);
        axpy(-1.0, &point[at.xi.clone()], &mut self.at_gap[nz..]);

        system.upper.grad(&point[..nz], &mut self.grad_upper);
        system.upper.cons(&point[..nz], &mut self.c[UPPER]);
        system.upper.jac_coord(&point[..nz], &mut self.jac[UPPER]);
        system.lower.grad(&self.at_gap, &mut self.grad_gap);
        system.lower.cons(&self.at_y, &mut self.c[AT_Y]);
        system.lower.jac_coord(&self.at_y, &mut self.jac[AT_Y]);
        system.lower.cons(&self.at_xi, &mut self.c[AT_XI]);
        system.lower.jac_coord(&self.at_xi, &mut self.jac[AT_XI]);
    }

    /// Elements of the pairs at ζ, and what [`evaluate`](Work::evaluate) holds, unless they are held already.
    pub fn linearise(&mut self, system: &ValueFunctionSystem, zeta: &[f64]) {
        if self.elements_at == zeta {
            return;
        }
        self.evaluate(system, zeta);
        let at = &system.layout;
        let multipliers = [at.u.clone(), at.v.clone(), at.w.clone()];
        let models = [&system.upper, &system.lower, &system.lower];
        for (k, part) in multipliers.into_iter().enumerate() {
            let jac = models[k].jac_structure();
            self.pairs[k].linearise(&zeta[part], &self.c[k], jac, &self.jac[k]);
        }
        self.elements_at.copy_from_slice(zeta);
    }
}
