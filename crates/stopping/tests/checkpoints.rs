//! Runs put aside and resumed.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nlp_model::{Counters, Verb};
use proptest::prelude::*;
use stopping::{Budget, Checkpoint, Clock, Counts, Stall, Status, Stopping};

/// A chaotic iteration that would show any lost bit: (x, step) with a step that shrinks or grows.
type Orbit = [f64; 2];

fn orbit(start: f64) -> Stopping<Counters, Orbit> {
    Stopping::new([start, 0.37], |_: &Counters, s: &Orbit| s[1])
        .with_clock(Clock::manual())
        .with_tolerances(1e-3, 0.0)
        .with_counting(|counters: &Counters| Counts::from(counters))
        .with_stall(Stall::NoDecrease {
            window: 5,
            factor: 0.9,
        })
        .with_budget(Budget {
            max_total: 60,
            ..Budget::iterations(50)
        })
        .with_history(Some(4))
}

fn step(counters: &Counters, [x, s]: Orbit) -> Orbit {
    counters.add(Verb::Obj);
    let x = 3.999 * x * (1.0 - x);
    [x, s * (0.88 + 0.16 * x)]
}

fn run(stopping: &mut Stopping<Counters, Orbit>, counters: &Counters) -> Status {
    if let Some(status) = stopping.start(counters) {
        return status;
    }
    loop {
        stopping.state = step(counters, stopping.state);
        if let Some(status) = stopping.stop(counters) {
            return status;
        }
    }
}

/// All checkpoints of a run, one after each stop.
fn checkpoints(start: f64) -> (Stopping<Counters, Orbit>, Status, Vec<Checkpoint<Orbit>>) {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&kept);
    let mut stopping = orbit(start).with_checkpoints(1, move |checkpoint| {
        keep.lock().expect("no panic").push(checkpoint.clone());
        ControlFlow::Continue(())
    });
    let status = run(&mut stopping, &Counters::default());
    let list = kept.lock().expect("no panic").clone();
    (stopping, status, list)
}

fn same_end(whole: &Stopping<Counters, Orbit>, resumed: &Stopping<Counters, Orbit>) -> bool {
    whole.state.map(f64::to_bits) == resumed.state.map(f64::to_bits)
        && whole.reasons() == resumed.reasons()
        && whole.iterations() == resumed.iterations()
        && whole.evaluations() == resumed.evaluations()
        && whole.history() == resumed.history()
}

proptest! {
    #[test]
    fn a_resumed_run_gives_the_bits_of_the_whole_one(start in 0.01..0.99, at in any::<prop::sample::Index>()) {
        let (whole, status, list) = checkpoints(start);
        let going_on = &list[..list.len() - 1];
        let checkpoint = at.get(going_on).clone();
        let mut resumed = orbit(start).resume(checkpoint);
        prop_assert_eq!(run(&mut resumed, &Counters::default()), status);
        prop_assert!(same_end(&whole, &resumed));
    }
}

#[cfg(feature = "serde")]
proptest! {
    #[test]
    fn json_keeps_every_bit_of_a_checkpoint(start in 0.01..0.99, at in any::<prop::sample::Index>()) {
        let (whole, status, list) = checkpoints(start);
        let checkpoint = at.get(&list[..list.len() - 1]);
        let json = serde_json::to_string(checkpoint).expect("serializable");
        let read: Checkpoint<Orbit> = serde_json::from_str(&json).expect("readable");
        prop_assert_eq!(&read, checkpoint);
        let mut resumed = orbit(start).resume(read);
        prop_assert_eq!(run(&mut resumed, &Counters::default()), status);
        prop_assert!(same_end(&whole, &resumed));
    }
}

// Note (2026-11-22): Stopping.jl saves after its checks and before it counts the stop, so that a limit of 99 ends the
// run at its 100th stop with the files 0 and 50. Here a stop is counted first; the limit of 98 makes the same files.
#[test]
fn every_fiftieth_stop_is_saved_and_the_start() {
    let iterations = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&iterations);
    let mut stopping = Stopping::new(1.0, |_: &(), x: &f64| *x)
        .with_budget(Budget::iterations(98))
        .with_checkpoints(50, move |checkpoint| {
            told.lock()
                .expect("no panic")
                .push((checkpoint.iterations, checkpoint.state));
            ControlFlow::Continue(())
        });
    let mut status = stopping.start(&());
    while status.is_none() {
        stopping.state += 1.0;
        status = stopping.stop(&());
    }
    assert_eq!(
        (status, stopping.iterations()),
        (Some(Status::IterationLimit), 99)
    );
    assert_eq!(
        *iterations.lock().expect("no panic"),
        [(0, 1.0), (50, 51.0)]
    );
}

#[cfg(feature = "serde")]
#[test]
fn files_of_a_run_are_read_back_as_they_were_written() {
    let folder = std::env::temp_dir().join(format!("stopping-checkpoints-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for tests");
    let file = |k: usize| folder.join(format!("{k}.json"));
    let write = {
        let folder = folder.clone();
        move |checkpoint: &Checkpoint<f64>| {
            let text = serde_json::to_string(checkpoint).expect("serializable");
            let path = folder.join(format!("{}.json", checkpoint.iterations));
            match std::fs::write(path, text) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(Status::Exception),
            }
        }
    };
    let mut stopping = Stopping::new(1.0 / 3.0, |_: &(), _: &f64| 1.0)
        .with_budget(Budget::iterations(98))
        .with_checkpoints(50, write);
    let (mut status, mut states) = (stopping.start(&()), vec![stopping.state]);
    while status.is_none() {
        stopping.state = (stopping.state * 1.7).fract();
        states.push(stopping.state);
        status = stopping.stop(&());
    }
    assert_eq!(status, Some(Status::IterationLimit));
    assert_eq!(std::fs::read_dir(&folder).expect("readable").count(), 2);
    for k in [0, 50] {
        let text = std::fs::read_to_string(file(k)).expect("a file for each fiftieth stop");
        let read: Checkpoint<f64> = serde_json::from_str(&text).expect("readable");
        assert_eq!(
            (read.iterations, read.state.to_bits()),
            (k, states[k].to_bits())
        );
    }
    std::fs::remove_dir_all(folder).expect("removable");
}

#[test]
fn time_spent_before_the_checkpoint_counts() {
    let clock = Clock::manual();
    let budget = Budget {
        max_time: Duration::from_secs(10),
        ..Budget::UNLIMITED
    };
    let fresh = |clock: &Clock| {
        Stopping::new(1.0, |_: &(), x: &f64| *x)
            .with_clock(clock.clone())
            .with_budget(budget)
    };
    let mut first = fresh(&clock);
    assert_eq!(first.start(&()), None);
    clock.advance(Duration::from_secs(8));
    assert_eq!(first.stop(&()), None);
    let checkpoint = first.checkpoint();

    // Another process, whose clock is younger than the time spent.
    let clock = Clock::manual();
    let mut second = fresh(&clock).resume(checkpoint);
    assert_eq!(second.start(&()), None);
    assert_eq!(second.elapsed(), Duration::from_secs(8));
    clock.advance(Duration::from_secs(2));
    assert_eq!(second.stop(&()), None);
    clock.advance(Duration::from_nanos(1));
    assert_eq!(second.stop(&()), Some(Status::TimeLimit));
    // A further start is a new run.
    assert_eq!(second.start(&()), None);
    assert_eq!((second.iterations(), second.elapsed()), (0, Duration::ZERO));
}

#[test]
fn a_checkpoint_that_cannot_be_saved_may_end_the_run() {
    let mut stopping = Stopping::new(1.0, |_: &(), x: &f64| *x).with_checkpoints(2, |c| {
        if c.iterations == 2 {
            ControlFlow::Break(Status::Exception)
        } else {
            ControlFlow::Continue(())
        }
    });
    assert_eq!((stopping.start(&()), stopping.stop(&())), (None, None));
    assert_eq!(stopping.stop(&()), Some(Status::Exception));
}
