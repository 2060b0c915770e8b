//! Stationarity with multipliers: what KKT systems and variational inequalities share.

use std::cell::RefCell;
use std::ops::Range;

use linalg::Pattern;
use linalg::slice::axpy;
use nlp_model::{Meta, Model, OneSided, Smooth, TwiceSmooth, check_point};

use super::block::Block;
use super::pairs::Pairs;
use crate::{PairRule, SsnError};

/// The field that is in balance with the constraints.
pub(crate) enum Field<'a> {
    /// ∇f of the model that has the constraints.
    Gradient,
    /// The constraint functions of another model.
    Map(&'a dyn Smooth),
}

/// F(x) + J(x)ᵀμ = 0 and one equation a row of c, in the unknowns ζ = (x, μ).
///
/// The rows are those of the [`OneSided`] form of a model: c ≤ 0 or c = 0. The Newton matrix is
///
/// ```text
/// [ F′ + Σ μᵢ∇²cᵢ    Jᵀ      ]
/// [ diag(∂φ/∂c) J   diag(∂φ/∂μ) ]
/// ```
pub(crate) struct MultiplierSystem<'a> {
    field: Field<'a>,
    meta: &'a Meta,
    rows: OneSided<'a>,
    blocks: Blocks,
    structure: Pattern,
    work: RefCell<Work>,
}

#[derive(Debug)]
struct Blocks {
    hess: Block,
    map: Block,
    columns: Block,
    rows: Block,
}

#[derive(Debug)]
struct Work {
    /// The point at which values and first derivatives are held.
    at: Vec<f64>,
    field: Vec<f64>,
    c: Vec<f64>,
    pairs: Pairs,
    jac: Vec<f64>,
    jtmu: Vec<f64>,
    map_jac: Vec<f64>,
    hess: Vec<f64>,
}

impl<'a> MultiplierSystem<'a> {
    pub fn new(field: Field<'a>, model: &'a dyn TwiceSmooth, rule: PairRule) -> Self {
        let rows = OneSided::new(model);
        let (n, m) = (rows.meta().nvar(), rows.meta().ncon());
        let blocks = Blocks {
            hess: Block::symmetric(rows.hess_structure(), 1.0, |k| [(k, 1.0)]),
            map: match field {
                Field::Gradient => Block::default(),
                Field::Map(map) => Block::rows(map.jac_structure(), 0, |k| k),
            },
            columns: Block::columns(rows.jac_structure(), n, 1.0, |k| k),
            rows: Block::rows(rows.jac_structure(), n, |k| k),
        };
        let work = Work {
            at: vec![f64::NAN; n],
            field: vec![0.0; n],
            c: vec![0.0; m],
            pairs: Pairs::new(rows.meta(), rule),
            jac: vec![0.0; rows.jac_structure().nnz()],
            jtmu: vec![0.0; n],
            map_jac: vec![0.0; blocks.map.entries.len()],
            hess: vec![0.0; rows.hess_structure().nnz()],
        };
        MultiplierSystem {
            field,
            meta: model.meta(),
            structure: blocks.structure(n, m),
            rows,
            blocks,
            work: RefCell::new(work),
        }
    }

    /// Number of variables x.
    pub fn nvar(&self) -> usize {
        self.meta.nvar()
    }

    /// ζ⁰ = (x⁰, min(|c|, largest)), 0 for the multipliers of equalities.
    pub fn start(&self, x0: &[f64], largest: f64) -> Result<Vec<f64>, SsnError> {
        check_point("x0", x0, self.nvar())?;
        let mut zeta = vec![0.0; self.size()];
        let (x, mu) = zeta.split_at_mut(self.nvar());
        x.copy_from_slice(x0);
        let mut work = self.work.borrow_mut();
        work.evaluate(self, x);
        work.pairs.start(&work.c, largest, mu);
        Ok(zeta)
    }

    /// Multipliers (y, z) of the original rows and variables: each the one of its upper bound minus
    /// the one of its lower bound.
    pub fn multipliers(&self, zeta: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut mu = zeta[self.nvar()..].iter();
        // the order of OneSided: upper side, then lower side; equal bounds are one row
        let mut of = |(lower, upper): (&f64, &f64)| {
            let mut next = |present: bool| if present { mu.next().copied() } else { None };
            let above = next(upper.is_finite()).unwrap_or(0.0);
            above - next(lower.is_finite() && lower != upper).unwrap_or(0.0)
        };
        let y = self
            .meta
            .lcon()
            .iter()
            .zip(self.meta.ucon())
            .map(&mut of)
            .collect();
        let z = self
            .meta
            .lvar()
            .iter()
            .zip(self.meta.uvar())
            .map(&mut of)
            .collect();
        debug_assert!(mu.next().is_none(), "all multipliers are used");
        (y, z)
    }

    /// max(0, c, |equalities|) at ζ.
    pub fn violation(&self, zeta: &[f64]) -> f64 {
        let mut work = self.work.borrow_mut();
        work.evaluate(self, &zeta[..self.nvar()]);
        work.pairs.violation(&work.c)
    }

    pub fn size(&self) -> usize {
        self.structure.nrows()
    }

    pub fn residual(&self, zeta: &[f64], phi: &mut [f64]) {
        let (x, mu) = zeta.split_at(self.nvar());
        let (stationarity, pairs) = phi.split_at_mut(self.nvar());
        let work = &mut *self.work.borrow_mut();
        work.evaluate(self, x);
        stationarity.copy_from_slice(&work.field);
        self.rows
            .jac_structure()
            .mul_transpose(&work.jac, mu, &mut work.jtmu);
        axpy(1.0, &work.jtmu, stationarity);
        work.pairs.residual(mu, &work.c, pairs);
    }

    pub fn jacobian_structure(&self) -> &Pattern {
        &self.structure
    }

    pub fn jacobian(&self, zeta: &[f64], vals: &mut [f64]) {
        let (x, mu) = zeta.split_at(self.nvar());
        let work = &mut *self.work.borrow_mut();
        work.evaluate(self, x);
        work.pairs
            .linearise(mu, &work.c, self.rows.jac_structure(), &work.jac);
        let sigma = match self.field {
            Field::Gradient => 1.0,
            Field::Map(map) => {
                map.jac_coord(x, &mut work.map_jac);
                0.0
            }
        };
        self.rows.hess_coord(x, mu, sigma, &mut work.hess);
        let rest = self.blocks.hess.write(&work.hess, vals);
        let rest = self.blocks.map.write(&work.map_jac, rest);
        let rest = self.blocks.columns.write(&work.jac, rest);
        let rest = self
            .blocks
            .rows
            .write_scaled(&work.jac, self.nvar(), &work.pairs.by_c, rest);
        rest.copy_from_slice(&work.pairs.by_mu);
    }
}

impl Blocks {
    /// All entries in the order in which they are written.
    fn structure(&self, n: usize, m: usize) -> Pattern {
        let diagonal: Range<usize> = n..n + m;
        let entries = [&self.hess, &self.map, &self.columns, &self.rows]
            .into_iter()
            .flat_map(|block| block.entries.iter().copied())
            .chain(diagonal.map(|i| (i, i)));
        Pattern::from_entries(n + m, n + m, entries).expect("blocks lie inside")
    }
}

impl Work {
    /// Values and first derivatives at x, unless they are held already.
    fn evaluate(&mut self, system: &MultiplierSystem, x: &[f64]) {
        if self.at == x {
            return;
        }
        self.at.copy_from_slice(x);
        match system.field {
            Field::Gradient => system.rows.grad(x, &mut self.field),
            Field::Map(map) => map.cons(x, &mut self.field),
        }
        system.rows.cons(x, &mut self.c);
        system.rows.jac_coord(x, &mut self.jac);
    }
}

impl std::fmt::Debug for MultiplierSystem<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MultiplierSystem")
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
