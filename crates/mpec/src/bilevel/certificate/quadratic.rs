//! The least value of a quadratic in one variable.

use crate::interval::Interval;

/// A lower bound of r d + λ d²/2 over r ∈ `slope` and d ∈ `reach`, which holds 0; 0 when `reach` is {0}.
pub(super) fn least(slope: Interval, lambda: f64, reach: Interval) -> f64 {
    debug_assert!(reach.contains(0.0));
    if reach.is_zero() {
        return 0.0;
    }
    if slope.is_empty() || lambda.is_nan() {
        return f64::NEG_INFINITY;
    }
    // d ≥ 0 with the smallest slope, d ≤ 0 with the largest
    let right = least_on_ray(slope.lo(), lambda, reach.hi());
    let left = least_on_ray(-slope.hi(), lambda, -reach.lo());
    right.min(left)
}

/// A lower bound of q(t) = r t + λ t²/2 over 0 ≤ t ≤ end; at most 0 = q(0).
fn least_on_ray(r: f64, lambda: f64, end: f64) -> f64 {
    debug_assert!(end >= 0.0);
    if end == 0.0 || (r >= 0.0 && lambda >= 0.0) {
        return 0.0;
    }
    let (slope, curvature) = (Interval::point(r), Interval::point(lambda));
    let is_turning = lambda > 0.0 && (slope + curvature * Interval::point(end)).hi() > 0.0;
    if is_turning {
        // the vertex −r/λ lies before the end
        return -(slope.sqr() / (Interval::point(2.0) * curvature)).hi();
    }
    if end == f64::INFINITY {
        return f64::NEG_INFINITY;
    }
    let t = Interval::point(end);
    let value = slope * t + Interval::point(0.5) * curvature * t.sqr();
    value.lo().min(0.0)
}

#[cfg(test)]
mod tests {
    use super::least;
    use crate::interval::Interval;
    use proptest::prelude::*;

    const INFINITE: f64 = f64::INFINITY;

    fn found(slope: (f64, f64), lambda: f64, reach: (f64, f64)) -> f64 {
        least(
            Interval::new(slope.0, slope.1),
            lambda,
            Interval::new(reach.0, reach.1),
        )
    }

    #[test]
    fn minima_lie_at_the_vertex_or_at_an_end() {
        assert_eq!(found((-2.0, -2.0), 2.0, (-1.0, 5.0)), -1.0);
        assert_eq!(found((-2.0, -2.0), 2.0, (-1.0, 0.5)), -0.75);
        assert_eq!(found((4.0, 4.0), -2.0, (-1.0, 5.0)), -5.0);
        assert_eq!(found((-2.0, 2.0), 4.0, (-INFINITE, INFINITE)), -0.5);
        assert_eq!(found((0.0, 0.0), 0.0, (-INFINITE, INFINITE)), 0.0);
        assert_eq!(found((1.0, 1.0), 0.0, (0.0, INFINITE)), 0.0);
        assert_eq!(found((1.0, 1.0), 0.0, (-1.0, INFINITE)), -1.0);
        assert_eq!(found((-1.0, 1.0), 0.0, (0.0, INFINITE)), -INFINITE);
        assert_eq!(found((1.0, 1.0), -1e-9, (0.0, INFINITE)), -INFINITE);
    }

    proptest! {
        #[test]
        fn no_sample_lies_below(
            a in -3.0..3.0f64, width in 0.0..2.0f64, lambda in -4.0..4.0f64,
            left in 0.0..3.0f64, right in 0.0..3.0f64, s in 0.0..=1.0f64, t in 0.0..=1.0f64,
        ) {
            let bound = found((a, a + width), lambda, (-left, right));
            let (r, d) = (a + s * width, -left + t * (left + right));
            prop_assert!(bound <= r * d + 0.5 * lambda * d * d + 1e-12);
        }
    }
}
