//! Leaders who fear, or trust, their followers: the worst, or best, of the responses S(x) is minimized.
//!
//! [`Problem`] says who follows: conditions with pairs, a variational inequality, a follower who minimizes, or several.
//! [`solve`] tells a point that can be played from the limit point, and whether the infimum is attained.

mod at_x;
mod certificate;
mod label;
mod lower;
mod nash;
mod options;
mod outer;
mod permuted;
mod pieces;
mod problem;
mod replay;
mod report;
mod response;
mod search_box;
mod solution;

use std::time::Instant;

use nlp_model::{Bilevel, KktConditions, Linearised, check_length, check_point};

use crate::MpecError;
use at_x::Inner;
pub use nash::Follower;
use nash::{OwnProgram, Stacked};
pub use options::{PessimisticOptions, Radii, Sense};
use outer::Outer;
use problem::Followers;
pub use problem::Problem;
use response::Responder;
use search_box::rows_of_x;
pub use solution::{Counts, Evidence, Failed, Failure, PessimisticSolution, Point, Sample, Side};

/// Minimizes the worst, or the best, value that the followers leave to the leader.
///
/// # Problem
/// inf ϑ(x) over a finite box and rows on x, ϑ(x) = sup { f(x, y) : y ∈ S(x) }; in the optimistic sense
/// μ(x) = inf { f(x, y) : y ∈ S(x) } stands for ϑ. ϑ is upper semicontinuous at best, so that a minimizer need not exist. The
/// *relaxed* solution x̂ minimizes the lower semicontinuous hull; the (δ, ε)-solution x̃ with ‖x̃ − x̂‖ ≤ δ and
/// ϑ(x̃) ≤ inf + ε can be played (CervinkaMatonohaOutrata2009, Section 2). An x with S(x) empty cannot be played: it
/// counts as outside of the box.
///
/// # Algorithm
/// 1. Inner problem, at each x. A tree over the pairs: one side is zero at each node, and a node is left when nothing
///    satisfies what was decided. A complete piece is solved for the leader; when it holds several y, also
///    from its ends. For a follower who minimizes the pieces are those of the KKT conditions. f is minimized
///    before by local searches, the best one is proved by [`certify`](crate::bilevel::certify()) or replaced, and
///    only points of this value, to rounding, are responses.
/// 2. Labels: the sides that are zero at the response, whether minimizers tie, and which of several families that
///    local solutions connect.
/// 3. Outer problem: BOBYQA when radii are given, then the cliff solver ([`dfo::cliff`]) with the labels. In the
///    optimistic sense the x of the joint program is tried as well.
/// 4. x̂ is rounded to few decimals where that does not raise the value. The responses at x̃ and x̂ are examined: intervals
///    try to prove that none is worse. When they find one that was missed, all begins anew with it.
/// 5. Limits of responses are responses. So ϑ takes the upper value at a jump and μ the lower one, which decides
///    whether the infimum is attained.
///
/// # Convergence and failure
/// What is claimed of x is local, as in [`dfo::cliff`]. An answer that could be that of a wrong piece is no value but a
/// [`Failure`]; x without response are named in [`PessimisticSolution::failed`]. The inner search is exact where rows are
/// affine in y and the leader's objective is, on each piece, a convex quadratic in the sense of the search or a single
/// number ([`Evidence::Enumerated`]), and proved where intervals succeed ([`Evidence::Proved`]); else it is a
/// search ([`Evidence::Searched`]). KKT conditions miss responses of a variational inequality or of several followers at which
/// no constraint qualification holds.
///
/// The number of pieces doubles with each pair in the worst case; an x with more programs than the limit has no value.
///
/// # Errors
/// [`MpecError`] on an infinite box, a start of the wrong length or not finite, options out of range, and rows of the leader
/// that depend on y.
///
/// ```
/// use dfo::cliff::Verdict;
/// use mpec::pessimistic::{PessimisticOptions, Problem, solve};
///
/// nlp_model::bilevel! {
///     /// The follower jumps to y = 1 as soon as x > 0, and does not care at x = 0.
///     struct Jump(x; y);
///     F = x.powi(2) + y.powi(2);
///     G <= 0: [x - 1.0, -x - 1.0];
///     f = -x * y;
///     g <= 0: [-y, y - 1.0];
/// }
/// let problem = nlp_model::AutoBilevel::new("jump", Jump);
/// let solution = solve(&Problem::argmin(&problem)?, &PessimisticOptions::default())?;
/// assert_eq!(solution.attained, Some(false), "{solution}");
/// assert!(solution.infimum.abs() < 1e-9 && solution.played.value < 1e-9);
/// assert!(solution.played.x[0] < 0.0 && solution.limit.x[0] == 0.0);
/// assert!((solution.limit.value - 1.0).abs() < 1e-9);
/// assert_eq!(solution.verdict, Verdict::InfimumAtDiscontinuity);
/// # Ok::<(), mpec::MpecError>(())
/// ```
///
/// # References
/// (CervinkaMatonohaOutrata2009): the outer search by BOBYQA and the four examples.
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
    let mut solution = match &problem.followers {
        &Followers::Complementarity { program, nx } => {
            let in_pairs = |i: &usize| program.pairs().iter().any(|&(a, b)| *i == a || *i == b);
            let mut rows = rows_of_x(program, nx);
            rows.retain(|i| !in_pairs(i));
            let inner = Inner::new(program, nx, sigma, rows, None)?;
            let ny = program.meta().nvar() - nx;
            Outer::new(problem, options, Responder::new(inner, None, ny, options)).run(&start)?
        }
        &Followers::Variational(qvi) => {
            let kkt = KktConditions::new(qvi)?;
            let rows = leader_rows(qvi.upper(), qvi.nx())?;
            let inner = Inner::new(&kkt, qvi.nx(), sigma, rows, None)?;
            let responder = Responder::new(inner, None, qvi.ny(), options);
            Outer::new(problem, options, responder).run(&start)?
        }
        &Followers::Argmin(bilevel) => {
            let linearised = Linearised::new(bilevel)?;
            let kkt = KktConditions::new(&linearised)?;
            let rows = leader_rows(bilevel.upper(), bilevel.nx())?;
            let inner = Inner::new(&kkt, bilevel.nx(), sigma, rows, Some(bilevel.lower()))?;
            let responder = Responder::new(inner, Some(bilevel), bilevel.ny(), options);
            Outer::new(problem, options, responder).run(&start)?
        }
        Followers::Nash { leader, followers } => {
            let own: Vec<OwnProgram> = followers
                .iter()
                .map(OwnProgram::new)
                .collect::<Result<_, _>>()?;
            let linearised: Vec<Linearised> = own
                .iter()
                .map(|program| Linearised::new(program))
                .collect::<Result<_, _>>()?;
            let conditions: Vec<KktConditions> = linearised
                .iter()
                .map(|program| KktConditions::new(program))
                .collect::<Result<_, _>>()?;
            let orders: Vec<&[usize]> = own.iter().map(OwnProgram::order).collect();
            let stacked = Stacked::new(*leader, &conditions, &orders)?;
            let nx = problem.nx();
            let rows = leader_rows(*leader, nx)?;
            let ny = leader.meta().nvar() - nx;
            let inner = Inner::new(&stacked, nx, sigma, rows, None)?;
            let mut responder = Responder::new(inner, None, ny, options);
            let programs = own.iter().map(|program| program as &dyn Bilevel);
            responder.players = programs.zip(orders).collect();
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
