//! Consistent systems with singular matrices.

use linalg::slice::{axpy, dot, norm2};
use linalg::{Factorization, LinearMap, Pattern, SparseCholesky};

/// Most iterations of one solve.
const LIMIT: usize = 20_000;
/// Multiple of ‖A‖ that is added to A before it is factored.
const SHIFT: f64 = 1e-7;

/// Conjugate gradients for A u = b with A symmetric positive semidefinite and b in its range.
///
/// Where the values of A are stored and sparse, A + εI is factored as preconditioner: its eigenvalues on the range
/// are then λ/(λ + ε), near one, and a solve takes a few iterations whatever the condition of A. A matrix that is not
/// positive semidefinite, to within ε, has no preconditioner.
#[derive(Debug)]
pub(super) struct RangeSolver {
    r: Vec<f64>,
    z: Vec<f64>,
    p: Vec<f64>,
    ap: Vec<f64>,
    shifted: Option<Shifted>,
}

#[derive(Debug)]
struct Shifted {
    factor: SparseCholesky,
    values: Vec<f64>,
    is_ready: bool,
}

impl RangeSolver {
    /// Room for systems of order `n`, with a preconditioner when the `structure` (lower triangle) is given.
    pub(super) fn new(n: usize, structure: Option<&Pattern>) -> Self {
        let shifted = structure.map(|structure| {
            let diagonal = (0..n).map(|i| (i, i));
            let pattern = Pattern::from_entries(n, n, structure.iter().chain(diagonal))
                .expect("a diagonal fits a square matrix");
            Shifted {
                factor: SparseCholesky::new(&pattern),
                values: vec![0.0; pattern.nnz()],
                is_ready: false,
            }
        });
        RangeSolver {
            r: vec![0.0; n],
            z: vec![0.0; n],
            p: vec![0.0; n],
            ap: vec![0.0; n],
            shifted,
        }
    }

    /// Takes new values of A, with an estimate of its norm.
    pub(super) fn prepare(&mut self, values: &[f64], norm: f64) {
        if let Some(shifted) = &mut self.shifted {
            let (original, diagonal) = shifted.values.split_at_mut(values.len());
            original.copy_from_slice(values);
            diagonal.fill(SHIFT * norm);
            shifted.is_ready = norm > 0.0 && shifted.factor.factor(&shifted.values).is_ok();
        }
    }

    /// u = A⁺ b, until ‖A u − b‖ ≤ target.
    pub(super) fn solve(&mut self, a: &dyn LinearMap, b: &[f64], target: f64, u: &mut [f64]) {
        u.fill(0.0);
        self.r.copy_from_slice(b);
        self.precondition();
        self.p.copy_from_slice(&self.z);
        let mut rho = dot(&self.r, &self.z);
        for _ in 0..LIMIT {
            let residual = norm2(&self.r);
            if residual <= target || residual.is_nan() {
                return;
            }
            a.apply(&self.p, &mut self.ap);
            let curvature = dot(&self.p, &self.ap);
            if curvature <= 0.0 || curvature.is_nan() {
                return;
            }
            let alpha = rho / curvature;
            axpy(alpha, &self.p, u);
            axpy(-alpha, &self.ap, &mut self.r);
            self.precondition();
            let previous = std::mem::replace(&mut rho, dot(&self.r, &self.z));
            let beta = rho / previous;
            for (p, z) in self.p.iter_mut().zip(&self.z) {
                *p = z + beta * *p;
            }
        }
    }

    fn precondition(&mut self) {
        self.z.copy_from_slice(&self.r);
        if let Some(shifted) = &mut self.shifted
            && shifted.is_ready
        {
            shifted.factor.solve(&mut self.z);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RangeSolver;
    use linalg::{Pattern, SymmetricCoordinateMap};

    #[test]
    fn a_singular_system_gets_its_least_norm_solution() {
        // vvᵀ with v = (3, 4): A u = 25 v has the solution v
        let pattern = Pattern::lower_triangle(2);
        let values = [9.0, 12.0, 16.0];
        let map = SymmetricCoordinateMap {
            pattern: &pattern,
            values: &values,
        };
        for structure in [None, Some(&pattern)] {
            let mut solver = RangeSolver::new(2, structure);
            solver.prepare(&values, 25.0);
            let mut u = [0.0; 2];
            solver.solve(&map, &[75.0, 100.0], 1e-10, &mut u);
            assert!((u[0] - 3.0).abs() < 1e-8 && (u[1] - 4.0).abs() < 1e-8);
        }
    }
}
