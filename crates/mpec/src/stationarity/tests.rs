//! Kinds of stationarity at known points.

use super::{Qualification, check_stationarity};
use crate::linearised::LinearisedOptions;
use nlp_model::{AutoModel, Complementarity, Functions, Meta, Scalar, Side};
use stopping::Stationarity::{Alternative, Clarke, Mordukhovich, Strong, Weak};

/// f = a x₀ + b x₁ on 0 ≤ x₀ ⟂ x₁ ≥ 0: νᴳ = a, νᴴ = b at the origin.
struct Corner(f64, f64);
impl Functions for Corner {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        x[0] * self.0 + x[1] * self.1
    }
}

#[test]
fn kinds_at_a_corner_follow_the_definitions() {
    let table = [
        ((1.0, 0.5), [true; 5], Some(Strong)),
        (
            (0.0, -0.5),
            [true, true, true, true, false],
            Some(Mordukhovich),
        ),
        (
            (-1.0, -0.5),
            [true, false, true, false, false],
            Some(Clarke),
        ),
        ((1.0, -0.5), [true, true, false, false, false], Some(Weak)),
    ];
    for ((a, b), expected, strongest) in table {
        let meta = Meta::new("corner", 2, 0)
            .variable_bounds(&[0.0; 2], &[f64::INFINITY; 2])
            .unwrap();
        let model = AutoModel::new(Corner(a, b), meta);
        let sides = [(Side::Variable(0), Side::Variable(1))];
        let mpcc = Complementarity::new(model, &sides).unwrap();
        let report = check_stationarity(&mpcc, &[0.0; 2], &LinearisedOptions::default()).unwrap();
        let holds = [Weak, Alternative, Clarke, Mordukhovich, Strong]
            .map(|kind| report.residual(kind).unwrap() < 1e-9);
        assert_eq!(holds, expected, "{a} {b}");
        assert_eq!(report.strongest, strongest);
        assert_eq!(report.qualification, Qualification::Independent);
        assert!((report.y[0] + a).abs() < 1e-15 && (report.y[1] + b).abs() < 1e-15);
    }
}

/// scholtes4 of MacMPEC: min x₀ + x₁ − x₂, x₂ ≤ 4x₀, x₂ ≤ 4x₁, 0 ≤ x₀ ⟂ x₁ ≥ 0.
struct Scholtes4;
impl Functions for Scholtes4 {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        x[0] + x[1] - x[2]
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[2] - x[0] * 4.0;
        c[1] = x[2] - x[1] * 4.0;
    }
}

#[test]
fn scholtes4_is_m_but_not_s_stationary_without_independence() {
    // λ₀ + λ₁ = 1, νᴳ = 1 − 4λ₀, νᴴ = 1 − 4λ₁: their sum is −2, and (−2, 0) is possible at λ = (3/4, 1/4).
    let meta = Meta::new("scholtes4", 3, 2)
        .variable_bounds(&[0.0, 0.0, f64::NEG_INFINITY], &[f64::INFINITY; 3])
        .unwrap();
    let sides = [(Side::Variable(0), Side::Variable(1))];
    let mpcc = Complementarity::new(AutoModel::new(Scholtes4, meta), &sides).unwrap();
    let report = check_stationarity(&mpcc, &[0.0; 3], &LinearisedOptions::default()).unwrap();
    assert_eq!(report.strongest, Some(Mordukhovich));
    assert!(report.residual(Strong).unwrap() > 0.1);
    assert_eq!((report.active, report.rank), (4, 3));
    assert_eq!(report.qualification, Qualification::Directional);
}
