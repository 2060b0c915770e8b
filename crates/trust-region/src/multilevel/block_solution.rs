//! The plain door to the block multilevel method.

use std::fmt;
use std::time::Instant;

use linalg::slice::norm2;
use nlp_model::{SquaredSlack, TwiceSmooth, check_point};
use stopping::{Budget, Solver, Status, Stopping, Tolerance};

use super::block_multilevel::{BlockMultilevel, BlockState, Variant};
use super::blocks::Blocks;
use super::substep::Substep;
use crate::TrustRegionError;

/// Parameters of [`solve_blocks`].
#[derive(Clone, Debug)]
pub struct BlockOptions {
    /// The order in which rows are satisfied; `None` takes all rows together. Rows are those of the one-sided
    /// model ([`OneSided`](nlp_model::OneSided)): for a model of equalities, its own.
    pub blocks: Option<Blocks>,
    /// Where the models of later blocks are made.
    pub variant: Variant,
    /// How substeps are computed.
    pub substep: Substep,
    /// A solution has ‖C‖₂ ≤ this …
    pub tolerance: f64,
    /// … and ‖∇f + Jᵀλ‖₂ ≤ this · (1 + ‖∇f‖₂).
    pub dual_tolerance: f64,
    /// Largest number of iterations.
    pub max_iterations: usize,
    /// δ of all blocks at the start, in units of x.
    pub first_radius: f64,
}

impl Default for BlockOptions {
    fn default() -> Self {
        BlockOptions {
            blocks: None,
            variant: Variant::Intermediate,
            substep: Substep::Exact,
            tolerance: 1e-9,
            dual_tolerance: 1e-8,
            max_iterations: 300,
            first_radius: 1.0,
        }
    }
}

impl BlockOptions {
    fn check(&self) -> Result<(), TrustRegionError> {
        for (name, value) in [
            ("tolerance", self.tolerance),
            ("dual_tolerance", self.dual_tolerance),
            ("first_radius", self.first_radius),
        ] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(TrustRegionError::Option {
                    name,
                    value,
                    range: "it must be positive and finite",
                });
            }
        }
        Ok(())
    }

    /// A stopping for a run from `x0` on a model of `rows` equalities.
    pub fn stopping<'p>(
        &self,
        x0: Vec<f64>,
        rows: usize,
    ) -> Stopping<dyn TwiceSmooth + 'p, BlockState> {
        let tolerances = Tolerance::each(vec![self.tolerance, self.dual_tolerance]);
        Stopping::with_scores(
            BlockState::new(x0, rows),
            2,
            |_: &(dyn TwiceSmooth + 'p), state: &BlockState, scores: &mut [f64]| {
                scores[0] = norm2(&state.c);
                scores[1] = state.dual / (1.0 + norm2(&state.g));
            },
        )
        .with_tolerance(tolerances)
        .expect("two scores, two tolerances")
        // a budget of k lets k stops pass and ends the run at the next
        .with_budget(Budget::iterations(self.max_iterations.saturating_sub(1)))
    }
}

/// Where a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockSolution {
    /// x (nvar).
    pub x: Vec<f64>,
    /// Multipliers y of the rows (ncon) in L = f + yᵀc + zᵀx.
    pub multipliers: Vec<f64>,
    /// Multipliers z of the variables' bounds (nvar).
    pub bound_multipliers: Vec<f64>,
    /// f(x).
    pub objective: f64,
    /// ‖C(x)‖₂, of inequalities with their slacks.
    pub violation: f64,
    /// ‖JᵀC‖₂: small beside a violation that is not small where the problem is locally infeasible.
    pub violation_gradient: f64,
    /// ‖∇f + Jᵀλ‖₂.
    pub dual: f64,
    /// How the run ended.
    pub status: Status,
    /// Iterations.
    pub iterations: usize,
    /// Wall time, set-up included.
    pub seconds: f64,
}

impl fmt::Display for BlockSolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BlockSolution {
            status, iterations, ..
        } = self;
        writeln!(
            f,
            "blocks of constraints: {status} after {iterations} iterations"
        )?;
        writeln!(f, "  f = {:.10}", self.objective)?;
        writeln!(f, "  x = {:?}", self.x)?;
        write!(
            f,
            "  ‖C‖ = {:.1e}, ‖JᵀC‖ = {:.1e}, ‖∇f + Jᵀλ‖ = {:.1e}",
            self.violation, self.violation_gradient, self.dual
        )
    }
}

/// Minimizes f subject to the rows of `model`, from `x0`, by the block multilevel method
/// ([`BlockMultilevel`]). A constant objective makes it a method for systems of equations.
///
/// Inequalities and bounds become equalities by squared slacks ([`SquaredSlack`]). A point where an inequality is
/// active with a multiplier of the wrong sign is stationary for that system: it is left by moving the slack, and a run
/// that returns to it ends as `SubOptimal`. Dense: O(n³ + m²n) operations an iteration.
///
/// # Errors
/// [`TrustRegionError`] on a start of the wrong length or not finite, on options out of range, and on blocks that
/// are no partition of the rows.
pub fn solve_blocks(
    model: &dyn TwiceSmooth,
    x0: &[f64],
    options: &BlockOptions,
) -> Result<BlockSolution, TrustRegionError> {
    let clock = Instant::now();
    options.check()?;
    check_point("x0", x0, model.meta().nvar())?;
    let slack = SquaredSlack::new(model);
    let n = model.meta().nvar();
    let m = nlp_model::Model::meta(&slack).ncon();
    let blocks = match &options.blocks {
        Some(blocks) => Blocks::new(m, blocks.iter().map(<[usize]>::to_vec).collect())?,
        None => Blocks::one(m),
    };
    let problem: &dyn TwiceSmooth = &slack;
    let (mut start, mut iterations) = (slack.start(x0), 0);
    let mut attempts = 0;
    let (state, status) = loop {
        let mut stopping = options.stopping(start, m);
        let mut solver = BlockMultilevel::new(problem, blocks.clone(), options);
        let status = solver.solve(problem, &mut stopping);
        iterations += stopping.iterations();
        let state = stopping.state;
        let wrong = leave(&slack, &state, options.dual_tolerance);
        attempts += 1;
        match (status, wrong) {
            (Status::Optimal, Some(_)) if attempts == ATTEMPTS => {
                break (state, Status::SubOptimal);
            }
            (Status::Optimal, Some(next)) => start = next,
            _ => break (state, status),
        }
    };
    let (multipliers, bound_multipliers) = slack.one_sided().split_multipliers(&state.multipliers);
    Ok(BlockSolution {
        multipliers,
        bound_multipliers,
        objective: state.f,
        violation: norm2(&state.c),
        violation_gradient: state.violation_gradient,
        dual: state.dual,
        status,
        iterations,
        seconds: clock.elapsed().as_secs_f64(),
        x: state.x[..n].to_vec(),
    })
}

/// Starts of one solve: the first, and those with slacks moved away from zero.
const ATTEMPTS: usize = 4;

/// A start beside a solution at which an active inequality has a multiplier of the wrong sign: squared slacks make it
/// stationary. `None` where all signs are right.
fn leave(slack: &SquaredSlack<'_>, state: &BlockState, tolerance: f64) -> Option<Vec<f64>> {
    let mut start = state.x.clone();
    let first = start.len() - slack.rows().len();
    let bound = -tolerance.sqrt() * (1.0 + norm2(&state.multipliers));
    for (z, &row) in start[first..].iter_mut().zip(slack.rows()) {
        if state.multipliers[row] < bound {
            *z = z.abs().max(0.1);
        }
    }
    (start != state.x).then_some(start)
}
