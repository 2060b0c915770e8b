//! The step: a Cauchy point on the projected path, then faces.

use linalg::slice::{axpy, dot, norm2};

use super::face::FaceSolver;

/// q(s) = gᵀs + ½ sᵀHs on the box lower ≤ s ≤ upper, which contains 0.
pub(crate) struct Quadratic<'a> {
    pub g: &'a [f64],
    /// (v, out): out = H v.
    pub product: &'a dyn Fn(&[f64], &mut [f64]),
    /// H as a full column-major matrix, when there is one.
    pub dense: Option<&'a [f64]>,
    pub lower: &'a [f64],
    pub upper: &'a [f64],
}

impl Quadratic<'_> {
    /// v moved into the interval of entry j.
    fn clamp(&self, j: usize, v: f64) -> f64 {
        v.max(self.lower[j]).min(self.upper[j])
    }
}

/// μ₀: the fraction of the linear decrease that a projected step must give.
const DECREASE: f64 = 0.01;

/// Most faces explored after the Cauchy point.
const FACES: usize = 20;

/// Finds steps of sufficient decrease for [`Quadratic`]s of one size.
#[derive(Debug)]
pub(crate) struct StepFinder {
    face: FaceSolver,
    /// H s.
    hs: Vec<f64>,
    /// g + H s.
    gradient: Vec<f64>,
    free: Vec<usize>,
    p: Vec<f64>,
    d: Vec<f64>,
    hd: Vec<f64>,
}

impl StepFinder {
    pub fn new(n: usize, is_dense: bool) -> Self {
        let zeros = || vec![0.0; n];
        StepFinder {
            face: FaceSolver::new(n, is_dense),
            hs: zeros(),
            gradient: zeros(),
            free: Vec::with_capacity(n),
            p: zeros(),
            d: zeros(),
            hd: zeros(),
        }
    }

    /// A step s in the box with q(s) ≤ q(Cauchy point), into `s`; returns q(s).
    pub fn find(&mut self, q: &Quadratic, delta: f64, s: &mut [f64]) -> f64 {
        let mut value = self.cauchy(q, delta, s);
        for _ in 0..FACES {
            for ((sum, g), hs) in self.gradient.iter_mut().zip(q.g).zip(&self.hs) {
                *sum = g + hs;
            }
            let explored = self
                .explore(q, delta, s, true)
                .or_else(|| self.explore(q, delta, s, false));
            let Some((change, hit)) = explored else { break };
            value += change;
            if !hit || norm2(s) >= delta {
                break;
            }
        }
        value
    }

    /// A point s(α) = P(−αg) with q(s) ≤ μ₀ gᵀs and ‖s‖ ≤ Δ, and α as large as that allows up to a
    /// factor (LinMore1999, Section 3). Returns q(s).
    fn cauchy(&mut self, q: &Quadratic, delta: f64, s: &mut [f64]) -> f64 {
        (q.product)(q.g, &mut self.hd);
        let (gg, ghg) = (dot(q.g, q.g), dot(q.g, &self.hd));
        let mut alpha = delta / gg.sqrt();
        if ghg > 0.0 {
            alpha = alpha.min(gg / ghg);
        }
        let mut value = self.on_path(q, alpha, s);
        let holds = |value: f64, s: &[f64]| value <= DECREASE * dot(q.g, s) && norm2(s) <= delta;
        if holds(value, s) {
            // The path bends at bounds: a longer α may pay.
            for _ in 0..8 {
                let better = self.on_path(q, 10.0 * alpha, &mut []);
                if !(better < value && holds(better, &self.d)) {
                    break;
                }
                alpha *= 10.0;
                value = better;
            }
            return self.on_path(q, alpha, s);
        }
        for _ in 0..60 {
            alpha *= 0.25;
            value = self.on_path(q, alpha, s);
            if holds(value, s) {
                break;
            }
        }
        value
    }

    /// q(s(α)); s(α) into `self.d`, and into `s` unless that is empty.
    fn on_path(&mut self, q: &Quadratic, alpha: f64, s: &mut [f64]) -> f64 {
        for j in 0..q.g.len() {
            self.d[j] = q.clamp(j, -alpha * q.g[j]);
        }
        (q.product)(&self.d, &mut self.hs);
        if !s.is_empty() {
            s.copy_from_slice(&self.d);
        }
        dot(q.g, &self.d) + 0.5 * dot(&self.d, &self.hs)
    }

    /// Minimizes q over the face of s and searches along the projected step. Returns the change of q
    /// and whether a bound was hit; `None` when nothing was gained.
    ///
    /// A `wide` face frees the variables that stand at a bound and do not want to leave the box.
    fn explore(
        &mut self,
        q: &Quadratic,
        delta: f64,
        s: &mut [f64],
        wide: bool,
    ) -> Option<(f64, bool)> {
        self.free.clear();
        for j in 0..s.len() {
            let (at_lower, at_upper) = (s[j] <= q.lower[j], s[j] >= q.upper[j]);
            let inward =
                (!at_lower || self.gradient[j] <= 0.0) && (!at_upper || self.gradient[j] >= 0.0);
            if !at_lower && !at_upper || wide && inward && q.lower[j] < q.upper[j] {
                self.free.push(j);
            }
        }
        if self.free.is_empty() {
            return None;
        }
        self.face
            .solve(q, &self.gradient, s, &self.free, delta, &mut self.p);
        let mut beta = 1.0;
        for _ in 0..15 {
            self.d.fill(0.0);
            for &j in &self.free {
                self.d[j] = q.clamp(j, s[j] + beta * self.p[j]) - s[j];
            }
            (q.product)(&self.d, &mut self.hd);
            let slope = dot(&self.gradient, &self.d);
            let change = slope + 0.5 * dot(&self.d, &self.hd);
            if change < 0.0 && change <= DECREASE * slope {
                let mut hit = false;
                for &j in &self.free {
                    let moved = q.clamp(j, s[j] + beta * self.p[j]);
                    hit |= moved != s[j] && (moved <= q.lower[j] || moved >= q.upper[j]);
                    s[j] = moved;
                }
                axpy(1.0, &self.hd, &mut self.hs);
                return Some((change, hit));
            }
            beta *= 0.5;
        }
        None
    }
}
