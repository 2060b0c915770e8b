//! BOBYQA from outside, under a stopping, and several times.

use dfo::bobyqa::{Bobyqa, Options, Search, SearchState, Status, minimize};
use dfo::{Verdict, multistart, restart};
use nlp_model::{Meta, Model};
use stopping::{Budget, Solver};

fn rosenbrock(x: &[f64]) -> f64 {
    100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2)
}

fn options() -> Options {
    Options {
        radius: 0.5,
        ..Options::default()
    }
}

fn begin(options: &Options) -> Bobyqa {
    Bobyqa::new(&[-1.2, 1.0], &[-2.0; 2], &[2.0; 2], options).unwrap()
}

fn finish(mut run: Bobyqa) -> Bobyqa {
    while let Some(x) = run.ask() {
        let value = rosenbrock(x);
        run.tell(value);
    }
    run
}

#[test]
fn all_points_of_the_design_may_be_evaluated_first() {
    for points in [4, 5, 6] {
        let options = Options {
            points: Some(points),
            ..options()
        };
        let one_by_one = finish(begin(&options)).solution();
        let mut run = begin(&options);
        let mut calls = 0;
        loop {
            let all = run.ask_all();
            if all.is_empty() {
                break;
            }
            calls += 1;
            assert_eq!(run.ask(), Some(all[0].as_slice()));
            let values: Vec<f64> = all.iter().map(|x| rosenbrock(x)).collect();
            for value in values {
                run.tell(value);
            }
        }
        assert_eq!(run.solution(), one_by_one);
        assert_eq!(calls, one_by_one.evaluations - points.min(5) + 1);
    }
}

#[test]
fn a_copy_goes_on_with_the_same_bits() {
    let mut run = begin(&options());
    for _ in 0..40 {
        let value = rosenbrock(run.ask().unwrap());
        run.tell(value);
    }
    let copy = run.clone();
    assert_eq!(finish(run).solution(), finish(copy).solution());
}

#[cfg(feature = "serde")]
#[test]
fn a_run_that_was_written_goes_on_with_the_same_bits() {
    let infinite = [f64::INFINITY; 2];
    for stop in [0, 3, 5, 40] {
        let mut run =
            Bobyqa::new(&[-1.2, 1.0], &infinite.map(|u| -u), &infinite, &options()).unwrap();
        for _ in 0..stop {
            // the second value is a barrier
            let value = rosenbrock(run.ask().unwrap());
            run.tell(if run.evaluations() == 1 {
                f64::NAN
            } else {
                value
            });
        }
        let text = serde_json::to_string(&run).unwrap();
        let read: Bobyqa = serde_json::from_str(&text).unwrap();
        assert_eq!(finish(read).solution(), finish(run).solution());
    }
}

#[test]
fn a_better_point_from_elsewhere_shortens_the_run() {
    let mut run = begin(&options());
    for _ in 0..10 {
        let value = rosenbrock(run.ask().unwrap());
        run.tell(value);
    }
    let plain = finish(run.clone()).solution();
    let hint = [0.95, 0.9];
    assert!(run.offer(&hint, rosenbrock(&hint)).unwrap());
    assert_eq!(run.best(), Some((hint.as_slice(), rosenbrock(&hint))));
    let helped = finish(run.clone()).solution();
    assert!(helped.value < 1e-10 && helped.evaluations < plain.evaluations);
    assert!(run.offer(&[3.0, 0.0], 0.0).is_err());
    assert!(run.offer(&[f64::NAN, 0.0], 0.0).is_err());
    assert!(!run.offer(&[1.0, 1.0], f64::NAN).unwrap());
}

#[test]
fn a_run_may_be_cancelled() {
    let mut run = begin(&options());
    run.cancel();
    assert_eq!((run.ask(), run.status()), (None, Some(Status::Cancelled)));
    assert!(run.ask_all().is_empty() && run.solution().value.is_nan());
}

struct Valley(Meta);

impl Model for Valley {
    fn meta(&self) -> &Meta {
        &self.0
    }
    fn obj(&self, x: &[f64]) -> f64 {
        rosenbrock(x)
    }
    fn cons(&self, _: &[f64], _: &mut [f64]) {}
}

fn valley() -> Valley {
    let meta = Meta::new("valley", 2, 0);
    Valley(meta.variable_bounds(&[-2.0; 2], &[2.0; 2]).unwrap())
}

#[test]
fn a_stopping_decides_when_the_radius_is_small_enough() {
    let model = valley();
    let mut at = SearchState::stopping(&[-1.2, 1.0], 1e-3);
    let status = Search::new(options()).solve(&model, &mut at);
    assert_eq!(status, stopping::Status::Optimal);
    assert!(at.state.resolution.unwrap() <= 1e-3);
    let early = at.iterations();
    let mut at = SearchState::stopping(&[-1.2, 1.0], 1e-6);
    assert_eq!(
        Search::new(options()).solve(&model, &mut at),
        stopping::Status::Optimal
    );
    assert!(at.iterations() > early && at.state.value.unwrap() < 1e-10);
    // the run ends at its final radius, which the stopping does not accept
    let mut at = SearchState::stopping(&[-1.2, 1.0], 1e-9);
    assert_eq!(
        Search::new(options()).solve(&model, &mut at),
        stopping::Status::SubOptimal
    );
    let budget = Budget {
        max_iterations: 10,
        ..Budget::default()
    };
    let mut at = SearchState::stopping(&[-1.2, 1.0], 1e-6).with_budget(budget);
    assert_eq!(
        Search::new(options()).solve(&model, &mut at),
        stopping::Status::IterationLimit
    );
    let bad = Options {
        radius: -1.0,
        ..options()
    };
    let mut at = SearchState::stopping(&[-1.2, 1.0], 1e-6);
    assert_eq!(
        Search::new(bad).solve(&model, &mut at),
        stopping::Status::Exception
    );
}

/// |x − c|² with a jump of 3 where aᵀx ≥ 0; the infimum (aᵀc)² is approached at the projection of c.
fn cliff(x: &[f64]) -> f64 {
    let a = [1.0 / 5.0_f64.sqrt(), 2.0 / 5.0_f64.sqrt()];
    let jump = if a[0] * x[0] + a[1] * x[1] >= 0.0 {
        3.0
    } else {
        0.0
    };
    x.iter().map(|x| (x - 0.5).powi(2)).sum::<f64>() + jump
}

#[test]
fn a_poll_refutes_a_small_radius_at_a_cliff_and_restarts_go_on() {
    let starts = [
        [-0.9, 0.3],
        [-0.3, -1.1],
        [0.8, -1.7],
        [-1.5, 0.1],
        [1.0, -0.9],
        [-1.9, -0.4],
    ];
    let infimum = 0.45;
    let mut run = restart::Options {
        bobyqa: Options {
            radius: 0.1,
            max_evaluations: 3000,
            ..Options::default()
        },
        restarts: 0,
        ..restart::Options::default()
    };
    let (mut refuted, mut gaps) = (0, [0.0; 2]);
    for x0 in starts {
        run.restarts = 0;
        let plain = minimize(cliff, &x0, &[-2.0; 2], &[2.0; 2], &run.bobyqa).unwrap();
        let tested = restart::minimize(cliff, &x0, &[-2.0; 2], &[2.0; 2], &run).unwrap();
        assert_eq!(plain.status, Status::SmallRadius);
        if tested.verdict == Some(Verdict::Refuted) {
            assert_eq!(tested.solution.status, Status::StalledAtDiscontinuity);
            assert!(tested.solution.value < plain.value);
            refuted += 1;
        }
        run.restarts = 20;
        let restarted = restart::minimize(cliff, &x0, &[-2.0; 2], &[2.0; 2], &run).unwrap();
        assert!(restarted.solution.value <= tested.solution.value);
        assert!(restarted.solution.evaluations <= 3000);
        gaps[0] += plain.value - infimum;
        gaps[1] += restarted.solution.value - infimum;
    }
    assert!(refuted >= 4, "{refuted}");
    assert!(gaps[1] < 0.3 * gaps[0], "{gaps:?}");
}

#[test]
fn a_minimizer_is_not_refuted() {
    let run = restart::Options {
        bobyqa: options(),
        ..restart::Options::default()
    };
    let found = restart::minimize(rosenbrock, &[-1.2, 1.0], &[-2.0; 2], &[2.0; 2], &run).unwrap();
    assert_eq!(found.verdict, Some(Verdict::NoBetterPointFound));
    assert_eq!(
        (found.restarts, found.solution.status),
        (0, Status::SmallRadius)
    );
}

#[test]
fn several_starts_find_the_best_of_several_minimizers() {
    // 25 local minimizers on the box
    let f = |x: &[f64]| x.iter().map(|x| 0.1 * x * x + (3.0 * x).cos()).sum::<f64>();
    let many = multistart::Options {
        restart: restart::Options {
            bobyqa: Options {
                max_evaluations: 5000,
                ..options()
            },
            ..restart::Options::default()
        },
        starts: 20,
        seed: 1,
    };
    let run = || multistart::minimize(f, &[4.0, -5.0], &[-5.0; 2], &[5.0; 2], &many).unwrap();
    let found = run();
    let value = 2.0 * (0.1 * 1.024_402_f64.powi(2) + (3.0 * 1.024_402_f64).cos());
    assert!(
        (found[0].solution.value - value).abs() < 1e-6,
        "{}",
        found[0]
    );
    assert!(
        found
            .windows(2)
            .all(|w| w[0].solution.value <= w[1].solution.value)
    );
    let evaluations: usize = found.iter().map(|end| end.solution.evaluations).sum();
    assert!(found.len() == 20 && evaluations <= 5000);
    assert_eq!(found, run());
    let free = multistart::minimize(
        f,
        &[4.0, -5.0],
        &[-5.0, f64::NEG_INFINITY],
        &[5.0; 2],
        &many,
    );
    assert_eq!(free, Err(dfo::DfoError::UnboundedBox { index: 1 }));
}
