//! Start, stop, tolerances, budgets, statuses.

use std::ops::ControlFlow;
use std::time::Duration;

use nlp_model::{Counters, Model, Smooth, Verb};
use stopping::{
    Budget, Clock, Counts, Divergence, Known, NlpState, Norm, Progress, Remote, Stall, State,
    Status, Stopping, Tolerance,
};

mod common;

/// A stopping whose score is its state.
fn scored_by_state(x: f64) -> Stopping<(), f64> {
    Stopping::new(x, |_: &(), x: &f64| *x)
}

#[test]
fn the_defaults_are_documented_numbers() {
    let stopping = scored_by_state(1.0);
    assert_eq!(stopping.tolerance().bounds(0), (-1e-6, 1e-6));
    assert_eq!(
        (stopping.tolerance().atol(), stopping.tolerance().rtol()),
        (1e-6, 1e-15)
    );
    assert_eq!(stopping.tolerance().first(), 1.0);
    assert_eq!(stopping.budget().max_iterations, 5000);
    assert_eq!(stopping.budget().max_time, Duration::from_secs(300));
    let divergence = Divergence::default();
    assert_eq!((divergence.point, divergence.objective), (1e50, 1e50));
    assert_eq!(stopping.status(), None);
}

#[test]
fn a_change_of_tolerance_takes_effect_by_update() {
    let mut stopping = scored_by_state(1.0);
    stopping.tolerance_mut().update(0.1, 1e-15);
    assert_eq!(stopping.tolerance().bounds(0), (-0.1, 0.1));
    stopping.state = 0.05;
    assert_eq!(stopping.stop(&()), Some(Status::Optimal));
}

#[test]
fn a_tolerance_that_is_a_number_stays_and_a_rule_follows_its_update() {
    // Stopping.jl has a switch against computing a tolerance anew, and forgets to look at atol when it is off. Here a
    // constant is a constant, and whoever changes atol says so by `update`.
    let constant = Tolerance::each(vec![1e-6]);
    let mut stopping = scored_by_state(1.0)
        .with_tolerance(constant)
        .expect("one score");
    stopping.tolerance_mut().update(1e-2, 1e-15);
    assert_eq!(stopping.start(&()), None);
    assert_eq!(stopping.tolerance().bounds(0), (-1e-6, 1e-6));

    let mut stopping = scored_by_state(1.0);
    stopping.tolerance_mut().update(0.1, 1e-15);
    assert_eq!(stopping.start(&()), None);
    assert_eq!(stopping.tolerance().bounds(0), (-0.1, 0.1));
}

#[test]
fn what_is_given_to_the_check_reaches_the_check_alone() {
    // Stopping.jl takes a keyword `test`. Here the problem is the argument of the check, and changes from stop to stop;
    // the state is updated apart from it, and what is written there cannot be taken for the argument.
    let mut stopping = Stopping::new(1.0, |test: &f64, _: &f64| *test);
    assert_eq!(stopping.start(&1.0), None);
    assert_eq!(stopping.stop(&1.0), None);
    stopping.state = 0.0;
    assert_eq!(stopping.stop(&1.0), None);
    assert_eq!(stopping.stop(&0.0), Some(Status::Optimal));
    assert_eq!(stopping.stop(&1.0), None);
}

#[test]
fn what_the_algorithm_claims_ends_the_run_until_it_starts_anew() {
    let mut stopping = scored_by_state(1.0);
    assert_eq!(stopping.fail(Status::SubOptimal), Status::SubOptimal);
    assert_eq!(stopping.stop(&()), Some(Status::SubOptimal));
    stopping.reset();
    assert_eq!(stopping.status(), None);
    assert_eq!(stopping.start(&()), None);
}

#[test]
fn an_algorithm_cannot_declare_success() {
    let mut stopping = scored_by_state(1.0);
    assert_eq!(stopping.start(&()), None);
    assert_eq!(stopping.fail(Status::Optimal), Status::SubOptimal);
    let mut stopping = scored_by_state(1.0)
        .with_observer(|_, _, _: &Progress| ControlFlow::Break(Status::Optimal));
    assert_eq!(stopping.start(&()), Some(Status::StopByUser));
}

#[test]
fn a_score_of_one_starts_without_an_end() {
    let mut stopping = scored_by_state(1.0).with_clock(Clock::manual());
    assert_eq!(stopping.start(&()), None);
    assert_eq!(
        (stopping.status(), stopping.tolerance().first()),
        (None, 1.0)
    );
    assert_eq!((stopping.score(), stopping.iterations()), (Some(1.0), 0));
}

#[test]
fn iterates_are_unbounded_by_their_largest_entry() {
    let divergence = Divergence {
        point: 6.0_f64.sqrt(),
        ..Divergence::default()
    };
    let one = || Stopping::new(vec![1.0; 6], |_: &(), _: &Vec<f64>| 1.0);
    assert_eq!(one().with_divergence(divergence).stop(&()), None);
    let mut far = one();
    far.state[3] = 1e50 + 1.0;
    assert_eq!(far.stop(&()), Some(Status::UnboundedIterates));
}

#[test]
fn a_score_that_is_not_a_number_is_a_domain_error_and_is_recorded() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut stopping = scored_by_state(bad)
            .with_remote(Remote::cheap())
            .with_history(None);
        assert_eq!(stopping.stop(&()), Some(Status::DomainError));
        assert_eq!(stopping.history().map(|h| h.len()), Some(2));
    }
}

#[test]
fn infinite_tolerances_do_not_make_nan_a_success() {
    let mut stopping = scored_by_state(f64::NAN).with_tolerances(f64::INFINITY, 0.0);
    assert_eq!(stopping.start(&()), Some(Status::DomainError));
    assert!(!stopping.reasons().contains(Status::Optimal));
}

#[test]
fn three_stops_pass_a_budget_of_three_iterations() {
    let mut stopping = scored_by_state(1.0).with_budget(Budget::iterations(3));
    assert_eq!(stopping.start(&()), None);
    for _ in 0..3 {
        assert_eq!(stopping.stop(&()), None);
    }
    assert_eq!(stopping.stop(&()), Some(Status::IterationLimit));
}

#[test]
fn time_counts_from_the_start_and_not_before() {
    let clock = Clock::manual();
    let mut stopping = scored_by_state(1.0).with_clock(clock.clone());
    clock.advance(Duration::from_secs(1000));
    assert_eq!(stopping.stop(&()), None);
    assert_eq!(stopping.start(&()), None);
    clock.advance(Duration::from_secs(300));
    assert_eq!(stopping.stop(&()), None);
    clock.advance(Duration::from_nanos(1));
    assert_eq!(stopping.stop(&()), Some(Status::TimeLimit));
    assert_eq!(stopping.elapsed(), Duration::new(300, 1));
}

#[test]
fn evaluations_are_limited_by_verb_and_in_total() {
    let counters = || {
        let counters = Counters::default();
        counters.add(Verb::Obj);
        counters.add(Verb::Obj);
        counters
    };
    let stop = |budget: Budget, counters: &Counters| {
        Stopping::new(1.0, |_: &Counters, x: &f64| *x)
            .with_counting(|counters: &Counters| Counts::from(counters))
            .with_budget(budget)
            .stop(counters)
    };
    let unlimited = Budget::UNLIMITED;
    let two = unlimited.with_evaluations(Verb::Obj, 2);
    assert_eq!(stop(two, &counters()), None);
    let one_gradient = counters();
    one_gradient.add(Verb::Grad);
    let none = unlimited
        .with_evaluations(Verb::Obj, 3)
        .with_evaluations(Verb::Grad, 0);
    assert_eq!(stop(none, &one_gradient), Some(Status::EvaluationLimit));
    let total = |max_total| Budget {
        max_total,
        ..unlimited
    };
    assert_eq!(stop(total(3), &one_gradient), None);
    assert_eq!(stop(total(2), &one_gradient), Some(Status::EvaluationLimit));
}

#[test]
fn the_evaluations_of_a_model_are_counted() {
    let model = common::valley();
    let budget = Budget::default()
        .with_evaluations(Verb::Obj, 3)
        .with_evaluations(Verb::Grad, 0);
    let mut stopping = Stopping::unconstrained(&model, Norm::Inf).with_budget(budget);
    assert_eq!(stopping.start(&model), None);
    let _ = model.obj(&[0.0; 6]);
    assert_eq!(stopping.stop(&model), None);
    model.grad(&[0.0; 6], &mut [0.0; 6]);
    assert_eq!(stopping.stop(&model), Some(Status::EvaluationLimit));
    assert_eq!(stopping.evaluations().total(), 2);
}

#[test]
fn an_objective_without_bound_ends_a_minimization_only() {
    let stop = |maximize| {
        let mut state = NlpState::new(vec![0.0]);
        state.f = Some(-1e50);
        Stopping::new(state, |_: &(), _: &NlpState| 1.0)
            .with_divergence(Divergence {
                maximize,
                ..Divergence::default()
            })
            .stop(&())
    };
    assert_eq!(stop(false), Some(Status::UnboundedObjective));
    assert_eq!(stop(true), None);
}

#[test]
fn a_check_that_is_off_never_speaks() {
    let counters = Counters::default();
    counters.add(Verb::Obj);
    let remote = Remote {
        evaluations: false,
        ..Remote::default()
    };
    let mut stopping = Stopping::new(1.0, |_: &Counters, x: &f64| *x)
        .with_counting(|counters: &Counters| Counts::from(counters))
        .with_budget(Budget::UNLIMITED.with_evaluations(Verb::Obj, 0))
        .with_remote(remote);
    assert_eq!(stopping.stop(&counters), None);
    stopping.remote_mut().evaluations = true;
    assert_eq!(stopping.stop(&counters), Some(Status::EvaluationLimit));
}

#[test]
fn a_criterion_can_be_replaced_between_stops() {
    let mut stopping = scored_by_state(1.0);
    assert_eq!(stopping.stop(&()), None);
    stopping.set_criterion(|_, _| 0.0);
    assert_eq!(stopping.stop(&()), Some(Status::Optimal));
}

#[test]
fn optimality_is_measured_anew_when_the_point_moves_on() {
    let mut stopping = scored_by_state(0.0);
    assert_eq!(stopping.stop(&()), Some(Status::Optimal));
    stopping.state = 1.0;
    assert_eq!(stopping.stop(&()), None);
}

#[test]
fn an_unknown_score_is_neither_an_end_nor_a_success() {
    let mut stopping = Stopping::new(Known::default(), |_: &(), g: &Known| g.get().map(|g| g[0]))
        .with_tolerance(Tolerance::new(0.0, 0.0).one_sided())
        .expect("one score");
    assert_eq!(stopping.start(&()), None);
    assert_eq!(stopping.stop(&()), None);
    assert_eq!((stopping.score(), stopping.scores()), (None, None));
    stopping.state.set(&[-3.0]);
    assert_eq!(stopping.stop(&()), Some(Status::Optimal));
}

/// A state without a point: the trait has defaults for everything.
struct Gradient(Known);
impl State for Gradient {}

#[test]
fn a_state_of_ones_own_needs_an_empty_implementation() {
    let mut stopping = Stopping::new(Gradient(Known::default()), |_: &(), state: &Gradient| {
        state.0.get().map(|g| Norm::Two.of(g))
    });
    stopping.state.0.set(&[3.0, 4.0]);
    assert_eq!(stopping.start(&()), None);
    assert_eq!(stopping.score(), Some(5.0));
}

#[test]
fn tolerances_may_be_relative_to_the_start_or_to_any_number() {
    let mut relative = scored_by_state(200.0).with_tolerances(0.0, 1e-2);
    assert_eq!(relative.start(&()), None);
    relative.state = 2.0;
    assert_eq!(relative.stop(&()), Some(Status::Optimal));
    // ‖g‖ ≤ ε ‖x₀‖.
    let x0_norm = Norm::Two.of(&[3.0, 4.0]);
    let rule = Tolerance::new(1e-1, 0.0).with_upper(move |atol, _, _| atol * x0_norm);
    let mut scaled = scored_by_state(0.5)
        .with_tolerance(rule)
        .expect("one score");
    assert_eq!(scaled.start(&()), Some(Status::Optimal));
    scaled.state = 0.51;
    assert_eq!(scaled.stop(&()), None);
}

#[test]
fn blocks_of_a_gradient_have_tolerances_of_their_own() {
    let blocks = |x: Vec<f64>| {
        Stopping::with_scores(x, 2, |_: &(), g: &Vec<f64>, scores: &mut [f64]| {
            scores[0] = Norm::Inf.of(&g[..2]);
            scores[1] = Norm::Inf.of(&g[2..]);
        })
        .with_tolerance(Tolerance::each(vec![1e-2, 1e-4]))
        .expect("two scores")
    };
    assert_eq!(
        blocks(vec![1e-2, 0.0, 1e-4]).start(&()),
        Some(Status::Optimal)
    );
    assert_eq!(blocks(vec![1e-2, 0.0, 1e-3]).start(&()), None);
    assert!(
        Stopping::with_scores((), 3, |_: &(), _: &(), _: &mut [f64]| ())
            .with_tolerance(Tolerance::each(vec![1.0; 2]))
            .is_err()
    );
}

#[test]
fn scores_that_no_longer_improve_are_a_stall() {
    let mut stopping = scored_by_state(1.0).with_stall(Stall::SEMISMOOTH_NEWTON);
    assert_eq!(stopping.start(&()), None);
    for _ in 1..100 {
        assert_eq!(stopping.stop(&()), None);
    }
    assert_eq!(stopping.stop(&()), Some(Status::Stalled));
    assert_eq!(stopping.iterations(), 100);
}
