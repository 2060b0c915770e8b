//! The Hessian of the Lagrangian, made positive definite.

use linalg::slice::{axpy, dot, norm_inf};
use nlp_model::TwiceSmooth;

use super::{Point, Sides};
use crate::quadratic::DualMethod;

/// H = ∇²L + ρ Σ aᵢaᵢᵀ/‖aᵢ‖² + μ I, the sum over the sides in use.
#[derive(Clone, Debug)]
pub(super) struct QuadraticModel {
    n: usize,
    lagrangian: Vec<f64>,
    hessian: Vec<f64>,
    vals: Vec<f64>,
    y: Vec<f64>,
    g: Vec<f64>,
    /// Sides in the sum, with ρ/‖aᵢ‖².
    used: Vec<(usize, f64)>,
    proximal: f64,
    /// Some ∇²L was not positive semidefinite.
    pub is_curved: bool,
}

/// μ relative to max(1, largest entry of ∇²L) at the start; linear programs become proximal ones.
const PROXIMAL: f64 = 1e-5;
/// μ shrinks with each step to a tenth, down to this.
const LEAST_PROXIMAL: f64 = 1e-9;

impl QuadraticModel {
    pub fn new(model: &dyn TwiceSmooth) -> Self {
        let (n, m) = (model.meta().nvar(), model.meta().ncon());
        QuadraticModel {
            n,
            lagrangian: vec![0.0; n * n],
            hessian: vec![0.0; n * n],
            vals: vec![0.0; model.hess_structure().nnz()],
            y: vec![0.0; m],
            g: vec![0.0; n],
            used: Vec::new(),
            proximal: PROXIMAL,
            is_curved: false,
        }
    }

    /// A new run begins.
    pub fn start(&mut self) {
        self.proximal = PROXIMAL;
    }

    /// A step was made.
    pub fn relax(&mut self) {
        self.proximal = (0.1 * self.proximal).max(LEAST_PROXIMAL);
    }

    /// Evaluates ∇²L and factors H with the first (ρ, μ) that makes it positive definite.
    pub fn factor(
        &mut self,
        model: &dyn TwiceSmooth,
        now: &Point,
        sides: &Sides,
        lambda: &[f64],
        method: &mut DualMethod,
    ) -> bool {
        sides.to_rows(lambda, &mut self.y);
        model.hess_coord(&now.x, &self.y, 1.0, &mut self.vals);
        model
            .hess_structure()
            .to_dense_symmetric(&self.vals, &mut self.lagrangian);
        let size = norm_inf(&self.lagrangian);
        if !size.is_finite() {
            return false;
        }
        let size = size.max(1.0);
        let attempts = [0.0, 10.0, 1e3].map(|rho| (rho, self.proximal));
        let shifts = [1e-3, 1e-2, 0.1, 1.0, 10.0, 1e2, 1e3];
        let all = attempts.into_iter().chain(shifts.map(|mu| (10.0, mu)));
        for (rho, mu) in all {
            self.assemble(now, sides, lambda, rho * size, mu * size);
            if method.factor(&self.hessian) {
                return true;
            }
            self.is_curved = true;
        }
        false
    }

    /// −Σ λᵢ ∇²sᵢ, dense.
    pub fn constraint_curvature(
        &mut self,
        model: &dyn TwiceSmooth,
        now: &Point,
        sides: &Sides,
        lambda: &[f64],
    ) -> &[f64] {
        sides.to_rows(lambda, &mut self.y);
        model.hess_coord(&now.x, &self.y, 0.0, &mut self.vals);
        model
            .hess_structure()
            .to_dense_symmetric(&self.vals, &mut self.lagrangian);
        &self.lagrangian
    }

    fn assemble(&mut self, now: &Point, sides: &Sides, lambda: &[f64], rho: f64, mu: f64) {
        let n = self.n;
        self.used.clear();
        self.hessian.copy_from_slice(&self.lagrangian);
        for j in 0..n {
            self.hessian[j * n + j] += mu;
        }
        if rho == 0.0 {
            return;
        }
        for (i, &multiplier) in lambda.iter().enumerate() {
            if i >= sides.equalities && multiplier <= 0.0 {
                continue;
            }
            let a = &now.a[i * n..(i + 1) * n];
            let square = dot(a, a);
            if square == 0.0 {
                continue;
            }
            self.used.push((i, rho / square));
            for j in 0..n {
                if a[j] != 0.0 {
                    axpy(
                        rho / square * a[j],
                        a,
                        &mut self.hessian[j * n..(j + 1) * n],
                    );
                }
            }
        }
    }

    /// ∇f − Σ ρ bᵢ aᵢ/‖aᵢ‖² over the sides in use: the term of ρ is ½ρ Σ (aᵢᵀd − bᵢ)²/‖aᵢ‖², which is 0 where
    /// they stay active, so that their multipliers are those of ∇²L + μ I.
    pub fn gradient(&mut self, now: &Point, b: &[f64]) -> &[f64] {
        let n = self.n;
        self.g.copy_from_slice(&now.g);
        for &(i, rho) in &self.used {
            axpy(-rho * b[i], &now.a[i * n..(i + 1) * n], &mut self.g);
        }
        &self.g
    }
}
