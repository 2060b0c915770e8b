//! Branch and bound with a fixed cutoff.

use std::time::Instant;

use super::bound::Bounder;
use super::dual::Duals;
use super::linear_program::Weights;
use super::lower::LowerLevel;
use crate::interval::{Contractor, Interval};

/// Sweeps of hull consistency for the first box, and for each later one.
const SWEEPS: (usize, usize) = (6, 4);
/// Beyond this coordinate an unbounded search is limited to |y_i| ≤ [`LIMIT`].
const FAR: f64 = 1e30;
/// See [`FAR`].
pub(super) const LIMIT: f64 = 1e100;

/// How the question ended whether a point with f ≤ T and h ≤ 0 exists.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// No point satisfies the rows.
    Empty,
    /// There is none.
    Excluded,
    /// This one.
    Found(Vec<f64>),
    /// Not known.
    Open,
}

/// What the search knows at its end.
#[derive(Clone, Debug)]
pub(super) struct Findings {
    pub(super) outcome: Outcome,
    /// f − T is at least this at points that satisfy the rows, from the first box alone.
    pub(super) root_bound: f64,
    /// f and the rows are proved convex over the first box.
    pub(super) is_convex: bool,
    /// The first box as the rows gave it was bounded; or the affine rows bounded it.
    pub(super) is_bounded: [bool; 2],
    /// Only |y_i| ≤ [`LIMIT`] was searched.
    pub(super) is_limited: bool,
    /// Boxes examined.
    pub(super) boxes: u64,
}

/// Limits of one search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) boxes: u64,
    /// None: no limit.
    pub(super) deadline: Option<Instant>,
}

/// Work space of one search.
#[derive(Debug)]
pub(super) struct Search<'a> {
    lower: &'a LowerLevel<'a>,
    target: f64,
    anchor: Vec<f64>,
    /// The requirements: rows, and f ≤ T at the end.
    required: Vec<(usize, Interval)>,
    contractor: Contractor,
    bounder: Bounder,
    duals: Duals,
    region: Vec<Interval>,
    stack: Vec<Interval>,
    findings: Findings,
}

impl<'a> Search<'a> {
    /// Asks whether a point of `lower` with f ≤ `target` exists; `anchor` is a point with a value
    /// near it.
    pub(super) fn new(lower: &'a LowerLevel<'a>, target: f64, anchor: &[f64]) -> Self {
        let mut required = lower.required.clone();
        let below = Interval::new(f64::NEG_INFINITY, target);
        required.push((lower.expression.tape().obj(), below));
        Search {
            lower,
            target,
            anchor: anchor.to_vec(),
            required,
            contractor: Contractor::new(&lower.expression),
            bounder: Bounder::new(lower),
            duals: Duals::new(lower),
            region: lower.bounds.clone(),
            stack: Vec::new(),
            findings: Findings {
                outcome: Outcome::Open,
                root_bound: f64::NEG_INFINITY,
                is_convex: false,
                is_bounded: [false; 2],
                is_limited: false,
                boxes: 0,
            },
        }
    }

    /// The search: first box, dual test, branch and bound.
    pub(super) fn run(mut self, limits: Limits) -> Findings {
        self.findings.outcome = self.examine_root();
        if self.findings.outcome == Outcome::Open {
            self.findings.outcome = self.branch(limits);
        }
        self.findings
    }

    /// Hull consistency alone proves that no point satisfies the rows.
    pub(super) fn is_empty(&mut self) -> bool {
        let rows = &self.required[..self.required.len() - 1];
        let expression = &self.lower.expression;
        !self
            .contractor
            .contract(expression, rows, &mut self.region, SWEEPS.0)
    }

    /// The box that the rows allow, and the Lagrangian bound over it.
    fn examine_root(&mut self) -> Outcome {
        let lower = self.lower;
        if self.is_empty() {
            return Outcome::Empty;
        }
        let is_bounded = |region: &[Interval]| region.iter().all(|side| side.is_bounded());
        self.findings.is_bounded[0] = is_bounded(&self.region);
        self.findings.root_bound = self.root_bound();
        self.findings.is_convex = self.bounder.is_convex(lower);
        if self.findings.root_bound > 0.0 {
            return Outcome::Excluded;
        }
        let narrower = !self.findings.is_bounded[0]
            && self
                .duals
                .affine_box(lower, &self.bounder, self.target, &mut self.region);
        if narrower {
            if self.region.iter().any(|side| side.is_empty()) {
                return Outcome::Excluded;
            }
            self.findings.is_bounded[1] = is_bounded(&self.region);
            // valid for f ≤ T only: enough to exclude, no bound of f
            if self.root_bound() > 0.0 {
                return Outcome::Excluded;
            }
        }
        Outcome::Open
    }

    fn root_bound(&mut self) -> f64 {
        self.bounder.enter(self.lower, &self.region);
        self.expand_at_anchor();
        self.duals.bound(self.lower, &mut self.bounder, self.target)
    }

    fn expand_at_anchor(&mut self) {
        let (anchor, region) = (&self.anchor, &self.region);
        let clipped = |i: usize| anchor[i].max(region[i].lo()).min(region[i].hi());
        self.bounder.expand_at(self.lower, region, clipped, 1);
    }

    fn expand_at_middle(&mut self) {
        let region = &self.region;
        self.bounder
            .expand_at(self.lower, region, |i| region[i].mid(), 1);
    }

    /// Depth first: each box is excluded, holds a point that is asked for, or is halved.
    fn branch(&mut self, limits: Limits) -> Outcome {
        self.stack.extend_from_slice(&self.region);
        let n = self.region.len();
        while self.stack.len() >= n.max(1) {
            let rest = self.stack.len() - n;
            self.region.copy_from_slice(&self.stack[rest..]);
            self.stack.truncate(rest);
            let is_due = self.findings.boxes.is_multiple_of(32);
            if self.findings.boxes >= limits.boxes
                || (is_due && limits.deadline.is_some_and(|end| Instant::now() >= end))
            {
                return Outcome::Open;
            }
            self.findings.boxes += 1;
            if self.is_excluded() {
                continue;
            }
            if let Some(point) = self.point_in_the_middle() {
                return Outcome::Found(point);
            }
            if self.corners_exclude() {
                continue;
            }
            if !self.split() {
                return Outcome::Open;
            }
        }
        Outcome::Excluded
    }

    /// Hull consistency, monotonicity, values, and Lagrangian bounds.
    fn is_excluded(&mut self) -> bool {
        let lower = self.lower;
        loop {
            if !self.contractor.contract(
                &lower.expression,
                &self.required,
                &mut self.region,
                SWEEPS.1,
            ) {
                return true;
            }
            self.bounder.enter(lower, &self.region);
            if !self.is_possible() {
                return true;
            }
            if !self.shrink_to_faces() {
                break;
            }
        }
        self.expand_at_anchor();
        if self
            .bounder
            .lagrangian(lower, self.target, 1.0, &self.duals.best)
            > 0.0
        {
            return true;
        }
        self.expand_at_middle();
        match self.duals.linearise_at_point(lower, &self.bounder) {
            Some(found) => self.bound_with(found) > 0.0,
            None => false,
        }
    }

    /// The values over the box leave room for f ≤ T and h ≤ 0.
    fn is_possible(&self) -> bool {
        let over_box = &self.bounder.over_box;
        // false for an empty value, whose lower end is +∞
        self.lower.objective(over_box).lo() <= self.target
            && (0..self.lower.rows.len()).all(|j| self.lower.row(j, over_box).lo() <= 0.0)
    }

    /// Where f and all rows that are not satisfied on the whole box are monotone in y_i in the same
    /// sense, a point that is asked for lies on a face if there is one. True when the box shrank.
    fn shrink_to_faces(&mut self) -> bool {
        let (lower, over_box) = (self.lower, &self.bounder.over_box);
        let mut shrank = false;
        for i in 0..self.region.len() {
            let side = self.region[i];
            if side.lo() == side.hi() {
                continue;
            }
            let f = lower.objective_gradient(over_box)[i];
            let (mut lo, mut hi) = (f.lo(), f.hi());
            for j in 0..lower.rows.len() {
                let slope = lower.row_slope(j, i, over_box);
                // also a satisfied row must be defined on the face
                if lower.row(j, over_box).hi() > 0.0 || !slope.is_bounded() {
                    (lo, hi) = (lo.min(slope.lo()), hi.max(slope.hi()));
                }
            }
            let face = if lo == 0.0 && hi == 0.0 {
                side.mid()
            } else if lo >= 0.0 {
                side.lo()
            } else if hi <= 0.0 {
                side.hi()
            } else {
                continue;
            };
            if face.is_finite() && lo.is_finite() && hi.is_finite() {
                self.region[i] = Interval::point(face);
                shrank = true;
                // the others are judged anew on the face
                break;
            }
        }
        shrank
    }

    /// The middle of the box when f ≤ T and the rows hold there for certain.
    fn point_in_the_middle(&mut self) -> Option<Vec<f64>> {
        let (lower, at) = (self.lower, &self.bounder.at_point);
        let value = lower.objective(at);
        let is_low = !value.is_empty() && value.hi() <= self.target;
        let is_feasible = (0..lower.rows.len()).all(|j| {
            let row = lower.row(j, at);
            !row.is_empty() && row.hi() <= 0.0
        });
        (is_low && is_feasible && lower.constants_hold()).then(|| self.bounder.center().to_vec())
    }

    /// Multipliers from the lower and the upper corner, each tried at corner, middle and anchor.
    fn corners_exclude(&mut self) -> bool {
        if !self.region.iter().all(|side| side.is_bounded()) {
            return false;
        }
        [true, false].into_iter().any(|is_lower| {
            let region = &self.region;
            let corner = |i: usize| {
                if is_lower {
                    region[i].lo()
                } else {
                    region[i].hi()
                }
            };
            self.bounder.expand_at(self.lower, region, corner, 1);
            let Some(found) = self
                .duals
                .linearise_at_corner(self.lower, &self.bounder, is_lower)
            else {
                return false;
            };
            if self.bound_with(found) > 0.0 {
                return true;
            }
            self.expand_at_middle();
            if self.bound_with(found) > 0.0 {
                return true;
            }
            self.expand_at_anchor();
            self.bound_with(found) > 0.0
        })
    }

    fn bound_with(&mut self, found: Weights) -> f64 {
        let sigma = if found == Weights::Ray { 0.0 } else { 1.0 };
        self.bounder
            .lagrangian(self.lower, self.target, sigma, &self.duals.w)
    }

    /// Halves the side over which f and the rows change most. False when no side can be halved.
    fn split(&mut self) -> bool {
        for side in &mut self.region {
            let is_far = side.lo() > FAR || side.hi() < -FAR;
            if is_far && !side.is_within(Interval::ball(LIMIT)) {
                *side = side.intersect(Interval::ball(LIMIT));
                self.findings.is_limited = true;
            }
        }
        let Some((i, at)) = self.widest() else {
            return false;
        };
        let side = self.region[i];
        let halves = [Interval::new(at, side.hi()), Interval::new(side.lo(), at)];
        for half in halves {
            let first = self.stack.len();
            self.stack.extend_from_slice(&self.region);
            self.stack[first + i] = half;
        }
        true
    }

    /// The side to halve, and where.
    fn widest(&self) -> Option<(usize, f64)> {
        let (lower, over_box) = (self.lower, &self.bounder.over_box);
        let mut best: Option<(f64, usize, f64)> = None;
        for i in 0..self.region.len() {
            let side = self.region[i];
            let at = split_point(side);
            if !(side.lo() < at && at < side.hi()) {
                continue;
            }
            let width = side.width().min(LIMIT);
            let change = |slope: Interval| slope.mag().min(LIMIT) * width;
            let mut score = change(lower.objective_gradient(over_box)[i]);
            for j in 0..lower.rows.len() {
                if lower.row(j, over_box).hi() > 0.0 {
                    let weight = self.duals.best[j].max(0.1);
                    score = score.max(weight * change(lower.row_slope(j, i, over_box)));
                }
            }
            if best.is_none_or(|(highest, _, _)| score > highest) {
                best = Some((score, i, at));
            }
        }
        best.map(|(_, i, at)| (i, at))
    }
}

/// The middle of a bounded side; 0, ±1 or four times the end of an unbounded one.
fn split_point(side: Interval) -> f64 {
    if side.is_bounded() {
        return side.mid();
    }
    let beyond = |end: f64| {
        if end < 0.0 {
            0.0
        } else if end < 1.0 {
            1.0
        } else {
            4.0 * end + 1.0
        }
    };
    if side.lo().is_finite() {
        beyond(side.lo())
    } else if side.hi().is_finite() {
        -beyond(-side.hi())
    } else {
        0.0
    }
}
