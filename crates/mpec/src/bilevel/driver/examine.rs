//! Lower-level optimality of a point, and lower-level solutions at a given x.

use std::collections::VecDeque;

use nlp_model::Bilevel;

use super::super::{Certificate, CertificateOptions, LowerLevelOptions, Verdict, certify};
use super::pool::violation;
use crate::MpecError;
use crate::bilevel::descent::{Descent, UNBOUNDED};

/// Boxes of a proof while candidates are compared; the proof of the result may take more.
const BOXES: u64 = 500;

/// Samples of the local searches without a proof, likewise.
const SAMPLES: usize = 4;

/// Corrections of y at one x.
const CORRECTIONS: usize = 20;

/// Better responses that are kept as starts.
const WELLS: usize = 6;

/// Largest violation of a local solution of the lower level.
const ACCURATE: f64 = 1e-9;

/// Asks for certificates and counts them.
pub(super) struct Examiner<'p> {
    problem: &'p dyn Bilevel,
    options: CertificateOptions,
    pub examined: usize,
    pub refuted: usize,
    /// A lower level seemed unbounded below.
    pub is_unbounded: bool,
    /// Lower levels that are proved empty, and those that are not.
    empty: [usize; 2],
    /// Better responses, the latest last.
    wells: VecDeque<Vec<f64>>,
    /// Each lower level that was examined is proved convex.
    pub is_convex: bool,
}

impl<'p> Examiner<'p> {
    pub fn new(problem: &'p dyn Bilevel, options: CertificateOptions) -> Self {
        Examiner {
            problem,
            options,
            examined: 0,
            refuted: 0,
            is_unbounded: false,
            empty: [0; 2],
            wells: VecDeque::new(),
            is_convex: true,
        }
    }

    /// No y satisfies the lower level at any x that was examined.
    pub fn is_always_empty(&self) -> bool {
        self.empty[0] > 0 && self.empty[1] == 0
    }

    /// The certificate of y at x, with few boxes unless `thorough`.
    ///
    /// Rows are relaxed by what y violates them, so that y is a member of the set it is compared with;
    /// else an x on the border of those with a lower-level solution would be called empty.
    pub fn certify(
        &mut self,
        x: &[f64],
        y: &[f64],
        thorough: bool,
    ) -> Result<Certificate, MpecError> {
        let violation = violation(self.problem.lower(), &[x, y].concat());
        let options = CertificateOptions {
            // beyond the tolerance, y is not examined
            delta: if violation <= self.options.feasibility {
                self.options.delta.max(1.000_001 * violation)
            } else {
                self.options.delta
            },
            ..self.effort(thorough)
        };
        self.examined += 1;
        let certificate = certify(self.problem, x, y, &options)?;
        self.refuted += usize::from(certificate.better_point().is_some());
        match &certificate.verdict {
            Verdict::Empty => self.empty[0] += 1,
            Verdict::Refuted { value, point, .. } => {
                self.is_unbounded |= *value <= UNBOUNDED;
                self.remember(point);
            }
            _ => {}
        }
        if !matches!(
            certificate.verdict,
            Verdict::Empty | Verdict::Infeasible | Verdict::Undefined
        ) {
            self.empty[1] += 1;
            self.is_convex &= certificate.is_convex;
        }
        Ok(certificate)
    }

    fn effort(&self, thorough: bool) -> CertificateOptions {
        if thorough {
            return self.options;
        }
        let multistart = self.options.multistart;
        CertificateOptions {
            boxes: BOXES.min(self.options.boxes),
            multistart: LowerLevelOptions {
                samples: SAMPLES.min(multistart.samples),
                ..multistart
            },
            ..self.options
        }
    }

    fn remember(&mut self, point: &[f64]) {
        let is_near = |well: &Vec<f64>| {
            let parts = well.iter().zip(point);
            parts
                .into_iter()
                .all(|(a, b)| (a - b).abs() <= 0.05 * (1.0 + a.abs()))
        };
        if self.wells.iter().any(is_near) {
            return;
        }
        if self.wells.len() == WELLS {
            self.wells.pop_front();
        }
        self.wells.push_back(point.to_vec());
    }

    /// A local solution of the lower level at x: the best of those near y and near earlier better responses.
    pub fn respond(&mut self, x: &[f64], y: &[f64]) -> Result<Option<Vec<f64>>, MpecError> {
        let mut descent = Descent::new(self.problem, x)?;
        let mut best: Option<(Vec<f64>, f64)> = None;
        let starts = std::iter::once(y).chain(self.wells.iter().map(|well| &well[..]));
        for start in starts {
            let allowed = ACCURATE.min(self.options.feasibility);
            let (end, value) = descent.minimize(start, allowed)?;
            if value < best.as_ref().map_or(f64::INFINITY, |best| best.1) {
                best = Some((end, value));
            }
        }
        Ok(best.map(|best| best.0))
    }

    /// A solution of the lower level at x: a local one, replaced by better points until none is found.
    pub fn solve(&mut self, x: &[f64], y: &[f64]) -> Result<Option<Vec<f64>>, MpecError> {
        let Some(mut y) = self.respond(x, y)? else {
            return Ok(None);
        };
        for _ in 0..CORRECTIONS {
            match self.certify(x, &y, false)?.verdict {
                Verdict::Proved(_) | Verdict::Multistart(_) => return Ok(Some(y)),
                Verdict::Refuted {
                    point,
                    is_optimal: true,
                    ..
                } => return Ok(Some(point)),
                Verdict::Refuted { point, .. } => y = point,
                _ => return Ok(None),
            }
        }
        Ok(None)
    }
}
