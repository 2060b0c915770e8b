//! The exact trust-region step where the eigenvalues are known.

use linalg::slice::norm2;

/// Eigenvalues and components of the gradient below this fraction of the largest count as zero.
const LOST: f64 = 1e-15;

/// Minimizes Σ gᵢ pᵢ + ½ λᵢ pᵢ² over ‖p‖ ≤ Δ: the trust-region subproblem in the basis of the
/// eigenvectors, in any order. Returns the multiplier σ ≥ 0 with (λᵢ + σ) pᵢ = −gᵢ, λᵢ + σ ≥ 0 and
/// σ (Δ − ‖p‖) = 0.
///
/// The secular equation 1/‖p(σ)‖ = 1/Δ is solved by Newton's method between bounds, in the variable
/// t = σ + min λ, so that nothing cancels near the hard case (ConnGouldToint2000, Section 7.3). In the
/// hard case an eigenvector is added. O(q) operations an iteration, q the number
/// of eigenvalues; NaN in gives NaN out.
pub(crate) fn exact_step(values: &[f64], g: &[f64], radius: f64, p: &mut [f64]) -> f64 {
    debug_assert!(values.len() == g.len() && g.len() == p.len());
    let mut lowest = f64::INFINITY;
    let mut scale = 0.0_f64;
    let mut place = 0;
    for (i, &value) in values.iter().enumerate() {
        if value < lowest {
            (lowest, place) = (value, i);
        }
        scale = scale.max(value.abs());
    }
    let g_norm = norm2(g);
    if g_norm.is_nan() || values.iter().any(|v| v.is_nan()) {
        p.fill(f64::NAN);
        return f64::NAN;
    }
    if values.is_empty() {
        return 0.0;
    }
    // σ = shift solves the interior case (shift 0) or the hard case (shift = −lowest)
    let shift = (-lowest).max(0.0);
    let is_definite = lowest > LOST * scale;
    let mut solvable = true;
    for ((p, &g), &value) in p.iter_mut().zip(g).zip(values) {
        let d = value + shift;
        if d > LOST * scale {
            *p = -g / d;
        } else {
            *p = 0.0;
            solvable &= g.abs() <= LOST * g_norm;
        }
    }
    let length = norm2(p);
    if solvable && length <= radius {
        if lowest < -LOST * scale {
            let rest = ((radius - length) * (radius + length)).sqrt();
            p[place] += rest.copysign(-g[place]);
        }
        return shift;
    }
    // bounds of t: ‖p‖ ≤ ‖g‖ / t
    let start = if is_definite { lowest } else { 0.0 };
    let (mut low, mut high) = (start, start.max(g_norm / radius));
    let mut t = if is_definite { lowest } else { high };
    for _ in 0..100 {
        let (mut squares, mut slope) = (0.0, 0.0);
        for ((p, &g), &value) in p.iter_mut().zip(g).zip(values) {
            let d = (value - lowest) + t;
            *p = -g / d;
            squares += *p * *p;
            slope += *p * *p / d;
        }
        let length = squares.sqrt();
        if (length - radius).abs() <= 1e-14 * radius {
            break;
        }
        if length > radius {
            low = t;
        } else {
            high = t;
        }
        // Newton for 1/‖p(t)‖ − 1/Δ
        t += (length - radius) / radius * squares / slope;
        if !(t > low && t < high) {
            t = if low > 0.0 {
                (low * high).sqrt()
            } else {
                1e-3 * high
            };
        }
        if high - low <= 1e-15 * high {
            break;
        }
    }
    debug_assert!(norm2(p) <= radius * (1.0 + 1e-6) || !norm2(p).is_finite());
    t - lowest
}

#[cfg(test)]
mod tests {
    use super::exact_step;
    use linalg::slice::norm2;
    use proptest::prelude::*;

    #[test]
    fn inside_the_region_it_is_the_newton_step() {
        let mut p = [0.0; 2];
        let sigma = exact_step(&[2.0, 4.0], &[2.0, -4.0], 10.0, &mut p);
        assert_eq!((p, sigma), ([-1.0, 1.0], 0.0));
    }

    #[test]
    fn a_null_space_without_gradient_is_left_alone() {
        let mut p = [0.0; 3];
        exact_step(&[0.0, 2.0, 0.0], &[0.0, 2.0, 0.0], 10.0, &mut p);
        assert_eq!(p, [0.0, -1.0, 0.0]);
    }

    #[test]
    fn the_hard_case_adds_an_eigenvector() {
        // λ = (−1, 1), g = (0, 1): σ = 1, p₁ = −1/2, p₀ = ±√(Δ² − 1/4)
        let mut p = [0.0; 2];
        let sigma = exact_step(&[-1.0, 1.0], &[0.0, 1.0], 1.0, &mut p);
        assert_eq!(sigma, 1.0);
        assert!((p[1] + 0.5).abs() < 1e-15 && (p[0].abs() - 0.75f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn nan_stays_nan() {
        let mut p = [0.0; 1];
        assert!(exact_step(&[1.0], &[f64::NAN], 1.0, &mut p).is_nan());
        assert!(exact_step(&[f64::NAN], &[1.0], 1.0, &mut p).is_nan() && p[0].is_nan());
    }

    proptest! {
        #[test]
        fn the_step_satisfies_the_conditions_of_optimality(
            values in prop::collection::vec(-5.0..5.0f64, 1..6),
            seed in prop::collection::vec(-3.0..3.0f64, 6),
            radius in 0.01..10.0f64,
        ) {
            let g = &seed[..values.len()];
            let mut p = vec![0.0; values.len()];
            let sigma = exact_step(&values, g, radius, &mut p);
            prop_assert!(sigma >= 0.0 && norm2(&p) <= radius * (1.0 + 1e-10));
            prop_assert!(sigma * (radius - norm2(&p)).abs() <= 1e-8 * (1.0 + sigma) * radius);
            for i in 0..values.len() {
                prop_assert!(values[i] + sigma >= -1e-9);
                prop_assert!(((values[i] + sigma) * p[i] + g[i]).abs() <= 1e-8 * (1.0 + norm2(g)));
            }
        }
    }
}
