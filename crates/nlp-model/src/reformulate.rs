//! One problem written as another.

mod slack;
mod squared_slack;

pub use slack::Slack;
pub use squared_slack::SquaredSlack;
