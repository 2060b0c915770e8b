//! A cut: the smooth model of one face of a cliff, seen from one label.

use linalg::slice::{dot, norm2};

use super::Label;
use super::archive::Archive;
use super::quadratic::{Quadratic, Ridge, Sample, fit};
use super::vector::{difference, distance, tangents, unit};

/// A face of the cliff around one label: h(u) ≤ 0 on the side of that label.
///
/// h(u) = aᵀ(u − z) − s(Tᵀ(u − z)): a the normal at the anchor z, T orthonormal tangents, s a height.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    /// The label beyond.
    pub high: Label,
    /// The brackets it is made of, the anchor first.
    pub brackets: Vec<usize>,
    /// h.
    pub surface: Quadratic,
    /// a = ∇h(z), of length 1.
    pub normal: Vec<f64>,
    /// Relative error of its last predictions: error over distance.
    pub angle: f64,
}

impl Cut {
    /// Distance from u to the nearest known cliff point of this cut.
    pub fn gap(&self, archive: &Archive<'_>, u: &[f64]) -> f64 {
        self.brackets
            .iter()
            .map(|&b| distance(&archive.middle(&archive.brackets[b]), u))
            .fold(f64::INFINITY, f64::min)
    }

    /// Value beyond the cliff minus `infimum`, at its narrowest bracket.
    pub fn jump(&self, archive: &Archive<'_>, infimum: f64) -> f64 {
        let width = |b: &usize| archive.width(&archive.brackets[*b]);
        let narrowest = self
            .brackets
            .iter()
            .min_by(|a, b| width(a).total_cmp(&width(b)));
        narrowest.map_or(f64::NAN, |&b| {
            archive.value(archive.brackets[b].high) - infimum
        })
    }

    /// The point of the surface nearest to u, nearly: two Newton steps along the normal.
    pub fn foot(&self, u: &[f64]) -> Vec<f64> {
        let mut foot = u.to_vec();
        for _ in 0..2 {
            let slope = dot(&self.surface.gradient_at(&foot), &self.normal);
            let t = -self.surface.value(&foot) / slope.max(0.1);
            linalg::slice::axpy(t, &self.normal, &mut foot);
        }
        foot
    }

    /// An orthonormal basis of the tangent directions in which cliff points are known near u: at a distance between
    /// 0.2 and 4 `delta`, in brackets not wider than `tolerance`.
    pub fn covered(
        &self,
        archive: &Archive<'_>,
        u: &[f64],
        delta: f64,
        tolerance: f64,
    ) -> Vec<Vec<f64>> {
        let middles: Vec<Vec<f64>> = self
            .brackets
            .iter()
            .map(|&b| &archive.brackets[b])
            .filter(|b| archive.width(b) <= tolerance)
            .map(|b| archive.middle(b))
            .filter(|z| distance(z, u) <= 4.0 * delta)
            .collect();
        let mut basis = vec![self.normal.clone()];
        let Some(first) = middles.first() else {
            return Vec::new();
        };
        for z in &middles[1..] {
            let d = difference(z, first);
            if let Some(t) = super::vector::orthogonal_part(&d, &basis, 0.2 * delta) {
                basis.push(t);
            }
        }
        basis.remove(0);
        basis
    }
}

/// Sorts the brackets of `label` within `radius` of u into cuts and fits each.
///
/// A bracket joins the first cut with the same label beyond that passes near it and stays clear of the points with
/// this label; else it opens a cut of its own. Cuts which known points contradict are dropped.
// Note (2026-11-22): the prototype keeps its cuts from iteration to iteration. Here they are made anew from
// all brackets each time, so that an early mistake is outvoted and not inherited.
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

    let mut cuts: Vec<Cut> = Vec::new();
    // Brackets whose direction was measured come first; those with a guess may join them.
    let mut free: Vec<usize> = near.iter().map(|(_, b)| *b).collect();
    let all = free.clone();
    let related = |b: usize, c: usize| {
        archive.brackets[b].parent == Some(c) || archive.brackets[c].parent == Some(b)
    };
    free.sort_by_key(|&b| !all.iter().any(|&c| related(b, c)));
    while !free.is_empty() {
        let anchor = free.remove(0);
        let high = archive
            .label(archive.brackets[anchor].high)
            .expect("brackets have labels");
        let Some(mut cut) = fit_cut(archive, high, vec![anchor], u, delta, &witnesses) else {
            continue;
        };
        let z = archive.middle(&archive.brackets[anchor]);
        let from_anchor = |b: usize| distance(&archive.middle(&archive.brackets[b]), &z);
        let mut others: Vec<usize> = free
            .iter()
            .copied()
            .filter(|&b| archive.label(archive.brackets[b].high) == Some(high))
            .collect();
        // Relatives first: they tell the direction by which the others are judged.
        others.sort_by(|&b, &c| {
            let key = |b: usize| (!related(b, anchor), from_anchor(b));
            key(b).0.cmp(&key(c).0).then(key(b).1.total_cmp(&key(c).1))
        });
        for b in others {
            let lax = cut.brackets.len() < u.len() && related(b, anchor);
            if let Some(grown) = grow(archive, &cut, b, lax, u, delta, &witnesses) {
                cut = grown;
                free.retain(|&c| c != b);
            }
        }
        cuts.push(cut);
    }
    // A guess that a measured cut explains is no face of its own.
    let explained = |guess: &Cut| {
        let bracket = &archive.brackets[guess.brackets[0]];
        let z = archive.middle(bracket);
        let explains = |cut: &Cut| {
            cut.brackets.len() >= u.len()
                && cut.high == guess.high
                && cut.surface.value(&z).abs()
                    <= 0.25 * cut.gap(archive, &z) + 3.0 * archive.width(bracket)
        };
        guess.brackets.len() < u.len() && cuts.iter().any(explains)
    };
    let spurious: Vec<bool> = cuts.iter().map(explained).collect();
    let mut spurious = spurious.iter();
    cuts.retain(|_| !spurious.next().is_some_and(|s| *s));
    // What is a guess yet will be measured when it matters.
    cuts.retain(|cut| cut.brackets.len() < u.len() || !contradicted(archive, cut, &witnesses));
    cuts
}

/// The cut with bracket b, if that passes near enough and the result does not contradict what is known.
fn grow(
    archive: &Archive<'_>,
    cut: &Cut,
    b: usize,
    lax: bool,
    u: &[f64],
    delta: f64,
    witnesses: &[usize],
) -> Option<Cut> {
    let bracket = &archive.brackets[b];
    let z = archive.middle(bracket);
    let steep = if lax { 1.5 } else { 0.25 };
    if cut.surface.value(&z).abs() > steep * cut.gap(archive, &z) + 3.0 * archive.width(bracket) {
        return None;
    }
    let mut members = cut.brackets.clone();
    members.push(b);
    let grown = fit_cut(archive, cut.high, members, u, delta, witnesses)?;
    let worse = contradicted(archive, &grown, witnesses) && !contradicted(archive, cut, witnesses);
    (!worse).then_some(grown)
}

/// Whether bracket `a` says what `b` says, and more precisely.
fn replaces(archive: &Archive<'_>, a: usize, b: usize) -> bool {
    let (x, y) = (&archive.brackets[a], &archive.brackets[b]);
    let width = archive.width(y);
    (archive.width(x), a) < (width, b)
        && archive.label(x.high) == archive.label(y.high)
        && distance(&archive.middle(x), &archive.middle(y)) <= width
}

/// Whether a point with the label lies clearly beyond the cut.
fn contradicted(archive: &Archive<'_>, cut: &Cut, witnesses: &[usize]) -> bool {
    witnesses.iter().any(|&k| {
        let y = archive.u(k);
        let above = cut.surface.value(y);
        above > 0.0 && {
            let width = archive.width(&archive.brackets[cut.brackets[0]]);
            above > 3.0 * width + 0.2 * cut.gap(archive, y)
        }
    })
}

/// Fits the surface through the middles of `members`.
fn fit_cut(
    archive: &Archive<'_>,
    high: Label,
    members: Vec<usize>,
    u: &[f64],
    delta: f64,
    witnesses: &[usize],
) -> Option<Cut> {
    let n = u.len();
    // The centre of the fit: near and narrow.
    let doubt = |b: usize| {
        let bracket = &archive.brackets[b];
        archive.width(bracket) + 0.05 * distance(&archive.middle(bracket), u)
    };
    let mut members = members;
    members.sort_by(|&a, &b| doubt(a).total_cmp(&doubt(b)));
    let anchor = &archive.brackets[members[0]];
    let z = archive.middle(anchor);
    let mut normal = anchor.normal.clone();
    if members.len() < n {
        let across = difference(archive.u(anchor.high), archive.u(anchor.low));
        let guess = normal.clone();
        tilt(archive, &mut normal, &z, archive.width(anchor), witnesses);
        if dot(&normal, &across) <= 0.1 * norm2(&across) {
            normal = guess;
        }
    }
    let mut surface = Quadratic::zero(&z);
    for _ in 0..3 {
        let basis = tangents(&normal);
        let samples: Vec<Sample> = members
            .iter()
            .map(|&b| {
                let bracket = &archive.brackets[b];
                let d = difference(&archive.middle(bracket), &z);
                let error = 0.3 * (archive.width(bracket) + norm2(&d).powi(3));
                Sample {
                    d: basis.iter().map(|t| dot(t, &d) / delta).collect(),
                    value: dot(&normal, &d) / delta,
                    weight: delta / error.max(1e-10),
                }
            })
            .collect();
        let ridge = Ridge {
            gradient: 0.3,
            hessian: (0.2 / delta).clamp(2.0, 1e4),
        };
        let height = fit(n - 1, &samples, ridge)?;
        surface = lift(&height, &normal, &basis, &z, delta);
        normal = unit(&surface.gradient)?;
    }
    let length = norm2(&surface.gradient);
    surface.constant = 0.0;
    surface.gradient.iter_mut().for_each(|g| *g /= length);
    surface.hessian.iter_mut().for_each(|g| *g /= length);
    let angle = angle(archive, &members);
    Some(Cut {
        high,
        brackets: members,
        surface,
        normal,
        angle,
    })
}

/// Turns a normal that is a guess until no witness lies clearly beyond the plane through z.
fn tilt(archive: &Archive<'_>, normal: &mut Vec<f64>, z: &[f64], width: f64, witnesses: &[usize]) {
    for _ in 0..20 {
        let mut turned = false;
        for &k in witnesses {
            let d = difference(archive.u(k), z);
            let (length, above) = (norm2(&d), dot(normal, &d));
            if length > 2.0 * width && above > 0.01 * length {
                let t = -above / (length * length);
                linalg::slice::axpy(t, &d, normal);
                let Some(unit) = unit(normal) else { return };
                *normal = unit;
                turned = true;
            }
        }
        if !turned {
            return;
        }
    }
}

/// h(u) = aᵀd − δ s(Tᵀd / δ), d = u − z.
fn lift(
    height: &Quadratic,
    normal: &[f64],
    basis: &[Vec<f64>],
    z: &[f64],
    delta: f64,
) -> Quadratic {
    let n = z.len();
    let mut h = Quadratic::zero(z);
    h.constant = -delta * height.constant;
    h.gradient.copy_from_slice(normal);
    for (k, t) in basis.iter().enumerate() {
        linalg::slice::axpy(-height.gradient[k], t, &mut h.gradient);
        for (l, s) in basis.iter().enumerate() {
            let curvature = -height.hessian[k + l * (n - 1)] / delta;
            for j in 0..n {
                for i in 0..n {
                    h.hessian[i + j * n] += curvature * t[i] * s[j];
                }
            }
        }
    }
    h
}

/// Twice the largest relative error of the last two predictions, between 0.01 and 0.5.
fn angle(archive: &Archive<'_>, members: &[usize]) -> f64 {
    let mut latest = members.to_vec();
    latest.sort_unstable_by(|a, b| b.cmp(a));
    let predicted = latest
        .iter()
        .map(|&b| &archive.brackets[b])
        .filter(|b| b.gap > 0.0);
    let worst = predicted
        .take(2)
        .map(|b| 2.0 * b.error / b.gap)
        .fold(f64::NAN, f64::max);
    if worst.is_nan() {
        0.25
    } else {
        worst.clamp(0.01, 0.5)
    }
}
