//! One problem written as another.

mod kkt;
mod restriction;
mod slack;
mod slack_levels;
mod squared_slack;

pub use kkt::KktConditions;
pub use restriction::Restriction;
pub use slack::Slack;
pub use slack_levels::SlackLevels;
pub use squared_slack::SquaredSlack;
