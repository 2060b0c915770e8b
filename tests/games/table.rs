//! Games written once for all players, and equilibria verified by brute force.

use super::{INF, mpec, nlp_model};
use mpec::MpecError;
use mpec::game::{GameOptions, GameSolution, NashGame, Player};
use nlp_model::{AutoModel, Functions, Meta, Scalar};
use stackelberg::stopping::Status;

/// θ_ν and c_ν for all players ν, written once.
pub trait Table: Copy {
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
pub struct Seat<G>(G, usize);
impl<G: Table> Functions for Seat<G> {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        self.0.theta(self.1, x)
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        self.0.rows(self.1, x, c);
    }
}

pub fn models<G: Table>(game: G) -> Vec<AutoModel<Seat<G>>> {
    let n = G::PLAYERS * G::EACH;
    let bounds: Vec<_> = (0..n).map(|j| game.bounds(j)).collect();
    let (lower, upper): (Vec<f64>, Vec<f64>) = bounds.into_iter().unzip();
    let seat = |nu| {
        let meta = Meta::new(format!("player {nu}"), n, G::ROWS).variable_bounds(&lower, &upper);
        AutoModel::new(Seat(game, nu), meta.unwrap())
    };
    (0..G::PLAYERS).map(seat).collect()
}

pub fn game<G: Table>(models: &[AutoModel<Seat<G>>]) -> NashGame<'_> {
    let players = models.iter().enumerate().map(|(nu, model)| Player {
        model,
        own: (nu * G::EACH..(nu + 1) * G::EACH).collect(),
    });
    NashGame::new(players.collect(), G::SHARED).unwrap()
}

pub type Method = fn(&NashGame, &[f64], &GameOptions) -> Result<GameSolution, MpecError>;

pub fn run<G: Table>(table: G, x0: &[f64], method: Method) -> GameSolution {
    let models = models(table);
    method(&game(&models), x0, &GameOptions::default()).unwrap()
}

/// The most a player with one variable gains, by a fine grid around and far from x_ν; rows may be violated by 10⁻⁹.
pub fn gain_by_grid<G: Table>(table: G, nu: usize, x: &[f64]) -> f64 {
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

pub fn assert_equilibrium<G: Table>(table: G, end: &GameSolution, expected: &[f64], within: f64) {
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
