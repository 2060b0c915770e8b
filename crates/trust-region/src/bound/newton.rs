//! The trust-region Newton method for bounds.

use linalg::slice::{all_finite, dot, norm2};
use nlp_model::TwiceSmooth;
use stopping::{NlpState, Solver, Status, Stopping};

use super::Options;
use super::step::{Quadratic, StepFinder};

/// Order up to which the Hessian is treated as a dense matrix.
const DENSE_ORDER: usize = 100;

/// A trust-region Newton method on the box lvar ≤ x ≤ uvar.
///
/// # Problem
/// min f(x), lvar ≤ x ≤ uvar.
///
/// # Algorithm
/// 1. Stop when the stopping says so: by default ‖x − P(x − ∇f)‖ ≤ ε.
/// 2. On the model q(s) = ∇fᵀs + ½ sᵀHs find a Cauchy step along the projected gradient path, then
///    explore faces of the box from there: minimize q over the free variables in the ball ‖·‖ ≤ Δ, and
///    search along the projection of that step.
/// 3. ρ = (f(x) − f(x + s)) / −q(s). Accept when ρ > 1e-4. Change Δ by ρ; go to 1.
///
/// Faces are explored exactly for small dense Hessians, by conjugate gradients otherwise.
///
/// # Convergence and failure
/// Limit points are stationary; steps are Newton's near a nondegenerate minimizer, after finitely many
/// iterations on the right face. A trial point where f or ∇f is not finite shrinks the radius. A radius
/// below the spacing of the numbers at x ends the run as `Stalled`, or as `DomainError` when all trial
/// values were not finite.
///
/// # References
/// (LinMore1999, Sections 3 to 5), (ConnGouldToint2000, Sections 12.1 and 17.4.2).
#[derive(Debug)]
pub struct BoundNewton {
    products: bool,
    /// The constraints are not part of the problem.
    no_multipliers: Vec<f64>,
    hess: Vec<f64>,
    dense: Vec<f64>,
    finder: StepFinder,
    lower: Vec<f64>,
    upper: Vec<f64>,
    s: Vec<f64>,
    trial: Vec<f64>,
    trial_g: Vec<f64>,
    delta: f64,
}

impl<'p> Solver<dyn TwiceSmooth + 'p, NlpState> for BoundNewton {
    fn solve(
        &mut self,
        model: &(dyn TwiceSmooth + 'p),
        stopping: &mut Stopping<dyn TwiceSmooth + 'p, NlpState>,
    ) -> Status {
        self.begin(model, &mut stopping.state);
        // Step 1
        if let Some(status) = stopping.start(model) {
            return status;
        }
        let mut moved = true;
        loop {
            // Step 2
            if moved && !self.linearise(model, &stopping.state) {
                return stopping.fail(Status::DomainError);
            }
            let predicted = self.find_step(model, &stopping.state);
            // Step 3
            moved = match self.judge(model, &stopping.state, predicted) {
                Verdict::Accepted(f) => {
                    stopping.state.set_x(&self.trial);
                    stopping.state.f = Some(f);
                    stopping.state.g.set(&self.trial_g);
                    true
                }
                Verdict::Rejected => false,
                Verdict::Over(status) => return stopping.fail(status),
            };
            // Step 1
            if let Some(status) = stopping.stop(model) {
                return status;
            }
        }
    }
}

/// What becomes of a trial point.
enum Verdict {
    /// Go there; the value of f.
    Accepted(f64),
    Rejected,
    Over(Status),
}

impl BoundNewton {
    /// Work space for models of the structure of `model`.
    pub fn new(options: &Options, model: &dyn TwiceSmooth) -> Self {
        let n = model.meta().nvar();
        let is_dense = n <= DENSE_ORDER && !options.products;
        let zeros = || vec![0.0; n];
        BoundNewton {
            products: options.products,
            no_multipliers: vec![0.0; model.meta().ncon()],
            hess: vec![0.0; model.hess_structure().nnz()],
            dense: vec![0.0; if is_dense { n * n } else { 0 }],
            finder: StepFinder::new(n, is_dense),
            lower: zeros(),
            upper: zeros(),
            s: zeros(),
            trial: zeros(),
            trial_g: zeros(),
            delta: 1.0,
        }
    }

    /// Moves the start into the bounds and evaluates there.
    fn begin(&mut self, model: &dyn TwiceSmooth, state: &mut NlpState) {
        let meta = model.meta();
        for (j, x) in state.x_mut().iter_mut().enumerate() {
            *x = x.max(meta.lvar()[j]).min(meta.uvar()[j]);
        }
        let f = model.obj(state.x());
        model.grad(state.x(), &mut self.trial_g);
        state.f = Some(f);
        state.g.set(&self.trial_g);
        self.delta = (0.1 * norm2(state.x())).max(1.0);
    }

    /// Evaluates the Hessian; false when it is not finite.
    fn linearise(&mut self, model: &dyn TwiceSmooth, state: &NlpState) -> bool {
        let (meta, x) = (model.meta(), state.x());
        for j in 0..x.len() {
            self.lower[j] = meta.lvar()[j] - x[j];
            self.upper[j] = meta.uvar()[j] - x[j];
        }
        if self.products {
            return true;
        }
        model.hess_coord(x, &self.no_multipliers, 1.0, &mut self.hess);
        if !self.dense.is_empty() {
            model
                .hess_structure()
                .to_dense_symmetric(&self.hess, &mut self.dense);
        }
        all_finite(&self.hess)
    }

    /// Finds s and returns q(s) ≤ 0.
    fn find_step(&mut self, model: &dyn TwiceSmooth, state: &NlpState) -> f64 {
        let g = state.g.get().expect("the gradient is evaluated");
        let by_products = |v: &[f64], out: &mut [f64]| {
            model.hprod(state.x(), &self.no_multipliers, 1.0, v, out);
        };
        let by_entries = |v: &[f64], out: &mut [f64]| {
            model.hess_structure().mul_symmetric(&self.hess, v, out);
        };
        let q = Quadratic {
            g,
            product: if self.products {
                &by_products
            } else {
                &by_entries
            },
            dense: (!self.dense.is_empty()).then_some(&self.dense),
            lower: &self.lower,
            upper: &self.upper,
        };
        self.finder.find(&q, self.delta, &mut self.s)
    }

    /// The ratio of the reductions, and the radius that follows from it.
    fn judge(&mut self, model: &dyn TwiceSmooth, state: &NlpState, predicted: f64) -> Verdict {
        let meta = model.meta();
        let (x, g) = (state.x(), state.g.get().expect("the gradient is evaluated"));
        let f = state.f.expect("the objective is evaluated");
        for j in 0..x.len() {
            // x + (l − x) need not be l
            self.trial[j] = if self.s[j] == self.lower[j] {
                meta.lvar()[j]
            } else if self.s[j] == self.upper[j] {
                meta.uvar()[j]
            } else {
                x[j] + self.s[j]
            };
        }
        let length = norm2(&self.s);
        if !length.is_finite() || !predicted.is_finite() {
            return Verdict::Over(Status::SubproblemFailure);
        }
        if length <= f64::EPSILON * norm2(x) || predicted >= 0.0 {
            return Verdict::Over(Status::Stalled);
        }
        let trial_f = model.obj(&self.trial);
        if !trial_f.is_finite() {
            return self.outside(length, x);
        }
        // Round-off: the reductions are known up to about 10 ε |f|.
        let noise = 10.0 * f64::EPSILON * f.abs().max(1.0);
        let mut actual = trial_f - f;
        let small = 1e3 * noise;
        let by_gradients = -predicted < small || actual.abs() < small;
        if by_gradients {
            model.grad(&self.trial, &mut self.trial_g);
            let mean = 0.5 * (dot(&self.trial_g, &self.s) + dot(g, &self.s));
            if !mean.is_finite() {
                return self.outside(length, x);
            }
            actual = mean;
        }
        let rho = (actual - noise) / (predicted - noise);
        tracing::trace!(f, trial_f, rho, delta = self.delta, length, "step");
        let slope = dot(g, &self.s);
        if rho > 1e-4 {
            if !by_gradients {
                model.grad(&self.trial, &mut self.trial_g);
            }
            if !all_finite(&self.trial_g) {
                return self.outside(length, x);
            }
        }
        self.delta = if rho > 0.9 {
            self.delta.max(if length >= 0.8 * self.delta {
                3.0 * length
            } else {
                0.0
            })
        } else if rho >= 0.25 {
            self.delta
        } else if rho > 1e-4 {
            self.delta.min(0.5 * length)
        } else {
            // the minimizer of the parabola through f, slope and the trial value
            let t = -slope / (2.0 * (trial_f - f - slope));
            let t = if t.is_nan() { 0.25 } else { t.clamp(0.05, 0.5) };
            self.delta.min(t * length)
        };
        if rho > 1e-4 {
            Verdict::Accepted(trial_f)
        } else {
            Verdict::Rejected
        }
    }

    /// A trial point outside of the domain.
    fn outside(&mut self, length: f64, x: &[f64]) -> Verdict {
        self.delta = self.delta.min(0.25 * length);
        if self.delta <= f64::EPSILON * norm2(x) {
            return Verdict::Over(Status::DomainError);
        }
        Verdict::Rejected
    }
}
