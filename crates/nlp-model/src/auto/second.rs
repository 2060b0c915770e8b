//! Second and third derivatives: an evaluation for each entry of small models, sweeps for large ones.

use linalg::Pattern;
use num_dual::{HyperDual64, HyperHyperDual64};

use super::{AutoModel, lift};
use crate::counters::Verb;
use crate::elements::Weights;
use crate::{Functions, Model, Scalar, TwiceSmooth};

impl<U: Functions> TwiceSmooth for AutoModel<U> {
    fn hess_structure(&self) -> &Pattern {
        &self.structure.hess
    }

    fn hess_coord(&self, x: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        let (n, m) = (self.meta().nvar(), self.meta().ncon());
        assert_eq!(
            (x.len(), y.len(), vals.len()),
            (n, m, self.structure.hess.nnz()),
            "lengths"
        );
        self.counters.add(Verb::Hess);
        vals.fill(0.0);
        let mut varying = sigma;
        if let Some(hess) = &self.constant_hess {
            linalg::slice::axpy(sigma, hess, vals);
            varying = 0.0;
        }
        if let Some(sweeps) = &self.sweeps {
            return sweeps.add_hessian(x, weights(varying, y), vals);
        }
        self.hyper_duals
            .with(n + m, HyperDual64::from(0.0), |buffer| {
                let (t, c) = buffer.split_at_mut(n);
                lift(x, t);
                self.add_to_hessian(Some(y), varying, vals, |i, j, y, sigma| {
                    (t[i].eps1, t[j].eps2) = (1.0, 1.0);
                    let value = self.lagrangian(t, y, sigma, c).eps1eps2;
                    (t[i].eps1, t[j].eps2) = (0.0, 0.0);
                    value
                });
            });
    }

    fn hprod(&self, x: &[f64], y: &[f64], sigma: f64, v: &[f64], out: &mut [f64]) {
        let (n, m) = (self.meta().nvar(), self.meta().ncon());
        assert_eq!(
            (x.len(), y.len(), v.len(), out.len()),
            (n, m, n, n),
            "lengths"
        );
        self.counters.add(Verb::Hprod);
        let multipliers = y.iter().any(|&y| y != 0.0).then_some(y);
        let mut varying = sigma;
        out.fill(0.0);
        if let Some(hess) = &self.constant_hess {
            self.structure.hess.mul_symmetric(hess, v, out);
            linalg::slice::scale(sigma, out);
            varying = 0.0;
        }
        if multipliers.is_none() && varying == 0.0 {
            return;
        }
        if let Some(sweeps) = &self.sweeps {
            return sweeps.add_product(x, weights(varying, y), v, out);
        }
        self.hyper_duals
            .with(n + m, HyperDual64::from(0.0), |buffer| {
                let (t, c) = buffer.split_at_mut(n);
                lift(x, t);
                for (t, &v) in t.iter_mut().zip(v) {
                    t.eps2 = v;
                }
                for i in 0..n {
                    t[i].eps1 = 1.0;
                    out[i] += self.lagrangian(t, multipliers, varying, c).eps1eps2;
                    t[i].eps1 = 0.0;
                }
            });
    }

    fn hess_directional(&self, x: &[f64], y: &[f64], sigma: f64, v: &[f64], vals: &mut [f64]) {
        let (n, m) = (self.meta().nvar(), self.meta().ncon());
        assert_eq!(
            (x.len(), y.len(), v.len()),
            (n, m, n),
            "lengths of x, y and v"
        );
        self.counters.add(Verb::HessDirectional);
        vals.fill(0.0);
        // third derivatives of quadratic functions vanish
        let sigma = if self.structure.obj_is_quadratic {
            0.0
        } else {
            sigma
        };
        let y = (!self.structure.cons_are_quadratic).then_some(y);
        if let Some(sweeps) = &self.sweeps {
            return sweeps.add_directional(x, Weights { sigma, y }, v, vals);
        }
        self.third_duals
            .with(n + m, HyperHyperDual64::from(0.0), |buffer| {
                let (t, c) = buffer.split_at_mut(n);
                lift(x, t);
                for (t, &v) in t.iter_mut().zip(v) {
                    t.eps3 = v;
                }
                self.add_to_hessian(y, sigma, vals, |i, j, y, sigma| {
                    (t[i].eps1, t[j].eps2) = (1.0, 1.0);
                    let value = self.lagrangian(t, y, sigma, c).eps1eps2eps3;
                    (t[i].eps1, t[j].eps2) = (0.0, 0.0);
                    value
                });
            });
    }
}

impl<U: Functions> AutoModel<U> {
    /// L(x, y; σ) in any number type; `None` for `y` leaves the constraints out, σ = 0 the objective.
    fn lagrangian<T: Scalar>(&self, x: &[T], y: Option<&[f64]>, sigma: f64, c: &mut [T]) -> T {
        let mut sum = T::from(0.0);
        if sigma != 0.0 {
            sum += self.functions.obj(x) * sigma;
        }
        if let Some(y) = y {
            c.fill(T::from(0.0));
            self.functions.cons(x, c);
            for (&c, &y) in c.iter().zip(y) {
                if y != 0.0 {
                    sum += c * y;
                }
            }
        }
        sum
    }

    /// Adds `second(i, j, y, σ)` to each entry of the Hessian's structure to which a weighted term
    /// contributes, with the weights that matter for it.
    fn add_to_hessian(
        &self,
        y: Option<&[f64]>,
        sigma: f64,
        vals: &mut [f64],
        mut second: impl FnMut(usize, usize, Option<&[f64]>, f64) -> f64,
    ) {
        let y = y.filter(|y| y.iter().any(|&y| y != 0.0));
        let entries = self.structure.hess.iter().zip(&self.structure.hess_from);
        for (value, ((i, j), &(from_obj, from_cons))) in vals.iter_mut().zip(entries) {
            let sigma = if from_obj { sigma } else { 0.0 };
            let y = y.filter(|_| from_cons);
            if sigma != 0.0 || y.is_some() {
                *value += second(i, j, y, sigma);
            }
        }
    }
}

/// All of a Lagrangian.
fn weights(sigma: f64, y: &[f64]) -> Weights<'_> {
    Weights { sigma, y: Some(y) }
}
