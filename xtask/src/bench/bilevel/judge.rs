//! The judgement of a point: everything is computed anew from the formulas of the catalogue.

use super::dense::{self, Found};
use bolib::Problem;
use linalg::slice::norm_inf;
use mpec::bilevel::{BilevelSolution, BilevelStatus, Verdict};
use nlp_model::{Bilevel, TwiceSmooth};

/// F counts within this of the reference, relative to max(1, |reference|).
pub const OBJECTIVE: f64 = 1e-2;
/// F is better than the reference when it is below by more than this, relative to max(1, |reference|).
pub const BETTER: f64 = 1e-4;
/// The gap counts up to this times 1 + |φ|.
pub const GAP: f64 = 1e-6;
/// Violations count up to this.
pub const VIOLATION: f64 = 1e-6;
/// A gap up to this times 1 + |φ| is no more than rounding. Where the lower level is flat, a gap of 1e-6 moves y, and
/// with it F, by 1e-3: such values are reached, but not better.
const SETTLED: f64 = 1e-9;
/// Two evaluations of the same formula may differ by this, relative.
const ROUNDING: f64 = 1e-13;

/// What is true of a point.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// F(x, y).
    pub objective: f64,
    /// Largest violation of a row at either level.
    pub violation: f64,
    /// f(x, y) − smallest value found with g ≤ 0, at least 0: a lower bound of the gap.
    pub gap: f64,
    /// The same, relative to 1 + |smallest value|.
    pub relative_gap: f64,
    /// F at (x, s) with s the best point found, which is y unless the gap is more than rounding; +∞ when (x, s)
    /// violates the upper level.
    pub settled_objective: f64,
    /// The status `Proved` claims what a point found here contradicts.
    pub is_refuted: bool,
    /// What the search looked at.
    pub search: Found,
}

/// Judges a solution; none when it has no point.
pub fn judge(model: &dyn Bilevel, solution: &BilevelSolution) -> crate::Result<Option<Judgement>> {
    let (x, y) = (&solution.x, &solution.y);
    if solution.status == BilevelStatus::NotFound {
        return Ok(None);
    }
    let z = [&x[..], y].concat();
    let value = model.lower().obj(&z);
    let certificate = solution.certificate.as_ref();
    let search = dense::search(model, x, y, certificate.map_or(0.0, |c| c.delta))?;
    let best = search.strict.value.min(value);
    let relative_gap = (value - best) / (1.0 + best.abs());
    let claim = match certificate.map(|c| &c.verdict) {
        Some(Verdict::Proved(proof)) => Some(proof.lower_bound),
        _ => None,
    };
    let refutes = |bound: f64| search.relaxed.value < bound - ROUNDING * (1.0 + bound.abs());
    Ok(Some(Judgement {
        objective: model.upper().obj(&z),
        violation: norm_inf(&[violation(model.upper(), &z), violation(model.lower(), &z)]),
        gap: value - best,
        relative_gap,
        settled_objective: if relative_gap <= SETTLED {
            model.upper().obj(&z)
        } else {
            feasible_objective(model.upper(), &[&x[..], &search.strict.point].concat())
        },
        is_refuted: claim.is_some_and(refutes),
        search,
    }))
}

impl Judgement {
    /// Feasible at both levels, and nothing better found at the lower one.
    pub fn is_feasible(&self) -> bool {
        self.violation <= VIOLATION && self.relative_gap <= GAP
    }

    /// Feasible, and F is as good as the reference.
    pub fn has_reached(&self, problem: &Problem) -> bool {
        self.excess(problem).is_some_and(|e| e <= OBJECTIVE) && self.is_feasible()
    }

    /// Feasible, and F is better than the reference, also with the best lower-level point found.
    pub fn is_better(&self, problem: &Problem) -> bool {
        let objective = self.objective.max(self.settled_objective);
        reference(problem).is_some_and(|r| objective < r - BETTER * r.abs().max(1.0))
            && self.is_feasible()
    }

    /// (F − reference) / max(1, |reference|); none without a reference.
    pub fn excess(&self, problem: &Problem) -> Option<f64> {
        reference(problem).map(|r| (self.objective - r) / r.abs().max(1.0))
    }
}

/// The value to reach: F at the catalogue's point when it has one, since values of the literature are
/// rounded; none where the catalogue says that there is no solution.
pub fn reference(problem: &Problem) -> Option<f64> {
    let value = problem.reference.value?;
    let Some(point) = problem.reference.point else {
        return Some(value);
    };
    let at_point = problem.build().upper().obj(&point.stacked());
    let is_the_same = (at_point - value).abs() <= OBJECTIVE * value.abs().max(1.0);
    Some(if is_the_same { at_point } else { value })
}

/// F at z, +∞ where G is violated.
fn feasible_objective(upper: &dyn TwiceSmooth, z: &[f64]) -> f64 {
    if violation(upper, z) <= VIOLATION {
        upper.obj(z)
    } else {
        f64::INFINITY
    }
}

/// Largest violation of a row or bound; NaN when a row is not finite.
fn violation(model: &dyn TwiceSmooth, z: &[f64]) -> f64 {
    let meta = model.meta();
    let mut rows = vec![0.0; meta.ncon()];
    model.cons(z, &mut rows);
    let rows = rows.iter().zip(meta.lcon().iter().zip(meta.ucon()));
    let bounds = z.iter().zip(meta.lvar().iter().zip(meta.uvar()));
    let outside = rows.chain(bounds).map(|(v, (l, u))| match v.is_finite() {
        true => (l - v).max(v - u).max(0.0),
        false => f64::NAN,
    });
    norm_inf(&outside.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mpec::bilevel::{CertificateOptions, certify};

    /// What a run would return that ends at this point.
    fn ended_at(problem: &Problem, x: &[f64], y: &[f64], status: BilevelStatus) -> BilevelSolution {
        let model = problem.build();
        let start = [x, y].concat();
        let options = mpec::bilevel::BilevelOptions {
            starts: vec![start],
            random_starts: 0,
            penalties: vec![1.0],
            search: 0,
            ..Default::default()
        };
        let mut solution = mpec::bilevel::solve(model.as_ref(), &options).unwrap();
        let certificate = certify(model.as_ref(), x, y, &CertificateOptions::default()).unwrap();
        (solution.x, solution.y, solution.status) = (x.to_vec(), y.to_vec(), status);
        solution.certificate = Some(certificate);
        solution
    }

    fn verdict(name: &str, x: &[f64], y: &[f64]) -> (Judgement, &'static Problem) {
        let problem = bolib::problem(name).unwrap();
        let solution = ended_at(problem, x, y, BilevelStatus::Proved);
        let judgement = judge(problem.build().as_ref(), &solution).unwrap();
        (judgement.unwrap(), problem)
    }

    #[test]
    fn the_reference_is_reached_and_not_better() {
        let (judgement, problem) = verdict("Dempe1992b", &[0.0], &[0.0]);
        assert!(judgement.has_reached(problem) && !judgement.is_better(problem));
        assert!(judgement.objective == 28.25 && !judgement.is_refuted);
    }

    #[test]
    fn a_point_that_the_lower_level_does_not_choose_is_not_reached_whatever_the_run_says() {
        // y² ≤ 4 and (y − 3)²: y = 2, but F likes y = −2
        let (judgement, problem) = verdict("Dempe1992b", &[4.0], &[-2.0]);
        assert!(judgement.objective < 28.25 && !judgement.has_reached(problem));
        assert!((judgement.gap - 24.0).abs() < 1e-9, "{judgement:?}");
    }

    #[test]
    fn a_gain_within_the_tolerance_of_the_gap_is_no_better_value() {
        // f = (x + y − 1)²: a gap of 1e-6 hides a step of 1e-3 in y
        let (judgement, problem) = verdict("LamparielloSagratella2017Ex32", &[0.4996], &[0.4996]);
        assert!(
            judgement.has_reached(problem) && !judgement.is_better(problem),
            "{judgement:?}"
        );
        assert!(judgement.objective < judgement.settled_objective);
    }

    #[test]
    fn a_false_proof_is_refuted() {
        let problem = bolib::problem("Dempe1992b").unwrap();
        let mut solution = ended_at(problem, &[1.0], &[1.0], BilevelStatus::Proved);
        // the bound of a proof, raised above the value
        if let Some(Verdict::Proved(proof)) = solution.certificate.as_mut().map(|c| &mut c.verdict)
        {
            proof.lower_bound += 1e-3;
        }
        let judgement = judge(problem.build().as_ref(), &solution).unwrap().unwrap();
        assert!(judgement.is_refuted);
    }
}
