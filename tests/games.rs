//! Games of the literature, by decomposition and by the KKT conditions of all players; replies verified by brute force.

#[path = "games/failures.rs"]
mod failures;
#[path = "games/table.rs"]
mod table;

use mpec::game::{GameConditions, NashGame, Player, decompose, solve_conditions};
use nlp_model::{Model, Scalar, Smooth};
use stackelberg::{mpec, nlp_model, stopping};
use stopping::Status;
use table::{Method, Table, assert_equilibrium, models, run};

const INF: f64 = f64::INFINITY;

/// River basin pollution (KrawczykUryasev2000): two shared rows, three players.
#[derive(Clone, Copy)]
struct River;
impl Table for River {
    const PLAYERS: usize = 3;
    const ROWS: usize = 2;
    fn theta<T: Scalar>(&self, nu: usize, x: &[T]) -> T {
        let (c1, c2) = ([0.10, 0.12, 0.15][nu], [0.01, 0.05, 0.01][nu]);
        let price = T::from(3.0) - (x[0] + x[1] + x[2]) * 0.01;
        x[nu] * (x[nu] * c2 + c1 - price)
    }
    fn rows<T: Scalar>(&self, _: usize, x: &[T], c: &mut [T]) {
        let e = [0.50, 0.25, 0.75];
        let delivery = [[6.5, 5.0, 5.5], [4.583, 6.250, 3.750]];
        for (c, u) in c.iter_mut().zip(delivery) {
            *c = (0..3).fold(T::from(-100.0), |sum, k| sum + x[k] * (u[k] * e[k]));
        }
    }
}

#[test]
fn the_river_basin_has_the_published_normalized_equilibrium() {
    let expected = [21.1448, 16.0279, 2.7260];
    let end = run(River, &[0.0; 3], solve_conditions);
    assert_equilibrium(River, &end, &expected, 1e-3);
    // One multiplier for all. Stationarity of player 0: 0.1 + 0.02 x₀ − 3 + 0.01 (2x₀ + x₁ + x₂) + 3.25 λ = 0.
    for y in &end.multipliers {
        assert!((y[0] - 0.5744).abs() < 1e-4 && y[1].abs() < 1e-6, "{end}");
        assert_eq!(y, &end.multipliers[0]);
    }
    // Each reply leaves the others what the row still allows: another equilibrium, and one all the same.
    let other = run(River, &[0.0; 3], decompose);
    assert_equilibrium(River, &other, &other.x.clone(), 0.0);
    assert!((other.x[0] - expected[0]).abs() > 0.1, "{other}");
}

/// Harker's game (Harker1991): (5, 9), and the points (α, 15 − α) with 9 ≤ α ≤ 10.
#[derive(Clone, Copy)]
struct Harker;
impl Table for Harker {
    const PLAYERS: usize = 2;
    const ROWS: usize = 1;
    fn theta<T: Scalar>(&self, nu: usize, x: &[T]) -> T {
        if nu == 0 {
            x[0] * (x[0] + x[1] * (8.0 / 3.0) - 34.0)
        } else {
            x[1] * (x[1] + x[0] * 1.25 - 24.25)
        }
    }
    fn rows<T: Scalar>(&self, _: usize, x: &[T], c: &mut [T]) {
        c[0] = x[0] + x[1] - 15.0;
    }
    fn bounds(&self, _: usize) -> (f64, f64) {
        (0.0, 10.0)
    }
}

#[test]
fn both_kinds_of_equilibria_of_harker_are_found() {
    let end = run(Harker, &[0.0; 2], solve_conditions);
    assert_equilibrium(Harker, &end, &[5.0, 9.0], 1e-6);
    let end = run(Harker, &[10.0, 0.0], decompose);
    assert_equilibrium(Harker, &end, &end.x.clone(), 0.0);
    let isolated = (end.x[0] - 5.0).abs() + (end.x[1] - 9.0).abs() < 1e-5;
    let on_the_segment = end.x[0] > 9.0 - 1e-6 && (end.x[0] + end.x[1] - 15.0).abs() < 1e-6;
    assert!(isolated || on_the_segment, "{end}");
}

/// Internet switching (FacchineiKanzow2009, problems A.1 and A.2): x_ν = (N − 1)/N² for N = 10.
#[derive(Clone, Copy)]
struct Switching {
    first: (f64, f64),
}
impl Table for Switching {
    const PLAYERS: usize = 10;
    const ROWS: usize = 1;
    fn theta<T: Scalar>(&self, nu: usize, x: &[T]) -> T {
        let sum = x.iter().fold(T::from(0.0), |sum, &x| sum + x);
        x[nu] - x[nu] / sum
    }
    fn rows<T: Scalar>(&self, _: usize, x: &[T], c: &mut [T]) {
        c[0] = x.iter().fold(T::from(-1.0), |sum, &x| sum + x);
    }
    fn bounds(&self, j: usize) -> (f64, f64) {
        if j == 0 { self.first } else { (0.01, INF) }
    }
}

#[test]
fn internet_switching_is_solved_by_both_methods() {
    let table = Switching { first: (0.01, INF) };
    for method in [solve_conditions as Method, decompose] {
        let end = run(table, &[0.1; 10], method);
        assert_equilibrium(table, &end, &[0.09; 10], 1e-6);
    }
    // With 0.3 ≤ x₀ ≤ 0.5 the first stays at 0.3, and S − y = S² with S = 0.3 + 9y.
    let table = Switching { first: (0.3, 0.5) };
    let y = (2.6 + (2.6f64.powi(2) + 4.0 * 81.0 * 0.21).sqrt()) / 162.0;
    let mut expected = [y; 10];
    expected[0] = 0.3;
    for method in [solve_conditions as Method, decompose] {
        let mut x0 = [0.05; 10];
        x0[0] = 0.4;
        assert_equilibrium(table, &run(table, &x0, method), &expected, 1e-6);
    }
}

/// Five firms (MurphySheraliSoyster1982): p(Q) = 5000^{1/1.1} Q^{−1/1.1}.
#[derive(Clone, Copy)]
struct Firms {
    most: f64,
}
impl Table for Firms {
    const PLAYERS: usize = 5;
    const ROWS: usize = 1;
    fn theta<T: Scalar>(&self, nu: usize, x: &[T]) -> T {
        let (c, beta) = (
            [10.0, 8.0, 6.0, 4.0, 2.0][nu],
            [1.2, 1.1, 1.0, 0.9, 0.8][nu],
        );
        let sum = x.iter().fold(T::from(0.0), |sum, &x| sum + x);
        let price = (sum.ln() * (-1.0 / 1.1) + 5000f64.ln() / 1.1).exp();
        let power = (x[nu].ln() * ((1.0 + beta) / beta)).exp();
        x[nu] * c + power * (beta / (1.0 + beta) * 5f64.powf(-1.0 / beta)) - x[nu] * price
    }
    fn rows<T: Scalar>(&self, _: usize, x: &[T], c: &mut [T]) {
        c[0] = x.iter().fold(T::from(-self.most), |sum, &x| sum + x);
    }
    fn bounds(&self, _: usize) -> (f64, f64) {
        (1e-3, INF)
    }
}

#[test]
fn the_oligopoly_of_five_firms_has_the_published_production() {
    let expected = [36.9325, 41.8181, 43.7066, 42.6592, 39.1790];
    for method in [solve_conditions as Method, decompose] {
        let table = Firms { most: 700.0 };
        assert_equilibrium(table, &run(table, &[10.0; 5], method), &expected, 1e-3);
    }
    // Q ≤ 75 (FacchineiKanzow2009, problem A.16).
    let table = Firms { most: 75.0 };
    let end = run(table, &[10.0; 5], solve_conditions);
    assert_equilibrium(
        table,
        &end,
        &[10.4037, 13.0358, 15.4074, 17.3815, 18.7711],
        2e-3,
    );
}

/// Two variables a player, one row (NabetaniTsengFukushima2011): (t, 11 − t, 8 − t), 0 ≤ t ≤ 2. The last variable is idle.
#[derive(Clone, Copy)]
struct Polyhedron;
impl Table for Polyhedron {
    const PLAYERS: usize = 2;
    const EACH: usize = 2;
    const ROWS: usize = 2;
    fn theta<T: Scalar>(&self, nu: usize, x: &[T]) -> T {
        if nu == 0 {
            x[0] * x[0] + x[0] * x[1] + x[1] * x[1] + (x[0] + x[1]) * x[2]
                - x[0] * 25.0
                - x[1] * 38.0
        } else {
            x[2] * x[2] + (x[0] + x[1]) * x[2] - x[2] * 25.0 + x[3] * x[3]
        }
    }
    fn rows<T: Scalar>(&self, _: usize, x: &[T], c: &mut [T]) {
        c[0] = x[0] + x[1] * 2.0 - x[2] - 14.0;
        c[1] = x[0] * 3.0 + x[1] * 2.0 + x[2] - 30.0;
    }
}

#[test]
fn a_player_with_two_variables_ends_on_the_known_segment() {
    for method in [solve_conditions as Method, decompose] {
        let end = run(Polyhedron, &[0.0; 4], method);
        assert_eq!(end.status, Status::Optimal, "{end}");
        let t = end.x[0];
        assert!((-1e-6..=2.0 + 1e-6).contains(&t), "{end}");
        assert!(
            (end.x[1] - 11.0 + t).abs() < 1e-5 && (end.x[2] - 8.0 + t).abs() < 1e-5,
            "{end}"
        );
        // Player 0 over a grid of replies.
        let mut x = end.x.clone();
        for i in 0..=100 {
            for j in 0..=150 {
                (x[0], x[1]) = (0.1 * f64::from(i), 0.1 * f64::from(j));
                let mut c = [0.0; 2];
                Polyhedron.rows(0, &x, &mut c);
                if c.iter().all(|c| *c <= 0.0) {
                    assert!(Polyhedron.theta(0, &x) >= end.check.values[0] - 1e-5);
                }
            }
        }
    }
}

/// θ₁ = x₀x₁ = −θ₂ on [−1, 1]²: replies go round, (0, 0) is the equilibrium.
#[derive(Clone, Copy)]
struct Pennies;
impl Table for Pennies {
    const PLAYERS: usize = 2;
    fn theta<T: Scalar>(&self, nu: usize, x: &[T]) -> T {
        x[0] * x[1] * [1.0, -1.0][nu]
    }
    fn bounds(&self, _: usize) -> (f64, f64) {
        (-1.0, 1.0)
    }
}

#[test]
fn replies_that_go_round_end_with_the_limit_and_the_conditions_do_not_care() {
    let end = run(Pennies, &[0.5, -0.3], decompose);
    assert_eq!(end.status, Status::IterationLimit, "{end}");
    assert!(end.check.largest_gain() > 0.5, "{end}");
    let end = run(Pennies, &[0.5, -0.3], solve_conditions);
    assert_equilibrium(Pennies, &end, &[0.0; 2], 1e-6);
}

/// One follows, the other flees: (x₀ − x₁)² and −(x₀ − x₁)² on [−1, 1]². There is no equilibrium, and x₀ = x₁ is stationary.
#[derive(Clone, Copy)]
struct Chase;
impl Table for Chase {
    const PLAYERS: usize = 2;
    fn theta<T: Scalar>(&self, nu: usize, x: &[T]) -> T {
        (x[0] - x[1]).powi(2) * [1.0, -1.0][nu]
    }
    fn bounds(&self, _: usize) -> (f64, f64) {
        (-1.0, 1.0)
    }
}

#[test]
fn a_stationary_point_that_is_no_equilibrium_is_no_success() {
    let end = run(Chase, &[0.3, 0.1], solve_conditions);
    assert_eq!(end.status, Status::SubOptimal, "{end}");
    assert!(
        end.check.gains[0] < 1e-9 && end.check.gains[1] > 1.0 - 1e-6,
        "{end}"
    );
    let text = end.to_string();
    assert!(
        text.contains("gain 1") && text.contains("proved where"),
        "{text}"
    );
    let end = run(Chase, &[0.3, 0.1], decompose);
    assert!(!end.status.is_success(), "{end}");
}

#[test]
fn derivatives_of_the_conditions_are_exact() {
    let models = models(River);
    let players = |own: [usize; 3]| -> Vec<Player> {
        let of = |(k, model)| Player {
            model,
            own: vec![own[k]],
        };
        models.iter().map(|m| m as _).enumerate().map(of).collect()
    };
    // Shared or not, and in another order of the variables.
    for (own, shared, size) in [([0, 1, 2], 2, 5), ([0, 1, 2], 0, 9), ([2, 0, 1], 1, 7)] {
        let game = NashGame::new(players(own), shared).unwrap();
        let conditions = GameConditions::new(&game).unwrap();
        let zeta: Vec<f64> = (0..size).map(|k| 0.5 + 0.3 * k as f64).collect();
        assert_eq!(conditions.meta().nvar(), size);
        let mut vals = vec![0.0; conditions.jac_structure().nnz()];
        conditions.jac_coord(&zeta, &mut vals);
        let map = |k: usize, step: f64| {
            let (mut moved, mut map) = (zeta.clone(), zeta.clone());
            moved[k] += step;
            conditions.cons(&moved, &mut map);
            map
        };
        for k in 0..zeta.len() {
            let (ahead, behind) = (map(k, 1e-5), map(k, -1e-5));
            for i in 0..zeta.len() {
                let entries = conditions.jac_structure().iter().zip(&vals);
                let exact: f64 = entries
                    .filter(|(at, _)| *at == (i, k))
                    .map(|(_, v)| v)
                    .sum();
                let difference = (ahead[i] - behind[i]) / 2e-5;
                assert!(
                    (exact - difference).abs() < 1e-8,
                    "({i}, {k}): {exact} {difference}"
                );
            }
        }
    }
}
