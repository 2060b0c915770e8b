//! Which brackets belong to the same face.

use linalg::slice::dot;

use super::Label;
use super::archive::Archive;
use super::cut::{Cut, contradicted, fit_cut};
use super::local::tolerance;
use super::vector::{difference, distance};

/// Sorts the brackets of `label` within `radius` of u into cuts and fits each.
///
/// Brackets found from one another are a family, and each family opens a cut or joins the one that explains it best: with
/// the same label beyond, in the same direction, and nearer than the deviation of the surface allows. Faces
/// with one label beyond meet at corners, where place alone tells little; there it counts which face the bracket was looked
/// for from, that it is crossed from below, and from which faces it was found to be apart. Cuts which known points
/// contradict are dropped.
// Note (2026-11-22): the prototype keeps its cuts from iteration to iteration. Here they are made anew from
// all brackets each time, so that an early mistake is outvoted and not inherited.
// Note (2026-11-28): families, directions of crossing and deviations instead of the first cut within a fixed angle. At a corner of
// two faces with one label beyond the first cut swallowed the brackets of the other: 16 of 20 runs of
// `corner0`, now 20.
pub(crate) fn cuts(
    archive: &Archive<'_>,
    label: Label,
    u: &[f64],
    radius: f64,
    delta: f64,
) -> Vec<Cut> {
    let mut near: Vec<(f64, usize)> = (0..archive.brackets.len())
        .filter(|&b| archive.low_label(&archive.brackets[b]) == Some(label))
        .map(|b| {
            let bracket = &archive.brackets[b];
            (distance(&archive.middle(bracket), u), b)
        })
        .filter(|(d, _)| *d <= radius)
        .map(|(d, b)| (archive.width(&archive.brackets[b]) + 0.05 * d, b))
        .collect();
    near.sort_by(|x, y| x.0.total_cmp(&y.0));
    let near: Vec<(f64, usize)> = near
        .iter()
        .filter(|(_, b)| !near.iter().any(|(_, c)| replaces(archive, *c, *b)))
        .copied()
        .collect();
    let witnesses: Vec<usize> = archive
        .labelled(label)
        .filter(|&k| distance(archive.u(k), u) <= 2.0 * delta)
        .collect();

    let near: Vec<usize> = near.iter().map(|(_, b)| *b).collect();
    let mut sorting = Sorting {
        archive,
        u,
        delta,
        witnesses: &witnesses,
        cuts: Vec::new(),
    };
    let mut free = near.clone();
    // Families first: they tell the direction by which the others are judged.
    free.sort_by_key(|&b| !near.iter().any(|&c| related(archive, b, c)));
    while !free.is_empty() {
        sorting.found(&mut free);
    }
    sorting.adopt();
    let mut cuts = std::mem::take(&mut sorting.cuts);
    cuts.retain(|cut| !sorting.is_refuted(cut));
    cuts
}

/// Cuts in the making.
struct Sorting<'s, 'a> {
    archive: &'s Archive<'a>,
    u: &'s [f64],
    delta: f64,
    witnesses: &'s [usize],
    cuts: Vec<Cut>,
}

impl Sorting<'_, '_> {
    /// Takes the first of the `free` brackets and its family, those found from one another, and lets them join the cut
    /// that explains them best, or make one of their own.
    fn found(&mut self, free: &mut Vec<usize>) {
        let archive = self.archive;
        let first = free.remove(0);
        let high = archive
            .label(archive.brackets[first].high)
            .expect("brackets have labels");
        let Some(mut cut) = self.fit(high, vec![first]) else {
            return;
        };
        while let Some(at) = free.iter().position(|&b| {
            cut.brackets.iter().any(|&c| related(archive, b, c))
                && archive.label(archive.brackets[b].high) == Some(high)
                && self
                    .grow(&cut, b, cut.brackets.len() < self.u.len())
                    .is_some()
        }) {
            let b = free.remove(at);
            let lax = cut.brackets.len() < self.u.len();
            if let Some(grown) = self.grow(&cut, b, lax) {
                cut = grown;
            }
        }
        if !self.join(&cut) {
            self.cuts.push(cut);
        }
    }

    /// Guesses made before the measured cut that explains them join it, or end when they contradict it.
    fn adopt(&mut self) {
        let is_guess = |cut: &Cut| cut.brackets.len() < self.u.len();
        let (guesses, measured) = std::mem::take(&mut self.cuts)
            .into_iter()
            .partition::<Vec<Cut>, _>(is_guess);
        self.cuts = measured
            .into_iter()
            .filter(|cut| !self.is_refuted(cut))
            .collect();
        for guess in guesses {
            if self.join(&guess) {
                continue;
            }
            let needless = |cut: &Cut| self.explains(cut, &guess) || self.separates(cut, &guess);
            if !self.cuts.iter().any(needless) {
                self.cuts.push(guess);
            }
        }
    }

    /// Whether known points contradict a measured cut. What is a guess yet will be measured when it matters.
    fn is_refuted(&self, cut: &Cut) -> bool {
        cut.brackets.len() >= self.u.len()
            && (cut.surface.value(self.u) > 0.1 * self.delta
                || contradicted(self.archive, cut, self.witnesses))
    }

    /// Adds the brackets of `other` to the cut that explains them best, if any does.
    fn join(&mut self, other: &Cut) -> bool {
        let mut known: Vec<(f64, usize)> = (0..self.cuts.len())
            .filter_map(|k| Some((self.kinship(&self.cuts[k], other)?, k)))
            .collect();
        known.sort_by(|x, y| x.0.total_cmp(&y.0));
        for (_, k) in known {
            let grown = |cut: Cut, &b: &usize| self.grow(&cut, b, false);
            if let Some(joined) = other.brackets.iter().try_fold(self.cuts[k].clone(), grown) {
                self.cuts[k] = joined;
                return true;
            }
        }
        false
    }

    /// Whether a measured cut passes by a guess so near that the guess is no face of its own, and not beyond it: a cliff
    /// met on this side of where a cut predicts it shows that the cut is wrong there.
    fn explains(&self, cut: &Cut, guess: &Cut) -> bool {
        let b = guess.brackets[0];
        let bracket = &self.archive.brackets[b];
        let z = self.archive.middle(bracket);
        let (gap, width) = (cut.gap(self.archive, &z), self.archive.width(bracket));
        let value = cut.surface.value(&z);
        cut.brackets.len() >= self.u.len()
            && cut.high == guess.high
            && !apart(self.archive, &cut.brackets, b)
            && value <= 0.25 * gap + 3.0 * width
            && value >= -tolerance(self.delta) - 3.0 * width
    }

    /// Whether a measured cut with another label beyond passes between the ends of the first bracket of a guess: at a
    /// corner that crosses two faces at once and is no third one.
    fn separates(&self, cut: &Cut, guess: &Cut) -> bool {
        let bracket = &self.archive.brackets[guess.brackets[0]];
        let at = |k: usize| cut.surface.value(self.archive.u(k));
        let doubt = 0.5 * self.archive.width(bracket);
        cut.brackets.len() >= self.u.len()
            && cut.high != guess.high
            && at(bracket.low) < doubt
            && at(bracket.high) > -doubt
            && at(bracket.low) < at(bracket.high)
    }

    /// How far off `cut` passes by the first bracket of `other`, in units of what it may be wrong by; none when they are
    /// different faces: another label beyond, or another measured direction.
    fn kinship(&self, cut: &Cut, other: &Cut) -> Option<f64> {
        let n = self.u.len();
        let measured = cut.brackets.len() >= n && other.brackets.len() >= n;
        if cut.high != other.high || measured && dot(&cut.normal, &other.normal) < 0.9 {
            return None;
        }
        let bracket = &self.archive.brackets[other.brackets[0]];
        let z = self.archive.middle(bracket);
        let allowed = cut.deviation(&z) + 3.0 * self.archive.width(bracket);
        Some(cut.surface.value(&z).abs() / allowed)
    }

    /// The cut with bracket b, if that passes near enough and the result does not contradict what is known.
    fn grow(&self, cut: &Cut, b: usize, lax: bool) -> Option<Cut> {
        let archive = self.archive;
        if apart(archive, &cut.brackets, b) {
            return None;
        }
        let bracket = &archive.brackets[b];
        let z = archive.middle(bracket);
        let gap = cut.gap(archive, &z);
        let allowed = if lax {
            1.5 * gap
        } else {
            (0.25 * gap).min(4.0 * cut.deviation(&z) + 0.01 * gap)
        };
        if cut.surface.value(&z).abs() > allowed + 3.0 * archive.width(bracket) {
            return None;
        }
        // Each bracket crosses its face from below.
        let across = difference(archive.u(bracket.high), archive.u(bracket.low));
        let crosses = |cut: &Cut| dot(&cut.surface.gradient_at(&z), &across) > 0.0;
        if !lax && !crosses(cut) {
            return None;
        }
        let mut members = cut.brackets.clone();
        members.push(b);
        let grown = self.fit(cut.high, members).filter(crosses)?;
        let worse = contradicted(archive, &grown, self.witnesses)
            && !contradicted(archive, cut, self.witnesses);
        (!worse).then_some(grown)
    }

    fn fit(&self, high: Label, members: Vec<usize>) -> Option<Cut> {
        fit_cut(
            self.archive,
            high,
            members,
            self.u,
            self.delta,
            self.witnesses,
        )
    }
}

/// Whether one of the brackets was looked for from the other.
fn related(archive: &Archive<'_>, b: usize, c: usize) -> bool {
    archive.brackets[b].parent == Some(c) || archive.brackets[c].parent == Some(b)
}

/// Whether bracket b is known to belong to another face than one of the `members`.
fn apart(archive: &Archive<'_>, members: &[usize], b: usize) -> bool {
    let from = |a: usize, b: usize| archive.brackets[a].apart.contains(&b);
    members.iter().any(|&a| from(a, b) || from(b, a))
}

/// Whether bracket `a` says what `b` says, and more precisely.
fn replaces(archive: &Archive<'_>, a: usize, b: usize) -> bool {
    let (x, y) = (&archive.brackets[a], &archive.brackets[b]);
    let width = archive.width(y);
    (archive.width(x), a) < (width, b)
        && !apart(archive, &[a], b)
        && archive.label(x.high) == archive.label(y.high)
        && distance(&archive.middle(x), &archive.middle(y)) <= width
}
