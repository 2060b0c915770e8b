//! The active rows of a lower level at a point, with multipliers and second derivatives.

use linalg::DenseQr;
use linalg::dense::{singular_values, symmetric_eigenvalues};
use linalg::slice::{all_finite, axpy, dot, norm_inf, norm2};
use nlp_model::Bilevel;

use super::{SensitivityError, SensitivityOptions};
use crate::MpecError;

/// An active side of a row, or of a bound of y.
#[derive(Clone, Debug)]
struct Row {
    /// The row, or ncon + j for the bound of y_j.
    index: usize,
    /// +1 at an upper side, −1 at a lower one: the side reads sign · (c − side) ≤ 0.
    sign: f64,
    is_equality: bool,
    /// sign · ∇c by (x, y) over the length of its part by y (nx + ny).
    gradient: Vec<f64>,
    /// sign · |∇_y c|: multipliers of c are those of the unit rows over this.
    scale: f64,
    /// Multiplier of the unit row.
    multiplier: f64,
    is_strong: bool,
}

/// The active rows at (x, y).
#[derive(Clone, Debug)]
pub(super) struct Active {
    pub nx: usize,
    pub ny: usize,
    rows: Vec<Row>,
    /// ∇f (nx + ny).
    gradient: Vec<f64>,
    /// ∇²L, full (nx + ny)².
    hessian: Vec<f64>,
    pub violation: f64,
    pub stationarity: f64,
    pub complementarity: f64,
}

impl Active {
    pub fn at(
        problem: &dyn Bilevel,
        x: &[f64],
        y: &[f64],
        options: &SensitivityOptions,
    ) -> Result<Self, SensitivityError> {
        let (lower, nx, n) = (problem.lower(), x.len(), x.len() + y.len());
        let meta = lower.meta();
        let z = [x, y].concat();
        let (mut c, mut gradient) = (vec![0.0; meta.ncon()], vec![0.0; n]);
        let structure = lower.jac_structure();
        let mut values = vec![0.0; structure.nnz()];
        lower.cons(&z, &mut c);
        lower.grad(&z, &mut gradient);
        lower.jac_coord(&z, &mut values);
        if !(all_finite(&c) && all_finite(&gradient) && all_finite(&values)) {
            return Err(MpecError::Domain.into());
        }
        let mut jacobian = vec![0.0; meta.ncon() * n];
        for ((i, j), value) in structure.iter().zip(&values) {
            jacobian[i * n + j] += value;
        }
        let unit = |j: usize| -> Vec<f64> { (0..n).map(|k| f64::from(u8::from(k == j))).collect() };
        let rows = (0..meta.ncon()).map(|i| {
            let gradient = jacobian[i * n..(i + 1) * n].to_vec();
            (i, c[i], meta.lcon()[i], meta.ucon()[i], gradient)
        });
        let bounds = (nx..n).map(|j| {
            (
                meta.ncon() + j - nx,
                z[j],
                meta.lvar()[j],
                meta.uvar()[j],
                unit(j),
            )
        });
        let mut active = Active {
            nx,
            ny: y.len(),
            rows: Vec::new(),
            gradient,
            hessian: Vec::new(),
            violation: 0.0,
            stationarity: f64::NAN,
            complementarity: f64::INFINITY,
        };
        for (index, value, lo, hi, gradient) in rows.chain(bounds) {
            active.violation = active.violation.max(lo - value).max(value - hi);
            let is_near = |side: f64| {
                side.is_finite() && (value - side).abs() <= options.active * (1.0 + side.abs())
            };
            // a violated side is active, however far away
            let sign = match (is_near(hi) || value > hi, is_near(lo) || value < lo) {
                (true, _) => 1.0,
                (false, true) => -1.0,
                _ => continue,
            };
            let length = norm2(&gradient[nx..]);
            let scale = sign * if length > 0.0 { length } else { 1.0 };
            active.rows.push(Row {
                index,
                sign,
                is_equality: lo == hi,
                gradient: gradient.iter().map(|v| v / scale).collect(),
                scale,
                multiplier: 0.0,
                is_strong: false,
            });
        }
        Ok(active)
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Gradients by (x, y), those by y of unit length.
    pub fn gradients(&self) -> impl Iterator<Item = &[f64]> {
        self.rows.iter().map(|row| &row.gradient[..])
    }

    /// Those of equalities and strongly active rows.
    pub fn strong(&self) -> impl Iterator<Item = &[f64]> {
        let strong = self.rows.iter().filter(|row| row.is_strong);
        strong.map(|row| &row.gradient[..])
    }

    /// Those of the others.
    pub fn weak(&self) -> impl Iterator<Item = &[f64]> {
        let weak = self.rows.iter().filter(|row| !row.is_strong);
        weak.map(|row| &row.gradient[..])
    }

    /// The smallest singular value of the gradients by y.
    pub fn independence(&self) -> Result<f64, SensitivityError> {
        let (k, ny) = (self.len(), self.ny);
        let has_zero = self
            .gradients()
            .any(|gradient| norm_inf(&gradient[self.nx..]) == 0.0);
        if k > ny || has_zero {
            return Ok(0.0);
        }
        if k == 0 {
            return Ok(f64::INFINITY);
        }
        let mut sigma = vec![0.0; k];
        singular_values(ny, k, &self.columns(), &mut sigma)?;
        Ok(sigma[k - 1])
    }

    /// The gradients by y, one after the other.
    fn columns(&self) -> Vec<f64> {
        let parts = self.gradients().map(|gradient| &gradient[self.nx..]);
        parts.collect::<Vec<_>>().concat()
    }

    /// Multipliers by least squares, and what they say.
    pub fn find_multipliers(
        &mut self,
        options: &SensitivityOptions,
    ) -> Result<(), SensitivityError> {
        let (nx, ny, k) = (self.nx, self.ny, self.len());
        let size = norm_inf(&self.gradient[nx..]).max(1.0);
        let mut residual = self.gradient[nx..].to_vec();
        let mut multipliers = vec![0.0; k];
        if k > 0 {
            let mut qr = DenseQr::new(ny, k);
            qr.factor_dense(&self.columns())?;
            let target: Vec<f64> = residual.iter().map(|v| -v).collect();
            qr.least_squares(&target, &mut multipliers);
        }
        let mut most_negative = 0.0_f64;
        for (row, w) in self.rows.iter_mut().zip(&multipliers) {
            axpy(*w, &row.gradient[nx..], &mut residual);
            row.multiplier = *w;
            row.is_strong = row.is_equality || *w > options.multiplier * size;
            if !row.is_equality {
                self.complementarity = self.complementarity.min(w / size);
                most_negative = most_negative.max(-w / size);
            }
        }
        self.stationarity = norm_inf(&[norm_inf(&residual) / size, most_negative]);
        Ok(())
    }

    /// Multipliers of all rows, and of the bounds of y.
    pub fn all_multipliers(&self, problem: &dyn Bilevel) -> (Vec<f64>, Vec<f64>) {
        let ncon = problem.lower().meta().ncon();
        let mut all = vec![0.0; ncon + self.ny];
        for row in &self.rows {
            debug_assert!(row.sign == row.scale.signum());
            all[row.index] = row.multiplier / row.scale;
        }
        let bounds = all.split_off(ncon);
        (all, bounds)
    }

    /// ∇ₓL.
    pub fn value_gradient(&self) -> Vec<f64> {
        let mut gradient = self.gradient[..self.nx].to_vec();
        for row in &self.rows {
            axpy(row.multiplier, &row.gradient[..self.nx], &mut gradient);
        }
        gradient
    }

    pub fn load_hessian(
        &mut self,
        problem: &dyn Bilevel,
        x: &[f64],
        y: &[f64],
    ) -> Result<(), SensitivityError> {
        let (lower, n) = (problem.lower(), self.nx + self.ny);
        let (multipliers, _) = self.all_multipliers(problem);
        let structure = lower.hess_structure();
        let mut values = vec![0.0; structure.nnz()];
        lower.hess_coord(&[x, y].concat(), &multipliers, 1.0, &mut values);
        if !all_finite(&values) {
            return Err(MpecError::Domain.into());
        }
        self.hessian = vec![0.0; n * n];
        structure.to_dense_symmetric(&values, &mut self.hessian);
        Ok(())
    }

    /// Entry (i, j) of ∇²L by (x, y).
    pub fn hessian(&self, i: usize, j: usize) -> f64 {
        self.hessian[i + j * (self.nx + self.ny)]
    }

    /// The largest |entry| of ∇²_yy L.
    pub fn hessian_size(&self) -> f64 {
        let range = self.nx..self.nx + self.ny;
        let columns = range.clone().map(|j| range.clone().map(move |i| (i, j)));
        let entries = columns.flatten().map(|(i, j)| self.hessian(i, j));
        norm_inf(&entries.collect::<Vec<_>>())
    }

    /// The smallest eigenvalue of ∇²_yy L on the directions that keep the strongly active rows.
    pub fn curvature(&self) -> Result<f64, SensitivityError> {
        let (_, z) = self.tangent()?;
        let (ny, n) = (self.ny, z.len() / self.ny.max(1));
        if n == 0 {
            return Ok(f64::INFINITY);
        }
        let columns: Vec<&[f64]> = z.chunks(ny).collect();
        let mut eigenvalues = vec![0.0; n];
        symmetric_eigenvalues(n, &self.reduced_hessian(&columns), &mut eigenvalues)?;
        Ok(eigenvalues[0])
    }

    /// A factorization of the strongly active gradients by y, one a row, and a basis Z of the directions that
    /// keep them, column by column.
    pub fn tangent(&self) -> Result<(DenseQr, Vec<f64>), SensitivityError> {
        let strong: Vec<&[f64]> = self.strong().collect();
        let entries = (0..self.ny).flat_map(|j| strong.iter().map(move |a| a[self.nx + j]));
        let mut qr = DenseQr::new(strong.len(), self.ny);
        let rank = qr.factor_dense(&entries.collect::<Vec<_>>())?;
        let mut z = vec![0.0; self.ny * (self.ny - rank)];
        qr.null_space(&mut z);
        Ok((qr, z))
    }

    /// Zᵀ ∇²_yy L Z.
    pub fn reduced_hessian(&self, columns: &[&[f64]]) -> Vec<f64> {
        let mut reduced = Vec::with_capacity(columns.len() * columns.len());
        for column in columns {
            let direction = [&vec![0.0; self.nx], *column].concat();
            let product = multiply_part(self, self.nx, &direction);
            reduced.extend(columns.iter().map(|other| dot(other, &product)));
        }
        reduced
    }
}

/// Entries `first..` of ∇²L times a direction by (x, y).
pub(super) fn multiply_part(active: &Active, first: usize, direction: &[f64]) -> Vec<f64> {
    let n = active.nx + active.ny;
    let entry = |i: usize| (0..n).map(|j| active.hessian(i, j) * direction[j]).sum();
    (first..n).map(entry).collect()
}
