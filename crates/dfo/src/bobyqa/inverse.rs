//! The inverse of the matrix of the interpolation conditions.

use super::columns::Columns;
use super::model::sum;
use super::points::Points;

/// H = W⁻¹, where the symmetric W of order m + n + 1 has the blocks A_kl = ½(y_kᵀy_l)², a row of ones, and
/// the points; without its row and column m + 1 (Powell2009, Section 2).
///
/// The leading block is Z Zᵀ, positive semidefinite whatever the rounding. The last n rows are [Ξᵀ Υ].
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Inverse {
    /// m × (m − n − 1).
    pub(crate) z: Columns,
    /// Ξ (m × n).
    pub(crate) xi: Columns,
    /// Υ (n × n, symmetric).
    pub(crate) upsilon: Columns,
    m: usize,
    work: Vec<f64>,
}

/// What is known about a trial point x_opt + d before it is evaluated.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Trial {
    /// d (n).
    pub(crate) d: Vec<f64>,
    /// |d|².
    pub(crate) dsq: f64,
    /// x_opt + d (n), on bounds exactly.
    pub(crate) y: Vec<f64>,
    /// y_kᵀd (m).
    pub(crate) yd: Vec<f64>,
    /// α_k (m), where it is needed.
    pub(crate) alpha: Vec<f64>,
    /// The values of the Lagrange functions at the trial point (m), then n more entries of H w + e.
    pub(crate) vlag: Vec<f64>,
    /// β of the updating formula.
    pub(crate) beta: f64,
    w: Vec<f64>,
}

impl Trial {
    pub(crate) fn zeros(n: usize, m: usize) -> Self {
        Trial {
            d: vec![0.0; n],
            dsq: 0.0,
            y: vec![0.0; n],
            yd: vec![0.0; m],
            alpha: vec![0.0; m],
            vlag: vec![0.0; m + n],
            beta: 0.0,
            w: vec![0.0; m],
        }
    }

    /// Moves the trial point to `y`.
    pub(crate) fn set(&mut self, points: &Points, y: &[f64]) {
        self.y.copy_from_slice(y);
        for i in 0..y.len() {
            self.d[i] = y[i] - points.xopt[i];
        }
    }
}

impl Inverse {
    pub(crate) fn zeros(n: usize, m: usize) -> Self {
        Inverse {
            z: Columns::zeros(m, m - n - 1),
            xi: Columns::zeros(m, n),
            upsilon: Columns::zeros(n, n),
            m,
            work: vec![0.0; 2 * m + 2 * n],
        }
    }

    /// The values of the Lagrange functions at the trial point, and β (Powell2009, Section 4). Cost: O(m²).
    ///
    /// w_k = (y_kᵀd)(½ y_kᵀd + y_kᵀx_opt), w_{m+i} = d_i, vlag = H w + e_best, and
    /// β = (dᵀx_opt)² + |d|²(|x_opt|² + 2dᵀx_opt + ½|d|²) − wᵀH w.
    pub(crate) fn trial(&mut self, points: &Points, trial: &mut Trial) {
        let (n, m) = (points.n(), points.m());
        let Trial { d, yd, w, vlag, .. } = trial;
        let x = &points.xopt;
        points.y.product(d, yd);
        for ((w, yd), yx) in w.iter_mut().zip(yd.iter()).zip(&points.yx) {
            *w = yd * (0.5 * yd + yx);
        }
        let (lagrange, rest) = vlag.split_at_mut(m);
        let c = &mut self.work[..m - n - 1];
        self.z.transposed_product(w, c);
        let zz = c.iter().fold(0.0, |zz, c| zz - c * c);
        self.xi.product(d, lagrange);
        self.z.add_product(c, lagrange);

        self.xi.transposed_product(w, rest);
        let first = &mut self.work[..n];
        first.copy_from_slice(rest);
        self.upsilon.add_product(d, rest);
        let (mut dsq, mut bsum, mut dx) = (0.0, 0.0, 0.0);
        for j in 0..n {
            dsq += d[j] * d[j];
            bsum += first[j] * d[j];
            bsum += rest[j] * d[j];
            dx += d[j] * x[j];
        }
        lagrange[points.best] += 1.0;
        trial.dsq = dsq;
        trial.beta = dx * dx + dsq * (points.xoptsq + dx + dx + 0.5 * dsq) + zz - bsum;
    }

    /// α_k = |row k of Z|² (m).
    pub(crate) fn alphas(&self, alpha: &mut [f64]) {
        alpha.fill(0.0);
        for column in self.z.columns() {
            for (alpha, z) in alpha.iter_mut().zip(column) {
                *alpha += z * z;
            }
        }
    }

    /// The coefficients of the `t`-th Lagrange function: column t of Z Zᵀ (m).
    pub(crate) fn lagrange_coefficients(&self, t: usize, c: &mut [f64]) {
        c.fill(0.0);
        for column in self.z.columns() {
            let z = column[t];
            for (c, row) in c.iter_mut().zip(column) {
                *c += z * row;
            }
        }
    }

    /// Replaces point t by the trial point, whose denominator α_t β + vlag_t² is `den`
    /// (Powell2009, Section 4). Cost: O(m²).
    ///
    /// Afterwards row t of Z is zero but for its first entry. The entry t of `vlag` is lessened by one.
    pub(crate) fn update(&mut self, t: usize, beta: f64, den: f64, vlag: &mut [f64]) {
        let m = self.m;
        let n = vlag.len() - m;
        let Inverse {
            z,
            xi,
            upsilon,
            work,
            ..
        } = self;
        rotate_row(z, t);
        let w = &mut work[..m + n];
        let z_t = z.at(t, 0);
        for (w, z) in w.iter_mut().zip(z.column(0)) {
            *w = z_t * z;
        }
        for j in 0..n {
            w[m + j] = xi.at(t, j);
        }
        let (alpha, tau) = (w[t], vlag[t]);
        vlag[t] -= 1.0;
        let root = den.sqrt();
        let (a, b) = (tau / root, z_t / root);
        for (z, v) in z.column_mut(0).iter_mut().zip(vlag.iter()) {
            *z = a * *z - b * v;
        }
        for j in 0..n {
            let (v_j, w_j) = (vlag[m + j], w[m + j]);
            let a = (alpha * v_j - tau * w_j) / den;
            let b = (-beta * w_j - tau * v_j) / den;
            for ((x, v), w) in xi.column_mut(j).iter_mut().zip(&vlag[..m]).zip(&w[..m]) {
                *x = *x + a * v + b * w;
            }
            let upper = upsilon.column_mut(j)[..=j].iter_mut();
            for ((u, v), w) in upper.zip(&vlag[m..]).zip(&w[m..]) {
                *u = *u + a * v + b * w;
            }
        }
        upsilon.mirror();
    }

    /// Adds the trial point as point t.
    pub(crate) fn append(&mut self, t: usize, beta: f64, vlag: &[f64]) {
        let m = self.m;
        let n = vlag.len() - m;
        let root = beta.sqrt();
        let z = self.z.column_mut(t - n - 1);
        for (z, v) in z.iter_mut().zip(vlag) {
            *z = -v / root;
        }
        z[t] = 1.0 / root;
        for j in 0..n {
            let a = vlag[m + j] / beta;
            for (x, v) in self.xi.column_mut(j).iter_mut().zip(vlag) {
                *x += a * v;
            }
            *self.xi.at_mut(t, j) = -a;
            for i in 0..n {
                *self.upsilon.at_mut(i, j) += vlag[m + i] * vlag[m + j] / beta;
            }
        }
    }

    /// Keeps H the inverse when x_base moves to x_opt (Powell2006, Section 7); call it before the points are
    /// moved. Cost: O(m²n).
    pub(crate) fn shift(&mut self, points: &Points) {
        let (n, m) = (points.n(), points.m());
        let x = &points.xopt;
        let quarter = 0.25 * points.xoptsq;
        let (s, work) = self.work.split_at_mut(m);
        let (v, work) = work.split_at_mut(n);
        s.fill(-0.5 * points.xoptsq);
        points.y.add_product(x, s);
        for k in 0..m {
            let (row, y) = work[..2 * n].split_at_mut(n);
            self.xi.read_row(k, row);
            points.y.read_row(k, y);
            let rest = quarter - 0.5 * s[k];
            for i in 0..n {
                v[i] = s[k] * y[i] + rest * x[i];
            }
            for j in 0..n {
                let (row_j, v_j) = (row[j], v[j]);
                let lower = self.upsilon.column_mut(j)[j..].iter_mut();
                for (u, (row, v)) in lower.zip(row[j..].iter().zip(&v[j..])) {
                    *u = *u + row * v_j + v * row_j;
                }
            }
        }
        let scaled = &mut work[..m];
        for column in self.z.columns() {
            for (c, (s, z)) in scaled.iter_mut().zip(s.iter().zip(column)) {
                *c = s * z;
            }
            let shift = quarter * sum(column) - 0.5 * sum(scaled);
            for (v, x) in v.iter_mut().zip(x) {
                *v = shift * x;
            }
            points.y.add_transposed_product(scaled, v);
            for j in 0..n {
                for (xi, z) in self.xi.column_mut(j).iter_mut().zip(column) {
                    *xi += v[j] * z;
                }
                let u = self.upsilon.column_mut(j);
                for i in j..n {
                    u[i] += v[i] * v[j];
                }
            }
        }
        for j in 0..n {
            for i in 0..j {
                *self.upsilon.at_mut(i, j) = self.upsilon.at(j, i);
            }
        }
    }
}

/// Rotates columns of Z until row t is zero but for its first entry; Z Zᵀ stays.
fn rotate_row(z: &mut Columns, t: usize) {
    let negligible = 1e-20 * z.largest_modulus();
    let count = z.columns().len();
    for j in 1..count {
        let z_j = z.at(t, j);
        if z_j.abs() > negligible {
            let z_1 = z.at(t, 0);
            let r = (z_1 * z_1 + z_j * z_j).sqrt();
            let (c, s) = (z_1 / r, z_j / r);
            let (first, column) = z.first_and(j);
            for (p, q) in first.iter_mut().zip(column) {
                let rotated = c * *p + s * *q;
                *q = c * *q - s * *p;
                *p = rotated;
            }
        }
        *z.at_mut(t, j) = 0.0;
    }
}
