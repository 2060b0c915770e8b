//! Optimization problems with a quasi-variational inequality constraint.

use crate::{AutoModel, Functions, Meta, Scalar, TwiceSmooth};

/// min F(x, y)  s.t.  G(x, y) ≤ 0,  y ∈ S(x),  where y ∈ S(x) when g₀(x, y, y) ≤ 0 and
/// f₀(x, y)ᵀ(s − y) ≥ 0 for all s with g₀(x, y, s) ≤ 0  (DuttaLafhimZemkohoZhou2024, Section 2).
///
/// The lower model lives over (x, y, s) ∈ ℝⁿ⁺ᵐ⁺ᵐ: its objective is ℓ(x, y, s) = sᵀf₀(x, y),
/// linear in s, its constraints are g₀(x, y, s).
pub trait Qvi {
    /// Number n of upper-level variables x.
    fn nx(&self) -> usize;
    /// Number m of lower-level variables y, and of their copies s.
    fn ny(&self) -> usize;
    /// F and G over (x, y).
    fn upper(&self) -> &dyn TwiceSmooth;
    /// ℓ and g₀ over (x, y, s).
    fn lower(&self) -> &dyn TwiceSmooth;
}

/// Sizes of an optimization problem with QVI constraint; all rows are inequalities ≤ 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QviShape {
    /// Upper-level variables.
    pub nx: usize,
    /// Lower-level variables.
    pub ny: usize,
    /// Rows G ≤ 0.
    pub upper_rows: usize,
    /// Rows g₀ ≤ 0.
    pub lower_rows: usize,
}

/// An optimization problem with QVI constraint, written once for every number type.
pub trait QviFunctions {
    /// Sizes.
    fn shape(&self) -> QviShape;
    /// F(x, y).
    fn obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T;
    /// G(x, y), into `c`.
    fn cons<T: Scalar>(&self, x: &[T], y: &[T], c: &mut [T]);
    /// sᵀf₀(x, y).
    fn linear_form<T: Scalar>(&self, x: &[T], y: &[T], s: &[T]) -> T;
    /// g₀(x, y, s), into `c`.
    fn moving_set<T: Scalar>(&self, x: &[T], y: &[T], s: &[T], c: &mut [T]);
}

/// A [`Qvi`] problem with exact derivatives from [`QviFunctions`].
#[derive(Debug)]
pub struct AutoQvi<B> {
    shape: QviShape,
    upper: AutoModel<UpperPart<B>>,
    lower: AutoModel<LowerPart<B>>,
}

impl<B: QviFunctions + Clone> AutoQvi<B> {
    /// The problem called `name` with these functions.
    pub fn new(name: &str, functions: B) -> Self {
        let s = functions.shape();
        let upper = Meta::new(format!("{name} (upper level)"), s.nx + s.ny, s.upper_rows);
        let lower = Meta::new(
            format!("{name} (lower level)"),
            s.nx + 2 * s.ny,
            s.lower_rows,
        );
        AutoQvi {
            shape: s,
            upper: AutoModel::new(
                UpperPart {
                    functions: functions.clone(),
                    shape: s,
                },
                upper,
            ),
            lower: AutoModel::new(
                LowerPart {
                    functions,
                    shape: s,
                },
                lower,
            ),
        }
    }
}

impl<B: QviFunctions> Qvi for AutoQvi<B> {
    fn nx(&self) -> usize {
        self.shape.nx
    }
    fn ny(&self) -> usize {
        self.shape.ny
    }
    fn upper(&self) -> &dyn TwiceSmooth {
        &self.upper
    }
    fn lower(&self) -> &dyn TwiceSmooth {
        &self.lower
    }
}

#[derive(Debug)]
struct UpperPart<B> {
    functions: B,
    shape: QviShape,
}

impl<B: QviFunctions> Functions for UpperPart<B> {
    fn obj<T: Scalar>(&self, z: &[T]) -> T {
        let (x, y) = z.split_at(self.shape.nx);
        self.functions.obj(x, y)
    }
    fn cons<T: Scalar>(&self, z: &[T], c: &mut [T]) {
        let (x, y) = z.split_at(self.shape.nx);
        self.functions.cons(x, y, c);
    }
}

#[derive(Debug)]
struct LowerPart<B> {
    functions: B,
    shape: QviShape,
}

impl<B: QviFunctions> Functions for LowerPart<B> {
    fn obj<T: Scalar>(&self, z: &[T]) -> T {
        let (x, ys) = z.split_at(self.shape.nx);
        let (y, s) = ys.split_at(self.shape.ny);
        self.functions.linear_form(x, y, s)
    }
    fn cons<T: Scalar>(&self, z: &[T], c: &mut [T]) {
        let (x, ys) = z.split_at(self.shape.nx);
        let (y, s) = ys.split_at(self.shape.ny);
        self.functions.moving_set(x, y, s, c);
    }
}
