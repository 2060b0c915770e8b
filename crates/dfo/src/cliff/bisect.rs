//! Finding the cliff: bisection between two labels, and the search for it near where a cut predicts it.

use super::archive::{Archive, Bracket, Interrupt};
use super::cut::Cut;
use super::vector::{along, difference, distance, in_cube, unit};

/// Distance at which a label is asked for again, in each variable.
const BESIDE: f64 = 1e-7;

/// Halves the segment from `low` to `high` until it is not wider than `tolerance`; the label of `low` ends between the
/// two points returned.
///
/// A point without a value is replaced by one beside it; when that fails too, the bracket stays as wide as it is.
pub(crate) fn bisect(
    archive: &mut Archive<'_>,
    mut low: usize,
    mut high: usize,
    tolerance: f64,
) -> Result<(usize, usize), Interrupt> {
    debug_assert!(archive.label(low) != archive.label(high));
    let label = archive.label(low);
    while distance(archive.u(low), archive.u(high)) > tolerance {
        let mut middle = None;
        for fraction in [0.5, 0.42, 0.61] {
            let step = difference(archive.u(high), archive.u(low));
            let k = archive.evaluate(&along(archive.u(low), fraction, &step))?;
            if archive.label(k).is_some() && !doubtful(archive, low, high, k) {
                middle = Some(k);
                break;
            }
        }
        match middle {
            Some(k) if k == low || k == high => break,
            Some(k) if archive.label(k) == label => low = k,
            Some(k) => high = k,
            None => break,
        }
    }
    Ok((low, high))
}

/// Whether the label of k, between `low` and `high`, says one side and its value clearly the other. Such a point loses
/// its label.
fn doubtful(archive: &mut Archive<'_>, low: usize, high: usize, k: usize) -> bool {
    if k == low || k == high || distance(archive.u(low), archive.u(high)) > 0.02 {
        return false;
    }
    let to = |end: usize| (archive.value(k) - archive.value(end)).abs();
    let (own, other) = if archive.label(k) == archive.label(low) {
        (to(low), to(high))
    } else if archive.label(k) == archive.label(high) {
        (to(high), to(low))
    } else {
        return false;
    };
    let doubt = other < 0.1 * own;
    if doubt {
        archive.points[k].label = None;
    }
    doubt
}

/// Whether one end of a bracket carries its label by mistake: θ does not jump in the bracket, and behind this end
/// the label of the other returns. It then loses its label.
fn mistaken(
    archive: &mut Archive<'_>,
    start: usize,
    low: usize,
    high: usize,
) -> Result<bool, Interrupt> {
    let width = distance(archive.u(low), archive.u(high));
    let way = distance(archive.u(start), archive.u(low));
    let slope = if way > 0.0 {
        (archive.value(start) - archive.value(low)).abs() / way
    } else {
        0.0
    };
    let jump = (archive.value(high) - archive.value(low)).abs();
    if jump > 10.0 * slope * width + 1e-7 * (1.0 + archive.value(low).abs()) {
        return Ok(false);
    }
    for (near, far) in [(high, low), (low, high)] {
        let step = difference(archive.u(near), archive.u(far));
        let mut behind = along(archive.u(near), 1.0, &step);
        super::vector::clip(&mut behind);
        let k = archive.evaluate(&behind)?;
        if k != near && archive.label(k) == archive.label(far) {
            archive.points[near].label = None;
            return Ok(true);
        }
    }
    Ok(false)
}

/// Asks again beside the point k when it is to be relied on: when the label there is another and θ does not jump
/// between, k loses its label. Whether it keeps it.
pub(crate) fn confirm(archive: &mut Archive<'_>, k: usize) -> Result<bool, Interrupt> {
    let (u, label) = (archive.u(k).to_vec(), archive.label(k));
    let beside: Vec<f64> = (u.iter())
        .map(|u| if *u < 0.5 { u + BESIDE } else { u - BESIDE })
        .collect();
    let l = archive.evaluate(&beside)?;
    let (f, g) = (archive.value(k), archive.value(l));
    let doubtful = archive.label(l).is_some_and(|l| Some(l) != label)
        && (f - g).abs() <= 1e-4 * (1.0 + f.abs());
    if doubtful {
        archive.points[k].label = None;
    }
    Ok(!doubtful)
}

/// Bisects and records the bracket, unless there is no cliff. `cut` is the surface that predicted it, if any; without one, or when the label beyond is
/// another, `normal` is the direction of the bracket.
pub(crate) fn record(
    archive: &mut Archive<'_>,
    low: usize,
    high: usize,
    normal: Option<&[f64]>,
    cut: Option<&Cut>,
    tolerance: f64,
) -> Result<Option<usize>, Interrupt> {
    if archive.label(low) == archive.label(high) {
        // Labels made of values change as values come in.
        return Ok(None);
    }
    let start = low;
    let (low, high) = bisect(archive, low, high, tolerance)?;
    if mistaken(archive, start, low, high)? {
        return Ok(None);
    }
    let same = |b: &Bracket| b.low == low && b.high == high;
    if let Some(known) = archive.brackets.iter().position(same) {
        return Ok(Some(known));
    }
    let across = unit(&difference(archive.u(high), archive.u(low)));
    let mut bracket = Bracket {
        low,
        high,
        normal: normal
            .map(<[f64]>::to_vec)
            .or(across)
            .expect("the ends of a bracket differ"),
        parent: None,
        apart: Vec::new(),
        error: f64::INFINITY,
        gap: 0.0,
    };
    if let Some(cut) = cut.filter(|cut| archive.label(high) == Some(cut.high)) {
        let z = archive.middle(&bracket);
        bracket.error = cut.surface.value(&z).abs();
        bracket.gap = cut.gap(archive, &z);
    }
    archive.brackets.push(bracket);
    Ok(Some(archive.brackets.len() - 1))
}

/// Looks for the cliff on the normal of `cut` through `y`, from the predicted place outwards, and records a bracket of
/// width `tolerance`. `known` is a point with the label of the cut from which to start instead. None when there
/// is no cliff within `limit`, or no value.
pub(crate) fn locate(
    archive: &mut Archive<'_>,
    label: super::Label,
    cut: &Cut,
    y: &[f64],
    known: Option<usize>,
    tolerance: f64,
    limit: f64,
) -> Result<Option<usize>, Interrupt> {
    let foot = cut.foot(y);
    let mut w =
        (2.0 * cut.deviation(&foot)).clamp(0.75 * tolerance, 0.25 * limit.max(4.0 * tolerance));
    let (mut low, mut high) = (known, None);
    // Downwards until the label is found.
    let mut t = w;
    while low.is_none() {
        let u = along(&foot, -t, &cut.normal);
        if !in_cube(&u) || t > limit {
            return Ok(None);
        }
        let k = archive.evaluate(&u)?;
        if archive.label(k) == Some(label) {
            low = Some(k);
        } else if archive.label(k).is_some() {
            high = Some(k);
        }
        t *= 3.0;
    }
    let mut low = low.expect("found");
    // Upwards until it is lost.
    while high.is_none() {
        let u = along(&foot, w, &cut.normal);
        if !in_cube(&u) || w > limit {
            return Ok(None);
        }
        let k = archive.evaluate(&u)?;
        match archive.label(k) {
            Some(l) if l == label => low = k,
            Some(_) => high = Some(k),
            None => {}
        }
        w *= 3.0;
    }
    let high = high.expect("found");
    let b = record(archive, low, high, Some(&cut.normal), Some(cut), tolerance)?;
    if let Some(b) = b.filter(|b| *b != cut.brackets[0]) {
        archive.brackets[b].parent = Some(cut.brackets[0]);
    }
    Ok(b)
}
