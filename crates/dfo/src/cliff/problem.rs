//! What the solver is given: an oracle on a box.

use nlp_model::{check_bounds, check_length, check_point};

use super::Evaluation;
use crate::DfoError;

/// θ with labels on a box.
pub trait CliffOracle {
    /// Lower bounds (n), finite.
    fn lower(&self) -> &[f64];
    /// Upper bounds (n), finite. A variable with equal bounds is fixed.
    fn upper(&self) -> &[f64];
    /// θ(x) and the piece x belongs to, or a failure. x lies within the bounds.
    fn evaluate(&self, x: &[f64]) -> Evaluation;
}

/// A closure on a box.
#[derive(Clone, Debug)]
pub struct Closure<'a, F> {
    lower: &'a [f64],
    upper: &'a [f64],
    f: F,
}

impl<'a, F: Fn(&[f64]) -> Evaluation> Closure<'a, F> {
    /// θ = `f` between the bounds.
    pub fn new(f: F, lower: &'a [f64], upper: &'a [f64]) -> Self {
        Closure { lower, upper, f }
    }
}

impl<F: Fn(&[f64]) -> Evaluation> CliffOracle for Closure<'_, F> {
    fn lower(&self) -> &[f64] {
        self.lower
    }
    fn upper(&self) -> &[f64] {
        self.upper
    }
    fn evaluate(&self, x: &[f64]) -> Evaluation {
        (self.f)(x)
    }
}

/// The map between the box of the free variables and the unit cube.
#[derive(Clone, Debug)]
pub(crate) struct Scaling {
    /// Variables that are not fixed.
    pub free: Vec<usize>,
    lower: Vec<f64>,
    upper: Vec<f64>,
}

impl Scaling {
    /// Checks start and bounds.
    pub fn new(x: &[f64], lower: &[f64], upper: &[f64]) -> Result<Self, DfoError> {
        check_length("lower", lower, x.len())?;
        check_length("upper", upper, x.len())?;
        check_bounds("bounds", lower, upper)?;
        check_point("x", x, x.len())?;
        for (index, (&value, (&lower, &upper))) in x.iter().zip(lower.iter().zip(upper)).enumerate()
        {
            if !(lower <= value && value <= upper) {
                return Err(DfoError::OutsideBounds {
                    index,
                    value,
                    lower,
                    upper,
                });
            }
            if !(upper - lower).is_finite() {
                return Err(DfoError::InfiniteBox {
                    index,
                    lower,
                    upper,
                });
            }
        }
        Ok(Scaling {
            free: (0..x.len()).filter(|&i| lower[i] < upper[i]).collect(),
            lower: lower.to_vec(),
            upper: upper.to_vec(),
        })
    }

    /// u in the unit cube of the free variables. Of the numbers nearest to the quotient it takes the one that
    /// `to_box` brings back to x exactly, if there is one.
    pub fn to_unit(&self, x: &[f64]) -> Vec<f64> {
        let unit = |&i: &usize| {
            let u = ((x[i] - self.lower[i]) / self.width(i)).clamp(0.0, 1.0);
            let exact = |u: &f64| self.lower[i] + u * self.width(i) == x[i];
            [u, u.next_up(), u.next_down()]
                .into_iter()
                .find(|u| exact(u) && (0.0..=1.0).contains(u))
                .unwrap_or(u)
        };
        self.free.iter().map(unit).collect()
    }

    /// x in the box; rounding never leaves it.
    pub fn to_box(&self, u: &[f64]) -> Vec<f64> {
        let mut x = self.lower.clone();
        for (&i, u) in self.free.iter().zip(u) {
            x[i] = (self.lower[i] + u * self.width(i)).clamp(self.lower[i], self.upper[i]);
        }
        x
    }

    /// The gradient of a function of x, given that of the same function of u.
    pub fn gradient_to_box(&self, gradient: &[f64]) -> Vec<f64> {
        let mut g = vec![0.0; self.lower.len()];
        for (&i, v) in self.free.iter().zip(gradient) {
            g[i] = v / self.width(i);
        }
        g
    }

    /// The point with the fewest decimals within `radius` of u, coordinate by coordinate, in x.
    pub fn simplest(&self, u: &[f64], radius: f64) -> Vec<f64> {
        let mut x = self.to_box(u);
        for &i in &self.free {
            let (value, slack) = (x[i], radius * self.width(i));
            let rounded = (-12..16).map(|digits| {
                let unit = 10f64.powi(-digits);
                (value / unit).round() * unit
            });
            let near =
                |r: &f64| (r - value).abs() <= slack && self.lower[i] <= *r && *r <= self.upper[i];
            if let Some(simple) = rounded.into_iter().find(near) {
                x[i] = simple + 0.0;
            }
        }
        x
    }

    fn width(&self, i: usize) -> f64 {
        self.upper[i] - self.lower[i]
    }
}
