//! Linear algebra for optimization.
//!
//! Structure and values are separate: a [`Pattern`] says where the entries of a sparse matrix stand, a slice
//! holds their values. A [`Factorization`] is planned once for a pattern, then factored often. Every
//! factorization verifies itself: a matrix that is singular to working precision, not finite, or
//! badly factored is a [`FactorError`] with the number that explains it, never a silent NaN.
//!
//! ```
//! # #[cfg(feature = "faer")] {
//! use linalg::{Pattern, lu};
//!
//! // [2 1; 0 4] x = (4, 8)
//! let pattern = Pattern::from_entries(2, 2, [(0, 0), (0, 1), (1, 1)])?;
//! let mut factors = lu(&pattern);
//! factors.factor(&[2.0, 1.0, 4.0])?;
//! let mut x = [4.0, 8.0];
//! factors.solve(&mut x);
//! assert_eq!(x, [1.0, 2.0]);
//! assert!(factors.factor(&[2.0, 1.0, 0.0]).is_err()); // singular
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Dense LU, Cholesky and QR, Krylov methods and all that concerns patterns are always there. The feature
//! `faer` (default) adds LBLᵀ, eigenvalues, singular values and everything sparse; `nalgebra` (default)
//! adds conversions and Matrix Market files. No feature changes a result.

pub mod assembly;
#[cfg(feature = "faer")]
mod csc;
pub mod dense;
#[cfg(feature = "faer")]
pub mod dissection;
pub mod error;
pub mod factorization;
#[cfg(feature = "nalgebra")]
pub mod interop;
#[cfg(feature = "faer")]
pub mod kkt;
pub mod krylov;
pub mod map;
#[cfg(feature = "faer")]
pub mod multifrontal;
pub mod pattern;
mod probe;
pub mod random;
mod scaling;
pub mod slice;
#[cfg(feature = "faer")]
pub mod sparse_cholesky;
#[cfg(feature = "faer")]
pub mod sparse_lu;

pub use assembly::Assembly;
#[cfg(feature = "faer")]
pub use dense::DenseLblt;
pub use dense::{DenseCholesky, DenseLu, DenseQr};
#[cfg(feature = "faer")]
pub use dissection::nested_dissection;
pub use error::{FactorError, PatternError};
pub use factorization::{Factorization, Inertia};
#[cfg(feature = "faer")]
pub use factorization::{cholesky, lu, symmetric_indefinite};
#[cfg(feature = "faer")]
pub use kkt::Kkt;
pub use map::{CoordinateMap, LinearMap, SymmetricCoordinateMap};
#[cfg(feature = "faer")]
pub use multifrontal::MultifrontalLu;
pub use pattern::Pattern;
#[cfg(feature = "faer")]
pub use sparse_cholesky::{SparseCholesky, SparseLdlt};
#[cfg(feature = "faer")]
pub use sparse_lu::SparseLu;
