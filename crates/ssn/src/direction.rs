//! Search directions of the Newton method.

use linalg::factorization::lu;
use linalg::slice::{all_finite, dot, norm_inf, norm2};
use linalg::{Factorization, Pattern};
use trust_region::LevenbergMarquardt;

use crate::{NewtonState, Options, SemismoothSystem};

/// Kinds of search directions, in the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Direction {
    /// W d = −Φ, ∂φ/∂μ lowered by this δ ≥ 0.
    Newton {
        /// δ; 0 for the Newton direction itself.
        shift: f64,
    },
    /// (WᵀW + μI) d = −WᵀΦ for this μ.
    Regularized(f64),
    /// d = −∇Ψ = −WᵀΦ.
    Gradient,
}

/// W, ∇Ψ = WᵀΦ, and the direction computed last.
#[derive(Debug)]
pub(crate) struct Directions {
    structure: Pattern,
    w: Vec<f64>,
    /// W with its shift.
    shifted: Vec<f64>,
    newton: Box<dyn Factorization>,
    regularized: Option<LevenbergMarquardt>,
    gradient: Vec<f64>,
    /// The direction computed last.
    pub d: Vec<f64>,
    product: Vec<f64>,
}

impl Directions {
    pub fn new(options: &Options, structure: &Pattern) -> Self {
        let n = structure.nrows();
        let some_regularized = !options.regularization.is_empty();
        Directions {
            structure: structure.clone(),
            w: vec![0.0; structure.nnz()],
            shifted: vec![
                0.0;
                if options.shifts.is_empty() {
                    0
                } else {
                    structure.nnz()
                }
            ],
            newton: lu(structure),
            regularized: some_regularized.then(|| LevenbergMarquardt::new(structure)),
            gradient: vec![0.0; n],
            d: vec![0.0; n],
            product: vec![0.0; n],
        }
    }

    /// Evaluates W and ∇Ψ at the state; false when they are not finite.
    pub fn linearise(&mut self, system: &dyn SemismoothSystem, state: &NewtonState) -> bool {
        system.jacobian(&state.zeta, &mut self.w);
        self.structure
            .mul_transpose(&self.w, &state.phi, &mut self.gradient);
        all_finite(&self.w) && all_finite(&self.gradient)
    }

    /// All directions, in the order in which they are tried. The parameters μ are relative to
    /// min(1, ‖Φ‖) max(1, max |W|)².
    pub fn kinds<'o>(
        &self,
        options: &'o Options,
        state: &NewtonState,
    ) -> impl Iterator<Item = Direction> + use<'o> {
        let size = norm_inf(&self.w).max(1.0);
        let scale = state.norm.min(1.0) * size * size;
        let regularized = options.regularization.iter();
        let size = state.norm.min(1.0);
        let whole = options.shifts.is_empty().then_some(0.0);
        let shifts = options.shifts.iter().map(move |relative| relative * size);
        whole
            .into_iter()
            .chain(shifts)
            .map(|shift| Direction::Newton { shift })
            .chain(regularized.map(move |relative| Direction::Regularized(relative * scale)))
            .chain([Direction::Gradient])
    }

    /// Computes a direction into `d`; false when its system cannot be solved.
    pub fn compute(
        &mut self,
        kind: Direction,
        system: &dyn SemismoothSystem,
        state: &NewtonState,
    ) -> bool {
        match kind {
            Direction::Newton { shift } => {
                let w = if shift > 0.0 {
                    self.shifted.clone_from(&self.w);
                    system.shift(shift, &mut self.shifted);
                    &self.shifted
                } else {
                    &self.w
                };
                if self.newton.factor(w).is_err() {
                    return false;
                }
                negate(&state.phi, &mut self.d);
                self.newton.solve(&mut self.d);
                self.is_accurate(state, shift > 0.0)
            }
            Direction::Regularized(mu) => {
                let Some(lm) = &mut self.regularized else {
                    return false;
                };
                if lm.factor(&self.w, mu).is_err() {
                    return false;
                }
                lm.solve(&state.phi, &mut self.d);
                all_finite(&self.d)
            }
            Direction::Gradient => {
                negate(&self.gradient, &mut self.d);
                true
            }
        }
    }

    /// ∇Ψᵀd.
    pub fn slope(&self) -> f64 {
        dot(&self.gradient, &self.d)
    }

    /// ‖W d + Φ‖ ≤ 1e-6 (1 + ‖Φ‖); false for NaN.
    fn is_accurate(&mut self, state: &NewtonState, is_shifted: bool) -> bool {
        let w = if is_shifted { &self.shifted } else { &self.w };
        self.structure.mul(w, &self.d, &mut self.product);
        linalg::slice::axpy(1.0, &state.phi, &mut self.product);
        norm2(&self.product) <= 1e-6 * (1.0 + state.norm)
    }
}

fn negate(from: &[f64], to: &mut [f64]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = -from;
    }
}
