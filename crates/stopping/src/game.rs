//! Games: one stopping a player, and all must agree.

use crate::{Budget, State, Status, Stopping};

/// A generalized Nash game, as a loop over the stoppings of its players.
///
/// The game is solved when every player's criterion holds at the same stop. It ends as well when a player's run ends for any
/// other reason, with that reason, or when the game's own budget is used up. The players are children of the game: cancelling
/// the game, or its time limit, ends them all.
#[derive(Debug)]
pub struct Game<P: ?Sized, S> {
    /// The players, in the order of the problems given to [`start`](Game::start) and [`stop`](Game::stop).
    pub players: Vec<Stopping<P, S>>,
    /// The state is the number of players who do not agree; the score is the same.
    whole: Stopping<(), f64>,
}

impl<P: ?Sized, S: State> Game<P, S> {
    /// A game without players, under a budget for the whole.
    pub fn new(budget: Budget) -> Self {
        Game {
            players: Vec::new(),
            whole: Stopping::new(f64::INFINITY, |_: &(), unhappy: &f64| {
                Some(*unhappy).filter(|n| n.is_finite())
            })
            .with_remote(crate::Remote {
                point: false,
                ..crate::Remote::default()
            })
            .with_budget(budget),
        }
    }

    /// Puts the game inside another run, before players are added.
    pub fn inside<Q: ?Sized, T: State>(mut self, outer: &Stopping<Q, T>) -> Self {
        debug_assert!(
            self.players.is_empty(),
            "players keep the place they were made in"
        );
        self.whole = self.whole.inside(outer);
        self
    }

    /// Adds a player: a state and the score of that player's optimality there.
    pub fn with_player<R: Into<Option<f64>>>(
        self,
        state: S,
        score: impl FnMut(&P, &S) -> R + Send + 'static,
    ) -> Self {
        self.with_player_stopping(|whole| whole.child(state, score))
    }

    /// Adds a player whose stopping is made from the game's, as a [`child`](Stopping::child) with budgets and tolerances
    /// of its own.
    pub fn with_player_stopping(
        mut self,
        make: impl FnOnce(&Stopping<(), f64>) -> Stopping<P, S>,
    ) -> Self {
        let player = make(&self.whole);
        self.players.push(player);
        self
    }

    /// The stopping of the whole: its status, budget, iterations, cancel token.
    pub fn whole(&self) -> &Stopping<(), f64> {
        &self.whole
    }

    /// Starts every player on its problem.
    ///
    /// # Panics
    /// When the numbers of problems and players differ.
    #[must_use = "a game that is over at its start must not go on"]
    pub fn start(&mut self, problems: &[&P]) -> Option<Status> {
        // The whole starts first, since players of a game that has ended would end too.
        self.whole.state = f64::INFINITY;
        self.whole.start(&()).or_else(|| {
            self.ask(problems, Stopping::start);
            self.whole.start(&()).or_else(|| self.failed_player())
        })
    }

    /// Stops every player on its problem, counts one iteration of the game, and tells whether it is over.
    ///
    /// # Panics
    /// When the numbers of problems and players differ.
    #[must_use = "a game that is over must end its loop"]
    pub fn stop(&mut self, problems: &[&P]) -> Option<Status> {
        self.ask(problems, Stopping::stop);
        let status = self.whole.stop(&());
        self.failed_player().or(status)
    }

    fn ask(&mut self, problems: &[&P], question: fn(&mut Stopping<P, S>, &P) -> Option<Status>) {
        assert_eq!(problems.len(), self.players.len(), "problems and players");
        let mut unhappy = 0;
        for (player, problem) in self.players.iter_mut().zip(problems) {
            if question(player, problem) != Some(Status::Optimal) {
                unhappy += 1;
            }
        }
        self.whole.state = f64::from(unhappy);
    }

    /// Reports the reason of a player who cannot go on, unless all agree.
    fn failed_player(&mut self) -> Option<Status> {
        if self.whole.reasons().contains(Status::Optimal) {
            return None;
        }
        // A player may be content at this stop and out of resources for the next. A limit of the whole is the whole's own
        // to report.
        let failure = self
            .players
            .iter()
            .filter_map(|player| {
                let reasons = player.reasons().without(Status::Optimal);
                reasons.without(Status::ParentLimit).first()
            })
            .min()?;
        Some(self.whole.fail(failure))
    }
}
