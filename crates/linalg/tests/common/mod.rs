//! Matrices shared by the tests of this crate.
#![allow(dead_code)] // each test binary uses its own part

use linalg::Pattern;

/// Deterministic numbers in [-1/2, 1/2).
pub fn random(n: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    (0..n).map(|_| next()).collect()
}

/// ‖A x − b‖∞ / (‖x‖∞ + ‖b‖∞), NaN kept.
pub fn residual(ax: &[f64], x: &[f64], b: &[f64]) -> f64 {
    let difference: Vec<f64> = ax.iter().zip(b).map(|(p, q)| p - q).collect();
    linalg::slice::norm_inf(&difference) / (linalg::slice::norm_inf(x) + linalg::slice::norm_inf(b))
}

/// Saddle matrix in parts: H tridiagonal [-1 `diagonal` -1] of order n (lower triangle), A of m rows with
/// two entries each.
pub struct Saddle {
    pub n: usize,
    pub m: usize,
    pub hessian: Pattern,
    pub hess: Vec<f64>,
    pub jacobian: Pattern,
    pub jac: Vec<f64>,
}

impl Saddle {
    pub fn new(n: usize, m: usize, diagonal: f64) -> Self {
        let lower = (0..n).flat_map(|j| [(j, j), (j + 1, j)]);
        let lower: Vec<_> = lower.filter(|&(i, _)| i < n).collect();
        let hess = lower
            .iter()
            .map(|(i, j)| if i == j { diagonal } else { -1.0 })
            .collect();
        let stride = n / m;
        let rows = (0..m).flat_map(|i| [(i, i * stride), (i, i * stride + 1)]);
        let rows: Vec<_> = rows.filter(|&(_, j)| j < n).collect();
        let jac = rows.iter().map(|&(_, j)| 1.0 + (j % 3) as f64).collect();
        Self {
            n,
            m,
            hessian: Pattern::from_entries(n, n, lower).unwrap(),
            hess,
            jacobian: Pattern::from_entries(m, n, rows).unwrap(),
            jac,
        }
    }

    /// Lower triangle of [H Aᵀ; A 0].
    pub fn lower(&self) -> (Pattern, Vec<f64>) {
        let (n, m) = (self.n, self.m);
        let entries = self
            .hessian
            .iter()
            .chain(self.jacobian.iter().map(|(i, j)| (n + i, j)));
        let pattern = Pattern::from_entries(n + m, n + m, entries).unwrap();
        (pattern, [self.hess.clone(), self.jac.clone()].concat())
    }
}
