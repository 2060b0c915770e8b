//! How far a point is from satisfying first-order conditions.

use nlp_model::{Meta, Model, Smooth};

use crate::norm::{Sum, max, min};
use crate::{NlpState, Norm, StoppingError};

/// ‖∇f‖: stationarity without constraints. `None` when the gradient is unknown.
pub fn unconstrained(state: &NlpState, norm: Norm) -> Option<f64> {
    state.g.get().map(|g| norm.of(g))
}

/// ‖x − P(x − ∇f)‖ with P the projection onto [lvar, uvar]: stationarity with bounds only. `None` when the gradient is
/// unknown.
pub fn bounded(meta: &Meta, state: &NlpState, norm: Norm) -> Option<f64> {
    let g = state.g.get()?;
    let (x, l, u) = (state.x(), meta.lvar(), meta.uvar());
    // x − P(x − g) without its cancellation: at |x| > 1e16 |g| the difference of the two would be 0
    let step = |j: usize| max(min(g[j], x[j] - l[j]), x[j] - u[j]);
    Some(norm.of_iter((0..x.len()).map(step)))
}

/// How far `v` lies outside [l, u]; 0 inside.
fn outside(v: f64, l: f64, u: f64) -> f64 {
    max(max(v - u, l - v), 0.0)
}

/// Violation of bounds and constraints, in the chosen norm.
///
/// # Errors
/// [`StoppingError::Missing`] when the model has constraints and c(x) is unknown.
pub fn violation(meta: &Meta, state: &NlpState, norm: Norm) -> Result<f64, StoppingError> {
    let mut sum = Sum::new(norm);
    for (j, &x) in state.x().iter().enumerate() {
        sum.add(outside(x, meta.lvar()[j], meta.uvar()[j]));
    }
    if meta.ncon() > 0 {
        for (i, &c) in known(state.c.get(), "c")?.iter().enumerate() {
            sum.add(outside(c, meta.lcon()[i], meta.ucon()[i]));
        }
    }
    Ok(sum.norm())
}

fn known<'a>(values: Option<&'a [f64]>, name: &'static str) -> Result<&'a [f64], StoppingError> {
    values.ok_or(StoppingError::Missing(name))
}

/// The Karush–Kuhn–Tucker residual, with its working memory.
///
/// For multipliers y of the constraints and z of the bounds, it is the norm of all of
/// - ∇f + J(x)ᵀy + z (n),
/// - the violations of constraints and bounds (m + n),
/// - min(z⁺, uvar − x), min(z⁻, x − lvar) (2n) and min(y⁺, ucon − c), min(y⁻, c − lcon) (2m),
///
/// with v⁺ = max(v, 0), v⁻ = max(−v, 0). It vanishes exactly at KKT points. Where the model has no finite bounds, an unknown z
/// counts as zero.
#[derive(Clone, Debug)]
pub struct Kkt {
    norm: Norm,
    /// ∇f + Jᵀy + z.
    dual: Vec<f64>,
    jty: Vec<f64>,
}

/// The four parts of a KKT residual, each in the chosen norm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KktParts {
    /// Stationarity of the Lagrangian.
    pub dual: f64,
    /// Violation of the constraints and bounds.
    pub primal: f64,
    /// Complementarity of the bounds.
    pub bounds: f64,
    /// Complementarity of the constraints.
    pub constraints: f64,
}

impl Kkt {
    /// Working memory for models of the size of `meta`.
    pub fn new(meta: &Meta, norm: Norm) -> Self {
        Kkt {
            norm,
            dual: vec![0.0; meta.nvar()],
            jty: vec![0.0; meta.nvar()],
        }
    }

    /// The residual at `state`. O(n + m + entries of J); Jᵀy comes from the state's Jacobian, or from
    /// [`Smooth::jtprod`] when that is unknown.
    ///
    /// # Errors
    /// [`StoppingError::Missing`] names what the state must know: ∇f; c and y with constraints; z with bounds.
    pub fn score<M: Smooth + ?Sized>(
        &mut self,
        model: &M,
        state: &NlpState,
    ) -> Result<f64, StoppingError> {
        let parts = self.parts(model, state)?;
        let all = [parts.dual, parts.primal, parts.bounds, parts.constraints];
        // The norm of the parts' norms is the norm of the whole.
        Ok(self.norm.of(&all))
    }

    /// The parts of the residual, for tolerances of their own.
    ///
    /// # Errors
    /// As [`score`](Kkt::score).
    pub fn parts<M: Smooth + ?Sized>(
        &mut self,
        model: &M,
        state: &NlpState,
    ) -> Result<KktParts, StoppingError> {
        let meta = model.meta();
        self.dual.copy_from_slice(known(state.g.get(), "g")?);
        let mut bounds = Sum::new(self.norm);
        if meta.has_bounds() || state.z.is_known() {
            let (x, z) = (state.x(), known(state.z.get(), "z")?);
            for j in 0..x.len() {
                self.dual[j] += z[j];
                add_complementarity(&mut bounds, z[j], x[j], meta.lvar()[j], meta.uvar()[j]);
            }
        }
        let mut constraints = Sum::new(self.norm);
        if meta.ncon() > 0 {
            let (c, y) = (known(state.c.get(), "c")?, known(state.y.get(), "y")?);
            match state.jac.get() {
                Some(vals) => model.jac_structure().mul_transpose(vals, y, &mut self.jty),
                None => model.jtprod(state.x(), y, &mut self.jty),
            }
            linalg::slice::axpy(1.0, &self.jty, &mut self.dual);
            for i in 0..c.len() {
                add_complementarity(&mut constraints, y[i], c[i], meta.lcon()[i], meta.ucon()[i]);
            }
        }
        Ok(KktParts {
            dual: self.norm.of(&self.dual),
            primal: violation(meta, state, self.norm)?,
            bounds: bounds.norm(),
            constraints: constraints.norm(),
        })
    }
}

/// Adds min(λ⁺, u − v) and min(λ⁻, v − l).
fn add_complementarity(sum: &mut Sum, lambda: f64, v: f64, l: f64, u: f64) {
    sum.add(min(max(lambda, 0.0), u - v));
    sum.add(min(max(-lambda, 0.0), v - l));
}

/// ‖Jᵀ r‖ for the violation r of the constraints, ½‖r‖² being the measure of infeasibility: small at a
/// point of positive violation, it tells that the point is stationary for infeasibility and that no nearby
/// point is better. Bounds are not considered. Allocates; meant for a check now and then.
pub fn infeasibility_gradient<M: Smooth + ?Sized>(model: &M, state: &NlpState, norm: Norm) -> f64 {
    let meta = Model::meta(model);
    let (mut c, mut out) = (vec![0.0; meta.ncon()], vec![0.0; meta.nvar()]);
    match state.c.get() {
        Some(known) => c.copy_from_slice(known),
        None => model.cons(state.x(), &mut c),
    }
    for i in 0..c.len() {
        let (l, u) = (meta.lcon()[i], meta.ucon()[i]);
        c[i] -= min(max(c[i], l), u);
    }
    model.jtprod(state.x(), &c, &mut out);
    norm.of(&out)
}
