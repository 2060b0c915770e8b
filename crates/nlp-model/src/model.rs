//! The grammar of models: values, first and second derivatives.

use linalg::Pattern;

use crate::{Counters, Meta, Tape};

/// Values of  min f(x)  s.t.  lvar ≤ x ≤ uvar,  lcon ≤ c(x) ≤ ucon.
///
/// Slices have the lengths that [`Meta`] tells: x has `nvar` entries, c has `ncon`. A wrong length
/// is a programming error and panics. A value that does not exist is NaN; solvers treat NaN and ±∞
/// as a domain error.
pub trait Model {
    /// Sizes, start and bounds.
    fn meta(&self) -> &Meta;
    /// f(x).
    fn obj(&self, x: &[f64]) -> f64;
    /// c(x), into `c` (ncon).
    fn cons(&self, x: &[f64], c: &mut [f64]);
    /// Evaluation counts, when the model keeps them.
    fn counters(&self) -> Option<&Counters> {
        None
    }
    /// The formulas of f and c, for what derivatives at points cannot tell; none when the model is not given by formulas.
    fn formula(&self) -> Option<&Tape> {
        None
    }
}

/// A model with first derivatives.
pub trait Smooth: Model {
    /// ∇f(x), into `g` (nvar).
    fn grad(&self, x: &[f64], g: &mut [f64]);
    /// Where the Jacobian of c may be nonzero, ncon × nvar; fixed.
    fn jac_structure(&self) -> &Pattern;
    /// Entries of J(x) = ∇c(x)ᵀ on [`jac_structure`](Smooth::jac_structure), into `vals`.
    fn jac_coord(&self, x: &[f64], vals: &mut [f64]);

    /// J(x) v, into `out` (ncon). The default allocates room for the Jacobian.
    fn jprod(&self, x: &[f64], v: &[f64], out: &mut [f64]) {
        let mut vals = vec![0.0; self.jac_structure().nnz()];
        self.jac_coord(x, &mut vals);
        self.jac_structure().mul(&vals, v, out);
    }
    /// J(x)ᵀ w, into `out` (nvar). The default allocates room for the Jacobian.
    fn jtprod(&self, x: &[f64], w: &[f64], out: &mut [f64]) {
        let mut vals = vec![0.0; self.jac_structure().nnz()];
        self.jac_coord(x, &mut vals);
        self.jac_structure().mul_transpose(&vals, w, out);
    }
}

/// A model with second derivatives of the Lagrangian L(x, y; σ) = σ f(x) + yᵀc(x).
pub trait TwiceSmooth: Smooth {
    /// Where the lower triangle of ∇²L may be nonzero, nvar × nvar; fixed.
    fn hess_structure(&self) -> &Pattern;
    /// Entries of ∇²ₓₓL(x, y; σ) on [`hess_structure`](TwiceSmooth::hess_structure), into `vals`.
    fn hess_coord(&self, x: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]);

    /// ∇²L v, into `out` (nvar). The default allocates room for the Hessian.
    fn hprod(&self, x: &[f64], y: &[f64], sigma: f64, v: &[f64], out: &mut [f64]) {
        let mut vals = vec![0.0; self.hess_structure().nnz()];
        self.hess_coord(x, y, sigma, &mut vals);
        self.hess_structure().mul_symmetric(&vals, v, out);
    }

    /// d/dt ∇²L(x + t v, y; σ) at t = 0, on the structure of the Hessian, into `vals`.
    ///
    /// The default is a central difference of [`hess_coord`](TwiceSmooth::hess_coord) with the
    /// step ε^(1/3) max(1, ‖x‖∞) / ‖v‖∞ (about ten correct digits) and allocates;
    /// [`AutoModel`](crate::AutoModel) is exact.
    fn hess_directional(&self, x: &[f64], y: &[f64], sigma: f64, v: &[f64], vals: &mut [f64]) {
        let v_norm = linalg::slice::norm_inf(v);
        if v_norm == 0.0 {
            vals.fill(0.0);
            return;
        }
        let t = f64::EPSILON.cbrt() * linalg::slice::norm_inf(x).max(1.0) / v_norm;
        let moved = |t: f64| -> Vec<f64> { x.iter().zip(v).map(|(x, v)| x + t * v).collect() };
        let mut behind = vec![0.0; vals.len()];
        self.hess_coord(&moved(t), y, sigma, vals);
        self.hess_coord(&moved(-t), y, sigma, &mut behind);
        for (ahead, behind) in vals.iter_mut().zip(&behind) {
            *ahead = (*ahead - behind) / (2.0 * t);
        }
    }
}
