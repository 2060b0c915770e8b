//! Small operations on points of the unit cube.

use linalg::slice::{axpy, dot, norm2};

/// ‖x − y‖₂.
pub(crate) fn distance(x: &[f64], y: &[f64]) -> f64 {
    x.iter()
        .zip(y)
        .map(|(x, y)| (x - y) * (x - y))
        .sum::<f64>()
        .sqrt()
}

/// x − y.
pub(crate) fn difference(x: &[f64], y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| x - y).collect()
}

/// x + t d.
pub(crate) fn along(x: &[f64], t: f64, d: &[f64]) -> Vec<f64> {
    x.iter().zip(d).map(|(x, d)| x + t * d).collect()
}

/// x / ‖x‖₂, none for the zero vector.
pub(crate) fn unit(x: &[f64]) -> Option<Vec<f64>> {
    let norm = norm2(x);
    (norm > 0.0 && norm.is_finite()).then(|| x.iter().map(|v| v / norm).collect())
}

/// The unit vector along the part of `v` that is orthogonal to an orthonormal `basis`; none when that part is shorter
/// than `least`.
pub(crate) fn orthogonal_part(v: &[f64], basis: &[Vec<f64>], least: f64) -> Option<Vec<f64>> {
    let mut part = v.to_vec();
    for _ in 0..2 {
        for b in basis {
            let t = dot(&part, b);
            axpy(-t, b, &mut part);
        }
    }
    if norm2(&part) > least {
        unit(&part)
    } else {
        None
    }
}

/// n − 1 orthonormal vectors orthogonal to the unit vector `a`.
pub(crate) fn tangents(a: &[f64]) -> Vec<Vec<f64>> {
    let n = a.len();
    let mut basis = vec![a.to_vec()];
    // The axes, those least along a first: the part of at most one of them is lost.
    let mut axes: Vec<usize> = (0..n).collect();
    axes.sort_by(|&i, &j| a[i].abs().total_cmp(&a[j].abs()));
    for i in axes {
        let mut axis = vec![0.0; n];
        axis[i] = 1.0;
        if basis.len() < n
            && let Some(v) = orthogonal_part(&axis, &basis, 1e-8)
        {
            basis.push(v);
        }
    }
    basis.remove(0);
    basis
}

/// Whether u lies in the unit cube.
pub(crate) fn in_cube(u: &[f64]) -> bool {
    u.iter().all(|u| (0.0..=1.0).contains(u))
}

/// The nearest point of the unit cube.
pub(crate) fn clip(u: &mut [f64]) {
    u.iter_mut().for_each(|u| *u = u.clamp(0.0, 1.0));
}
