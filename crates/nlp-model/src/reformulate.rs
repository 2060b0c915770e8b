//! Models made from models.

mod slack;

pub use slack::Slack;
