//! Several objectives in their order by restoration, level by level.

use linalg::slice::{axpy, norm2};
use nlp_model::Multilevel;
use stopping::{Solver, Status, Stopping};

use super::geometry::{Dense, Geometry};
use super::krylov::Krylov;
use super::level_state::LevelState;
use super::solution::Options;
use super::successive_decrease::ACCEPT;

/// Lexicographic minimization without a merit function: a trust region on the set of minimizers.
///
/// # Problem
/// min f_K over argmin f_{K−1} over … argmin f_1, unconstrained; local minimizers.
///
/// # Algorithm
/// `minimize` of the first k levels, from x:
/// 1. Restore: `minimize` the first k − 1 levels from x.
/// 2. Frame at x. Stop when the reduced gradient of f_k is small and its reduced Hessian is not negative.
/// 3. w minimizes (Zᵀ∇f_k)ᵀw + ½wᵀZᵀW_k Z w within δ_k.
/// 4. Trial point: the restoration of x + Zw. r = actual / predicted decrease of f_k.
/// 5. Move when r ≥ 10⁻⁴, and when a more important level has fallen; not when one has risen.
///    Double or quarter δ_k. Go to 2.
///
/// # Convergence and failure
/// Every accepted point is a minimizer of the levels before, to within tolerances, and f_k falls from each to the next.
/// Maximizers and saddle points are left along negative curvature. Ends with `SubproblemFailure` where no radius gives a
/// decrease. Costs more evaluations of f_1 than [`SuccessiveDecrease`](super::SuccessiveDecrease).
///
/// # References
/// The goals of (AlexandrovDennis1994, Section 3.2), each attained before the next is sought; retractions as in
/// (AbsilMahonySepulchre2008, Chapter 7).
#[derive(Debug)]
pub struct Restoration {
    tolerances: Tolerances,
    first_radius: f64,
    max_iterations: usize,
    /// For each level.
    rooms: Vec<Room>,
}

/// Tolerances of residuals and curvatures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tolerances {
    pub(super) first: f64,
    pub(super) later: f64,
    pub(super) curvature: f64,
}

impl Tolerances {
    /// True when the state solves the first `count` levels.
    fn hold(&self, state: &LevelState, count: usize) -> bool {
        (0..count).all(|k| {
            let bound = if k == 0 { self.first } else { self.later };
            state.residuals[k] <= bound && state.negative_curvatures[k] <= self.curvature
        })
    }
}

/// Work space of one level.
#[derive(Debug)]
struct Room {
    geometry: Box<dyn Geometry>,
    trial: LevelState,
    radius: f64,
    step: Vec<f64>,
}

impl<'p> Solver<dyn Multilevel + 'p, LevelState> for Restoration {
    fn solve(
        &mut self,
        problem: &(dyn Multilevel + 'p),
        stopping: &mut Stopping<dyn Multilevel + 'p, LevelState>,
    ) -> Status {
        let last = problem.levels() - 1;
        let begun = self.begin(problem, &mut stopping.state);
        if let Some(status) = stopping.start(problem) {
            return status;
        }
        if let Err(status) = begun {
            return stopping.fail(status);
        }
        loop {
            let status = match self.iterate(problem, &mut stopping.state, last) {
                Ok(()) => stopping.stop(problem),
                Err(failure) => Some(stopping.fail(failure)),
            };
            if let Some(status) = status {
                return status;
            }
        }
    }
}

impl Restoration {
    /// Work space for `problem`, whose levels have no rows and no bounds.
    pub fn new(problem: &dyn Multilevel, options: &Options) -> Self {
        let (n, levels) = (problem.level(0).meta().nvar(), problem.levels());
        let room = |k| {
            let geometry: Box<dyn Geometry> = if n > options.dense_limit {
                Box::new(Krylov::new(problem, k + 1))
            } else {
                Box::new(Dense::new(problem, k + 1))
            };
            Room {
                geometry,
                trial: LevelState::new(vec![0.0; n], levels),
                radius: options.first_radius,
                step: vec![0.0; n],
            }
        };
        Restoration {
            tolerances: options.tolerances(),
            first_radius: options.first_radius,
            max_iterations: options.max_iterations,
            rooms: (0..levels).map(room).collect(),
        }
    }

    fn begin(&mut self, problem: &dyn Multilevel, state: &mut LevelState) -> Result<(), Status> {
        let last = problem.levels() - 1;
        state.evaluate(problem, last + 1);
        self.minimize(problem, state, last)?;
        state.evaluate(problem, last + 1);
        self.rooms[last]
            .geometry
            .examine(problem, state, last + 1)?;
        self.rooms[last].begin(self.first_radius, last);
        Ok(())
    }

    /// Minimizes the first `count` levels from the state. Exhausted iterations are no failure: whoever
    /// asked sees the residuals.
    pub(super) fn minimize(
        &mut self,
        problem: &dyn Multilevel,
        state: &mut LevelState,
        count: usize,
    ) -> Result<(), Status> {
        let Some(k) = count.checked_sub(1) else {
            return Ok(());
        };
        self.minimize(problem, state, k)?;
        state.evaluate(problem, count);
        self.rooms[k].geometry.examine(problem, state, count)?;
        self.rooms[k].begin(self.first_radius, k);
        for _ in 0..self.max_iterations {
            if self.tolerances.hold(state, count) {
                break;
            }
            match self.iterate(problem, state, k) {
                Err(Status::SubproblemFailure) => break,
                result => result?,
            }
        }
        Ok(())
    }

    /// Steps 3 to 5 for level `k`; leaves the frame at the new iterate.
    fn iterate(
        &mut self,
        problem: &dyn Multilevel,
        state: &mut LevelState,
        k: usize,
    ) -> Result<(), Status> {
        let room = &mut self.rooms[k];
        let (radius, step) = (room.radius, &mut room.step);
        let pred = room.geometry.step(problem, state, k, radius, step)?;
        let length = norm2(&room.step);
        let mut trial = std::mem::replace(&mut room.trial, LevelState::new(Vec::new(), 0));
        trial.x.copy_from_slice(&state.x);
        axpy(1.0, &room.step, &mut trial.x);
        let restored = self.minimize(problem, &mut trial, k);
        trial.evaluate(problem, state.f.len());
        let room = &mut self.rooms[k];
        let is_finite = restored.is_ok() && linalg::slice::all_finite(&trial.g);
        let ratio = if is_finite {
            compare(state, &trial, k, pred)
        } else {
            f64::NAN
        };
        tracing::trace!(level = k, f = state.f[k], ratio, pred, length, "step");
        let accepted = ratio >= ACCEPT;
        if accepted {
            state.move_to(&trial);
        }
        room.trial = trial;
        if accepted {
            if ratio > 0.75 && length >= 0.9 * room.radius {
                room.radius *= 2.0;
            } else if ratio < 0.25 {
                room.radius *= 0.5;
            }
            return room.geometry.examine(problem, state, k + 1);
        }
        room.radius = 0.25 * room.radius.min(length);
        if length <= f64::EPSILON * (1.0 + norm2(&state.x)) {
            return Err(Status::SubproblemFailure);
        }
        Ok(())
    }
}

impl Room {
    fn begin(&mut self, first_radius: f64, k: usize) {
        let natural = self.geometry.natural_radius(k);
        self.radius = if natural.is_finite() {
            first_radius.max(natural)
        } else {
            first_radius
        };
    }
}

/// Actual over predicted decrease of f_k between restored points: infinite where a more important level has
/// fallen, NaN where one has risen, 1 where nothing has changed that can be told from rounding errors.
fn compare(state: &LevelState, trial: &LevelState, k: usize, pred: f64) -> f64 {
    for j in 0..k {
        let change = trial.f[j] - state.f[j];
        let noise = 1e-9 * (state.f[j].abs() + trial.f[j].abs()) + 1e-12;
        if change > noise {
            return f64::NAN;
        }
        if change < -noise {
            return f64::INFINITY;
        }
    }
    let actual = state.f[k] - trial.f[k];
    let noise = 1e-13 * state.f[k].abs();
    if actual.abs() <= noise && pred.abs() <= noise {
        1.0
    } else {
        actual / pred
    }
}
