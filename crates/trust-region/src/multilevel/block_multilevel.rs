//! The block multilevel method for equality constraints and nonlinear systems.

use linalg::slice::{axpy, dot, norm2};
use nlp_model::TwiceSmooth;
use stopping::{Solver, State, Status, Stopping};

use super::block_solution::BlockOptions;
use super::blocks::Blocks;
use super::penalty::NestedPenalty;
use super::sweep::Sweep;

/// Where the model of a block after the first is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// At the intermediate point x + s₁ + … + s_{k−1}, as in the methods of Brown and Brent.
    Intermediate,
    /// At x, linearised, as in the composite steps of Byrd and Omojokun.
    Linear,
}

/// The iterate and what is known there.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockState {
    /// x (n).
    pub x: Vec<f64>,
    /// f(x); NaN before the start.
    pub f: f64,
    /// ∇f(x) (n).
    pub g: Vec<f64>,
    /// C(x) (m).
    pub c: Vec<f64>,
    /// λ = argmin ‖∇f + Jᵀλ‖ (m).
    pub multipliers: Vec<f64>,
    /// ‖∇f + Jᵀλ‖₂.
    pub dual: f64,
    /// ‖JᵀC‖₂: zero at a stationary point of the violation.
    pub violation_gradient: f64,
}

impl BlockState {
    /// A state at x, where nothing is known yet, for a model with `rows` rows.
    pub fn new(x: Vec<f64>, rows: usize) -> Self {
        BlockState {
            f: f64::NAN,
            g: vec![0.0; x.len()],
            c: vec![0.0; rows],
            multipliers: vec![0.0; rows],
            dual: f64::NAN,
            violation_gradient: f64::NAN,
            x,
        }
    }
}

impl State for BlockState {
    fn point(&self) -> &[f64] {
        &self.x
    }
    fn objective(&self) -> Option<f64> {
        Some(self.f)
    }
}

/// The multilevel method of Alexandrov and Dennis for equality constraints in blocks.
///
/// # Problem
/// min f(x) s.t. C_1(x) = 0, …, C_M(x) = 0, or the system C(x) = 0 where f is constant.
///
/// # Algorithm
/// 1. Evaluate f, ∇f, C, J; λ = argmin ‖∇f + Jᵀλ‖; stop when ‖C‖ and ‖∇f + Jᵀλ‖ are small.
/// 2. For k = 1, …, M: s_k = Z_{k−1}v with v = argmin ½‖b + B Z_{k−1}v‖², ‖v‖ ≤ δ_k, where b + B s models
///    C_k ([`Variant`]); Z_k = Z_{k−1} null(B Z_{k−1}), Z_0 = I.
/// 3. s_{M+1} minimizes the model of f + λᵀC in the range of Z_M, ‖s_{M+1}‖ ≤ δ_{M+1}.
/// 4. Update the weights of the merit function P = f + λᵀC + Σ_k (Π_{i≥k} ρ_i)‖C_k‖², so that every
///    block keeps at least half of the decrease predicted for the blocks before it.
/// 5. r = actual / predicted decrease of P for s = Σ s_k, with the same λ. When r < 10⁻⁴, try s − J⁺C(x + s).
/// 6. Move when r ≥ 10⁻⁴; double, halve or quarter each radius.
///
/// # Convergence and failure
/// Every substep has at least the decrease of the Cauchy point of its model ([`Substep`](super::Substep)), and
/// is bounded by the residual of its block. Where J loses rank, steps have least norm. Where the sweep no longer
/// moves and ‖C‖ is not small, the rows are taken together; when JᵀC vanishes there, the run ends with
/// [`Status::Infeasible`]: a stationary point of the violation, which says nothing about other points. A trial
/// point where a function is not finite rejects the step.
///
/// # References
/// (AlexandrovDennis1994, Section 2.4); penalty update after (DennisElAlemMaciel1997).
#[derive(Debug)]
pub struct BlockMultilevel {
    blocks: Blocks,
    variant: Variant,
    tolerance: f64,
    sweep: Sweep,
    penalty: NestedPenalty,
    /// δ_1, …, δ_{M+1}.
    radii: Vec<f64>,
    trial: Trial,
    /// Iterations in a row at stationary points of the violation.
    stuck: usize,
    /// Largest ‖J‖ so far.
    largest_jac: f64,
}

impl<'p> Solver<dyn TwiceSmooth + 'p, BlockState> for BlockMultilevel {
    fn solve(
        &mut self,
        model: &(dyn TwiceSmooth + 'p),
        stopping: &mut Stopping<dyn TwiceSmooth + 'p, BlockState>,
    ) -> Status {
        let begun = self.begin(model, &mut stopping.state);
        if let Some(status) = stopping.start(model) {
            return status;
        }
        if let Err(status) = begun {
            return stopping.fail(status);
        }
        loop {
            let status = match self.iterate(model, &mut stopping.state) {
                Ok(()) => stopping.stop(model),
                Err(failure) => Some(stopping.fail(failure)),
            };
            if let Some(status) = status {
                return status;
            }
        }
    }
}

impl BlockMultilevel {
    /// Work space for `model`, whose rows are equalities with right-hand side zero.
    pub fn new(model: &dyn TwiceSmooth, blocks: Blocks, options: &BlockOptions) -> Self {
        let (n, m) = (model.meta().nvar(), model.meta().ncon());
        debug_assert_eq!(blocks.rows(), m);
        BlockMultilevel {
            variant: options.variant,
            tolerance: options.tolerance,
            sweep: Sweep::new(model, blocks.len(), options.substep),
            penalty: NestedPenalty::new(blocks.len()),
            radii: vec![options.first_radius; blocks.len() + 1],
            blocks,
            trial: Trial {
                x: vec![0.0; n],
                s: vec![0.0; n],
                c: vec![0.0; m],
                f: 0.0,
            },
            stuck: 0,
            largest_jac: 0.0,
        }
    }

    fn begin(&mut self, model: &dyn TwiceSmooth, state: &mut BlockState) -> Result<(), Status> {
        state.f = model.obj(&state.x);
        model.cons(&state.x, &mut state.c);
        self.derivatives(model, state)
    }

    /// Step 1.
    fn derivatives(
        &mut self,
        model: &dyn TwiceSmooth,
        state: &mut BlockState,
    ) -> Result<(), Status> {
        model.grad(&state.x, &mut state.g);
        self.sweep.linearise(model, &state.x);
        let multipliers = self.sweep.multipliers(&state.g, &mut state.multipliers);
        let (n, m) = (state.x.len(), state.c.len());
        let (mut dual, mut violation) = (0.0, 0.0);
        for j in 0..n {
            let column = &self.sweep.jac[j * m..(j + 1) * m];
            dual += (state.g[j] + dot(column, &state.multipliers)).powi(2);
            violation += dot(column, &state.c).powi(2);
        }
        (state.dual, state.violation_gradient) = (dual.sqrt(), violation.sqrt());
        multipliers
    }

    /// Steps 2 to 6, then step 1 at the next iterate.
    fn iterate(&mut self, model: &dyn TwiceSmooth, state: &mut BlockState) -> Result<(), Status> {
        self.sweep
            .run(model, state, &self.blocks, self.variant, &self.radii)?;
        self.detect_infeasibility(state)?;
        let pred = self
            .penalty
            .predict(&self.sweep.predicted, self.sweep.predicted_lagrangian);
        self.trial.s.copy_from_slice(&self.sweep.s);
        let mut ratio = self.ratio(model, state, pred);
        let is_accepted = |ratio: f64| ratio >= ACCEPT;
        if !is_accepted(ratio) && linalg::slice::all_finite(&self.trial.c) {
            let length = norm2(&self.sweep.s);
            let c = std::mem::take(&mut self.trial.c);
            self.sweep.correct(&c, &mut self.trial.s)?;
            self.trial.c = c;
            if norm2(&self.trial.s) <= 2.0 * length {
                ratio = self.ratio(model, state, pred);
            }
        }
        tracing::trace!(f = state.f, c = norm2(&state.c), ratio, pred, "step");
        self.update_radii(ratio);
        if !is_accepted(ratio) {
            let smallest = f64::EPSILON * (1.0 + norm2(&state.x));
            let is_stuck = self.sweep.lengths.iter().all(|&length| length <= smallest);
            return if is_stuck {
                self.take_rows_together()
            } else {
                Ok(())
            };
        }
        state.x.copy_from_slice(&self.trial.x);
        state.c.copy_from_slice(&self.trial.c);
        state.f = self.trial.f;
        self.derivatives(model, state)
    }

    /// Where the violation is stationary and not small for some iterations, nothing will change.
    fn detect_infeasibility(&mut self, state: &BlockState) -> Result<(), Status> {
        let violation = norm2(&state.c);
        if violation <= self.tolerance {
            self.stuck = 0;
            return Ok(());
        }
        self.largest_jac = self.largest_jac.max(norm2(&self.sweep.jac));
        let scale = self.largest_jac * violation;
        let is_stationary = state.violation_gradient <= STATIONARY * scale;
        let smallest = 1e-14 * (1.0 + norm2(&state.x));
        let moves = self.sweep.lengths.iter().any(|&length| length > smallest);
        if is_stationary {
            self.stuck += 1;
            if !moves || self.stuck >= PATIENCE {
                return Err(Status::Infeasible);
            }
        } else {
            self.stuck = 0;
            if !moves {
                return self.take_rows_together();
            }
        }
        Ok(())
    }

    /// The nested sweep cannot go on: one block from here.
    fn take_rows_together(&mut self) -> Result<(), Status> {
        if self.blocks.len() <= 1 {
            return Err(Status::SubproblemFailure);
        }
        tracing::debug!("the sweep is stuck; all rows in one block");
        self.blocks = Blocks::one(self.blocks.rows());
        self.penalty = NestedPenalty::new(1);
        self.sweep.lengths.truncate(2);
        self.sweep.predicted.truncate(1);
        self.radii.truncate(2);
        self.radii.fill(1.0);
        Ok(())
    }

    /// Step 5: actual over predicted decrease of the merit function at x + s.
    fn ratio(&mut self, model: &dyn TwiceSmooth, state: &BlockState, pred: f64) -> f64 {
        let trial = &mut self.trial;
        trial.x.copy_from_slice(&state.x);
        axpy(1.0, &trial.s, &mut trial.x);
        trial.f = model.obj(&trial.x);
        model.cons(&trial.x, &mut trial.c);
        let mut actual = state.f - trial.f;
        let mut size = state.f.abs();
        for ((before, after), lambda) in state.c.iter().zip(&trial.c).zip(&state.multipliers) {
            actual += lambda * (before - after);
            size += (lambda * before).abs();
        }
        for (k, rows) in self.blocks.iter().enumerate() {
            let weight = self.penalty.weight(k);
            let before: f64 = rows.iter().map(|&i| state.c[i].powi(2)).sum();
            let after: f64 = rows.iter().map(|&i| trial.c[i].powi(2)).sum();
            actual += weight * (before - after);
            size += weight * before;
        }
        // decreases below rounding errors cannot be told from agreement
        let noise = 1e-13 * (1.0 + size);
        if actual.abs() <= noise && pred.abs() <= noise {
            1.0
        } else if pred > 0.0 {
            actual / pred
        } else {
            f64::NAN // a model that does not decrease predicts nothing
        }
    }

    /// Step 6.
    fn update_radii(&mut self, ratio: f64) {
        let longest = linalg::slice::norm_inf(&self.sweep.lengths);
        let accepted = ratio >= ACCEPT;
        for (radius, &length) in self.radii.iter_mut().zip(&self.sweep.lengths) {
            if !accepted {
                *radius = 0.25 * radius.min(length.max(1e-3 * longest));
            } else if ratio < 0.25 {
                *radius *= 0.5;
            } else if ratio > 0.75 && length >= 0.9 * *radius {
                *radius *= 2.0;
            }
        }
    }
}

/// Smallest ratio of actual to predicted decrease with which a step is taken.
const ACCEPT: f64 = 1e-4;
/// ‖JᵀC‖ ≤ this · max ‖J‖ ‖C‖ is a stationary point of the violation; the maximum is over the run, since J may
/// vanish there.
const STATIONARY: f64 = 1e-6;
/// Iterations at stationary points of the violation before a run ends.
const PATIENCE: usize = 20;

#[derive(Clone, Debug)]
struct Trial {
    x: Vec<f64>,
    s: Vec<f64>,
    c: Vec<f64>,
    f: f64,
}
