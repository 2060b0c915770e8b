//! Backtracking.

use crate::{Line, OneDState, Solver, Status, Stopping};

/// Multiplies the step by a fixed factor until it is acceptable.
///
/// # Algorithm
/// 1. Evaluate h at the given step and start.
/// 2. t ← factor · t, evaluate h(t), stop.
///
/// # Convergence and failure
/// On a descent direction an Armijo step is found after finitely many reductions. When the step falls below 10⁻³⁰
/// of the first, the search reports [`Status::SubproblemFailure`]. One value of h each iteration, and a slope when
/// the acceptance needs it.
///
/// # References
/// L. Armijo, *Minimization of functions having Lipschitz continuous first partial derivatives*, Pacific J. Math. 16
/// (1966) 1–3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backtracking {
    /// Factor in (0, 1). Default ½.
    pub factor: f64,
}

impl Default for Backtracking {
    fn default() -> Self {
        Backtracking { factor: 0.5 }
    }
}

impl<L: Line + ?Sized> Solver<L, OneDState> for Backtracking {
    fn solve(&mut self, line: &L, stopping: &mut Stopping<L, OneDState>) -> Status {
        debug_assert!(0.0 < self.factor && self.factor < 1.0);
        let first = stopping.state.t();
        stopping.state.h = Some(line.value(first));
        if let Some(status) = stopping.start(line) {
            return status;
        }
        loop {
            let t = self.factor * stopping.state.t();
            if t.abs() <= 1e-30 * first.abs() {
                return stopping.fail(Status::SubproblemFailure);
            }
            stopping.state.set_t(t);
            stopping.state.h = Some(line.value(t));
            if let Some(status) = stopping.stop(line) {
                return status;
            }
        }
    }
}
