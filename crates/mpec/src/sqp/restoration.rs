//! Steps towards feasibility.

use linalg::slice::{axpy, dot, norm_inf};

use super::Sqp;
use crate::quadratic::{Problem, Verdict};

/// Predicted decrease of ½‖v‖², relative to it, below which v is stationary.
const STATIONARY: f64 = 1e-8;
/// How often sides that block the step are allowed to be violated.
const ROUNDS: usize = 4;

impl Sqp<'_> {
    /// Step 3: lessens q = ½‖v‖², v the violations; false at a stationary point of q.
    ///
    /// The step minimizes ½‖v + A d‖², the curvature of v and ½μ‖d‖² over the satisfied sides, linearised, so that d = 0 is
    /// feasible. When it does not lessen q, the satisfied rows that block it join the violated ones. It
    /// allocates: few runs come here, and seldom.
    pub(super) fn restore(&mut self) -> bool {
        self.least_weight = (10.0 * self.least_weight).max(1.0);
        let equalities = self.sides.equalities;
        let mut soft: Vec<bool> = self
            .now
            .s
            .iter()
            .enumerate()
            .map(|(i, &s)| if i < equalities { s != 0.0 } else { s < 0.0 })
            .collect();
        let q = half_square(&self.now.s, equalities);
        for _ in 0..ROUNDS {
            let Some(blocking) = self.restoration_step(&soft) else {
                return false;
            };
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
            if blocking.is_empty() {
                return false;
            }
            for i in blocking {
                soft[i] = true;
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

    /// The step with the sides in `soft` in the sum of squares and the others kept; returns the rows that
    /// block it.
    fn restoration_step(&mut self, soft: &[bool]) -> Option<Vec<usize>> {
        let n = self.n;
        let (mut hessian, mut g) = (vec![0.0; n * n], vec![0.0; n]);
        let (mut kept, mut b, mut kept_sides) = (Vec::new(), Vec::new(), Vec::new());
        for (i, &s) in self.now.s.iter().enumerate() {
            let a = &self.now.a[i * n..(i + 1) * n];
            if soft[i] {
                axpy(s, a, &mut g);
                for j in 0..n {
                    axpy(a[j], a, &mut hessian[j * n..(j + 1) * n]);
                }
            } else {
                kept.extend_from_slice(a);
                b.push(-s);
                kept_sides.push(i);
            }
        }
        let forces: Vec<f64> = (0..soft.len())
            .map(|i| if soft[i] { -self.now.s[i] } else { 0.0 })
            .collect();
        let curvature =
            self.quadratic
                .constraint_curvature(self.model, &self.now, &self.sides, &forces);
        let kept_equalities = kept_sides.iter().filter(|&&i| i < self.sides.equalities);
        let problem = Problem {
            g: &g,
            rows: &kept,
            b: &b,
            equalities: kept_equalities.count(),
        };
        let mu = 1e-6 * norm_inf(&hessian).max(f64::MIN_POSITIVE);
        // ∇²q where it is positive definite, else that of Gauss and Newton.
        let factored = [1.0, 0.0].iter().any(|weight| {
            let mut shifted = hessian.clone();
            axpy(*weight, curvature, &mut shifted);
            for j in 0..n {
                shifted[j * n + j] += mu;
            }
            self.method.factor(&shifted)
        });
        if !factored || self.method.solve(&problem) != Verdict::Solved {
            return None;
        }
        self.step.copy_from_slice(&self.method.d);
        let pushes = kept_sides.iter().zip(&self.method.lambda);
        let blocking = pushes.filter(|&(&i, &lambda)| lambda != 0.0 && !self.sides.is_variable(i));
        Some(blocking.map(|(&i, _)| i).collect())
    }
}

fn half_square(s: &[f64], equalities: usize) -> f64 {
    let term = |(i, s): (usize, &f64)| if i < equalities { *s } else { s.min(0.0) };
    0.5 * s.iter().enumerate().map(term).map(|v| v * v).sum::<f64>()
}
