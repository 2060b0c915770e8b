//! Trust-region subproblems and methods.
//!
//! Steps of min gᵀs + ½ sᵀH s, ‖s‖ ≤ Δ: [`MoreSorensen`] exactly for dense Hessians,
//! [`SteihaugToint`] for products alone. A [`Certificate`] says how far a step is from a global
//! minimizer. [`LevenbergMarquardt`] gives the regularized directions that the semismooth Newton method takes
//! where its matrix is singular.

mod certificate;
mod error;
mod levenberg_marquardt;
mod more_sorensen;
mod secular;
mod steihaug_toint;
mod step;

pub use certificate::Certificate;
pub use error::TrustRegionError;
pub use levenberg_marquardt::LevenbergMarquardt;
pub use more_sorensen::MoreSorensen;
pub use steihaug_toint::SteihaugToint;
pub use step::{Step, StepKind};
