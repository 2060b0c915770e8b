//! The quadratic model.

use super::columns::Columns;
use super::points::Points;

/// Q(x_opt + d) − F(x_opt) = gᵀd + ½ dᵀ(H + Σ_k p_k y_k y_kᵀ)d, a quadratic that interpolates F at m points
/// (Powell2009, Section 1).
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Model {
    /// The gradient at x_opt (n).
    pub(crate) g: Vec<f64>,
    /// The explicit part H of the Hessian (n × n, symmetric).
    pub(crate) h: Columns,
    /// The coefficients p of the implicit part (m).
    pub(crate) p: Vec<f64>,
    work: Vec<f64>,
}

impl Model {
    pub(crate) fn zeros(n: usize, m: usize) -> Self {
        Model {
            g: vec![0.0; n],
            h: Columns::zeros(n, n),
            p: vec![0.0; m],
            work: vec![0.0; m + n],
        }
    }

    /// hs ← ∇²Q s. Cost: O(n² + mn).
    pub(crate) fn hessian_product(&mut self, points: &Points, s: &[f64], hs: &mut [f64]) {
        self.h.product(s, hs);
        self.add_implicit_product(points, s, hs);
    }

    fn add_implicit_product(&mut self, points: &Points, s: &[f64], hs: &mut [f64]) {
        let c = &mut self.work[..self.p.len()];
        points.y.product(s, c);
        for (c, p) in c.iter_mut().zip(&self.p) {
            *c *= p;
        }
        points.y.add_transposed_product(c, hs);
    }

    /// Q(x_opt + d) − F(x_opt), where `yd` holds y_kᵀd.
    pub(crate) fn change(&self, d: &[f64], yd: &[f64]) -> f64 {
        let mut vquad = 0.0;
        for j in 0..d.len() {
            vquad += d[j] * self.g[j];
            let h = self.h.column(j);
            for i in 0..j {
                vquad += h[i] * (d[i] * d[j]);
            }
            vquad += h[j] * (0.5 * (d[j] * d[j]));
        }
        for (p, yd) in self.p.iter().zip(yd) {
            vquad += 0.5 * p * (yd * yd);
        }
        vquad
    }

    /// The curvature ∇²Q_ii.
    pub(crate) fn curvature(&self, points: &Points, i: usize) -> f64 {
        let mut curvature = self.h.at(i, i);
        for (p, y) in self.p.iter().zip(points.y.column(i)) {
            curvature += p * (y * y);
        }
        curvature
    }

    /// Moves the part of the Hessian that belongs to y_t into H, before that point leaves.
    pub(crate) fn release(&mut self, points: &Points, t: usize) {
        if self.p[t] == 0.0 {
            return;
        }
        let n = self.g.len();
        let (y, scaled) = self.work[..2 * n].split_at_mut(n);
        points.y.read_row(t, y);
        for (s, y) in scaled.iter_mut().zip(y.iter()) {
            *s = self.p[t] * y;
        }
        for (j, column) in self.h.columns_mut().enumerate() {
            for (h, y) in column[..=j].iter_mut().zip(y.iter()) {
                *h += scaled[j] * y;
            }
        }
        self.h.mirror();
        self.p[t] = 0.0;
    }

    /// The gradient at a new x_opt, a step d from the old one.
    pub(crate) fn move_gradient(&mut self, points: &Points, d: &[f64]) {
        let mut g = std::mem::take(&mut self.g);
        self.h.add_product(d, &mut g);
        self.add_implicit_product(points, d, &mut g);
        self.g = g;
    }

    /// Keeps the Hessian when x_base moves to x_opt; call it before the points are moved.
    pub(crate) fn shift(&mut self, points: &Points) {
        self.shift_by(points, -0.5);
    }

    /// The same, called after the points are moved.
    pub(crate) fn shift_after(&mut self, points: &Points) {
        self.shift_by(points, 0.5);
    }

    /// H ← H + v x_optᵀ + x_opt vᵀ with v = Σ_k p_k (y_k ± x_opt/2).
    fn shift_by(&mut self, points: &Points, half: f64) {
        let n = self.g.len();
        let x = &points.xopt;
        let sum = sum(&self.p);
        let v = &mut self.work[..n];
        for (v, x) in v.iter_mut().zip(x) {
            *v = half * sum * x;
        }
        points.y.add_transposed_product(&self.p, v);
        for j in 0..n {
            for (i, h) in self.h.column_mut(j).iter_mut().enumerate() {
                let (i, j) = (i.min(j), i.max(j));
                *h = *h + v[i] * x[j] + x[i] * v[j];
            }
        }
    }
}

/// The sum in the order of the entries.
pub(crate) fn sum(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |s, x| s + x)
}
