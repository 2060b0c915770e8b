//! The KKT system of a variational inequality.

use linalg::Pattern;
use nlp_model::{Smooth, TwiceSmooth};

use super::check_size;
use super::multipliers::{Field, MultiplierSystem};
use crate::{PairRule, SemismoothSystem, SsnError};

/// Find x ∈ X with F(x)ᵀ(s − x) ≥ 0 for all s ∈ X, through its KKT system.
///
/// F is the constraint function of one model (n rows, n variables; its bounds and its objective are
/// ignored), X = {x : lvar ≤ x ≤ uvar, lcon ≤ c(x) ≤ ucon} the feasible set of another (its objective
/// is ignored). Unknowns ζ = (x, μ) as in [`KktSystem`](super::kkt::KktSystem); equations:
///
/// F(x) + ∇s(x)μ = 0,  φ(μᵢ, −sᵢ(x)) = 0 for inequalities,  sᵢ(x) = 0 for equalities.
///
/// For a convex X, every zero is a solution, and every solution where a constraint qualification holds
/// is a zero (FacchineiPang2003, Proposition 1.3.4). F′ need not be symmetric.
#[derive(Debug)]
pub struct VariationalInequalitySystem<'a>(MultiplierSystem<'a>);

impl<'a> VariationalInequalitySystem<'a> {
    /// The system of the map F and the set X.
    ///
    /// # Errors
    /// When F is not square, or X lives in another space.
    pub fn new(
        map: &'a dyn Smooth,
        set: &'a dyn TwiceSmooth,
        rule: PairRule,
    ) -> Result<Self, SsnError> {
        let n = map.meta().nvar();
        check_size("value of F", map.meta().ncon(), n)?;
        check_size("point of X", set.meta().nvar(), n)?;
        Ok(VariationalInequalitySystem(MultiplierSystem::new(
            Field::Map(map),
            set,
            rule,
        )))
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

    /// Multipliers (y, z) in F + ∇c y + z = 0: positive at upper bounds and negative at lower ones.
    pub fn multipliers(&self, zeta: &[f64]) -> (Vec<f64>, Vec<f64>) {
        self.0.multipliers(zeta)
    }

    /// Largest violation of the bounds and rows of X at ζ.
    pub fn violation(&self, zeta: &[f64]) -> f64 {
        self.0.violation(zeta)
    }
}

impl SemismoothSystem for VariationalInequalitySystem<'_> {
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
