//! Runs a variant on all chosen problems, parameters and starts.

use super::compare::{Comparison, compare};
use super::published::Published;
use super::record::Record;
use super::selection::{Starts, Variant};
use bolib::Problem;
use indicatif::{ProgressBar, ProgressStyle};
use nlp_model::Bilevel;
use rayon::prelude::*;
use ssn::value_function::solve_bilevel;
use std::time::Instant;
use stopping::CancelToken;

/// A problem ready to be solved.
pub struct Ready {
    problem: &'static Problem,
    model: Box<dyn Bilevel + Send + Sync>,
}

impl Ready {
    /// Builds the model, which finds the sparsity of its derivatives.
    pub fn new(problem: &'static Problem) -> Self {
        Ready {
            problem,
            model: problem.build(),
        }
    }
}

/// Records of a sweep and the wall time of all its runs, in seconds.
#[derive(Debug)]
pub struct Sweep {
    /// By problem, start and λ in the order given; independent of the number of threads.
    pub records: Vec<Record>,
    /// Wall time; the models are built before.
    pub seconds: f64,
}

/// Solves every problem of `ready` from the chosen starts with every λ, on `jobs` threads. Runs that have not begun when
/// `cancel` is used are left out.
pub fn sweep(
    ready: &[Ready],
    variant: Variant,
    lambdas: &[f64],
    starts: Starts,
    jobs: usize,
    cancel: &CancelToken,
) -> crate::Result<Sweep> {
    let runs: Vec<(&Ready, usize, f64)> = ready
        .iter()
        .flat_map(|r| {
            let chosen = (0..r.problem.starts.len()).filter(|k| starts.contains(*k));
            chosen.flat_map(move |k| lambdas.iter().map(move |lambda| (r, k, *lambda)))
        })
        .collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build()?;
    let bar = progress_bar(runs.len(), variant.name());
    let clock = Instant::now();
    let records: crate::Result<Vec<Option<Record>>> = pool.install(|| {
        runs.par_iter()
            .map(|(ready, start, lambda)| {
                if cancel.is_cancelled() {
                    return Ok(None);
                }
                let record = solve(ready, *start, *lambda, variant);
                bar.inc(1);
                record.map(Some)
            })
            .collect()
    });
    let seconds = clock.elapsed().as_secs_f64();
    bar.finish_and_clear();
    Ok(Sweep {
        records: records?.into_iter().flatten().collect(),
        seconds,
    })
}

/// Enters the published figures into the records.
pub fn compare_all(records: &mut [Record], published: &Published) {
    for record in records {
        if let Some(problem) = published.problem(record.problem) {
            compare(record, problem);
        }
    }
}

/// A bar on stderr, hidden when that is not a terminal.
pub fn progress_bar(runs: usize, name: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:>10} {wide_bar} {pos}/{len} {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(runs as u64)
        .with_style(style)
        .with_message(name)
}

fn solve(ready: &Ready, start: usize, lambda: f64, variant: Variant) -> crate::Result<Record> {
    let point = &ready.problem.starts[start];
    let options = variant.options();
    let clock = Instant::now();
    let solution = solve_bilevel(ready.model.as_ref(), point.x, point.y, lambda, &options)?;
    let microseconds = 1e6 * clock.elapsed().as_secs_f64();
    let copy = [solution.x.as_slice(), &solution.xi].concat();
    Ok(Record {
        problem: ready.problem.name,
        number: ready.problem.number,
        start,
        lambda,
        variant,
        status: solution.status.to_string(),
        objective: solution.objective,
        lower_objective: solution.lower_objective,
        residual: solution.residual,
        iterations: solution.iterations,
        full_steps: solution.full_steps,
        y_xi: relative_distance(&solution.y, &solution.xi),
        objective_at_copy: ready.model.upper().obj(&copy),
        microseconds,
        published_objective: None,
        published_residual: None,
        published_iterations: None,
        comparison: Comparison::Absent,
        reason: String::new(),
        x: solution.x,
        y: solution.y,
        xi: solution.xi,
        history: solution.history,
    })
}

/// ‖y − ξ‖ / max(1, ‖y‖, ‖ξ‖); NaN stays.
fn relative_distance(y: &[f64], xi: &[f64]) -> f64 {
    let norm = |v: &mut dyn Iterator<Item = f64>| v.map(|a| a * a).sum::<f64>().sqrt();
    let distance = norm(&mut y.iter().zip(xi).map(|(a, b)| a - b));
    let scale = norm(&mut y.iter().copied()).max(norm(&mut xi.iter().copied()));
    distance / scale.max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_of_y_and_its_copy_is_relative_above_one() {
        assert_eq!(relative_distance(&[0.5], &[0.25]), 0.25);
        assert_eq!(relative_distance(&[10.0, 0.0], &[-10.0, 0.0]), 2.0);
        // λ = 9 of Bard1988Ex1 as published: y = 2.86, x = 3.17, ξ = 7 − x, distance 0.253.
        assert!((relative_distance(&[2.86], &[3.83]) - 0.253).abs() < 5e-4);
        assert!(relative_distance(&[f64::NAN], &[1.0]).is_nan());
    }

    #[test]
    fn threads_change_neither_results_nor_their_order() {
        let problems = super::super::selection::problems(&["Bard*".into()], false).unwrap();
        let ready: Vec<Ready> = problems.into_iter().map(Ready::new).collect();
        let run = |jobs| {
            let token = CancelToken::new();
            sweep(
                &ready,
                Variant::Production,
                &[1.0, 3.0],
                Starts::All,
                jobs,
                &token,
            )
            .unwrap()
            .records
        };
        let (one, two) = (run(1), run(2));
        assert_eq!(one.len(), 2 * 2 * problems_count(&ready));
        for (a, b) in one.iter().zip(&two) {
            assert_eq!(
                (a.problem, a.start, a.lambda),
                (b.problem, b.start, b.lambda)
            );
            assert_eq!(a.x, b.x);
            assert_eq!(a.history, b.history);
        }
    }

    fn problems_count(ready: &[Ready]) -> usize {
        ready.len()
    }
}
