//! The gallery of examples: each solution against a number from elsewhere.
#![allow(
    clippy::duplicate_mod,
    reason = "each example has the drawing module for itself"
)]

#[path = "../examples/demand_response.rs"]
mod demand_response;
#[path = "../examples/inverse_control.rs"]
mod inverse_control;
#[path = "../examples/oligopoly.rs"]
mod oligopoly;
#[path = "../examples/principal_agent.rs"]
mod principal_agent;
#[path = "../examples/ridge.rs"]
mod ridge;
#[path = "../examples/taxed_market.rs"]
mod taxed_market;
#[path = "../examples/toll_setting.rs"]
mod toll_setting;

use stackelberg::{BilevelSolution, BilevelStatus};

fn is_certified(solution: &BilevelSolution) {
    assert_eq!(solution.status, BilevelStatus::Proved, "{solution}");
    assert!(
        solution.upper_violation <= 1e-6 && solution.lower_violation <= 1e-6,
        "{solution}"
    );
}

fn near(found: f64, exact: f64, tolerance: f64) {
    assert!(
        (found - exact).abs() <= tolerance,
        "{found} instead of {exact}"
    );
}

/// The smallest value on a grid.
fn smallest(from: f64, to: f64, count: u32, value: impl Fn(f64) -> f64) -> f64 {
    let grid = (0..=count).map(|k| from + (to - from) * f64::from(k) / f64::from(count));
    grid.map(value).fold(f64::INFINITY, f64::min)
}

#[test]
fn the_toll_is_half_of_what_closes_the_road() {
    let solution = toll_setting::solve().unwrap();
    is_certified(&solution);
    // f grows by 6.5 m² / 2 with the error m of the middle road, so that the gap leaves m open by this
    let room = (2.0 * solution.gap().unwrap() / 6.5).sqrt();
    near(solution.x[0], 6.5, 0.1);
    near(
        solution.y[2],
        toll_setting::middle(solution.x[0]),
        room + 1e-6,
    );
    let best = smallest(0.0, 20.0, 2_000, |toll| -toll * toll_setting::middle(toll));
    near(best, -6.5, 1e-12);
    near(solution.objective, best, 6.6 * room + 1e-4);
    assert!(room < 0.02);
    // Braess: 92 minutes each with the road, 83 without
    near(toll_setting::travel_time(0.0), 6.0 * 92.0, 1e-12);
    near(toll_setting::travel_time(13.0), 6.0 * 83.0, 1e-12);
}

#[test]
fn the_leader_sells_as_much_as_best_responses_say() {
    let solution = oligopoly::solve().unwrap();
    is_certified(&solution);
    near(solution.x[0], 52.5, 0.1);
    near(-solution.objective, 689.0625, 1e-2);
    let best = smallest(0.0, 100.0, 1_000, |x| -oligopoly::profit(x));
    near(solution.objective, best, 1e-2);
    for (found, exact) in solution.y.iter().zip([13.125, 8.125, 3.125]) {
        near(*found, exact, 0.05);
    }
}

#[test]
fn the_principal_stops_where_the_agent_is_indifferent() {
    let solution = principal_agent::solve().unwrap();
    is_certified(&solution);
    // at x = 1 the gain is even in y
    near(solution.x[0], 1.0, 1e-3);
    near(solution.y[0], 0.957_504, 1e-3);
    near(principal_agent::stationary(0.957_504), 1.0, 1e-4);
    let best = smallest(0.0, 2.0, 400, |x| {
        let efforts = || (-2_000..=2_000).map(|k| f64::from(k) / 1e3);
        let top = efforts()
            .map(|y| principal_agent::gain(x, y))
            .fold(0.0, f64::max);
        let chosen = efforts().filter(|y| principal_agent::gain(x, *y) >= top - 1e-12);
        chosen
            .map(|y| (x - 2.0).powi(2) + (y - 1.0).powi(2))
            .fold(f64::INFINITY, f64::min)
    });
    near(solution.objective, best, 2e-3);
}

#[test]
fn the_penalty_is_that_of_a_scan_and_the_error_is_stationary_in_it() {
    let solution = ridge::solve().unwrap();
    is_certified(&solution);
    let error = |x: f64| {
        let w = ridge::fit(x.exp());
        let at = |t: f64| w[0] * t + w[1] * t * t + w[2] * t * t * t;
        let squares = ridge::VALIDATION.iter().map(|(t, v)| (at(*t) - v).powi(2));
        squares.sum::<f64>() / ridge::VALIDATION.len() as f64
    };
    near(solution.objective, smallest(-12.0, 5.0, 170, error), 1e-3);
    near(solution.objective, error(solution.x[0]), 1e-4);
    assert!((-11.9..4.9).contains(&solution.x[0]), "{solution}");
    // y is exact to 1e-6 in the value of a fit only
    let slope = ridge::slope(&solution.x, &ridge::fit(solution.x[0].exp())).unwrap();
    let h = 1e-3;
    let difference = (error(solution.x[0] + h) - error(solution.x[0] - h)) / (2.0 * h);
    near(slope, difference, 1e-5);
}

#[test]
fn the_tariff_is_that_of_the_closed_form() {
    let solution = demand_response::solve().unwrap();
    is_certified(&solution);
    // p = 8 + ½ (2 (d − mean d) + c − mean c), cut by nothing
    let exact = [3.5, 6.5, 14.0];
    for (found, exact) in solution.x.iter().zip(exact) {
        near(*found, exact, 0.05);
    }
    // f grows by the square of an error of y, and p − c is (1.5, 2.5, 5)
    let room = 5.9 * solution.gap().unwrap().sqrt();
    near(-solution.objective, 66.25, room + 1e-3);
    near(demand_response::profit(exact), 66.25, 1e-12);
    assert!(room < 0.1);
    let mut best = f64::NEG_INFINITY;
    for i in 0..=150 {
        for j in 0..=150 {
            let (p1, p2) = (0.1 * f64::from(i), 0.1 * f64::from(j));
            if (9.0..=24.0).contains(&(p1 + p2)) {
                best = best.max(demand_response::profit([p1, p2, 24.0 - p1 - p2]));
            }
        }
    }
    near(best, 66.25, 1e-2);
}

#[test]
fn the_costs_behind_the_movement_are_found() {
    let solution = inverse_control::solve().unwrap();
    is_certified(&solution);
    near(solution.objective, 0.0, 1e-4);
    near(solution.x[0], 2.0, 0.05);
    near(solution.x[1], 1.0, 0.05);
}

#[test]
fn the_market_moves_by_a_half_then_by_a_third() {
    for (tax, factor) in [(1.0, 0.5), (2.0, 0.5), (3.0, 1.0 / 3.0), (4.0, 1.0 / 3.0)] {
        let (stability, sample) = taxed_market::examine(tax).unwrap();
        let modulus = stability.bound().unwrap().max;
        near(modulus.lower, factor, 1e-6);
        near(modulus.upper, factor, 1e-6);
        near(sample.quotients[2].max, factor, 1e-3);
    }
    let (stability, sample) = taxed_market::examine(2.5).unwrap();
    assert_eq!(stability.bound(), None, "{stability}");
    near(sample.quotients[2].max, 0.5, 1e-3);
}
