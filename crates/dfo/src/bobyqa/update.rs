//! Which point leaves, and what changes when the new one enters.

use super::inverse::Inverse;
use super::iterate::Iteration;
use super::model::Model;
use super::points::Points;

/// The point that leaves the interpolation set.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Leaving {
    /// t.
    pub(crate) t: usize,
    /// The denominator α_t β + vlag_t² of the updating formula.
    pub(crate) den: f64,
}

impl Iteration {
    /// The point t whose denominator, weighted by its distance from the best point, is largest; none when rounding
    /// has spoiled all of them (Powell2009, Section 4).
    ///
    /// When the trial point is known to improve, it is the best point; otherwise the present one stays. Distances are
    /// in units of `delta`. The α of the trial must be known.
    pub(super) fn leaving(&mut self, improves: bool, delta: f64) -> Option<Leaving> {
        let (points, trial) = (&self.points, &self.trial);
        let (center, kept) = if improves {
            (&trial.y, None)
        } else {
            (&points.xopt, Some(points.best))
        };
        let (alpha, distsq) = (&trial.alpha, &mut self.work[..points.m()]);
        points.y.squared_distances(center, distsq);
        let delsq = delta * delta;
        let prefers_far = self.variant.rules().prefers_far;
        let (mut most, mut largest, mut best) = (0.0, 0.0, None);
        for k in 0..points.active {
            if kept == Some(k) {
                continue;
            }
            let vlagsq = trial.vlag[k] * trial.vlag[k];
            let den = trial.beta * alpha[k] + vlagsq;
            let ratio = distsq[k] / delsq;
            let square = ratio * ratio;
            let weight = f64::max(1.0, if prefers_far { square * square } else { square });
            if weight * den > most {
                (most, best) = (weight * den, Some(Leaving { t: k, den }));
            }
            largest = f64::max(largest, weight * vlagsq);
        }
        best.filter(|_| most > 0.5 * largest)
    }

    /// Replaces the leaving point by the trial point, or adds that to the set, with its value `f`, where the model was
    /// wrong by `error`.
    pub(super) fn replace(&mut self, f: f64, error: f64) {
        let Iteration {
            points,
            model,
            inverse,
            trial,
            work,
            ..
        } = self;
        let (n, m) = (points.n(), points.m());
        let Leaving { t, den } = self.leaving;
        let improves = f < points.fopt();
        // Row t of Z has one entry afterwards, in this column.
        let column = if t == points.active {
            inverse.append(t, den, &trial.vlag);
            points.active += 1;
            t - n - 1
        } else {
            inverse.update(t, trial.beta, den, &mut trial.vlag);
            model.release(points, t);
            0
        };
        points.f[t] = f;
        points.replace(t, &trial.y);

        // error · ℓ_t is added to the model.
        let z_t = inverse.z.at(t, column);
        let (c, gradient) = work.split_at_mut(m);
        let gradient = &mut gradient[..n];
        let scaled = error * z_t;
        let z = inverse.z.column(column);
        for (((c, yx), p), z) in c.iter_mut().zip(&points.yx).zip(&mut model.p).zip(z) {
            *p += scaled * z;
            *c = yx * (z_t * z);
        }
        inverse.xi.read_row(t, gradient);
        points.y.add_transposed_product(c, gradient);
        for (g, l) in model.g.iter_mut().zip(gradient) {
            *g += error * *l;
        }
        if improves {
            points.set_best(t);
            model.move_gradient(points, &trial.d);
        }
    }
}

/// The interpolant of least Frobenius norm, as an alternative to the model (Powell2009, Section 6).
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Alternative {
    /// Steps in a row after which its gradient was much smaller.
    better: usize,
    f: Vec<f64>,
    p: Vec<f64>,
    c: Vec<f64>,
    g: Vec<f64>,
}

impl Alternative {
    pub(crate) fn new(n: usize, m: usize) -> Self {
        Alternative {
            better: 0,
            f: vec![0.0; m],
            p: vec![0.0; m],
            c: vec![0.0; m],
            g: vec![0.0; n],
        }
    }

    /// Replaces the model when, three times in a row, the projected gradient of the alternative is so much
    /// smaller that |Pg|² ≥ 10 |Pg_alt|².
    pub(crate) fn consider(&mut self, points: &Points, model: &mut Model, inverse: &Inverse) {
        let fopt = points.fopt();
        self.f[points.active..].fill(0.0);
        for (alt, f) in self.f[..points.active].iter_mut().zip(&points.f) {
            *alt = f - fopt;
        }
        let c = &mut self.c[..points.m() - points.n() - 1];
        inverse.z.transposed_product(&self.f, c);
        inverse.z.product(c, &mut self.p);
        for (c, (yx, p)) in self.c.iter_mut().zip(points.yx.iter().zip(&self.p)) {
            *c = yx * p;
        }
        self.g.fill(0.0);
        let (xi, y) = (&inverse.xi, &points.y);
        xi.add_transposed_products(&self.f, y, &self.c, &mut self.g);
        let (mut gqsq, mut gisq) = (0.0, 0.0);
        for i in 0..points.n() {
            let (mut gq, mut gi) = (model.g[i], self.g[i]);
            if points.xopt[i] == points.sl[i] {
                (gq, gi) = (gq.min(0.0), gi.min(0.0));
            } else if points.xopt[i] == points.su[i] {
                (gq, gi) = (gq.max(0.0), gi.max(0.0));
            }
            gqsq += gq * gq;
            gisq += gi * gi;
        }
        self.better += 1;
        if gqsq < 10.0 * gisq {
            self.better = 0;
        }
        if self.better >= 3 {
            self.better = 0;
            model.g.copy_from_slice(&self.g);
            model.p.copy_from_slice(&self.p);
            model.h.fill(0.0);
        }
    }
}
