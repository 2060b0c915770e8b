//! BOBYQA with a poll that may refute its end, and restarts from there.

use std::fmt;

use crate::bobyqa::{self, Evaluation, Solution, Status};
use crate::{DfoError, Poll, PollOptions, Verdict, poll};

/// Parameters of [`minimize`].
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Those of each run; `max_evaluations` is for all runs and polls together.
    pub bobyqa: bobyqa::Options,
    /// Largest number of restarts. With 0 the end of a single run is put to the test.
    pub restarts: usize,
    /// A better point refutes an end when it gains more than this share of what the first run has gained.
    pub tolerance: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            bobyqa: bobyqa::Options::default(),
            restarts: 10,
            tolerance: 1e-8,
        }
    }
}

/// Where the runs ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Restarted {
    /// The best point of all evaluations, with the counts of all runs and polls.
    pub solution: Solution,
    /// Restarts.
    pub restarts: usize,
    /// What the last poll said; `None` when there was none, because the last run did not end by a small radius.
    pub verdict: Option<Verdict>,
}

impl fmt::Display for Restarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.solution)?;
        match self.verdict {
            Some(verdict) => write!(f, "  poll: {verdict}; {} restarts", self.restarts),
            None => write!(f, "  no poll; {} restarts", self.restarts),
        }
    }
}

/// Minimizes `f` on a box by BOBYQA, and does not believe a small radius.
///
/// # Problem
/// As [`bobyqa::minimize`]. `f` may jump.
///
/// # Algorithm
/// 1. Run BOBYQA.
/// 2. When it ends by a small radius, [`poll()`] from a tenth of the first radius down to a ten-thousandth of it, until
///    a point is found that is better by more than the tolerance.
/// 3. If there is none, end. Else restart from there, with the distance of that point as first radius.
///
/// # Convergence and failure
/// At an oblique cliff a quadratic models the jump, its steps fail, and the radius shrinks at a point that is no
/// minimizer. A poll finds a better point in most of these cases. When restarts or evaluations are spent after a
/// refutation, the status is [`Status::StalledAtDiscontinuity`]. A poll that finds nothing proves nothing.
///
/// # Errors
/// As [`bobyqa::Bobyqa::new`].
pub fn minimize<E: Into<Evaluation>>(
    mut f: impl FnMut(&[f64]) -> E,
    x0: &[f64],
    lower: &[f64],
    upper: &[f64],
    options: &Options,
) -> Result<Restarted, DfoError> {
    let tolerance = options.tolerance;
    if !(tolerance >= 0.0 && tolerance.is_finite()) {
        return Err(DfoError::Option {
            name: "tolerance",
            value: tolerance,
            range: "it must be finite and at least 0",
        });
    }
    let mut f = Probe {
        f: |x: &[f64]| f(x).into(),
        first: None,
        stopped: false,
    };
    let mut run = options.bobyqa.clone();
    // Step 1
    let mut solution = bobyqa::minimize(|x: &[f64]| f.evaluate(x), x0, lower, upper, &run)?;
    let mut restarts = 0;
    let mut verdict = None;
    while solution.status == Status::SmallRadius {
        // Step 2
        let gained = f.first.map_or(0.0, |first| first - solution.value);
        let noise = 1e-14 * solution.value.abs() + 10.0 * run.accuracy;
        let least = (tolerance * gained).max(noise);
        let left = options.bobyqa.max_evaluations - solution.evaluations;
        let around = Around::new(&solution.x, lower, upper, &options.bobyqa);
        let polled = around.poll(&mut f, solution.value, least, left)?;
        solution.evaluations += polled.evaluations;
        verdict = Some(polled.verdict);
        if f.stopped {
            solution.status = Status::Cancelled;
        }
        if polled.verdict != Verdict::Refuted {
            break;
        }
        let moved = (polled.point.iter().zip(&around.z)).map(|(p, z)| (p - z).abs());
        run.radius = moved
            .fold(run.final_radius, f64::max)
            .min(options.bobyqa.radius);
        around.leave(&polled.point, &mut solution.x);
        solution.value = polled.value;
        let left = options.bobyqa.max_evaluations - solution.evaluations;
        if restarts == options.restarts || left == 0 || f.stopped {
            solution.status = Status::StalledAtDiscontinuity;
            break;
        }
        // Step 3
        restarts += 1;
        run.max_evaluations = left;
        let start = solution.x.clone();
        let next = bobyqa::minimize(|x: &[f64]| f.evaluate(x), &start, lower, upper, &run)?;
        solution.join(next);
    }
    tracing::debug!(value = solution.value, restarts, status = %solution.status, "restarts");
    Ok(Restarted {
        solution,
        restarts,
        verdict,
    })
}

/// The objective, with what has to be remembered of its values.
struct Probe<F> {
    f: F,
    /// The first finite value.
    first: Option<f64>,
    /// The user wants no more evaluations.
    stopped: bool,
}

impl<F: FnMut(&[f64]) -> Evaluation> Probe<F> {
    fn evaluate(&mut self, x: &[f64]) -> Evaluation {
        if self.stopped {
            return Evaluation::Stop;
        }
        let evaluation = (self.f)(x);
        match evaluation {
            Evaluation::Stop => self.stopped = true,
            Evaluation::Value(value) if value.is_finite() => {
                self.first = self.first.or(Some(value))
            }
            _ => {}
        }
        evaluation
    }
}

/// A point and the box in units of the radii, where a poll is a poll.
struct Around<'a> {
    options: &'a bobyqa::Options,
    lower: &'a [f64],
    upper: &'a [f64],
    z: Vec<f64>,
}

impl<'a> Around<'a> {
    fn new(x: &[f64], lower: &'a [f64], upper: &'a [f64], options: &'a bobyqa::Options) -> Self {
        let mut around = Around {
            options,
            lower,
            upper,
            z: Vec::new(),
        };
        around.z = around.enter(x);
        around
    }

    fn enter(&self, x: &[f64]) -> Vec<f64> {
        let unit = |i| self.options.scale.get(i).copied().unwrap_or(1.0);
        x.iter().enumerate().map(|(i, x)| x / unit(i)).collect()
    }

    fn leave(&self, z: &[f64], x: &mut [f64]) {
        for (i, x) in x.iter_mut().enumerate() {
            let unit = self.options.scale.get(i).copied().unwrap_or(1.0);
            *x = (unit * z[i]).clamp(self.lower[i], self.upper[i]);
        }
    }

    /// Looks for a value smaller by more than `least`.
    fn poll<F: FnMut(&[f64]) -> Evaluation>(
        &self,
        f: &mut Probe<F>,
        value: f64,
        least: f64,
        max_evaluations: usize,
    ) -> Result<Poll, DfoError> {
        let options = PollOptions {
            radius: 0.1 * self.options.radius,
            final_radius: 1e-4 * self.options.radius,
            tolerance: least,
            target: value - 2.0 * least,
            max_evaluations,
        };
        let (lower, upper) = (self.enter(self.lower), self.enter(self.upper));
        let z: Vec<f64> = (self.z.iter().zip(lower.iter().zip(&upper)))
            .map(|(z, (l, u))| z.clamp(*l, *u))
            .collect();
        let mut x = z.clone();
        let objective = |z: &[f64]| {
            self.leave(z, &mut x);
            match f.evaluate(&x) {
                Evaluation::Value(value) => value,
                Evaluation::Failure | Evaluation::Stop => f64::NAN,
            }
        };
        poll(objective, &z, value, &lower, &upper, &options)
    }
}
