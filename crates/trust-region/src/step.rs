//! What a subproblem solver returns, and the geometry of the ball.

use linalg::slice::{dot, norm2};

use crate::TrustRegionError;

/// How a step ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Inside of the region, where the model is (nearly) stationary.
    Interior,
    /// On the boundary.
    Boundary,
    /// On the boundary, reached along a direction of nonpositive curvature.
    NegativeCurvature,
    /// Inside of the region, because the method may not go on.
    Truncated,
}

/// A step s of min gᵀs + ½ sᵀH s, ‖s‖ ≤ Δ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// m(0) − m(s) = −gᵀs − ½ sᵀH s, not negative.
    pub decrease: f64,
    /// ‖s‖₂, at most Δ up to rounding.
    pub length: f64,
    /// λ with (H + λI) s ≈ −g, from methods that know it.
    pub lambda: Option<f64>,
    /// How the step ends.
    pub kind: StepKind,
    /// Products with H, or factorizations of H + λI.
    pub work: usize,
}

impl Step {
    /// s = 0: nothing to gain.
    pub(crate) fn none(work: usize) -> Self {
        Step {
            decrease: 0.0,
            length: 0.0,
            lambda: Some(0.0),
            kind: StepKind::Interior,
            work,
        }
    }

    /// True when the step ends on the boundary.
    pub fn is_on_boundary(&self) -> bool {
        matches!(self.kind, StepKind::Boundary | StepKind::NegativeCurvature)
    }
}

/// ‖g‖₂ of a subproblem that makes sense.
pub(crate) fn check(g: &[f64], delta: f64) -> Result<f64, TrustRegionError> {
    let norm = norm2(g);
    if norm.is_finite() && delta.is_finite() && delta > 0.0 {
        Ok(norm)
    } else {
        Err(TrustRegionError::NotFinite)
    }
}

/// The value, when it is finite.
pub(crate) fn finite(value: f64) -> Result<f64, TrustRegionError> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(TrustRegionError::NotFinite)
    }
}

/// out = t x.
pub(crate) fn scale_into(t: f64, x: &[f64], out: &mut [f64]) {
    for (out, x) in out.iter_mut().zip(x) {
        *out = t * x;
    }
}

/// Both roots τ₋ ≤ τ₊ of ‖s + τ p‖ = Δ; `None` when there is none, when p = 0 or when a number is not
/// finite. Without cancellation.
pub(crate) fn boundary(s: &[f64], p: &[f64], delta: f64) -> Option<(f64, f64)> {
    roots(
        dot(p, p),
        dot(s, p),
        (norm2(s) - delta) * (norm2(s) + delta),
    )
}

/// Both roots of aτ² + 2bτ + c = 0 with a > 0.
pub(crate) fn roots(a: f64, b: f64, c: f64) -> Option<(f64, f64)> {
    let discriminant = b * b - a * c;
    if !(a > 0.0 && discriminant >= 0.0) {
        return None;
    }
    // the sum of two numbers of the same sign
    let sum = b + discriminant.sqrt().copysign(b);
    let (first, second) = if sum == 0.0 {
        (0.0, 0.0)
    } else {
        (-sum / a, -c / sum)
    };
    Some((first.min(second), first.max(second)))
}

#[cfg(test)]
mod tests {
    use super::{boundary, roots};

    #[test]
    fn the_boundary_is_met_on_both_sides() {
        // ‖(3, 0) + τ(0, 2)‖ = 5 for τ = ±2
        assert_eq!(boundary(&[3.0, 0.0], &[0.0, 2.0], 5.0), Some((-2.0, 2.0)));
        assert_eq!(boundary(&[6.0, 0.0], &[0.0, 2.0], 5.0), None);
        assert_eq!(boundary(&[1.0], &[0.0], 5.0), None);
        assert_eq!(boundary(&[f64::NAN], &[1.0], 5.0), None);
    }

    #[test]
    fn a_small_root_keeps_its_digits() {
        // τ² − 2e8 τ + 1 = 0: the small root is 5e-9 (1 + 2.5e-17)
        let (small, large) = roots(1.0, -1e8, 1.0).unwrap();
        assert!((small - 5e-9).abs() < 1e-24 && (large - 2e8).abs() < 1e-6);
    }
}
