//! What the Newton method solves.

use linalg::Pattern;

/// A square system Φ(ζ) = 0 of semismooth equations.
///
/// Systems keep their work space inside, behind a shared reference; after construction they do not
/// allocate.
///
/// A system of one's own, under a stopping of one's own:
///
/// ```
/// use linalg::Pattern;
/// use ssn::{FISCHER_BURMEISTER, NcpFunction, Newton, Options, SemismoothSystem};
/// use std::ops::ControlFlow;
/// use stopping::{Solver, Status};
///
/// /// a² + b = 3,  0 ≤ a ⟂ b ≥ 0.
/// struct Corner(Pattern);
/// impl SemismoothSystem for Corner {
///     fn size(&self) -> usize {
///         2
///     }
///     fn residual(&self, z: &[f64], phi: &mut [f64]) {
///         phi[0] = z[0] * z[0] + z[1] - 3.0;
///         phi[1] = FISCHER_BURMEISTER.value(z[0], z[1]);
///     }
///     fn jacobian_structure(&self) -> &Pattern {
///         &self.0
///     }
///     fn jacobian(&self, z: &[f64], vals: &mut [f64]) {
///         let (by_a, by_b) = FISCHER_BURMEISTER.gradient(z[0], z[1]);
///         vals.copy_from_slice(&[2.0 * z[0], by_a, 1.0, by_b]); // column by column
///     }
/// }
/// let system = Corner(Pattern::dense(2, 2));
/// let options = Options::default();
/// let mut stopping = options.stopping(vec![1.0, 1.0]).with_observer(|_, state, _| {
///     if state.norm < 1e9 { ControlFlow::Continue(()) } else { ControlFlow::Break(Status::StopByUser) }
/// });
/// let status = Newton::new(options, &system.0).solve(&system, &mut stopping);
/// assert_eq!(status, Status::Optimal);
/// assert!((stopping.state.zeta[0] - 3f64.sqrt()).abs() < 1e-8);
/// ```
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
    /// Changes values of [`jacobian`](SemismoothSystem::jacobian) so that W becomes regular where
    /// constraints are degenerate: ∂φ/∂μ of each complementarity equation is lowered by δ > 0. The default
    /// changes nothing.
    fn shift(&self, delta: f64, vals: &mut [f64]) {
        let _ = (delta, vals);
    }
    /// Whether [`product`](SemismoothSystem::product) is there; the default is false.
    fn has_products(&self) -> bool {
        false
    }
    /// W p without W, into `out`, for the element of [`jacobian`](SemismoothSystem::jacobian) at ζ lowered by
    /// δ ≥ 0 as in [`shift`](SemismoothSystem::shift).
    ///
    /// The default is NaN: a system that [has products](SemismoothSystem::has_products) replaces it.
    fn product(&self, zeta: &[f64], delta: f64, p: &[f64], out: &mut [f64]) {
        let _ = (zeta, delta, p);
        out.fill(f64::NAN);
    }
}
