//! Trust-region and Levenberg–Marquardt steps.
//!
//! [`LevenbergMarquardt`] gives the regularized directions that the semismooth Newton method takes
//! where its matrix is singular.

mod levenberg_marquardt;

pub use levenberg_marquardt::LevenbergMarquardt;
