//! Any model with all its bounds as rows c ≤ 0 or c = 0.

use linalg::Pattern;

use crate::scratch::Scratch;
use crate::{Counters, Meta, Model, Smooth, TwiceSmooth};

/// One bound of a row or of a variable.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Side {
    of: Quantity,
    /// +1 for an upper bound or an equality, −1 for a lower bound.
    sign: f64,
    bound: f64,
    equality: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Quantity {
    Row(usize),
    Variable(usize),
}

/// A model whose rows are all c(x) ≤ 0 or c(x) = 0 and whose variables are free.
///
/// Each finite bound lcon ≤ c, c ≤ ucon, lvar ≤ x, x ≤ uvar of the original becomes a row, in this
/// order: the rows of c, each with its upper side first, then the variables; equal bounds make one
/// equality. Rows without a bound vanish.
pub struct OneSided<'a> {
    model: &'a dyn TwiceSmooth,
    meta: Meta,
    sides: Vec<Side>,
    /// The model has this form already.
    is_original: bool,
    jac: Pattern,
    /// Where each entry of `jac` comes from: an entry of the original Jacobian, or a constant.
    jac_source: Vec<Option<usize>>,
    jac_sign: Vec<f64>,
    scratch: Scratch<f64>,
}

impl std::fmt::Debug for OneSided<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OneSided")
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}

impl<'a> OneSided<'a> {
    /// The one-sided form of `model`.
    pub fn new(model: &'a dyn TwiceSmooth) -> Self {
        let meta = model.meta();
        let mut sides = Vec::new();
        for i in 0..meta.ncon() {
            push_sides(&mut sides, Quantity::Row(i), meta.lcon()[i], meta.ucon()[i]);
        }
        for j in 0..meta.nvar() {
            push_sides(
                &mut sides,
                Quantity::Variable(j),
                meta.lvar()[j],
                meta.uvar()[j],
            );
        }

        let mut rows_of = vec![Vec::new(); meta.ncon()];
        for (k, (i, j)) in model.jac_structure().iter().enumerate() {
            rows_of[i].push((j, k));
        }
        let (mut entries, mut jac_source, mut jac_sign) = (Vec::new(), Vec::new(), Vec::new());
        for (s, side) in sides.iter().enumerate() {
            match side.of {
                Quantity::Row(i) => {
                    for &(j, k) in &rows_of[i] {
                        entries.push((s, j));
                        jac_source.push(Some(k));
                        jac_sign.push(side.sign);
                    }
                }
                Quantity::Variable(j) => {
                    entries.push((s, j));
                    jac_source.push(None);
                    jac_sign.push(side.sign);
                }
            }
        }

        let bound = |equality: f64, inequality: f64| -> Vec<f64> {
            sides
                .iter()
                .map(|s| if s.equality { equality } else { inequality })
                .collect()
        };
        let is_original = sides.len() == meta.ncon()
            && sides
                .iter()
                .enumerate()
                .all(|(i, side)| (side.of, side.sign, side.bound) == (Quantity::Row(i), 1.0, 0.0));
        let fits = "sides of a model fit its sizes";
        let one_sided = Meta::new(meta.name(), meta.nvar(), sides.len())
            .start(meta.x0())
            .and_then(|m| m.constraint_bounds(&bound(0.0, f64::NEG_INFINITY), &bound(0.0, 0.0)));
        OneSided {
            model,
            meta: one_sided.expect(fits),
            jac: Pattern::from_entries(sides.len(), meta.nvar(), entries).expect(fits),
            sides,
            is_original,
            jac_source,
            jac_sign,
            scratch: Scratch::new(),
        }
    }

    /// Multipliers of the original rows and of the bounds of its variables, in L = f + yᵀc + zᵀx: positive
    /// at an upper bound, negative at a lower one.
    pub fn split_multipliers(&self, y: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let meta = self.model.meta();
        let (mut rows, mut variables) = (vec![0.0; meta.ncon()], vec![0.0; meta.nvar()]);
        for (side, y) in self.sides.iter().zip(y) {
            match side.of {
                Quantity::Row(i) => rows[i] += side.sign * y,
                Quantity::Variable(j) => variables[j] += side.sign * y,
            }
        }
        (rows, variables)
    }

    /// Calls `work` with the multipliers of the original rows.
    fn with_row_multipliers(&self, y: &[f64], work: impl FnOnce(&[f64])) {
        if self.is_original {
            return work(y);
        }
        self.scratch.with(self.model.meta().ncon(), 0.0, |rows| {
            for (side, &y) in self.sides.iter().zip(y) {
                if let Quantity::Row(i) = side.of {
                    rows[i] += side.sign * y;
                }
            }
            work(rows);
        });
    }
}

fn push_sides(sides: &mut Vec<Side>, of: Quantity, lower: f64, upper: f64) {
    let equality = lower == upper;
    if upper.is_finite() {
        sides.push(Side {
            of,
            sign: 1.0,
            bound: upper,
            equality,
        });
    }
    if lower.is_finite() && !equality {
        sides.push(Side {
            of,
            sign: -1.0,
            bound: lower,
            equality,
        });
    }
}

impl Model for OneSided<'_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, x: &[f64]) -> f64 {
        self.model.obj(x)
    }
    fn cons(&self, x: &[f64], c: &mut [f64]) {
        if self.is_original {
            return self.model.cons(x, c);
        }
        self.scratch.with(self.model.meta().ncon(), 0.0, |rows| {
            self.model.cons(x, rows);
            for (side, c) in self.sides.iter().zip(c) {
                let value = match side.of {
                    Quantity::Row(i) => rows[i],
                    Quantity::Variable(j) => x[j],
                };
                *c = side.sign * (value - side.bound);
            }
        });
    }
    fn counters(&self) -> Option<&Counters> {
        self.model.counters()
    }
}

impl Smooth for OneSided<'_> {
    /// As the original, but NaN where the objective is not finite: a gradient can be finite outside of
    /// the domain, as that of ln x at x < 0, and nothing is a solution there.
    fn grad(&self, x: &[f64], g: &mut [f64]) {
        if self.model.obj(x).is_finite() {
            self.model.grad(x, g);
        } else {
            g.fill(f64::NAN);
        }
    }
    fn jac_structure(&self) -> &Pattern {
        if self.is_original {
            self.model.jac_structure()
        } else {
            &self.jac
        }
    }
    fn jac_coord(&self, x: &[f64], vals: &mut [f64]) {
        if self.is_original {
            return self.model.jac_coord(x, vals);
        }
        self.scratch
            .with(self.model.jac_structure().nnz(), 0.0, |original| {
                self.model.jac_coord(x, original);
                for ((value, source), sign) in
                    vals.iter_mut().zip(&self.jac_source).zip(&self.jac_sign)
                {
                    *value = sign * source.map_or(1.0, |k| original[k]);
                }
            });
    }
}

impl TwiceSmooth for OneSided<'_> {
    fn hess_structure(&self) -> &Pattern {
        self.model.hess_structure()
    }
    fn hess_coord(&self, x: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        self.with_row_multipliers(y, |rows| self.model.hess_coord(x, rows, sigma, vals));
    }
    fn hprod(&self, x: &[f64], y: &[f64], sigma: f64, v: &[f64], out: &mut [f64]) {
        self.with_row_multipliers(y, |rows| self.model.hprod(x, rows, sigma, v, out));
    }
    fn hess_directional(&self, x: &[f64], y: &[f64], sigma: f64, v: &[f64], vals: &mut [f64]) {
        self.with_row_multipliers(y, |rows| {
            self.model.hess_directional(x, rows, sigma, v, vals)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::OneSided;
    use crate::{AutoModel, Functions, Meta, Model, Scalar, check};

    struct Two;
    impl Functions for Two {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            x[0] * x[1]
        }
        fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
            c[0] = x[0] * x[0] + x[1];
            c[1] = x[1].powi(3);
            c[2] = x[0] * x[1];
        }
    }

    #[test]
    fn every_finite_bound_becomes_one_row() {
        let inf = f64::INFINITY;
        let meta = Meta::new("two", 2, 3)
            .constraint_bounds(&[-1.0, -inf, 2.0], &[4.0, inf, 2.0])
            .and_then(|m| m.variable_bounds(&[0.0, -inf], &[inf, 5.0]))
            .unwrap();
        let model = AutoModel::new(Two, meta);
        let one_sided = OneSided::new(&model);
        let mut c = [0.0; 5];
        one_sided.cons(&[3.0, -2.0], &mut c);
        // c₀ ≤ 4, −1 ≤ c₀, c₂ = 2, 0 ≤ x₀, x₁ ≤ 5 with c = (7, −8, −6)
        assert_eq!(c, [3.0, -8.0, -8.0, -3.0, -7.0]);
        let equalities: Vec<bool> = (0..5).map(|i| one_sided.meta().is_equality(i)).collect();
        assert_eq!(equalities, [false, false, true, false, false]);
        assert!(check::derivatives(&one_sided, &[0.4, -0.3]).unwrap().max() < 1e-8);
    }
}
