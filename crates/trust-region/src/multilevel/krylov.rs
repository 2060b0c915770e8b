//! The geometry of levels known by products with their Hessians.

use std::cell::RefCell;

use linalg::LinearMap;
use linalg::slice::{axpy, norm2, scale};
use nlp_model::Multilevel;
use stopping::Status;

use super::frame::relative;
use super::geometry::Geometry;
use super::level_state::LevelState;
use super::products::Products;
use super::range_solver::RangeSolver;
use crate::{SteihaugToint, StepKind};

/// Relative residual of a solve for a multiplier.
const SOLVED: f64 = 1e-9;
/// Eigenvalues below this fraction of the largest count as zero on the set of minimizers.
const FREE: f64 = 1e-12;
/// Off the set, those below this multiple of the residual: they are of the order of the distance.
const DISTANCE: f64 = 30.0;
/// Passes of a projection; each reduces the error of the one before.
const PASSES: usize = 3;

/// Projections and truncated steps without matrices.
///
/// The levels before level k leave free null(A_{k−1}), A_j = P_jW_jP_j with P_0 = I and
/// P_{j+1} = P_j − A_j⁺A_j. A projection is a solve A_j u = A_j v by conjugate gradients, which is consistent though
/// A_j is singular; it stops before eigenvalues near zero are resolved. Steps are those of Steihaug and Toint on A_k.
/// Negative curvature is known as far as conjugate gradients met it.
#[derive(Debug)]
pub(super) struct Krylov {
    n: usize,
    products: Products,
    /// Estimates of ‖A_j‖.
    norms: Vec<f64>,
    /// A projected vector p has ‖A_j p‖ ≤ this · ‖A_j‖ ‖v‖: what lies along smaller eigenvalues is not resolved.
    free: Vec<f64>,
    /// For each level before the last.
    solvers: Vec<RefCell<RangeSolver>>,
    pool: Pool,
    steihaug: SteihaugToint,
    reduced: Vec<f64>,
    /// Eigenvector estimates of the largest eigenvalues.
    power: Vec<Vec<f64>>,
    /// For each level, whether its last step met negative curvature.
    met_negative: Vec<bool>,
}

impl Krylov {
    pub(super) fn new(problem: &dyn Multilevel, levels: usize) -> Self {
        let n = problem.level(0).meta().nvar();
        let products = Products::new(problem, levels);
        let solver = |k: usize| {
            let structure = problem.level(k).hess_structure();
            // later levels are seen through projections, which no factorization knows
            let is_stored = k == 0 && products.values(k).is_some();
            RefCell::new(RangeSolver::new(n, is_stored.then_some(structure)))
        };
        let irregular = || (1..=n).map(|i| 0.5 + (i as f64 * 0.618_033_988_75).fract());
        Krylov {
            n,
            norms: vec![0.0; levels],
            free: vec![FREE; levels],
            solvers: (1..levels).map(|k| solver(k - 1)).collect(),
            products,
            pool: Pool::default(),
            steihaug: SteihaugToint::new(n),
            reduced: vec![0.0; n],
            power: (0..levels).map(|_| irregular().collect()).collect(),
            met_negative: vec![false; levels],
        }
    }

    fn map<'a>(&'a self, problem: &'a dyn Multilevel, k: usize) -> Reduced<'a> {
        Reduced {
            krylov: self,
            problem,
            k,
        }
    }

    /// v ← P_k v.
    fn project(&self, problem: &dyn Multilevel, k: usize, v: &mut [f64]) {
        let Some(j) = k.checked_sub(1) else {
            return;
        };
        self.project(problem, j, v);
        let (mut b, mut u) = (self.pool.take(self.n), self.pool.take(self.n));
        let target = self.free[j] * self.norms[j] * norm2(v);
        for _ in 0..PASSES {
            let map = self.map(problem, j);
            map.apply(v, &mut b);
            if norm2(&b) <= target {
                break;
            }
            self.solvers[j].borrow_mut().solve(&map, &b, target, &mut u);
            axpy(-1.0, &u, v);
        }
        self.pool.give(b);
        self.pool.give(u);
    }

    /// u = −A_j⁺ g.
    fn multiplier(&self, problem: &dyn Multilevel, j: usize, g: &[f64], u: &mut [f64]) {
        let (mut b, mut free) = (self.pool.take(self.n), self.pool.take(self.n));
        b.copy_from_slice(g);
        self.project(problem, j, &mut b);
        free.copy_from_slice(&b);
        self.project(problem, j + 1, &mut free);
        axpy(-1.0, &free, &mut b);
        scale(-1.0, &mut b);
        let tolerance = (self.free[j] * norm2(g)).max(SOLVED * norm2(&b));
        let map = self.map(problem, j);
        self.solvers[j].borrow_mut().solve(&map, &b, tolerance, u);
        self.pool.give(b);
        self.pool.give(free);
    }

    /// A lower estimate of ‖A_k‖ by a few steps of the power method, warm from the last point.
    fn estimate_norm(&mut self, problem: &dyn Multilevel, k: usize) {
        let mut v = std::mem::take(&mut self.power[k]);
        let mut w = self.pool.take(self.n);
        self.norms[k] = 0.0;
        let mut largest = 0.0;
        for _ in 0..8 {
            let length = norm2(&v);
            if !(length > 0.0 && length.is_finite()) {
                break;
            }
            scale(1.0 / length, &mut v);
            self.map(problem, k).apply(&v, &mut w);
            largest = norm2(&w);
            if largest == 0.0 {
                break;
            }
            std::mem::swap(&mut v, &mut w);
        }
        self.norms[k] = largest;
        self.power[k] = v;
        self.pool.give(w);
    }
}

impl Geometry for Krylov {
    fn examine(
        &mut self,
        problem: &dyn Multilevel,
        state: &mut LevelState,
        count: usize,
    ) -> Result<(), Status> {
        let size = 1.0 + norm2(&state.x);
        let mut worst = 0.0_f64;
        for k in 0..count {
            self.products.hessian(problem, &state.x, k);
            for j in 0..k {
                let mut mu = self.pool.take(self.n);
                self.multiplier(problem, j, state.gradient(k), &mut mu);
                self.products.third(problem, k, j, &mu);
                self.pool.give(mu);
            }
            self.estimate_norm(problem, k);
            if k + 1 < count
                && let Some(values) = self.products.values(k)
            {
                self.solvers[k].borrow_mut().prepare(values, self.norms[k]);
            }
            self.reduced.copy_from_slice(state.gradient(k));
            let mut reduced = std::mem::take(&mut self.reduced);
            self.project(problem, k, &mut reduced);
            let part = if k == 0 {
                0.0
            } else {
                norm2(state.gradient(k))
            };
            state.residuals[k] = relative(norm2(&reduced), self.norms[k] * size + part);
            worst = worst.max(state.residuals[k]);
            self.free[k] = FREE.max(DISTANCE * worst).min(1e-2);
            state.negative_curvatures[k] = if self.met_negative[k] { 1.0 } else { 0.0 };
            self.reduced = reduced;
            if !self.norms[k].is_finite() || !linalg::slice::all_finite(&self.reduced) {
                return Err(Status::DomainError);
            }
        }
        Ok(())
    }

    fn natural_radius(&self, k: usize) -> f64 {
        norm2(&self.reduced) / self.norms[k]
    }

    fn step(
        &mut self,
        problem: &dyn Multilevel,
        state: &LevelState,
        k: usize,
        radius: f64,
        step: &mut [f64],
    ) -> Result<f64, Status> {
        let mut steihaug = std::mem::replace(&mut self.steihaug, SteihaugToint::new(0));
        // not below the accuracy of the projected gradient
        let residual = state.residuals[k];
        let epsilon = residual.max(1e-11 / residual).clamp(1e-8, 1e-2);
        let map = self.map(problem, k);
        let product = |v: &[f64], out: &mut [f64]| map.apply(v, out);
        let limit = 2 * self.n + 100;
        let result = steihaug.solve(product, &self.reduced, radius, epsilon, limit, step);
        self.steihaug = steihaug;
        let result = result.map_err(|_| Status::DomainError)?;
        tracing::trace!(
            level = k,
            products = result.work,
            "truncated conjugate gradients"
        );
        self.met_negative[k] = result.kind == StepKind::NegativeCurvature;
        Ok(result.decrease)
    }
}

/// A_k = P_kW_kP_k + ‖A_k‖ (I − P_k).
struct Reduced<'a> {
    krylov: &'a Krylov,
    problem: &'a dyn Multilevel,
    k: usize,
}

impl LinearMap for Reduced<'_> {
    fn shape(&self) -> (usize, usize) {
        (self.krylov.n, self.krylov.n)
    }
    fn apply(&self, x: &[f64], y: &mut [f64]) {
        let Reduced { krylov, problem, k } = *self;
        if k == 0 {
            return krylov.products.apply(problem, 0, x, y);
        }
        let mut p = krylov.pool.take(krylov.n);
        p.copy_from_slice(x);
        krylov.project(problem, k, &mut p);
        krylov.products.apply(problem, k, &p, y);
        krylov.project(problem, k, y);
        // on the rest of ℝⁿ the map is a multiple of the identity, so that rounding errors stay small there
        for ((y, x), p) in y.iter_mut().zip(x).zip(&p) {
            *y += krylov.norms[k] * (x - p);
        }
        krylov.pool.give(p);
    }
    fn apply_transpose(&self, x: &[f64], y: &mut [f64]) {
        self.apply(x, y);
    }
}

/// Vectors that are lent and given back: nothing is allocated after the first calls.
#[derive(Debug, Default)]
struct Pool(RefCell<Vec<Vec<f64>>>);

impl Pool {
    fn take(&self, n: usize) -> Vec<f64> {
        self.0.borrow_mut().pop().unwrap_or_else(|| vec![0.0; n])
    }
    fn give(&self, vector: Vec<f64>) {
        self.0.borrow_mut().push(vector);
    }
}
