//! Parameters of the cliff solver.

use crate::DfoError;

/// Parameters of [`minimize`](super::minimize). Radii and widths are fixed fractions of the box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CliffOptions {
    /// Largest number of evaluations; at least 1. 200 (n + 1) is a generous choice.
    pub max_evaluations: usize,
    /// Absolute accuracy of θ: differences below ten times this are not believed. Finite, at least 0.
    pub accuracy: f64,
    /// Whether the oracle's labels are used. If not, labels are made of jumps: twice as many
    /// evaluations, and no jump below 10⁻³ (1 + |θ|) is seen.
    pub labelled: bool,
    /// Seed of directions and of the points that fill the box.
    pub seed: u64,
}

impl Default for CliffOptions {
    fn default() -> Self {
        CliffOptions {
            max_evaluations: 1000,
            accuracy: 0.0,
            labelled: true,
            seed: 0,
        }
    }
}

impl CliffOptions {
    pub(crate) fn check(&self) -> Result<(), DfoError> {
        if self.max_evaluations == 0 {
            return Err(DfoError::Option {
                name: "max_evaluations",
                value: 0.0,
                range: "it must be at least 1",
            });
        }
        if !(self.accuracy >= 0.0 && self.accuracy.is_finite()) {
            return Err(DfoError::Option {
                name: "accuracy",
                value: self.accuracy,
                range: "it must be finite and at least 0",
            });
        }
        Ok(())
    }
}
