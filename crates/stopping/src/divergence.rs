//! When iterates or the objective run away.

/// Thresholds beyond which a problem counts as unbounded.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Divergence {
    /// f ≤ −threshold when minimizing, f ≥ threshold when maximizing. Default 10⁵⁰.
    pub objective: f64,
    /// |xᵢ| ≥ threshold for some i. Default 10⁵⁰.
    pub point: f64,
    /// Whether larger objectives are better. Default false.
    pub maximize: bool,
}

impl Default for Divergence {
    fn default() -> Self {
        Divergence {
            objective: 1e50,
            point: 1e50,
            maximize: false,
        }
    }
}

impl Divergence {
    /// Whether the objective `f` is unbounded by these thresholds. NaN is not.
    pub fn of_objective(&self, f: f64) -> bool {
        if self.maximize {
            f >= self.objective
        } else {
            f <= -self.objective
        }
    }

    /// Whether `x` has left the ball max |xᵢ| < threshold, and whether it holds NaN, in one pass.
    pub(crate) fn of_point(&self, x: &[f64]) -> (bool, bool) {
        let mut inside = true;
        let mut nan = false;
        for &xi in x {
            inside &= xi.abs() < self.point;
            nan |= xi.is_nan();
        }
        (!inside && x.iter().any(|xi| xi.abs() >= self.point), nan)
    }
}

#[cfg(test)]
mod tests {
    use super::Divergence;

    #[test]
    fn a_very_negative_objective_is_unbounded_only_when_minimizing() {
        let minimize = Divergence::default();
        let maximize = Divergence {
            maximize: true,
            ..minimize
        };
        assert!(minimize.of_objective(-1e50) && !maximize.of_objective(-1e50));
        assert!(!minimize.of_objective(1e50) && maximize.of_objective(1e50));
        assert!(!minimize.of_objective(f64::NAN) && !maximize.of_objective(f64::NAN));
    }

    #[test]
    fn the_point_is_measured_by_its_largest_entry() {
        let sqrt6 = Divergence {
            point: 6.0_f64.sqrt(),
            ..Divergence::default()
        };
        assert_eq!(sqrt6.of_point(&[1.0; 6]), (false, false));
        assert_eq!(sqrt6.of_point(&[0.0, -2.5]), (true, false));
        assert_eq!(sqrt6.of_point(&[f64::NAN, 1.0]), (false, true));
        assert_eq!(sqrt6.of_point(&[f64::NAN, 9.0]), (true, true));
    }
}
