//! Strictly convex quadratic programs, small and dense.

mod factors;

use factors::Factors;

/// min ½ dᵀH d + gᵀd  s.t.  aᵢᵀd = bᵢ (i < equalities),  aᵢᵀd ≥ bᵢ (the others), H positive definite.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Problem<'a> {
    /// g (n).
    pub g: &'a [f64],
    /// The rows aᵢᵀ, one after the other (m·n).
    pub rows: &'a [f64],
    /// b (m).
    pub b: &'a [f64],
    /// Number of equalities; they come first.
    pub equalities: usize,
}

/// What the method says of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// d and λ satisfy the conditions of optimality.
    Solved,
    /// The constraints contradict each other.
    Infeasible,
    /// H is not positive definite, a number is not finite, or the iterations are used up.
    Failed,
}

/// The dual active-set method (GoldfarbIdnani1983), with its memory.
///
/// # Algorithm
/// From the minimizer without constraints, equalities enter the working set one by one, then the most
/// violated inequality as long as there is one. A constraint enters by a step in the primal and dual
/// space; one whose multiplier would change its sign on the way leaves. A constraint whose gradient
/// depends on the working set only moves the multipliers.
///
/// # Convergence and failure
/// The dual value grows with each working set, so that the method is finite. When no multiplier blocks
/// and no primal step exists, the constraints are infeasible. At the end one step of iterative refinement
/// on the working set removes what rounding has left. An iteration costs O(m n + n²).
#[derive(Clone, Debug)]
pub(crate) struct DualMethod {
    n: usize,
    factors: Factors,
    /// The solution d (n).
    pub d: Vec<f64>,
    /// Multipliers λ of the rows (m): H d + g = Σ λᵢ aᵢ, λᵢ ≥ 0 for inequalities.
    pub lambda: Vec<f64>,
    /// Rows in the working set, and their multipliers.
    active: Vec<usize>,
    u: Vec<f64>,
    is_active: Vec<bool>,
    /// 1/‖aᵢ‖.
    scale: Vec<f64>,
    z: Vec<f64>,
    r: Vec<f64>,
    work: Vec<f64>,
}

/// A row is dependent on the working set when no more than this part of it is independent, in the
/// metric of H⁻¹.
const DEPENDENT: f64 = 1e-11;
/// Violations up to this, relative to 1 + |bᵢ| + ‖d‖∞ with aᵢ of unit length, are rounding.
const ROUNDING: f64 = 1e-12;

impl DualMethod {
    pub fn new(n: usize) -> Self {
        DualMethod {
            n,
            factors: Factors::new(n),
            d: vec![0.0; n],
            lambda: Vec::new(),
            active: Vec::new(),
            u: Vec::new(),
            is_active: Vec::new(),
            scale: Vec::new(),
            z: vec![0.0; n],
            r: vec![0.0; n],
            work: vec![0.0; n],
        }
    }

    /// Factors H (n², symmetric, column by column). False when H is not positive definite.
    pub fn factor(&mut self, hessian: &[f64]) -> bool {
        self.factors.factor(hessian)
    }

    /// H = I.
    pub fn factor_identity(&mut self) {
        self.factors.identity();
    }

    /// Solves the problem with the last H that was factored.
    pub fn solve(&mut self, problem: &Problem) -> Verdict {
        let (n, m) = (self.n, problem.b.len());
        debug_assert_eq!((problem.g.len(), problem.rows.len()), (n, m * n));
        self.prepare(problem);
        if !linalg::slice::all_finite(&self.d) || !linalg::slice::all_finite(problem.rows) {
            return Verdict::Failed;
        }
        for i in 0..problem.equalities {
            if !self.add_equality(problem, i) {
                return Verdict::Infeasible;
            }
        }
        for _ in 0..20 * (n + m) + 50 {
            match self.most_violated(problem) {
                None => {
                    self.refine(problem);
                    return self.finish();
                }
                Some(i) => match self.add_inequality(problem, i) {
                    Verdict::Solved => {}
                    other => return other,
                },
            }
        }
        Verdict::Failed
    }

    fn prepare(&mut self, problem: &Problem) {
        let m = problem.b.len();
        self.factors.begin();
        self.active.clear();
        self.u.clear();
        for list in [&mut self.lambda, &mut self.scale] {
            list.clear();
            list.resize(m, 0.0);
        }
        self.is_active.clear();
        self.is_active.resize(m, false);
        for i in 0..m {
            let norm = linalg::slice::norm2(self.row(problem, i));
            self.scale[i] = if norm > 0.0 { 1.0 / norm } else { 1.0 };
        }
        self.factors.minimizer(problem.g, &mut self.d);
    }

    fn row<'a>(&self, problem: &Problem<'a>, i: usize) -> &'a [f64] {
        &problem.rows[i * self.n..(i + 1) * self.n]
    }

    /// aᵢᵀd − bᵢ in units of ‖aᵢ‖.
    fn slack(&self, problem: &Problem, i: usize) -> f64 {
        self.scale[i] * (linalg::slice::dot(self.row(problem, i), &self.d) - problem.b[i])
    }

    fn rounding(&self, problem: &Problem, i: usize) -> f64 {
        let d = linalg::slice::norm_inf(&self.d);
        ROUNDING * (1.0 + self.scale[i] * problem.b[i].abs() + d)
    }

    /// Puts an equality into the working set; false when it contradicts those before it.
    fn add_equality(&mut self, problem: &Problem, i: usize) -> bool {
        let slack = self.slack(problem, i);
        self.load(problem, i);
        let curvature = self.factors.directions(&mut self.z, &mut self.r);
        if curvature == 0.0 {
            // Note (2026-11-22): rounding in the equalities before is amplified by their condition; a hundred
            // thousand units are allowed.
            return slack.abs() <= 1e5 * self.rounding(problem, i);
        }
        let t = -slack / curvature;
        linalg::slice::axpy(t, &self.z, &mut self.d);
        for (u, r) in self.u.iter_mut().zip(&self.r) {
            *u -= t * r;
        }
        self.enter(i, t);
        true
    }

    fn enter(&mut self, i: usize, t: f64) {
        self.factors.enter();
        self.active.push(i);
        self.u.push(t);
        self.is_active[i] = true;
    }

    /// The normal of row i in units of its length goes to the factors.
    fn load(&mut self, problem: &Problem, i: usize) {
        let row = self.row(problem, i);
        for (w, a) in self.work.iter_mut().zip(row) {
            *w = self.scale[i] * a;
        }
        self.factors.load(&self.work);
    }

    fn most_violated(&self, problem: &Problem) -> Option<usize> {
        let mut worst = None;
        let mut least = 0.0;
        for i in problem.equalities..problem.b.len() {
            if self.is_active[i] {
                continue;
            }
            let slack = self.slack(problem, i);
            if slack < least && slack < -self.rounding(problem, i) {
                (worst, least) = (Some(i), slack);
            }
        }
        worst
    }

    /// Brings the violated row i into the working set.
    fn add_inequality(&mut self, problem: &Problem, i: usize) -> Verdict {
        let mut entering = 0.0;
        for _ in 0..=self.n + problem.b.len() {
            let slack = self.slack(problem, i);
            self.load(problem, i);
            let curvature = self.factors.directions(&mut self.z, &mut self.r);
            let (dual, blocking) = self.longest_dual_step(problem.equalities);
            let primal = if curvature > 0.0 {
                -slack / curvature
            } else {
                f64::INFINITY
            };
            let t = dual.min(primal);
            if t == f64::INFINITY {
                return Verdict::Infeasible;
            }
            if !t.is_finite() {
                return Verdict::Failed;
            }
            if curvature > 0.0 {
                linalg::slice::axpy(t, &self.z, &mut self.d);
            }
            for (u, r) in self.u.iter_mut().zip(&self.r) {
                *u -= t * r;
            }
            entering += t;
            if t == primal {
                self.enter(i, entering);
                return Verdict::Solved;
            }
            self.leave(blocking);
        }
        Verdict::Failed
    }

    /// The step at which the first multiplier of an inequality vanishes, and which.
    fn longest_dual_step(&self, equalities: usize) -> (f64, usize) {
        let (mut step, mut which) = (f64::INFINITY, usize::MAX);
        let largest = linalg::slice::norm_inf(&self.r[..self.active.len()]);
        for (k, &i) in self.active.iter().enumerate() {
            if i >= equalities && self.r[k] > 1e-14 * largest {
                let t = self.u[k].max(0.0) / self.r[k];
                if t < step {
                    (step, which) = (t, k);
                }
            }
        }
        (step, which)
    }

    fn leave(&mut self, k: usize) {
        self.factors.leave(k);
        self.is_active[self.active.remove(k)] = false;
        self.u.remove(k);
    }

    /// One Newton step on the equations H d + g = Σ uₖ aₖ, aₖᵀd = bₖ of the working set.
    fn refine(&mut self, problem: &Problem) {
        let q = self.active.len();
        self.factors.residual(&self.d, problem.g, &mut self.work);
        for k in 0..q {
            let i = self.active[k];
            linalg::slice::axpy(
                -self.u[k] * self.scale[i],
                self.row(problem, i),
                &mut self.work,
            );
        }
        for k in 0..q {
            self.r[k] = -self.slack(problem, self.active[k]);
        }
        self.factors.correct(&self.work, &mut self.r, &mut self.z);
        linalg::slice::axpy(1.0, &self.z, &mut self.d);
        for k in 0..q {
            self.u[k] += self.r[k];
        }
    }

    fn finish(&mut self) -> Verdict {
        for (k, &i) in self.active.iter().enumerate() {
            self.lambda[i] = self.scale[i] * self.u[k];
        }
        let finite = linalg::slice::all_finite(&self.d) && linalg::slice::all_finite(&self.lambda);
        if finite {
            Verdict::Solved
        } else {
            Verdict::Failed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DualMethod, Problem, Verdict};
    use proptest::prelude::*;

    fn solve(h: &[f64], problem: &Problem) -> (Verdict, DualMethod) {
        let mut method = DualMethod::new(problem.g.len());
        assert!(method.factor(h));
        let verdict = method.solve(problem);
        (verdict, method)
    }

    #[test]
    fn the_example_of_the_paper_is_solved() {
        // min 6 x₁ + 2 (x₁² − x₁x₂ + x₂²) s.t. x ≥ 0, x₁ + x₂ ≥ 2: x = (1/2, 3/2), λ₃ = 5.
        let problem = Problem {
            g: &[6.0, 0.0],
            rows: &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0],
            b: &[0.0, 0.0, 2.0],
            equalities: 0,
        };
        let (verdict, method) = solve(&[4.0, -2.0, -2.0, 4.0], &problem);
        assert_eq!(verdict, Verdict::Solved);
        assert!((method.d[0] - 0.5).abs() < 1e-14 && (method.d[1] - 1.5).abs() < 1e-14);
        assert!(
            (method.lambda[2] - 5.0).abs() < 1e-13,
            "{:?}",
            method.lambda
        );
    }

    #[test]
    fn repeated_and_dependent_rows_do_no_harm() {
        // x₁ + x₂ = 1 twice, x₁ ≥ 1/4 twice, x₁ ≤ 1, and 2x₁ + 2x₂ ≥ 2, which holds with equality always.
        let problem = Problem {
            g: &[3.0, 0.0],
            rows: &[
                1.0, 1.0, -2.0, -2.0, 1.0, 0.0, 2.0, 0.0, -1.0, 0.0, 2.0, 2.0,
            ],
            b: &[1.0, -2.0, 0.25, 0.5, -1.0, 2.0],
            equalities: 2,
        };
        let (verdict, method) = solve(&[1.0, 0.0, 0.0, 1.0], &problem);
        assert_eq!(verdict, Verdict::Solved);
        assert!((method.d[0] - 0.25).abs() < 1e-14 && (method.d[1] - 0.75).abs() < 1e-14);
    }

    #[test]
    fn contradictions_are_seen() {
        let problem = |b: &'static [f64], equalities| Problem {
            g: &[0.0, 0.0],
            rows: &[1.0, 1.0, 1.0, 1.0, -1.0, -1.0],
            b,
            equalities,
        };
        let h = [2.0, 1.0, 1.0, 2.0];
        assert_eq!(
            solve(&h, &problem(&[1.0, 2.0, -5.0], 2)).0,
            Verdict::Infeasible
        );
        assert_eq!(
            solve(&h, &problem(&[1.0, 0.0, -0.9], 0)).0,
            Verdict::Infeasible
        );
        assert_eq!(solve(&h, &problem(&[1.0, 0.0, -1.0], 0)).0, Verdict::Solved);
        let mut method = DualMethod::new(2);
        assert!(!method.factor(&[1.0, 2.0, 2.0, 1.0]));
        assert!(!method.factor(&[1.0, 0.0, 0.0, f64::NAN]));
    }

    proptest! {
        /// The conditions of optimality hold, measured anew, for random problems that are feasible.
        #[test]
        fn solutions_satisfy_the_conditions_of_optimality(
            factor in prop::collection::vec(-2.0..2.0f64, 16),
            g in prop::collection::vec(-5.0..5.0f64, 4),
            rows in prop::collection::vec(-3..=3i32, 24),
            slack in prop::collection::vec(0.0..1.0f64, 6),
        ) {
            let n = 4;
            let mut h = [0.0; 16];
            for i in 0..n {
                for j in 0..n {
                    let sum: f64 = (0..n).map(|k| factor[4 * i + k] * factor[4 * j + k]).sum();
                    h[4 * i + j] = sum + f64::from(u8::from(i == j)) * 0.1;
                }
            }
            let rows: Vec<f64> = rows.into_iter().map(f64::from).collect();
            // (1, 1, 1, 1) is feasible; the first row is an equality.
            let b: Vec<f64> = (0..6)
                .map(|i| rows[4 * i..4 * i + 4].iter().sum::<f64>() - if i == 0 { 0.0 } else { slack[i] })
                .collect();
            let problem = Problem { g: &g, rows: &rows, b: &b, equalities: 1 };
            let (verdict, method) = solve(&h, &problem);
            prop_assert_eq!(verdict, Verdict::Solved);
            for i in 0..n {
                let hd: f64 = (0..n).map(|j| h[4 * i + j] * method.d[j]).sum();
                let forces: f64 = (0..6).map(|k| method.lambda[k] * rows[4 * k + i]).sum();
                prop_assert!((hd + g[i] - forces).abs() < 1e-8);
            }
            for i in 0..6 {
                let s: f64 = (0..n).map(|j| rows[4 * i + j] * method.d[j]).sum::<f64>() - b[i];
                prop_assert!(s > -1e-9 && (i > 0 || s < 1e-9));
                prop_assert!(i == 0 || (method.lambda[i] > -1e-9 && (method.lambda[i] * s).abs() < 1e-7));
            }
        }
    }
}
