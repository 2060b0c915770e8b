//! The search in x.

use super::super::starts::kronecker_steps;
use super::pool::{Candidate, Source};
use super::solution::Origin;
use super::starts::search_box;
use super::{Driver, MpecError};

/// The search in x is left out for more variables.
const SEARCHED: usize = 3;

/// Samples of x for each of its variables.
const SAMPLES: usize = 16;

/// Points from which programs are solved.
const BEGINNINGS: usize = 4;

impl Driver<'_> {
    /// Step 5; `around` is a point (x, y) in the middle of the box where nothing bounds it.
    pub(super) fn search_in_x(&mut self, around: &[f64]) -> Result<(), MpecError> {
        let nx = self.problem.nx();
        let is_settled = self.examiner.is_convex && self.is_from_conditions();
        if nx == 0 || nx > SEARCHED || self.options.search == 0 || is_settled {
            return Ok(());
        }
        let (lower, upper) = search_box(self.problem, around);
        let (lower, upper) = (&lower[..nx], &upper[..nx]);
        for x in samples(lower, upper) {
            let nearest = self.pool.nearest(&x).unwrap_or(&around[nx..]).to_vec();
            if let Some(y) = self.examiner.respond(&x, &nearest)? {
                self.pool.offer(&x, &y, Source::of(Origin::Search));
            }
        }
        self.examine()?;
        for (x, y) in beginnings(&self.pool.candidates) {
            self.solve_conditions(&x, &y, Source::of(Origin::Complementarity))?;
        }
        self.examine()?;
        if !self.is_from_conditions() {
            self.poll(lower, upper)?;
            self.examine()?;
        }
        Ok(())
    }

    /// The best point is where an MPCC ended.
    fn is_from_conditions(&self) -> bool {
        self.best
            .is_some_and(|k| self.pool.candidates[k].origin == Origin::Complementarity)
    }

    /// A poll on F(x, y(x)) from the best point.
    fn poll(&mut self, lower: &[f64], upper: &[f64]) -> Result<(), MpecError> {
        let Some(best) = self.best.map(|k| self.pool.candidates[k].clone()) else {
            return Ok(());
        };
        let nx = lower.len();
        let widths = lower.iter().zip(upper).map(|(l, u)| u - l);
        let width = widths.fold(f64::INFINITY, f64::min);
        if width.is_nan() || width <= 0.0 {
            return Ok(());
        }
        let x: Vec<f64> = (0..nx)
            .map(|i| best.x[i].clamp(lower[i], upper[i]))
            .collect();
        let mut nearest = best.y;
        let mut failure = None;
        let (pool, examiner) = (&mut self.pool, &mut self.examiner);
        let mut value_at = |x: &[f64]| match examiner.respond(x, &nearest) {
            Ok(Some(y)) => {
                let place = pool.offer(x, &y, Source::of(Origin::Search));
                nearest = y;
                place.map_or(f64::INFINITY, |k| pool.candidates[k].objective)
            }
            Ok(None) => f64::INFINITY,
            Err(error) => {
                failure = Some(error);
                f64::INFINITY
            }
        };
        let value = value_at(&x);
        let options = dfo::PollOptions {
            radius: 0.1 * width,
            final_radius: 1e-7 * width,
            max_evaluations: self.options.search * nx,
            ..dfo::PollOptions::default()
        };
        if value.is_finite() {
            dfo::poll(&mut value_at, &x, value, lower, upper, &options)?;
        }
        failure.map_or(Ok(()), Err)
    }
}

/// Corners and evenly spread points of a box of dimension 1 to 3.
fn samples(lower: &[f64], upper: &[f64]) -> Vec<Vec<f64>> {
    let n = lower.len();
    let at = |part: &dyn Fn(usize) -> f64| -> Vec<f64> {
        let inside = |j: usize| lower[j] + part(j) * (upper[j] - lower[j]);
        (0..n).map(inside).collect()
    };
    let corners = (0..1_usize << n).map(|corner| at(&|j| (corner >> j & 1) as f64));
    let steps = kronecker_steps(n);
    let spread = (0..SAMPLES * n).map(|k| at(&|j| (0.5 + k as f64 * steps[j]).fract()));
    corners.chain(spread).collect()
}

/// The best candidates at different x, refuted ones among them.
fn beginnings(candidates: &[Candidate]) -> Vec<(Vec<f64>, Vec<f64>)> {
    let mut order: Vec<&Candidate> = candidates.iter().collect();
    order.sort_by(|a, b| a.objective.total_cmp(&b.objective));
    let mut list: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for candidate in order {
        let near = |(x, _): &(Vec<f64>, Vec<f64>)| {
            x.iter()
                .zip(&candidate.x)
                .all(|(a, b)| (a - b).abs() <= 1e-3 * (1.0 + a.abs()))
        };
        if list.len() < BEGINNINGS && !list.iter().any(near) {
            list.push((candidate.x.clone(), candidate.y.clone()));
        }
    }
    list
}
