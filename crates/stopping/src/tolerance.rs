//! When a score is small enough.

use std::fmt;

use crate::StoppingError;

type Rule = Box<dyn Fn(f64, f64, f64) -> f64 + Send + Sync>;

/// One side of the interval in which scores must lie.
enum Side {
    /// max(atol, rtol · s₀).
    Larger,
    /// A function of (atol, rtol, first score).
    Rule(Rule),
    /// One number a score.
    Each(Vec<f64>),
}

/// The interval lower ≤ score ≤ upper, entry by entry, both ends included.
///
/// The default is upper = max(atol, rtol · s₀) and lower = −upper, where s₀ is the largest absolute score at the
/// start (1 as long as it is unknown). Both sides can be any function of (atol, rtol, s₀), or a vector with
/// one number a score.
///
/// The bounds are computed when a run starts and by [`update`](Tolerance::update), not at each stop.
pub struct Tolerance {
    /// Absolute tolerance. Default 10⁻⁶.
    atol: f64,
    /// Tolerance relative to the first score. Default 10⁻¹⁵.
    rtol: f64,
    upper: Side,
    /// `None` mirrors the upper side.
    lower: Option<Side>,
    first: f64,
    upper_values: Vec<f64>,
    lower_values: Vec<f64>,
}

impl Default for Tolerance {
    fn default() -> Self {
        Tolerance::new(1e-6, 1e-15)
    }
}

impl Tolerance {
    /// max(atol, rtol · s₀) on both sides of zero.
    pub fn new(atol: f64, rtol: f64) -> Self {
        Tolerance::from_side(atol, rtol, Side::Larger)
    }

    /// An upper bound for each score, mirrored below zero.
    pub fn each(upper: Vec<f64>) -> Self {
        Tolerance::from_side(1e-6, 1e-15, Side::Each(upper))
    }

    fn from_side(atol: f64, rtol: f64, upper: Side) -> Self {
        let mut tolerance = Tolerance {
            atol,
            rtol,
            upper,
            lower: None,
            first: 1.0,
            upper_values: Vec::new(),
            lower_values: Vec::new(),
        };
        tolerance.compute();
        tolerance
    }

    /// Replaces the upper bound by a function of (atol, rtol, s₀).
    pub fn with_upper(
        mut self,
        rule: impl Fn(f64, f64, f64) -> f64 + Send + Sync + 'static,
    ) -> Self {
        self.upper = Side::Rule(Box::new(rule));
        self.compute();
        self
    }

    /// Replaces the lower bound by a function of (atol, rtol, s₀).
    pub fn with_lower(
        mut self,
        rule: impl Fn(f64, f64, f64) -> f64 + Send + Sync + 'static,
    ) -> Self {
        self.lower = Some(Side::Rule(Box::new(rule)));
        self.compute();
        self
    }

    /// Replaces the lower bounds by one number a score.
    pub fn with_lower_each(mut self, lower: Vec<f64>) -> Self {
        self.lower = Some(Side::Each(lower));
        self.compute();
        self
    }

    /// No lower bound: a score far below zero is as good as zero.
    pub fn one_sided(self) -> Self {
        self.with_lower(|_, _, _| f64::NEG_INFINITY)
    }

    /// The absolute tolerance.
    pub fn atol(&self) -> f64 {
        self.atol
    }
    /// The relative tolerance.
    pub fn rtol(&self) -> f64 {
        self.rtol
    }
    /// The first score s₀, or 1.
    pub fn first(&self) -> f64 {
        self.first
    }
    /// The bounds (lower, upper) of score `i`.
    pub fn bounds(&self, i: usize) -> (f64, f64) {
        (pick(&self.lower_values, i), pick(&self.upper_values, i))
    }

    /// Changes atol and rtol and computes the bounds anew.
    pub fn update(&mut self, atol: f64, rtol: f64) {
        self.atol = atol;
        self.rtol = rtol;
        self.compute();
    }

    /// Takes s₀ for the first score and computes the bounds anew. An infinite s₀ counts as 1.
    #[inline]
    pub fn start(&mut self, first: f64) {
        self.first = if first.is_finite() { first } else { 1.0 };
        self.compute();
    }

    #[inline]
    fn compute(&mut self) {
        // Most runs: no vector to resize, no call through a pointer.
        if let (Side::Larger, None, [upper], [lower]) = (
            &self.upper,
            &self.lower,
            &mut self.upper_values[..],
            &mut self.lower_values[..],
        ) {
            *upper = self.atol.max(self.rtol * self.first);
            *lower = -*upper;
            return;
        }
        self.compute_any();
    }

    fn compute_any(&mut self) {
        fill(
            &self.upper,
            (self.atol, self.rtol, self.first),
            &mut self.upper_values,
        );
        match &self.lower {
            Some(side) => fill(
                side,
                (self.atol, self.rtol, self.first),
                &mut self.lower_values,
            ),
            None => {
                self.lower_values.resize(self.upper_values.len(), 0.0);
                for (lower, upper) in self.lower_values.iter_mut().zip(&self.upper_values) {
                    *lower = -upper;
                }
            }
        }
    }

    /// Whether every score lies within its bounds. NaN never does. An empty slice of scores does.
    ///
    /// # Errors
    /// [`StoppingError::Lengths`] when vectors of bounds do not fit the number of scores.
    pub fn accepts(&self, scores: &[f64]) -> Result<bool, StoppingError> {
        self.check_len(scores.len())?;
        Ok(self.holds(scores))
    }

    /// Whether bounds for `n` scores exist.
    pub(crate) fn check_len(&self, n: usize) -> Result<(), StoppingError> {
        for values in [&self.upper_values, &self.lower_values] {
            if values.len() != 1 && values.len() != n {
                return Err(StoppingError::Lengths {
                    expected: n,
                    found: values.len(),
                });
            }
        }
        Ok(())
    }

    /// [`accepts`](Tolerance::accepts) after the lengths were checked.
    #[inline]
    pub(crate) fn holds(&self, scores: &[f64]) -> bool {
        scores.iter().enumerate().all(|(i, &score)| {
            pick(&self.lower_values, i) <= score && score <= pick(&self.upper_values, i)
        })
    }
}

#[inline]
fn pick(values: &[f64], i: usize) -> f64 {
    if values.len() == 1 {
        values[0]
    } else {
        values[i]
    }
}

fn fill(side: &Side, (atol, rtol, first): (f64, f64, f64), values: &mut Vec<f64>) {
    let bound = match side {
        Side::Larger => atol.max(rtol * first),
        Side::Rule(rule) => rule(atol, rtol, first),
        Side::Each(each) => {
            values.clear();
            values.extend_from_slice(each);
            return;
        }
    };
    values.resize(1, 0.0);
    values[0] = bound;
}

impl fmt::Debug for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tolerance")
            .field("atol", &self.atol)
            .field("rtol", &self.rtol)
            .field("first", &self.first)
            .field("lower", &self.lower_values)
            .field("upper", &self.upper_values)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Tolerance;
    use crate::StoppingError;

    #[test]
    fn the_interval_is_closed_and_nan_is_outside() {
        let unit = Tolerance::new(1.0, 0.0);
        assert_eq!(unit.accepts(&[0.0]), Ok(true));
        assert_eq!(unit.accepts(&[1.0]), Ok(true));
        assert_eq!(unit.accepts(&[-1.0]), Ok(true));
        assert_eq!(unit.accepts(&[0.0, 1.5]), Ok(false));
        assert_eq!(unit.accepts(&[f64::NAN]), Ok(false));
        let one_to_one = Tolerance::new(1.0, 0.0).with_lower(|atol, _, _| atol);
        assert_eq!(one_to_one.accepts(&[0.0]), Ok(false));
        let all = Tolerance::new(f64::INFINITY, 0.0);
        assert_eq!(all.accepts(&[f64::INFINITY]), Ok(true));
        assert_eq!(all.accepts(&[f64::NAN]), Ok(false));
    }

    #[test]
    fn two_tolerances_do_not_fit_three_scores() {
        let two = Tolerance::each(vec![1.0, 1.0]);
        assert_eq!(
            two.accepts(&[0.0; 3]),
            Err(StoppingError::Lengths {
                expected: 3,
                found: 2
            })
        );
        assert_eq!(two.accepts(&[0.5, -1.0]), Ok(true));
    }

    #[test]
    fn the_default_is_the_larger_of_absolute_and_relative() {
        let mut tolerance = Tolerance::new(1e-6, 1e-3);
        assert_eq!(tolerance.bounds(0), (-1e-3, 1e-3));
        tolerance.start(10.0);
        assert_eq!(tolerance.bounds(0), (-1e-2, 1e-2));
        tolerance.start(f64::INFINITY);
        assert_eq!(tolerance.first(), 1.0);
    }
}
