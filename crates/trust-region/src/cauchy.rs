//! The Cauchy point.

use linalg::slice::dot;

use crate::decrease::{cauchy_decrease, cauchy_length};
use crate::step::{check, finite};
use crate::{Step, StepKind, TrustRegionError};

/// The minimizer of gᵀs + ½ sᵀH s along −g in ‖s‖ ≤ Δ, into `s` (n). One product `product(x, y)`: y = Hx.
///
/// (ConnGouldToint2000, Section 6.3.2).
///
/// # Errors
/// [`TrustRegionError::NotFinite`] when g, Δ or the product is not finite, or not Δ > 0.
pub fn cauchy_point(
    mut product: impl FnMut(&[f64], &mut [f64]),
    g: &[f64],
    delta: f64,
    s: &mut [f64],
) -> Result<Step, TrustRegionError> {
    let g_norm = check(g, delta)?;
    if g_norm == 0.0 {
        s.fill(0.0);
        return Ok(Step::none(0));
    }
    product(g, s);
    let curvature = finite(dot(g, s))?;
    let length = cauchy_length(g_norm, curvature, delta);
    for (s, g) in s.iter_mut().zip(g) {
        *s = -length / g_norm * g;
    }
    Ok(Step {
        decrease: cauchy_decrease(g_norm, curvature, delta),
        length,
        lambda: None,
        kind: match (length < delta, curvature > 0.0) {
            (true, _) => StepKind::Interior,
            (false, true) => StepKind::Boundary,
            (false, false) => StepKind::NegativeCurvature,
        },
        work: 1,
    })
}
