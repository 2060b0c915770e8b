//! BOBYQA from several starts.

use linalg::random::SplitMix;
use nlp_model::check_length;

use crate::DfoError;
use crate::bobyqa::{Evaluation, Solution, Status};
use crate::restart::{self, Restarted};

/// Parameters of [`minimize`].
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Those of each start; the evaluations are for all starts together, in equal shares.
    pub restart: restart::Options,
    /// Number of starts, the given one included; at least 1.
    pub starts: usize,
    /// Seed of the other starts.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            restart: restart::Options::default(),
            starts: 10,
            seed: 0,
        }
    }
}

/// Minimizes `f` on a finite box by [`restart::minimize`] from `x0` and from random points: a stratified sample, in
/// which each variable takes a value in each of `starts − 1` equal parts of its interval.
///
/// Returns where each start ended, the best one first. A start takes what earlier ones have left of its
/// share of the evaluations; when the target is reached, later starts are left out.
///
/// # Errors
/// As [`restart::minimize`], and [`DfoError::UnboundedBox`].
pub fn minimize<E: Into<Evaluation>>(
    mut f: impl FnMut(&[f64]) -> E,
    x0: &[f64],
    lower: &[f64],
    upper: &[f64],
    options: &Options,
) -> Result<Vec<Restarted>, DfoError> {
    let n = x0.len();
    check_length("lower", lower, n)?;
    check_length("upper", upper, n)?;
    let infinite = |i: &usize| !(lower[*i].is_finite() && upper[*i].is_finite());
    if let (true, Some(index)) = (options.starts > 1, (0..n).find(infinite)) {
        return Err(DfoError::UnboundedBox { index });
    }
    if options.starts == 0 {
        return Err(DfoError::Option {
            name: "starts",
            value: 0.0,
            range: "it must be at least 1",
        });
    }
    let mut one = options.restart.clone();
    let mut left = options.restart.bobyqa.max_evaluations;
    let mut found: Vec<Restarted> = Vec::with_capacity(options.starts);
    let starts = sample(x0, lower, upper, options);
    for (k, x) in starts.iter().enumerate() {
        one.bobyqa.max_evaluations = left / (options.starts - k);
        if one.bobyqa.max_evaluations == 0 && k > 0 {
            break;
        }
        let end = restart::minimize(&mut f, x, lower, upper, &one)?;
        left -= end.solution.evaluations.min(left);
        let status = end.solution.status;
        found.push(end);
        if matches!(status, Status::TargetReached | Status::Cancelled) {
            break;
        }
    }
    let value = |end: &Restarted| key(&end.solution);
    found.sort_by(|a, b| value(a).total_cmp(&value(b)));
    Ok(found)
}

/// The value, larger than all others when there is none.
fn key(solution: &Solution) -> f64 {
    if solution.value.is_nan() {
        f64::INFINITY
    } else {
        solution.value
    }
}

/// x⁰ and a Latin hypercube.
fn sample(x0: &[f64], lower: &[f64], upper: &[f64], options: &Options) -> Vec<Vec<f64>> {
    let others = options.starts - 1;
    let mut random = SplitMix::new(options.seed);
    let mut starts = vec![x0.to_vec(); options.starts];
    let mut cells: Vec<usize> = (0..others).collect();
    for i in 0..x0.len() {
        for k in (1..others).rev() {
            cells.swap(k, (random.uniform() * (k + 1) as f64) as usize);
        }
        for (start, cell) in starts[1..].iter_mut().zip(&cells) {
            let share = (*cell as f64 + random.uniform()) / others as f64;
            // not lower + share · (upper − lower), which may overflow
            start[i] = ((1.0 - share) * lower[i] + share * upper[i]).clamp(lower[i], upper[i]);
        }
    }
    starts
}
