//! Lower bounds of the Lagrangian over a box.

use super::active::Active;
use super::lower::LowerLevel;
use super::quadratic::least;
use crate::interval::{Derivatives, Interval, Spectrum, triangle};

/// Bounds of L = σ (f − T) + Σ w_j h_j over a box, from its expansion at a point c of the box:
///
/// L(c + d) ≥ L(c) + rᵀd + dᵀH d/2, r an enclosure of ∇L(c), H of ∇²L over the box.
///
/// Where L > 0, no point of the box satisfies f ≤ T and h ≤ 0, if σ, w ≥ 0.
#[derive(Debug)]
pub(super) struct Bounder {
    /// Over the box, with second derivatives.
    pub(super) over_box: Derivatives,
    /// At c, with gradients.
    pub(super) at_point: Derivatives,
    c: Vec<f64>,
    spectrum: Spectrum,
    point: Vec<Interval>,
    reach: Vec<Interval>,
    slope: Vec<Interval>,
    hessian: Vec<Interval>,
    scaled: Vec<Interval>,
    active: Active,
}

impl Bounder {
    pub(super) fn new(lower: &LowerLevel) -> Self {
        let n = lower.ny();
        let entries = n * (n + 1) / 2;
        Bounder {
            over_box: Derivatives::new(&lower.expression),
            at_point: Derivatives::new(&lower.expression),
            c: vec![0.0; n],
            spectrum: Spectrum::new(n),
            point: vec![Interval::ZERO; n],
            reach: vec![Interval::ZERO; n],
            slope: vec![Interval::ZERO; n],
            hessian: vec![Interval::ZERO; entries],
            scaled: vec![Interval::ZERO; entries],
            active: Active::new(n),
        }
    }

    /// Evaluates everything over `region`.
    pub(super) fn enter(&mut self, lower: &LowerLevel, region: &[Interval]) {
        self.over_box.evaluate(&lower.expression, region, 2);
    }

    /// Evaluates values, and gradients for `order` 1, at the point `c` of the box `region`.
    pub(super) fn expand_at(
        &mut self,
        lower: &LowerLevel,
        region: &[Interval],
        c: impl Fn(usize) -> f64,
        order: usize,
    ) {
        for (i, side) in region.iter().enumerate() {
            let ci = c(i);
            debug_assert!(side.contains(ci), "c in the box");
            self.c[i] = ci;
            self.point[i] = Interval::point(ci);
            self.reach[i] = *side - self.point[i];
        }
        self.at_point
            .evaluate(&lower.expression, &self.point, order);
    }

    /// The point of expansion.
    pub(super) fn center(&self) -> &[f64] {
        &self.c
    }
    /// The box minus the point of expansion.
    pub(super) fn reach(&self) -> &[Interval] {
        &self.reach
    }

    /// A lower bound of L over the box; −∞ when there is none.
    ///
    /// The best of four: with first derivatives over the box only; with one curvature for all variables;
    /// with one in variables scaled by the reach; with what active rows and ends add to the curvature.
    /// The minimum in each variable takes its share of a positive curvature as well as the ends of the
    /// box, so that for a convex L no box is needed.
    pub(super) fn lagrangian(
        &mut self,
        lower: &LowerLevel,
        target: f64,
        sigma: f64,
        w: &[f64],
    ) -> f64 {
        let n = lower.ny();
        let weight = Interval::point(sigma);
        let mut value = weight * (lower.objective(&self.at_point) - Interval::point(target));
        let used = |j: &usize| w[*j] > 0.0;
        for j in (0..w.len()).filter(used) {
            value += Interval::point(w[j]) * lower.row(j, &self.at_point);
        }
        let outside_of_domain = value.is_empty() || lower.objective(&self.at_point).is_empty();
        if outside_of_domain || value.lo() == f64::NEG_INFINITY {
            return f64::NEG_INFINITY;
        }
        // (d) first derivatives over the box
        let mut first = value.lo();
        for i in 0..n {
            let mut over_box = weight * lower.objective_gradient(&self.over_box)[i];
            let mut at_point = weight * lower.objective_gradient(&self.at_point)[i];
            for j in (0..w.len()).filter(used) {
                let wj = Interval::point(w[j]);
                over_box += wj * lower.row_slope(j, i, &self.over_box);
                at_point += wj * lower.row_slope(j, i, &self.at_point);
            }
            self.slope[i] = at_point;
            first = add(first, least(over_box, 0.0, self.reach[i]));
        }
        if first > 0.0 {
            return first;
        }
        for k in 0..self.hessian.len() {
            let mut entry = weight * lower.objective_hessian(&self.over_box)[k];
            for j in (0..w.len()).filter(used) {
                entry += Interval::point(w[j]) * lower.row_curvature(j, k, &self.over_box);
            }
            self.hessian[k] = entry;
        }
        let lambda = self.spectrum.smallest(n, &self.hessian);
        let mut second = value.lo();
        for i in 0..n {
            second = add(second, least(self.slope[i], lambda, self.reach[i]));
        }
        let best = first.max(second);
        if best > 0.0 || lambda >= 0.0 {
            return best;
        }
        let best = best.max(self.with_scaled_variables(value.lo()));
        if best > 0.0 {
            return best;
        }
        best.max(self.with_active_rows(lower, value, w))
    }

    /// The second bound with d = D t, D_i = max |d_i|: λ of D H D holds for t.
    fn with_scaled_variables(&mut self, value: f64) -> f64 {
        let n = self.reach.len();
        if !self.reach.iter().all(|reach| reach.is_bounded()) {
            return f64::NEG_INFINITY;
        }
        let size = |reach: &[Interval], i: usize| Interval::point(reach[i].mag());
        for i in 0..n {
            for j in 0..=i {
                let k = triangle(i, j);
                self.scaled[k] = size(&self.reach, i) * size(&self.reach, j) * self.hessian[k];
            }
        }
        let lambda = Interval::point(self.spectrum.smallest(n, &self.scaled));
        let mut bound = value;
        for i in (0..n).filter(|&i| !self.reach[i].is_zero()) {
            let curvature = (lambda / size(&self.reach, i).sqr()).lo();
            bound = add(bound, least(self.slope[i], curvature, self.reach[i]));
        }
        bound
    }

    /// The second bound with the curvature of active rows and ends, see [`Active`].
    fn with_active_rows(&mut self, lower: &LowerLevel, value: Interval, w: &[f64]) -> f64 {
        let n = self.reach.len();
        self.active.begin(&self.slope, &self.hessian);
        let mut value = value;
        for j in (0..w.len()).filter(|&j| w[j] > 0.0) {
            value += self
                .active
                .add_row(lower, j, w[j], &self.over_box, &self.at_point);
        }
        self.active.add_ends(&self.reach);
        let lambda = self.spectrum.smallest(n, &self.active.hessian);
        let mut bound = value.lo();
        for i in 0..n {
            let curvature = add(lambda, -self.active.lent[i]);
            bound = add(bound, least(self.active.slope[i], curvature, self.reach[i]));
        }
        bound
    }

    /// f and all rows are convex over the box, as far as second derivatives prove it.
    pub(super) fn is_convex(&mut self, lower: &LowerLevel) -> bool {
        let n = lower.ny();
        let hessian = lower.objective_hessian(&self.over_box);
        if self.spectrum.smallest(n, hessian) < 0.0 {
            return false;
        }
        (0..lower.rows.len()).all(|j| {
            for k in 0..self.hessian.len() {
                self.hessian[k] = lower.row_curvature(j, k, &self.over_box);
            }
            self.spectrum.smallest(n, &self.hessian) >= 0.0
        })
    }
}

/// a + b, rounded down; −∞ when a term is.
fn add(a: f64, b: f64) -> f64 {
    if a == f64::NEG_INFINITY || b == f64::NEG_INFINITY {
        return f64::NEG_INFINITY;
    }
    (Interval::point(a) + Interval::point(b)).lo()
}
