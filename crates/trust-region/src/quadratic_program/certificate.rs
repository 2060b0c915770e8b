//! What a result is worth.

use linalg::slice::{axpy, dot};

use super::QuadraticProgram;

/// First-order conditions of a [`QuadraticProgram`], evaluated from its data alone.
///
/// All are 0 at a stationary point; for a convex H it is the solution then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Certificate {
    /// ‖g + Hd + Aᵀy + z‖∞.
    pub stationarity: f64,
    /// Largest violation of lower ≤ d ≤ upper.
    pub bounds: f64,
    /// Largest distance of (y, z) from the subdifferentials of the penalty and of the bounds: y is ν where
    /// a row lies above its interval, −ν below it, 0 inside, between 0 and ±ν at its ends; z is 0 inside of
    /// its bounds, ≥ 0 at an upper one, ≤ 0 at a lower one. Where a quantity is near its end, the distance
    /// to the end counts, if that is smaller.
    pub complementarity: f64,
}

impl Certificate {
    /// The conditions at d (n) with the multipliers y (m) of rows and z (n) of bounds. Allocates.
    pub fn new(program: &QuadraticProgram, d: &[f64], y: &[f64], z: &[f64]) -> Self {
        let (n, nu) = (program.nvar(), program.penalty);
        let mut gradient: Vec<f64> = z.iter().zip(program.gradient).map(|(z, g)| z + g).collect();
        for j in 0..n {
            axpy(d[j], &program.hessian[j * n..(j + 1) * n], &mut gradient);
        }
        let mut complementarity = 0.0_f64;
        for i in 0..program.nrow() {
            axpy(y[i], program.row(i), &mut gradient);
            let value = dot(program.row(i), d);
            let (l, u) = (program.row_lower[i], program.row_upper[i]);
            let above = pair(y[i].max(0.0), nu, value - u);
            let below = pair((-y[i]).max(0.0), nu, l - value);
            complementarity = complementarity.max(above).max(below);
        }
        let mut bounds = 0.0_f64;
        for j in 0..n {
            let (l, u) = (program.lower[j], program.upper[j]);
            bounds = bounds.max(l - d[j]).max(d[j] - u);
            let above = pair(z[j].max(0.0), f64::INFINITY, d[j] - u);
            let below = pair((-z[j]).max(0.0), f64::INFINITY, l - d[j]);
            complementarity = complementarity.max(above).max(below);
        }
        Certificate {
            stationarity: linalg::slice::norm_inf(&gradient),
            bounds,
            complementarity,
        }
    }

    /// Whether all three numbers are at most `tolerance`; false for NaN.
    pub fn holds(&self, tolerance: f64) -> bool {
        self.stationarity <= tolerance
            && self.bounds <= tolerance
            && self.complementarity <= tolerance
    }
}

/// How far a multiplier λ ≥ 0 is from what the excess over its bound asks for: 0 for a negative excess,
/// ν for a positive one, [0, ν] at 0.
fn pair(lambda: f64, nu: f64, excess: f64) -> f64 {
    let outside = (lambda - nu).max(0.0);
    let wanted = if excess < 0.0 {
        lambda
    } else if excess > 0.0 {
        (nu - lambda).max(0.0)
    } else {
        0.0
    };
    outside.max(wanted.min(excess.abs()))
}
