//! Parameters of the solver.

use crate::MpecError;

/// Whether the followers, when indifferent, harm the leader or help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sense {
    /// ϑ(x) = sup { f(x, y) : y ∈ S(x) }.
    #[default]
    Pessimistic,
    /// μ(x) = inf { f(x, y) : y ∈ S(x) }.
    Optimistic,
}

/// Radii of a run of BOBYQA, in units of x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Radii {
    /// The first radius, positive; enlarged when values one radius apart agree up to the accuracy.
    pub first: f64,
    /// The last radius, in (0, first].
    pub last: f64,
}

/// Parameters of [`solve`](super::solve).
#[derive(Clone, Debug, PartialEq)]
pub struct PessimisticOptions {
    /// Harm or help.
    pub sense: Sense,
    /// Where the leader begins (nx), inside of the box; empty for the middle.
    pub start: Vec<f64>,
    /// A run of BOBYQA with 2n + 1 points and these radii before the cliff solver, as in
    /// (CervinkaMatonohaOutrata2009); none leaves it out.
    pub radii: Option<Radii>,
    /// Largest number of outer evaluations of the cliff solver; 0 for 300 (n + 1).
    pub evaluations: usize,
    /// Accuracy of ϑ: outer differences below ten times this are not believed. Finite, at least 0.
    pub accuracy: f64,
    /// ε of a follower who minimizes: y with f(x, y) ≤ φ(x) + ε (1 + |φ(x)|) are responses, beside those that rounding
    /// cannot tell from minimizers; between 0 and 1e-4. As ε falls to 0 the value falls to that of exact responses, in the
    /// optimistic sense it rises.
    pub tolerance: f64,
    /// Largest violation of rows, bounds and min(G, H) at a response, in (0, 1e-6].
    pub feasibility: f64,
    /// Programs solved at one x; when there are more pieces the answer is no value.
    pub programs: usize,
    /// Time of one proof that no response is worse, at the points that are reported, in seconds; at least 0.
    pub seconds: f64,
    /// Seed of the outer solver.
    pub seed: u64,
}

impl Default for PessimisticOptions {
    fn default() -> Self {
        PessimisticOptions {
            sense: Sense::Pessimistic,
            start: Vec::new(),
            radii: None,
            evaluations: 0,
            accuracy: 1e-11,
            tolerance: 0.0,
            feasibility: 1e-10,
            programs: 5000,
            seconds: 2.0,
            seed: 0,
        }
    }
}

impl PessimisticOptions {
    pub(super) fn check(&self) -> Result<(), MpecError> {
        let option = |name, value: f64, holds: bool, range| {
            if holds {
                Ok(())
            } else {
                Err(MpecError::Option { name, value, range })
            }
        };
        let non_negative = |v: f64| v >= 0.0 && v.is_finite();
        let (accuracy, seconds) = (self.accuracy, self.seconds);
        let range = "it must be finite and at least 0";
        option("accuracy", accuracy, non_negative(accuracy), range)?;
        option("seconds", seconds, non_negative(seconds), range)?;
        let holds = (0.0..=1e-4).contains(&self.tolerance);
        option(
            "tolerance",
            self.tolerance,
            holds,
            "it must lie in [0, 1e-4]",
        )?;
        let holds = self.feasibility > 0.0 && self.feasibility <= 1e-6;
        option(
            "feasibility",
            self.feasibility,
            holds,
            "it must lie in (0, 1e-6]",
        )?;
        option("programs", 0.0, self.programs > 0, "it must be at least 1")
    }
}
