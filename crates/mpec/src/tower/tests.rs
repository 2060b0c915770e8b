use super::{TowerOptions, solve};
use crate::linearised::LinearisedOptions;
use crate::mpcc::MpccOptions;
use crate::regularization::{Regularization, Regularized};
use crate::sqp::{Limits, Sqp};
use crate::stationarity::check_stationarity;
use nlp_model::{AutoModel, Complementarity, Functions, Meta, Model, Mpcc, Scalar, Side};
use stopping::{Stationarity, Status};

const INF: f64 = f64::INFINITY;

type Lifted<F> = Complementarity<AutoModel<F>>;

/// Scholtes' regularization from x⁰ with t = 1, 1/10, …, 10⁻¹⁰, each program from the solution before.
fn scholtes(mpcc: &dyn Mpcc, x0: &[f64]) -> Vec<f64> {
    let mut x = x0.to_vec();
    for k in 0..=10 {
        let t = 0.1f64.powi(k);
        let model = Regularized::new(mpcc, Regularization::Scholtes, t).unwrap();
        let mut sqp = Sqp::new(&model);
        let limits = Limits { tolerance: 1e-10, iterations: 200 };
        sqp.solve(&x, None, model.meta().lcon(), model.meta().ucon(), limits);
        x.copy_from_slice(sqp.x());
    }
    x
}

/// Scholtes tends to `limit`, which is C- and not M-stationary; the stack ends M-stationary.
fn scholtes_fails_and_the_stack_does_not<F: Functions>(mpcc: &Lifted<F>, limit: &[f64]) -> Vec<f64> {
    let x0 = mpcc.meta().x0();
    let end = scholtes(mpcc, x0);
    for (x, limit) in end.iter().zip(limit) {
        assert!((x - limit).abs() < 1e-4, "{end:?}");
    }
    let report = check_stationarity(mpcc, limit, &LinearisedOptions::default()).unwrap();
    assert_eq!(report.strongest, Some(Stationarity::Clarke), "{report}");
    assert!(report.residual(Stationarity::Mordukhovich).unwrap() > 0.1);

    let solution = solve(mpcc, x0, &TowerOptions::default()).unwrap();
    assert_eq!(solution.status, Status::Optimal, "{solution}");
    let score = Stationarity::Mordukhovich.score(&solution.state, 1e-3).unwrap();
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
    let mpcc = vertical(Corner, meta.unwrap(), &[(Side::Variable(0), Side::Variable(1))]);
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
    // origin ν = (−2 + y, −2 + y, −2 − y, −2 − y): y = 0 gives C. For M a pair must have a multiplier 0, so both of that
    // pair (y = 2 or −2), and then the other pair has −4 twice: no M.
    let meta = Meta::new("coupled", 4, 1)
        .variable_bounds(&[0.0; 4], &[INF; 4])
        .and_then(|m| m.constraint_bounds(&[0.0], &[0.0]))
        .and_then(|m| m.start(&[0.5; 4]));
    let pairs = [0, 2].map(|k| (Side::Variable(k), Side::Variable(k + 1)));
    let mpcc = vertical(Coupled, meta.unwrap(), &pairs);
    let x = scholtes_fails_and_the_stack_does_not(&mpcc, &[0.0; 4]);
    // Each pair has one side at 1.
    assert!((x[0].max(x[1]) - 1.0).abs() < 1e-3 && (x[2].max(x[3]) - 1.0).abs() < 1e-3, "{x:?}");
}

/// Curved sides: 0 ≤ e^{x₀} − 1 ⟂ x₁ + x₁² ≥ 0.
struct Curved;
impl Functions for Curved {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        -x[0].exp() - x[1] - x[1] * x[1] + (x[0].exp() - 1.0).powi(2) * 0.25 + (x[1] + x[1] * x[1]).powi(2) * 0.25
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[0].exp() - 1.0;
        c[1] = x[1] + x[1] * x[1];
    }
}

#[test]
fn curved_sides_in_vertical_form() {
    // f = −1 − G − H + (G² + H²)/4, so that (√t, √t) is a KKT point in (G, H) and ν = (−1, −1) at the origin. M-stationary are
    // G = 2, H = 0 and G = 0, H = 2. The start has G = H = 1.
    let root = 0.5 * (5.0f64.sqrt() - 1.0);
    let meta = Meta::new("curved", 2, 2)
        .constraint_bounds(&[0.0; 2], &[INF; 2])
        .and_then(|m| m.start(&[2.0f64.ln(), root]));
    let mpcc = vertical(Curved, meta.unwrap(), &[(Side::Row(0), Side::Row(1))]);
    let x = scholtes_fails_and_the_stack_does_not(&mpcc, &[0.0; 4]);
    let (g, h) = (x[2], x[3]);
    assert!((g.max(h) - 2.0).abs() < 1e-3 && g.min(h).abs() < 1e-4, "{x:?}");
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
    let mpcc = vertical(Scholtes4, meta.unwrap(), &[(Side::Variable(0), Side::Variable(1))]);
    let solution = solve(&mpcc, mpcc.meta().x0(), &TowerOptions::default()).unwrap();
    assert_eq!(solution.status, Status::Optimal, "{solution}");
    assert!(solution.state.x().iter().all(|x| x.abs() < 1e-4), "{solution}");
    let nu = (solution.state.nu_g.get().unwrap()[0], solution.state.nu_h.get().unwrap()[0]);
    assert!((nu.0 + nu.1 + 2.0).abs() < 1e-3 && nu.0.max(nu.1).abs() < 1e-3, "{nu:?}");
}

#[test]
fn programs_in_another_form_are_refused() {
    let meta = Meta::new("curved", 2, 2).constraint_bounds(&[0.0; 2], &[INF; 2]);
    let model = AutoModel::new(Curved, meta.unwrap());
    let mpcc = Complementarity::new(model, &[(Side::Row(0), Side::Row(1))]).unwrap();
    let error = solve(&mpcc, &[0.0; 2], &TowerOptions::default()).unwrap_err();
    assert!(error.to_string().contains("vertical"), "{error}");
    assert!(MpccOptions::default().tolerance < TowerOptions::default().tolerance);
}
