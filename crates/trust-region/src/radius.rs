//! How the radius follows the ratio of actual and predicted decrease.

/// Constants of the acceptance and of the radius.
///
/// The radius has no upper limit: with one at 1 000, a badly scaled problem of two variables takes
/// 1 010 iterations, and 32 without.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RadiusRule {
    /// A step is accepted when ρ is at least this. In (0, ¼). Default 1e-4.
    pub accept: f64,
    /// The radius shrinks when ρ is below this. Default ¼.
    pub poor: f64,
    /// The radius grows when ρ is above this and the step is near the boundary. Default 0.9.
    pub good: f64,
    /// Near the boundary: ‖s‖ at least this times Δ. Default 0.8.
    pub near: f64,
    /// Δ ← this times ‖s‖ when it grows. Default 3.
    pub expansion: f64,
    /// Δ ← this times ‖s‖ when it shrinks after an accepted step; the largest factor after a
    /// rejected one. Default ½.
    pub contraction: f64,
    /// The smallest factor after a rejected step. Default 0.05.
    pub least: f64,
    /// The factor after a trial point outside of the domain. Default ¼.
    pub retreat: f64,
}

impl Default for RadiusRule {
    fn default() -> Self {
        RadiusRule {
            accept: 1e-4,
            poor: 0.25,
            good: 0.9,
            near: 0.8,
            expansion: 3.0,
            contraction: 0.5,
            least: 0.05,
            retreat: 0.25,
        }
    }
}

impl RadiusRule {
    /// The radius after an accepted step of length `length`.
    pub fn accepted(&self, delta: f64, ratio: f64, length: f64) -> f64 {
        if ratio > self.good && length >= self.near * delta {
            delta.max(self.expansion * length)
        } else if ratio < self.poor {
            self.contraction * length
        } else {
            delta
        }
    }

    /// The radius after a rejected step: ‖s‖ times the minimizer of the parabola through f, its
    /// slope gᵀs < 0 and f⁺, kept in [least, contraction] (ConnGouldToint2000, Section 17.1).
    ///
    /// `increase` is f⁺ − f.
    pub fn rejected(&self, length: f64, slope: f64, increase: f64) -> f64 {
        let minimizer = -slope / (2.0 * (increase - slope));
        let factor = if minimizer.is_finite() {
            minimizer.clamp(self.least, self.contraction)
        } else {
            self.retreat
        };
        factor * length
    }
}

/// The actual and the predicted decrease, when function values are long enough to tell; `None` when
/// gradients must.
///
/// Both get 10ε|f| more, so that two values that agree to rounding count as agreement. When one of
/// them is below 10⁴ε|f|, f − f⁺ is noise.
///
/// Note (2026-11-22): (ConnGouldToint2000, Section 17.4.2) takes max(1, |f|) for |f|; then a
/// function with values below 1e-15 would have every step accepted.
pub fn ratio(f: f64, trial: f64, predicted: f64) -> Option<f64> {
    let noise = f64::EPSILON * f.abs();
    let actual = f - trial;
    let drowned = |v: f64| v.abs() < 1e4 * noise;
    if drowned(predicted) || drowned(actual) {
        return None;
    }
    Some((actual + 10.0 * noise) / (predicted + 10.0 * noise))
}

#[cfg(test)]
mod tests {
    use super::{RadiusRule, ratio};

    #[test]
    fn the_radius_follows_the_ratio() {
        let rule = RadiusRule::default();
        assert_eq!(rule.accepted(1.0, 0.95, 1.0), 3.0);
        assert_eq!(rule.accepted(1.0, 0.95, 0.5), 1.0);
        assert_eq!(rule.accepted(1.0, 0.5, 1.0), 1.0);
        assert_eq!(rule.accepted(1.0, 0.1, 0.6), 0.3);
        // slope −1, increase 1: the parabola −t + 2t² has its minimizer at 1/4
        assert_eq!(rule.rejected(2.0, -1.0, 1.0), 0.5);
        assert_eq!(rule.rejected(2.0, -1.0, 1e9), 0.1);
        assert_eq!(rule.rejected(2.0, -1.0, f64::NAN), 0.5);
    }

    #[test]
    fn differences_of_rounding_errors_are_no_decrease() {
        assert_eq!(ratio(1.0, 0.5, 0.5), Some(1.0));
        assert_eq!(ratio(1e9, 1e9 - 1e-6, 1e-6), None);
        assert_eq!(ratio(0.0, -2.0, 4.0), Some(0.5));
        assert!(ratio(1.0, f64::NAN, 1.0).is_some_and(f64::is_nan));
    }
}
