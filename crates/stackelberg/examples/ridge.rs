//! Hyper-parameter selection: the weight of a ridge regression, chosen by the error on other data.
//!
//! Lower level: the weights w of a cubic fitted to training data with the penalty ½ e^x ‖w‖²; upper level: the
//! mean squared error on validation data. The fit is strictly convex, so the certificate is a duality gap, and the
//! error has a gradient in x through the fit.

#[allow(dead_code)]
mod draw;

use stackelberg::mpec::sensitivity::{SensitivityError, solution_sensitivity};
use stackelberg::nlp_model::{AutoBilevel, BilevelFunctions, BilevelShape, Scalar};
use stackelberg::{BilevelOptions, BilevelSolution, mpec::MpecError, solve_bilevel};

/// Noisy values of sin 3t.
pub const TRAINING: [(f64, f64); 7] = [
    (-1.0, 0.14),
    (-0.7, -1.15),
    (-0.35, -0.62),
    (0.0, 0.31),
    (0.3, 0.52),
    (0.65, 1.2),
    (1.0, -0.22),
];
/// The same elsewhere.
pub const VALIDATION: [(f64, f64); 6] = [
    (-0.85, -0.6),
    (-0.5, -0.95),
    (-0.15, -0.5),
    (0.2, 0.6),
    (0.5, 0.9),
    (0.8, 0.7),
];

/// x: logarithm of the penalty; y: weights of t, t², t³.
#[derive(Clone, Copy, Debug)]
pub struct Ridge;

/// ½ Σ (w·(t, t², t³) − value)².
fn loss<T: Scalar>(data: &[(f64, f64)], w: &[T]) -> T {
    let mut sum = T::from(0.0);
    for &(t, value) in data {
        let error = w[0] * t + w[1] * (t * t) + w[2] * (t * t * t) - value;
        sum += error * error * 0.5;
    }
    sum
}

impl BilevelFunctions for Ridge {
    fn shape(&self) -> BilevelShape {
        BilevelShape {
            nx: 1,
            ny: 3,
            upper_inequalities: 2,
            ..BilevelShape::default()
        }
    }
    fn upper_obj<T: Scalar>(&self, _: &[T], w: &[T]) -> T {
        loss(&VALIDATION, w) * (2.0 / VALIDATION.len() as f64)
    }
    fn upper_cons<T: Scalar>(&self, x: &[T], _: &[T], c: &mut [T]) {
        c[0] = -x[0] - 12.0;
        c[1] = x[0] - 5.0;
    }
    fn lower_obj<T: Scalar>(&self, x: &[T], w: &[T]) -> T {
        loss(&TRAINING, w) + x[0].exp() * (w[0] * w[0] + w[1] * w[1] + w[2] * w[2]) * 0.5
    }
    fn lower_cons<T: Scalar>(&self, _: &[T], _: &[T], _: &mut [T]) {}
}

/// The program with its derivatives.
pub fn problem() -> AutoBilevel<Ridge> {
    AutoBilevel::new("ridge", Ridge)
}

/// The solution with default options.
pub fn solve() -> Result<BilevelSolution, MpecError> {
    solve_bilevel(&problem(), &BilevelOptions::default())
}

/// The derivative of the validation error by x, through the fit.
pub fn slope(x: &[f64], w: &[f64]) -> Result<f64, SensitivityError> {
    let sensitivity = solution_sensitivity(&problem(), x, w, &Default::default())?;
    Ok(sensitivity.upper_gradient(&problem(), &[x, w].concat())?[0])
}

#[allow(dead_code)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let solution = solve()?;
    println!("{solution}\n");
    println!(
        "penalty {:.4}, weights {:.3?}, validation error {:.5}",
        solution.x[0].exp(),
        solution.y,
        solution.objective
    );
    println!(
        "derivative of the error by x: {:.1e}",
        slope(&solution.x, &solution.y)?
    );

    let curve = |w: &[f64]| -> Vec<(f64, f64)> {
        let times = (0..=100).map(|k| -1.0 + 0.02 * f64::from(k));
        times
            .map(|t| (t, w[0] * t + w[1] * t * t + w[2] * t * t * t))
            .collect()
    };
    let mut chart = draw::Chart::new(
        "A ridge fit whose penalty other data choose",
        ("t", -1.0, 1.0),
        ("value", -1.6, 1.6),
    );
    chart.line("chosen penalty", draw::ORANGE, &curve(&solution.y));
    chart.line("none", "#9aa5b1", &curve(&fit(0.0)));
    chart.dots("training", draw::BLUE, &TRAINING);
    chart.dots("validation", draw::GREEN, &VALIDATION);
    println!("{}", chart.save("ridge.svg")?.display());
    Ok(())
}

/// The weights for a penalty, from the normal equations by Gauss–Seidel.
pub fn fit(penalty: f64) -> [f64; 3] {
    let moment = |p: i32| -> f64 { TRAINING.iter().map(|(t, _)| t.powi(p)).sum() };
    let right = |p: i32| -> f64 { TRAINING.iter().map(|(t, v)| v * t.powi(p)).sum() };
    let mut w = [0.0; 3];
    for _ in 0..20_000 {
        for i in 0..3 {
            let others = |j: usize| {
                if j == i {
                    0.0
                } else {
                    moment((i + j) as i32 + 2) * w[j]
                }
            };
            let rest: f64 = (0..3).map(others).sum();
            w[i] = (right(i as i32 + 1) - rest) / (moment(2 * i as i32 + 2) + penalty);
        }
    }
    w
}
