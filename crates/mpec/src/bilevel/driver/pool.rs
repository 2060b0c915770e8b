//! Points that may be solutions, the best objective first.

use linalg::slice::{all_finite, norm_inf};
use nlp_model::{Bilevel, TwiceSmooth};

use super::report::Seen;
use super::solution::Origin;

/// A point that is feasible at both levels within the tolerance.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub objective: f64,
    /// What led here.
    pub origin: Origin,
    /// The penalty parameter that led here.
    pub penalty: Option<f64>,
    /// The cuts under which it was found, by their place.
    pub cuts: Vec<usize>,
    /// An MPCC ended here with success.
    pub is_stationary: bool,
    /// Already examined.
    pub is_examined: bool,
    /// Proved, or not refuted by searches.
    pub is_certified: bool,
}

impl Candidate {
    /// Where a point comes from that was found with this one's cuts and penalty parameter.
    pub fn source(&self, origin: Origin) -> Source<'_> {
        Source {
            origin,
            penalty: self.penalty,
            cuts: &self.cuts,
        }
    }
}

/// Where a point comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'c> {
    pub origin: Origin,
    pub penalty: Option<f64>,
    pub cuts: &'c [usize],
}

impl Source<'_> {
    pub fn of(origin: Origin) -> Self {
        Source {
            origin,
            penalty: None,
            cuts: &[],
        }
    }
}

/// Entries of candidates, relative to those of the starts. Where they are larger, the rounding of f hides
/// what the follower decides by, and a gap relative to |f| says nothing.
const FARTHEST: f64 = 1e10;

/// Distinct candidates.
pub(super) struct Pool<'p> {
    problem: &'p dyn Bilevel,
    feasibility: f64,
    /// Largest entry of a candidate.
    farthest: f64,
    pub candidates: Vec<Candidate>,
    pub seen: Seen,
}

impl<'p> Pool<'p> {
    pub fn new(problem: &'p dyn Bilevel, feasibility: f64, starts: &[Vec<f64>]) -> Self {
        let largest = starts.iter().map(|start| norm_inf(start));
        Pool {
            problem,
            feasibility,
            farthest: FARTHEST * largest.fold(1.0, f64::max),
            candidates: Vec::new(),
            seen: Seen::default(),
        }
    }

    /// Adds a point when it is finite, not too far out, and feasible; its place among the candidates, that of
    /// the first when it is there already.
    pub fn offer(&mut self, x: &[f64], y: &[f64], from: Source) -> Option<usize> {
        let z = [x, y].concat();
        if !all_finite(&z) || norm_inf(&z) > self.farthest {
            return None;
        }
        let at = |model: &dyn TwiceSmooth| (model.obj(&z), violation(model, &z));
        let (upper, lower) = (at(self.problem.upper()), at(self.problem.lower()));
        self.seen.add(upper, lower, self.feasibility);
        let is_feasible = |level: (f64, f64)| level.0.is_finite() && level.1 <= self.feasibility;
        if !(is_feasible(upper) && is_feasible(lower)) {
            return None;
        }
        let objective = upper.0;
        let same = |c: &Candidate| {
            let other = c.x.iter().chain(&c.y);
            z.iter()
                .zip(other)
                .all(|(a, b)| (a - b).abs() <= 1e-7 * (1.0 + a.abs()))
        };
        if let Some(place) = self.candidates.iter().position(same) {
            return Some(place);
        }
        self.candidates.push(Candidate {
            x: x.to_vec(),
            y: y.to_vec(),
            objective,
            origin: from.origin,
            penalty: from.penalty,
            cuts: from.cuts.to_vec(),
            is_stationary: false,
            is_examined: false,
            is_certified: false,
        });
        Some(self.candidates.len() - 1)
    }

    /// y of the candidate nearest to x.
    pub fn nearest(&self, x: &[f64]) -> Option<&[f64]> {
        let distance = |c: &Candidate| -> f64 {
            let squares = c.x.iter().zip(x).map(|(a, b)| (a - b) * (a - b));
            squares.sum()
        };
        let nearest = |a: &&Candidate, b: &&Candidate| distance(a).total_cmp(&distance(b));
        self.candidates.iter().min_by(nearest).map(|c| &c.y[..])
    }

    /// The best candidate that is certified.
    pub fn best_certified(&self) -> Option<usize> {
        let certified = self.candidates.iter().enumerate();
        let certified = certified.filter(|(_, c)| c.is_certified);
        certified
            .min_by(|a, b| a.1.objective.total_cmp(&b.1.objective))
            .map(|(k, _)| k)
    }

    /// The best candidate below `bound` that was not examined.
    pub fn next_below(&self, bound: f64) -> Option<usize> {
        let open = self.candidates.iter().enumerate();
        let open = open.filter(|(_, c)| !c.is_examined && c.objective < bound);
        open.min_by(|a, b| a.1.objective.total_cmp(&b.1.objective))
            .map(|(k, _)| k)
    }
}

/// Largest violation of a row or bound; NaN when a row is.
pub(super) fn violation(model: &dyn TwiceSmooth, z: &[f64]) -> f64 {
    let meta = model.meta();
    let mut c = vec![0.0; meta.ncon()];
    model.cons(z, &mut c);
    let rows = c.iter().zip(meta.lcon().iter().zip(meta.ucon()));
    let bounds = z.iter().zip(meta.lvar().iter().zip(meta.uvar()));
    rows.chain(bounds).fold(0.0, |worst: f64, (v, (l, u))| {
        let outside = (l - v).max(v - u).max(0.0);
        if v.is_nan() || worst.is_nan() {
            f64::NAN
        } else {
            worst.max(outside)
        }
    })
}
