//! How a run ended: one status for the whole family, and all the reasons that hold.

use std::fmt;

/// How a run ended.
///
/// The variants stand in order of priority, the first being the strongest. When several reasons hold
/// at once, *the* status is the first of them in this order:
///
/// 1. what makes every number doubtful ([`DomainError`](Status::DomainError),
///    [`Exception`](Status::Exception)) and what the algorithm confesses
///    ([`SubproblemFailure`](Status::SubproblemFailure));
/// 2. what makes the problem unsolvable;
/// 3. success, as measured by the criterion, then what the algorithm only claims;
/// 4. the will of somebody: the user, another thread, an enclosing run;
/// 5. a lack of progress, then exhausted resources.
///
/// So a run that uses its last evaluation to reach the tolerance is `Optimal`, and a run that meets
/// NaN never is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Status {
    /// A function returned NaN or ±∞ where a number is needed.
    DomainError,
    /// Code that is not ours reported an error.
    Exception,
    /// A subproblem could not be solved: singular system, failed line search, ….
    SubproblemFailure,
    /// No feasible point was found and none is expected.
    Infeasible,
    /// The objective passed the threshold in the direction of improvement.
    UnboundedObjective,
    /// An entry of the iterate passed the threshold.
    UnboundedIterates,
    /// The score lies within the tolerances.
    Optimal,
    /// The algorithm claims a solution which the criterion does not confirm.
    SubOptimal,
    /// A check or an observer of the user asked to stop.
    StopByUser,
    /// The cancel token was used, here or in an enclosing run.
    Cancelled,
    /// An enclosing run has ended or has exhausted its resources.
    ParentLimit,
    /// The scores do not improve any more.
    Stalled,
    /// The wall time is used up.
    TimeLimit,
    /// A budget of evaluations is used up.
    EvaluationLimit,
    /// The iterations are used up.
    IterationLimit,
}

/// The four outcomes of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The point is a solution by the criterion.
    Solved,
    /// The problem has no solution of the kind sought.
    Unsolvable,
    /// Time, evaluations, iterations or patience are used up.
    Exhausted,
    /// The algorithm or a function failed.
    Failed,
}

impl Status {
    /// All statuses, in order of priority.
    pub const ALL: [Status; 15] = [
        Status::DomainError,
        Status::Exception,
        Status::SubproblemFailure,
        Status::Infeasible,
        Status::UnboundedObjective,
        Status::UnboundedIterates,
        Status::Optimal,
        Status::SubOptimal,
        Status::StopByUser,
        Status::Cancelled,
        Status::ParentLimit,
        Status::Stalled,
        Status::TimeLimit,
        Status::EvaluationLimit,
        Status::IterationLimit,
    ];

    /// True for [`Status::Optimal`] alone: only the criterion grants success.
    pub fn is_success(self) -> bool {
        self == Status::Optimal
    }

    /// Which of the four outcomes this status is.
    pub fn outcome(self) -> Outcome {
        match self {
            Status::Optimal => Outcome::Solved,
            Status::Infeasible | Status::UnboundedObjective | Status::UnboundedIterates => {
                Outcome::Unsolvable
            }
            Status::StopByUser
            | Status::Cancelled
            | Status::ParentLimit
            | Status::TimeLimit
            | Status::EvaluationLimit
            | Status::IterationLimit => Outcome::Exhausted,
            Status::DomainError
            | Status::Exception
            | Status::SubproblemFailure
            | Status::SubOptimal
            | Status::Stalled => Outcome::Failed,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Status::DomainError => "domain error",
            Status::Exception => "exception",
            Status::SubproblemFailure => "subproblem failure",
            Status::Infeasible => "infeasible",
            Status::UnboundedObjective => "unbounded objective",
            Status::UnboundedIterates => "unbounded iterates",
            Status::Optimal => "optimal",
            Status::SubOptimal => "suboptimal",
            Status::StopByUser => "stopped by the user",
            Status::Cancelled => "cancelled",
            Status::ParentLimit => "limit of an enclosing run",
            Status::Stalled => "stalled",
            Status::TimeLimit => "time limit",
            Status::EvaluationLimit => "evaluation limit",
            Status::IterationLimit => "iteration limit",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}

/// A set of statuses: everything that holds when a run ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reasons(u16);

impl Reasons {
    /// No reason: the run goes on.
    pub const NONE: Reasons = Reasons(0);

    pub(crate) fn from_bits(bits: u16) -> Self {
        Reasons(bits)
    }
    pub(crate) fn bits(self) -> u16 {
        self.0
    }
    /// Adds a reason.
    pub fn insert(&mut self, status: Status) {
        self.0 |= 1 << status as u16;
    }
    /// The same reasons but for `status`.
    pub fn without(self, status: Status) -> Self {
        Reasons(self.0 & !(1 << status as u16))
    }
    /// Whether `status` is among the reasons.
    pub fn contains(self, status: Status) -> bool {
        self.0 & (1 << status as u16) != 0
    }
    /// Whether the run goes on.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
    /// *The* status: the reason of highest priority.
    pub fn first(self) -> Option<Status> {
        if self.0 == 0 {
            return None;
        }
        Some(Status::ALL[self.0.trailing_zeros() as usize])
    }
    /// All reasons, in order of priority.
    pub fn iter(self) -> impl Iterator<Item = Status> {
        Status::ALL.into_iter().filter(move |&s| self.contains(s))
    }
}

impl FromIterator<Status> for Reasons {
    fn from_iter<I: IntoIterator<Item = Status>>(statuses: I) -> Self {
        let mut reasons = Reasons::NONE;
        for status in statuses {
            reasons.insert(status);
        }
        reasons
    }
}

impl fmt::Display for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for status in self.iter() {
            write!(f, "{separator}{status}")?;
            separator = ", ";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Reasons, Status};

    #[test]
    fn the_table_of_statuses_follows_the_declaration() {
        for (k, status) in Status::ALL.into_iter().enumerate() {
            assert_eq!(status as usize, k);
        }
        assert!(Status::ALL.windows(2).all(|w| w[0] < w[1]));
    }

    #[test]
    fn only_optimal_is_success_and_only_optimal_is_solved() {
        for status in Status::ALL {
            assert_eq!(status.is_success(), status == Status::Optimal);
            assert_eq!(status.outcome() == Outcome::Solved, status.is_success());
        }
    }

    #[test]
    fn the_first_reason_is_the_strongest_whatever_the_order_of_insertion() {
        let limits = [Status::IterationLimit, Status::Optimal, Status::TimeLimit];
        let reasons: Reasons = limits.into_iter().collect();
        assert_eq!(reasons.first(), Some(Status::Optimal));
        assert_eq!(reasons.to_string(), "optimal, time limit, iteration limit");
        let mut worse = reasons;
        worse.insert(Status::DomainError);
        assert_eq!(worse.first(), Some(Status::DomainError));
        assert_eq!(worse.iter().count(), 4);
        assert_eq!(Reasons::NONE.first(), None);
    }
}
