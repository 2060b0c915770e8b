//! Several objectives in their order by successive decrease, or by first-order conditions.

use linalg::slice::{axpy, dot, norm2};
use nlp_model::Multilevel;
use stopping::{Solver, Status, Stopping};

use super::dense::{times, transposed_times};
use super::frame::{Frame, FrameLevel};
use super::level_state::LevelState;
use super::merit::MeritModel;
use super::solution::Options;
use super::spectral::exact_step;

/// What the step for the most important level minimizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approach {
    /// The quadratic model of f_1: the goal of successive decrease. Leaves maximizers and saddle points of f_1.
    SuccessiveDecrease,
    /// ‖∇f_1 + ∇²f_1 v‖: the constraint ∇f_1 = 0. Attracted to any stationary point of f_1.
    FirstOrderConditions,
}

/// Lexicographic minimization with one merit function.
///
/// # Problem
/// min f_K over argmin f_{K−1} over … argmin f_1, unconstrained; local minimizers.
///
/// # Algorithm
/// 1. Frame at x: eigenvalues of ∇²f_1, those below τ counted as zero, λ = −(∇²f_1)⁺∇f_2, and
///    W_2 = ∇²f_2 + D³f_1\[λ\] on the null space Z_1; the same for the levels after.
/// 2. s_1 minimizes the model of f_1 within δ_1 ([`Approach`]); in the range of ∇²f_1 only, once the
///    gradient has at most a tenth outside of it.
/// 3. s_k = Z_{k−1}w minimizes (∇f_k + W_k s)ᵀZ_{k−1}w + ½wᵀZᵀW_k Z w within δ_k, s = s_1 + … + s_{k−1}.
/// 4. Halve s_2 + … + s_K until ∇f_1ᵀ(s − s_1) is at most half of the decrease that s_1 predicts.
/// 5. r = actual / predicted decrease of the merit function ([`Merit`](super::Merit)), whose weights may fall
///    from iteration to iteration. When r < 10⁻⁴, subtract (∇²f_1)⁺∇f_1(x + s) once and compare again.
/// 6. Move when r ≥ 10⁻⁴; double, halve or quarter each radius.
///
/// τ = λ_max max(10⁻⁸, min(1/10, √residual)) falls slower than the distance to the set of minimizers,
/// on which the rank is that of the set; off it, the zero eigenvalues are of the order of the distance.
///
/// # Convergence and failure
/// No proof is known. The limit is certified afterwards ([`certify`](super::certify)). The run ends with
/// `SubproblemFailure` where no step gives a decrease of the merit function.
///
/// # References
/// (AlexandrovDennis1994, Sections 3.1 and 3.2).
/// Note (2026-11-22): the report takes W_2 = ∇²f_2, the whole null space, and weights that never fall. With
/// these the iteration stalls on every curved set of minimizers.
#[derive(Debug)]
pub struct SuccessiveDecrease {
    approach: Approach,
    frame: Frame,
    merit: MeritModel,
    /// δ_1, …, δ_K.
    radii: Vec<f64>,
    lengths: Vec<f64>,
    s: Vec<f64>,
    goal_step: Vec<f64>,
    trial: LevelState,
    room: Room,
}

/// Vectors of one substep.
#[derive(Debug)]
struct Room {
    w: Vec<f64>,
    slope: Vec<f64>,
    p: Vec<f64>,
    values: Vec<f64>,
}

impl<'p> Solver<dyn Multilevel + 'p, LevelState> for SuccessiveDecrease {
    fn solve(
        &mut self,
        problem: &(dyn Multilevel + 'p),
        stopping: &mut Stopping<dyn Multilevel + 'p, LevelState>,
    ) -> Status {
        let levels = problem.levels();
        stopping.state.evaluate(problem, levels);
        let begun = stopping.state.examine(problem, &mut self.frame, levels);
        if let Some(status) = stopping.start(problem) {
            return status;
        }
        if let Err(status) = begun {
            return stopping.fail(status);
        }
        loop {
            let status = match self.iterate(problem, &mut stopping.state) {
                Ok(()) => stopping.stop(problem),
                Err(failure) => Some(stopping.fail(failure)),
            };
            if let Some(status) = status {
                return status;
            }
        }
    }
}

impl SuccessiveDecrease {
    /// Work space for `problem`, whose levels have no rows and no bounds.
    pub fn new(problem: &dyn Multilevel, options: &Options) -> Self {
        let (n, levels) = (problem.level(0).meta().nvar(), problem.levels());
        SuccessiveDecrease {
            approach: options.approach,
            frame: Frame::new(problem, levels),
            merit: MeritModel::new(options.merit, levels, n),
            radii: vec![options.first_radius; levels],
            lengths: vec![0.0; levels],
            s: vec![0.0; n],
            goal_step: vec![0.0; n],
            trial: LevelState::new(vec![0.0; n], levels),
            room: Room {
                w: vec![0.0; n],
                slope: vec![0.0; n],
                p: vec![0.0; n],
                values: vec![0.0; n],
            },
        }
    }

    fn iterate(&mut self, problem: &dyn Multilevel, state: &mut LevelState) -> Result<(), Status> {
        self.sweep(state);
        let pred = self.merit.predict(state, &self.frame, &self.s);
        let mut ratio = self.ratio(problem, state, pred);
        let is_accepted = |ratio: f64| ratio >= ACCEPT;
        if !is_accepted(ratio) && linalg::slice::all_finite(&self.trial.g) {
            self.correct();
            ratio = self.ratio(problem, state, pred);
        }
        tracing::trace!(?state.f, ratio, pred, ?self.lengths, "step");
        self.update_radii(ratio);
        if ratio >= ACCEPT {
            state.move_to(&self.trial);
            return state.examine(problem, &mut self.frame, problem.levels());
        }
        let smallest = f64::EPSILON * (1.0 + norm2(&state.x));
        if self.lengths.iter().all(|&length| length <= smallest) {
            return Err(Status::SubproblemFailure);
        }
        Ok(())
    }

    /// Steps 2 to 4.
    fn sweep(&mut self, state: &LevelState) {
        self.s.fill(0.0);
        for k in 0..self.frame.levels.len() {
            let level = &self.frame.levels[k];
            let gauss_newton = k == 0 && self.approach == Approach::FirstOrderConditions;
            self.room.substep(
                level,
                state.gradient(k),
                &self.s,
                self.radii[k],
                gauss_newton,
            );
            self.lengths[k] = norm2(&self.room.w);
            axpy(1.0, &self.room.w, &mut self.s);
            if k == 0 {
                self.goal_step.copy_from_slice(&self.s);
            }
        }
        // the goal: what s₁ predicts for f₁
        let g = state.gradient(0);
        times(
            g.len(),
            &self.frame.levels[0].hess,
            &self.goal_step,
            &mut self.room.w,
        );
        let goal = -(dot(g, &self.goal_step) + 0.5 * dot(&self.goal_step, &self.room.w));
        for _ in 0..60 {
            let rise = dot(g, &self.s) - dot(g, &self.goal_step);
            if rise <= 0.5 * goal.max(0.0) {
                break;
            }
            for (s, goal) in self.s.iter_mut().zip(&self.goal_step) {
                *s = goal + 0.5 * (*s - goal);
            }
            for length in &mut self.lengths[1..] {
                *length *= 0.5;
            }
        }
    }

    /// s ← s − (∇²f_1)⁺∇f_1(x + s), with the eigenvalues that count.
    fn correct(&mut self) {
        let (level, n) = (&self.frame.levels[0], self.s.len());
        for i in 0..level.rank {
            let column = &level.basis[i * n..(i + 1) * n];
            let along = dot(column, self.trial.gradient(0)) / level.values[i];
            axpy(-along, column, &mut self.s);
        }
    }

    /// Actual over predicted decrease at x + s.
    fn ratio(&mut self, problem: &dyn Multilevel, state: &LevelState, pred: f64) -> f64 {
        self.trial.x.copy_from_slice(&state.x);
        axpy(1.0, &self.s, &mut self.trial.x);
        self.trial.evaluate(problem, problem.levels());
        let is_finite = linalg::slice::all_finite(&self.trial.g);
        let ratio = self
            .merit
            .ratio(state, &self.trial, self.frame.lambda(), pred);
        if is_finite { ratio } else { f64::NAN }
    }

    /// Step 6.
    fn update_radii(&mut self, ratio: f64) {
        let longest = linalg::slice::norm_inf(&self.lengths);
        let accepted = ratio >= ACCEPT;
        for (radius, &length) in self.radii.iter_mut().zip(&self.lengths) {
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

impl Room {
    /// w = the step of one level after the step s of the levels before, within the radius.
    fn substep(
        &mut self,
        level: &FrameLevel,
        g: &[f64],
        s: &[f64],
        radius: f64,
        gauss_newton: bool,
    ) {
        let n = g.len();
        times(n, &level.hess, s, &mut self.w);
        axpy(1.0, g, &mut self.w);
        let dim = level.dim;
        let slope = &mut self.slope[..dim];
        transposed_times(&level.basis[..n * dim], &self.w, slope);
        let count = level.active(slope);
        let (values, slope) = (&mut self.values[..count], &mut self.slope[..count]);
        values.copy_from_slice(&level.values[..count]);
        if gauss_newton {
            for (value, slope) in values.iter_mut().zip(slope.iter_mut()) {
                *slope *= *value;
                *value *= *value;
            }
        }
        exact_step(values, slope, radius, &mut self.p[..count]);
        times(n, &level.basis[..n * count], &self.p[..count], &mut self.w);
    }
}

/// Smallest ratio of actual to predicted decrease with which a step is taken.
pub(super) const ACCEPT: f64 = 1e-4;
