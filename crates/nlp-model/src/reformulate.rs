//! One problem written as another.

mod kkt;
mod slack;
mod slack_levels;
mod squared_slack;

pub use kkt::KktConditions;
pub use slack::Slack;
pub use slack_levels::SlackLevels;
pub use squared_slack::SquaredSlack;
