//! The trust region step.

use super::model::Model;
use super::points::Points;
use super::tangent::{best_tangent, sin};

/// Approximate minimizer of the model in the box and in |d| ≤ Δ: Powell's TRSBOX (Powell2009, Section 3).
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct TrustRegion {
    /// The step d (n).
    pub(crate) d: Vec<f64>,
    /// x_opt + d (n), on bounds exactly.
    pub(crate) y: Vec<f64>,
    /// |d|².
    pub(crate) dsq: f64,
    /// The gradient of the model at x_opt + d (n).
    pub(crate) g: Vec<f64>,
    /// The least curvature met on the way, 0 when the boundary of the trust region is reached, −1 when
    /// none is known.
    pub(crate) crvmin: f64,
    s: Vec<f64>,
    hs: Vec<f64>,
    hd: Vec<f64>,
    /// −1 and 1 for variables fixed at a bound, 0 for free ones.
    side: Vec<f64>,
    fixed: usize,
    /// Whether no step of the trust region reaches a bound.
    is_inside: bool,
    delsq: f64,
    /// Reduction of the model so far.
    qred: f64,
}

/// Largest number of arcs between two bounds that are hit. Each one gains a hundredth of the whole, so that
/// more mean overflow.
const MOST_ARCS: usize = 100;

/// Where conjugate gradients end.
#[derive(PartialEq)]
enum End {
    Interior,
    Boundary,
}

impl TrustRegion {
    pub(crate) fn new(n: usize) -> Self {
        let zeros = || vec![0.0; n];
        TrustRegion {
            d: zeros(),
            y: zeros(),
            dsq: 0.0,
            g: zeros(),
            crvmin: -1.0,
            s: zeros(),
            hs: zeros(),
            hd: zeros(),
            side: zeros(),
            fixed: 0,
            is_inside: false,
            delsq: 0.0,
            qred: 0.0,
        }
    }

    /// Computes the step.
    pub(crate) fn solve(&mut self, points: &Points, model: &mut Model, delta: f64) {
        self.start(points, model, delta);
        if self.conjugate_gradients(points, model) == End::Boundary {
            self.crvmin = 0.0;
            self.arcs(points, model);
        }
        self.finish(points);
    }

    /// d = 0; fixes the variables whose bound the gradient pushes against.
    fn start(&mut self, points: &Points, model: &Model, delta: f64) {
        self.fixed = 0;
        for i in 0..self.d.len() {
            let (x, g) = (points.xopt[i], model.g[i]);
            self.side[i] = if x <= points.sl[i] {
                if g >= 0.0 { -1.0 } else { 0.0 }
            } else if x >= points.su[i] && g <= 0.0 {
                1.0
            } else {
                0.0
            };
            self.fixed += usize::from(self.side[i] != 0.0);
        }
        self.d.fill(0.0);
        self.g.copy_from_slice(&model.g);
        self.delsq = delta * delta;
        self.qred = 0.0;
        self.crvmin = -1.0;
        // |d_i| ≤ Δ, and a step along s is at most 2Δ long
        self.is_inside = points.room() > 4.0 * delta;
    }

    /// Truncated conjugate gradients, begun anew at each bound that is hit.
    fn conjugate_gradients(&mut self, points: &Points, model: &mut Model) -> End {
        let n = self.d.len();
        let (mut iterations, mut last) = (0, 0);
        let (mut beta, mut gredsq) = (0.0, 0.0);
        loop {
            let mut stepsq = 0.0;
            let (s, g, side) = (&mut self.s[..n], &self.g[..n], &self.side[..n]);
            for i in 0..n {
                s[i] = if side[i] != 0.0 {
                    0.0
                } else if beta == 0.0 {
                    -g[i]
                } else {
                    beta * s[i] - g[i]
                };
                stepsq += s[i] * s[i];
            }
            if stepsq == 0.0 || stepsq.is_nan() {
                return End::Interior;
            }
            if beta == 0.0 {
                gredsq = stepsq;
                last = iterations + n - self.fixed;
            }
            if gredsq * self.delsq <= 1e-4 * self.qred * self.qred {
                return End::Interior;
            }
            model.hessian_product(points, &self.s, &mut self.hs);
            let (mut resid, mut ds, mut shs) = (self.delsq, 0.0, 0.0);
            let (s, d, hs, side) = self.directions();
            for i in 0..n {
                if side[i] == 0.0 {
                    resid -= d[i] * d[i];
                    ds += s[i] * d[i];
                    shs += s[i] * hs[i];
                }
            }
            if resid <= 0.0 {
                return End::Boundary;
            }
            let root = (stepsq * resid + ds * ds).sqrt();
            let to_boundary = if ds < 0.0 {
                (root - ds) / stepsq
            } else {
                resid / (root + ds)
            };
            let mut step = to_boundary;
            if shs > 0.0 {
                step = step.min(gredsq / shs);
            }
            let hit = self.first_bound(points, &mut step);

            let (mut sdec, before) = (0.0, gredsq);
            if step > 0.0 {
                iterations += 1;
                let curvature = shs / stepsq;
                if hit.is_none() && curvature > 0.0 {
                    self.crvmin = if self.crvmin == -1.0 {
                        curvature
                    } else {
                        self.crvmin.min(curvature)
                    };
                }
                gredsq = 0.0;
                let (s, hs, side) = (&self.s[..n], &self.hs[..n], &self.side[..n]);
                let (g, d) = (&mut self.g[..n], &mut self.d[..n]);
                for i in 0..n {
                    g[i] += step * hs[i];
                    if side[i] == 0.0 {
                        gredsq += g[i] * g[i];
                    }
                    d[i] += step * s[i];
                }
                sdec = f64::max(step * (before - 0.5 * step * shs), 0.0);
                self.qred += sdec;
            }
            if let Some(i) = hit {
                self.fix(i, self.s[i].signum());
                self.delsq -= self.d[i] * self.d[i];
                if self.delsq <= 0.0 {
                    return End::Boundary;
                }
                beta = 0.0;
            } else if step < to_boundary {
                if iterations == last || sdec <= 0.01 * self.qred {
                    return End::Interior;
                }
                beta = gredsq / before;
            } else {
                return End::Boundary;
            }
        }
    }

    /// s, d, the product of the Hessian with s, and the sides, with their common length.
    fn directions(&self) -> (&[f64], &[f64], &[f64], &[f64]) {
        let n = self.d.len();
        let (s, d) = (&self.s[..n], &self.d[..n]);
        (s, d, &self.hs[..n], &self.side[..n])
    }

    /// Shortens the step along s to the first bound, and says which one.
    fn first_bound(&self, points: &Points, step: &mut f64) -> Option<usize> {
        let mut hit = None;
        if self.is_inside {
            return hit;
        }
        for i in 0..self.d.len() {
            if self.s[i] != 0.0 {
                let x = points.xopt[i] + self.d[i];
                let bound = if self.s[i] > 0.0 {
                    points.su[i]
                } else {
                    points.sl[i]
                };
                let longest = (bound - x) / self.s[i];
                if longest < *step {
                    *step = longest;
                    hit = Some(i);
                }
            }
        }
        hit
    }

    fn fix(&mut self, i: usize, side: f64) {
        self.side[i] = side;
        self.fixed += 1;
    }

    /// Moves d along the boundary of the trust region, in the plane of d and the gradient of the free
    /// variables, as long as that pays.
    fn arcs(&mut self, points: &Points, model: &mut Model) {
        let n = self.d.len();
        'restart: while self.fixed + 1 < n {
            let (mut dredsq, mut dredg, mut gredsq) = (0.0, 0.0, 0.0);
            for i in 0..n {
                self.s[i] = 0.0;
                if self.side[i] == 0.0 {
                    dredsq += self.d[i] * self.d[i];
                    dredg += self.d[i] * self.g[i];
                    gredsq += self.g[i] * self.g[i];
                    self.s[i] = self.d[i];
                }
            }
            model.hessian_product(points, &self.s, &mut self.hd);
            for _ in 0..MOST_ARCS {
                let area = gredsq * dredsq - dredg * dredg;
                if area <= 1e-4 * self.qred * self.qred || area.is_nan() {
                    return;
                }
                let area = area.sqrt();
                let (d, g, side) = (&self.d[..n], &self.g[..n], &self.side[..n]);
                for (i, s) in self.s.iter_mut().enumerate() {
                    *s = if side[i] == 0.0 {
                        (dredg * d[i] - dredsq * g[i]) / area
                    } else {
                        0.0
                    };
                }
                let (bound, hit) = match self.largest_tangent(points) {
                    Ok(limit) => limit,
                    Err((i, side)) => {
                        self.fix(i, side);
                        continue 'restart;
                    }
                };
                model.hessian_product(points, &self.s, &mut self.hs);
                let (mut shs, mut dhs, mut dhd) = (0.0, 0.0, 0.0);
                let (s, d, hs, side) = self.directions();
                for (i, hd) in self.hd.iter().enumerate() {
                    if side[i] == 0.0 {
                        shs += s[i] * hs[i];
                        dhs += d[i] * hs[i];
                        dhd += d[i] * hd;
                    }
                }
                let reduction = |t: f64, sin: f64| {
                    let curvature = shs + t * (t * dhd - dhs - dhs);
                    sin * (t * dredg + area - 0.5 * sin * curvature)
                };
                let Some((t, at_limit)) = best_tangent(bound, reduction) else {
                    return;
                };
                let (cos, sin) = ((1.0 - t * t) / (1.0 + t * t), sin(t));
                let sdec = reduction(t, sin);
                if sdec <= 0.0 {
                    return;
                }
                (dredg, gredsq) = (0.0, 0.0);
                let (s, hs, side) = (&self.s[..n], &self.hs[..n], &self.side[..n]);
                let (g, d, hd) = (&mut self.g[..n], &mut self.d[..n], &mut self.hd[..n]);
                for i in 0..n {
                    g[i] = g[i] + (cos - 1.0) * hd[i] + sin * hs[i];
                    if side[i] == 0.0 {
                        d[i] = cos * d[i] + sin * s[i];
                        dredg += d[i] * g[i];
                        gredsq += g[i] * g[i];
                    }
                    hd[i] = cos * hd[i] + sin * hs[i];
                }
                self.qred += sdec;
                match hit {
                    Some((i, side)) if at_limit => {
                        self.fix(i, side);
                        continue 'restart;
                    }
                    _ if sdec > 0.01 * self.qred => {}
                    _ => return,
                }
            }
            return;
        }
    }

    /// The largest tangent of half the angle, at most 1, that keeps all variables between their bounds, with
    /// the variable and side that limit it; or a free variable that is at its bound already.
    #[allow(clippy::type_complexity)]
    fn largest_tangent(
        &self,
        points: &Points,
    ) -> Result<(f64, Option<(usize, f64)>), (usize, f64)> {
        let (mut bound, mut hit) = (1.0, None);
        if self.is_inside {
            return Ok((bound, hit));
        }
        for i in 0..self.d.len() {
            if self.side[i] != 0.0 {
                continue;
            }
            let (x, d, s) = (points.xopt[i], self.d[i], self.s[i]);
            let below = x + d - points.sl[i];
            let above = points.su[i] - x - d;
            if below <= 0.0 {
                return Err((i, -1.0));
            }
            if above <= 0.0 {
                return Err((i, 1.0));
            }
            let ssq = d * d + s * s;
            let (l, u) = (x - points.sl[i], points.su[i] - x);
            let room = ssq - l * l;
            if room > 0.0 {
                let pace = room.sqrt() - s;
                if bound * pace > below {
                    bound = below / pace;
                    hit = Some((i, -1.0));
                }
            }
            let room = ssq - u * u;
            if room > 0.0 {
                let pace = room.sqrt() + s;
                if bound * pace > above {
                    bound = above / pace;
                    hit = Some((i, 1.0));
                }
            }
        }
        Ok((bound, hit))
    }

    /// Puts x_opt + d between the bounds, and on them where variables are fixed.
    fn finish(&mut self, points: &Points) {
        self.dsq = 0.0;
        for i in 0..self.d.len() {
            let (x, sl, su) = (points.xopt[i], points.sl[i], points.su[i]);
            self.y[i] = if self.side[i] < 0.0 {
                sl
            } else if self.side[i] > 0.0 {
                su
            } else {
                (x + self.d[i]).min(su).max(sl)
            };
            self.d[i] = self.y[i] - x;
            self.dsq += self.d[i] * self.d[i];
        }
        debug_assert!((0..self.y.len()).all(|i| {
            let y = self.y[i];
            y.is_nan() || points.sl[i] <= y && y <= points.su[i]
        }));
    }
}
