//! The subproblem: a quadratic in a box, under quadratic constraints.

use linalg::slice::dot;
use linalg::{DenseCholesky, Factorization};

use super::quadratic::Quadratic;

/// A solution of the subproblem.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The minimizer.
    pub u: Vec<f64>,
    /// Multipliers of the constraints.
    pub multipliers: Vec<f64>,
    /// Model decrease m(x) − m(u).
    pub decrease: f64,
}

/// The subproblem around x.
#[derive(Debug)]
pub(crate) struct Subproblem<'a> {
    /// m, the model of θ.
    pub model: &'a Quadratic,
    /// h, at most −margin each.
    pub constraints: &'a [&'a Quadratic],
    /// Distances kept from the constraints.
    pub margins: &'a [f64],
    /// The centre of the region.
    pub x: &'a [f64],
    /// Δ: half width of the box around x, which is cut by the unit cube.
    pub delta: f64,
}

/// Powell–Hestenes–Rockafellar augmented Lagrangian in units of Δ; its box-constrained minimizations are by projected
/// Newton steps with regularized Hessians.
///
/// It needs no feasible start and no feasible point at all: contradictory constraints end at a point of small
/// violation. A local minimizer is all that is found.
// Note (2026-11-22): the prototype used SQP. In at most ten or twenty variables the augmented Lagrangian is as
// fast, indifferent to contradictory or dependent constraints, and gives the multipliers.
pub(crate) fn solve(problem: &Subproblem<'_>) -> Step {
    let (n, x, delta) = (problem.x.len(), problem.x, problem.delta);
    let m = problem.model.in_units(x, delta);
    let slope = linalg::slice::norm_inf(&m.gradient);
    let curvature = linalg::slice::norm_inf(&m.hessian);
    let size = slope.max(curvature).max(f64::MIN_POSITIVE);
    let constraints: Vec<Quadratic> = problem
        .constraints
        .iter()
        .zip(problem.margins)
        .map(|(h, margin)| {
            let mut h = h.in_units(x, delta);
            h.constant = (h.constant + margin) / delta;
            h.gradient.iter_mut().for_each(|g| *g /= delta);
            h.hessian.iter_mut().for_each(|g| *g /= delta);
            h
        })
        .collect();
    let lower: Vec<f64> = x.iter().map(|x| (-x / delta).max(-1.0)).collect();
    let upper: Vec<f64> = x.iter().map(|x| ((1.0 - x) / delta).min(1.0)).collect();

    let mut search = Search {
        m,
        constraints,
        lower,
        upper,
        lambda: vec![0.0; problem.constraints.len()],
        rho: 10.0 * size,
    };
    let mut v = vec![0.0; n];
    let mut before = f64::INFINITY;
    for _ in 0..25 {
        search.minimize(&mut v, size);
        let mut violation = 0.0_f64;
        let mut change = 0.0_f64;
        for (lambda, h) in search.lambda.iter_mut().zip(&search.constraints) {
            let value = h.value(&v);
            let next = (*lambda + search.rho * value).max(0.0);
            change = change.max((next - *lambda).abs());
            *lambda = next;
            violation = violation.max(value);
        }
        if violation <= 1e-11 && change <= 1e-9 * size {
            break;
        }
        if change > 0.1 * before && search.rho < 1e6 * size {
            search.rho *= 10.0;
        }
        before = change;
    }
    let start = vec![0.0; n];
    let mut u: Vec<f64> = x.iter().zip(&v).map(|(x, v)| x + delta * v).collect();
    super::vector::clip(&mut u);
    Step {
        u,
        multipliers: search.lambda.iter().map(|l| l / delta).collect(),
        decrease: search.m.value(&start) - search.m.value(&v),
    }
}

/// The augmented Lagrangian L(v) = m(v) + Σ max(0, ρh + λ)² / 2ρ on a box.
struct Search {
    m: Quadratic,
    constraints: Vec<Quadratic>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    lambda: Vec<f64>,
    rho: f64,
}

impl Search {
    fn value(&self, v: &[f64]) -> f64 {
        let penalty = |(h, lambda): (&Quadratic, &f64)| {
            (self.rho * h.value(v) + lambda).max(0.0).powi(2) / (2.0 * self.rho)
        };
        self.m.value(v)
            + self
                .constraints
                .iter()
                .zip(&self.lambda)
                .map(penalty)
                .sum::<f64>()
    }

    /// Gradient and Hessian.
    fn derivatives(&self, v: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let n = v.len();
        let mut gradient = self.m.gradient_at(v);
        let mut hessian = self.m.hessian.clone();
        for (h, lambda) in self.constraints.iter().zip(&self.lambda) {
            let weight = self.rho * h.value(v) + lambda;
            if weight <= 0.0 {
                continue;
            }
            let normal = h.gradient_at(v);
            for j in 0..n {
                gradient[j] += weight * normal[j];
                for i in 0..n {
                    hessian[i + j * n] +=
                        weight * h.hessian[i + j * n] + self.rho * normal[i] * normal[j];
                }
            }
        }
        (gradient, hessian)
    }

    /// Projected Newton steps from v.
    fn minimize(&self, v: &mut Vec<f64>, size: f64) {
        let n = v.len();
        let mut value = self.value(v);
        for _ in 0..60 {
            let (gradient, hessian) = self.derivatives(v);
            let free: Vec<usize> = (0..n)
                .filter(|&i| {
                    !(v[i] <= self.lower[i] && gradient[i] >= 0.0
                        || v[i] >= self.upper[i] && gradient[i] <= 0.0)
                })
                .collect();
            let norm = free.iter().fold(0.0_f64, |g, &i| g.max(gradient[i].abs()));
            if norm <= 1e-12 * size {
                return;
            }
            let Some(direction) = newton_direction(&gradient, &hessian, &free) else {
                return;
            };
            let mut t = 1.0;
            let moved = loop {
                let trial: Vec<f64> = (0..n)
                    .map(|i| (v[i] + t * direction[i]).clamp(self.lower[i], self.upper[i]))
                    .collect();
                let slope: f64 = (0..n).map(|i| gradient[i] * (trial[i] - v[i])).sum();
                let new = self.value(&trial);
                if slope < 0.0 && new <= value + 1e-4 * slope {
                    let moved = value - new;
                    *v = trial;
                    value = new;
                    break moved;
                }
                t *= 0.5;
                if t < 1e-10 {
                    break 0.0;
                }
            };
            if moved == 0.0 {
                return;
            }
        }
    }
}

/// −(H + τI)⁻¹g on the free variables, τ ≥ 0 as small as a Cholesky factorization permits; zero elsewhere.
fn newton_direction(gradient: &[f64], hessian: &[f64], free: &[usize]) -> Option<Vec<f64>> {
    let (n, k) = (gradient.len(), free.len());
    let mut factors = DenseCholesky::new(k);
    let largest = linalg::slice::norm_inf(hessian).max(f64::MIN_POSITIVE);
    let mut tau = 0.0;
    for _ in 0..12 {
        let mut a = vec![0.0; k * k];
        for (j, &fj) in free.iter().enumerate() {
            for (i, &fi) in free.iter().enumerate() {
                a[i + j * k] = hessian[fi + fj * n];
            }
            a[j + j * k] += tau;
        }
        if factors.factor_dense(&a).is_ok() {
            let mut d: Vec<f64> = free.iter().map(|&i| -gradient[i]).collect();
            factors.solve(&mut d);
            let mut direction = vec![0.0; n];
            for (d, &i) in d.iter().zip(free) {
                direction[i] = *d;
            }
            if dot(&direction, gradient) < 0.0 {
                return Some(direction);
            }
        }
        tau = if tau == 0.0 {
            1e-8 * largest
        } else {
            10.0 * tau
        };
    }
    None
}
