//! The inner problem at a fixed x, piece by piece.

use linalg::slice::norm_inf;
use nlp_model::{Model, Mpcc};

use super::at_x::{AtX, Objective, PROXIMAL};
use super::solution::Side;
use crate::branch::{Choice, Pieces, children};
use crate::sqp::{Ended, Limits};

/// Parameters of an enumeration.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// Largest violation of a row, a bound or a pair.
    pub feasibility: f64,
    /// Programs solved at most.
    pub programs: usize,
    /// A node that neither has a point nor a stationary violation makes the search unfinished. Not so when responses are known
    /// beforehand, from which the search begins.
    pub is_strict: bool,
    /// First variable of y and the one after the last: what responses are told apart by.
    pub y: (usize, usize),
}

/// The best response on all pieces.
#[derive(Clone, Debug)]
pub(super) struct Best {
    /// z = (x, w).
    pub z: Vec<f64>,
    /// σ f(z), the smallest.
    pub value: f64,
    /// The piece on which it was found.
    pub choices: Vec<Choice>,
}

/// What an enumeration has found.
#[derive(Clone, Debug)]
pub(super) struct Enumeration {
    pub best: Option<Best>,
    /// Programs solved.
    pub programs: usize,
    /// Complete pieces that hold a point.
    pub pieces: usize,
    /// No piece is left out.
    pub is_exhausted: bool,
    /// A piece has more than one response.
    pub is_wide: bool,
    /// A node ended with neither a point nor a stationary violation.
    pub is_unfinished: bool,
    /// Points of pieces of which no solution was found.
    pub open: Vec<Vec<f64>>,
    /// σ f is unbounded below on a piece, or its points run away.
    pub is_unbounded: bool,
    /// A function has no value.
    pub is_undefined: bool,
    /// The least violation on pieces without a point.
    pub violation: f64,
}

const ITERATIONS: usize = 100;
/// Tolerance of points of pieces.
const TOLERANCE: f64 = 1e-11;
/// Tolerances of solutions of pieces and added curvatures, one after the other until one is met; without curvature steps are
/// long enough to tell that there is no bound.
const ATTEMPTS: [(f64, f64); 4] = [
    (TOLERANCE, PROXIMAL),
    (1e-9, PROXIMAL),
    (1e-7, PROXIMAL),
    (1e-7, 0.0),
];
/// A decrease by this, relative to 1 + |value|, while the points run away means that there is no bound.
const FAR: f64 = 1e6;
/// A piece with a point of no larger violation, relative to 1 + ‖z‖∞, is not empty; one with a point between this and the
/// feasibility tolerance may count as empty.
const CERTAINLY_FEASIBLE: f64 = 1e-13;
/// Points y nearer than this, relative to 1 + |y|, are one.
const SAME: f64 = 1e-6;

/// Minimizes σ f over all pieces, each from the `starts` (z, with any x in front).
///
/// A pair is decided at each node of a tree; the node is left when the point nearest to the start says that
/// nothing satisfies what was decided. With affine rows that is a proof; else it is one from these starts.
pub(super) fn enumerate(at: &AtX, starts: &[Vec<f64>], effort: Effort) -> Enumeration {
    let mut walk = Walk {
        pieces: Pieces::new(
            at,
            Limits {
                tolerance: TOLERANCE,
                iterations: ITERATIONS,
            },
        ),
        at,
        effort,
        found: Enumeration {
            best: None,
            programs: 0,
            pieces: 0,
            is_exhausted: true,
            is_wide: false,
            is_unfinished: false,
            open: Vec::new(),
            is_unbounded: false,
            is_undefined: false,
            violation: f64::INFINITY,
        },
        feasible: Vec::new(),
    };
    for start in starts {
        walk.from(start);
    }
    walk.found.programs = walk.pieces.solved;
    walk.found.pieces = walk.feasible.len();
    walk.found
}

/// Solves one piece for the leader from z; the point, when it is a solution.
pub(super) fn solve_piece(
    at: &AtX,
    choices: &[Choice],
    z: &[f64],
    feasibility: f64,
) -> Option<Vec<f64>> {
    let limits = Limits {
        tolerance: 1e-9,
        iterations: ITERATIONS,
    };
    let mut pieces = Pieces::new(at, limits);
    at.objective.replace(Objective::Leader);
    let ended = pieces.solve(z, choices);
    (ended == Ended::Optimal && pieces.violation() <= feasibility).then(|| pieces.x().to_vec())
}

struct Walk<'s> {
    pieces: Pieces<'s>,
    at: &'s AtX<'s>,
    effort: Effort,
    found: Enumeration,
    /// Complete pieces that hold a point.
    feasible: Vec<Vec<Choice>>,
}

impl Walk<'_> {
    fn from(&mut self, start: &[f64]) {
        let all_open = vec![Choice::Open; self.at.pairs().len()];
        let mut open = vec![(all_open, start.to_vec())];
        while let Some((choices, near)) = open.pop() {
            if self.pieces.solved >= self.effort.programs {
                self.found.is_exhausted = false;
                return;
            }
            let Some(point) = self.nearest(&near, &choices) else {
                continue;
            };
            let Some((pair, g_is_less)) = self.undecided(&choices) else {
                self.leaf(&point, &choices);
                continue;
            };
            for child in children(&choices, pair, g_is_less) {
                open.push((child, point.clone()));
            }
        }
    }

    /// The point of a node that is nearest to `z`; none when there is no point.
    fn nearest(&mut self, z: &[f64], choices: &[Choice]) -> Option<Vec<f64>> {
        self.at.objective.replace(Objective::Nearest(z.to_vec()));
        let ended = self.pieces.solve(z, choices);
        let violation = self.row_violation(choices);
        if ended == Ended::Domain || violation.is_nan() {
            self.found.is_undefined = true;
            return None;
        }
        if violation <= self.effort.feasibility {
            return Some(self.pieces.x().to_vec());
        }
        self.found.violation = self.found.violation.min(violation);
        // neither a point nor a stationary violation
        self.found.is_unfinished |=
            self.effort.is_strict && ended != Ended::Infeasible && violation > 1e-6;
        None
    }

    /// Violation without that of the pairs that are open.
    fn row_violation(&self, choices: &[Choice]) -> f64 {
        if choices.contains(&Choice::Open) {
            self.pieces.row_violation()
        } else {
            self.pieces.violation()
        }
    }

    /// The next pair to decide: the open one violated most, else the first.
    fn undecided(&self, choices: &[Choice]) -> Option<(usize, bool)> {
        let first = choices.iter().position(|c| *c == Choice::Open)?;
        self.pieces
            .most_violated(choices)
            .or(Some((first, self.pieces.g_is_less(first))))
    }

    /// All of a piece: from the point, and, when the piece has more than one response, from its ends.
    fn leaf(&mut self, point: &[f64], choices: &[Choice]) {
        let violation = self.pieces.violation();
        if !self.feasible.iter().any(|known| known == choices) {
            self.feasible.push(choices.to_vec());
        }
        let Some(first) = self.improve(point, choices) else {
            let is_decided = self.found.is_unbounded || self.found.is_undefined;
            if !is_decided && violation <= CERTAINLY_FEASIBLE * (1.0 + norm_inf(point)) {
                self.found.open.push(point.to_vec());
            }
            self.found.violation = self.found.violation.min(violation);
            tracing::debug!(
                ?choices,
                ?point,
                violation,
                is_decided,
                "no solution on a piece"
            );
            return;
        };
        let (from, to) = self.effort.y;
        let mut c = vec![0.0; first.len()];
        for (k, c) in c[from..to].iter_mut().enumerate() {
            *c = 1.0 + 0.3 * (1.7 * k as f64 + 1.0).sin();
        }
        let ends = [1.0, -1.0].map(|sign| self.end(&first, choices, &scaled(&c, sign)));
        let is_single = |end: &Option<Vec<f64>>| {
            end.as_ref()
                .is_none_or(|end| distance(&end[from..to], &first[from..to]) <= SAME)
        };
        if ends.iter().all(is_single) {
            return;
        }
        self.found.is_wide = true;
        for end in ends.into_iter().flatten() {
            self.improve(&end, choices);
        }
        for j in from..to {
            for sign in [1.0, -1.0] {
                let mut c = vec![0.0; first.len()];
                c[j] = sign;
                if let Some(end) = self.end(&first, choices, &c) {
                    self.improve(&end, choices);
                }
            }
        }
    }

    /// Minimizes σ f on a piece from z; keeps and returns the solution.
    fn improve(&mut self, z: &[f64], choices: &[Choice]) -> Option<Vec<f64>> {
        self.at.objective.replace(Objective::Leader);
        let start = self.at.obj(z);
        let mut z = z.to_vec();
        for (tolerance, proximal) in ATTEMPTS {
            self.pieces.limits.tolerance = tolerance;
            self.at.proximal.set(proximal);
            let ended = self.pieces.solve(&z, choices);
            self.pieces.limits.tolerance = TOLERANCE;
            self.at.proximal.set(PROXIMAL);
            let is_feasible = self.pieces.violation() <= self.effort.feasibility;
            let is_far = self.pieces.objective() < start - FAR * (1.0 + start.abs());
            match ended {
                Ended::Optimal if is_feasible => return Some(self.keep(choices)),
                Ended::Unbounded | Ended::Diverging if is_far => {
                    self.found.is_unbounded = true;
                    return None;
                }
                Ended::Domain => {
                    self.found.is_undefined = true;
                    return None;
                }
                _ if is_feasible => z.copy_from_slice(self.pieces.x()),
                _ => {}
            }
        }
        None
    }

    fn keep(&mut self, choices: &[Choice]) -> Vec<f64> {
        let (z, value) = (self.pieces.x().to_vec(), self.pieces.objective());
        let best = self.found.best.as_ref();
        if best.is_none_or(|best| value < best.value) && self.at.admits(&z) {
            self.found.best = Some(Best {
                z: z.clone(),
                value,
                choices: choices.to_vec(),
            });
        }
        z
    }

    /// The point of a piece that is furthest in the direction −c; none when it was not found.
    fn end(&mut self, z: &[f64], choices: &[Choice], c: &[f64]) -> Option<Vec<f64>> {
        self.at.objective.replace(Objective::Linear(c.to_vec()));
        let ended = self.pieces.solve(z, choices);
        let is_far = matches!(ended, Ended::Unbounded | Ended::Diverging);
        let is_feasible = self.pieces.violation() <= self.effort.feasibility;
        (is_feasible && !is_far).then(|| self.pieces.x().to_vec())
    }
}

/// The piece on which a branch lies.
pub(super) fn choices_of(branch: &[Side]) -> Vec<Choice> {
    let choice = |side: &Side| match side {
        Side::Second => Choice::H,
        _ => Choice::G,
    };
    branch.iter().map(choice).collect()
}

fn scaled(c: &[f64], factor: f64) -> Vec<f64> {
    c.iter().map(|c| factor * c).collect()
}

/// Largest difference relative to 1 + |entry|.
pub(super) fn distance(a: &[f64], b: &[f64]) -> f64 {
    let pairs = a.iter().zip(b);
    pairs.fold(0.0, |largest: f64, (a, b)| {
        largest.max((a - b).abs() / (1.0 + b.abs()))
    })
}
