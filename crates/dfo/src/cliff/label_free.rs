//! Labels made of values, for oracles that have none.

use super::Label;
use super::archive::Point;
use super::vector::distance;

/// A jump is a difference of values above this many times what the slopes explain.
const STEEP: f64 = 4.0;

/// Smallest jump that is seen, relative to 1 + |θ|.
const LEAST: f64 = 1e-3;

/// Clusters of points between which θ does not seem to jump.
///
/// Two points are at odds when |Δθ| > max(4 L d, 1e-3 (1 + |θ|)), d their distance and L the typical slope between
/// neighbours. Pairs are taken in the order of d: a pair not at odds is joined, unless members of its two clusters were found
/// at odds before, at a smaller distance. So what close points say binds the distant ones.
///
/// All points are clustered anew whenever their number has grown by a fifth; in between a new point joins its nearest
/// neighbour, or the nearest cluster it is not at odds with. Labels carry over by the lowest point of a cluster.
// Note (2026-11-22): the prototype never labels a point anew, and an early mistake stays.
#[derive(Debug, Default)]
pub(crate) struct Clusters {
    slope: f64,
    clustered: usize,
    next: Label,
}

impl Clusters {
    /// Gives the last point its label; from time to time all points.
    pub fn label_last(&mut self, points: &mut [Point]) {
        let Some((last, earlier)) = points.split_last_mut() else {
            return;
        };
        if last.label.is_none() {
            return;
        }
        let valued = |p: &&Point| p.value.is_finite();
        let count = earlier.iter().filter(valued).count() + 1;
        if 5 * count >= 6 * self.clustered {
            self.clustered = count;
            self.cluster(points);
            return;
        }
        last.label = None;
        let mut near: Vec<(f64, &Point)> = earlier
            .iter()
            .filter(|p| p.label.is_some())
            .map(|p| (distance(&p.u, &last.u), p))
            .collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut refused: Vec<Option<Label>> = Vec::new();
        for (d, p) in near.iter().take(60) {
            if refused.contains(&p.label) {
                continue;
            }
            if at_odds(self.slope, *d, p.value, last.value) {
                refused.push(p.label);
            } else {
                last.label = p.label;
                return;
            }
        }
        self.next += 1;
        last.label = Some(self.next);
    }

    fn cluster(&mut self, points: &mut [Point]) {
        let valued: Vec<usize> = (0..points.len())
            .filter(|&k| points[k].value.is_finite())
            .collect();
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        for (i, &a) in valued.iter().enumerate() {
            for (j, &b) in valued[..i].iter().enumerate() {
                pairs.push((distance(&points[a].u, &points[b].u), i, j));
            }
        }
        pairs.sort_by(|x, y| x.0.total_cmp(&y.0));
        let value = |i: usize| points[valued[i]].value;
        self.slope = typical_slope(&pairs, valued.len(), value);
        let mut cluster: Vec<usize> = (0..valued.len()).collect();
        let mut apart: Vec<(usize, usize)> = Vec::new();
        for &(d, i, j) in &pairs {
            let (a, b) = (cluster[i].min(cluster[j]), cluster[i].max(cluster[j]));
            if a == b || apart.contains(&(a, b)) {
                continue;
            }
            if at_odds(self.slope, d, value(i), value(j)) {
                apart.push((a, b));
            } else {
                cluster.iter_mut().filter(|c| **c == b).for_each(|c| *c = a);
                for (p, q) in &mut apart {
                    for end in [&mut *p, &mut *q] {
                        if *end == b {
                            *end = a;
                        }
                    }
                    if p > q {
                        std::mem::swap(p, q);
                    }
                }
                apart.sort_unstable();
                apart.dedup();
            }
        }
        self.name(points, &valued, &cluster);
    }

    /// Each cluster takes the label of its lowest point, if that is still free, else a new one.
    fn name(&mut self, points: &mut [Point], valued: &[usize], cluster: &[usize]) {
        let mut order: Vec<usize> = (0..valued.len()).collect();
        order.sort_by(|&i, &j| points[valued[i]].value.total_cmp(&points[valued[j]].value));
        let mut names: Vec<(usize, Label)> = Vec::new();
        for i in order {
            if names.iter().any(|(c, _)| *c == cluster[i]) {
                continue;
            }
            let old = points[valued[i]]
                .label
                .filter(|l| *l > 0 && names.iter().all(|(_, n)| n != l));
            let name = old.unwrap_or_else(|| {
                self.next += 1;
                self.next
            });
            names.push((cluster[i], name));
        }
        for (i, &k) in valued.iter().enumerate() {
            points[k].label = names
                .iter()
                .find(|(c, _)| *c == cluster[i])
                .map(|(_, n)| *n);
        }
    }
}

fn at_odds(slope: f64, d: f64, f: f64, g: f64) -> bool {
    (f - g).abs() > (STEEP * slope * d).max(LEAST * (1.0 + f.abs().min(g.abs())))
}

/// Median of |Δθ| / d over the nearest pairs that are not extremely close, about two for each point.
fn typical_slope(pairs: &[(f64, usize, usize)], n: usize, value: impl Fn(usize) -> f64) -> f64 {
    let mut slopes: Vec<f64> = pairs
        .iter()
        .filter(|(d, _, _)| *d > 0.02)
        .take(2 * n)
        .map(|&(d, i, j)| (value(i) - value(j)).abs() / d)
        .collect();
    slopes.sort_by(f64::total_cmp);
    slopes.get(slopes.len() / 2).copied().unwrap_or(0.0)
}
