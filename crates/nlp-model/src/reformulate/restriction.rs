//! A model over some of its variables.

use std::cell::RefCell;

use linalg::Pattern;

use crate::error::check_point;
use crate::{Counters, Meta, Model, ModelError, Mpcc, Smooth, TwiceSmooth};

/// min over x_F of f(x)  s.t.  lvar ≤ x_F ≤ uvar, lcon ≤ c(x) ≤ ucon, for the free variables F; the others are fixed.
///
/// All rows stay, those without a free variable as constants. Bounds of fixed variables do not count. The fixed
/// values are those of the start of the model until [`fix`](Restriction::fix) sets others, behind a shared reference, so that a loop
/// over blocks of variables can hold one restriction for each. Complementarity pairs stay pairs.
///
/// ```
/// use nlp_model::{AutoModel, Functions, Meta, Model, Restriction, Scalar};
///
/// struct Product;
/// impl Functions for Product {
///     fn obj<T: Scalar>(&self, x: &[T]) -> T {
///         x[0] * x[1] * x[2]
///     }
/// }
/// let model = AutoModel::new(Product, Meta::new("product", 3, 0));
/// let restriction = Restriction::new(&model, &[1])?;
/// restriction.fix(&[2.0, 0.0, 5.0])?;
/// assert_eq!(restriction.obj(&[3.0]), 30.0);
/// # Ok::<(), nlp_model::ModelError>(())
/// ```
pub struct Restriction<'a, M: ?Sized> {
    of: &'a M,
    free: Vec<usize>,
    meta: Meta,
    jac: Pattern,
    hess: Pattern,
    /// Entries of the model's Jacobian and Hessian that stay.
    jac_from: Vec<usize>,
    hess_from: Vec<usize>,
    work: RefCell<Work>,
}

struct Work {
    /// All variables.
    x: Vec<f64>,
    grad: Vec<f64>,
    /// A direction, 0 in the fixed variables.
    direction: Vec<f64>,
    jac: Vec<f64>,
    hess: Vec<f64>,
}

impl<M: ?Sized> std::fmt::Debug for Restriction<'_, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Restriction")
            .field("meta", &self.meta)
            .field("free", &self.free)
            .finish_non_exhaustive()
    }
}

impl<'a, M: TwiceSmooth + ?Sized> Restriction<'a, M> {
    /// `model` over the variables `free`, in this order.
    ///
    /// # Errors
    /// [`ModelError::Variable`] when a variable does not exist or stands twice in the list.
    pub fn new(model: &'a M, free: &[usize]) -> Result<Self, ModelError> {
        let of = model.meta();
        let n = of.nvar();
        // Where each variable stands among the free ones.
        let mut place = vec![None; n];
        for (k, &variable) in free.iter().enumerate() {
            match place.get_mut(variable) {
                Some(place @ None) => *place = Some(k),
                Some(_) => {
                    return Err(ModelError::Variable {
                        variable,
                        reason: "stands twice",
                    });
                }
                None => {
                    return Err(ModelError::Variable {
                        variable,
                        reason: "does not exist",
                    });
                }
            }
        }
        let pick = |list: &[f64]| -> Vec<f64> { free.iter().map(|&j| list[j]).collect() };
        let (mut jac, mut jac_from) = (Vec::new(), Vec::new());
        for (k, (i, j)) in model.jac_structure().iter().enumerate() {
            if let Some(column) = place[j] {
                jac.push((i, column));
                jac_from.push(k);
            }
        }
        let (mut hess, mut hess_from) = (Vec::new(), Vec::new());
        for (k, (i, j)) in model.hess_structure().iter().enumerate() {
            if let (Some(a), Some(b)) = (place[i], place[j]) {
                hess.push((a.max(b), a.min(b)));
                hess_from.push(k);
            }
        }
        Ok(Restriction {
            meta: Meta::new(of.name(), free.len(), of.ncon())
                .start(&pick(of.x0()))?
                .start_multipliers(of.y0())?
                .variable_bounds(&pick(of.lvar()), &pick(of.uvar()))?
                .constraint_bounds(of.lcon(), of.ucon())?,
            jac: Pattern::from_entries(of.ncon(), free.len(), jac)?,
            hess: Pattern::from_entries(free.len(), free.len(), hess)?,
            jac_from,
            hess_from,
            work: RefCell::new(Work {
                x: of.x0().to_vec(),
                grad: vec![0.0; n],
                direction: vec![0.0; n],
                jac: vec![0.0; model.jac_structure().nnz()],
                hess: vec![0.0; model.hess_structure().nnz()],
            }),
            free: free.to_vec(),
            of: model,
        })
    }

    /// Sets the fixed variables to their values in `x`, a point of the whole model.
    ///
    /// # Errors
    /// [`ModelError`] when x has the wrong length or is not finite.
    pub fn fix(&self, x: &[f64]) -> Result<(), ModelError> {
        check_point("x", x, self.of.meta().nvar())?;
        self.work.borrow_mut().x.copy_from_slice(x);
        Ok(())
    }

    /// The free variables.
    pub fn free(&self) -> &[usize] {
        &self.free
    }

    /// Calls `work` with the model and the whole point.
    fn at<R>(&self, x: &[f64], work: impl FnOnce(&M, &mut Work) -> R) -> R {
        let lent = &mut *self.work.borrow_mut();
        scatter(x, &self.free, &mut lent.x);
        work(self.of, lent)
    }
}

/// `to[free[k]] = from[k]`.
fn scatter(from: &[f64], free: &[usize], to: &mut [f64]) {
    debug_assert_eq!(from.len(), free.len(), "free variables");
    for (value, &j) in from.iter().zip(free) {
        to[j] = *value;
    }
}

/// `to[k] = from[entries[k]]`.
fn gather(from: &[f64], entries: &[usize], to: &mut [f64]) {
    debug_assert_eq!(entries.len(), to.len(), "entries that stay");
    for (to, &k) in to.iter_mut().zip(entries) {
        *to = from[k];
    }
}

impl<M: TwiceSmooth + ?Sized> Model for Restriction<'_, M> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, x: &[f64]) -> f64 {
        self.at(x, |of, work| of.obj(&work.x))
    }
    fn cons(&self, x: &[f64], c: &mut [f64]) {
        self.at(x, |of, work| of.cons(&work.x, c));
    }
    fn counters(&self) -> Option<&Counters> {
        self.of.counters()
    }
}

impl<M: TwiceSmooth + ?Sized> Smooth for Restriction<'_, M> {
    fn grad(&self, x: &[f64], g: &mut [f64]) {
        self.at(x, |of, work| {
            of.grad(&work.x, &mut work.grad);
            gather(&work.grad, &self.free, g);
        });
    }
    fn jac_structure(&self) -> &Pattern {
        &self.jac
    }
    fn jac_coord(&self, x: &[f64], vals: &mut [f64]) {
        self.at(x, |of, work| {
            of.jac_coord(&work.x, &mut work.jac);
            gather(&work.jac, &self.jac_from, vals);
        });
    }
}

impl<M: TwiceSmooth + ?Sized> TwiceSmooth for Restriction<'_, M> {
    fn hess_structure(&self) -> &Pattern {
        &self.hess
    }
    fn hess_coord(&self, x: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        self.at(x, |of, work| {
            of.hess_coord(&work.x, y, sigma, &mut work.hess);
            gather(&work.hess, &self.hess_from, vals);
        });
    }
    fn hprod(&self, x: &[f64], y: &[f64], sigma: f64, v: &[f64], out: &mut [f64]) {
        self.at(x, |of, work| {
            scatter(v, &self.free, &mut work.direction);
            of.hprod(&work.x, y, sigma, &work.direction, &mut work.grad);
            gather(&work.grad, &self.free, out);
        });
    }
    fn hess_directional(&self, x: &[f64], y: &[f64], sigma: f64, v: &[f64], vals: &mut [f64]) {
        self.at(x, |of, work| {
            scatter(v, &self.free, &mut work.direction);
            of.hess_directional(&work.x, y, sigma, &work.direction, &mut work.hess);
            gather(&work.hess, &self.hess_from, vals);
        });
    }
}

impl<M: Mpcc + ?Sized> Mpcc for Restriction<'_, M> {
    fn pairs(&self) -> &[(usize, usize)] {
        self.of.pairs()
    }
}

#[cfg(test)]
mod tests {
    use super::Restriction;
    use crate::{AutoModel, Functions, Meta, Model, ModelError, Scalar, TwiceSmooth, check};

    struct Curved;
    impl Functions for Curved {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            (x[0] * x[1]).exp() + x[2].powi(3) * x[0]
        }
        fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
            c[0] = x[0] * x[2] - x[1].powi(2);
            c[1] = x[1].sin();
        }
    }

    fn curved() -> AutoModel<Curved> {
        let meta = Meta::new("curved", 3, 2)
            .variable_bounds(&[0.0, -1.0, -2.0], &[5.0, 6.0, 7.0])
            .and_then(|m| m.start(&[0.5, 0.25, 0.125]));
        AutoModel::new(Curved, meta.unwrap())
    }

    #[test]
    fn derivatives_are_those_of_the_free_variables() {
        let model = curved();
        // In another order than in the model, so that Hessian entries change their triangle.
        let restriction = Restriction::new(&model, &[2, 0]).unwrap();
        assert_eq!(restriction.meta().lvar(), &[-2.0, 0.0]);
        assert_eq!(restriction.meta().x0(), &[0.125, 0.5]);
        restriction.fix(&[9.0, 0.75, 9.0]).unwrap();
        let point = [0.3, 0.6];
        assert_eq!(restriction.obj(&point), model.obj(&[0.6, 0.75, 0.3]));
        assert!(check::derivatives(&restriction, &point).unwrap().max() < 1e-7);
        // ∂³f/∂x₀∂x₂² = 6x₂ and so on: the Hessian along (dx₂, dx₀) = (1, 0).
        let mut vals = vec![0.0; restriction.hess_structure().nnz()];
        restriction.hess_directional(&point, &[0.0; 2], 1.0, &[1.0, 0.0], &mut vals);
        let mut dense = [0.0; 4];
        restriction
            .hess_structure()
            .to_dense_symmetric(&vals, &mut dense);
        // f = … + x₂³ x₀: ∂²/∂x₂² = 6 x₂ x₀, ∂²/∂x₂∂x₀ = 3 x₂².
        assert!((dense[0] - 6.0 * 0.6).abs() < 1e-12 && (dense[1] - 6.0 * 0.3).abs() < 1e-12);
        assert!(dense[3].abs() < 1e-12, "{dense:?}");
    }

    #[test]
    fn variables_that_do_not_exist_or_stand_twice_are_refused() {
        let model = curved();
        let refused = |free: &[usize]| Restriction::new(&model, free).unwrap_err();
        assert!(matches!(
            refused(&[3]),
            ModelError::Variable { variable: 3, .. }
        ));
        assert!(matches!(
            refused(&[1, 0, 1]),
            ModelError::Variable { variable: 1, .. }
        ));
        let restriction = Restriction::new(&model, &[0]).unwrap();
        assert!(restriction.fix(&[0.0; 2]).is_err());
        assert!(restriction.fix(&[0.0, f64::NAN, 0.0]).is_err());
    }
}
