//! The first m points, the first model, and its inverse matrix in closed form.

use super::inverse::Inverse;
use super::model::Model;
use super::points::Points;

/// The first points: x₀, then x₀ + ρ e_i, then second steps along the axes, then pairs: Powell's PRELIM
/// (Powell2009, Section 2).
///
/// The first 2n + 1 points do not depend on values; a pair depends on the better step along each of two axes.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Design {
    rho: f64,
    /// Points placed so far.
    placed: usize,
    /// Points evaluated so far.
    pub(crate) evaluated: usize,
    /// The steps along each axis, as they were placed (n each).
    one: Vec<f64>,
    two: Vec<f64>,
}

impl Design {
    pub(crate) fn new(rho: f64, n: usize) -> Self {
        Design {
            rho,
            placed: 0,
            evaluated: 0,
            one: vec![0.0; n],
            two: vec![0.0; n],
        }
    }

    /// Points that are placed and not evaluated.
    pub(crate) fn waiting(&self) -> usize {
        self.placed - self.evaluated
    }

    /// Places all points that the known values allow.
    pub(crate) fn place(&mut self, points: &mut Points) {
        let (n, m) = (points.n(), points.active);
        if self.placed == 0 {
            for k in 1..m.min(2 * n + 1) {
                let i = (k - 1) % n;
                let (sl, su) = (points.sl[i], points.su[i]);
                let step = if k <= n {
                    self.one[i] = if su == 0.0 { -self.rho } else { self.rho };
                    self.one[i]
                } else {
                    self.two[i] = if su == 0.0 {
                        f64::max(-2.0 * self.rho, sl)
                    } else if sl == 0.0 {
                        f64::min(2.0 * self.rho, su)
                    } else {
                        -self.rho
                    };
                    self.two[i]
                };
                *points.y.at_mut(k, i) = step;
            }
            self.placed = m.min(2 * n + 1);
        } else if self.evaluated == self.placed && self.placed < m {
            self.prefer_better_steps(points);
            for k in self.placed..m {
                let (p, q) = pair(k, n);
                *points.y.at_mut(k, p) = points.y.at(p + 1, p);
                *points.y.at_mut(k, q) = points.y.at(q + 1, q);
            }
            self.placed = m;
        }
    }

    /// Exchanges the two points of an axis when they lie on opposite sides of x₀ and the second is better.
    fn prefer_better_steps(&self, points: &mut Points) {
        let n = points.n();
        for i in 0..n.min(points.active - n - 1) {
            let (k, l) = (i + 1, i + 1 + n);
            if self.one[i] * self.two[i] < 0.0 && points.f[l] < points.f[k] {
                points.f.swap(k, l);
                *points.y.at_mut(k, i) = self.two[i];
                *points.y.at_mut(l, i) = self.one[i];
            }
        }
    }

    fn is_exchanged(&self, points: &Points, i: usize) -> bool {
        points.y.at(i + 1, i) != self.one[i]
    }

    /// The model and the inverse matrix of the complete design; x_opt becomes the best point.
    pub(crate) fn finish(&mut self, points: &mut Points, model: &mut Model, inverse: &mut Inverse) {
        let (n, m) = (points.n(), points.active);
        let rhosq = self.rho * self.rho;
        if m <= 2 * n + 1 {
            self.prefer_better_steps(points);
        }
        let f0 = points.f[0];
        for i in 0..n {
            let (k, l) = (i + 1, i + 1 + n);
            let (a, b) = (self.one[i], self.two[i]);
            if l >= m {
                model.g[i] = (points.f[k] - f0) / a;
                *inverse.xi.at_mut(0, i) = -1.0 / a;
                *inverse.xi.at_mut(k, i) = 1.0 / a;
                *inverse.upsilon.at_mut(i, i) = -0.5 * rhosq;
                continue;
            }
            // the values as they came, before the exchange
            let (fa, fb) = if self.is_exchanged(points, i) {
                (points.f[l], points.f[k])
            } else {
                (points.f[k], points.f[l])
            };
            let (first, second) = ((fa - f0) / a, (fb - f0) / b);
            *model.h.at_mut(i, i) = 2.0 * (second - first) / (b - a);
            model.g[i] = (first * b - second * a) / (b - a);

            let xi = inverse.xi.column_mut(i);
            xi[0] = -(a + b) / (a * b);
            xi[l] = -0.5 / points.y.at(k, i);
            xi[k] = -xi[0] - xi[l];
            let z = inverse.z.column_mut(i);
            z[0] = std::f64::consts::SQRT_2 / (a * b);
            z[l] = 0.5_f64.sqrt() / rhosq;
            z[k] = -z[0] - z[l];
        }
        for k in 2 * n + 1..m {
            let (p, q) = pair(k, n);
            let area = points.y.at(k, p) * points.y.at(k, q);
            let h = (f0 - points.f[p + 1] - points.f[q + 1] + points.f[k]) / area;
            *model.h.at_mut(p, q) = h;
            *model.h.at_mut(q, p) = h;
            let z = inverse.z.column_mut(k - n - 1);
            let recip = 1.0 / rhosq;
            (z[0], z[k]) = (recip, recip);
            (z[p + 1], z[q + 1]) = (-recip, -recip);
        }
        points.set_best(self.first_best(points));
        if points.best != 0 {
            self.one.copy_from_slice(&points.xopt); // its steps are not needed any more
            model.move_gradient(points, &self.one);
        }
    }

    /// The index of the least value, of equals the one that was evaluated first.
    fn first_best(&self, points: &Points) -> usize {
        let (n, m) = (points.n(), points.active);
        let mut best = 0;
        for k in 1..m {
            let i = (k - 1) % n;
            let exchanged = k <= 2 * n && i + 1 + n < m && self.is_exchanged(points, i);
            let k = match k {
                _ if !exchanged => k,
                k if k <= n => k + n,
                k => k - n,
            };
            if points.f[k] < points.f[best] {
                best = k;
            }
        }
        best
    }
}

/// The axes of the pair at point k ≥ 2n + 1, the larger first.
pub(crate) fn pair(k: usize, n: usize) -> (usize, usize) {
    let lag = (k - n - 1) / n;
    let q = k - lag * n - n - 1;
    let p = q + lag;
    if p >= n { (q, p - n) } else { (p, q) }
}
