//! Runs the chosen variants on all chosen problems, parameters and starts.

use super::compare::{Comparison, compare};
use super::published::Published;
use super::record::{Record, RunKey, run_key};
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

/// A run to be made.
#[derive(Clone)]
pub struct Task<'a> {
    ready: &'a Ready,
    variant: Variant,
    start: usize,
    lambda: f64,
}

impl Task<'_> {
    /// Which run.
    pub fn key(&self) -> RunKey {
        run_key(
            self.variant,
            self.ready.problem.name,
            self.start,
            self.lambda,
        )
    }
}

/// All runs, by variant, problem, start and λ in the order given.
pub fn tasks<'a>(
    ready: &'a [Ready],
    variants: &[Variant],
    lambdas: &[f64],
    starts: Starts,
) -> Vec<Task<'a>> {
    let mut tasks = Vec::new();
    for &variant in variants {
        for ready in ready {
            for start in (0..ready.problem.starts.len()).filter(|k| starts.contains(*k)) {
                tasks.extend(lambdas.iter().map(|&lambda| Task {
                    ready,
                    variant,
                    start,
                    lambda,
                }));
            }
        }
    }
    tasks
}

/// Records of a sweep and the wall time of all its runs, in seconds.
#[derive(Debug)]
pub struct Sweep {
    /// In the order of the tasks, whatever the number of threads.
    pub records: Vec<Record>,
    /// Wall time; the models are built before.
    pub seconds: f64,
}

/// Makes the runs on `jobs` threads and hands each record to `note` when its run has ended. Runs that have
/// not begun when `cancel` is used are left out.
///
/// Every run is a unit of its own for the threads, so that at the end one of them waits for the other no longer
/// than for a single run.
pub fn sweep(
    tasks: &[Task],
    name: &'static str,
    jobs: usize,
    published: &Published,
    cancel: &CancelToken,
    note: &(dyn Fn(&Record) -> crate::Result<()> + Sync),
) -> crate::Result<Sweep> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build()?;
    let bar = progress_bar(tasks.len(), name);
    let clock = Instant::now();
    let records: crate::Result<Vec<Option<Record>>> = pool.install(|| {
        let runs = tasks.par_iter().with_max_len(1).map(|task| {
            if cancel.is_cancelled() {
                return Ok(None);
            }
            let mut record = solve(task)?;
            if let Some(problem) = published.problem(record.problem) {
                compare(&mut record, problem);
            }
            note(&record)?;
            bar.inc(1);
            Ok(Some(record))
        });
        runs.collect()
    });
    let seconds = clock.elapsed().as_secs_f64();
    bar.finish_and_clear();
    Ok(Sweep {
        records: records?.into_iter().flatten().collect(),
        seconds,
    })
}

/// A bar on stderr, hidden when that is not a terminal.
pub fn progress_bar(runs: usize, name: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:>10} {wide_bar} {pos}/{len} {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(runs as u64)
        .with_style(style)
        .with_message(name)
}

fn solve(task: &Task) -> crate::Result<Record> {
    let &Task {
        ready,
        variant,
        start,
        lambda,
    } = task;
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
    use super::super::record::json_lines;
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

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
        let tasks = tasks(&ready, &[Variant::Production], &[1.0, 3.0], Starts::All);
        let published = Published::read(&crate::root()).unwrap();
        let run = |jobs| {
            let token = CancelToken::new();
            let noted = AtomicUsize::new(0);
            let note = |_: &Record| {
                noted.fetch_add(1, Ordering::Relaxed);
                Ok(())
            };
            let records = sweep(&tasks, "test", jobs, &published, &token, &note)
                .unwrap()
                .records;
            assert_eq!(noted.into_inner(), tasks.len());
            records
        };
        let (one, two) = (run(1), run(2));
        assert_eq!(one.len(), 2 * 2 * ready.len());
        assert_eq!(json_lines(&one).unwrap(), json_lines(&two).unwrap());
    }
}
