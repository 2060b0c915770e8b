//! Trust-region and Levenberg–Marquardt steps.
//!
//! [`LevenbergMarquardt`] gives the regularized directions that the semismooth Newton method takes
//! where its matrix is singular.

pub mod augmented_lagrangian;
pub mod bound;
mod error;
mod levenberg_marquardt;
mod nonlinear_program;
pub mod quadratic_program;
pub mod sqp;

pub use error::TrustRegionError;
pub use levenberg_marquardt::LevenbergMarquardt;
pub use nonlinear_program::{NlpSolution, Start};
