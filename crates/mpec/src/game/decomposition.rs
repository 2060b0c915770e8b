//! Gauss–Seidel: the players reply to each other in turn.

use std::time::Instant;

use nlp_model::{Restriction, TwiceSmooth, check_point};
use stopping::{Budget, Game, NlpState, Norm, Solver, Status, Stopping};
use trust_region::sqp::{self, Sqp};

use super::check::fill;
use super::{GameOptions, GameSolution, NashGame, check_equilibrium};
use crate::MpecError;

/// An equilibrium of `game` by best replies, from x⁰.
///
/// # Problem
/// That of [`NashGame`].
///
/// # Algorithm
/// (FacchineiKanzow2010, Section 5.2), as in the talk of Migot, Dussault and Goyette (2019): for k = 1, 2, … and each player ν,
/// x^ν ← argmin θ_ν(x¹, …, x^ν, …, x^N) over the rows and bounds of ν, the others fixed at their last moves. The stopping of the
/// game is a [`Game`]: it loops over the stoppings of the players' programs and holds when all KKT residuals are within
/// the tolerance *at the same point*. The inner runs are [`Sqp`], each inside of its player's stopping.
///
/// # Convergence and failure
/// There is no convergence in general: replies may cycle, as for θ₁ = x₀x₁ = −θ₂ on [−1, 1]², and then the run ends with
/// `IterationLimit`. They converge when replies contract, and for potential games of strictly convex players on boxes. A
/// player without a feasible reply ends the game as `Infeasible`, though another move of the others might leave one.
/// With shared rows every fixed point is an equilibrium; which one is found depends on x⁰ and on the order of the
/// players. See [`GameSolution::status`].
///
/// # Errors
/// [`MpecError`] on a start of the wrong length or not finite, and on options out of range.
pub fn decompose(
    game: &NashGame,
    x0: &[f64],
    options: &GameOptions,
) -> Result<GameSolution, MpecError> {
    let clock = Instant::now();
    options.check()?;
    check_point("x0", x0, game.nvar())?;
    let replies = game
        .players()
        .iter()
        .map(|player| Restriction::new(player.model, &player.own))
        .collect::<Result<Vec<_>, _>>()?;
    let mut play = Play::new(&replies, options)?;
    let mut x = x0.to_vec();
    let status = play.run(&mut x);
    let multipliers: Vec<Vec<f64>> = (0..replies.len()).map(|nu| play.multipliers(nu)).collect();
    let check = check_equilibrium(game, &x, &multipliers, options)?;
    Ok(GameSolution {
        status: GameSolution::confirm(status, &check, options),
        iterations: play.table.whole().iterations(),
        seconds: clock.elapsed().as_secs_f64(),
        multipliers,
        check,
        x,
    })
}

/// A player's program, the others fixed.
type Reply<'m> = Restriction<'m, dyn TwiceSmooth + 'm>;
type ReplyStopping<'p> = Stopping<dyn TwiceSmooth + 'p, NlpState>;

/// The players at their table.
struct Play<'p, 'm> {
    replies: &'p [Reply<'m>],
    programs: Vec<&'p (dyn TwiceSmooth + 'p)>,
    /// The stopping of the game, with those of the players.
    table: Game<dyn TwiceSmooth + 'p, NlpState>,
    /// The inner run of each player.
    searches: Vec<(Sqp, ReplyStopping<'p>)>,
}

/// Accuracy of the inner runs, relative to that of the game.
const INNER: f64 = 0.1;

impl<'p, 'm> Play<'p, 'm> {
    fn new(replies: &'p [Reply<'m>], options: &GameOptions) -> Result<Self, MpecError> {
        let programs: Vec<&(dyn TwiceSmooth + 'p)> = replies.iter().map(|r| r as _).collect();
        // The stopping lets as many stops pass as its budget says, and ends at the next.
        let mut table = Game::new(Budget::iterations(options.sweeps.saturating_sub(1)));
        for program in &programs {
            table = table.with_player_stopping(|whole| {
                Stopping::kkt(*program, Norm::Inf)
                    .inside(whole)
                    .with_budget(Budget::UNLIMITED)
                    .with_tolerances(options.tolerance, 0.0)
            });
        }
        let inner = sqp::Options::default();
        let search = |(program, player): (&&'p (dyn TwiceSmooth + 'p), &ReplyStopping<'p>)| {
            let stopping = Stopping::kkt(*program, Norm::Inf)
                .inside(player)
                .with_budget(Budget::iterations(inner.max_iterations))
                .with_tolerances(INNER * options.tolerance, 0.0);
            Ok((
                Sqp::new(inner, program.meta().nvar(), program.meta().ncon())?,
                stopping,
            ))
        };
        let searches = programs.iter().zip(&table.players).map(search);
        let searches = searches.collect::<Result<_, MpecError>>()?;
        Ok(Play {
            replies,
            programs,
            table,
            searches,
        })
    }

    /// The sweeps, from x and to x.
    fn run(&mut self, x: &mut [f64]) -> Status {
        if let Some(status) = self.table.start(&self.programs) {
            return status;
        }
        loop {
            for nu in 0..self.replies.len() {
                self.reply(nu, x);
            }
            for nu in 0..self.replies.len() {
                self.look(nu, x);
            }
            if let Some(status) = self.table.stop(&self.programs) {
                return status;
            }
        }
    }

    /// Player ν moves to the best reply.
    fn reply(&mut self, nu: usize, x: &mut [f64]) {
        let (reply, (sqp, stopping)) = (&self.replies[nu], &mut self.searches[nu]);
        if reply.fix(x).is_err() {
            let _ = self.table.players[nu].fail(Status::DomainError);
            return;
        }
        for (to, &j) in stopping.state.x_mut().iter_mut().zip(reply.free()) {
            *to = x[j];
        }
        let status = sqp.solve(self.programs[nu], stopping);
        tracing::debug!(nu, %status, f = stopping.state.f, "reply");
        match status {
            Status::Infeasible
            | Status::UnboundedObjective
            | Status::UnboundedIterates
            | Status::DomainError => {
                self.table.players[nu].fail(status);
            }
            // A reply that is not accurate is judged with all others.
            _ => {}
        }
        for (from, &j) in stopping.state.x().iter().zip(reply.free()) {
            x[j] = *from;
        }
    }

    /// Player ν looks at the moves of all.
    fn look(&mut self, nu: usize, x: &[f64]) {
        let found = &self.searches[nu].1.state;
        let (own, y) = (found.x(), found.y.get().unwrap_or(&[]));
        if self.replies[nu].fix(x).is_ok() {
            fill(self.programs[nu], own, y, &mut self.table.players[nu].state);
        }
    }

    /// Multipliers of the rows of player ν; 0 before the first reply.
    fn multipliers(&self, nu: usize) -> Vec<f64> {
        let known = self.searches[nu].1.state.y.get();
        known.map_or_else(
            || vec![0.0; self.programs[nu].meta().ncon()],
            <[f64]>::to_vec,
        )
    }
}
