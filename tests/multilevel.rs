//! The multilevel methods: blocks of constraints, several objectives, certificates.

use linalg::slice::norm2;
use nlp_model::{AutoModel, Functions, Levels, Meta, Model, Multilevel, Scalar, TwiceSmooth};
use stackelberg_tests::problems::banded::Banded;
use stackelberg_tests::problems::{hock_schittkowski, lexicographic, random_two_level};
use stopping::Status;
use trust_region::TrustRegionError;
use trust_region::multilevel::{
    BlockOptions, Blocks, Class, Merit, Method, Options, Substep, Variant, Verdict, certify, solve,
    solve_blocks,
};

fn levels(problem: &lexicographic::Problem) -> Levels {
    let boxed = |model| Box::new(model) as Box<dyn TwiceSmooth>;
    Levels::new(problem.models().into_iter().map(boxed).collect()).expect("levels of one size")
}

fn is_least(found: f64, least: f64) -> bool {
    (found - least).abs() <= 1e-6 * (1.0 + least.abs())
}

#[test]
fn every_partition_of_the_equality_problems_reaches_the_minimum() {
    let problems = hock_schittkowski::problems();
    let equalities = problems.iter().filter(|p| p.has_only_equalities());
    let mut runs = 0;
    for problem in equalities {
        let model = problem.model();
        let rows = model.meta().ncon();
        let partitions = [
            (Blocks::one(rows), Variant::Linear),
            (Blocks::each(rows), Variant::Intermediate),
            (Blocks::each(rows), Variant::Linear),
        ];
        for (blocks, variant) in partitions {
            for substep in [Substep::Exact, Substep::Truncated] {
                let options = BlockOptions {
                    blocks: Some(blocks.clone()),
                    variant,
                    substep,
                    ..BlockOptions::default()
                };
                let solution = solve_blocks(&model, problem.meta.x0(), &options).expect("valid");
                assert!(
                    solution.status.is_success() && is_least(solution.objective, problem.least),
                    "{} {variant:?} {substep:?}: {solution}",
                    problem.name
                );
                runs += 1;
            }
        }
    }
    assert!(runs >= 16 * 6);
}

#[test]
fn squared_slacks_solve_the_problems_with_inequalities() {
    let problems = hock_schittkowski::stored();
    let others = problems.iter().filter(|p| !p.has_only_equalities());
    for problem in others {
        let options = BlockOptions::default();
        let solution = solve_blocks(&problem.model(), problem.meta.x0(), &options).expect("valid");
        assert!(
            solution.status.is_success() && is_least(solution.objective, problem.least),
            "{}: {solution}",
            problem.name
        );
    }
}

/// Rows of one system in x.
#[derive(Clone, Copy)]
enum Rows {
    /// x₀ = 0 and x₀ = 1.
    Contradictory,
    /// x₀² + 1 = 0.
    Positive,
    /// x₀ + x₁ = 1, twice.
    Repeated,
    /// ln x₀ = 1.
    Logarithm,
}

impl Functions for Rows {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        x[1] * x[1]
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        match self {
            Rows::Contradictory => (c[0], c[1]) = (x[0], x[0] - 1.0),
            Rows::Positive => (c[0], c[1]) = (x[0] * x[0] + 1.0, x[1]),
            Rows::Repeated => (c[0], c[1]) = (x[0] + x[1] - 1.0, x[0] * 2.0 + x[1] * 2.0 - 2.0),
            Rows::Logarithm => (c[0], c[1]) = (x[0].ln() - 1.0, x[1]),
        }
    }
}

#[test]
fn inconsistent_and_deficient_rows_end_in_honest_statuses() {
    let run = |rows: Rows, x0: &[f64]| {
        let meta = Meta::new("rows", 2, 2).inequalities_then_equalities(0);
        let model = AutoModel::new(rows, meta);
        [Blocks::one(2), Blocks::each(2)].map(|blocks| {
            let options = BlockOptions {
                blocks: Some(blocks),
                ..BlockOptions::default()
            };
            solve_blocks(&model, x0, &options).expect("valid")
        })
    };
    for solution in run(Rows::Contradictory, &[3.0, 2.0]) {
        assert_eq!(solution.status, Status::Infeasible, "{solution}");
        // the least violation, at x₀ = 1/2
        assert!((solution.violation - 0.5f64.sqrt()).abs() < 1e-6);
        assert!(solution.violation_gradient < 1e-6);
    }
    for solution in run(Rows::Positive, &[3.0, 2.0]) {
        assert_eq!(solution.status, Status::Infeasible, "{solution}");
        assert!((solution.violation - 1.0).abs() < 1e-6);
    }
    for solution in run(Rows::Repeated, &[3.0, 2.0]) {
        assert!(solution.status.is_success(), "{solution}");
        assert!((solution.x[0] - 1.0).abs() < 1e-6 && solution.x[1].abs() < 1e-6);
    }
    for solution in run(Rows::Logarithm, &[0.01, 2.0]) {
        assert!(solution.status.is_success(), "{solution}");
        assert!((solution.x[0] - 1.0f64.exp()).abs() < 1e-6);
    }
    for solution in run(Rows::Logarithm, &[-1.0, 2.0]) {
        assert_eq!(solution.status, Status::DomainError);
    }
}

#[test]
fn misuse_is_an_error() {
    let meta = Meta::new("rows", 2, 2).inequalities_then_equalities(0);
    let model = AutoModel::new(Rows::Repeated, meta);
    let valid = BlockOptions::default();
    assert!(solve_blocks(&model, &[0.0], &valid).is_err());
    assert!(solve_blocks(&model, &[0.0, f64::NAN], &valid).is_err());
    let other = BlockOptions {
        blocks: Some(Blocks::each(3)),
        ..BlockOptions::default()
    };
    let error = solve_blocks(&model, &[0.0, 0.0], &other).unwrap_err();
    assert!(matches!(error, TrustRegionError::Partition { .. }));
    let negative = BlockOptions {
        tolerance: -1.0,
        ..BlockOptions::default()
    };
    assert!(solve_blocks(&model, &[0.0, 0.0], &negative).is_err());

    let problems = lexicographic::problems();
    let two = levels(&problems[0]);
    assert!(solve(&two, &[1.0], &Options::default()).is_err());
    assert!(certify(&two, &[f64::NAN, 0.0], None, 1).is_err());
    let broken = Options {
        first_radius: f64::NAN,
        ..Options::default()
    };
    assert!(solve(&two, &[1.0, 1.0], &broken).is_err());
    let three = problems
        .iter()
        .find(|p| p.levels.len() == 3)
        .expect("three levels");
    let sparse = Options {
        dense_limit: 1,
        ..Options::default()
    };
    assert!(solve(&levels(three), &three.starts[0], &sparse).is_err());
}

#[test]
fn every_stored_start_of_the_lexicographic_problems_converges_to_the_solution() {
    for (method, dense_limit) in [
        (Method::SuccessiveDecrease, 100),
        (Method::Restoration, 100),
        (Method::Both, 100),
        // by products only
        (Method::Restoration, 0),
    ] {
        let mut iterations = 0;
        for problem in lexicographic::problems() {
            if dense_limit == 0 && problem.levels.len() > 2 {
                continue;
            }
            let two = levels(&problem);
            for start in &problem.starts {
                let options = Options {
                    method,
                    dense_limit,
                    ..Options::default()
                };
                let solution = solve(&two, start, &options).expect("valid");
                let certificate = certify(&two, &solution.x, Some(start), 1).expect("valid");
                let context = format!("{} {method:?}: {solution}\n{certificate}", problem.name);
                iterations += solution.iterations;
                if problem.is_degenerate {
                    assert_eq!(certificate.verdict, Verdict::DegenerateLower, "{context}");
                    continue;
                }
                assert!(solution.status.is_success(), "{context}");
                assert!(problem.is_solution(&solution.x), "{context}");
                if dense_limit > 0 {
                    assert_eq!(certificate.verdict, Verdict::LocalOnly, "{context}");
                }
            }
        }
        println!("{method:?}, matrices up to n = {dense_limit}: {iterations} iterations");
    }
}

#[test]
fn random_problems_of_two_levels_reach_what_a_constrained_solver_finds() {
    for method in [Method::SuccessiveDecrease, Method::Restoration] {
        let mut solved = 0;
        for problem in random_two_level::problems(30, 2026) {
            let [first, second] = problem.levels();
            let two = Levels::new(vec![Box::new(first), Box::new(second)]).expect("two levels");
            let options = Options {
                method,
                ..Options::default()
            };
            let solution = solve(&two, &problem.start, &options).expect("valid");
            let truth = problem.constrained(&solution.x);
            let truth = solve_blocks(&truth, &solution.x, &BlockOptions::default()).expect("valid");
            let error = (solution.objectives[1] - truth.objective).abs();
            let good = solution.status.is_success()
                && truth.status.is_success()
                && solution.objectives[0] <= 1e-12
                && error <= 1e-6 * (1.0 + truth.objective.abs());
            if !good {
                println!("{} {method:?}: {solution}\n{truth}", problem.name());
            }
            solved += usize::from(good);
        }
        println!("{method:?}: {solved} of 30 random problems");
        assert!(solved >= 28, "{method:?}: {solved} of 30");
    }
}

#[test]
fn two_levels_of_ten_thousand_variables_need_no_dense_matrix() {
    let banded = Banded::new(10_000);
    let [first, second] = banded.levels();
    let two = Levels::new(vec![Box::new(first), Box::new(second)]).expect("two levels");
    let solution = solve(&two, &vec![0.3; 10_000], &Options::default()).expect("valid");
    assert!(solution.status.is_success(), "{}", solution.status);
    let mut error = solution.x.clone();
    linalg::slice::axpy(-1.0, &banded.solution(), &mut error);
    assert!(norm2(&error) <= 1e-6 * norm2(&solution.x));
    println!("n = 10,000: {:.2} s", solution.seconds);
}

#[test]
fn a_certificate_refuses_maximizers_saddles_and_points_that_are_not_stationary() {
    let by_name = |name: &str| {
        let problems = lexicographic::problems();
        let problem = problems.iter().find(|p| p.name == name);
        levels(problem.expect("a stored problem"))
    };
    let verdict = |name: &str, x: &[f64]| {
        let certificate = certify(&by_name(name), x, None, 7).expect("valid");
        (certificate.verdict, certificate.class)
    };
    let circle = Class::Manifold { dim: 1 };
    assert_eq!(
        verdict("circle_lin", &[-1.0, 0.0]),
        (Verdict::LocalOnly, circle)
    );
    // the maximizer of x₀ on the circle, where ∇²f₁ vanishes on the tangent
    assert_eq!(
        verdict("circle_lin", &[1.0, 0.0]),
        (Verdict::NotMinimal, circle)
    );
    assert_eq!(verdict("circle_lin", &[0.0, 1.0]).0, Verdict::NotStationary);
    assert_eq!(verdict("circle_lin", &[0.0, 0.0]).0, Verdict::NotMinimal);
    // the maximizers x₀ = 0 of the double well satisfy ∇f₀ = 0 with a lower f₁
    assert_eq!(verdict("double_well", &[0.0, 3.0]).0, Verdict::NotMinimal);
    assert_eq!(
        verdict("isolated", &[1.0, 2.0]),
        (Verdict::LocalOnly, Class::Isolated)
    );
    // exactly on the degenerate set, where the whole Hessian vanishes
    assert_eq!(
        verdict("quartic_degenerate", &[-0.5, 0.5]).0,
        Verdict::DegenerateLower
    );
}

#[test]
fn the_squared_value_is_no_merit_function_where_the_minimum_is_negative() {
    let problems = lexicographic::problems();
    let negative = problems.iter().find(|p| p.name == "circle_lin_neg");
    let negative = negative.expect("a stored problem");
    let solved = |merit| {
        let options = Options {
            method: Method::SuccessiveDecrease,
            merit,
            ..Options::default()
        };
        let run = |start: &Vec<f64>| solve(&levels(negative), start, &options).expect("valid");
        let runs = negative.starts.iter().map(run);
        runs.filter(|solution| solution.status.is_success()).count()
    };
    assert_eq!(solved(Merit::Nested), negative.starts.len());
    assert!(
        solved(Merit::SquaredValue) < negative.starts.len(),
        "{}",
        solved(Merit::SquaredValue)
    );
}

/// (x₀ + x₁ − 2)², then ‖x‖² or, where the minimizers are wanted elsewhere, −x₀.
struct Bounded(usize);

impl Functions for Bounded {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        match self.0 {
            0 => (x[0] + x[1] - 2.0).powi(2),
            _ => x[0].powi(2) + x[1].powi(2),
        }
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        if let [row] = c {
            *row = x[0] * x[0] + x[1] * x[1];
        }
    }
}

#[test]
fn rows_and_bounds_of_levels_restrict_the_levels_after_them() {
    let inf = f64::INFINITY;
    let run = |meta: Meta| {
        let first = AutoModel::new(Bounded(0), meta);
        let second = AutoModel::new(Bounded(1), Meta::new("second", 2, 0));
        let two = Levels::new(vec![Box::new(first), Box::new(second)]).expect("two levels");
        assert_eq!(two.levels(), 2);
        solve(&two, &[3.0, 4.0], &Options::default()).expect("valid")
    };
    let bounded = Meta::new("x₀ ≥ 3/2", 2, 0).variable_bounds(&[1.5, -inf], &[inf, inf]);
    let solution = run(bounded.expect("bounds that agree"));
    assert!(solution.status.is_success(), "{solution}");
    assert!((solution.x[0] - 1.5).abs() < 1e-6 && (solution.x[1] - 0.5).abs() < 1e-6);
    let outside = Meta::new("‖x‖² ≤ −1", 2, 1).constraint_bounds(&[-inf], &[-1.0]);
    let solution = run(outside.expect("bounds that agree"));
    assert_eq!(solution.status, Status::Infeasible);
    assert!(solution.violation > 0.9);
}
