//! The search in x.

use super::super::starts::kronecker_steps;
use super::examine::Examiner;
use super::pool::{Candidate, Pool, Source};
use super::solution::Origin;
use super::starts::search_box;
use super::{Driver, MpecError};

/// The search in x is left out for more variables.
const SEARCHED: usize = 3;

/// Samples of x for each of its variables.
const SAMPLES: usize = 16;

/// Points from which programs are solved.
const BEGINNINGS: usize = 4;

/// Evaluations for each variable x of a poll from a point that is not yet the best one.
const SHORT: usize = 30;

impl Driver<'_> {
    /// Step 5; `around` is a point (x, y) in the middle of the box where nothing bounds it.
    pub(super) fn search_in_x(&mut self, around: &[f64]) -> Result<(), MpecError> {
        let nx = self.problem.nx();
        if nx == 0 || nx > SEARCHED || self.options.search == 0 {
            return Ok(());
        }
        let (lower, upper) = search_box(self.problem, around);
        let (lower, upper) = (&lower[..nx], &upper[..nx]);
        let mut sampled = Vec::new();
        for x in samples(lower, upper) {
            let nearest = self.pool.nearest(&x).unwrap_or(&around[nx..]).to_vec();
            // a local solution of a convex lower level is a solution
            let response = if self.examiner.is_convex {
                self.examiner.respond(&x, &nearest)?
            } else {
                self.examiner.solve(&x, &nearest)?
            };
            if let Some(y) = response {
                sampled.extend(self.pool.offer(&x, &y, Source::of(Origin::Search)));
            }
        }
        self.examine()?;
        for begin in beginnings(&self.pool.candidates, &sampled) {
            let from = Source::of(Origin::Complementarity);
            let end = self.solve_conditions(&begin.x, &begin.y, from)?;
            // where derivatives are of no use
            let is_solved = end.is_some_and(|k| {
                let end = &self.pool.candidates[k];
                end.is_stationary && end.objective <= begin.objective
            });
            if !is_solved {
                self.poll(begin, (lower, upper), SHORT.min(self.options.search))?;
            }
        }
        self.examine()?;
        if let Some(k) = self.best
            && !self.pool.candidates[k].is_stationary
        {
            let best = self.pool.candidates[k].clone();
            self.poll(best, (lower, upper), self.options.search)?;
            self.examine()?;
        }
        Ok(())
    }

    /// A poll on F(x, y(x)) with `search` evaluations for each variable.
    fn poll(
        &mut self,
        begin: Candidate,
        (lower, upper): (&[f64], &[f64]),
        search: usize,
    ) -> Result<(), MpecError> {
        let nx = lower.len();
        let widths = lower.iter().zip(upper).map(|(l, u)| u - l);
        let width = widths.fold(f64::INFINITY, f64::min);
        if width.is_nan() || width <= 0.0 {
            return Ok(());
        }
        let x: Vec<f64> = (0..nx)
            .map(|i| begin.x[i].clamp(lower[i], upper[i]))
            .collect();
        let mut nearest = begin.y;
        let mut failure = None;
        let (pool, examiner) = (&mut self.pool, &mut self.examiner);
        let mut least = f64::INFINITY;
        let mut value_at = |x: &[f64]| {
            let value = match value_of_response(pool, examiner, x, &mut nearest, least) {
                Ok(value) => value,
                Err(error) => {
                    failure = Some(error);
                    f64::INFINITY
                }
            };
            least = least.min(value);
            value
        };
        let value = value_at(&x);
        let options = dfo::PollOptions {
            radius: 0.1 * width,
            final_radius: 1e-7 * width,
            max_evaluations: search * nx,
            ..dfo::PollOptions::default()
        };
        if value.is_finite() {
            dfo::poll(&mut value_at, &x, value, lower, upper, &options)?;
        }
        failure.map_or(Ok(()), Err)
    }
}

/// F(x, y(x)), with a certified y(x) where it is below `least`, else with a local solution.
fn value_of_response(
    pool: &mut Pool,
    examiner: &mut Examiner,
    x: &[f64],
    nearest: &mut Vec<f64>,
    least: f64,
) -> Result<f64, MpecError> {
    let from = Source::of(Origin::Search);
    let Some(local) = examiner.respond(x, nearest)? else {
        return Ok(f64::INFINITY);
    };
    let value_at = |pool: &mut Pool, y: &[f64]| {
        let place = pool.offer(x, y, from);
        place.map_or(f64::INFINITY, |k| pool.candidates[k].objective)
    };
    let value = value_at(pool, &local);
    if value >= least {
        return Ok(value);
    }
    let Some(y) = examiner.solve(x, &local)? else {
        return Ok(f64::INFINITY);
    };
    let value = value_at(pool, &y);
    *nearest = y;
    Ok(value)
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
    let all = corners.chain(spread);
    // a wide box may overflow
    all.filter(|x| linalg::slice::all_finite(x)).collect()
}

/// Of the samples, those with the smallest F that are better than their nearest neighbours: each of them is in
/// a basin of its own.
fn beginnings(candidates: &[Candidate], samples: &[usize]) -> Vec<Candidate> {
    let value = |k: usize| candidates[k].objective;
    let distance = |k: usize, l: usize| -> f64 {
        let parts = candidates[k].x.iter().zip(&candidates[l].x);
        parts.map(|(a, b)| (a - b) * (a - b)).sum()
    };
    let mut list: Vec<usize> = Vec::new();
    for &k in samples {
        let mut others: Vec<usize> = samples.iter().copied().filter(|&l| l != k).collect();
        others.sort_by(|&l, &m| distance(k, l).total_cmp(&distance(k, m)));
        let neighbours = others.iter().take(2 * candidates[k].x.len());
        if neighbours.into_iter().all(|&l| value(k) <= value(l)) {
            list.push(k);
        }
    }
    list.sort_by(|&k, &l| value(k).total_cmp(&value(l)));
    list.iter()
        .take(BEGINNINGS)
        .map(|&k| candidates[k].clone())
        .collect()
}
