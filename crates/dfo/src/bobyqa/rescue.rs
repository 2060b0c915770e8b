//! Fresh interpolation points when rounding has spoiled the inverse matrix.

use super::initialize::pair;
use super::inverse::{Inverse, Trial};
use super::model::Model;
use super::points::Points;

/// A new design of size Δ around x_opt, into which old points are put back where that is stable: Powell's
/// RESCUE (Powell2009, Section 5).
// Note (2026-11-22): β uses the last n entries of w, as Powell's code does. The term w(1:n) of PRIMA 0b267dd
// is wrong: on a random design of 8 points in 3 variables it gives 0.544 instead of 1.178.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Rescue {
    /// What stands at each index of the interpolation set (m).
    sites: Vec<Site>,
    /// The first and second step along each axis (n each).
    one: Vec<f64>,
    two: Vec<f64>,
    /// Squared distances of old points that may be put back, 0 for those that are not considered now (m).
    distances: Vec<f64>,
    /// The point that waits for its value.
    pending: usize,
    /// The model there.
    predicted: f64,
    /// x_opt before the rescue.
    center: usize,
    w: Vec<f64>,
    y: Vec<f64>,
}

/// A point of the interpolation set.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Site {
    /// An old point, of which the value is known.
    Known,
    /// The centre of the design.
    Center,
    /// The first step along an axis.
    One(usize),
    /// The second one.
    Two(usize),
    /// The first steps along two axes.
    Pair(usize, usize),
}

impl Rescue {
    pub(crate) fn new(n: usize, m: usize) -> Self {
        Rescue {
            sites: vec![Site::Known; m],
            one: vec![0.0; n],
            two: vec![0.0; n],
            distances: vec![0.0; m],
            pending: 0,
            predicted: 0.0,
            center: 0,
            w: vec![0.0; m + n],
            y: vec![0.0; n],
        }
    }

    /// Replaces H by that of the design and puts old points back. Call [`next`](Rescue::next) then.
    pub(crate) fn begin(
        &mut self,
        points: &mut Points,
        model: &mut Model,
        inverse: &mut Inverse,
        trial: &mut Trial,
        delta: f64,
    ) {
        points.shift_points();
        model.shift_after(points);
        points.shift_base();
        self.center = points.best;
        points
            .y
            .squared_distances(&points.xopt, &mut self.distances);
        self.distances[points.active..].fill(0.0);
        let farthest = self.distances.iter().fold(0.0, |a: f64, &b| a.max(b));
        self.design(points, inverse, delta);

        // x_opt takes the place of the centre, so that the centre is known.
        exchange(inverse, 0, self.center);
        self.sites.swap(0, self.center);
        self.sites[self.center] = Site::Known;
        self.distances[self.center] = 0.0;
        let mut provisional = self.sites.iter().filter(|s| **s != Site::Known).count();
        while provisional > 0 {
            let Some(k) = self.nearest() else { break };
            self.lagrange(points, inverse, trial, k);
            let Some((old, den)) = self.leaving(inverse, trial) else {
                self.distances[k] = -self.distances[k] - farthest;
                continue;
            };
            exchange(inverse, old, k);
            self.sites[old] = self.sites[k];
            self.sites[k] = Site::Known;
            trial.vlag.swap(old, k);
            inverse.update(k, trial.beta, den, &mut trial.vlag);
            self.distances[k] = 0.0;
            for distance in &mut self.distances {
                *distance = distance.abs();
            }
            provisional -= 1;
        }
        self.pending = 0;
    }

    /// Puts the next new point into the set, or says that there is none left.
    pub(crate) fn next(&mut self, points: &mut Points, model: &mut Model) -> Option<usize> {
        let k = (self.pending..self.sites.len()).find(|&k| self.sites[k] != Site::Known)?;
        self.pending = k;
        model.release(points, k);
        self.y.fill(0.0);
        match self.sites[k] {
            Site::One(i) => self.y[i] = self.one[i],
            Site::Two(i) => self.y[i] = self.two[i],
            Site::Pair(p, q) => (self.y[p], self.y[q]) = (self.one[p], self.one[q]),
            Site::Known | Site::Center => {}
        }
        points.replace(k, &self.y);
        self.predicted = self.predict(points, model, k);
        Some(k)
    }

    /// The model at the new point k, which differs from the centre in one or two variables.
    fn predict(&mut self, points: &Points, model: &Model, k: usize) -> f64 {
        let (p, q) = match self.sites[k] {
            Site::One(i) => (Some(i), None),
            Site::Two(i) => (None, Some(i)),
            Site::Pair(p, q) => (Some(p), Some(q)),
            Site::Known | Site::Center => (None, None),
        };
        let mut predicted = points.f[self.center];
        for i in [p, q].into_iter().flatten() {
            let x = self.y[i];
            predicted += x * (model.g[i] + 0.5 * x * model.h.at(i, i));
        }
        if let (Some(p), Some(q)) = (p, q) {
            predicted += self.y[p] * self.y[q] * model.h.at(p, q);
        }
        let yd = &mut self.w[..points.m()];
        points.y.product(&self.y, yd);
        for (p, yd) in model.p.iter().zip(yd) {
            predicted += 0.5 * p * *yd * *yd;
        }
        predicted
    }

    /// The value of the point placed last: the model interpolates it.
    pub(crate) fn absorb(
        &mut self,
        points: &mut Points,
        model: &mut Model,
        inverse: &Inverse,
        f: f64,
    ) {
        let k = self.pending;
        points.f[k] = f;
        if f < points.fopt() {
            points.best = k;
        }
        let error = f - self.predicted;
        inverse.xi.read_row(k, &mut self.y);
        for (g, l) in model.g.iter_mut().zip(&self.y) {
            *g += error * l;
        }
        let c = &mut self.w[..points.m()];
        inverse.lagrange_coefficients(k, c);
        for (l, c) in c.iter().enumerate() {
            let c = error * c;
            match self.sites[l] {
                Site::Known => model.p[l] += c,
                Site::Center => {}
                Site::One(i) => *model.h.at_mut(i, i) += c * (self.one[i] * self.one[i]),
                Site::Two(i) => *model.h.at_mut(i, i) += c * (self.two[i] * self.two[i]),
                Site::Pair(p, q) => {
                    let (a, b) = (self.one[p], self.one[q]);
                    *model.h.at_mut(p, p) += c * (a * a);
                    *model.h.at_mut(q, q) += c * (b * b);
                    *model.h.at_mut(p, q) += c * a * b;
                    *model.h.at_mut(q, p) += c * a * b;
                }
            }
        }
        self.sites[k] = Site::Known;
    }

    /// Moves the centre of the model to the best point.
    pub(crate) fn finish(&mut self, points: &mut Points, model: &mut Model) {
        points.set_best(points.best);
        if points.best != self.center {
            self.y.copy_from_slice(&points.xopt);
            model.move_gradient(points, &self.y);
        }
    }

    /// The steps of the design and its H in closed form.
    fn design(&mut self, points: &Points, inverse: &mut Inverse, delta: f64) {
        let (n, m) = (points.n(), points.active);
        inverse.z.fill(0.0);
        inverse.xi.fill(0.0);
        inverse.upsilon.fill(0.0);
        self.sites[0] = Site::Center;
        for i in 0..n {
            let (mut a, mut b) = (delta.min(points.su[i]), (-delta).max(points.sl[i]));
            if a + b < 0.0 {
                (a, b) = (b, a);
            }
            if b.abs() < 0.5 * a.abs() {
                b = 0.5 * a;
            }
            (self.one[i], self.two[i]) = (a, b);
            let (k, l) = (i + 1, i + 1 + n);
            self.sites[k] = Site::One(i);
            let xi = inverse.xi.column_mut(i);
            if l < m {
                self.sites[l] = Site::Two(i);
                let recip = 1.0 / (a - b);
                xi[k] = -recip + 1.0 / a;
                xi[l] = recip + 1.0 / b;
                xi[0] = -xi[k] - xi[l];
                let z = inverse.z.column_mut(i);
                z[0] = std::f64::consts::SQRT_2 / (a * b).abs();
                z[k] = z[0] * b * recip;
                z[l] = -z[0] * a * recip;
            } else {
                xi[0] = -1.0 / a;
                xi[k] = 1.0 / a;
                *inverse.upsilon.at_mut(i, i) = -0.5 * (a * a);
            }
        }
        for k in 2 * n + 1..m {
            let (p, q) = pair(k, n);
            self.sites[k] = Site::Pair(p, q);
            let recip = 1.0 / (self.one[p] * self.one[q]);
            let z = inverse.z.column_mut(k - n - 1);
            (z[0], z[k]) = (recip, recip);
            (z[p + 1], z[q + 1]) = (-recip, -recip);
        }
    }

    /// The nearest old point that may be put back.
    fn nearest(&self) -> Option<usize> {
        let mut nearest: Option<usize> = None;
        for (k, &distance) in self.distances.iter().enumerate() {
            if distance > 0.0 && nearest.is_none_or(|l| distance < self.distances[l]) {
                nearest = Some(k);
            }
        }
        nearest
    }

    /// vlag and β for the old point k.
    fn lagrange(&mut self, points: &Points, inverse: &Inverse, trial: &mut Trial, k: usize) {
        let (n, m) = (points.n(), points.m());
        points.y.read_row(k, &mut self.y);
        let y = &self.y;
        let (w, c) = self.w.split_at_mut(m);
        points.y.product(y, w);
        for l in 0..m {
            let product = match self.sites[l] {
                Site::Known => w[l],
                Site::Center => 0.0,
                Site::One(i) => y[i] * self.one[i],
                Site::Two(i) => y[i] * self.two[i],
                Site::Pair(p, q) => y[p] * self.one[p] + y[q] * self.one[q],
            };
            w[l] = 0.5 * product * product;
        }
        w[self.center] = 0.0;
        let (lagrange, rest) = trial.vlag.split_at_mut(m);
        inverse.xi.product(y, lagrange);
        let mut beta = 0.0;
        for column in inverse.z.columns() {
            let sum = column.iter().zip(w.iter()).fold(0.0, |s, (z, w)| s + z * w);
            beta -= sum * sum;
            for (lagrange, z) in lagrange.iter_mut().zip(column) {
                *lagrange += sum * z;
            }
        }
        inverse.xi.transposed_product(w, rest);
        c.copy_from_slice(rest);
        inverse.upsilon.add_product(y, rest);
        let (mut bsum, mut distsq) = (0.0, 0.0);
        for j in 0..n {
            bsum += c[j] * y[j];
            bsum += rest[j] * y[j];
            distsq += y[j] * y[j];
        }
        lagrange[self.center] += 1.0;
        trial.beta = 0.5 * distsq * distsq + beta - bsum;
    }

    /// The new point with the largest denominator, when that is no small one.
    fn leaving(&mut self, inverse: &Inverse, trial: &Trial) -> Option<(usize, f64)> {
        let alpha = &mut self.w[..self.sites.len()];
        inverse.alphas(alpha);
        let (mut best, mut most, mut largest) = (0, 0.0, 0.0);
        for (k, site) in self.sites.iter().enumerate() {
            let vlagsq = trial.vlag[k] * trial.vlag[k];
            if *site != Site::Known {
                let den = trial.beta * alpha[k] + vlagsq;
                if den > most {
                    (best, most) = (k, den);
                }
            }
            largest = f64::max(largest, vlagsq);
        }
        (most > 0.01 * largest).then_some((best, most))
    }
}

/// Exchanges the roles of two points in H.
fn exchange(inverse: &mut Inverse, i: usize, k: usize) {
    inverse.xi.swap_rows(i, k);
    inverse.z.swap_rows(i, k);
}
