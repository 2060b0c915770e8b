//! Leaders who fear, or trust, their followers.

mod at_x;
mod certificate;
mod label;
mod lower;
mod options;
mod outer;
mod pieces;
mod problem;
mod report;
mod response;
mod search_box;
mod solution;

use std::time::Instant;

use nlp_model::{KktConditions, Linearised, check_length, check_point};

use crate::MpecError;
use at_x::Inner;
pub use options::{PessimisticOptions, Radii, Sense};
use outer::Outer;
use problem::Followers;
pub use problem::Problem;
use response::Responder;
use search_box::rows_of_x;
pub use solution::{Counts, Evidence, Failed, Failure, PessimisticSolution, Point, Sample, Side};

/// Minimizes the worst, or the best, value that the followers leave to the leader.
pub fn solve(
    problem: &Problem,
    options: &PessimisticOptions,
) -> Result<PessimisticSolution, MpecError> {
    let clock = Instant::now();
    options.check()?;
    problem.check()?;
    let start = start(problem, options)?;
    let sigma = match options.sense {
        Sense::Pessimistic => -1.0,
        Sense::Optimistic => 1.0,
    };
    let mut solution = match problem.followers {
        Followers::Complementarity { program, nx } => {
            let in_pairs = |i: &usize| program.pairs().iter().any(|&(a, b)| *i == a || *i == b);
            let mut rows = rows_of_x(program, nx);
            rows.retain(|i| !in_pairs(i));
            let inner = Inner::new(program, nx, sigma, rows, None)?;
            let ny = program.meta().nvar() - nx;
            Outer::new(problem, options, Responder::new(inner, None, ny, options)).run(&start)?
        }
        Followers::Variational(qvi) => {
            let kkt = KktConditions::new(qvi)?;
            let rows = leader_rows(qvi.upper(), qvi.nx())?;
            let inner = Inner::new(&kkt, qvi.nx(), sigma, rows, None)?;
            let responder = Responder::new(inner, None, qvi.ny(), options);
            Outer::new(problem, options, responder).run(&start)?
        }
        Followers::Argmin(bilevel) => {
            let linearised = Linearised::new(bilevel)?;
            let kkt = KktConditions::new(&linearised)?;
            let rows = leader_rows(bilevel.upper(), bilevel.nx())?;
            let inner = Inner::new(&kkt, bilevel.nx(), sigma, rows, Some(bilevel.lower()))?;
            let responder = Responder::new(inner, Some(bilevel), bilevel.ny(), options);
            Outer::new(problem, options, responder).run(&start)?
        }
    };
    solution.seconds = clock.elapsed().as_secs_f64();
    Ok(solution)
}

/// The start of the options within the box, else the middle.
fn start(problem: &Problem, options: &PessimisticOptions) -> Result<Vec<f64>, MpecError> {
    let bounds = problem.lower.iter().zip(&problem.upper);
    if options.start.is_empty() {
        return Ok(bounds.map(|(l, u)| 0.5 * (l + u)).collect());
    }
    check_length("start", &options.start, problem.nx())?;
    check_point("start", &options.start, problem.nx())?;
    Ok(bounds
        .zip(&options.start)
        .map(|((l, u), x)| x.clamp(*l, *u))
        .collect())
}

/// The rows of the leader, none of which may depend on y.
fn leader_rows(upper: &dyn nlp_model::TwiceSmooth, nx: usize) -> Result<Vec<usize>, MpecError> {
    let rows: Vec<usize> = (0..upper.meta().ncon()).collect();
    let of_x = rows_of_x(upper, nx);
    match rows.iter().find(|row| !of_x.contains(row)) {
        Some(&row) => Err(MpecError::Coupling { row }),
        None => Ok(rows),
    }
}
