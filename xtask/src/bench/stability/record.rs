//! One problem: what the theorem bounds, and what sampling and the implicit function theorem show.

use bolib::Problem;
use linalg::slice::{norm_inf, norm2};
use mpec::sensitivity::solution_sensitivity;
use nlp_model::{Bilevel, Linearised};
use serde_json::{Value, json};
use ssn::SsnError;
use ssn::stability::{
    Bounds, Conclusion, PenaltyEstimate, Sample, SampleOptions, Stability, StabilityOptions,
    nearest_equilibrium, of_bilevel, sample_bilevel,
};
use std::time::Instant;

/// A sampled quotient refutes a bound that it exceeds by more than this, relative and absolute: samples are taken
/// at a distance of 1e-4, where curvature and rounding show.
pub const QUOTIENT: (f64, f64) = (1e-2, 1e-3);
/// A sampled sharpness refutes a constant that is larger by more than this, relatively.
pub const SHARPNESS: f64 = 5e-2;

/// Residual up to which a reference counts as exact.
const EXACT: f64 = 1e-9;

/// What was concluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bounded,
    TestFails,
    CannotTell,
    NotASolution,
}

/// One problem at its reference.
#[derive(Debug)]
pub struct Record {
    pub name: &'static str,
    pub nx: usize,
    pub ny: usize,
    /// ‖y − y_ref‖∞ of the point that was examined: the solution nearest to the reference.
    pub moved: f64,
    pub kind: Kind,
    pub stability: Option<Stability>,
    pub sample: Option<Sample>,
    /// ‖dy/dx‖₂ by the implicit function theorem, where it applies.
    pub jacobian: Option<f64>,
    /// Of the analysis, without the samples.
    pub seconds: f64,
}

impl Record {
    pub fn of(problem: &Problem) -> crate::Result<Self> {
        let model = problem.build();
        let Some(point) = problem.reference.point else {
            return Err(format!("{} has no reference point", problem.name).into());
        };
        let options = StabilityOptions {
            convex: problem.lower_convex,
            ..StabilityOptions::default()
        };
        // References of the literature are rounded; those that are not stay as they are.
        let at = |y: &[f64]| match of_bilevel(&*model, point.x, y, &options) {
            Ok(stability) => Ok(Some(stability)),
            Err(SsnError::NotASolution(_)) => Ok(None),
            Err(other) => Err(other),
        };
        let (mut y, mut stability) = (point.y.to_vec(), at(point.y)?);
        if stability.as_ref().is_none_or(|s| s.residual > EXACT) {
            let nearest = nearest_equilibrium(&Linearised::new(&*model)?, point.x, point.y)?;
            if let Some(nearest) = nearest {
                (stability, y) = (at(&nearest)?, nearest);
            }
        }
        let moved: Vec<f64> = y.iter().zip(point.y).map(|(a, b)| a - b).collect();
        let clock = Instant::now();
        at(&y)?;
        let seconds = clock.elapsed().as_secs_f64();
        let kind = match stability.as_ref().map(Stability::conclusion) {
            Some(Conclusion::LipschitzLike(_)) => Kind::Bounded,
            Some(Conclusion::TestFails) => Kind::TestFails,
            Some(Conclusion::CannotTell(_)) => Kind::CannotTell,
            None => Kind::NotASolution,
        };
        let sample = match stability {
            Some(_) => Some(sample_bilevel(
                &*model,
                point.x,
                &y,
                &SampleOptions::default(),
            )?),
            None => None,
        };
        Ok(Record {
            name: problem.name,
            nx: problem.nx,
            ny: problem.ny,
            moved: norm_inf(&moved),
            kind,
            stability,
            sample,
            jacobian: jacobian(&*model, point.x, &y)?,
            seconds,
        })
    }

    /// The bound of the modulus in the 2-norm.
    pub fn bound(&self) -> Option<Bounds> {
        Some(self.stability.as_ref()?.bound()?.euclidean)
    }

    /// The largest quotient in the 2-norm at the smallest distance; none without pairs.
    pub fn sampled(&self) -> Option<f64> {
        let last = self.sample.as_ref()?.quotients.last()?;
        (last.pairs > 0).then_some(last.euclidean)
    }

    pub fn sharpness(&self) -> Option<f64> {
        let condition = &self.stability.as_ref()?.sharpness;
        condition.number.filter(|_| condition.holds())
    }

    pub fn sampled_sharpness(&self) -> Option<f64> {
        let last = self.sample.as_ref()?.quotients.last()?;
        (last.points > 0).then_some(last.sharpness)
    }

    pub fn penalty(&self) -> Option<PenaltyEstimate> {
        self.stability.as_ref()?.penalty
    }

    pub fn responses(&self) -> Option<usize> {
        let stability = self.stability.as_ref()?;
        let is_known = stability.completeness.holds();
        is_known.then_some(stability.responses.len())
    }

    pub fn is_refuted(&self) -> bool {
        let (relative, absolute) = QUOTIENT;
        let limit = |bound: Bounds| bound.upper * (1.0 + relative) + absolute;
        let exceeds = |bound: Bounds| self.sampled().is_some_and(|q| q > limit(bound));
        self.bound().is_some_and(exceeds)
    }

    pub fn is_below_derivative(&self) -> bool {
        let pair = self.bound().zip(self.jacobian);
        pair.is_some_and(|(bound, jacobian)| bound.upper < jacobian * (1.0 - 1e-6) - 1e-6)
    }

    pub fn is_sharpness_refuted(&self) -> bool {
        let pair = self.sharpness().zip(self.sampled_sharpness());
        pair.is_some_and(|(alpha, sampled)| sampled < alpha * (1.0 - SHARPNESS))
    }

    /// The conclusion in a few words.
    pub fn conclusion(&self) -> String {
        let mark = if self.is_refuted() { "≠ " } else { "" };
        match self.stability.as_ref().map(Stability::conclusion) {
            None => "not a solution".to_string(),
            Some(Conclusion::LipschitzLike(_)) => format!("{mark}Lipschitz-like"),
            Some(Conclusion::TestFails) => "test fails".to_string(),
            Some(Conclusion::CannotTell(missing)) => {
                format!("not verified: {}", missing.join(", "))
            }
        }
    }

    pub fn report(&self) -> String {
        let stability = self
            .stability
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        let sample = self
            .sample
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        format!("{stability}\n{sample}")
    }

    pub fn json(&self) -> Value {
        let modulus = self.stability.as_ref().and_then(|s| s.modulus);
        json!({
            "problem": self.name, "nx": self.nx, "ny": self.ny, "moved": self.moved,
            "conclusion": self.conclusion(), "responses": self.responses(),
            "modulus_sum": modulus.map(|m| m.sum.upper), "modulus_max": modulus.map(|m| m.max.upper),
            "modulus_max_is_exact": modulus.map(|m| m.max.lower == m.max.upper),
            "modulus_euclidean": modulus.map(|m| [m.euclidean.lower, m.euclidean.upper]),
            "is_bound": self.bound().is_some(), "sampled": self.sampled(), "derivative": self.jacobian,
            "sharpness": self.sharpness(), "sampled_sharpness": self.sampled_sharpness(),
            "penalty_from": self.penalty().map(|p| p.lower),
            "penalty_to": self.penalty().and_then(|p| p.upper), "refuted": self.is_refuted(),
        })
    }
}

/// ‖dy/dx‖₂, where the lower level satisfies LICQ, the strong second-order condition and strict complementarity.
fn jacobian(model: &dyn Bilevel, x: &[f64], y: &[f64]) -> crate::Result<Option<f64>> {
    let Ok(sensitivity) = solution_sensitivity(model, x, y, &Default::default()) else {
        return Ok(None);
    };
    let Ok(columns) = sensitivity.jacobian() else {
        return Ok(None);
    };
    let (n, m) = (x.len(), y.len());
    if n == 1 {
        return Ok(Some(norm2(columns)));
    }
    let mut sigma = vec![0.0; n.min(m)];
    linalg::dense::singular_values(m, n, columns, &mut sigma)?;
    Ok(sigma.first().copied())
}
