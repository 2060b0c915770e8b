//! The lower level of a bilevel program for a fixed x.

use std::cell::RefCell;
use std::fmt;

use linalg::Pattern;
use nlp_model::{
    Bilevel, Counters, Meta, Model, ModelError, Smooth, TwiceSmooth, Verb, check_point,
};

/// min_s f(x, s)  s.t.  g(x, s) ≤ 0  for a fixed x, as a model over s alone.
///
/// All rows of the lower level stay, those without s as constants. Bounds that the lower level puts
/// on s stay bounds; bounds it puts on x do not appear. Derivatives are those of the lower level,
/// restricted to s. The model counts its evaluations.
pub struct FixedUpper<'a> {
    lower: &'a dyn TwiceSmooth,
    nx: usize,
    meta: Meta,
    jac: Pattern,
    hess: Pattern,
    /// Entries of the lower level's Jacobian and Hessian that stay.
    jac_from: Vec<usize>,
    hess_from: Vec<usize>,
    counters: Counters,
    work: RefCell<Work>,
}

struct Work {
    /// z = (x, s).
    z: Vec<f64>,
    grad: Vec<f64>,
    /// (0, v).
    direction: Vec<f64>,
    jac: Vec<f64>,
    hess: Vec<f64>,
}

impl fmt::Debug for FixedUpper<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedUpper")
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}

impl<'a> FixedUpper<'a> {
    /// The lower level of `problem` at `x` (nx finite numbers).
    ///
    /// # Errors
    /// [`ModelError`] when x has the wrong length or is not finite.
    pub fn new(problem: &'a dyn Bilevel, x: &[f64]) -> Result<Self, ModelError> {
        let (lower, nx, ny) = (problem.lower(), problem.nx(), problem.ny());
        check_point("x", x, nx)?;
        let of = lower.meta();
        let meta = Meta::new(format!("{} at fixed x", of.name()), ny, of.ncon())
            .start(&of.x0()[nx..])?
            .variable_bounds(&of.lvar()[nx..], &of.uvar()[nx..])?
            .constraint_bounds(of.lcon(), of.ucon())?;

        let (jac_full, hess_full) = (lower.jac_structure(), lower.hess_structure());
        let stays = |structure: &Pattern, first_row: usize| -> Vec<usize> {
            let entries = structure.iter().enumerate();
            let kept = entries.filter(|&(_, (i, j))| i >= first_row && j >= nx);
            kept.map(|(k, _)| k).collect()
        };
        let (jac_from, hess_from) = (stays(jac_full, 0), stays(hess_full, nx));
        let jac_entries = jac_from
            .iter()
            .map(|&k| (jac_full.rows()[k], jac_full.cols()[k] - nx));
        let hess_entries = hess_from
            .iter()
            .map(|&k| (hess_full.rows()[k] - nx, hess_full.cols()[k] - nx));
        let work = Work {
            z: [x, &vec![0.0; ny]].concat(),
            grad: vec![0.0; nx + ny],
            direction: vec![0.0; nx + ny],
            jac: vec![0.0; jac_full.nnz()],
            hess: vec![0.0; hess_full.nnz()],
        };
        Ok(FixedUpper {
            lower,
            nx,
            meta,
            jac: Pattern::from_entries(of.ncon(), ny, jac_entries)?,
            hess: Pattern::from_entries(ny, ny, hess_entries)?,
            jac_from,
            hess_from,
            counters: Counters::default(),
            work: RefCell::new(work),
        })
    }

    /// Counts an evaluation at z = (x, s) and makes it.
    fn at<R>(&self, verb: Verb, s: &[f64], work: impl FnOnce(&mut Work) -> R) -> R {
        self.counters.add(verb);
        let lent = &mut *self.work.borrow_mut();
        lent.z[self.nx..].copy_from_slice(s);
        work(lent)
    }
}

fn pick(from: &[f64], entries: &[usize], to: &mut [f64]) {
    debug_assert_eq!(entries.len(), to.len());
    for (to, &k) in to.iter_mut().zip(entries) {
        *to = from[k];
    }
}

impl Model for FixedUpper<'_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, s: &[f64]) -> f64 {
        self.at(Verb::Obj, s, |work| self.lower.obj(&work.z))
    }
    fn cons(&self, s: &[f64], c: &mut [f64]) {
        self.at(Verb::Cons, s, |work| self.lower.cons(&work.z, c));
    }
    fn counters(&self) -> Option<&Counters> {
        Some(&self.counters)
    }
}

impl Smooth for FixedUpper<'_> {
    fn grad(&self, s: &[f64], g: &mut [f64]) {
        self.at(Verb::Grad, s, |work| {
            self.lower.grad(&work.z, &mut work.grad);
            g.copy_from_slice(&work.grad[self.nx..]);
        });
    }
    fn jac_structure(&self) -> &Pattern {
        &self.jac
    }
    fn jac_coord(&self, s: &[f64], vals: &mut [f64]) {
        self.at(Verb::Jac, s, |work| {
            self.lower.jac_coord(&work.z, &mut work.jac);
            pick(&work.jac, &self.jac_from, vals);
        });
    }
}

impl TwiceSmooth for FixedUpper<'_> {
    fn hess_structure(&self) -> &Pattern {
        &self.hess
    }
    fn hess_coord(&self, s: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        self.at(Verb::Hess, s, |work| {
            self.lower.hess_coord(&work.z, y, sigma, &mut work.hess);
            pick(&work.hess, &self.hess_from, vals);
        });
    }
    fn hess_directional(&self, s: &[f64], y: &[f64], sigma: f64, v: &[f64], vals: &mut [f64]) {
        self.at(Verb::HessDirectional, s, |work| {
            let Work {
                z, direction, hess, ..
            } = work;
            direction[self.nx..].copy_from_slice(v);
            self.lower.hess_directional(z, y, sigma, direction, hess);
            pick(hess, &self.hess_from, vals);
        });
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
