//! Nonlinear programs that are degenerate, infeasible, unbounded or misused, by every solver.

use nlp_model::{AutoModel, Functions, Meta, Scalar};
use stopping::Status;
use trust_region::{NlpSolution, Start, augmented_lagrangian, solve, sqp};

const INF: f64 = f64::INFINITY;

/// A quadratic objective and two rows, chosen by the case.
struct Case(usize);
impl Functions for Case {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        match self.0 {
            // linear
            0 => -x[0],
            // least at (1, 0), no value left of x₀ = 0
            3 => x[0] - x[0].ln() + x[1] * x[1],
            _ => (x[0] - 2.0).powi(2) + (x[1] - 1.0).powi(2),
        }
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        match self.0 {
            // one row twice, and dependent equalities
            2 => {
                c[0] = x[0] + x[1];
                c[1] = x[0] * 2.0 + x[1] * 2.0;
            }
            // complementarity: 0 ≤ x₀, 0 ≤ x₁, x₀ x₁ ≤ 0
            4 => {
                c[0] = x[0] * x[1];
                c[1] = x[0] + x[1];
            }
            _ => {
                c[0] = x[0] * x[0] + x[1] * x[1];
                c[1] = x[0] - x[1];
            }
        }
    }
}

fn model(case: usize, lcon: [f64; 2], ucon: [f64; 2]) -> AutoModel<Case> {
    let meta = Meta::new("case", 2, 2)
        .constraint_bounds(&lcon, &ucon)
        .unwrap();
    AutoModel::new(Case(case), meta)
}

/// The results of the three doors.
fn all(model: &AutoModel<Case>, x0: &[f64]) -> [NlpSolution; 3] {
    let start = Start::at(x0);
    [
        sqp::solve(model, &start, &Default::default()).unwrap(),
        augmented_lagrangian::solve(model, &start, &Default::default()).unwrap(),
        solve(model, &start, &Default::default()).unwrap(),
    ]
}

#[test]
fn an_empty_feasible_set_is_locally_infeasible_with_its_measure() {
    // ‖x‖² = −1: the violation is least at 0, where it is 1
    let model = model(1, [-1.0, -INF], [-1.0, INF]);
    for solution in all(&model, &[0.7, -0.4]) {
        assert_eq!(solution.status, Status::Infeasible, "{solution}");
        assert!((solution.violation - 1.0).abs() < 1e-4, "{solution}");
        assert!(solution.infeasibility_gradient < 1e-2, "{solution}");
    }
}

#[test]
fn an_objective_that_falls_along_feasible_points_is_unbounded() {
    let model = model(0, [-INF, 0.0], [INF, 0.0]);
    for solution in all(&model, &[0.0, 0.0]) {
        assert!(!solution.status.is_success(), "{solution}");
        assert!(
            matches!(
                solution.status,
                Status::UnboundedObjective | Status::UnboundedIterates
            ),
            "{solution}"
        );
    }
}

#[test]
fn dependent_rows_do_not_matter() {
    // x₀ + x₁ = 1 twice: the projection of (2, 1) is (1, 0)
    let model = model(2, [1.0, 2.0], [1.0, 2.0]);
    for solution in all(&model, &[0.0, 0.0]) {
        assert!(solution.status.is_success(), "{solution}");
        assert!((solution.x[0] - 1.0).abs() < 1e-7 && solution.x[1].abs() < 1e-7);
        // 2 (x − (2, 1)) + (1, 1) (y₀ + 2 y₁) = 0
        let sum = solution.multipliers[0] + 2.0 * solution.multipliers[1];
        assert!((sum - 2.0).abs() < 1e-6, "{solution}");
    }
}

#[test]
fn complementarity_without_constraint_qualification_is_solved() {
    let meta = Meta::new("complementarity", 2, 2)
        .variable_bounds(&[0.0; 2], &[INF; 2])
        .and_then(|m| m.constraint_bounds(&[-INF, -INF], &[0.0, INF]))
        .unwrap();
    let model = AutoModel::new(Case(4), meta);
    for solution in all(&model, &[1.0, 0.9]) {
        // (2, 0) is the global solution, (0, 1) the other local one
        let local = [(2.0, 0.0), (0.0, 1.0)];
        assert!(solution.status.is_success(), "{solution}");
        assert!(
            local
                .iter()
                .any(|(a, b)| (solution.x[0] - a).abs() < 1e-4 && (solution.x[1] - b).abs() < 1e-4),
            "{solution}"
        );
    }
}

#[test]
fn a_start_outside_of_the_domain_is_a_domain_error_and_never_a_success() {
    let model = model(3, [0.5, -INF], [4.0, INF]);
    for solution in all(&model, &[-1.0, 1.0]) {
        assert_eq!(solution.status, Status::DomainError);
    }
    // from inside, steps that leave the domain are rejected
    for solution in all(&model, &[3.0, 1.0]) {
        assert!(solution.status.is_success(), "{solution}");
        assert!((solution.x[0] - 1.0).abs() < 1e-7 && solution.x[1].abs() < 1e-7);
    }
}

#[test]
fn misuse_is_an_error() {
    let model = model(1, [-INF, -INF], [1.0, 0.0]);
    let wrong = [
        Start::at(&[0.0]),
        Start::at(&[f64::NAN, 0.0]),
        Start {
            y: Some(&[1.0]),
            ..Start::at(&[0.0, 0.0])
        },
        Start {
            z: Some(&[1.0, INF]),
            ..Start::at(&[0.0, 0.0])
        },
    ];
    for start in &wrong {
        assert!(sqp::solve(&model, start, &Default::default()).is_err());
        assert!(augmented_lagrangian::solve(&model, start, &Default::default()).is_err());
        assert!(solve(&model, start, &Default::default()).is_err());
    }
    let options = sqp::Options {
        tolerance: f64::NAN,
        ..Default::default()
    };
    assert!(sqp::solve(&model, &Start::at(&[0.0; 2]), &options).is_err());
    let mut solver = sqp::Sqp::new(sqp::Options::default(), 3, 2).unwrap();
    assert!(solver.run(&model, &Start::at(&[0.0; 2])).is_err());
}
