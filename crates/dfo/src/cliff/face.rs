//! What must be known of a cut before the step may rely on it: its direction, its place, its tangents.

use linalg::slice::{axpy, dot, norm2};

use super::archive::Interrupt;
use super::bisect::locate;
use super::cut::Cut;
use super::local::{Local, tolerance};
use super::quadratic::Quadratic;
use super::step::Step;
use super::vector::{along, clip, difference, distance, in_cube, orthogonal_part, tangents, unit};

/// Width of the brackets that show the direction of a cut, in units of their distance.
const ORIENTING: f64 = 0.2;

impl Local<'_, '_> {
    /// Whether the directions of the cuts that hold the step are known. If not, looks for a tangent point of one.
    pub fn measure(&mut self, step: &Step, tol: f64) -> Result<bool, Interrupt> {
        for k in 0..self.cuts.len() {
            if step.multipliers[k] > 0.0 && !self.orient(k, tol)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether as many points of cut k are known as there are variables. If not, looks for one near its anchor.
    fn orient(&mut self, k: usize, tol: f64) -> Result<bool, Interrupt> {
        let n = self.archive.n;
        let cut = self.cuts[k].clone();
        if cut.brackets.len() >= n {
            return Ok(true);
        }
        let label = self.label();
        let z = self.archive.middle(&self.archive.brackets[cut.brackets[0]]);
        let h = (0.25 * self.delta)
            .max(5.0 * self.archive.width(&self.archive.brackets[cut.brackets[0]]));
        // A direction needs no finer brackets.
        // Note (2026-11-28): finer ones cost an evaluation more for each halving. With brackets twice as wide the solver
        // overlooks the cliff at the limit of example 4 of the pessimistic problems.
        let coarse = tol.max(ORIENTING * h.min(0.25 * self.delta));
        let mut known = vec![cut.normal.clone()];
        for &b in &cut.brackets[1..] {
            let d = difference(&self.archive.middle(&self.archive.brackets[b]), &z);
            known.extend(orthogonal_part(&d, &known, 0.1 * norm2(&d)));
        }
        for t in tangents(&cut.normal) {
            let Some(t) = orthogonal_part(&t, &known, 0.3 / (n as f64).sqrt()) else {
                continue;
            };
            let mut bases: Vec<Vec<f64>> = [h, -h].iter().map(|&h| along(&z, h, &t)).collect();
            bases.sort_by(|y, z| self.beyond(k, y).total_cmp(&self.beyond(k, z)));
            for y in bases {
                let y = self.clear_of_others(k, &y, 0.15 * h);
                let moved = dot(&difference(&y, &z), &t).abs();
                if !in_cube(&y) || self.beyond(k, &y) > 0.0 || moved < 0.4 * h {
                    continue;
                }
                if let Some(b) = locate(self.archive, label, &cut, &y, None, coarse, 2.0 * h)? {
                    self.confirm(&cut, &z, b, tol)?;
                    return Ok(false);
                }
            }
            known.push(t);
        }
        Ok(true)
    }

    /// Bracket b lies far off the plane that the anchor z of a cut predicts: either that plane is wrong, or there is a
    /// corner between. Half way between them the cliff decides.
    fn confirm(&mut self, cut: &Cut, z: &[f64], mut b: usize, tol: f64) -> Result<(), Interrupt> {
        let label = self.label();
        for _ in 0..3 {
            let chord = difference(&self.archive.middle(&self.archive.brackets[b]), z);
            let gap = norm2(&chord);
            if dot(&chord, &cut.normal).abs() <= 0.3 * gap + tol || gap <= 4.0 * tol {
                return Ok(());
            }
            let basis = vec![unit(&chord).expect("the chord is longer than 4 tol")];
            let Some(normal) = orthogonal_part(&cut.normal, &basis, 1e-3) else {
                return Ok(());
            };
            let mut plane = cut.clone();
            plane.surface = Quadratic::zero(z);
            plane.surface.gradient.clone_from(&normal);
            plane.normal = normal;
            let half = along(z, 0.5, &chord);
            let Some(c) = locate(self.archive, label, &plane, &half, None, tol, gap)? else {
                return Ok(());
            };
            let off = plane
                .surface
                .value(&self.archive.middle(&self.archive.brackets[c]))
                .abs();
            if off <= 0.15 * gap + 2.0 * tol {
                return Ok(());
            }
            self.archive.brackets[b].parent = None;
            b = c;
        }
        Ok(())
    }

    /// A point beside y, moved along cut k until it is `clear` of all other cuts: what lies beyond it is cut k.
    pub fn clear_of_others(&self, k: usize, y: &[f64], clear: f64) -> Vec<f64> {
        let mut y = y.to_vec();
        let basis = vec![self.cuts[k].normal.clone()];
        for _ in 0..3 {
            for (_, other) in self.cuts.iter().enumerate().filter(|(i, _)| *i != k) {
                let over = other.surface.value(&y) + clear;
                if over > 0.0
                    && let Some(t) = orthogonal_part(&other.normal, &basis, 0.05)
                {
                    axpy(-over / dot(&t, &other.normal), &t, &mut y);
                }
            }
        }
        clip(&mut y);
        y
    }

    /// The largest violation at y of the cuts but the k-th.
    fn beyond(&self, k: usize, y: &[f64]) -> f64 {
        let others = self.cuts.iter().enumerate().filter(|(i, _)| *i != k);
        others.map(|(_, c)| c.surface.value(y)).fold(-1.0, f64::max)
    }

    /// Whether everything the step relies on is known at this radius. If not, evaluates something that helps.
    pub fn verify(&mut self, step: &Step, tol: f64) -> Result<bool, Interrupt> {
        if !self.spread()? {
            return Ok(false);
        }
        let slope = norm2(&self.model.gradient_at(&step.u));
        for k in 0..self.cuts.len() {
            let cut = &self.cuts[k];
            let active = step.multipliers[k] > 1e-6 * (1.0 + slope)
                || cut.surface.value(&step.u) > -3.0 * tol && step.multipliers[k] > 0.0;
            if active && !(self.orient(k, tol)? && self.pin(k, tol)? && self.cover(k, tol)?) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether cut k is located within `tol` near x. If not, locates it.
    pub fn pin(&mut self, k: usize, tol: f64) -> Result<bool, Interrupt> {
        let cut = self.cuts[k].clone();
        let x = self.archive.u(self.x).to_vec();
        let base = self.clear_of_others(k, &x, 0.15 * self.delta);
        let pinned = cut.brackets.iter().any(|&b| {
            let bracket = &self.archive.brackets[b];
            self.archive.width(bracket) <= 1.01 * tol
                && distance(&self.archive.middle(bracket), &base)
                    <= (0.5 * self.delta).max(10.0 * tol)
        });
        if pinned {
            return Ok(true);
        }
        let label = self.label();
        let known = Some(self.x).filter(|_| base == x);
        let found = locate(
            self.archive,
            label,
            &cut,
            &base,
            known,
            tol,
            2.0 * self.delta,
        )?;
        Ok(found.is_none())
    }

    /// Whether cut k is known in all tangent directions at this radius, or has just been predicted well. If not,
    /// locates it in a direction that is missing.
    fn cover(&mut self, k: usize, tol: f64) -> Result<bool, Interrupt> {
        let n = self.archive.n;
        let cut = self.cuts[k].clone();
        let x = self.archive.u(self.x).to_vec();
        let covered = cut.covered(
            self.archive,
            &x,
            self.delta,
            3.0 * tolerance(4.0 * self.delta),
        );
        if covered.len() + 1 >= n {
            return Ok(true);
        }
        let trusted = cut.brackets.len() >= n
            && cut.brackets.iter().any(|&b| {
                let bracket = &self.archive.brackets[b];
                bracket.error <= 1.5 * tol
                    && bracket.gap >= 0.25 * self.delta
                    && distance(&self.archive.middle(bracket), &x) <= self.delta
            });
        if trusted {
            return Ok(true);
        }
        let mut known = vec![cut.normal.clone()];
        known.extend(covered);
        let label = self.label();
        let h = 0.5 * self.delta;
        for t in tangents(&cut.normal) {
            let Some(t) = orthogonal_part(&t, &known, 0.3 / (n as f64).sqrt()) else {
                continue;
            };
            let mut bases: Vec<Vec<f64>> = [h, -h].iter().map(|&h| along(&x, h, &t)).collect();
            bases.sort_by(|y, z| self.beyond(k, y).total_cmp(&self.beyond(k, z)));
            for y in bases {
                let y = self.clear_of_others(k, &y, 0.15 * h);
                let moved = dot(&difference(&y, &x), &t).abs();
                if !in_cube(&y) || moved < 0.4 * h {
                    continue;
                }
                if locate(self.archive, label, &cut, &y, None, tol, 2.0 * h)?.is_some() {
                    return Ok(false);
                }
            }
            known.push(t);
        }
        Ok(true)
    }
}
