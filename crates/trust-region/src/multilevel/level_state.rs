//! An iterate of a multilevel problem and what is known there.

use nlp_model::Multilevel;
use stopping::{State, Status};

use super::frame::Frame;

/// The iterate and what is known there; K levels, n variables.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelState {
    /// x (n).
    pub x: Vec<f64>,
    /// Objectives of the levels (K); NaN before the start.
    pub f: Vec<f64>,
    /// Gradients of the levels (K · n).
    pub g: Vec<f64>,
    /// For each level, ‖Zᵀ∇f‖ / (‖Zᵀ∇f‖ + scale) in [0, 1], where Z spans what the levels before leave free
    /// and the scale is the largest curvature times 1 + ‖x‖ (of later levels plus ‖∇f‖).
    pub residuals: Vec<f64>,
    /// For each level, max(0, −λ_min) of the reduced Hessian, relative to the largest curvature.
    pub negative_curvatures: Vec<f64>,
}

impl LevelState {
    /// A state at x, where nothing is known yet, for `levels` levels.
    pub fn new(x: Vec<f64>, levels: usize) -> Self {
        LevelState {
            f: vec![f64::NAN; levels],
            g: vec![f64::NAN; levels * x.len()],
            residuals: vec![f64::NAN; levels],
            negative_curvatures: vec![f64::NAN; levels],
            x,
        }
    }

    /// ∇f of level `k`.
    pub fn gradient(&self, k: usize) -> &[f64] {
        let n = self.x.len();
        &self.g[k * n..(k + 1) * n]
    }

    /// Evaluates the first `levels` objectives and gradients.
    pub(super) fn evaluate(&mut self, problem: &dyn Multilevel, levels: usize) {
        let n = self.x.len();
        for k in 0..levels {
            let level = problem.level(k);
            self.f[k] = level.obj(&self.x);
            level.grad(&self.x, &mut self.g[k * n..(k + 1) * n]);
        }
    }

    /// Builds the frame of the first `levels` levels and takes residuals and curvatures from it.
    pub(super) fn examine(
        &mut self,
        problem: &dyn Multilevel,
        frame: &mut Frame,
        levels: usize,
    ) -> Result<(), Status> {
        frame.build(problem, &self.x, &self.g, levels, None)?;
        for k in 0..levels {
            self.residuals[k] = frame.levels[k].residual;
            self.negative_curvatures[k] = frame.levels[k].negative_curvature();
        }
        Ok(())
    }

    /// x, f and the gradients of another state.
    pub(super) fn move_to(&mut self, other: &LevelState) {
        self.x.copy_from_slice(&other.x);
        self.f.copy_from_slice(&other.f);
        self.g.copy_from_slice(&other.g);
    }
}

impl State for LevelState {
    fn point(&self) -> &[f64] {
        &self.x
    }
    fn is_in_domain(&self) -> bool {
        linalg::slice::all_finite(&self.f)
    }
}
