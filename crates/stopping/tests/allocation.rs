//! After construction nothing allocates, unless a history is on.

mod common;

use std::ops::ControlFlow;
use std::time::Duration;

use allocation_counter::measure;
use nlp_model::Counters;
use stopping::{Budget, Counts, NlpState, Norm, Remote, Stall, State, Status, Stopping};

/// Allocations of a start and a thousand stops.
fn allocations<P: ?Sized, S: State>(problem: &P, stopping: &mut Stopping<P, S>) -> u64 {
    let counted = measure(|| {
        assert_eq!(stopping.start(problem), None);
        for _ in 0..1000 {
            assert_eq!(stopping.stop(problem), None);
        }
    });
    assert_eq!(stopping.iterations(), 1000);
    counted.count_total
}

/// Everything a run may have, history excepted.
fn full(x: Vec<f64>) -> Stopping<Counters, Vec<f64>> {
    Stopping::with_scores(x, 2, |_: &Counters, x: &Vec<f64>, out: &mut [f64]| {
        out[0] = Norm::Two.of(x);
        out[1] = Norm::Inf.of(x);
    })
    .with_tolerances(1e-6, 1e-3)
    .with_counting(|counters: &Counters| Counts::from(counters))
    .with_stall(Stall::Variance {
        window: 50,
        threshold: -1.0,
    })
    .with_observer(|_, _, _| ControlFlow::Continue(()))
    .with_budget(Budget {
        max_total: 1 << 40,
        max_time: Duration::from_secs(3600),
        ..Budget::UNLIMITED
    })
}

#[test]
fn a_full_stop_does_not_allocate() {
    let counters = Counters::default();
    assert_eq!(allocations(&counters, &mut full(vec![1.0; 10])), 0);
}

#[test]
fn a_cheap_stop_does_not_allocate() {
    let mut stopping = Stopping::new(vec![1.0; 10], |_: &(), x: &Vec<f64>| Norm::Inf.of(x))
        .with_remote(Remote::cheap());
    assert_eq!(allocations(&(), &mut stopping), 0);
}

#[test]
fn three_levels_do_not_allocate() {
    let counters = Counters::default();
    let mut main = full(vec![1.0; 10]);
    assert_eq!(main.start(&counters), None);
    let mut middle = full(vec![1.0; 10]).inside(&main);
    assert_eq!(middle.start(&counters), None);
    let mut inner = full(vec![1.0; 10]).inside_sharing_counters(&middle);
    assert_eq!(allocations(&counters, &mut inner), 0);
}

#[test]
fn a_kkt_residual_does_not_allocate() {
    let model = common::constrained_valley();
    let mut stopping = Stopping::kkt(&model, Norm::Inf);
    stopping.state.fill_in(&model);
    assert_eq!(allocations(&model, &mut stopping), 0);
}

#[test]
fn moving_a_known_state_does_not_allocate() {
    let mut state = NlpState::new(vec![1.0; 10]);
    state.g.set(&[1.0; 10]);
    let counted = measure(|| {
        for _ in 0..100 {
            state.x_mut()[0] += 1.0;
            assert!(!state.g.is_known());
            state.g.fill(10, |g| g.fill(2.0));
        }
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn a_history_does_allocate_so_that_the_count_can_fail() {
    let mut stopping = Stopping::new(vec![1.0; 10], |_: &(), _: &Vec<f64>| 1.0).with_history(None);
    let counted = measure(|| {
        let status: Option<Status> = stopping.start(&());
        assert_eq!(status, None);
    });
    assert!(counted.count_total > 0);
}
