//! Generalized Nash games: equilibria by decomposition and by the KKT system of all players.
//!
//! [`decompose`] lets the players reply to each other; [`solve_conditions`] solves the KKT conditions of all of them at once
//! by the semismooth Newton method. Both end with [`check_equilibrium`], which solves each player's program anew:
//! only a point from which nobody gains is called an equilibrium.

mod check;
mod conditions;
mod decomposition;
mod solution;

use nlp_model::{Model, TwiceSmooth};

use crate::MpecError;
pub use check::{EquilibriumCheck, check_equilibrium};
pub use conditions::{GameConditions, solve_conditions};
pub use decomposition::decompose;
pub use solution::{GameOptions, GameSolution};

/// A player: a program over the variables of all players, and those of them that the player decides on.
#[derive(Clone)]
pub struct Player<'a> {
    /// θ_ν(x), the rows c_ν(x), and bounds of the variables, of which only those of `own` count.
    pub model: &'a dyn TwiceSmooth,
    /// The variables x^ν.
    pub own: Vec<usize>,
}

impl std::fmt::Debug for Player<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Player")
            .field("model", self.model.meta())
            .field("own", &self.own)
            .finish()
    }
}

/// Player ν = 1, …, N solves min over x^ν of θ_ν(x)  s.t.  lvar ≤ x^ν ≤ uvar, lcon ≤ c_ν(x) ≤ ucon, where
/// x = (x¹, …, x^N) ∈ ℝⁿ holds the variables of all (FacchineiKanzow2010, Section 1).
///
/// A point is an equilibrium when x^ν solves the program of ν at the x^{−ν} of the others, for all ν. Rows may depend on the
/// variables of others.
///
/// *Shared rows* are the same function, with the same bounds, for all: the last `shared` rows of each player's model. Then
/// there are often many equilibria. The KKT system gives the rows one multiplier for all players, which singles
/// out the variational equilibrium (Rosen1965; FacchineiKanzow2010, Section 3.2). The decomposition leaves
/// each player a multiplier, and ends at some equilibrium. Shared rows that are declared as rows of each player
/// have as many multipliers as players in the KKT system, too.
///
/// ```
/// use mpec::game::{GameOptions, NashGame, Player, decompose, solve_conditions};
/// use nlp_model::{AutoModel, Functions, Meta, Scalar};
///
/// // min (x₀ − 1)² and min (x₁ − ½)², both with x₀ + x₁ ≤ 1: (α, 1 − α) for ½ ≤ α ≤ 1
/// struct Share(usize, f64);
/// impl Functions for Share {
///     fn obj<T: Scalar>(&self, x: &[T]) -> T {
///         (x[self.0] - self.1).powi(2)
///     }
///     fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
///         c[0] = x[0] + x[1] - 1.0;
///     }
/// }
/// let one = AutoModel::new(Share(0, 1.0), Meta::new("first", 2, 1));
/// let two = AutoModel::new(Share(1, 0.5), Meta::new("second", 2, 1));
/// let players = vec![Player { model: &one, own: vec![0] }, Player { model: &two, own: vec![1] }];
/// let game = NashGame::new(players, 1)?;
///
/// let variational = solve_conditions(&game, &[0.0; 2], &GameOptions::default())?;
/// assert!(variational.status.is_success() && (variational.x[0] - 0.75).abs() < 1e-7);
/// let first_come = decompose(&game, &[0.0; 2], &GameOptions::default())?;
/// assert!(first_come.status.is_success() && (first_come.x[0] - 1.0).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct NashGame<'a> {
    players: Vec<Player<'a>>,
    shared: usize,
    /// Who decides on each variable.
    owner: Vec<usize>,
}

impl<'a> NashGame<'a> {
    /// The game of `players` with `shared` common rows, the last ones of each model.
    ///
    /// # Errors
    /// [`MpecError::Game`] when there is no player, models have different numbers of variables, a variable has no
    /// owner or two, or shared rows do not exist or differ in their bounds or in their values at the start.
    pub fn new(players: Vec<Player<'a>>, shared: usize) -> Result<Self, MpecError> {
        let wrong = |player, reason| Err(MpecError::Game { player, reason });
        let Some(first) = players.first() else {
            return wrong(0, "does not exist: a game needs a player");
        };
        let n = first.model.meta().nvar();
        let mut owner = vec![usize::MAX; n];
        for (nu, player) in players.iter().enumerate() {
            if player.model.meta().nvar() != n {
                return wrong(nu, "has another number of variables than the first");
            }
            for &j in &player.own {
                match owner.get_mut(j) {
                    Some(free @ &mut usize::MAX) => *free = nu,
                    Some(_) => return wrong(nu, "decides on a variable that has an owner already"),
                    None => return wrong(nu, "decides on a variable that does not exist"),
                }
            }
            if player.model.meta().ncon() < shared {
                return wrong(nu, "has fewer rows than are shared");
            }
            if !shares(first.model, player.model, shared) {
                return wrong(nu, "has shared rows that differ from those of the first");
            }
        }
        if owner.contains(&usize::MAX) {
            return wrong(players.len(), "is missing: a variable has no owner");
        }
        Ok(NashGame {
            players,
            shared,
            owner,
        })
    }

    /// The players.
    pub fn players(&self) -> &[Player<'a>] {
        &self.players
    }
    /// Number n of variables of all players.
    pub fn nvar(&self) -> usize {
        self.owner.len()
    }
    /// Number of shared rows.
    pub fn shared(&self) -> usize {
        self.shared
    }
    /// The player who decides on variable j.
    pub fn owner(&self, j: usize) -> usize {
        self.owner[j]
    }
    /// The first shared row of player ν.
    fn first_shared(&self, nu: usize) -> usize {
        self.players[nu].model.meta().ncon() - self.shared
    }
}

/// Whether the last `shared` rows of two models have the same bounds, and the same values at the start of the first.
fn shares(one: &dyn TwiceSmooth, two: &dyn TwiceSmooth, shared: usize) -> bool {
    let last = |list: &'_ [f64]| list[list.len() - shared..].to_vec();
    let values = |model: &dyn TwiceSmooth| {
        let mut c = vec![0.0; Model::meta(model).ncon()];
        model.cons(one.meta().x0(), &mut c);
        last(&c)
    };
    let (a, b) = (one.meta(), two.meta());
    let is_same = |(a, b): (&f64, &f64)| {
        // A row may be undefined at the start.
        let size = a.abs().max(b.abs());
        !size.is_finite() || (a - b).abs() <= 1e-9 * (1.0 + size)
    };
    last(a.lcon()) == last(b.lcon())
        && last(a.ucon()) == last(b.ucon())
        && values(one).iter().zip(&values(two)).all(is_same)
}
