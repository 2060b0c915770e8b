//! The lower level at a fixed x, solved globally.

use nlp_model::{Bilevel, Model};

use super::pieces::distance;
use crate::MpecError;
use crate::bilevel::{CertificateOptions, FixedUpper, LowerLevelOptions, Verdict, certify, starts};
use crate::interval::{Derivatives, Expression, Interval};
use crate::sqp::{Ended, Limits, Sqp};

/// What is known of min f(x, ·) at an x.
#[derive(Clone, Debug)]
pub(super) struct LowerLevel {
    /// φ(x), the smallest value found.
    pub value: f64,
    /// Points with values up to this are responses.
    pub cutoff: f64,
    /// Local minimizers that were found, the best first.
    pub minimizers: Vec<Minimizer>,
    /// The value is proved to be the smallest within the tolerance.
    pub is_proved: bool,
    /// The lower level is proved to be convex at this x.
    pub is_convex: bool,
}

impl LowerLevel {
    /// Number of minimizers that tie, 1 when the lower level is convex.
    pub fn ties(&self) -> usize {
        if self.is_convex {
            return 1;
        }
        let ties = self.minimizers.iter().filter(|m| m.value <= self.cutoff);
        ties.count()
    }
}

/// A local minimizer.
#[derive(Clone, Debug)]
pub(super) struct Minimizer {
    pub y: Vec<f64>,
    pub value: f64,
}

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoValue {
    /// Proved: no y satisfies the rows.
    Empty,
    /// No feasible y was found.
    NotFound,
    /// f has no lower bound.
    Unbounded,
    /// f or a row has no value.
    Undefined,
}

/// Refutations of one value, each with a better point, before the search gives up.
const ROUNDS: usize = 8;
/// Points that fill the box of y at an x far from all others, and at an x with a neighbour, for each variable.
const SAMPLES: [usize; 2] = [16, 2];
/// Local solutions end when rounding stops them.
const LIMITS: Limits = Limits {
    tolerance: 1e-15,
    iterations: 100,
};
/// ε of proofs, when the tolerance of the follower is smaller.
pub(super) const PROOF: f64 = 1e-9;
/// Widths of an enclosure of f at a minimizer within which values are equal.
const WIDTHS: f64 = 1e3;
/// Values below this count as unbounded.
const UNBOUNDED: f64 = -1e12;

/// Local solutions from `known` points and from samples, and a certificate for the best one, which is replaced when it
/// is refuted.
pub(super) fn solve_lower(
    problem: &dyn Bilevel,
    x: &[f64],
    known: &[Vec<f64>],
    tolerance: f64,
    feasibility: f64,
) -> Result<Result<LowerLevel, NoValue>, MpecError> {
    let model = FixedUpper::new(problem, x)?;
    let mut search = Search {
        sqp: Sqp::new(&model),
        model: &model,
        feasibility,
        found: Vec::new(),
        is_undefined: false,
        is_unbounded: false,
    };
    let y0 = known
        .first()
        .map_or(model.meta().x0(), Vec::as_slice)
        .to_vec();
    let points: Vec<&[f64]> = known.iter().map(Vec::as_slice).collect();
    let samples = SAMPLES[usize::from(!known.is_empty())] * problem.ny();
    for start in starts(&model, &y0, &points, samples) {
        search.descend(&start);
    }
    let options = CertificateOptions {
        eps: tolerance.max(PROOF),
        feasibility: 1e-7,
        boxes: 20_000,
        seconds: 0.5,
        multistart: LowerLevelOptions::default(),
        ..CertificateOptions::default()
    };
    let mut lower = LowerLevel {
        value: f64::NAN,
        cutoff: f64::NAN,
        minimizers: Vec::new(),
        is_proved: false,
        is_convex: false,
    };
    for _ in 0..ROUNDS {
        if search.is_unbounded {
            return Ok(Err(NoValue::Unbounded));
        }
        let best = search.best().map_or(y0.clone(), |best| best.y.clone());
        let certificate = certify(problem, x, &best, &options)?;
        lower.is_convex = certificate.is_convex;
        match certificate.verdict {
            Verdict::Proved(_) => lower.is_proved = true,
            Verdict::Empty => return Ok(Err(NoValue::Empty)),
            Verdict::Refuted { point, value, .. } => {
                if value < UNBOUNDED {
                    return Ok(Err(NoValue::Unbounded));
                }
                let before = search.best().map(|best| best.value);
                search.offer(&point);
                search.descend(&point);
                if search.best().map(|best| best.value) != before {
                    continue;
                }
            }
            Verdict::Undefined => search.is_undefined = true,
            Verdict::Infeasible | Verdict::Multistart(_) => {}
        }
        break;
    }
    if search.found.is_empty() {
        let why = if search.is_undefined {
            NoValue::Undefined
        } else {
            NoValue::NotFound
        };
        return Ok(Err(why));
    }
    search.found.sort_by(|a, b| a.value.total_cmp(&b.value));
    lower.value = search.found[0].value;
    lower.cutoff = lower.value
        + tolerance * (1.0 + lower.value.abs())
        + rounding(problem, x, &search.found[0]);
    lower.minimizers = search.found;
    Ok(Ok(lower))
}

/// What rounding and the accuracy of minimizers may add to the value at a minimizer: some widths of an enclosure, at least
/// the square of 10⁻⁹.
fn rounding(problem: &dyn Bilevel, x: &[f64], minimizer: &Minimizer) -> f64 {
    let Some(tape) = problem.lower_formula() else {
        return 1e-13 * (1.0 + minimizer.value.abs());
    };
    let expression = Expression::new(tape, x);
    let mut at = Derivatives::new(&expression);
    let point: Vec<Interval> = minimizer.y.iter().map(|y| Interval::point(*y)).collect();
    at.evaluate(&expression, &point, 0);
    (WIDTHS * at.value(tape.obj()).width()).max(1e-18)
}

struct Search<'m> {
    sqp: Sqp<'m>,
    model: &'m FixedUpper<'m>,
    feasibility: f64,
    found: Vec<Minimizer>,
    is_undefined: bool,
    is_unbounded: bool,
}

impl Search<'_> {
    fn best(&self) -> Option<&Minimizer> {
        self.found.iter().min_by(|a, b| a.value.total_cmp(&b.value))
    }

    /// Minimizes f(x, ·) from a start.
    fn descend(&mut self, start: &[f64]) {
        let meta = self.model.meta();
        let ended = self.sqp.solve(start, meta.lcon(), meta.ucon(), LIMITS);
        match ended {
            Ended::Domain => self.is_undefined = true,
            Ended::Unbounded => self.is_unbounded = true,
            Ended::Infeasible => {}
            // a point that is feasible but not quite stationary is a candidate, no more
            _ if self.sqp.violation() <= self.feasibility => {
                let (y, value) = (self.sqp.x().to_vec(), self.sqp.objective());
                self.keep(y, value);
            }
            _ => {}
        }
    }

    /// Keeps a feasible point as it is.
    fn offer(&mut self, y: &[f64]) {
        let meta = self.model.meta();
        let none = Limits {
            iterations: 0,
            ..LIMITS
        };
        self.sqp.solve(y, meta.lcon(), meta.ucon(), none);
        if self.sqp.violation() <= self.feasibility && self.sqp.objective().is_finite() {
            let (y, value) = (self.sqp.x().to_vec(), self.sqp.objective());
            self.keep(y, value);
        }
    }

    fn keep(&mut self, y: Vec<f64>, value: f64) {
        let twin = self
            .found
            .iter_mut()
            .find(|known| distance(&known.y, &y) <= 1e-7);
        match twin {
            Some(known) if value < known.value => *known = Minimizer { y, value },
            Some(_) => {}
            None => self.found.push(Minimizer { y, value }),
        }
    }
}
