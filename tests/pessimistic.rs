//! Leaders with undecided followers: the report of 2009, known values, several followers, bad input.

use stackelberg::dfo::cliff::Verdict;
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
use stackelberg_tests::problems::pessimistic::{
    Known, TableRow, bilevel, exact, example_1, example_3, example_4, problems, table,
};

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

/// The claims of a solution, from what it evaluated.
fn check_claims(s: &PessimisticSolution) {
    let lowest = s
        .history
        .iter()
        .map(|sample| sample.value)
        .fold(INF, f64::min);
    let size = 1.0 + s.infimum.abs();
    assert!(s.played.value >= lowest - 1e-6 * size, "{s}");
    assert!(
        (s.epsilon - (s.played.value - s.infimum)).abs() <= 1e-12 * size,
        "{s}"
    );
    if s.status == Status::Optimal {
        assert!(
            s.epsilon.abs() <= 1e-5 * size && s.infimum <= lowest + 1e-5 * size,
            "{s}"
        );
        assert!(
            s.verdict != Verdict::NotCertified && s.attained.is_some(),
            "{s}"
        );
        assert_ne!(s.played.evidence, Evidence::None, "{s}");
    }
}

fn assert_known(name: &str, s: &PessimisticSolution, known: Known) {
    assert!(
        (s.infimum - known.value).abs() <= 1e-5,
        "{name}: {} {s}",
        known.value
    );
    assert_eq!(s.attained, Some(known.attained), "{name}: {s}");
    assert_eq!(s.status, Status::Optimal, "{name}: {s}");
    assert_eq!(s.counts.inner_failures, 0, "{name}: {s}");
    check_claims(s);
}

#[test]
fn example_1_is_not_attained_and_example_2_is() {
    let model = example_1();
    let problem = Problem::complementarity(&model, 1).unwrap();
    let [worst, best] = both(&problem);
    assert_known(
        "1",
        &worst,
        Known {
            value: 0.0,
            attained: false,
        },
    );
    assert_known(
        "2",
        &best,
        Known {
            value: 0.0,
            attained: true,
        },
    );
    // x̃ = −δ with y = (0, 0, δ); at x̂ = 0 the worst response is (1, 0, 0)
    let (x, y) = (worst.played.x[0], &worst.played.y);
    assert!(x < 0.0 && (x - -worst.delta).abs() <= 1e-15);
    assert!(y[0] == 0.0 && (y[2] + x).abs() < 1e-12, "{worst}");
    assert_eq!(worst.limit.x, [0.0]);
    assert!((worst.limit.value - 1.0).abs() < 1e-12 && (worst.limit.y[0] - 1.0).abs() < 1e-12);
    assert!((worst.epsilon - x * x).abs() < 1e-12);
    assert_eq!(worst.played.evidence, Evidence::Enumerated { pieces: 1 });
    assert_eq!((best.played.x[0], best.played.value), (0.0, 0.0));
    let shown = worst.to_string();
    for part in [
        "not attained",
        "played x",
        "branch",
        "all of 1 affine pieces",
        "evaluations",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[test]
fn example_3_has_two_responses_and_two_readings() {
    let model = example_3();
    let problem = Problem::complementarity(&model, 2).unwrap();
    let [worst, best] = both(&problem);
    assert_known(
        "pessimistic",
        &worst,
        Known {
            value: 0.0,
            attained: true,
        },
    );
    assert_known(
        "optimistic",
        &best,
        Known {
            value: -4.0,
            attained: true,
        },
    );
    assert!(
        best.played.x.iter().all(|x| (x + 2.0).abs() < 1e-9),
        "{best}"
    );
    assert_eq!(best.played.evidence, Evidence::Enumerated { pieces: 2 });
}

#[test]
fn example_4_plays_from_the_side_where_the_cube_is_touched_at_its_corner() {
    let model = example_4(-2.0, 2.0);
    let s = solve(
        &Problem::argmin(&model).unwrap(),
        &in_sense(Sense::Pessimistic),
    )
    .unwrap();
    assert_known(
        "4",
        &s,
        Known {
            value: 0.0,
            attained: false,
        },
    );
    assert!(s.played.x.iter().all(|x| *x < 0.0 && *x > -1e-6), "{s}");
    assert_eq!(s.limit.x, [0.0, 0.0]);
    assert!(
        !s.faces.is_empty() && (s.limit.value - 2.0).abs() < 1e-6,
        "{s}"
    );
    assert!(matches!(s.played.evidence, Evidence::Proved { .. }), "{s}");
}

/// A row of the tables through the inner solver.
fn assert_row(number: usize, row: &TableRow) {
    let n = row.start.len();
    let options = PessimisticOptions {
        start: row.start.clone(),
        radii: Some(Radii {
            first: row.rhobeg,
            last: row.rhoend,
        }),
        ..in_sense(if number == 2 {
            Sense::Optimistic
        } else {
            Sense::Pessimistic
        })
    };
    let s = if number == 3 {
        let model = example_4(row.bounds[0], row.bounds[1]);
        solve(&Problem::argmin(&model).unwrap(), &options).unwrap()
    } else {
        let model = example_1();
        solve(&Problem::complementarity(&model, n).unwrap(), &options).unwrap()
    };
    assert!(
        s.played.value <= 1e-6 && s.status == Status::Optimal,
        "{row:?}: {s}"
    );
    assert_eq!(s.counts.inner_failures, 0, "{row:?}: {s}");
    assert_eq!(s.attained, Some(number == 2), "{row:?}: {s}");
    check_claims(&s);
    let example = [1, 2, 4][number - 1];
    for sample in &s.history {
        // within 1e-9 of a cliff either side is right
        let near = |x: &f64| {
            if x.abs() <= 1e-9 {
                vec![*x, -1e-9, 1e-9]
            } else {
                vec![*x]
            }
        };
        let right = near(&sample.x[0]).into_iter().any(|first| {
            let mut x = sample.x.clone();
            x[0] = first;
            near(x.last().unwrap()).into_iter().any(|last| {
                if let [_, second] = &mut x[..] {
                    *second = last;
                }
                (exact(example, &x) - sample.value).abs() <= 1e-6 * (1.0 + sample.value.abs())
            })
        });
        assert!(right, "{row:?}: {sample:?}");
    }
}

#[test]
fn rows_of_the_tables_are_solved_through_the_inner_solver_without_a_wrong_branch() {
    for (number, step) in [(1, 3), (2, 3), (3, 7)] {
        for row in table(number).iter().step_by(step) {
            assert_row(number, row);
        }
    }
}

#[test]
fn a_radius_below_the_accuracy_is_enlarged_and_it_is_said() {
    let rows = table(1);
    let tiny = rows.iter().find(|row| row.rhobeg == 1e-15).unwrap();
    let model = example_1();
    let options = PessimisticOptions {
        start: tiny.start.clone(),
        radii: Some(Radii {
            first: tiny.rhobeg,
            last: tiny.rhoend,
        }),
        ..PessimisticOptions::default()
    };
    let s = solve(&Problem::complementarity(&model, 1).unwrap(), &options).unwrap();
    assert!(s.enlarged_radius.unwrap() > 1e-12, "{s}");
}

#[test]
fn known_values_are_reached_and_attainment_is_told_right() {
    for test in problems("pessimistic_tests.json") {
        let problem = Problem::argmin(&test.model).unwrap();
        let [worst, best] = both(&problem);
        assert_known(&test.name, &worst, test.pessimistic);
        assert_known(&test.name, &best, test.optimistic);
        for s in [&worst, &best] {
            assert!(matches!(s.played.evidence, Evidence::Proved { .. }), "{s}");
            assert!(s.played.follower_gap.is_some_and(|gap| gap <= 1e-7), "{s}");
        }
    }
}

#[test]
fn variants_made_for_this_repository_are_solved_too() {
    for test in problems("pessimistic_variants.json").into_iter().step_by(4) {
        let problem = Problem::argmin(&test.model).unwrap();
        let [worst, best] = both(&problem);
        assert_known(&test.name, &worst, test.pessimistic);
        assert_known(&test.name, &best, test.optimistic);
    }
}

#[test]
fn the_same_call_gives_the_same_bits() {
    let test = &problems("pessimistic_variants.json")[0];
    let problem = Problem::argmin(&test.model).unwrap();
    let run = || solve(&problem, &PessimisticOptions::default()).unwrap();
    let (first, second) = (run(), run());
    assert_eq!(first.history, second.history);
    assert_eq!(first.played, second.played);
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
        assert_known(
            "Cournot",
            &s,
            Known {
                value: 0.144375,
                attained: true,
            },
        );
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
    assert_known(
        "pessimistic",
        &worst,
        Known {
            value: 1.0,
            attained: true,
        },
    );
    assert_known(
        "optimistic",
        &best,
        Known {
            value: 0.0,
            attained: true,
        },
    );

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
    assert_known(
        "pessimistic",
        &worst,
        Known {
            value: 0.75,
            attained: true,
        },
    );
    assert_known(
        "optimistic",
        &best,
        Known {
            value: -1.0,
            attained: true,
        },
    );
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
    assert_known(
        "rows",
        &s,
        Known {
            value: 0.875,
            attained: true,
        },
    );
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
    assert_known("bard", &s, bard.pessimistic);
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
    let of = model(
        objective,
        &[("y1", 0.0, INF), (other, 0.0, INF), ("y2", 0.0, 0.0)],
        [-1.0, -INF, -INF],
        [1.0, INF, INF],
    );
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
    assert_known(
        "bounded below",
        &best,
        Known {
            value: 0.0,
            attained: true,
        },
    );
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
