//! What the driver returns.

use std::fmt;

use super::super::{Certificate, Verdict};

/// How much is known about the point of a [`BilevelSolution`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BilevelStatus {
    /// Feasible at both levels, and proved lower-level optimal within ε.
    Proved,
    /// Feasible at both levels; local searches found nothing better at the lower level, without proof.
    Feasible,
    /// A stationary point of the penalized problem whose lower-level optimality could not be confirmed.
    Stationary,
    /// No feasible point was found.
    NotFound,
}

impl fmt::Display for BilevelStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BilevelStatus::Proved => "feasible, lower-level optimality proved",
            BilevelStatus::Feasible => "feasible, lower-level optimality not refuted by searches",
            BilevelStatus::Stationary => "stationary for a penalty, lower-level optimality open",
            BilevelStatus::NotFound => "no feasible point found",
        })
    }
}

/// The best point found, and what was verified there.
///
/// No claim is made that F is the smallest possible: the search at the upper level is local, from many
/// starts.
#[derive(Clone, Debug, PartialEq)]
pub struct BilevelSolution {
    /// Upper-level variables (nx).
    pub x: Vec<f64>,
    /// Lower-level variables (ny).
    pub y: Vec<f64>,
    /// F(x, y).
    pub objective: f64,
    /// f(x, y).
    pub lower_objective: f64,
    /// Largest violation of G and of bounds of the upper model.
    pub upper_violation: f64,
    /// Largest violation of g and of bounds of the lower model.
    pub lower_violation: f64,
    /// Lower-level optimality of y, with its strength; none when nothing was found.
    pub certificate: Option<Certificate>,
    /// The penalty parameter whose run found the point; none when the search in x or a correction of y
    /// did.
    pub penalty: Option<f64>,
    /// What is known.
    pub status: BilevelStatus,
    /// Runs of the Newton method.
    pub runs: usize,
    /// Points examined for lower-level optimality.
    pub examined: usize,
    /// Of these, refuted.
    pub refuted: usize,
    /// Wall time.
    pub seconds: f64,
}

impl BilevelSolution {
    /// f(x, y) − φ(x) is at most this; known only with a proof.
    pub fn gap(&self) -> Option<f64> {
        self.certificate.as_ref().and_then(Certificate::gap)
    }
}

impl fmt::Display for BilevelSolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.status)?;
        if self.status == BilevelStatus::NotFound {
            return write!(f, "  {} runs, {:.3} s", self.runs, self.seconds);
        }
        writeln!(
            f,
            "  F = {:.10}, f = {:.10}",
            self.objective, self.lower_objective
        )?;
        writeln!(f, "  x = {:?}", self.x)?;
        writeln!(f, "  y = {:?}", self.y)?;
        writeln!(
            f,
            "  violation {:.1e} at the upper level, {:.1e} at the lower",
            self.upper_violation, self.lower_violation
        )?;
        match self.certificate.as_ref().map(|c| &c.verdict) {
            Some(Verdict::Proved(proof)) => {
                writeln!(f, "  lower level: gap at most {:.1e}, proved", proof.gap)?
            }
            Some(verdict) => writeln!(f, "  lower level: {verdict}")?,
            None => writeln!(f, "  lower level: not examined")?,
        }
        if let Some(penalty) = self.penalty {
            writeln!(f, "  found with the penalty parameter {penalty:.4}")?;
        }
        write!(
            f,
            "  {} runs, {} points examined, {} refuted, {:.3} s; optimality of F is not verified",
            self.runs, self.examined, self.refuted, self.seconds
        )
    }
}
