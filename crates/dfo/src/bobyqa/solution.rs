//! What a run ends with.

use std::fmt;

/// How a run ended. Derivatives being unknown, none of these says that the point is a minimizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Status {
    /// The radius has reached its final value: steps of that size around the point do not seem to pay.
    SmallRadius,
    /// A value is at or below the target.
    TargetReached,
    /// Smaller radii make no sense: the values around the point differ by no more than ten times the stated
    /// accuracy of the objective.
    AccuracyReached,
    /// A value below −10⁵⁰ times the size of the first values.
    Unbounded,
    /// All values are the same number. The point is the start.
    Constant,
    /// No value was a finite number. The point is the start.
    NoFiniteValue,
    /// A poll has refuted a small radius: a better point is near, but no quadratic sees it.
    StalledAtDiscontinuity,
    /// Rounding spoils the model.
    DamagedByRounding,
    /// The evaluations are spent.
    EvaluationLimit,
    /// The user has stopped the run.
    Cancelled,
}

impl Status {
    /// True when the run has ended as it should: by a small radius, the target, or the accuracy of the
    /// objective.
    pub fn is_regular(self) -> bool {
        matches!(
            self,
            Status::SmallRadius | Status::TargetReached | Status::AccuracyReached
        )
    }
}

impl From<Status> for stopping::Status {
    /// Only a criterion grants success, so that the best is `SubOptimal`.
    fn from(status: Status) -> Self {
        match status {
            Status::SmallRadius | Status::TargetReached | Status::AccuracyReached => {
                stopping::Status::SubOptimal
            }
            Status::Constant | Status::StalledAtDiscontinuity => stopping::Status::Stalled,
            Status::Unbounded => stopping::Status::UnboundedObjective,
            Status::NoFiniteValue => stopping::Status::DomainError,
            Status::DamagedByRounding => stopping::Status::SubproblemFailure,
            Status::EvaluationLimit => stopping::Status::EvaluationLimit,
            Status::Cancelled => stopping::Status::StopByUser,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Status::SmallRadius => "small radius",
            Status::TargetReached => "target reached",
            Status::AccuracyReached => "accuracy of the objective reached",
            Status::Unbounded => "unbounded objective",
            Status::Constant => "constant objective",
            Status::NoFiniteValue => "no finite value",
            Status::StalledAtDiscontinuity => "stalled at a discontinuity",
            Status::DamagedByRounding => "damaged by rounding",
            Status::EvaluationLimit => "evaluation limit",
            Status::Cancelled => "cancelled",
        })
    }
}

/// Where a run ended: the best point of all evaluations.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// x (n).
    pub x: Vec<f64>,
    /// The value there; NaN when no value was finite.
    pub value: f64,
    /// How the run ended.
    pub status: Status,
    /// Evaluations, failed ones included.
    pub evaluations: usize,
    /// Evaluations that gave NaN or ±∞.
    pub barriers: usize,
    /// Evaluations that failed.
    pub failures: usize,
    /// The first radius, larger than the one of the options when that is lost in the error of the objective.
    pub first_radius: f64,
    /// The radius at the end.
    pub radius: f64,
}

impl Solution {
    /// Goes on with another run: adds its counts, takes its end, and its point when that is better.
    pub(crate) fn join(&mut self, next: Solution) {
        self.evaluations += next.evaluations;
        self.barriers += next.barriers;
        self.failures += next.failures;
        (self.status, self.radius) = (next.status, next.radius);
        if next.value < self.value || self.value.is_nan() {
            (self.x, self.value) = (next.x, next.value);
        }
    }
}

impl fmt::Display for Solution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} after {} evaluations ({} not finite, {} failed)",
            self.status, self.evaluations, self.barriers, self.failures
        )?;
        writeln!(f, "  f = {:.10e}, radius {:.1e}", self.value, self.radius)?;
        write!(f, "  x = {:?}", self.x)
    }
}
