//! The augmented Lagrangian as a model with bounds only.

use std::cell::RefCell;

use linalg::Pattern;
use linalg::slice::{axpy, dot};
use nlp_model::{Counters, Meta, Model, Slack, Smooth, TwiceSmooth};

/// φ(v) = σ f(v) + yᵀc(v) + ½ μ ‖c(v)‖² for the equality rows c of a slack form.
///
/// Its Hessian is ∇²L(v, y + μc; σ) + μ JᵀJ; entry pairs of each row of J are appended to the structure
/// of ∇²L.
#[derive(Debug)]
pub(crate) struct Merit<'a> {
    pub model: &'a Slack<'a>,
    meta: Meta,
    /// σ: 1, or 0 to measure infeasibility alone.
    pub sigma: f64,
    pub y: Vec<f64>,
    pub mu: f64,
    no_rows: Pattern,
    hess: Pattern,
    /// Pairs of entries of J in one row.
    pairs: Vec<(usize, usize)>,
    work: RefCell<Work>,
}

#[derive(Debug)]
struct Work {
    c: Vec<f64>,
    /// y + μ c.
    w: Vec<f64>,
    jac: Vec<f64>,
    /// The point where `c` and `jac` were evaluated; empty at first.
    at: Vec<f64>,
    /// Room for a vector of rows and one of variables.
    rows: Vec<f64>,
    vars: Vec<f64>,
}

impl<'a> Merit<'a> {
    pub fn new(model: &'a Slack<'a>) -> Self {
        let meta = model.meta();
        let (n, m) = (meta.nvar(), meta.ncon());
        let mut rows = vec![Vec::new(); m];
        for (k, (i, j)) in model.jac_structure().iter().enumerate() {
            rows[i].push((k, j));
        }
        let (mut pairs, mut entries) = (Vec::new(), Vec::new());
        for row in &rows {
            for &(k, i) in row {
                for &(l, j) in row {
                    // both orders of two entries in one column are terms of the diagonal
                    if i >= j {
                        pairs.push((k, l));
                        entries.push((i, j));
                    }
                }
            }
        }
        let hess = Pattern::from_entries(n, n, model.hess_structure().iter().chain(entries))
            .expect("entries of JᵀJ are in range");
        let free = Meta::new(meta.name(), n, 0)
            .start(meta.x0())
            .and_then(|free| free.variable_bounds(meta.lvar(), meta.uvar()))
            .expect("the slack form has valid bounds");
        Merit {
            model,
            meta: free,
            sigma: 1.0,
            y: vec![0.0; m],
            mu: 1.0,
            no_rows: Pattern::empty(0, n),
            hess,
            pairs,
            work: RefCell::new(Work {
                c: vec![0.0; m],
                w: vec![0.0; m],
                jac: vec![0.0; model.jac_structure().nnz()],
                at: Vec::with_capacity(n),
                rows: vec![0.0; m],
                vars: vec![0.0; n],
            }),
        }
    }

    /// Evaluates c, w = y + μc and J at v, unless they are known.
    fn linearise(&self, v: &[f64], work: &mut Work) {
        if work.at != v {
            self.model.cons(v, &mut work.c);
            self.model.jac_coord(v, &mut work.jac);
            work.at.clear();
            work.at.extend_from_slice(v);
        }
        for ((w, y), c) in work.w.iter_mut().zip(&self.y).zip(&work.c) {
            *w = y + self.mu * c;
        }
    }
}

impl Model for Merit<'_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, v: &[f64]) -> f64 {
        let c = &mut self.work.borrow_mut().rows;
        self.model.cons(v, c);
        let f = if self.sigma == 0.0 {
            0.0
        } else {
            self.sigma * self.model.obj(v)
        };
        f + dot(&self.y, c) + 0.5 * self.mu * dot(c, c)
    }
    fn cons(&self, _: &[f64], _: &mut [f64]) {}
    fn counters(&self) -> Option<&Counters> {
        self.model.counters()
    }
}

impl Smooth for Merit<'_> {
    fn grad(&self, v: &[f64], g: &mut [f64]) {
        let work = &mut *self.work.borrow_mut();
        self.linearise(v, work);
        self.model
            .jac_structure()
            .mul_transpose(&work.jac, &work.w, g);
        if self.sigma != 0.0 {
            self.model.grad(v, &mut work.vars);
            axpy(self.sigma, &work.vars, g);
        }
    }
    fn jac_structure(&self) -> &Pattern {
        &self.no_rows
    }
    fn jac_coord(&self, _: &[f64], _: &mut [f64]) {}
}

impl TwiceSmooth for Merit<'_> {
    fn hess_structure(&self) -> &Pattern {
        &self.hess
    }
    fn hess_coord(&self, v: &[f64], _: &[f64], sigma: f64, vals: &mut [f64]) {
        let work = &mut *self.work.borrow_mut();
        self.linearise(v, work);
        let (lagrangian, products) = vals.split_at_mut(self.model.hess_structure().nnz());
        self.model.hess_coord(v, &work.w, self.sigma, lagrangian);
        for (value, &(k, l)) in products.iter_mut().zip(&self.pairs) {
            *value = self.mu * work.jac[k] * work.jac[l];
        }
        linalg::slice::scale(sigma, vals);
    }
    fn hprod(&self, v: &[f64], _: &[f64], sigma: f64, d: &[f64], out: &mut [f64]) {
        let work = &mut *self.work.borrow_mut();
        self.linearise(v, work);
        self.model.hprod(v, &work.w, self.sigma, d, out);
        let jac = self.model.jac_structure();
        jac.mul(&work.jac, d, &mut work.rows);
        linalg::slice::scale(self.mu, &mut work.rows);
        for ((i, j), value) in jac.iter().zip(&work.jac) {
            out[j] += value * work.rows[i];
        }
        linalg::slice::scale(sigma, out);
    }
}
