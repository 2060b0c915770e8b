//! Trust-region subproblems and methods.
//!
//! Steps of min gᵀs + ½ sᵀH s, ‖s‖ ≤ Δ: [`MoreSorensen`] and [`SparseMoreSorensen`] exactly for any inertia,
//! [`GeneralizedLanczos`] and [`SteihaugToint`] for products alone, [`Dogleg`], [`TwoDimensional`] and
//! [`cauchy_point`] as the cheap ones. [`newton`], [`quasi_newton`] and [`least_squares`] are one loop,
//! [`TrustRegion`], with different quadratic models. A [`Certificate`] says how far a step is from a global
//! minimizer. [`LevenbergMarquardt`] gives the regularized directions that the semismooth Newton method takes
//! where its matrix is singular. [`multilevel`] solves problems with constraints in blocks and with
//! several objectives in the order of their importance.
//!
//! [`solve`] is the door for nonlinear programs: [`sqp`] for small dense ones, [`augmented_lagrangian`]
//! for the others and as a second opinion. [`bound`] minimizes with bounds on the variables alone;
//! [`quadratic_program`] is the dense active-set method inside of [`sqp`].

pub mod augmented_lagrangian;
mod banded;
pub mod bound;
mod cauchy;
mod certificate;
mod decrease;
mod dogleg;
mod driver;
mod error;
mod gauss_newton;
mod generalized_lanczos;
pub mod least_squares;
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
mod sum_of_squares;
mod tridiagonal;
mod two_dimensional;
mod unconstrained;

pub use cauchy::cauchy_point;
pub use certificate::Certificate;
pub use decrease::{cauchy_decrease, has_cauchy_fraction, has_optimal_fraction};
pub use dogleg::Dogleg;
pub use driver::solve;
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
pub use sum_of_squares::SumOfSquares;
pub use two_dimensional::TwoDimensional;
pub use unconstrained::{QuadraticModel, TrustRegion};
