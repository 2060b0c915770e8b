//! Newton's method on the KKT system of the slack form, for the last digits.

use linalg::slice::{all_finite, norm_inf};
use linalg::{Inertia, Kkt, Pattern};
use nlp_model::{Model, Slack, Smooth, TwiceSmooth};

/// Most Newton steps of one attempt.
const STEPS: usize = 10;

/// Regularisations −δI that are tried, the second for dependent rows.
const DELTAS: [f64; 2] = [0.0, 1e-8];

/// Newton steps on  ∇f + Jᵀy = 0,  c = 0  over the variables that no bound holds.
///
/// Which bounds hold is decided anew at each step: those where the variable stands at the bound and the
/// gradient of the Lagrangian keeps it there. A step is kept while the residual
/// max(‖v − P(v − ∇f − Jᵀy)‖∞, ‖c‖∞) halves and the matrix has the inertia of a minimizer.
#[derive(Debug)]
pub(crate) struct Polish {
    kkt: Kkt,
    hess: Vec<f64>,
    jac: Vec<f64>,
    /// H of the free variables, then the diagonal of the others.
    reduced_hess: Vec<f64>,
    reduced_jac: Vec<f64>,
    fixed: Vec<bool>,
    /// ∇f + Jᵀy and c, and the step.
    gradient: Vec<f64>,
    work: Vec<f64>,
    c: Vec<f64>,
    step: Vec<f64>,
    pub v: Vec<f64>,
    pub y: Vec<f64>,
    best_v: Vec<f64>,
    best_y: Vec<f64>,
}

impl Polish {
    pub fn new(model: &Slack) -> Self {
        let (n, m) = (model.meta().nvar(), model.meta().ncon());
        let diagonal = (0..n).map(|j| (j, j));
        let entries = model.hess_structure().iter().chain(diagonal);
        let hess = Pattern::from_entries(n, n, entries).expect("the diagonal is in range");
        let zeros = |k: usize| vec![0.0; k];
        Polish {
            kkt: Kkt::new(&hess, model.jac_structure()),
            hess: zeros(model.hess_structure().nnz()),
            jac: zeros(model.jac_structure().nnz()),
            reduced_hess: zeros(hess.nnz()),
            reduced_jac: zeros(model.jac_structure().nnz()),
            fixed: vec![false; n],
            gradient: zeros(n),
            work: zeros(n),
            c: zeros(m),
            step: zeros(n + m),
            v: zeros(n),
            y: zeros(m),
            best_v: zeros(n),
            best_y: zeros(m),
        }
    }

    /// Starts at (`self.v`, `self.y`) and leaves the best point there. Returns the residuals before and
    /// after.
    pub fn run(&mut self, model: &Slack, target: f64) -> (f64, f64) {
        let first = self.residual(model);
        let mut best = first;
        self.best_v.copy_from_slice(&self.v);
        self.best_y.copy_from_slice(&self.y);
        for _ in 0..STEPS {
            if !best.is_finite() || best <= target || !self.step(model) {
                break;
            }
            let residual = self.residual(model);
            let halved = residual <= 0.5 * best;
            if residual < best {
                best = residual;
                self.best_v.copy_from_slice(&self.v);
                self.best_y.copy_from_slice(&self.y);
            }
            if !halved {
                break;
            }
        }
        self.v.copy_from_slice(&self.best_v);
        self.y.copy_from_slice(&self.best_y);
        (first, best)
    }

    /// The residual at (v, y), and which variables are held by a bound.
    fn residual(&mut self, model: &Slack) -> f64 {
        let meta = model.meta();
        let (l, u) = (meta.lvar(), meta.uvar());
        model.grad(&self.v, &mut self.gradient);
        model.cons(&self.v, &mut self.c);
        model.jac_coord(&self.v, &mut self.jac);
        model
            .jac_structure()
            .mul_transpose(&self.jac, &self.y, &mut self.work);
        for j in 0..self.v.len() {
            self.gradient[j] += self.work[j];
            let (v, g) = (self.v[j], self.gradient[j]);
            self.fixed[j] = l[j] == u[j] || v <= l[j] && g > 0.0 || v >= u[j] && g < 0.0;
            self.work[j] = if g.is_nan() {
                g
            } else {
                g.min(v - l[j]).max(v - u[j])
            };
        }
        norm_inf(&[norm_inf(&self.work), norm_inf(&self.c)])
    }

    /// One Newton step from (v, y); false when there is none.
    fn step(&mut self, model: &Slack) -> bool {
        let (n, m) = (self.v.len(), self.y.len());
        model.hess_coord(&self.v, &self.y, 1.0, &mut self.hess);
        if !all_finite(&self.hess) || !all_finite(&self.jac) {
            return false;
        }
        let (h, diagonal) = self.reduced_hess.split_at_mut(self.hess.len());
        for ((h, value), (i, j)) in h
            .iter_mut()
            .zip(&self.hess)
            .zip(model.hess_structure().iter())
        {
            *h = if self.fixed[i] || self.fixed[j] {
                0.0
            } else {
                *value
            };
        }
        for (d, &fixed) in diagonal.iter_mut().zip(&self.fixed) {
            *d = if fixed { 1.0 } else { 0.0 };
        }
        let jac = self.reduced_jac.iter_mut().zip(&self.jac);
        for ((a, value), &j) in jac.zip(model.jac_structure().cols()) {
            *a = if self.fixed[j] { 0.0 } else { *value };
        }
        let wanted = Inertia {
            positive: n,
            negative: m,
            zero: 0,
        };
        for delta in DELTAS {
            let factored = self
                .kkt
                .factor(&self.reduced_hess, &self.reduced_jac, 0.0, delta);
            if factored.is_err() {
                continue;
            }
            if self.kkt.inertia().is_some_and(|inertia| inertia != wanted) {
                return false;
            }
            for j in 0..n {
                self.step[j] = if self.fixed[j] {
                    0.0
                } else {
                    -self.gradient[j]
                };
            }
            for i in 0..m {
                self.step[n + i] = -self.c[i];
            }
            self.kkt.solve(&mut self.step);
            if !all_finite(&self.step) {
                return false;
            }
            let meta = model.meta();
            for j in 0..n {
                let to = self.v[j] + self.step[j];
                self.v[j] = to.max(meta.lvar()[j]).min(meta.uvar()[j]);
            }
            for i in 0..m {
                self.y[i] += self.step[n + i];
            }
            return true;
        }
        false
    }
}
