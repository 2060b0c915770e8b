//! Games of the literature, by decomposition and by the KKT conditions of all players; replies verified by brute force.

use mpec::MpecError;
use mpec::game::{
    GameConditions, GameOptions, GameSolution, NashGame, Player, check_equilibrium, decompose,
    solve_conditions,
};
use nlp_model::{AutoModel, Functions, Meta, Model, Scalar, Smooth};
use stackelberg::{mpec, nlp_model, stopping};
use stopping::Status;

const INF: f64 = f64::INFINITY;

/// θ_ν and c_ν for all players ν, written once.
trait Table: Copy {
    const PLAYERS: usize;
    /// Variables of each player.
    const EACH: usize = 1;
    const ROWS: usize = 0;
    const SHARED: usize = Self::ROWS;
    fn theta<T: Scalar>(&self, nu: usize, x: &[T]) -> T;
    fn rows<T: Scalar>(&self, _nu: usize, _x: &[T], _c: &mut [T]) {}
    /// Bounds of a variable.
    fn bounds(&self, _j: usize) -> (f64, f64) {
        (0.0, INF)
    }
}

#[derive(Clone, Copy)]
struct Seat<G>(G, usize);
impl<G: Table> Functions for Seat<G> {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        self.0.theta(self.1, x)
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        self.0.rows(self.1, x, c);
    }
}

fn models<G: Table>(game: G) -> Vec<AutoModel<Seat<G>>> {
    let n = G::PLAYERS * G::EACH;
    let bounds: Vec<_> = (0..n).map(|j| game.bounds(j)).collect();
    let (lower, upper): (Vec<f64>, Vec<f64>) = bounds.into_iter().unzip();
    let seat = |nu| {
        let meta = Meta::new(format!("player {nu}"), n, G::ROWS).variable_bounds(&lower, &upper);
        AutoModel::new(Seat(game, nu), meta.unwrap())
    };
    (0..G::PLAYERS).map(seat).collect()
}

fn game<G: Table>(models: &[AutoModel<Seat<G>>]) -> NashGame<'_> {
    let players = models.iter().enumerate().map(|(nu, model)| Player {
        model,
        own: (nu * G::EACH..(nu + 1) * G::EACH).collect(),
    });
    NashGame::new(players.collect(), G::SHARED).unwrap()
}

type Method = fn(&NashGame, &[f64], &GameOptions) -> Result<GameSolution, MpecError>;

fn run<G: Table>(table: G, x0: &[f64], method: Method) -> GameSolution {
    let models = models(table);
    method(&game(&models), x0, &GameOptions::default()).unwrap()
}

/// The most a player with one variable gains, by a fine grid around and far from x_ν; rows may be violated by 10⁻⁹.
fn gain_by_grid<G: Table>(table: G, nu: usize, x: &[f64]) -> f64 {
    let (lower, upper) = table.bounds(nu);
    let mut rows = vec![0.0; G::ROWS];
    let mut best = 0.0f64;
    let value = table.theta(nu, x);
    let mut moved = x.to_vec();
    let far = (0..=4000).map(|k| f64::from(k) * 0.025);
    let near = (-4000..=4000).map(|k| x[nu] + f64::from(k) * 2.5e-5);
    for v in far.chain(near).filter(|v| (lower..=upper).contains(v)) {
        moved[nu] = v;
        table.rows(nu, &moved, &mut rows);
        if rows.iter().all(|c| *c <= 1e-9) {
            best = best.max(value - table.theta(nu, &moved));
        }
    }
    best
}

fn assert_equilibrium<G: Table>(table: G, end: &GameSolution, expected: &[f64], within: f64) {
    assert_eq!(end.status, Status::Optimal, "{end}");
    for (x, expected) in end.x.iter().zip(expected) {
        assert!((x - expected).abs() <= within, "{expected}: {end}");
    }
    if G::EACH == 1 {
        for nu in 0..G::PLAYERS {
            let gain = gain_by_grid(table, nu, &end.x);
            assert!(
                gain <= 1e-6 * (1.0 + end.check.values[nu].abs()),
                "{nu}: {gain}"
            );
        }
    }
    assert!(end.check.violations.iter().all(|v| *v <= 1e-7));
}

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

/// The first player must keep x₀ ≥ x₁ + 1 and x₀ ≤ 1; the second wants x₁ = 5.
#[derive(Clone, Copy)]
struct Squeezed;
impl Table for Squeezed {
    const PLAYERS: usize = 2;
    const ROWS: usize = 1;
    const SHARED: usize = 0;
    fn theta<T: Scalar>(&self, nu: usize, x: &[T]) -> T {
        (x[nu] - [0.0, 5.0][nu]).powi(2)
    }
    fn rows<T: Scalar>(&self, nu: usize, x: &[T], c: &mut [T]) {
        c[0] = if nu == 0 {
            x[1] + 1.0 - x[0]
        } else {
            T::from(-1.0)
        };
    }
    fn bounds(&self, j: usize) -> (f64, f64) {
        if j == 0 { (0.0, 1.0) } else { (0.0, INF) }
    }
}

#[test]
fn a_player_without_a_reply_ends_the_game_as_infeasible() {
    let end = run(Squeezed, &[1.0, 0.0], decompose);
    assert_eq!(end.status, Status::Infeasible, "{end}");
    assert!(end.check.violations[0] > 1.0, "{end}");
    let end = run(Squeezed, &[1.0, 0.0], solve_conditions);
    assert!(
        !end.status.is_success() && end.check.violations[0] > 0.1,
        "{end}"
    );
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

#[test]
fn players_that_do_not_fit_are_refused() {
    let models = models(River);
    let own = |list: &[&[usize]]| -> Result<(), MpecError> {
        let players = list.iter().zip(&models).map(|(own, model)| Player {
            model,
            own: own.to_vec(),
        });
        NashGame::new(players.collect(), 2).map(|_| ())
    };
    let wrong = |list: &[&[usize]], number: usize| match own(list) {
        Err(MpecError::Game { player, .. }) => assert_eq!(player, number),
        other => panic!("{other:?}"),
    };
    assert!(own(&[&[0], &[1], &[2]]).is_ok());
    wrong(&[], 0);
    wrong(&[&[0], &[1]], 2);
    wrong(&[&[0], &[0], &[2]], 1);
    wrong(&[&[0], &[1], &[3]], 2);
    // More shared rows than there are, other numbers of variables, other rows.
    let players = || {
        models.iter().enumerate().map(|(k, model)| Player {
            model,
            own: vec![k],
        })
    };
    assert!(matches!(
        NashGame::new(players().collect(), 3),
        Err(MpecError::Game { player: 0, .. })
    ));
    let other = self::models(Harker);
    let mixed = vec![
        players().next().unwrap(),
        Player {
            model: &other[1],
            own: vec![1, 2],
        },
    ];
    assert!(matches!(
        NashGame::new(mixed, 0),
        Err(MpecError::Game { player: 1, .. })
    ));
    let most = [700.0, 75.0].map(|most| self::models(Firms { most }));
    let mixed = vec![
        Player {
            model: &most[0][0],
            own: vec![0, 1],
        },
        Player {
            model: &most[1][1],
            own: vec![2, 3, 4],
        },
    ];
    assert!(matches!(
        NashGame::new(mixed, 1),
        Err(MpecError::Game { player: 1, .. })
    ));

    let river = NashGame::new(players().collect(), 2).unwrap();
    let options = GameOptions::default();
    for method in [solve_conditions as Method, decompose] {
        assert!(matches!(
            method(&river, &[0.0; 2], &options),
            Err(MpecError::Model(_))
        ));
        assert!(matches!(
            method(&river, &[0.0, f64::NAN, 0.0], &options),
            Err(MpecError::Model(_))
        ));
        let bad = GameOptions {
            tolerance: f64::NAN,
            ..options
        };
        assert!(matches!(
            method(&river, &[0.0; 3], &bad),
            Err(MpecError::Option { .. })
        ));
    }
    assert!(check_equilibrium(&river, &[0.0; 3], &[vec![0.0; 2]], &options).is_err());
    assert!(check_equilibrium(&river, &[0.0; 3], &vec![vec![0.0; 1]; 3], &options).is_err());
}

/// ln(x₀ − 2) is not a number on [0, 1].
#[derive(Clone, Copy)]
struct Undefined;
impl Table for Undefined {
    const PLAYERS: usize = 2;
    fn theta<T: Scalar>(&self, nu: usize, x: &[T]) -> T {
        if nu == 0 { (x[0] - 2.0).ln() } else { x[1] }
    }
    fn bounds(&self, _: usize) -> (f64, f64) {
        (0.0, 1.0)
    }
}

#[test]
fn a_player_whose_function_is_undefined_is_a_domain_error() {
    for method in [solve_conditions as Method, decompose] {
        let end = run(Undefined, &[0.5; 2], method);
        assert_eq!(end.status, Status::DomainError, "{end}");
        assert!(end.check.gains[0].is_nan());
    }
}

/// The first player sells without end.
#[derive(Clone, Copy)]
struct Endless;
impl Table for Endless {
    const PLAYERS: usize = 2;
    fn theta<T: Scalar>(&self, nu: usize, x: &[T]) -> T {
        if nu == 0 { -x[0] } else { (x[1] - 1.0).powi(2) }
    }
}

#[test]
fn a_player_without_a_least_value_is_told() {
    let end = run(Endless, &[1.0; 2], decompose);
    assert_eq!(end.status, Status::UnboundedObjective, "{end}");
    let end = run(Endless, &[1.0; 2], solve_conditions);
    assert!(
        !end.status.is_success() && end.check.gains[0] > 1e6,
        "{end}"
    );
}
