//! Programs in which the stack does better than a regularization alone.

use super::augmented::Augmented;
use super::place::Places;
use super::{Level, TowerOptions, penalty, solve};
use crate::linearised::LinearisedOptions;
use crate::regularization::{Regularization, Regularized};
use crate::stationarity::check_stationarity;
use nlp_model::{AutoModel, Complementarity, Functions, Meta, Model, Mpcc, Scalar, Side};
use stopping::{MpccState, Stationarity, Status, Stopping};

const INF: f64 = f64::INFINITY;

type Lifted<F> = Complementarity<AutoModel<F>>;

/// Scholtes' regularization from x⁰ with t = 1, 1/10, …, 10⁻⁴, the KKT system of each program by Newton's method from the
/// solution before. The KKT points near the limits below are saddle points of the programs, as they must be: limits of
/// points with the second-order condition are M-stationary (Scholtes2001, Theorem 3.3). A method that descends may leave
/// them by rounding.
fn scholtes(mpcc: &dyn Mpcc, x0: &[f64]) -> Vec<f64> {
    let mut x = x0.to_vec();
    for k in 0..=4 {
        let model = Regularized::new(mpcc, Regularization::Scholtes, 0.1f64.powi(k)).unwrap();
        let end = ssn::kkt::solve(&model, &x, &ssn::Options::default()).unwrap();
        assert_eq!(end.status, Status::Optimal, "{end}");
        x.copy_from_slice(&end.x);
    }
    x
}

/// Scholtes tends to `limit`, which is C- and not M-stationary; the stack ends M-stationary.
fn scholtes_fails_and_the_stack_does_not<F: Functions>(
    mpcc: &Lifted<F>,
    limit: &[f64],
) -> Vec<f64> {
    let x0 = mpcc.meta().x0();
    let end = scholtes(mpcc, x0);
    for (x, limit) in end.iter().zip(limit) {
        // √t = 10⁻² away.
        assert!((x - limit).abs() < 2e-2, "{end:?}");
    }
    let report = check_stationarity(mpcc, limit, &LinearisedOptions::default()).unwrap();
    assert_eq!(report.strongest, Some(Stationarity::Clarke), "{report}");
    assert!(report.residual(Stationarity::Mordukhovich).unwrap() > 0.1);

    let solution = solve(mpcc, x0, &TowerOptions::default()).unwrap();
    assert_eq!(solution.status, Status::Optimal, "{solution}");
    let score = Stationarity::Mordukhovich
        .score(&solution.state, 1e-3)
        .unwrap();
    assert!(score <= 1e-5, "{score}");
    solution.state.x().to_vec()
}

fn vertical<F: Functions>(functions: F, meta: Meta, pairs: &[(Side, Side)]) -> Lifted<F> {
    Complementarity::lifted(AutoModel::new(functions, meta), pairs).unwrap()
}

/// ½(x₀ − 1)² + ½(x₁ − 1)², 0 ≤ x₀ ⟂ x₁ ≥ 0.
struct Corner;
impl Functions for Corner {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        ((x[0] - 1.0).powi(2) + (x[1] - 1.0).powi(2)) * 0.5
    }
}

#[test]
fn two_equal_forces_at_a_corner() {
    // With G H ≤ t the point (√t, √t) is a KKT point for t < 1: x − 1 + λ (x₁, x₀) = 0 with λ = (1 − √t)/√t > 0. The limit
    // is the origin with ν = (−1, −1): C-stationary, not M, and f falls along both axes.
    let meta = Meta::new("corner", 2, 0)
        .variable_bounds(&[0.0; 2], &[INF; 2])
        .and_then(|m| m.start(&[1.0, 1.0]));
    let mpcc = vertical(
        Corner,
        meta.unwrap(),
        &[(Side::Variable(0), Side::Variable(1))],
    );
    let x = scholtes_fails_and_the_stack_does_not(&mpcc, &[0.0, 0.0]);
    assert!((x[0] - 1.0).abs() < 1e-4 && x[1].abs() < 1e-4, "{x:?}");
}

/// Two pairs that a constraint couples: x₀ + x₁ = x₂ + x₃.
struct Coupled;
impl Functions for Coupled {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        let mut sum = (x[0] - 1.0).powi(2);
        for k in 1..4 {
            sum += (x[k] - 1.0).powi(2);
        }
        sum
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[0] + x[1] - x[2] - x[3];
    }
}

#[test]
fn two_pairs_that_an_equation_couples() {
    // By symmetry x = √t (1, 1, 1, 1) is a KKT point of Scholtes' program, with multiplier 0 of the equation. At the
    // origin ν = (−2 + y, −2 + y, −2 − y, −2 − y): y = 0 gives C, and M asks for y ≥ 2 and for y ≤ −2.
    let meta = Meta::new("coupled", 4, 1)
        .variable_bounds(&[0.0; 4], &[INF; 4])
        .and_then(|m| m.constraint_bounds(&[0.0], &[0.0]))
        .and_then(|m| m.start(&[0.5; 4]));
    let pairs = [0, 2].map(|k| (Side::Variable(k), Side::Variable(k + 1)));
    let mpcc = vertical(Coupled, meta.unwrap(), &pairs);
    let x = scholtes_fails_and_the_stack_does_not(&mpcc, &[0.0; 4]);
    // Each pair has one side at 1.
    assert!(
        (x[0].max(x[1]) - 1.0).abs() < 1e-3 && (x[2].max(x[3]) - 1.0).abs() < 1e-3,
        "{x:?}"
    );
}

/// Sides that are functions: 0 ≤ x₀ + x₂ ⟂ x₁ + x₂ ≥ 0.
struct Functional;
impl Functions for Functional {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        (x[0] - 1.0).powi(2) + (x[1] - 1.0).powi(2) + x[2] * x[2]
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[0] + x[2];
        c[1] = x[1] + x[2];
    }
}

#[test]
fn sides_that_are_functions_in_vertical_form() {
    // νᴳ = 2(x₀ − 1), νᴴ = 2(x₁ − 1), νᴳ + νᴴ = 2x₂. With G = H = 0 this gives x = (2/3, 2/3, −2/3), ν = (−2/3, −2/3): C and not
    // M. With H = 0 and νᴳ = 0 it gives (1, 1/2, −1/2), νᴴ = −1, G = 1/2: strongly stationary; and its mirror image.
    let meta = Meta::new("functional", 3, 2)
        .constraint_bounds(&[0.0; 2], &[INF; 2])
        .and_then(|m| m.start(&[1.0, 1.0, 0.0]));
    let mpcc = vertical(Functional, meta.unwrap(), &[(Side::Row(0), Side::Row(1))]);
    let third = 2.0 / 3.0;
    let x = scholtes_fails_and_the_stack_does_not(&mpcc, &[third, third, -third, 0.0, 0.0]);
    let (more, less) = (x[0].max(x[1]), x[0].min(x[1]));
    assert!(
        (more - 1.0).abs() < 1e-3 && (less - 0.5).abs() < 1e-3 && (x[2] + 0.5).abs() < 1e-3,
        "{x:?}"
    );
}

/// scholtes4 of MacMPEC: M-stationary without multipliers of the strong kind.
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
fn a_limit_that_is_m_and_not_s_is_reached() {
    let meta = Meta::new("scholtes4", 3, 2)
        .variable_bounds(&[0.0, 0.0, -INF], &[INF; 3])
        .and_then(|m| m.start(&[0.5, 1.0, 0.0]));
    let mpcc = vertical(
        Scholtes4,
        meta.unwrap(),
        &[(Side::Variable(0), Side::Variable(1))],
    );
    let solution = solve(&mpcc, mpcc.meta().x0(), &TowerOptions::default()).unwrap();
    assert_eq!(solution.status, Status::Optimal, "{solution}");
    assert!(
        solution.state.x().iter().all(|x| x.abs() < 1e-4),
        "{solution}"
    );
    let nu = (
        solution.state.nu_g.get().unwrap()[0],
        solution.state.nu_h.get().unwrap()[0],
    );
    assert!(
        (nu.0 + nu.1 + 2.0).abs() < 1e-3 && nu.0.max(nu.1).abs() < 1e-3,
        "{nu:?}"
    );
}

#[test]
fn programs_in_another_form_are_refused() {
    let meta = Meta::new("functional", 3, 2).constraint_bounds(&[0.0; 2], &[INF; 2]);
    let model = AutoModel::new(Functional, meta.unwrap());
    let mpcc = Complementarity::new(model, &[(Side::Row(0), Side::Row(1))]).unwrap();
    let error = solve(&mpcc, &[0.0; 3], &TowerOptions::default()).unwrap_err();
    assert!(error.to_string().contains("vertical"), "{error}");
}

#[test]
fn each_level_meets_its_epsilon_and_the_butterflies_exactly() {
    // Layer 2 alone, level by level: ε and t̄ are those of layer 1.
    let meta = Meta::new("coupled", 4, 1)
        .variable_bounds(&[0.0; 4], &[INF; 4])
        .and_then(|m| m.constraint_bounds(&[0.0], &[0.0]));
    let pairs = [0, 2].map(|k| (Side::Variable(k), Side::Variable(k + 1)));
    let mpcc = vertical(Coupled, meta.unwrap(), &pairs);
    let options = TowerOptions::default();
    let mpcc: &dyn Mpcc = &mpcc;
    let above = Stopping::mpcc(
        MpccState::new(vec![0.5; mpcc.meta().nvar()]),
        Stationarity::Mordukhovich,
        options.biactive,
    );
    let mut augmented = Augmented::new(mpcc, Places::new(mpcc).unwrap(), Level::new(1.0));
    augmented.place(above.state.x());
    for tb in [1.0, 0.1, 1e-2, 1e-3] {
        let level = Level::new(tb);
        // ε = o(t̄), t < t̄ − ε.
        assert!(level.epsilon <= 0.1 * tb * tb.powf(0.2) && level.wings.t < tb - level.epsilon);
        augmented.begin(level);
        assert_eq!(
            penalty::solve(&mut augmented, &options, &above),
            Status::Optimal
        );
        let residuals = augmented.residuals();
        let four = [residuals.dual, residuals.others, residuals.g, residuals.h];
        assert!(
            four.iter().all(|r| *r <= level.epsilon),
            "{tb}: {residuals:?}"
        );
        assert_eq!(residuals.phi, 0.0, "Φ and its complementarity are exact");
    }
    // A token above ends the layers below.
    above.cancel_token().cancel();
    augmented.begin(Level::new(1e-4));
    assert_eq!(
        penalty::solve(&mut augmented, &options, &above),
        Status::Cancelled
    );
}
