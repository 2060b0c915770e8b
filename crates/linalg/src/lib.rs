//! Linear algebra for optimization.

pub mod assembly;
#[cfg(feature = "faer")]
mod csc;
pub mod dense;
pub mod error;
pub mod factorization;
pub mod map;
pub mod pattern;
mod probe;
mod scaling;
pub mod slice;
#[cfg(feature = "faer")]
pub mod sparse_lu;

pub use assembly::Assembly;
#[cfg(feature = "faer")]
pub use dense::DenseLblt;
pub use dense::{DenseCholesky, DenseLu, DenseQr};
pub use error::{FactorError, PatternError};
#[cfg(feature = "faer")]
pub use factorization::lu;
pub use factorization::{Factorization, Inertia};
pub use map::{CoordinateMap, LinearMap, SymmetricCoordinateMap};
pub use pattern::Pattern;
#[cfg(feature = "faer")]
pub use sparse_lu::SparseLu;
