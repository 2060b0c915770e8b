//! Derivatives of the lower solution and of the optimal value, against closed forms, differences of lower
//! levels solved anew, and programs where there is none.

use mpec::sensitivity::{
    SensitivityError, SensitivityOptions, SolutionSensitivity, solution_sensitivity, value_gradient,
};
use nlp_model::{AutoBilevel, Bilevel, Model};
use proptest::prelude::*;

fn at(
    problem: &dyn Bilevel,
    x: &[f64],
    y: &[f64],
) -> Result<SolutionSensitivity, SensitivityError> {
    solution_sensitivity(problem, x, y, &SensitivityOptions::default())
}

/// y(x) near a start, to rounding.
fn solve_lower(problem: &dyn Bilevel, x: &[f64], near: &[f64]) -> (Vec<f64>, f64) {
    let model = mpec::bilevel::FixedUpper::new(problem, x).unwrap();
    let options = ssn::Options {
        tolerance: 1e-13,
        ..ssn::Options::default()
    };
    let y = ssn::kkt::solve(&model, near, &options).unwrap().x;
    let value = model.obj(&y);
    (y, value)
}

nlp_model::bilevel! {
    /// Prices x, a budget of 1: y = (1 − x₂ + x₁, 1 + x₂ − x₁) / 2 while both are positive.
    struct Shares(x1, x2; y1, y2);
    F = y1 * x1 + y2 * x2;
    G <= 0: [];
    f = 0.5 * (y1 - x1).powi(2) + 0.5 * (y2 - x2).powi(2);
    g <= 0: [-y1, -y2];
    h == 0: [y1 + y2 - 1.0];
}

#[test]
fn a_projection_on_a_simplex_has_the_derivative_of_its_face() {
    let problem = AutoBilevel::new("shares", Shares);
    // inside of the edge: y = x − (x₁ + x₂ − 1)/2
    let inner = at(&problem, &[0.5, 0.3], &[0.6, 0.4]).unwrap();
    for (entry, exact) in inner.jacobian().unwrap().iter().zip([0.5, -0.5, -0.5, 0.5]) {
        assert!((entry - exact).abs() < 1e-14);
    }
    // φ = (x₁ + x₂ − 1)² / 4
    for gradient in &inner.value_gradient {
        assert!((gradient + 0.1).abs() < 1e-14);
    }
    assert!(
        (inner.multipliers[2] + 0.1).abs() < 1e-14,
        "w = (x₁ + x₂ − 1)/2"
    );
    // d/dx of x₁y₁ + x₂y₂ = y + (dy/dx)ᵀ x
    let total = inner
        .upper_gradient(&problem, &[0.5, 0.3, 0.6, 0.4])
        .unwrap();
    assert!((total[0] - 0.7).abs() < 1e-14 && (total[1] - 0.3).abs() < 1e-14);

    // at a vertex nothing moves
    let vertex = at(&problem, &[3.0, 0.3], &[1.0, 0.0]).unwrap();
    assert!(vertex.conditions.curvature == f64::INFINITY && vertex.conditions.active == 2);
    assert!(vertex.jacobian().unwrap().iter().all(|v| v.abs() < 1e-14));
    // L = f − w₂ y₂ + μ (y₁ + y₂ − 1): μ = x₁ − 1, w₂ = x₁ − 1 − x₂
    assert!((vertex.multipliers[2] - 2.0).abs() < 1e-14);
    assert!((vertex.multipliers[1] - 1.7).abs() < 1e-14);
}

#[test]
fn at_a_kink_the_directional_derivative_is_the_projection_on_the_cone() {
    let problem = AutoBilevel::new("shares", Shares);
    // y₂ = 0 with multiplier 0: x₁ − x₂ = 1
    let kink = at(&problem, &[1.2, 0.2], &[1.0, 0.0]).unwrap();
    assert_eq!(kink.conditions.weakly_active, 1);
    let error = kink.jacobian().unwrap_err();
    assert!(matches!(error, SensitivityError::NotDifferentiable { .. }));
    assert!(
        error.to_string().contains("not differentiable here"),
        "{error}"
    );
    for (d, exact) in [
        ([1.0, 0.0], 0.0),
        ([0.0, 1.0], 0.5),
        ([-2.0, 0.0], 1.0),
        ([1.0, 1.0], 0.0),
    ] {
        let v = kink.directional(&d).unwrap();
        assert!(
            (v[1] - exact).abs() < 1e-13 && (v[0] + exact).abs() < 1e-13,
            "{d:?}: {v:?}"
        );
        let t = 1e-6;
        let moved = [1.2 + t * d[0], 0.2 + t * d[1]];
        let (y, _) = solve_lower(&problem, &moved, &[1.0, 0.0]);
        assert!((y[1] / t - v[1]).abs() < 1e-5, "{d:?}: {y:?}");
    }
    // the value is differentiable all the same
    let gradient = value_gradient(
        &problem,
        &[1.2, 0.2],
        &[1.0, 0.0],
        &SensitivityOptions::default(),
    );
    for entry in gradient.unwrap() {
        assert!((entry - 0.2).abs() < 1e-13);
    }
}

nlp_model::bilevel! {
    /// Not quadratic, rows that bend and move with x, two-sided as pairs.
    struct Bent(x1, x2; y1, y2, y3);
    F = y1;
    G <= 0: [];
    f = (y1 * x1).exp() + (y2 - x2).powi(4) + 0.5 * y2.powi(2) + (y3 - x1 * x2).powi(2) + y1 * y3;
    g <= 0: [y1.powi(2) + y2.powi(2) + y3.powi(2) - 1.0 - x2.powi(2), x1 - y3];
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn derivatives_are_limits_of_differences(x1 in 0.5..1.5, x2 in -1.0..1.0) {
        let problem = AutoBilevel::new("bent", Bent);
        let x = [x1, x2];
        let (y, _) = solve_lower(&problem, &x, &[-0.5, 0.1, x1]);
        let found = at(&problem, &x, &y);
        // no KKT point from this start, or a degenerate one
        prop_assume!(found.is_ok());
        let found = found.unwrap();
        let c = found.conditions;
        prop_assume!(c.complementarity > 0.1 && c.curvature > 0.1 && c.independence > 0.1);
        let jacobian = found.jacobian().unwrap();
        let h = 1e-5;
        for j in 0..2 {
            let side = |sign: f64| {
                let mut moved = x;
                moved[j] += sign * h;
                solve_lower(&problem, &moved, &y)
            };
            let ((above, value_above), (below, value_below)) = (side(1.0), side(-1.0));
            for i in 0..3 {
                let difference = (above[i] - below[i]) / (2.0 * h);
                let exact = jacobian[i + 3 * j];
                prop_assert!((difference - exact).abs() < 1e-5 * (1.0 + exact.abs()), "{i} {j}: {difference} {exact}");
            }
            let difference = (value_above - value_below) / (2.0 * h);
            prop_assert!((difference - found.value_gradient[j]).abs() < 1e-6 * (1.0 + difference.abs()));
        }
        let d = [0.3, -0.7];
        let v = found.directional(&d).unwrap();
        for i in 0..3 {
            prop_assert!((v[i] - 0.3 * jacobian[i] + 0.7 * jacobian[i + 3]).abs() < 1e-12);
        }
    }
}

#[test]
fn the_random_cases_are_not_empty() {
    let problem = AutoBilevel::new("bent", Bent);
    let (y, _) = solve_lower(&problem, &[1.0, 0.5], &[-0.5, 0.1, 1.0]);
    let found = at(&problem, &[1.0, 0.5], &y).unwrap();
    assert!(
        found.conditions.active >= 1 && found.jacobian().is_ok(),
        "{}",
        found.conditions
    );
}

#[test]
fn scaling_a_row_changes_its_multiplier_only() {
    nlp_model::bilevel! {
        struct Plain(x; y);
        F = x;
        G <= 0: [];
        f = (y - 3.0).powi(2);
        g <= 0: [y - x.powi(2)];
    }
    nlp_model::bilevel! {
        struct Scaled(x; y);
        F = x;
        G <= 0: [];
        f = (y - 3.0).powi(2);
        g <= 0: [1e4 * (y - x.powi(2))];
    }
    // y = x², φ = (x² − 3)²: φ′ = 4x (x² − 3), w = 2 (3 − x²)
    let plain = at(&AutoBilevel::new("plain", Plain), &[1.0], &[1.0]).unwrap();
    let scaled = at(&AutoBilevel::new("scaled", Scaled), &[1.0], &[1.0]).unwrap();
    for found in [&plain, &scaled] {
        assert!((found.jacobian().unwrap()[0] - 2.0).abs() < 1e-13);
        assert!((found.value_gradient[0] + 8.0).abs() < 1e-12);
    }
    assert!((plain.multipliers[0] - 4.0).abs() < 1e-13);
    assert!((scaled.multipliers[0] - 4e-4).abs() < 1e-16);
}

nlp_model::bilevel! {
    /// y = 0 by two rows with the same gradient.
    struct Twice(x; y);
    F = x;
    G <= 0: [];
    f = y;
    g <= 0: [-y, x - y];
}

nlp_model::bilevel! {
    /// The rows leave y = 0 only, with no multiplier.
    struct Cusp(x; y);
    F = x;
    G <= 0: [];
    f = y;
    g <= 0: [y.powi(2) - x];
}

nlp_model::bilevel! {
    /// Every y is a solution.
    struct Flat(x; y1, y2);
    F = x;
    G <= 0: [];
    f = (y1 - x).powi(2) + 0.0 * y2;
    g <= 0: [];
}

#[test]
fn degenerate_points_are_refused_with_the_reason_and_its_number() {
    let twice = at(&AutoBilevel::new("twice", Twice), &[0.0], &[0.0]).unwrap_err();
    assert!(matches!(twice, SensitivityError::Dependent { conditions } if conditions.active == 2));
    let cusp = at(&AutoBilevel::new("cusp", Cusp), &[0.0], &[0.0]).unwrap_err();
    assert!(
        matches!(cusp, SensitivityError::Dependent { conditions } if conditions.independence == 0.0)
    );
    let flat = at(&AutoBilevel::new("flat", Flat), &[0.5], &[0.5, 0.0]).unwrap_err();
    assert!(
        matches!(flat, SensitivityError::NoSecondOrder { conditions } if conditions.curvature == 0.0)
    );
    // the value does not care which of the solutions it is
    let problem = AutoBilevel::new("flat", Flat);
    let gradient = value_gradient(
        &problem,
        &[0.5],
        &[0.5, 7.0],
        &SensitivityOptions::default(),
    );
    assert_eq!(gradient.unwrap(), [0.0]);
}

#[test]
fn points_that_are_not_stationary_or_feasible_are_refused() {
    let problem = AutoBilevel::new("shares", Shares);
    let refuse = |x: [f64; 2], y: [f64; 2]| at(&problem, &x, &y).unwrap_err();
    assert!(matches!(
        refuse([0.5, 0.3], [0.5, 0.5]),
        SensitivityError::NotStationary { .. }
    ));
    assert!(matches!(
        refuse([0.5, 0.3], [0.6, 0.3]),
        SensitivityError::NotStationary { .. }
    ));
    // a vertex with a multiplier of the wrong sign
    let wrong = refuse([0.5, 0.5], [1.0, 0.0]);
    assert!(
        matches!(wrong, SensitivityError::NotStationary { conditions } if conditions.complementarity < -0.1)
    );
}

#[test]
fn misuse_is_refused() {
    let problem = AutoBilevel::new("shares", Shares);
    let input = |x: &[f64], y: &[f64]| {
        assert!(matches!(
            at(&problem, x, y),
            Err(SensitivityError::Input(_))
        ));
    };
    input(&[0.5], &[0.6, 0.4]);
    input(&[0.5, 0.3], &[0.6]);
    input(&[f64::NAN, 0.3], &[0.6, 0.4]);
    let options = SensitivityOptions {
        active: -1.0,
        ..SensitivityOptions::default()
    };
    let refused = solution_sensitivity(&problem, &[0.5, 0.3], &[0.6, 0.4], &options);
    assert!(matches!(refused, Err(SensitivityError::Input(_))));
    let found = at(&problem, &[0.5, 0.3], &[0.6, 0.4]).unwrap();
    assert!(found.directional(&[1.0]).is_err());

    nlp_model::bilevel! {
        struct Root(x; y);
        F = x;
        G <= 0: [];
        f = (y - x).sqrt();
        g <= 0: [x - y];
    }
    let singular = at(&AutoBilevel::new("root", Root), &[0.0], &[0.0]);
    assert!(matches!(singular, Err(SensitivityError::Input(_))));
}
