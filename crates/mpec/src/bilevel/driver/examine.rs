//! Lower-level optimality of a point, and lower-level solutions at a given x.

use nlp_model::Bilevel;

use super::super::{Certificate, CertificateOptions, FixedUpper, Verdict, certify};
use super::pool::violation;
use crate::MpecError;
use crate::bilevel::descent::UNBOUNDED;

/// Boxes of a proof while candidates are compared; the proof of the result may take more.
const BOXES: u64 = 2_000;

/// Corrections of y at one x.
const CORRECTIONS: usize = 20;

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
            boxes: if thorough {
                self.options.boxes
            } else {
                BOXES.min(self.options.boxes)
            },
            ..self.options
        };
        self.examined += 1;
        let certificate = certify(self.problem, x, y, &options)?;
        self.refuted += usize::from(certificate.better_point().is_some());
        match &certificate.verdict {
            Verdict::Empty => self.empty[0] += 1,
            Verdict::Refuted { value, .. } => self.is_unbounded |= *value <= UNBOUNDED,
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

    /// A solution of the lower level at x, from y: a KKT point nearby when y is infeasible, then better
    /// points replace y until none is found.
    pub fn respond(&mut self, x: &[f64], y: &[f64]) -> Result<Option<Vec<f64>>, MpecError> {
        let mut y = y.to_vec();
        let lower = self.problem.lower();
        let outside = violation(lower, &[x, &y].concat());
        if outside.is_nan() || outside > self.options.feasibility {
            let model = FixedUpper::new(self.problem, x)?;
            y = ssn::kkt::solve(&model, &y, &ssn::Options::default())?.x;
            if !linalg::slice::all_finite(&y) {
                return Ok(None);
            }
        }
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
