//! Merit functions of multilevel problems.

use linalg::slice::{dot, norm2};

use super::dense::{form, times};
use super::frame::Frame;
use super::level_state::LevelState;
use super::penalty::NestedPenalty;

/// How progress towards several objectives becomes one number. Levels are numbered from 1, as in the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merit {
    /// P₁ = f_K + ρ_{K−1}(f_{K−1} + ρ_{K−2}(… f_1)), for any number of levels.
    ///
    /// Not exact: its minimizer is O(1/ρ) off, which corrections of second order and weights that may fall
    /// make up for.
    Nested,
    /// P₂ = f_2 + λᵀ∇f_1 + ρ f_1², for two levels.
    ///
    /// Note (2026-11-22): wrong where the minimum of f_1 is negative, since the square drives f_1 to zero.
    SquaredValue,
    /// P₃ = f_2 + λᵀ∇f_1 + ½ρ‖∇f_1‖², for two levels: the augmented Lagrangian of ∇f_1 = 0. It cannot tell
    /// minimizers of f_1 from other stationary points.
    SquaredGradient,
}

/// A merit function at one iterate: predicted and actual decreases for a step.
#[derive(Debug)]
pub(super) struct MeritModel {
    merit: Merit,
    penalty: NestedPenalty,
    parts: Vec<f64>,
    room: Vec<f64>,
}

impl MeritModel {
    pub(super) fn new(merit: Merit, levels: usize, n: usize) -> Self {
        MeritModel {
            merit,
            penalty: NestedPenalty::new(levels - 1),
            parts: vec![0.0; levels - 1],
            room: vec![0.0; n],
        }
    }

    /// The predicted decrease along `s`; lets weights fall, then raises those that must.
    pub(super) fn predict(&mut self, state: &LevelState, frame: &Frame, s: &[f64]) -> f64 {
        let last = self.parts.len();
        self.penalty.relax();
        if self.merit == Merit::Nested || last == 0 {
            for k in 0..last {
                self.parts[k] = self.model_decrease(frame, state, s, k);
            }
            let objective = self.model_decrease(frame, state, s, last);
            return self.penalty.predict(&self.parts, objective);
        }
        let (lambda, first, second) = (frame.lambda(), &frame.levels[0], &frame.levels[1]);
        let change = -self.model_decrease(frame, state, s, 0);
        times(s.len(), &first.hess, s, &mut self.room);
        let lagrangian =
            dot(state.gradient(1), s) + dot(lambda, &self.room) + 0.5 * form(&second.hess, s);
        self.parts[0] = if self.merit == Merit::SquaredValue {
            -change * (2.0 * state.f[0] + change)
        } else {
            let after = state.gradient(0).iter().zip(&self.room);
            let after: f64 = after.map(|(g, h)| (g + h).powi(2)).sum();
            0.5 * (norm2(state.gradient(0)).powi(2) - after)
        };
        self.penalty.predict(&self.parts, -lagrangian)
    }

    /// −(∇f_kᵀs + ½sᵀW_k s): what f_k loses when the step is corrected back to the levels before.
    fn model_decrease(&mut self, frame: &Frame, state: &LevelState, s: &[f64], k: usize) -> f64 {
        -(dot(state.gradient(k), s) + 0.5 * form(&frame.levels[k].hess, s))
    }

    /// Actual over predicted decrease from `state` to `trial`; 1 where both are below rounding errors.
    pub(super) fn ratio(
        &self,
        state: &LevelState,
        trial: &LevelState,
        lambda: &[f64],
        predicted: f64,
    ) -> f64 {
        let last = self.parts.len();
        let mut actual = state.f[last] - trial.f[last];
        let mut size = state.f[last].abs();
        if self.merit != Merit::Nested && last > 0 {
            let multiplied = dot(lambda, state.gradient(0));
            actual += multiplied - dot(lambda, trial.gradient(0));
            size += multiplied.abs();
        }
        for k in 0..last {
            let part = |state: &LevelState| match self.merit {
                Merit::Nested => state.f[k],
                Merit::SquaredValue => state.f[k].powi(2),
                Merit::SquaredGradient => 0.5 * norm2(state.gradient(0)).powi(2),
            };
            let weight = self.penalty.weight(k);
            actual += weight * (part(state) - part(trial));
            size += weight * part(state).abs();
        }
        let noise = 1e-13 * size;
        if actual.abs() <= noise && predicted.abs() <= noise {
            1.0
        } else if predicted > 0.0 {
            actual / predicted
        } else {
            f64::NAN // a model that does not decrease predicts nothing
        }
    }
}
