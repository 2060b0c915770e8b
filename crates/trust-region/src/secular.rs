//! The iteration of Moré and Sorensen on λ, for any matrix that can be shifted and factored.

use linalg::slice::{axpy, dot, norm2, scale};

use crate::step::{check, finite, roots, scale_into};
use crate::{Step, StepKind, TrustRegionError};

/// Most factorizations of one subproblem. Halving alone would need 53 from one end to the other.
const MOST_FACTORIZATIONS: usize = 100;

/// A step nearer to the boundary than this times Δ is on it.
const BOUNDARY: f64 = 1e-10;

/// What is known of the spectrum of H without any factorization.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spectrum {
    /// A lower bound of all eigenvalues.
    pub lowest: f64,
    /// An upper bound of all eigenvalues.
    pub highest: f64,
    /// An upper bound of the smallest eigenvalue.
    pub smallest: f64,
}

impl Spectrum {
    /// From the discs of Gershgorin, as centers and radii. NaN when one is not finite.
    pub(crate) fn of_discs(discs: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut spectrum = Spectrum {
            lowest: f64::INFINITY,
            highest: f64::NEG_INFINITY,
            smallest: f64::INFINITY,
        };
        for (center, radius) in discs {
            let (left, right) = (center - radius, center + radius);
            if !left.is_finite() {
                spectrum.lowest = f64::NAN;
                spectrum.highest = f64::NAN;
                break;
            }
            // no NaN is left: a comparison is one instruction, `f64::min` three
            spectrum.lowest = if left < spectrum.lowest {
                left
            } else {
                spectrum.lowest
            };
            spectrum.highest = if right > spectrum.highest {
                right
            } else {
                spectrum.highest
            };
            spectrum.smallest = if center < spectrum.smallest {
                center
            } else {
                spectrum.smallest
            };
        }
        spectrum
    }
}

/// What a factorization of H + λI says.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verdict {
    /// H + λI is positive definite.
    Positive,
    /// It is not, and λ* is at least this, when the factorization tells more than its failure.
    Indefinite(Option<f64>),
}

/// A symmetric matrix H of which H + λI can be factored.
pub(crate) trait Shifted {
    /// Bounds of the eigenvalues of H.
    fn spectrum(&self) -> Spectrum;
    /// Factors H + λI; `work` has length n.
    fn factor(&mut self, lambda: f64, work: &mut [f64]) -> Verdict;
    /// b ← (H + λI)⁻¹ b.
    fn solve(&mut self, b: &mut [f64]);
    /// Factors H + λI, and p = −(H + λI)⁻¹g when it is positive definite; else p is room.
    fn newton(&mut self, lambda: f64, g: &[f64], p: &mut [f64]) -> Verdict {
        let verdict = self.factor(lambda, p);
        if matches!(verdict, Verdict::Positive) {
            for (p, g) in p.iter_mut().zip(g) {
                *p = -g;
            }
            self.solve(p);
        }
        verdict
    }
    /// pᵀ(H + λI)⁻¹p; `work` has length n.
    fn inverse_square(&mut self, p: &[f64], work: &mut [f64]) -> f64 {
        work.copy_from_slice(p);
        self.solve(work);
        dot(p, work)
    }
    /// y = H x.
    fn product(&mut self, x: &[f64], y: &mut [f64]);
}

/// Work space of the iteration.
#[derive(Clone, Debug)]
pub(crate) struct Secular {
    p: Vec<f64>,
    /// An estimate of the eigenvector of the smallest eigenvalue, ‖z‖ = 1.
    z: Vec<f64>,
    work: Vec<f64>,
}

/// The smallest residual seen, for matrices on which rounding wins.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    residual: f64,
    step: Step,
}

impl Secular {
    /// Room for orders up to n.
    pub(crate) fn new(n: usize) -> Self {
        Secular {
            p: vec![0.0; n],
            z: vec![0.0; n],
            work: vec![0.0; n],
        }
    }

    /// The minimizer of gᵀs + ½ sᵀH s in ‖s‖ ≤ Δ into `s`, up to the relative accuracy σ.
    ///
    /// λ* lies in [low, high] all along. A λ with H + λI positive definite gives p = −(H + λI)⁻¹g,
    /// the direction z of smallest curvature by inverse iteration, and three candidates: p inside,
    /// p scaled to the boundary, p + τz on the boundary. Each has a bound of its error that needs no
    /// other λ; the first that is good enough ends the iteration.
    pub(crate) fn solve(
        &mut self,
        h: &mut dyn Shifted,
        g: &[f64],
        delta: f64,
        sigma: f64,
        s: &mut [f64],
    ) -> Result<Step, TrustRegionError> {
        let g_norm = check(g, delta)?;
        let spectrum = h.spectrum();
        let size = finite(spectrum.lowest.abs().max(spectrum.highest.abs()))?;
        if size == 0.0 && g_norm == 0.0 {
            s.fill(0.0);
            return Ok(Step::none(0));
        }
        let rounding = 4.0 * f64::EPSILON * size;
        let mut low = (-spectrum.smallest)
            .max(g_norm / delta - spectrum.highest)
            .max(0.0);
        let mut high = (g_norm / delta - spectrum.lowest).max(low);
        // H + high·I must be positive definite in floating point numbers as well
        high += rounding * (1.0 + g.len() as f64) + f64::EPSILON * high + f64::MIN_POSITIVE;
        let n = g.len();
        let (p, z, y) = (&mut self.p[..n], &mut self.z[..n], &mut self.work[..n]);
        let mut is_begun = false; // z

        let mut best: Option<Candidate> = None;
        let mut factored = false; // H + high·I
        let mut lambda = if low == 0.0 {
            0.0
        } else {
            between(low, high, 0.01)
        };
        for work in 1..=MOST_FACTORIZATIONS {
            if let Verdict::Indefinite(bound) = h.newton(lambda, g, p) {
                low = low.max(finite(bound.unwrap_or(lambda))?).max(lambda);
                if low >= high {
                    // rounding: the upper bound itself is not enough
                    high = low + (1.0 + n as f64) * 4.0 * rounding;
                }
                let share = if bound.is_some() { 0.01 } else { 0.5 };
                lambda = match next(low, high, share, factored) {
                    Some(lambda) => lambda,
                    None => break,
                };
                continue;
            }
            let length = finite(norm2(p))?;
            let energy = -dot(g, p); // pᵀ(H + λI)p
            let step = |decrease, length, kind| Step {
                decrease,
                length,
                lambda: Some(lambda),
                kind,
                work,
            };

            // p inside: m(p) − m* ≤ ½λ(Δ² − ‖p‖²)
            let gap = lambda * (delta - length) * (delta + length);
            let inside = energy + lambda * length * length; // −2 m(p)
            if length <= delta && gap <= sigma * inside + rounding * delta * delta {
                s.copy_from_slice(p);
                let kind = if delta - length > BOUNDARY * delta {
                    StepKind::Interior
                } else {
                    StepKind::Boundary
                };
                return Ok(step(0.5 * inside, length, kind));
            }
            // p scaled: the residual is |1 − Δ/‖p‖| ‖g‖
            if (length - delta).abs() <= sigma * delta {
                let t = delta / length;
                scale_into(t, p, s);
                let decrease = t * energy - 0.5 * t * t * (energy - lambda * length * length);
                return Ok(step(decrease, delta, StepKind::Boundary));
            }
            // Newton's method for 1/‖p(λ)‖ = 1/Δ
            let slope = h.inverse_square(p, y);
            let newton = lambda + length * length / slope * ((length - delta) / delta);
            // From the left it increases to λ*: no eigenvector is needed while half of the digits move.
            let settled = f64::EPSILON.sqrt() * (size + lambda);
            if length > delta && newton - lambda > settled && newton < high {
                low = low.max(lambda);
                lambda = newton;
                continue;
            }
            // p + τz: the residual is |τ| ‖(H + λI)z‖
            if !is_begun {
                irregular(z);
                is_begun = true;
            }
            improve_eigenvector(h, z);
            h.product(z, y);
            axpy(lambda, z, y);
            let curvature = dot(z, y).max(0.0);
            if let Some(tau) = nearest(p, z, length, delta) {
                let excess = tau * tau * curvature;
                let optimal = energy + lambda * delta * delta; // −2 m*, less the excess
                let residual = tau.abs() * norm2(y);
                let enough =
                    sigma * (g_norm + lambda * delta) + (rounding + f64::EPSILON * lambda) * delta;
                let found = step(0.5 * (optimal - excess), delta, StepKind::Boundary);
                if best.is_none_or(|best| residual < best.residual) {
                    s.copy_from_slice(p);
                    axpy(tau, z, s);
                    best = Some(Candidate {
                        residual,
                        step: found,
                    });
                }
                if excess <= sigma * optimal + rounding * delta * delta && residual <= enough {
                    return Ok(found);
                }
            }

            if length > delta {
                low = low.max(lambda);
            } else {
                high = lambda;
                factored = true;
            }
            low = low.max(lambda - curvature).min(high);
            lambda = if newton > low && newton < high {
                newton
            } else {
                match next(low, high, 0.01, factored) {
                    Some(lambda) => lambda,
                    None => break,
                }
            };
        }
        // Rounding wins: the best of what was seen.
        best.map(|best| best.step)
            .ok_or(TrustRegionError::NotFinite)
    }
}

/// A unit vector with irregular entries: not orthogonal to any vector that a formula gives.
fn irregular(z: &mut [f64]) {
    for (i, z) in z.iter_mut().enumerate() {
        let t = ((i + 1) as f64 * 0.618_033_988_749_894_9).fract();
        *z = if t < 0.4 { -1.0 - t } else { 1.0 + t };
    }
    let norm = norm2(z);
    scale(1.0 / norm, z);
}

/// Two steps of inverse iteration.
fn improve_eigenvector(h: &mut dyn Shifted, z: &mut [f64]) {
    for _ in 0..2 {
        h.solve(z);
        let norm = norm2(z);
        scale(1.0 / norm, z);
    }
}

/// A point inside of [low, high]: a `share` of the interval away from the lower end, where λ* of the
/// hard case is; more when the ends differ in magnitude.
fn between(low: f64, high: f64, share: f64) -> f64 {
    if high > 4.0 * low {
        (low * high).sqrt().max(low + 0.01 * (high - low))
    } else {
        low + share * (high - low)
    }
}

/// The next λ in (low, high), or `high` when nothing lies between and it was not `factored`.
fn next(low: f64, high: f64, share: f64, factored: bool) -> Option<f64> {
    let lambda = between(low, high, share);
    if low < lambda && lambda < high {
        Some(lambda)
    } else {
        (!factored).then_some(high)
    }
}

/// The smaller root τ of ‖p + τz‖ = Δ, ‖z‖ = 1.
fn nearest(p: &[f64], z: &[f64], length: f64, delta: f64) -> Option<f64> {
    let c = (length - delta) * (length + delta);
    let (left, right) = roots(1.0, dot(p, z), c)?;
    Some(if left.abs() < right.abs() {
        left
    } else {
        right
    })
}
