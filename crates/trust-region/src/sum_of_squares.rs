//! Equations read as a sum of squares.

use std::cell::RefCell;

use linalg::Pattern;
use linalg::slice::dot;
use nlp_model::{Meta, Model, Smooth};

use crate::TrustRegionError;

/// ½‖r(x)‖² for the equations cᵢ(x) = bᵢ of a model, rᵢ = cᵢ − bᵢ.
///
/// The residuals and the Jacobian of the last gradient are kept, so that a Gauss–Newton model need not
/// evaluate them again.
pub struct SumOfSquares<'p> {
    model: &'p dyn Smooth,
    meta: Meta,
    no_rows: Pattern,
    /// Of the last gradient.
    trial: RefCell<Values>,
    /// Of the iterate.
    current: RefCell<Values>,
}

#[derive(Debug)]
struct Values {
    r: Vec<f64>,
    jac: Vec<f64>,
}

impl std::fmt::Debug for SumOfSquares<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SumOfSquares")
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}

impl<'p> SumOfSquares<'p> {
    /// Reads the rows of `model` as equations.
    ///
    /// # Errors
    /// [`TrustRegionError::Constrained`] when a variable has a bound or a row is not an equation.
    pub fn new(model: &'p dyn Smooth) -> Result<Self, TrustRegionError> {
        let meta = model.meta();
        let (n, m) = (meta.nvar(), meta.ncon());
        if meta.has_bounds() || !(0..m).all(|i| meta.is_equality(i)) {
            return Err(TrustRegionError::Constrained);
        }
        let values = || {
            RefCell::new(Values {
                r: vec![0.0; m],
                jac: vec![0.0; model.jac_structure().nnz()],
            })
        };
        Ok(SumOfSquares {
            model,
            meta: Meta::new(meta.name(), n, 0).start(meta.x0())?,
            no_rows: Pattern::empty(0, n),
            trial: values(),
            current: values(),
        })
    }

    /// Number of residuals m.
    pub fn rows(&self) -> usize {
        self.model.meta().ncon()
    }

    /// Number of variables n.
    pub fn nvar(&self) -> usize {
        self.meta.nvar()
    }

    pub(crate) fn jac_pattern(&self) -> &Pattern {
        self.model.jac_structure()
    }

    /// The point of the last gradient is the iterate.
    pub(crate) fn accept(&self) {
        self.trial.swap(&self.current);
    }

    /// Hands r and the entries of J at the iterate to `read`.
    pub(crate) fn with_current<R>(&self, read: impl FnOnce(&[f64], &[f64]) -> R) -> R {
        let values = self.current.borrow();
        read(&values.r, &values.jac)
    }

    /// rows = |J||x| and out = |J|ᵀ|J||x| at the iterate.
    pub(crate) fn absolute_product(&self, x: &[f64], rows: &mut [f64], out: &mut [f64]) {
        rows.fill(0.0);
        out.fill(0.0);
        self.with_current(|_, jac| {
            for ((i, j), v) in self.jac_pattern().iter().zip(jac) {
                rows[i] += (v * x[j]).abs();
            }
            for ((i, j), v) in self.jac_pattern().iter().zip(jac) {
                out[j] += v.abs() * rows[i];
            }
        });
    }

    fn residuals(&self, x: &[f64], r: &mut [f64]) {
        self.model.cons(x, r);
        for (r, b) in r.iter_mut().zip(self.model.meta().lcon()) {
            *r -= b;
        }
    }
}

impl Model for SumOfSquares<'_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, x: &[f64]) -> f64 {
        let r = &mut self.trial.borrow_mut().r;
        self.residuals(x, r);
        0.5 * dot(r, r)
    }
    fn cons(&self, _: &[f64], _: &mut [f64]) {}
    fn counters(&self) -> Option<&nlp_model::Counters> {
        self.model.counters()
    }
}

impl Smooth for SumOfSquares<'_> {
    fn grad(&self, x: &[f64], g: &mut [f64]) {
        let Values { r, jac } = &mut *self.trial.borrow_mut();
        self.residuals(x, r);
        self.model.jac_coord(x, jac);
        self.jac_pattern().mul_transpose(jac, r, g);
    }
    fn jac_structure(&self) -> &Pattern {
        &self.no_rows
    }
    fn jac_coord(&self, _: &[f64], _: &mut [f64]) {}
}
