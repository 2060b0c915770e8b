//! The KKT system of a nonlinear program.

use linalg::Pattern;
use nlp_model::TwiceSmooth;

use super::multipliers::{Field, MultiplierSystem};
use crate::{PairRule, SemismoothSystem, SsnError};

/// The Karush–Kuhn–Tucker conditions of  min f(x), lvar ≤ x ≤ uvar, lcon ≤ c(x) ≤ ucon.
///
/// Unknowns ζ = (x, μ) with one multiplier for each finite side of a bound, in the order of
/// [`OneSided`](nlp_model::OneSided), which writes all of them as rows s(x) ≤ 0 or s(x) = 0. Equations:
///
/// ∇f(x) + ∇s(x)μ = 0,  φ(μᵢ, −sᵢ(x)) = 0 for inequalities,  sᵢ(x) = 0 for equalities.
///
/// Zeros are the KKT points: minimizers where a constraint qualification holds, but also maximizers and
/// saddle points (FacchineiPang2003, Section 10.1).
#[derive(Debug)]
pub struct KktSystem<'a>(MultiplierSystem<'a>);

impl<'a> KktSystem<'a> {
    /// The system of `model`.
    pub fn new(model: &'a dyn TwiceSmooth, rule: PairRule) -> Self {
        KktSystem(MultiplierSystem::new(Field::Gradient, model, rule))
    }

    /// The start ζ⁰ = (x⁰, |s(x⁰)|), multipliers being at most `largest`, those of equalities 0.
    ///
    /// # Errors
    /// On a start of the wrong length or not finite.
    pub fn start(&self, x0: &[f64], largest: f64) -> Result<Vec<f64>, SsnError> {
        self.0.start(x0, largest)
    }

    /// Number of variables x, the first part of ζ.
    pub fn nvar(&self) -> usize {
        self.0.nvar()
    }

    /// Multipliers (y, z) of L = f + yᵀc + zᵀx: ncon and nvar numbers, positive at upper bounds and
    /// negative at lower ones.
    pub fn multipliers(&self, zeta: &[f64]) -> (Vec<f64>, Vec<f64>) {
        self.0.multipliers(zeta)
    }

    /// Largest violation of bounds and rows at ζ.
    pub fn violation(&self, zeta: &[f64]) -> f64 {
        self.0.violation(zeta)
    }
}

impl SemismoothSystem for KktSystem<'_> {
    fn size(&self) -> usize {
        self.0.size()
    }
    fn residual(&self, zeta: &[f64], phi: &mut [f64]) {
        self.0.residual(zeta, phi);
    }
    fn jacobian_structure(&self) -> &Pattern {
        self.0.jacobian_structure()
    }
    fn jacobian(&self, zeta: &[f64], vals: &mut [f64]) {
        self.0.jacobian(zeta, vals);
    }
}
