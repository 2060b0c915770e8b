//! The followers' program at a fixed x.

use std::cell::RefCell;

use linalg::Pattern;
use nlp_model::{Meta, Model, ModelError, Mpcc, Smooth, TwiceSmooth};

/// Curvature that is added where the objective may have none: steps of a linear program without it are so long that their
/// rounding hides whether rows hold.
const PROXIMAL: f64 = 1e-3;

/// What is minimized over S(x).
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Objective {
    /// σ f.
    Leader,
    /// ½‖z − c‖².
    Nearest(Vec<f64>),
    /// cᵀz.
    Linear(Vec<f64>),
}

/// What all x share: the program over z = (x, w), and the patterns of its extension by a row.
pub(super) struct Inner<'a> {
    pub program: &'a dyn Mpcc,
    pub nx: usize,
    /// +1 when the followers help the leader, −1 when they harm: S(x) is searched for the least σ f.
    pub sigma: f64,
    /// Rows of the leader: dropped here.
    pub leader_rows: Vec<usize>,
    /// The lower level, for the row f_lower ≤ cutoff.
    pub lower: Option<&'a dyn TwiceSmooth>,
    jac: Pattern,
    hess: Pattern,
}

impl<'a> Inner<'a> {
    pub fn new(
        program: &'a dyn Mpcc,
        nx: usize,
        sigma: f64,
        leader_rows: Vec<usize>,
        lower: Option<&'a dyn TwiceSmooth>,
    ) -> Result<Self, ModelError> {
        let (n, m) = (program.meta().nvar(), program.meta().ncon());
        let mut jac: Vec<_> = program.jac_structure().iter().collect();
        let mut hess: Vec<_> = program.hess_structure().iter().collect();
        hess.extend((0..n).map(|j| (j, j)));
        if let Some(lower) = lower {
            jac.extend((0..lower.meta().nvar()).map(|j| (m, j)));
            hess.extend(lower.hess_structure().iter());
        }
        let rows = m + usize::from(lower.is_some());
        Ok(Inner {
            jac: Pattern::from_entries(rows, n, jac)?,
            hess: Pattern::from_entries(n, n, hess)?,
            program,
            nx,
            sigma,
            leader_rows,
            lower,
        })
    }

    /// Number of variables of the program.
    pub fn n(&self) -> usize {
        self.program.meta().nvar()
    }

    /// The rows are affine in w at fixed x, as far as curvature at two points tells.
    pub fn is_affine(&self) -> bool {
        let (n, m) = (self.n(), self.program.meta().ncon());
        let structure = self.program.hess_structure();
        let mut vals = vec![0.0; structure.nnz()];
        let y: Vec<f64> = (0..m)
            .map(|i| 1.0 + 0.37 * (i as f64 + 1.0).sin())
            .collect();
        [0.3, -1.7].into_iter().all(|scale| {
            let z: Vec<f64> = (0..n)
                .map(|j| scale * (1.0 + 0.61 * (j as f64).cos()))
                .collect();
            self.program.hess_coord(&z, &y, 0.0, &mut vals);
            let entries = structure.iter().zip(&vals);
            entries
                .filter(|((i, j), _)| *i >= self.nx && *j >= self.nx)
                .all(|(_, v)| *v == 0.0)
        })
    }
}

/// min objective(z)  s.t. the rows, bounds and pairs of the program, x fixed, f_lower ≤ cutoff.
pub(super) struct AtX<'s> {
    inner: &'s Inner<'s>,
    meta: Meta,
    pub objective: RefCell<Objective>,
}

impl<'s> AtX<'s> {
    /// The program at x, with the cutoff +∞ for none.
    pub fn new(inner: &'s Inner<'_>, x: &[f64], cutoff: f64) -> Result<Self, ModelError> {
        let of = inner.program.meta();
        let (mut lvar, mut uvar) = (of.lvar().to_vec(), of.uvar().to_vec());
        lvar[..inner.nx].copy_from_slice(x);
        uvar[..inner.nx].copy_from_slice(x);
        let (mut lcon, mut ucon) = (of.lcon().to_vec(), of.ucon().to_vec());
        for &i in &inner.leader_rows {
            (lcon[i], ucon[i]) = (f64::NEG_INFINITY, f64::INFINITY);
        }
        if inner.lower.is_some() {
            lcon.push(f64::NEG_INFINITY);
            ucon.push(cutoff);
        }
        Ok(AtX {
            meta: Meta::new("responses", of.nvar(), lcon.len())
                .variable_bounds(&lvar, &uvar)?
                .constraint_bounds(&lcon, &ucon)?,
            objective: RefCell::new(Objective::Leader),
            inner,
        })
    }

    /// The leader's objective f at z.
    pub fn leader(&self, z: &[f64]) -> f64 {
        self.inner.program.obj(z)
    }

    /// f_lower at z is not above the cutoff, to the last digit: that a row holds within a tolerance would admit points
    /// that are no minimizers.
    pub fn admits(&self, z: &[f64]) -> bool {
        self.inner.lower.is_none_or(|lower| {
            let cutoff = self.meta.ucon()[self.meta.ncon() - 1];
            cutoff == f64::INFINITY || lower.obj(self.z_of_lower(lower, z)) <= cutoff
        })
    }

    fn z_of_lower<'z>(&self, lower: &dyn TwiceSmooth, z: &'z [f64]) -> &'z [f64] {
        &z[..lower.meta().nvar()]
    }
}

impl Mpcc for AtX<'_> {
    fn pairs(&self) -> &[(usize, usize)] {
        self.inner.program.pairs()
    }
}

impl Model for AtX<'_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, z: &[f64]) -> f64 {
        match &*self.objective.borrow() {
            Objective::Leader => self.inner.sigma * self.inner.program.obj(z),
            Objective::Nearest(c) => {
                0.5 * z.iter().zip(c).map(|(z, c)| (z - c).powi(2)).sum::<f64>()
            }
            Objective::Linear(c) => linalg::slice::dot(c, z),
        }
    }
    fn cons(&self, z: &[f64], c: &mut [f64]) {
        let m = self.inner.program.meta().ncon();
        self.inner.program.cons(z, &mut c[..m]);
        if let Some(lower) = self.inner.lower {
            c[m] = lower.obj(self.z_of_lower(lower, z));
        }
        // nothing is asked of these rows here, not even a value
        for &i in &self.inner.leader_rows {
            c[i] = 0.0;
        }
    }
}

impl Smooth for AtX<'_> {
    fn grad(&self, z: &[f64], g: &mut [f64]) {
        match &*self.objective.borrow() {
            Objective::Leader => {
                self.inner.program.grad(z, g);
                g.iter_mut().for_each(|g| *g *= self.inner.sigma);
            }
            Objective::Nearest(c) => {
                for ((g, z), c) in g.iter_mut().zip(z).zip(c) {
                    *g = z - c;
                }
            }
            Objective::Linear(c) => g.copy_from_slice(c),
        }
    }
    fn jac_structure(&self) -> &Pattern {
        &self.inner.jac
    }
    fn jac_coord(&self, z: &[f64], vals: &mut [f64]) {
        let nnz = self.inner.program.jac_structure().nnz();
        self.inner.program.jac_coord(z, &mut vals[..nnz]);
        if let Some(lower) = self.inner.lower {
            lower.grad(self.z_of_lower(lower, z), &mut vals[nnz..]);
        }
    }
}

impl TwiceSmooth for AtX<'_> {
    fn hess_structure(&self) -> &Pattern {
        &self.inner.hess
    }
    fn hess_coord(&self, z: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        let program = self.inner.program;
        let (m, nnz) = (program.meta().ncon(), program.hess_structure().nnz());
        let (of_program, rest) = vals.split_at_mut(nnz);
        let (diagonal, of_lower) = rest.split_at_mut(z.len());
        let (leader, unit) = match &*self.objective.borrow() {
            Objective::Leader => (sigma * self.inner.sigma, sigma * PROXIMAL),
            Objective::Nearest(_) => (0.0, sigma),
            Objective::Linear(_) => (0.0, sigma * PROXIMAL),
        };
        program.hess_coord(z, &y[..m], leader, of_program);
        diagonal.fill(unit);
        if let Some(lower) = self.inner.lower {
            let none = vec![0.0; lower.meta().ncon()];
            lower.hess_coord(self.z_of_lower(lower, z), &none, y[m], of_lower);
        }
    }
    fn hprod(&self, z: &[f64], y: &[f64], sigma: f64, v: &[f64], out: &mut [f64]) {
        let mut vals = vec![0.0; self.inner.hess.nnz()];
        self.hess_coord(z, y, sigma, &mut vals);
        self.inner.hess.mul_symmetric(&vals, v, out);
    }
}
