//! One problem written as another.

mod kkt;
mod slack;
mod squared_slack;

pub use kkt::KktConditions;
pub use slack::Slack;
pub use squared_slack::SquaredSlack;
