//! Several followers: the KKT conditions of all of them side by side.

use std::cell::RefCell;

use linalg::Pattern;
use nlp_model::{Bilevel, KktConditions, Meta, Model, ModelError, Mpcc, Smooth, Tape, TwiceSmooth};

use super::permuted::{Nothing, Permuted};

/// One of several followers: minimizes its model over its own variables, the others given.
///
/// The model is over z = (x, y), y the variables of all followers. Its bounds of own variables count, those of
/// others do not. Rows may depend on the variables of others. When objective and rows are convex in the own
/// variables and a constraint qualification holds, the KKT conditions of all describe the equilibria.
#[derive(Clone)]
pub struct Follower<'a> {
    /// Objective and rows.
    pub model: &'a dyn TwiceSmooth,
    /// The own variables, by their place in z.
    pub own: Vec<usize>,
}

impl std::fmt::Debug for Follower<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower")
            .field("model", self.model.meta())
            .field("own", &self.own)
            .finish()
    }
}

/// A follower as the lower level of a bilevel program whose upper variables are all others.
pub(super) struct OwnProgram<'a> {
    nx: usize,
    nothing: Nothing,
    lower: Permuted<'a>,
}

impl<'a> OwnProgram<'a> {
    pub fn new(follower: &Follower<'a>) -> Result<Self, ModelError> {
        let n = follower.model.meta().nvar();
        let mut order: Vec<usize> = (0..n).filter(|j| !follower.own.contains(j)).collect();
        let nx = order.len();
        order.extend(&follower.own);
        Ok(OwnProgram {
            nx,
            nothing: Nothing::new(n),
            lower: Permuted::new(follower.model, order, nx)?,
        })
    }

    /// The variables of z in the order in which they stand here.
    pub fn order(&self) -> &[usize] {
        &self.lower.order
    }
}

impl Bilevel for OwnProgram<'_> {
    fn nx(&self) -> usize {
        self.nx
    }
    fn ny(&self) -> usize {
        self.lower.order.len() - self.nx
    }
    fn upper(&self) -> &dyn TwiceSmooth {
        &self.nothing
    }
    fn lower(&self) -> &dyn TwiceSmooth {
        &self.lower
    }
    fn lower_formula(&self) -> Option<&Tape> {
        self.lower.tape.as_ref()
    }
}

/// min F(z) over (z, λ¹, λ², …) under the leader's rows and the KKT conditions of each follower.
pub(super) struct Stacked<'a> {
    leader: &'a dyn TwiceSmooth,
    parts: Vec<Part<'a>>,
    meta: Meta,
    pairs: Vec<(usize, usize)>,
    jac: Pattern,
    hess: Pattern,
}

/// The conditions of one follower.
struct Part<'a> {
    kkt: &'a KktConditions<'a>,
    /// The place of each of its variables in (z, λ¹, …).
    variables: Vec<usize>,
    first_row: usize,
    w: RefCell<Vec<f64>>,
}

impl<'a> Stacked<'a> {
    /// `orders[i]` is the order in which the variables of z stand in `conditions[i]`.
    pub fn new(
        leader: &'a dyn TwiceSmooth,
        conditions: &'a [KktConditions<'a>],
        orders: &[&[usize]],
    ) -> Result<Self, ModelError> {
        let of = leader.meta();
        let (mut lvar, mut uvar) = (of.lvar().to_vec(), of.uvar().to_vec());
        let (mut lcon, mut ucon) = (of.lcon().to_vec(), of.ucon().to_vec());
        let mut start = of.x0().to_vec();
        let mut pairs = Vec::new();
        let mut parts = Vec::new();
        for (kkt, order) in conditions.iter().zip(orders) {
            let meta = kkt.meta();
            let nz = order.len();
            let mut variables = order.to_vec();
            variables.extend(lvar.len()..lvar.len() + meta.nvar() - nz);
            lvar.extend(&meta.lvar()[nz..]);
            uvar.extend(&meta.uvar()[nz..]);
            start.extend(&meta.x0()[nz..]);
            let first_row = lcon.len();
            lcon.extend(meta.lcon());
            ucon.extend(meta.ucon());
            pairs.extend(
                kkt.pairs()
                    .iter()
                    .map(|&(i, j)| (first_row + i, first_row + j)),
            );
            parts.push(Part {
                w: RefCell::new(vec![0.0; meta.nvar()]),
                kkt,
                variables,
                first_row,
            });
        }
        let (n, m) = (lvar.len(), lcon.len());
        let meta = Meta::new(of.name(), n, m)
            .start(&start)?
            .variable_bounds(&lvar, &uvar)?
            .constraint_bounds(&lcon, &ucon)?;
        let mut jac: Vec<_> = leader.jac_structure().iter().collect();
        let mut hess: Vec<_> = leader.hess_structure().iter().collect();
        for part in &parts {
            let place = |j: usize| part.variables[j];
            let entries = part.kkt.jac_structure().iter();
            jac.extend(entries.map(|(i, j)| (part.first_row + i, place(j))));
            let entries = part.kkt.hess_structure().iter();
            hess.extend(entries.map(|(i, j)| {
                let (i, j) = (place(i), place(j));
                (i.max(j), i.min(j))
            }));
        }
        Ok(Stacked {
            jac: Pattern::from_entries(m, n, jac)?,
            hess: Pattern::from_entries(n, n, hess)?,
            leader,
            parts,
            meta,
            pairs,
        })
    }

    fn nz(&self) -> usize {
        self.leader.meta().nvar()
    }
}

impl Part<'_> {
    fn at<R>(&self, v: &[f64], work: impl FnOnce(&[f64]) -> R) -> R {
        let w = &mut *self.w.borrow_mut();
        for (w, &j) in w.iter_mut().zip(&self.variables) {
            *w = v[j];
        }
        work(w)
    }
}

impl Mpcc for Stacked<'_> {
    fn pairs(&self) -> &[(usize, usize)] {
        &self.pairs
    }
}

impl Model for Stacked<'_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, v: &[f64]) -> f64 {
        self.leader.obj(&v[..self.nz()])
    }
    fn cons(&self, v: &[f64], c: &mut [f64]) {
        self.leader
            .cons(&v[..self.nz()], &mut c[..self.leader.meta().ncon()]);
        for part in &self.parts {
            let rows = part.first_row..part.first_row + part.kkt.meta().ncon();
            part.at(v, |w| part.kkt.cons(w, &mut c[rows]));
        }
    }
}

impl Smooth for Stacked<'_> {
    fn grad(&self, v: &[f64], g: &mut [f64]) {
        let (of_z, of_multipliers) = g.split_at_mut(self.nz());
        self.leader.grad(&v[..self.nz()], of_z);
        of_multipliers.fill(0.0);
    }
    fn jac_structure(&self) -> &Pattern {
        &self.jac
    }
    fn jac_coord(&self, v: &[f64], vals: &mut [f64]) {
        let (of_leader, mut rest) = vals.split_at_mut(self.leader.jac_structure().nnz());
        self.leader.jac_coord(&v[..self.nz()], of_leader);
        for part in &self.parts {
            let (now, later) = rest.split_at_mut(part.kkt.jac_structure().nnz());
            part.at(v, |w| part.kkt.jac_coord(w, now));
            rest = later;
        }
    }
}

impl TwiceSmooth for Stacked<'_> {
    fn hess_structure(&self) -> &Pattern {
        &self.hess
    }
    fn hess_coord(&self, v: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        let (of_leader, mut rest) = vals.split_at_mut(self.leader.hess_structure().nnz());
        let own = &y[..self.leader.meta().ncon()];
        self.leader
            .hess_coord(&v[..self.nz()], own, sigma, of_leader);
        for part in &self.parts {
            let (now, later) = rest.split_at_mut(part.kkt.hess_structure().nnz());
            let rows = part.first_row..part.first_row + part.kkt.meta().ncon();
            part.at(v, |w| part.kkt.hess_coord(w, &y[rows], 0.0, now));
            // an entry off the diagonal stays off it: a permutation is one to one
            rest = later;
        }
    }
    fn hprod(&self, v: &[f64], y: &[f64], sigma: f64, d: &[f64], out: &mut [f64]) {
        let mut vals = vec![0.0; self.hess.nnz()];
        self.hess_coord(v, y, sigma, &mut vals);
        self.hess.mul_symmetric(&vals, d, out);
    }
}
