//! Is y optimal for the lower level? A check after the fact, by local searches from many starts.

use std::fmt;

use linalg::slice::norm_inf;
use nlp_model::{Bilevel, Meta, Model, check_point};

use super::FixedUpper;
use super::descent::{ROUNDING, UNBOUNDED};
use super::starts::starts;
use crate::MpecError;

/// Parameters of [`check_lower_level`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LowerLevelOptions {
    /// y is refuted when a point is better by more than this times 1 + |its value|; at least 0.
    pub tolerance: f64,
    /// y is feasible when it violates no row and no bound by more than this; at least 0.
    pub feasibility: f64,
    /// Number of starts spread over a box around y, beside y, the given points, and corners.
    pub samples: usize,
}

impl Default for LowerLevelOptions {
    fn default() -> Self {
        LowerLevelOptions {
            tolerance: 1e-6,
            feasibility: 1e-6,
            samples: 16,
        }
    }
}

/// What the searches say about y.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LowerLevelStatus {
    /// f or a row is not a finite number at (x, y): nothing was searched.
    DomainError,
    /// Feasible points with values of −10²⁰ or less exist: y is no solution, and f(x, ·) seems to have
    /// no minimum.
    Unbounded,
    /// y violates the lower level: it is no solution, whatever the gap.
    Infeasible,
    /// A feasible point is better: y is no solution.
    Refuted,
    /// No search found a better point. No proof.
    NoBetterPointFound,
}

impl fmt::Display for LowerLevelStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LowerLevelStatus::DomainError => "not defined at y",
            LowerLevelStatus::Unbounded => "lower level seems unbounded below",
            LowerLevelStatus::Infeasible => "y is infeasible",
            LowerLevelStatus::Refuted => "y is refuted",
            LowerLevelStatus::NoBetterPointFound => "no better point found",
        })
    }
}

/// Lower-level optimality of y at x, as far as local searches can tell.
///
/// With φ(x) = inf_s { f(x, s) : g(x, s) ≤ 0 }, a feasible y solves the lower level when
/// f(x, y) = φ(x). The searches give an upper bound of φ(x), hence a lower bound of the gap.
#[derive(Clone, Debug, PartialEq)]
pub struct LowerLevelCheck {
    /// f(x, y).
    pub value_at_y: f64,
    /// The smallest value found at a point that violates the lower level by at most 1e-13, or no more
    /// than a feasible y does; +∞ when none was found, NaN after a domain error.
    pub best_value: f64,
    /// The point with this value (m): y itself when nothing is better; none when no feasible point was
    /// found.
    pub best_point: Option<Vec<f64>>,
    /// max(0, f(x, y) − best value): at most the true gap f(x, y) − φ(x), but for what the violations
    /// allowed in the best value are worth.
    pub gap: f64,
    /// Largest violation of a row or bound of the lower level at (x, y).
    pub violation: f64,
    /// What follows.
    pub status: LowerLevelStatus,
    /// Number of starts of the searches.
    pub starts: usize,
    /// Evaluations of functions and derivatives of the lower level.
    pub evaluations: u64,
}

impl LowerLevelCheck {
    /// The check speaks against y: it is refuted, infeasible, undefined, or the lower level unbounded.
    pub fn is_refuted(&self) -> bool {
        self.status != LowerLevelStatus::NoBetterPointFound
    }
}

impl fmt::Display for LowerLevelCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: f(x, y) = {:.10}, best value found {:.10}",
            self.status, self.value_at_y, self.best_value
        )?;
        writeln!(
            f,
            "  gap at least {:.1e}, violation at y {:.1e}",
            self.gap, self.violation
        )?;
        write!(
            f,
            "  multistart: a lower bound of the gap, no proof ({} starts, {} evaluations)",
            self.starts, self.evaluations
        )
    }
}

/// Tries to refute that y solves the lower level of `problem` at x.
///
/// # Problem
/// φ(x) = inf_s { f(x, s) : g(x, s) ≤ 0 } is estimated from above and compared with f(x, y).
///
/// # Algorithm
/// 1. Starts: y, `points` of the caller (ny entries each; a solver's ξ is a good one), centre and
///    corners of a box that rows with a single variable give, and points spread over this box.
/// 2. From each feasible start, a poll ([`dfo::poll()`]) with coarse steps; infeasible points are
///    barriers. It needs no derivatives and goes beyond the nearest minimizer.
/// 3. From where that ends, or from an infeasible start, the semismooth Newton method for the KKT
///    system ([`ssn::kkt::solve`]). Where it ends counts when it is feasible, whatever its status.
/// 4. A poll with fine steps from the best point: at kinks the Newton method is of no use.
///
/// # Convergence and failure
/// Local searches find no more than they find: [`LowerLevelStatus::NoBetterPointFound`] proves
/// nothing, not even for a convex lower level. Refutations hold within the tolerances. With equality
/// rows only step 3 moves, and where rows are so large that rounding exceeds 1e-13, its end points on
/// the boundary may not count. The cost is about a thousand evaluations a start; nothing is random.
///
/// # Errors
/// [`MpecError`] when a point has the wrong length or is not finite, and on options out of range.
///
/// ```
/// use mpec::bilevel::{LowerLevelOptions, LowerLevelStatus, check_lower_level};
///
/// nlp_model::bilevel! {
///     struct TwoWells(x; y);
///     F = x + y;
///     G <= 0: [];
///     f = (y.powi(2) - 1.0).powi(2) + 0.1 * y;
///     g <= 0: [-y - 2.0, y - 2.0];
/// }
/// let problem = nlp_model::AutoBilevel::new("two wells", TwoWells);
/// let check = check_lower_level(&problem, &[0.0], &[0.99], &[], &LowerLevelOptions::default())?;
/// assert_eq!(check.status, LowerLevelStatus::Refuted);
/// assert!(check.best_point.ok_or("none")?[0] < -1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_lower_level(
    problem: &dyn Bilevel,
    x: &[f64],
    y: &[f64],
    points: &[&[f64]],
    options: &LowerLevelOptions,
) -> Result<LowerLevelCheck, MpecError> {
    options.check()?;
    let model = FixedUpper::new(problem, x)?;
    check_point("y", y, problem.ny())?;
    for point in points {
        check_point("points", point, problem.ny())?;
    }
    let mut search = Search::new(&model, outside(problem.lower().meta(), x));
    let value_at_y = model.obj(y);
    let violation = search.violation(y);
    if !(value_at_y.is_finite() && violation.is_finite()) {
        return Ok(LowerLevelCheck {
            value_at_y,
            best_value: f64::NAN,
            best_point: None,
            gap: f64::NAN,
            violation,
            status: LowerLevelStatus::DomainError,
            starts: 0,
            evaluations: search.evaluations(),
        });
    }
    let is_feasible = violation <= options.feasibility;
    if is_feasible {
        search.allowed = violation.max(ROUNDING);
        search.keep(y, value_at_y);
    }
    let list = starts(&model, y, points, options.samples);
    for start in &list {
        search.search_from(start, options.feasibility)?;
        if search.best_value <= UNBOUNDED {
            break;
        }
    }
    search.polish()?;

    let gap = (value_at_y - search.best_value).max(0.0);
    let status = if search.best_value <= UNBOUNDED {
        LowerLevelStatus::Unbounded
    } else if !is_feasible {
        LowerLevelStatus::Infeasible
    } else if gap > options.tolerance * (1.0 + search.best_value.abs()) {
        LowerLevelStatus::Refuted
    } else {
        LowerLevelStatus::NoBetterPointFound
    };
    let check = LowerLevelCheck {
        value_at_y,
        best_value: search.best_value,
        best_point: search.best_value.is_finite().then_some(search.best_point),
        gap,
        violation,
        status,
        starts: list.len(),
        evaluations: model.counters().map_or(0, |counters| counters.total()),
    };
    tracing::debug!(%status, gap, violation, starts = check.starts, "lower-level check");
    Ok(check)
}

impl LowerLevelOptions {
    fn check(&self) -> Result<(), MpecError> {
        for (name, value) in [
            ("tolerance", self.tolerance),
            ("feasibility", self.feasibility),
        ] {
            if !(value >= 0.0 && value.is_finite()) {
                let range = "it must be finite and at least 0";
                return Err(MpecError::Option { name, value, range });
            }
        }
        Ok(())
    }
}

/// The best feasible point so far, and the means to find a better one.
struct Search<'a, 'p> {
    model: &'a FixedUpper<'p>,
    /// How far x is outside of the bounds that the lower level puts on it.
    violation_of_x: f64,
    /// Points that count violate no row and no bound by more than this.
    allowed: f64,
    newton: ssn::Options,
    c: Vec<f64>,
    best_point: Vec<f64>,
    best_value: f64,
}

impl<'a, 'p> Search<'a, 'p> {
    fn new(model: &'a FixedUpper<'p>, violation_of_x: f64) -> Self {
        Search {
            model,
            violation_of_x,
            allowed: ROUNDING,
            newton: ssn::Options {
                tolerance: 1e-12,
                ..ssn::Options::default()
            },
            c: vec![0.0; model.meta().ncon()],
            best_point: vec![0.0; model.meta().nvar()],
            best_value: f64::INFINITY,
        }
    }

    fn evaluations(&self) -> u64 {
        self.model.counters().map_or(0, |counters| counters.total())
    }

    /// Largest violation of a row or a bound at s; NaN when a row is not finite.
    fn violation(&mut self, s: &[f64]) -> f64 {
        self.model.cons(s, &mut self.c);
        let meta = self.model.meta();
        let rows = largest_excess(&self.c, meta.lcon(), meta.ucon());
        norm_inf(&[rows, outside(meta, s), self.violation_of_x])
    }

    fn keep(&mut self, s: &[f64], value: f64) {
        self.best_value = value;
        self.best_point.copy_from_slice(s);
    }

    /// Keeps s when it is feasible and better.
    fn offer(&mut self, s: &[f64]) {
        // false for NaN
        if linalg::slice::all_finite(s) && self.violation(s) <= self.allowed {
            let value = self.model.obj(s);
            if value.is_finite() && value < self.best_value {
                self.keep(s, value);
            }
        }
    }

    /// Steps 2 and 3.
    fn search_from(&mut self, start: &[f64], feasibility: f64) -> Result<(), MpecError> {
        let meta = self.model.meta();
        let bounds = meta.lvar().iter().zip(meta.uvar());
        let mut s: Vec<f64> = start
            .iter()
            .zip(bounds)
            .map(|(s, (l, u))| s.clamp(*l, *u))
            .collect();
        if self.violation(&s) <= feasibility {
            s = self.poll(s, 0.5, 1e-3)?;
            self.offer(&s);
        }
        let end = ssn::kkt::solve(self.model, &s, &self.newton)?;
        self.offer(&end.x);
        Ok(())
    }

    /// Step 4.
    fn polish(&mut self) -> Result<(), MpecError> {
        if self.best_value.is_finite() && self.best_value > UNBOUNDED {
            let best = self.poll(self.best_point.clone(), 0.1, 1e-9)?;
            self.offer(&best);
        }
        Ok(())
    }

    /// The best point of a poll from s with steps relative to 1 + ‖s‖∞.
    fn poll(&mut self, mut s: Vec<f64>, first: f64, last: f64) -> Result<Vec<f64>, MpecError> {
        let model = self.model;
        let bounds = model.meta().lvar().iter().zip(model.meta().uvar());
        // a point may be outside by rounding
        s.iter_mut()
            .zip(bounds)
            .for_each(|(s, (l, u))| *s = s.clamp(*l, *u));
        let value = model.obj(&s);
        if !value.is_finite() {
            return Ok(s);
        }
        let size = 1.0 + norm_inf(&s);
        let options = dfo::PollOptions {
            radius: first * size,
            final_radius: last * size,
            target: UNBOUNDED,
            ..dfo::PollOptions::default()
        };
        let with_barrier = |s: &[f64]| {
            if self.violation(s) <= self.allowed {
                model.obj(s)
            } else {
                f64::INFINITY
            }
        };
        let (lower, upper) = (model.meta().lvar(), model.meta().uvar());
        Ok(dfo::poll(with_barrier, &s, value, lower, upper, &options)?.point)
    }
}

/// max(0, lower − v, v − upper) over all entries; NaN when one is not finite.
fn largest_excess(values: &[f64], lower: &[f64], upper: &[f64]) -> f64 {
    let mut largest = 0.0;
    for (v, (l, u)) in values.iter().zip(lower.iter().zip(upper)) {
        let excess = if v.is_finite() {
            (l - v).max(v - u).max(0.0)
        } else {
            f64::NAN
        };
        largest = norm_inf(&[largest, excess]);
    }
    largest
}

/// How far a point is outside of the first bounds of a model, one for each entry.
fn outside(meta: &Meta, point: &[f64]) -> f64 {
    let n = point.len();
    largest_excess(point, &meta.lvar()[..n], &meta.uvar()[..n])
}
