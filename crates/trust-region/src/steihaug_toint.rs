//! Truncated conjugate gradients.

use linalg::slice::{axpy, dot, norm2};

use crate::step::{boundary, check, finite};
use crate::{Step, StepKind, TrustRegionError};

/// Steps of conjugate gradients that end at the boundary, for Hessians known by their products.
///
/// # Problem
/// min gᵀs + ½ sᵀH s, ‖s‖ ≤ Δ, approximately.
///
/// # Algorithm
/// Conjugate gradients from s = 0. They end when ‖Hs + g‖ ≤ ε‖g‖; on the boundary, along the search
/// direction, when that has nonpositive curvature or leaves the ball.
///
/// A preconditioner M = LLᵀ ≈ H is a change of variables, u = Lᵀs: given L⁻¹g and the products L⁻¹HL⁻ᵀu, the step
/// is that of the preconditioned method in the region ‖s‖_M ≤ Δ (ConnGouldToint2000, Section 5.1.6).
///
/// # Convergence
/// m(s) decreases and ‖s‖ grows in each iteration; the first iterate is the Cauchy point, so that the
/// step has at least its decrease. When H is positive definite, at least half of the optimal one
/// (Yuan2000).
///
/// # References
/// (Steihaug1983), (ConnGouldToint2000, Algorithm 7.5.1).
#[derive(Clone, Debug)]
pub struct SteihaugToint {
    r: Vec<f64>,
    p: Vec<f64>,
    hp: Vec<f64>,
}

impl SteihaugToint {
    /// Room for subproblems in n variables.
    pub fn new(n: usize) -> Self {
        SteihaugToint {
            r: vec![0.0; n],
            p: vec![0.0; n],
            hp: vec![0.0; n],
        }
    }

    /// A step into `s` (n); `product(x, y)` is y = Hx. At most `limit` products.
    ///
    /// `epsilon` ≥ 0 is relative to ‖g‖; min(½, √‖g‖) makes Newton's method superlinear.
    ///
    /// # Errors
    /// [`TrustRegionError::NotFinite`] when g, Δ or a product is not finite, or not Δ > 0.
    pub fn solve(
        &mut self,
        mut product: impl FnMut(&[f64], &mut [f64]),
        g: &[f64],
        delta: f64,
        epsilon: f64,
        limit: usize,
        s: &mut [f64],
    ) -> Result<Step, TrustRegionError> {
        let SteihaugToint { r, p, hp } = self;
        assert!(
            s.len() == g.len() && r.len() == g.len(),
            "g and s have length n"
        );
        let target = epsilon * check(g, delta)?;
        s.fill(0.0);
        r.copy_from_slice(g);
        for (p, r) in p.iter_mut().zip(&*r) {
            *p = -r;
        }
        let mut rho = dot(r, r);
        let mut step = Step::none(0);
        step.lambda = None;
        loop {
            if rho.sqrt() <= target || rho == 0.0 {
                break;
            }
            if step.work == limit {
                step.kind = StepKind::Truncated;
                break;
            }
            product(p, hp);
            step.work += 1;
            let curvature = finite(dot(p, hp))?;
            let alpha = rho / curvature;
            // Along p the model is −ρτ + ½κτ²: r is orthogonal to all earlier directions.
            if curvature > 0.0 && is_inside(s, p, alpha, delta) {
                axpy(alpha, p, s);
                axpy(alpha, hp, r);
                step.decrease += 0.5 * alpha * rho;
                let previous = std::mem::replace(&mut rho, finite(dot(r, r))?);
                for (p, r) in p.iter_mut().zip(&*r) {
                    *p = rho / previous * *p - r;
                }
                continue;
            }
            let (_, tau) = boundary(s, p, delta).ok_or(TrustRegionError::NotFinite)?;
            axpy(tau, p, s);
            step.decrease += tau * (rho - 0.5 * tau * curvature);
            step.kind = if curvature > 0.0 {
                StepKind::Boundary
            } else {
                StepKind::NegativeCurvature
            };
            break;
        }
        step.length = norm2(s);
        debug_assert!(step.decrease >= 0.0 && step.length <= delta * (1.0 + 1e-10));
        Ok(step)
    }
}

/// ‖s + αp‖ < Δ.
fn is_inside(s: &[f64], p: &[f64], alpha: f64, delta: f64) -> bool {
    let moved = s.iter().zip(p).map(|(s, p)| (s + alpha * p).powi(2));
    moved.sum::<f64>() < delta * delta
}
