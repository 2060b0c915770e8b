//! From the end of the outer search to the solution.

use dfo::cliff::{CliffSolution, Verdict};
use linalg::slice::norm_inf;
use stopping::Status;

use super::Sense;
use super::certificate::{Examined, Gain};
use super::lower::PROOF;
use super::outer::{Outer, is_wall};
use super::pieces::distance;
use super::response::Response;
use super::solution::{Evidence, PessimisticSolution, Point};
use crate::MpecError;
use crate::bilevel::{CertificateOptions, certify};

/// A solution, or a response that was missed.
pub(super) enum Reported {
    Solution(Box<PessimisticSolution>),
    Missed { x: Vec<f64>, y: Vec<f64> },
}

/// Jumps below this, relative to 1 + |infimum|, are none.
const JUMP: f64 = 1e-5;
/// Values this near to the infimum, relative to 1 + |infimum|, are taken for it.
const TAKEN: f64 = 1e-7;
/// Points this near to one of the joint program, relative to 1 + |x|, are that one, rounded.
const NEAR: f64 = 2e-6;
/// The limit is rounded to fewer decimals within these shares of the box.
const ROUNDING: [f64; 2] = [1e-7, 3e-5];

/// Locates x̂, decides whether the infimum is attained, and examines the responses.
pub(super) fn report(outer: &mut Outer, found: &CliffSolution) -> Result<Reported, MpecError> {
    if found.label.is_none_or(is_wall) {
        return Ok(Reported::Solution(Box::new(nothing(outer, found))));
    }
    let mut end = End {
        played: found.played.clone(),
        limit: found.limit.clone(),
        infimum: found.infimum,
        verdict: found.verdict,
    };
    end.take_lower(outer, found);
    end.round_limit(outer)?;
    let attained = end.attained(outer, found)?;
    if attained == Some(true) {
        end.play_limit(outer)?;
    }
    for x in [end.played.clone(), end.limit.clone()] {
        if let Ok(response) = outer.responder.at(&x)?
            && let Examined::Missed(y) = outer.responder.examine(&x, &response)?
        {
            return Ok(Reported::Missed { x, y });
        }
    }
    let solution = assemble(outer, found, end, attained)?;
    Ok(Reported::Solution(Box::new(solution)))
}

/// The end of a run of which nothing is claimed: proofs found missed responses again and again.
pub(super) fn without_claims(
    outer: &mut Outer,
    found: &CliffSolution,
) -> Result<PessimisticSolution, MpecError> {
    if found.label.is_none_or(is_wall) {
        return Ok(nothing(outer, found));
    }
    let end = End {
        played: found.played.clone(),
        limit: found.limit.clone(),
        infimum: found.infimum,
        verdict: Verdict::NotCertified,
    };
    assemble(outer, found, end, None)
}

struct End {
    played: Vec<f64>,
    limit: Vec<f64>,
    infimum: f64,
    verdict: Verdict,
}

impl End {
    fn margin(&self) -> f64 {
        TAKEN * (1.0 + self.infimum.abs())
    }

    /// A point below all that the cliff solver claims is the end itself: values may be low at a single point. There the
    /// joint program of leader and helpful followers tells whether it is a local solution.
    fn take_lower(&mut self, outer: &Outer, found: &CliffSolution) {
        let Some(best) = outer.lowest() else { return };
        let is_lower = found.infimum.is_nan() || best.value < found.infimum - self.margin();
        let is_all_there_is =
            found.verdict == Verdict::NotCertified && best.value <= found.infimum + self.margin();
        if is_lower || is_all_there_is {
            (self.played, self.infimum) = (best.x.clone(), best.value);
            self.limit.clone_from(&self.played);
            let is_joint = |x: &[f64]| distance(x, &self.limit) <= NEAR;
            self.verdict = if outer.joint.as_deref().is_some_and(is_joint) {
                Verdict::AttainedMinimum
            } else {
                Verdict::NotCertified
            };
        }
    }

    /// x̂ with fewer decimals, where the value there is not above the infimum, or x̂ is on a cliff and moves little.
    fn round_limit(&mut self, outer: &mut Outer) -> Result<(), MpecError> {
        for (k, share) in ROUNDING.into_iter().enumerate() {
            let x = simplest(
                &self.limit,
                &outer.problem.lower,
                &outer.problem.upper,
                share,
            );
            let value = outer.responder.at(&x)?.map(|response| response.value);
            let is_taken = value.is_ok_and(|value| value <= self.infimum + self.margin());
            let is_on_cliff = self.verdict == Verdict::InfimumAtDiscontinuity && k == 0;
            if is_taken || is_on_cliff && value.is_ok() {
                self.limit = x;
            }
            if is_taken {
                break;
            }
        }
        Ok(())
    }

    /// Whether a point takes the infimum.
    ///
    /// The graph of S is closed: limits of responses are responses. So ϑ takes the upper value at a jump, μ the lower
    /// one. At the rim of the region where S(x) is not empty the value at x̂ decides.
    fn attained(
        &self,
        outer: &mut Outer,
        found: &CliffSolution,
    ) -> Result<Option<bool>, MpecError> {
        let size = 1.0 + self.infimum.abs();
        let at_limit = outer
            .responder
            .at(&self.limit)?
            .map(|response| response.value);
        let is_taken = at_limit.is_ok_and(|value| value <= self.infimum + self.margin());
        Ok(match self.verdict {
            Verdict::AttainedMinimum => Some(true),
            Verdict::NotCertified => None,
            Verdict::InfimumAtDiscontinuity => {
                let mut faces = found.faces.iter();
                let jumps = faces.any(|face| !is_wall(face.high) && face.jump > JUMP * size);
                match outer.options.sense {
                    Sense::Pessimistic => Some(is_taken && !jumps),
                    Sense::Optimistic => Some(is_taken || self.is_closed(outer)?),
                }
            }
        })
    }

    /// Whether the response at x̃ is, within what x̃ and x̂ differ by, one at x̂.
    fn is_closed(&self, outer: &mut Outer) -> Result<bool, MpecError> {
        let Ok(response) = outer.responder.at(&self.played)? else {
            return Ok(false);
        };
        let Some(bilevel) = outer.responder.bilevel else {
            return Ok(true);
        };
        let (nx, ny) = (bilevel.nx(), bilevel.ny());
        let options = CertificateOptions {
            eps: 1e-5,
            ..CertificateOptions::default()
        };
        let certificate = certify(bilevel, &self.limit, &response.z[nx..nx + ny], &options)?;
        Ok(certificate.better_point().is_none())
    }

    /// x̂ itself is played when the infimum is taken there.
    fn play_limit(&mut self, outer: &mut Outer) -> Result<(), MpecError> {
        let at = |outer: &mut Outer, x: &[f64]| -> Result<f64, MpecError> {
            Ok(outer
                .responder
                .at(x)?
                .map_or(f64::INFINITY, |response| response.value))
        };
        let (limit, played) = (at(outer, &self.limit)?, at(outer, &self.played)?);
        if limit <= played + self.margin() {
            self.played.clone_from(&self.limit);
        }
        Ok(())
    }
}

fn assemble(
    outer: &mut Outer,
    found: &CliffSolution,
    end: End,
    attained: Option<bool>,
) -> Result<PessimisticSolution, MpecError> {
    let played = point(outer, &end.played)?;
    let limit = point(outer, &end.limit)?;
    let difference: Vec<f64> = end
        .played
        .iter()
        .zip(&end.limit)
        .map(|(a, b)| a - b)
        .collect();
    let is_supported = played.evidence != Evidence::None;
    let status = if end.verdict != Verdict::NotCertified && is_supported {
        Status::Optimal
    } else if played.value.is_finite() {
        Status::SubOptimal
    } else {
        status_without_value(outer)
    };
    let mut solution = nothing(outer, found);
    solution.delta = norm_inf(&difference);
    solution.epsilon = played.value - end.infimum;
    solution.infimum = end.infimum;
    solution.attained = attained;
    solution.verdict = end.verdict;
    solution.faces = found.faces.clone();
    solution.status = status;
    (solution.played, solution.limit) = (played, limit);
    Ok(solution)
}

/// The solution without a value.
fn nothing(outer: &Outer, found: &CliffSolution) -> PessimisticSolution {
    let none = Point {
        x: found.played.clone(),
        value: f64::NAN,
        y: Vec::new(),
        branch: Vec::new(),
        follower_gap: None,
        evidence: Evidence::None,
    };
    let mut counts = outer.counts;
    counts.programs = outer.responder.programs;
    PessimisticSolution {
        sense: outer.options.sense,
        played: none.clone(),
        limit: none,
        infimum: f64::NAN,
        attained: None,
        delta: f64::NAN,
        epsilon: f64::NAN,
        verdict: Verdict::NotCertified,
        faces: Vec::new(),
        failed: outer.failed.clone(),
        enlarged_radius: outer.enlarged_radius,
        counts,
        history: outer.history.clone(),
        status: status_without_value(outer),
        seconds: 0.0,
    }
}

fn status_without_value(outer: &Outer) -> Status {
    let counts = &outer.counts;
    if counts.unbounded > 0 {
        Status::UnboundedObjective
    } else if counts.inner_failures > 0 {
        Status::DomainError
    } else {
        Status::Infeasible
    }
}

/// What is known at x.
fn point(outer: &mut Outer, x: &[f64]) -> Result<Point, MpecError> {
    let answer = outer.responder.at(x)?;
    let nx = x.len();
    let none = Point {
        x: x.to_vec(),
        value: f64::NAN,
        y: Vec::new(),
        branch: Vec::new(),
        follower_gap: None,
        evidence: Evidence::None,
    };
    let Ok(response) = answer else {
        return Ok(none);
    };
    let y = response.z[nx..nx + outer.responder.ny].to_vec();
    let mut evidence = match outer.responder.examine(x, &response)? {
        Examined::Supported(evidence) => evidence,
        Examined::Missed(_) => Evidence::None,
    };
    let mut gap = follower_gap(outer, x, &y, &response)?;
    match outer.responder.players_gain(&response.z)? {
        Gain::Proved(at_most) => gap = Some(at_most),
        Gain::Refuted => evidence = Evidence::None,
        Gain::Unknown => {}
    }
    Ok(Point {
        value: response.value,
        follower_gap: gap,
        branch: response.branch,
        y,
        evidence,
        ..none
    })
}

fn follower_gap(
    outer: &Outer,
    x: &[f64],
    y: &[f64],
    response: &Response,
) -> Result<Option<f64>, MpecError> {
    let Some((bilevel, lower)) = outer.responder.bilevel.zip(response.lower.as_ref()) else {
        return Ok(None);
    };
    if !lower.is_proved {
        return Ok(None);
    }
    let options = CertificateOptions {
        eps: PROOF.max(2.0 * outer.options.tolerance),
        ..CertificateOptions::default()
    };
    Ok(certify(bilevel, x, y, &options)?.gap())
}

/// The point with the fewest decimals within a share of the box, coordinate by coordinate.
pub(super) fn simplest(x: &[f64], lower: &[f64], upper: &[f64], share: f64) -> Vec<f64> {
    let round = |i: usize| {
        let slack = share * (upper[i] - lower[i]);
        let candidates = (-6..16).map(|digits| {
            let unit = 10f64.powi(digits);
            (x[i] * unit).round() / unit + 0.0
        });
        let mut near =
            candidates.filter(|r| (r - x[i]).abs() <= slack && lower[i] <= *r && *r <= upper[i]);
        near.next().unwrap_or(x[i])
    };
    (0..x.len()).map(round).collect()
}
