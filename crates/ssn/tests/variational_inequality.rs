//! Variational inequalities with known solutions.

use linalg::Pattern;
use nlp_model::{AutoModel, ClosureModel, Functions, Meta, ModelError, Scalar};
use proptest::prelude::*;
use ssn::systems::variational_inequality::VariationalInequalitySystem;
use ssn::variational_inequality::solve;
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

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() <= tolerance,
            "{found} instead of {expected}"
        );
    }
}

/// The Cournot oligopoly of five firms of F. H. Murphy, H. D. Sherali, A. L. Soyster, Math. Program. 24
/// (1982): marginal costs cᵢ + (qᵢ/5)^(1/βᵢ), inverse demand (5000/Q)^(1/1.1).
struct Cournot;
const COSTS: [f64; 5] = [10.0, 8.0, 6.0, 4.0, 2.0];
const BETAS: [f64; 5] = [1.2, 1.1, 1.0, 0.9, 0.8];
const EQUILIBRIUM: [f64; 5] = [36.93, 41.82, 43.71, 42.66, 39.18];

impl Functions for Cournot {
    fn obj<T: Scalar>(&self, _: &[T]) -> T {
        T::from(0.0)
    }
    fn cons<T: Scalar>(&self, q: &[T], f: &mut [T]) {
        let total = q[0] + q[1] + q[2] + q[3] + q[4];
        let price = (T::from(5000.0) / total).powf(1.0 / 1.1);
        for i in 0..5 {
            let marginal_cost = (q[i] / 5.0).powf(1.0 / BETAS[i]) + COSTS[i];
            f[i] = marginal_cost - price + q[i] * price / (total * 1.1);
        }
    }
}

/// The feasible set of a model whose objective does not matter.
struct Set<const ROWS: usize>;
impl<const ROWS: usize> Functions for Set<ROWS> {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        x[0].ln() // NaN at most points: it must not be asked for
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        if ROWS > 0 {
            c[0] = x.iter().fold(T::from(0.0), |sum, &x| sum + x);
        }
        if ROWS > 1 {
            c[1] = x.iter().fold(T::from(0.0), |sum, &x| sum + x * x);
        }
    }
}

#[test]
fn the_cournot_equilibrium_of_murphy_sherali_and_soyster_is_found() {
    let map = AutoModel::new(Cournot, Meta::new("Cournot", 5, 5));
    let set = Meta::new("q ≥ 0", 5, 0)
        .variable_bounds(&[0.0; 5], &[INF; 5])
        .unwrap();
    let set = AutoModel::new(Set::<0>, set);
    for ncp in ALL {
        let solution = solve(&map, &set, &[10.0; 5], &only(ncp)).unwrap();
        assert_eq!(solution.status, Status::Optimal, "{ncp:?}");
        assert_close(&solution.x, &EQUILIBRIUM, 0.005);
        assert_close(&solution.bound_multipliers, &[0.0; 5], 1e-7);
    }
}

/// F(x) = Mx + q with M column by column.
fn affine(m: Vec<f64>, q: Vec<f64>) -> ClosureModel {
    let n = q.len();
    let jac = m.clone();
    ClosureModel::builder(Meta::new("affine", n, n))
        .obj(|_| 0.0)
        .grad(|_, g| g.fill(0.0))
        .cons(move |x, f| {
            Pattern::dense(n, n).mul(&m, x, f);
            f.iter_mut().zip(&q).for_each(|(f, q)| *f += q);
        })
        .jac(Pattern::dense(n, n), move |_, vals| {
            vals.copy_from_slice(&jac)
        })
        .hess(Pattern::empty(n, n), |_, _, _, _| {})
        .build()
        .unwrap()
}

fn simplex(n: usize) -> AutoModel<Set<1>> {
    let meta = Meta::new("simplex", n, 1)
        .variable_bounds(&vec![0.0; n], &vec![INF; n])
        .and_then(|meta| meta.constraint_bounds(&[1.0], &[1.0]));
    AutoModel::new(Set::<1>, meta.unwrap())
}

#[test]
fn an_unsymmetric_map_on_a_simplex_has_the_solution_by_hand() {
    // M = [1 2 0; -2 1 0; 0 0 1], q = (0, 1, 2). Where x₃ = 0, F₁ = F₂ asks for 3x₁ + x₂ = 1: that is
    // x = (0, 1, 0) with F = (2, 2, 2), so y = −2 and z = 0, a degenerate solution.
    let map = affine(
        vec![1.0, -2.0, 0.0, 2.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        vec![0.0, 1.0, 2.0],
    );
    for ncp in ALL {
        let solution = solve(&map, &simplex(3), &[0.4, 0.3, 0.3], &only(ncp)).unwrap();
        assert_eq!(solution.status, Status::Optimal, "{ncp:?}");
        assert_close(&solution.x, &[0.0, 1.0, 0.0], 1e-6);
        assert_close(&solution.multipliers, &[-2.0], 1e-6);
    }
    // q₃ = 1 draws x₃ in: F₁ = F₂ = F₃ asks for x₂ = 1 − 3x₁ and x₃ = x₂ − 2x₁ = 1 − 5x₁, with the sum
    // 2 − 7x₁ = 1; F = 9/7.
    let map = affine(
        vec![1.0, -2.0, 0.0, 2.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        vec![0.0, 1.0, 1.0],
    );
    for ncp in ALL {
        let solution = solve(&map, &simplex(3), &[0.4, 0.3, 0.3], &only(ncp)).unwrap();
        assert_eq!(solution.status, Status::Optimal, "{ncp:?}");
        assert_close(&solution.x, &[1.0 / 7.0, 4.0 / 7.0, 2.0 / 7.0], 1e-7);
        assert_close(&solution.multipliers, &[-9.0 / 7.0], 1e-7);
        assert_close(&solution.bound_multipliers, &[0.0; 3], 1e-7);
        assert!(solution.violation < 1e-8 && solution.to_string().contains("not verified"));
    }
}

proptest! {
    #[test]
    fn identity_minus_a_point_gives_the_projection_onto_the_ball(
        point in [-3.0..3.0f64, -3.0..3.0f64, -3.0..3.0f64],
    ) {
        // F(x) = x − p: x = p / max(1, ‖p‖)
        let norm = point.iter().map(|p| p * p).sum::<f64>().sqrt();
        prop_assume!(norm > 0.1 && (norm - 1.0).abs() > 1e-3);
        let mut identity = vec![0.0; 9];
        identity.iter_mut().step_by(4).for_each(|v| *v = 1.0);
        let map = affine(identity, point.iter().map(|p| -p).collect());
        let meta = Meta::new("ball", 3, 2).constraint_bounds(&[-INF; 2], &[INF, 1.0]);
        let set = AutoModel::new(Set::<2>, meta.unwrap());
        for ncp in ALL {
            let solution = solve(&map, &set, &[0.1, 0.2, 0.3], &only(ncp)).unwrap();
            prop_assert_eq!(solution.status, Status::Optimal);
            for (x, p) in solution.x.iter().zip(&point) {
                prop_assert!((x - p / norm.max(1.0)).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn no_point_of_the_simplex_does_better_than_the_solution(
        m in proptest::collection::vec(-1.0..1.0f64, 9),
        q in proptest::collection::vec(-2.0..2.0f64, 3),
        s in [0.0..1.0f64, 0.0..1.0f64],
    ) {
        // M − Mᵀ + I is strongly monotone
        let mut monotone = vec![0.0; 9];
        for i in 0..3 {
            for j in 0..3 {
                monotone[i + 3 * j] = m[i + 3 * j] - m[j + 3 * i] + if i == j { 1.0 } else { 0.0 };
            }
        }
        let map = affine(monotone.clone(), q.clone());
        let solution = solve(&map, &simplex(3), &[0.3; 3], &Options::default()).unwrap();
        prop_assert_eq!(solution.status, Status::Optimal);
        let x = &solution.x;
        let mut f = vec![0.0; 3];
        Pattern::dense(3, 3).mul(&monotone, x, &mut f);
        f.iter_mut().zip(&q).for_each(|(f, q)| *f += q);
        let (s0, s1) = (s[0].min(s[1]), s[0].max(s[1]));
        let other = [s0, s1 - s0, 1.0 - s1];
        let gap: f64 = (0..3).map(|i| f[i] * (other[i] - x[i])).sum();
        prop_assert!(gap > -1e-6, "{}", gap);
    }

    #[test]
    fn the_newton_matrix_is_the_derivative_of_the_residual(
        x in proptest::collection::vec(0.5..3.0f64, 5),
        mu in proptest::collection::vec(0.1..2.0f64, 7),
    ) {
        let map = AutoModel::new(Cournot, Meta::new("Cournot", 5, 5));
        let meta = Meta::new("set", 5, 2)
            .variable_bounds(&[0.0; 5], &[INF; 5])
            .and_then(|meta| meta.constraint_bounds(&[10.0, -INF], &[10.0, 9.0]));
        let set = AutoModel::new(Set::<2>, meta.unwrap());
        let rule = PairRule { ncp: &PENALIZED_FISCHER_BURMEISTER, degenerate: 0.0 };
        let system = VariationalInequalitySystem::new(&map, &set, rule).unwrap();
        let n = system.size();
        prop_assert_eq!(n, 5 + 7);
        let zeta = [&x[..], &mu].concat();
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
                let (difference, exact) = ((ahead[i] - behind[i]) / 2e-6, w[i + j * n]);
                prop_assert!((difference - exact).abs() < 1e-5 * (1.0 + exact.abs()), "({i}, {j})");
            }
        }
    }
}

#[test]
fn nan_is_a_domain_error_and_misuse_is_refused() {
    let map = affine(vec![1.0, 0.0, 0.0, 1.0], vec![f64::NAN, 0.0]);
    let solution = solve(&map, &simplex(2), &[0.5; 2], &Options::default()).unwrap();
    assert_eq!(solution.status, Status::DomainError);

    let map = affine(vec![1.0, 0.0, 0.0, 1.0], vec![0.0; 2]);
    let error = solve(&map, &simplex(3), &[0.5; 3], &Options::default()).unwrap_err();
    let expected = ModelError::Dimension {
        name: "point of X",
        expected: 2,
        found: 3,
    };
    assert_eq!(error, SsnError::Model(expected));
    let error = solve(&map, &simplex(2), &[0.5, INF], &Options::default()).unwrap_err();
    assert_eq!(
        error,
        SsnError::Model(ModelError::Infinite {
            name: "x0",
            index: 1
        })
    );
    let tall = AutoModel::new(Cournot, Meta::new("tall", 5, 6));
    let error = solve(&tall, &simplex(5), &[0.5; 5], &Options::default()).unwrap_err();
    let expected = ModelError::Dimension {
        name: "value of F",
        expected: 5,
        found: 6,
    };
    assert_eq!(error, SsnError::Model(expected));
}
