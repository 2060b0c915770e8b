//! Every evaluation of a run, and the brackets of cliffs among them.

use super::label_free::Clusters;
use super::vector::distance;
use super::{CliffOptions, Evaluation, Label};

/// A point of the unit cube that was evaluated.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// The point, in the unit cube.
    pub u: Vec<f64>,
    /// θ, NaN after a failure.
    pub value: f64,
    /// The piece; none after a failure, or when the label is not believed.
    pub label: Option<Label>,
}

/// Two points on either side of a cliff: the label of the first ends between them.
#[derive(Clone, Debug)]
pub(crate) struct Bracket {
    /// The point with the label whose piece ends here.
    pub low: usize,
    /// The point with another label.
    pub high: usize,
    /// Best known normal of the cliff, from the first label to the other.
    pub normal: Vec<f64>,
    /// The bracket of the same face from which this one was looked for.
    pub parent: Option<usize>,
    /// Brackets of other faces: on the way back along their normal the label did not return.
    pub apart: Vec<usize>,
    /// How far off the cliff was predicted, and how far away its nearest known point was; infinite and zero when nothing
    /// was predicted.
    pub error: f64,
    /// See `error`.
    pub gap: f64,
}

/// Why a run must end now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupt {
    /// The evaluations are spent.
    Evaluations,
    /// The caller asks to stop.
    Caller,
}

/// Every evaluation of a run. Points are known by their number.
pub(crate) struct Archive<'a> {
    oracle: &'a mut dyn FnMut(&[f64]) -> Result<Evaluation, Interrupt>,
    max_evaluations: usize,
    /// Differences below ten times this are noise.
    pub accuracy: f64,
    /// Labels made of values, when the oracle has none.
    clusters: Option<Clusters>,
    pub n: usize,
    pub points: Vec<Point>,
    pub brackets: Vec<Bracket>,
}

impl<'a> Archive<'a> {
    pub fn new(
        n: usize,
        options: &CliffOptions,
        oracle: &'a mut dyn FnMut(&[f64]) -> Result<Evaluation, Interrupt>,
    ) -> Self {
        Archive {
            oracle,
            max_evaluations: options.max_evaluations,
            accuracy: options.accuracy,
            clusters: (!options.labelled).then(Clusters::default),
            n,
            points: Vec::new(),
            brackets: Vec::new(),
        }
    }

    /// Number of evaluations left.
    pub fn left(&self) -> usize {
        self.max_evaluations - self.points.len()
    }

    /// Evaluates θ at u in the unit cube and returns the number of the point. A point that is known is not evaluated
    /// again.
    pub fn evaluate(&mut self, u: &[f64]) -> Result<usize, Interrupt> {
        debug_assert!(super::vector::in_cube(u), "points lie in the cube: {u:?}");
        if let Some(known) = self.points.iter().position(|p| p.u == u) {
            return Ok(known);
        }
        if self.left() == 0 {
            return Err(Interrupt::Evaluations);
        }
        let (value, label) = match (self.oracle)(u)? {
            Evaluation::Value { value, label } if value.is_finite() => (value, Some(label)),
            _ => (f64::NAN, None),
        };
        self.points.push(Point {
            u: u.to_vec(),
            value,
            label,
        });
        if let Some(clusters) = &mut self.clusters {
            clusters.label_last(&mut self.points);
        }
        Ok(self.points.len() - 1)
    }

    pub fn u(&self, k: usize) -> &[f64] {
        &self.points[k].u
    }

    pub fn value(&self, k: usize) -> f64 {
        self.points[k].value
    }

    pub fn label(&self, k: usize) -> Option<Label> {
        self.points[k].label
    }

    /// The points with this label.
    pub fn labelled(&self, label: Label) -> impl Iterator<Item = usize> + '_ {
        (0..self.points.len()).filter(move |&k| self.points[k].label == Some(label))
    }

    /// The lowest of some points.
    pub fn lowest(&self, among: impl Iterator<Item = usize>) -> Option<usize> {
        among
            .filter(|&k| self.points[k].label.is_some())
            .min_by(|&i, &j| self.value(i).total_cmp(&self.value(j)))
    }

    /// The label at the low end of a bracket, when both ends still bear witness and differ.
    pub fn low_label(&self, bracket: &Bracket) -> Option<Label> {
        let (low, high) = (self.label(bracket.low)?, self.label(bracket.high)?);
        (low != high).then_some(low)
    }

    /// Middle of a bracket.
    pub fn middle(&self, bracket: &Bracket) -> Vec<f64> {
        let (low, high) = (self.u(bracket.low), self.u(bracket.high));
        low.iter().zip(high).map(|(l, h)| 0.5 * (l + h)).collect()
    }

    /// Width of a bracket.
    pub fn width(&self, bracket: &Bracket) -> f64 {
        distance(self.u(bracket.low), self.u(bracket.high))
    }
}
