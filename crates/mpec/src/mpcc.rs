//! Solving programs with complementarity constraints.

mod options;
mod run;
mod solution;

use std::time::Instant;

use nlp_model::{Mpcc, check_point};
use stopping::{MpccState, Solver, Status, Stopping};

use crate::MpecError;
#[cfg(doc)]
use crate::linearised::check_linearised;
pub use options::MpccOptions;
use run::Run;
pub use solution::MpccSolution;

/// Solves `mpcc` from x⁰.
///
/// # Problem
/// min f(x)  s.t.  lvar ≤ x ≤ uvar, lcon ≤ c(x) ≤ ucon, 0 ≤ c_i(x) ⟂ c_j(x) ≥ 0 for the pairs, by local solutions of
/// its pieces: on a piece G = 0 or H = 0 is chosen for each pair, which leaves a nonlinear program.
///
/// # Algorithm
/// 1. The piece nearest to x⁰. Continuation: the regularization of the options with t = t₀, t₀ κ, …, each from the solution before, until
///    min(G, H) is small; then the smaller side of each pair is set to zero and the piece is solved.
/// 2. Escape: the linearised problem with complementarity ([`check_linearised`]) either certifies
///    B-stationarity or gives a direction of descent; the piece that holds it is solved from there; repeat.
/// 3. Search: branch and bound over the pieces (BardMoore1990). A node holds one side of some pairs at zero and drops
///    complementarity of the others; it is left when it is infeasible, when its value is not below the best one,
///    or when its solution is complementary; otherwise the most violated pair is chosen, both ways.
///
///    Then step 2 again at the best point.
/// 4. Restarts: when no feasible point was found, a Hessian of the Lagrangian of a piece was not positive
///    semidefinite, or a row is not affine, the pieces nearest to other starts in a box around x⁰ and to the solutions without complementarity
///    from there are solved; then step 2 again.
///
/// # Convergence and failure
/// `Optimal` means: feasible, complementary, and B-stationary by the linearised problem, all within the
/// tolerances. When f and the feasible sets of the nodes are convex and the search ends within its budget, the point is a
/// global minimizer; otherwise the search is a heuristic that looks at many pieces.
/// A feasible point without certificate is `SubOptimal`. When every node
/// ends at a stationary violation the status is `Infeasible`, with the least violation found; when no point is feasible and
/// some node ends otherwise, it is `Stalled`.
///
/// ```
/// use mpec::mpcc::{MpccOptions, solve};
/// use nlp_model::{AutoModel, Complementarity, Functions, Meta, Model, Scalar, Side};
///
/// // min x − y  s.t.  0 ≤ y ⟂ y − x ≥ 0, x ≥ 0: ralph1 of MacMPEC
/// struct Ralph1;
/// impl Functions for Ralph1 {
///     fn obj<T: Scalar>(&self, x: &[T]) -> T {
///         x[0] - x[1]
///     }
///     fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
///         c[0] = x[1] - x[0];
///     }
/// }
/// let inf = f64::INFINITY;
/// let meta = Meta::new("ralph1", 2, 1)
///     .variable_bounds(&[0.0; 2], &[inf; 2])?
///     .constraint_bounds(&[0.0], &[inf])?;
/// let mpcc = Complementarity::new(AutoModel::new(Ralph1, meta), &[(Side::Row(0), Side::Variable(1))])?;
/// let solution = solve(&mpcc, mpcc.meta().x0(), &MpccOptions::default())?;
/// assert!(solution.status.is_success() && solution.linearised.is_stationary());
/// assert!(solution.objective.abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`MpecError`] on a start of the wrong length or not finite, and on options out of range.
pub fn solve(
    mpcc: &dyn Mpcc,
    x0: &[f64],
    options: &MpccOptions,
) -> Result<MpccSolution, MpecError> {
    let clock = Instant::now();
    options.check()?;
    check_point("x0", x0, mpcc.meta().nvar())?;
    let mut run = Run::new(mpcc, options);
    run.local(x0);
    run.search(x0);
    run.restart(x0);
    let status = run.verdict();
    let mut solution = MpccSolution::at(mpcc, run, status, x0, options);
    solution.seconds = clock.elapsed().as_secs_f64();
    Ok(solution)
}

/// The steps of [`solve`] behind the door of those who stack.
///
/// Each iteration ends with a point that is at least as good as the one before: first the local solution, then that of the
/// search, then that of the restarts. The criterion is the caller's, as [`Stopping::mpcc`] or a closure that calls [`check_linearised`].
#[derive(Clone, Debug, Default)]
pub struct MpccSolver {
    /// Parameters.
    pub options: MpccOptions,
}

impl<'m> Solver<dyn Mpcc + 'm, MpccState> for MpccSolver {
    fn solve(
        &mut self,
        mpcc: &(dyn Mpcc + 'm),
        stopping: &mut Stopping<dyn Mpcc + 'm, MpccState>,
    ) -> Status {
        let x0 = stopping.state.x().to_vec();
        let mut run = Run::new(mpcc, &self.options);
        if let Some(status) = stopping.start(mpcc) {
            return status;
        }
        run.local(&x0);
        run.fill(&mut stopping.state);
        if let Some(status) = stopping.stop(mpcc) {
            return status;
        }
        for step in [Run::search, Run::restart] {
            step(&mut run, &x0);
            run.fill(&mut stopping.state);
            if let Some(status) = stopping.stop(mpcc) {
                return status;
            }
        }
        match run.verdict() {
            Status::Optimal => stopping.fail(Status::SubOptimal),
            status => stopping.fail(status),
        }
    }
}
