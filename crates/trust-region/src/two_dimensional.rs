//! Steps in two-dimensional subspaces.

use linalg::dense::multiply_symmetric;
use linalg::slice::{axpy, dot, norm2, scale};
use linalg::{DenseCholesky, FactorError, Factorization};

use crate::step::{check, finite};
use crate::{MoreSorensen, Step, StepKind, TrustRegionError};

/// Exact minimizers in the plane of −g and the Newton step, or of −g and a direction of negative curvature.
///
/// # Problem
/// min gᵀs + ½ sᵀH s, ‖s‖ ≤ Δ, approximately, for a dense H of any inertia.
///
/// # Algorithm
/// 1. w = −H⁻¹g when H is positive definite; a w in the ball is the step. Else a vector with wᵀHw ≤ 0,
///    from the failed factorization.
/// 2. The problem in the plane of g and w, by [`MoreSorensen`] in two variables.
///
/// # Convergence
/// The decrease is at least that of the Cauchy point, and that of the dogleg path, up to the rounding
/// ε‖H‖‖s‖² of a value of the model.
///
/// # Cost
/// One factorization, n³/3.
///
/// # References
/// (ByrdSchnabelShultz1988), (ConnGouldToint2000, Section 7.5.3).
#[derive(Clone, Debug)]
pub struct TwoDimensional {
    cholesky: DenseCholesky,
    plane: MoreSorensen,
    /// An orthonormal basis of the plane.
    q: [Vec<f64>; 2],
    hq: [Vec<f64>; 2],
}

impl TwoDimensional {
    /// Room for subproblems in n variables.
    pub fn new(n: usize) -> Self {
        let pair = || [vec![0.0; n], vec![0.0; n]];
        TwoDimensional {
            cholesky: DenseCholesky::new(n),
            plane: MoreSorensen::new(2),
            q: pair(),
            hq: pair(),
        }
    }

    /// A step into `s` (n). `h` is column-major (n²), its upper triangle is not read.
    ///
    /// # Errors
    /// [`TrustRegionError::NotFinite`] when g, H or Δ is not finite, or not Δ > 0.
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
        check(g, delta)?;
        if self.second_direction(h, g)? {
            let w = &self.q[1];
            let length = norm2(w);
            if length <= delta {
                s.copy_from_slice(w);
                return Ok(Step {
                    decrease: -0.5 * dot(g, w),
                    length,
                    lambda: Some(0.0),
                    kind: StepKind::Interior,
                    work: 1,
                });
            }
        }
        let [q1, q2] = &mut self.q;
        q1.copy_from_slice(g);
        normalize(q1);
        let before = norm2(q2);
        for _ in 0..2 {
            let t = dot(q1, q2);
            axpy(-t, q1, q2);
        }
        // parallel to g up to rounding: the plane is a line
        if norm2(q2) <= 1e-14 * before {
            q2.fill(0.0);
        }
        normalize(q2);
        multiply_symmetric(n, h, q1, &mut self.hq[0]);
        multiply_symmetric(n, h, q2, &mut self.hq[1]);
        let entry = |i: usize, j: usize| finite(dot(&self.q[i], &self.hq[j]));
        let reduced = [entry(0, 0)?, entry(1, 0)?, 0.0, entry(1, 1)?];
        let slope = [dot(g, &self.q[0]), dot(g, &self.q[1])];
        let mut t = [0.0; 2];
        let mut step = self
            .plane
            .solve(&reduced, &slope, delta, MoreSorensen::EXACT, &mut t)?;
        s.fill(0.0);
        for (t, q) in t.iter().zip(&self.q) {
            axpy(*t, q, s);
        }
        step.length = norm2(s);
        // λ belongs to the plane
        step.lambda = None;
        step.work = 1;
        Ok(step)
    }

    /// Step 1: w into q₂. Whether H is positive definite.
    fn second_direction(&mut self, h: &[f64], g: &[f64]) -> Result<bool, TrustRegionError> {
        let w = &mut self.q[1];
        let factored = self.cholesky.factor_dense(h);
        match factored {
            Ok(()) => {
                w.copy_from_slice(g);
                scale(-1.0, w);
                self.cholesky.solve(w);
            }
            Err(FactorError::NotFinite) => return Err(TrustRegionError::NotFinite),
            Err(_) => {
                if self.cholesky.negative_curvature(w).is_none() {
                    w.fill(0.0);
                }
            }
        }
        finite(norm2(w)).map(|_| factored.is_ok())
    }
}

/// v / ‖v‖, or 0.
fn normalize(v: &mut [f64]) {
    let norm = norm2(v);
    if norm > 0.0 {
        scale(1.0 / norm, v);
    }
}
