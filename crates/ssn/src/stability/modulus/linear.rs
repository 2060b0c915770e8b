//! The modulus where S is differentiable.

use linalg::dense::{singular_values, svd};
use linalg::slice::{axpy, dot, norm_inf};

use super::super::cone::MultiplierCone;
use crate::regularity::RANK;

/// ‖M‖₂ when Aₓ = M A_y on the whole cone, as where S is a differentiable function.
pub(super) fn linear_norm(cone: &MultiplierCone) -> Option<f64> {
    let (n, m, count) = (cone.nx, cone.ny, cone.generators.len());
    let lengths = cone.lengths();
    let columns = |part: &dyn Fn(usize) -> Vec<f64>| -> Vec<f64> {
        let scaled = (0..count).flat_map(|k| part(k).into_iter().map(move |v| (k, v)));
        scaled.map(|(k, v)| v / lengths[k]).collect()
    };
    let by_y = columns(&|k| cone.generators[k].by_y.clone());
    let by_x = columns(&|k| cone.generators[k].by_x.clone());
    let small = m.min(count);
    let (mut u, mut s, mut v) = (
        vec![0.0; m * small],
        vec![0.0; small],
        vec![0.0; count * small],
    );
    svd(m, count, &by_y, &mut u, &mut s, &mut v).ok()?;
    let rank = s.iter().filter(|&&s| s > RANK).count();
    // M restricted to the range of A_y, in the basis u: X V Σ⁻¹, n × rank
    let mut map = vec![0.0; n * rank];
    for r in 0..rank {
        for k in 0..count {
            axpy(
                v[r * count + k] / s[r],
                &by_x[k * n..(k + 1) * n],
                &mut map[r * n..(r + 1) * n],
            );
        }
    }
    for k in 0..count {
        let mut left = by_x[k * n..(k + 1) * n].to_vec();
        for r in 0..rank {
            let part = dot(&u[r * m..(r + 1) * m], &by_y[k * m..(k + 1) * m]);
            axpy(-part, &map[r * n..(r + 1) * n], &mut left);
        }
        if norm_inf(&left) > 1e-9 {
            return None;
        }
    }
    let mut sigma = vec![0.0; n.min(rank)];
    singular_values(n, rank, &map, &mut sigma).ok()?;
    Some(sigma.first().copied().unwrap_or(0.0))
}
