//! Trust-region subproblems and methods.
//!
//! Steps of min gᵀs + ½ sᵀH s, ‖s‖ ≤ Δ: [`MoreSorensen`] exactly for dense Hessians,
//! [`SteihaugToint`] for products alone. A [`Certificate`] says how far a step is from a global
//! minimizer. [`LevenbergMarquardt`] gives the regularized directions that the semismooth Newton method takes
//! where its matrix is singular. [`multilevel`] solves problems with constraints in blocks and with
//! several objectives in the order of their importance.

pub mod augmented_lagrangian;
pub mod bound;
mod cauchy;
mod certificate;
mod decrease;
mod dogleg;
mod error;
mod generalized_lanczos;
mod levenberg_marquardt;
mod limited_memory;
mod more_sorensen;
pub mod multilevel;
pub mod newton;
mod nonlinear_program;
pub mod quadratic_program;
pub mod quasi_newton;
mod radius;
mod secular;
mod solution;
mod sparse_more_sorensen;
pub mod sqp;
mod steihaug_toint;
mod step;
mod tridiagonal;
mod two_dimensional;
mod unconstrained;

pub use cauchy::cauchy_point;
pub use certificate::Certificate;
pub use decrease::{cauchy_decrease, has_cauchy_fraction, has_optimal_fraction};
pub use dogleg::Dogleg;
pub use error::TrustRegionError;
pub use generalized_lanczos::GeneralizedLanczos;
pub use levenberg_marquardt::LevenbergMarquardt;
pub use more_sorensen::MoreSorensen;
pub use nonlinear_program::{NlpSolution, Start};
pub use radius::{RadiusRule, ratio};
pub use solution::{Evaluations, Options, Solution};
pub use sparse_more_sorensen::SparseMoreSorensen;
pub use steihaug_toint::SteihaugToint;
pub use step::{Step, StepKind};
pub use two_dimensional::TwoDimensional;
pub use unconstrained::{QuadraticModel, TrustRegion};
