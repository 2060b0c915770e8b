//! A poll around a point: a test that may refute a minimizer and never proves one.

use std::fmt;

use nlp_model::{check_bounds, check_length, check_point};

use crate::DfoError;

/// Parameters of [`poll()`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PollOptions {
    /// Δ: first step, positive, in the units of x.
    pub radius: f64,
    /// Δ_end: smallest step, in (0, Δ].
    pub final_radius: f64,
    /// The start is refuted by a value smaller by more than this; finite, at least 0.
    pub tolerance: f64,
    /// A value at or below this ends the poll; −∞ for none.
    pub target: f64,
    /// Largest number of evaluations.
    pub max_evaluations: usize,
}

impl Default for PollOptions {
    fn default() -> Self {
        PollOptions {
            radius: 1.0,
            final_radius: 1e-8,
            tolerance: 0.0,
            target: f64::NEG_INFINITY,
            max_evaluations: 10_000,
        }
    }
}

/// What a poll says about its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A better point exists: the start is no minimizer.
    Refuted,
    /// No point polled down to the last radius is better by more than the tolerance. No proof.
    NoBetterPointFound,
    /// No point polled so far is better by more than the tolerance, and the evaluations are spent.
    OutOfEvaluations,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Refuted => "refuted",
            Verdict::NoBetterPointFound => "no better point found (no proof)",
            Verdict::OutOfEvaluations => "no better point found before the evaluations were spent",
        })
    }
}

/// Where a poll ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Poll {
    /// The best point, the start when nothing is better.
    pub point: Vec<f64>,
    /// f there.
    pub value: f64,
    /// f at the start.
    pub start_value: f64,
    /// Evaluations of f.
    pub evaluations: usize,
    /// The last radius that was polled completely; infinite when none was.
    pub radius: f64,
    /// What is known about the start.
    pub verdict: Verdict,
}

impl fmt::Display for Poll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} after {} evaluations", self.verdict, self.evaluations)?;
        write!(
            f,
            "  {:e} at the start, {:e} at the best point, last radius {:.1e}",
            self.start_value, self.value, self.radius
        )
    }
}

/// Looks for a point better than `x` on a box, without derivatives.
///
/// # Problem
/// min f(x)  s.t.  lower ≤ x ≤ upper (n entries each, infinities mean absent). A value of NaN or ±∞ is
/// a barrier: such a point is never taken. `value` is f(x), known to the caller.
///
/// # Algorithm
/// 1. Evaluate f at x + Δd, clipped to the box, for the directions d = ±eᵢ and, for 2 ≤ n ≤ 5,
///    ±eᵢ ± eⱼ. They are taken in turn, beginning with the last one that succeeded.
/// 2. At the first smaller value move there. When the same direction succeeds twice in a row, double
///    Δ. Go to 1.
/// 3. When no direction gives a smaller value, halve Δ. End when Δ < Δ_end, else go to 1.
///
/// # Convergence and failure
/// The set contains ±eᵢ, so for a continuously differentiable f without active bounds the last point
/// has ‖∇f‖∞ = O(Δ_end), unless evaluations run out. At a kink, a jump or a barrier that crosses the
/// directions obliquely the poll may stall: it *refutes* minimizers and proves none. A complete poll
/// costs 2n² evaluations for 2 ≤ n ≤ 5 and 2n for the others.
///
/// # Errors
/// [`DfoError`] on a wrong length, contradictory bounds, a start that is not finite or lies outside
/// of the box, a value that is not finite, and options out of range.
///
/// # References
/// (ConnScheinbergVicente2009, Section 7): directional direct search, with simple decrease.
///
/// ```
/// use dfo::{PollOptions, Verdict, poll};
///
/// let f = |x: &[f64]| (x[0] - 0.3).abs();
/// let kink = poll(f, &[1.0], 0.7, &[0.0], &[2.0], &PollOptions::default())?;
/// assert_eq!(kink.verdict, Verdict::Refuted);
/// assert!((kink.point[0] - 0.3).abs() < 1e-7);
/// # Ok::<(), dfo::DfoError>(())
/// ```
pub fn poll(
    mut f: impl FnMut(&[f64]) -> f64,
    x: &[f64],
    value: f64,
    lower: &[f64],
    upper: &[f64],
    options: &PollOptions,
) -> Result<Poll, DfoError> {
    check_start(x, value, lower, upper)?;
    options.check()?;
    let directions = directions(x.len());
    let mut best = Poll {
        point: x.to_vec(),
        value,
        start_value: value,
        evaluations: 0,
        radius: f64::INFINITY,
        verdict: Verdict::NoBetterPointFound,
    };
    let mut trial = x.to_vec();
    let mut delta = options.radius;
    let (mut first, mut repeated) = (0, false);
    let mut spent = false;
    'run: while delta >= options.final_radius && best.value > options.target {
        // Step 1
        for turn in 0..directions.len() {
            let k = (first + turn) % directions.len();
            if !directions[k].step(&best.point, delta, lower, upper, &mut trial) {
                continue;
            }
            if best.evaluations == options.max_evaluations {
                spent = true;
                break 'run;
            }
            best.evaluations += 1;
            let value = f(&trial);
            // Step 2; NaN is not smaller
            if value.is_finite() && value < best.value {
                debug_assert!(is_inside(&trial, lower, upper), "steps are clipped");
                best.value = value;
                best.point.copy_from_slice(&trial);
                if k == first && repeated {
                    delta = (2.0 * delta).min(f64::MAX);
                }
                (first, repeated) = (k, true);
                continue 'run;
            }
        }
        // Step 3
        best.radius = delta;
        delta *= 0.5;
        repeated = false;
    }
    best.verdict = if best.start_value - best.value > options.tolerance {
        Verdict::Refuted
    } else if spent {
        Verdict::OutOfEvaluations
    } else {
        Verdict::NoBetterPointFound
    };
    tracing::debug!(
        value = best.value,
        evaluations = best.evaluations,
        radius = best.radius,
        verdict = ?best.verdict,
        "poll"
    );
    Ok(best)
}

/// A sum of at most two signed unit vectors.
#[derive(Clone, Copy)]
struct PollDirection {
    one: (usize, f64),
    other: Option<(usize, f64)>,
}

/// ±eᵢ, then ±eᵢ ± eⱼ when 2 ≤ n ≤ 5.
fn directions(n: usize) -> Vec<PollDirection> {
    let signs = [1.0, -1.0];
    let mut list = Vec::new();
    for i in 0..n {
        list.extend(signs.map(|s| PollDirection {
            one: (i, s),
            other: None,
        }));
    }
    for i in 0..if n <= 5 { n } else { 0 } {
        for j in 0..i {
            for s in signs {
                list.extend(signs.map(|t| PollDirection {
                    one: (j, s),
                    other: Some((i, t)),
                }));
            }
        }
    }
    list
}

impl PollDirection {
    /// Writes x + Δd, clipped to the box, into `trial`; false when that is x or not finite.
    fn step(&self, x: &[f64], delta: f64, lower: &[f64], upper: &[f64], trial: &mut [f64]) -> bool {
        trial.copy_from_slice(x);
        for (i, sign) in [Some(self.one), self.other].into_iter().flatten() {
            trial[i] = (x[i] + sign * delta).clamp(lower[i], upper[i]);
            if !trial[i].is_finite() {
                return false;
            }
        }
        trial != x
    }
}

fn is_inside(x: &[f64], lower: &[f64], upper: &[f64]) -> bool {
    x.iter()
        .zip(lower.iter().zip(upper))
        .all(|(x, (l, u))| l <= x && x <= u)
}

fn check_start(x: &[f64], value: f64, lower: &[f64], upper: &[f64]) -> Result<(), DfoError> {
    check_length("lower", lower, x.len())?;
    check_length("upper", upper, x.len())?;
    check_bounds("bounds", lower, upper)?;
    check_point("x", x, x.len())?;
    for (index, (&x, (&lower, &upper))) in x.iter().zip(lower.iter().zip(upper)).enumerate() {
        if !(lower <= x && x <= upper) {
            return Err(DfoError::OutsideBounds {
                index,
                value: x,
                lower,
                upper,
            });
        }
    }
    if value.is_finite() {
        Ok(())
    } else {
        Err(DfoError::StartValue(value))
    }
}

impl PollOptions {
    fn check(&self) -> Result<(), DfoError> {
        let option = |name, value: f64, holds, range| {
            if holds {
                Ok(())
            } else {
                Err(DfoError::Option { name, value, range })
            }
        };
        let (radius, last, tolerance) = (self.radius, self.final_radius, self.tolerance);
        let holds = radius > 0.0 && radius.is_finite();
        option("radius", radius, holds, "it must be positive and finite")?;
        let holds = last > 0.0 && last <= radius;
        option("final_radius", last, holds, "it must lie in (0, radius]")?;
        let holds = tolerance >= 0.0 && tolerance.is_finite();
        option(
            "tolerance",
            tolerance,
            holds,
            "it must be finite and at least 0",
        )?;
        option(
            "target",
            self.target,
            !self.target.is_nan(),
            "it must be a number",
        )
    }
}
