//! Dense factorizations of column-major matrices.

#[cfg(feature = "faer")]
pub(crate) mod coordinate;
mod elimination;
mod lu;

pub use lu::DenseLu;
