//! Optimization problems with quasi-variational inequality constraint.

use std::fmt;

use nlp_model::{AutoQvi, Qvi, QviFunctions, QviShape, Scalar};

use crate::Point;
use crate::problem::at;

/// A problem min F(x, y) s.t. G(x, y) ≤ 0, y ∈ S(x), with its solution.
#[derive(Clone, Copy)]
pub struct QviProblem {
    /// Name: authors, year, example, reading.
    pub name: &'static str,
    /// Where the problem comes from.
    pub source: &'static str,
    /// Starts.
    pub starts: &'static [Point],
    /// F at the solution.
    pub value: f64,
    /// The solution.
    pub solution: Point,
    /// Multipliers w ≥ 0 of g₀ with f₀ + Σ wᵢ ∇ₛg₀ᵢ = 0 at the solution.
    pub multipliers: &'static [f64],
    /// Remarks.
    pub comment: &'static str,
    model: fn() -> Box<dyn Qvi + Send + Sync>,
}

impl QviProblem {
    /// The model, with exact derivatives.
    pub fn build(&self) -> Box<dyn Qvi + Send + Sync> {
        (self.model)()
    }
}

impl fmt::Debug for QviProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QviProblem")
            .field("name", &self.name)
            .field("value", &self.value)
            .field("solution", &self.solution)
            .finish_non_exhaustive()
    }
}

const SOURCE: &str = "B. S. Mordukhovich and J. V. Outrata, Coderivative analysis of \
    quasi-variational inequalities with applications to stability and optimization, SIAM Journal \
    on Optimization, 18(2), 389–412, 2007";

const STARTS: &[Point] = &[at(&[0.0], &[0.0, 0.0]), at(&[1.0], &[1.0, 1.0])];

/// The two examples of Mordukhovich and Outrata, one of them in two readings.
pub fn qvi_problems() -> &'static [QviProblem] {
    &PROBLEMS
}

static PROBLEMS: [QviProblem; 3] = [
    QviProblem {
        name: "MordukhovichOutrata2007Ex63",
        source: SOURCE,
        starts: STARTS,
        value: -49.0,
        solution: at(&[0.0], &[9.0, 6.0]),
        multipliers: &[1.0, 0.0],
        comment: "The paper prints 49, a sign error: F(0, 9, 6) = -49.",
        model: || Box::new(AutoQvi::new("MordukhovichOutrata2007Ex63", Ex63)),
    },
    QviProblem {
        name: "MordukhovichOutrata2007Ex64Printed",
        source: SOURCE,
        starts: STARTS,
        value: 66.18977410188482,
        solution: at(
            &[135.48776903388062],
            &[24.558713544141124, 20.558713544141124],
        ),
        multipliers: &[6.323859367576624, 0.0, 0.0],
        comment: "The moving set as printed, s1 + s2 ≤ 0.333 x. The printed solution belongs \
                to the other reading.",
        model: || {
            Box::new(AutoQvi::new(
                "MordukhovichOutrata2007Ex64Printed",
                Ex64Printed,
            ))
        },
    },
    QviProblem {
        name: "MordukhovichOutrata2007Ex64Nash",
        source: SOURCE,
        starts: STARTS,
        value: 7.77,
        solution: at(&[135.15], &[30.95, 14.1]),
        multipliers: &[0.0, 12.85, 0.0, 0.0],
        comment: "The moving set of a generalised Nash game, s1 + y2 ≤ x/3 and y1 + s2 ≤ x/3: \
                it has the printed solution.",
        model: || Box::new(AutoQvi::new("MordukhovichOutrata2007Ex64Nash", Ex64Nash)),
    },
];

/// Mordukhovich and Outrata (2007), example 6.3.
///
/// F = x − 3y₁ − 11/3 y₂ + ½ (y₁ − 9)², −1 ≤ x ≤ 1,
/// f₀ = (−34 + 2y₁ + 8/3 y₂, −97/4 + 5/4 y₁ + 2y₂), g₀ = (y₁ + s₂ − 15 − x, y₂ + s₁ − 15 − x).
#[derive(Clone, Copy, Debug)]
pub struct Ex63;

impl QviFunctions for Ex63 {
    fn shape(&self) -> QviShape {
        QviShape {
            nx: 1,
            ny: 2,
            upper_rows: 2,
            lower_rows: 2,
        }
    }
    fn obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T {
        x[0] - y[0] * 3.0 - y[1] * (11.0 / 3.0) + (y[0] - 9.0).powi(2) * 0.5
    }
    fn cons<T: Scalar>(&self, x: &[T], _y: &[T], c: &mut [T]) {
        c[0] = -x[0] - 1.0;
        c[1] = x[0] - 1.0;
    }
    fn linear_form<T: Scalar>(&self, _x: &[T], y: &[T], s: &[T]) -> T {
        s[0] * (y[0] * 2.0 + y[1] * (8.0 / 3.0) - 34.0) + s[1] * (y[0] * 1.25 + y[1] * 2.0 - 24.25)
    }
    fn moving_set<T: Scalar>(&self, x: &[T], y: &[T], s: &[T], c: &mut [T]) {
        c[0] = y[0] + s[1] - 15.0 - x[0];
        c[1] = y[1] + s[0] - 15.0 - x[0];
    }
}

/// Mordukhovich and Outrata (2007), example 6.4, as printed: g₀ = (s₁ + s₂ − 0.333 x, −s₁, −s₂).
///
/// F = max(x − 135, 0)² + 0.6 (y₁ − 34)² + 0.6 (y₂ − 16)², f₀ = (−76 + 2y₁ + y₂, −72 + y₁ + 2y₂).
#[derive(Clone, Copy, Debug)]
pub struct Ex64Printed;

impl QviFunctions for Ex64Printed {
    fn shape(&self) -> QviShape {
        QviShape {
            nx: 1,
            ny: 2,
            upper_rows: 0,
            lower_rows: 3,
        }
    }
    fn obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T {
        cost(x, y)
    }
    fn cons<T: Scalar>(&self, _x: &[T], _y: &[T], _c: &mut [T]) {}
    fn linear_form<T: Scalar>(&self, _x: &[T], y: &[T], s: &[T]) -> T {
        market(y, s)
    }
    fn moving_set<T: Scalar>(&self, x: &[T], _y: &[T], s: &[T], c: &mut [T]) {
        c[0] = s[0] + s[1] - x[0] * 0.333;
        c[1] = -s[0];
        c[2] = -s[1];
    }
}

/// Mordukhovich and Outrata (2007), example 6.4, as the generalised Nash game that has the printed
/// solution: g₀ = (s₁ + y₂ − x/3, y₁ + s₂ − x/3, −s₁, −s₂); F and f₀ as in [`Ex64Printed`].
#[derive(Clone, Copy, Debug)]
pub struct Ex64Nash;

impl QviFunctions for Ex64Nash {
    fn shape(&self) -> QviShape {
        QviShape {
            nx: 1,
            ny: 2,
            upper_rows: 0,
            lower_rows: 4,
        }
    }
    fn obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T {
        cost(x, y)
    }
    fn cons<T: Scalar>(&self, _x: &[T], _y: &[T], _c: &mut [T]) {}
    fn linear_form<T: Scalar>(&self, _x: &[T], y: &[T], s: &[T]) -> T {
        market(y, s)
    }
    fn moving_set<T: Scalar>(&self, x: &[T], y: &[T], s: &[T], c: &mut [T]) {
        c[0] = s[0] + y[1] - x[0] / 3.0;
        c[1] = y[0] + s[1] - x[0] / 3.0;
        c[2] = -s[0];
        c[3] = -s[1];
    }
}

/// F of example 6.4: once continuously differentiable; the second derivative is 0 at x = 135.
fn cost<T: Scalar>(x: &[T], y: &[T]) -> T {
    let excess = (-x[0] + 135.0).select(T::from(0.0), x[0] - 135.0);
    excess.powi(2) + (y[0] - 34.0).powi(2) * 0.6 + (y[1] - 16.0).powi(2) * 0.6
}

/// sᵀf₀ of example 6.4.
fn market<T: Scalar>(y: &[T], s: &[T]) -> T {
    s[0] * (y[0] * 2.0 + y[1] - 76.0) + s[1] * (y[0] + y[1] * 2.0 - 72.0)
}
