//! What the driver returns.

use std::fmt;

use ssn::stability::Stability;
use stopping::Stationarity;

use super::super::{Certificate, Verdict};
use crate::stationarity::StationarityReport;

/// How much is known about the point of a [`BilevelSolution`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BilevelStatus {
    /// Feasible at both levels, and proved lower-level optimal within ε.
    Proved,
    /// Feasible at both levels; local searches found nothing better at the lower level, without proof.
    Feasible,
    /// Feasible at both levels and stationary for the KKT conditions of the lower level, but lower-level
    /// optimality was refuted or could not be examined.
    Stationary,
    /// No feasible point was found.
    NotFound,
}

impl fmt::Display for BilevelStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BilevelStatus::Proved => "feasible, lower-level optimality proved",
            BilevelStatus::Feasible => "feasible, lower-level optimality not refuted by searches",
            BilevelStatus::Stationary => {
                "stationary for the KKT conditions of the lower level only"
            }
            BilevelStatus::NotFound => "no feasible point found",
        })
    }
}

/// Why the status is not [`BilevelStatus::Proved`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// F or G had no finite value at any point that was tried.
    UpperUndefined,
    /// f or g had no finite value at any point that was tried.
    LowerUndefined,
    /// No point that was tried satisfies the rows and bounds of the upper level.
    UpperInfeasible,
    /// At every x that was tried, no y satisfies the rows of the lower level; proved.
    LowerEmpty,
    /// No y was found that satisfies the rows of the lower level.
    LowerInfeasible,
    /// Feasible points of the lower level with values of −10²⁰ or less exist: it seems unbounded below.
    LowerUnbounded,
    /// Points satisfy the upper level and points satisfy the lower level, but none that was tried does both.
    NeverTogether,
    /// Points that satisfy the rows of both levels exist, but each was refuted by a better response.
    AllRefuted,
    /// The lower level has no formula ([`lower_formula`](nlp_model::Bilevel::lower_formula)), without
    /// which there are no proofs.
    NoFormula,
    /// The proof did not close within its limits of boxes and seconds.
    ProofOpen,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::UpperUndefined => "the upper level is defined at no point that was tried",
            Reason::LowerUndefined => "the lower level is defined at no point that was tried",
            Reason::UpperInfeasible => "no point that was tried satisfies the upper level",
            Reason::LowerEmpty => "no y satisfies the lower level at any x that was tried (proved)",
            Reason::LowerInfeasible => "no y was found that satisfies the lower level",
            Reason::LowerUnbounded => "the lower level seems unbounded below",
            Reason::NeverTogether => "no point that was tried satisfies both levels",
            Reason::AllRefuted => "every point that was tried has a better response",
            Reason::NoFormula => "the lower level has no formula, so nothing is proved",
            Reason::ProofOpen => "the proof did not close within its limits",
        })
    }
}

/// What led to a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A start, as it was given.
    Start,
    /// The Newton method on the value-function system.
    Penalty,
    /// A program with the KKT conditions of the lower level in its place.
    Complementarity,
    /// The better response that refuted another point.
    Response,
    /// The search in x.
    Search,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Origin::Start => "as a start",
            Origin::Penalty => "by the penalty method",
            Origin::Complementarity => "by the KKT conditions of the lower level",
            Origin::Response => "as a better response",
            Origin::Search => "by the search in x",
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
    /// What found the point.
    pub origin: Option<Origin>,
    /// The penalty parameter λ whose run found the point, or the point that it improves; none when
    /// λ played no part.
    pub penalty: Option<f64>,
    /// Multipliers of the lower level at (x, y), one for each row of its one-sided form
    /// ([`OneSided`](nlp_model::OneSided)): those that fit ∇ᵧf + Σ wⱼ ∇ᵧgⱼ = 0 best.
    pub lower_multipliers: Vec<f64>,
    /// Largest entry of ∇ᵧf + Σ wⱼ ∇ᵧgⱼ, relative to max(1, ‖∇ᵧf‖∞): not small where the lower level
    /// satisfies no constraint qualification, or is not smooth.
    pub lower_residual: f64,
    /// Stationarity of (x, y, w) for the program with the KKT conditions of the lower level in its place:
    /// its kind, its residuals, and the multipliers of that program's rows. None where derivatives are not
    /// finite.
    pub stationarity: Option<StationarityReport>,
    /// How the lower-level solutions near y move with x, and which penalty parameters are exact here
    /// ([`ssn::stability`]). None where y solves the linearised lower level to less than six digits.
    pub stability: Option<Stability>,
    /// What is known.
    pub status: BilevelStatus,
    /// Why no more is known; empty for [`BilevelStatus::Proved`].
    pub reasons: Vec<Reason>,
    /// Runs of the Newton method and of the solver with complementarity constraints.
    pub runs: usize,
    /// Evaluations of functions and derivatives of both levels, as far as the models count them.
    pub evaluations: u64,
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

    /// What is known at (x, y), before anything is.
    pub(super) fn nothing(nx: usize, ny: usize) -> Self {
        BilevelSolution {
            x: vec![f64::NAN; nx],
            y: vec![f64::NAN; ny],
            objective: f64::NAN,
            lower_objective: f64::NAN,
            upper_violation: f64::NAN,
            lower_violation: f64::NAN,
            certificate: None,
            origin: None,
            penalty: None,
            lower_multipliers: Vec::new(),
            lower_residual: f64::NAN,
            stationarity: None,
            stability: None,
            status: BilevelStatus::NotFound,
            reasons: Vec::new(),
            runs: 0,
            evaluations: 0,
            examined: 0,
            refuted: 0,
            seconds: 0.0,
        }
    }

    fn write_point(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
                let allowed = match proof.gap {
                    0.0 => "none".to_string(),
                    gap => format!("at most {gap:.1e}"),
                };
                writeln!(f, "  lower level: gap {allowed}, proved")?;
            }
            Some(verdict) => writeln!(f, "  lower level: {verdict}")?,
            None => writeln!(f, "  lower level: not examined")?,
        }
        if !self.lower_multipliers.is_empty() {
            writeln!(
                f,
                "  multipliers of the lower level {:.6?}, residual {:.1e}",
                self.lower_multipliers, self.lower_residual
            )?;
        }
        if let Some(report) = &self.stationarity {
            match report.strongest {
                Some(kind) => writeln!(f, "  {} for its KKT conditions", name(kind))?,
                None => writeln!(f, "  not stationary for its KKT conditions")?,
            }
        }
        if let Some(stability) = &self.stability {
            writeln!(f, "  lower-level solutions: {}", stability.conclusion())?;
            if let Some(penalty) = &stability.penalty {
                writeln!(f, "  value-function penalty: {penalty}")?;
            }
        }
        if let Some(origin) = self.origin {
            write!(f, "  found {origin}")?;
            match self.penalty {
                Some(penalty) => writeln!(f, ", penalty parameter λ = {penalty:.4}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

fn name(kind: Stationarity) -> &'static str {
    match kind {
        Stationarity::Weak => "W-stationary",
        Stationarity::Alternative => "A-stationary",
        Stationarity::Clarke => "C-stationary",
        Stationarity::Mordukhovich => "M-stationary",
        Stationarity::Strong => "S-stationary",
    }
}

impl fmt::Display for BilevelSolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.status)?;
        for reason in &self.reasons {
            writeln!(f, "  {reason}")?;
        }
        if self.status != BilevelStatus::NotFound {
            self.write_point(f)?;
        }
        writeln!(
            f,
            "  {} runs, {} points examined, {} refuted, {} evaluations, {:.3} s",
            self.runs, self.examined, self.refuted, self.evaluations, self.seconds
        )?;
        write!(f, "  optimality of F is not verified")
    }
}
