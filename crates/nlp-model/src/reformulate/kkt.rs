//! A lower level replaced by its KKT conditions.

use linalg::Pattern;

use crate::scratch::Scratch;
use crate::{Counters, Meta, Model, ModelError, Mpcc, OneSided, Qvi, Smooth, TwiceSmooth};

/// min F(x, y) over (x, y, λ)  s.t.  G(x, y) ≤ 0,  f₀(x, y) + Σ λₖ ∇ₛg₀ₖ(x, y, y) = 0,  0 ≤ −g₀(x, y, y) ⟂ λ ≥ 0: the
/// optimization problem with QVI constraint, its constraint replaced by KKT conditions.
///
/// So it is for a variational inequality, where g₀ does not depend on y, and, through
/// [`Linearised`](crate::Linearised), for a bilevel program: f₀ = ∇ᵧf, g₀(x, y, s) = g(x, s). All bounds of the lower level
/// become rows ≤ 0 or = 0 ([`OneSided`]); multipliers of equalities are free and have no pair.
///
/// Every solution of the MPCC gives a point (x, y) of the original when the lower level is convex in s; every
/// solution of the original is found when the lower level satisfies a constraint qualification there
/// (DempeDutta2012).
///
/// Rows: those of the upper level, stationarity (m), equalities of the lower level, −g₀, λ. A Hessian costs one directional
/// derivative of the lower level's Hessian, one Hessian, and a product for each λ.
pub struct KktConditions<'a> {
    upper: &'a dyn TwiceSmooth,
    lower: OneSided<'a>,
    nx: usize,
    ny: usize,
    meta: Meta,
    pairs: Vec<(usize, usize)>,
    /// The row of this model in which each row of the lower level stands, and its sign.
    row_of: Vec<(usize, f64)>,
    jac: Pattern,
    hess: Pattern,
    scratch: Scratch<f64>,
}

impl std::fmt::Debug for KktConditions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KktConditions")
            .field("meta", &self.meta)
            .field("pairs", &self.pairs)
            .finish_non_exhaustive()
    }
}

impl<'a> KktConditions<'a> {
    /// The MPCC of `qvi`; multipliers start at 0.
    ///
    /// # Errors
    /// [`ModelError`] when the two models do not have nx + ny and nx + 2 ny variables.
    pub fn new(qvi: &'a dyn Qvi) -> Result<Self, ModelError> {
        let (nx, ny, upper) = (qvi.nx(), qvi.ny(), qvi.upper());
        let lower = OneSided::new(qvi.lower());
        for (name, model, expected) in [
            ("upper model", upper.meta(), nx + ny),
            ("lower model", lower.meta(), nx + 2 * ny),
        ] {
            let found = model.nvar();
            if found != expected {
                return Err(ModelError::Dimension {
                    name,
                    expected,
                    found,
                });
            }
        }
        let (nz, m) = (nx + ny, lower.meta().ncon());
        let inequalities = (0..m).filter(|&k| !lower.meta().is_equality(k)).count();
        let first_equality = upper.meta().ncon() + ny;
        let first_pair = first_equality + m - inequalities;
        let (mut equality, mut pair) = (first_equality, first_pair);
        let mut row_of = Vec::new();
        let mut pairs = Vec::new();
        for k in 0..m {
            if lower.meta().is_equality(k) {
                row_of.push((equality, 1.0));
                equality += 1;
            } else {
                row_of.push((pair, -1.0));
                pairs.push((pair, pair + inequalities));
                pair += 1;
            }
        }
        let of = upper.meta();
        let extend = |list: &[f64], zeros: usize, last: usize, value: f64| -> Vec<f64> {
            [list, &vec![0.0; zeros], &vec![value; last]].concat()
        };
        let zeros = first_pair - of.ncon();
        let meta = Meta::new(of.name(), nz + m, first_pair + 2 * inequalities)
            .start(&extend(of.x0(), m, 0, 0.0))?
            .variable_bounds(
                &extend(of.lvar(), 0, m, f64::NEG_INFINITY),
                &extend(of.uvar(), 0, m, f64::INFINITY),
            )?
            .constraint_bounds(
                &extend(of.lcon(), zeros, 2 * inequalities, 0.0),
                &extend(of.ucon(), zeros, 2 * inequalities, f64::INFINITY),
            )?;
        let mut conditions = KktConditions {
            jac: Pattern::empty(0, 0),
            hess: Pattern::empty(0, 0),
            upper,
            lower,
            nx,
            ny,
            meta,
            pairs,
            row_of,
            scratch: Scratch::new(),
        };
        conditions.jac = conditions.plan_jacobian()?;
        conditions.hess = conditions.plan_hessian()?;
        Ok(conditions)
    }

    /// The place of variable `v` of (x, y, s) in (x, y): s stands at y.
    fn fold(&self, v: usize) -> usize {
        if v < self.nz() { v } else { v - self.ny }
    }
    fn nz(&self) -> usize {
        self.nx + self.ny
    }
    fn first_stationarity(&self) -> usize {
        self.upper.meta().ncon()
    }
    /// The index of a component of s.
    fn of_s(&self, v: usize) -> Option<usize> {
        v.checked_sub(self.nz())
    }

    /// Entries: upper rows; ∂²ℒ/∂sᵢ∂v; ∇ₛg₀ for λ; g₀ in (x, y); λ itself.
    fn plan_jacobian(&self) -> Result<Pattern, ModelError> {
        let first = self.first_stationarity();
        let mut entries: Vec<_> = self.upper.jac_structure().iter().collect();
        for (a, b) in self.lower.hess_structure().iter() {
            for (i, v) in self.stationarity_entries(a, b) {
                entries.push((first + i, self.fold(v)));
            }
        }
        for (k, v) in self.lower.jac_structure().iter() {
            if let Some(i) = self.of_s(v) {
                entries.push((first + i, self.nz() + k));
            }
            entries.push((self.row_of[k].0, self.fold(v)));
        }
        for &(i, j) in &self.pairs {
            entries.push((j, self.nz() + self.lower_row(i)));
        }
        Ok(Pattern::from_entries(
            self.meta.ncon(),
            self.meta.nvar(),
            entries,
        )?)
    }

    /// The row of the lower level that stands in row i.
    fn lower_row(&self, i: usize) -> usize {
        let place = self.row_of.iter().position(|&(row, _)| row == i);
        place.expect("a row of the lower level")
    }

    /// What an entry (a, b) of ∇²ℒ gives to the rows of stationarity: (i, v) for ∂²ℒ/∂sᵢ∂v.
    fn stationarity_entries(&self, a: usize, b: usize) -> impl Iterator<Item = (usize, usize)> {
        let first = self.of_s(a).map(|i| (i, b));
        let second = self.of_s(b).filter(|_| a != b).map(|i| (i, a));
        [first, second].into_iter().flatten()
    }

    /// Entries: upper level; d∇²ℒ/ds and ∇²g₀ of the lower level, folded; (λ, z).
    fn plan_hessian(&self) -> Result<Pattern, ModelError> {
        let (n, nz) = (self.meta.nvar(), self.nz());
        let mut entries: Vec<_> = self.upper.hess_structure().iter().collect();
        entries.extend(self.lower.hess_structure().iter().map(|(a, b)| {
            let (a, b) = (self.fold(a), self.fold(b));
            (a.max(b), a.min(b))
        }));
        for k in 0..self.lower.meta().ncon() {
            entries.extend((0..nz).map(|j| (nz + k, j)));
        }
        Ok(Pattern::from_entries(n, n, entries)?)
    }

    /// Calls `work` with (x, y, y).
    fn at_copy<R>(&self, w: &[f64], work: impl FnOnce(&[f64]) -> R) -> R {
        let nz = self.nz();
        assert_eq!(w.len(), self.meta.nvar(), "length of the point");
        self.scratch.with(nz + self.ny, 0.0, |v| {
            v[..nz].copy_from_slice(&w[..nz]);
            v[nz..].copy_from_slice(&w[self.nx..nz]);
            work(v)
        })
    }
}

impl Mpcc for KktConditions<'_> {
    fn pairs(&self) -> &[(usize, usize)] {
        &self.pairs
    }
}

impl Model for KktConditions<'_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, w: &[f64]) -> f64 {
        self.upper.obj(&w[..self.nz()])
    }
    fn cons(&self, w: &[f64], c: &mut [f64]) {
        let (nz, first) = (self.nz(), self.first_stationarity());
        let lambda = &w[nz..];
        self.upper.cons(&w[..nz], &mut c[..first]);
        self.at_copy(w, |v| {
            let m = lambda.len();
            self.scratch.with(2 * v.len() + m, 0.0, |work| {
                let (grad, rest) = work.split_at_mut(v.len());
                let (jty, rows) = rest.split_at_mut(v.len());
                self.lower.grad(v, grad);
                self.lower.jtprod(v, lambda, jty);
                for i in 0..self.ny {
                    c[first + i] = grad[nz + i] + jty[nz + i];
                }
                self.lower.cons(v, rows);
                for (&(row, sign), g) in self.row_of.iter().zip(rows) {
                    c[row] = sign * *g;
                }
            });
        });
        for &(i, j) in &self.pairs {
            c[j] = lambda[self.lower_row(i)];
        }
    }
    fn counters(&self) -> Option<&Counters> {
        self.upper.counters()
    }
}

impl Smooth for KktConditions<'_> {
    fn grad(&self, w: &[f64], g: &mut [f64]) {
        let (of_z, of_lambda) = g.split_at_mut(self.nz());
        self.upper.grad(&w[..self.nz()], of_z);
        of_lambda.fill(0.0);
    }
    fn jac_structure(&self) -> &Pattern {
        &self.jac
    }
    fn jac_coord(&self, w: &[f64], vals: &mut [f64]) {
        let nz = self.nz();
        let (of_upper, rest) = vals.split_at_mut(self.upper.jac_structure().nnz());
        self.upper.jac_coord(&w[..nz], of_upper);
        let (hess_nnz, jac_nnz) = (
            self.lower.hess_structure().nnz(),
            self.lower.jac_structure().nnz(),
        );
        self.at_copy(w, |v| {
            self.scratch.with(hess_nnz + jac_nnz, 0.0, |work| {
                let (hess, jac) = work.split_at_mut(hess_nnz);
                self.lower.hess_coord(v, &w[nz..], 1.0, hess);
                self.lower.jac_coord(v, jac);
                let mut next = 0;
                let mut put = |value: f64| {
                    rest[next] = value;
                    next += 1;
                };
                for ((a, b), h) in self.lower.hess_structure().iter().zip(hess.iter()) {
                    for _ in self.stationarity_entries(a, b) {
                        put(*h);
                    }
                }
                for ((k, column), value) in self.lower.jac_structure().iter().zip(jac.iter()) {
                    if self.of_s(column).is_some() {
                        put(*value);
                    }
                    put(self.row_of[k].1 * value);
                }
                for _ in &self.pairs {
                    put(1.0);
                }
                debug_assert_eq!(next, rest.len());
            });
        });
    }
}

impl TwiceSmooth for KktConditions<'_> {
    fn hess_structure(&self) -> &Pattern {
        &self.hess
    }
    fn hess_coord(&self, w: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        let (nz, first) = (self.nz(), self.first_stationarity());
        let m = self.lower.meta().ncon();
        let (of_upper, rest) = vals.split_at_mut(self.upper.hess_structure().nnz());
        self.upper
            .hess_coord(&w[..nz], &y[..first], sigma, of_upper);
        let nnz = self.lower.hess_structure().nnz();
        let (folded, mixed) = rest.split_at_mut(nnz);
        self.at_copy(w, |v| {
            self.scratch.with(nnz + 2 * v.len() + m, 0.0, |work| {
                let (hess, work) = work.split_at_mut(nnz);
                let (direction, work) = work.split_at_mut(v.len());
                let (product, multipliers) = work.split_at_mut(v.len());
                // Σ yᵢ ∂ℒ/∂sᵢ is the derivative of ℒ in the direction (0, 0, y).
                direction[nz..].copy_from_slice(&y[first..first + self.ny]);
                self.lower
                    .hess_directional(v, &w[nz..], 1.0, direction, folded);
                for (multiplier, &(row, sign)) in multipliers.iter_mut().zip(&self.row_of) {
                    *multiplier = sign * y[row];
                }
                self.lower.hess_coord(v, multipliers, 0.0, hess);
                for (k, row) in mixed.chunks_exact_mut(nz.max(1)).enumerate() {
                    multipliers.fill(0.0);
                    multipliers[k] = 1.0;
                    self.lower.hprod(v, multipliers, 0.0, direction, product);
                    row.fill(0.0);
                    for (column, value) in product.iter().enumerate() {
                        row[self.fold(column)] += value;
                    }
                }
                let entries = self.lower.hess_structure().iter();
                for (((a, b), to), h) in entries.zip(folded).zip(hess.iter()) {
                    *to += h;
                    // An entry (sⱼ, yⱼ) stands on the diagonal, with its mirror image.
                    if a != b && self.fold(a) == self.fold(b) {
                        *to *= 2.0;
                    }
                }
            });
        });
    }
}

#[cfg(test)]
mod tests;
