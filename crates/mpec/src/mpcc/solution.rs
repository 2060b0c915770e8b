//! What the solver returns.

use std::fmt;

use nlp_model::Mpcc;
use stopping::Status;

use super::MpccOptions;
use super::run::Run;
use crate::linearised::{LinearisedCheck, check_linearised};
use crate::stationarity::{StationarityReport, check_stationarity, infeasibility};

/// Where a run ended: the best feasible point, or the point of least violation when none was found.
#[derive(Clone, Debug)]
pub struct MpccSolution {
    /// x (nvar).
    pub x: Vec<f64>,
    /// f(x).
    pub objective: f64,
    /// Largest violation of a row or bound, sides of pairs included.
    pub violation: f64,
    /// Largest |min(G, H)|.
    pub complementarity: f64,
    /// Kinds of stationarity, multipliers and the constraint qualification.
    pub stationarity: StationarityReport,
    /// The test of B-stationarity.
    pub linearised: LinearisedCheck,
    /// How the run ended.
    pub status: Status,
    /// The search settled all pieces within its budget.
    pub is_exhausted: bool,
    /// Nonlinear programs solved on pieces.
    pub programs: usize,
    /// SQP iterations of all programs.
    pub iterations: usize,
    /// Escapes from points that are not B-stationary.
    pub escapes: usize,
    /// Nodes of the search.
    pub nodes: usize,
    /// Wall time.
    pub seconds: f64,
}

impl fmt::Display for MpccSolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "MPCC {} after {} programs", self.status, self.programs)?;
        writeln!(f, "  f = {:.10}", self.objective)?;
        writeln!(f, "  x = {:?}", self.x)?;
        writeln!(f, "  {}", self.linearised)?;
        for line in self.stationarity.to_string().lines() {
            writeln!(f, "  {line}")?;
        }
        let search = if self.is_exhausted {
            "ended"
        } else {
            "not ended"
        };
        write!(f, "  search {search} after {} nodes", self.nodes)
    }
}

impl MpccSolution {
    /// What the run found, measured anew.
    pub(super) fn at(
        mpcc: &dyn Mpcc,
        run: Run,
        status: Status,
        x0: &[f64],
        options: &MpccOptions,
    ) -> Self {
        let (programs, iterations) = run.counts();
        let (escapes, nodes, is_exhausted) = (run.escapes, run.nodes, run.is_exhausted);
        let point = run.best.or(run.nearest);
        let x = point.map_or_else(|| x0.to_vec(), |point| point.x);
        let (violation, complementarity) = infeasibility(mpcc, &x);
        MpccSolution {
            objective: mpcc.obj(&x),
            violation,
            complementarity,
            stationarity: check_stationarity(mpcc, &x, &options.linearised())
                .unwrap_or_else(|_| StationarityReport::unknown(mpcc, &x)),
            linearised: check_linearised(mpcc, &x, &options.linearised())
                .unwrap_or_else(|_| LinearisedCheck::unknown(&options.linearised())),
            status,
            is_exhausted,
            programs,
            iterations,
            escapes,
            nodes,
            seconds: 0.0,
            x,
        }
    }
}
