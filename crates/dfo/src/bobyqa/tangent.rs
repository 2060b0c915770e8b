//! The best angle of an arc in the trust region, by its half's tangent.

/// The grid has as many tangents when no bound is near.
const MOST_TANGENTS: usize = 20;

/// This grid.
const TANGENTS: [f64; MOST_TANGENTS] = {
    let mut grid = [0.0; MOST_TANGENTS];
    let mut i = 0;
    while i < MOST_TANGENTS {
        grid[i] = (i + 1) as f64 / MOST_TANGENTS as f64;
        i += 1;
    }
    grid
};

/// The sines of its angles.
const SINES: [f64; MOST_TANGENTS] = {
    let mut sines = [0.0; MOST_TANGENTS];
    let mut i = 0;
    while i < MOST_TANGENTS {
        sines[i] = sin(TANGENTS[i]);
        i += 1;
    }
    sines
};

/// The sine of the angle, from the tangent of its half.
pub(super) const fn sin(t: f64) -> f64 {
    (t + t) / (1.0 + t * t)
}

/// The best tangent of half the angle on an even grid in (0, bound], refined by a parabola, and whether it is
/// the bound; none when no angle reduces the model.
pub(super) fn best_tangent(bound: f64, reduction: impl Fn(f64, f64) -> f64) -> Option<(f64, bool)> {
    let count = (17.0 * bound + 3.1) as usize;
    // First all values, which do not wait for each other.
    let mut reductions = [0.0; MOST_TANGENTS + 2];
    let grid = &mut reductions[1..=count];
    if bound == 1.0 {
        for (r, (t, sin)) in grid.iter_mut().zip(TANGENTS.iter().zip(&SINES)) {
            *r = reduction(*t, *sin);
        }
    } else {
        for (i, r) in grid.iter_mut().enumerate() {
            let t = bound * (i + 1) as f64 / count as f64;
            *r = reduction(t, sin(t));
        }
    }
    let (mut most, mut best) = (0.0, 0);
    for (i, &r) in grid.iter().enumerate() {
        if r > most {
            (most, best) = (r, i + 1);
        }
    }
    if best == 0 {
        return None;
    }
    if best == count {
        return Some((bound * count as f64 / count as f64, true));
    }
    let (before, after) = (reductions[best - 1], reductions[best + 1]);
    let shift = (after - before) / (most + most - before - after);
    Some((bound * (best as f64 + 0.5 * shift) / count as f64, false))
}
