//! The globalized semismooth Newton method, once, for any system.

use linalg::factorization::lu;
use linalg::slice::{dot, norm_inf, norm2};
use linalg::{Factorization, Pattern};
use stopping::{Solver, State, Status, Stopping};
use trust_region::LevenbergMarquardt;

use crate::watchdog::Watch;
use crate::{Options, SemismoothSystem};

/// The iterate ζ and what is known there.
#[derive(Clone, Debug, PartialEq)]
pub struct NewtonState {
    /// ζ (N).
    pub zeta: Vec<f64>,
    /// Φ(ζ) (N).
    pub phi: Vec<f64>,
    /// ‖Φ(ζ)‖₂; NaN before the start.
    pub norm: f64,
    /// The last step: its length α and its direction.
    pub step: Option<(f64, Direction)>,
    /// ‖Φ‖₂ at the start and after each iteration.
    pub norms: Vec<f64>,
}

impl NewtonState {
    /// A state at ζ, where nothing is known yet, with room for the norms of `iterations` steps.
    pub fn new(zeta: Vec<f64>, iterations: usize) -> Self {
        let phi = vec![0.0; zeta.len()];
        let norms = Vec::with_capacity(iterations + 1);
        NewtonState {
            zeta,
            phi,
            norm: f64::NAN,
            step: None,
            norms,
        }
    }

    /// True when the last step was a Newton step of length at least 1.
    pub fn is_full_step(&self) -> bool {
        matches!(self.step, Some((alpha, Direction::Newton)) if alpha >= 1.0)
    }
}

impl State for NewtonState {
    fn point(&self) -> &[f64] {
        &self.zeta
    }
}

/// Kinds of search directions, in the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Direction {
    /// W d = −Φ.
    Newton,
    /// (WᵀW + μI) d = −WᵀΦ for this μ.
    Regularized(f64),
    /// d = −∇Ψ = −WᵀΦ.
    Gradient,
}

/// The semismooth Newton method with a line search on Ψ = ½‖Φ‖².
///
/// # Problem
/// Φ(ζ) = 0 for a [`SemismoothSystem`].
///
/// # Algorithm
/// 1. Stop when the stopping says so: by default ‖Φ(ζ)‖ ≤ ε.
/// 2. Find d with W d = −Φ(ζ), W an element of the B-subdifferential. When W is singular, or not
///    ∇Ψᵀd ≤ −β‖d‖ᵗ, take the next direction: regularized ones, then −∇Ψ = −WᵀΦ.
/// 3. Shrink the step α until Ψ(ζ + αd) ≤ Ψ_ref + σ α ∇Ψᵀd; go on with the next direction when α is
///    too small. Set ζ ← ζ + αd and go to 1.
///
/// # Convergence and failure
/// Accumulation points are stationary for Ψ, since Ψ is continuously differentiable for the NCP
/// functions of Fischer–Burmeister type; near a solution where the whole generalized Jacobian is
/// nonsingular, steps are full and convergence is quadratic. A trial point where Φ is not finite
/// rejects the step. When no direction gives a step, the run ends at the last good iterate with
/// `SubproblemFailure`, or `DomainError` when the Jacobian or all trial points are not finite.
///
/// # References
/// (DeLucaFacchineiKanzow1996, Algorithm 3.1), (DuttaLafhimZemkohoZhou2024, Algorithm 4.1).
#[derive(Debug)]
pub struct Newton {
    options: Options,
    structure: Pattern,
    w: Vec<f64>,
    newton: Box<dyn Factorization>,
    regularized: Option<LevenbergMarquardt>,
    grad: Vec<f64>,
    d: Vec<f64>,
    product: Vec<f64>,
    trial: Vec<f64>,
    phi_trial: Vec<f64>,
    /// The last values of Ψ, in a ring.
    references: Vec<f64>,
    next_reference: usize,
    watch: Watch,
    /// The best point of the run: where it ends when it fails.
    best: Best,
}

#[derive(Clone, Debug)]
struct Best {
    norm: f64,
    zeta: Vec<f64>,
    phi: Vec<f64>,
}

impl Newton {
    /// Work space for systems of this structure.
    pub fn new(options: Options, structure: &Pattern) -> Self {
        let n = structure.nrows();
        let regularized =
            (!options.regularization.is_empty()).then(|| LevenbergMarquardt::new(structure));
        Newton {
            structure: structure.clone(),
            w: vec![0.0; structure.nnz()],
            newton: lu(structure),
            regularized,
            grad: vec![0.0; n],
            d: vec![0.0; n],
            product: vec![0.0; n],
            trial: vec![0.0; n],
            phi_trial: vec![0.0; n],
            references: Vec::with_capacity(options.memory),
            next_reference: 0,
            watch: Watch::new(),
            best: Best {
                norm: f64::INFINITY,
                zeta: vec![0.0; n],
                phi: vec![0.0; n],
            },
            options,
        }
    }
}

impl<'p> Solver<dyn SemismoothSystem + 'p, NewtonState> for Newton {
    fn solve(
        &mut self,
        system: &(dyn SemismoothSystem + 'p),
        stopping: &mut Stopping<dyn SemismoothSystem + 'p, NewtonState>,
    ) -> Status {
        self.begin(system, &mut stopping.state);
        // Step 1
        if let Some(status) = stopping.start(system) {
            return status;
        }
        loop {
            // Steps 2 and 3
            let status = match self.step(system, &mut stopping.state) {
                Ok(()) => stopping.stop(system), // Step 1
                Err(failure) => Some(stopping.fail(failure)),
            };
            if let Some(status) = status {
                self.return_to_best(&mut stopping.state);
                return status;
            }
        }
    }
}

impl Newton {
    /// Step 0.
    fn begin(&mut self, system: &dyn SemismoothSystem, state: &mut NewtonState) {
        system.residual(&state.zeta, &mut state.phi);
        state.norm = norm2(&state.phi);
        state.norms.clear();
        state.norms.push(state.norm);
        self.references.clear();
        self.watch = Watch::new();
        self.best.norm = f64::INFINITY;
    }

    /// Steps 2 and 3: moves the state along the first direction that gives a step.
    fn step(
        &mut self,
        system: &dyn SemismoothSystem,
        state: &mut NewtonState,
    ) -> Result<(), Status> {
        system.jacobian(&state.zeta, &mut self.w);
        self.structure
            .mul_transpose(&self.w, &state.phi, &mut self.grad);
        if !linalg::slice::all_finite(&self.w) || !linalg::slice::all_finite(&self.grad) {
            return Err(Status::DomainError);
        }
        self.keep_best(state);
        let free_length = self.free_length(state);
        self.remember(0.5 * state.norm.powi(2));
        let mut trials = Trials::default();
        for index in 0..self.options.regularization.len() + 2 {
            let Some(direction) = self.direction(index, state) else {
                continue;
            };
            let slope = dot(&self.grad, &self.d);
            let step = if norm2(&self.d) <= free_length {
                self.whole_step(system, &state.zeta, &mut trials)
            } else if direction == Direction::Gradient || self.is_descent(slope) {
                self.line_search(system, &state.zeta, slope, &mut trials)
            } else {
                None
            };
            if let Some(alpha) = step {
                std::mem::swap(&mut state.zeta, &mut self.trial);
                std::mem::swap(&mut state.phi, &mut self.phi_trial);
                state.norm = norm2(&state.phi);
                state.norms.push(state.norm);
                state.step = Some((alpha, direction));
                tracing::trace!(norm = state.norm, alpha, ?direction, "step");
                return Ok(());
            }
        }
        Err(if trials.none_finite() {
            Status::DomainError
        } else {
            Status::SubproblemFailure
        })
    }

    /// Computes the direction with this number; `None` when its system cannot be solved.
    fn direction(&mut self, index: usize, state: &NewtonState) -> Option<Direction> {
        if index == 0 {
            self.newton.factor(&self.w).ok()?;
            negate(&state.phi, &mut self.d);
            self.newton.solve(&mut self.d);
            return self.is_accurate(state).then_some(Direction::Newton);
        }
        if let Some(&relative) = self.options.regularization.get(index - 1) {
            let size = norm_inf(&self.w).max(1.0);
            let mu = relative * state.norm.min(1.0) * size * size;
            let lm = self.regularized.as_mut()?;
            lm.factor(&self.w, mu).ok()?;
            lm.solve(&state.phi, &mut self.d);
            return linalg::slice::all_finite(&self.d).then_some(Direction::Regularized(mu));
        }
        negate(&self.grad, &mut self.d);
        Some(Direction::Gradient)
    }

    /// ‖W d + Φ‖ ≤ 1e-6 (1 + ‖Φ‖); false for NaN.
    fn is_accurate(&mut self, state: &NewtonState) -> bool {
        self.structure.mul(&self.w, &self.d, &mut self.product);
        for (product, phi) in self.product.iter_mut().zip(&state.phi) {
            *product += phi;
        }
        norm2(&self.product) <= 1e-6 * (1.0 + state.norm)
    }

    /// ∇Ψᵀd ≤ −β‖d‖ᵗ.
    fn is_descent(&self, slope: f64) -> bool {
        slope <= -self.options.descent * norm2(&self.d).powf(self.options.descent_exponent)
    }

    /// The first step in α₀, ρα₀, ρ²α₀, … with a sufficient decrease; leaves the point in `trial`.
    fn line_search(
        &mut self,
        system: &dyn SemismoothSystem,
        zeta: &[f64],
        slope: f64,
        trials: &mut Trials,
    ) -> Option<f64> {
        let reference = self.references.iter().fold(0.0, |a: f64, &b| a.max(b));
        let mut alpha = self.options.first_step;
        while alpha >= self.options.smallest_step {
            let psi = self.merit_at(system, zeta, alpha, trials);
            // NaN is no decrease
            if psi <= reference + self.options.decrease * alpha * slope {
                return Some(alpha);
            }
            alpha *= self.options.contraction;
        }
        None
    }

    /// A step of length 1 to any point where Φ is finite.
    fn whole_step(
        &mut self,
        system: &dyn SemismoothSystem,
        zeta: &[f64],
        trials: &mut Trials,
    ) -> Option<f64> {
        self.merit_at(system, zeta, 1.0, trials)
            .is_finite()
            .then_some(1.0)
    }

    /// Ψ(ζ + αd); leaves the point in `trial`, Φ in `phi_trial`.
    fn merit_at(
        &mut self,
        system: &dyn SemismoothSystem,
        zeta: &[f64],
        alpha: f64,
        trials: &mut Trials,
    ) -> f64 {
        for ((trial, zeta), d) in self.trial.iter_mut().zip(zeta).zip(&self.d) {
            *trial = zeta + alpha * d;
        }
        system.residual(&self.trial, &mut self.phi_trial);
        let psi = 0.5 * norm2(&self.phi_trial).powi(2);
        trials.note(psi);
        psi
    }

    /// Directions up to this length are taken whole; negative when the search is on.
    fn free_length(&mut self, state: &NewtonState) -> f64 {
        match &self.options.watchdog {
            Some(rule) if self.watch.is_free(rule, state.norm) => {
                self.references.clear();
                rule.longest * (1.0 + norm2(&state.zeta))
            }
            _ => -1.0,
        }
    }

    fn keep_best(&mut self, state: &NewtonState) {
        if state.norm < self.best.norm {
            self.best.norm = state.norm;
            self.best.zeta.copy_from_slice(&state.zeta);
            self.best.phi.copy_from_slice(&state.phi);
        }
    }

    /// Ends at the best point of the run, which need not be the last one.
    fn return_to_best(&mut self, state: &mut NewtonState) {
        // false for NaN
        if !(state.norm <= self.best.norm) && self.best.norm.is_finite() {
            state.norm = self.best.norm;
            std::mem::swap(&mut state.zeta, &mut self.best.zeta);
            std::mem::swap(&mut state.phi, &mut self.best.phi);
        }
    }

    fn remember(&mut self, psi: f64) {
        if self.references.len() < self.options.memory {
            self.references.push(psi);
            self.next_reference = 0;
        } else {
            self.references[self.next_reference] = psi;
            self.next_reference = (self.next_reference + 1) % self.options.memory;
        }
    }
}

/// Whether some trial point had a finite residual.
#[derive(Default)]
struct Trials {
    tried: bool,
    finite: bool,
}

impl Trials {
    fn note(&mut self, psi: f64) {
        self.tried = true;
        self.finite |= psi.is_finite();
    }
    fn none_finite(&self) -> bool {
        self.tried && !self.finite
    }
}

fn negate(from: &[f64], to: &mut [f64]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = -from;
    }
}
