//! The global driver: where local solves begin, and when the search ends.

use super::Label;
use super::archive::{Archive, Interrupt};
use super::certificate::{Limit, Polled};
use super::local::Local;
use super::random::{Filling, Random};
use super::step::{Subproblem, solve as minimize};

/// What a run has found so far.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The best certified limit, else the best limit.
    pub best: Option<Limit>,
    /// Whether polls and multipliers speak for it.
    pub certified: bool,
    /// The point to play, by number.
    pub played: Option<usize>,
}

/// Radius at which a local solve begins, at which it is compared with others, and at which it ends.
const START: f64 = 0.1;
const COARSE: f64 = 9e-3;
const END: f64 = 5e-4;

pub(crate) fn run(archive: &mut Archive<'_>, start: &[f64], seed: u64, found: &mut Found) -> Result<(), Interrupt> {
    let n = archive.n;
    let mut random = Random::new(seed);
    let mut filling = Filling::new(n, &mut random);
    archive.evaluate(start)?;
    for _ in 0..8 * n {
        archive.evaluate(&filling.point())?;
    }
    let mut explored = 8 * n;
    let mut closed: Vec<Label> = Vec::new();
    let mut barren = 0;
    let mut tried: Vec<usize> = Vec::new();
    loop {
        while let Some(k) = next(archive, found, &closed, barren).filter(|k| !tried.contains(k)) {
            tried.push(k);
            let stick = found.best.is_some();
            let gain = solve_from(archive, &mut random, k, stick, found, &mut closed)?;
            barren = if gain { 0 } else { barren + 1 };
        }
        let only = archive.points.iter().filter_map(|p| p.label).min()
            == archive.points.iter().filter_map(|p| p.label).max();
        let most = if only { archive.points.len() + archive.left() * 6 / 10 } else { 20 * n + 10 };
        let _ = most;
        let limit = if only { (archive.points.len() + archive.left()) * 6 / 10 } else { usize::MAX };
        if (!only && explored >= 24 * n) || archive.points.len() >= limit {
            return Ok(());
        }
        for _ in 0..4 * n {
            archive.evaluate(&filling.point())?;
        }
        explored += 4 * n;
    }
}

/// Where to begin next, if anywhere.
fn next(archive: &Archive<'_>, found: &Found, closed: &[Label], barren: usize) -> Option<usize> {
    let Some(best) = &found.best else {
        return archive.lowest(0..archive.points.len());
    };
    let below = best.infimum - 1e-5 * (1.0 + best.infimum.abs());
    if let Some(k) = archive.lowest(0..archive.points.len())
        && archive.value(k) < below
    {
        return Some(k);
    }
    if barren >= 3 {
        return None;
    }
    let floor = minimize(&Subproblem {
        model: &best.model,
        constraints: &[],
        margins: &[],
        x: &best.u,
        delta: 1.0,
    });
    let floor = best.model.value(&floor.u);
    let mut choice: Option<(f64, usize)> = None;
    for k in 0..archive.points.len() {
        let Some(label) = archive.label(k) else {
            continue;
        };
        if closed.contains(&label) {
            continue;
        }
        let promise = archive.value(k) - best.model.value(archive.u(k)) + floor;
        if promise < best.infimum && choice.is_none_or(|(p, _)| promise < p) {
            choice = Some((promise, k));
        }
    }
    let (_, k) = choice?;
    archive.lowest(archive.labelled(archive.label(k)?))
}

/// Solves from the point k; true when the best known has improved.
fn solve_from(
    archive: &mut Archive<'_>,
    random: &mut Random,
    k: usize,
    stick: bool,
    found: &mut Found,
    closed: &mut Vec<Label>,
) -> Result<bool, Interrupt> {
    let mut local = Local::new(archive, random, k, START, stick);
    local.run(COARSE)?;
    let value = local.archive.value(local.x);
    if let Some(best) = &found.best
        && value > best.infimum + 1e-3 * (1.0 + best.infimum.abs()) + local.step_within(0.0, 0.3).decrease
    {
        closed.push(local.label());
        return Ok(false);
    }
    let mut certified = false;
    let mut limit = None;
    let mut again = 0;
    for _ in 0..8 {
        local.run(END)?;
        let l = local.limit()?;
        let residual = l.residual;
        let far = super::vector::distance(&l.u, local.archive.u(local.x));
        if far > local.delta.max(END) && again < 3 {
            again += 1;
            local.delta = 2.0 * far;
            limit = Some(l);
            continue;
        }
        let polled = local.poll(&l)?;
        limit = Some(l);
        match polled {
            Polled::Nothing => {
                certified = residual <= 5e-3;
                break;
            }
            Polled::Lower(k) => {
                let d = super::vector::distance(local.archive.u(k), &limit.as_ref().expect("set").u);
                local.x = k;
                local.stick = false;
                local.delta = (2.0 * d).clamp(4.0 * END, 0.1);
                local.reach = 1.0;
            }
        }
    }
    let limit = limit.expect("at least one pass");
    closed.push(limit.label);
    let better = found
        .best
        .as_ref()
        .is_none_or(|b| limit.infimum < b.infimum - 1e-9 * (1.0 + b.infimum.abs()) || !found.certified && certified);
    if better {
        found.played = Some(local.play(&limit)?);
        found.best = Some(limit);
        found.certified = certified;
    }
    Ok(better)
}
