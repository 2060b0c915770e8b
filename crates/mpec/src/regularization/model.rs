//! A complementarity program under a regularization, as a nonlinear program.

use std::cell::RefCell;

use linalg::Pattern;
use nlp_model::{Counters, Meta, Model, Mpcc, Smooth, TwiceSmooth};

use super::{PairFunction, Regularization};
use crate::MpecError;

/// min f(x) + Σ cost(G, H) over the constraints of the program, lower bounds of G and H, and the rows φ ≤ 0 or
/// φ = 0 of the pairs.
///
/// The rows of the program keep their places; the rows of the pairs follow, those of one pair together.
pub struct Regularized<'a> {
    mpcc: &'a dyn Mpcc,
    kind: Regularization,
    t: f64,
    meta: Meta,
    jac: Pattern,
    hess: Pattern,
    /// Entries (column, index) of the program's Jacobian in each row.
    of_row: Vec<Vec<(usize, usize)>>,
    /// Where a pair's part of the Hessian begins.
    part: Vec<usize>,
    work: RefCell<Work>,
}

#[derive(Debug)]
struct Work {
    c: Vec<f64>,
    y: Vec<f64>,
    jac: Vec<f64>,
}

impl std::fmt::Debug for Regularized<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Regularized")
            .field("meta", &self.meta)
            .field("kind", &self.kind)
            .field("t", &self.t)
            .finish_non_exhaustive()
    }
}

impl<'a> Regularized<'a> {
    /// `mpcc` under `kind` with the parameter t.
    ///
    /// # Errors
    /// [`MpecError::Option`] when t is not positive and finite.
    pub fn new(mpcc: &'a dyn Mpcc, kind: Regularization, t: f64) -> Result<Self, MpecError> {
        if !(t > 0.0 && t.is_finite()) {
            let range = "it must be positive and finite";
            return Err(MpecError::Option {
                name: "t",
                value: t,
                range,
            });
        }
        let of = mpcc.meta();
        let (n, m, pairs) = (of.nvar(), of.ncon(), mpcc.pairs());
        let mut of_row = vec![Vec::new(); m];
        for (k, (i, j)) in mpcc.jac_structure().iter().enumerate() {
            of_row[i].push((j, k));
        }
        let mut jac: Vec<_> = mpcc.jac_structure().iter().collect();
        let mut hess: Vec<_> = mpcc.hess_structure().iter().collect();
        let mut part = Vec::new();
        for (p, &(i, j)) in pairs.iter().enumerate() {
            let both = || of_row[i].iter().chain(&of_row[j]);
            for row in 0..kind.rows() {
                jac.extend(both().map(|&(column, _)| (m + p * kind.rows() + row, column)));
            }
            part.push(hess.len());
            for &(a, _) in both() {
                hess.extend(both().filter(|&&(b, _)| b <= a).map(|&(b, _)| (a, b)));
            }
        }
        let (mut lcon, mut ucon) = (of.lcon().to_vec(), of.ucon().to_vec());
        for &(i, j) in pairs {
            (lcon[i], lcon[j]) = (kind.lower_bound(t), kind.lower_bound(t));
        }
        let rows = m + pairs.len() * kind.rows();
        lcon.resize(
            rows,
            if kind.is_equality() {
                0.0
            } else {
                f64::NEG_INFINITY
            },
        );
        ucon.resize(rows, 0.0);
        Ok(Regularized {
            meta: Meta::new(of.name(), n, rows)
                .start(of.x0())?
                .variable_bounds(of.lvar(), of.uvar())?
                .constraint_bounds(&lcon, &ucon)?,
            jac: Pattern::from_entries(rows, n, jac).map_err(nlp_model::ModelError::from)?,
            hess: Pattern::from_entries(n, n, hess).map_err(nlp_model::ModelError::from)?,
            work: RefCell::new(Work {
                c: vec![0.0; m],
                y: vec![0.0; m],
                jac: vec![0.0; mpcc.jac_structure().nnz()],
            }),
            mpcc,
            kind,
            t,
            of_row,
            part,
        })
    }

    /// Calls `visit(p, (i, j), w, φ)` for all rows of pairs, w their multipliers, and for the costs with w = σ.
    fn for_each(
        &self,
        c: &[f64],
        w: &[f64],
        sigma: f64,
        mut visit: impl FnMut(usize, (usize, usize), f64, PairFunction),
    ) {
        let rows = self.kind.rows();
        for (p, &(i, j)) in self.mpcc.pairs().iter().enumerate() {
            for row in 0..rows {
                let phi = self.kind.row(row, c[i], c[j], self.t);
                visit(p, (i, j), w[p * rows + row], phi);
            }
            if self.kind == Regularization::Penalty {
                visit(p, (i, j), sigma, self.kind.cost(c[i], c[j], self.t));
            }
        }
    }

    /// Multipliers of the program from those of this model at x: `y` (all rows) in L = f + yᵀc + …; the result
    /// has a value for each row of the program. Of a pair's rows, νᴳ = −y_i and νᴴ = −y_j:
    /// νᴳ = λᴳ − Σ λᶲ ∂φ/∂G with λᴳ ≥ 0 the multiplier of the bound of G.
    pub fn recover(&self, x: &[f64], y: &[f64], recovered: &mut [f64]) {
        let m = self.mpcc.meta().ncon();
        debug_assert_eq!((y.len(), recovered.len()), (self.meta.ncon(), m));
        let mut c = vec![0.0; m];
        self.mpcc.cons(x, &mut c);
        recovered.copy_from_slice(&y[..m]);
        self.for_each(&c, &y[m..], 1.0, |_, (i, j), w, phi| {
            recovered[i] += w * phi.g;
            recovered[j] += w * phi.h;
        });
    }
}

impl Model for Regularized<'_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, x: &[f64]) -> f64 {
        let f = self.mpcc.obj(x);
        if self.kind != Regularization::Penalty {
            return f;
        }
        let c = &mut self.work.borrow_mut().c;
        self.mpcc.cons(x, c);
        let costs = self.mpcc.pairs().iter();
        f + costs
            .map(|&(i, j)| self.kind.cost(c[i], c[j], self.t).value)
            .sum::<f64>()
    }
    fn cons(&self, x: &[f64], c: &mut [f64]) {
        let (own, rows) = c.split_at_mut(self.mpcc.meta().ncon());
        self.mpcc.cons(x, own);
        let per_pair = self.kind.rows();
        for (p, &(i, j)) in self.mpcc.pairs().iter().enumerate() {
            for row in 0..per_pair {
                rows[p * per_pair + row] = self.kind.row(row, own[i], own[j], self.t).value;
            }
        }
    }
    fn counters(&self) -> Option<&Counters> {
        self.mpcc.counters()
    }
}

impl Smooth for Regularized<'_> {
    fn grad(&self, x: &[f64], g: &mut [f64]) {
        self.mpcc.grad(x, g);
        if self.kind != Regularization::Penalty {
            return;
        }
        let Work { c, jac, .. } = &mut *self.work.borrow_mut();
        self.mpcc.cons(x, c);
        self.mpcc.jac_coord(x, jac);
        self.for_each(c, &[], 1.0, |_, (i, j), _, phi| {
            for (row, weight) in [(i, phi.g), (j, phi.h)] {
                for &(column, k) in &self.of_row[row] {
                    g[column] += weight * jac[k];
                }
            }
        });
    }
    fn jac_structure(&self) -> &Pattern {
        &self.jac
    }
    fn jac_coord(&self, x: &[f64], vals: &mut [f64]) {
        let Work { c, .. } = &mut *self.work.borrow_mut();
        let (own, rows) = vals.split_at_mut(self.mpcc.jac_structure().nnz());
        self.mpcc.cons(x, c);
        self.mpcc.jac_coord(x, own);
        let mut next = 0;
        for &(i, j) in self.mpcc.pairs() {
            for row in 0..self.kind.rows() {
                let phi = self.kind.row(row, c[i], c[j], self.t);
                for (side, weight) in [(i, phi.g), (j, phi.h)] {
                    for &(_, k) in &self.of_row[side] {
                        rows[next] = weight * own[k];
                        next += 1;
                    }
                }
            }
        }
    }
}

impl TwiceSmooth for Regularized<'_> {
    fn hess_structure(&self) -> &Pattern {
        &self.hess
    }
    fn hess_coord(&self, x: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        let Work {
            c,
            y: recovered,
            jac,
        } = &mut *self.work.borrow_mut();
        let m = self.mpcc.meta().ncon();
        self.mpcc.cons(x, c);
        self.mpcc.jac_coord(x, jac);
        recovered.copy_from_slice(&y[..m]);
        self.for_each(c, &y[m..], sigma, |_, (i, j), w, phi| {
            recovered[i] += w * phi.g;
            recovered[j] += w * phi.h;
        });
        let own = self.mpcc.hess_structure().nnz();
        self.mpcc.hess_coord(x, recovered, sigma, &mut vals[..own]);
        vals[own..].fill(0.0);
        self.for_each(c, &y[m..], sigma, |p, (i, j), w, phi| {
            let (of_g, of_h) = (&self.of_row[i], &self.of_row[j]);
            let gradient = |a: usize| match of_g.get(a) {
                Some(&(column, k)) => (column, jac[k], true),
                None => {
                    let (column, k) = of_h[a - of_g.len()];
                    (column, jac[k], false)
                }
            };
            let mut next = self.part[p];
            for a in 0..of_g.len() + of_h.len() {
                for b in 0..of_g.len() + of_h.len() {
                    let ((ca, va, a_is_g), (cb, vb, b_is_g)) = (gradient(a), gradient(b));
                    if cb > ca {
                        continue;
                    }
                    let second = match (a_is_g, b_is_g) {
                        (true, true) => phi.gg,
                        (false, false) => phi.hh,
                        _ => phi.gh,
                    };
                    // Two entries in one column (of G and of H) make two of the diagonal.
                    vals[next] += w * second * va * vb;
                    next += 1;
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Regularization, Regularized};
    use nlp_model::{
        AutoModel, Complementarity, Functions, Meta, Model, Mpcc, Scalar, Side, Smooth, check,
    };

    struct Curved;
    impl Functions for Curved {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            (x[0] * x[1]).exp() + x[2] * x[2]
        }
        fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
            c[0] = x[0] * x[1] - x[2];
            c[1] = x[2] * x[2] + x[0];
            c[2] = x[1] + x[2] - 1.0;
        }
    }

    fn curved() -> Complementarity<AutoModel<Curved>> {
        let meta = Meta::new("curved", 3, 3)
            .constraint_bounds(
                &[0.0, 0.0, f64::NEG_INFINITY],
                &[f64::INFINITY, f64::INFINITY, 0.0],
            )
            .unwrap();
        let model = AutoModel::new(Curved, meta);
        Complementarity::new(model, &[(Side::Row(0), Side::Row(1))]).unwrap()
    }

    #[test]
    fn derivatives_of_all_regularizations_are_exact() {
        let mpcc = curved();
        for kind in Regularization::ALL {
            let model = Regularized::new(&mpcc, kind, 0.2).unwrap();
            let report = check::derivatives(&model, &[0.9, 0.8, 0.3]).unwrap();
            assert!(report.max() < 1e-6, "{kind:?}: {report:?}");
        }
        assert!(Regularized::new(&mpcc, Regularization::Scholtes, 0.0).is_err());
        assert!(Regularized::new(&mpcc, Regularization::Scholtes, f64::NAN).is_err());
    }

    #[test]
    fn recovered_multipliers_give_the_same_gradient_of_the_lagrangian() {
        let mpcc = curved();
        let x = [0.9, 0.8, 0.3];
        for kind in Regularization::ALL {
            let model = Regularized::new(&mpcc, kind, 0.2).unwrap();
            let y: Vec<f64> = (0..model.meta().ncon()).map(|i| 0.5 - i as f64).collect();
            let mut recovered = vec![0.0; mpcc.meta().ncon()];
            model.recover(&x, &y, &mut recovered);
            let gradient = |model: &dyn Smooth, y: &[f64]| {
                let (mut g, mut jty) = (vec![0.0; 3], vec![0.0; 3]);
                model.grad(&x, &mut g);
                model.jtprod(&x, y, &mut jty);
                linalg::slice::axpy(1.0, &jty, &mut g);
                g
            };
            let (full, own) = (gradient(&model, &y), gradient(&mpcc, &recovered));
            for (a, b) in full.iter().zip(&own) {
                assert!((a - b).abs() < 1e-12, "{kind:?}: {full:?} {own:?}");
            }
            assert_eq!(mpcc.pairs().len(), 1);
        }
    }
}
