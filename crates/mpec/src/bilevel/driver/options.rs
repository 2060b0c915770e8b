//! Parameters of the driver.

use super::super::CertificateOptions;
use crate::MpecError;

/// Parameters of [`solve`](super::solve). The defaults need no knowledge of the problem.
#[derive(Clone, Debug, PartialEq)]
pub struct BilevelOptions {
    /// Starts (x, y), nx + ny numbers each, beside the start of the upper model.
    pub starts: Vec<Vec<f64>>,
    /// Number of starts drawn from a box that rows with a single variable give.
    pub random_starts: usize,
    /// Seed of these starts.
    pub seed: u64,
    /// λ: penalty parameters of the value-function system, each positive and finite, in the order in which
    /// one starts from the solution of the one before.
    pub penalties: Vec<f64>,
    /// A point is feasible when it violates no row and no bound by more than this; positive.
    pub feasibility: f64,
    /// The last poll of the search in x has at most this many evaluations of F(x, y(x)) for each variable x;
    /// 0 leaves the search out, as do more than three variables.
    pub search: usize,
    /// The certificate of the result; its ε is the tolerance of lower-level optimality. Candidates are
    /// compared with at most 500 boxes and no limit of time, so that the result depends on the speed of the
    /// machine only where this last certificate does not close.
    pub certificate: CertificateOptions,
}

impl Default for BilevelOptions {
    fn default() -> Self {
        BilevelOptions {
            starts: Vec::new(),
            random_starts: 8,
            seed: 0,
            penalties: vec![1.0 / 9.0, 1.0 / 3.0, 1.0, 3.0, 9.0, 81.0],
            feasibility: 1e-6,
            search: 100,
            certificate: CertificateOptions::default(),
        }
    }
}

impl BilevelOptions {
    pub(super) fn check(&self) -> Result<(), MpecError> {
        let feasibility = self.feasibility;
        if !(feasibility > 0.0 && feasibility.is_finite()) {
            return Err(MpecError::Option {
                name: "feasibility",
                value: feasibility,
                range: "it must be positive and finite",
            });
        }
        for &value in &self.penalties {
            if !(value > 0.0 && value.is_finite()) {
                return Err(MpecError::Option {
                    name: "penalties",
                    value,
                    range: "each must be positive and finite",
                });
            }
        }
        Ok(())
    }
}
