//! What all solvers of nonlinear programs share: the start, the measure, the solution.

use std::fmt;

use linalg::slice::{norm_inf, norm1};
use nlp_model::{Meta, ModelError, TwiceSmooth, check_point};
use stopping::residual::{Kkt, infeasibility_gradient};
use stopping::{Budget, Counts, Divergence, NlpState, Norm, State, Status, Stopping};

/// Where a run begins: a point, and what is known of its multipliers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Start<'a> {
    /// x (nvar).
    pub x: &'a [f64],
    /// Multipliers y of the rows (ncon); unknown when `None`.
    pub y: Option<&'a [f64]>,
    /// Multipliers z of the bounds (nvar); unknown when `None`.
    pub z: Option<&'a [f64]>,
    /// The penalty parameter of an earlier run on a similar problem.
    pub penalty: Option<f64>,
}

impl<'a> Start<'a> {
    /// A point of which nothing is known.
    pub fn at(x: &'a [f64]) -> Self {
        Start {
            x,
            y: None,
            z: None,
            penalty: None,
        }
    }

    pub(crate) fn check(&self, meta: &Meta) -> Result<(), ModelError> {
        check_point("start", self.x, meta.nvar())?;
        if let Some(y) = self.y {
            check_point("start multipliers", y, meta.ncon())?;
        }
        if let Some(z) = self.z {
            check_point("start bound multipliers", z, meta.nvar())?;
        }
        Ok(())
    }
}

/// Where a run on a nonlinear program ended.
///
/// `Optimal` means that the KKT residuals, evaluated at this point with these multipliers, are below the
/// tolerance; minimality is not proved.
#[derive(Clone, Debug, PartialEq)]
pub struct NlpSolution {
    /// x (nvar).
    pub x: Vec<f64>,
    /// Multipliers y of the rows (ncon) in L = f + yᵀc + zᵀx: positive at an upper bound, negative at a
    /// lower one.
    pub multipliers: Vec<f64>,
    /// Multipliers z of the bounds (nvar), with the same signs.
    pub bound_multipliers: Vec<f64>,
    /// f(x).
    pub objective: f64,
    /// Largest violation of a row or bound.
    pub violation: f64,
    /// ‖∇f + Jᵀy + z‖∞, divided by max(1, mean |multiplier| / 100).
    pub dual_residual: f64,
    /// Largest min(|multiplier|, distance to its bound) of rows and bounds.
    pub complementarity: f64,
    /// ‖Jᵀr‖∞ for the violation r of the rows: small at a point of positive violation, it tells that the
    /// rows cannot be satisfied nearby (with bounds: that of the variables that can move).
    pub infeasibility_gradient: f64,
    /// The last penalty parameter, for a warm start.
    pub penalty: f64,
    /// How the run ended.
    pub status: Status,
    /// Iterations.
    pub iterations: usize,
    /// Iterations of the inner solver.
    pub inner_iterations: usize,
    /// Evaluations, when the model counts them.
    pub evaluations: Counts,
    /// Wall time, set-up included.
    pub seconds: f64,
}

impl fmt::Display for NlpSolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} after {} iterations ({} inner)",
            self.status, self.iterations, self.inner_iterations
        )?;
        writeln!(f, "  f = {:.10}", self.objective)?;
        writeln!(f, "  x = {:?}", self.x)?;
        writeln!(
            f,
            "  multipliers {:?}, of bounds {:?}",
            self.multipliers, self.bound_multipliers
        )?;
        write!(
            f,
            "  violation {:.1e}, dual residual {:.1e}, complementarity {:.1e}",
            self.violation, self.dual_residual, self.complementarity
        )?;
        if self.status == Status::Infeasible {
            write!(f, "\n  ‖Jᵀr‖ = {:.1e}", self.infeasibility_gradient)?;
        }
        Ok(())
    }
}

/// Dual residual, violation and complementarity, as [`NlpSolution`] defines them; `None` when the state
/// lacks a value.
#[derive(Debug)]
pub(crate) struct Residuals(Kkt);

impl Residuals {
    pub fn new(meta: &Meta) -> Self {
        Residuals(Kkt::new(meta, Norm::Inf))
    }

    pub fn of(&mut self, model: &dyn TwiceSmooth, state: &NlpState) -> Option<[f64; 3]> {
        let parts = self.0.parts(model, state).ok()?;
        let (y, z) = (state.y.get().unwrap_or(&[]), state.z.get().unwrap_or(&[]));
        let mean = (norm1(y) + norm1(z)) / (y.len() + z.len()).max(1) as f64;
        let compl = norm_inf(&[parts.bounds, parts.constraints]);
        Some([parts.dual / (mean / 100.0).max(1.0), parts.primal, compl])
    }
}

/// A stopping whose three scores are the [`Residuals`].
pub(crate) fn stopping<'p>(
    model: &(dyn TwiceSmooth + 'p),
    tolerance: f64,
    max_iterations: usize,
) -> Stopping<dyn TwiceSmooth + 'p, NlpState> {
    let mut residuals = Residuals::new(model.meta());
    Stopping::with_scores(
        NlpState::new(model.meta().x0().to_vec()),
        3,
        move |model: &(dyn TwiceSmooth + 'p), state: &NlpState, scores: &mut [f64]| {
            let values = residuals.of(model, state)?;
            scores.copy_from_slice(&values);
            Some(())
        },
    )
    .counting_evaluations()
    .with_tolerances(tolerance, 0.0)
    .with_budget(Budget {
        max_iterations: max_iterations.saturating_sub(1),
        ..Budget::UNLIMITED
    })
    .with_divergence(Divergence {
        objective: f64::INFINITY,
        ..Divergence::default()
    })
}

/// The solution at the state of a stopping that has ended.
pub(crate) fn solution(
    model: &dyn TwiceSmooth,
    stopping: &Stopping<dyn TwiceSmooth + '_, NlpState>,
    status: Status,
) -> NlpSolution {
    let state = &stopping.state;
    let unknown = [f64::NAN; 3];
    let [dual_residual, violation, complementarity] = Residuals::new(model.meta())
        .of(model, state)
        .unwrap_or(unknown);
    debug_assert!(!status.is_success() || dual_residual.is_finite());
    NlpSolution {
        x: state.x().to_vec(),
        multipliers: state.y.get().unwrap_or(&[]).to_vec(),
        bound_multipliers: state.z.get().unwrap_or(&[]).to_vec(),
        objective: state.objective().unwrap_or(f64::NAN),
        violation,
        dual_residual,
        complementarity,
        infeasibility_gradient: infeasibility_gradient(model, state, Norm::Inf),
        penalty: f64::NAN,
        status,
        iterations: stopping.iterations(),
        inner_iterations: 0,
        evaluations: stopping.evaluations(),
        seconds: 0.0,
    }
}

/// Evaluates f, ∇f, c and J at x.
pub(crate) fn evaluate(model: &dyn TwiceSmooth, state: &mut NlpState, x: &[f64]) {
    let (n, m) = (model.meta().nvar(), model.meta().ncon());
    state.set_x(x);
    state.f = Some(model.obj(x));
    state.g.fill(n, |g| model.grad(x, g));
    state.c.fill(m, |c| model.cons(x, c));
    state
        .jac
        .fill(model.jac_structure().nnz(), |vals| model.jac_coord(x, vals));
}

/// Moves the start into the bounds and evaluates there; unknown multipliers are 0. `work` has nvar
/// entries.
pub(crate) fn prepare(model: &dyn TwiceSmooth, state: &mut NlpState, work: &mut [f64]) {
    let meta = model.meta();
    for (j, x) in work.iter_mut().enumerate() {
        *x = state.x()[j].max(meta.lvar()[j]).min(meta.uvar()[j]);
    }
    evaluate(model, state, work);
    if state.y.get().is_none_or(|y| y.len() != meta.ncon()) {
        state.y.fill(meta.ncon(), |_| {});
    }
    set_bound_multipliers(model, state, work);
}

/// Sets the multipliers of the bounds to what stationarity asks for: −(∇f + Jᵀy)ⱼ at a bound towards
/// which it points, 0 elsewhere. `work` has nvar entries.
pub(crate) fn set_bound_multipliers(
    model: &dyn TwiceSmooth,
    state: &mut NlpState,
    work: &mut [f64],
) {
    let meta = model.meta();
    if meta.ncon() > 0 {
        let jac = state.jac.get().expect("the Jacobian is evaluated");
        let y = state.y.get().expect("multipliers of the rows are known");
        model.jac_structure().mul_transpose(jac, y, work);
    } else {
        work.fill(0.0);
    }
    let g = state.g.get().expect("the gradient is evaluated");
    for (j, w) in work.iter_mut().enumerate() {
        let r = *w + g[j];
        *w = crate::bound::bound_multiplier(r, state.x()[j], meta.lvar()[j], meta.uvar()[j]);
    }
    state.z.set(work);
}
