//! A two-player Nash game by Gauss–Seidel: min_x (x − 1)² + x y and min_y (y − 2)² + x y.

use stopping::{Budget, Game, Status};

/// One player's problem: the target of the own variable.
struct Player(f64);

impl Player {
    /// Derivative in the own variable, given the other's.
    fn slope(&self, own: f64, other: f64) -> f64 {
        2.0 * (own - self.0) + other
    }
    fn best_reply(&self, other: f64) -> f64 {
        self.0 - 0.5 * other
    }
}

/// Gauss–Seidel: each player replies to the last move of the other.
fn play(game: &mut Game<Player, [f64; 2]>, one: &Player, two: &Player) -> Status {
    if let Some(status) = game.start(&[one, two]) {
        return status;
    }
    loop {
        let x = one.best_reply(game.players[1].state[0]);
        let y = two.best_reply(x);
        game.players[0].state = [x, y];
        game.players[1].state = [y, x];
        if let Some(status) = game.stop(&[one, two]) {
            return status;
        }
    }
}

/// Runs the example and asserts its numbers.
pub fn main() {
    // A state is (own, other); each player's score is the slope.
    let score = |player: &Player, s: &[f64; 2]| player.slope(s[0], s[1]);
    let mut game = Game::new(Budget::default())
        .with_player([0.0; 2], score)
        .with_player([0.0; 2], score);
    assert_eq!(play(&mut game, &Player(1.0), &Player(2.0)), Status::Optimal);
    assert_eq!(game.whole().iterations(), 12);
    let [x, y] = game.players[0].state;
    assert!((x - 2.38e-7).abs() < 1e-9 && (y - 1.999_999_88).abs() < 1e-8);
}
