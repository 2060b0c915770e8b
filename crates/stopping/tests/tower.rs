//! Runs inside runs: time, evaluations, cancellation, and how the end of one ends the others.

use std::time::Duration;

use nlp_model::{Counters, Verb};
use proptest::prelude::*;
use stopping::{Budget, CancelToken, Clock, Counts, Game, Remote, Status, Stopping};

type Plain = Stopping<(), f64>;

fn score(_: &(), x: &f64) -> f64 {
    *x
}

/// Main, middle and inner run with one clock.
fn three_levels(clock: &Clock, main: Budget) -> (Plain, Plain, Plain) {
    let main = Stopping::new(1.0, score)
        .with_clock(clock.clone())
        .with_budget(main);
    let middle = main.child(1.0, score).with_budget(Budget::UNLIMITED);
    let inner = middle.child(1.0, score).with_budget(Budget::UNLIMITED);
    (main, middle, inner)
}

#[test]
fn the_time_of_the_main_run_ends_all_levels_with_honest_names() {
    let clock = Clock::manual();
    let budget = Budget {
        max_time: Duration::from_secs(2),
        ..Budget::UNLIMITED
    };
    let (mut main, mut middle, mut inner) = three_levels(&clock, budget);
    assert_eq!(
        (main.start(&()), middle.start(&()), inner.start(&())),
        (None, None, None)
    );
    clock.advance(Duration::from_secs(2));
    assert_eq!(inner.stop(&()), None);
    clock.advance(Duration::from_nanos(1));
    assert_eq!(inner.stop(&()), Some(Status::ParentLimit));
    assert!(!inner.reasons().contains(Status::TimeLimit));
    // The levels above know before they stop themselves.
    assert_eq!(middle.status(), Some(Status::ParentLimit));
    assert_eq!(main.status(), Some(Status::TimeLimit));
    assert_eq!(middle.stop(&()), Some(Status::ParentLimit));
    assert_eq!(main.stop(&()), Some(Status::TimeLimit));
}

#[test]
fn an_endless_inner_run_ends_by_the_wall_time_of_the_main_run() {
    let limit = Duration::from_millis(20);
    let mut main = Stopping::new(1.0, score).with_budget(Budget {
        max_time: limit,
        ..Budget::UNLIMITED
    });
    assert_eq!(main.start(&()), None);
    let mut inner = main.child(1.0, score).with_budget(Budget::UNLIMITED);
    let mut status = inner.start(&());
    while status.is_none() {
        status = inner.stop(&());
    }
    assert_eq!(status, Some(Status::ParentLimit));
    assert_eq!(main.stop(&()), Some(Status::TimeLimit));
    assert!(main.elapsed() > limit);
}

#[test]
fn an_endless_random_run_below_a_limit_of_two_seconds_ends_within_half_a_second_of_it() {
    // The iterations take random times of less than half a second; the clock is set by hand.
    let clock = Clock::manual();
    let budget = Budget {
        max_time: Duration::from_secs(2),
        ..Budget::UNLIMITED
    };
    for seed in 1..50_u64 {
        let (mut main, mut middle, mut inner) = three_levels(&clock, budget);
        assert_eq!((main.start(&()), middle.start(&())), (None, None));
        let (mut random, mut status) = (seed, inner.start(&()));
        while status.is_none() {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            clock.advance(Duration::from_millis((random >> 33) % 500));
            inner.state = 1.0 + (random >> 40) as f64;
            status = inner.stop(&());
        }
        assert_eq!(status, Some(Status::ParentLimit));
        assert_eq!(main.status(), Some(Status::TimeLimit));
        assert!(!inner.reasons().contains(Status::TimeLimit));
        let elapsed = main.elapsed();
        assert!(Duration::from_secs(2) < elapsed && elapsed < Duration::from_millis(2500));
    }
}

#[test]
fn one_token_cancels_towers_that_know_nothing_of_each_other() {
    let token = CancelToken::new();
    let mut runs = [1.0, 2.0].map(|x| Stopping::new(x, score).with_cancel_token(token.clone()));
    let mut below = runs[1].child(1.0, score);
    let mut outside: Plain = Stopping::new(1.0, score);
    for run in runs.iter_mut().chain([&mut below, &mut outside]) {
        assert_eq!(run.start(&()), None);
    }
    token.cancel();
    for run in runs.iter_mut().chain([&mut below]) {
        assert_eq!(run.stop(&()), Some(Status::Cancelled));
    }
    assert_eq!(outside.stop(&()), None);
    // What was set before stays: budget, place in the tower.
    let fresh = below.child(1.0, score).with_budget(Budget::iterations(0));
    let mut fresh = fresh.with_cancel_token(CancelToken::new());
    assert_eq!(fresh.start(&()), Some(Status::Cancelled));
    let _ = fresh.stop(&());
    assert!(fresh.reasons().contains(Status::IterationLimit));
}

#[test]
fn one_cancel_ends_the_whole_tower_even_in_the_cheap_preset() {
    let clock = Clock::manual();
    let (mut main, mut middle, inner) = three_levels(&clock, Budget::UNLIMITED);
    let mut inner = inner.with_remote(Remote::cheap());
    assert_eq!(
        (main.start(&()), middle.start(&()), inner.start(&())),
        (None, None, None)
    );
    middle.cancel_token().cancel();
    assert_eq!(inner.stop(&()), Some(Status::Cancelled));
    assert_eq!(main.stop(&()), None);
    main.cancel_token().cancel();
    assert_eq!(main.stop(&()), Some(Status::Cancelled));
    assert!(main.cancel_token().is_cancelled());
}

#[test]
fn a_run_in_another_thread_is_cancelled_from_this_one() {
    let main: Stopping<(), f64> = Stopping::new(1.0, score);
    let mut inner = main.child(1.0, score).with_budget(Budget::UNLIMITED);
    let status = std::thread::scope(|scope| {
        let worker = scope.spawn(move || {
            let mut status = inner.start(&());
            while status.is_none() {
                status = inner.stop(&());
            }
            status
        });
        main.cancel_token().cancel();
        worker.join().expect("no panic")
    });
    assert_eq!(status, Some(Status::Cancelled));
}

#[test]
fn a_parent_that_ended_ends_its_children_and_one_that_is_content_does_not() {
    let mut main: Plain = Stopping::new(1.0, score);
    let mut inner = main.child(1.0, score);
    assert_eq!((main.start(&()), inner.start(&())), (None, None));
    main.state = 0.0;
    assert_eq!(main.stop(&()), Some(Status::Optimal));
    assert_eq!(inner.stop(&()), None);
    main.fail(Status::SubproblemFailure);
    assert_eq!(inner.stop(&()), Some(Status::ParentLimit));
    // A new start of the parent is a new life for the child.
    main.state = 1.0;
    assert_eq!((main.start(&()), inner.start(&())), (None, None));
    assert_eq!(inner.stop(&()), None);
}

fn counting(counters: &Counters) -> Counts {
    Counts::from(counters)
}

fn counted() -> Stopping<Counters, f64> {
    Stopping::new(1.0, |_: &Counters, x: &f64| *x).with_counting(counting)
}

#[test]
fn evaluations_below_are_added_or_shared_but_never_counted_twice() {
    for shared in [false, true] {
        let (above, below) = (Counters::default(), Counters::default());
        let mut main = counted().with_budget(Budget {
            max_total: 10,
            ..Budget::UNLIMITED
        });
        assert_eq!(main.start(&above), None);
        let mut inner = if shared {
            Stopping::new(1.0, |_: &Counters, x: &f64| *x).inside_sharing_counters(&main)
        } else {
            main.child(1.0, |_: &Counters, x: &f64| *x)
        }
        .with_counting(counting);
        let below = if shared { &above } else { &below };
        for round in 1..=2_u64 {
            above.add(Verb::Grad);
            assert_eq!(inner.start(below), None);
            for _ in 0..4 {
                below.add(Verb::Obj);
                assert_eq!(inner.stop(below), None);
            }
            assert_eq!(main.stop(&above), None, "shared {shared}, round {round}");
            assert_eq!(main.evaluations().total(), 5 * round);
        }
        // Ten are spent; the next one is too much, and the inner run notices.
        assert_eq!(inner.start(below), None);
        below.add(Verb::Obj);
        assert_eq!(inner.stop(below), Some(Status::ParentLimit));
        assert_eq!(main.status(), Some(Status::EvaluationLimit));
    }
}

#[test]
fn runs_that_take_turns_on_the_same_counters_charge_each_evaluation_once() {
    let counters = Counters::default();
    let mut main = counted().with_budget(Budget {
        max_total: 1000,
        ..Budget::UNLIMITED
    });
    assert_eq!(main.start(&counters), None);
    let mut runs = [counted(), counted()].map(|run| run.inside_sharing_counters(&main));
    for _ in 0..3 {
        for run in &mut runs {
            // One evaluation before the start, one in the run, and one by the outer run itself.
            counters.add(Verb::Obj);
            assert_eq!(run.start(&counters), None);
            counters.add(Verb::Grad);
            assert_eq!(run.stop(&counters), None);
            assert_eq!(main.evaluations(), Counts::from(&counters));
        }
        counters.add(Verb::Cons);
        assert_eq!(main.stop(&counters), None);
        assert_eq!(main.evaluations(), Counts::from(&counters));
    }
}

#[test]
fn one_player_out_of_evaluations_ends_the_game() {
    let problem = Counters::default();
    let unhappy = |_: &Counters, x: &f64| *x;
    let mut game = Game::new(Budget::default())
        .with_player(0.0, unhappy)
        .with_player_stopping(|whole| {
            whole
                .child(1.0, unhappy)
                .with_counting(counting)
                .with_budget(Budget::default().with_evaluations(Verb::Obj, 3))
        });
    let problems = [&problem, &problem];
    let mut status = game.start(&problems);
    while status.is_none() {
        problem.add(Verb::Obj);
        status = game.stop(&problems);
    }
    assert_eq!(status, Some(Status::EvaluationLimit));
    assert_eq!(game.whole().iterations(), 4);
    // At a common solution the limit does not matter any more.
    game.players[1].state = 0.0;
    assert_eq!(game.stop(&problems), Some(Status::Optimal));
}

#[test]
fn a_game_inside_a_run_ends_with_it() {
    let mut outer: Plain = Stopping::new(1.0, score);
    assert_eq!(outer.start(&()), None);
    let mut game: Game<(), f64> = Game::new(Budget::default())
        .inside(&outer)
        .with_player(1.0, score);
    assert_eq!(game.start(&[&()]), None);
    outer.fail(Status::SubproblemFailure);
    assert_eq!(game.stop(&[&()]), Some(Status::ParentLimit));
}

#[test]
fn the_time_of_a_game_is_the_games_own_reason() {
    let mut game: Game<(), f64> = Game::new(Budget {
        max_time: Duration::ZERO,
        ..Budget::default()
    })
    .with_player(1.0, score)
    .with_player(1.0, score);
    assert_eq!(game.start(&[&(), &()]), None);
    std::thread::sleep(Duration::from_millis(1));
    assert_eq!(game.stop(&[&(), &()]), Some(Status::TimeLimit));
    assert_eq!(game.players[0].status(), Some(Status::ParentLimit));
}

proptest! {
    /// The budget of the main run is never exceeded by more than one inner iteration, three levels deep, whatever the
    /// inner iterations cost and whichever levels share their counters.
    #[test]
    fn a_budget_is_exceeded_by_one_inner_iteration_at_most(
        limit in 0_u64..200,
        cost in 1_u64..7,
        shares in prop::array::uniform2(any::<bool>()),
        repeats in prop::array::uniform2(1_usize..5),
        total in any::<bool>(),
    ) {
        let budget = if total {
            Budget { max_total: limit, ..Budget::UNLIMITED }
        } else {
            Budget::UNLIMITED.with_evaluations(Verb::Obj, limit)
        };
        let counters: [Counters; 3] = Default::default();
        // The counters that a level reads: its own, or those of the level above.
        let middle_reads = if shares[0] { 0 } else { 1 };
        let inner_reads = if shares[1] { middle_reads } else { 2 };
        let same = |_: &Counters, x: &f64| *x;
        let mut main = counted().with_budget(budget);
        let mut middle = if shares[0] { Stopping::new(1.0, same).inside_sharing_counters(&main) } else { main.child(1.0, same) }
            .with_counting(counting)
            .with_budget(Budget::UNLIMITED);
        let mut inner = if shares[1] { Stopping::new(1.0, same).inside_sharing_counters(&middle) } else { middle.child(1.0, same) }
            .with_counting(counting)
            .with_budget(Budget::UNLIMITED);

        let mut status = main.start(&counters[0]);
        'run: while status.is_none() {
            if middle.start(&counters[middle_reads]).is_none() {
                for _ in 0..repeats[0] {
                    if inner.start(&counters[inner_reads]).is_some() { break; }
                    for _ in 0..repeats[1] {
                        for _ in 0..cost { counters[inner_reads].add(Verb::Obj); }
                        if inner.stop(&counters[inner_reads]).is_some() { break; }
                    }
                    if middle.stop(&counters[middle_reads]).is_some() { break; }
                }
            }
            status = main.stop(&counters[0]);
            prop_assert!(main.iterations() < 1000);
            if status.is_some() { break 'run; }
        }
        prop_assert_eq!(status, Some(Status::EvaluationLimit));
        let spent: u64 = counters.iter().map(Counters::total).sum();
        prop_assert!(spent > limit && spent <= limit + cost, "{} of {}", spent, limit);
        prop_assert_eq!(main.evaluations().total(), spent);
    }
}
