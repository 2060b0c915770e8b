//! What is free at each level: eigenvalues, null spaces and reduced Hessians at one point.

use linalg::dense::SymmetricEigen;
use linalg::slice::{axpy, dot, norm2};
use nlp_model::Multilevel;
use stopping::Status;

use super::dense::{congruence, product, status_of};

/// Bounds of the threshold below which an eigenvalue counts as zero, relative to the largest.
const RANK: (f64, f64) = (1e-8, 0.1);
/// A reduced Hessian below this fraction of the unreduced one is rounding error.
const NOISE: f64 = 1e-7;

/// One level in the space that the levels before it leave free.
#[derive(Clone, Debug)]
pub(super) struct FrameLevel {
    /// q: dimension of the space.
    pub(super) dim: usize,
    /// Number of eigenvalues that count; their columns come first.
    pub(super) rank: usize,
    /// Eigenvalues of the reduced Hessian (q).
    pub(super) values: Vec<f64>,
    /// Orthonormal eigenvectors, as columns in ℝⁿ (n × q).
    pub(super) basis: Vec<f64>,
    /// W: the Hessian with the curvature of the levels before (n × n).
    pub(super) hess: Vec<f64>,
    /// Scale of the eigenvalues.
    pub(super) scale: f64,
    /// ‖Zᵀ∇f‖ relative to the scale, in [0, 1].
    pub(super) residual: f64,
    /// Smallest eigenvalue that counts over the largest that does not, in absolute value.
    pub(super) gap: f64,
}

impl FrameLevel {
    /// The smallest eigenvalue, relative to the scale; +∞ where there is none.
    pub(super) fn lowest(&self) -> f64 {
        let values = self.values[..self.dim].iter();
        let lowest = values.fold(f64::INFINITY, |a, &b| a.min(b));
        if lowest == 0.0 {
            0.0
        } else {
            lowest / self.scale
        }
    }
    /// max(0, −λ_min), relative to the scale.
    pub(super) fn negative_curvature(&self) -> f64 {
        (-self.lowest()).max(0.0)
    }
    /// The directions left free (n × (q − rank)).
    pub(super) fn null(&self) -> &[f64] {
        let n = self.values.len();
        &self.basis[self.rank * n..self.dim * n]
    }
}

/// The levels at one point.
///
/// Level 0 has W = ∇²f_0. Level 1 has W = ∇²f_1 + D³f_0[λ] with λ = −(∇²f_0)⁺∇f_1, the curvature of the set of
/// minimizers of f_0. Level k has W = ∇²f_k + Σ_{j<k} D³f_j[μ_j], μ_j = −(Zᵀ W_j Z)⁺∇f_k in the space of level j,
/// which leaves out how the multipliers of the levels between depend on each other. So from level 2 on, near the
/// set, the reduced Hessian is the derivative of the projected gradient along it, by central differences of the
/// frames of the levels before.
#[derive(Debug)]
pub(super) struct Frame {
    n: usize,
    pub(super) levels: Vec<FrameLevel>,
    eigen: SymmetricEigen,
    vals: Vec<f64>,
    reduced: Vec<f64>,
    vectors: Vec<f64>,
    order: Vec<usize>,
    sorted: Vec<f64>,
    room: Vec<f64>,
    mu: Vec<f64>,
    lambda: Vec<f64>,
    no_rows: [f64; 0],
    /// For levels from 2 on.
    neighbour: Option<Box<Neighbour>>,
}

/// A point beside the one of the frame.
#[derive(Debug)]
struct Neighbour {
    frame: Frame,
    x: Vec<f64>,
    grads: Vec<f64>,
    dims: Vec<usize>,
    projected: Vec<f64>,
}

impl Frame {
    /// Room for the first `levels` levels of `problem`.
    pub(super) fn new(problem: &dyn Multilevel, levels: usize) -> Self {
        let n = problem.level(0).meta().nvar();
        let nnz = (0..levels).map(|k| problem.level(k).hess_structure().nnz());
        let level = FrameLevel {
            dim: 0,
            rank: 0,
            values: vec![0.0; n],
            basis: vec![0.0; n * n],
            hess: vec![0.0; n * n],
            scale: 0.0,
            residual: f64::NAN,
            gap: f64::NAN,
        };
        Frame {
            n,
            levels: vec![level; levels],
            eigen: SymmetricEigen::new(n),
            vals: vec![0.0; nnz.max().unwrap_or(0)],
            reduced: vec![0.0; n * n],
            vectors: vec![0.0; n * n],
            order: Vec::with_capacity(n),
            sorted: vec![0.0; n],
            room: vec![0.0; n * n],
            mu: vec![0.0; n],
            lambda: vec![0.0; n],
            no_rows: [],
            neighbour: (levels > 2).then(|| {
                Box::new(Neighbour {
                    frame: Frame::new(problem, levels - 1),
                    x: vec![0.0; n],
                    grads: vec![0.0; n * levels],
                    dims: Vec::with_capacity(levels),
                    projected: vec![0.0; n],
                })
            }),
        }
    }

    /// Evaluates the first `count` levels at `x`, where the gradients are `grads` (n each). `ranks` prescribes
    /// the ranks of the levels instead of the threshold.
    pub(super) fn build(
        &mut self,
        problem: &dyn Multilevel,
        x: &[f64],
        grads: &[f64],
        count: usize,
        ranks: Option<&[usize]>,
    ) -> Result<(), Status> {
        let n = self.n;
        let size = 1.0 + norm2(x);
        let mut worst = 0.0_f64;
        for k in 0..count {
            let g = &grads[k * n..(k + 1) * n];
            self.hessian(problem, x, g, k);
            self.reduce(problem, x, k)?;
            let dim = self.levels[k].dim;
            let (reduced, vectors) = (&self.reduced[..dim * dim], &mut self.vectors[..dim * dim]);
            let values = &mut self.sorted[..dim];
            let result = self.eigen.decompose(dim, reduced, values, vectors);
            result.map_err(status_of)?;

            let largest = values.iter().fold(0.0_f64, |a, v| a.max(v.abs()));
            let level = &mut self.levels[k];
            let whole = if k == 0 { 0.0 } else { norm2(&level.hess) };
            level.scale = largest.max(NOISE * whole);
            // lift the eigenvectors into ℝⁿ, unsorted
            let lifted = &mut self.room[..n * dim];
            if k == 0 {
                lifted.copy_from_slice(vectors);
            } else {
                let (before, _) = self.levels.split_at(k);
                product(n, dim, dim, before[k - 1].null(), vectors, lifted);
            }
            let level = &mut self.levels[k];
            let mut squares = 0.0;
            for column in lifted.chunks_exact(n) {
                squares += dot(column, g).powi(2);
            }
            let part = if k == 0 { 0.0 } else { norm2(g) };
            level.residual = relative(squares.sqrt(), level.scale * size + part);
            worst = worst.max(level.residual);
            let threshold = level.scale * worst.sqrt().clamp(RANK.0, RANK.1);
            sort(values, &mut self.order);
            let counted = self.order.iter();
            level.rank = match ranks {
                Some(ranks) => ranks[k].min(dim),
                None => counted.filter(|&&i| values[i].abs() > threshold).count(),
            };
            for (place, &i) in self.order.iter().enumerate() {
                level.values[place] = values[i];
                let column = &lifted[i * n..(i + 1) * n];
                level.basis[place * n..(place + 1) * n].copy_from_slice(column);
            }
            level.gap = if level.rank == 0 || level.rank == dim {
                f64::INFINITY
            } else {
                level.values[level.rank - 1].abs() / level.values[level.rank].abs()
            };
        }
        Ok(())
    }

    /// W of level `k`: ∇²f_k + Σ_{j<k} D³f_j[μ_j].
    fn hessian(&mut self, problem: &dyn Multilevel, x: &[f64], g: &[f64], k: usize) {
        let model = problem.level(k);
        let vals = &mut self.vals[..model.hess_structure().nnz()];
        model.hess_coord(x, &self.no_rows, 1.0, vals);
        let hess = &mut self.levels[k].hess;
        model.hess_structure().to_dense_symmetric(vals, hess);
        for j in (0..k).rev() {
            self.multiplier(g, j);
            let model = problem.level(j);
            let vals = &mut self.vals[..model.hess_structure().nnz()];
            model.hess_directional(x, &self.no_rows, 1.0, &self.mu, vals);
            let structure = model.hess_structure();
            structure.to_dense_symmetric(vals, &mut self.room);
            axpy(1.0, &self.room, &mut self.levels[k].hess);
        }
        if k == 1 {
            self.lambda.copy_from_slice(&self.mu);
        }
    }

    /// μ = −(Z ZᵀW_jZ Zᵀ)⁺ g in the eigenvectors of level `j` that count.
    fn multiplier(&mut self, g: &[f64], j: usize) {
        let n = self.n;
        let level = &self.levels[j];
        self.mu.fill(0.0);
        for i in 0..level.rank {
            let column = &level.basis[i * n..(i + 1) * n];
            axpy(-dot(column, g) / level.values[i], column, &mut self.mu);
        }
    }

    /// The multiplier λ of level 1, after [`build`](Frame::build) of two levels.
    pub(super) fn lambda(&self) -> &[f64] {
        &self.lambda
    }

    /// Writes the reduced Hessian of level `k` into `reduced`.
    fn reduce(&mut self, problem: &dyn Multilevel, x: &[f64], k: usize) -> Result<(), Status> {
        let n = self.n;
        if k == 0 {
            self.levels[0].dim = n;
            self.reduced.copy_from_slice(&self.levels[0].hess);
            return Ok(());
        }
        let (before, after) = self.levels.split_at_mut(k);
        let z = before[k - 1].null();
        let dim = before[k - 1].dim - before[k - 1].rank;
        after[0].dim = dim;
        let reduced = &mut self.reduced[..dim * dim];
        let is_smooth = before
            .iter()
            .all(|level| level.residual <= 1e-2 && level.gap >= 10.0);
        if k == 1 || !is_smooth {
            congruence(
                n,
                dim,
                &after[0].hess,
                z,
                &mut self.room[..n * dim],
                reduced,
            );
            return Ok(());
        }
        let neighbour = self.neighbour.as_mut().expect("levels above 1 have one");
        neighbour.dims.clear();
        neighbour.dims.extend(before.iter().map(|level| level.rank));
        let t = 1e-5 * (1.0 + norm2(x));
        for j in 0..dim {
            let along = &z[j * n..(j + 1) * n];
            let column = &mut self.room[..n];
            neighbour.projected_gradient(problem, x, along, t, k)?;
            column.copy_from_slice(&neighbour.projected);
            neighbour.projected_gradient(problem, x, along, -t, k)?;
            axpy(-1.0, &neighbour.projected, column);
            for i in 0..dim {
                reduced[i + j * dim] = dot(&z[i * n..(i + 1) * n], column) / (2.0 * t);
            }
        }
        for j in 0..dim {
            for i in 0..j {
                let mean = 0.5 * (reduced[i + j * dim] + reduced[j + i * dim]);
                (reduced[i + j * dim], reduced[j + i * dim]) = (mean, mean);
            }
        }
        Ok(())
    }
}

impl Neighbour {
    /// P ∇f_k at x + t v, P the projection onto what the levels before `k` leave free there.
    fn projected_gradient(
        &mut self,
        problem: &dyn Multilevel,
        x: &[f64],
        v: &[f64],
        t: f64,
        k: usize,
    ) -> Result<(), Status> {
        let n = x.len();
        self.x.copy_from_slice(x);
        axpy(t, v, &mut self.x);
        for j in 0..=k {
            let g = &mut self.grads[j * n..(j + 1) * n];
            problem.level(j).grad(&self.x, g);
        }
        let Neighbour {
            frame, x, grads, ..
        } = self;
        frame.build(problem, x, grads, k, Some(&self.dims))?;
        let g = &grads[k * n..(k + 1) * n];
        self.projected.fill(0.0);
        for column in frame.levels[k - 1].null().chunks_exact(n) {
            axpy(dot(column, g), column, &mut self.projected);
        }
        Ok(())
    }
}

/// a / (s + a): 0 at 0, near 1 where a is large beside s; NaN propagates.
pub(super) fn relative(a: f64, s: f64) -> f64 {
    if a == 0.0 { 0.0 } else { a / (s + a) }
}

/// Indices of the values in decreasing absolute value.
fn sort(values: &[f64], order: &mut Vec<usize>) {
    order.clear();
    order.extend(0..values.len());
    order.sort_unstable_by(|&a, &b| values[b].abs().total_cmp(&values[a].abs()).then(a.cmp(&b)));
}
