//! Steps towards feasibility.

use linalg::slice::{axpy, dot, norm_inf};

use super::Sqp;
use crate::quadratic::{Problem, Verdict};

/// Predicted decrease of ½‖v‖², relative to it, below which v is stationary.
const STATIONARY: f64 = 1e-8;
/// How often sides that block the step are allowed to be violated.
const ROUNDS: usize = 4;

/// Work space of the steps towards feasibility.
#[derive(Clone, Debug)]
pub(super) struct Restoration {
    /// Sides whose violation the step lessens; the others are kept.
    soft: Vec<bool>,
    /// Of ½‖v + A d‖² over the soft sides.
    hessian: Vec<f64>,
    g: Vec<f64>,
    shifted: Vec<f64>,
    /// Rows of the sides that are kept, and which these are.
    kept: Vec<f64>,
    b: Vec<f64>,
    kept_sides: Vec<usize>,
    forces: Vec<f64>,
}

impl Restoration {
    pub fn new(n: usize) -> Self {
        Restoration {
            soft: Vec::new(),
            hessian: vec![0.0; n * n],
            g: vec![0.0; n],
            shifted: vec![0.0; n * n],
            kept: Vec::new(),
            b: Vec::new(),
            kept_sides: Vec::new(),
            forces: Vec::new(),
        }
    }
}

impl Sqp<'_> {
    /// Step 3: lessens q = ½‖v‖², v the violations; false at a stationary point of q.
    ///
    /// The step minimizes ½‖v + A d‖², the curvature of v and ½μ‖d‖² over the satisfied sides, linearised, so that d = 0 is
    /// feasible. When it does not lessen q, the satisfied rows that block it join the violated ones.
    pub(super) fn restore(&mut self) -> bool {
        self.least_weight = (10.0 * self.least_weight).max(1.0);
        let equalities = self.sides.equalities;
        let is_violated = |(i, s): (usize, &f64)| if i < equalities { *s != 0.0 } else { *s < 0.0 };
        self.restoration.soft.clear();
        let violated = self.now.s.iter().enumerate().map(is_violated);
        self.restoration.soft.extend(violated);
        let q = half_square(&self.now.s, equalities);
        for _ in 0..ROUNDS {
            if !self.restoration_step() {
                return false;
            }
            let slope = self.slope_of_violation();
            if slope < -STATIONARY * q {
                let mut alpha = 1.0;
                while alpha > 1e-6 {
                    if self.try_step(alpha)
                        && half_square(&self.trial.s, equalities) <= q + 1e-4 * alpha * slope
                    {
                        return self.accept();
                    }
                    alpha *= 0.25;
                }
            }
            if !self.soften_blocking() {
                return false;
            }
        }
        false
    }

    /// Directional derivative of q along the step.
    fn slope_of_violation(&self) -> f64 {
        let rows = self.now.a.chunks_exact(self.n);
        let terms = self.now.s.iter().zip(rows).enumerate();
        let slope = |(i, (&s, a)): (usize, (&f64, &[f64]))| {
            if i < self.sides.equalities || s < 0.0 {
                s * dot(a, &self.step)
            } else {
                0.0
            }
        };
        terms.map(slope).sum()
    }

    /// The step with the soft sides in the sum of squares and the others kept; false when there is none.
    fn restoration_step(&mut self) -> bool {
        let n = self.n;
        let work = &mut self.restoration;
        work.hessian.fill(0.0);
        work.g.fill(0.0);
        work.kept.clear();
        work.b.clear();
        work.kept_sides.clear();
        work.forces.clear();
        for (i, &s) in self.now.s.iter().enumerate() {
            let a = &self.now.a[i * n..(i + 1) * n];
            if work.soft[i] {
                work.forces.push(-s);
                axpy(s, a, &mut work.g);
                for j in 0..n {
                    axpy(a[j], a, &mut work.hessian[j * n..(j + 1) * n]);
                }
            } else {
                work.forces.push(0.0);
                work.kept.extend_from_slice(a);
                work.b.push(-s);
                work.kept_sides.push(i);
            }
        }
        let curvature =
            self.quadratic
                .constraint_curvature(self.model, &self.now, &self.sides, &work.forces);
        let kept_equalities = work
            .kept_sides
            .iter()
            .filter(|&&i| i < self.sides.equalities);
        let problem = Problem {
            g: &work.g,
            rows: &work.kept,
            b: &work.b,
            equalities: kept_equalities.count(),
        };
        let mu = 1e-6 * norm_inf(&work.hessian).max(f64::MIN_POSITIVE);
        // ∇²q where it is positive definite, else that of Gauss and Newton.
        let factored = [1.0, 0.0].iter().any(|weight| {
            work.shifted.copy_from_slice(&work.hessian);
            axpy(*weight, curvature, &mut work.shifted);
            for j in 0..n {
                work.shifted[j * n + j] += mu;
            }
            self.method.factor(&work.shifted)
        });
        if !factored || self.method.solve(&problem) != Verdict::Solved {
            return false;
        }
        self.step.copy_from_slice(&self.method.d);
        true
    }

    /// The rows that block the last step join the soft ones; false when there is none.
    fn soften_blocking(&mut self) -> bool {
        let work = &mut self.restoration;
        let mut any = false;
        for (&i, &lambda) in work.kept_sides.iter().zip(&self.method.lambda) {
            if lambda != 0.0 && !self.sides.is_variable(i) {
                work.soft[i] = true;
                any = true;
            }
        }
        any
    }
}

fn half_square(s: &[f64], equalities: usize) -> f64 {
    let term = |(i, s): (usize, &f64)| if i < equalities { *s } else { s.min(0.0) };
    0.5 * s.iter().enumerate().map(term).map(|v| v * v).sum::<f64>()
}
