//! What a step must achieve, as functions to assert.

/// The decrease of the model at the Cauchy point, the minimizer along −g in ‖s‖ ≤ Δ:
/// ‖g‖⁴ / (2 gᵀHg) inside, Δ‖g‖ − ½ Δ² gᵀHg/‖g‖² on the boundary.
///
/// `g_norm` is ‖g‖₂, `curvature` is gᵀH g.
///
/// Note (2026-11-22): the test for the boundary is often printed as ‖g‖³/gᵀHg ≥ Δ; for gᵀHg ≤ 0 the
/// minimizer is on the boundary, whatever this says.
pub fn cauchy_decrease(g_norm: f64, curvature: f64, delta: f64) -> f64 {
    if g_norm == 0.0 {
        return 0.0;
    }
    let t = cauchy_length(g_norm, curvature, delta);
    // along the unit vector −g/‖g‖
    t * (g_norm - 0.5 * t * (curvature / g_norm / g_norm))
}

/// ‖s‖ at the Cauchy point.
pub(crate) fn cauchy_length(g_norm: f64, curvature: f64, delta: f64) -> f64 {
    let inside = g_norm * (g_norm * g_norm / curvature);
    if curvature > 0.0 && inside < delta {
        inside
    } else {
        delta
    }
}

/// Fraction of Cauchy decrease: m(0) − m(s) ≥ κ (m(0) − m(s_C)), up to rounding.
///
/// The condition under which trust-region methods converge to stationary points
/// (ConnGouldToint2000, Section 6.3.2); κ ∈ (0, 1], 0.1 is usual. NaN has none.
pub fn has_cauchy_fraction(decrease: f64, cauchy: f64, kappa: f64) -> bool {
    decrease >= kappa * cauchy * (1.0 - 1e-12)
}

/// Fraction of optimal decrease: m(0) − m(s) ≥ κ (m(0) − m*), up to rounding.
///
/// The condition under which they converge to second-order stationary points
/// (ConnGouldToint2000, Section 6.6). `optimal` is m(0) − m*. NaN has none.
pub fn has_optimal_fraction(decrease: f64, optimal: f64, kappa: f64) -> bool {
    decrease >= kappa * optimal * (1.0 - 1e-12)
}

#[cfg(test)]
mod tests {
    use super::{cauchy_decrease, has_cauchy_fraction, has_optimal_fraction};

    #[test]
    fn the_cauchy_point_is_inside_on_the_boundary_or_along_negative_curvature() {
        // m(−t g/‖g‖) = −3t + t²: minimum −9/4 at 3/2
        assert_eq!(cauchy_decrease(3.0, 18.0, 2.0), 2.25);
        assert_eq!(cauchy_decrease(3.0, 18.0, 1.0), 2.0);
        assert_eq!(cauchy_decrease(3.0, -18.0, 1.0), 4.0);
        assert_eq!(cauchy_decrease(3.0, 0.0, 2.0), 6.0);
        assert_eq!(cauchy_decrease(0.0, 0.0, 2.0), 0.0);
    }

    #[test]
    fn nan_has_no_fraction_of_anything() {
        assert!(has_cauchy_fraction(0.1, 1.0, 0.1) && !has_cauchy_fraction(0.09, 1.0, 0.1));
        assert!(!has_cauchy_fraction(f64::NAN, 1.0, 0.1));
        assert!(!has_optimal_fraction(1.0, f64::NAN, 0.1));
    }
}
