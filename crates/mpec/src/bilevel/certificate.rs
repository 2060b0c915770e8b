//! Is y optimal for the lower level? A proof by intervals, or the admission that there is none.

mod active;
mod bound;
mod dual;
mod linear_program;
mod lower;
mod quadratic;
mod report;
mod search;

use std::time::{Duration, Instant};

use nlp_model::{Bilevel, Tape, check_point};

use super::descent::{Descent, UNBOUNDED};
use super::{LowerLevelCheck, LowerLevelOptions, LowerLevelStatus, check_lower_level};
use crate::MpecError;
use crate::interval::{Derivatives, Interval};
use lower::LowerLevel;
pub use report::{Certificate, Domain, Proof, Route, Verdict};
use search::{Findings, Limits, Outcome, Search};

/// Parameters of [`certify`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CertificateOptions {
    /// ε: proved is that no feasible point is better by more than ε (1 + |f(x, y)|); at least 0.
    pub eps: f64,
    /// δ: the rows g ≤ 0 are read as g ≤ δ in the proof; at least 0. With δ > 0 more points compete, so
    /// the proof says more, but a gap of about δ times the multipliers is no longer closed.
    pub delta: f64,
    /// y is examined only when it violates no row and no bound by more than this; at least 0.
    pub feasibility: f64,
    /// Largest number of boxes.
    pub boxes: u64,
    /// Largest time of the search for a proof, in seconds; at least 0.
    pub seconds: f64,
    /// The search by local methods when there is no proof.
    pub multistart: LowerLevelOptions,
}

impl Default for CertificateOptions {
    fn default() -> Self {
        CertificateOptions {
            eps: 1e-6,
            delta: 0.0,
            feasibility: 1e-6,
            boxes: 5_000_000,
            seconds: 1.0,
            multistart: LowerLevelOptions::default(),
        }
    }
}

/// Largest number of searches after y is refuted.
const RESTARTS: usize = 20;

/// Tries to prove that y solves the lower level of `problem` at x.
///
/// # Problem
/// φ(x) = inf_s { f(x, s) : g(x, s) ≤ δ }. Proved is that no s has g(x, s) ≤ δ and f(x, s) ≤ T, with the
/// fixed cutoff T = U − ε (1 + |U|), U the upper end of an enclosure of f(x, y). Then φ(x) ≥ T and
/// f(x, y) − φ(x) ≤ ε (1 + |U|). All that is needed of a box of points s is one reason why it holds none
/// that is feasible with f ≤ T.
///
/// # Algorithm
/// 1. The rows narrow all of ℝᵐ to a box Y₀ by hull consistency. When nothing is left, the lower level is
///    empty.
/// 2. Multipliers w ≥ 0 at y from a linear program. L = f + Σ w_j (g_j − δ) is expanded at y; its
///    curvature is bounded by the eigenvalues of the interval Hessian over Y₀. Where L is convex this
///    is the duality gap, no box is needed and the proof ends here. When Y₀ is unbounded, affine rows
///    and f ≤ T narrow it by linear programming, and the test is repeated.
/// 3. Branch and bound, depth first: each box is narrowed by hull consistency with f ≤ T, put on
///    a face where all is monotone, excluded by values, by the Lagrangian with w or with multipliers
///    from linearisations at two corners, or halved. A feasible midpoint with f ≤ T refutes y; local
///    searches improve it, and all starts again there, until the better point is optimal within ε.
/// 4. Without a proof, the searches of [`check_lower_level`].
///
/// # Convergence and failure
/// Every step is rounded outward; that exponentials, logarithms, powers and trigonometric functions err
/// by less than 4 units in the last place is trusted. Numbers in the formulas that are no short binary
/// fractions stand for all numbers up to their neighbouring doubles; x and y are exact.
/// Problems without formulas ([`Bilevel::lower_formula`]), too large ones, and degenerate ones end in
/// [`Verdict::Multistart`]. Three variables without convexity are routine, ten are not. A y that
/// violates rows by v may lie below φ(x); v is reported, and closing the search then says only that
/// nothing better exists.
///
/// # References
/// Hull consistency: (BenhamouGoualardGranvilliersPuget1999). Interval methods for global optimization:
/// (HansenWalster2004).
///
/// # Errors
/// [`MpecError`] when x or y has the wrong length or is not finite, and on options out of range.
///
/// ```
/// use mpec::bilevel::{CertificateOptions, Verdict, certify};
///
/// nlp_model::bilevel! {
///     struct TwoWells(x; y);
///     F = x + y;
///     G <= 0: [];
///     f = (y.powi(2) - 1.0).powi(2) + 0.125 * y;
///     g <= 0: [-y - 2.0, y - 2.0];
/// }
/// let problem = nlp_model::AutoBilevel::new("two wells", TwoWells);
/// let options = CertificateOptions::default();
/// // y (y² − 1) = −1/32 at the wells
/// let right = certify(&problem, &[0.0], &[0.983992], &options)?;
/// assert!(matches!(right.verdict, Verdict::Refuted { .. }));
/// let left = certify(&problem, &[0.0], &[-1.015268], &options)?;
/// assert!(left.is_proved(), "{left}");
/// # Ok::<(), mpec::MpecError>(())
/// ```
pub fn certify(
    problem: &dyn Bilevel,
    x: &[f64],
    y: &[f64],
    options: &CertificateOptions,
) -> Result<Certificate, MpecError> {
    let start = Instant::now();
    options.check()?;
    check_point("x", x, problem.nx())?;
    check_point("y", y, problem.ny())?;
    let mut certificate = match problem.lower_formula() {
        Some(tape) => with_formula(problem, tape, x, y, options)?,
        None => {
            let check = check_lower_level(problem, x, y, &[], &options.multistart)?;
            let mut certificate = Certificate::new(check.value_at_y, check.violation, options);
            certificate.verdict = from_multistart(check, options.feasibility);
            certificate
        }
    };
    certificate.seconds = start.elapsed().as_secs_f64();
    tracing::debug!(
        verdict = %certificate.verdict,
        boxes = certificate.boxes,
        seconds = certificate.seconds,
        "certificate"
    );
    Ok(certificate)
}

fn with_formula(
    problem: &dyn Bilevel,
    tape: &Tape,
    x: &[f64],
    y: &[f64],
    options: &CertificateOptions,
) -> Result<Certificate, MpecError> {
    let lower = LowerLevel::new(problem, tape, x, options.delta);
    let mut at_y = Derivatives::new(&lower.expression);
    let point: Vec<Interval> = y.iter().map(|&y| Interval::point(y)).collect();
    at_y.evaluate(&lower.expression, &point, 0);
    let value = lower.objective(&at_y);
    let violation = lower.violation(problem, y, &at_y);
    let mut certificate = Certificate::new(value.hi(), violation, options);
    if !(value.is_bounded() && violation.is_finite()) {
        certificate.verdict = Verdict::Undefined;
        return Ok(certificate);
    }
    if violation > options.feasibility {
        certificate.verdict = if Search::new(&lower, f64::MAX, y).is_empty() {
            Verdict::Empty
        } else {
            Verdict::Infeasible
        };
        return Ok(certificate);
    }

    let mut limits = options.limits();
    let mut best = (y.to_vec(), value.hi());
    let mut restarts = 0;
    let (target, findings) = loop {
        let target = options.cutoff(best.1);
        let findings = Search::new(&lower, target, &best.0).run(limits);
        certificate.boxes += findings.boxes;
        certificate.is_convex |= findings.is_convex;
        limits.boxes = options.boxes.saturating_sub(certificate.boxes);
        let Outcome::Found(point) = findings.outcome else {
            break (target, findings);
        };
        best = Descent::new(problem, x)?.improve(point)?;
        restarts += 1;
        if restarts > RESTARTS || best.1 <= UNBOUNDED {
            break (
                target,
                Findings {
                    outcome: Outcome::Open,
                    ..findings
                },
            );
        }
    };
    certificate.verdict = if restarts > 0 {
        Verdict::Refuted {
            point: best.0,
            value: best.1,
            is_proved: true,
            is_optimal: findings.outcome == Outcome::Excluded,
        }
    } else if findings.outcome == Outcome::Empty {
        Verdict::Empty
    } else if findings.outcome == Outcome::Excluded {
        Verdict::Proved(Proof::new(best.1, target, &findings))
    } else {
        let check = check_lower_level(problem, x, y, &[], &options.multistart)?;
        from_multistart(check, options.feasibility)
    };
    Ok(certificate)
}

/// Tries to prove φ(x) > T: no s with g(x, s) ≤ δ has f(x, s) ≤ T, T the `cutoff`.
///
/// This is the question behind [`certify`], with a cutoff of one's own; `near` (ny) is a point whose
/// value is not far from it. ε, the feasibility tolerance and the multistart are not used. False means
/// that there is no proof, be it that such a point was found, that the limits were reached, or that the
/// lower level has no formula.
///
/// # Errors
/// As [`certify`]; also when the cutoff is not finite.
pub fn prove_value_above(
    problem: &dyn Bilevel,
    x: &[f64],
    near: &[f64],
    cutoff: f64,
    options: &CertificateOptions,
) -> Result<bool, MpecError> {
    options.check()?;
    check_point("x", x, problem.nx())?;
    check_point("near", near, problem.ny())?;
    check_point("cutoff", &[cutoff], 1)?;
    let Some(tape) = problem.lower_formula() else {
        return Ok(false);
    };
    let lower = LowerLevel::new(problem, tape, x, options.delta);
    let findings = Search::new(&lower, cutoff, near).run(options.limits());
    Ok(matches!(
        findings.outcome,
        Outcome::Excluded | Outcome::Empty
    ))
}

/// What the local searches say when there is no proof.
fn from_multistart(check: LowerLevelCheck, feasibility: f64) -> Verdict {
    match (check.status, &check.best_point) {
        (LowerLevelStatus::DomainError, _) => Verdict::Undefined,
        _ if check.violation > feasibility => Verdict::Infeasible,
        (LowerLevelStatus::Refuted | LowerLevelStatus::Unbounded, Some(point)) => {
            Verdict::Refuted {
                point: point.clone(),
                value: check.best_value,
                is_proved: false,
                is_optimal: false,
            }
        }
        _ => Verdict::Multistart(check),
    }
}

impl CertificateOptions {
    /// T = U − ε (1 + |U|), rounded down.
    fn cutoff(&self, upper: f64) -> f64 {
        let size = Interval::point(1.0) + Interval::point(upper.abs());
        (Interval::point(upper) - Interval::point(self.eps) * size).lo()
    }

    fn limits(&self) -> Limits {
        // a time beyond what a clock can hold is no limit
        let time = Duration::try_from_secs_f64(self.seconds).unwrap_or(Duration::MAX);
        Limits {
            boxes: self.boxes,
            deadline: Instant::now().checked_add(time),
        }
    }

    fn check(&self) -> Result<(), MpecError> {
        for (name, value) in [
            ("eps", self.eps),
            ("delta", self.delta),
            ("feasibility", self.feasibility),
            ("seconds", self.seconds),
        ] {
            if !(value >= 0.0 && value.is_finite()) {
                let range = "it must be finite and at least 0";
                return Err(MpecError::Option { name, value, range });
            }
        }
        Ok(())
    }
}
