//! The leader's search.

use std::cell::RefCell;

use dfo::bobyqa;
use dfo::cliff::{self, CliffOptions, CliffSolution, Evaluation};

use super::report::{Reported, report, simplest, without_claims};
use super::response::{Answer, Responder};
use super::solution::{Counts, Failed, Failure, PessimisticSolution, Sample};
use super::{PessimisticOptions, Problem, Sense};
use crate::MpecError;
use crate::bilevel::{self, BilevelOptions};
use crate::mpcc::{self, MpccOptions};

/// Values of what cannot be played: 10²⁰ (1 + violation), so that a search among them leads out.
const WALL: f64 = 1e20;
/// Labels of walls.
const FIRST_WALL: u64 = u64::MAX - 3;
/// Restarts after a proof has found a missed response.
const RESTARTS: usize = 3;

/// The outer solver with what it has seen.
pub(super) struct Outer<'p, 'a> {
    pub problem: &'p Problem<'a>,
    pub options: &'p PessimisticOptions,
    pub responder: Responder<'p>,
    pub counts: Counts,
    pub history: Vec<Sample>,
    pub failed: Vec<Failed>,
    pub enlarged_radius: Option<f64>,
    /// The first of the samples whose values hold: a missed response spoils those before.
    pub fresh: usize,
    /// The x of a B-stationary point of the joint program.
    pub joint: Option<Vec<f64>>,
    /// Misuse found inside of an evaluation.
    error: Option<MpecError>,
}

impl<'p, 'a> Outer<'p, 'a> {
    pub fn new(
        problem: &'p Problem<'a>,
        options: &'p PessimisticOptions,
        responder: Responder<'p>,
    ) -> Self {
        Outer {
            problem,
            options,
            responder,
            counts: Counts::default(),
            history: Vec::new(),
            failed: Vec::new(),
            enlarged_radius: None,
            fresh: 0,
            joint: None,
            error: None,
        }
    }

    /// BOBYQA when asked for, the cliff solver, a look at points below what it claims, certificates; again when a proof
    /// finds a response that was missed.
    pub fn run(mut self, start: &[f64]) -> Result<PessimisticSolution, MpecError> {
        let mut start = self.first_search(start)?;
        for _ in 0..=RESTARTS {
            let mut found = self.search(&start)?;
            // a value below the claimed infimum is a better start
            for _ in 0..2 {
                let Some(lower) = self.below(&found) else {
                    break;
                };
                let again = self.search(&lower)?;
                let is_better = again.infimum <= found.infimum || found.infimum.is_nan();
                if is_better {
                    found = again;
                } else {
                    break;
                }
            }
            match report(&mut self, &found)? {
                Reported::Solution(solution) => return Ok(*solution),
                Reported::Missed { x, y } => {
                    self.counts.refuted += 1;
                    self.fresh = self.history.len();
                    self.responder.forget(y);
                    start = x;
                }
            }
        }
        let found = self.search(&start)?;
        without_claims(&mut self, &found)
    }

    /// Where BOBYQA ends when it is asked for, else the better one of the start and the x of the joint program.
    fn first_search(&mut self, start: &[f64]) -> Result<Vec<f64>, MpecError> {
        let Some(radii) = self.options.radii else {
            return self.joint_start(start);
        };
        let (lower, upper) = (&self.problem.lower, &self.problem.upper);
        let widths = lower.iter().zip(upper).map(|(l, u)| u - l);
        let narrowest = widths.filter(|w| *w > 0.0).fold(f64::INFINITY, f64::min);
        let n = start.len();
        let options = bobyqa::Options {
            variant: bobyqa::Variant::Powell,
            points: Some(2 * n + 1),
            radius: radii.first.min(0.5 * narrowest),
            final_radius: radii.last.min(0.5 * narrowest),
            max_evaluations: 1000 * n,
            accuracy: self.options.accuracy,
            ..bobyqa::Options::default()
        };
        let this = RefCell::new(&mut *self);
        let value = |x: &[f64]| match this.borrow_mut().evaluate(x) {
            Evaluation::Value { label, .. } if is_wall(label) => Some(f64::INFINITY),
            Evaluation::Value { value, .. } => Some(value),
            Evaluation::Failure => None,
        };
        let found = bobyqa::minimize(value, start, lower, upper, &options)?;
        self.counts.bobyqa = found.evaluations;
        if found.first_radius > radii.first {
            self.enlarged_radius = Some(found.first_radius);
        }
        tracing::debug!(%found, "bobyqa");
        Ok(if found.value.is_finite() {
            found.x
        } else {
            start.to_vec()
        })
    }

    /// Helpful followers may leave a low value to a single x, which no search in x would find: leader and followers
    /// together may.
    fn joint_start(&mut self, start: &[f64]) -> Result<Vec<f64>, MpecError> {
        if self.options.sense == Sense::Pessimistic {
            return Ok(start.to_vec());
        }
        let nx = start.len();
        let program = self.responder.inner.program;
        let mut z0 = program.meta().x0().to_vec();
        z0[..nx].copy_from_slice(start);
        let mut ends = Vec::new();
        if let Some(bilevel) = self.responder.bilevel {
            let joint = bilevel::solve(bilevel, &BilevelOptions::default())?;
            if linalg::slice::all_finite(&joint.x) && linalg::slice::all_finite(&joint.y) {
                let n = nx + joint.y.len();
                z0[..n].copy_from_slice(&[&joint.x[..], &joint.y].concat());
                ends.push(joint.x);
            }
        }
        let options = MpccOptions {
            tolerance: 1e-11,
            ..MpccOptions::default()
        };
        // Newton's method on a piece finds x to the last digits, which a value at a single x needs
        let joint = mpcc::solve(program, &z0, &options)?;
        ends.push(joint.x[..nx].to_vec());
        if joint.status.is_success() {
            self.joint = Some(joint.x[..nx].to_vec());
        }
        let (lower, upper) = (&self.problem.lower, &self.problem.upper);
        let mut best = start.to_vec();
        let mut least = self.value(start);
        for x in ends {
            let bounds = lower.iter().zip(upper);
            let inside = x.iter().zip(bounds).map(|(x, (l, u))| x.clamp(*l, *u));
            let x: Vec<f64> = inside.collect();
            if !linalg::slice::all_finite(&x) {
                continue;
            }
            for x in [simplest(&x, lower, upper, 1e-6), x] {
                let value = self.value(&x);
                if value < least {
                    (best, least) = (x, value);
                }
            }
        }
        Ok(best)
    }

    /// The value at x, infinite without.
    fn value(&mut self, x: &[f64]) -> f64 {
        match self.evaluate(x) {
            Evaluation::Value { value, .. } => value,
            Evaluation::Failure => f64::INFINITY,
        }
    }

    fn search(&mut self, start: &[f64]) -> Result<CliffSolution, MpecError> {
        let n = start.len();
        let options = CliffOptions {
            max_evaluations: match self.options.evaluations {
                0 => 300 * (n + 1),
                limit => limit,
            },
            accuracy: self.options.accuracy,
            labelled: true,
            seed: self.options.seed,
        };
        let (lower, upper) = (&self.problem.lower, &self.problem.upper);
        let this = RefCell::new(&mut *self);
        let oracle = |x: &[f64]| this.borrow_mut().evaluate(x);
        let found = cliff::minimize(oracle, start, lower, upper, &options)?;
        match self.error.take() {
            Some(error) => Err(error),
            None => Ok(found),
        }
    }

    /// The lowest sample.
    pub fn lowest(&self) -> Option<&Sample> {
        let values = self.history[self.fresh..].iter();
        let finite = values.filter(|s| s.value.is_finite());
        finite.min_by(|a, b| a.value.total_cmp(&b.value))
    }

    /// The lowest x seen, when its value is below what the cliff solver claims.
    fn below(&self, found: &CliffSolution) -> Option<Vec<f64>> {
        let best = self.lowest()?;
        let margin = 1e-7 * (1.0 + found.infimum.abs());
        (found.infimum.is_nan() || best.value < found.infimum - margin).then(|| best.x.clone())
    }

    /// The value and the label at x, walls where nothing can be played.
    fn evaluate(&mut self, x: &[f64]) -> Evaluation {
        if self.error.is_some() {
            return Evaluation::Failure;
        }
        match self.responder.at(x) {
            Err(error) => {
                self.error = Some(error);
                Evaluation::Failure
            }
            Ok(answer) => self.count(x, &answer),
        }
    }

    fn count(&mut self, x: &[f64], answer: &Answer) -> Evaluation {
        self.counts.evaluations += 1;
        self.history.push(Sample {
            x: x.to_vec(),
            value: answer.as_ref().map_or(f64::NAN, |response| response.value),
        });
        let failure = match answer {
            Ok(response) => return Evaluation::labelled(response.value, response.label),
            Err(failure) => *failure,
        };
        let is_new = |known: &Failed| {
            std::mem::discriminant(&known.failure) != std::mem::discriminant(&failure)
        };
        if self.failed.iter().all(is_new) {
            self.failed.push(Failed {
                x: x.to_vec(),
                failure,
            });
        }
        let wall = |violation: f64, number: u64| {
            let height = if violation.is_finite() {
                1.0 + violation
            } else {
                2.0
            };
            Evaluation::labelled(WALL * height, FIRST_WALL + number)
        };
        match failure {
            Failure::Empty { violation } => {
                self.counts.empty += 1;
                wall(violation, 0)
            }
            Failure::NoMinimum => {
                self.counts.empty += 1;
                wall(f64::NAN, 0)
            }
            Failure::Forbidden { violation } => {
                self.counts.forbidden += 1;
                wall(violation, 1)
            }
            Failure::Unbounded => {
                self.counts.unbounded += 1;
                match self.options.sense {
                    Sense::Pessimistic => wall(f64::NAN, 2),
                    Sense::Optimistic => Evaluation::Failure,
                }
            }
            Failure::Undefined | Failure::Unfinished => {
                self.counts.inner_failures += 1;
                Evaluation::Failure
            }
        }
    }
}

/// Whether a label is that of a wall.
pub(super) fn is_wall(label: u64) -> bool {
    label >= FIRST_WALL
}
