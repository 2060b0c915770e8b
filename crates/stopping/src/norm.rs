//! The norms of residuals.

/// Which norm measures a residual. All of them propagate NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Norm {
    /// Σ |vᵢ|.
    One,
    /// (Σ vᵢ²)^½.
    Two,
    /// max |vᵢ|.
    #[default]
    Inf,
}

impl Norm {
    /// The norm of `v`; 0 for an empty slice. O(n).
    pub fn of(self, v: &[f64]) -> f64 {
        self.of_iter(v.iter().copied())
    }

    /// The norm of the numbers that `entries` yields, without storing them.
    pub fn of_iter(self, entries: impl Iterator<Item = f64>) -> f64 {
        let mut sum = Sum::new(self);
        entries.for_each(|v| sum.add(v));
        sum.norm()
    }
}

/// A norm that grows entry by entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sum {
    norm: Norm,
    value: f64,
}

impl Sum {
    pub(crate) fn new(norm: Norm) -> Self {
        Sum { norm, value: 0.0 }
    }
    #[inline]
    pub(crate) fn add(&mut self, v: f64) {
        let v = v.abs();
        match self.norm {
            Norm::One => self.value += v,
            Norm::Two => self.value += v * v,
            Norm::Inf => self.value = max(self.value, v),
        }
    }
    pub(crate) fn norm(self) -> f64 {
        match self.norm {
            Norm::Two => self.value.sqrt(),
            Norm::One | Norm::Inf => self.value,
        }
    }
}

/// The larger of two numbers, NaN when one is NaN; `f64::max` would drop it.
#[inline]
pub(crate) fn max(a: f64, b: f64) -> f64 {
    if a >= b || a.is_nan() { a } else { b }
}

/// The smaller of two numbers, NaN when one is NaN.
#[inline]
pub(crate) fn min(a: f64, b: f64) -> f64 {
    if a <= b || a.is_nan() { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::{Norm, max, min};

    #[test]
    fn the_three_norms_of_three_and_four() {
        let v = [3.0, -4.0];
        assert_eq!(Norm::One.of(&v), 7.0);
        assert_eq!(Norm::Two.of(&v), 5.0);
        assert_eq!(Norm::Inf.of(&v), 4.0);
    }

    #[test]
    fn nan_survives_norms_maxima_and_minima() {
        for norm in [Norm::One, Norm::Two, Norm::Inf] {
            assert!(norm.of(&[f64::NAN, 1.0]).is_nan());
            assert!(norm.of(&[1.0, f64::NAN, 2.0]).is_nan());
            assert_eq!(norm.of(&[]), 0.0);
        }
        assert!(max(f64::NAN, 1.0).is_nan() && max(1.0, f64::NAN).is_nan());
        assert!(min(f64::NAN, 1.0).is_nan() && min(1.0, f64::NAN).is_nan());
    }
}
