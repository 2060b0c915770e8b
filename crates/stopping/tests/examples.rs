//! The worked examples, run with their assertions.

#[path = "../examples/active_set.rs"]
mod active_set;
#[path = "../examples/alternating_projections.rs"]
mod alternating_projections;
#[path = "../examples/block_descent.rs"]
mod block_descent;
#[path = "../examples/foreign_solver.rs"]
mod foreign_solver;
#[path = "../examples/nash_game.rs"]
mod nash_game;
#[path = "../examples/newton.rs"]
mod newton;
#[path = "../examples/one_hour_or_fifty.rs"]
mod one_hour_or_fifty;
#[path = "../examples/overfitting.rs"]
mod overfitting;
#[path = "../examples/penalty.rs"]
mod penalty;
#[path = "../examples/warm_start.rs"]
mod warm_start;

#[test]
fn newton_solves_a_quadratic_in_one_step() {
    newton::main();
}
#[test]
fn active_sets_tweak_the_inner_criterion() {
    active_set::main();
}
#[test]
fn a_penalty_method_halves_twenty_times() {
    penalty::main();
}
#[test]
fn alternating_projections_meet_after_twenty_three_sweeps() {
    alternating_projections::main();
}
#[test]
fn two_players_agree_after_twelve_sweeps() {
    nash_game::main();
}
#[test]
fn one_hour_or_fifty_stops_by_user() {
    one_hour_or_fifty::main();
}
#[test]
fn a_monitor_ends_the_run_before_it_overfits() {
    overfitting::main();
}
#[test]
fn the_best_of_a_history_starts_the_next_run() {
    warm_start::main();
}
#[test]
fn short_inner_runs_use_the_cheap_preset() {
    block_descent::main();
}
#[test]
fn a_foreign_solver_is_asked_until_our_score_agrees() {
    foreign_solver::main();
}
