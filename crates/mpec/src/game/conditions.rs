//! The KKT conditions of all players as one mixed complementarity problem.

use std::cell::RefCell;
use std::time::Instant;

use linalg::Pattern;
use nlp_model::{Counters, Meta, Model, ModelError, Smooth, check_point};

use super::{GameOptions, GameSolution, NashGame, check_equilibrium};
use crate::MpecError;

/// One finite side of a row: sign · (c_i − bound) ≤ 0, or = 0.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Side {
    /// The player whose model gives the value.
    player: usize,
    row: usize,
    sign: f64,
    bound: f64,
    is_shared: bool,
}

/// The concatenated KKT conditions of a [`NashGame`], as the map of a mixed complementarity problem
/// (FacchineiKanzow2010, Section 4.2).
///
/// Unknowns ζ = (x, μ): the variables of all players, and a multiplier for each finite side s = ±(c_i − bound) of a row, one for
/// all players where the row is shared. The map is
///
/// F_j = ∂/∂x_j (θ_ν + Σ μ_s s) for x_j of player ν,  F_s = −s(x) for the multipliers,
///
/// with lvar ≤ x^ν ≤ uvar of the owners, μ ≥ 0 for inequalities, and free μ for equalities. Multipliers stand in
/// the order: rows of the players, one player after the other, then shared rows; the upper side of a row before the
/// lower one. Derivatives of F are second derivatives of the players' Lagrangians, of which the rows of own variables
/// count.
pub struct GameConditions<'g, 'a> {
    game: &'g NashGame<'a>,
    meta: Meta,
    sides: Vec<Side>,
    jac: Pattern,
    work: RefCell<Work>,
}

struct Work {
    /// Multipliers of a player's rows.
    y: Vec<Vec<f64>>,
    c: Vec<Vec<f64>>,
    jac: Vec<Vec<f64>>,
    hess: Vec<Vec<f64>>,
    grad: Vec<f64>,
    jty: Vec<f64>,
}

impl std::fmt::Debug for GameConditions<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GameConditions")
            .field("game", self.game)
            .field("sides", &self.sides)
            .finish_non_exhaustive()
    }
}

impl<'g, 'a> GameConditions<'g, 'a> {
    /// The conditions of `game`.
    ///
    /// # Errors
    /// [`ModelError`] when the bounds of an owner contradict each other.
    pub fn new(game: &'g NashGame<'a>) -> Result<Self, ModelError> {
        let n = game.nvar();
        let sides = sides(game);
        let size = n + sides.len();
        let (mut lower, mut upper) = (vec![f64::NEG_INFINITY; size], vec![f64::INFINITY; size]);
        for player in game.players() {
            for &j in &player.own {
                (lower[j], upper[j]) =
                    (player.model.meta().lvar()[j], player.model.meta().uvar()[j]);
            }
        }
        for (s, side) in sides.iter().enumerate() {
            if !game.players()[side.player]
                .model
                .meta()
                .is_equality(side.row)
            {
                lower[n + s] = 0.0;
            }
        }
        let of_all = |size: &dyn Fn(&dyn nlp_model::TwiceSmooth) -> usize| -> Vec<Vec<f64>> {
            let players = game.players().iter();
            players
                .map(|player| vec![0.0; size(player.model)])
                .collect()
        };
        let work = Work {
            y: of_all(&|model| model.meta().ncon()),
            c: of_all(&|model| model.meta().ncon()),
            jac: of_all(&|model| model.jac_structure().nnz()),
            hess: of_all(&|model| model.hess_structure().nnz()),
            grad: vec![0.0; n],
            jty: vec![0.0; n],
        };
        let mut conditions = GameConditions {
            meta: Meta::new("conditions of a game", size, size).variable_bounds(&lower, &upper)?,
            jac: Pattern::empty(size, size),
            work: RefCell::new(work),
            sides,
            game,
        };
        let mut entries = Vec::new();
        conditions.for_each_entry(|row, column, _| entries.push((row, column)));
        conditions.jac = Pattern::from_entries(size, size, entries)?;
        Ok(conditions)
    }

    /// ζ⁰ = (x⁰, μ⁰) with μ⁰ = min(|s(x⁰)|, 1) for inequalities, 0 for equalities.
    ///
    /// # Errors
    /// On a start of the wrong length or not finite.
    pub fn start(&self, x0: &[f64]) -> Result<Vec<f64>, ModelError> {
        let n = self.game.nvar();
        check_point("x0", x0, n)?;
        let mut zeta = x0.to_vec();
        zeta.resize(self.meta.nvar(), 0.0);
        let mut map = vec![0.0; zeta.len()];
        self.cons(&zeta, &mut map);
        for k in n..zeta.len() {
            if self.meta.lvar()[k] == 0.0 && map[k].is_finite() {
                zeta[k] = map[k].abs().min(1.0);
            }
        }
        Ok(zeta)
    }

    /// Multipliers y_ν of the rows of each player's model.
    pub fn multipliers(&self, zeta: &[f64]) -> Vec<Vec<f64>> {
        let mut work = self.work.borrow_mut();
        self.spread(zeta, &mut work.y);
        work.y.clone()
    }

    /// μ to the rows of the players.
    fn spread(&self, zeta: &[f64], y: &mut [Vec<f64>]) {
        y.iter_mut().for_each(|y| y.fill(0.0));
        for (side, mu) in self.sides.iter().zip(&zeta[self.game.nvar()..]) {
            for nu in self.players_of(side) {
                y[nu][self.row_of(side, nu)] += side.sign * mu;
            }
        }
    }

    /// The players in whose Lagrangians a side stands.
    fn players_of(&self, side: &Side) -> std::ops::Range<usize> {
        if side.is_shared {
            0..self.game.players().len()
        } else {
            side.player..side.player + 1
        }
    }

    /// The row of a side in the model of player ν.
    fn row_of(&self, side: &Side, nu: usize) -> usize {
        if side.is_shared {
            side.row - self.game.first_shared(side.player) + self.game.first_shared(nu)
        } else {
            side.row
        }
    }

    /// Calls `visit(row, column, source)` for each entry of F′, in a fixed order.
    fn for_each_entry(&self, mut visit: impl FnMut(usize, usize, Source)) {
        let n = self.game.nvar();
        for (nu, player) in self.game.players().iter().enumerate() {
            let is_own = |j: usize| self.game.owner(j) == nu;
            for (k, (i, j)) in player.model.hess_structure().iter().enumerate() {
                if is_own(i) {
                    visit(i, j, Source::Hessian(nu, k));
                }
                if i != j && is_own(j) {
                    visit(j, i, Source::Hessian(nu, k));
                }
            }
            for (s, side) in self.sides.iter().enumerate() {
                if !self.players_of(side).contains(&nu) {
                    continue;
                }
                let row = self.row_of(side, nu);
                let entries = player.model.jac_structure().iter().enumerate();
                for (k, (_, j)) in entries.filter(|&(_, (i, _))| i == row) {
                    if is_own(j) {
                        visit(j, n + s, Source::Jacobian(nu, k, side.sign));
                    }
                    if side.player == nu {
                        visit(n + s, j, Source::Jacobian(nu, k, -side.sign));
                    }
                }
            }
        }
    }
}

/// Where an entry of F′ comes from.
enum Source {
    /// An entry of a player's Hessian.
    Hessian(usize, usize),
    /// An entry of a player's Jacobian, with its factor.
    Jacobian(usize, usize, f64),
}

/// The finite sides of the players' rows, then those of the shared ones.
fn sides(game: &NashGame) -> Vec<Side> {
    let mut sides = Vec::new();
    let mut add = |player: usize, rows: std::ops::Range<usize>, is_shared: bool| {
        let meta = game.players()[player].model.meta();
        for row in rows {
            let (l, u) = (meta.lcon()[row], meta.ucon()[row]);
            for (sign, bound) in [(1.0, u), (-1.0, l)] {
                if bound.is_finite() && (l != u || sign > 0.0) {
                    sides.push(Side {
                        player,
                        row,
                        sign,
                        bound,
                        is_shared,
                    });
                }
            }
        }
    };
    for nu in 0..game.players().len() {
        add(nu, 0..game.first_shared(nu), false);
    }
    add(
        0,
        game.first_shared(0)..game.players()[0].model.meta().ncon(),
        true,
    );
    sides
}

impl Model for GameConditions<'_, '_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, _: &[f64]) -> f64 {
        0.0
    }
    fn cons(&self, zeta: &[f64], map: &mut [f64]) {
        let n = self.game.nvar();
        let Work {
            y,
            c,
            jac,
            grad,
            jty,
            ..
        } = &mut *self.work.borrow_mut();
        let x = &zeta[..n];
        self.spread(zeta, y);
        for (nu, player) in self.game.players().iter().enumerate() {
            let model = player.model;
            model.cons(x, &mut c[nu]);
            model.grad(x, grad);
            model.jac_coord(x, &mut jac[nu]);
            model.jac_structure().mul_transpose(&jac[nu], &y[nu], jty);
            // A gradient can be finite outside of the domain, and nothing is an equilibrium there.
            let doubt = if model.obj(x).is_finite() {
                0.0
            } else {
                f64::NAN
            };
            for &j in &player.own {
                map[j] = grad[j] + jty[j] + doubt;
            }
        }
        for (side, map) in self.sides.iter().zip(&mut map[n..]) {
            *map = -side.sign * (c[side.player][side.row] - side.bound);
        }
    }
    fn counters(&self) -> Option<&Counters> {
        None
    }
}

impl Smooth for GameConditions<'_, '_> {
    fn grad(&self, _: &[f64], g: &mut [f64]) {
        g.fill(0.0);
    }
    fn jac_structure(&self) -> &Pattern {
        &self.jac
    }
    fn jac_coord(&self, zeta: &[f64], vals: &mut [f64]) {
        let Work { y, jac, hess, .. } = &mut *self.work.borrow_mut();
        let x = &zeta[..self.game.nvar()];
        self.spread(zeta, y);
        for (nu, player) in self.game.players().iter().enumerate() {
            player.model.hess_coord(x, &y[nu], 1.0, &mut hess[nu]);
            player.model.jac_coord(x, &mut jac[nu]);
        }
        let mut next = vals.iter_mut();
        self.for_each_entry(|_, _, source| {
            if let Some(value) = next.next() {
                *value = match source {
                    Source::Hessian(nu, k) => hess[nu][k],
                    Source::Jacobian(nu, k, factor) => factor * jac[nu][k],
                };
            }
        });
    }
}

/// An equilibrium of `game` by the KKT conditions of all players at once, from x⁰.
///
/// The mixed complementarity problem [`GameConditions`] is solved by the semismooth Newton method of [`ssn`]; then
/// [`check_equilibrium`] examines the point. Shared rows have one multiplier for all players, so that the point is a
/// variational equilibrium. Convergence is quadratic where the elements of the generalized Jacobian are regular. That fails
/// at equilibria that are not isolated, as with rows that are shared and not declared as such
/// (FacchineiFischerPiccialli2009, Section 3); regularized directions still find one of them, more slowly.
///
/// KKT points of players with nonconvex programs may be maximizers: the check finds out, and the status is
/// `SubOptimal` then. Functions are evaluated outside of the bounds, too. An iteration costs second derivatives of all
/// players and an LU factorization of order n + number of sides.
///
/// # Errors
/// [`MpecError`] on a start of the wrong length or not finite, and on options out of range.
pub fn solve_conditions(
    game: &NashGame,
    x0: &[f64],
    options: &GameOptions,
) -> Result<GameSolution, MpecError> {
    let clock = Instant::now();
    options.check()?;
    let conditions = GameConditions::new(game)?;
    let start = conditions.start(x0)?;
    let newton = ssn::Options {
        tolerance: options.tolerance.min(ssn::Options::default().tolerance),
        ..ssn::Options::default()
    };
    let end = ssn::complementarity::solve(&conditions, &start, &newton)?;
    let x = end.x[..game.nvar()].to_vec();
    let multipliers = conditions.multipliers(&end.x);
    let check = check_equilibrium(game, &x, &multipliers, options)?;
    Ok(GameSolution {
        status: GameSolution::confirm(end.status, &check, options),
        iterations: end.iterations,
        seconds: clock.elapsed().as_secs_f64(),
        multipliers,
        check,
        x,
    })
}
