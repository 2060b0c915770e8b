//! Bilevel programs: one optimization problem inside another.

use crate::{AutoModel, Functions, Meta, Model, Scalar, Tape, TwiceSmooth};

/// min F(x, y)  s.t.  G(x, y) ≤ 0,  y ∈ argmin_y { f(x, y) : g(x, y) ≤ 0 },  x ∈ ℝⁿ, y ∈ ℝᵐ.
///
/// Both levels are models over the stacked variable z = (x, y), so that derivatives need no further
/// vocabulary: ∇ₓ and ∇ᵧ are slices, Hessian blocks are index ranges. Rows may be equalities, and
/// bounds of variables count as rows of their level.
pub trait Bilevel {
    /// Number n of upper-level variables x.
    fn nx(&self) -> usize;
    /// Number m of lower-level variables y.
    fn ny(&self) -> usize;
    /// F and G over z = (x, y).
    fn upper(&self) -> &dyn TwiceSmooth;
    /// f and g over z = (x, y).
    fn lower(&self) -> &dyn TwiceSmooth;
    /// The formulas of f and g over z = (x, y), for what derivatives at points cannot tell; none when
    /// the lower level is not given by formulas.
    fn lower_formula(&self) -> Option<&Tape> {
        None
    }
}

/// Sizes of a bilevel program; at each level the inequality rows come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BilevelShape {
    /// Upper-level variables.
    pub nx: usize,
    /// Lower-level variables.
    pub ny: usize,
    /// Rows G ≤ 0.
    pub upper_inequalities: usize,
    /// Rows H = 0 of the upper level.
    pub upper_equalities: usize,
    /// Rows g ≤ 0.
    pub lower_inequalities: usize,
    /// Rows h = 0 of the lower level.
    pub lower_equalities: usize,
}

/// A bilevel program written once, generic in the number type; most easily with the macro
/// [`bilevel!`](macro@crate::bilevel).
pub trait BilevelFunctions {
    /// Sizes.
    fn shape(&self) -> BilevelShape;
    /// F(x, y).
    fn upper_obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T;
    /// G(x, y), then the equalities, into `c`.
    fn upper_cons<T: Scalar>(&self, x: &[T], y: &[T], c: &mut [T]);
    /// f(x, y).
    fn lower_obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T;
    /// g(x, y), then the equalities, into `c`.
    fn lower_cons<T: Scalar>(&self, x: &[T], y: &[T], c: &mut [T]);
}

/// A [`Bilevel`] program with exact derivatives from [`BilevelFunctions`].
#[derive(Debug)]
pub struct AutoBilevel<B> {
    shape: BilevelShape,
    upper: AutoModel<UpperLevel<B>>,
    lower: AutoModel<LowerLevel<B>>,
}

impl<B: BilevelFunctions + Clone> AutoBilevel<B> {
    /// The program called `name` with these functions.
    pub fn new(name: &str, functions: B) -> Self {
        let shape = functions.shape();
        let level = |suffix: &str, inequalities: usize, equalities: usize| {
            Meta::new(
                format!("{name} ({suffix})"),
                shape.nx + shape.ny,
                inequalities + equalities,
            )
            .inequalities_then_equalities(inequalities)
        };
        let upper = level(
            "upper level",
            shape.upper_inequalities,
            shape.upper_equalities,
        );
        let lower = level(
            "lower level",
            shape.lower_inequalities,
            shape.lower_equalities,
        );
        AutoBilevel {
            shape,
            upper: AutoModel::new(
                UpperLevel {
                    functions: functions.clone(),
                    shape,
                },
                upper,
            ),
            lower: AutoModel::new(LowerLevel { functions, shape }, lower),
        }
    }

    /// The functions, for other readings of the same formulas.
    pub fn functions(&self) -> &B {
        &self.upper.functions().functions
    }
}

impl<B: BilevelFunctions> Bilevel for AutoBilevel<B> {
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
    fn lower_formula(&self) -> Option<&Tape> {
        self.lower.formula()
    }
}

#[derive(Debug)]
struct UpperLevel<B> {
    functions: B,
    shape: BilevelShape,
}

impl<B: BilevelFunctions> Functions for UpperLevel<B> {
    fn obj<T: Scalar>(&self, z: &[T]) -> T {
        let (x, y) = z.split_at(self.shape.nx);
        self.functions.upper_obj(x, y)
    }
    fn cons<T: Scalar>(&self, z: &[T], c: &mut [T]) {
        let (x, y) = z.split_at(self.shape.nx);
        self.functions.upper_cons(x, y, c);
    }
}

#[derive(Debug)]
struct LowerLevel<B> {
    functions: B,
    shape: BilevelShape,
}

impl<B: BilevelFunctions> Functions for LowerLevel<B> {
    fn obj<T: Scalar>(&self, z: &[T]) -> T {
        let (x, y) = z.split_at(self.shape.nx);
        self.functions.lower_obj(x, y)
    }
    fn cons<T: Scalar>(&self, z: &[T], c: &mut [T]) {
        let (x, y) = z.split_at(self.shape.nx);
        self.functions.lower_cons(x, y, c);
    }
}
