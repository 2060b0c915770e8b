//! A cut: the smooth model of one face of a cliff, seen from one label.

use linalg::slice::{dot, norm2};

use super::Label;
use super::archive::Archive;
use super::quadratic::{Fit, Quadratic, Ridge, Sample, fit};
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
    /// s in units of `delta`, and how well the brackets determine it.
    height: Fit,
    /// T.
    basis: Vec<Vec<f64>>,
    delta: f64,
}

impl Cut {
    /// Distance from u to the nearest known cliff point of this cut.
    pub fn gap(&self, archive: &Archive<'_>, u: &[f64]) -> f64 {
        self.brackets
            .iter()
            .map(|&b| distance(&archive.middle(&archive.brackets[b]), u))
            .fold(f64::INFINITY, f64::min)
    }

    /// Posterior deviation of the height at u, given the widths of the brackets and what slopes and curvatures are
    /// usual.
    pub fn deviation(&self, u: &[f64]) -> f64 {
        let d = difference(u, &self.surface.centre);
        let t: Vec<f64> = self.basis.iter().map(|t| dot(t, &d) / self.delta).collect();
        self.delta * self.height.clone().deviation(&t)
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

/// Whether a point with the label lies clearly beyond the cut.
pub(crate) fn contradicted(archive: &Archive<'_>, cut: &Cut, witnesses: &[usize]) -> bool {
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
pub(crate) fn fit_cut(
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
    let mut last = None;
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
        surface = lift(&height.quadratic, &normal, &basis, &z, delta);
        normal = unit(&surface.gradient)?;
        last = Some((height, basis));
    }
    let (height, basis) = last?;
    let length = norm2(&surface.gradient);
    surface.constant = 0.0;
    surface.gradient.iter_mut().for_each(|g| *g /= length);
    surface.hessian.iter_mut().for_each(|g| *g /= length);
    Some(Cut {
        high,
        brackets: members,
        surface,
        normal,
        height,
        basis,
        delta,
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
