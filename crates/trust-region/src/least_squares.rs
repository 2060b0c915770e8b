//! Nonlinear least squares: Levenberg–Marquardt as a trust-region method.

use std::time::Instant;

use linalg::slice::norm2;
use nlp_model::Smooth;
use stopping::{NlpState, Status, Stopping};

use crate::gauss_newton::LevenbergMarquardtSteps;
use crate::newton::visible;
use crate::solution::minimize;
use crate::sum_of_squares::SumOfSquares;
use crate::unconstrained::QuadraticModel;
use crate::{Options, Solution, SteihaugToint, Step, TrustRegionError};

/// How a Gauss–Newton step is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By orthogonal factorizations of the dense Jacobian, in the scaled ball ‖Ds‖ ≤ Δ, where Dⱼ is the
    /// largest norm that column j of the Jacobian had (More1978): O((m + n)n²) for each λ.
    LevenbergMarquardt,
    /// By truncated conjugate gradients with products of the sparse Jacobian, in ‖s‖ ≤ Δ.
    SteihaugToint,
}

/// The model ½‖r + Js‖².
#[derive(Debug)]
pub struct GaussNewton {
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Dense(Box<LevenbergMarquardtSteps>),
    Sparse(SteihaugToint, Vec<f64>),
}

impl GaussNewton {
    /// Work space for m residuals in n variables.
    pub fn new(m: usize, n: usize, method: Method) -> Self {
        GaussNewton {
            engine: match method {
                Method::LevenbergMarquardt => {
                    Engine::Dense(Box::new(LevenbergMarquardtSteps::new(m, n)))
                }
                Method::SteihaugToint => Engine::Sparse(SteihaugToint::new(n), vec![0.0; m]),
            },
        }
    }
}

impl QuadraticModel<SumOfSquares<'_>> for GaussNewton {
    fn begin(&mut self) {
        if let Engine::Dense(steps) = &mut self.engine {
            steps.forget_scales();
        }
    }

    fn renew(&mut self, problem: &SumOfSquares<'_>, _: &mut NlpState) -> Result<(), Status> {
        problem.accept();
        if let Engine::Dense(steps) = &mut self.engine {
            problem.with_current(|r, vals| steps.load(problem.jac_pattern(), r, vals));
        }
        Ok(())
    }

    fn step(
        &mut self,
        problem: &SumOfSquares<'_>,
        state: &NlpState,
        delta: f64,
        s: &mut [f64],
    ) -> Result<Step, TrustRegionError> {
        let g = state.g.get().ok_or(TrustRegionError::NotFinite)?;
        match &mut self.engine {
            Engine::Dense(steps) => steps.step(g, delta, s),
            Engine::Sparse(solver, jv) => problem.with_current(|_, vals| {
                let pattern = problem.jac_pattern();
                let product = |v: &[f64], out: &mut [f64]| {
                    pattern.mul(vals, v, jv);
                    pattern.mul_transpose(vals, jv, out);
                };
                let epsilon = norm2(g).sqrt().min(0.1);
                solver.solve(product, g, delta, epsilon, 2 * g.len() + 10, s)
            }),
        }
    }

    fn length(&self, x: &[f64]) -> f64 {
        match &self.engine {
            Engine::Dense(steps) => steps.length(x),
            Engine::Sparse(..) => norm2(x),
        }
    }
}

/// A stopping for least squares: the score is ‖Jᵀr‖₂, as in
/// [`newton::stopping`](crate::newton::stopping) each component up to the factor to which rounding of x
/// hides it; here it changes the gradient by as much as ½ε|J|ᵀ|J||x|.
pub fn stopping<'p>(
    problem: &SumOfSquares<'p>,
    options: &Options,
) -> Stopping<SumOfSquares<'p>, NlpState> {
    let mut stopping = Stopping::unconstrained(problem, stopping::Norm::Two);
    let tolerance = options.tolerance;
    let (m, n) = (problem.rows(), problem.nvar());
    let (mut rows, mut room) = (vec![0.0; m], vec![0.0; n]);
    stopping.set_criterion(move |problem: &SumOfSquares<'p>, state: &NlpState| {
        let g = state.g.get()?;
        problem.absolute_product(state.x(), &mut rows, &mut room);
        Some(visible(g, &mut room, tolerance))
    });
    options.limit(stopping)
}

/// Minimizes ½‖r(x)‖² from `x0`, where r are the constraint functions of `model` minus their values: each
/// row is an equation cᵢ(x) = bᵢ, and rᵢ = cᵢ − bᵢ. The objective of the model plays no part.
///
/// [`Solution::objective`] is ½‖r‖², its gradient Jᵀr.
///
/// ```
/// use nlp_model::{AutoModel, Functions, Meta, Scalar};
/// use trust_region::least_squares::{Method, solve};
///
/// /// y = a exp(b t) through three points.
/// struct Decay;
/// impl Functions for Decay {
///     fn obj<T: Scalar>(&self, _: &[T]) -> T {
///         T::from(0.0)
///     }
///     fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
///         for (t, c) in [0.0, 1.0, 2.0].into_iter().zip(c) {
///             *c = x[0] * (x[1] * t).exp();
///         }
///     }
/// }
/// let y = [2.0, 1.0, 0.5];
/// let meta = Meta::new("decay", 2, 3).constraint_bounds(&y, &y)?;
/// let model = AutoModel::new(Decay, meta);
/// let solution = solve(&model, &[1.0, 0.0], Method::LevenbergMarquardt, &Default::default())?;
/// assert!(solution.status.is_success());
/// assert!((solution.x[0] - 2.0).abs() < 1e-8 && (solution.x[1] + 2f64.ln()).abs() < 1e-8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`TrustRegionError`] on a start of the wrong length or not finite, on options out of range, and on
/// models with bounds of variables or rows that are not equations.
pub fn solve(
    model: &dyn Smooth,
    x0: &[f64],
    method: Method,
    options: &Options,
) -> Result<Solution, TrustRegionError> {
    let clock = Instant::now();
    let problem = SumOfSquares::new(model)?;
    let quadratic = GaussNewton::new(problem.rows(), problem.nvar(), method);
    let stopping = stopping(&problem, options);
    minimize(&problem, x0, quadratic, stopping, options, clock)
}
