//! What is known of a nonlinear program at a point.

use nlp_model::{Smooth, TwiceSmooth};

use crate::{Known, Norm, State, multipliers};

/// A point x of  min f(x)  s.t.  lvar ≤ x ≤ uvar,  lcon ≤ c(x) ≤ ucon,  and what is known there.
///
/// Everything but x may be unknown. Moving the point ([`x_mut`](NlpState::x_mut), [`set_x`](NlpState::set_x)) forgets the
/// values that belong to the old one; the multipliers stay, since they are variables of their own. So a score is never
/// computed from a gradient of some earlier point.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NlpState {
    x: Vec<f64>,
    /// f(x).
    pub f: Option<f64>,
    /// ∇f(x), length n.
    pub g: Known,
    /// c(x), length m.
    pub c: Known,
    /// J(x) on the model's structure.
    pub jac: Known,
    /// Lower triangle of ∇²L(x, y) on the model's structure.
    pub hess: Known,
    /// Multipliers y of the constraints, length m: L = f + yᵀc + zᵀx.
    pub y: Known,
    /// Multipliers z of the bounds, length n: z ≥ 0 at an upper bound, z ≤ 0 at a lower one.
    pub z: Known,
    /// The last direction.
    pub d: Known,
    /// The last residual.
    pub residual: Known,
}

impl NlpState {
    /// A state that knows only its point.
    pub fn new(x: Vec<f64>) -> Self {
        NlpState {
            x,
            ..NlpState::default()
        }
    }

    /// The point.
    pub fn x(&self) -> &[f64] {
        &self.x
    }
    /// The point, to be moved; all that is known at the old one is forgotten, multipliers excepted.
    pub fn x_mut(&mut self) -> &mut [f64] {
        self.forget_values();
        &mut self.x
    }
    /// Moves to `x`, of any length; all that is known at the old point is forgotten, multipliers excepted.
    pub fn set_x(&mut self, x: &[f64]) {
        self.forget_values();
        self.x.clear();
        self.x.extend_from_slice(x);
    }
    /// Moves to `x` and forgets everything, multipliers and direction included.
    pub fn reinit(&mut self, x: &[f64]) {
        self.set_x(x);
        self.y.forget();
        self.z.forget();
        self.d.forget();
    }

    fn forget_values(&mut self) {
        self.f = None;
        for known in [
            &mut self.g,
            &mut self.c,
            &mut self.jac,
            &mut self.hess,
            &mut self.residual,
        ] {
            known.forget();
        }
    }

    /// Evaluates what a KKT residual needs and the state does not know: f, ∇f and, where the model has constraints, c
    /// and J; then, where the model has constraints or bounds, the multipliers by least squares ([`multipliers()`]).
    ///
    /// What is known is not evaluated again. Allocates for the multipliers.
    pub fn fill_in<M: Smooth + ?Sized>(&mut self, model: &M) {
        let (n, m) = (model.meta().nvar(), model.meta().ncon());
        if self.f.is_none() {
            self.f = Some(model.obj(&self.x));
        }
        if !self.g.is_known() {
            self.g.fill(n, |g| model.grad(&self.x, g));
        }
        if m > 0 && !self.c.is_known() {
            self.c.fill(m, |c| model.cons(&self.x, c));
        }
        if m > 0 && !self.jac.is_known() {
            let nnz = model.jac_structure().nnz();
            self.jac.fill(nnz, |vals| model.jac_coord(&self.x, vals));
        }
        let missing =
            (m > 0 && !self.y.is_known()) || (model.meta().has_bounds() && !self.z.is_known());
        if missing {
            let (y, z) = multipliers(model, self);
            if m > 0 && !self.y.is_known() {
                self.y.set(&y);
            }
            if model.meta().has_bounds() && !self.z.is_known() {
                self.z.set(&z);
            }
        }
    }

    /// [`fill_in`](NlpState::fill_in), and the Hessian of the Lagrangian when it is unknown.
    pub fn fill_in_hessian<M: TwiceSmooth + ?Sized>(&mut self, model: &M) {
        self.fill_in(model);
        if !self.hess.is_known() {
            let nnz = model.hess_structure().nnz();
            let y = self.y.get().unwrap_or(&[]);
            self.hess
                .fill(nnz, |vals| model.hess_coord(&self.x, y, 1.0, vals));
        }
    }

    /// A copy for histories: without the Jacobian and the Hessian, and with every other vector longer than `max_len`
    /// replaced by its largest absolute entry. The point is kept whole.
    pub fn compressed(&self, max_len: usize) -> NlpState {
        let shorten = |known: &Known| match known.get() {
            Some(v) if v.len() > max_len => Known::from(Some(vec![Norm::Inf.of(v)])),
            _ => known.clone(),
        };
        NlpState {
            x: self.x.clone(),
            f: self.f,
            g: shorten(&self.g),
            c: shorten(&self.c),
            jac: Known::default(),
            hess: Known::default(),
            y: shorten(&self.y),
            z: shorten(&self.z),
            d: shorten(&self.d),
            residual: shorten(&self.residual),
        }
    }
}

impl State for NlpState {
    fn point(&self) -> &[f64] {
        &self.x
    }
    fn objective(&self) -> Option<f64> {
        self.f
    }
    fn is_in_domain(&self) -> bool {
        let known = [
            &self.g,
            &self.c,
            &self.jac,
            &self.hess,
            &self.y,
            &self.z,
            &self.d,
            &self.residual,
        ];
        self.f.is_none_or(f64::is_finite) && known.iter().all(|k| k.is_in_domain())
    }
}

#[cfg(test)]
mod tests {
    use super::NlpState;
    use crate::State;

    #[test]
    fn moving_the_point_forgets_its_values_and_keeps_the_multipliers() {
        let mut state = NlpState::new(vec![1.0, 2.0]);
        state.f = Some(5.0);
        state.g.set(&[2.0, 4.0]);
        state.y.set(&[7.0]);
        state.x_mut()[0] = 0.0;
        assert_eq!(state.x(), &[0.0, 2.0]);
        assert_eq!((state.f, state.g.get()), (None, None));
        assert_eq!(state.y.get(), Some(&[7.0][..]));
        state.reinit(&[9.0]);
        assert_eq!(state, NlpState::new(vec![9.0]));
    }

    #[test]
    fn a_compressed_copy_keeps_the_point_and_the_sizes_of_long_vectors() {
        let mut state = NlpState::new(vec![1.0, 2.0, 3.0]);
        state.g.set(&[1.0, -9.0, 3.0]);
        state.y.set(&[4.0]);
        state.hess.set(&[1.0; 6]);
        let copy = state.compressed(2);
        assert_eq!(copy.x(), state.x());
        assert_eq!(copy.g.get(), Some(&[9.0][..]));
        assert_eq!(copy.y.get(), Some(&[4.0][..]));
        assert!(!copy.hess.is_known());
    }

    #[test]
    fn one_nan_anywhere_leaves_the_domain() {
        let mut state = NlpState::new(vec![1.0]);
        assert!(state.is_in_domain());
        state.hess.set(&[f64::NAN]);
        assert!(!state.is_in_domain());
        state.hess.forget();
        state.f = Some(f64::INFINITY);
        assert!(!state.is_in_domain());
    }
}
