//! Objectives in an order of importance.

use crate::error::check_length;
use crate::{AutoModel, Functions, Meta, ModelError, Scalar, TwiceSmooth};

/// min f_K over argmin f_{K−1} over … argmin f_1: objectives in lexicographic order.
///
/// Every level is a model over the same x ∈ ℝⁿ. Rows and bounds of a level restrict the points among which
/// this level and the ones after it are minimized. In the notation of the literature f_1 matters most;
/// here it is level 0.
pub trait Multilevel {
    /// Number K of levels, at least 1.
    fn levels(&self) -> usize;
    /// Level `k` < K; level 0 matters most.
    fn level(&self, k: usize) -> &dyn TwiceSmooth;
}

/// Models of any kind, stacked in the order of their importance.
pub struct Levels {
    models: Vec<Box<dyn TwiceSmooth>>,
}

impl Levels {
    /// The first model matters most.
    ///
    /// # Errors
    /// [`ModelError`] when there is no level or the numbers of variables differ.
    pub fn new(models: Vec<Box<dyn TwiceSmooth>>) -> Result<Self, ModelError> {
        let first = models.first().ok_or(ModelError::Missing("level"))?;
        let n = first.meta().nvar();
        for model in &models {
            check_length("start of a level", model.meta().x0(), n)?;
        }
        Ok(Levels { models })
    }
}

impl std::fmt::Debug for Levels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.models.iter().map(|model| model.meta().name());
        f.debug_list().entries(names).finish()
    }
}

impl Multilevel for Levels {
    fn levels(&self) -> usize {
        self.models.len()
    }
    fn level(&self, k: usize) -> &dyn TwiceSmooth {
        self.models[k].as_ref()
    }
}

/// Unconstrained levels written once, generic in the number type.
pub trait MultilevelFunctions {
    /// Number K of levels.
    fn levels(&self) -> usize;
    /// Number n of variables.
    fn nvar(&self) -> usize;
    /// The objective of level `k`; level 0 matters most.
    fn obj<T: Scalar>(&self, k: usize, x: &[T]) -> T;
}

/// A [`Multilevel`] problem with exact derivatives from [`MultilevelFunctions`].
///
/// ```
/// use nlp_model::{AutoMultilevel, Multilevel, MultilevelFunctions, Scalar, Smooth};
///
/// /// The point of the line x₀ + x₁ = 2 that is nearest to the origin.
/// #[derive(Clone)]
/// struct Line;
/// impl MultilevelFunctions for Line {
///     fn levels(&self) -> usize { 2 }
///     fn nvar(&self) -> usize { 2 }
///     fn obj<T: Scalar>(&self, k: usize, x: &[T]) -> T {
///         if k == 0 { (x[0] + x[1] - 2.0).powi(2) } else { x[0].powi(2) + x[1].powi(2) }
///     }
/// }
/// let problem = AutoMultilevel::new("line", Line);
/// let mut g = [0.0; 2];
/// problem.level(0).grad(&[0.0, 0.0], &mut g);
/// assert_eq!(g, [-4.0, -4.0]);
/// ```
#[derive(Debug)]
pub struct AutoMultilevel<M> {
    models: Vec<AutoModel<Level<M>>>,
}

impl<M: MultilevelFunctions + Clone> AutoMultilevel<M> {
    /// The problem called `name` with these functions.
    ///
    /// # Panics
    /// When there is no level.
    pub fn new(name: &str, functions: M) -> Self {
        assert!(functions.levels() > 0, "a problem has at least one level");
        let models = (0..functions.levels())
            .map(|k| {
                let meta = Meta::new(format!("{name} (level {k})"), functions.nvar(), 0);
                let functions = functions.clone();
                AutoModel::new(Level { functions, k }, meta)
            })
            .collect();
        AutoMultilevel { models }
    }
}

impl<M: MultilevelFunctions> Multilevel for AutoMultilevel<M> {
    fn levels(&self) -> usize {
        self.models.len()
    }
    fn level(&self, k: usize) -> &dyn TwiceSmooth {
        &self.models[k]
    }
}

/// One level of [`MultilevelFunctions`].
#[derive(Debug)]
struct Level<M> {
    functions: M,
    k: usize,
}

impl<M: MultilevelFunctions> Functions for Level<M> {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        self.functions.obj(self.k, x)
    }
}

#[cfg(test)]
mod tests {
    use super::{Levels, Multilevel};
    use crate::{ClosureModel, Meta, ModelError, TwiceSmooth};

    fn quadratic(n: usize) -> Box<dyn TwiceSmooth> {
        let model = ClosureModel::builder(Meta::new("quadratic", n, 0))
            .obj(|x| linalg::slice::dot(x, x))
            .grad(|x, g| g.copy_from_slice(x))
            .hess(linalg::Pattern::diagonal(n), |_, _, sigma, vals| {
                vals.fill(2.0 * sigma);
            })
            .build();
        Box::new(model.expect("a complete model"))
    }

    #[test]
    fn levels_share_their_variables() {
        assert_eq!(
            Levels::new(Vec::new()).err(),
            Some(ModelError::Missing("level"))
        );
        assert!(matches!(
            Levels::new(vec![quadratic(2), quadratic(3)]),
            Err(ModelError::Dimension {
                expected: 2,
                found: 3,
                ..
            })
        ));
        let levels = Levels::new(vec![quadratic(2), quadratic(2)]).expect("two levels");
        assert_eq!(levels.levels(), 2);
        assert_eq!(levels.level(1).obj(&[1.0, 2.0]), 5.0);
    }
}
