//! A step that improves the interpolation points.

use super::inverse::Inverse;
use super::points::Points;

/// A new place for point t, chosen for a large denominator of the updating formula: Powell's ALTMOV
/// (Powell2009, Section 3).
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Geometry {
    /// The best point on the lines through x_opt and another point, as x_opt + d (n).
    pub(crate) y: Vec<f64>,
    /// The Cauchy point of ±ℓ_t, the t-th Lagrange function, as x_opt + d (n).
    pub(crate) cauchy: Vec<f64>,
    /// ℓ_t² at the Cauchy point; 0 when there is none.
    pub(crate) cauchy_square: f64,
    /// α_t.
    pub(crate) alpha: f64,
    /// The Hessian of ℓ_t is Σ_k c_k y_k y_kᵀ (m).
    c: Vec<f64>,
    /// The gradient of ℓ_t at x_opt (n).
    g: Vec<f64>,
    step: Vec<f64>,
    other: Vec<f64>,
    slopes: Vec<f64>,
    distances: Vec<f64>,
    work: Vec<f64>,
}

/// A step along a line, as a multiple of y_k − x_opt.
#[derive(Clone, Copy)]
struct Step {
    length: f64,
    /// The variable that reaches its lower (−1) or upper (1) bound.
    hit: Option<(usize, f64)>,
}

impl Step {
    /// A step that reaches no bound.
    fn inner(length: f64) -> Self {
        Step { length, hit: None }
    }
}

impl Geometry {
    pub(crate) fn new(n: usize, m: usize) -> Self {
        Geometry {
            y: vec![0.0; n],
            cauchy: vec![0.0; n],
            cauchy_square: 0.0,
            alpha: 0.0,
            c: vec![0.0; m],
            g: vec![0.0; n],
            step: vec![0.0; n],
            other: vec![0.0; n],
            slopes: vec![0.0; m],
            distances: vec![0.0; m],
            work: vec![0.0; m],
        }
    }

    /// Computes both candidates within `radius` of x_opt.
    pub(crate) fn solve(&mut self, points: &Points, inverse: &Inverse, t: usize, radius: f64) {
        inverse.lagrange_coefficients(t, &mut self.c);
        self.alpha = self.c[t];
        self.gradient(points, inverse, t);
        self.lines(points, t, radius);
        self.cauchy_square = 0.0;
        let Some(first) = self.cauchy_step(points, radius, 1.0) else {
            return;
        };
        std::mem::swap(&mut self.cauchy, &mut self.other);
        for g in &mut self.g {
            *g = -*g;
        }
        let Some(second) = self.cauchy_step(points, radius, -1.0) else {
            return;
        };
        self.cauchy_square = first.max(second);
        if first > second {
            std::mem::swap(&mut self.cauchy, &mut self.other);
        }
    }

    fn gradient(&mut self, points: &Points, inverse: &Inverse, t: usize) {
        inverse.xi.read_row(t, &mut self.g);
        for (w, (yx, c)) in self.work.iter_mut().zip(points.yx.iter().zip(&self.c)) {
            *w = yx * c;
        }
        points.y.add_transposed_product(&self.work, &mut self.g);
    }

    /// The largest predicted denominator on the lines from x_opt to the other points.
    fn lines(&mut self, points: &Points, t: usize, radius: f64) {
        let (n, m) = (points.n(), points.active);
        let x = &points.xopt;
        self.slopes.fill(0.0);
        self.distances.fill(0.0);
        for i in 0..n {
            let (slopes, distances) = (self.slopes.iter_mut(), self.distances.iter_mut());
            for ((slope, distance), y) in slopes.zip(distances).zip(points.y.column(i)) {
                let d = y - x[i];
                *slope += self.g[i] * d;
                *distance += d * d;
            }
        }
        let half = 0.5 * self.alpha;
        // with a margin for rounding
        let is_inside = points.room() > 1.001 * radius;
        let (mut most, mut best) = (0.0, None);
        for k in 0..m {
            if k == points.best {
                continue;
            }
            let (slope, distsq) = (self.slopes[k], self.distances[k]);
            let reach = radius / distsq.sqrt();
            let (low, high) = if is_inside {
                (Step::inner(-reach), Step::inner(reach))
            } else {
                ends(points, k, reach)
            };
            let (step, value) = if k == t {
                largest_of_own(slope, low, high)
            } else {
                let (step, value) = largest_of_other(low, high);
                (step, value * slope)
            };
            let beta = step.length * (1.0 - step.length) * distsq;
            let predicted = value * value * (value * value + half * beta * beta);
            if predicted > most {
                (most, best) = (predicted, Some((k, step)));
            }
        }
        self.y.copy_from_slice(x);
        let Some((k, step)) = best else { return };
        for i in 0..n {
            let y = x[i] + step.length * (points.y.at(k, i) - x[i]);
            self.y[i] = y.min(points.su[i]).max(points.sl[i]);
        }
        match step.hit {
            Some((i, side)) if side < 0.0 => self.y[i] = points.sl[i],
            Some((i, _)) => self.y[i] = points.su[i],
            None => {}
        }
    }

    /// The constrained Cauchy step for the gradient `g` of ±ℓ_t; returns the square of the value there, or none
    /// when the bounds allow no step.
    fn cauchy_step(&mut self, points: &Points, radius: f64, sign: f64) -> Option<f64> {
        let n = points.n();
        let (x, sl, su) = (&points.xopt, &points.sl, &points.su);
        // A component that is free has this value, which no step reaches.
        let free = radius + radius;
        let (mut fixed, mut ggfree) = (0.0, 0.0);
        for i in 0..n {
            let g = self.g[i];
            self.step[i] = 0.0;
            if (x[i] - sl[i]).min(g) > 0.0 || (x[i] - su[i]).max(g) < 0.0 {
                self.step[i] = free;
                ggfree += g * g;
            }
        }
        if ggfree == 0.0 || ggfree.is_nan() {
            return None;
        }
        let mut length = 0.0;
        loop {
            let rest = radius * radius - fixed;
            if rest <= 0.0 || rest.is_nan() {
                break;
            }
            let before = fixed;
            length = (rest / ggfree).sqrt();
            ggfree = 0.0;
            for i in 0..n {
                if self.step[i] != free {
                    continue;
                }
                let y = x[i] - length * self.g[i];
                if y <= sl[i] {
                    self.step[i] = sl[i] - x[i];
                    fixed += self.step[i] * self.step[i];
                } else if y >= su[i] {
                    self.step[i] = su[i] - x[i];
                    fixed += self.step[i] * self.step[i];
                } else {
                    ggfree += self.g[i] * self.g[i];
                }
            }
            if !(fixed > before && ggfree > 0.0) {
                break;
            }
        }
        let mut slope = 0.0;
        for i in 0..n {
            let g = self.g[i];
            if self.step[i] == free {
                self.step[i] = -length * g;
                self.cauchy[i] = (x[i] + self.step[i]).min(su[i]).max(sl[i]);
            } else if self.step[i] == 0.0 {
                self.cauchy[i] = x[i];
            } else if g > 0.0 {
                self.cauchy[i] = sl[i];
            } else {
                self.cauchy[i] = su[i];
            }
            slope += g * self.step[i];
        }
        points.y.product(&self.step, &mut self.work);
        let mut curvature = 0.0;
        for (c, w) in self.c.iter().zip(&self.work) {
            curvature += c * w * w;
        }
        curvature *= sign;
        if curvature > -slope && curvature < -(1.0 + std::f64::consts::SQRT_2) * slope {
            let scale = -slope / curvature;
            for i in 0..n {
                self.cauchy[i] = (x[i] + scale * self.step[i]).min(su[i]).max(sl[i]);
            }
            let value = 0.5 * slope * scale;
            Some(value * value)
        } else {
            let value = slope + 0.5 * curvature;
            Some(value * value)
        }
    }
}

/// The ends of the line from x_opt through y_k, within `reach` times its length and the box.
fn ends(points: &Points, k: usize, reach: f64) -> (Step, Step) {
    let (mut low, mut high) = (-reach, reach);
    let (mut low_hit, mut high_hit) = (None, None);
    let least = reach.min(1.0);
    for i in 0..points.n() {
        let x = points.xopt[i];
        let d = points.y.at(k, i) - x;
        let (l, u) = (points.sl[i] - x, points.su[i] - x);
        if d > 0.0 {
            if low * d < l {
                (low, low_hit) = (l / d, Some((i, -1.0)));
            }
            if high * d > u {
                (high, high_hit) = (least.max(u / d), Some((i, 1.0)));
            }
        } else if d < 0.0 {
            if low * d > u {
                (low, low_hit) = (u / d, Some((i, 1.0)));
            }
            if high * d < l {
                (high, high_hit) = (least.max(l / d), Some((i, -1.0)));
            }
        }
    }
    let low = Step {
        length: low,
        hit: low_hit,
    };
    let high = Step {
        length: high,
        hit: high_hit,
    };
    (low, high)
}

/// The largest |ℓ_t| on the line to y_t itself, where ℓ_t is 0 at x_opt and 1 at y_t.
fn largest_of_own(slope: f64, low: Step, high: Step) -> (Step, f64) {
    let curvature = slope - 1.0;
    let at = |s: f64| s * (slope - s * curvature);
    let (mut step, mut value) = (low, at(low.length));
    if at(high.length).abs() > value.abs() {
        (step, value) = (high, at(high.length));
    }
    let half = 0.5 * slope;
    if (half - curvature * low.length) * (half - curvature * high.length) < 0.0 {
        let stationary = half * half / curvature;
        if stationary.abs() > value.abs() {
            step = Step::inner(half / curvature);
            value = stationary;
        }
    }
    (step, value)
}

/// The largest |s(1 − s)|; ℓ_t is this times its slope on the line to another point, where it vanishes.
fn largest_of_other(low: Step, high: Step) -> (Step, f64) {
    let at = |s: f64| s * (1.0 - s);
    let (mut step, mut value) = (low, at(low.length));
    if at(high.length).abs() > value.abs() {
        (step, value) = (high, at(high.length));
    }
    if high.length > 0.5 && value.abs() < 0.25 {
        step = Step::inner(0.5);
        value = 0.25;
    }
    (step, value)
}
