//! One problem after the other: along λ, and from coarse to fine.

use nlp_model::{Bilevel, Linearised, Model, OneSided, Qvi};

use crate::value_function::{
    Solution, solve_bilevel, solve_bilevel_from, solve_qvi, solve_qvi_from,
};
use crate::{Options, SsnError};

/// Solves one problem for several λ, each from the solution before; the first from (x⁰, y⁰).
///
/// A run that ends without success hands over its last good iterate all the same.
///
/// # Errors
/// As [`solve_bilevel`].
pub fn along_lambda(
    problem: &dyn Bilevel,
    x0: &[f64],
    y0: &[f64],
    lambdas: &[f64],
    options: &Options,
) -> Result<Vec<Solution>, SsnError> {
    let qvi = Linearised::new(problem)?;
    let mut path: Vec<Solution> = Vec::with_capacity(lambdas.len());
    for &lambda in lambdas {
        let mut solution = match path.last() {
            None => solve_qvi(&qvi, x0, y0, lambda, options)?,
            Some(last) => solve_qvi_from(&qvi, &predict(&qvi, last, lambda), lambda, options)?,
        };
        solution.lower_objective = problem
            .lower()
            .obj(&[&solution.x[..], &solution.y].concat());
        path.push(solution);
    }
    Ok(path)
}

/// What a solution tells about another λ: where y = ξ, the multipliers v + (λ′ − λ) w solve the system
/// of λ′ with everything else unchanged; those of inequalities are kept at least 0.
pub fn predict(problem: &dyn Qvi, solution: &Solution, lambda: f64) -> Vec<f64> {
    let lower = OneSided::new(problem.lower());
    let by = lambda - solution.lambda;
    let mut zeta = solution.zeta();
    let first = zeta.len() - 2 * solution.v.len();
    let multipliers = zeta[first..].iter_mut().zip(&solution.w);
    for (i, (v, w)) in multipliers.enumerate() {
        *v += by * w;
        if !lower.meta().is_equality(i) {
            *v = v.max(0.0);
        }
    }
    zeta
}

/// Solves a problem on finer and finer levels, each from the solution before.
///
/// `levels` are the same problem, coarsest first; they are built one at a time when the iterator is lazy.
/// The first starts from (x⁰, y⁰). `carry(coarse, fine, ζ)` is what ζ = (x, y, ξ, u, v, w) of one
/// level tells about the next.
///
/// ```
/// use nlp_model::AutoBilevel;
/// use ssn::{Options, continuation::from_coarse_to_fine};
///
/// nlp_model::bilevel! {
///     /// The follower stays near x and above 0.
///     struct Near(x; y);
///     F = x.powi(2) + (y - 1.0).powi(2);
///     G <= 0: [];
///     f = (y - x).powi(2);
///     g <= 0: [-y];
/// }
/// let levels = (0..2).map(|_| AutoBilevel::new("near", Near));
/// let carry = |_: &_, _: &_, zeta: &[f64]| zeta.to_vec(); // both levels have the same size
/// let runs = from_coarse_to_fine(levels, (&[0.0], &[1.0]), 1.0, carry, &Options::default())?;
/// assert!(runs[0].iterations > 0 && runs[1].iterations == 0);
/// # Ok::<(), ssn::SsnError>(())
/// ```
///
/// # Errors
/// As [`solve_bilevel`].
pub fn from_coarse_to_fine<P: Bilevel>(
    levels: impl IntoIterator<Item = P>,
    (x0, y0): (&[f64], &[f64]),
    lambda: f64,
    carry: impl Fn(&P, &P, &[f64]) -> Vec<f64>,
    options: &Options,
) -> Result<Vec<Solution>, SsnError> {
    let mut runs: Vec<Solution> = Vec::new();
    let mut coarse: Option<P> = None;
    for fine in levels {
        let run = match (&coarse, runs.last()) {
            (Some(coarse), Some(last)) => {
                let zeta = carry(coarse, &fine, &last.zeta());
                solve_bilevel_from(&fine, &zeta, lambda, options)?
            }
            _ => solve_bilevel(&fine, x0, y0, lambda, options)?,
        };
        runs.push(run);
        coarse = Some(fine);
    }
    Ok(runs)
}
