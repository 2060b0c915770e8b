//! Nonlinear complementarity problems of the literature with known solutions.

use nlp_model::{AutoModel, Functions, Meta, ModelError, Scalar};
use ssn::complementarity::{Solution, solve};
use ssn::{
    Attempt, FISCHER_BURMEISTER, MINIMUM, NcpFunction, Options, PENALIZED_FISCHER_BURMEISTER,
    SsnError,
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

fn nonnegative(n: usize) -> Meta {
    Meta::new("complementarity", n, n)
        .variable_bounds(&vec![0.0; n], &vec![INF; n])
        .unwrap()
}

/// M. Kojima, S. Shindo, J. Oper. Res. Soc. Japan 29 (1986), with `third` = 10 and (9, −9); and
/// N. H. Josephy, MRC report 1965 (1979), with `third` = 3 and (3, −1).
#[derive(Clone, Copy)]
struct Kojima {
    third: f64,
    last: (f64, f64),
}
const KOJIMA_SHINDO: Kojima = Kojima {
    third: 10.0,
    last: (9.0, -9.0),
};
const JOSEPHY: Kojima = Kojima {
    third: 3.0,
    last: (3.0, -1.0),
};

impl Functions for Kojima {
    fn obj<T: Scalar>(&self, _: &[T]) -> T {
        T::from(0.0)
    }
    fn cons<T: Scalar>(&self, x: &[T], f: &mut [T]) {
        let [a, b, c, d] = [x[0], x[1], x[2], x[3]];
        f[0] = a * a * 3.0 + a * b * 2.0 + b * b * 2.0 + c + d * 3.0 - 6.0;
        f[1] = a * a * 2.0 + a + b * b + c * self.third + d * 2.0 - 2.0;
        f[2] = a * a * 3.0 + a * b + b * b * 2.0 + c * 2.0 + d * self.last.0 + self.last.1;
        f[3] = a * a + b * b * 3.0 + c * 2.0 + d * 3.0 - 3.0;
    }
}

fn is_near(x: &[f64], y: &[f64]) -> bool {
    x.iter().zip(y).all(|(x, y)| (x - y).abs() < 1e-5)
}

#[test]
fn kojima_and_shindo_have_a_degenerate_and_a_regular_solution_and_both_are_found() {
    let model = AutoModel::new(KOJIMA_SHINDO, nonnegative(4));
    let degenerate = [1.5f64.sqrt(), 0.0, 0.0, 0.5];
    let regular = [1.0, 0.0, 3.0, 0.0];
    for ncp in ALL {
        for start in [[1.0; 4], [0.0, 1.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]] {
            let solution = solve(&model, &start, &only(ncp)).unwrap();
            assert_eq!(solution.status, Status::Optimal, "{ncp:?}");
            assert!(is_near(&solution.x, &degenerate) || is_near(&solution.x, &regular));
            assert!(natural_residual(&solution, &[0.0; 4], &[INF; 4]) < 1e-7);
        }
        let x = solve(&model, &[1.0, 0.0, 0.0, 0.0], &only(ncp)).unwrap().x;
        assert!(is_near(&x, &degenerate));
        let solution = solve(&model, &[0.0, 1.0, 1.0, 0.0], &only(ncp)).unwrap();
        assert!(is_near(&solution.x, &regular) && solution.full_steps);
        assert!(solution.iterations <= 6);
    }
}

#[test]
fn josephy_has_one_solution() {
    let model = AutoModel::new(JOSEPHY, nonnegative(4));
    for ncp in ALL {
        let solution = solve(&model, &[1.0; 4], &only(ncp)).unwrap();
        assert_eq!(solution.status, Status::Optimal, "{ncp:?}");
        assert!(is_near(&solution.x, &[1.5f64.sqrt(), 0.0, 0.0, 0.5]));
    }
    // Far from it, too; but the natural residual is not smooth enough for a search.
    for start in [[0.0; 4], [100.0; 4]] {
        let solution = solve(&model, &start, &Options::default()).unwrap();
        assert!(is_near(&solution.x, &[1.5f64.sqrt(), 0.0, 0.0, 0.5]));
        let solution = solve(&model, &start, &only(&MINIMUM)).unwrap();
        assert_eq!(solution.status, Status::IterationLimit);
        assert!(natural_residual(&solution, &[0.0; 4], &[INF; 4]) > 0.1);
    }
}

/// L. Mathiesen, Math. Program. 37 (1987): solutions (t, 0, 0, 0) for 0 ≤ t ≤ 3.
struct Mathiesen;
impl Functions for Mathiesen {
    fn obj<T: Scalar>(&self, _: &[T]) -> T {
        T::from(0.0)
    }
    fn cons<T: Scalar>(&self, x: &[T], f: &mut [T]) {
        f[0] = x[2] - x[1] + x[3];
        f[1] = x[0] - (x[2] * 4.5 + x[3] * 2.7) / (x[1] + 1.0);
        f[2] = -x[0] + 5.0 - (x[2] * 0.5 + x[3] * 0.3) / (x[2] + 1.0);
        f[3] = -x[0] + 3.0;
    }
}

#[test]
fn mathiesen_has_a_segment_of_solutions() {
    let model = AutoModel::new(Mathiesen, nonnegative(4));
    for ncp in ALL {
        let solution = solve(&model, &[1.0; 4], &only(ncp)).unwrap();
        assert_eq!(solution.status, Status::Optimal, "{ncp:?}");
        let t = solution.x[0];
        assert!((-1e-7..=3.0 + 1e-7).contains(&t) && is_near(&solution.x, &[t, 0.0, 0.0, 0.0]));
    }
}

#[test]
fn misuse_is_refused_with_its_numbers() {
    let model = AutoModel::new(Mathiesen, nonnegative(4));
    let start = [1.0, 1.0, f64::NAN, 1.0];
    let error = solve(&model, &start, &Options::default()).unwrap_err();
    let expected = ModelError::NotANumber {
        name: "x0",
        index: 2,
    };
    assert_eq!(error, SsnError::Model(expected));
    let error = solve(&model, &[], &Options::default()).unwrap_err();
    let expected = ModelError::Dimension {
        name: "x0",
        expected: 4,
        found: 0,
    };
    assert_eq!(error, SsnError::Model(expected));

    let wide = AutoModel::new(Mathiesen, Meta::new("wide", 5, 4));
    let error = solve(&wide, &[0.0; 5], &Options::default()).unwrap_err();
    let expected = ModelError::Dimension {
        name: "value of F",
        expected: 5,
        found: 4,
    };
    assert_eq!(error, SsnError::Model(expected));
}
