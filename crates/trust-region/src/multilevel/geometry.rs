//! What restoration asks of the levels at a point, with or without matrices.

use linalg::slice::norm2;
use nlp_model::Multilevel;
use stopping::Status;

use super::dense::{times, transposed_times};
use super::frame::Frame;
use super::level_state::LevelState;
use super::spectral::exact_step;

/// The spaces that levels leave free at a point, and steps in them.
pub(super) trait Geometry: std::fmt::Debug {
    /// Examines the first `count` levels at the state, whose gradients are known; fills in residuals and curvatures.
    fn examine(
        &mut self,
        problem: &dyn Multilevel,
        state: &mut LevelState,
        count: usize,
    ) -> Result<(), Status>;

    /// Length of a steepest descent step of level `k`, the last one examined: where many variables have to move, a
    /// radius of one is far too small. 0 where that is not known.
    fn natural_radius(&self, k: usize) -> f64 {
        let _ = k;
        0.0
    }

    /// A step of level `k`, the last one examined, in the space that the levels before leave free; returns the
    /// decrease that it predicts for f_k.
    fn step(
        &mut self,
        problem: &dyn Multilevel,
        state: &LevelState,
        k: usize,
        radius: f64,
        step: &mut [f64],
    ) -> Result<f64, Status>;
}

/// Eigenvalues and exact steps.
#[derive(Debug)]
pub(super) struct Dense {
    frame: Frame,
    slope: Vec<f64>,
    p: Vec<f64>,
}

impl Dense {
    pub(super) fn new(problem: &dyn Multilevel, levels: usize) -> Self {
        let n = problem.level(0).meta().nvar();
        Dense {
            frame: Frame::new(problem, levels),
            slope: vec![0.0; n],
            p: vec![0.0; n],
        }
    }
}

impl Geometry for Dense {
    fn examine(
        &mut self,
        problem: &dyn Multilevel,
        state: &mut LevelState,
        count: usize,
    ) -> Result<(), Status> {
        state.examine(problem, &mut self.frame, count)
    }

    fn step(
        &mut self,
        _: &dyn Multilevel,
        state: &LevelState,
        k: usize,
        radius: f64,
        step: &mut [f64],
    ) -> Result<f64, Status> {
        let n = state.x.len();
        let level = &self.frame.levels[k];
        let slope = &mut self.slope[..level.dim];
        transposed_times(&level.basis[..n * level.dim], state.gradient(k), slope);
        let counted = &level.values[..level.rank];
        let count = if counted.iter().any(|&value| value < 0.0) {
            level.dim
        } else {
            level.active(slope)
        };
        let (values, p) = (&level.values[..count], &mut self.p[..count]);
        exact_step(values, &slope[..count], radius, p);
        times(n, &level.basis[..n * count], p, step);
        let terms = values.iter().zip(&slope[..count]).zip(&*p);
        Ok(-terms
            .map(|((l, g), p)| g * p + 0.5 * l * p * p)
            .sum::<f64>())
    }
}

impl super::frame::FrameLevel {
    /// Number of eigenvectors in which a level steps: those whose eigenvalues count, once the gradient (in
    /// eigenvectors) has at most a tenth outside of them. Eigenvalues near zero would give long steps in random
    /// directions.
    pub(super) fn active(&self, slope: &[f64]) -> usize {
        if norm2(&slope[self.rank..]) <= 0.1 * norm2(slope) {
            self.rank
        } else {
            self.dim
        }
    }
}
