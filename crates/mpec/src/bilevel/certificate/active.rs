//! Curvature from what is active: rows with multipliers, and ends of the box where L increases inward.

use super::lower::LowerLevel;
use crate::interval::{Derivatives, Interval, triangle};

/// The Lagrangian with more curvature, where its own is negative.
///
/// *Rows.* Where h_j.lo ≤ h_j ≤ 0 and 0 ≤ s_j |h_j.lo| ≤ w_j, w_j h_j + s_j h_j² ≤ 0, so that
/// L + Σ s_j h_j² is a bound as good as L. Its Hessian has 2 s_j ∇h_j∇h_jᵀ more, which helps across
/// the row, and 2 s_j h_j ∇²h_j.
///
/// *Ends.* Where c lies at an end of the box from which L increases, rᵢ d − aᵢ d²/2 ≥ 0 over the reach
/// with aᵢ = 2 rᵢ/|reach|. The curvature aᵢ is lent to the Hessian, and given back in the minimum over
/// the variable.
#[derive(Debug)]
pub(super) struct Active {
    /// Encloses the gradient at c.
    pub(super) slope: Vec<Interval>,
    /// Encloses the Hessian over the box, with what is lent.
    pub(super) hessian: Vec<Interval>,
    /// aᵢ.
    pub(super) lent: Vec<f64>,
}

/// Share of the largest s_j for rows that are affine or concave, and for others, whose own curvature it
/// would take away.
const SHARES: (f64, f64) = (0.999, 0.25);
/// Largest s_j, relative to w_j.
const LARGEST: f64 = 1e8;

impl Active {
    pub(super) fn new(n: usize) -> Self {
        Active {
            slope: vec![Interval::ZERO; n],
            hessian: vec![Interval::ZERO; n * (n + 1) / 2],
            lent: vec![0.0; n],
        }
    }

    /// Starts from the derivatives of L.
    pub(super) fn begin(&mut self, slope: &[Interval], hessian: &[Interval]) {
        self.slope.copy_from_slice(slope);
        self.hessian.copy_from_slice(hessian);
    }

    /// Adds s_j h_j² for the multiplier w_j; returns its value at c.
    pub(super) fn add_row(
        &mut self,
        lower: &LowerLevel,
        j: usize,
        w: f64,
        over_box: &Derivatives,
        at_point: &Derivatives,
    ) -> Interval {
        let n = self.slope.len();
        let trace: f64 = (0..n)
            .map(|i| lower.row_curvature(j, triangle(i, i), over_box).mid())
            .sum();
        let share = if trace <= 0.0 { SHARES.0 } else { SHARES.1 };
        let (h, at_c) = (lower.row(j, over_box), lower.row(j, at_point));
        let depth = (-h.lo()).max(0.0);
        let s = (share * w / depth).min(LARGEST * w);
        // false for NaN and for an unbounded row as well
        let is_small_enough =
            s > 0.0 && (Interval::point(s) * Interval::point(depth)).hi() <= w && !at_c.is_empty();
        if !is_small_enough {
            return Interval::ZERO;
        }
        let twice = Interval::point(2.0 * s);
        for i in 0..n {
            let slope = lower.row_slope(j, i, over_box);
            if slope.is_zero() {
                continue;
            }
            self.slope[i] += twice * at_c * lower.row_slope(j, i, at_point);
            for k in 0..=i {
                let outer = if i == k {
                    slope.sqr()
                } else {
                    slope * lower.row_slope(j, k, over_box)
                };
                let entry = triangle(i, k);
                let own = h * lower.row_curvature(j, entry, over_box);
                self.hessian[entry] += twice * (outer + own);
            }
        }
        Interval::point(s) * at_c.sqr()
    }

    /// Lends the Hessian what the ends of the box allow.
    pub(super) fn add_ends(&mut self, reach: &[Interval]) {
        for i in 0..reach.len() {
            let (slope, reach) = (self.slope[i], reach[i]);
            let rise = if reach.lo() == 0.0 {
                slope.lo()
            } else if reach.hi() == 0.0 {
                -slope.hi()
            } else {
                0.0
            };
            let lent = SHARES.0 * 2.0 * rise / reach.mag();
            let is_useful = lent > 0.0 && lent.is_finite();
            self.lent[i] = if is_useful { lent } else { 0.0 };
            let entry = &mut self.hessian[triangle(i, i)];
            *entry += Interval::point(self.lent[i]);
        }
    }
}
