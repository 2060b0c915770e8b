//! Bilevel programs and optimization problems with QVI constraint, solved for one penalty parameter.

use std::fmt;
use std::time::Instant;

use linalg::slice::norm2;
use nlp_model::{Bilevel, Linearised, Qvi, check_point};
use stopping::Status;

use crate::attempts::{Run, solve_attempts};
use crate::options::Attempt;
use crate::regularity::Regularity;
use crate::systems::value_function::ValueFunctionSystem;
use crate::{FISCHER_BURMEISTER, Options, PairRule, SemismoothSystem, SsnError};

/// Where a run ended: a stationary point of the problem penalized with λ when the status is
/// `Optimal`, else the last good iterate.
///
/// Nothing here says that y is optimal for the lower level: the penalty may be too small, and a
/// nonconvex lower level has stationary points that are not minimal.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// Upper-level variables (n).
    pub x: Vec<f64>,
    /// Lower-level variables (m).
    pub y: Vec<f64>,
    /// The solution of the problem behind the value function (m).
    pub xi: Vec<f64>,
    /// Multipliers of G (p).
    pub u: Vec<f64>,
    /// Multipliers of g (q).
    pub v: Vec<f64>,
    /// Multipliers of g at ξ (q).
    pub w: Vec<f64>,
    /// The penalty parameter.
    pub lambda: f64,
    /// F(x, y).
    pub objective: f64,
    /// f(x, y): the lower-level objective of a bilevel program, yᵀf₀(x, y) of a QVI.
    pub lower_objective: f64,
    /// ‖Φ‖₂.
    pub residual: f64,
    /// ‖y − ξ‖₂.
    pub distance: f64,
    /// Largest violation of G ≤ 0 and g ≤ 0 at (x, y).
    pub violation: f64,
    /// How the run ended.
    pub status: Status,
    /// Iterations.
    pub iterations: usize,
    /// The last step was a Newton step of length at least 1.
    pub full_steps: bool,
    /// ‖Φ‖₂ at the start and after each iteration.
    pub history: Vec<f64>,
    /// Wall time, set-up included.
    pub seconds: f64,
}

impl fmt::Display for Solution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} after {} iterations, λ = {}",
            self.status, self.iterations, self.lambda
        )?;
        writeln!(
            f,
            "  F = {:.10}, f = {:.10}",
            self.objective, self.lower_objective
        )?;
        writeln!(f, "  x = {:?}", self.x)?;
        writeln!(f, "  y = {:?}", self.y)?;
        writeln!(
            f,
            "  ‖Φ‖ = {:.1e}, violation {:.1e}",
            self.residual, self.violation
        )?;
        write!(
            f,
            "  ‖y − ξ‖ = {:.1e}; lower-level optimality is not verified",
            self.distance
        )
    }
}

/// Solves the system of a bilevel program, linearised at the lower level, for one λ from (x⁰, y⁰).
///
/// # Errors
/// [`SsnError`] on a start of the wrong length or not finite, on λ ≤ 0, and on options out of range.
pub fn solve_bilevel(
    problem: &dyn Bilevel,
    x0: &[f64],
    y0: &[f64],
    lambda: f64,
    options: &Options,
) -> Result<Solution, SsnError> {
    let clock = Instant::now();
    let mut solution = solve_qvi(&Linearised::new(problem)?, x0, y0, lambda, options)?;
    solution.lower_objective = problem
        .lower()
        .obj(&[&solution.x[..], &solution.y].concat());
    solution.seconds = clock.elapsed().as_secs_f64();
    Ok(solution)
}

/// Solves the system of an optimization problem with QVI constraint for one λ from (x⁰, y⁰).
///
/// # Errors
/// As [`solve_bilevel`].
pub fn solve_qvi(
    problem: &dyn Qvi,
    x0: &[f64],
    y0: &[f64],
    lambda: f64,
    options: &Options,
) -> Result<Solution, SsnError> {
    from(problem, lambda, options, |system, attempt| {
        if attempt.curvature_units {
            system.measure_units(x0, y0)?;
        }
        system.start(x0, y0, attempt.largest_multiplier)
    })
}

/// As [`solve_bilevel`], from a full ζ⁰ = (x, y, ξ, u, v, w) instead of (x⁰, y⁰): another solution, or what
/// one tells about this problem.
///
/// # Errors
/// As [`solve_bilevel`].
pub fn solve_bilevel_from(
    problem: &dyn Bilevel,
    zeta0: &[f64],
    lambda: f64,
    options: &Options,
) -> Result<Solution, SsnError> {
    let clock = Instant::now();
    let mut solution = solve_qvi_from(&Linearised::new(problem)?, zeta0, lambda, options)?;
    solution.lower_objective = problem
        .lower()
        .obj(&[&solution.x[..], &solution.y].concat());
    solution.seconds = clock.elapsed().as_secs_f64();
    Ok(solution)
}

/// As [`solve_qvi`], from a full ζ⁰ = (x, y, ξ, u, v, w).
///
/// # Errors
/// As [`solve_bilevel`].
pub fn solve_qvi_from(
    problem: &dyn Qvi,
    zeta0: &[f64],
    lambda: f64,
    options: &Options,
) -> Result<Solution, SsnError> {
    from(problem, lambda, options, |system, attempt| {
        let at = system.layout();
        check_point("zeta0", zeta0, at.size())?;
        if attempt.curvature_units {
            system.measure_units(&zeta0[at.x.clone()], &zeta0[at.y.clone()])?;
        }
        Ok(zeta0.to_vec())
    })
}

fn from(
    problem: &dyn Qvi,
    lambda: f64,
    options: &Options,
    start: impl Fn(&ValueFunctionSystem, &Attempt) -> Result<Vec<f64>, SsnError>,
) -> Result<Solution, SsnError> {
    let clock = Instant::now();
    let run = solve_attempts(
        options,
        |rule| ValueFunctionSystem::new(problem, lambda, rule),
        start,
    )?;
    Ok(Solution {
        seconds: clock.elapsed().as_secs_f64(),
        ..Solution::new(run)
    })
}

impl Solution {
    /// ζ = (x, y, ξ, u, v, w), for the system of this problem.
    pub fn zeta(&self) -> Vec<f64> {
        [&self.x[..], &self.y, &self.xi, &self.u, &self.v, &self.w].concat()
    }

    /// The conditions for fast convergence at this point, each with its number; for a bilevel
    /// program, `problem` is its [`Linearised`] form. Dense: O(N³) operations.
    ///
    /// # Errors
    /// [`SsnError`] when the solution does not belong to `problem`, or is not finite.
    pub fn regularity(&self, problem: &dyn Qvi) -> Result<Regularity, SsnError> {
        let rule = PairRule {
            ncp: &FISCHER_BURMEISTER,
            degenerate: Options::production().degenerate,
        };
        Regularity::at(
            &ValueFunctionSystem::new(problem, self.lambda, rule)?,
            &self.zeta(),
        )
    }

    /// ‖Φ‖₂ with every multiplier measured in 1 and the function of Fischer and Burmeister, whatever units
    /// and functions the run used; for a bilevel program, `problem` is its [`Linearised`] form.
    ///
    /// # Errors
    /// [`SsnError`] when the solution does not belong to `problem`.
    pub fn plain_residual(&self, problem: &dyn Qvi) -> Result<f64, SsnError> {
        let rule = PairRule {
            ncp: &FISCHER_BURMEISTER,
            degenerate: Options::production().degenerate,
        };
        let system = ValueFunctionSystem::new(problem, self.lambda, rule)?;
        let zeta = self.zeta();
        check_point("zeta", &zeta, system.size())?;
        let mut phi = vec![0.0; zeta.len()];
        system.residual(&zeta, &mut phi);
        Ok(norm2(&phi))
    }

    fn new(run: Run<ValueFunctionSystem>) -> Self {
        let (system, state) = (&run.system, &run.state);
        let (zeta, at) = (&state.zeta, system.layout());
        let part = |range: &std::ops::Range<usize>| zeta[range.clone()].to_vec();
        let (y, xi) = (part(&at.y), part(&at.xi));
        let gap: Vec<f64> = y.iter().zip(&xi).map(|(y, xi)| y - xi).collect();
        let (objective, lower_objective) = system.objectives(zeta);
        Solution {
            x: part(&at.x),
            u: part(&at.u),
            v: part(&at.v),
            w: part(&at.w),
            y,
            xi,
            lambda: system.lambda(),
            objective,
            lower_objective,
            residual: state.norm,
            distance: norm2(&gap),
            violation: system.violation(zeta),
            status: run.status,
            iterations: run.iterations,
            full_steps: state.is_full_step(),
            history: run.history,
            seconds: 0.0,
        }
    }
}
