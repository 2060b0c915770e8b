//! How far a step is from a global minimizer of its subproblem.

use std::fmt;

use linalg::dense::{multiply_symmetric, symmetric_eigenvalues};
use linalg::slice::{axpy, norm2};

use crate::TrustRegionError;

/// The optimality conditions of min gᵀs + ½ sᵀH s, ‖s‖ ≤ Δ, at (s, λ), each with its number
/// (ConnGouldToint2000, Theorem 7.2.1).
///
/// s is a global minimizer if and only if the first three vanish and the fourth is not negative,
/// for some λ ≥ 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Certificate {
    /// ‖(H + λI)s + g‖₂.
    pub stationarity: f64,
    /// λ |Δ − ‖s‖₂|.
    pub complementarity: f64,
    /// max(‖s‖₂ − Δ, 0).
    pub infeasibility: f64,
    /// The smallest eigenvalue of H + λI.
    pub smallest_eigenvalue: f64,
    /// ‖g‖₂ + (‖H‖₂ + λ) ‖s‖₂, in whose units the first two are small.
    pub scale: f64,
    /// ‖H‖₂ + λ, in whose units the fourth is.
    pub size: f64,
    /// Δ.
    pub delta: f64,
}

impl Certificate {
    /// Evaluates the conditions for a dense column-major H, of which the lower triangle is read.
    /// About 4n³/3 operations; allocates.
    ///
    /// # Errors
    /// [`TrustRegionError::NotFinite`] when a number is not finite.
    pub fn new(
        h: &[f64],
        g: &[f64],
        delta: f64,
        s: &[f64],
        lambda: f64,
    ) -> Result<Self, TrustRegionError> {
        let n = g.len();
        assert!(
            h.len() == n * n && s.len() == n,
            "H is n × n, g and s have length n"
        );
        let mut eigenvalues = vec![0.0; n];
        symmetric_eigenvalues(n, h, &mut eigenvalues).map_err(|_| TrustRegionError::NotFinite)?;
        let (first, last) = match eigenvalues[..] {
            [] => (0.0, 0.0),
            _ => (eigenvalues[0], eigenvalues[n - 1]),
        };
        let mut residual = vec![0.0; n];
        multiply_symmetric(n, h, s, &mut residual);
        axpy(lambda, s, &mut residual);
        axpy(1.0, g, &mut residual);
        let length = norm2(s);
        let size = first.abs().max(last.abs()) + lambda.abs();
        Ok(Certificate {
            stationarity: norm2(&residual),
            complementarity: lambda * (delta - length).abs(),
            infeasibility: (length - delta).max(0.0),
            smallest_eigenvalue: first + lambda,
            scale: norm2(g) + size * length,
            size,
            delta,
        })
    }

    /// The largest violation of a condition, relative to its scale. NaN when a number is NaN.
    pub fn relative(&self) -> f64 {
        let ratio = |v: f64, scale: f64| if v == 0.0 { 0.0 } else { v / scale };
        let violations = [
            ratio(self.stationarity, self.scale),
            ratio(self.complementarity, self.scale),
            ratio(self.infeasibility, self.delta),
            ratio((-self.smallest_eigenvalue).max(0.0), self.size),
        ];
        if self.smallest_eigenvalue.is_nan() {
            return f64::NAN;
        }
        linalg::slice::norm_inf(&violations)
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "‖(H + λI)s + g‖ = {:.1e}, λ(Δ − ‖s‖) = {:.1e}, ‖s‖ − Δ = {:.1e}, λ_min(H + λI) = {:.1e}",
            self.stationarity, self.complementarity, self.infeasibility, self.smallest_eigenvalue
        )
    }
}
