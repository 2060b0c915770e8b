//! Does a player gain by another reply? Each player's program is solved anew.

use std::fmt;

use linalg::slice::norm_inf;
use nlp_model::{Model, Restriction, TwiceSmooth, check_length, check_point};
use stopping::residual::Kkt;
use stopping::{NlpState, Norm};
use trust_region::{Start, sqp};

use super::{GameOptions, NashGame};
use crate::MpecError;
use crate::bilevel::starts;

/// What the players' programs say of a point.
///
/// Entries belong to the players, in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct EquilibriumCheck {
    /// θ_ν(x).
    pub values: Vec<f64>,
    /// max(0, θ_ν(x) − the best value found) at the x^{−ν} of the others: at most what ν can gain. It is what ν can gain when the
    /// program of ν is convex. NaN when functions are not finite at x.
    pub gains: Vec<f64>,
    /// The best replies found, x^ν itself where nothing is better.
    pub replies: Vec<Vec<f64>>,
    /// Largest violation of a row or own bound.
    pub violations: Vec<f64>,
    /// KKT residuals with the given multipliers, ∞-norm; those of own bounds are the best possible.
    pub residuals: Vec<f64>,
    /// Local searches made.
    pub searches: usize,
}

impl EquilibriumCheck {
    /// All KKT residuals are within the tolerance, and nobody gains more than the options allow.
    pub fn is_equilibrium(&self, options: &GameOptions) -> bool {
        let is_content = |(gain, value): (&f64, &f64)| *gain <= options.gain * (1.0 + value.abs());
        self.residuals.iter().all(|r| *r <= options.tolerance)
            && self.gains.iter().zip(&self.values).all(is_content)
    }
    /// The largest gain: x is an ε-equilibrium with this ε if players' programs are convex; NaN when one is.
    pub fn largest_gain(&self) -> f64 {
        norm_inf(&self.gains)
    }
}

impl fmt::Display for EquilibriumCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nu, gain) in self.gains.iter().enumerate() {
            writeln!(
                f,
                "player {nu}: value {:.10}, gain {gain:.1e}, violation {:.1e}, KKT residual {:.1e}",
                self.values[nu], self.violations[nu], self.residuals[nu]
            )?;
        }
        write!(
            f,
            "gains by {} local searches: proved where a player's program is convex, else lower bounds",
            self.searches
        )
    }
}

/// A reply must violate its rows no more than this, or than x^ν does.
const FEASIBLE: f64 = 1e-8;

/// Solves each player's program at x, from x^ν and from other starts; `multipliers` as in
/// [`GameSolution`](super::GameSolution).
///
/// # Errors
/// [`MpecError`] when x or multipliers have the wrong lengths or x is not finite, and on options out of range.
pub fn check_equilibrium(
    game: &NashGame,
    x: &[f64],
    multipliers: &[Vec<f64>],
    options: &GameOptions,
) -> Result<EquilibriumCheck, MpecError> {
    options.check()?;
    check_point("x", x, game.nvar())?;
    if multipliers.len() != game.players().len() {
        return Err(MpecError::Game {
            player: multipliers.len(),
            reason: "has no multipliers",
        });
    }
    let mut check = EquilibriumCheck {
        values: Vec::new(),
        gains: Vec::new(),
        replies: Vec::new(),
        violations: Vec::new(),
        residuals: Vec::new(),
        searches: 0,
    };
    for (player, y) in game.players().iter().zip(multipliers) {
        check_length("multipliers", y, player.model.meta().ncon())?;
        let reply = Restriction::new(player.model, &player.own)?;
        reply.fix(x)?;
        let own: Vec<f64> = player.own.iter().map(|&j| x[j]).collect();
        let (violation, residual) = conditions_of(&reply, &own, y);
        let value = reply.obj(&own);
        let (best, point) = best_reply(&reply, &own, violation, options, &mut check.searches)?;
        let gain = value - best;
        check.gains.push(if gain < 0.0 { 0.0 } else { gain });
        check.replies.push(point);
        check.values.push(value);
        check.violations.push(violation);
        check.residuals.push(residual);
    }
    Ok(check)
}

/// Violation and KKT residual of a player at x^ν with the multipliers y of the rows.
fn conditions_of(reply: &dyn TwiceSmooth, own: &[f64], y: &[f64]) -> (f64, f64) {
    let mut state = NlpState::default();
    fill(reply, own, y, &mut state);
    match Kkt::new(reply.meta(), Norm::Inf).parts(reply, &state) {
        Ok(parts) => {
            let all = [parts.dual, parts.primal, parts.bounds, parts.constraints];
            (parts.primal, norm_inf(&all))
        }
        Err(_) => (f64::NAN, f64::NAN),
    }
}

/// Moves `state` to x^ν and evaluates what a KKT residual needs, with the multipliers y of the rows. Those of bounds are
/// what stationarity asks for, z = −∇θ − Jᵀy, where the bound exists, else 0.
pub(super) fn fill(reply: &dyn TwiceSmooth, own: &[f64], y: &[f64], state: &mut NlpState) {
    let (meta, jac) = (reply.meta(), reply.jac_structure());
    state.set_x(own);
    state.f = Some(reply.obj(own));
    state.g.fill(own.len(), |g| reply.grad(own, g));
    state.c.fill(meta.ncon(), |c| reply.cons(own, c));
    state.jac.fill(jac.nnz(), |vals| reply.jac_coord(own, vals));
    state.y.set(y);
    let (Some(g), Some(vals)) = (state.g.get(), state.jac.get()) else {
        return;
    };
    state.z.fill(own.len(), |z| {
        jac.mul_transpose(vals, y, z);
        for (j, z) in z.iter_mut().enumerate() {
            *z = -*z - g[j];
            let bound = if *z > 0.0 {
                meta.uvar()[j]
            } else {
                meta.lvar()[j]
            };
            if bound.is_infinite() {
                *z = 0.0;
            }
        }
    });
}

/// The best value found among feasible points, and its point.
fn best_reply(
    reply: &dyn TwiceSmooth,
    own: &[f64],
    violation: f64,
    options: &GameOptions,
    searches: &mut usize,
) -> Result<(f64, Vec<f64>), MpecError> {
    let (mut best, mut point) = (reply.obj(own), own.to_vec());
    if !(best.is_finite() && violation.is_finite()) {
        return Ok((f64::NAN, point));
    }
    let feasible = violation.clamp(FEASIBLE, options.tolerance.max(FEASIBLE));
    for start in starts(reply, own, &[], options.samples) {
        *searches += 1;
        let found = trust_region::solve(reply, &Start::at(&start), &sqp::Options::default())?;
        if found.violation <= feasible && found.objective < best {
            (best, point) = (found.objective, found.x);
        }
    }
    Ok((best, point))
}
