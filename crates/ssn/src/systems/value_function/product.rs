//! Products with the Newton matrix of a value-function system, without the matrix.

use linalg::slice::axpy;
use nlp_model::{Smooth, TwiceSmooth};

use super::{AT_XI, AT_Y, UPPER, ValueFunctionSystem};

impl ValueFunctionSystem<'_> {
    /// W p, ∂φ/∂μ lowered by δ, by products of the models with their Hessians.
    pub(super) fn times(&self, zeta: &[f64], delta: f64, p: &[f64], out: &mut [f64]) {
        let at = &self.layout;
        let (z, y, xi, nz) = (at.z(), at.y.clone(), at.xi.clone(), at.y.end);
        let parts = [at.u.clone(), at.v.clone(), at.w.clone()];
        let work = &mut *self.work.borrow_mut();
        work.linearise(self, zeta);
        let [u, v, w] = parts.clone().map(|part| &zeta[part]);
        let (product, direction) = (&mut work.jtw, &mut work.direction);
        out.fill(0.0);

        // F and G: (dx, dy)
        let dz = &p[z.clone()];
        let at_z = &zeta[z.clone()];
        self.upper.hprod(at_z, u, 1.0, dz, &mut product[..nz]);
        axpy(1.0, &product[..nz], &mut out[z.clone()]);
        let jac = self.upper.jac_structure();
        jac.mul_transpose(&work.jac[UPPER], &p[at.u.clone()], &mut product[..nz]);
        axpy(1.0, &product[..nz], &mut out[z.clone()]);
        jac.mul(&work.jac[UPPER], dz, &mut out[at.u.clone()]);

        // g at s = y: (dx, dy, dy)
        let jac = self.lower.jac_structure();
        direction.copy_from_slice(&p[..xi.end]);
        direction.copy_within(y.clone(), nz);
        self.lower.hprod(&work.at_y, v, 0.0, direction, product);
        axpy(1.0, &product[..nz], &mut out[z.clone()]);
        axpy(1.0, &product[nz..], &mut out[y.clone()]);
        jac.mul_transpose(&work.jac[AT_Y], &p[at.v.clone()], product);
        axpy(1.0, &product[..nz], &mut out[z.clone()]);
        axpy(1.0, &product[nz..], &mut out[y.clone()]);
        jac.mul(&work.jac[AT_Y], direction, &mut out[at.v.clone()]);

        // λℓ at s = y − ξ: (dx, dy, dy − dξ)
        axpy(-1.0, &p[xi.clone()], &mut direction[nz..]);
        let none = &work.no_multipliers;
        self.lower
            .hprod(&work.at_gap, none, 1.0, direction, product);
        axpy(self.lambda, &product[..nz], &mut out[z.clone()]);
        axpy(self.lambda, &product[nz..], &mut out[y]);
        axpy(-self.lambda, &product[nz..], &mut out[xi.clone()]);

        // −λh at s = ξ: (dx, dy, dξ)
        let dzs = &p[..xi.end];
        self.lower.hprod(&work.at_xi, w, 0.0, dzs, product);
        axpy(-self.lambda, product, &mut out[..xi.end]);
        jac.mul_transpose(&work.jac[AT_XI], &p[at.w.clone()], product);
        axpy(-self.lambda, product, &mut out[..xi.end]);
        jac.mul(&work.jac[AT_XI], dzs, &mut out[at.w.clone()]);

        for (pairs, part) in work.pairs.iter().zip(parts) {
            pairs.product(delta, &p[part.clone()], &mut out[part]);
        }
    }
}
