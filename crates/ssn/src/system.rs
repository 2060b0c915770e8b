//! What the Newton method solves.

use linalg::Pattern;

/// A square system Φ(ζ) = 0 of semismooth equations.
///
/// Systems keep their work space inside, behind a shared reference; after construction they do not
/// allocate.
pub trait SemismoothSystem {
    /// Number N of unknowns and of equations.
    fn size(&self) -> usize;
    /// Φ(ζ), into `phi` (N).
    fn residual(&self, zeta: &[f64], phi: &mut [f64]);
    /// Where an element of the generalized Jacobian may be nonzero, N × N; fixed. Repeated
    /// coordinates add up.
    fn jacobian_structure(&self) -> &Pattern;
    /// An element W of the B-subdifferential of Φ at ζ, on the structure, into `vals`.
    fn jacobian(&self, zeta: &[f64], vals: &mut [f64]);
}
