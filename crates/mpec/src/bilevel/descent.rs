//! Local minimization at the lower level.

use linalg::slice::{all_finite, norm_inf};
use nlp_model::{Bilevel, Model};

use super::FixedUpper;
use crate::MpecError;
use crate::sqp::{Ended, Limits, Sqp};

/// A violation up to this is rounding. Where the lower level has no multipliers, points that are
/// infeasible by ε may have values smaller by √ε: with 1e-8 here, solutions would be refuted.
pub(super) const ROUNDING: f64 = 1e-13;
/// Values at or below this count as −∞.
pub(super) const UNBOUNDED: f64 = -1e20;

/// f(x, ·) over the feasible set of the lower level at x, by local methods.
pub(super) struct Descent<'p> {
    model: FixedUpper<'p>,
    c: Vec<f64>,
}

impl<'p> Descent<'p> {
    pub fn new(problem: &'p dyn Bilevel, x: &[f64]) -> Result<Self, MpecError> {
        let model = FixedUpper::new(problem, x)?;
        Ok(Descent {
            c: vec![0.0; model.meta().ncon()],
            model,
        })
    }

    /// f(x, s) where s violates no row and no bound by more than `allowed`, else +∞.
    pub fn value(&mut self, s: &[f64], allowed: f64) -> f64 {
        let meta = self.model.meta();
        self.model.cons(s, &mut self.c);
        let inside = |v: &f64, l: &f64, u: &f64| *v >= l - allowed && *v <= u + allowed;
        let rows = self.c.iter().zip(meta.lcon().iter().zip(meta.ucon()));
        let bounds = s.iter().zip(meta.lvar().iter().zip(meta.uvar()));
        // false for NaN
        let is_feasible = all_finite(s) && rows.chain(bounds).all(|(v, (l, u))| inside(v, l, u));
        let value = if is_feasible {
            self.model.obj(s)
        } else {
            f64::INFINITY
        };
        if value.is_nan() { f64::INFINITY } else { value }
    }

    /// Where sequential quadratic programming from s⁰ ends, and whether that is a KKT point; s⁰ may be
    /// infeasible.
    fn program(&mut self, start: &[f64]) -> (Vec<f64>, bool) {
        let meta = self.model.meta();
        let mut sqp = Sqp::new(&self.model);
        let ended = sqp.solve(start, meta.lcon(), meta.ucon(), LIMITS);
        (sqp.x().to_vec(), ended == Ended::Optimal)
    }

    /// A local minimizer near s⁰, which may be infeasible, and its value, +∞ when it violates a row or bound by
    /// more than `allowed`: sequential quadratic programming, and a poll where that ends elsewhere than at
    /// a KKT point, as at kinks.
    pub fn minimize(&mut self, start: &[f64], allowed: f64) -> Result<(Vec<f64>, f64), MpecError> {
        let (end, is_solved) = self.program(start);
        let value = self.value(&end, allowed);
        if is_solved && value.is_finite() {
            return Ok((end, value));
        }
        let at_start = self.value(start, ROUNDING);
        if at_start < value {
            self.poll(start.to_vec(), at_start)
        } else if value.is_finite() {
            self.poll(end, value)
        } else {
            Ok((end, value))
        }
    }

    /// From a feasible point s⁰: as [`minimize`](Descent::minimize), with a poll also where the end is not
    /// feasible within rounding or no better. The better of s⁰ and the end, and its value.
    pub fn improve(&mut self, start: Vec<f64>) -> Result<(Vec<f64>, f64), MpecError> {
        let (end, is_solved) = self.program(&start);
        let (value, at_end) = (self.value(&start, ROUNDING), self.value(&end, ROUNDING));
        if at_end < value && is_solved {
            Ok((end, at_end))
        } else if at_end < value {
            self.poll(end, at_end)
        } else if value.is_finite() {
            self.poll(start, value)
        } else {
            let value = self.model.obj(&start);
            Ok((start, value))
        }
    }

    /// A poll down to the last digits: at a cusp |t|^p they matter.
    fn poll(&mut self, start: Vec<f64>, value: f64) -> Result<(Vec<f64>, f64), MpecError> {
        let size = 1.0 + norm_inf(&start);
        let options = dfo::PollOptions {
            radius: 0.1 * size,
            final_radius: 0.1 * f64::EPSILON * size,
            target: UNBOUNDED,
            max_evaluations: 300 * start.len(),
            ..dfo::PollOptions::default()
        };
        let meta = self.model.meta().clone();
        let with_barrier = |s: &[f64]| self.value(s, ROUNDING);
        let poll = dfo::poll(
            with_barrier,
            &start,
            value,
            meta.lvar(),
            meta.uvar(),
            &options,
        )?;
        Ok((poll.point, poll.value))
    }
}

const LIMITS: Limits = Limits {
    tolerance: 1e-11,
    iterations: 60,
};
