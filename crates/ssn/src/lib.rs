//! Semismooth Newton methods.
mod attempts;
pub mod complementarity;
mod direction;
mod error;
mod fischer_burmeister;
pub mod kkt;
mod line_search;
mod minimum;
mod ncp;
mod newton;
mod options;
mod penalized_fb;
mod system;
pub mod systems;
pub mod value_function;
pub mod variational_inequality;
mod watchdog;

pub use direction::Direction;
pub use error::SsnError;
pub use fischer_burmeister::{FISCHER_BURMEISTER, FischerBurmeister};
pub use minimum::{MINIMUM, Minimum};
pub use ncp::{NcpFunction, PairRule};
pub use newton::{Newton, NewtonState};
pub use options::{Attempt, Options};
pub use penalized_fb::{PENALIZED_FISCHER_BURMEISTER, PenalizedFischerBurmeister};
pub use system::SemismoothSystem;
pub use watchdog::Watchdog;
