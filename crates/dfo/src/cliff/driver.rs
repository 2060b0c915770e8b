//! The global driver: where local solves begin, and when the search ends.

use linalg::random::SplitMix;

use super::archive::{Archive, Interrupt};
use super::bisect::confirm;
use super::certificate::{Limit, Polled};
use super::local::Local;
use super::problem::Scaling;
use super::quadratic::Quadratic;
use super::random::Filling;
use super::step::{Subproblem, solve as minimize};
use super::vector::distance;
use super::{Label, Verdict};

/// Radius at which a local solve begins.
const START: f64 = 0.1;
/// Radius at which other pieces are looked at.
const SKETCH: f64 = 0.05;
/// Share of the evaluations left for looking at pieces before one of them is solved; the others may follow later.
const SKETCHES: f64 = 0.3;
/// Radius at which it is compared with what is known.
const COARSE: f64 = 9e-3;
/// Radius at which it ends.
const END: f64 = 1.5e-4;
/// Points that fill the box before the first local solve, and at least in all, for each variable.
const FILLING: [usize; 2] = [8, 24];
/// Share of the box that may belong to labels not seen when the first local solve begins.
const UNSEEN: f64 = 0.07;
/// Local solves in a row that may bring nothing.
const BARREN: usize = 3;

/// What a run has found so far.
#[derive(Debug)]
pub(crate) struct Found {
    /// The best limit.
    pub best: Option<Limit>,
    /// What is claimed of it.
    pub verdict: Verdict,
    /// θ at the simplest point near it.
    pub value_at_limit: Option<f64>,
    /// The point to play, by number.
    pub played: Option<usize>,
}

impl Default for Found {
    fn default() -> Self {
        Found {
            best: None,
            verdict: Verdict::NotCertified,
            value_at_limit: None,
            played: None,
        }
    }
}

/// The global search from x.
pub(crate) fn run(
    archive: &mut Archive<'_>,
    scaling: &Scaling,
    x: &[f64],
    seed: u64,
    found: &mut Found,
) -> Result<(), Interrupt> {
    let n = archive.n;
    archive.evaluate(&scaling.to_unit(x))?;
    if n == 0 {
        return Ok(());
    }
    let mut random = SplitMix::new(seed);
    let mut filling = Filling::new(n, &mut random);
    let mut search = Search {
        archive,
        scaling,
        random,
        found,
        closed: Vec::new(),
        tried: Vec::new(),
        barren: 0,
    };
    let mut filled = 0;
    loop {
        let more = if filled == 0 { FILLING[0] * n } else { 4 * n };
        for _ in 0..more {
            search.archive.evaluate(&filling.point())?;
        }
        filled += more;
        while filled < FILLING[1] * n && search.unseen() > UNSEEN {
            search.archive.evaluate(&filling.point())?;
            filled += 1;
        }
        while let Some(k) = search.next() {
            search.tried.push(k);
            if !confirm(search.archive, k)? {
                continue;
            }
            let gain = search.solve_from(k)?;
            search.barren = if gain { 0 } else { search.barren + 1 };
        }
        let (known, left) = (search.archive.points.len(), search.archive.left());
        let lonely = search.labels() <= 1;
        if lonely && 10 * known > 6 * (known + left) || !lonely && filled >= FILLING[1] * n {
            return Ok(());
        }
    }
}

struct Search<'s, 'a> {
    archive: &'s mut Archive<'a>,
    scaling: &'s Scaling,
    random: SplitMix,
    found: &'s mut Found,
    /// Labels that local solves ended on.
    closed: Vec<Label>,
    /// Points from which local solves began.
    tried: Vec<usize>,
    /// Local solves since the last gain.
    barren: usize,
}

impl Search<'_, '_> {
    /// Good's estimate of the share of the box whose labels are unknown: that of the labels seen once.
    fn unseen(&self) -> f64 {
        let points = &self.archive.points;
        let count = |l: Label| points.iter().filter(|p| p.label == Some(l)).count();
        let once = points
            .iter()
            .filter_map(|p| p.label)
            .filter(|l| count(*l) == 1);
        once.count() as f64 / points.len() as f64
    }

    /// Number of labels seen, up to 2.
    fn labels(&self) -> usize {
        let mut labels = self.archive.points.iter().filter_map(|p| p.label);
        match labels.next() {
            None => 0,
            Some(first) if labels.all(|l| l == first) => 1,
            Some(_) => 2,
        }
    }

    /// Where to begin next, if anywhere: at a point below the best infimum, else on the most promising piece.
    fn next(&self) -> Option<usize> {
        let all = 0..self.archive.points.len();
        let fresh = |k: &usize| !self.tried.contains(k);
        let Some(best) = &self.found.best else {
            return self.archive.lowest(all).filter(fresh);
        };
        let slack = 1e-5 * (1.0 + best.infimum.abs()) + 10.0 * self.archive.accuracy;
        let lower = self.archive.lowest(all.clone());
        if let Some(k) = lower
            .filter(|&k| self.archive.value(k) < best.infimum - slack)
            .filter(fresh)
        {
            return Some(k);
        }
        if self.barren >= BARREN {
            return None;
        }
        promising(
            self.archive,
            &best.model,
            &best.u,
            &self.closed,
            best.infimum,
        )
        .filter(fresh)
    }

    /// Solves from the point k; true when the best known has improved.
    fn solve_from(&mut self, k: usize) -> Result<bool, Interrupt> {
        let end = END.max(self.archive.accuracy.sqrt());
        let stick = self.found.best.is_some();
        let mut local = Local::new(self.archive, &mut self.random, k, START, stick);
        sketch(&mut local, &self.closed)?;
        local.run(COARSE)?;
        if let Some(best) = &self.found.best {
            let value = local.archive.value(local.x) - local.step_within(0.0, 0.3).decrease;
            if value > best.infimum + 1e-3 * (1.0 + best.infimum.abs()) {
                self.closed.push(local.label());
                return Ok(false);
            }
        }
        // At most so many times a poll, or a limit beyond the radius, sends the local solve on.
        let mut again = 8;
        let (limit, supported) = loop {
            local.run(end)?;
            let limit = local.limit()?;
            let far = distance(&limit.u, local.archive.u(local.x));
            again -= 1;
            if far > local.delta.max(end) && again > 4 {
                local.delta = 2.0 * far;
                continue;
            }
            if !limit.is_measured() && again > 0 {
                local.delta = 2.0 * end;
                continue;
            }
            match local.poll(&limit)? {
                Polled::Nothing => {
                    let stationary = limit.residual <= 5e-3 && limit.is_measured();
                    break (limit, stationary);
                }
                Polled::Lower(_) if again <= 0 => break (limit, false),
                Polled::Lower(k) => local.restart(
                    k,
                    2.0 * distance(local.archive.u(k), &limit.u).clamp(2.0 * end, 0.05),
                    false,
                ),
            }
        };
        self.closed.push(limit.label);
        let limit = limit.believed(local.archive);
        let supported = supported && limit.residual <= 5e-3;
        let better = self.found.best.as_ref().is_none_or(|best| {
            let less = 1e-9 * (1.0 + best.infimum.abs()) + local.archive.accuracy;
            limit.infimum < best.infimum - less
                || supported
                    && self.found.verdict == Verdict::NotCertified
                    && limit.infimum < best.infimum + less
        });
        if better {
            let played = local.play(&limit)?;
            let (verdict, value_at_limit) = if supported {
                local.verdict(&limit, played, self.scaling)?
            } else {
                (Verdict::NotCertified, None)
            };
            *self.found = Found {
                best: Some(limit),
                verdict,
                value_at_limit,
                played: Some(played),
            };
        }
        Ok(better)
    }
}

/// Solves pieces at the first radius only, as long as another one promises less than the best so far and evaluations are
/// not needed for that; ends on the best.
fn sketch(local: &mut Local<'_, '_>, closed: &[Label]) -> Result<(), Interrupt> {
    let mut taken = closed.to_vec();
    let mut best: Option<(f64, usize)> = None;
    let left = local.archive.left();
    let reserved = left - (SKETCHES * left as f64) as usize;
    for _ in 0..2 * local.archive.n + 2 {
        local.run(SKETCH)?;
        let value = local.archive.value(local.x) - local.step_within(0.0, START).decrease;
        taken.push(local.label());
        let (least, _) = *best.insert(best.filter(|b| b.0 <= value).unwrap_or((value, local.x)));
        if local.archive.left() < reserved {
            break;
        }
        let below = least - 1e-3 * (1.0 + least.abs());
        let u = local.archive.u(local.x);
        match promising(local.archive, &local.model, u, &taken, below) {
            Some(k) => local.restart(k, START, true),
            None => break,
        }
    }
    if let Some((_, k)) = best.filter(|b| b.1 != local.x) {
        local.restart(k, SKETCH, true);
    }
    Ok(())
}

/// The lowest point of the piece that promises least, less than `below`, among those not `taken`.
///
/// A piece promises the least value it would have if it differed from the model of the piece at u by a constant, the
/// least difference seen.
fn promising(
    archive: &Archive<'_>,
    model: &Quadratic,
    u: &[f64],
    taken: &[Label],
    below: f64,
) -> Option<usize> {
    let floor = minimize(&Subproblem {
        model,
        constraints: &[],
        margins: &[],
        x: u,
        delta: 1.0,
    });
    let floor = model.value(&floor.u);
    let promise = |k: usize| archive.value(k) - model.value(archive.u(k)) + floor;
    let open = |k: usize| archive.label(k).filter(|l| !taken.contains(l));
    let label = (0..archive.points.len())
        .filter_map(|k| Some((promise(k), open(k)?)))
        .filter(|(promise, _)| *promise < below)
        .min_by(|a, b| a.0.total_cmp(&b.0))?
        .1;
    archive.lowest(archive.labelled(label))
}
