//! Least-squares estimates of Lagrange multipliers.

use linalg::DenseQr;
use nlp_model::Smooth;

use crate::NlpState;

/// Distance at which a bound or a constraint counts as active.
const ACTIVE: f64 = 1e-6;

/// Multipliers (y, z) of least ‖∇f + Jᵀy + z‖₂, zero where a bound or a constraint is inactive
/// (farther than 10⁻⁶ from both its limits). Of several minimizers, the one of least norm.
///
/// The signs are not constrained: a wrong sign shows in the KKT residual, as it should at a point that is not
/// stationary. Unknown values of the state are evaluated. Cost: a dense QR factorization of n rows and one
/// column for each active row; allocates. A gradient or Jacobian that is not finite gives NaN.
///
/// # Panics
/// When the state's vectors do not have the lengths of the model.
pub fn multipliers<M: Smooth + ?Sized>(model: &M, state: &NlpState) -> (Vec<f64>, Vec<f64>) {
    let meta = model.meta();
    let (n, m, x) = (meta.nvar(), meta.ncon(), state.x());
    let evaluate = |known: Option<&[f64]>, len: usize, f: &dyn Fn(&mut [f64])| {
        known.map(<[f64]>::to_vec).unwrap_or_else(|| {
            let mut out = vec![0.0; len];
            f(&mut out);
            out
        })
    };
    let g = evaluate(state.g.get(), n, &|g| model.grad(x, g));
    let (mut c, mut jac) = (Vec::new(), Vec::new());
    if m > 0 {
        c = evaluate(state.c.get(), m, &|c| model.cons(x, c));
        let nnz = model.jac_structure().nnz();
        jac = evaluate(state.jac.get(), nnz, &|vals| model.jac_coord(x, vals));
    }

    let near = |v: f64, l: f64, u: f64| (v - l).abs() <= ACTIVE || (v - u).abs() <= ACTIVE;
    let rows: Vec<usize> = (0..m)
        .filter(|&i| near(c[i], meta.lcon()[i], meta.ucon()[i]))
        .collect();
    let bounds: Vec<usize> = (0..n)
        .filter(|&j| near(x[j], meta.lvar()[j], meta.uvar()[j]))
        .collect();

    // Columns: the gradients of the active rows, then unit vectors.
    let active = rows.len() + bounds.len();
    let mut a = vec![0.0; n * active];
    let mut column_of = vec![usize::MAX; m];
    for (k, &i) in rows.iter().enumerate() {
        column_of[i] = k;
    }
    if m > 0 {
        for ((i, j), value) in model.jac_structure().iter().zip(&jac) {
            if column_of[i] != usize::MAX {
                a[column_of[i] * n + j] += value;
            }
        }
    }
    for (k, &j) in bounds.iter().enumerate() {
        a[(rows.len() + k) * n + j] = 1.0;
    }

    let mut solution = vec![0.0; active];
    let mut qr = DenseQr::new(n, active);
    let minus_g: Vec<f64> = g.iter().map(|v| -v).collect();
    match qr.factor_dense(&a) {
        Ok(_) => qr.least_squares(&minus_g, &mut solution),
        // Only a Jacobian that is not finite brings us here; the domain check sees it again.
        Err(_) => solution.fill(f64::NAN),
    }
    let (mut y, mut z) = (vec![0.0; m], vec![0.0; n]);
    for (k, &i) in rows.iter().enumerate() {
        y[i] = solution[k];
    }
    for (k, &j) in bounds.iter().enumerate() {
        z[j] = solution[rows.len() + k];
    }
    (y, z)
}
