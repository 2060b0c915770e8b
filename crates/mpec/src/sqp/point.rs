//! A point with the values of its functions.

use nlp_model::{Meta, TwiceSmooth};

use super::Sides;

/// x and what is known there.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub x: Vec<f64>,
    pub f: f64,
    pub c: Vec<f64>,
    /// Sides s(x), equalities first.
    pub s: Vec<f64>,
    /// Largest violation of a side.
    pub violation: f64,
    pub g: Vec<f64>,
    /// Gradients of the sides, row by row.
    pub a: Vec<f64>,
    jac: Vec<f64>,
    vals: Vec<f64>,
}

impl Point {
    pub fn new(model: &dyn TwiceSmooth) -> Self {
        let (n, m) = (model.meta().nvar(), model.meta().ncon());
        Point {
            x: vec![0.0; n],
            f: 0.0,
            c: vec![0.0; m],
            s: Vec::new(),
            violation: 0.0,
            g: vec![0.0; n],
            a: Vec::new(),
            jac: vec![0.0; n * m],
            vals: vec![0.0; model.jac_structure().nnz()],
        }
    }

    pub fn clamp(&mut self, meta: &Meta) {
        for (x, (l, u)) in self.x.iter_mut().zip(meta.lvar().iter().zip(meta.uvar())) {
            *x = x.max(*l).min(*u);
        }
    }

    /// Values of f and of the sides; false when one is not finite.
    pub fn evaluate(&mut self, model: &dyn TwiceSmooth, sides: &Sides) -> bool {
        self.f = model.obj(&self.x);
        model.cons(&self.x, &mut self.c);
        sides.values(&self.x, &self.c, &mut self.s);
        self.violation = 0.0;
        for (i, &s) in self.s.iter().enumerate() {
            let v = if i < sides.equalities { s.abs() } else { -s };
            if v > self.violation || v.is_nan() {
                self.violation = v;
            }
        }
        self.f.is_finite() && linalg::slice::all_finite(&self.c)
    }

    /// Gradients of f and of the sides.
    pub fn linearise(&mut self, model: &dyn TwiceSmooth, sides: &Sides) {
        let n = self.x.len();
        model.grad(&self.x, &mut self.g);
        model.jac_coord(&self.x, &mut self.vals);
        self.jac.fill(0.0);
        for ((i, j), v) in model.jac_structure().iter().zip(&self.vals) {
            self.jac[i * n + j] += v;
        }
        sides.gradients(n, &self.jac, &mut self.a);
    }

    /// f + Σ weightᵢ |violationᵢ|.
    pub fn merit(&self, weights: &[f64], equalities: usize) -> f64 {
        let mut merit = self.f;
        for (i, (s, weight)) in self.s.iter().zip(weights).enumerate() {
            let violation = if i < equalities {
                s.abs()
            } else {
                (-s).max(0.0)
            };
            merit += weight * violation;
        }
        merit
    }
}
