//! The system of an optimization problem with QVI constraint, by its value function.

mod product;
mod work;

use std::cell::RefCell;

use linalg::Pattern;
use linalg::slice::axpy;
use nlp_model::{Model, OneSided, Qvi, Smooth, TwiceSmooth, check_point};

use super::block::Block;
use super::check_size;
pub use super::layout::Layout;
use crate::{PairRule, SemismoothSystem, SsnError};
use work::Work;

/// Stationarity of  min F + λ (f − φ)  s.t.  G ≤ 0, g ≤ 0  with f = yᵀf₀, g = g₀(x, y, y) and the
/// value function φ(x, y) = min_s { sᵀf₀(x, y) : g₀(x, y, s) ≤ 0 }  (DuttaLafhimZemkohoZhou2024, (4.8)).
///
/// Unknowns ζ = (x, y, ξ, u, v, w): upper and lower variables, a solution ξ of the problem behind
/// φ, multipliers of G, g, and of g₀(x, y, ξ) ≤ 0. With z = (x, y), ℓ(z, s) = sᵀf₀(z) and
///
/// L = F(z) + uᵀG(z) + vᵀg₀(z, y) + λ (ℓ(z, y − ξ) − wᵀg₀(z, ξ))
///
/// the equations are ∂L/∂x = 0, ∂L/∂y = 0, ∂L/∂ξ = 0, and one complementarity function a row:
/// (u, −G), (v, −g), (w, −h), h = g₀(z, ξ). y = ξ is not imposed: it is the square relaxation.
/// Equality rows have free multipliers and the equation c = 0.
///
/// The Newton matrix needs second derivatives of F, G, g₀ and f₀; for a bilevel program, where
/// f₀ = ∇ᵧf, these contain the third derivatives of f contracted with y − ξ.
///
/// Note (2026-11-22): entry (2, 6) of the paper's matrix (4.14) prints D₁h; it is −λ D₂hᵀ.
#[derive(Debug)]
pub struct ValueFunctionSystem<'a> {
    lambda: f64,
    upper: OneSided<'a>,
    lower: OneSided<'a>,
    layout: Layout,
    blocks: Blocks,
    structure: Pattern,
    work: RefCell<Work>,
}

#[derive(Debug)]
struct Blocks {
    hess_upper: Block,
    hess_at_y: Block,
    hess_gap: Block,
    hess_at_xi: Block,
    columns: [Block; 3],
    rows: [Block; 3],
}

const UPPER: usize = 0;
const AT_Y: usize = 1;
const AT_XI: usize = 2;

impl<'a> ValueFunctionSystem<'a> {
    /// The system of `qvi` for the penalty parameter λ > 0.
    pub fn new(qvi: &'a dyn Qvi, lambda: f64, rule: PairRule) -> Result<Self, SsnError> {
        if !(lambda > 0.0 && lambda.is_finite()) {
            return Err(SsnError::PenaltyParameter(lambda));
        }
        let (n, m) = (qvi.nx(), qvi.ny());
        let (upper, lower) = (OneSided::new(qvi.upper()), OneSided::new(qvi.lower()));
        check_size("variables of the upper model", upper.meta().nvar(), n + m)?;
        check_size(
            "variables of the lower model",
            lower.meta().nvar(),
            n + 2 * m,
        )?;
        let layout = Layout::new(n, m, upper.meta().ncon(), lower.meta().ncon());
        let blocks = Blocks::new(&upper, &lower, &layout, lambda);
        let structure = blocks.structure(&layout);
        let work = RefCell::new(Work::new(&upper, &lower, &layout, rule));
        Ok(ValueFunctionSystem {
            lambda,
            upper,
            lower,
            layout,
            blocks,
            structure,
            work,
        })
    }

    /// Where the parts of ζ stand.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The penalty parameter λ.
    pub fn lambda(&self) -> f64 {
        self.lambda
    }

    /// The start ζ⁰ = (x⁰, y⁰, y⁰, |G|, |g|, |g|) of the paper's Section 5.2, with multipliers at
    /// most `largest`; free multipliers of equalities start at 0. Errors on a wrong length and on
    /// a start that is not finite.
    pub fn start(&self, x0: &[f64], y0: &[f64], largest: f64) -> Result<Vec<f64>, SsnError> {
        let at = &self.layout;
        check_point("x0", x0, at.x.len())?;
        check_point("y0", y0, at.y.len())?;
        let mut zeta = vec![0.0; at.size()];
        zeta[at.x.clone()].copy_from_slice(x0);
        zeta[at.y.clone()].copy_from_slice(y0);
        zeta[at.xi.clone()].copy_from_slice(y0);
        let mut work = self.work.borrow_mut();
        work.evaluate(self, &zeta);
        let parts = [at.u.clone(), at.v.clone(), at.w.clone()];
        for ((part, pairs), c) in parts.into_iter().zip(&work.pairs).zip(&work.c) {
            pairs.start(c, largest, &mut zeta[part]);
        }
        Ok(zeta)
    }

    /// Takes the curvature of the objectives at (x⁰, y⁰) along each row's normal as the unit of its
    /// multiplier: the equations become independent of the units in which functions and variables are
    /// measured, and a discretised problem behaves as its limit.
    pub fn measure_units(&self, x0: &[f64], y0: &[f64]) -> Result<(), SsnError> {
        let zeta = self.start(x0, y0, 0.0)?;
        let mut vals = vec![0.0; self.structure.nnz()];
        self.jacobian(&zeta, &mut vals);
        let at = &self.layout;
        let (mut penalized, mut lower) = (vec![0.0; at.xi.end], vec![0.0; at.xi.end]);
        for ((i, j), value) in self.structure.iter().zip(&vals) {
            if i == j && i < at.xi.end {
                penalized[i] += value;
            } else if i >= at.xi.start && i < at.xi.end && j + at.y.len() == i {
                // ∂²L/∂ξ∂y = −λ ∂f₀/∂y
                lower[i] += value / self.lambda;
            }
        }
        // s = y: the copies have the curvature of y
        penalized.copy_within(at.y.clone(), at.xi.start);
        let work = &mut *self.work.borrow_mut();
        let jac = [&self.upper, &self.lower, &self.lower].map(|model| model.jac_structure());
        for (k, curvature) in [&penalized, &penalized, &lower].into_iter().enumerate() {
            work.pairs[k].measure_units(jac[k], &work.jac[k], curvature);
        }
        work.elements_at.fill(f64::NAN);
        Ok(())
    }

    /// F(x, y) and the lower-level linear form f = yᵀf₀(x, y) at ζ.
    pub fn objectives(&self, zeta: &[f64]) -> (f64, f64) {
        let mut point = zeta[..self.layout.xi.end].to_vec();
        point.copy_within(self.layout.y.clone(), self.layout.xi.start);
        (
            self.upper.obj(&zeta[self.layout.z()]),
            self.lower.obj(&point),
        )
    }

    /// max(0, G, g, |equalities|) at ζ.
    pub fn violation(&self, zeta: &[f64]) -> f64 {
        let mut work = self.work.borrow_mut();
        work.evaluate(self, zeta);
        let of = |k: usize| work.pairs[k].violation(&work.c[k]);
        linalg::slice::norm_inf(&[of(UPPER), of(AT_Y)])
    }

    /// Values of the rows G, g, h at ζ, in the order of their multipliers, and whether they are
    /// equalities.
    pub(crate) fn rows(&self, zeta: &[f64]) -> Vec<(f64, bool)> {
        let mut work = self.work.borrow_mut();
        work.evaluate(self, zeta);
        let rows = work.c.iter().zip(&work.pairs);
        rows.flat_map(|(c, pairs)| c.iter().copied().zip(pairs.equality.iter().copied()))
            .collect()
    }
}

impl SemismoothSystem for ValueFunctionSystem<'_> {
    fn size(&self) -> usize {
        self.layout.size()
    }

    fn residual(&self, zeta: &[f64], phi: &mut [f64]) {
        let at = &self.layout;
        let (z, nz) = (at.z(), at.y.end);
        let work = &mut *self.work.borrow_mut();
        work.evaluate(self, zeta);
        let (u, v, w) = (
            &zeta[at.u.clone()],
            &zeta[at.v.clone()],
            &zeta[at.w.clone()],
        );

        // ∂L/∂z = ∇F + ∇Gᵀu + ∇gᵀv + λ (∂ℓ/∂z + (0, ∂ℓ/∂s) − ∂h/∂zᵀ w)
        phi[z.clone()].copy_from_slice(&work.grad_upper);
        self.upper
            .jac_structure()
            .mul_transpose(&work.jac[UPPER], u, &mut work.jtw[..nz]);
        axpy(1.0, &work.jtw[..nz], &mut phi[z.clone()]);
        self.lower
            .jac_structure()
            .mul_transpose(&work.jac[AT_Y], v, &mut work.jtw);
        axpy(1.0, &work.jtw[..nz], &mut phi[z.clone()]);
        axpy(1.0, &work.jtw[nz..], &mut phi[at.y.clone()]);
        axpy(self.lambda, &work.grad_gap[..nz], &mut phi[z.clone()]);
        axpy(self.lambda, &work.grad_gap[nz..], &mut phi[at.y.clone()]);
        self.lower
            .jac_structure()
            .mul_transpose(&work.jac[AT_XI], w, &mut work.jtw);
        axpy(-self.lambda, &work.jtw[..nz], &mut phi[z]);

        // ∂L/∂ξ = −λ (f₀ + ∂h/∂sᵀ w)
        for (phi, (f0, jtw)) in phi[at.xi.clone()]
            .iter_mut()
            .zip(work.grad_gap[nz..].iter().zip(&work.jtw[nz..]))
        {
            *phi = -self.lambda * (f0 + jtw);
        }

        work.pairs[UPPER].residual(u, &work.c[UPPER], &mut phi[at.u.clone()]);
        work.pairs[AT_Y].residual(v, &work.c[AT_Y], &mut phi[at.v.clone()]);
        work.pairs[AT_XI].residual(w, &work.c[AT_XI], &mut phi[at.w.clone()]);
    }

    fn jacobian_structure(&self) -> &Pattern {
        &self.structure
    }

    fn jacobian(&self, zeta: &[f64], vals: &mut [f64]) {
        let at = &self.layout;
        let work = &mut *self.work.borrow_mut();
        work.linearise(self, zeta);
        let multipliers = [
            &zeta[at.u.clone()],
            &zeta[at.v.clone()],
            &zeta[at.w.clone()],
        ];
        let [u, v, w] = multipliers;

        let hess = &mut work.hess_lower;
        self.upper
            .hess_coord(&zeta[at.z()], u, 1.0, &mut work.hess_upper);
        let mut rest = self.blocks.hess_upper.write(&work.hess_upper, vals);
        self.lower.hess_coord(&work.at_y, v, 0.0, hess);
        rest = self.blocks.hess_at_y.write(hess, rest);
        self.lower
            .hess_coord(&work.at_gap, &work.no_multipliers, 1.0, hess);
        rest = self.blocks.hess_gap.write(hess, rest);
        self.lower.hess_coord(&work.at_xi, w, 0.0, hess);
        rest = self.blocks.hess_at_xi.write(hess, rest);

        for k in 0..3 {
            rest = self.blocks.columns[k].write(&work.jac[k], rest);
        }
        for (k, first) in [at.u.start, at.v.start, at.w.start].into_iter().enumerate() {
            let by_c = &work.pairs[k].by_c;
            rest = self.blocks.rows[k].write_scaled(&work.jac[k], first, by_c, rest);
        }
        for pairs in &work.pairs {
            let (diagonal, others) = rest.split_at_mut(pairs.by_mu.len());
            diagonal.copy_from_slice(&pairs.by_mu);
            rest = others;
        }
        debug_assert!(rest.is_empty(), "all entries are written");
    }

    fn has_products(&self) -> bool {
        true
    }

    fn product(&self, zeta: &[f64], delta: f64, p: &[f64], out: &mut [f64]) {
        self.times(zeta, delta, p, out);
    }

    fn shift(&self, delta: f64, vals: &mut [f64]) {
        let work = self.work.borrow();
        let mut rest = &mut vals[self.structure.nnz() - self.layout.multipliers()..];
        for pairs in &work.pairs {
            let (diagonal, others) = rest.split_at_mut(pairs.by_mu.len());
            pairs.shift(delta, diagonal);
            rest = others;
        }
    }
}

impl Blocks {
    fn new(upper: &OneSided, lower: &OneSided, at: &Layout, lambda: f64) -> Self {
        let (nz, m) = (at.y.end, at.y.len());
        // s = y: both copies are one variable;  s = y − ξ: two variables, with signs
        let fold = |k: usize| if k < nz { k } else { k - m };
        let gap = |k: usize| {
            let split = (k >= nz).then_some((k, -1.0));
            [Some((fold(k), 1.0)), split].into_iter().flatten()
        };
        let identity = |k: usize| k;
        Blocks {
            hess_upper: Block::symmetric(upper.hess_structure(), 1.0, |k| [(k, 1.0)]),
            hess_at_y: Block::symmetric(lower.hess_structure(), 1.0, |k| [(fold(k), 1.0)]),
            hess_gap: Block::symmetric(lower.hess_structure(), lambda, gap),
            hess_at_xi: Block::symmetric(lower.hess_structure(), -lambda, |k| [(k, 1.0)]),
            columns: [
                Block::columns(upper.jac_structure(), at.u.start, 1.0, identity),
                Block::columns(lower.jac_structure(), at.v.start, 1.0, fold),
                Block::columns(lower.jac_structure(), at.w.start, -lambda, identity),
            ],
            rows: [
                Block::rows(upper.jac_structure(), at.u.start, identity),
                Block::rows(lower.jac_structure(), at.v.start, fold),
                Block::rows(lower.jac_structure(), at.w.start, identity),
            ],
        }
    }

    /// All entries in the order in which they are written: Hessians, columns, rows, diagonal.
    fn structure(&self, at: &Layout) -> Pattern {
        let hessians = [
            &self.hess_upper,
            &self.hess_at_y,
            &self.hess_gap,
            &self.hess_at_xi,
        ];
        let entries = hessians
            .into_iter()
            .chain(&self.columns)
            .chain(&self.rows)
            .flat_map(|block| block.entries.iter().copied())
            .chain((at.u.start..at.w.end).map(|i| (i, i)));
        Pattern::from_entries(at.size(), at.size(), entries).expect("blocks lie inside")
    }
}
