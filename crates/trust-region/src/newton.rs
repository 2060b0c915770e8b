//! Newton's method with a trust region.

use std::time::Instant;

use linalg::Pattern;
use linalg::slice::norm2;
use nlp_model::TwiceSmooth;
use stopping::{NlpState, Norm, Status, Stopping};

use crate::solution::minimize;
use crate::unconstrained::QuadraticModel;
use crate::{
    GeneralizedLanczos, MoreSorensen, Options, Solution, SparseMoreSorensen, SteihaugToint, Step,
    TrustRegionError,
};

/// How a Newton step is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Exactly, by factorizations: dense up to order 64 or when a quarter of the Hessian is there,
    /// sparse above.
    Exact,
    /// By truncated conjugate gradients. Products come from the sparse Hessian, evaluated once for
    /// each iterate.
    SteihaugToint,
    /// By the generalized Lanczos method in spaces of dimension at most 100, with the same products.
    GeneralizedLanczos,
    /// By truncated conjugate gradients. Products come from the model, and no Hessian is stored.
    MatrixFree,
}

/// σ of exact steps. A smaller one costs more factorizations and saves no iterations on the stored problems.
const ACCURACY: f64 = 0.1;

/// Largest dimension of a Krylov space.
const DIMENSION: usize = 100;

/// The second-order Taylor polynomial of the objective.
#[derive(Debug)]
pub struct Newton {
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Dense {
        h: Vec<f64>,
        solver: Box<MoreSorensen>,
    },
    Sparse(Box<SparseMoreSorensen>),
    Truncated(SteihaugToint),
    Lanczos(Box<GeneralizedLanczos>),
    Free(SteihaugToint),
}

impl Newton {
    /// Work space for Hessians with this lower triangle.
    pub fn new(structure: &Pattern, method: Method) -> Self {
        let n = structure.nrows();
        let engine = match method {
            Method::Exact if n <= 64 || structure.nnz() >= n * n / 8 => Engine::Dense {
                h: vec![0.0; n * n],
                solver: Box::new(MoreSorensen::new(n)),
            },
            Method::Exact => Engine::Sparse(Box::new(SparseMoreSorensen::new(structure))),
            Method::SteihaugToint => Engine::Truncated(SteihaugToint::new(n)),
            Method::GeneralizedLanczos => {
                Engine::Lanczos(Box::new(GeneralizedLanczos::new(n, DIMENSION)))
            }
            Method::MatrixFree => Engine::Free(SteihaugToint::new(n)),
        };
        Newton { engine }
    }
}

impl<M: TwiceSmooth + ?Sized> QuadraticModel<M> for Newton {
    fn renew(&mut self, problem: &M, state: &mut NlpState) -> Result<(), Status> {
        if !matches!(self.engine, Engine::Free(_)) {
            state.fill_in_hessian(problem);
        }
        if let (Engine::Dense { h, .. }, Some(vals)) = (&mut self.engine, state.hess.get()) {
            problem.hess_structure().to_dense_symmetric(vals, h);
        }
        Ok(())
    }

    fn step(
        &mut self,
        problem: &M,
        state: &NlpState,
        delta: f64,
        s: &mut [f64],
    ) -> Result<Step, TrustRegionError> {
        let g = state.g.get().ok_or(TrustRegionError::NotFinite)?;
        let vals = state.hess.get().unwrap_or(&[]);
        let stored = |x: &[f64], y: &mut [f64]| problem.hess_structure().mul_symmetric(vals, x, y);
        let free = |v: &[f64], y: &mut [f64]| problem.hprod(state.x(), &[], 1.0, v, y);
        // (ConnGouldToint2000, Section 7.5.1): superlinear convergence
        let epsilon = || norm2(g).sqrt().min(0.5);
        let limit = 2 * g.len() + 10;
        match &mut self.engine {
            Engine::Dense { h, solver } => solver.solve(h, g, delta, ACCURACY, s),
            Engine::Sparse(solver) => solver.solve(vals, g, delta, ACCURACY, s),
            Engine::Truncated(solver) => solver.solve(stored, g, delta, epsilon(), limit, s),
            Engine::Lanczos(solver) => solver.solve(stored, g, delta, epsilon(), s),
            Engine::Free(solver) => solver.solve(free, g, delta, epsilon(), limit, s),
        }
    }
}

/// A stopping for Newton's method: the score is ‖∇f(x)‖₂.
///
/// Where the state knows the Hessian, each component of ∇f counts up to the factor to which rounding of x
/// hides it: a change of x by half a unit in the last place changes ∂f/∂xᵢ by as much as ½ε(|H||x|)ᵢ, so
/// that no point of floating point numbers has a smaller one for sure. If ε(|H||x|)ᵢ exceeds ε_a,
/// ∂f/∂xᵢ enters the norm times ε_a / ε(|H||x|)ᵢ. On Meyer's function, with entries of H from 5e4 to
/// 2e14, ε|H||x| = (9e-3, 1.2e-7, 1.9e-6). One factor for all of ∇f would hide by its first component
/// what is left to gain in the others.
pub fn stopping<M: TwiceSmooth + ?Sized>(model: &M, options: &Options) -> Stopping<M, NlpState> {
    let mut stopping = Stopping::unconstrained(model, Norm::Two);
    let tolerance = options.tolerance;
    let mut room = vec![0.0; model.meta().nvar()];
    stopping.set_criterion(move |model: &M, state: &NlpState| {
        let g = state.g.get()?;
        let Some(vals) = state.hess.get() else {
            return Some(norm2(g));
        };
        absolute_product(model.hess_structure(), vals, state.x(), &mut room);
        Some(visible(g, &mut room, tolerance))
    });
    options.limit(stopping)
}

/// The norm of g with gᵢ times `tolerance` / ε cᵢ where εcᵢ is above the tolerance; c is room for this.
pub(crate) fn visible(g: &[f64], c: &mut [f64], tolerance: f64) -> f64 {
    for (c, g) in c.iter_mut().zip(g) {
        let hidden = f64::EPSILON * *c;
        *c = if hidden > tolerance {
            g * (tolerance / hidden)
        } else {
            *g
        };
    }
    norm2(c)
}

/// out = |H||x| for a symmetric H given by its lower triangle.
fn absolute_product(pattern: &Pattern, vals: &[f64], x: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for ((i, j), h) in pattern.iter().zip(vals) {
        out[i] += (h * x[j]).abs();
        if i != j {
            out[j] += (h * x[i]).abs();
        }
    }
}

/// Minimizes f(x) from `x0`.
///
/// ```
/// use nlp_model::{AutoModel, Functions, Meta, Scalar};
/// use trust_region::newton::{Method, solve};
///
/// struct Rosenbrock;
/// impl Functions for Rosenbrock {
///     fn obj<T: Scalar>(&self, x: &[T]) -> T {
///         (x[1] - x[0] * x[0]).powi(2) * 100.0 + (x[0] - 1.0).powi(2)
///     }
/// }
/// let model = AutoModel::new(Rosenbrock, Meta::new("Rosenbrock", 2, 0));
/// let solution = solve(&model, &[-1.2, 1.0], Method::Exact, &Default::default())?;
/// assert!(solution.status.is_success());
/// assert!((solution.x[0] - 1.0).abs() < 1e-8 && (solution.x[1] - 1.0).abs() < 1e-8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`TrustRegionError`] on a start of the wrong length or not finite, on options out of range, and on
/// models with bounds or constraints.
pub fn solve(
    model: &dyn TwiceSmooth,
    x0: &[f64],
    method: Method,
    options: &Options,
) -> Result<Solution, TrustRegionError> {
    let clock = Instant::now();
    crate::solution::check_free(model.meta())?;
    let quadratic = Newton::new(model.hess_structure(), method);
    let stopping = stopping(model, options);
    minimize(model, x0, quadratic, stopping, options, clock)
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn rounding_hides_the_components_that_it_changes_and_no_others() {
        // ε·1e13 = 2.220446e-3 hides the first component up to the factor 1e-8 / 2.220446e-3
        let norm = |g: [f64; 2]| visible(&g, &mut [1e13, 1.0], 1e-8);
        assert!((norm([3e-3, 0.0]) - 1.351_079e-8).abs() < 1e-14);
        assert_eq!(norm([0.0, 4e-7]), 4e-7);
        assert!(norm([3e-3, 4e-7]) > 4e-7);
        assert!(norm([f64::NAN, 0.0]).is_nan());
    }
}
