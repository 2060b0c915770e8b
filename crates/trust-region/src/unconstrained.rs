//! The trust-region loop for unconstrained problems, once, for any quadratic model.

use linalg::slice::{add, all_finite, dot, norm2, sub};
use nlp_model::Smooth;
use stopping::{NlpState, Solver, Status, Stopping};

use crate::radius::{RadiusRule, ratio};
use crate::{Evaluations, Step, TrustRegionError};

/// A quadratic model of the objective, and the step it gives.
///
/// `M` is the problem: `dyn TwiceSmooth` for second derivatives, `dyn Smooth` for models that learn.
pub trait QuadraticModel<M: ?Sized> {
    /// A run begins: what was learnt is forgotten.
    fn begin(&mut self) {}

    /// The iterate is new, and f and ∇f are known there.
    ///
    /// # Errors
    /// The status with which the run ends.
    fn renew(&mut self, problem: &M, state: &mut NlpState) -> Result<(), Status>;

    /// A step into `s` (n) that decreases gᵀs + ½ sᵀH s in the region of radius Δ.
    ///
    /// # Errors
    /// When the model is not finite.
    fn step(
        &mut self,
        problem: &M,
        state: &NlpState,
        delta: f64,
        s: &mut [f64],
    ) -> Result<Step, TrustRegionError>;

    /// The gradient changes by `y` along `s`. Called where both are known, for rejected steps too.
    fn learn(&mut self, s: &[f64], y: &[f64]) {
        let _ = (s, y);
    }

    /// The length of x in the norm of the region, for the first radius.
    fn length(&self, x: &[f64]) -> f64 {
        norm2(x)
    }
}

/// A trust-region method.
///
/// # Problem
/// min f(x), without bounds or constraints.
///
/// # Algorithm
/// 1. Stop when the stopping says so: by default ‖∇f(x)‖ ≤ ε.
/// 2. Find s that decreases the model m(s) = gᵀs + ½ sᵀH s in ‖s‖ ≤ Δ.
/// 3. ρ = (f(x) − f(x + s)) / (m(0) − m(s)). Where rounding hides the numerator, it is
///    −½(∇f(x) + ∇f(x + s))ᵀs, the trapezoidal rule.
/// 4. If ρ ≥ η, set x ← x + s. Choose Δ by the [`RadiusRule`]. Go to 1.
///
/// # Convergence and failure
/// When steps give a fraction of the Cauchy decrease and H stays bounded, ∇f(x) → 0
/// (ConnGouldToint2000, Theorem 6.4.6); with exact steps and second derivatives, limit points are
/// second-order stationary (ibid., Theorem 6.6.5). A trial point where f or ∇f is not finite rejects
/// the step. When steps are too short to change x, the run ends as `Stalled`, or as `DomainError`
/// when the last trial point was outside of the domain.
///
/// # References
/// (ConnGouldToint2000, Algorithm 6.1.1, Sections 17.1 and 17.4).
#[derive(Debug)]
pub struct TrustRegion<Q> {
    /// The quadratic model.
    pub quadratic: Q,
    rule: RadiusRule,
    first_radius: Option<f64>,
    delta: f64,
    s: Vec<f64>,
    trial: Vec<f64>,
    trial_g: Vec<f64>,
    y: Vec<f64>,
    /// The last trial point was outside of the domain.
    is_outside: bool,
    evaluations: Evaluations,
}

impl<M: Smooth + ?Sized, Q: QuadraticModel<M>> Solver<M, NlpState> for TrustRegion<Q> {
    fn solve(&mut self, problem: &M, stopping: &mut Stopping<M, NlpState>) -> Status {
        let begun = self.begin(problem, &mut stopping.state);
        // Step 1
        if let Some(status) = stopping.start(problem) {
            return status;
        }
        if let Err(failure) = begun {
            return stopping.fail(failure);
        }
        loop {
            // Steps 2 to 4
            let status = match self.iterate(problem, &mut stopping.state) {
                Ok(()) => stopping.stop(problem), // Step 1
                Err(failure) => Some(stopping.fail(failure)),
            };
            if let Some(status) = status {
                return status;
            }
        }
    }
}

impl<Q> TrustRegion<Q> {
    /// Work space for n variables. The first radius is max(1, ‖x⁰‖) unless it is given.
    pub fn new(n: usize, quadratic: Q, rule: RadiusRule, first_radius: Option<f64>) -> Self {
        TrustRegion {
            quadratic,
            rule,
            first_radius,
            delta: f64::NAN,
            s: vec![0.0; n],
            trial: vec![0.0; n],
            trial_g: vec![0.0; n],
            y: vec![0.0; n],
            is_outside: false,
            evaluations: Evaluations::default(),
        }
    }

    /// What the last run cost.
    pub fn evaluations(&self) -> Evaluations {
        self.evaluations
    }

    fn begin<M: Smooth + ?Sized>(&mut self, problem: &M, state: &mut NlpState) -> Result<(), Status>
    where
        Q: QuadraticModel<M>,
    {
        self.is_outside = false;
        problem.grad(state.x(), &mut self.trial_g);
        state.f = Some(problem.obj(state.x()));
        self.evaluations = Evaluations {
            objective: 1,
            gradient: 1,
            hessian: 1,
            work: 0,
        };
        state.g.set(&self.trial_g);
        if !state.f.is_some_and(f64::is_finite) || !all_finite(&self.trial_g) {
            return Err(Status::DomainError);
        }
        self.quadratic.begin();
        self.quadratic.renew(problem, state)?;
        let radius = || self.quadratic.length(state.x()).max(1.0);
        self.delta = self.first_radius.unwrap_or_else(radius);
        Ok(())
    }

    /// Steps 2 to 4.
    fn iterate<M: Smooth + ?Sized>(
        &mut self,
        problem: &M,
        state: &mut NlpState,
    ) -> Result<(), Status>
    where
        Q: QuadraticModel<M>,
    {
        let step = self
            .quadratic
            .step(problem, state, self.delta, &mut self.s)
            .map_err(|_| Status::DomainError)?;
        self.evaluations.work += step.work;
        add(state.x(), &self.s, &mut self.trial);
        let f = state.f.ok_or(Status::DomainError)?;
        if self.trial == state.x() {
            // a step that does not change x
            return Err(if self.is_outside {
                Status::DomainError
            } else {
                Status::Stalled
            });
        }
        let trial_f = problem.obj(&self.trial);
        self.evaluations.objective += 1;

        let g = state.g.get().ok_or(Status::DomainError)?;
        let slope = dot(g, &self.s);
        let terms = g.iter().zip(state.x()).map(|(g, x)| (g * x).abs()).sum();
        let mut rho = ratio(f, trial_f, step.decrease, terms);
        if rho.is_none_or(|rho| rho >= self.rule.accept) {
            self.differentiate(problem, state);
            let rises = dot(&self.trial_g, &self.s);
            // a gradient that is not finite makes ρ NaN, which rejects
            let trapezoid = -0.5 * (slope + rises) / step.decrease;
            if rho.is_none() || !trapezoid.is_finite() {
                rho = Some(trapezoid);
            }
        }
        let rho = rho.unwrap_or(f64::NAN);
        self.is_outside = rho.is_nan();
        if rho >= self.rule.accept {
            self.delta = self.rule.accepted(self.delta, rho, step.length);
            state.set_x(&self.trial);
            state.f = Some(trial_f);
            state.g.set(&self.trial_g);
            self.quadratic.renew(problem, state)?;
            self.evaluations.hessian += 1;
        } else {
            self.delta = self.rule.rejected(step.length, slope, trial_f - f);
        }
        tracing::trace!(f, trial_f, rho, delta = self.delta, kind = ?step.kind, "step");
        Ok(())
    }

    /// ∇f at the trial point, told to the model when it is finite.
    fn differentiate<M: Smooth + ?Sized>(&mut self, problem: &M, state: &NlpState)
    where
        Q: QuadraticModel<M>,
    {
        problem.grad(&self.trial, &mut self.trial_g);
        self.evaluations.gradient += 1;
        if let (Some(g), true) = (state.g.get(), all_finite(&self.trial_g)) {
            sub(&self.trial_g, g, &mut self.y);
            self.quadratic.learn(&self.s, &self.y);
        }
    }
}
