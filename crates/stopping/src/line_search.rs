//! Searches along a line, in which the acceptance decides and nothing else.
//!
//! Each is a [`Solver`](crate::Solver) for a [`Line`](crate::Line) and a [`OneDState`](crate::OneDState): the same
//! code stops at an Armijo step or at an exact minimizer, by the stopping it is given.

mod backtracking;
mod interpolation;
mod step_region;

pub use backtracking::Backtracking;
pub use interpolation::Interpolation;
pub use step_region::StepRegion;
