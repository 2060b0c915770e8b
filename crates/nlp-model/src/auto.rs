//! A model with exact derivatives from one generic function.

use std::sync::OnceLock;

use linalg::Pattern;
use num_dual::{Dual64, HyperDual64, HyperHyperDual64};

use crate::counters::Verb;
use crate::scratch::Scratch;
use crate::structure::Structure;
use crate::{Counters, Functions, Meta, Model, Scalar, Smooth, Tape, TwiceSmooth};

/// Exact derivatives of [`Functions`] by dual numbers, as an object-safe model.
///
/// The sparsity of Jacobian and Hessian is read off the formula at construction
/// ([`Dependence`](crate::Dependence)); Jacobian entries that cannot change and the Hessian of a
/// quadratic objective are evaluated once.
/// A gradient costs one evaluation in `Dual64` (about twice an ordinary one) for each variable on
/// which f depends, a Jacobian one for each variable that enters a constraint nonlinearly, a Hessian
/// one in `HyperDual64` (about five times) for each entry of its structure, a directional
/// derivative of the Hessian one in `HyperHyperDual64` (about twelve times) for each entry.
#[derive(Debug)]
pub struct AutoModel<U> {
    functions: U,
    meta: Meta,
    structure: Structure,
    /// Values of the Jacobian entries that are constant, 0 at the others.
    constant_jac: Vec<f64>,
    /// The Hessian of the objective when it is quadratic.
    constant_hess: Option<Vec<f64>>,
    formula: OnceLock<Tape>,
    counters: Counters,
    values: Scratch<f64>,
    duals: Scratch<Dual64>,
    hyper_duals: Scratch<HyperDual64>,
    third_duals: Scratch<HyperHyperDual64>,
}

impl<U: Functions> AutoModel<U> {
    /// A model of `functions` with the sizes, start and bounds of `meta`.
    pub fn new(functions: U, meta: Meta) -> Self {
        let mut structure = Structure::detect(&functions, meta.nvar(), meta.ncon());
        let constant_jac = constant_entries(&functions, &meta, &mut structure);
        let mut model = AutoModel {
            functions,
            meta,
            structure,
            constant_jac,
            constant_hess: None,
            formula: OnceLock::new(),
            counters: Counters::default(),
            values: Scratch::new(),
            duals: Scratch::new(),
            hyper_duals: Scratch::new(),
            third_duals: Scratch::new(),
        };
        if model.structure.obj_is_quadratic {
            let mut hess = vec![0.0; model.structure.hess.nnz()];
            let no_multipliers = vec![0.0; model.meta.ncon()];
            let point = reference_point(model.meta.nvar());
            model.hess_coord(&point, &no_multipliers, 1.0, &mut hess);
            model.counters.reset();
            model.constant_hess = linalg::slice::all_finite(&hess).then_some(hess);
        }
        model
    }

    /// The functions this model is made of, for other readings of the same formulas.
    pub fn functions(&self) -> &U {
        &self.functions
    }

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

impl<U: Functions> Model for AutoModel<U> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, x: &[f64]) -> f64 {
        assert_eq!(x.len(), self.meta.nvar(), "length of x");
        self.counters.add(Verb::Obj);
        self.functions.obj(x)
    }
    fn cons(&self, x: &[f64], c: &mut [f64]) {
        assert_eq!(
            (x.len(), c.len()),
            (self.meta.nvar(), self.meta.ncon()),
            "lengths of x and c"
        );
        self.counters.add(Verb::Cons);
        c.fill(0.0);
        self.functions.cons(x, c);
    }
    fn counters(&self) -> Option<&Counters> {
        Some(&self.counters)
    }
    fn formula(&self) -> Option<&Tape> {
        let record = || Tape::record(&self.functions, self.meta.nvar(), self.meta.ncon());
        Some(self.formula.get_or_init(record))
    }
}

impl<U: Functions> Smooth for AutoModel<U> {
    fn grad(&self, x: &[f64], g: &mut [f64]) {
        let n = self.meta.nvar();
        assert_eq!((x.len(), g.len()), (n, n), "lengths of x and g");
        self.counters.add(Verb::Grad);
        g.fill(0.0);
        self.duals.with(n, Dual64::from(0.0), |t| {
            lift(x, t);
            for &j in &self.structure.obj_variables {
                t[j].eps = 1.0;
                g[j] = self.functions.obj(t).eps;
                t[j].eps = 0.0;
            }
        });
    }

    fn jac_structure(&self) -> &Pattern {
        &self.structure.jac
    }

    fn jac_coord(&self, x: &[f64], vals: &mut [f64]) {
        let (n, m) = (self.meta.nvar(), self.meta.ncon());
        assert_eq!(
            (x.len(), vals.len()),
            (n, self.constant_jac.len()),
            "lengths of x and vals"
        );
        self.counters.add(Verb::Jac);
        vals.copy_from_slice(&self.constant_jac);
        if self.structure.is_constant.iter().all(|&constant| constant) {
            return;
        }
        let rows = self.structure.jac.rows();
        self.duals.with(n + m, Dual64::from(0.0), |buffer| {
            let (t, c) = buffer.split_at_mut(n);
            lift(x, t);
            for (j, entries) in self.structure.jac_columns() {
                if entries.clone().all(|k| self.structure.is_constant[k]) {
                    continue;
                }
                t[j].eps = 1.0;
                c.fill(Dual64::from(0.0));
                self.functions.cons(t, c);
                t[j].eps = 0.0;
                for k in entries.filter(|&k| !self.structure.is_constant[k]) {
                    vals[k] = c[rows[k]].eps;
                }
            }
        });
    }

    fn jprod(&self, x: &[f64], v: &[f64], out: &mut [f64]) {
        let (n, m) = (self.meta.nvar(), self.meta.ncon());
        assert_eq!(
            (x.len(), v.len(), out.len()),
            (n, n, m),
            "lengths of x, v and out"
        );
        self.counters.add(Verb::Jprod);
        self.duals.with(n + m, Dual64::from(0.0), |buffer| {
            let (t, c) = buffer.split_at_mut(n);
            for ((t, &x), &v) in t.iter_mut().zip(x).zip(v) {
                *t = Dual64::new(x, v);
            }
            self.functions.cons(t, c);
            for (out, c) in out.iter_mut().zip(c) {
                *out = c.eps;
            }
        });
    }

    fn jtprod(&self, x: &[f64], w: &[f64], out: &mut [f64]) {
        self.counters.add(Verb::Jtprod);
        self.values.with(self.constant_jac.len(), 0.0, |vals| {
            self.jac_coord(x, vals);
            self.structure.jac.mul_transpose(vals, w, out);
        });
    }
}

impl<U: Functions> TwiceSmooth for AutoModel<U> {
    fn hess_structure(&self) -> &Pattern {
        &self.structure.hess
    }

    fn hess_coord(&self, x: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        let (n, m) = (self.meta.nvar(), self.meta.ncon());
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
        let (n, m) = (self.meta.nvar(), self.meta.ncon());
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
        let (n, m) = (self.meta.nvar(), self.meta.ncon());
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

/// Copies a point into a number type, as constants.
fn lift<T: Scalar>(x: &[f64], t: &mut [T]) {
    for (t, &x) in t.iter_mut().zip(x) {
        *t = T::from(x);
    }
}

/// A point away from the places where formulas tend to be singular.
fn reference_point(nvar: usize) -> Vec<f64> {
    (0..nvar)
        .map(|j| 1.0 + (0.618 * (j + 1) as f64).fract())
        .collect()
}

/// Evaluates the Jacobian entries that the structure calls constant, at the reference point; an
/// entry that is not finite there is not constant.
fn constant_entries<U: Functions>(
    functions: &U,
    meta: &Meta,
    structure: &mut Structure,
) -> Vec<f64> {
    let mut vals = vec![0.0; structure.jac.nnz()];
    let mut c = vec![Dual64::from(0.0); meta.ncon()];
    let mut t: Vec<Dual64> = reference_point(meta.nvar())
        .into_iter()
        .map(Dual64::from)
        .collect();
    let columns: Vec<_> = structure.jac_columns().collect();
    for (j, entries) in columns {
        t[j].eps = 1.0;
        c.fill(Dual64::from(0.0));
        functions.cons(&t, &mut c);
        t[j].eps = 0.0;
        for k in entries {
            let value = c[structure.jac.rows()[k]].eps;
            structure.is_constant[k] &= value.is_finite();
            if structure.is_constant[k] {
                vals[k] = value;
            }
        }
    }
    vals
}
