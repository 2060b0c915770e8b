//! The outer loop.

use linalg::slice::norm_inf;
use nlp_model::{Slack, TwiceSmooth};
use stopping::{NlpState, Solver, Status, Stopping};

use super::Options;
use super::run::Run;
use crate::nonlinear_program::prepare;

/// The augmented Lagrangian method on a slack form, with bounds kept by the inner solver.
///
/// # Problem
/// min f(x) s.t. lvar ≤ x ≤ uvar, lcon ≤ c(x) ≤ ucon, as min f(v), c(v) = 0, l ≤ v ≤ u ([`Slack`]).
///
/// # Algorithm
/// 1. Stop when the stopping says so: by default when dual residual, violation and complementarity are
///    below ε.
/// 2. Minimize φ(v) = f + yᵀc + ½μ‖c‖² over the bounds to ‖v − P(v − ∇φ)‖ ≤ ω ([`BoundNewton`](crate::bound::BoundNewton)).
/// 3. If ‖c(v)‖ ≤ η: y ← y + μc, η ← η/μ^0.9, ω ← ω/μ. Else μ ← 10μ, η ← 1/μ^0.1, ω ← 1/μ.
/// 4. From (v, y + μc) take Newton steps on the KKT system while they halve its residual; keep them when
///    the residual falls below ε. Go to 1.
///
/// # Convergence and failure
/// Limit points are KKT points or stationary for ‖c‖² over the bounds. When μ has grown and ‖c‖ has not
/// fallen, ½‖c‖² alone is minimized from v: a stationary point with ‖c‖ > √ε ends the run as
/// `Infeasible`, at that point. When φ falls without limit at a feasible sequence, the run is
/// `UnboundedObjective`.
///
/// # References
/// (ConnGouldToint1991, Algorithm 1), (NocedalWright2006, Section 17.4), (Percival2020).
#[derive(Debug)]
pub struct AugmentedLagrangian {
    options: Options,
    /// μ.
    pub(super) penalty: f64,
    /// Iterations of the bound solver in the last run.
    pub(super) inner_iterations: usize,
}

impl AugmentedLagrangian {
    /// A solver with these parameters.
    pub fn new(options: Options) -> Self {
        AugmentedLagrangian {
            options,
            penalty: options.penalty,
            inner_iterations: 0,
        }
    }
}

impl<'p> Solver<dyn TwiceSmooth + 'p, NlpState> for AugmentedLagrangian {
    fn solve(
        &mut self,
        model: &(dyn TwiceSmooth + 'p),
        stopping: &mut Stopping<dyn TwiceSmooth + 'p, NlpState>,
    ) -> Status {
        let mut work = vec![0.0; model.meta().nvar()];
        prepare(model, &mut stopping.state, &mut work);
        if let Some(status) = stopping.start(model) {
            return status;
        }
        let slack = scaled_slack(model, &stopping.state, self.options.largest_gradient);
        let mut run = Run::new(&self.options, &slack, &stopping.state, self.penalty);
        let mut inner = run.inner_stopping().inside_sharing_counters(stopping);
        let status = loop {
            let progress = run.iterate(&mut inner);
            run.publish(model, &mut stopping.state);
            // Step 1
            let status = stopping.stop(model);
            if let (None, Err(failure)) = (status, progress) {
                break stopping.fail(failure);
            }
            if let Some(status) = status {
                break status;
            }
        };
        self.penalty = run.merit.mu;
        self.inner_iterations = run.inner_iterations;
        status
    }
}

/// The slack form with gradient-based scales (WachterBiegler2006, Section 3.8).
fn scaled_slack<'a>(model: &'a dyn TwiceSmooth, state: &NlpState, largest: f64) -> Slack<'a> {
    let scale = |size: f64| {
        if size > largest {
            (largest / size).max(1e-8)
        } else {
            1.0
        }
    };
    let mut sizes = vec![0.0_f64; model.meta().ncon()];
    let jac = state.jac.get().unwrap_or(&[]);
    for (value, &i) in jac.iter().zip(model.jac_structure().rows()) {
        sizes[i] = sizes[i].max(value.abs());
    }
    let gradient = state.g.get().map_or(0.0, norm_inf);
    Slack::scaled(
        model,
        scale(gradient),
        sizes.into_iter().map(scale).collect(),
    )
}
