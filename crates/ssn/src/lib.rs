//! Semismooth Newton methods.
mod error;
mod fischer_burmeister;
mod minimum;
mod ncp;
mod newton;
mod options;
mod penalized_fb;
mod system;
pub mod systems;
pub mod value_function;
mod watchdog;

pub use error::SsnError;
pub use fischer_burmeister::{FISCHER_BURMEISTER, FischerBurmeister};
pub use minimum::{MINIMUM, Minimum};
pub use ncp::{NcpFunction, PairRule};
pub use newton::{Direction, Newton, NewtonState};
pub use options::{Attempt, Options};
pub use penalized_fb::{PENALIZED_FISCHER_BURMEISTER, PenalizedFischerBurmeister};
pub use system::SemismoothSystem;
pub use watchdog::Watchdog;
