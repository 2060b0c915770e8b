//! Mathematical programs with equilibrium constraints and bilevel programs.
//!
//! So far one tool: [`bilevel::check_lower_level`] asks of a point of a bilevel program, whoever found
//! it, whether its lower-level part is optimal for the lower level.

pub mod bilevel;
mod branch;
mod error;
pub mod interval;
pub mod linearised;
pub mod mpcc;
mod quadratic;
pub mod regularization;
mod sqp;
pub mod stationarity;

pub use error::MpecError;
