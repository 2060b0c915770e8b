//! Exact steps for dense Hessians.

use linalg::dense::multiply_symmetric;
use linalg::slice::dot;
use linalg::{DenseCholesky, FactorError};

use crate::secular::{Secular, Shifted, Spectrum, Verdict};
use crate::{Step, TrustRegionError};

/// Minimizers of gᵀs + ½ sᵀH s in the ball ‖s‖ ≤ Δ, for a dense symmetric H of any inertia.
///
/// # Problem
/// s is a global minimizer if and only if (H + λI)s = −g, λ(Δ − ‖s‖) = 0 for a λ ≥ 0 with H + λI
/// positive semidefinite, ‖s‖ ≤ Δ (ConnGouldToint2000, Theorem 7.2.1).
///
/// # Algorithm
/// Newton's method for 1/‖s(λ)‖ = 1/Δ, s(λ) = −(H + λI)⁻¹g, by Cholesky factorizations, safeguarded
/// by an interval that holds λ. In the hard case, an eigenvector of the smallest eigenvalue is added,
/// up to the boundary.
///
/// Note (2026-11-22): the eigenvector comes from two steps of inverse iteration for each
/// factorization, kept from one to the next, in place of the condition estimate of LINPACK. Near −λ₁
/// the vector is then exact to rounding, as full accuracy in the hard case demands.
///
/// # Cost
/// n³/3 for each factorization: 2 or 3 at the accuracy of a solver's loop, some ten at
/// [`EXACT`](MoreSorensen::EXACT). No allocation after construction.
///
/// # References
/// (MoreSorensen1983), (ConnGouldToint2000, Algorithm 7.3.4).
#[derive(Clone, Debug)]
pub struct MoreSorensen {
    secular: Secular,
    cholesky: DenseCholesky,
    shifted: Vec<f64>,
}

impl MoreSorensen {
    /// The accuracy at which only rounding is left.
    pub const EXACT: f64 = 1e-13;

    /// Room for subproblems in n variables.
    pub fn new(n: usize) -> Self {
        MoreSorensen {
            secular: Secular::new(n),
            cholesky: DenseCholesky::new(n),
            shifted: vec![0.0; n * n],
        }
    }

    /// A minimizer into `s` (n). `h` is column-major (n²), its upper triangle is not read.
    ///
    /// `accuracy` is σ ∈ (0, 1): −m(s) ≥ (1 − σ) max −m, up to O(σ²), or, on the boundary, a residual
    /// ‖(H + λI)s + g‖ ≤ σ(‖g‖ + λΔ).
    ///
    /// # Errors
    /// [`TrustRegionError::NotFinite`] when g, H or Δ is not finite, or not Δ > 0.
    pub fn solve(
        &mut self,
        h: &[f64],
        g: &[f64],
        delta: f64,
        accuracy: f64,
        s: &mut [f64],
    ) -> Result<Step, TrustRegionError> {
        let n = g.len();
        assert!(
            h.len() == n * n && s.len() == n && self.shifted.len() == n * n,
            "H is n × n, g and s have length n"
        );
        debug_assert!(accuracy > 0.0 && accuracy < 1.0);
        if n == 0 {
            return Ok(Step::none(0));
        }
        let mut matrix = Dense {
            n,
            h,
            cholesky: &mut self.cholesky,
            shifted: &mut self.shifted,
        };
        self.secular.solve(&mut matrix, g, delta, accuracy, s)
    }
}

/// A dense H and the factors of H + λI.
struct Dense<'a> {
    n: usize,
    h: &'a [f64],
    cholesky: &'a mut DenseCholesky,
    shifted: &'a mut [f64],
}

impl Shifted for Dense<'_> {
    /// Discs of Gershgorin, and the smallest diagonal entry.
    fn spectrum(&self) -> Spectrum {
        let (n, h) = (self.n, self.h);
        Spectrum::of_discs((0..n).map(|i| {
            let left: f64 = (0..i).map(|j| h[j * n + i].abs()).sum();
            let below: f64 = h[i * (n + 1) + 1..(i + 1) * n]
                .iter()
                .map(|v| v.abs())
                .sum();
            (h[i * (n + 1)], left + below)
        }))
    }

    fn factor(&mut self, lambda: f64, work: &mut [f64]) -> Verdict {
        self.shifted.copy_from_slice(self.h);
        for i in 0..self.n {
            self.shifted[i * (self.n + 1)] += lambda;
        }
        match self.cholesky.factor_dense(self.shifted) {
            Ok(()) => Verdict::Positive,
            Err(FactorError::NotPositiveDefinite { .. }) => {
                let curvature = self.cholesky.negative_curvature(work);
                Verdict::Indefinite(curvature.map(|c| lambda - c / dot(work, work)))
            }
            Err(_) => Verdict::Indefinite(None),
        }
    }

    fn solve(&mut self, b: &mut [f64]) {
        linalg::Factorization::solve(self.cholesky, b);
    }

    fn product(&mut self, x: &[f64], y: &mut [f64]) {
        multiply_symmetric(self.n, self.h, x, y);
    }
}
