//! Derivatives by colours: exact, few passes, and patterns that users give.

use std::sync::atomic::{AtomicUsize, Ordering};

use linalg::Pattern;
use nlp_model::{AutoModel, Functions, Meta, ModelError, Scalar, Smooth, TwiceSmooth, check};
use num_dual::{Dual64, HyperDual64, HyperHyperDual64};
use proptest::prelude::*;

/// A sum of random terms in few variables each, for the objective (row 0) and for each constraint.
#[derive(Clone, Debug)]
struct Random {
    rows: Vec<Vec<(u8, usize, usize, f64)>>,
}

impl Random {
    fn row<T: Scalar>(&self, i: usize, x: &[T]) -> T {
        let mut sum = T::from(0.5);
        for &(kind, a, b, w) in &self.rows[i] {
            let (a, b) = (x[a], x[b]);
            sum += match kind {
                0 => a * w,
                1 => a * b * w,
                2 => (a * w).sin() * b.exp(),
                3 => a / (b * b + 2.0),
                4 => (a * a + b * b + 1.0).sqrt() - b * w,
                5 => (a - b * w).powi(3),
                6 => (a * w).exp() + (b * b + 0.5).ln(),
                7 => (a + sum * 0.1).cos() * w,
                8 => (a * b).atan() - (b + 3.0).powf(1.5).tan() * 0.01,
                _ => (a - b).select(a * a * w, a * b * w),
            };
        }
        sum
    }
}

impl Functions for Random {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        self.row(0, x)
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        for i in 0..c.len() {
            c[i] = self.row(i + 1, x);
        }
    }
}

const NVAR: usize = 34;
const NCON: usize = 6;

fn random() -> impl Strategy<Value = Random> {
    let term = (0..10u8, 0..NVAR, 0..NVAR, -1.5..1.5f64);
    let row = proptest::collection::vec(term, 0..12);
    proptest::collection::vec(row, NCON + 1).prop_map(|rows| Random { rows })
}

fn lagrangian<T: Scalar>(functions: &Random, x: &[T], y: &[f64], sigma: f64) -> T {
    let mut c = vec![T::from(0.0); NCON];
    functions.cons(x, &mut c);
    let mut sum = functions.obj(x) * sigma;
    for (c, y) in c.iter().zip(y) {
        sum += *c * *y;
    }
    sum
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-11 * (1.0 + a.abs().max(b.abs()))
}

/// All derivatives against dual numbers, one entry at a time, of the whole dense matrices.
fn compare(
    model: &AutoModel<Random>,
    x: &[f64],
    y: &[f64],
    v: &[f64],
) -> Result<(), TestCaseError> {
    let functions = model.functions();
    let sigma = 0.7;
    let mut jac = vec![0.0; model.jac_structure().nnz()];
    let mut dense = vec![0.0; NCON * NVAR];
    model.jac_coord(x, &mut jac);
    model.jac_structure().to_dense(&jac, &mut dense);
    let (mut g, mut jtw, mut jv) = (vec![0.0; NVAR], vec![0.0; NVAR], vec![0.0; NCON]);
    model.grad(x, &mut g);
    model.jtprod(x, y, &mut jtw);
    model.jprod(x, v, &mut jv);
    let mut expected_jv = vec![0.0; NCON];
    for j in 0..NVAR {
        let mut t: Vec<Dual64> = x.iter().map(|&x| Dual64::from(x)).collect();
        t[j].eps = 1.0;
        prop_assert!(close(g[j], functions.obj(&t).eps));
        let mut c = vec![Dual64::from(0.0); NCON];
        functions.cons(&t, &mut c);
        for i in 0..NCON {
            prop_assert!(close(dense[i + j * NCON], c[i].eps), "J({}, {})", i, j);
            expected_jv[i] += c[i].eps * v[j];
        }
        let sum: f64 = c.iter().zip(y).map(|(c, y)| c.eps * y).sum();
        prop_assert!(close(jtw[j], sum));
    }
    for (a, b) in jv.iter().zip(&expected_jv) {
        prop_assert!(close(*a, *b));
    }

    let nnz = model.hess_structure().nnz();
    let (mut hess, mut third, mut hv) = (vec![0.0; nnz], vec![0.0; nnz], vec![0.0; NVAR]);
    model.hess_coord(x, y, sigma, &mut hess);
    model.hess_directional(x, y, sigma, v, &mut third);
    model.hprod(x, y, sigma, v, &mut hv);
    let mut dense = vec![0.0; NVAR * NVAR];
    let mut dense_third = dense.clone();
    model.hess_structure().to_dense_symmetric(&hess, &mut dense);
    model
        .hess_structure()
        .to_dense_symmetric(&third, &mut dense_third);
    for i in 0..NVAR {
        let mut row = 0.0;
        for j in 0..NVAR {
            let mut t: Vec<HyperHyperDual64> =
                x.iter().map(|&x| HyperHyperDual64::from_re(x)).collect();
            (t[i].eps1, t[j].eps2) = (1.0, 1.0);
            for (t, &v) in t.iter_mut().zip(v) {
                t.eps3 = v;
            }
            let l = lagrangian(functions, &t, y, sigma);
            let k = i + j * NVAR;
            prop_assert!(close(dense[k], l.eps1eps2), "H({}, {})", i, j);
            prop_assert!(close(dense_third[k], l.eps1eps2eps3), "third({}, {})", i, j);
            row += l.eps1eps2 * v[j];
        }
        prop_assert!(close(hv[i], row));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn coloured_derivatives_are_those_of_dual_numbers_one_entry_at_a_time(
        functions in random(),
        x in proptest::collection::vec(-1.0..1.0f64, NVAR),
        y in proptest::collection::vec(-1.0..1.0f64, NCON),
    ) {
        let v: Vec<f64> = x.iter().rev().map(|x| x - 0.3).collect();
        let model = AutoModel::new(functions.clone(), Meta::new("random", NVAR, NCON));
        compare(&model, &x, &y, &v)?;
        let meta = Meta::new("random", NVAR, NCON);
        let (jac, hess) = (Pattern::dense(NCON, NVAR), Pattern::lower_triangle(NVAR));
        let model = AutoModel::with_patterns(functions, meta, &jac, &hess).unwrap();
        compare(&model, &x, &y, &v)?;
    }
}

/// A chain, with its evaluations counted.
struct Chain(AtomicUsize);

impl Functions for Chain {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        self.0.fetch_add(1, Ordering::Relaxed);
        let mut sum = T::from(0.0);
        for w in x.windows(2) {
            sum += (w[1] - w[0] * w[0]).powi(2) * 100.0 + (w[0] - 1.0).powi(2);
        }
        sum
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        self.0.fetch_add(1, Ordering::Relaxed);
        let n = x.len();
        for i in 0..c.len() {
            let left = if i > 0 { x[i - 1] } else { T::from(0.0) };
            let right = if i + 1 < n { x[i + 1] } else { T::from(0.0) };
            c[i] = (T::from(3.0) - x[i] * 2.0) * x[i] - left.exp() - right * x[i] + 1.0;
        }
    }
}

#[test]
fn a_tridiagonal_system_of_100_000_unknowns_costs_one_pass_a_jacobian() {
    let n = 100_000;
    let model = AutoModel::new(Chain(AtomicUsize::new(0)), Meta::new("chain", n, n));
    let evaluations = || model.functions().0.swap(0, Ordering::Relaxed);
    assert_eq!(
        evaluations(),
        2,
        "the structure takes one reading of each formula"
    );
    assert_eq!(model.colours(), (3, Some(3)));
    assert_eq!(model.jac_structure().nnz(), 3 * n - 2);
    assert_eq!(model.hess_structure().nnz(), 2 * n - 1);

    let x: Vec<f64> = (0..n).map(|j| (0.1 * j as f64).sin()).collect();
    let mut jac = vec![0.0; 3 * n - 2];
    model.jac_coord(&x, &mut jac);
    assert_eq!(evaluations(), 1);
    for ((i, j), value) in model.jac_structure().iter().zip(&jac) {
        let expected = if i == j {
            3.0 - 4.0 * x[i] - if i + 1 < n { x[i + 1] } else { 0.0 }
        } else if j + 1 == i {
            -x[j].exp()
        } else {
            -x[i]
        };
        assert!((value - expected).abs() < 1e-14, "({i}, {j})");
    }
    let (y, mut hess, mut g) = (vec![0.5; n], vec![0.0; 2 * n - 1], vec![0.0; n]);
    model.grad(&x, &mut g);
    model.hess_coord(&x, &y, 1.0, &mut hess);
    assert_eq!(
        evaluations(),
        0,
        "backwards through the recorded operations"
    );
    for j in 1..n - 1 {
        let expected = -400.0 * x[j] * (x[j + 1] - x[j] * x[j])
            + 200.0 * (x[j] - x[j - 1] * x[j - 1])
            + 2.0 * (x[j] - 1.0);
        assert!((g[j] - expected).abs() < 1e-10 * (1.0 + expected.abs()));
    }
    for ((i, j), value) in model.hess_structure().iter().zip(&hess) {
        let mut expected = if i == j {
            0.5 * -4.0
        } else {
            -400.0 * x[j] - 0.5
        };
        if i == j && j + 1 < n {
            expected += 1200.0 * x[j] * x[j] - 400.0 * x[j + 1] + 2.0 - 0.5 * x[j].exp();
        }
        if i == j && j > 0 {
            expected += 200.0;
        }
        assert!(
            (value - expected).abs() < 1e-10 * (1.0 + expected.abs()),
            "({i}, {j})"
        );
    }
}

/// The patterns of [`Chain`] over n variables, without the entries to be forgotten.
fn patterns(n: usize, no_jac: (usize, usize), no_hess: (usize, usize)) -> (Pattern, Pattern) {
    let band = (0..n).flat_map(|j| (j.saturating_sub(1)..n.min(j + 2)).map(move |i| (i, j)));
    let jac = Pattern::from_entries(n, n, band.clone().filter(|&e| e != no_jac));
    let lower = band.filter(|&(i, j)| i >= j && (i, j) != no_hess);
    (jac.unwrap(), Pattern::from_entries(n, n, lower).unwrap())
}

#[test]
fn a_given_pattern_that_forgets_an_entry_is_found_out() {
    // small models evaluate entry by entry, large ones by colours, where others are spoiled
    for n in [6, 50, 1000] {
        let x: Vec<f64> = (0..n).map(|j| 0.3 + (0.1 * j as f64).sin()).collect();
        let build = |no_jac, no_hess| {
            let (jac, hess) = patterns(n, no_jac, no_hess);
            let chain = Chain(AtomicUsize::new(0));
            AutoModel::with_patterns(chain, Meta::new("chain", n, n), &jac, &hess).unwrap()
        };
        let none = (n, n);
        assert_eq!(check::pattern(&build(none, none), &x), Ok(()));
        let error = check::pattern(&build((4, 3), none), &x).unwrap_err();
        let expected = -x[3].exp();
        assert!(
            matches!(error, ModelError::MissingEntry { matrix: "Jacobian", row: 4, column: 3, value }
                if (value - expected).abs() < 1e-6 * expected.abs()),
            "{error}"
        );
        let error = check::pattern(&build(none, (3, 2)), &x).unwrap_err();
        assert!(
            matches!(
                error,
                ModelError::MissingEntry {
                    matrix: "Hessian",
                    row: 3,
                    column: 2,
                    ..
                }
            ),
            "{error}"
        );
        if n < 100 {
            assert!(check::derivatives(&build((0, 1), none), &x).is_err());
            assert!(check::derivatives(&build(none, none), &x).unwrap().max() < 1e-7);
        }
    }
}

#[test]
fn given_patterns_may_be_unsorted_and_repeat_entries_but_must_fit() {
    let n = 40;
    let (jac, hess) = patterns(n, (n, n), (n, n));
    let shuffled = |p: &Pattern| {
        let twice = p.transpose().transpose().iter().collect::<Vec<_>>();
        let entries = twice.iter().rev().chain(&twice[..5]).copied();
        Pattern::from_entries(p.nrows(), p.ncols(), entries).unwrap()
    };
    let chain = || Chain(AtomicUsize::new(0));
    let meta = || Meta::new("chain", n, n);
    let (j, h) = (shuffled(&jac), shuffled(&hess));
    let model = AutoModel::with_patterns(chain(), meta(), &j, &h).unwrap();
    assert_eq!(
        (model.jac_structure(), model.hess_structure()),
        (&jac, &hess)
    );

    let wrong = AutoModel::with_patterns(chain(), meta(), &Pattern::dense(2, n), &hess);
    assert!(matches!(
        wrong,
        Err(ModelError::Dimension {
            expected: 40,
            found: 2,
            ..
        })
    ));
    let wrong = AutoModel::with_patterns(chain(), meta(), &jac, &hess.transpose());
    assert_eq!(wrong.err(), Some(ModelError::UpperTriangle));
}

#[test]
fn what_is_not_a_number_stays_so_in_large_models() {
    let n = 40;
    let model = AutoModel::new(Chain(AtomicUsize::new(0)), Meta::new("chain", n, n));
    let mut x = vec![0.5; n];
    x[7] = f64::NAN;
    let mut g = vec![0.0; n];
    model.grad(&x, &mut g);
    assert!(g[6].is_nan() && g[7].is_nan() && g[8].is_nan() && g[20].is_finite());
    let mut hess = vec![0.0; model.hess_structure().nnz()];
    model.hess_coord(&x, &vec![0.0; n], 1.0, &mut hess);
    let at = |i, j| {
        model
            .hess_structure()
            .iter()
            .position(|e| e == (i, j))
            .unwrap()
    };
    assert!(hess[at(7, 7)].is_nan() && hess[at(30, 30)].is_finite());
}

#[test]
fn hyper_dual_numbers_agree_where_parts_are_shared() {
    struct Shared;
    impl Functions for Shared {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            let mut inner = T::from(1.0);
            for &x in x {
                inner += x * x;
            }
            let root = inner.sqrt();
            root * x[0] + (root + x[1]).ln() - inner / 3.0
        }
    }
    let n = 40;
    let x: Vec<f64> = (0..n).map(|j| (j as f64).cos()).collect();
    let model = AutoModel::new(Shared, Meta::new("shared", n, 0));
    let mut hess = vec![0.0; model.hess_structure().nnz()];
    model.hess_coord(&x, &[], 1.0, &mut hess);
    for ((i, j), value) in model.hess_structure().iter().zip(&hess).step_by(7) {
        let mut t: Vec<HyperDual64> = x.iter().map(|&x| HyperDual64::from_re(x)).collect();
        (t[i].eps1, t[j].eps2) = (1.0, 1.0);
        assert!(close(*value, Shared.obj(&t).eps1eps2), "({i}, {j})");
    }
}
