//! Bilevel programs solved without an expert: penalties, complementarity, proofs and corrections in one call.

mod cuts;
mod examine;
mod multipliers;
mod options;
mod pool;
mod report;
mod search;
mod solution;
mod starts;

use std::time::Instant;

use linalg::random::SplitMix;
use linalg::slice::all_finite;
use nlp_model::{Bilevel, KktConditions, Linearised, Model, check_point};
use ssn::continuation::predict;
use ssn::value_function::{solve_qvi, solve_qvi_from};

use super::{Certificate, Verdict};
use crate::MpecError;
use crate::linearised::LinearisedOptions;
use crate::mpcc::{self, MpccOptions};
use cuts::{Cut, WithCuts};
use examine::Examiner;
use multipliers::LowerMultipliers;
pub use options::BilevelOptions;
use pool::{Candidate, Pool, Source};
use report::report;
pub use solution::{BilevelSolution, BilevelStatus, Origin, Reason};
use starts::search_box;

/// Cuts that one candidate may carry.
const CUTS: usize = 4;

/// Refuted candidates that are corrected, in one run.
const CORRECTED: usize = 24;

/// Best points whose certificate is computed again, one after the other as they are refuted.
const CONFIRMED: usize = 12;

/// Starts without progress after which no more are tried, when each lower level met is proved convex.
const PATIENCE: usize = 3;

/// Solves a bilevel program.
///
/// # Problem
/// min F(x, y)  s.t.  G(x, y) ≤ 0,  y ∈ argmin_y { f(x, y) : g(x, y) ≤ 0 }, the optimistic form.
///
/// # Algorithm
/// 1. Starts: that of the upper model, those of the caller, and random points of a box that bounds and rows
///    with a single variable give. For each of them, until a few in a row bring nothing better:
/// 2. *Penalty path*, at the given starts. For each penalty parameter λ, the semismooth Newton method on
///    the value-function system ([`ssn::value_function`]), cold and from the solution for the λ before.
///    Its points (x, y) and (x, ξ) are candidates when they are feasible at both levels.
/// 3. *Complementarity.* The KKT conditions in the place of the lower level, solved as an MPCC
///    ([`mpcc::solve`](crate::mpcc::solve())) from the start and from a response to its x.
/// 4. *Examination.* The candidate with the smallest F below the best point is certified
///    ([`certify`](super::certify())). A refutation brings a better response y′; (x, y′) becomes a
///    candidate, and the MPCC is solved again from both points with the cut f(x, y) ≤ f(x, s(x)), s(x) the
///    response y′ carried along with x.
/// 5. *Search in x*, for few variables x, unless each lower level met is proved convex and the best
///    point is stationary: samples of x over the box with their responses, step 3 from the best of them,
///    then a poll from the best point on F(x, y(x)) with y(x) a certified response.
/// 6. The certificate of the best point is computed again, with more effort. Should it refute, back to 4.
///
/// # Convergence and failure
/// Whatever is returned has been checked as its status says; that no other point has a smaller F is not.
/// Nothing is random but the starts of the given seed.
///
/// # References
/// The penalty and the Newton method: (DuttaLafhimZemkohoZhou2024). That their points need a check
/// against the lower level was measured on 124 problems: of their values below the best known ones none is
/// lower-level optimal. Complementarity in place of the lower level: (DempeDutta2012).
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
    let qvi = Linearised::new(problem)?;
    let conditions = KktConditions::new(&qvi)?;
    let mut driver = Driver::new(problem, options, &starts, &qvi, &conditions);
    let mut since_progress = 0;
    for (k, start) in starts.iter().enumerate() {
        let before = driver.value();
        if k <= options.starts.len() {
            driver.penalty_path(start);
        }
        driver.complementarity(start)?;
        driver.examine()?;
        let is_better = driver.value() < before - PROGRESS * (1.0 + before.abs());
        since_progress = if is_better { 0 } else { since_progress + 1 };
        let is_convex = driver.examiner.is_convex;
        if driver.best.is_some() && is_convex && since_progress >= PATIENCE {
            break;
        }
    }
    driver.search_in_x(&starts[options.starts.len()])?;
    let mut solution = driver.finish()?;
    solution.seconds = clock.elapsed().as_secs_f64();
    tracing::debug!(status = %solution.status, objective = solution.objective, "bilevel");
    Ok(solution)
}

/// Relative decrease of F that counts as progress.
const PROGRESS: f64 = 1e-6;

/// Relative increase of F for which a solution of the KKT conditions is preferred.
const SETTLED: f64 = 1e-5;

/// Step 1.
fn all_starts(problem: &dyn Bilevel, options: &BilevelOptions) -> Result<Vec<Vec<f64>>, MpecError> {
    let n = problem.nx() + problem.ny();
    let mut list = vec![problem.upper().meta().x0().to_vec()];
    for start in &options.starts {
        check_point("start", start, n)?;
        list.push(start.clone());
    }
    let (lower, upper) = search_box(problem, &list[options.starts.len()]);
    let mut random = SplitMix::new(options.seed);
    for _ in 0..options.random_starts {
        let point = lower.iter().zip(&upper);
        list.push(point.map(|(l, u)| l + (u - l) * random.uniform()).collect());
    }
    // a box around huge numbers may overflow
    list.retain(|start| all_finite(start));
    Ok(list)
}

/// The candidates, the best of them, and what is needed to find better ones.
struct Driver<'p> {
    problem: &'p dyn Bilevel,
    options: &'p BilevelOptions,
    qvi: &'p Linearised<'p>,
    conditions: &'p KktConditions<'p>,
    multipliers: LowerMultipliers<'p>,
    pool: Pool<'p>,
    examiner: Examiner<'p>,
    cuts: Vec<Cut>,
    best: Option<usize>,
    corrected: usize,
    runs: usize,
    /// Evaluations of both levels before the run.
    before: u64,
}

impl<'p> Driver<'p> {
    fn new(
        problem: &'p dyn Bilevel,
        options: &'p BilevelOptions,
        starts: &[Vec<f64>],
        qvi: &'p Linearised<'p>,
        conditions: &'p KktConditions<'p>,
    ) -> Self {
        Driver {
            multipliers: LowerMultipliers::new(problem.lower(), problem.nx()),
            pool: Pool::new(problem, options.feasibility, starts),
            examiner: Examiner::new(problem, options.certificate),
            cuts: Vec::new(),
            best: None,
            corrected: 0,
            runs: 0,
            before: evaluations(problem),
            problem,
            options,
            qvi,
            conditions,
        }
    }

    /// F of the best point.
    fn value(&self) -> f64 {
        self.best
            .map_or(f64::INFINITY, |k| self.pool.candidates[k].objective)
    }

    /// Step 2.
    fn penalty_path(&mut self, start: &[f64]) {
        let (x, y) = start.split_at(self.problem.nx());
        self.pool.offer(x, y, Source::of(Origin::Start));
        let newton = ssn::Options::default();
        let mut last = None;
        for &lambda in &self.options.penalties {
            // a start at which functions have no value gives no candidate
            let cold = solve_qvi(self.qvi, x, y, lambda, &newton).ok();
            let warm = last.as_ref().and_then(|last| {
                let zeta = predict(self.qvi, last, lambda);
                solve_qvi_from(self.qvi, &zeta, lambda, &newton).ok()
            });
            self.runs += 1 + usize::from(warm.is_some());
            for run in [cold, warm].into_iter().flatten() {
                let from = Source {
                    penalty: Some(lambda),
                    ..Source::of(Origin::Penalty)
                };
                self.pool.offer(&run.x, &run.y, from);
                self.pool.offer(&run.x, &run.xi, from);
                if run.status.is_success() {
                    last = Some(run);
                }
            }
        }
    }

    /// Step 3.
    fn complementarity(&mut self, start: &[f64]) -> Result<(), MpecError> {
        let (x, y) = start.split_at(self.problem.nx());
        self.solve_conditions(x, y, Source::of(Origin::Complementarity))?;
        if let Some(response) = self.examiner.respond(x, y)? {
            self.pool.offer(x, &response, Source::of(Origin::Response));
            self.solve_conditions(x, &response, Source::of(Origin::Complementarity))?;
        } else {
            // is it empty at this x?
            self.examiner.certify(x, y, false)?;
        }
        Ok(())
    }

    /// Solves the MPCC with the cuts of `from`, and adds where it ends to the candidates; its place there.
    fn solve_conditions(
        &mut self,
        x: &[f64],
        y: &[f64],
        from: Source,
    ) -> Result<Option<usize>, MpecError> {
        let z = [x, y].concat();
        let (w, residual) = self.multipliers.at(&z);
        if residual.is_nan() {
            return Ok(None);
        }
        let cuts: Vec<Cut> = from.cuts.iter().map(|&k| self.cuts[k].clone()).collect();
        let model = WithCuts::new(self.problem, self.conditions, &cuts)?;
        let options = MpccOptions {
            nodes: 0,
            linearised: LinearisedOptions {
                nodes: 64,
                ..LinearisedOptions::default()
            },
            ..MpccOptions::default()
        };
        self.runs += 1;
        let found = mpcc::solve(&model, &[&z[..], &w].concat(), &options)?;
        let (x, y) = found.x[..z.len()].split_at(x.len());
        let place = self.pool.offer(x, y, from);
        if let Some(k) = place {
            self.pool.candidates[k].is_stationary |= found.status.is_success();
        }
        Ok(place)
    }

    /// Step 4.
    fn examine(&mut self) -> Result<(), MpecError> {
        while let Some(k) = self.next() {
            self.pool.candidates[k].is_examined = true;
            let candidate = self.pool.candidates[k].clone();
            let (x, y) = (&candidate.x, &candidate.y);
            match self.examiner.certify(x, y, false)?.verdict {
                Verdict::Proved(_) | Verdict::Multistart(_) => {
                    self.accept(k);
                    if !candidate.is_stationary {
                        self.settle(&candidate)?;
                    }
                }
                Verdict::Refuted { point, .. } => self.correct(&candidate, &point)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// The candidate with the smallest F, when it would be progress.
    fn next(&self) -> Option<usize> {
        let value = self.value();
        let margin = if value.is_finite() {
            PROGRESS * (1.0 + value.abs())
        } else {
            0.0
        };
        self.pool.next_below(value - margin)
    }

    /// The MPCC from the best point. Where it ends replaces the best point when it is certified and F is hardly
    /// larger: points of other origin gain a little by what the tolerances allow.
    fn settle(&mut self, candidate: &Candidate) -> Result<(), MpecError> {
        let from = candidate.source(Origin::Complementarity);
        let Some(k) = self.solve_conditions(&candidate.x, &candidate.y, from)? else {
            return Ok(());
        };
        let value = candidate.objective;
        let end = self.pool.candidates[k].clone();
        let is_near = end.objective <= value + SETTLED * (1.0 + value.abs());
        if !end.is_stationary || end.objective < value || !is_near {
            return Ok(());
        }
        self.pool.candidates[k].is_examined = true;
        let verdict = self.examiner.certify(&end.x, &end.y, false)?.verdict;
        if matches!(verdict, Verdict::Proved(_) | Verdict::Multistart(_)) {
            self.accept(k);
        }
        Ok(())
    }

    fn accept(&mut self, k: usize) {
        self.pool.candidates[k].is_certified = true;
        self.best = Some(k);
    }

    /// What a refutation brings: the response, and solutions with the cut that it gives.
    fn correct(&mut self, candidate: &Candidate, response: &[f64]) -> Result<(), MpecError> {
        let (x, y) = (&candidate.x, &candidate.y);
        self.pool
            .offer(x, response, candidate.source(Origin::Response));
        if candidate.cuts.len() >= CUTS || self.corrected >= CORRECTED {
            return Ok(());
        }
        self.corrected += 1;
        self.cuts.push(Cut::new(self.problem, x, response));
        let cuts = [&candidate.cuts[..], &[self.cuts.len() - 1]].concat();
        let from = Source {
            cuts: &cuts,
            ..candidate.source(Origin::Complementarity)
        };
        self.solve_conditions(x, y, from)?;
        self.solve_conditions(x, response, from)?;
        Ok(())
    }

    /// Step 6: the certificate of the best point. What it refutes is corrected, as in step 4, and the next best
    /// point takes its place.
    fn confirm(&mut self) -> Result<Option<Certificate>, MpecError> {
        for _ in 0..CONFIRMED {
            let Some(k) = self.best else {
                return Ok(None);
            };
            let candidate = self.pool.candidates[k].clone();
            let certificate = self.examiner.certify(&candidate.x, &candidate.y, true)?;
            let Some(better) = certificate.better_point() else {
                return Ok(Some(certificate));
            };
            self.pool.candidates[k].is_certified = false;
            self.best = self.pool.best_certified();
            self.correct(&candidate, better)?;
            self.examine()?;
        }
        self.best = None;
        Ok(None)
    }

    fn finish(mut self) -> Result<BilevelSolution, MpecError> {
        let certificate = self.confirm()?;
        let found = self.best.zip(certificate);
        let mut solution = report(self.problem, &self.pool, found, &mut self.examiner)?;
        solution.runs = self.runs;
        solution.examined = self.examiner.examined;
        solution.refuted = self.examiner.refuted;
        solution.evaluations = evaluations(self.problem) - self.before;
        Ok(solution)
    }
}

/// Evaluations of both levels so far.
fn evaluations(problem: &dyn Bilevel) -> u64 {
    let of = |model: &dyn Model| model.counters().map_or(0, |counters| counters.total());
    of(problem.upper()) + of(problem.lower())
}
