//! Starts of the driver: given ones, and points of a box that the rows give.

use nlp_model::{Bilevel, Meta, TwiceSmooth};

/// Bounds that are further away, relative to 1 + |z_j|, stand for none.
const FAR: f64 = 1e6;

/// A box around z: what bounds and rows with a single variable say at z, linearised; where they say
/// nothing, or less than [`FAR`], it ends 5 + 2|z_j| away. It steers the search and restricts nothing.
pub(super) fn search_box(problem: &dyn Bilevel, z: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = z.len();
    let (mut lower, mut upper) = (vec![f64::NEG_INFINITY; n], vec![f64::INFINITY; n]);
    for model in [problem.upper(), problem.lower()] {
        narrow(model, z, &mut lower, &mut upper);
    }
    for j in 0..n {
        let far = FAR * (1.0 + z[j].abs());
        if z[j] - lower[j] > far {
            lower[j] = f64::NEG_INFINITY;
        }
        if upper[j] - z[j] > far {
            upper[j] = f64::INFINITY;
        }
        let reach = 5.0 + 2.0 * z[j].abs();
        if lower[j] > upper[j] || lower[j] == f64::NEG_INFINITY && upper[j] == f64::INFINITY {
            (lower[j], upper[j]) = (z[j] - reach, z[j] + reach);
        } else if lower[j] == f64::NEG_INFINITY {
            lower[j] = upper[j] - 2.0 * reach;
        } else if upper[j] == f64::INFINITY {
            upper[j] = lower[j] + 2.0 * reach;
        }
    }
    (lower, upper)
}

fn narrow(model: &dyn TwiceSmooth, z: &[f64], lower: &mut [f64], upper: &mut [f64]) {
    let meta: &Meta = model.meta();
    for j in 0..z.len() {
        lower[j] = lower[j].max(meta.lvar()[j]);
        upper[j] = upper[j].min(meta.uvar()[j]);
    }
    let structure = model.jac_structure();
    let mut entries = vec![0; meta.ncon()];
    for &i in structure.rows() {
        entries[i] += 1;
    }
    let (mut c, mut jac) = (vec![0.0; meta.ncon()], vec![0.0; structure.nnz()]);
    model.cons(z, &mut c);
    model.jac_coord(z, &mut jac);
    for ((i, j), a) in structure
        .iter()
        .zip(jac)
        .filter(|&((i, _), _)| entries[i] == 1)
    {
        // lcon ≤ c + a (s_j − z_j) ≤ ucon
        for (side, is_upper) in [(meta.ucon()[i], a > 0.0), (meta.lcon()[i], a < 0.0)] {
            let bound = z[j] + (side - c[i]) / a;
            if bound.is_finite() && is_upper {
                upper[j] = upper[j].min(bound);
            } else if bound.is_finite() {
                lower[j] = lower[j].max(bound);
            }
        }
    }
}
