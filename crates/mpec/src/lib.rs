//! Mathematical programs with equilibrium constraints and bilevel programs.
//!
//! [`mpcc::solve`] solves programs with complementarity constraints and says what it has proved:
//! [`linearised::check_linearised`] certifies B-stationarity, [`stationarity::check_stationarity`] the kinds that
//! multipliers tell. [`regularization`] has the nonlinear programs that approach such a program, [`tower`] the
//! three-layer stack for M-stationary points. [`game`] is for several players. [`bilevel::check_lower_level`] asks of
//! a point of a bilevel program, whoever found it, whether its lower-level part is optimal for the lower level.
//! [`pessimistic::solve`] minimizes the worst that followers may answer.

pub mod bilevel;
mod branch;
mod error;
pub mod game;
pub mod interval;
pub mod linearised;
pub mod mpcc;
pub mod pessimistic;
mod quadratic;
pub mod regularization;
pub mod sensitivity;
mod sqp;
pub mod stationarity;
pub mod tower;

pub use error::MpecError;
