//! Answers to conditions, each with the number that decided it.

use std::fmt;

/// Whether a condition is satisfied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It holds, as far as numbers of sixteen digits tell.
    Holds,
    /// It does not.
    Fails,
    /// What was computed does not decide.
    CannotTell,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Answer::Holds => "holds",
            Answer::Fails => "fails",
            Answer::CannotTell => "cannot tell",
        })
    }
}

/// A condition, the number that decided it, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    /// The answer.
    pub answer: Answer,
    /// The number, when there is one; its meaning is said where the condition stands.
    pub number: Option<f64>,
    /// What the number is, or why there is none.
    pub reason: &'static str,
}

impl Condition {
    pub(super) fn new(answer: Answer, number: f64, reason: &'static str) -> Self {
        debug_assert!(!number.is_nan(), "{reason}");
        Condition {
            answer,
            number: Some(number),
            reason,
        }
    }

    pub(super) fn without_number(answer: Answer, reason: &'static str) -> Self {
        Condition {
            answer,
            number: None,
            reason,
        }
    }

    pub(super) fn above(number: f64, tolerance: f64, reason: &'static str) -> Self {
        let answer = if number > tolerance {
            Answer::Holds
        } else {
            Answer::Fails
        };
        Condition::new(answer, number, reason)
    }

    pub(super) fn cannot_tell(reason: &'static str) -> Self {
        Condition::without_number(Answer::CannotTell, reason)
    }

    /// True when it holds.
    pub fn holds(&self) -> bool {
        self.answer == Answer::Holds
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.answer, self.reason)?;
        match self.number {
            Some(number) => write!(f, " {number:.3e}"),
            None => Ok(()),
        }
    }
}
