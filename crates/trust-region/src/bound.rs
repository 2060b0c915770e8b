//! Minimization with bounds on the variables.

mod face;
mod newton;
mod step;

use std::fmt;
use std::time::Instant;

use nlp_model::{TwiceSmooth, check_point};
use stopping::{Budget, Counts, Divergence, Norm, Solver, State, Status, Stopping};

use crate::TrustRegionError;
use crate::error::check_positive;

pub use newton::BoundNewton;

/// Parameters of [`solve`] and of [`BoundNewton`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// A solution has ‖x − P(x − ∇f)‖∞ at most this, P the projection onto the bounds. Default 1e-8.
    pub tolerance: f64,
    /// Largest number of iterations. Default 500.
    pub max_iterations: usize,
    /// Use products H v ([`TwiceSmooth::hprod`]) instead of the entries of H. Then no matrix is formed,
    /// and faces are explored by conjugate gradients alone. Default false.
    pub products: bool,
    /// Below −`unbounded` · max(1, |f(x⁰)|) the objective counts as unbounded. Default 1e20.
    pub unbounded: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            tolerance: 1e-8,
            max_iterations: 500,
            products: false,
            unbounded: 1e20,
        }
    }
}

/// Where a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// x (nvar), inside of its bounds.
    pub x: Vec<f64>,
    /// Multipliers z (nvar) of the bounds in ∇f + z = 0: negative at a lower bound, positive at an upper
    /// one, 0 between them.
    pub bound_multipliers: Vec<f64>,
    /// f(x).
    pub objective: f64,
    /// ‖x − P(x − ∇f)‖∞.
    pub residual: f64,
    /// How the run ended.
    pub status: Status,
    /// Iterations.
    pub iterations: usize,
    /// Evaluations, when the model counts them.
    pub evaluations: Counts,
    /// Wall time, set-up included.
    pub seconds: f64,
}

impl fmt::Display for Solution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} after {} iterations", self.status, self.iterations)?;
        writeln!(f, "  f = {:.10}", self.objective)?;
        writeln!(f, "  x = {:?}", self.x)?;
        write!(f, "  ‖x − P(x − ∇f)‖ = {:.1e}", self.residual)
    }
}

/// Minimizes f over lvar ≤ x ≤ uvar from x⁰, moved into the bounds. Constraints of the model are ignored.
///
/// ```
/// use nlp_model::{AutoModel, Functions, Meta, Scalar};
///
/// struct Rosenbrock;
/// impl Functions for Rosenbrock {
///     fn obj<T: Scalar>(&self, x: &[T]) -> T {
///         (x[1] - x[0] * x[0]).powi(2) * 100.0 + (x[0] - 1.0).powi(2)
///     }
/// }
/// let meta = Meta::new("Rosenbrock", 2, 0).variable_bounds(&[-2.0, -2.0], &[0.5, 2.0])?;
/// let model = AutoModel::new(Rosenbrock, meta);
/// let solution = trust_region::bound::solve(&model, &[-1.2, 1.0], &Default::default())?;
/// assert!(solution.status.is_success());
/// assert_eq!(solution.x[0], 0.5);
/// assert!((solution.objective - 0.25).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`TrustRegionError`] on a start of the wrong length or not finite, and on options out of range.
pub fn solve(
    model: &dyn TwiceSmooth,
    x0: &[f64],
    options: &Options,
) -> Result<Solution, TrustRegionError> {
    let clock = Instant::now();
    check_positive("tolerance", options.tolerance)?;
    check_positive("unbounded", options.unbounded)?;
    check_point("start", x0, model.meta().nvar())?;
    let before = model.counters().map_or(Counts::ZERO, Counts::from);
    let mut stopping = options.stopping(model);
    stopping.state.reinit(x0);
    let status = BoundNewton::new(options, model).solve(model, &mut stopping);

    let (meta, state) = (model.meta(), &stopping.state);
    let x = state.x().to_vec();
    let g = state.g.get().unwrap_or(&[]);
    Ok(Solution {
        bound_multipliers: (0..g.len())
            .map(|j| bound_multiplier(g[j], x[j], meta.lvar()[j], meta.uvar()[j]))
            .collect(),
        objective: state.objective().unwrap_or(f64::NAN),
        residual: stopping.score().unwrap_or(f64::NAN),
        status,
        iterations: stopping.iterations(),
        evaluations: model
            .counters()
            .map_or(Counts::ZERO, Counts::from)
            .since(&before),
        seconds: clock.elapsed().as_secs_f64(),
        x,
    })
}

/// z = −gⱼ where xⱼ stands at a bound towards which −g points, else 0.
pub(crate) fn bound_multiplier(g: f64, x: f64, lower: f64, upper: f64) -> f64 {
    if (x <= lower && g > 0.0) || (x >= upper && g < 0.0) {
        -g
    } else {
        0.0
    }
}

impl Options {
    /// A stopping with these tolerances and limits, at the start of the model.
    pub fn stopping<'p>(
        &self,
        model: &(dyn TwiceSmooth + 'p),
    ) -> Stopping<dyn TwiceSmooth + 'p, stopping::NlpState> {
        Stopping::bounded(model, Norm::Inf)
            .with_tolerances(self.tolerance, 0.0)
            .with_budget(Budget {
                max_iterations: self.max_iterations.saturating_sub(1),
                ..Budget::UNLIMITED
            })
            .with_divergence(Divergence {
                objective: self.unbounded,
                ..Divergence::default()
            })
    }
}
