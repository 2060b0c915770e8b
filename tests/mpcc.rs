//! Complementarity programs: MacMPEC, lower levels by their KKT conditions, bad input, both doors.

use mpec::MpecError;
use mpec::linearised::{LinearisedOptions, check_linearised};
use mpec::mpcc::{MpccOptions, MpccSolver, solve};
use mpec::regularization::Regularization;
use nlp_model::{
    AutoBilevel, AutoModel, Complementarity, Functions, KktConditions, Linearised, Meta, Model,
    Mpcc, Scalar, Side,
};
use stackelberg::{mpec, nlp_model, stopping};
use stackelberg_tests::branches::steepest_descent;
use stackelberg_tests::problems::macmpec::{MacMpec, macmpec};
use stopping::{MpccState, Solver, Stationarity, Status, Stopping};

const INF: f64 = f64::INFINITY;

/// The smaller problems of the collection.
fn small() -> impl Iterator<Item = MacMpec> {
    let is_small = |p: &MacMpec| p.model.meta().nvar() <= 12 && !p.name.starts_with("design");
    macmpec().into_iter().filter(is_small)
}

#[test]
fn small_problems_of_macmpec_end_at_their_reference_with_a_certificate() {
    for problem in small() {
        let x0 = problem.model.meta().x0().to_vec();
        let solution = solve(&problem.model, &x0, &MpccOptions::default()).unwrap();
        let value = problem.sign * solution.objective;
        let error = (value - problem.reference).abs() / problem.reference.abs().max(1.0);
        assert!(
            error <= 1e-4,
            "{}: {value} {}",
            problem.name,
            problem.reference
        );
        assert!(solution.violation <= 1e-6 && solution.complementarity <= 1e-6);
        if solution.status == Status::Optimal {
            assert!(solution.linearised.is_stationary());
            let descent = steepest_descent(&problem.model, &solution.x, 1e-7).unwrap();
            assert!(descent.slope > -1e-5, "{}: {descent:?}", problem.name);
        }
    }
}

#[test]
fn linear_programs_and_projections_agree_at_points_that_are_not_stationary() {
    // The starts of the collection: most are neither feasible, so that nothing is claimed of them, nor stationary.
    let options = LinearisedOptions::default();
    let mut refuted = 0;
    for problem in small() {
        let model = &problem.model;
        let x = model.meta().x0();
        let (Ok(check), Some(descent)) = (
            check_linearised(model, x, &options),
            steepest_descent(model, x, options.active),
        ) else {
            continue;
        };
        assert_eq!(
            check.direction.is_none() && check.is_complete,
            descent.slope > -1e-6,
            "{}: {check}, {descent:?}",
            problem.name
        );
        refuted += usize::from(check.direction.is_some());
    }
    assert!(refuted >= 10, "{refuted}");
}

#[test]
fn every_regularization_leads_to_certified_points_without_a_search() {
    let problems: Vec<MacMpec> = small().filter(|p| p.model.meta().nvar() <= 8).collect();
    for regularization in Regularization::ALL {
        let options = MpccOptions {
            regularization,
            nodes: 0,
            ..MpccOptions::default()
        };
        let mut certified = 0;
        for problem in &problems {
            let x0 = problem.model.meta().x0();
            let solution = solve(&problem.model, x0, &options).unwrap();
            certified += usize::from(solution.status.is_success());
            assert_eq!(solution.nodes, 0);
        }
        let all = problems.len();
        assert!(
            10 * certified >= 9 * all,
            "{regularization:?}: {certified} of {all}"
        );
    }
}

nlp_model::bilevel! {
    /// Bard (1988), example 1: f = y² − …; the solution is (1, 0) with F = 17.
    struct Bard(x; y);
    F = (x - 5.0).powi(2) + (2.0 * y + 1.0).powi(2);
    G <= 0: [-x];
    f = (y - 1.0).powi(2) - 1.5 * x * y;
    g <= 0: [3.0 - 3.0 * x + y, x - 0.5 * y - 4.0, x + y - 7.0, -y];
}

#[test]
fn a_bilevel_program_is_solved_through_the_kkt_conditions_of_its_lower_level() {
    let bilevel = AutoBilevel::new("bard", Bard);
    let qvi = Linearised::new(&bilevel).unwrap();
    let mpcc = KktConditions::new(&qvi).unwrap();
    let solution = solve(&mpcc, mpcc.meta().x0(), &MpccOptions::default()).unwrap();
    assert_eq!(solution.status, Status::Optimal, "{solution}");
    assert!((solution.objective - 17.0).abs() < 1e-7, "{solution}");
    assert!((solution.x[0] - 1.0).abs() < 1e-7 && solution.x[1].abs() < 1e-7);
}

/// f = (x₀ − 1)² + x₁ with 0 ≤ x₀ ⟂ x₁ ≥ 0 and the rows x₀ + x₁, x₀ x₁.
#[derive(Clone, Copy)]
struct Two;
impl Functions for Two {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        (x[0] - 1.0).powi(2) + x[1]
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[0] + x[1];
        c[1] = x[0] * x[1];
    }
}

fn two(lcon: [f64; 2], ucon: [f64; 2]) -> Complementarity<AutoModel<Two>> {
    let meta = Meta::new("two", 2, 2)
        .variable_bounds(&[0.0; 2], &[INF; 2])
        .and_then(|m| m.constraint_bounds(&lcon, &ucon))
        .unwrap();
    Complementarity::new(
        AutoModel::new(Two, meta),
        &[(Side::Variable(0), Side::Variable(1))],
    )
    .unwrap()
}

#[test]
fn contradictions_end_as_infeasible_with_the_measure() {
    // x₀ x₁ ≥ 1 contradicts complementarity; x₀ + x₁ ≤ 3 keeps the violation away from 0.
    let mpcc = two([-INF, 1.0], [3.0, INF]);
    let solution = solve(&mpcc, &[1.0, 1.0], &MpccOptions::default()).unwrap();
    assert_eq!(solution.status, Status::Infeasible, "{solution}");
    assert!(
        solution.violation.max(solution.complementarity) > 0.05,
        "{solution}"
    );
    assert!(solution.is_exhausted);
}

#[test]
fn misuse_is_refused_and_nan_is_a_status() {
    let mpcc = two([-INF; 2], [INF; 2]);
    let options = MpccOptions::default();
    assert!(matches!(
        solve(&mpcc, &[0.0], &options),
        Err(MpecError::Model(_))
    ));
    assert!(matches!(
        solve(&mpcc, &[0.0, f64::NAN], &options),
        Err(MpecError::Model(_))
    ));
    let bad = MpccOptions {
        factor: 1.0,
        ..options
    };
    assert!(matches!(
        solve(&mpcc, &[0.0; 2], &bad),
        Err(MpecError::Option { name: "factor", .. })
    ));

    struct Undefined;
    impl Functions for Undefined {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            (x[0] * 0.0 - 1.0).ln()
        }
    }
    let meta = Meta::new("undefined", 2, 0).variable_bounds(&[0.0; 2], &[INF; 2]);
    let model = AutoModel::new(Undefined, meta.unwrap());
    let mpcc = Complementarity::new(model, &[(Side::Variable(0), Side::Variable(1))]).unwrap();
    let solution = solve(&mpcc, &[1.0, 1.0], &options).unwrap();
    assert_eq!(solution.status, Status::DomainError);
    assert!(!solution.linearised.is_stationary());
}

#[test]
fn an_objective_without_bound_is_no_success() {
    struct Falling;
    impl Functions for Falling {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            x[0] - x[1]
        }
    }
    let meta = Meta::new("falling", 2, 0).variable_bounds(&[0.0; 2], &[INF; 2]);
    let model = AutoModel::new(Falling, meta.unwrap());
    let mpcc = Complementarity::new(model, &[(Side::Variable(0), Side::Variable(1))]).unwrap();
    let solution = solve(&mpcc, &[0.0; 2], &MpccOptions::default()).unwrap();
    assert!(!solution.status.is_success(), "{solution}");
}

#[test]
fn the_other_door_gives_the_same_point_and_obeys_its_stopping() {
    let mpcc = two([-INF; 2], [INF; 2]);
    let dynamic: &dyn Mpcc = &mpcc;
    let state = || MpccState::new(vec![3.0, 3.0]);
    let mut run = Stopping::mpcc(state(), Stationarity::Strong, 1e-7);
    let status = MpccSolver::default().solve(dynamic, &mut run);
    assert_eq!(status, Status::Optimal);
    let x = run.state.x();
    assert!((x[0] - 1.0).abs() < 1e-7 && x[1].abs() < 1e-9, "{x:?}");

    let mut run = Stopping::mpcc(state(), Stationarity::Strong, 1e-7);
    run.cancel_token().cancel();
    assert_eq!(
        MpccSolver::default().solve(dynamic, &mut run),
        Status::Cancelled
    );
}

#[test]
fn the_order_of_pairs_and_variables_changes_nothing_but_rounding() {
    struct Pairs([usize; 4]);
    impl Functions for Pairs {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            let at = |k: usize| x[self.0[k]];
            (at(0) - 1.0).powi(2)
                + (at(1) - 2.0).powi(2)
                + (at(2) - 3.0).powi(2)
                + (at(3) + at(0) - 0.5).powi(2)
        }
    }
    let value = |order: [usize; 4]| {
        let meta = Meta::new("pairs", 4, 0).variable_bounds(&[0.0; 4], &[INF; 4]);
        let model = AutoModel::new(Pairs(order), meta.unwrap());
        let sides = [
            (Side::Variable(order[2]), Side::Variable(order[3])),
            (Side::Variable(order[0]), Side::Variable(order[1])),
        ];
        let mpcc = Complementarity::new(model, &sides).unwrap();
        solve(&mpcc, &[0.0; 4], &MpccOptions::default())
            .unwrap()
            .objective
    };
    // x₁ = 2, x₂ = 3, x₀ = x₃ = 0: 1 + 1/4.
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        assert!((value(order) - 1.25).abs() < 1e-9);
    }
}

/// Bilevel programs of the catalogue, each from its two starts, with their lower levels replaced by KKT conditions.
///
/// Where the lower level is convex and has multipliers, that is the bilevel program, and the known value the least.
#[test]
fn the_catalogue_through_kkt_conditions_ends_with_claims_that_hold() {
    let (mut runs, mut optimal, mut convex, mut reached) = (0, 0, 0, 0);
    let problems = stackelberg::bolib::problems().iter();
    for problem in problems.filter(|problem| problem.smooth && problem.variables() <= 6) {
        let bilevel = problem.build();
        let qvi = Linearised::new(&*bilevel).unwrap();
        let mpcc = KktConditions::new(&qvi).unwrap();
        for start in problem.starts {
            let mut x0 = start.stacked();
            x0.resize(mpcc.meta().nvar(), 0.0);
            let end = solve(&mpcc, &x0, &MpccOptions::default()).unwrap();
            runs += 1;
            if end.status.is_success() {
                optimal += 1;
                assert!(end.violation <= 1e-8 && end.complementarity <= 1e-8);
                let descent = steepest_descent(&mpcc, &end.x, 1e-7).unwrap();
                assert!(descent.slope > -1e-4, "{}: {descent:?} {end}", problem.name);
            }
            if let (true, Some(value)) = (problem.lower_convex, problem.reference.value) {
                convex += 1;
                reached += usize::from(end.objective <= value + 0.01 * (1.0 + value.abs()));
            }
        }
    }
    assert!(runs >= 150 && convex >= 80, "{runs} {convex}");
    // 238 of the 244 runs of the whole catalogue up to 60 variables end certified (2026-11-28).
    assert!(100 * optimal >= 95 * runs, "{optimal} of {runs}");
    assert!(100 * reached >= 95 * convex, "{reached} of {convex}");
}
