//! The end of a local solve: the limit point, located as finely as the tolerance, and what speaks for it.

use linalg::slice::{axpy, dot, norm2};

use super::archive::{Archive, Interrupt};
use super::bisect::locate;
use super::cut::Cut;
use super::local::{FINEST, Local, tolerance};
use super::problem::Scaling;
use super::quadratic::Quadratic;
use super::random::basis;
use super::step::Step;
use super::vector::{along, clip, distance, in_cube, orthogonal_part, tangents, unit};
use super::{Label, Verdict};

/// A cliff as near as this to the limit counts as there: as far as the polls at 10⁻⁴ see, and as values place a limit that
/// no cliff holds.
const BESIDE: f64 = 1.1e-4;

/// A limit point of one piece.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    /// The limit point, in the unit cube.
    pub u: Vec<f64>,
    /// Limit of θ there along its piece.
    pub infimum: f64,
    /// The piece.
    pub label: Label,
    /// The lowest point on the piece, by number.
    pub low: usize,
    /// Cuts that hold the limit, with their multipliers.
    pub active: Vec<(Cut, f64)>,
    /// ‖∇m + Σλh‖ on the free part of the cube, relative to 1 + ‖∇m‖.
    pub residual: f64,
    /// ‖∇m‖.
    pub slope: f64,
    /// The model of the piece.
    pub model: Quadratic,
}

impl Limit {
    /// The limit, or the lowest known point of its piece when the infimum is far from the value there: the model was wrong.
    pub fn believed(self, archive: &Archive<'_>) -> Self {
        let value = archive.value(self.low);
        if (self.infimum - value).abs() <= 1e-3 * (1.0 + value.abs()) {
            return self;
        }
        Limit {
            u: archive.u(self.low).to_vec(),
            infimum: value,
            active: Vec::new(),
            residual: f64::INFINITY,
            ..self
        }
    }

    /// Whether the directions of all cuts with a multiplier are measured.
    pub fn is_measured(&self) -> bool {
        let holds = |lambda: &f64| *lambda > 1e-4 * (1.0 + self.slope);
        self.active
            .iter()
            .all(|(cut, lambda)| !holds(lambda) || cut.brackets.len() >= self.u.len())
    }
}

/// What the polls say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Polled {
    /// Nothing lower.
    Nothing,
    /// A lower point, by number.
    Lower(usize),
}

impl Local<'_, '_> {
    /// Locates the cliffs that hold the minimizer of the model as finely as possible and returns it.
    pub fn limit(&mut self) -> Result<Limit, Interrupt> {
        let mut clear = 0.15 * self.delta;
        let mut last: Option<Vec<f64>> = None;
        for _ in 0..8 {
            self.refresh();
            let step = self.step_within(0.0, 10.0 * self.delta);
            let inner = self.step(2.0 * tolerance(self.delta));
            let before = self.archive.points.len();
            let mut k = self.archive.evaluate(&inner.u)?;
            let label = self.label();
            if self.archive.label(k).is_none() {
                k = self.x;
            }
            let mut fine = true;
            if self.archive.label(k) == Some(label) {
                if self.archive.value(k) < self.archive.value(self.x) {
                    self.x = k;
                }
                let slope = norm2(&self.model.gradient_at(&step.u));
                let mut held = 0;
                for c in 0..self.cuts.len() {
                    if step.multipliers[c] > 1e-6 * (1.0 + slope)
                        || self.cuts[c].surface.value(&step.u) > -FINEST
                    {
                        fine &= self.settle(c, k, &step.u, clear)?;
                        held += 1;
                    }
                }
                // Where cuts meet, the limit is an extrapolation: it must not move any more.
                let rests = |last: &Vec<f64>| distance(last, &step.u) <= 4.0 * FINEST;
                fine &= held < 2 || last.as_ref().is_some_and(rests);
                last = Some(step.u);
            } else if self.archive.label(k).is_some() {
                fine = false;
                self.restore(k, tolerance(self.delta))?;
            }
            clear = (0.1 * clear).max(50.0 * FINEST);
            if fine || before == self.archive.points.len() && clear <= 50.0 * FINEST {
                break;
            }
        }
        self.refresh();
        let step = self.step_within(0.0, 10.0 * self.delta);
        let (residual, slope) = stationarity(&self.model, &self.cuts, &step);
        let active = self
            .cuts
            .iter()
            .zip(&step.multipliers)
            .filter(|(cut, lambda)| {
                **lambda > 1e-6 * (1.0 + slope) || cut.surface.value(&step.u) > -1e-6
            })
            .map(|(cut, lambda)| (cut.clone(), *lambda))
            .collect();
        Ok(Limit {
            infimum: self.model.value(&step.u),
            label: self.label(),
            low: self.x,
            active,
            residual: residual / (1.0 + slope),
            slope,
            model: self.model.clone(),
            u: step.u,
        })
    }

    /// Whether cut c is located to the finest width beside `u`, where it was predicted as finely or is so near that its
    /// direction does not matter. If not, locates it: from the point k, or `clear` of the other cuts when those pass near.
    fn settle(&mut self, c: usize, k: usize, u: &[f64], clear: f64) -> Result<bool, Interrupt> {
        let cut = self.cuts[c].clone();
        let aside = self.clear_of_others(c, u, clear);
        let (base, known, limit) = if aside == u {
            (self.archive.u(k).to_vec(), Some(k), self.delta)
        } else {
            (aside, None, 2.0 * clear)
        };
        let settled = cut.brackets.iter().any(|&b| {
            let bracket = &self.archive.brackets[b];
            let gap = distance(&self.archive.middle(bracket), &base);
            self.archive.width(bracket) <= 1.01 * FINEST
                && (gap <= 100.0 * FINEST || bracket.error <= 2.0 * FINEST && gap <= self.delta)
        });
        if settled {
            return Ok(true);
        }
        let label = self.label();
        let found = locate(self.archive, label, &cut, &base, known, FINEST, limit)?;
        Ok(found.is_none() && known.is_some())
    }

    /// Looks for values below the limit: in random orthogonal directions at four radii, on all pieces, and along each
    /// active cliff, a little to the low side.
    pub fn poll(&mut self, limit: &Limit) -> Result<Polled, Interrupt> {
        let n = self.archive.n;
        let below =
            limit.infimum - 1e-7 * (1.0 + limit.infimum.abs()) - 10.0 * self.archive.accuracy;
        let known =
            (0..self.archive.points.len()).filter(|&k| self.archive.label(k) == Some(limit.label));
        if let Some(k) = self.archive.lowest(known)
            && self.archive.value(k) < below
        {
            return Ok(Polled::Lower(k));
        }
        let mut directions: Vec<(Vec<f64>, f64)> = Vec::new();
        for radius in [0.05, 0.005, 5e-4, 1e-4, 1e-5] {
            for direction in basis(self.random, n) {
                directions.push((direction.clone(), radius));
                directions.push((direction, -radius));
            }
        }
        for (cut, _) in &limit.active {
            for t in tangents(&cut.normal) {
                for sign in [1.0, -1.0] {
                    for radius in [5e-3, 5e-4, 5e-5] {
                        let mut d: Vec<f64> = t.iter().map(|t| sign * t).collect();
                        axpy(-0.05, &cut.normal, &mut d);
                        directions.push((d, radius));
                    }
                }
            }
            // Downhill along this cliff alone: what another cut forbids, if that is a mistake.
            let gradient = limit.model.gradient_at(&limit.u);
            if let Some(mut d) = orthogonal_part(&gradient, std::slice::from_ref(&cut.normal), 0.0)
            {
                d.iter_mut().for_each(|d| *d = -*d);
                axpy(-0.02, &cut.normal, &mut d);
                directions.extend([5e-3, 5e-4, 5e-5, 5e-6].map(|radius| (d.clone(), radius)));
            }
        }
        directions.extend(edges(&limit.active));
        for (direction, radius) in directions {
            let mut y = along(&limit.u, radius, &direction);
            clip(&mut y);
            let k = self.archive.evaluate(&y)?;
            if self.archive.label(k).is_some() && self.archive.value(k) < below {
                return Ok(Polled::Lower(k));
            }
        }
        Ok(Polled::Nothing)
    }

    /// What can be claimed of a limit that stationarity and polls support, with θ at the simplest point near it when that
    /// was evaluated. `played` is the number of the point to play.
    ///
    /// Where a cliff with a multiplier passes through the limit, the infimum is at a discontinuity. Without a
    /// multiplier, as in x² + [x ≥ 0], one value decides: that at the point with the fewest decimals nearby.
    pub fn verdict(
        &mut self,
        limit: &Limit,
        played: usize,
        scaling: &Scaling,
    ) -> Result<(Verdict, Option<f64>), Interrupt> {
        let size = 1.0 + limit.infimum.abs();
        let noise = 10.0 * self.archive.accuracy;
        let gap = (self.archive.value(played) - limit.infimum).abs();
        if self.archive.label(played) != Some(limit.label) || gap > 1e-6 * size + noise {
            return Ok((Verdict::NotCertified, None));
        }
        let jump = limit.infimum + 1e-5 * size + noise;
        let at_cliff = (0..self.archive.points.len()).any(|k| {
            self.archive.value(k) > jump
                && self.archive.label(k).is_some_and(|l| l != limit.label)
                && distance(self.archive.u(k), &limit.u) <= BESIDE
        });
        if !at_cliff {
            return Ok((Verdict::AttainedMinimum, None));
        }
        // Without a multiplier the model alone places the limit, and less finely.
        let held = limit
            .active
            .iter()
            .any(|(_, lambda)| *lambda > 1e-4 * (1.0 + limit.slope));
        let radius = if held { 10.0 * FINEST } else { BESIDE };
        let u = scaling.to_unit(&scaling.simplest(&limit.u, radius));
        let k = self.archive.evaluate(&u)?;
        let value = self.archive.value(k);
        let taken = self.archive.label(k) == Some(limit.label)
            && value <= limit.infimum + 1e-6 * size + noise;
        let verdict = if taken && !held {
            Verdict::AttainedMinimum
        } else {
            Verdict::InfimumAtDiscontinuity
        };
        Ok((verdict, Some(value)))
    }

    /// A point on the piece beside the limit, which can be played; its number.
    pub fn play(&mut self, limit: &Limit) -> Result<usize, Interrupt> {
        let mut normal = vec![0.0; limit.u.len()];
        for (cut, _) in &limit.active {
            axpy(-1.0, &cut.normal, &mut normal);
        }
        let mut best = limit.low;
        let mut t = FINEST;
        if let Some(inward) = unit(&normal) {
            while t < 1e-3 {
                let y = along(&limit.u, t, &inward);
                if in_cube(&y) {
                    let k = self.archive.evaluate(&y)?;
                    if self.archive.label(k) == Some(limit.label) {
                        if self.archive.value(k) < self.archive.value(best) {
                            best = k;
                        }
                        break;
                    }
                }
                t *= 3.0;
            }
        } else {
            let k = self.archive.evaluate(&limit.u)?;
            if self.archive.label(k) == Some(limit.label)
                && self.archive.value(k) < self.archive.value(best)
            {
                best = k;
            }
        }
        Ok(best)
    }
}

/// Through each of several cuts, along all others and a little on this side of them: at a vertex few random directions
/// stay on the piece, and a cut that is a mistake shows only here.
fn edges(active: &[(Cut, f64)]) -> Vec<(Vec<f64>, f64)> {
    let mut directions = Vec::new();
    if active.len() < 2 {
        return directions;
    }
    for k in 0..active.len() {
        let others = || active.iter().enumerate().filter(|(i, _)| *i != k);
        let mut basis: Vec<Vec<f64>> = Vec::new();
        for (_, (other, _)) in others() {
            basis.extend(orthogonal_part(&other.normal, &basis, 1e-3));
        }
        let Some(mut d) = orthogonal_part(&active[k].0.normal, &basis, 0.05) else {
            continue;
        };
        for (_, (other, _)) in others() {
            axpy(-0.02, &other.normal, &mut d);
        }
        directions.extend([5e-3, 5e-4, 5e-5, 5e-6].map(|radius| (d.clone(), radius)));
    }
    directions
}

/// Slope of the Lagrangian m + Σλh at u on the free part of the cube, and ‖∇m‖ there.
fn stationarity(model: &Quadratic, cuts: &[Cut], step: &Step) -> (f64, f64) {
    let mut gradient = model.gradient_at(&step.u);
    let slope = norm2(&gradient);
    for (cut, lambda) in cuts.iter().zip(&step.multipliers) {
        axpy(*lambda, &cut.surface.gradient_at(&step.u), &mut gradient);
    }
    for (g, u) in gradient.iter_mut().zip(&step.u) {
        if *u <= 0.0 && *g > 0.0 || *u >= 1.0 && *g < 0.0 {
            *g = 0.0;
        }
    }
    (dot(&gradient, &gradient).sqrt(), slope)
}
