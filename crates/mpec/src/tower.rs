//! The three-layer stack for M-stationary points: regularization, penalization, active sets.

mod active_set;
mod augmented;
mod penalty;
mod place;

use std::fmt;
use std::time::Instant;

use nlp_model::{Mpcc, check_point};
use stopping::{Budget, MpccState, Solver, Stationarity, Status, Stopping};

use crate::MpecError;
use crate::regularization::Wings;
use augmented::Augmented;
use place::Places;

/// Parameters of [`solve`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TowerOptions {
    /// Largest residual of M-stationarity; positive.
    pub tolerance: f64,
    /// Pairs with G and H up to this are biactive for the residual; at least `tolerance`.
    pub biactive: f64,
    /// First t̄, positive.
    pub first: f64,
    /// Factor of t̄, in (0, 1).
    pub factor: f64,
    /// Largest number of regularized programs.
    pub levels: usize,
    /// Largest number of augmented Lagrangians for each.
    pub penalties: usize,
    /// Iterations of the active-set method for each of those.
    pub iterations: usize,
}

impl Default for TowerOptions {
    fn default() -> Self {
        TowerOptions {
            tolerance: 1e-5,
            biactive: 1e-3,
            first: 1.0,
            factor: 0.1,
            levels: 12,
            penalties: 40,
            iterations: 500,
        }
    }
}

impl TowerOptions {
    fn check(&self) -> Result<(), MpecError> {
        let wrong = |name, value, range| Err(MpecError::Option { name, value, range });
        for (name, value) in [("tolerance", self.tolerance), ("first", self.first)] {
            if !(value > 0.0 && value.is_finite()) {
                return wrong(name, value, "it must be positive and finite");
            }
        }
        if !(self.biactive >= self.tolerance && self.biactive.is_finite()) {
            return wrong(
                "biactive",
                self.biactive,
                "it must be at least the tolerance",
            );
        }
        if !(self.factor > 0.0 && self.factor < 1.0) {
            return wrong("factor", self.factor, "it must lie in (0, 1)");
        }
        Ok(())
    }
}

/// Where the stack ended.
#[derive(Clone, Debug)]
pub struct TowerSolution {
    /// The point with its values and multipliers.
    pub state: MpccState,
    /// Residual of M-stationarity.
    pub residual: f64,
    /// How the run ended.
    pub status: Status,
    /// Regularized programs solved.
    pub levels: usize,
    /// The last t̄.
    pub tb: f64,
    /// Wall time.
    pub seconds: f64,
}

impl fmt::Display for TowerSolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "M-stationarity {} after {} levels",
            self.status, self.levels
        )?;
        writeln!(f, "  x = {:?}", self.state.x())?;
        writeln!(f, "  νᴳ = {:?}", self.state.nu_g.get().unwrap_or(&[]))?;
        writeln!(f, "  νᴴ = {:?}", self.state.nu_h.get().unwrap_or(&[]))?;
        write!(
            f,
            "  residual {:.1e}, last t̄ = {:.1e}",
            self.residual, self.tb
        )
    }
}

/// One regularized program R_t: the butterflies, and the ε of the theorem.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level {
    wings: Wings,
    epsilon: f64,
}

impl Level {
    /// r = t̄, s = t̄/2, t = t̄²/2, ε = t̄^{5/4}/10.
    // Note (2026-11-22): the authors' code has t = t̄^1.3/2, so that ψ' = t/r vanishes as t̄^0.3 and the wrong signs with
    // it. With t̄² they vanish as t̄; ε = o(t̄) and t ≤ t̄ − 4ε hold for t̄ ≤ 1.
    fn new(tb: f64) -> Self {
        let (s, t) = (0.5 * tb, 0.5 * tb * tb);
        Level {
            wings: Wings { r: tb, s, t, tb },
            epsilon: 0.1 * tb.powf(1.25),
        }
    }
}

/// An M-stationary point of `mpcc`, from x⁰.
///
/// # Problem
/// As that of [`mpcc::solve`](crate::mpcc::solve()), in vertical form: each side of a pair is a variable, another one for
/// each side, as [`Complementarity::lifted`](nlp_model::Complementarity::lifted) makes it.
///
/// # Algorithm
/// (DussaultHaddouKadraniMigot2020)
/// 1. *Regularization.* With t̄ → 0 solve R_t: G, H ≥ −t̄, Φ = (G − ψ(H))(H − ψ(G)) ≤ 0, to the accuracy ε = o(t̄).
///    End when the recovered multipliers make the point M-stationary.
/// 2. *Penalization.* All constraints of R_t but Φ ≤ 0 go into an augmented Lagrangian. End when the first four of
///    [`RegularizedResiduals`](stopping::RegularizedResiduals) are at most ε and the fifth, that of Φ, is 0.
/// 3. *Active sets.* Minimize it over the butterflies: each pair is inside of a wing or held on one of its curves
///    H = ψ(G), G = ψ(H), where Φ is zero exactly. Newton's method in the free space with Armijo's rule; a step ends at the
///    first curve it meets, the smallest positive root of a quadratic equation. A pair leaves its curve when
///    its multiplier is negative, and the point where the wings meet along a curve of descent.
///
/// Each layer is a [`Stopping`] inside the one above, so that its tolerance is ε and its budget ends with the outer one.
///
/// # Convergence and failure
/// Limits are M-stationary when ε = o(t̄), t < t̄ − cε and MPCC-CPLD holds, because Φ and its complementarity are exact:
/// with the other regularizations ε-stationary points may tend to points that are C-stationary and not M. Status
/// `Stalled` means that a level did not reach its ε.
///
/// # Errors
/// [`MpecError`] on a start of the wrong length or not finite, options out of range, and pairs that are not in
/// vertical form.
pub fn solve(
    mpcc: &dyn Mpcc,
    x0: &[f64],
    options: &TowerOptions,
) -> Result<TowerSolution, MpecError> {
    let clock = Instant::now();
    options.check()?;
    check_point("x0", x0, mpcc.meta().nvar())?;
    Places::new(mpcc)?;
    let state = MpccState::new(x0.to_vec());
    let budget = Budget {
        max_iterations: options.levels,
        ..Budget::default()
    };
    let mut stopping = Stopping::mpcc(state, Stationarity::Mordukhovich, options.biactive)
        .with_tolerances(options.tolerance, 0.0)
        .with_budget(budget);
    let mut tower = Tower { options: *options };
    let status = tower.solve(mpcc, &mut stopping);
    let levels = stopping.iterations();
    Ok(TowerSolution {
        residual: stopping.score().unwrap_or(f64::NAN),
        tb: options.first * options.factor.powi(levels.saturating_sub(1) as i32),
        state: stopping.state,
        status,
        levels,
        seconds: clock.elapsed().as_secs_f64(),
    })
}

/// The stack behind the door of those who stack further; the criterion is the caller's.
///
/// A program whose pairs are not in vertical form ends with [`Status::Exception`].
#[derive(Clone, Debug, Default)]
pub struct Tower {
    /// Parameters; tolerance and number of levels are those of the stopping.
    pub options: TowerOptions,
}

impl<'m> Solver<dyn Mpcc + 'm, MpccState> for Tower {
    fn solve(
        &mut self,
        mpcc: &(dyn Mpcc + 'm),
        stopping: &mut Stopping<dyn Mpcc + 'm, MpccState>,
    ) -> Status {
        let Ok(places) = Places::new(mpcc) else {
            return stopping.fail(Status::Exception);
        };
        if let Some(status) = stopping.start(mpcc) {
            return status;
        }
        let mut tb = self.options.first;
        let mut augmented = Augmented::new(mpcc, places, Level::new(tb));
        augmented.place(stopping.state.x());
        loop {
            augmented.begin(Level::new(tb));
            let status = penalty::solve(&mut augmented, &self.options, stopping);
            augmented.fill(&mut stopping.state);
            if let Some(status) = stopping.stop(mpcc) {
                return status;
            }
            if status != Status::Optimal {
                return stopping.fail(status);
            }
            tracing::debug!(tb, score = stopping.score(), "level");
            tb *= self.options.factor;
        }
    }
}

#[cfg(test)]
mod tests;
