//! Parameters and results.

use std::fmt;

use stopping::Status;

use super::EquilibriumCheck;
use crate::MpecError;

/// Parameters of [`decompose`](super::decompose), [`solve_conditions`](super::solve_conditions) and
/// [`check_equilibrium`](super::check_equilibrium).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GameOptions {
    /// Largest KKT residual of each player's program; positive.
    pub tolerance: f64,
    /// A player gains when a reply is better by more than this times 1 + |θ_ν(x)|; at least 0.
    pub gain: f64,
    /// Largest number of sweeps of the decomposition.
    pub sweeps: usize,
    /// Starts of the search for better replies, spread over a box around x^ν, beside x^ν, centre and corners.
    pub samples: usize,
}

impl Default for GameOptions {
    fn default() -> Self {
        GameOptions {
            tolerance: 1e-7,
            gain: 1e-6,
            sweeps: 500,
            samples: 8,
        }
    }
}

impl GameOptions {
    pub(super) fn check(&self) -> Result<(), MpecError> {
        let wrong = |name, value, range| Err(MpecError::Option { name, value, range });
        if !(self.tolerance > 0.0 && self.tolerance.is_finite()) {
            return wrong(
                "tolerance",
                self.tolerance,
                "it must be positive and finite",
            );
        }
        if !(self.gain >= 0.0 && self.gain.is_finite()) {
            return wrong("gain", self.gain, "it must be finite and at least 0");
        }
        Ok(())
    }
}

/// Where a method for games ended.
#[derive(Clone, Debug, PartialEq)]
pub struct GameSolution {
    /// x (n), the variables of all players.
    pub x: Vec<f64>,
    /// Multipliers y_ν of the rows of each player's model in L_ν = θ_ν + y_νᵀc_ν + …: positive at an upper bound,
    /// negative at a lower one.
    pub multipliers: Vec<Vec<f64>>,
    /// What the players' programs, solved anew, say of x.
    pub check: EquilibriumCheck,
    /// `Optimal` when x is an equilibrium as far as the check can tell; `SubOptimal` when the method ended at a point whose
    /// KKT conditions hold and where a player gains; else the reason why the method ended.
    pub status: Status,
    /// Sweeps, or Newton iterations.
    pub iterations: usize,
    /// Wall time.
    pub seconds: f64,
}

impl GameSolution {
    /// The status under the check: what a method claims is confirmed, or not.
    pub(super) fn confirm(
        claimed: Status,
        check: &EquilibriumCheck,
        options: &GameOptions,
    ) -> Status {
        match claimed {
            Status::Optimal if check.is_equilibrium(options) => Status::Optimal,
            Status::Optimal => Status::SubOptimal,
            other => other,
        }
    }
}

impl fmt::Display for GameSolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Nash game {} after {} iterations",
            self.status, self.iterations
        )?;
        writeln!(f, "  x = {:?}", self.x)?;
        for line in self.check.to_string().lines() {
            writeln!(f, "  {line}")?;
        }
        write!(f, "  multipliers {:?}", self.multipliers)
    }
}
