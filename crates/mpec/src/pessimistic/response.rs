//! The worst, or best, response at an x.

use std::rc::Rc;

use nlp_model::Bilevel;

use super::PessimisticOptions;
use super::at_x::{AtX, Inner};
use super::label::{Branches, Fnv, Strata};
use super::lower::{LowerLevel, NoValue, solve_lower};
use super::pieces::{Best, Effort, Enumeration, choices_of, distance, enumerate, solve_piece};
use super::solution::{Failure, Side};
use crate::MpecError;

/// The response at an x, with all that led to it.
#[derive(Clone, Debug)]
pub(super) struct Response {
    /// ϑ(x) or μ(x).
    pub value: f64,
    /// z = (x, y, further variables of the program).
    pub z: Vec<f64>,
    /// Which sides of the pairs are zero.
    pub branch: Vec<Side>,
    /// Name of the smooth piece.
    pub label: u64,
    /// Complete pieces that hold a point.
    pub pieces: usize,
    /// No piece is left out.
    pub is_exhausted: bool,
    /// A piece with several points has an objective that may have several minimizers there.
    pub is_wide: bool,
    /// The lower level, for a follower who minimizes.
    pub lower: Option<LowerLevel>,
}

/// What is known of an x.
pub(super) type Answer = Result<Response, Failure>;

/// The inner solver with its memory.
pub(super) struct Responder<'a> {
    pub inner: Rc<Inner<'a>>,
    /// The follower, when it is one who minimizes.
    pub bilevel: Option<&'a dyn Bilevel>,
    /// Several followers: the program of each, and its variables in (x, y).
    pub players: Vec<(&'a dyn Bilevel, &'a [usize])>,
    pub ny: usize,
    pub options: PessimisticOptions,
    /// The last pairs that are not conditions on multipliers.
    own_pairs: Vec<usize>,
    pub is_affine: bool,
    strata: Strata,
    branches: Branches,
    /// Every x with its answer.
    pub memory: Vec<(Vec<f64>, Answer)>,
    /// Responses that a certificate brought up.
    pub hints: Vec<Vec<f64>>,
    /// Programs solved.
    pub programs: usize,
}

/// A piece with a point this near to a minimizer, relative to 1 + |y|, is that of the minimizer.
const NEAR: f64 = 1e-3;
/// Sides below this are zero.
const ACTIVE: f64 = 1e-8;

impl<'a> Responder<'a> {
    pub fn new(
        inner: Inner<'a>,
        bilevel: Option<&'a dyn Bilevel>,
        ny: usize,
        options: &PessimisticOptions,
    ) -> Self {
        let nz = inner.nx + ny;
        let mut of_multipliers = vec![true; inner.program.meta().ncon()];
        for (i, j) in inner.program.jac_structure().iter() {
            of_multipliers[i] &= j >= nz;
        }
        let pairs = inner.program.pairs();
        let own_pairs = (0..pairs.len())
            .filter(|&p| !of_multipliers[pairs[p].0] && !of_multipliers[pairs[p].1])
            .collect();
        Responder {
            is_affine: inner.is_affine(),
            own_pairs,
            inner: Rc::new(inner),
            bilevel,
            players: Vec::new(),
            ny,
            options: options.clone(),
            strata: Strata::default(),
            branches: Branches::default(),
            memory: Vec::new(),
            hints: Vec::new(),
            programs: 0,
        }
    }

    /// The answer at x, from memory when x is known.
    pub fn at(&mut self, x: &[f64]) -> Result<Answer, MpecError> {
        if let Some((_, answer)) = self.memory.iter().rev().find(|(known, _)| known == x) {
            return Ok(answer.clone());
        }
        let answer = self.solve(x)?;
        tracing::debug!(
            ?x,
            value = answer.as_ref().map_or(f64::NAN, |r| r.value),
            "response"
        );
        self.memory.push((x.to_vec(), answer.clone()));
        Ok(answer)
    }

    /// Forgets all answers: a response y was missed, from which the inner searches begin from now on.
    pub fn forget(&mut self, y: Vec<f64>) {
        self.memory.clear();
        self.hints.push(y);
    }

    /// The answer at x, computed.
    pub fn solve(&mut self, x: &[f64]) -> Result<Answer, MpecError> {
        let excess = self.excess_of_leader_rows(x);
        if excess.is_nan() {
            return Ok(Err(Failure::Undefined));
        }
        if excess > self.options.feasibility {
            return Ok(Err(Failure::Forbidden { violation: excess }));
        }
        let lower = match self.bilevel {
            None => None,
            Some(bilevel) => {
                let known = self.known_minimizers(x);
                let (eps, feasibility) = (self.options.tolerance, self.options.feasibility);
                match solve_lower(bilevel, x, &known, eps, feasibility)? {
                    Ok(lower) => Some(lower),
                    // how far x is from a response, pieces tell
                    Err(NoValue::Empty) => return self.nearly(x, true),
                    Err(NoValue::NotFound) => return self.nearly(x, false),
                    Err(NoValue::Unbounded) => return Ok(Err(Failure::NoMinimum)),
                    Err(NoValue::Undefined) => return Ok(Err(Failure::Undefined)),
                }
            }
        };
        let cutoff = match &lower {
            Some(lower) if !lower.is_convex => lower.cutoff,
            _ => f64::INFINITY,
        };
        let inner = Rc::clone(&self.inner);
        let at = AtX::new(&inner, x, cutoff)?;
        let starts = self.starts(x, lower.as_ref());
        let mut found = enumerate(&at, &starts, self.effort());
        self.programs += found.programs;
        self.add_minimizers(&at, x, lower.as_ref(), &mut found);
        Ok(self.answer(x, &at, found, lower))
    }

    fn effort(&self) -> Effort {
        let nx = self.inner.nx;
        Effort {
            feasibility: self.options.feasibility,
            programs: self.options.programs,
            is_strict: self.bilevel.is_none(),
            y: (nx, nx + self.ny),
        }
    }

    /// S(x) seems to be empty: by how much, or why the search for a point did not end.
    fn nearly(&mut self, x: &[f64], is_proved: bool) -> Result<Answer, MpecError> {
        let at = AtX::new(&self.inner, x, f64::INFINITY)?;
        let start = self.point(x, &vec![0.0; self.ny]);
        let found = enumerate(&at, &[start], self.effort());
        self.programs += found.programs;
        let is_finished = found.is_exhausted && !found.is_unfinished && found.open.is_empty();
        let has_no_piece = is_finished && found.best.is_none();
        let violation = found.violation;
        Ok(Err(if found.is_undefined {
            Failure::Undefined
        } else if is_proved || self.is_affine && has_no_piece {
            Failure::Empty { violation }
        } else {
            Failure::Unfinished
        }))
    }

    /// Largest violation at x of the leader's rows, which depend on x alone.
    fn excess_of_leader_rows(&self, x: &[f64]) -> f64 {
        if self.inner.leader_rows.is_empty() {
            return 0.0;
        }
        let meta = self.inner.program.meta();
        let z = self.point(x, &vec![0.0; self.ny]);
        let mut c = vec![0.0; meta.ncon()];
        self.inner.program.cons(&z, &mut c);
        let mut largest = 0.0;
        for &i in &self.inner.leader_rows {
            let excess = (meta.lcon()[i] - c[i]).max(c[i] - meta.ucon()[i]);
            if excess > largest || c[i].is_nan() {
                largest = if c[i].is_nan() { f64::NAN } else { excess };
            }
        }
        largest
    }

    /// z = (x, y, rest of the program's start).
    fn point(&self, x: &[f64], y: &[f64]) -> Vec<f64> {
        let mut z = self.inner.program.meta().x0().to_vec();
        z[..x.len()].copy_from_slice(x);
        z[x.len()..x.len() + y.len()].copy_from_slice(y);
        z
    }

    /// The nearest x that has an answer.
    fn nearest(&self, x: &[f64]) -> Option<&Response> {
        let square =
            |known: &[f64]| -> f64 { known.iter().zip(x).map(|(a, b)| (a - b).powi(2)).sum() };
        let answered = self
            .memory
            .iter()
            .filter_map(|(known, answer)| Some((known, answer.as_ref().ok()?)));
        answered
            .min_by(|a, b| square(a.0).total_cmp(&square(b.0)))
            .map(|(_, response)| response)
    }

    fn known_minimizers(&self, x: &[f64]) -> Vec<Vec<f64>> {
        let nearest = self.nearest(x).and_then(|response| response.lower.as_ref());
        let minimizers = nearest.into_iter().flat_map(|lower| &lower.minimizers);
        let mut known: Vec<Vec<f64>> = minimizers.take(6).map(|m| m.y.clone()).collect();
        known.extend(self.hints.iter().cloned());
        known
    }

    /// Where the enumeration begins: minimizers of the lower level that tie, else the response nearby and the start of
    /// the program.
    fn starts(&self, x: &[f64], lower: Option<&LowerLevel>) -> Vec<Vec<f64>> {
        let mut list = Vec::new();
        if let Some(lower) = lower.filter(|lower| !lower.is_convex) {
            let ties = lower.minimizers.iter().filter(|m| m.value <= lower.cutoff);
            list.extend(ties.map(|m| self.point(x, &m.y)));
        } else if let Some(lower) = lower {
            list.push(self.point(x, &lower.minimizers[0].y));
        }
        if lower.is_none() {
            if let Some(response) = self.nearest(x) {
                let mut z = response.z.clone();
                z[..x.len()].copy_from_slice(x);
                list.push(z);
            }
            if list.is_empty() || !self.is_affine {
                list.push(self.point(
                    x,
                    &self.inner.program.meta().x0()[x.len()..x.len() + self.ny],
                ));
            }
        }
        if lower.is_none() || !self.is_affine {
            list.extend(self.hints.iter().map(|y| self.point(x, y)));
        }
        list
    }

    /// Minimizers that tie are responses even where the KKT conditions miss them.
    fn add_minimizers(
        &self,
        at: &AtX,
        x: &[f64],
        lower: Option<&LowerLevel>,
        found: &mut Enumeration,
    ) {
        let Some(lower) = lower else { return };
        for minimizer in lower.minimizers.iter().filter(|m| m.value <= lower.cutoff) {
            let z = self.point(x, &minimizer.y);
            let value = self.inner.sigma * at.leader(&z);
            let margin = 1e-7 * (1.0 + value.abs());
            if !value.is_finite() {
                found.is_undefined = true;
            } else if found
                .best
                .as_ref()
                .is_none_or(|best| value < best.value - margin)
            {
                found.best = Some(Best {
                    z,
                    value,
                    choices: Vec::new(),
                });
            }
        }
    }

    fn answer(
        &mut self,
        x: &[f64],
        at: &AtX,
        found: Enumeration,
        lower: Option<LowerLevel>,
    ) -> Answer {
        if found.is_undefined {
            return Err(Failure::Undefined);
        }
        if found.is_unbounded {
            return Err(Failure::Unbounded);
        }
        // a piece without its best value could hold a worse response, unless it is a minimizer that is known
        let nx = self.inner.nx;
        let is_known = |z: &[f64]| {
            let minimizers = lower.iter().flat_map(|lower| &lower.minimizers);
            minimizers
                .into_iter()
                .any(|m| distance(&z[nx..nx + self.ny], &m.y) <= NEAR)
        };
        let is_finished = !found.is_unfinished && found.open.iter().all(|z| is_known(z));
        let Some(best) = found.best else {
            return Err(if is_finished && found.is_exhausted {
                Failure::Empty {
                    violation: found.violation,
                }
            } else {
                Failure::Unfinished
            });
        };
        if !is_finished {
            return Err(Failure::Unfinished);
        }
        let branch = self.branch(&best.z);
        let ties = lower.as_ref().map_or(1, LowerLevel::ties);
        let label = self.label(x, at, &best, &branch, ties);
        Ok(Response {
            value: self.inner.sigma * best.value,
            z: best.z,
            branch,
            label,
            pieces: found.pieces,
            is_exhausted: found.is_exhausted,
            is_wide: found.is_wide,
            lower,
        })
    }

    fn branch(&self, z: &[f64]) -> Vec<Side> {
        let mut c = vec![0.0; self.inner.program.meta().ncon()];
        self.inner.program.cons(z, &mut c);
        let side = |&(i, j): &(usize, usize)| match (c[i] <= ACTIVE, c[j] <= ACTIVE) {
            (true, true) => Side::Both,
            (true, false) => Side::First,
            (false, _) => Side::Second,
        };
        self.inner.program.pairs().iter().map(side).collect()
    }

    /// Name of the piece: the sides that are zero, of pairs with multipliers the first only, whether minimizers tie, and
    /// which of several connected families with all this in common.
    fn label(&mut self, x: &[f64], at: &AtX, best: &Best, branch: &[Side], ties: usize) -> u64 {
        let mut zeros = Vec::new();
        for (p, side) in branch.iter().enumerate() {
            zeros.push(*side != Side::Second);
            if self.own_pairs.contains(&p) {
                zeros.push(*side != Side::First);
            }
        }
        let meta = self.inner.program.meta();
        for j in self.inner.nx..self.inner.nx + self.ny {
            zeros.push(best.z[j] - meta.lvar()[j] <= ACTIVE);
            zeros.push(meta.uvar()[j] - best.z[j] <= ACTIVE);
        }
        let y = &best.z[self.inner.nx..self.inner.nx + self.ny];
        let mut pattern = Fnv::default();
        pattern.push(ties.min(2) as u64);
        for zero in self.strata.adopt(x, y, zeros) {
            pattern.push(u64::from(zero));
        }
        if self.is_affine {
            return pattern.0;
        }
        let (nx, ny) = (self.inner.nx, self.ny);
        let feasibility = self.options.feasibility;
        let choices = if best.choices.is_empty() {
            choices_of(branch)
        } else {
            best.choices.clone()
        };
        let mut solved = 0;
        let id = self
            .branches
            .identify(pattern.0, x, &best.z[nx..nx + ny], |w| {
                solved += 1;
                let mut z = best.z.clone();
                z[nx..nx + ny].copy_from_slice(w);
                solve_piece(at, &choices, &z, feasibility).map(|z| z[nx..nx + ny].to_vec())
            });
        self.programs += solved;
        pattern.push(id);
        pattern.0
    }
}
