//! The result: what was found, measured anew, and why no more is known.

use nlp_model::{Bilevel, KktConditions, Linearised};
use ssn::stability::{Stability, StabilityOptions, of_bilevel};

use super::super::{Certificate, Verdict};
use super::examine::Examiner;
use super::multipliers::LowerMultipliers;
use super::pool::{Candidate, Pool, violation};
use super::solution::{BilevelSolution, BilevelStatus, Reason};
use crate::MpecError;
use crate::linearised::LinearisedOptions;
use crate::stationarity::{StationarityReport, check_stationarity};

/// The candidate that was found with its certificate, or the one with the smallest F.
pub(super) fn report(
    problem: &dyn Bilevel,
    pool: &Pool,
    found: Option<(usize, Certificate)>,
    examiner: &mut Examiner,
) -> Result<BilevelSolution, MpecError> {
    let mut solution = BilevelSolution::nothing(problem.nx(), problem.ny());
    let order = |a: &&Candidate, b: &&Candidate| a.objective.total_cmp(&b.objective);
    let (candidate, certificate) = match found {
        Some((k, certificate)) => (&pool.candidates[k], certificate),
        None => {
            let Some(candidate) = pool.candidates.iter().min_by(order) else {
                solution.reasons = pool.seen.reasons(examiner);
                return Ok(solution);
            };
            let certificate = examiner.certify(&candidate.x, &candidate.y, true)?;
            (candidate, certificate)
        }
    };
    let z = [&candidate.x[..], &candidate.y].concat();
    let (multipliers, residual) = LowerMultipliers::new(problem.lower(), problem.nx()).at(&z);
    let stationarity = stationarity(problem, &[&z[..], &multipliers].concat())?;
    let is_stationary = residual <= STATIONARY
        && stationarity
            .as_ref()
            .is_some_and(|report| report.strongest.is_some());
    (solution.status, solution.reasons) = match &certificate.verdict {
        Verdict::Proved(_) => (BilevelStatus::Proved, Vec::new()),
        Verdict::Multistart(_) if problem.lower_formula().is_none() => {
            (BilevelStatus::Feasible, vec![Reason::NoFormula])
        }
        Verdict::Multistart(_) => (BilevelStatus::Feasible, vec![Reason::ProofOpen]),
        _ if is_stationary => (BilevelStatus::Stationary, pool.seen.reasons(examiner)),
        _ => (BilevelStatus::NotFound, pool.seen.reasons(examiner)),
    };
    if solution.status == BilevelStatus::NotFound {
        return Ok(solution);
    }
    Ok(BilevelSolution {
        x: candidate.x.clone(),
        y: candidate.y.clone(),
        objective: candidate.objective,
        lower_objective: problem.lower().obj(&z),
        upper_violation: violation(problem.upper(), &z),
        lower_violation: violation(problem.lower(), &z),
        certificate: Some(certificate),
        origin: Some(candidate.origin),
        penalty: candidate.penalty,
        lower_multipliers: multipliers,
        lower_residual: residual,
        stationarity,
        stability: stability(problem, candidate),
        ..solution
    })
}

/// Largest relative residual of the lower level's KKT conditions at a point called stationary.
const STATIONARY: f64 = 1e-5;

/// Stationarity of w = (x, y, multipliers); none where derivatives are not finite.
fn stationarity(problem: &dyn Bilevel, w: &[f64]) -> Result<Option<StationarityReport>, MpecError> {
    let qvi = Linearised::new(problem)?;
    let conditions = KktConditions::new(&qvi)?;
    let options = LinearisedOptions {
        active: 1e-6,
        nodes: 256,
        ..LinearisedOptions::default()
    };
    Ok(check_stationarity(&conditions, w, &options).ok())
}

/// Stability at the candidate, whose lower level is examined to other tolerances than this asks for.
fn stability(problem: &dyn Bilevel, at: &Candidate) -> Option<Stability> {
    of_bilevel(problem, &at.x, &at.y, &StabilityOptions::default()).ok()
}

/// What was seen at the points that were tried.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    upper_defined: bool,
    lower_defined: bool,
    upper_feasible: bool,
    lower_feasible: bool,
    both_feasible: bool,
}

impl Seen {
    /// Adds a point: objectives, and violations of both levels.
    pub fn add(&mut self, upper: (f64, f64), lower: (f64, f64), feasibility: f64) {
        self.upper_defined |= upper.0.is_finite() && !upper.1.is_nan();
        self.lower_defined |= lower.0.is_finite() && !lower.1.is_nan();
        let (of_upper, of_lower) = (upper.1 <= feasibility, lower.1 <= feasibility);
        self.upper_feasible |= of_upper;
        self.lower_feasible |= of_lower;
        self.both_feasible |= of_upper && of_lower;
    }

    fn reasons(&self, examiner: &Examiner) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if !self.upper_defined {
            reasons.push(Reason::UpperUndefined);
        } else if !self.upper_feasible {
            reasons.push(Reason::UpperInfeasible);
        }
        if !self.lower_defined {
            reasons.push(Reason::LowerUndefined);
        } else if examiner.is_unbounded {
            reasons.push(Reason::LowerUnbounded);
        } else if !self.lower_feasible && examiner.is_always_empty() {
            reasons.push(Reason::LowerEmpty);
        } else if !self.lower_feasible {
            reasons.push(Reason::LowerInfeasible);
        } else if self.both_feasible {
            reasons.push(Reason::AllRefuted);
        }
        if reasons.is_empty() {
            reasons.push(Reason::NeverTogether);
        }
        reasons
    }
}
