//! Several followers and variational inequalities, followers without an answer, and misuse.

use stackelberg::mpec::MpecError;
use stackelberg::mpec::pessimistic::{
    Evidence, Failure, Follower, PessimisticOptions, PessimisticSolution, Problem, Radii, Sense,
    solve,
};
use stackelberg::nlp_model::{
    AutoModel, AutoQvi, Complementarity, Meta, Mpcc, QviFunctions, QviShape, Scalar, Side,
};
use stackelberg::stopping::Status;
use stackelberg_tests::formula::{FormulaModel, formula_model};
use stackelberg_tests::problems::pessimistic::{bilevel, example_1, problems};

const INF: f64 = f64::INFINITY;

fn in_sense(sense: Sense) -> PessimisticOptions {
    PessimisticOptions {
        sense,
        ..PessimisticOptions::default()
    }
}

fn both(problem: &Problem) -> [PessimisticSolution; 2] {
    [Sense::Pessimistic, Sense::Optimistic].map(|sense| solve(problem, &in_sense(sense)).unwrap())
}

fn assert_value(s: &PessimisticSolution, value: f64) {
    assert!((s.infimum - value).abs() <= 1e-5, "{value}: {s}");
    assert_eq!((s.attained, s.status), (Some(true), Status::Optimal), "{s}");
}

/// A model of formulas in x, y1, y2 with bounds.
fn model(
    objective: &str,
    rows: &[(&str, f64, f64)],
    lower: [f64; 3],
    upper: [f64; 3],
) -> AutoModel<FormulaModel> {
    let names = ["x", "y1", "y2"].map(str::to_owned);
    let texts: Vec<String> = rows.iter().map(|row| row.0.to_owned()).collect();
    let lcon: Vec<f64> = rows.iter().map(|row| row.1).collect();
    let ucon: Vec<f64> = rows.iter().map(|row| row.2).collect();
    let meta = Meta::new("model", 3, rows.len())
        .variable_bounds(&lower, &upper)
        .and_then(|meta| meta.constraint_bounds(&lcon, &ucon))
        .unwrap();
    formula_model(meta, &names, objective, &texts).unwrap()
}

#[test]
fn two_followers_in_equilibrium() {
    // min yᵢ² + yᵢ (yⱼ + x − 3): yᵢ = 1 − x/3; (y₁ + y₂ − 1)² + x/10 is least at 1 − 2x/3 = 0.075
    let one = model("y1^2 + y1*(y2 + x - 3)", &[], [0.0; 3], [INF; 3]);
    let two = model("y2^2 + y2*(y1 + x - 3)", &[], [0.0; 3], [INF; 3]);
    let leader = model(
        "(y1 + y2 - 1)^2 + x/10",
        &[],
        [0.0, -INF, -INF],
        [3.0, INF, INF],
    );
    let followers = |one, two| {
        vec![
            Follower {
                model: one,
                own: vec![1],
            },
            Follower {
                model: two,
                own: vec![2],
            },
        ]
    };
    let problem = Problem::nash(&leader, 1, followers(&one, &two)).unwrap();
    for s in both(&problem) {
        assert_value(&s, 0.144375);
        assert!((s.played.x[0] - 1.3875).abs() < 1e-4, "{s}");
        assert!(s.played.y.iter().all(|y| (y - 0.5375).abs() < 1e-4), "{s}");
    }

    // both want to be where the other is: all y₁ = y₂ in [0, 1] are equilibria
    let one = model("(y1 - y2)^2", &[], [0.0; 3], [1.0; 3]);
    let two = model("(y2 - y1)^2", &[], [0.0; 3], [1.0; 3]);
    let leader = model(
        "(x - 0.3)^2 + y1*y2",
        &[],
        [0.0, -INF, -INF],
        [1.0, INF, INF],
    );
    let problem = Problem::nash(&leader, 1, followers(&one, &two)).unwrap();
    let [worst, best] = both(&problem);
    assert_value(&worst, 1.0);
    assert_value(&best, 0.0);

    // y₁ maximizes y₁²: 0 satisfies the KKT conditions, and the leader would like it
    let one = model("-y1^2", &[], [0.0, -1.0, 0.0], [1.0; 3]);
    let leader = model(
        "(x - 0.3)^2 + y1^2",
        &[],
        [0.0, -INF, -INF],
        [1.0, INF, INF],
    );
    let problem = Problem::nash(&leader, 1, followers(&one, &two)).unwrap();
    let s = solve(&problem, &in_sense(Sense::Optimistic)).unwrap();
    assert_eq!(
        (s.played.evidence, s.status),
        (Evidence::None, Status::SubOptimal),
        "{s}"
    );

    let wrong = vec![Follower {
        model: &one as _,
        own: vec![1],
    }];
    assert!(matches!(
        Problem::nash(&leader, 1, wrong),
        Err(MpecError::Leader { .. })
    ));
}

/// f₀ = (y₁ + y₂ − x)(1, 1) on the unit square; F = (x − 1)² + y₁ − y₂.
#[derive(Clone)]
struct Indifferent;

impl QviFunctions for Indifferent {
    fn shape(&self) -> QviShape {
        QviShape {
            nx: 1,
            ny: 2,
            upper_rows: 0,
            lower_rows: 4,
        }
    }
    fn obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T {
        (x[0] - 1.0).powi(2) + y[0] - y[1]
    }
    fn cons<T: Scalar>(&self, _: &[T], _: &[T], _: &mut [T]) {}
    fn linear_form<T: Scalar>(&self, x: &[T], y: &[T], s: &[T]) -> T {
        (s[0] + s[1]) * (y[0] + y[1] - x[0])
    }
    fn moving_set<T: Scalar>(&self, _: &[T], _: &[T], s: &[T], c: &mut [T]) {
        for k in 0..2 {
            c[k] = -s[k];
            c[2 + k] = s[k] - 1.0;
        }
    }
}

#[test]
fn a_variational_inequality_with_a_segment_of_solutions() {
    let qvi = AutoQvi::new("indifferent", Indifferent);
    let problem = Problem::variational(&qvi).unwrap();
    let problem = problem.within(&[0.0], &[2.0]).unwrap();
    let [worst, best] = both(&problem);
    assert_value(&worst, 0.75);
    assert_value(&best, -1.0);
}

#[test]
fn rows_of_the_leader_restrict_the_box() {
    let problem = bilevel(
        "rows",
        ["x1^2 + x2^2 + y", "-1<=x1,x2<=1; x1 + x2 >= 1"],
        ["(y - x1)^2", "-1<=y<=1"],
    );
    // x₁² + x₂² + x₁ on x₁ + x₂ = 1: x₁ = 1/4
    let s = solve(
        &Problem::argmin(&problem).unwrap(),
        &PessimisticOptions::default(),
    )
    .unwrap();
    assert_value(&s, 0.875);
    assert!(
        s.failed
            .iter()
            .any(|f| matches!(f.failure, Failure::Forbidden { .. })),
        "{s}"
    );
    let coupled = bilevel("coupled", ["x + y", "x + y <= 1; 0<=x<=1"], ["y^2", ""]);
    let problem = Problem::argmin(&coupled).unwrap();
    let error = solve(&problem, &PessimisticOptions::default()).unwrap_err();
    assert_eq!(error, MpecError::Coupling { row: 0 });
}

#[test]
fn an_x_without_response_is_named() {
    let tests = problems("pessimistic_tests.json");
    let bard = tests.iter().find(|p| p.name == "bard_1988_1").unwrap();
    let problem = Problem::argmin(&bard.model).unwrap();
    assert_eq!((problem.lower(), problem.upper()), (&[1.0][..], &[7.0][..]));
    let problem = problem.within(&[0.0], &[7.0]).unwrap();
    let s = solve(&problem, &PessimisticOptions::default()).unwrap();
    assert_value(&s, bard.pessimistic.value);
    let empty = s
        .failed
        .iter()
        .find(|f| matches!(f.failure, Failure::Empty { .. }))
        .unwrap();
    assert!(empty.x[0] < 1.0 || empty.x[0] > 4.9, "{s}");
    assert!(
        s.counts.empty > 0 && s.to_string().contains("no response"),
        "{s}"
    );
}

/// A program with the rows y1 and a constant as a pair.
fn with_pair(objective: &str, other: &str) -> impl Mpcc {
    let names = ["x", "y1", "y2"].map(str::to_owned);
    let rows = ["y1", other, "y2"].map(str::to_owned);
    let meta = Meta::new("pair", 3, 3)
        .variable_bounds(&[-1.0, -INF, -INF], &[1.0, INF, INF])
        .and_then(|meta| meta.constraint_bounds(&[0.0; 3], &[INF, INF, 0.0]))
        .unwrap();
    let of = formula_model(meta, &names, objective, &rows).unwrap();
    Complementarity::new(of, &[(Side::Row(0), Side::Row(1))]).unwrap()
}

#[test]
fn contradictory_pairs_leave_no_response_anywhere() {
    let program = with_pair("x + y1", "y2 - 1");
    let s = solve(
        &Problem::complementarity(&program, 1).unwrap(),
        &PessimisticOptions::default(),
    )
    .unwrap();
    assert_eq!(s.status, Status::Infeasible, "{s}");
    assert!(
        s.attained.is_none() && s.infimum.is_nan() && s.played.value.is_nan(),
        "{s}"
    );
    assert!(
        matches!(s.failed[0].failure, Failure::Empty { violation } if violation > 0.1),
        "{s}"
    );
    assert_eq!(s.counts.empty, s.counts.evaluations);
}

#[test]
fn unbounded_responses_are_told_from_bounded_ones() {
    // y₁ ≥ 0 is free where the other side is 0: sup is infinite, inf is not
    let program = with_pair("x^2 + y1", "y2");
    let problem = Problem::complementarity(&program, 1).unwrap();
    let [worst, best] = both(&problem);
    assert_eq!(worst.status, Status::UnboundedObjective, "{worst}");
    assert_eq!(worst.failed[0].failure, Failure::Unbounded);
    assert_value(&best, 0.0);
}

#[test]
fn nan_on_a_part_of_the_box_is_counted_and_the_rest_is_searched() {
    let program = with_pair("(x + 0.8)^2 + y1 + 0*ln(x + 0.5)", "1 + y2");
    let s = solve(
        &Problem::complementarity(&program, 1).unwrap(),
        &PessimisticOptions::default(),
    )
    .unwrap();
    assert!(s.counts.inner_failures > 0, "{s}");
    assert!(
        s.failed
            .iter()
            .any(|f| f.failure == Failure::Undefined && f.x[0] <= -0.5),
        "{s}"
    );
    assert!(s.played.x[0] > -0.5 && s.played.value < 0.12, "{s}");
    let program = with_pair("ln(x - 2) + y1", "1 + y2");
    let s = solve(
        &Problem::complementarity(&program, 1).unwrap(),
        &PessimisticOptions::default(),
    )
    .unwrap();
    assert_eq!(s.status, Status::DomainError, "{s}");
}

#[test]
fn misuse_is_refused_with_its_reason() {
    let model = example_1();
    assert!(matches!(
        Problem::complementarity(&model, 0),
        Err(MpecError::Leader { .. })
    ));
    assert!(matches!(
        Problem::complementarity(&model, 4),
        Err(MpecError::Leader { .. })
    ));
    let problem = Problem::complementarity(&model, 1).unwrap();
    assert!(problem.clone().within(&[1.0], &[0.0]).is_err());
    assert!(problem.clone().within(&[0.0; 2], &[1.0; 2]).is_err());
    let infinite = problem.clone().within(&[0.0], &[INF]).unwrap();
    assert!(matches!(
        solve(&infinite, &PessimisticOptions::default()),
        Err(MpecError::Poll(_))
    ));
    let refuse = |options: PessimisticOptions| solve(&problem, &options).unwrap_err();
    let default = PessimisticOptions::default;
    for options in [
        PessimisticOptions {
            tolerance: f64::NAN,
            ..default()
        },
        PessimisticOptions {
            feasibility: 0.0,
            ..default()
        },
        PessimisticOptions {
            accuracy: -1.0,
            ..default()
        },
        PessimisticOptions {
            seconds: INF,
            ..default()
        },
        PessimisticOptions {
            programs: 0,
            ..default()
        },
    ] {
        assert!(matches!(refuse(options), MpecError::Option { .. }));
    }
    for start in [vec![0.0; 2], vec![f64::NAN]] {
        assert!(matches!(
            refuse(PessimisticOptions { start, ..default() }),
            MpecError::Model(_)
        ));
    }
    let radii = Some(Radii {
        first: 1.0,
        last: 2.0,
    });
    assert!(matches!(
        refuse(PessimisticOptions { radii, ..default() }),
        MpecError::Poll(_)
    ));
    let contradictory = bilevel("none", ["x", "0<=x<=1"], ["y", "y >= 2; y <= 1 - x"]);
    assert!(matches!(
        Problem::argmin(&contradictory),
        Err(MpecError::Leader { .. })
    ));
}
