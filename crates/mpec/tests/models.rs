//! Programs whose complementarity comes from variational inequalities, boxes and shared variables.

use mpec::linearised::{LinearisedOptions, check_linearised};
use mpec::mpcc::{MpccOptions, MpccSolution, solve};
use nlp_model::{
    AutoBilevel, AutoModel, AutoQvi, Complementarity, Functions, KktConditions, Linearised, Meta,
    Model, Mpcc, QviFunctions, QviShape, Scalar, Side,
};
use stopping::Status;

const INF: f64 = f64::INFINITY;

fn run(mpcc: &dyn Mpcc, x0: &[f64]) -> MpccSolution {
    let solution = solve(mpcc, x0, &MpccOptions::default()).unwrap();
    assert_eq!(solution.status, Status::Optimal, "{solution}");
    solution
}

/// min (y₁ − 2)² + (x − 3)²  s.t.  y ≥ 0 solves the VI of f₀ = (2y₁ − y₂ − x, y₁ + 2y₂ − 1), whose matrix is not symmetric.
#[derive(Clone)]
struct Rotated;
impl QviFunctions for Rotated {
    fn shape(&self) -> QviShape {
        QviShape {
            nx: 1,
            ny: 2,
            upper_rows: 0,
            lower_rows: 2,
        }
    }
    fn obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T {
        (y[0] - 2.0).powi(2) + (x[0] - 3.0).powi(2)
    }
    fn cons<T: Scalar>(&self, _: &[T], _: &[T], _: &mut [T]) {}
    fn linear_form<T: Scalar>(&self, x: &[T], y: &[T], s: &[T]) -> T {
        s[0] * (y[0] * 2.0 - y[1] - x[0]) + s[1] * (y[0] + y[1] * 2.0 - 1.0)
    }
    fn moving_set<T: Scalar>(&self, _: &[T], _: &[T], s: &[T], c: &mut [T]) {
        (c[0], c[1]) = (-s[0], -s[1]);
    }
}

#[test]
fn a_variational_inequality_becomes_a_program_with_pairs() {
    // For x ≥ 2: y = (x/2, 0). (x/2 − 2)² + (x − 3)² is least at x = 16/5, with value 1/5.
    let qvi = AutoQvi::new("rotated", Rotated);
    let mpcc = KktConditions::new(&qvi).unwrap();
    assert_eq!(mpcc.pairs().len(), 2);
    for x0 in [0.0, 1.0, 5.0] {
        let end = run(&mpcc, &[x0, x0, x0, 0.0, 0.0]);
        assert!((end.objective - 0.2).abs() < 1e-9, "{end}");
        assert!(
            (end.x[0] - 3.2).abs() < 1e-7 && (end.x[1] - 1.6).abs() < 1e-7,
            "{end}"
        );
    }
}

/// Example 6.4 of Mordukhovich and Outrata (2007), read as a generalized Nash game: the set of each player moves with the other.
#[derive(Clone)]
struct Market;
impl QviFunctions for Market {
    fn shape(&self) -> QviShape {
        QviShape {
            nx: 1,
            ny: 2,
            upper_rows: 2,
            lower_rows: 4,
        }
    }
    fn obj<T: Scalar>(&self, _: &[T], y: &[T]) -> T {
        (y[0] - 34.0).powi(2) * 0.6 + (y[1] - 16.0).powi(2) * 0.6
    }
    fn cons<T: Scalar>(&self, x: &[T], _: &[T], c: &mut [T]) {
        // x is held at its published value, so that the objective needs no part of it.
        c[0] = x[0] - 135.15;
        c[1] = -x[0] + 135.15;
    }
    fn linear_form<T: Scalar>(&self, _: &[T], y: &[T], s: &[T]) -> T {
        s[0] * (y[0] * 2.0 + y[1] - 76.0) + s[1] * (y[0] + y[1] * 2.0 - 72.0)
    }
    fn moving_set<T: Scalar>(&self, x: &[T], y: &[T], s: &[T], c: &mut [T]) {
        c[0] = s[0] + y[1] - x[0] * (1.0 / 3.0);
        c[1] = y[0] + s[1] - x[0] * (1.0 / 3.0);
        c[2] = -s[0];
        c[3] = -s[1];
    }
}

/// Example 6.3 of Mordukhovich and Outrata (2007): F = −49 at x = 0, y = (9, 6).
#[derive(Clone)]
struct Moving;
impl QviFunctions for Moving {
    fn shape(&self) -> QviShape {
        QviShape {
            nx: 1,
            ny: 2,
            upper_rows: 2,
            lower_rows: 2,
        }
    }
    fn obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T {
        x[0] - y[0] * 3.0 - y[1] * (11.0 / 3.0) + (y[0] - 9.0).powi(2) * 0.5
    }
    fn cons<T: Scalar>(&self, x: &[T], _: &[T], c: &mut [T]) {
        (c[0], c[1]) = (-x[0] - 1.0, x[0] - 1.0);
    }
    fn linear_form<T: Scalar>(&self, _: &[T], y: &[T], s: &[T]) -> T {
        s[0] * (y[0] * 2.0 + y[1] * (8.0 / 3.0) - 34.0) + s[1] * (y[0] * 1.25 + y[1] * 2.0 - 24.25)
    }
    fn moving_set<T: Scalar>(&self, x: &[T], y: &[T], s: &[T], c: &mut [T]) {
        c[0] = y[0] + s[1] - x[0] - 15.0;
        c[1] = y[1] + s[0] - x[0] - 15.0;
    }
}

#[test]
fn quasi_variational_inequalities_become_programs_with_pairs() {
    let qvi = AutoQvi::new("moving", Moving);
    let mpcc = KktConditions::new(&qvi).unwrap();
    for (x, y) in [(0.0, [0.0; 2]), (1.0, [1.0; 2])] {
        let end = run(&mpcc, &[x, y[0], y[1], 0.0, 0.0]);
        assert!((end.objective + 49.0).abs() < 1e-7, "{end}");
        assert!(
            end.x[0].abs() < 1e-6 && (end.x[1] - 9.0).abs() < 1e-6,
            "{end}"
        );
    }
    let qvi = AutoQvi::new("market", Market);
    let mpcc = KktConditions::new(&qvi).unwrap();
    let end = run(&mpcc, &[135.15, 30.0, 15.0, 0.0, 0.0, 0.0, 0.0]);
    // F without the part of x: 0.6 (30.95 − 34)² + 0.6 (14.1 − 16)².
    assert!((end.objective - 7.7475).abs() < 1e-5, "{end}");
    assert!(
        (end.x[1] - 30.95).abs() < 1e-4 && (end.x[2] - 14.1).abs() < 1e-4,
        "{end}"
    );
}

/// Pairs of all forms: rows, variables, boxes, a free side, one variable in two pairs, an equation beside.
struct Forms;
impl Functions for Forms {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        (x[0] - 2.0).powi(2) + (x[1] + 1.0).powi(2) + (x[2] - 3.0).powi(2) + (x[3] - 1.0).powi(2)
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[1] - x[0] + 1.0;
        c[1] = x[3] + x[0] - 1.0;
        c[2] = x[0] + x[2] - 2.0;
    }
}

fn forms(box_of_x2: (f64, f64), equation: (f64, f64)) -> (AutoModel<Forms>, Vec<(Side, Side)>) {
    let meta = Meta::new("forms", 4, 3)
        .variable_bounds(
            &[0.0, -INF, box_of_x2.0, -INF],
            &[INF, INF, box_of_x2.1, INF],
        )
        .and_then(|m| m.constraint_bounds(&[-INF, -INF, equation.0], &[INF, INF, equation.1]));
    let conditions = vec![
        // x₀ is in two pairs; x₂ is in a box, and its partner is a variable.
        (Side::Variable(0), Side::Row(0)),
        (Side::Variable(0), Side::Row(1)),
        (Side::Variable(2), Side::Variable(3)),
    ];
    (AutoModel::new(Forms, meta.unwrap()), conditions)
}

#[test]
fn mixed_pairs_and_a_variable_in_two_of_them_in_both_forms() {
    // x₀ + x₂ = 2, 0 ≤ x₀ ⟂ x₁ − x₀ + 1 ≥ 0, 0 ≤ x₀ ⟂ x₃ + x₀ − 1 ≥ 0, 0 ≤ x₂ ≤ 5/2 ⟂ x₃.
    // x₀ > 0: x₁ = x₀ − 1, x₃ = 1 − x₀, x₂ = 2 − x₀. Then x₂ = 0 wants x₃ ≥ 0, but x₃ = −1; inside, x₃ = 0, x₀ = x₂ = 1, x₁ = 0:
    // 1 + 1 + 4 + 1 = 7. x₀ = 0: x₂ = 2 is inside of the box, so that x₃ = 0, but x₃ ≥ 1. So 7 is the value.
    for lifted in [false, true] {
        let (model, conditions) = forms((0.0, 2.5), (0.0, 0.0));
        let mpcc = if lifted {
            Complementarity::lifted(model, &conditions)
        } else {
            Complementarity::new(model, &conditions)
        };
        let mpcc = mpcc.unwrap();
        assert_eq!(mpcc.pairs().len(), 4);
        for at in [0.0, 1.0, -2.0] {
            let end = run(&mpcc, &vec![at; mpcc.meta().nvar()]);
            assert!((end.objective - 7.0).abs() < 1e-8, "{lifted} {end}");
            for (x, expected) in end.x.iter().zip([1.0, 0.0, 1.0, 0.0]) {
                assert!((x - expected).abs() < 1e-7, "{lifted} {end}");
            }
        }
    }
}

#[test]
fn sides_at_their_upper_bounds_and_free_sides() {
    // With −3 ≤ x₂ ≤ 1 and x₀ + x₂ free in [0, 4] − 2: x₂ = 1 wants x₃ ≤ 0. x₀ = 0: x₃ ≥ 1, so x₂ = −3 and the row fails. x₀ > 0: x₁ = x₀ − 1,
    // x₃ = 1 − x₀ ≤ 0 with x₂ = 1: (x₀ − 2)² + x₀² + 4 + x₀² at x₀ ≥ 1: 1 + 1 + 4 + 1 = 7 at x₀ = 1.
    let (model, conditions) = forms((-3.0, 1.0), (-2.0, 2.0));
    let mpcc = Complementarity::new(model, &conditions).unwrap();
    let end = run(&mpcc, &vec![0.0; mpcc.meta().nvar()]);
    assert!(
        (end.objective - 7.0).abs() < 1e-8 && (end.x[2] - 1.0).abs() < 1e-8,
        "{end}"
    );
    // Without bounds of x₂ its partner x₃ is 0.
    let (model, conditions) = forms((-INF, INF), (-INF, INF));
    let mpcc = Complementarity::new(model, &conditions).unwrap();
    assert_eq!(mpcc.pairs().len(), 2);
    let end = run(&mpcc, &vec![0.0; mpcc.meta().nvar()]);
    // x₃ = 0 asks x₀ ≥ 1 > 0, hence x₀ = 1, x₁ = 0, x₂ = 3: 1 + 1 + 0 + 1.
    assert!((end.objective - 3.0).abs() < 1e-8, "{end}");
}

#[test]
fn pairs_that_contradict_other_rows_end_infeasible_with_the_measure() {
    // x₀ + x₂ = 12 with x₂ ≤ 5/2 leaves x₀ ≥ 19/2 > 0: x₃ = 1 − x₀ < 0 needs x₂ = 5/2, which is possible.
    let (model, conditions) = forms((0.0, 2.5), (10.0, 10.0));
    let mpcc = Complementarity::new(model, &conditions).unwrap();
    let end = run(&mpcc, &vec![0.0; mpcc.meta().nvar()]);
    assert!((end.x[0] - 9.5).abs() < 1e-7, "{end}");
    // x₀ + x₂ = −1 contradicts x₀, x₂ ≥ 0.
    let (model, conditions) = forms((0.0, 2.5), (-3.0, -3.0));
    let mpcc = Complementarity::new(model, &conditions).unwrap();
    let end = solve(
        &mpcc,
        &vec![0.0; mpcc.meta().nvar()],
        &MpccOptions::default(),
    )
    .unwrap();
    assert_eq!(end.status, Status::Infeasible, "{end}");
    assert!(end.is_exhausted && !end.linearised.is_stationary(), "{end}");
    assert!(end.violation.max(end.complementarity) > 0.1, "{end}");
    let text = end.to_string();
    for part in ["infeasible", "violation", "complementarity", "W ", "S "] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// A gradient that is NaN where the function is not: √ at 0 times 0.
struct Kinked;
impl Functions for Kinked {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        (x[0] * x[0]).sqrt() + (x[1] - 1.0).powi(2)
    }
}

#[test]
fn derivatives_that_are_not_numbers_are_never_a_success() {
    let meta = Meta::new("kinked", 2, 0).variable_bounds(&[0.0; 2], &[INF; 2]);
    let model = AutoModel::new(Kinked, meta.unwrap());
    let sides = [(Side::Variable(0), Side::Variable(1))];
    let mpcc = Complementarity::new(model, &sides).unwrap();
    let end = solve(&mpcc, &[0.0, 0.0], &MpccOptions::default()).unwrap();
    if end.status.is_success() {
        assert!(
            end.x.iter().all(|x| x.is_finite()) && end.objective.is_finite(),
            "{end}"
        );
        assert!(check_linearised(&mpcc, &end.x, &LinearisedOptions::default()).is_ok());
    } else {
        assert!(!end.linearised.is_stationary(), "{end}");
    }
    // At the minimizer itself, (0, 1), ∇f is NaN.
    assert!(check_linearised(&mpcc, &[0.0, 1.0], &LinearisedOptions::default()).is_err());
}

nlp_model::bilevel! {
    /// Example 3.22 of (MitsosBarton2006): from (1, 1) Newton steps end where the violation is stationary.
    struct Attracted(x; y);
    F = (x + 0.6).powi(2) + y.powi(2);
    G <= 0: [-1.0 - x, x - 1.0];
    f = y.powi(4) + 4.0 / 30.0 * (1.0 - x) * y.powi(3)
        + (0.16 * x - 0.02 * x.powi(2) - 0.4) * y.powi(2)
        + (0.004 * x.powi(3) - 0.036 * x.powi(2) + 0.08 * x) * y;
    g <= 0: [0.01 * (1.0 + x.powi(2)) - y.powi(2), -1.0 - y, y - 1.0];
}

#[test]
fn restarts_leave_a_stationary_violation_and_without_them_it_is_told() {
    let bilevel = AutoBilevel::new("attracted", Attracted);
    let qvi = Linearised::new(&bilevel).unwrap();
    let mpcc = KktConditions::new(&qvi).unwrap();
    let x0 = [1.0, 1.0, 0.0, 0.0, 0.0];
    // 0.2095 is the least value over stationary points of the lower level, a little less than that of its minimizers.
    let end = run(&mpcc, &x0);
    assert!((end.objective - 0.209_504_95).abs() < 1e-7, "{end}");
    let options = MpccOptions {
        restarts: 0,
        ..MpccOptions::default()
    };
    let end = solve(&mpcc, &x0, &options).unwrap();
    assert_eq!(end.status, Status::Infeasible, "{end}");
    assert!(
        end.violation > 1e-3 && !end.linearised.is_stationary(),
        "{end}"
    );
    assert!(
        end.to_string().contains("infeasible, not B-stationary"),
        "{end}"
    );
}
