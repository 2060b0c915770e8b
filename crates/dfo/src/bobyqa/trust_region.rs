//! The trust region step.

use super::model::Model;
use super::points::Points;

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
    }

    /// Truncated conjugate gradients, begun anew at each bound that is hit.
    fn conjugate_gradients(&mut self, points: &Points, model: &mut Model) -> End {
        let n = self.d.len();
        let (mut iterations, mut last) = (0, 0);
        let (mut beta, mut gredsq) = (0.0, 0.0);
        loop {
            let mut stepsq = 0.0;
            for i in 0..n {
                self.s[i] = if self.side[i] != 0.0 {
                    0.0
                } else if beta == 0.0 {
                    -self.g[i]
                } else {
                    beta * self.s[i] - self.g[i]
                };
                stepsq += self.s[i] * self.s[i];
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
            for i in 0..n {
                if self.side[i] == 0.0 {
                    resid -= self.d[i] * self.d[i];
                    ds += self.s[i] * self.d[i];
                    shs += self.s[i] * self.hs[i];
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
                for i in 0..n {
                    self.g[i] += step * self.hs[i];
                    if self.side[i] == 0.0 {
                        gredsq += self.g[i] * self.g[i];
                    }
                    self.d[i] += step * self.s[i];
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

    /// Shortens the step along s to the first bound, and says which one.
    fn first_bound(&self, points: &Points, step: &mut f64) -> Option<usize> {
        let mut hit = None;
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
                for i in 0..n {
                    self.s[i] = if self.side[i] == 0.0 {
                        (dredg * self.d[i] - dredsq * self.g[i]) / area
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
                for i in 0..n {
                    if self.side[i] == 0.0 {
                        shs += self.s[i] * self.hs[i];
                        dhs += self.d[i] * self.hs[i];
                        dhd += self.d[i] * self.hd[i];
                    }
                }
                let reduction = |t: f64| {
                    let sin = (t + t) / (1.0 + t * t);
                    let curvature = shs + t * (t * dhd - dhs - dhs);
                    sin * (t * dredg + area - 0.5 * sin * curvature)
                };
                let Some((t, at_limit)) = best_tangent(bound, reduction) else {
                    return;
                };
                let sdec = reduction(t);
                if sdec <= 0.0 {
                    return;
                }
                let (cos, sin) = ((1.0 - t * t) / (1.0 + t * t), (t + t) / (1.0 + t * t));
                (dredg, gredsq) = (0.0, 0.0);
                for i in 0..n {
                    self.g[i] = self.g[i] + (cos - 1.0) * self.hd[i] + sin * self.hs[i];
                    if self.side[i] == 0.0 {
                        self.d[i] = cos * self.d[i] + sin * self.s[i];
                        dredg += self.d[i] * self.g[i];
                        gredsq += self.g[i] * self.g[i];
                    }
                    self.hd[i] = cos * self.hd[i] + sin * self.hs[i];
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

/// The best tangent of half the angle on an even grid in (0, bound], refined by a parabola, and whether it is
/// the bound; none when no angle reduces the model.
fn best_tangent(bound: f64, reduction: impl Fn(f64) -> f64) -> Option<(f64, bool)> {
    let count = (17.0 * bound + 3.1) as usize;
    // First all values, which do not wait for each other.
    let mut reductions = [0.0; 22];
    let grid = &mut reductions[1..=count];
    for (i, r) in grid.iter_mut().enumerate() {
        *r = reduction(bound * (i + 1) as f64 / count as f64);
    }
    let (mut most, mut best) = (0.0, 0);
    for (i, &r) in grid.iter().enumerate() {
        if r > most {
            (most, best) = (r, i + 1);
        }
    }
    if best == 0 {
        return None;
    }
    if best == count {
        return Some((bound * count as f64 / count as f64, true));
    }
    let (before, after) = (reductions[best - 1], reductions[best + 1]);
    let shift = (after - before) / (most + most - before - after);
    Some((bound * (best as f64 + 0.5 * shift) / count as f64, false))
}
