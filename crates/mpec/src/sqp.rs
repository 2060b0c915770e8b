//! Sequential quadratic programming for small dense programs.

mod point;
mod quadratic_model;
mod restoration;
mod sides;

use linalg::slice::{axpy, dot, norm_inf};
use nlp_model::TwiceSmooth;

use crate::quadratic::{DualMethod, Problem, Verdict};
pub(crate) use point::Point;
use quadratic_model::QuadraticModel;
use restoration::Restoration;
pub(crate) use sides::Sides;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The KKT conditions hold to the tolerance.
    Optimal,
    /// The violation is positive and stationary.
    Infeasible,
    /// The objective passed −10¹⁵ at a feasible point.
    Unbounded,
    /// The iterates passed 10¹⁰ at a feasible point.
    Diverging,
    /// A function is not finite at the start.
    Domain,
    /// No progress, or no iterations left; the point may be feasible.
    Stalled,
}

/// Parameters of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limits {
    /// Largest dual residual, relative to max(1, ‖∇f‖∞), and largest violation of a row or bound.
    pub tolerance: f64,
    /// Iterations.
    pub iterations: usize,
}

/// Min f(x) over the variables' bounds and row bounds that change from call to call.
///
/// # Algorithm
/// 1. Solve min ∇fᵀd + ½dᵀHd over the linearised constraints; λ are its multipliers. H is ∇²L, made positive definite first by a
///    multiple of AᵀA for the constraints that were active last, which changes nothing where they stay
///    active, then by a multiple of I (NocedalWright2006, Section 18.2).
/// 2. End when ‖∇f − Σ λᵢ∇sᵢ‖∞ and the violation are small.
/// 3. If the linearised constraints contradict each other, or no step lessens the merit, make a step that lessens ½‖violation‖²
///    (Gauss–Newton, satisfied constraints kept); end when there is none.
/// 4. Search along d for a decrease of f + Σ νᵢ |violationᵢ| (Han1977) with the weights of Powell1978; when the
///    whole step fails, try the second-order correction once.
///
/// # Convergence and failure
/// Local convergence is quadratic where second-order sufficiency holds and the active gradients are
/// independent; degenerate rows are allowed. A point of a nonconvex program is a KKT point, in general
/// a local minimizer.
pub(crate) struct Sqp<'m> {
    model: &'m dyn TwiceSmooth,
    n: usize,
    sides: Sides,
    now: Point,
    trial: Point,
    quadratic: QuadraticModel,
    method: DualMethod,
    restoration: Restoration,
    /// Right-hand sides of the linearised constraints.
    b: Vec<f64>,
    /// Multipliers of the sides, ≥ 0 for inequalities: ∇f = Σ λᵢ ∇sᵢ.
    lambda: Vec<f64>,
    weights: Vec<f64>,
    step: Vec<f64>,
    residual: Vec<f64>,
    /// Steps to a larger violation are refused.
    most_violation: f64,
    /// Lower bound of the weights; it grows with each restoration.
    least_weight: f64,
    /// Iterations of all runs.
    pub iterations: usize,
}

impl std::fmt::Debug for Sqp<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqp")
            .field("x", &self.now.x)
            .finish_non_exhaustive()
    }
}

const UNBOUNDED_OBJECTIVE: f64 = -1e15;
const UNBOUNDED_POINT: f64 = 1e10;
const ARMIJO: f64 = 1e-4;
/// Largest violation relative to max(1, that of the start).
const MOST_VIOLATION: f64 = 100.0;
/// Steps towards feasibility at the end of a run that is out of iterations.
const LAST_STEPS: usize = 10;
const SHORTEST_STEP: f64 = 1e-9;

impl<'m> Sqp<'m> {
    pub fn new(model: &'m dyn TwiceSmooth) -> Self {
        let n = model.meta().nvar();
        Sqp {
            n,
            sides: Sides::default(),
            now: Point::new(model),
            trial: Point::new(model),
            quadratic: QuadraticModel::new(model),
            method: DualMethod::new(n),
            restoration: Restoration::new(n),
            b: Vec::new(),
            lambda: Vec::new(),
            weights: Vec::new(),
            step: vec![0.0; n],
            residual: vec![0.0; n],
            most_violation: f64::INFINITY,
            least_weight: 0.0,
            iterations: 0,
            model,
        }
    }

    /// Runs from x⁰ with rows in [lcon, ucon].
    pub fn solve(&mut self, x0: &[f64], lcon: &[f64], ucon: &[f64], limits: Limits) -> Ended {
        self.sides.plan(self.model.meta(), lcon, ucon);
        self.start(x0);
        if !self.now.evaluate(self.model, &self.sides) {
            return Ended::Domain;
        }
        self.most_violation = MOST_VIOLATION * self.now.violation.max(1.0);
        self.least_weight = 0.0;
        for _ in 0..limits.iterations {
            self.iterations += 1;
            self.now.linearise(self.model, &self.sides);
            match self.direction(limits.tolerance) {
                Verdict::Solved => {}
                Verdict::Infeasible if self.restore() => continue,
                Verdict::Infeasible => return Ended::Infeasible,
                Verdict::Failed => return Ended::Stalled,
            }
            let dual = self.dual_residual();
            let violation = self.now.violation;
            let is_solved = dual <= limits.tolerance * norm_inf(&self.now.g).max(1.0)
                && violation <= limits.tolerance;
            let moved = self.search();
            tracing::trace!(f = self.now.f, violation, dual, moved, "sqp");
            if is_solved {
                return Ended::Optimal;
            }
            if !moved && violation <= limits.tolerance {
                return Ended::Stalled;
            }
            if !moved && !self.restore() {
                return Ended::Infeasible;
            }
            if let Some(ended) = self.passed(limits.tolerance) {
                return ended;
            }
        }
        self.end_feasible(limits.tolerance);
        Ended::Stalled
    }

    /// Out of iterations: moves to a feasible point nearby, when there is one.
    fn end_feasible(&mut self, tolerance: f64) {
        for _ in 0..LAST_STEPS {
            if self.now.violation <= tolerance {
                return;
            }
            self.now.linearise(self.model, &self.sides);
            if !self.restore() {
                return;
            }
        }
    }

    fn start(&mut self, x0: &[f64]) {
        let meta = self.model.meta();
        for (j, x) in self.now.x.iter_mut().enumerate() {
            *x = x0[j].max(meta.lvar()[j]).min(meta.uvar()[j]);
        }
        self.lambda.clear();
        self.lambda.resize(self.sides.len(), 0.0);
        self.weights.clear();
        self.weights.resize(self.sides.len(), 0.0);
        self.b.resize(self.sides.len(), 0.0);
        self.quadratic.start();
    }

    /// The point.
    pub fn x(&self) -> &[f64] {
        &self.now.x
    }
    /// f(x).
    pub fn objective(&self) -> f64 {
        self.now.f
    }
    /// c(x).
    pub fn rows(&self) -> &[f64] {
        &self.now.c
    }
    /// Largest violation of a row or bound.
    pub fn violation(&self) -> f64 {
        self.now.violation
    }
    /// Whether some Hessian of the Lagrangian, in any run, was not positive semidefinite.
    pub fn is_curved(&self) -> bool {
        self.quadratic.is_curved
    }
    /// Step 1: d and λ.
    fn direction(&mut self, tolerance: f64) -> Verdict {
        let now = &self.now;
        for (b, s) in self.b.iter_mut().zip(&now.s) {
            *b = -s;
        }
        let factored =
            self.quadratic
                .factor(self.model, now, &self.sides, &self.lambda, &mut self.method);
        if !factored {
            return Verdict::Failed;
        }
        let mut verdict = self.solve_quadratic();
        if verdict == Verdict::Infeasible && self.now.violation <= tolerance {
            // Rounding: zero steps are feasible when what is violated by rounding may stay so.
            for i in 0..self.b.len() {
                let b = &mut self.b[i];
                *b = if i < self.sides.equalities {
                    0.0
                } else {
                    b.min(0.0)
                };
            }
            verdict = self.solve_quadratic();
        }
        if verdict == Verdict::Solved {
            self.step.copy_from_slice(&self.method.d);
            self.lambda.copy_from_slice(&self.method.lambda);
        }
        verdict
    }

    fn solve_quadratic(&mut self) -> Verdict {
        let g = self.quadratic.gradient(&self.now, &self.b);
        self.method.solve(&Problem {
            g,
            rows: &self.now.a,
            b: &self.b,
            equalities: self.sides.equalities,
        })
    }

    /// ‖∇f − Σ λᵢ ∇sᵢ‖∞ with the multipliers of the last quadratic program.
    fn dual_residual(&mut self) -> f64 {
        self.residual.copy_from_slice(&self.now.g);
        for (lambda, a) in self.lambda.iter().zip(self.now.a.chunks_exact(self.n)) {
            if *lambda != 0.0 {
                axpy(-lambda, a, &mut self.residual);
            }
        }
        norm_inf(&self.residual)
    }

    /// Step 4: moves to a point with a smaller merit; false when there is none along the step.
    fn search(&mut self) -> bool {
        for (weight, lambda) in self.weights.iter_mut().zip(&self.lambda) {
            let size = lambda.abs().max(self.least_weight);
            *weight = (1.1 * size).max(0.5 * (*weight + size));
        }
        let now = self.now.merit(&self.weights, self.sides.equalities);
        let slope = dot(&self.now.g, &self.step) - (now - self.now.f);
        let size = norm_inf(&self.step);
        if size == 0.0 {
            return false;
        }
        let noise = 10.0 * f64::EPSILON * (self.now.f.abs() + now.abs());
        let mut alpha = (1e6 * (1.0 + norm_inf(&self.now.x)) / size).min(1.0);
        let mut may_correct = alpha == 1.0;
        while alpha > SHORTEST_STEP {
            let is_finite = self.try_step(alpha);
            let merit = self.trial.merit(&self.weights, self.sides.equalities);
            let is_near = self.trial.violation <= self.most_violation;
            if is_finite && is_near && merit <= now + ARMIJO * alpha * slope.min(0.0) + noise {
                return self.accept();
            }
            if is_finite && may_correct && self.correct_step() {
                let merit = self.trial.merit(&self.weights, self.sides.equalities);
                if merit <= now + ARMIJO * slope.min(0.0) + noise {
                    return self.accept();
                }
            }
            may_correct = false;
            alpha *= if is_finite { 0.5 } else { 0.1 };
        }
        false
    }

    fn accept(&mut self) -> bool {
        std::mem::swap(&mut self.now, &mut self.trial);
        self.quadratic.relax();
        true
    }

    /// trial = x + α d inside the bounds; false when a function is not finite there.
    fn try_step(&mut self, alpha: f64) -> bool {
        self.trial.x.copy_from_slice(&self.now.x);
        axpy(alpha, &self.step, &mut self.trial.x);
        self.trial.clamp(self.model.meta());
        self.trial.evaluate(self.model, &self.sides)
    }

    /// The second-order correction: constraints with their values at the trial point
    /// (NocedalWright2006, Section 18.3); false when it does not exist.
    fn correct_step(&mut self) -> bool {
        if self.trial.violation <= self.now.violation {
            return false;
        }
        for i in 0..self.b.len() {
            let row = &self.now.a[i * self.n..(i + 1) * self.n];
            self.b[i] = dot(row, &self.step) - self.trial.s[i];
        }
        if self.solve_quadratic() != Verdict::Solved {
            return false;
        }
        self.trial.x.copy_from_slice(&self.now.x);
        axpy(1.0, &self.method.d, &mut self.trial.x);
        self.trial.clamp(self.model.meta());
        self.trial.evaluate(self.model, &self.sides)
    }

    fn passed(&self, tolerance: f64) -> Option<Ended> {
        let size = norm_inf(&self.now.x);
        if self.now.violation > tolerance.max(1e-12 * size) {
            return None;
        }
        match (self.now.f < UNBOUNDED_OBJECTIVE, size > UNBOUNDED_POINT) {
            (true, _) => Some(Ended::Unbounded),
            (false, true) => Some(Ended::Diverging),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
