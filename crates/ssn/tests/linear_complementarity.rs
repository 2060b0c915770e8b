//! Linear and mixed linear complementarity problems, against enumeration and formulas.

use linalg::Pattern;
use nlp_model::{ClosureModel, Meta};
use proptest::prelude::*;
use ssn::complementarity::{Solution, solve};
use ssn::systems::complementarity::ComplementaritySystem;
use ssn::{
    Attempt, FISCHER_BURMEISTER, MINIMUM, NcpFunction, Options, PENALIZED_FISCHER_BURMEISTER,
    PairRule, SemismoothSystem,
};
use stopping::Status;

const INF: f64 = f64::INFINITY;
const ALL: [&'static dyn NcpFunction; 3] =
    [&FISCHER_BURMEISTER, &PENALIZED_FISCHER_BURMEISTER, &MINIMUM];
const PENALIZED: usize = 1;

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

/// max |mid(x − l, F, x − u)|: the natural residual.
fn natural_residual(solution: &Solution, lower: &[f64], upper: &[f64]) -> f64 {
    let mut worst: f64 = 0.0;
    for i in 0..solution.x.len() {
        let (x, f) = (solution.x[i], solution.map[i]);
        let r = x - (x - f).max(lower[i]).min(upper[i]);
        assert!(!r.is_nan());
        worst = worst.max(r.abs());
    }
    worst
}

/// F(x) = Mx + q with M column by column.
fn affine(m: Vec<f64>, q: Vec<f64>, lower: &[f64], upper: &[f64]) -> ClosureModel {
    let n = q.len();
    let (pattern, jac) = (Pattern::dense(n, n), m.clone());
    let meta = Meta::new("affine", n, n)
        .variable_bounds(lower, upper)
        .unwrap();
    ClosureModel::builder(meta)
        .obj(|_| 0.0)
        .grad(|_, g| g.fill(0.0))
        .cons(move |x, f| {
            Pattern::dense(n, n).mul(&m, x, f);
            f.iter_mut().zip(&q).for_each(|(f, q)| *f += q);
        })
        .jac(pattern, move |_, vals| vals.copy_from_slice(&jac))
        .hess(Pattern::empty(n, n), |_, _, _, _| {})
        .build()
        .unwrap()
}

/// The solution of the affine problem for one choice of the variables at a bound, if it is one.
/// `state`: 0 at the lower bound, 1 at the upper bound, 2 between.
fn candidate(m: &[f64], q: &[f64], l: &[f64], u: &[f64], state: &[usize]) -> Option<Vec<f64>> {
    let n = q.len();
    let mut x: Vec<f64> = (0..n).map(|i| [l[i], u[i], 0.0][state[i]]).collect();
    if x.iter().any(|x| x.is_infinite()) {
        return None;
    }
    let value = |x: &[f64], i: usize| q[i] + (0..n).map(|j| m[i + j * n] * x[j]).sum::<f64>();
    let inside: Vec<usize> = (0..n).filter(|&i| state[i] == 2).collect();
    let k = inside.len();
    if k > 0 {
        let mut factors = linalg::lu(&Pattern::dense(k, k));
        let sub: Vec<f64> = inside
            .iter()
            .flat_map(|&j| inside.iter().map(move |&i| m[i + j * n]))
            .collect();
        factors.factor(&sub).ok()?;
        let mut right: Vec<f64> = inside.iter().map(|&i| -value(&x, i)).collect();
        factors.solve(&mut right);
        for (&i, value) in inside.iter().zip(right) {
            x[i] = value;
        }
    }
    let holds = (0..n).all(|i| {
        let f = value(&x, i);
        match state[i] {
            0 => f >= -1e-10 || l[i] == u[i],
            1 => f <= 1e-10 || l[i] == u[i],
            _ => x[i] >= l[i] - 1e-10 && x[i] <= u[i] + 1e-10,
        }
    });
    holds.then_some(x)
}

/// The one solution of a strongly monotone affine problem, by trying all 3ⁿ choices.
fn enumerate(m: &[f64], q: &[f64], l: &[f64], u: &[f64]) -> Vec<f64> {
    let n = q.len();
    (0..3usize.pow(n as u32))
        .find_map(|code| {
            let state: Vec<usize> = (0..n).map(|i| code / 3usize.pow(i as u32) % 3).collect();
            candidate(m, q, l, u, &state)
        })
        .expect("a strongly monotone problem has a solution")
}

/// AᵀA + I + (B − Bᵀ): strongly monotone, not symmetric.
fn monotone(n: usize, a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut m = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..n {
            let product: f64 = (0..n).map(|k| a[k + i * n] * a[k + j * n]).sum();
            let identity = if i == j { 1.0 } else { 0.0 };
            m[i + j * n] = product + identity + b[i + j * n] - b[j + i * n];
        }
    }
    m
}

fn bounds_of(kind: usize) -> (f64, f64) {
    [
        (0.0, INF),
        (-INF, 0.5),
        (-0.5, 0.5),
        (-INF, INF),
        (0.25, 0.25),
    ][kind]
}

proptest! {
    #[test]
    fn monotone_linear_problems_agree_with_enumeration(
        n in 1usize..5,
        a in proptest::collection::vec(-1.5..1.5f64, 16),
        q in proptest::collection::vec(-3.0..3.0f64, 4),
    ) {
        let (m, q) = (monotone(n, &a, &[0.0; 16]), &q[..n]);
        let (l, u) = (vec![0.0; n], vec![INF; n]);
        let expected = enumerate(&m, q, &l, &u);
        let model = affine(m, q.to_vec(), &l, &u);
        for ncp in [ALL[0], ALL[1]] {
            let solution = solve(&model, &vec![1.0; n], &only(ncp)).unwrap();
            prop_assert_eq!(solution.status, Status::Optimal);
            for (x, e) in solution.x.iter().zip(&expected) {
                prop_assert!((x - e).abs() < 1e-6, "{:?}: {} and {}", ncp, x, e);
            }
        }
    }

    #[test]
    fn monotone_mixed_problems_agree_with_enumeration(
        kinds in proptest::collection::vec(0usize..5, 1..5),
        a in proptest::collection::vec(-1.0..1.0f64, 16),
        b in proptest::collection::vec(-1.0..1.0f64, 16),
        q in proptest::collection::vec(-3.0..3.0f64, 4),
    ) {
        let n = kinds.len();
        let (l, u): (Vec<f64>, Vec<f64>) = kinds.iter().map(|&kind| bounds_of(kind)).unzip();
        let (m, q) = (monotone(n, &a, &b), &q[..n]);
        let expected = enumerate(&m, q, &l, &u);
        let model = affine(m, q.to_vec(), &l, &u);
        for ncp in [ALL[0], ALL[1]] {
            let solution = solve(&model, &vec![1.0; n], &only(ncp)).unwrap();
            prop_assert_eq!(solution.status, Status::Optimal);
            prop_assert!(natural_residual(&solution, &l, &u) < 1e-6);
            for (x, e) in solution.x.iter().zip(&expected) {
                prop_assert!((x - e).abs() < 1e-6, "{:?}: {} and {}", ncp, x, e);
            }
        }
    }

    #[test]
    fn the_element_at_degenerate_pairs_is_the_limit_along_ones(
        a in proptest::collection::vec(-2.0..2.0f64, 16),
    ) {
        // x = 0: at a lower bound, at an upper bound, at either end of an interval, with F = 0
        let slopes: Vec<f64> = (0..4).map(|i| (0..4).map(|j| a[i + 4 * j]).sum()).collect();
        prop_assume!(slopes.iter().all(|s| s.abs() > 0.1 && (s - 1.0).abs() > 0.1));
        let (l, u) = ([0.0, -INF, 0.0, -1.0], [INF, 0.0, 1.0, 0.0]);
        let model = affine(a, vec![0.0; 4], &l, &u);
        for (which, ncp) in ALL.into_iter().enumerate() {
            let rule = PairRule { ncp, degenerate: 1e-16 };
            let system = ComplementaritySystem::new(&model, rule).unwrap();
            let nnz = system.jacobian_structure().nnz();
            let (mut at, mut near) = (vec![0.0; nnz], vec![0.0; nnz]);
            system.jacobian(&[0.0; 4], &mut at);
            system.jacobian(&[1e-7; 4], &mut near);
            for (k, (i, _)) in system.jacobian_structure().iter().enumerate() {
                // the penalized function has a kink at (1, 0), too, where any element will do
                if i < 2 || which != PENALIZED {
                    prop_assert!((at[k] - near[k]).abs() < 1e-4, "{:?}, row {}", ncp, i);
                }
            }
        }
    }
}

#[test]
fn a_linear_problem_that_costs_pivots_in_exponential_number_is_easy() {
    // K. G. Murty, Linear Complementarity (1988), Section 6.2: ones, twos above them, q = −1; x = eₙ
    let n = 60;
    let mut m = vec![0.0; n * n];
    for j in 0..n {
        m[j * n..j * n + j].fill(2.0);
        m[j + j * n] = 1.0;
    }
    let model = affine(m, vec![-1.0; n], &vec![0.0; n], &vec![INF; n]);
    let solution = solve(&model, &vec![0.0; n], &Options::default()).unwrap();
    assert_eq!(solution.status, Status::Optimal);
    assert!(solution.x[..n - 1].iter().all(|x| x.abs() < 1e-7));
    assert!((solution.x[n - 1] - 1.0).abs() < 1e-7);
}

#[test]
fn a_sparse_problem_of_order_300_is_solved_exactly_in_few_iterations() {
    // M = tridiag(−1, 2, −1), q = −1: xᵢ = i (n + 1 − i)/2 > 0
    let n = 300;
    let entries = (0..n).flat_map(|i| (i.max(1) - 1..(i + 2).min(n)).map(move |j| (i, j)));
    let pattern = Pattern::from_entries(n, n, entries).unwrap();
    let values: Vec<f64> = pattern
        .iter()
        .map(|(i, j)| if i == j { 2.0 } else { -1.0 })
        .collect();
    let meta = Meta::new("tridiagonal", n, n).variable_bounds(&vec![0.0; n], &vec![INF; n]);
    let (for_value, for_jac) = ((pattern.clone(), values.clone()), values);
    let model = ClosureModel::builder(meta.unwrap())
        .obj(|_| 0.0)
        .grad(|_, g| g.fill(0.0))
        .cons(move |x, f| {
            for_value.0.mul(&for_value.1, x, f);
            f.iter_mut().for_each(|f| *f -= 1.0);
        })
        .jac(pattern, move |_, vals| vals.copy_from_slice(&for_jac))
        .hess(Pattern::empty(n, n), |_, _, _, _| {})
        .build()
        .unwrap();
    let solution = solve(&model, &vec![0.0; n], &Options::default()).unwrap();
    assert_eq!(solution.status, Status::Optimal);
    for (k, x) in solution.x.iter().enumerate() {
        let i = (k + 1) as f64;
        let exact = 0.5 * i * (n as f64 + 1.0 - i);
        assert!((x - exact).abs() < 1e-9 * exact.max(1.0) * n as f64);
    }
    assert!(solution.iterations <= 20);
}

#[test]
fn a_start_at_a_degenerate_corner_is_left() {
    // F(0) = 0 at the corner 0, the solution is there; from F(0) = −1 it is at 1
    let model = affine(vec![1.0], vec![-1.0], &[0.0], &[INF]);
    for ncp in ALL {
        let solution = solve(&model, &[0.0], &only(ncp)).unwrap();
        assert!(solution.status.is_success() && (solution.x[0] - 1.0).abs() < 1e-7);
    }
}

#[test]
fn a_problem_without_solution_ends_without_success() {
    // 0 ≤ x ⟂ −1 − x ≥ 0
    let model = affine(vec![-1.0], vec![-1.0], &[0.0], &[INF]);
    for ncp in ALL {
        let solution = solve(&model, &[1.0], &only(ncp)).unwrap();
        assert!(!solution.status.is_success());
        assert!(natural_residual(&solution, &[0.0], &[INF]) > 0.1);
    }
}

#[test]
fn nan_is_a_domain_error() {
    let model = affine(vec![1.0], vec![f64::NAN], &[0.0], &[INF]);
    let solution = solve(&model, &[1.0], &Options::default()).unwrap();
    assert_eq!(solution.status, Status::DomainError);
}
