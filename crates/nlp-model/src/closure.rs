//! A model from closures, for functions that come from elsewhere.

use linalg::Pattern;

use crate::{Meta, Model, ModelError, Smooth, TwiceSmooth};

type Scalar1 = Box<dyn Fn(&[f64]) -> f64 + Send + Sync>;
type Vector1 = Box<dyn Fn(&[f64], &mut [f64]) + Send + Sync>;
type Hessian1 = Box<dyn Fn(&[f64], &[f64], f64, &mut [f64]) + Send + Sync>;

/// A [`TwiceSmooth`] model whose functions are closures.
///
/// ```
/// use linalg::Pattern;
/// use nlp_model::{ClosureModel, Meta, TwiceSmooth};
/// // min x₀² + x₁  s.t.  x₀ x₁ ≤ 0
/// let model = ClosureModel::builder(Meta::new("closures", 2, 1))
///     .obj(|x| x[0] * x[0] + x[1])
///     .grad(|x, g| g.copy_from_slice(&[2.0 * x[0], 1.0]))
///     .cons(|x, c| c[0] = x[0] * x[1])
///     .jac(Pattern::dense(1, 2), |x, vals| vals.copy_from_slice(&[x[1], x[0]]))
///     .hess(Pattern::lower_triangle(2), |_, y, sigma, vals| {
///         vals.copy_from_slice(&[2.0 * sigma, y[0], 0.0])
///     })
///     .build()?;
/// let mut vals = [0.0; 3];
/// model.hess_coord(&[1.0, 1.0], &[5.0], 1.0, &mut vals);
/// assert_eq!(vals, [2.0, 5.0, 0.0]);
/// # Ok::<(), nlp_model::ModelError>(())
/// ```
pub struct ClosureModel {
    meta: Meta,
    obj: Scalar1,
    grad: Vector1,
    cons: Vector1,
    jac_structure: Pattern,
    jac: Vector1,
    hess_structure: Pattern,
    hess: Hessian1,
}

impl std::fmt::Debug for ClosureModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClosureModel")
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}

impl ClosureModel {
    /// Starts a model with the sizes, start and bounds of `meta`.
    pub fn builder(meta: Meta) -> ClosureBuilder {
        ClosureBuilder {
            meta,
            obj: None,
            grad: None,
            cons: None,
            jac: None,
            hess: None,
        }
    }
}

/// Collects the closures of a [`ClosureModel`].
pub struct ClosureBuilder {
    meta: Meta,
    obj: Option<Scalar1>,
    grad: Option<Vector1>,
    cons: Option<Vector1>,
    jac: Option<(Pattern, Vector1)>,
    hess: Option<(Pattern, Hessian1)>,
}

impl std::fmt::Debug for ClosureBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClosureBuilder")
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}

impl ClosureBuilder {
    /// f(x).
    pub fn obj(mut self, f: impl Fn(&[f64]) -> f64 + Send + Sync + 'static) -> Self {
        self.obj = Some(Box::new(f));
        self
    }
    /// ∇f(x), into the second argument.
    pub fn grad(mut self, f: impl Fn(&[f64], &mut [f64]) + Send + Sync + 'static) -> Self {
        self.grad = Some(Box::new(f));
        self
    }
    /// c(x), into the second argument.
    pub fn cons(mut self, f: impl Fn(&[f64], &mut [f64]) + Send + Sync + 'static) -> Self {
        self.cons = Some(Box::new(f));
        self
    }
    /// Entries of the Jacobian on `structure`, into the second argument.
    pub fn jac(
        mut self,
        structure: Pattern,
        f: impl Fn(&[f64], &mut [f64]) + Send + Sync + 'static,
    ) -> Self {
        self.jac = Some((structure, Box::new(f)));
        self
    }
    /// Entries of ∇²L(x, y; σ) on `structure` (lower triangle): `f(x, y, sigma, vals)`.
    pub fn hess(
        mut self,
        structure: Pattern,
        f: impl Fn(&[f64], &[f64], f64, &mut [f64]) + Send + Sync + 'static,
    ) -> Self {
        self.hess = Some((structure, Box::new(f)));
        self
    }

    /// The model. Errors when a function is missing (constraints are needed only when there are
    /// some) or a structure has the wrong shape.
    pub fn build(self) -> Result<ClosureModel, ModelError> {
        let (n, m) = (self.meta.nvar(), self.meta.ncon());
        let nothing = || -> Vector1 { Box::new(|_: &[f64], _: &mut [f64]| {}) };
        let (cons, (jac_structure, jac)) = match (self.cons, self.jac) {
            (Some(cons), Some(jac)) => (cons, jac),
            (None, None) if m == 0 => (nothing(), (Pattern::empty(0, n), nothing())),
            (None, _) => return Err(ModelError::Missing("constraint function")),
            (_, None) => return Err(ModelError::Missing("Jacobian")),
        };
        let (hess_structure, hess) = self.hess.ok_or(ModelError::Missing("Hessian"))?;
        check_shape("rows of the Jacobian", jac_structure.nrows(), m)?;
        check_shape("columns of the Jacobian", jac_structure.ncols(), n)?;
        check_shape("rows of the Hessian", hess_structure.nrows(), n)?;
        check_shape("columns of the Hessian", hess_structure.ncols(), n)?;
        if hess_structure.iter().any(|(i, j)| i < j) {
            return Err(ModelError::UpperTriangle);
        }
        Ok(ClosureModel {
            meta: self.meta,
            obj: self.obj.ok_or(ModelError::Missing("objective"))?,
            grad: self.grad.ok_or(ModelError::Missing("gradient"))?,
            cons,
            jac_structure,
            jac,
            hess_structure,
            hess,
        })
    }
}

fn check_shape(name: &'static str, found: usize, expected: usize) -> Result<(), ModelError> {
    if found == expected {
        Ok(())
    } else {
        Err(ModelError::Dimension {
            name,
            expected,
            found,
        })
    }
}

impl Model for ClosureModel {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, x: &[f64]) -> f64 {
        (self.obj)(x)
    }
    fn cons(&self, x: &[f64], c: &mut [f64]) {
        (self.cons)(x, c);
    }
}

impl Smooth for ClosureModel {
    fn grad(&self, x: &[f64], g: &mut [f64]) {
        (self.grad)(x, g);
    }
    fn jac_structure(&self) -> &Pattern {
        &self.jac_structure
    }
    fn jac_coord(&self, x: &[f64], vals: &mut [f64]) {
        (self.jac)(x, vals);
    }
}

impl TwiceSmooth for ClosureModel {
    fn hess_structure(&self) -> &Pattern {
        &self.hess_structure
    }
    fn hess_coord(&self, x: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        (self.hess)(x, y, sigma, vals);
    }
}

#[cfg(test)]
mod tests {
    use super::ClosureModel;
    use crate::{Meta, ModelError, check};
    use linalg::Pattern;

    #[test]
    fn a_missing_or_misshapen_function_is_named() {
        let meta = || Meta::new("m", 2, 1);
        let error = ClosureModel::builder(meta())
            .obj(|_| 0.0)
            .build()
            .unwrap_err();
        assert_eq!(error, ModelError::Missing("constraint function"));
        let error = ClosureModel::builder(meta())
            .cons(|_, _| {})
            .jac(Pattern::dense(2, 2), |_, _| {})
            .hess(Pattern::empty(2, 2), |_, _, _, _| {})
            .build()
            .unwrap_err();
        assert!(matches!(
            error,
            ModelError::Dimension {
                expected: 1,
                found: 2,
                ..
            }
        ));
        let error = ClosureModel::builder(Meta::new("m", 2, 0))
            .obj(|_| 0.0)
            .grad(|_, _| {})
            .hess(Pattern::dense(2, 2), |_, _, _, _| {})
            .build()
            .unwrap_err();
        assert_eq!(error, ModelError::UpperTriangle);
    }

    #[test]
    fn the_checker_finds_a_wrong_hessian_and_passes_the_right_one() {
        let model = |h: f64| {
            ClosureModel::builder(Meta::new("cubic", 1, 0))
                .obj(|x| x[0].powi(3))
                .grad(|x, g| g[0] = 3.0 * x[0] * x[0])
                .hess(Pattern::diagonal(1), move |x, _, sigma, v| {
                    v[0] = sigma * h * x[0]
                })
                .build()
                .unwrap()
        };
        assert!(check::derivatives(&model(6.0), &[0.7]).unwrap().max() < 1e-8);
        assert!(check::derivatives(&model(5.0), &[0.7]).unwrap().hessian > 0.1);
        assert!(
            check::derivatives(&model(f64::NAN), &[0.7])
                .unwrap()
                .max()
                .is_nan()
        );
        assert!(check::derivatives(&model(6.0), &[0.7, 1.0]).is_err());
    }
}
