//! Trust-region subproblems and methods.
//!
//! Steps of min gᵀs + ½ sᵀH s, ‖s‖ ≤ Δ: [`MoreSorensen`] exactly for dense Hessians,
//! [`SteihaugToint`] for products alone. A [`Certificate`] says how far a step is from a global
//! minimizer. [`LevenbergMarquardt`] gives the regularized directions that the semismooth Newton method takes
//! where its matrix is singular.

mod certificate;
mod error;
mod generalized_lanczos;
mod levenberg_marquardt;
mod more_sorensen;
pub mod newton;
mod radius;
mod secular;
mod solution;
mod sparse_more_sorensen;
mod steihaug_toint;
mod step;
mod tridiagonal;
mod unconstrained;

pub use certificate::Certificate;
pub use error::TrustRegionError;
pub use generalized_lanczos::GeneralizedLanczos;
pub use levenberg_marquardt::LevenbergMarquardt;
pub use more_sorensen::MoreSorensen;
pub use radius::{RadiusRule, ratio};
pub use solution::{Evaluations, Options, Solution};
pub use sparse_more_sorensen::SparseMoreSorensen;
pub use steihaug_toint::SteihaugToint;
pub use step::{Step, StepKind};
pub use unconstrained::{QuadraticModel, TrustRegion};
