//! Functions written once, generic in their number type.

use crate::Scalar;

/// Objective and constraints of a model, written once for every [`Scalar`].
///
/// [`AutoModel`](crate::AutoModel) makes a [`TwiceSmooth`](crate::TwiceSmooth) model of it.
///
/// ```
/// use nlp_model::{AutoModel, Functions, Meta, Model, Scalar, Smooth};
///
/// struct Rosenbrock;
/// impl Functions for Rosenbrock {
///     fn obj<T: Scalar>(&self, x: &[T]) -> T {
///         (x[1] - x[0] * x[0]).powi(2) * 100.0 + (x[0] - 1.0).powi(2)
///     }
/// }
/// let model = AutoModel::new(Rosenbrock, Meta::new("Rosenbrock", 2, 0));
/// let mut g = [0.0; 2];
/// model.grad(&[-1.2, 1.0], &mut g);
/// assert!((g[0] + 215.6).abs() < 1e-12 && (g[1] + 88.0).abs() < 1e-12);
/// ```
pub trait Functions {
    /// f(x).
    fn obj<T: Scalar>(&self, x: &[T]) -> T;
    /// c(x), into `c`; each entry is 0 before the call. The default has no constraints.
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        let _ = (x, c);
    }
}
