//! G + H ≤ φ_t(G − H) with G, H ≥ 0: the kink of |G − H| is smoothed locally (SteffensenUlbrich2010).

use super::PairFunction;

/// φ = G + H − φ_t(G − H) with φ_t(a) = |a| for |a| ≥ t, else t θ(a/t), θ(s) = (−s⁴ + 6s² + 3)/8.
///
/// θ(±1) = 1, θ'(±1) = ±1, θ''(±1) = 0: φ_t is twice continuously differentiable.
pub(super) fn phi(g: f64, h: f64, t: f64) -> PairFunction {
    let a = g - h;
    let (value, slope, curvature) = if a.abs() >= t {
        (a.abs(), a.signum(), 0.0)
    } else {
        let s = a / t;
        (
            t * (-s.powi(4) + 6.0 * s * s + 3.0) / 8.0,
            (-4.0 * s.powi(3) + 12.0 * s) / 8.0,
            (-12.0 * s * s + 12.0) / (8.0 * t),
        )
    };
    PairFunction {
        value: g + h - value,
        g: 1.0 - slope,
        h: 1.0 + slope,
        gg: -curvature,
        gh: curvature,
        hh: -curvature,
    }
}

#[cfg(test)]
mod tests {
    use super::phi;

    #[test]
    fn values_and_derivatives_match_where_the_pieces_meet() {
        let t = 0.3;
        let (inside, outside) = (phi(1.0 + t - 1e-12, 1.0, t), phi(1.0 + t + 1e-12, 1.0, t));
        assert!((inside.value - outside.value).abs() < 1e-11);
        assert!((inside.g - outside.g).abs() < 1e-10 && (inside.gg - outside.gg).abs() < 1e-9);
        // At G = H the set ends at G = H = 3t/16.
        assert!(phi(3.0 * t / 16.0, 3.0 * t / 16.0, t).value.abs() < 1e-16);
    }
}
