//! The step along a direction.

use linalg::slice::norm2;

use crate::{NewtonState, Options, SemismoothSystem};

/// Trial points, and the values of Ψ = ½‖Φ‖² against which they are measured.
#[derive(Debug)]
pub(crate) struct LineSearch {
    trial: Vec<f64>,
    phi: Vec<f64>,
    /// The last values of Ψ at iterates, in a ring.
    references: Vec<f64>,
    oldest: usize,
    /// Whether a trial point of this iteration had a finite residual.
    found_finite: bool,
}

impl LineSearch {
    pub fn new(options: &Options, n: usize) -> Self {
        LineSearch {
            trial: vec![0.0; n],
            phi: vec![0.0; n],
            references: Vec::with_capacity(options.memory),
            oldest: 0,
            found_finite: false,
        }
    }

    /// Forgets the values of Ψ: the search begins anew from the next iterate.
    pub fn forget(&mut self) {
        self.references.clear();
        self.oldest = 0;
    }

    /// Begins an iteration from the state.
    pub fn begin(&mut self, options: &Options, state: &NewtonState) {
        let psi = 0.5 * state.norm.powi(2);
        if self.references.len() < options.memory {
            self.references.push(psi);
        } else {
            self.references[self.oldest] = psi;
            self.oldest = (self.oldest + 1) % options.memory;
        }
        self.found_finite = false;
    }

    /// The first α in α₀, ρα₀, ρ²α₀, … with Ψ(ζ + αd) ≤ Ψ_ref + σ α ∇Ψᵀd, where Ψ_ref is the largest
    /// of the values held; the last trial step where the options accept it anyway.
    pub fn search(
        &mut self,
        options: &Options,
        system: &dyn SemismoothSystem,
        state: &NewtonState,
        d: &[f64],
        slope: f64,
    ) -> Option<f64> {
        let reference = self.references.iter().fold(0.0, |a: f64, &b| a.max(b));
        let mut alpha = options.first_step;
        while alpha >= options.smallest_step {
            // false for NaN
            if self.merit(system, state, d, alpha) <= reference + options.decrease * alpha * slope {
                return Some(alpha);
            }
            alpha *= options.contraction;
        }
        (options.accept_last && self.found_finite).then_some(alpha / options.contraction)
    }

    /// α = 1 whatever Ψ is there, as long as it is finite.
    pub fn whole(
        &mut self,
        system: &dyn SemismoothSystem,
        state: &NewtonState,
        d: &[f64],
    ) -> Option<f64> {
        self.merit(system, state, d, 1.0).is_finite().then_some(1.0)
    }

    /// Moves the state to the last trial point.
    pub fn accept(&mut self, state: &mut NewtonState) {
        std::mem::swap(&mut state.zeta, &mut self.trial);
        std::mem::swap(&mut state.phi, &mut self.phi);
        state.norm = norm2(&state.phi);
        state.norms.push(state.norm);
    }

    /// Whether a trial point of this iteration had a finite residual.
    pub fn found_finite(&self) -> bool {
        self.found_finite
    }

    /// Ψ(ζ + αd); leaves the point in `trial`, Φ in `phi`.
    fn merit(
        &mut self,
        system: &dyn SemismoothSystem,
        state: &NewtonState,
        d: &[f64],
        alpha: f64,
    ) -> f64 {
        for ((trial, zeta), d) in self.trial.iter_mut().zip(&state.zeta).zip(d) {
            *trial = zeta + alpha * d;
        }
        system.residual(&self.trial, &mut self.phi);
        let psi = 0.5 * norm2(&self.phi).powi(2);
        self.found_finite |= psi.is_finite();
        psi
    }
}
