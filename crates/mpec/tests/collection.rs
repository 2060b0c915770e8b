//! Small programs of the MacMPEC collection and of the literature, from several starts.

use mpec::mpcc::{MpccOptions, solve};
use nlp_model::{AutoModel, Complementarity, Functions, Meta, Model, Scalar, Side};
use stopping::Status;

/// Objectives over 0 ≤ x₀ ⟂ x₁ ≥ 0, with their least values.
#[derive(Clone, Copy, Debug)]
enum Corner {
    Scholtes3,
    Kth3,
    Ralph2,
    Scale1,
    Scale4,
    /// A valley: (x₁ − 1)² + 100 (x₀ − x₁²)².
    Valley,
}
impl Functions for Corner {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        let square = |a: T, b: f64| (a - b).powi(2);
        match self {
            Corner::Scholtes3 => (square(x[0], 1.0) + square(x[1], 1.0)) * 0.5,
            Corner::Kth3 => square(x[0], 1.0) * 0.5 + square(x[1], 1.0),
            Corner::Ralph2 => square(x[0], 0.0) + square(x[1], 0.0) - x[0] * x[1] * 4.0,
            Corner::Scale1 => square(x[0] * 100.0, 1.0) + square(x[1], 1.0),
            Corner::Scale4 => (square(x[0] * 100.0, 1.0) + square(x[1], 1.0)) * 100.0,
            Corner::Valley => square(x[1], 1.0) + (x[0] - x[1] * x[1]).powi(2) * 100.0,
        }
    }
}

const INF: f64 = f64::INFINITY;

#[test]
fn two_variables_on_the_half_axes() {
    // The valley: x₁ = 0: 1 + 100 x₀² ≥ 1; x₀ = 0: (x₁ − 1)² + 100 x₁⁴ is least where 2(x₁ − 1) + 400 x₁³ = 0.
    let mut x = 0.15;
    for _ in 0..50 {
        x -= (2.0 * (x - 1.0) + 400.0 * x * x * x) / (2.0 + 1200.0 * x * x);
    }
    let valley = (x - 1.0f64).powi(2) + 100.0 * x.powi(4);
    let table = [
        (Corner::Scholtes3, 0.5),
        (Corner::Kth3, 0.5),
        (Corner::Ralph2, 0.0),
        (Corner::Scale1, 1.0),
        (Corner::Scale4, 100.0),
        (Corner::Valley, valley),
    ];
    for (problem, value) in table {
        let meta = Meta::new("corner", 2, 0).variable_bounds(&[0.0; 2], &[INF; 2]);
        let model = AutoModel::new(problem, meta.unwrap());
        let sides = [(Side::Variable(0), Side::Variable(1))];
        let mpcc = Complementarity::new(model, &sides).unwrap();
        for x0 in [
            [0.0, 0.0],
            [1.0, 1.0],
            [10.0, 0.1],
            [0.0, 100.0],
            [-5.0, -5.0],
        ] {
            let end = solve(&mpcc, &x0, &MpccOptions::default()).unwrap();
            assert_eq!(end.status, Status::Optimal, "{problem:?} {end}");
            let error = (end.objective - value).abs();
            assert!(
                error <= 1e-7 * (1.0 + value),
                "{problem:?} from {x0:?}: {end}"
            );
        }
    }
}

/// ex9.2.4: ½(y₁ − 2)² + ½(y₂ − 2)² over (x, y, λ, ν) with the KKT conditions of min ½y₁² + y₂ s.t. y₁ + y₂ = x, y ≥ 0.
struct Ex924;
impl Functions for Ex924 {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        ((x[1] - 2.0).powi(2) + (x[2] - 2.0).powi(2)) * 0.5
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[1] + x[2] - x[0];
        c[1] = x[1] + x[3] - x[4];
        c[2] = x[3] + 1.0 - x[5];
    }
}

#[test]
fn example_9_2_4_has_the_value_one_half() {
    let free = -INF;
    let meta = Meta::new("ex9.2.4", 6, 3)
        .variable_bounds(&[0.0, 0.0, 0.0, free, 0.0, 0.0], &[INF; 6])
        .and_then(|m| m.constraint_bounds(&[0.0; 3], &[0.0; 3]));
    let model = AutoModel::new(Ex924, meta.unwrap());
    let sides = [1, 2].map(|k| (Side::Variable(k), Side::Variable(k + 3)));
    let mpcc = Complementarity::new(model, &sides).unwrap();
    for at in [0.0, 1.0, 5.0, -3.0] {
        let end = solve(
            &mpcc,
            &vec![at; mpcc.meta().nvar()],
            &MpccOptions::default(),
        )
        .unwrap();
        assert_eq!(end.status, Status::Optimal, "{end}");
        assert!(
            (end.objective - 0.5).abs() < 1e-8 && (end.x[0] - 3.0).abs() < 1e-6,
            "{end}"
        );
    }
}

/// jr2: (x₁ − 1)² + x₀² over 0 ≤ x₁ ⟂ x₁ − x₀ ≥ 0, and a variant whose sides are curved.
struct Jr2 {
    curve: f64,
}
impl Functions for Jr2 {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        (x[1] - 1.0).powi(2) + x[0] * x[0]
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[1] - x[0] - x[0] * x[0] * self.curve;
        c[1] = x[1] + x[1] * x[1] * self.curve;
    }
}

#[test]
fn sides_that_are_lines_or_curves() {
    for curve in [0.0, 0.3, 2.0] {
        let meta = Meta::new("jr2", 2, 2).constraint_bounds(&[0.0; 2], &[INF; 2]);
        let model = AutoModel::new(Jr2 { curve }, meta.unwrap());
        let mpcc = Complementarity::new(model, &[(Side::Row(0), Side::Row(1))]).unwrap();
        // x₁ = x₀ + κ x₀² ≥ 0, or x₁ = 0 (value ≥ 1), or x₁ = −1/κ (value ≥ 1): a grid of x₀ refined.
        let value = |x: f64| {
            let y = x + curve * x * x;
            if y + curve * y * y >= 0.0 {
                (y - 1.0).powi(2) + x * x
            } else {
                INF
            }
        };
        let least = (-400_000..=400_000)
            .map(|k| value(1e-5 * f64::from(k)))
            .fold(1.0, f64::min);
        for x0 in [[0.0, 0.0], [1.0, 1.0], [-1.0, 2.0], [3.0, -0.1]] {
            let end = solve(&mpcc, &x0, &MpccOptions::default()).unwrap();
            assert_eq!(
                end.status,
                Status::Optimal,
                "κ = {curve} from {x0:?}: {end}"
            );
            assert!(end.objective >= least - 1e-8, "{end}");
            assert!(
                end.objective <= least + 1e-6,
                "κ = {curve} from {x0:?}: {least} {end}"
            );
        }
    }
}
