//! The model of θ on one piece, and where it is uncertain.

use linalg::DenseCholesky;
use linalg::slice::{dot, norm_inf};

use super::Label;
use super::archive::Archive;
use super::quadratic::{Quadratic, Ridge, Sample, coefficients, features, fit};
use super::vector::{difference, distance};

/// The points of `label` that a model at x uses: within `reach` in the maximum norm, the nearest first, none much nearer
/// to another than to x, at most twice the number of coefficients.
pub(crate) fn model_points(
    archive: &Archive<'_>,
    label: Label,
    x: usize,
    reach: f64,
) -> Vec<usize> {
    let centre = archive.u(x);
    let mut near: Vec<(f64, usize)> = archive
        .labelled(label)
        .filter(|&k| k != x)
        .map(|k| (norm_inf(&difference(archive.u(k), centre)), k))
        .filter(|(d, _)| *d <= reach)
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut chosen = vec![x];
    for (d, k) in near {
        if chosen.len() >= 2 * coefficients(archive.n) {
            break;
        }
        let apart = |&c: &usize| distance(archive.u(c), archive.u(k)) >= 0.1 * d;
        if chosen.iter().all(apart) {
            chosen.push(k);
        }
    }
    chosen
}

/// The quadratic through the points (or nearest to them) whose Hessian differs least from that of `before`.
pub(crate) fn fit_model(
    archive: &Archive<'_>,
    points: &[usize],
    before: Option<&Quadratic>,
) -> Option<Quadratic> {
    let n = archive.n;
    let centre = archive.u(points[0]).to_vec();
    let scale = points
        .iter()
        .map(|&k| distance(archive.u(k), &centre))
        .fold(0.0, f64::max)
        .max(1e-12);
    let mut base = before.cloned().unwrap_or_else(|| Quadratic::zero(&centre));
    base.centre.clone_from(&centre);
    base.constant = archive.value(points[0]);
    base.gradient.fill(0.0);
    let samples: Vec<Sample> = points
        .iter()
        .map(|&k| {
            let d = difference(archive.u(k), &centre);
            Sample {
                value: archive.value(k) - base.value(archive.u(k)),
                d: d.iter().map(|d| d / scale).collect(),
                weight: 1.0,
            }
        })
        .collect();
    let ridge = Ridge {
        gradient: 1e-8,
        hessian: 1e-5,
    };
    let correction = fit(n, &samples, ridge)?.quadratic;
    let mut model = base;
    model.constant += correction.constant;
    for (g, c) in model.gradient.iter_mut().zip(&correction.gradient) {
        *g += c / scale;
    }
    for (h, c) in model.hessian.iter_mut().zip(&correction.hessian) {
        *h += c / (scale * scale);
    }
    Some(model)
}

/// Posterior deviation of a model's value, in units where an unknown slope over Δ counts 1.
#[derive(Debug)]
pub(crate) struct Uncertainty {
    factors: DenseCholesky,
    centre: Vec<f64>,
    delta: f64,
}

impl Uncertainty {
    /// Bayesian regression on the points: prior deviations 10, 1 and 1/2 of constant, slopes and curvatures over Δ,
    /// noise 1e-4.
    pub fn new(archive: &Archive<'_>, points: &[usize], delta: f64) -> Option<Self> {
        let (n, q) = (archive.n, coefficients(archive.n));
        let centre = archive.u(points[0]).to_vec();
        let mut matrix = vec![0.0; q * q];
        let mut row = Vec::with_capacity(q);
        for &k in points {
            let d: Vec<f64> = difference(archive.u(k), &centre)
                .iter()
                .map(|d| d / delta)
                .collect();
            features(&d, &mut row);
            for j in 0..q {
                for i in j..q {
                    matrix[i + j * q] += 1e8 * row[i] * row[j];
                }
            }
        }
        for j in 0..q {
            matrix[j + j * q] += match j {
                0 => 1e-2,
                j if j <= n => 1.0,
                _ => 4.0,
            };
        }
        let mut factors = DenseCholesky::new(q);
        factors.factor_dense(&matrix).ok()?;
        Some(Uncertainty {
            factors,
            centre,
            delta,
        })
    }

    /// Deviation at u.
    pub fn at(&self, u: &[f64]) -> f64 {
        let d: Vec<f64> = difference(u, &self.centre)
            .iter()
            .map(|d| d / self.delta)
            .collect();
        let mut row = Vec::new();
        features(&d, &mut row);
        self.factors.half_solve(&mut row);
        dot(&row, &row).sqrt()
    }
}
