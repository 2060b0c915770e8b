//! What holds for every run, on every problem.

use proptest::prelude::*;
use stackelberg::bolib::{self, Problem};
use stackelberg::linalg::slice::norm2;
use stackelberg::nlp_model::Linearised;
use stackelberg::ssn::systems::value_function::ValueFunctionSystem;
use stackelberg::ssn::value_function::{Solution, solve_bilevel};
use stackelberg::ssn::{FISCHER_BURMEISTER, Options, PairRule, SemismoothSystem};

/// ‖Φ‖ at the end of a run, evaluated anew with the Fischer–Burmeister function.
fn residual(problem: &Problem, run: &Solution) -> f64 {
    let model = problem.build();
    let qvi = Linearised::new(&*model).unwrap();
    let rule = PairRule {
        ncp: &FISCHER_BURMEISTER,
        degenerate: 0.0,
    };
    let system = ValueFunctionSystem::new(&qvi, run.lambda, rule).unwrap();
    let zeta = [&run.x[..], &run.y, &run.xi, &run.u, &run.v, &run.w].concat();
    let mut phi = vec![0.0; system.size()];
    system.residual(&zeta, &mut phi);
    norm2(&phi)
}

fn runs() -> impl Iterator<Item = (&'static Problem, Solution)> {
    bolib::problems().iter().step_by(4).flat_map(|problem| {
        let model = problem.build();
        [1.0 / 3.0, 3.0].map(|lambda| {
            let start = problem.starts[0];
            let options = Options::default();
            (
                problem,
                solve_bilevel(&*model, start.x, start.y, lambda, &options).unwrap(),
            )
        })
    })
}

#[test]
fn success_means_that_the_residual_evaluated_anew_is_small() {
    let mut successes = 0;
    for (problem, run) in runs() {
        let again = residual(problem, &run);
        if run.status.is_success() {
            successes += 1;
            // the penalized function differs from that of Fischer and Burmeister by its weight
            assert!(again <= 1.1e-8, "{}: {again:e}\n{run}", problem.name);
            assert!(run.violation <= 1e-7, "{}\n{run}", problem.name);
            assert!(
                run.w
                    .iter()
                    .chain(&run.v)
                    .chain(&run.u)
                    .all(|&mu| mu > -1e-7)
            );
        } else {
            assert!(run.residual > 1e-8, "{}\n{run}", problem.name);
        }
    }
    assert!(successes > 40, "{successes} of 62");
}

#[test]
fn a_run_ends_at_its_best_iterate_and_tells_its_history() {
    for (problem, run) in runs() {
        let least = run.history.iter().copied().fold(f64::INFINITY, f64::min);
        assert!(
            run.residual <= least * (1.0 + 1e-12),
            "{}\n{run}",
            problem.name
        );
        assert!(run.history.len() > run.iterations, "{}", problem.name);
    }
}

#[test]
fn the_same_call_twice_gives_the_same_bits() {
    for ((_, a), (_, b)) in runs().zip(runs()) {
        assert_eq!(
            Solution { seconds: 0.0, ..a },
            Solution { seconds: 0.0, ..b }
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_finite_start_ends_honestly(
        index in 0..124usize,
        seed in proptest::collection::vec(-100.0..100.0f64, 20),
        lambda in 1e-3..1e3f64,
    ) {
        let problem = &bolib::problems()[index];
        let model = problem.build();
        let (x0, y0) = (&seed[..problem.nx], &seed[problem.nx..problem.variables()]);
        let run = solve_bilevel(&*model, x0, y0, lambda, &Options::default()).unwrap();
        prop_assert_eq!(run.status.is_success(), run.residual <= 1e-8);
        if run.status.is_success() {
            prop_assert!(run.x.iter().chain(&run.y).all(|v| v.is_finite()));
        }
    }
}
