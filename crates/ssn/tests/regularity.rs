//! Regularity conditions at points where they can be worked out by hand.

use nlp_model::{AutoBilevel, Linearised, ModelError, bilevel};
use ssn::regularity::Regularity;
use ssn::systems::value_function::ValueFunctionSystem;
use ssn::value_function::solve_bilevel;
use ssn::{FISCHER_BURMEISTER, Options, PairRule, SsnError};

const RULE: PairRule = PairRule {
    ncp: &FISCHER_BURMEISTER,
    degenerate: 1e-16,
};

bilevel! {
    /// y = x: a vertex of the lower level.
    pub struct Vertex(x; y);
    F = (x - 1.0).powi(2) + (y - 1.0).powi(2);
    G <= 0: [];
    f = -y;
    g <= 0: [y - x];
}

bilevel! {
    /// y = 0 with the multiplier 0.
    pub struct Degenerate(x; y);
    F = (x - 1.0).powi(2) + y.powi(2);
    G <= 0: [];
    f = 0.5 * y.powi(2);
    g <= 0: [-y];
}

bilevel! {
    /// y = x, with a row that is there twice.
    pub struct Twice(x; y);
    F = (x - 1.0).powi(2) + (y - 1.0).powi(2);
    G <= 0: [x - 7.0];
    f = -y;
    g <= 0: [y - x, y - x];
}

fn regularity(bilevel: &dyn nlp_model::Bilevel, lambda: f64, zeta: &[f64]) -> Regularity {
    let qvi = Linearised::new(bilevel).unwrap();
    let system = ValueFunctionSystem::new(&qvi, lambda, RULE).unwrap();
    let mut phi = vec![0.0; zeta.len()];
    ssn::SemismoothSystem::residual(&system, zeta, &mut phi);
    assert!(phi.iter().all(|v| v.abs() < 1e-12), "ζ is a zero: {phi:?}");
    Regularity::at(&system, zeta).unwrap()
}

fn assert_close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 1e-12,
        "{found} instead of {expected}"
    );
}

#[test]
fn all_conditions_hold_at_a_vertex() {
    // ζ = (x, y, ξ, v, w) = (1, 1, 1, λ, 1). ∇²L = diag(2, 2, 0); the rows (−1, 1, 0) of g and (−1, 0, 1) of h
    // leave the direction (1, 1, 1)/√3, with (2 + 2)/3.
    for lambda in [0.5, 1.0, 4.0] {
        let r = regularity(
            &AutoBilevel::new("vertex", Vertex),
            lambda,
            &[1.0, 1.0, 1.0, lambda, 1.0],
        );
        assert_close(r.upper_licq.number, 2f64.sqrt());
        assert_close(r.lower_licq.number, 1.0);
        assert_close(r.strict_complementarity.number, 1.0);
        assert_close(r.second_order.number, 4.0 / 3.0);
        assert!(r.is_regular() && r.is_nonsingular());
    }
    // With λ = 1 the matrix is  [2 0 0 -1 1; 0 2 0 1 0; 0 0 0 0 -1; -1 1 0 0 0; -1 0 1 0 0]: |det| = 4.
    let r = regularity(&AutoBilevel::new("vertex", Vertex), 1.0, &[1.0; 5]);
    let (least, largest) = (r.smallest_singular_value, r.largest_singular_value);
    assert!(least * largest.powi(4) >= 4.0 && least.powi(4) * largest <= 4.0);
    assert!(
        r.to_string()
            .contains("second-order condition holds: smallest eigenvalue 1.3e0")
    );
}

#[test]
fn a_degenerate_pair_and_a_negative_curvature_are_reported_with_their_numbers() {
    // ζ = (1, 0, 0, 0, 0), λ = 1: no row is strongly active, ∇²L = 2 ⊕ [4 -1; -1 0], eigenvalues 2, 2 ± √5
    let r = regularity(
        &AutoBilevel::new("degenerate", Degenerate),
        1.0,
        &[1.0, 0.0, 0.0, 0.0, 0.0],
    );
    assert_close(r.upper_licq.number, 1.0);
    assert_close(r.lower_licq.number, 1.0);
    assert!(r.upper_licq.holds && r.lower_licq.holds);
    assert_close(r.strict_complementarity.number, 0.0);
    assert_close(r.second_order.number, 2.0 - 5f64.sqrt());
    assert!(!r.strict_complementarity.holds && !r.second_order.holds && !r.is_regular());
    assert!(r.to_string().contains("strict complementarity fails"));
}

#[test]
fn dependent_gradients_and_inactive_rows_are_told_apart() {
    // ζ = (x, y, ξ, u, v₁, v₂, w₁, w₂): only the sums of v and w are determined; G = −6 is inactive
    let zeta = [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.25, 0.75];
    let r = regularity(&AutoBilevel::new("twice", Twice), 2.0, &zeta);
    assert_close(r.upper_licq.number, 0.0);
    assert_close(r.lower_licq.number, 0.0);
    assert!(!r.upper_licq.holds && !r.lower_licq.holds);
    assert_close(r.strict_complementarity.number, 0.25);
    assert_close(r.second_order.number, 4.0 / 3.0);
    assert!(!r.is_nonsingular() && r.smallest_singular_value < 1e-14);
}

#[test]
fn the_point_where_a_run_ends_can_be_asked() {
    let model = AutoBilevel::new("vertex", Vertex);
    let run = solve_bilevel(&model, &[3.0], &[0.0], 1.0, &Options::default()).unwrap();
    assert!(run.status.is_success());
    let zeta = [run.x, run.y, run.xi, run.u, run.v, run.w].concat();
    let qvi = Linearised::new(&model).unwrap();
    let system = ValueFunctionSystem::new(&qvi, 1.0, RULE).unwrap();
    let r = Regularity::at(&system, &zeta).unwrap();
    assert!(r.is_regular() && (r.second_order.number - 4.0 / 3.0).abs() < 1e-6);
}

#[test]
fn misuse_and_nan_are_errors() {
    let model = AutoBilevel::new("vertex", Vertex);
    let qvi = Linearised::new(&model).unwrap();
    let system = ValueFunctionSystem::new(&qvi, 1.0, RULE).unwrap();
    let expected = ModelError::Dimension {
        name: "zeta",
        expected: 5,
        found: 4,
    };
    assert_eq!(
        Regularity::at(&system, &[1.0; 4]).unwrap_err(),
        SsnError::Model(expected)
    );
    let nan = [1.0, f64::NAN, 1.0, 1.0, 1.0];
    let expected = ModelError::NotANumber {
        name: "zeta",
        index: 1,
    };
    assert_eq!(
        Regularity::at(&system, &nan).unwrap_err(),
        SsnError::Model(expected)
    );
}

bilevel! {
    /// ln x is NaN for negative x.
    pub struct Logarithm(x; y);
    F = x.ln() + y;
    G <= 0: [];
    f = -y;
    g <= 0: [y - x];
}

#[test]
fn derivatives_that_are_not_finite_are_an_error() {
    let model = AutoBilevel::new("logarithm", Logarithm);
    let qvi = Linearised::new(&model).unwrap();
    let system = ValueFunctionSystem::new(&qvi, 1.0, RULE).unwrap();
    let error = Regularity::at(&system, &[0.0, 1.0, 1.0, 1.0, 1.0]).unwrap_err();
    assert_eq!(error, SsnError::Factor(linalg::FactorError::NotFinite));
}
