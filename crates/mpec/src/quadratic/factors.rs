//! The factors of the dual active-set method: J = L⁻ᵀQ and R with JᵀN = [R; 0].

use linalg::slice::{axpy, dot, norm_inf, norm2};

/// H = L Lᵀ, and for the working set with normals N: Jᵀ N = [R; 0], J Jᵀ = H⁻¹, R upper triangular.
#[derive(Clone, Debug)]
pub(super) struct Factors {
    n: usize,
    hessian: Vec<f64>,
    /// L⁻ᵀ, column by column.
    inverse: Vec<f64>,
    /// J, column by column.
    j: Vec<f64>,
    /// R, column by column with stride n.
    r: Vec<f64>,
    /// Number of columns of N.
    q: usize,
    /// Jᵀ a for the normal a that was loaded last.
    v: Vec<f64>,
}

impl Factors {
    pub fn new(n: usize) -> Self {
        let square = || vec![0.0; n * n];
        Factors {
            n,
            hessian: square(),
            inverse: square(),
            j: square(),
            r: square(),
            q: 0,
            v: vec![0.0; n],
        }
    }

    pub fn identity(&mut self) {
        self.hessian.fill(0.0);
        for j in 0..self.n {
            self.hessian[j * self.n + j] = 1.0;
        }
        self.inverse.copy_from_slice(&self.hessian);
    }

    /// L⁻ᵀ of a matrix whose lower triangle is `hessian`; false when that is not positive definite.
    pub fn factor(&mut self, hessian: &[f64]) -> bool {
        let n = self.n;
        debug_assert_eq!(hessian.len(), n * n);
        self.hessian.copy_from_slice(hessian);
        // L column by column, in `j`.
        let l = &mut self.j;
        l.copy_from_slice(hessian);
        for j in 0..n {
            let mut pivot = l[j * n + j];
            for k in 0..j {
                pivot -= l[k * n + j] * l[k * n + j];
            }
            // Also false for NaN.
            let is_positive = pivot > 1e-14 * hessian[j * n + j].abs().max(f64::MIN_POSITIVE);
            if !is_positive || !pivot.is_finite() {
                return false;
            }
            let root = pivot.sqrt();
            l[j * n + j] = root;
            for i in j + 1..n {
                let mut sum = l[j * n + i];
                for k in 0..j {
                    sum -= l[k * n + i] * l[k * n + j];
                }
                l[j * n + i] = sum / root;
            }
        }
        // Column c of L⁻ᵀ solves Lᵀ x = e_c: upper triangular, by back substitution.
        self.inverse.fill(0.0);
        for c in 0..n {
            for i in (0..=c).rev() {
                let mut sum = if i == c { 1.0 } else { 0.0 };
                for k in i + 1..=c {
                    sum -= l[i * n + k] * self.inverse[c * n + k];
                }
                self.inverse[c * n + i] = sum / l[i * n + i];
            }
        }
        linalg::slice::all_finite(&self.inverse)
    }

    /// Empties the working set.
    pub fn begin(&mut self) {
        self.q = 0;
        self.j.copy_from_slice(&self.inverse);
    }

    fn column(&self, k: usize) -> &[f64] {
        &self.j[k * self.n..(k + 1) * self.n]
    }

    /// d = −H⁻¹g.
    pub fn minimizer(&self, g: &[f64], d: &mut [f64]) {
        d.fill(0.0);
        for k in 0..self.n {
            let column = &self.inverse[k * self.n..(k + 1) * self.n];
            axpy(-dot(column, g), column, d);
        }
    }

    /// v = Jᵀa.
    pub fn load(&mut self, a: &[f64]) {
        for k in 0..self.n {
            self.v[k] = dot(&self.j[k * self.n..(k + 1) * self.n], a);
        }
    }

    /// z = J₂J₂ᵀa, the primal direction, and r = R⁻¹J₁ᵀa; returns aᵀz, or 0 when a depends on the
    /// working set (then z = 0).
    pub fn directions(&self, z: &mut [f64], r: &mut [f64]) -> f64 {
        let (n, q) = (self.n, self.q);
        for i in (0..q).rev() {
            let mut sum = self.v[i];
            for k in i + 1..q {
                sum -= self.r[k * n + i] * r[k];
            }
            r[i] = sum / self.r[i * n + i];
        }
        z.fill(0.0);
        let rest = norm2(&self.v[q..]);
        if rest <= super::DEPENDENT * norm2(&self.v) {
            return 0.0;
        }
        for k in q..n {
            axpy(self.v[k], self.column(k), z);
        }
        rest * rest
    }

    /// The loaded normal enters the working set.
    pub fn enter(&mut self) {
        let (n, q) = (self.n, self.q);
        debug_assert!(q < n, "an independent normal fits");
        for k in (q + 1..n).rev() {
            let (a, b) = (self.v[k - 1], self.v[k]);
            if b == 0.0 {
                continue;
            }
            let (c, s, length) = givens(a, b);
            (self.v[k - 1], self.v[k]) = (length, 0.0);
            self.rotate(k - 1, c, s);
        }
        self.r[q * n..q * n + q + 1].copy_from_slice(&self.v[..=q]);
        self.q += 1;
    }

    /// Column `k` of the working set leaves.
    pub fn leave(&mut self, k: usize) {
        let (n, q) = (self.n, self.q);
        for c in k + 1..q {
            self.r.copy_within(c * n..c * n + c + 1, (c - 1) * n);
        }
        self.q -= 1;
        for i in k..self.q {
            let (a, b) = (self.r[i * n + i], self.r[i * n + i + 1]);
            let (c, s, length) = givens(a, b);
            (self.r[i * n + i], self.r[i * n + i + 1]) = (length, 0.0);
            for col in i + 1..self.q {
                let (a, b) = (self.r[col * n + i], self.r[col * n + i + 1]);
                self.r[col * n + i] = c * a + s * b;
                self.r[col * n + i + 1] = c * b - s * a;
            }
            self.rotate(i, c, s);
        }
    }

    /// Columns k and k+1 of J are rotated.
    fn rotate(&mut self, k: usize, c: f64, s: f64) {
        let n = self.n;
        let (left, right) = self.j[k * n..(k + 2) * n].split_at_mut(n);
        for (x, y) in left.iter_mut().zip(right) {
            (*x, *y) = (c * *x + s * *y, c * *y - s * *x);
        }
    }

    /// out = H d + g.
    pub fn residual(&self, d: &[f64], g: &[f64], out: &mut [f64]) {
        out.copy_from_slice(g);
        for j in 0..self.n {
            for i in j..self.n {
                let h = self.hessian[j * self.n + i];
                out[i] += h * d[j];
                if i != j {
                    out[j] += h * d[i];
                }
            }
        }
    }

    /// Solves H z − N w = −residual, Nᵀz = gap; `gap` (first q entries) is overwritten by w.
    pub fn correct(&mut self, residual: &[f64], gap: &mut [f64], z: &mut [f64]) {
        let (n, q) = (self.n, self.q);
        for k in 0..n {
            self.v[k] = dot(&self.j[k * n..(k + 1) * n], residual);
        }
        // Rᵀ p = gap; z = J₁ p − J₂ J₂ᵀ residual; R w = p + J₁ᵀ residual.
        for i in 0..q {
            let mut sum = gap[i];
            for k in 0..i {
                sum -= self.r[i * n + k] * gap[k];
            }
            gap[i] = sum / self.r[i * n + i];
        }
        z.fill(0.0);
        for k in 0..n {
            let weight = if k < q { gap[k] } else { -self.v[k] };
            axpy(weight, &self.j[k * n..(k + 1) * n], z);
        }
        for i in (0..q).rev() {
            let mut sum = gap[i] + self.v[i];
            for k in i + 1..q {
                sum -= self.r[k * n + i] * gap[k];
            }
            gap[i] = sum / self.r[i * n + i];
        }
        debug_assert!(!norm_inf(z).is_nan() || norm_inf(residual).is_nan());
    }
}

/// c, s and the length with [c s; −s c] (a, b) = (length, 0).
fn givens(a: f64, b: f64) -> (f64, f64, f64) {
    let length = a.hypot(b);
    if length == 0.0 {
        (1.0, 0.0, 0.0)
    } else {
        (a / length, b / length, length)
    }
}
