//! One problem written as another.

mod squared_slack;

pub use squared_slack::SquaredSlack;
