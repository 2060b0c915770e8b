//! A quadratic on a face of the box: some variables free, a ball around the present step.

use linalg::DenseCholesky;
use linalg::dense::symmetric_eigenvectors;
use linalg::slice::norm2;

use super::step::Quadratic;

/// Minimizes γᵀp + ½ pᵀHp over the free variables, ‖p‖ ≤ Δ.
#[derive(Debug)]
pub(crate) struct FaceSolver {
    /// For dense Hessians.
    cholesky: Option<DenseCholesky>,
    /// H on the free variables, the identity elsewhere.
    matrix: Vec<f64>,
    eigenvalues: Vec<f64>,
    eigenvectors: Vec<f64>,
    /// For conjugate gradients: residual, direction and H times it.
    r: Vec<f64>,
    v: Vec<f64>,
    hv: Vec<f64>,
}

impl FaceSolver {
    pub fn new(n: usize, is_dense: bool) -> Self {
        let square = if is_dense { n * n } else { 0 };
        FaceSolver {
            cholesky: is_dense.then(|| DenseCholesky::new(n)),
            matrix: vec![0.0; square],
            eigenvalues: vec![0.0; if is_dense { n } else { 0 }],
            eigenvectors: vec![0.0; square],
            r: vec![0.0; n],
            v: vec![0.0; n],
            hv: vec![0.0; n],
        }
    }

    /// The step into `p`; 0 where the variables are not free. `s` is the present point of the box.
    pub fn solve(
        &mut self,
        q: &Quadratic,
        gamma: &[f64],
        s: &[f64],
        free: &[usize],
        delta: f64,
        p: &mut [f64],
    ) {
        match (q.dense, &mut self.cholesky) {
            (Some(h), Some(cholesky)) => {
                let n = gamma.len();
                self.matrix.fill(0.0);
                (0..n).for_each(|j| self.matrix[j + j * n] = 1.0);
                p.fill(0.0);
                for &j in free {
                    p[j] = -gamma[j];
                    for &i in free {
                        self.matrix[i + j * n] = h[i + j * n];
                    }
                }
                if cholesky.factor_dense(&self.matrix).is_ok() {
                    linalg::Factorization::solve(cholesky, p);
                    if norm2(p) <= delta {
                        return;
                    }
                }
                self.spectral(q, h, gamma, s, free, delta, p);
            }
            _ => self.conjugate_gradients(q, gamma, free, delta, p),
        }
    }

    /// The global minimizer by eigenvalues: (H + λI) p = −γ, λ ≥ max(0, −θ₁), λ (Δ − ‖p‖) = 0. In the
    /// hard case the eigenvector of θ₁ is added with the sign that the box cuts less.
    #[allow(clippy::too_many_arguments)]
    fn spectral(
        &mut self,
        q: &Quadratic,
        h: &[f64],
        gamma: &[f64],
        s: &[f64],
        free: &[usize],
        delta: f64,
        p: &mut [f64],
    ) {
        let (n, k) = (gamma.len(), free.len());
        for (b, &j) in free.iter().enumerate() {
            for (a, &i) in free.iter().enumerate() {
                self.matrix[a + b * k] = h[i + j * n];
            }
        }
        let (theta, vectors) = (&mut self.eigenvalues[..k], &mut self.eigenvectors[..k * k]);
        p.fill(0.0);
        if symmetric_eigenvectors(k, &self.matrix[..k * k], theta, vectors).is_err() {
            return;
        }
        // γ in the basis of eigenvectors
        let a = &mut self.r[..k];
        for (c, a) in a.iter_mut().enumerate() {
            *a = (0..k).map(|i| vectors[i + c * k] * gamma[free[i]]).sum();
        }
        let length = |lambda: f64| -> f64 {
            let sum: f64 = (0..k)
                .filter(|&c| a[c] != 0.0)
                .map(|c| (a[c] / (theta[c] + lambda)).powi(2))
                .sum();
            sum.sqrt()
        };
        let size = theta[k - 1]
            .abs()
            .max(theta[0].abs())
            .max(f64::MIN_POSITIVE);
        let least = (-theta[0]).max(0.0);
        let mut lambda = least + 1e-12 * size;
        let short = length(lambda) <= delta;
        if !short {
            // ‖p(λ)‖ falls; Newton on 1/‖p‖ from the left is monotone, bisection keeps it safe
            let (mut low, mut high) = (lambda, lambda + norm2(a) / delta + size);
            for _ in 0..60 {
                let norm = length(lambda);
                if (norm - delta).abs() <= 1e-6 * delta {
                    break;
                }
                if norm > delta {
                    low = lambda;
                } else {
                    high = lambda;
                }
                let derivative: f64 = (0..k)
                    .map(|c| a[c] * a[c] / (theta[c] + lambda).powi(3))
                    .sum();
                let next = lambda + (norm - delta) / delta * norm * norm / derivative;
                lambda = if next > low && next < high {
                    next
                } else {
                    0.5 * (low + high)
                };
            }
        }
        for c in 0..k {
            let weight = -a[c] / (theta[c] + lambda);
            for i in 0..k {
                p[free[i]] += weight * vectors[i + c * k];
            }
        }
        if short && theta[0] < -1e-12 * size {
            // hard case: ‖p + τ v‖ = Δ
            let v = &vectors[..k];
            let pv: f64 = (0..k).map(|i| p[free[i]] * v[i]).sum();
            let room = (delta * delta - norm2(p).powi(2)).max(0.0);
            let root = (pv * pv + room).sqrt();
            let kept = |tau: f64| -> f64 {
                (0..k)
                    .map(|i| {
                        let j = free[i];
                        let to = (s[j] + p[j] + tau * v[i]).max(q.lower[j]).min(q.upper[j]);
                        (to - s[j]).powi(2)
                    })
                    .sum()
            };
            let tau = if kept(-pv - root) > kept(root - pv) {
                -pv - root
            } else {
                root - pv
            };
            for i in 0..k {
                p[free[i]] += tau * v[i];
            }
        }
    }

    /// Steihaug and Toint's conjugate gradients, to a tenth of the residual or better
    /// (ConnGouldToint2000, Algorithm 7.5.1).
    fn conjugate_gradients(
        &mut self,
        q: &Quadratic,
        gamma: &[f64],
        free: &[usize],
        delta: f64,
        p: &mut [f64],
    ) {
        let on_face = |x: &[f64], y: &[f64]| -> f64 { free.iter().map(|&j| x[j] * y[j]).sum() };
        p.fill(0.0);
        self.v.fill(0.0);
        for &j in free {
            self.r[j] = gamma[j];
            self.v[j] = -gamma[j];
        }
        let mut rr = on_face(&self.r, &self.r);
        let target = rr * rr.sqrt().min(0.01);
        for _ in 0..2 * free.len() + 10 {
            if !(rr > target && rr > 0.0) {
                return;
            }
            (q.product)(&self.v, &mut self.hv);
            let vhv = on_face(&self.v, &self.hv);
            let (pp, pv, vv) = (
                on_face(p, p),
                on_face(p, &self.v),
                on_face(&self.v, &self.v),
            );
            let alpha = rr / vhv;
            let inside = vhv > 0.0 && pp + 2.0 * alpha * pv + alpha * alpha * vv < delta * delta;
            let to_boundary = || {
                let room = (delta * delta - pp).max(0.0);
                // the positive root, without cancellation
                room / (pv + (pv * pv + vv * room).sqrt())
            };
            let step = if inside { alpha } else { to_boundary() };
            for &j in free {
                p[j] += step * self.v[j];
                self.r[j] += step * self.hv[j];
            }
            if !inside {
                return;
            }
            let next = on_face(&self.r, &self.r);
            for &j in free {
                self.v[j] = next / rr * self.v[j] - self.r[j];
            }
            rr = next;
        }
    }
}
