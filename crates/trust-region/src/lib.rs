//! Trust-region methods, from steps to nonlinear programming.
//!
//! [`solve`] is the door for nonlinear programs: [`sqp`] for small dense ones, [`augmented_lagrangian`]
//! for the others and as a second opinion. [`bound`] minimizes with bounds on the variables alone;
//! [`quadratic_program`] is the dense active-set method inside of [`sqp`].
//!
//! [`LevenbergMarquardt`] gives the regularized directions that the semismooth Newton method takes
//! where its matrix is singular.

pub mod augmented_lagrangian;
pub mod bound;
mod driver;
mod error;
mod levenberg_marquardt;
mod nonlinear_program;
pub mod quadratic_program;
pub mod sqp;

pub use driver::solve;
pub use error::TrustRegionError;
pub use levenberg_marquardt::LevenbergMarquardt;
pub use nonlinear_program::{NlpSolution, Start};
