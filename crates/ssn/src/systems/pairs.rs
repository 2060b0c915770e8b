//! Equations of the rows of a one-sided model and their multipliers.

use linalg::Pattern;
use nlp_model::Meta;

use crate::PairRule;

/// One equation a row: φ(μ, −c) = 0 for an inequality c ≤ 0 with its multiplier μ, c = 0 for an
/// equality, whose multiplier is free.
#[derive(Debug)]
pub(crate) struct Pairs {
    rule: PairRule,
    /// What counts as 1 in each multiplier: φ compares μ/unit with −c.
    pub unit: Vec<f64>,
    /// Which rows are equalities.
    pub equality: Vec<bool>,
    /// ∂/∂c and ∂/∂μ of each equation.
    pub by_c: Vec<f64>,
    pub by_mu: Vec<f64>,
    slopes: Vec<f64>,
}

impl Pairs {
    pub fn new(meta: &Meta, rule: PairRule) -> Self {
        let rows = meta.ncon();
        Pairs {
            rule,
            unit: vec![1.0; rows],
            equality: (0..rows).map(|i| meta.is_equality(i)).collect(),
            by_c: vec![0.0; rows],
            by_mu: vec![0.0; rows],
            slopes: vec![0.0; rows],
        }
    }

    /// The starting multipliers min(|c|, largest) in their units, 0 for equalities.
    pub fn start(&self, c: &[f64], largest: f64, mu: &mut [f64]) {
        for (i, mu) in mu.iter_mut().enumerate() {
            // a c that is NaN stays: the residual shows it
            *mu = if self.equality[i] || c[i].is_nan() {
                0.0
            } else {
                self.unit[i] * c[i].abs().min(largest)
            };
        }
    }

    /// max(0, c, |equalities|); NaN when a value is.
    pub fn violation(&self, c: &[f64]) -> f64 {
        c.iter()
            .zip(&self.equality)
            .fold(0.0, |worst, (&c, &equality)| {
                let outside = if equality || c.is_nan() {
                    c.abs()
                } else {
                    c.max(0.0)
                };
                linalg::slice::norm_inf(&[worst, outside])
            })
    }

    /// The equations at (μ, c), into `phi`.
    pub fn residual(&self, mu: &[f64], c: &[f64], phi: &mut [f64]) {
        for (i, phi) in phi.iter_mut().enumerate() {
            *phi = if self.equality[i] {
                c[i]
            } else {
                self.rule.ncp.value(mu[i] / self.unit[i], -c[i])
            };
        }
    }

    /// An element of the generalized derivatives at (μ, c), into `by_c` and `by_mu`; `jac` and
    /// `jac_vals` are the Jacobian of c.
    pub fn linearise(&mut self, mu: &[f64], c: &[f64], jac: &Pattern, jac_vals: &[f64]) {
        self.slopes.fill(0.0);
        for ((i, _), value) in jac.iter().zip(jac_vals) {
            self.slopes[i] += value;
        }
        for i in 0..c.len() {
            (self.by_mu[i], self.by_c[i]) = if self.equality[i] {
                (0.0, 1.0)
            } else {
                let unit = self.unit[i];
                let (by_mu, by_c) = self.rule.gradient(mu[i] / unit, c[i], || self.slopes[i]);
                (by_mu / unit, by_c)
            };
        }
    }

    /// Lowers ∂φ/∂μ of the inequalities by δ in their units.
    pub fn shift(&self, delta: f64, by_mu: &mut [f64]) {
        for (i, by_mu) in by_mu.iter_mut().enumerate() {
            if !self.equality[i] {
                *by_mu -= delta / self.unit[i];
            }
        }
    }

    /// The product of the equations' derivatives with a change dμ, ∂φ/∂μ lowered by δ; `out` holds dc.
    pub fn product(&self, delta: f64, dmu: &[f64], out: &mut [f64]) {
        for (i, (out, dmu)) in out.iter_mut().zip(dmu).enumerate() {
            let shift = if self.equality[i] {
                0.0
            } else {
                delta / self.unit[i]
            };
            *out = self.by_c[i] * *out + (self.by_mu[i] - shift) * dmu;
        }
    }

    /// Takes the curvature along each row's normal as the unit of its multiplier, Σ a²h / (Σ a²)² for a
    /// row with entries a and curvatures h of the variables; 1 where that is 0 or not finite.
    pub fn measure_units(&mut self, jac: &Pattern, jac_vals: &[f64], curvature: &[f64]) {
        let rows = self.unit.len();
        let (mut weighted, mut squares) = (vec![0.0; rows], vec![0.0; rows]);
        for ((i, j), a) in jac.iter().zip(jac_vals) {
            weighted[i] += a * a * curvature[j].abs();
            squares[i] += a * a;
        }
        for i in 0..rows {
            let unit = weighted[i] / (squares[i] * squares[i]);
            self.unit[i] = if unit > 0.0 && unit.is_finite() {
                unit
            } else {
                1.0
            };
        }
    }
}
