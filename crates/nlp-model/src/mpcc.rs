//! Programs with complementarity constraints.

mod rows;

use linalg::Pattern;

use crate::error::check_bounds;
use crate::{Counters, Meta, Model, ModelError, Smooth, TwiceSmooth};
use rows::Rows;

/// min f(x)  s.t.  lvar ≤ x ≤ uvar,  lcon ≤ c(x) ≤ ucon,  0 ≤ c_i(x) ⟂ c_j(x) ≥ 0 for the pairs (i, j).
///
/// A pair reads G = c_i ≥ 0, H = c_j ≥ 0 and G H = 0. The bounds of its two rows are 0 and ∞. A row is in
/// one pair at most; a function or variable in two pairs has a row in each.
pub trait Mpcc: TwiceSmooth {
    /// The rows (i, j) of each pair.
    fn pairs(&self) -> &[(usize, usize)];
}

/// A side of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The row c_i(x).
    Row(usize),
    /// The variable x_j.
    Variable(usize),
}

/// Any model with mixed complementarity conditions, as an [`Mpcc`] with pairs 0 ≤ G ⟂ H ≥ 0.
///
/// A condition l ≤ s ⟂ F ≤ u says of a side s with bounds l, u and of a row or variable F: s = l and
/// F ≥ 0, or l < s < u and F = 0, or s = u and F ≤ 0. The bounds are those that the model gives to s; F is
/// bounded by the condition alone. It becomes
///
/// | bounds of s | form |
/// |---|---|
/// | l alone | 0 ≤ s − l ⟂ F ≥ 0 |
/// | u alone | 0 ≤ u − s ⟂ −F ≥ 0 |
/// | l < u | 0 ≤ s − l ⟂ p ≥ 0, 0 ≤ u − s ⟂ q ≥ 0, F − p + q = 0 with new variables p, q |
/// | none | F = 0 |
/// | l = u | s = l, F free |
///
/// The rows of this model are those of the original that are in no condition, in their order, then the
/// rows of the conditions, in theirs. Bounds of variables that a pair implies are dropped: the gradients of
/// a bound and of the same row would be dependent.
///
/// [`lifted`](Complementarity::lifted) gives the vertical form, in which both sides of each pair are
/// variables: 0 ≤ p ⟂ q ≥ 0, G = p, H = q.
///
/// ```
/// use nlp_model::{AutoModel, Complementarity, Functions, Meta, Model, Mpcc, Scalar, Side};
///
/// // min (x₀ − 1)² + (x₁ − 1)²  s.t.  0 ≤ x₀ ⟂ x₁ ≥ 0, the problem scholtes3 of MacMPEC
/// struct Scholtes3;
/// impl Functions for Scholtes3 {
///     fn obj<T: Scalar>(&self, x: &[T]) -> T {
///         (x[0] - 1.0).powi(2) + (x[1] - 1.0).powi(2)
///     }
/// }
/// let meta = Meta::new("scholtes3", 2, 0).variable_bounds(&[0.0; 2], &[f64::INFINITY; 2])?;
/// let model = AutoModel::new(Scholtes3, meta);
/// let mpcc = Complementarity::new(model, &[(Side::Variable(0), Side::Variable(1))])?;
/// assert_eq!((mpcc.meta().ncon(), mpcc.pairs()), (2, &[(0, 1)][..]));
/// # Ok::<(), nlp_model::ModelError>(())
/// ```
pub struct Complementarity<M> {
    model: M,
    meta: Meta,
    rows: Rows,
    pairs: Vec<(usize, usize)>,
    hess: Pattern,
}

impl<M> std::fmt::Debug for Complementarity<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Complementarity")
            .field("meta", &self.meta)
            .field("pairs", &self.pairs)
            .finish_non_exhaustive()
    }
}

impl<M: TwiceSmooth> Complementarity<M> {
    /// `model` with the conditions (s, F).
    ///
    /// # Errors
    /// [`ModelError`] when a side does not exist, a row is in two conditions, or the bounds of a side
    /// contradict each other.
    pub fn new(model: M, conditions: &[(Side, Side)]) -> Result<Self, ModelError> {
        let (rows, pairs) = Rows::plan(&model, conditions)?;
        Self::assemble(model, rows, pairs)
    }

    /// The vertical form: each side of a pair is a variable, another one for each side.
    ///
    /// # Errors
    /// As [`new`](Complementarity::new).
    pub fn lifted(model: M, conditions: &[(Side, Side)]) -> Result<Self, ModelError> {
        let (mut rows, pairs) = Rows::plan(&model, conditions)?;
        for &(i, j) in &pairs {
            rows.lift(i);
            rows.lift(j);
        }
        Self::assemble(model, rows, pairs)
    }

    fn assemble(model: M, rows: Rows, pairs: Vec<(usize, usize)>) -> Result<Self, ModelError> {
        let of = model.meta();
        let n = of.nvar() + rows.new_variables();
        check_bounds("variable", &rows.lvar, &rows.uvar)?;
        let mut start = of.x0().to_vec();
        rows.start(&model, &mut start);
        let meta = Meta::new(of.name(), n, rows.len())
            .start(&start)?
            .variable_bounds(&rows.lvar, &rows.uvar)?
            .constraint_bounds(&rows.lcon, &rows.ucon)?;
        let hess = Pattern::from_entries(n, n, model.hess_structure().iter())?;
        let mut assembled = Complementarity {
            model,
            meta,
            rows,
            pairs,
            hess,
        };
        assembled.rows.plan_jacobian(&assembled.model, n)?;
        Ok(assembled)
    }

    /// The model without the conditions.
    pub fn original(&self) -> &M {
        &self.model
    }

    fn split<'x>(&self, x: &'x [f64]) -> (&'x [f64], &'x [f64]) {
        assert_eq!(x.len(), self.meta.nvar(), "length of x");
        x.split_at(self.model.meta().nvar())
    }

    fn no_entries_for_new_variables<'v>(&self, v: &'v mut [f64]) -> &'v mut [f64] {
        let (original, new) = v.split_at_mut(self.model.meta().nvar());
        new.fill(0.0);
        original
    }
}

impl<M: TwiceSmooth> Mpcc for Complementarity<M> {
    fn pairs(&self) -> &[(usize, usize)] {
        &self.pairs
    }
}

impl<M: TwiceSmooth> Model for Complementarity<M> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, x: &[f64]) -> f64 {
        self.model.obj(self.split(x).0)
    }
    fn cons(&self, x: &[f64], c: &mut [f64]) {
        let (x, new) = self.split(x);
        self.rows.values(&self.model, x, new, c);
    }
    fn counters(&self) -> Option<&Counters> {
        self.model.counters()
    }
}

impl<M: TwiceSmooth> Smooth for Complementarity<M> {
    fn grad(&self, x: &[f64], g: &mut [f64]) {
        let g = self.no_entries_for_new_variables(g);
        self.model.grad(self.split(x).0, g);
    }
    fn jac_structure(&self) -> &Pattern {
        self.rows.jac()
    }
    fn jac_coord(&self, x: &[f64], vals: &mut [f64]) {
        self.rows.jac_values(&self.model, self.split(x).0, vals);
    }
}

impl<M: TwiceSmooth> TwiceSmooth for Complementarity<M> {
    fn hess_structure(&self) -> &Pattern {
        &self.hess
    }
    fn hess_coord(&self, x: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        let x = self.split(x).0;
        self.rows
            .with_multipliers(y, |y| self.model.hess_coord(x, y, sigma, vals));
    }
    fn hprod(&self, x: &[f64], y: &[f64], sigma: f64, v: &[f64], out: &mut [f64]) {
        let (x, v) = (self.split(x).0, self.split(v).0);
        let out = self.no_entries_for_new_variables(out);
        self.rows
            .with_multipliers(y, |y| self.model.hprod(x, y, sigma, v, out));
    }
    fn hess_directional(&self, x: &[f64], y: &[f64], sigma: f64, v: &[f64], vals: &mut [f64]) {
        let (x, v) = (self.split(x).0, self.split(v).0);
        self.rows
            .with_multipliers(y, |y| self.model.hess_directional(x, y, sigma, v, vals));
    }
}

#[cfg(test)]
mod tests {
    use super::{Complementarity, Mpcc, Side};
    use crate::{AutoModel, Functions, Meta, Model, ModelError, Scalar, Smooth, check};

    const INF: f64 = f64::INFINITY;

    #[derive(Clone, Copy)]
    struct Three;
    impl Functions for Three {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            x[0] * x[1] + x[2].exp()
        }
        fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
            c[0] = x[0] * x[0] - x[2];
            c[1] = x[1] * x[2] - 2.0;
            c[2] = x[0] + x[1] * x[1];
        }
    }

    fn model(lvar: [f64; 3], uvar: [f64; 3]) -> AutoModel<Three> {
        let meta = Meta::new("three", 3, 3)
            .variable_bounds(&lvar, &uvar)
            .and_then(|m| m.start(&[0.5, 0.25, -1.0]));
        AutoModel::new(Three, meta.unwrap())
    }

    #[test]
    fn a_two_sided_condition_becomes_two_pairs_and_an_equation() {
        // -1 ≤ x₀ ≤ 4 ⟂ c₁, and x₁ ≤ 3 ⟂ c₀
        let of = model([-1.0, -INF, -INF], [4.0, 3.0, INF]);
        let conditions = [
            (Side::Variable(0), Side::Row(1)),
            (Side::Variable(1), Side::Row(0)),
        ];
        let mpcc = Complementarity::new(of, &conditions).unwrap();
        assert_eq!(mpcc.pairs(), &[(1, 2), (3, 4), (6, 7)]);
        assert_eq!((mpcc.meta().nvar(), mpcc.meta().ncon()), (5, 8));
        let mut c = [0.0; 8];
        mpcc.cons(&[2.0, 1.0, 5.0, 7.0, 3.0], &mut c);
        // c₂; x₀ + 1, p; 4 − x₀, q; c₁ − p + q; 3 − x₁, −c₀
        assert_eq!(c, [3.0, 3.0, 7.0, 2.0, 3.0, 3.0 - 7.0 + 3.0, 2.0, 1.0]);
        assert!(mpcc.meta().is_equality(5));
        assert_eq!(mpcc.meta().lvar(), &[-INF; 5]);
        let point = [0.3, -0.4, 0.2, 1.0, 2.0];
        assert!(check::derivatives(&mpcc, &point).unwrap().max() < 1e-7);
        // The new variables start at the two parts of F(x⁰) = −2.25.
        assert_eq!(&mpcc.meta().x0()[3..], &[0.0, 2.25]);
    }

    #[test]
    fn a_variable_may_be_in_two_pairs_and_the_vertical_form_has_variables_only() {
        let of = model([0.0, -INF, -INF], [INF; 3]);
        let conditions = [
            (Side::Variable(0), Side::Row(0)),
            (Side::Variable(0), Side::Row(1)),
        ];
        let mpcc = Complementarity::new(of, &conditions).unwrap();
        assert_eq!(mpcc.pairs(), &[(1, 2), (3, 4)]);
        let of = model([0.0, -INF, -INF], [INF; 3]);
        let lifted = Complementarity::lifted(of, &conditions).unwrap();
        assert_eq!((lifted.meta().nvar(), lifted.meta().ncon()), (6, 8));
        let mut entries = vec![0; 8];
        for &i in lifted.jac_structure().rows() {
            entries[i] += 1;
        }
        for &(i, j) in lifted.pairs() {
            assert_eq!((entries[i], entries[j]), (1, 1), "{entries:?}");
        }
        let point = [0.3, -0.4, 0.2, 1.0, 2.0, 0.5];
        assert!(check::derivatives(&lifted, &point).unwrap().max() < 1e-7);
    }

    #[test]
    fn sides_that_do_not_exist_or_contradict_are_refused() {
        let free = || model([-INF; 3], [INF; 3]);
        let refuse =
            |conditions: &[(Side, Side)]| Complementarity::new(free(), conditions).unwrap_err();
        let error = refuse(&[(Side::Variable(3), Side::Row(0))]);
        assert!(matches!(error, ModelError::Side { .. }), "{error}");
        let error = refuse(&[(Side::Row(0), Side::Row(0))]);
        assert!(matches!(error, ModelError::Side { .. }), "{error}");
        let twice = [
            (Side::Variable(0), Side::Row(1)),
            (Side::Variable(1), Side::Row(1)),
        ];
        assert!(matches!(refuse(&twice), ModelError::Side { .. }));
        // Without bounds F = 0, with equal ones F is free.
        let mpcc = Complementarity::new(free(), &[(Side::Variable(0), Side::Row(0))]).unwrap();
        assert!(mpcc.pairs().is_empty() && mpcc.meta().is_equality(2));
        let fixed = model([1.0, -INF, -INF], [1.0, INF, INF]);
        let mpcc = Complementarity::new(fixed, &[(Side::Variable(0), Side::Row(0))]).unwrap();
        assert!(mpcc.pairs().is_empty());
        assert_eq!((mpcc.meta().lcon()[2], mpcc.meta().ucon()[2]), (-INF, INF));
        assert_eq!(mpcc.meta().lvar()[0], 1.0);
    }
}
