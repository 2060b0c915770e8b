//! Mathematical programs with equilibrium constraints and bilevel programs.
//!
//! So far one tool: [`bilevel::check_lower_level`] asks of a point of a bilevel program, whoever found
//! it, whether its lower-level part is optimal for the lower level.

pub mod bilevel;
mod error;
pub mod interval;

pub use error::MpecError;
