//! The globalized semismooth Newton method, once, for any system.

use linalg::Pattern;
use linalg::slice::norm2;
use stopping::{Solver, State, Status, Stopping};

use crate::direction::{Direction, Directions};
use crate::line_search::LineSearch;
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
        let norms = Vec::with_capacity(iterations + 2);
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
        matches!(self.step, Some((alpha, Direction::Newton { .. })) if alpha >= 1.0)
    }
}

impl State for NewtonState {
    fn point(&self) -> &[f64] {
        &self.zeta
    }
}

/// The semismooth Newton method with a line search on Ψ = ½‖Φ‖².
///
/// # Problem
/// Φ(ζ) = 0 for a [`SemismoothSystem`].
///
/// # Algorithm
/// 1. Stop when the stopping says so: by default ‖Φ(ζ)‖ ≤ ε.
/// 2. Find d with W d = −Φ(ζ), W an element of the B-subdifferential, shifted if the options say so. When W is singular, or not
///    ∇Ψᵀd ≤ −β‖d‖ᵗ, take the next direction: regularized ones, then −∇Ψ = −WᵀΦ.
/// 3. Shrink the step α until Ψ(ζ + αd) ≤ Ψ_ref + σ α ∇Ψᵀd; go on with the next direction when α is
///    too small. Set ζ ← ζ + αd and go to 1.
///
/// With a [`Watchdog`](crate::Watchdog), some steps are taken whole instead of step 3.
///
/// # Convergence and failure
/// Accumulation points are stationary for Ψ, since Ψ is continuously differentiable for the NCP
/// functions of Fischer–Burmeister type; near a solution where the whole generalized Jacobian is
/// nonsingular, steps are full and convergence is quadratic. A trial point where Φ is not finite
/// rejects the step. When no direction gives a step, the run ends with `SubproblemFailure`, or with
/// `DomainError` when the Jacobian or all trial points are not finite. A run that fails ends at the
/// iterate with the smallest ‖Φ‖.
///
/// # References
/// (DeLucaFacchineiKanzow1996, Algorithm 3.1), (DuttaLafhimZemkohoZhou2024, Algorithm 4.1).
#[derive(Debug)]
pub struct Newton {
    options: Options,
    directions: Directions,
    search: LineSearch,
    watch: Watch,
    best: Best,
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
                self.best.restore(&mut stopping.state);
                return status;
            }
        }
    }
}

impl Newton {
    /// Work space for systems of this structure.
    pub fn new(options: Options, structure: &Pattern) -> Self {
        let n = structure.nrows();
        Newton {
            directions: Directions::new(&options, structure),
            search: LineSearch::new(&options, n),
            watch: Watch::new(),
            best: Best {
                norm: f64::INFINITY,
                zeta: vec![0.0; n],
                phi: vec![0.0; n],
            },
            options,
        }
    }

    fn begin(&mut self, system: &dyn SemismoothSystem, state: &mut NewtonState) {
        system.residual(&state.zeta, &mut state.phi);
        state.norm = norm2(&state.phi);
        state.step = None;
        state.norms.clear();
        state.norms.push(state.norm);
        self.search.forget();
        self.watch = Watch::new();
        self.best.norm = f64::INFINITY;
        self.best.keep(state);
    }

    /// Steps 2 and 3: moves the state along the first direction that gives a step.
    fn step(
        &mut self,
        system: &dyn SemismoothSystem,
        state: &mut NewtonState,
    ) -> Result<(), Status> {
        let Newton {
            options,
            directions,
            search,
            ..
        } = self;
        if !directions.linearise(system, state) {
            return Err(Status::DomainError);
        }
        let longest_free = match &options.watchdog {
            Some(rule) if self.watch.is_free(rule, state.norm) => {
                search.forget();
                rule.longest * (1.0 + norm2(&state.zeta))
            }
            _ => 0.0,
        };
        search.begin(options, state);
        for kind in directions.kinds(options, state) {
            if !directions.compute(kind, system, state) {
                continue;
            }
            let (slope, length) = (directions.slope(), norm2(&directions.d));
            let alpha = if length < longest_free {
                search.whole(system, state, &directions.d)
            } else if kind == Direction::Gradient || options.is_descent(slope, length) {
                search.search(options, system, state, &directions.d, slope)
            } else {
                None
            };
            if let Some(alpha) = alpha {
                search.accept(state);
                state.step = Some((alpha, kind));
                self.best.keep(state);
                tracing::trace!(norm = state.norm, alpha, ?kind, "step");
                return Ok(());
            }
        }
        Err(if search.found_finite() {
            Status::SubproblemFailure
        } else {
            Status::DomainError
        })
    }
}

/// The iterate with the smallest ‖Φ‖.
#[derive(Clone, Debug)]
struct Best {
    norm: f64,
    zeta: Vec<f64>,
    phi: Vec<f64>,
}

impl Best {
    fn keep(&mut self, state: &NewtonState) {
        if state.norm < self.norm {
            self.norm = state.norm;
            self.zeta.copy_from_slice(&state.zeta);
            self.phi.copy_from_slice(&state.phi);
        }
    }

    fn restore(&mut self, state: &mut NewtonState) {
        if self.norm < state.norm || state.norm.is_nan() && self.norm.is_finite() {
            state.norm = self.norm;
            state.zeta.copy_from_slice(&self.zeta);
            state.phi.copy_from_slice(&self.phi);
        }
    }
}
