//! One outer iteration.

use linalg::slice::{all_finite, norm_inf, norm2};
use nlp_model::{Model, Slack, TwiceSmooth};
use stopping::{NlpState, Solver, Status, Stopping};

use super::Options;
use super::merit::Merit;
use super::polish::Polish;
use crate::bound::{self, BoundNewton};
use crate::nonlinear_program::{evaluate, set_bound_multipliers};

/// Penalty above which no progress is expected any more.
const LARGEST_PENALTY: f64 = 1e14;

/// Penalty from which on the rows are examined for infeasibility.
const SUSPECT_PENALTY: f64 = 1e4;

/// A point is stationary for ½‖c‖² when ‖v − P(v − Jᵀc)‖∞ is at most this times ‖c‖∞.
const STATIONARY: f64 = 1e-6;

/// A polished point replaces the iterate when its residual is this much smaller.
const POLISHED: f64 = 1e-2;

/// What one run works with, in the variables v of the slack form.
pub(super) struct Run<'a> {
    options: Options,
    pub merit: Merit<'a>,
    bound: BoundNewton,
    polish: Polish,
    v: Vec<f64>,
    /// The multipliers that belong to v: y + μc, or the polished ones.
    y: Vec<f64>,
    /// Where the last inner run began.
    previous: Vec<f64>,
    c: Vec<f64>,
    work: Vec<f64>,
    /// The objective counts as unbounded below this.
    lowest: f64,
    omega: f64,
    eta: f64,
    /// Minimizations of ½‖c‖² alone.
    restorations: usize,
    pub inner_iterations: usize,
}

type Inner<'a> = Stopping<dyn TwiceSmooth + 'a, NlpState>;

impl<'a> Run<'a> {
    pub fn new(options: &Options, slack: &'a Slack<'a>, state: &NlpState, penalty: f64) -> Self {
        let (n, m) = (slack.meta().nvar(), slack.meta().ncon());
        let mut merit = Merit::new(slack);
        let y = state.y.get().unwrap_or(&[]);
        for i in 0..m {
            let beta = slack.row_scales()[i];
            if beta > 0.0 {
                merit.y[i] = y[i] * slack.obj_scale() / beta;
            }
        }
        let mut v = vec![0.0; n];
        slack.lift(state.x(), &mut v);
        let mut run = Run {
            bound: BoundNewton::new(&inner_options(options), &merit),
            polish: Polish::new(slack),
            lowest: -options.unbounded * state.f.unwrap_or(0.0).abs().max(1.0),
            omega: 1.0,
            eta: 1.0,
            options: *options,
            y: merit.y.clone(),
            merit,
            previous: v.clone(),
            work: vec![0.0; state.x().len()],
            v,
            c: vec![0.0; m],
            restorations: 0,
            inner_iterations: 0,
        };
        run.set_penalty(penalty);
        run
    }

    /// A stopping for the inner solver.
    pub fn inner_stopping(&self) -> Inner<'a> {
        inner_options(&self.options).stopping(&self.merit)
    }

    /// Steps 2 to 4.
    pub fn iterate(&mut self, inner: &mut Inner<'a>) -> Result<(), Status> {
        // Step 2
        self.previous.copy_from_slice(&self.v);
        let ended = self.minimize(inner, self.omega);
        let violation = self.violation();
        tracing::debug!(mu = self.merit.mu, omega = self.omega, violation, %ended, "inner run");
        if ended == Status::DomainError || !violation.is_finite() {
            return Err(Status::DomainError);
        }
        let f = self.merit.model.obj(&self.v) / self.merit.model.obj_scale();
        if f <= self.lowest && self.is_nearly_feasible(violation) {
            return Err(Status::UnboundedObjective);
        }
        if matches!(
            ended,
            Status::UnboundedObjective | Status::UnboundedIterates
        ) {
            return self.leave_unbounded(violation, ended);
        }
        // Step 3
        self.update_multipliers();
        if violation <= self.eta {
            self.merit.y.copy_from_slice(&self.y);
            let mu = self.merit.mu.max(10.0);
            self.eta = (self.eta / mu.powf(0.9)).max(0.1 * self.options.tolerance);
            self.omega = (self.omega / mu).max(self.least_omega());
        } else {
            self.raise_penalty()?;
            if self.merit.mu >= SUSPECT_PENALTY && violation > self.options.tolerance.sqrt() {
                self.restore(inner)?;
            }
        }
        // Step 4
        if self.options.polish {
            self.polish();
        }
        Ok(())
    }

    /// Step 2: minimizes φ from v to the tolerance ω.
    fn minimize(&mut self, inner: &mut Inner<'a>, omega: f64) -> Status {
        inner.tolerance_mut().update(omega, 0.0);
        inner.state.reinit(&self.v);
        let status = self.bound.solve(&self.merit, inner);
        self.inner_iterations += inner.iterations();
        self.v.copy_from_slice(inner.state.x());
        status
    }

    /// ‖c(v)‖∞; c into `self.c`.
    fn violation(&mut self) -> f64 {
        self.merit.model.cons(&self.v, &mut self.c);
        norm_inf(&self.c)
    }

    /// y + μc.
    fn update_multipliers(&mut self) {
        for ((y, old), c) in self.y.iter_mut().zip(&self.merit.y).zip(&self.c) {
            *y = old + self.merit.mu * c;
        }
    }

    fn least_omega(&self) -> f64 {
        0.1 * self.options.tolerance * self.merit.model.obj_scale().min(1.0)
    }

    fn set_penalty(&mut self, mu: f64) {
        self.merit.mu = mu;
        self.eta = mu.max(1.0).powf(-0.1).max(0.1 * self.options.tolerance);
        self.omega = (1.0 / mu.max(1.0)).max(self.least_omega());
    }

    fn raise_penalty(&mut self) -> Result<(), Status> {
        if self.merit.mu > LARGEST_PENALTY {
            return Err(Status::Stalled);
        }
        self.set_penalty(10.0 * self.merit.mu);
        Ok(())
    }

    /// Whether the rows hold up to √ε relative to the size of the point.
    fn is_nearly_feasible(&self, violation: f64) -> bool {
        violation <= self.options.tolerance.sqrt() * norm2(&self.v).max(1.0)
    }

    /// φ has no lower bound: neither has f, if the rows hold on the way; else a larger penalty may help.
    fn leave_unbounded(&mut self, violation: f64, ended: Status) -> Result<(), Status> {
        if self.is_nearly_feasible(violation) {
            return Err(ended);
        }
        self.v.copy_from_slice(&self.previous);
        self.violation();
        self.raise_penalty()
    }

    /// Minimizes ½‖c‖² alone and goes on from there, or reports that c = 0 has no solution nearby.
    fn restore(&mut self, inner: &mut Inner<'a>) -> Result<(), Status> {
        let mu = std::mem::replace(&mut self.merit.mu, 1.0);
        self.merit.sigma = 0.0;
        self.merit.y.fill(0.0);
        let tolerance = STATIONARY * norm_inf(&self.c).min(1.0) * 0.1;
        let ended = self.minimize(inner, tolerance);
        let violation = self.violation();
        let stationarity = inner.score().unwrap_or(f64::NAN);
        tracing::debug!(violation, stationarity, %ended, "rows alone");
        self.restorations += 1;
        self.merit.sigma = 1.0;
        self.y.fill(0.0);
        self.set_penalty(mu);
        if violation > self.options.tolerance.sqrt() && stationarity <= STATIONARY * violation {
            return Err(Status::Infeasible);
        }
        if self.restorations > 5 {
            return Err(Status::Stalled);
        }
        Ok(())
    }

    /// Step 4.
    fn polish(&mut self) {
        self.polish.v.copy_from_slice(&self.v);
        self.polish.y.copy_from_slice(&self.y);
        let target = 1e-3 * self.least_omega();
        let (before, after) = self.polish.run(self.merit.model, target);
        tracing::debug!(before, after, "polish");
        if after <= POLISHED * before || after <= self.options.tolerance {
            self.v.copy_from_slice(&self.polish.v);
            self.y.copy_from_slice(&self.polish.y);
            self.merit.y.copy_from_slice(&self.y);
        }
    }

    /// The point and its multipliers in the terms of the original model.
    pub fn publish(&mut self, model: &dyn TwiceSmooth, state: &mut NlpState) {
        let slack = self.merit.model;
        evaluate(model, state, &self.v[..model.meta().nvar()]);
        state.y.fill(self.y.len(), |y| {
            for (i, y) in y.iter_mut().enumerate() {
                *y = slack.row_scales()[i] * self.y[i] / slack.obj_scale();
            }
        });
        if all_finite(&self.y) {
            set_bound_multipliers(model, state, &mut self.work);
        }
    }
}

fn inner_options(options: &Options) -> bound::Options {
    bound::Options {
        max_iterations: options.max_inner_iterations,
        products: options.products,
        ..bound::Options::default()
    }
}
