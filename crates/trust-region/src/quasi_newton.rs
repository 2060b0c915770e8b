//! Quasi-Newton methods with a trust region.

use std::time::Instant;

use linalg::dense::multiply_symmetric;
use linalg::slice::{axpy, dot, norm2};
use nlp_model::Smooth;
use stopping::{NlpState, Norm, Status, Stopping};

use crate::limited_memory::LimitedMemory;
use crate::solution::{check_free, minimize};
use crate::unconstrained::QuadraticModel;
use crate::{MoreSorensen, Options, Solution, SteihaugToint, Step, TrustRegionError};

/// How the Hessian is learnt from changes y of the gradient along steps s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// B ← B − Bs(Bs)ᵀ/sᵀBs + yyᵀ/sᵀy, y damped unless sᵀy > 1e-8 ‖s‖‖y‖: B stays positive definite.
    /// Dense, O(n³) for each step (NocedalWright2006, Section 6.1).
    Bfgs,
    /// B ← B + vvᵀ/vᵀs, v = y − Bs, skipped unless |vᵀs| ≥ 1e-8 ‖v‖‖s‖: B may be indefinite, as the
    /// Hessian may. Dense, O(n³) for each step (NocedalWright2006, Section 6.2).
    Sr1,
    /// BFGS from the last pairs alone, at most this many: O(n) for each step
    /// (NocedalWright2006, Section 7.2).
    LimitedMemory(usize),
}

/// Relative size below which a denominator is not trusted.
const SKIP: f64 = 1e-8;

/// σ of exact steps.
const ACCURACY: f64 = 0.1;

/// A quadratic model that learns from gradients.
#[derive(Debug)]
pub struct QuasiNewton {
    matrix: Matrix,
    /// Room for Bs.
    bs: Vec<f64>,
    y: Vec<f64>,
}

#[derive(Debug)]
enum Matrix {
    Dense {
        update: DenseUpdate,
        b: Vec<f64>,
        /// B is still the identity.
        is_fresh: bool,
        solver: Box<MoreSorensen>,
    },
    Limited(Box<LimitedMemory>, SteihaugToint),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DenseUpdate {
    Bfgs,
    Sr1,
}

impl QuasiNewton {
    /// Work space for n variables.
    pub fn new(n: usize, update: Update) -> Self {
        let dense = |update| Matrix::Dense {
            update,
            b: vec![0.0; n * n],
            is_fresh: true,
            solver: Box::new(MoreSorensen::new(n)),
        };
        QuasiNewton {
            matrix: match update {
                Update::Bfgs => dense(DenseUpdate::Bfgs),
                Update::Sr1 => dense(DenseUpdate::Sr1),
                Update::LimitedMemory(pairs) => {
                    let memory = Box::new(LimitedMemory::new(n, pairs));
                    Matrix::Limited(memory, SteihaugToint::new(n))
                }
            },
            bs: vec![0.0; n],
            y: vec![0.0; n],
        }
    }
}

impl<M: Smooth + ?Sized> QuadraticModel<M> for QuasiNewton {
    fn begin(&mut self) {
        match &mut self.matrix {
            Matrix::Dense { b, is_fresh, .. } => {
                *is_fresh = true;
                multiple_of_identity(self.bs.len(), 1.0, b);
            }
            Matrix::Limited(memory, _) => memory.forget(),
        }
    }

    fn renew(&mut self, _: &M, _: &mut NlpState) -> Result<(), Status> {
        Ok(())
    }

    fn step(
        &mut self,
        _: &M,
        state: &NlpState,
        delta: f64,
        s: &mut [f64],
    ) -> Result<Step, TrustRegionError> {
        let g = state.g.get().ok_or(TrustRegionError::NotFinite)?;
        match &mut self.matrix {
            Matrix::Dense { b, solver, .. } => solver.solve(b, g, delta, ACCURACY, s),
            Matrix::Limited(memory, solver) => {
                let limit = 2 * memory.pairs() + 10;
                let product = |x: &[f64], y: &mut [f64]| memory.product(x, y);
                solver.solve(product, g, delta, 1e-6, limit, s)
            }
        }
    }

    fn learn(&mut self, s: &[f64], y: &[f64]) {
        let QuasiNewton {
            matrix,
            bs,
            y: damped,
        } = self;
        damped.copy_from_slice(y);
        match matrix {
            Matrix::Limited(memory, _) => {
                memory.product(s, bs);
                damp(s, bs, damped);
                memory.push(s, damped);
            }
            Matrix::Dense {
                update,
                b,
                is_fresh,
                ..
            } => {
                let sy = dot(s, y);
                if *is_fresh && is_curved(s, y) {
                    // (NocedalWright2006, equation 6.20)
                    multiple_of_identity(s.len(), dot(y, y) / sy, b);
                    *is_fresh = false;
                }
                multiply_symmetric(s.len(), b, s, bs);
                match update {
                    DenseUpdate::Bfgs => {
                        damp(s, bs, damped);
                        add_rank_one(-1.0 / dot(s, bs), bs, b);
                        add_rank_one(1.0 / dot(s, damped), damped, b);
                    }
                    DenseUpdate::Sr1 => {
                        for (v, y) in bs.iter_mut().zip(y) {
                            *v = y - *v;
                        }
                        let vs = dot(bs, s);
                        if vs.abs() > SKIP * norm2(bs) * norm2(s) {
                            add_rank_one(1.0 / vs, bs, b);
                        }
                    }
                }
            }
        }
    }
}

/// sᵀy > 1e-8 ‖s‖‖y‖.
fn is_curved(s: &[f64], y: &[f64]) -> bool {
    dot(s, y) > SKIP * norm2(s) * norm2(y)
}

/// Where sᵀy is not positive enough, y ← θy + (1 − θ)Bs with sᵀy = 0.2 sᵀBs afterwards
/// (NocedalWright2006, Procedure 18.2).
///
/// Note (2026-11-22): the procedure damps already when sᵀy < 0.2 sᵀBs; that makes large entries of B shrink
/// by a factor of five for each step only. Without damping, B never shrinks along valleys of
/// negative curvature, and on Penalty I the method creeps.
fn damp(s: &[f64], bs: &[f64], y: &mut [f64]) {
    if is_curved(s, y) {
        return;
    }
    let (sy, sbs) = (dot(s, y), dot(s, bs));
    let theta = 0.8 * sbs / (sbs - sy);
    for (y, bs) in y.iter_mut().zip(bs) {
        *y = theta * *y + (1.0 - theta) * bs;
    }
}

/// Lower triangle of σI.
fn multiple_of_identity(n: usize, sigma: f64, b: &mut [f64]) {
    b.fill(0.0);
    for i in 0..n {
        b[i * (n + 1)] = sigma;
    }
}

/// B ← B + σ v vᵀ, lower triangle.
fn add_rank_one(sigma: f64, v: &[f64], b: &mut [f64]) {
    let n = v.len();
    for j in 0..n {
        axpy(sigma * v[j], &v[j..], &mut b[j * n + j..(j + 1) * n]);
    }
}

/// Minimizes f(x) from `x0` with first derivatives.
///
/// # Errors
/// [`TrustRegionError`] on a start of the wrong length or not finite, on options out of range, and on
/// models with bounds or constraints.
pub fn solve(
    model: &dyn Smooth,
    x0: &[f64],
    update: Update,
    options: &Options,
) -> Result<Solution, TrustRegionError> {
    let clock = Instant::now();
    check_free(model.meta())?;
    if let Update::LimitedMemory(0) = update {
        return Err(TrustRegionError::Option {
            name: "LimitedMemory",
            value: 0.0,
            range: "it must be positive",
        });
    }
    let quadratic = QuasiNewton::new(model.meta().nvar(), update);
    let stopping = options.limit(Stopping::unconstrained(model, Norm::Two));
    minimize(model, x0, quadratic, stopping, options, clock)
}
