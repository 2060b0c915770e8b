//! Trust-region and Levenberg–Marquardt steps, and multilevel methods.
//!
//! [`LevenbergMarquardt`] gives the regularized directions that the semismooth Newton method takes
//! where its matrix is singular. [`multilevel`] solves problems with constraints in blocks and with
//! several objectives in the order of their importance.

mod error;
mod levenberg_marquardt;
pub mod multilevel;

pub use error::TrustRegionError;
pub use levenberg_marquardt::LevenbergMarquardt;
