//! Search directions of the Newton method.

use linalg::factorization::lu;
use linalg::slice::{all_finite, dot, norm_inf, norm2};
use linalg::{Factorization, Pattern};
use trust_region::LevenbergMarquardt;

use crate::krylov::InexactSolver;
use crate::{NewtonState, Options, SemismoothSystem};

/// Where ‖Φ‖ is larger, shifts grow no further: far from a solution they only disturb the direction.
const FAR: f64 = 0.3;

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

/// W, ∇Ψ = WᵀΦ, and the direction computed last. With products of the system W is evaluated when needed.
#[derive(Debug)]
pub(crate) struct Directions {
    structure: Pattern,
    w: Vec<f64>,
    /// W with its shift.
    shifted: Vec<f64>,
    newton: Box<dyn Factorization>,
    regularized: Option<LevenbergMarquardt>,
    inexact: Option<InexactSolver>,
    /// Whether `w` and `gradient` belong to the state.
    is_assembled: bool,
    gradient: Vec<f64>,
    /// The direction computed last.
    pub d: Vec<f64>,
    slope: f64,
    /// Accuracy ‖W d + Φ‖ beyond which an inexact direction is not improved.
    floor: f64,
    rhs: Vec<f64>,
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
                if options.shifts.is_empty() && options.krylov.is_none() {
                    0
                } else {
                    structure.nnz()
                }
            ],
            newton: lu(structure),
            regularized: some_regularized.then(|| LevenbergMarquardt::new(structure)),
            inexact: options.krylov.map(|krylov| InexactSolver::new(krylov, n)),
            is_assembled: false,
            gradient: vec![0.0; n],
            d: vec![0.0; n],
            slope: f64::NAN,
            floor: 0.1 * options.tolerance,
            rhs: vec![0.0; n],
            product: vec![0.0; n],
        }
    }

    /// Evaluates W and ∇Ψ at the state, unless products may do; false when they are not finite.
    pub fn linearise(&mut self, system: &dyn SemismoothSystem, state: &NewtonState) -> bool {
        self.is_assembled = false;
        let by_products =
            self.inexact.is_some() && self.regularized.is_none() && system.has_products();
        by_products || self.assemble(system, state)
    }

    fn assemble(&mut self, system: &dyn SemismoothSystem, state: &NewtonState) -> bool {
        if self.is_assembled {
            return true;
        }
        system.jacobian(&state.zeta, &mut self.w);
        self.structure
            .mul_transpose(&self.w, &state.phi, &mut self.gradient);
        self.is_assembled = all_finite(&self.w) && all_finite(&self.gradient);
        self.is_assembled
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
        let size = state.norm.min(FAR);
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
        if let Direction::Newton { shift } = kind
            && self.inexact(shift, system, state)
        {
            return true;
        }
        let is_solved = self.assemble(system, state) && self.solve(kind, system, state);
        self.slope = dot(&self.gradient, &self.d);
        is_solved
    }

    /// The Newton direction by earlier factors; false without them or when they do not help.
    fn inexact(&mut self, shift: f64, system: &dyn SemismoothSystem, state: &NewtonState) -> bool {
        let Some(solver) = self.inexact.as_mut().filter(|solver| solver.has_factors) else {
            return false;
        };
        negate(&state.phi, &mut self.rhs);
        let factors = &mut *self.newton;
        let (rhs, d) = (&self.rhs, &mut self.d);
        let is_solved = if system.has_products() {
            let product = |p: &[f64], q: &mut [f64]| system.product(&state.zeta, shift, p, q);
            solver.solve(product, factors, rhs, d, self.floor)
        } else {
            self.shifted.clone_from(&self.w);
            system.shift(shift, &mut self.shifted);
            let product = |p: &[f64], q: &mut [f64]| self.structure.mul(&self.shifted, p, q);
            solver.solve(product, factors, rhs, d, self.floor)
        };
        if is_solved {
            // ∇Ψᵀd = Φᵀ(W d)
            match system.has_products() {
                true => system.product(&state.zeta, 0.0, &self.d, &mut self.product),
                false => self.structure.mul(&self.w, &self.d, &mut self.product),
            }
            self.slope = dot(&state.phi, &self.product);
        }
        is_solved
    }

    /// Solves with W.
    fn solve(
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
                let is_factored = self.newton.factor(w).is_ok();
                if let Some(solver) = &mut self.inexact {
                    solver.has_factors = is_factored;
                }
                if !is_factored {
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
        self.slope
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
