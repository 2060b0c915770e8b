//! Bilevel programs solved without an expert: penalties, starts, checks and corrections in one call.

mod examine;
mod options;
mod pool;
mod solution;
mod starts;

use std::time::Instant;

use nlp_model::{Bilevel, check_point};

use super::Verdict;
use super::starts::kronecker_steps;
use crate::MpecError;
use examine::Examiner;
pub use options::BilevelOptions;
use pool::{Candidate, Pool, violation};
pub use solution::{BilevelSolution, BilevelStatus};
use starts::{Random, search_box};

/// The search in x is left out for more variables.
const SEARCHED: usize = 3;

/// Samples of x for each of its variables.
const SAMPLES: usize = 16;

/// Points from which the search in x begins.
const BEGINNINGS: usize = 4;

/// Solves a bilevel program.
///
/// # Problem
/// min F(x, y)  s.t.  G(x, y) ≤ 0,  y ∈ argmin_y { f(x, y) : g(x, y) ≤ 0 }, the optimistic form.
///
/// # Algorithm
/// 1. Starts: that of the upper model, those of the caller, and random points of a box that bounds and rows
///    with a single variable give.
/// 2. From each start and for each penalty parameter λ, the semismooth Newton method on the value-function
///    system ([`ssn::value_function`]). Its points (x, y) and (x, ξ) are candidates when they are feasible
///    at both levels.
/// 3. The candidate with the smallest F is examined ([`certify`](super::certify())). A proof ends the
///    step. A refutation puts (x, y′) with the better response y′ among the candidates, and the next one is
///    examined.
/// 4. With few variables x: samples of x over the box, then polls from the best candidates, refuted ones
///    among them, on the objective F(x, y(x)) with y(x) a checked solution of the lower level. Back to 3
///    with what is found.
/// 5. The certificate of the best point is computed again, with more effort.
///
/// # Convergence and failure
/// Whatever is returned has been checked as its status says; that no other point has a smaller F is not.
/// Nothing is random but the starts of the given seed.
///
/// # References
/// The penalty and the Newton method: (DuttaLafhimZemkohoZhou2024). That their points need a check
/// against the lower level was measured on 124 problems: of their values below the best known ones none is
/// lower-level optimal.
///
/// # Errors
/// [`MpecError`] on starts of the wrong length or not finite, and on options out of range.
///
/// ```
/// use mpec::bilevel::{BilevelOptions, BilevelStatus, solve};
///
/// nlp_model::bilevel! {
///     /// The follower prefers the deeper of two wells, the leader the other one.
///     struct TwoWells(x; y);
///     F = (x - 0.25).powi(2) + (y - 1.0).powi(2);
///     G <= 0: [x - 1.0, -x - 1.0];
///     f = (y.powi(2) - 1.0).powi(2) + x * y;
///     g <= 0: [-y - 2.0, y - 2.0];
/// }
/// let problem = nlp_model::AutoBilevel::new("two wells", TwoWells);
/// let solution = solve(&problem, &BilevelOptions::default())?;
/// // the follower stays in the right well for x ≤ 0 only
/// assert_eq!(solution.status, BilevelStatus::Proved, "{solution}");
/// assert!(solution.x[0].abs() < 1e-4 && (solution.y[0] - 1.0).abs() < 1e-4, "{solution}");
/// # Ok::<(), mpec::MpecError>(())
/// ```
pub fn solve(
    problem: &dyn Bilevel,
    options: &BilevelOptions,
) -> Result<BilevelSolution, MpecError> {
    let clock = Instant::now();
    options.check()?;
    let starts = all_starts(problem, options)?;
    let mut pool = Pool::new(problem, options.feasibility);
    let runs = penalty_path(problem, &starts, options, &mut pool);
    let mut examiner = Examiner::new(problem, options.certificate);
    let mut best = best_certified(&mut pool, &mut examiner, None)?;
    if problem.nx() <= SEARCHED && options.search > 0 {
        search_in_x(problem, &starts[0], options, &mut pool, &mut examiner)?;
        best = best_certified(&mut pool, &mut examiner, best)?;
    }
    let mut solution = report(problem, &pool, best, &mut examiner)?;
    solution.runs = runs;
    solution.examined = examiner.examined;
    solution.refuted = examiner.refuted;
    solution.seconds = clock.elapsed().as_secs_f64();
    tracing::debug!(status = %solution.status, objective = solution.objective, runs, "bilevel");
    Ok(solution)
}

/// Step 1.
fn all_starts(problem: &dyn Bilevel, options: &BilevelOptions) -> Result<Vec<Vec<f64>>, MpecError> {
    let n = problem.nx() + problem.ny();
    let mut list = vec![problem.upper().meta().x0().to_vec()];
    for start in &options.starts {
        check_point("start", start, n)?;
        list.push(start.clone());
    }
    let (lower, upper) = search_box(problem, list.last().expect("the model has a start"));
    let mut random = Random::new(options.seed);
    for _ in 0..options.random_starts {
        let point = lower.iter().zip(&upper);
        list.push(point.map(|(l, u)| l + (u - l) * random.next()).collect());
    }
    Ok(list)
}

/// Step 2; returns the number of runs.
fn penalty_path(
    problem: &dyn Bilevel,
    starts: &[Vec<f64>],
    options: &BilevelOptions,
    pool: &mut Pool,
) -> usize {
    let newton = ssn::Options::default();
    let mut runs = 0;
    for start in starts {
        let (x, y) = start.split_at(problem.nx());
        pool.offer(x, y, None);
        for &lambda in &options.penalties {
            // a start at which functions have no value gives no candidate
            let run = ssn::value_function::solve_bilevel(problem, x, y, lambda, &newton);
            runs += 1;
            if let Ok(run) = run {
                pool.offer(&run.x, &run.y, Some(lambda));
                pool.offer(&run.x, &run.xi, Some(lambda));
            }
        }
    }
    runs
}

/// Step 3: the place of the best candidate that is proved or not refuted, `best` if none is better.
fn best_certified(
    pool: &mut Pool,
    examiner: &mut Examiner,
    best: Option<usize>,
) -> Result<Option<usize>, MpecError> {
    let mut best = best;
    let value = |pool: &Pool, best: Option<usize>| {
        best.map_or(f64::INFINITY, |k| pool.candidates[k].objective)
    };
    while let Some(k) = pool.next_below(value(pool, best)) {
        pool.candidates[k].is_examined = true;
        let Candidate { x, y, .. } = pool.candidates[k].clone();
        match examiner.certify(&x, &y, false)?.verdict {
            Verdict::Proved(_) | Verdict::Multistart(_) => best = Some(k),
            Verdict::Refuted { point, .. } => {
                pool.offer(&x, &point, None);
            }
            _ => {}
        }
    }
    Ok(best)
}

/// Step 4.
fn search_in_x(
    problem: &dyn Bilevel,
    around: &[f64],
    options: &BilevelOptions,
    pool: &mut Pool,
    examiner: &mut Examiner,
) -> Result<(), MpecError> {
    let nx = problem.nx();
    let (lower, upper) = search_box(problem, around);
    let (lower, upper) = (&lower[..nx], &upper[..nx]);
    let widths = lower.iter().zip(upper).map(|(l, u)| u - l);
    let width = widths.fold(f64::INFINITY, f64::min);
    if width.is_nan() || width <= 0.0 {
        return Ok(());
    }
    for x in samples(lower, upper) {
        let nearest = pool.nearest(&x).unwrap_or(&around[nx..]).to_vec();
        if let Some(y) = examiner.respond(&x, &nearest)? {
            pool.offer(&x, &y, None);
        }
    }
    for (x, y) in beginnings(pool) {
        let x: Vec<f64> = (0..nx).map(|i| x[i].clamp(lower[i], upper[i])).collect();
        let mut nearest = y;
        let mut failure = None;
        let mut value_at = |x: &[f64]| match examiner.respond(x, &nearest) {
            Ok(Some(y)) => {
                let place = pool.offer(x, &y, None);
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
        let poll = dfo::PollOptions {
            radius: 0.1 * width,
            final_radius: 1e-7 * width,
            max_evaluations: options.search * nx,
            ..dfo::PollOptions::default()
        };
        if value.is_finite() {
            dfo::poll(&mut value_at, &x, value, lower, upper, &poll)?;
        }
        if let Some(error) = failure {
            return Err(error);
        }
    }
    Ok(())
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
fn beginnings(pool: &Pool) -> Vec<(Vec<f64>, Vec<f64>)> {
    let mut order: Vec<&Candidate> = pool.candidates.iter().collect();
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

/// Step 5.
fn report(
    problem: &dyn Bilevel,
    pool: &Pool,
    best: Option<usize>,
    examiner: &mut Examiner,
) -> Result<BilevelSolution, MpecError> {
    let (nx, ny) = (problem.nx(), problem.ny());
    let nothing = BilevelSolution {
        x: vec![f64::NAN; nx],
        y: vec![f64::NAN; ny],
        objective: f64::NAN,
        lower_objective: f64::NAN,
        upper_violation: f64::NAN,
        lower_violation: f64::NAN,
        certificate: None,
        penalty: None,
        status: BilevelStatus::NotFound,
        runs: 0,
        examined: 0,
        refuted: 0,
        seconds: 0.0,
    };
    let order = |a: &&Candidate, b: &&Candidate| a.objective.total_cmp(&b.objective);
    let fallback = || pool.candidates.iter().min_by(order);
    let Some(candidate) = best.map(|k| &pool.candidates[k]).or_else(fallback) else {
        return Ok(nothing);
    };
    let z = [&candidate.x[..], &candidate.y].concat();
    let certificate = examiner.certify(&candidate.x, &candidate.y, true)?;
    let status = match certificate.verdict {
        Verdict::Proved(_) => BilevelStatus::Proved,
        Verdict::Multistart(_) => BilevelStatus::Feasible,
        _ => BilevelStatus::Stationary,
    };
    Ok(BilevelSolution {
        x: candidate.x.clone(),
        y: candidate.y.clone(),
        objective: candidate.objective,
        lower_objective: problem.lower().obj(&z),
        upper_violation: violation(problem.upper(), &z),
        lower_violation: violation(problem.lower(), &z),
        certificate: Some(certificate),
        penalty: candidate.penalty,
        status,
        ..nothing
    })
}
