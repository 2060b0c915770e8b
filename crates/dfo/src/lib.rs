//! Derivative-free optimization.
//!
//! [`poll()`] tries to refute that a point is a local minimizer of a black box on a box.

pub mod bobyqa;
pub mod cliff;
mod error;
mod poll;

pub use error::DfoError;
pub use poll::{Poll, PollOptions, Verdict, poll};
