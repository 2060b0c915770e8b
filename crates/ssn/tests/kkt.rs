//! Degenerate and impossible KKT systems, and misuse.

use linalg::Pattern;
use nlp_model::{AutoModel, ClosureModel, Functions, Meta, ModelError, Scalar, TwiceSmooth};
use proptest::prelude::*;
use ssn::kkt::solve;
use ssn::systems::kkt::KktSystem;
use ssn::{
    Attempt, FISCHER_BURMEISTER, MINIMUM, NcpFunction, Options, PENALIZED_FISCHER_BURMEISTER,
    PairRule, SemismoothSystem, SsnError,
};
use stopping::Status;

const INF: f64 = f64::INFINITY;
const ALL: [&'static dyn NcpFunction; 3] =
    [&FISCHER_BURMEISTER, &PENALIZED_FISCHER_BURMEISTER, &MINIMUM];

fn only(ncp: &'static dyn NcpFunction) -> Options {
    let attempts = vec![Attempt {
        ncp,
        largest_multiplier: 1.0,
        curvature_units: false,
    }];
    Options {
        attempts,
        ..Options::default()
    }
}

/// ½‖x − center‖² with the rows x₀ + x₁, x₀ + x₁, x₀².
struct Distance([f64; 2]);
impl Functions for Distance {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        ((x[0] - self.0[0]).powi(2) + (x[1] - self.0[1]).powi(2)) * 0.5
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[0] + x[1];
        c[1] = x[0] + x[1];
        c[2] = x[0].powi(2);
    }
}

fn distance(
    center: [f64; 2],
    variables: (&[f64; 2], &[f64; 2]),
    rows: (&[f64; 3], &[f64; 3]),
) -> AutoModel<Distance> {
    let meta = Meta::new("distance", 2, 3)
        .variable_bounds(variables.0, variables.1)
        .and_then(|meta| meta.constraint_bounds(rows.0, rows.1));
    AutoModel::new(Distance(center), meta.unwrap())
}

const FREE: (&[f64; 2], &[f64; 2]) = (&[-INF; 2], &[INF; 2]);

#[test]
fn degenerate_pairs_do_not_stop_the_method() {
    // min ½‖x‖², x ≥ 0: x = 0 with z = 0
    let model = distance([0.0; 2], (&[0.0; 2], &[INF; 2]), (&[-INF; 3], &[INF; 3]));
    for ncp in ALL {
        let solution = solve(&model, &[1.0, 2.0], &only(ncp)).unwrap();
        assert_eq!(solution.status, Status::Optimal, "{ncp:?}");
        assert!(solution.x.iter().all(|x| x.abs() < 1e-7));
        assert!(solution.bound_multipliers.iter().all(|z| z.abs() < 1e-7));
        // and started there, where all pairs are (0, 0)
        let solution = solve(&model, &[0.0; 2], &only(ncp)).unwrap();
        assert_eq!((solution.status, solution.iterations), (Status::Optimal, 0));
    }
}

#[test]
fn duplicate_rows_make_the_newton_matrix_singular_and_are_survived() {
    // x₀ + x₁ ≤ 1 twice: x = (½, ½); only the sum ½ of the multipliers is determined.
    let model = distance([1.0; 2], FREE, (&[-INF; 3], &[1.0, 1.0, INF]));
    for ncp in ALL {
        let solution = solve(&model, &[3.0, 0.0], &only(ncp)).unwrap();
        assert_eq!(solution.status, Status::Optimal, "{ncp:?}");
        assert!(solution.x.iter().all(|x| (x - 0.5).abs() < 1e-7));
        let sum: f64 = solution.multipliers.iter().sum();
        assert!((sum - 0.5).abs() < 1e-7 && solution.multipliers.iter().all(|&y| y > -1e-7));
    }
}

#[test]
fn duplicate_equalities_have_a_matrix_that_is_always_singular() {
    let model = distance([1.0; 2], FREE, (&[1.0, 1.0, -INF], &[1.0, 1.0, INF]));
    let solution = solve(&model, &[3.0, 0.0], &Options::default()).unwrap();
    assert_eq!(solution.status, Status::Optimal);
    assert!(solution.x.iter().all(|x| (x - 0.5).abs() < 1e-7));
    assert!((solution.multipliers[0] + solution.multipliers[1] - 0.5).abs() < 1e-7);
}

#[test]
fn contradictory_rows_end_without_success() {
    // x₀ + x₁ = 1 and x₀ + x₁ = 2
    let model = distance([1.0; 2], FREE, (&[1.0, 2.0, -INF], &[1.0, 2.0, INF]));
    let solution = solve(&model, &[3.0, 0.0], &Options::default()).unwrap();
    assert!(!solution.status.is_success());
    assert!(solution.violation > 0.4 && solution.residual > 0.4);
}

#[test]
fn a_minimizer_without_multipliers_shows_by_a_large_multiplier() {
    // x₀² ≤ 0 forces x₀ = 0, where ∇f = (−1, 0) and ∇c = 0; near it, y = ½ (1 − x₀)/x₀
    let model = distance([1.0, 0.0], FREE, (&[-INF; 3], &[INF, INF, 0.0]));
    for ncp in ALL {
        let solution = solve(&model, &[1.0, 1.0], &only(ncp)).unwrap();
        let (x, y) = (solution.x[0], solution.multipliers[2]);
        assert!(x.abs() < 1e-3 && y > 1e3, "{ncp:?}: {x}, {y}");
        assert!((2.0 * x * y + x - 1.0).abs() < 1e-7);
    }
}

#[test]
fn a_row_between_two_bounds_and_a_fixed_variable_have_one_multiplier_each() {
    // −1 ≤ x₀ + x₁ ≤ 1, x₁ = 3, center (5, 7): x = (−2, 3), y = 7, z₁ = −(3 − 7) − 7 = −3
    let model = distance(
        [5.0, 7.0],
        (&[-INF, 3.0], &[INF, 3.0]),
        (&[-1.0, -INF, -INF], &[1.0, INF, INF]),
    );
    for ncp in ALL {
        let solution = solve(&model, &[0.0; 2], &only(ncp)).unwrap();
        assert_eq!(solution.status, Status::Optimal, "{ncp:?}");
        let found = [solution.x[0], solution.x[1], solution.multipliers[0]];
        for (found, expected) in found.into_iter().zip([-2.0, 3.0, 7.0]) {
            assert!((found - expected).abs() < 1e-7);
        }
        assert_eq!(solution.multipliers[1..], [0.0, 0.0]);
        assert!((solution.bound_multipliers[1] + 3.0).abs() < 1e-7);
        assert_eq!(solution.bound_multipliers[0], 0.0);
    }
}

/// x₀² − x₁².
struct Saddle;
impl Functions for Saddle {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        x[0].powi(2) - x[1].powi(2)
    }
}

#[test]
fn the_curvature_tells_a_saddle_point_from_a_minimizer() {
    let meta = Meta::new("saddle", 2, 0).variable_bounds(&[-INF, -1.0], &[INF, 1.0]);
    let model = AutoModel::new(Saddle, meta.unwrap());
    let mut saddle = solve(&model, &[1.0, 0.0], &Options::default()).unwrap();
    assert!(saddle.status.is_success() && saddle.x.iter().all(|x| x.abs() < 1e-7));
    assert!((saddle.curvature(&model).unwrap() + 2.0).abs() < 1e-12);

    // at (0, 1) the bound takes x₁ away
    let minimizer = solve(&model, &[0.5, 1.5], &only(&MINIMUM)).unwrap();
    assert!(minimizer.status.is_success() && (minimizer.x[1] - 1.0).abs() < 1e-7);
    assert!((minimizer.bound_multipliers[1] - 2.0).abs() < 1e-7);
    assert!((minimizer.curvature(&model).unwrap() - 2.0).abs() < 1e-12);

    saddle.x.pop();
    assert!(matches!(saddle.curvature(&model), Err(SsnError::Model(_))));
}

/// min x², c(x) = value(x) ≤ 0, with c′ = −1.
fn one_row(value: impl Fn(f64) -> f64 + Send + Sync + 'static) -> ClosureModel {
    ClosureModel::builder(Meta::new("one row", 1, 1))
        .obj(|x| x[0].powi(2))
        .grad(|x, g| g[0] = 2.0 * x[0])
        .cons(move |x, c| c[0] = value(x[0]))
        .jac(Pattern::dense(1, 1), |_, vals| vals[0] = -1.0)
        .hess(Pattern::diagonal(1), |_, _, sigma, vals| {
            vals[0] = 2.0 * sigma
        })
        .build()
        .unwrap()
}

#[test]
fn a_function_that_is_nan_at_the_start_is_a_domain_error() {
    let solution = solve(&one_row(|_| f64::NAN), &[3.0], &Options::default()).unwrap();
    assert_eq!(solution.status, Status::DomainError);
    assert!(solution.violation.is_nan());
}

#[test]
fn a_function_that_is_nan_on_the_way_never_ends_in_success_beyond() {
    // 1 − x ≤ 0, known only for x > 2: the solution x = 1 cannot be reached
    let solution = solve(
        &one_row(|x| if x > 2.0 { 1.0 - x } else { f64::NAN }),
        &[3.0],
        &Options::default(),
    )
    .unwrap();
    assert!(!solution.status.is_success());
    assert!(solution.x[0] > 2.0 && solution.residual.is_finite());
    // known for x > ½, it can
    let solution = solve(
        &one_row(|x| if x > 0.5 { 1.0 - x } else { f64::NAN }),
        &[3.0],
        &Options::default(),
    )
    .unwrap();
    assert!(solution.status.is_success() && (solution.x[0] - 1.0).abs() < 1e-7);
}

#[test]
fn misuse_is_an_error_with_its_numbers() {
    let model = one_row(|x| 1.0 - x);
    let options = Options::default();
    let error = solve(&model, &[1.0, 2.0], &options).unwrap_err();
    let expected = ModelError::Dimension {
        name: "x0",
        expected: 1,
        found: 2,
    };
    assert_eq!(error, SsnError::Model(expected));
    let error = solve(&model, &[f64::NAN], &options).unwrap_err();
    assert_eq!(
        error,
        SsnError::Model(ModelError::NotANumber {
            name: "x0",
            index: 0
        })
    );
    let no_attempt = Options {
        attempts: Vec::new(),
        ..Options::default()
    };
    assert!(matches!(
        solve(&model, &[1.0], &no_attempt),
        Err(SsnError::Option { .. })
    ));
}

proptest! {
    #[test]
    fn the_newton_matrix_is_the_derivative_of_the_residual(
        x in [-2.0..2.0f64, -2.0..2.0f64],
        mu in proptest::collection::vec(0.1..2.0f64, 7),
    ) {
        // both kinds of rows, one and two sides, a fixed variable
        let model = distance([1.0, -1.0], (&[0.5, 0.0], &[0.5, 3.0]), (
            &[-1.0, 0.0, -INF],
            &[1.0, 0.0, 1.0],
        ));
        let rule = PairRule { ncp: &FISCHER_BURMEISTER, degenerate: 0.0 };
        let system = KktSystem::new(&model as &dyn TwiceSmooth, rule);
        prop_assert_eq!(system.size(), 2 + 7);
        let zeta = [&x[..], &mu].concat();
        let n = system.size();
        let structure = system.jacobian_structure();
        let (mut vals, mut w) = (vec![0.0; structure.nnz()], vec![0.0; n * n]);
        system.jacobian(&zeta, &mut vals);
        structure.to_dense(&vals, &mut w);
        let (mut ahead, mut behind) = (vec![0.0; n], vec![0.0; n]);
        for j in 0..n {
            let moved = |h: f64| { let mut z = zeta.clone(); z[j] += h; z };
            system.residual(&moved(1e-6), &mut ahead);
            system.residual(&moved(-1e-6), &mut behind);
            for i in 0..n {
                let difference = (ahead[i] - behind[i]) / 2e-6;
                prop_assert!((difference - w[i + j * n]).abs() < 1e-7, "({i}, {j})");
            }
        }
    }
}

/// ln x + x: the derivative vanishes at −1, where the logarithm does not exist.
struct OutsideOfItsDomain;
impl Functions for OutsideOfItsDomain {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        x[0].ln() + x[0]
    }
}

#[test]
fn a_zero_of_the_gradient_outside_of_the_domain_is_no_success() {
    let model = AutoModel::new(OutsideOfItsDomain, Meta::new("ln x + x", 1, 0));
    let run = solve(&model, &[-0.9], &Options::default()).unwrap();
    assert_eq!(run.status, Status::DomainError, "{run}");
    for start in [0.1, 0.5, 3.0] {
        let run = solve(&model, &[start], &Options::default()).unwrap();
        assert!(!run.status.is_success() && run.x[0] > 0.0, "{run}");
    }
}
