//! The lower level of a bilevel program for a fixed x.

use std::fmt;

use linalg::Pattern;
use nlp_model::{
    Bilevel, Counters, Meta, Model, ModelError, Restriction, Smooth, TwiceSmooth, Verb, check_point,
};

/// min_s f(x, s)  s.t.  g(x, s) ≤ 0  for a fixed x: the [`Restriction`] of the lower level to s, which
/// counts its own evaluations.
pub struct FixedUpper<'a> {
    model: Restriction<'a, dyn TwiceSmooth + 'a>,
    counters: Counters,
}

impl fmt::Debug for FixedUpper<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedUpper")
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

impl<'a> FixedUpper<'a> {
    /// The lower level of `problem` at `x` (nx finite numbers).
    ///
    /// # Errors
    /// [`ModelError`] when x has the wrong length or is not finite.
    pub fn new(problem: &'a dyn Bilevel, x: &[f64]) -> Result<Self, ModelError> {
        let (nx, ny) = (problem.nx(), problem.ny());
        check_point("x", x, nx)?;
        let free: Vec<usize> = (nx..nx + ny).collect();
        let model = Restriction::new(problem.lower(), &free)?;
        model.fix(&[x, &vec![0.0; ny]].concat())?;
        Ok(FixedUpper {
            model,
            counters: Counters::default(),
        })
    }

    /// The restriction, about to be evaluated.
    fn counted(&self, verb: Verb) -> &Restriction<'a, dyn TwiceSmooth + 'a> {
        self.counters.add(verb);
        &self.model
    }
}

impl Model for FixedUpper<'_> {
    fn meta(&self) -> &Meta {
        self.model.meta()
    }
    fn obj(&self, s: &[f64]) -> f64 {
        self.counted(Verb::Obj).obj(s)
    }
    fn cons(&self, s: &[f64], c: &mut [f64]) {
        self.counted(Verb::Cons).cons(s, c);
    }
    fn counters(&self) -> Option<&Counters> {
        Some(&self.counters)
    }
}

impl Smooth for FixedUpper<'_> {
    fn grad(&self, s: &[f64], g: &mut [f64]) {
        self.counted(Verb::Grad).grad(s, g);
    }
    fn jac_structure(&self) -> &Pattern {
        self.model.jac_structure()
    }
    fn jac_coord(&self, s: &[f64], vals: &mut [f64]) {
        self.counted(Verb::Jac).jac_coord(s, vals);
    }
}

impl TwiceSmooth for FixedUpper<'_> {
    fn hess_structure(&self) -> &Pattern {
        self.model.hess_structure()
    }
    fn hess_coord(&self, s: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        self.counted(Verb::Hess).hess_coord(s, y, sigma, vals);
    }
    fn hess_directional(&self, s: &[f64], y: &[f64], sigma: f64, v: &[f64], vals: &mut [f64]) {
        self.counted(Verb::HessDirectional)
            .hess_directional(s, y, sigma, v, vals);
    }
}

#[cfg(test)]
mod tests {
    use super::FixedUpper;
    use nlp_model::{AutoBilevel, Model, ModelError, Smooth, TwiceSmooth, check};

    nlp_model::bilevel! {
        struct Mixed(x1, x2; y1, y2);
        F = x1;
        G <= 0: [];
        f = x1 * y1.powi(3) + (x2 * y2).exp() + x1 * x2 + y1 * y2 * x2;
        g <= 0: [x1 - 3.0, y1 * y2 - x1, y1.powi(2) * x2];
        h == 0: [y2 - x1];
    }

    #[test]
    fn values_and_derivatives_are_those_in_s() {
        let problem = AutoBilevel::new("Mixed", Mixed);
        let model = FixedUpper::new(&problem, &[2.0, 0.5]).unwrap();
        assert_eq!((model.meta().nvar(), model.meta().ncon()), (2, 4));
        assert!(model.meta().is_equality(3) && !model.meta().is_equality(0));
        // f(2, 1/2, s) = 2 s₁³ + exp(s₂/2) + 1 + s₁ s₂ / 2
        assert_eq!(model.obj(&[1.0, 0.0]), 4.0);
        let mut c = [0.0; 4];
        model.cons(&[1.0, 3.0], &mut c);
        assert_eq!(c, [-1.0, 1.0, 0.5, 1.0]);
        let entries: Vec<_> = model.jac_structure().iter().collect();
        assert!(entries.iter().all(|&(i, _)| i != 0) && entries.len() == 4);
        assert!(check::derivatives(&model, &[0.7, -0.4]).unwrap().max() < 1e-7);
        // ∂³f/∂s₁³ = 12 at v = e₁, and exp(s₂/2)/8 · 0
        let mut third = vec![0.0; model.hess_structure().nnz()];
        model.hess_directional(&[0.7, -0.4], &[0.0; 4], 1.0, &[1.0, 0.0], &mut third);
        let sum: f64 = third.iter().sum();
        assert!((sum - 12.0).abs() < 1e-12);
    }

    #[test]
    fn a_point_of_the_wrong_length_or_not_finite_is_refused() {
        let problem = AutoBilevel::new("Mixed", Mixed);
        let refuse = |x: &[f64]| FixedUpper::new(&problem, x).unwrap_err();
        assert!(matches!(
            refuse(&[1.0]),
            ModelError::Dimension {
                expected: 2,
                found: 1,
                ..
            }
        ));
        assert!(matches!(
            refuse(&[1.0, f64::NAN]),
            ModelError::NotANumber { index: 1, .. }
        ));
    }
}
