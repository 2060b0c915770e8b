//! The two doors: a plain function, and a solver for the framework.

use std::time::Instant;

use linalg::slice::norm2;
use stopping::{State, Status, Stopping};

use super::archive::{Archive, Interrupt};
use super::driver::{Found, run};
use super::problem::{CliffOracle, Closure, Scaling};
use super::solution::{CliffSolution, Face, Verdict};
use super::{CliffOptions, Evaluation};
use crate::DfoError;

/// Minimizes an objective that jumps, on a box.
///
/// # Problem
/// inf θ(x)  s.t.  lower ≤ x ≤ upper, all bounds finite. θ is smooth on pieces; `f` tells the value and the
/// label of the piece that x belongs to, or a failure. Low sides need not be closed: the infimum may be attained nowhere.
///
/// # Algorithm
/// 1. Evaluate x and points that fill the box evenly.
/// 2. From the lowest point of the most promising piece, a trust region: a quadratic model from points of this piece
///    only, a quadratic height model for each cliff from brackets found by bisection, a step on all of them. A step
///    that ends beyond a cliff is used to locate it better. Before the radius shrinks, all that the step relies on is
///    verified at this radius.
/// 3. The limit point: the minimizer of the models, with the cliffs that hold it located to 10⁻⁸ of the box.
/// 4. Certificate: stationarity with multipliers, then polls in random directions at five radii on all pieces
///    and along each cliff. A lower point sends the solver back to 2.
/// 5. Pieces that may hold lower values come next, then more points, while one label only is known up to 60 % of the
///    evaluations.
///
/// # Convergence and failure
/// All claims are local, and a poll proves nothing: a piece that no point has met is not excluded. The verdict is
/// [`Verdict::NotCertified`] when anything speaks against the point, or evaluations run out first.
/// Thin low sides, less than a hundredth of the box, may be missed; vertices of many cliffs need many evaluations.
///
/// # Errors
/// [`DfoError`] on wrong lengths, a start outside of its bounds, contradictory or infinite bounds, options
/// out of range.
///
/// # References
/// The treatment of a discontinuity as a constraint is known from direct search (AudetBataillyKojtych2022); trust
/// regions with models of least Frobenius norm are described in (ConnScheinbergVicente2009, Section 10).
///
/// ```
/// use dfo::cliff::{CliffOptions, Evaluation, Verdict, minimize};
///
/// // (x₁ − 1)² + x₂², and 3 more where x₁ + x₂ ≥ 0
/// let theta = |x: &[f64]| {
///     let high = x[0] + x[1] >= 0.0;
///     let value = (x[0] - 1.0).powi(2) + x[1] * x[1] + if high { 3.0 } else { 0.0 };
///     Evaluation::labelled(value, u64::from(high))
/// };
/// let s = minimize(theta, &[-1.0, 1.0], &[-2.0; 2], &[2.0; 2], &CliffOptions::default())?;
/// assert_eq!(s.verdict, Verdict::InfimumAtDiscontinuity);
/// assert!((s.infimum - 0.5).abs() < 1e-6 && (s.value - 0.5).abs() < 1e-6);
/// assert!((s.faces[0].multiplier - 2f64.sqrt()).abs() < 1e-3);
/// # Ok::<(), dfo::DfoError>(())
/// ```
pub fn minimize(
    f: impl Fn(&[f64]) -> Evaluation,
    x: &[f64],
    lower: &[f64],
    upper: &[f64],
    options: &CliffOptions,
) -> Result<CliffSolution, DfoError> {
    options.check()?;
    let scaling = Scaling::new(x, lower, upper)?;
    Ok(solve(
        &Closure::new(f, lower, upper),
        x,
        &scaling,
        options,
        &mut |_, _| None,
    ))
}

/// The state of [`CliffCut`]: the lowest point so far, at the end the solution.
#[derive(Clone, Debug, Default)]
pub struct CliffState {
    /// The lowest point so far, at first the start (n).
    pub x: Vec<f64>,
    /// θ there, when known.
    pub value: Option<f64>,
    /// Where the run ended.
    pub solution: Option<CliffSolution>,
}

impl CliffState {
    /// Begins at x.
    pub fn new(x: &[f64]) -> Self {
        CliffState {
            x: x.to_vec(),
            ..CliffState::default()
        }
    }

    /// 0 with a verdict, unknown without: a criterion for [`Stopping::new`].
    pub fn score(&self) -> Option<f64> {
        let solution = self.solution.as_ref()?;
        (solution.verdict != Verdict::NotCertified).then_some(0.0)
    }
}

impl State for CliffState {
    fn point(&self) -> &[f64] {
        &self.x
    }
    fn objective(&self) -> Option<f64> {
        self.value
    }
}

/// The cliff-cut trust region as a solver of the framework: each evaluation is an iteration, after which the stopping
/// may end the run.
#[derive(Clone, Copy, Debug, Default)]
pub struct CliffCut {
    /// Parameters.
    pub options: CliffOptions,
}

impl<P: CliffOracle + ?Sized> stopping::Solver<P, CliffState> for CliffCut {
    /// Bad options or bounds end as [`Status::Exception`].
    fn solve(&mut self, problem: &P, stopping: &mut Stopping<P, CliffState>) -> Status {
        let x = stopping.state.x.clone();
        stopping.state.solution = None;
        if let Some(status) = stopping.start(problem) {
            return status;
        }
        let checked = self
            .options
            .check()
            .and_then(|()| Scaling::new(&x, problem.lower(), problem.upper()));
        let Ok(scaling) = checked else {
            return stopping.fail(Status::Exception);
        };
        let mut watch = |x: &[f64], value: f64| {
            if stopping.state.value.is_none_or(|best| value < best) {
                stopping.state.x.copy_from_slice(x);
                stopping.state.value = Some(value);
            }
            stopping.stop(problem)
        };
        let solution = solve(problem, &x, &scaling, &self.options, &mut watch);
        let status = solution.status;
        if solution.label.is_some() {
            stopping.state.x.copy_from_slice(&solution.played);
            stopping.state.value = Some(solution.value);
        }
        stopping.state.solution = Some(solution);
        match stopping.stop(problem) {
            Some(status) => status,
            None => stopping.fail(status),
        }
    }
}

/// Told of each value; may end the run.
type Watch<'a> = dyn FnMut(&[f64], f64) -> Option<Status> + 'a;

fn solve<P: CliffOracle + ?Sized>(
    problem: &P,
    x: &[f64],
    scaling: &Scaling,
    options: &CliffOptions,
    watch: &mut Watch<'_>,
) -> CliffSolution {
    let clock = Instant::now();
    let mut stopped = None;
    let mut failures = 0;
    let mut oracle = |u: &[f64]| {
        let x = scaling.to_box(u);
        let evaluation = problem.evaluate(&x);
        match evaluation {
            Evaluation::Value { value, .. } if value.is_finite() => stopped = watch(&x, value),
            _ => failures += 1,
        }
        if stopped.is_some() {
            return Err(Interrupt::Caller);
        }
        Ok(evaluation)
    };
    let mut archive = Archive::new(scaling.free.len(), options, &mut oracle);
    let mut found = Found::default();
    let interrupt = run(&mut archive, scaling, x, options.seed, &mut found).err();
    let best = found
        .played
        .or_else(|| archive.lowest(0..archive.points.len()));
    let evaluations = archive.points.len();
    let mut solution = CliffSolution {
        limit: x.to_vec(),
        infimum: f64::NAN,
        played: x.to_vec(),
        value: f64::NAN,
        label: None,
        verdict: Verdict::NotCertified,
        faces: Vec::new(),
        residual: f64::NAN,
        value_at_limit: found.value_at_limit,
        status: Status::DomainError,
        evaluations,
        failures: 0,
        seconds: 0.0,
    };
    if let Some(k) = best {
        solution.played = scaling.to_box(archive.u(k));
        solution.limit.clone_from(&solution.played);
        solution.value = archive.value(k);
        solution.infimum = solution.value;
        solution.label = archive.label(k);
        solution.status = Status::Stalled;
    }
    if let Some(limit) = &found.best {
        solution.limit = scaling.to_box(&limit.u);
        solution.infimum = limit.infimum;
        solution.residual = limit.residual;
        solution.verdict = found.verdict;
        solution.faces = limit
            .active
            .iter()
            .map(|(cut, lambda)| {
                let normal = scaling.gradient_to_box(&cut.normal);
                let length = norm2(&normal);
                Face {
                    high: cut.high,
                    normal: normal.iter().map(|a| a / length).collect(),
                    multiplier: lambda * length,
                    jump: cut.jump(&archive, limit.infimum),
                }
            })
            .collect();
    }
    solution.failures = failures;
    solution.seconds = clock.elapsed().as_secs_f64();
    if solution.verdict != Verdict::NotCertified {
        solution.status = Status::Optimal;
    } else if let Some(status) = stopped {
        solution.status = status;
    } else if interrupt == Some(Interrupt::Evaluations) && solution.label.is_some() {
        solution.status = Status::EvaluationLimit;
    }
    tracing::debug!(verdict = %solution.verdict, infimum = solution.infimum, evaluations, "cliff");
    solution
}
