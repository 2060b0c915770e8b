//! Trust-region and Levenberg–Marquardt steps.
//!
//! [`LevenbergMarquardt`] gives the regularized directions that the semismooth Newton method takes
//! where its matrix is singular.

pub mod bound;
mod error;
mod levenberg_marquardt;

pub use error::TrustRegionError;
pub use levenberg_marquardt::LevenbergMarquardt;
