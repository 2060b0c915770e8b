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
mod tests;
