//! Derivative-free optimization.
//!
//! [`bobyqa`] minimizes on a box by quadratic models; [`restart`] and [`multistart`] run it several times.
//! [`poll()`] tries to refute that a point is a local minimizer of a black box on a box.

pub mod bobyqa;
pub mod cliff;
mod error;
pub mod multistart;
mod poll;
pub mod restart;

pub use error::DfoError;
pub use poll::{Poll, PollOptions, Verdict, poll};
