//! Parameters of the Newton method, in three variants.

use stopping::{Budget, Stall, Stopping};

use crate::{
    FISCHER_BURMEISTER, Krylov, NcpFunction, NewtonState, PENALIZED_FISCHER_BURMEISTER,
    SemismoothSystem, SsnError, Watchdog,
};

/// How one attempt reads the complementarity rows and starts their multipliers.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// φ.
    pub ncp: &'static dyn NcpFunction,
    /// Starting multipliers are |c| for a constraint with the value c, but at most this, in their units.
    pub largest_multiplier: f64,
    /// Multipliers are measured in units of the curvature along their rows' normals; else in 1.
    pub curvature_units: bool,
}

/// Parameters of [`Newton`](crate::Newton) and of the systems it solves.
///
/// [`Options::published`] is Algorithm 4.1 of (DuttaLafhimZemkohoZhou2024) with its parameters,
/// [`Options::released`] is what the authors' code does beside it, [`Options::production`] (the
/// default) is the variant to use.
#[derive(Clone, Debug)]
pub struct Options {
    /// ε: a solution has ‖Φ‖₂ ≤ ε.
    pub tolerance: f64,
    /// M: largest number of iterations.
    pub max_iterations: usize,
    /// When a run without progress ends.
    pub stall: Option<Stall>,
    /// Attempts, one after the other from the same start until one ends with success.
    pub attempts: Vec<Attempt>,
    /// A pair (a, b) with a² + b² at most this is degenerate.
    pub degenerate: f64,
    /// First trial step.
    pub first_step: f64,
    /// Factor in (0, 1) by which trial steps shrink.
    pub contraction: f64,
    /// Smallest trial step along a direction, before the next direction is tried.
    pub smallest_step: f64,
    /// The smallest step is taken even when it does not decrease Ψ.
    pub accept_last: bool,
    /// σ: a step α along d is accepted when Ψ falls below its reference by σ α |Ψ′d|, Ψ = ½‖Φ‖².
    pub decrease: f64,
    /// The reference is the largest of the last `memory` values of Ψ; 1 makes the search monotone.
    pub memory: usize,
    /// When steps are taken without a search.
    pub watchdog: Option<Watchdog>,
    /// β: a direction is accepted when Ψ′d ≤ −β ‖d‖ᵗ (−∞ accepts all) …
    pub descent: f64,
    /// … with this exponent t.
    pub descent_exponent: f64,
    /// δ: shifts of ∂φ/∂μ, relative to min(0.3, ‖Φ‖), that are tried one after the other in place of the
    /// Newton direction; empty for the Newton direction itself.
    pub shifts: Vec<f64>,
    /// Parameters of the regularized directions that are tried, in this order, where the Newton
    /// direction fails; relative to min(1, ‖Φ‖) max(1, max |W|)². The gradient of Ψ comes last.
    pub regularization: Vec<f64>,
    /// Newton directions by a Krylov method; none for a factorization of each W.
    pub krylov: Option<Krylov>,
}

impl Options {
    /// Algorithm 4.1 of (DuttaLafhimZemkohoZhou2024), with the parameters of Section 5.2: ε = 1e-6,
    /// β = 1e-8, t = 2.1, ρ = 0.5, σ = 1e-4, M = 1000; steps 2, 1, ½, …; monotone; the gradient
    /// where the Newton direction fails.
    ///
    /// Note (2026-11-22): a pair is degenerate when its square sum is at most 1e-4, as in the
    /// authors' released code; the paper leaves it open. The paper's descent test prints ρ for β.
    pub fn published() -> Self {
        Options {
            tolerance: 1e-6,
            max_iterations: 1000,
            stall: Some(Stall::SEMISMOOTH_NEWTON),
            attempts: vec![Attempt {
                ncp: &FISCHER_BURMEISTER,
                largest_multiplier: f64::INFINITY,
                curvature_units: false,
            }],
            degenerate: 1e-4,
            first_step: 2.0,
            contraction: 0.5,
            smallest_step: 1e-17,
            accept_last: false,
            decrease: 2e-4,
            memory: 1,
            watchdog: None,
            descent: 1e-8,
            descent_exponent: 2.1,
            shifts: Vec::new(),
            regularization: Vec::new(),
            krylov: None,
        }
    }

    /// The safeguards with which the published tables were computed, read off the released code of
    /// the authors: as [`published`](Options::published), but no descent test, at most the steps
    /// 2, 1, …, 1/16, of which the last is taken even when Ψ grows, and a regularized direction
    /// where the Newton direction fails.
    ///
    /// Note (2026-11-22): reproduces F in 80 % of the comparable rows, Algorithm 4.1 as printed in
    /// 72 %. Their restart with another λ and their replacement of y by ξ after the run are left
    /// out: the first solves another problem, the second does not belong to the method.
    pub fn released() -> Self {
        Options {
            smallest_step: 0.0625,
            accept_last: true,
            decrease: 5e-7,
            descent: f64::NEG_INFINITY,
            regularization: vec![1e-6],
            ..Options::published()
        }
    }

    /// The variant to use: steps 1, ½, …, a search that looks back over two values, regularized
    /// directions where the Newton direction fails, ε = 1e-8; where that fails, the penalized function,
    /// and then multipliers in units of curvature.
    pub fn production() -> Self {
        Options {
            tolerance: 1e-8,
            max_iterations: 150,
            stall: None,
            attempts: vec![
                Attempt {
                    ncp: &FISCHER_BURMEISTER,
                    largest_multiplier: 1.0,
                    curvature_units: false,
                },
                Attempt {
                    ncp: &PENALIZED_FISCHER_BURMEISTER,
                    largest_multiplier: f64::INFINITY,
                    curvature_units: false,
                },
                Attempt {
                    ncp: &FISCHER_BURMEISTER,
                    largest_multiplier: 1.0,
                    curvature_units: true,
                },
            ],
            degenerate: 1e-16,
            first_step: 1.0,
            contraction: 0.5,
            smallest_step: 2f64.powi(-12),
            accept_last: false,
            decrease: 1e-4,
            memory: 2,
            watchdog: Some(Watchdog {
                patience: 10,
                free_steps: 6,
                longest: 1e4,
            }),
            descent: 1e-10,
            descent_exponent: 2.1,
            shifts: Vec::new(),
            regularization: vec![1e-10, 1e-6, 1e-2],
            krylov: None,
        }
    }

    /// For systems of many unknowns, such as discretised problems: as
    /// [`production`](Options::production), with a shifted Newton direction instead of the regularized
    /// ones, which ask for a factorization of twice the order, and whole steps, with one in 26 searched. Beyond
    /// a few hundred unknowns it needs fewer iterations and no more memory than W and its factors.
    ///
    /// Note (2026-11-28): the equations that are linear hold after one whole step, and what remains is the search
    /// for the active rows, in which ‖Φ‖ rises for a while: from a point that a coarser mesh predicts, a line
    /// search takes up to three times the iterations, or ends there.
    pub fn large_scale() -> Self {
        Options {
            attempts: vec![Attempt {
                ncp: &FISCHER_BURMEISTER,
                largest_multiplier: f64::INFINITY,
                curvature_units: true,
            }],
            memory: 5,
            watchdog: Some(Watchdog {
                patience: 0,
                free_steps: 25,
                longest: 1e6,
            }),
            descent: 0.0,
            shifts: vec![1e-1, 1.0, 1e2],
            regularization: Vec::new(),
            ..Options::production()
        }
    }

    /// Errors on an option outside of its range.
    pub fn check(&self) -> Result<(), SsnError> {
        let option = |name, value: f64, holds: bool, range| {
            if holds {
                Ok(())
            } else {
                Err(SsnError::Option { name, value, range })
            }
        };
        let positive = "it must be positive";
        option("tolerance", self.tolerance, self.tolerance > 0.0, positive)?;
        option(
            "first_step",
            self.first_step,
            self.first_step > 0.0,
            positive,
        )?;
        option(
            "smallest_step",
            self.smallest_step,
            self.smallest_step > 0.0,
            positive,
        )?;
        let c = self.contraction;
        option(
            "contraction",
            c,
            c > 0.0 && c < 1.0,
            "it must lie between 0 and 1",
        )?;
        let s = self.decrease;
        option(
            "decrease",
            s,
            s > 0.0 && s < 1.0,
            "it must lie between 0 and 1",
        )?;
        option(
            "attempts",
            self.attempts.len() as f64,
            !self.attempts.is_empty(),
            positive,
        )?;
        option("memory", self.memory as f64, self.memory > 0, positive)?;
        for &delta in &self.shifts {
            option(
                "shifts",
                delta,
                delta >= 0.0 && delta.is_finite(),
                "it must be at least 0",
            )?;
        }
        if let Some(krylov) = &self.krylov {
            let (eta, limit) = (krylov.forcing, krylov.max_iterations as f64);
            let inside = eta > 0.0 && eta < 1.0;
            option("forcing", eta, inside, "it must lie between 0 and 1")?;
            option("max_iterations", limit, limit > 0.0, positive)?;
        }
        for &mu in &self.regularization {
            option("regularization", mu, mu > 0.0 && mu.is_finite(), positive)?;
        }
        Ok(())
    }

    /// ∇Ψᵀd ≤ −β‖d‖ᵗ for a direction with this `slope` and this `length`.
    pub(crate) fn is_descent(&self, slope: f64, length: f64) -> bool {
        slope <= -self.descent * length.powf(self.descent_exponent)
    }

    /// A stopping for a run from `zeta` under these options: ‖Φ‖ ≤ ε, M, and the stall rule.
    pub fn stopping<'p>(&self, zeta: Vec<f64>) -> Stopping<dyn SemismoothSystem + 'p, NewtonState> {
        let stopping = Stopping::new(
            NewtonState::new(zeta, self.max_iterations),
            |_: &(dyn SemismoothSystem + 'p), state: &NewtonState| state.norm,
        )
        .with_tolerances(self.tolerance, 0.0)
        // a budget of k lets k stops pass and ends the run at the next
        .with_budget(Budget::iterations(self.max_iterations.saturating_sub(1)));
        match self.stall {
            Some(rule) => stopping.with_stall(rule),
            None => stopping,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Options::production()
    }
}
