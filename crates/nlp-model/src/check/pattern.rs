//! Entries of derivatives that a sparsity pattern has forgotten.

use linalg::Pattern;
use linalg::slice::norm_inf;

use super::{difference, weights};
use crate::{ModelError, TwiceSmooth, check_point};

/// Looks for nonzero derivatives of `model` at `x` outside of its patterns.
///
/// The products of both matrices with a fixed vector are compared with differences along it. In the first
/// rows that disagree, the columns outside the pattern are halved until one is left, so that a check costs
/// a few evaluations of values, gradient and Hessian, and O(log n) more where an entry is missing. An
/// entry that happens to vanish at `x` is not missed there.
///
/// # Errors
/// [`ModelError::MissingEntry`] with the first entry found, the Jacobian before the Hessian; others as
/// [`derivatives`](super::derivatives).
pub fn pattern(model: &dyn TwiceSmooth, x: &[f64]) -> Result<(), ModelError> {
    let (n, m) = (model.meta().nvar(), model.meta().ncon());
    check_point("x", x, n)?;
    let (y, v) = (weights(m, 1.0), weights(n, 2.0));
    let sigma = 1.3;

    let structure = model.jac_structure();
    let mut vals = vec![0.0; structure.nnz()];
    let mut product = vec![0.0; m];
    model.jac_coord(x, &mut vals);
    structure.mul(&vals, &v, &mut product);
    let entries: Vec<(usize, usize)> = structure.iter().collect();
    let constraints = |x: &[f64]| super::constraints(model, x);
    let found = missing(x, &v, &product, &entries, constraints);
    report("Jacobian", found)?;

    let structure: &Pattern = model.hess_structure();
    let mut vals = vec![0.0; structure.nnz()];
    let mut product = vec![0.0; n];
    model.hess_coord(x, &y, sigma, &mut vals);
    structure.mul_symmetric(&vals, &v, &mut product);
    let gradient = |x: &[f64]| {
        let (mut g, mut rows) = (vec![0.0; n], vec![0.0; n]);
        model.grad(x, &mut g);
        model.jtprod(x, &y, &mut rows);
        g.iter().zip(&rows).map(|(g, r)| sigma * g + r).collect()
    };
    let mirrored: Vec<(usize, usize)> = structure
        .iter()
        .chain(structure.iter().map(|(i, j)| (j, i)))
        .collect();
    let found = missing(x, &v, &product, &mirrored, gradient);
    report(
        "Hessian",
        found.map(|(i, j, value)| (i.max(j), i.min(j), value)),
    )
}

fn report(matrix: &'static str, found: Option<(usize, usize, f64)>) -> Result<(), ModelError> {
    match found {
        None => Ok(()),
        Some((row, column, value)) => Err(ModelError::MissingEntry {
            matrix,
            row,
            column,
            value,
        }),
    }
}

/// Rows looked into; those beyond disagree for other reasons.
const ROWS: usize = 100;

/// A derivative of `function` outside of the `entries`: (row, column, value). `product` is what the
/// derivative of `function` along `v` should be.
fn missing(
    x: &[f64],
    v: &[f64],
    product: &[f64],
    entries: &[(usize, usize)],
    function: impl Fn(&[f64]) -> Vec<f64>,
) -> Option<(usize, usize, f64)> {
    let along = |columns: &[usize]| {
        let moved = |t: &[f64]| {
            let mut x = x.to_vec();
            for &j in columns {
                x[j] += t[0] * v[j];
            }
            function(&x)
        };
        difference(&[0.0], 0, moved)
    };
    let all: Vec<usize> = (0..x.len()).collect();
    let expected = along(&all);
    let noise = 1e-6 * (1.0 + norm_inf(&expected));
    let differs = |i: &usize| (expected[*i] - product[*i]).abs() > noise;
    for i in (0..expected.len()).filter(differs).take(ROWS) {
        let mut is_outside = vec![true; x.len()];
        for &(_, j) in entries.iter().filter(|(row, _)| *row == i) {
            is_outside[j] = false;
        }
        let mut columns: Vec<usize> = (0..x.len()).filter(|&j| is_outside[j]).collect();
        let mut value = along(&columns)[i];
        if value.is_nan() || value.abs() <= noise {
            continue;
        }
        while columns.len() > 1 {
            let half = columns.split_off(columns.len() / 2);
            let of_half = along(&half)[i];
            // of two halves that do not cancel, the larger one holds an entry
            if of_half.abs() >= 0.5 * value.abs() {
                (columns, value) = (half, of_half);
            } else {
                value = along(&columns)[i];
            }
        }
        let j = columns[0];
        return Some((i, j, value / v[j]));
    }
    None
}
