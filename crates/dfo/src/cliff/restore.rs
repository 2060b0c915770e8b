//! The way back from a point beyond a cliff, which tells what face lies between.

use linalg::slice::axpy;

use super::archive::Interrupt;
use super::bisect::{locate, record};
use super::cut::Cut;
use super::local::Local;
use super::vector::{along, clip, distance, unit};

impl Local<'_, '_> {
    /// The point k lies beyond a cliff. Goes back against the normal of each cut near it, then of all together, then to x,
    /// and locates the cliff where the label returns.
    pub fn restore(&mut self, k: usize, tol: f64) -> Result<(), Interrupt> {
        let y = self.archive.u(k).to_vec();
        let reach = distance(&y, self.archive.u(self.x)).min(self.delta);
        let near = |c: &&Cut| c.surface.value(&y) > -0.05 * self.delta - 4.0 * tol;
        let mut near: Vec<Cut> = self.cuts.iter().filter(near).cloned().collect();
        near.sort_by(|c, d| d.surface.value(&y).total_cmp(&c.surface.value(&y)));
        let mut normal = vec![0.0; y.len()];
        let mut apart = Vec::new();
        for cut in &near {
            if let Some((l, high)) = self.walk_back(k, cut, &cut.normal, reach, tol)? {
                let b = record(self.archive, l, high, Some(&cut.normal), Some(cut), tol)?;
                if let Some(b) = b.filter(|b| *b != cut.brackets[0]) {
                    self.archive.brackets[b].parent = Some(cut.brackets[0]);
                }
                return Ok(());
            }
            axpy(1.0, &cut.normal, &mut normal);
            let doubt = 4.0 * cut.deviation(&y) + 8.0 * tol;
            if cut.brackets.len() >= y.len() && reach > doubt {
                apart.extend_from_slice(&cut.brackets);
            }
        }
        // Beyond several: none of them alone is to blame, and each is located from the point between them.
        if let (Some(normal), true) = (unit(&normal), near.len() > 1)
            && let Some((l, _)) = self.walk_back(k, &near[0], &normal, reach, tol)?
        {
            let base = self.archive.u(l).to_vec();
            for cut in &near {
                locate(self.archive, self.label(), cut, &base, Some(l), tol, reach)?;
            }
            return Ok(());
        }
        // Behind none of the cuts near y: a face of its own, looked for clear of those that are known.
        let (low, high) = self.clear_of_known(k, &near, reach)?;
        if let Some(b) = record(self.archive, low, high, None, None, tol)? {
            apart.retain(|&a| a != b);
            self.archive.brackets[b].apart.extend(apart);
        }
        Ok(())
    }

    /// Two points between which the label is lost, if possible not by any of the `known` cuts near the point k beyond
    /// the cliff: the second lies behind all of these.
    fn clear_of_known(
        &mut self,
        k: usize,
        known: &[Cut],
        reach: f64,
    ) -> Result<(usize, usize), Interrupt> {
        let mut y = self.archive.u(k).to_vec();
        let clear = 0.1 * reach;
        for _ in 0..3 {
            for cut in known {
                let over = cut.surface.value(&y) + clear;
                if over > 0.0 {
                    axpy(-over, &cut.normal, &mut y);
                }
            }
            clip(&mut y);
        }
        if distance(&y, self.archive.u(k)) > reach {
            return Ok((self.x, k));
        }
        let l = self.archive.evaluate(&y)?;
        let label = self.archive.label(l);
        Ok(match label {
            None => (self.x, k),
            Some(found) if found == self.label() => (l, k),
            Some(_) => (self.x, l),
        })
    }

    /// Walks back from the point k against `normal` until the label returns: the first point that has it and the last
    /// that has it not. None when it does not return within `reach`.
    fn walk_back(
        &mut self,
        k: usize,
        cut: &Cut,
        normal: &[f64],
        reach: f64,
        tol: f64,
    ) -> Result<Option<(usize, usize)>, Interrupt> {
        let label = self.label();
        let y = self.archive.u(k).to_vec();
        let mut w = (2.0 * cut.deviation(&y)).clamp(4.0 * tol, (0.25 * reach).max(4.0 * tol));
        let mut high = k;
        while w < reach {
            let mut u = along(&y, -w, normal);
            clip(&mut u);
            let l = self.archive.evaluate(&u)?;
            match self.archive.label(l) {
                Some(found) if found == label => return Ok(Some((l, high))),
                Some(_) => high = l,
                None => {}
            }
            w *= 3.0;
        }
        Ok(None)
    }
}
