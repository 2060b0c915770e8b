//! The quadratic program of one iteration and its penalty parameter.

use nlp_model::TwiceSmooth;
use stopping::NlpState;

use crate::quadratic_program::{ActiveSet, QuadraticProgram};

/// The penalty parameter is not raised above this.
const LARGEST_PENALTY: f64 = 1e10;

/// A step must remove this part of the violation that the linear rows allow to remove.
const REMOVED: f64 = 0.1;

/// A violation that falls by less than this part of itself for a unit step is stationary.
const STATIONARY: f64 = 1e-6;

/// ν is lowered at most this often in one run.
const REDUCTIONS: usize = 10;

/// A violation up to this is not examined for infeasibility.
const STUCK: f64 = 1e-6;

/// min gᵀd + ½ dᵀHd + ν Σ dist(cᵢ + aᵢᵀd, [lᵢ, uᵢ]),  ‖d‖∞ ≤ Δ, in the bounds; all scaled.
#[derive(Debug)]
pub(super) struct Subproblem {
    n: usize,
    m: usize,
    pub obj_scale: f64,
    pub row_scales: Vec<f64>,
    /// ν.
    pub nu: f64,
    hess_vals: Vec<f64>,
    data: Data,
    /// Bounds of the rows of the program to solve: those of `data`, or corrected ones.
    row_lower: Vec<f64>,
    row_upper: Vec<f64>,
    /// y ∘ β for the Hessian.
    weights: Vec<f64>,
    pub active_set: ActiveSet,
    /// For the linear program of the rows alone.
    phase_one: ActiveSet,
    pub iterations: usize,
    /// How often ν was lowered.
    pub reductions: usize,
}

/// The linear and quadratic terms at one point.
#[derive(Debug)]
struct Data {
    hessian: Vec<f64>,
    gradient: Vec<f64>,
    rows: Vec<f64>,
    row_lower: Vec<f64>,
    row_upper: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    zeros: Vec<f64>,
}

impl Data {
    fn program(&self, penalty: f64) -> QuadraticProgram<'_> {
        QuadraticProgram {
            hessian: &self.hessian,
            gradient: &self.gradient,
            rows: &self.rows,
            row_lower: &self.row_lower,
            row_upper: &self.row_upper,
            lower: &self.lower,
            upper: &self.upper,
            penalty,
        }
    }
}

/// What a step promises.
#[derive(Clone, Copy, Debug)]
pub(super) struct Promise {
    /// The reduction of the model of σf + ν Σ βᵢ dist.
    pub predicted: f64,
    /// The violation of the linear rows at 0 and at d.
    pub before: f64,
    pub after: f64,
    /// No step reduces the violation of the linear rows.
    pub is_stuck: bool,
}

impl Subproblem {
    pub fn new(n: usize, m: usize, penalty: f64) -> Self {
        let zeros = |k: usize| vec![0.0; k];
        Subproblem {
            n,
            m,
            obj_scale: 1.0,
            row_scales: vec![1.0; m],
            nu: penalty,
            hess_vals: Vec::new(),
            data: Data {
                hessian: zeros(n * n),
                gradient: zeros(n),
                rows: zeros(m * n),
                row_lower: zeros(m),
                row_upper: zeros(m),
                lower: zeros(n),
                upper: zeros(n),
                zeros: zeros(n * n),
            },
            row_lower: zeros(m),
            row_upper: zeros(m),
            weights: zeros(m),
            active_set: ActiveSet::new(n, m),
            phase_one: ActiveSet::new(n, m),
            iterations: 0,
            reductions: 0,
        }
    }

    /// Gradient-based scales at the start (WachterBiegler2006, Section 3.8).
    pub fn set_scales(&mut self, model: &dyn TwiceSmooth, state: &NlpState, largest: f64) {
        let scale = |size: f64| {
            if size > largest {
                (largest / size).max(1e-8)
            } else {
                1.0
            }
        };
        let gradient = state.g.get().map_or(0.0, linalg::slice::norm_inf);
        self.obj_scale = scale(gradient);
        self.weights.fill(0.0);
        let jac = state.jac.get().unwrap_or(&[]);
        for (value, &i) in jac.iter().zip(model.jac_structure().rows()) {
            self.weights[i] = self.weights[i].max(value.abs());
        }
        for (beta, &size) in self.row_scales.iter_mut().zip(&self.weights) {
            *beta = scale(size);
        }
        self.hess_vals.resize(model.hess_structure().nnz(), 0.0);
    }

    /// Takes derivatives at the state; false when one is not finite.
    pub fn linearise(&mut self, model: &dyn TwiceSmooth, state: &NlpState) -> bool {
        let (n, meta) = (self.n, model.meta());
        let known = "the state is evaluated";
        let (g, c) = (state.g.get().expect(known), state.c.get().expect(known));
        let (jac, y) = (state.jac.get().expect(known), state.y.get().expect(known));
        for (scaled, g) in self.data.gradient.iter_mut().zip(g) {
            *scaled = self.obj_scale * g;
        }
        self.data.rows.fill(0.0);
        for ((i, j), value) in model.jac_structure().iter().zip(jac) {
            self.data.rows[i * n + j] += self.row_scales[i] * value;
        }
        for i in 0..self.m {
            let beta = self.row_scales[i];
            self.data.row_lower[i] = beta * (meta.lcon()[i] - c[i]);
            self.data.row_upper[i] = beta * (meta.ucon()[i] - c[i]);
            self.weights[i] = self.obj_scale * y[i];
        }
        model.hess_coord(
            state.x(),
            &self.weights,
            self.obj_scale,
            &mut self.hess_vals,
        );
        model
            .hess_structure()
            .to_dense_symmetric(&self.hess_vals, &mut self.data.hessian);
        [&self.data.gradient, &self.data.rows, &self.hess_vals]
            .iter()
            .all(|v| linalg::slice::all_finite(v))
    }

    /// Sets the box ‖d‖∞ ≤ Δ inside of the bounds.
    pub fn set_radius(&mut self, model: &dyn TwiceSmooth, x: &[f64], delta: f64) {
        let meta = model.meta();
        for j in 0..self.n {
            self.data.lower[j] = (meta.lvar()[j] - x[j]).max(-delta).min(0.0);
            self.data.upper[j] = (meta.uvar()[j] - x[j]).min(delta).max(0.0);
        }
    }

    /// Finds a step, and raises ν until it removes enough of the violation
    /// (ByrdNocedalWaltz2008, Section 2).
    pub fn find_step(&mut self, delta: f64) -> Promise {
        self.row_lower.copy_from_slice(&self.data.row_lower);
        self.row_upper.copy_from_slice(&self.data.row_upper);
        let before = self
            .data
            .program(self.nu)
            .violation(&self.data.zeros[..self.n]);
        let mut step = self.solve(before);
        let noise = 1e-9 * before.min(1.0) + 1e-13;
        if step.after <= noise {
            return step;
        }
        let least = self.least_violation();
        step.is_stuck = before > STUCK && before - least <= STATIONARY * before * delta.min(1.0);
        let wanted = if least <= noise {
            noise
        } else {
            before - REMOVED * (before - least)
        };
        while step.after > wanted && self.nu < LARGEST_PENALTY && !step.is_stuck {
            self.nu *= 10.0;
            if self.reductions > 0 {
                self.reductions = REDUCTIONS; // it was lowered too far
            }
            tracing::debug!(nu = self.nu, after = step.after, wanted, "penalty raised");
            step = self.solve(before);
        }
        step
    }

    /// Lowers ν after a step that failed, where it is far above the multipliers: a large penalty makes
    /// steps short that follow curved rows. A bounded number of times, so that φ is one function in the
    /// end.
    pub fn lower_penalty(&mut self) {
        let largest = linalg::slice::norm_inf(self.active_set.multipliers());
        let wanted = (0.1 * self.nu).max(3.0 * largest).max(1e-4);
        if wanted < 0.3 * self.nu && self.reductions < REDUCTIONS {
            self.reductions += 1;
            self.nu = wanted;
        }
    }

    /// Solves with the present ν.
    fn solve(&mut self, before: f64) -> Promise {
        let program = QuadraticProgram {
            row_lower: &self.row_lower,
            row_upper: &self.row_upper,
            ..self.data.program(self.nu)
        };
        let outcome = self.active_set.solve(&program);
        self.iterations += outcome.iterations;
        if !outcome.is_stationary {
            tracing::debug!(?outcome, "quadratic program not solved");
        }
        let after = self
            .data
            .program(self.nu)
            .violation(self.active_set.point());
        Promise {
            predicted: self.nu * (before - after) - outcome.quadratic,
            before,
            after,
            is_stuck: false,
        }
    }

    /// The smallest violation that the linear rows allow in the box.
    fn least_violation(&mut self) -> f64 {
        let program = QuadraticProgram {
            hessian: &self.data.zeros,
            gradient: &self.data.zeros[..self.n],
            ..self.data.program(1.0)
        };
        let outcome = self.phase_one.solve(&program);
        self.iterations += outcome.iterations;
        outcome.violation
    }

    /// The second-order correction: the same program, with the rows through their values `c` at x + d.
    pub fn correct(&mut self, model: &dyn TwiceSmooth, c: &[f64], before: f64) {
        let meta = model.meta();
        for i in 0..self.m {
            let ad = linalg::slice::dot(
                &self.data.rows[i * self.n..(i + 1) * self.n],
                self.active_set.point(),
            );
            let beta = self.row_scales[i];
            self.row_lower[i] = beta * (meta.lcon()[i] - c[i]) + ad;
            self.row_upper[i] = beta * (meta.ucon()[i] - c[i]) + ad;
        }
        self.solve(before);
    }

    /// Σ βᵢ dist(cᵢ, [lᵢ, uᵢ]).
    pub fn violation(&self, model: &dyn TwiceSmooth, c: &[f64]) -> f64 {
        let meta = model.meta();
        let outside = |i: usize| {
            let over = (c[i] - meta.ucon()[i]).max(meta.lcon()[i] - c[i]);
            if c[i].is_nan() { c[i] } else { over.max(0.0) }
        };
        (0..self.m).map(|i| self.row_scales[i] * outside(i)).sum()
    }
}
