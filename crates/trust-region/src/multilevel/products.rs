//! Products with the Hessians of levels, and with the curvature that the levels before add.

use std::cell::RefCell;

use linalg::slice::{axpy, norm_inf};
use nlp_model::Multilevel;

/// A Hessian with at most this many entries a row is evaluated once and stored.
const ENTRIES: usize = 64;

/// W_k = ∇²f_k + Σ_{j<k} D³f_j[μ_kj] at one point, by products.
///
/// A level whose Hessian structure is sparse is evaluated on its structure; one whose structure is dense, or
/// empty, is asked for products only, and its third derivatives are central differences of them.
#[derive(Debug)]
pub(super) struct Products {
    x: Vec<f64>,
    levels: Vec<Level>,
    room: RefCell<[Vec<f64>; 2]>,
}

#[derive(Debug)]
struct Level {
    /// Values on the structure, when they are stored.
    hess: Option<Vec<f64>>,
    /// For each level before: μ and the values of D³f_j[μ] on its structure, when they are stored.
    third: Vec<(Vec<f64>, Option<Vec<f64>>)>,
}

impl Products {
    pub(super) fn new(problem: &dyn Multilevel, levels: usize) -> Self {
        let n = problem.level(0).meta().nvar();
        let stored = |k: usize| {
            let nnz = problem.level(k).hess_structure().nnz();
            (nnz > 0 && nnz <= ENTRIES * n).then(|| vec![0.0; nnz])
        };
        let level = |k: usize| Level {
            hess: stored(k),
            third: (0..k).map(|j| (vec![0.0; n], stored(j))).collect(),
        };
        Products {
            x: vec![0.0; n],
            levels: (0..levels).map(level).collect(),
            room: RefCell::new([vec![0.0; n], vec![0.0; n]]),
        }
    }

    /// The values of ∇²f_k on its structure, when they are stored.
    pub(super) fn values(&self, k: usize) -> Option<&[f64]> {
        self.levels[k].hess.as_deref()
    }

    /// Moves level `k` to `x`; levels are moved in their order.
    pub(super) fn hessian(&mut self, problem: &dyn Multilevel, x: &[f64], k: usize) {
        self.x.copy_from_slice(x);
        if let Some(values) = &mut self.levels[k].hess {
            problem.level(k).hess_coord(x, &[], 1.0, values);
        }
        // curvature of levels before is added one by one
        for (mu, _) in &mut self.levels[k].third {
            mu.fill(0.0);
        }
    }

    /// Adds D³f_j[μ] to W_k.
    pub(super) fn third(&mut self, problem: &dyn Multilevel, k: usize, j: usize, mu: &[f64]) {
        let (direction, values) = &mut self.levels[k].third[j];
        direction.copy_from_slice(mu);
        if let Some(values) = values {
            let model = problem.level(j);
            model.hess_directional(&self.x, &[], 1.0, mu, values);
        }
    }

    /// out = W_k v.
    pub(super) fn apply(&self, problem: &dyn Multilevel, k: usize, v: &[f64], out: &mut [f64]) {
        let model = problem.level(k);
        match &self.levels[k].hess {
            Some(values) => model.hess_structure().mul_symmetric(values, v, out),
            None => model.hprod(&self.x, &[], 1.0, v, out),
        }
        let [point, product] = &mut *self.room.borrow_mut();
        for (j, (mu, values)) in self.levels[k].third.iter().enumerate() {
            let model = problem.level(j);
            let largest = norm_inf(mu);
            if largest == 0.0 {
                continue;
            }
            if let Some(values) = values {
                model.hess_structure().mul_symmetric(values, v, product);
                axpy(1.0, product, out);
                continue;
            }
            let t = f64::EPSILON.cbrt() * (1.0 + norm_inf(&self.x)) / largest;
            for t in [t, -t] {
                point.copy_from_slice(&self.x);
                axpy(t, mu, point);
                model.hprod(point, &[], 1.0, v, product);
                axpy(0.5 / t, product, out);
            }
        }
    }
}
