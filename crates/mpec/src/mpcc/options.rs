//! Parameters of the solver.

use crate::MpecError;
use crate::linearised::LinearisedOptions;
use crate::regularization::Regularization;

/// Parameters of [`solve`](super::solve).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MpccOptions {
    /// Largest violation of rows, bounds and of min(G, H), and dual residual of the pieces, relative to
    /// max(1, ‖∇f‖∞); in (0, 1e-4].
    pub tolerance: f64,
    /// The regularization of the continuation.
    pub regularization: Regularization,
    /// Its first parameter t₀, positive.
    pub first: f64,
    /// Factor κ of the parameter, in (0, 1).
    pub factor: f64,
    /// The continuation ends when all |min(G, H)| are at most this, positive.
    pub complementarity: f64,
    /// Largest number of regularized programs.
    pub continuation: usize,
    /// Iterations of the SQP method on one program.
    pub iterations: usize,
    /// Largest number of escapes from points that are not B-stationary.
    pub escapes: usize,
    /// Largest number of nodes of the search; 0 leaves it out.
    pub nodes: usize,
    /// Largest number of other starts, for programs that are not convex.
    pub restarts: usize,
    /// The test of B-stationarity.
    pub linearised: LinearisedOptions,
}

impl Default for MpccOptions {
    fn default() -> Self {
        MpccOptions {
            tolerance: 1e-8,
            regularization: Regularization::Scholtes,
            first: 1.0,
            factor: 0.1,
            complementarity: 1e-3,
            continuation: 8,
            iterations: 100,
            escapes: 20,
            nodes: 200,
            restarts: 4,
            linearised: LinearisedOptions::default(),
        }
    }
}

impl MpccOptions {
    /// Options of the test at a point of the solver: what a feasible point violates counts as zero.
    pub(super) fn linearised(&self) -> LinearisedOptions {
        LinearisedOptions {
            active: self.linearised.active.max(self.tolerance),
            ..self.linearised
        }
    }

    pub(super) fn check(&self) -> Result<(), MpecError> {
        let wrong = |name, value, range| Err(MpecError::Option { name, value, range });
        if !(self.tolerance > 0.0 && self.tolerance <= 1e-4) {
            return wrong("tolerance", self.tolerance, "it must lie in (0, 1e-4]");
        }
        for (name, value) in [
            ("first", self.first),
            ("complementarity", self.complementarity),
        ] {
            if !(value > 0.0 && value.is_finite()) {
                return wrong(name, value, "it must be positive and finite");
            }
        }
        if !(self.factor > 0.0 && self.factor < 1.0) {
            return wrong("factor", self.factor, "it must lie in (0, 1)");
        }
        for (name, value) in [
            ("linearised.active", self.linearised.active),
            ("linearised.tolerance", self.linearised.tolerance),
        ] {
            if !(value >= 0.0 && value.is_finite()) {
                return wrong(name, value, "it must be finite and at least 0");
            }
        }
        Ok(())
    }
}
