//! Observers, histories, and the cheap preset.

use std::ops::ControlFlow;
use std::time::Duration;

use stopping::{Budget, Clock, Remote, Status, Stopping};

/// A stopping whose score is its state.
fn scored_by_state(x: f64) -> Stopping<(), f64> {
    Stopping::new(x, |_: &(), x: &f64| *x)
}

#[test]
fn observers_see_the_start_and_every_stop() {
    let (sender, seen) = std::sync::mpsc::channel();
    let mut stopping = scored_by_state(4.0)
        .with_clock(Clock::manual())
        .with_observer(move |_, x, progress| {
            let _ = sender.send((progress.iteration, *x, progress.score));
            if *x < 1.0 {
                ControlFlow::Break(Status::StopByUser)
            } else {
                ControlFlow::Continue(())
            }
        });
    let mut status = stopping.start(&());
    while status.is_none() {
        stopping.state /= 3.0;
        status = stopping.stop(&());
    }
    assert_eq!(status, Some(Status::StopByUser));
    let x = [4.0, 4.0 / 3.0, 4.0 / 3.0 / 3.0];
    let expected: Vec<_> = (0..3).map(|k| (k, x[k], Some(x[k]))).collect();
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn a_history_keeps_the_last_states_and_its_best_restarts_the_run() {
    let run = |limit| {
        let mut stopping = scored_by_state(8.0)
            .with_budget(Budget::iterations(9))
            .with_history(limit);
        let mut status = stopping.start(&());
        while status.is_none() {
            // Down to 2, then up again.
            stopping.state = (stopping.state - 2.0).abs() + 1e-3;
            status = stopping.stop(&());
        }
        assert_eq!(stopping.iterations(), 10);
        stopping
    };
    assert_eq!(run(Some(5)).history().map(|h| h.len()), Some(5));
    let mut all = run(None);
    let history = all.history().expect("recorded");
    // The initial state, the start, and ten stops.
    assert_eq!(history.len(), 12);
    let best = history
        .best()
        .map(|entry| (entry.iteration, entry.state))
        .expect("scores are known");
    assert!(history.iter().all(|entry| entry.state >= best.1));
    all.state = best.1;
    assert_eq!(all.start(&()), None);
    assert_eq!((all.score(), all.iterations()), (Some(best.1), 0));
}

#[test]
fn quick_stops_of_the_cheap_preset_read_the_clock_now_and_then() {
    let clock = Clock::manual();
    let mut stopping = scored_by_state(1.0)
        .with_clock(clock.clone())
        .with_remote(Remote::cheap());
    assert_eq!(stopping.start(&()), None);
    // Slow iterations: the limit is seen at once.
    for _ in 0..300 {
        clock.advance(Duration::from_secs(1));
        assert_eq!(stopping.stop(&()), None);
    }
    clock.advance(Duration::from_secs(1));
    assert_eq!(stopping.stop(&()), Some(Status::TimeLimit));
    // Quick ones: at most fifteen stops late.
    assert_eq!(stopping.start(&()), None);
    clock.advance(Duration::from_micros(1));
    assert_eq!(stopping.stop(&()), None);
    assert_eq!(stopping.stop(&()), None);
    clock.advance(Duration::from_secs(301));
    let late = (0..16).take_while(|_| stopping.stop(&()).is_none()).count();
    assert!(late <= 15, "{late}");
    assert_eq!(stopping.status(), Some(Status::TimeLimit));
}

#[test]
fn a_full_stop_collects_all_reasons_and_a_cheap_one_ends_at_the_first() {
    let run = |remote: Remote| {
        let clock = Clock::manual();
        let mut stopping = Stopping::new(vec![1e51], |_: &(), _: &Vec<f64>| 0.0)
            .with_clock(clock.clone())
            .with_budget(Budget {
                max_iterations: 0,
                ..Budget::default()
            })
            .with_remote(Remote {
                score: false,
                ..remote
            });
        let _ = stopping.start(&());
        stopping.remote_mut().score = true;
        clock.advance(Duration::from_secs(301));
        let _ = stopping.stop(&());
        stopping.reasons().iter().collect::<Vec<_>>()
    };
    assert_eq!(
        run(Remote::default()),
        [
            Status::UnboundedIterates,
            Status::Optimal,
            Status::TimeLimit,
            Status::IterationLimit
        ]
    );
    assert_eq!(run(Remote::cheap()), [Status::Optimal]);
}
