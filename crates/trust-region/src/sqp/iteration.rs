//! The iteration.

use linalg::slice::{all_finite, norm_inf};
use nlp_model::{Meta, ModelError, TwiceSmooth};
use stopping::{NlpState, Solver, Status, Stopping};

use super::Options;
use super::subproblem::{Promise, Subproblem};
use crate::TrustRegionError;
use crate::nonlinear_program::{prepare, set_bound_multipliers};

/// Saddles left in one run, and trials at each.
const ESCAPES: usize = 5;

/// A promise above this times max(1, |f|) at a KKT point tells that it is a saddle.
const SADDLE: f64 = 1e-6;

/// Sequential quadratic programming with an ℓ₁ penalty and a trust region.
///
/// # Problem
/// min f(x) s.t. lvar ≤ x ≤ uvar, lcon ≤ c(x) ≤ ucon, through φ(x) = f(x) + ν Σᵢ dist(cᵢ(x), [lᵢ, uᵢ]).
///
/// # Algorithm
/// 1. Stop when the stopping says so: by default when dual residual, violation and complementarity are
///    below ε.
/// 2. Minimize q(d) = ∇fᵀd + ½ dᵀ∇²L(x, y)d + ν Σᵢ dist(cᵢ + ∇cᵢᵀd, [lᵢ, uᵢ]) in the bounds and
///    ‖d‖∞ ≤ Δ, by active sets. Raise ν until d removes a tenth of the violation that can be removed by
///    linear rows, and all of it when that is possible.
/// 3. ρ = (φ(x) − φ(x + d)) / (q(0) − q(d)). If x + d is not better, correct d for the curvature of the
///    rows. Accept when ρ > 1e-4; y comes from the quadratic program. Change Δ by ρ; go to 1.
/// 4. Before the run ends at a KKT point, step 2 is asked once more: if the model falls there along
///    negative curvature, the run goes on.
///
/// # Convergence and failure
/// Limit points are KKT points, or stationary for the violation. The Hessian is exact and may be
/// indefinite. Near a minimizer with independent gradients and strict complementarity steps are
/// Newton's. Rows may be dependent, and their linearizations contradictory. When no step reduces the
/// violation of the linear rows, the run ends as `Infeasible`; when Δ falls below the spacing of the
/// numbers, or the quadratic model promises nothing, as `Stalled`.
///
/// Everything is dense: O((n + m) n²) operations an iteration, meant for n + m up to some hundreds.
///
/// # References
/// (Fletcher1987, Chapter 14), (NocedalWright2006, Section 18.5), (ByrdNocedalWaltz2008, Section 2).
#[derive(Debug)]
pub struct Sqp {
    options: Options,
    sizes: (usize, usize),
    subproblem: Subproblem,
    delta: f64,
    d: Vec<f64>,
    /// d before its correction.
    first_d: Vec<f64>,
    trial: Vec<f64>,
    trial_c: Vec<f64>,
    y: Vec<f64>,
    work: Vec<f64>,
    /// The objective at the start.
    first: f64,
    /// Iterations in a row without a promise.
    idle: usize,
    /// Iterations in a row in which the violation was stationary.
    stuck: usize,
    /// KKT points at which the quadratic model was asked for descent.
    escapes: usize,
}

impl<'p> Solver<dyn TwiceSmooth + 'p, NlpState> for Sqp {
    fn solve(
        &mut self,
        model: &(dyn TwiceSmooth + 'p),
        stopping: &mut Stopping<dyn TwiceSmooth + 'p, NlpState>,
    ) -> Status {
        self.begin(model, &mut stopping.state);
        // Step 1
        let mut status = stopping.start(model);
        let mut moved = true;
        loop {
            match status {
                Some(Status::Optimal) if self.leave_saddle(model, &mut stopping.state) => {
                    moved = true
                }
                Some(status) => return status,
                None => {}
            }
            // Step 2
            if moved && !self.subproblem.linearise(model, &stopping.state) {
                return stopping.fail(Status::DomainError);
            }
            self.subproblem
                .set_radius(model, stopping.state.x(), self.delta);
            let promise = self.subproblem.find_step(self.delta);
            // Step 3
            let judged = self.judge(model, &mut stopping.state, &promise);
            let judged = judged.and_then(|moved| self.count_stuck(&promise).map(|()| moved));
            // Step 1
            status = stopping.stop(model);
            match (status, judged) {
                (None, Err(failure)) => return stopping.fail(failure),
                (_, judged) => moved = judged.unwrap_or(false),
            }
        }
    }
}

impl Sqp {
    /// Work space for models with `nvar` variables and `ncon` rows.
    ///
    /// # Errors
    /// [`TrustRegionError`] on options out of range.
    pub fn new(options: Options, nvar: usize, ncon: usize) -> Result<Self, TrustRegionError> {
        options.check()?;
        let zeros = |k: usize| vec![0.0; k];
        Ok(Sqp {
            sizes: (nvar, ncon),
            subproblem: Subproblem::new(nvar, ncon, options.penalty),
            delta: options.radius,
            d: zeros(nvar),
            first_d: zeros(nvar),
            trial: zeros(nvar),
            trial_c: zeros(ncon),
            y: zeros(ncon),
            work: zeros(nvar),
            first: 0.0,
            idle: 0,
            stuck: 0,
            escapes: 0,
            options,
        })
    }

    /// The parameters.
    pub fn options(&self) -> &Options {
        &self.options
    }
    /// ν, the last penalty parameter.
    pub fn penalty(&self) -> f64 {
        self.subproblem.nu
    }
    /// Sets ν > 0 for the next run.
    pub fn set_penalty(&mut self, penalty: f64) {
        debug_assert!(penalty > 0.0, "penalties are positive");
        self.subproblem.nu = penalty;
    }
    /// Iterations of the active-set method in the last run.
    pub fn inner_iterations(&self) -> usize {
        self.subproblem.iterations
    }

    pub(super) fn check_sizes(&self, meta: &Meta) -> Result<(), ModelError> {
        let wrong = |name, expected, found| ModelError::Dimension {
            name,
            expected,
            found,
        };
        if meta.nvar() != self.sizes.0 {
            return Err(wrong("variables of the model", self.sizes.0, meta.nvar()));
        }
        if meta.ncon() != self.sizes.1 {
            return Err(wrong("rows of the model", self.sizes.1, meta.ncon()));
        }
        Ok(())
    }

    /// Moves the start into the bounds and evaluates there.
    fn begin(&mut self, model: &dyn TwiceSmooth, state: &mut NlpState) {
        prepare(model, state, &mut self.work);
        self.subproblem
            .set_scales(model, state, self.options.largest_gradient);
        self.subproblem.iterations = 0;
        self.subproblem.reductions = 0;
        self.delta = self.options.radius * (0.1 * norm_inf(state.x())).max(1.0);
        self.first = state.f.unwrap_or(f64::NAN);
        self.idle = 0;
        self.stuck = 0;
        self.escapes = 0;
    }

    /// The violation is stationary: the objective gets a few steps to leave a saddle of it.
    fn count_stuck(&mut self, promise: &Promise) -> Result<(), Status> {
        self.stuck = if promise.is_stuck { self.stuck + 1 } else { 0 };
        if self.stuck > 3 {
            return Err(Status::Infeasible);
        }
        Ok(())
    }

    /// Step 4: at a point where first-order conditions hold, a step along which φ falls nevertheless.
    fn leave_saddle(&mut self, model: &dyn TwiceSmooth, state: &mut NlpState) -> bool {
        self.escapes += 1;
        if self.escapes > ESCAPES || !self.subproblem.linearise(model, state) {
            return false;
        }
        self.delta = self.delta.max(self.options.radius);
        for _ in 0..ESCAPES {
            self.subproblem.set_radius(model, state.x(), self.delta);
            let promise = self.subproblem.find_step(self.delta);
            let f = self.subproblem.obj_scale * state.f.unwrap_or(f64::NAN);
            let is_saddle = promise.predicted > SADDLE * f.abs().max(1.0);
            if !is_saddle {
                return false;
            }
            if self.judge(model, state, &promise) == Ok(true) {
                tracing::debug!(predicted = promise.predicted, "left a saddle");
                return true;
            }
        }
        false
    }

    /// Step 3; `Ok(true)` when the point has moved or has new multipliers.
    fn judge(
        &mut self,
        model: &dyn TwiceSmooth,
        state: &mut NlpState,
        promise: &Promise,
    ) -> Result<bool, Status> {
        let f = self.subproblem.obj_scale * state.f.expect("the objective is evaluated");
        let nu = self.subproblem.nu;
        let phi = f + nu * promise.before;
        let noise = 10.0 * f64::EPSILON * (f.abs() + nu * promise.before).max(1.0);
        self.take_step();
        let length = norm_inf(&self.d);
        if promise.predicted <= 10.0 * noise || length <= f64::EPSILON * norm_inf(state.x()) {
            return self.finish(model, state, promise, phi + 10.0 * noise);
        }
        let mut phi_trial = self.evaluate_trial(model, state);
        let gain = |phi_trial: f64| (phi - phi_trial + noise) / (promise.predicted + noise);
        let mut rho = gain(phi_trial);
        if phi_trial.is_finite() && rho <= 0.1 && self.sizes.1 > 0 {
            // keep the multipliers of the first program, whose gradient is the right one
            self.first_d.copy_from_slice(&self.d);
            let first = rho;
            self.subproblem
                .correct(model, &self.trial_c, promise.before);
            self.d.copy_from_slice(self.subproblem.active_set.point());
            phi_trial = self.evaluate_trial(model, state);
            let corrected = gain(phi_trial);
            if corrected > rho {
                rho = corrected;
            } else if rho > 1e-4 {
                self.d.copy_from_slice(&self.first_d);
                self.evaluate_trial(model, state);
            }
            tracing::trace!(first, rho, "corrected");
        }
        tracing::debug!(
            phi,
            rho,
            delta = self.delta,
            length,
            predicted = promise.predicted,
            before = promise.before,
            after = promise.after,
            nu,
            "step"
        );
        let accepted = rho > 1e-4 && self.accept(model, state);
        if accepted {
            self.idle = 0;
            if rho > 0.75 && length >= 0.9 * self.delta {
                self.delta *= if rho > 0.9 { 3.0 } else { 2.0 };
            } else if rho < 0.25 {
                self.delta = 0.5 * length;
            }
            if self.is_unbounded(model, state) {
                return Err(Status::UnboundedObjective);
            }
        } else {
            self.subproblem.lower_penalty();
            self.delta = if rho.is_finite() { 0.3 } else { 0.1 } * length;
            if self.delta <= f64::EPSILON * norm_inf(state.x()).max(1e-3) {
                return Err(Status::Stalled);
            }
        }
        Ok(accepted)
    }

    /// A step whose promise is rounding error: φ cannot judge it any more, and the multipliers may tell
    /// that this is a solution.
    fn finish(
        &mut self,
        model: &dyn TwiceSmooth,
        state: &mut NlpState,
        promise: &Promise,
        highest: f64,
    ) -> Result<bool, Status> {
        self.idle += 1;
        let moves = self.evaluate_trial(model, state) <= highest && self.accept(model, state);
        if !moves {
            state.y.set(&self.y);
            set_bound_multipliers(model, state, &mut self.work);
        }
        if self.idle > 3 && !promise.is_stuck {
            return Err(Status::Stalled);
        }
        Ok(true)
    }

    /// d and y of the quadratic program, y in the terms of the model.
    fn take_step(&mut self) {
        let sub = &self.subproblem;
        self.d.copy_from_slice(sub.active_set.point());
        for (i, y) in self.y.iter_mut().enumerate() {
            *y = sub.active_set.multipliers()[i] * sub.row_scales[i] / sub.obj_scale;
        }
    }

    /// φ(x + d); NaN when a value is not finite.
    fn evaluate_trial(&mut self, model: &dyn TwiceSmooth, state: &NlpState) -> f64 {
        let meta = model.meta();
        for (j, trial) in self.trial.iter_mut().enumerate() {
            let to = state.x()[j] + self.d[j];
            *trial = to.max(meta.lvar()[j]).min(meta.uvar()[j]);
        }
        let f = model.obj(&self.trial);
        model.cons(&self.trial, &mut self.trial_c);
        let violation = self.subproblem.violation(model, &self.trial_c);
        let phi = self.subproblem.obj_scale * f + self.subproblem.nu * violation;
        if phi.is_finite() { phi } else { f64::NAN }
    }

    /// Moves to the trial point; false when derivatives are not finite there.
    fn accept(&mut self, model: &dyn TwiceSmooth, state: &mut NlpState) -> bool {
        model.grad(&self.trial, &mut self.work);
        if !all_finite(&self.work) {
            return false;
        }
        state.set_x(&self.trial);
        state.f = Some(model.obj(&self.trial));
        state.g.set(&self.work);
        state.c.set(&self.trial_c);
        let nnz = model.jac_structure().nnz();
        state
            .jac
            .fill(nnz, |vals| model.jac_coord(&self.trial, vals));
        state.y.set(&self.y);
        set_bound_multipliers(model, state, &mut self.work);
        true
    }

    fn is_unbounded(&self, model: &dyn TwiceSmooth, state: &NlpState) -> bool {
        let f = state.f.unwrap_or(f64::NAN);
        let violation = self
            .subproblem
            .violation(model, state.c.get().unwrap_or(&[]));
        f <= -self.options.unbounded * self.first.abs().max(1.0)
            && violation <= self.options.tolerance * norm_inf(state.x()).max(1.0)
    }
}
