//! Dogleg steps.

use linalg::dense::multiply_symmetric;
use linalg::slice::{axpy, dot, norm2, scale, sub};
use linalg::{DenseCholesky, Factorization};

use crate::decrease::cauchy_length;
use crate::step::{boundary, check, finite, scale_into};
use crate::{Step, StepKind, TrustRegionError};

/// Steps along a path of two or three segments, for a dense positive definite H.
///
/// # Problem
/// min gᵀs + ½ sᵀH s, ‖s‖ ≤ Δ, approximately.
///
/// # Algorithm
/// The path goes from 0 to the unconstrained minimizer along −g, s_U = −(‖g‖²/gᵀHg) g, and on to the
/// Newton step s_N = −H⁻¹g; the double dogleg goes to η s_N first, η = 0.8γ + 0.2,
/// γ = ‖g‖⁴ / (gᵀHg gᵀH⁻¹g). ‖s‖ grows and m(s) decreases along it; the step is its end, or where it
/// leaves the ball.
///
/// # Convergence and failure
/// The decrease is at least that of the Cauchy point. When H is not positive definite the path does
/// not exist: see [`TwoDimensional`](crate::TwoDimensional).
///
/// # Cost
/// One factorization, n³/3.
///
/// # References
/// (Powell1970), (DennisSchnabel1983, Section 6.4.2).
#[derive(Clone, Debug)]
pub struct Dogleg {
    is_double: bool,
    cholesky: DenseCholesky,
    newton: Vec<f64>,
    work: Vec<f64>,
}

impl Dogleg {
    /// Room for subproblems in n variables.
    pub fn new(n: usize) -> Self {
        Dogleg {
            is_double: false,
            cholesky: DenseCholesky::new(n),
            newton: vec![0.0; n],
            work: vec![0.0; n],
        }
    }

    /// Double dogleg steps, nearer to the direction of Newton.
    pub fn double(n: usize) -> Self {
        Dogleg {
            is_double: true,
            ..Dogleg::new(n)
        }
    }

    /// A step into `s` (n). `h` is column-major (n²), its upper triangle is not read.
    ///
    /// # Errors
    /// [`TrustRegionError::NotPositiveDefinite`] when H is not; [`TrustRegionError::NotFinite`] when g,
    /// H or Δ is not finite, or not Δ > 0.
    pub fn solve(
        &mut self,
        h: &[f64],
        g: &[f64],
        delta: f64,
        s: &mut [f64],
    ) -> Result<Step, TrustRegionError> {
        let n = g.len();
        assert!(
            h.len() == n * n && s.len() == n,
            "H is n × n, g and s have length n"
        );
        let g_norm = check(g, delta)?;
        self.cholesky.factor_dense(h)?;
        if g_norm == 0.0 {
            s.fill(0.0);
            return Ok(Step::none(1));
        }
        let Dogleg { newton, work, .. } = self;
        newton.copy_from_slice(g);
        scale(-1.0, newton);
        self.cholesky.solve(newton);
        let newton_length = finite(norm2(newton))?;
        multiply_symmetric(n, h, g, work);
        let curvature = finite(dot(g, work))?;
        let gain = -dot(g, newton); // gᵀH⁻¹g

        let step = |decrease, length, kind| Step {
            decrease,
            length,
            lambda: None,
            kind,
            work: 1,
        };
        if newton_length <= delta {
            s.copy_from_slice(newton);
            let mut step = step(0.5 * gain, newton_length, StepKind::Interior);
            step.lambda = Some(0.0);
            return Ok(step);
        }
        let cauchy = cauchy_length(g_norm, curvature, delta);
        s.copy_from_slice(g);
        scale(-cauchy / g_norm, s);
        // m by what is known of H at both ends, −gᵀs_U = s_UᵀHs_U = s_UᵀHs_N: exact where the terms
        // of gᵀs + ½sᵀHs cancel
        let square = g_norm * g_norm;
        let decrease = if cauchy < delta {
            let half = square / curvature * square; // −gᵀs_U
            let eta = if self.is_double {
                0.8 * (half / gain) + 0.2
            } else {
                1.0
            };
            scale(eta, newton);
            let length = norm2(newton);
            if length <= delta {
                let t = delta / length;
                scale_into(t, newton, s);
                gain * (t * eta) * (1.0 - 0.5 * t * eta)
            } else {
                sub(newton, s, work);
                let (_, tau) = boundary(s, work, delta).ok_or(TrustRegionError::NotFinite)?;
                axpy(tau, work, s);
                let slope = eta * (gain - half);
                let curvature = eta * (eta * gain - half) + (1.0 - eta) * half;
                0.5 * half + tau * (slope - 0.5 * tau * curvature)
            }
        } else {
            delta * (g_norm - 0.5 * delta * (curvature / square))
        };
        Ok(step(decrease, norm2(s), StepKind::Boundary))
    }
}
