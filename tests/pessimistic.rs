//! Leaders with undecided followers: the report of 2009 and known values.

use stackelberg::dfo::cliff::Verdict;
use stackelberg::mpec::pessimistic::{
    Evidence, PessimisticOptions, PessimisticSolution, Problem, Radii, Sense, solve,
};
use stackelberg::stopping::Status;
use stackelberg_tests::problems::pessimistic::{
    Known, TableRow, exact, example_1, example_3, example_4, problems, table,
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
    assert!(
        best.played.x[0].abs() < 1e-6 && best.played.value < 1e-12,
        "{best}"
    );
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
