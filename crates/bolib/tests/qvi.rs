//! The quasi-variational examples have their solutions.

mod common;

use bolib::qvi_problems;
use common::{constraints, gradient, jacobian};
use nlp_model::check::derivatives;

#[test]
fn solutions_satisfy_the_quasi_variational_inequality() {
    for p in qvi_problems() {
        let (model, z) = (p.build(), p.solution.stacked());
        assert!((model.upper().obj(&z) - p.value).abs() < 1e-9, "{}", p.name);
        assert!(
            constraints(model.upper(), &z).iter().all(|&c| c <= 0.0),
            "{}",
            p.name
        );

        // y solves the linear program min_s sᵀf₀(x, y) s.t. g₀(x, y, s) ≤ 0: its conditions.
        let zs = [&z[..], p.solution.y].concat();
        let (c, w) = (constraints(model.lower(), &zs), p.multipliers);
        assert_eq!(c.len(), w.len(), "{}", p.name);
        for (c, w) in c.iter().zip(w) {
            assert!(
                *c <= 1e-12 && *w >= 0.0 && (c * w).abs() < 1e-12,
                "{}: {c} {w}",
                p.name
            );
        }
        let (nx, ny) = (model.nx(), model.ny());
        let (f0, rows) = (gradient(model.lower(), &zs), jacobian(model.lower(), &zs));
        for j in nx + ny..nx + 2 * ny {
            let sum: f64 = f0[j] + rows.iter().zip(w).map(|(row, w)| row[j] * w).sum::<f64>();
            assert!(sum.abs() < 1e-12, "{}: {sum}", p.name);
        }
    }
}

/// On the solution set near the solution F is not lower: the equilibria are known in closed form.
#[test]
fn solutions_are_optimal_along_the_equilibria() {
    let value = |index: usize, z: &[f64]| qvi_problems()[index].build().upper().obj(z);
    let steps = || (-200..=200).map(|k| f64::from(k) * 0.005);
    for d in steps() {
        // Example 6.4 as printed: y₁ + y₂ = 0.333 x and y₁ − y₂ = 4.
        let x = qvi_problems()[1].solution.x[0] + d;
        let (y1, y2) = ((0.333 * x + 4.0) / 2.0, (0.333 * x - 4.0) / 2.0);
        assert!(value(1, &[x, y1, y2]) >= qvi_problems()[1].value - 1e-9);
        // As a Nash game: y₁ + y₂ = x/3, with the multiplier 76 − 2y₁ − y₂ ≥ 0 of the first player.
        let y1 = 30.95 + d;
        for y2 in steps().map(|e| 14.1 + e).filter(|y2| 2.0 * y1 + y2 <= 76.0) {
            assert!(value(2, &[3.0 * (y1 + y2), y1, y2]) >= 7.77 - 1e-9);
        }
    }
}

#[test]
fn derivatives_agree_with_differences_on_both_sides_of_the_kink() {
    for p in qvi_problems() {
        let model = p.build();
        for x in [-0.7, 130.0, 140.0] {
            let z = [x, 3.0, -2.0];
            let upper = derivatives(model.upper(), &z).expect("a finite point");
            assert!(upper.max() < 1e-7, "{}: {upper:?}", p.name);
            let lower = derivatives(model.lower(), &[x, 3.0, -2.0, 5.0, 0.5]);
            let lower = lower.expect("a finite point");
            assert!(lower.max() < 1e-7, "{}: {lower:?}", p.name);
        }
    }
}

#[test]
fn the_second_derivative_at_the_kink_is_that_of_the_flat_side() {
    let model = qvi_problems()[1].build();
    let second = |x: f64| common::hessian(model.upper(), &[x, 0.0, 0.0], &[], 1.0)[0][0];
    assert_eq!([134.0, 135.0, 136.0].map(second), [0.0, 0.0, 2.0]);
}
