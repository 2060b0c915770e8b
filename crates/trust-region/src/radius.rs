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
    /// Δ ← this times ‖s‖ when it grows. Default 2, as usual
    /// (ConnGouldToint2000, Section 17.1). With 3, the 18 classical problems take 594 iterations in place
    /// of 549: more steps are too long than the larger radius saves.
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
            expansion: 2.0,
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

/// The actual over the predicted decrease, when function values are long enough to tell; `None` when
/// gradients must.
///
/// Rounding of f(x) is taken for ε max(|f|, `terms`): of f itself, and of x in f, with
/// `terms` = Σ |∂f/∂xᵢ| |xᵢ|. Both decreases get ten times this, so that values that agree to rounding
/// count as agreement. When one of them is below 10⁴ times it, f − f⁺ is noise.
///
/// Note (2026-11-22): (ConnGouldToint2000, Section 17.4.2) takes max(1, |f|). This one does not depend on
/// the unit of f; it changes nothing on the 55 stored problems.
pub fn ratio(f: f64, trial: f64, predicted: f64, terms: f64) -> Option<f64> {
    let noise = f64::EPSILON * f.abs().max(terms);
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
        assert_eq!(rule.accepted(1.0, 0.95, 1.0), 2.0);
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
        assert_eq!(ratio(1.0, 0.5, 0.5, 0.0), Some(1.0));
        assert_eq!(ratio(1e9, 1e9 - 1e-6, 1e-6, 0.0), None);
        assert_eq!(ratio(0.0, -2.0, 4.0, 0.0), Some(0.5));
        assert_eq!(ratio(0.0, -2.0, 4.0, 1e13), None);
        assert!(ratio(1.0, f64::NAN, 1.0, 0.0).is_some_and(f64::is_nan));
    }
}
