//! One sweep of substeps over the blocks of rows and the objective.

use linalg::dense::{FullSvd, SymmetricEigen};
use linalg::slice::{axpy, dot, norm2};
use nlp_model::TwiceSmooth;
use stopping::Status;

use super::block_multilevel::{BlockState, Variant};
use super::blocks::Blocks;
use super::dense::{congruence, form, product, status_of, times, transposed_times};
use super::substep::{Substep, SubstepSolver};

/// Singular values below this fraction of the norm of a block's Jacobian count as zero.
const RANK: f64 = 1e-9;

/// Work space of the sweep, and the trial step that it leaves.
#[derive(Debug)]
pub(super) struct Sweep {
    n: usize,
    m: usize,
    pub(super) jac: Vec<f64>,
    hess: Vec<f64>,
    jac_vals: Vec<f64>,
    hess_vals: Vec<f64>,
    /// Z: n × q, a basis of what the blocks so far leave free.
    z: Vec<f64>,
    z_next: Vec<f64>,
    /// The block's Jacobian B, B Z, and its singular value decomposition.
    b_rows: Vec<f64>,
    bz: Vec<f64>,
    u: Vec<f64>,
    sigma: Vec<f64>,
    v: Vec<f64>,
    svd: FullSvd,
    eigen: SymmetricEigen,
    substep: SubstepSolver,
    /// Vectors of n + m entries each.
    b: Vec<f64>,
    values: Vec<f64>,
    slope: Vec<f64>,
    p: Vec<f64>,
    w: Vec<f64>,
    y: Vec<f64>,
    c_y: Vec<f64>,
    jac_y: Vec<f64>,
    /// s, the sum of the substeps.
    pub(super) s: Vec<f64>,
    /// ‖s_k‖ of the blocks, then of the objective.
    pub(super) lengths: Vec<f64>,
    /// Decrease of ‖C_k‖² that the model predicts, for each block.
    pub(super) predicted: Vec<f64>,
    /// Decrease of f + λᵀC that the model predicts.
    pub(super) predicted_lagrangian: f64,
}

impl Sweep {
    pub(super) fn new(model: &dyn TwiceSmooth, blocks: usize, substep: Substep) -> Self {
        let (n, m) = (model.meta().nvar(), model.meta().ncon());
        let long = || vec![0.0; n + m];
        Sweep {
            n,
            m,
            jac: vec![0.0; m * n],
            hess: vec![0.0; n * n],
            jac_vals: vec![0.0; model.jac_structure().nnz()],
            hess_vals: vec![0.0; model.hess_structure().nnz()],
            z: vec![0.0; n * n],
            z_next: vec![0.0; n * n],
            b_rows: vec![0.0; m * n],
            bz: vec![0.0; n * n.max(m)],
            u: vec![0.0; m * m],
            sigma: vec![0.0; m.min(n)],
            v: vec![0.0; n * n],
            svd: FullSvd::new(m, n),
            eigen: SymmetricEigen::new(n),
            substep: SubstepSolver::new(substep, n),
            b: long(),
            values: long(),
            slope: long(),
            p: long(),
            w: long(),
            y: vec![0.0; n],
            c_y: vec![0.0; m],
            jac_y: vec![0.0; m * n],
            s: vec![0.0; n],
            lengths: vec![0.0; blocks + 1],
            predicted: vec![0.0; blocks],
            predicted_lagrangian: 0.0,
        }
    }

    /// J at `x`, dense.
    pub(super) fn linearise(&mut self, model: &dyn TwiceSmooth, x: &[f64]) {
        model.jac_coord(x, &mut self.jac_vals);
        model
            .jac_structure()
            .to_dense(&self.jac_vals, &mut self.jac);
    }

    /// λ = argmin ‖∇f + Jᵀλ‖ of least norm.
    pub(super) fn multipliers(&mut self, g: &[f64], lambda: &mut [f64]) -> Result<(), Status> {
        let (n, m) = (self.n, self.m);
        let rank = self.decompose_jacobian()?;
        // Jᵀ = V Σ Uᵀ
        lambda.fill(0.0);
        for k in 0..rank {
            let along = dot(&self.v[k * n..(k + 1) * n], g) / self.sigma[k];
            axpy(-along, &self.u[k * m..(k + 1) * m], lambda);
        }
        Ok(())
    }

    /// s ← s − J⁺ c: one correction of second order.
    pub(super) fn correct(&mut self, c: &[f64], s: &mut [f64]) -> Result<(), Status> {
        let (n, m) = (self.n, self.m);
        let rank = self.decompose_jacobian()?;
        for k in 0..rank {
            let along = dot(&self.u[k * m..(k + 1) * m], c) / self.sigma[k];
            axpy(-along, &self.v[k * n..(k + 1) * n], s);
        }
        Ok(())
    }

    fn decompose_jacobian(&mut self) -> Result<usize, Status> {
        let (n, m) = (self.n, self.m);
        self.svd
            .decompose(m, n, &self.jac, &mut self.u, &mut self.sigma, &mut self.v)
            .map_err(status_of)?;
        let lost = RANK * self.sigma.first().copied().unwrap_or(0.0);
        Ok(self.sigma.iter().filter(|&&sigma| sigma > lost).count())
    }

    /// Steps 2 and 3 of the algorithm: the substeps of all blocks, then of the objective.
    pub(super) fn run(
        &mut self,
        model: &dyn TwiceSmooth,
        state: &BlockState,
        blocks: &Blocks,
        variant: Variant,
        radii: &[f64],
    ) -> Result<(), Status> {
        let n = self.n;
        let mut q = n;
        set_identity(n, &mut self.z);
        self.s.fill(0.0);
        self.lengths.fill(0.0);
        for (k, rows) in blocks.iter().enumerate() {
            self.block_model(model, state, rows, variant, k == 0)?;
            let rank = self.block_step(rows.len(), q, radii[k])?;
            // s_k = Z v, predicted decrease of ‖C_k‖²
            times(n, &self.z[..n * q], &self.w[..q], &mut self.p[..n]);
            self.lengths[k] = norm2(&self.p[..n]);
            let mut after = 0.0;
            for i in 0..rows.len() {
                let row = (0..n).map(|j| self.b_rows[i + j * rows.len()] * self.p[j]);
                after += (self.b[i] + row.sum::<f64>()).powi(2);
            }
            let before: f64 = rows.iter().map(|&i| state.c[i].powi(2)).sum();
            self.predicted[k] = before - after;
            axpy(1.0, &self.p[..n], &mut self.s);
            // Z ← Z null(B Z)
            let null = &self.v[rank * q..q * q];
            product(
                n,
                q,
                q - rank,
                &self.z[..n * q],
                null,
                &mut self.z_next[..n * (q - rank)],
            );
            std::mem::swap(&mut self.z, &mut self.z_next);
            q -= rank;
        }
        self.tangential_step(model, state, q, radii[blocks.len()])
    }

    /// b and B of one block: at the intermediate point, or linearised at x.
    fn block_model(
        &mut self,
        model: &dyn TwiceSmooth,
        state: &BlockState,
        rows: &[usize],
        variant: Variant,
        is_first: bool,
    ) -> Result<(), Status> {
        let (n, m) = (self.n, self.m);
        let moved = variant == Variant::Intermediate && !is_first;
        if moved {
            for ((y, x), s) in self.y.iter_mut().zip(&state.x).zip(&self.s) {
                *y = x + s;
            }
            model.cons(&self.y, &mut self.c_y);
            model.jac_coord(&self.y, &mut self.jac_vals);
            model
                .jac_structure()
                .to_dense(&self.jac_vals, &mut self.jac_y);
            if !linalg::slice::all_finite(&self.c_y) || !linalg::slice::all_finite(&self.jac_y) {
                // outside of the domain: the linearisation at x is still a model
                return self.block_model(model, state, rows, Variant::Linear, is_first);
            }
        }
        let jac = if moved { &self.jac_y } else { &self.jac };
        for (i, &row) in rows.iter().enumerate() {
            for j in 0..n {
                self.b_rows[i + j * rows.len()] = jac[row + j * m];
            }
            self.b[i] = if moved {
                self.c_y[row]
            } else {
                let step = (0..n).map(|j| jac[row + j * m] * self.s[j]);
                state.c[row] + step.sum::<f64>()
            };
        }
        Ok(())
    }

    /// w = argmin ½‖b + B Z v‖² over ‖v‖ ≤ δ, the one of least norm; returns the rank of B Z.
    fn block_step(&mut self, mb: usize, q: usize, radius: f64) -> Result<usize, Status> {
        let n = self.n;
        let (bz, b_rows) = (&mut self.bz[..mb * q], &self.b_rows[..mb * n]);
        product(mb, n, q, b_rows, &self.z[..n * q], bz);
        let k = mb.min(q);
        let (u, sigma, v) = (
            &mut self.u[..mb * mb],
            &mut self.sigma[..k],
            &mut self.v[..q * q],
        );
        self.svd
            .decompose(mb, q, bz, u, sigma, v)
            .map_err(status_of)?;
        let lost = RANK * norm2(b_rows);
        let rank = sigma.iter().filter(|&&sigma| sigma > lost).count();
        for i in 0..rank {
            self.values[i] = sigma[i] * sigma[i];
            self.slope[i] = sigma[i] * dot(&u[i * mb..(i + 1) * mb], &self.b[..mb]);
        }
        self.substep.solve(
            &self.values[..rank],
            &self.slope[..rank],
            radius,
            &mut self.p[..rank],
        );
        self.w[..q].fill(0.0);
        for i in 0..rank {
            axpy(self.p[i], &v[i * q..(i + 1) * q], &mut self.w[..q]);
        }
        Ok(rank)
    }

    /// Step 3: s += Z argmin (g + H s)ᵀZ w + ½ wᵀZᵀHZ w over ‖w‖ ≤ δ, with H = ∇²(f + λᵀC).
    fn tangential_step(
        &mut self,
        model: &dyn TwiceSmooth,
        state: &BlockState,
        q: usize,
        radius: f64,
    ) -> Result<(), Status> {
        let n = self.n;
        model.hess_coord(&state.x, &state.multipliers, 1.0, &mut self.hess_vals);
        model
            .hess_structure()
            .to_dense_symmetric(&self.hess_vals, &mut self.hess);
        if q > 0 {
            let z = &self.z[..n * q];
            // model gradient g + H s in w, reduced in slope
            times(n, &self.hess, &self.s, &mut self.w[..n]);
            axpy(1.0, &state.g, &mut self.w[..n]);
            transposed_times(z, &self.w[..n], &mut self.slope[..q]);
            let (az, reduced) = (&mut self.z_next[..n * q], &mut self.bz[..q * q]);
            congruence(n, q, &self.hess, z, az, reduced);
            let (values, vectors) = (&mut self.values[..q], &mut self.v[..q * q]);
            self.eigen
                .decompose(q, reduced, values, vectors)
                .map_err(status_of)?;
            transposed_times(vectors, &self.slope[..q], &mut self.b[..q]);
            self.substep
                .solve(values, &self.b[..q], radius, &mut self.p[..q]);
            times(q, vectors, &self.p[..q], &mut self.w[..q]);
            times(n, z, &self.w[..q], &mut self.p[..n]);
            *self.lengths.last_mut().expect("an objective") = norm2(&self.p[..n]);
            axpy(1.0, &self.p[..n], &mut self.s);
        }
        let mut slope = dot(&state.g, &self.s);
        for (i, lambda) in state.multipliers.iter().enumerate() {
            let row = (0..n).map(|j| self.jac[i + j * self.m] * self.s[j]);
            slope += lambda * row.sum::<f64>();
        }
        self.predicted_lagrangian = -(slope + 0.5 * form(&self.hess, &self.s));
        Ok(())
    }
}

fn set_identity(n: usize, z: &mut [f64]) {
    z.fill(0.0);
    for i in 0..n {
        z[i * (n + 1)] = 1.0;
    }
}
