//! Values and derivatives of all problems against those of the original MATLAB code.

use bolib::Problem;
use nlp_model::TwiceSmooth;
use serde_json::Value;
use std::ops::Range;
use std::path::Path;

/// Largest error over all problems and points of `tests/data/bolib_derivatives.json`: the largest
/// entry of the difference of a block, divided by 1 plus the largest entry of the block. NaN when
/// some value is not a number.
pub fn max_error(root: &Path) -> crate::Result<f64> {
    let text = crate::read(&root.join("tests/data/bolib_derivatives.json"))?;
    let data: Value = serde_json::from_str(&text)?;
    let mut worst = 0.0;
    for entry in list(&data["problems"]) {
        let problem = bolib::problem(entry["name"].as_str().unwrap_or_default())?;
        let model = problem.build();
        for point in list(&entry["points"]) {
            worst = larger(worst, level(problem, model.upper(), point, "F", "G"));
            worst = larger(worst, level(problem, model.lower(), point, "f", "g"));
        }
    }
    Ok(worst)
}

/// The larger of two errors; NaN wins.
fn larger(a: f64, b: f64) -> f64 {
    if a >= b || a.is_nan() { a } else { b }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The numbers of a nested array in reading order.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap_or(f64::NAN)],
    }
}

fn error(found: &[f64], expected: &Value) -> f64 {
    let expected = numbers(expected);
    if found.len() != expected.len() {
        return f64::NAN;
    }
    let scale = 1.0 + expected.iter().fold(0.0, |s: f64, e| s.max(e.abs()));
    found
        .iter()
        .zip(&expected)
        .map(|(f, e)| (f - e).abs() / scale)
        .fold(0.0, larger)
}

/// The largest error of the objective called `obj` and the constraints called `cons`.
fn level(problem: &Problem, model: &dyn TwiceSmooth, point: &Value, obj: &str, cons: &str) -> f64 {
    let z = [numbers(&point["x"]), numbers(&point["y"])].concat();
    let (nx, n, rows) = (problem.nx, z.len(), model.meta().ncon());
    let mut worst = error(&[model.obj(&z)], &point[obj]);
    let mut note = |name: String, found: &[f64]| {
        worst = larger(worst, error(found, &point[&name]));
    };
    let mut values = vec![0.0; rows];
    model.cons(&z, &mut values);
    note(cons.to_string(), &values);
    let mut gradient = vec![0.0; n];
    model.grad(&z, &mut gradient);
    note(format!("{obj}x"), &gradient[..nx]);
    note(format!("{obj}y"), &gradient[nx..]);
    let jacobian = jacobian(model, &z);
    note(format!("{cons}x"), &block(&jacobian, n, 0..rows, 0..nx));
    note(format!("{cons}y"), &block(&jacobian, n, 0..rows, nx..n));
    let blocks = [
        ("xx", 0..nx, 0..nx),
        ("xy", nx..n, 0..nx),
        ("yy", nx..n, nx..n),
    ];
    for (suffix, down, across) in blocks {
        let part = |y: &[f64], sigma| {
            let full = hessian(model, &z, y, sigma);
            block(&full, n, down.clone(), across.clone())
        };
        note(format!("{obj}{suffix}"), &part(&vec![0.0; rows], 1.0));
        let of_rows: Vec<f64> = (0..rows).flat_map(|i| part(&unit(rows, i), 0.0)).collect();
        note(format!("{cons}{suffix}"), &of_rows);
    }
    worst
}

fn unit(n: usize, i: usize) -> Vec<f64> {
    let mut e = vec![0.0; n];
    e[i] = 1.0;
    e
}

/// The Jacobian, dense, row by row.
fn jacobian(model: &dyn TwiceSmooth, z: &[f64]) -> Vec<f64> {
    let structure = model.jac_structure();
    let mut values = vec![0.0; structure.nnz()];
    model.jac_coord(z, &mut values);
    let mut dense = vec![0.0; structure.nrows() * structure.ncols()];
    for ((i, j), value) in structure.iter().zip(values) {
        dense[i * structure.ncols() + j] += value;
    }
    dense
}

/// The Hessian of σ f + yᵀc, dense, both triangles.
fn hessian(model: &dyn TwiceSmooth, z: &[f64], y: &[f64], sigma: f64) -> Vec<f64> {
    let structure = model.hess_structure();
    let mut values = vec![0.0; structure.nnz()];
    model.hess_coord(z, y, sigma, &mut values);
    let n = z.len();
    let mut dense = vec![0.0; n * n];
    for ((i, j), value) in structure.iter().zip(values) {
        dense[i * n + j] += value;
        if i != j {
            dense[j * n + i] += value;
        }
    }
    dense
}

/// Rows `down`, columns `across` of a dense matrix with `n` columns.
fn block(dense: &[f64], n: usize, down: Range<usize>, across: Range<usize>) -> Vec<f64> {
    down.flat_map(|i| dense[i * n + across.start..i * n + across.end].to_vec())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_relative_to_the_block_and_keeps_what_is_not_a_number() {
        let expected = serde_json::json!([[9.0, 0.0]]);
        assert_eq!(error(&[9.0, 1.0], &expected), 0.1);
        assert!(error(&[9.0, f64::NAN], &expected).is_nan());
        assert!(error(&[9.0], &expected).is_nan());
        assert!(larger(f64::NAN, 1.0).is_nan() && larger(1.0, f64::NAN).is_nan());
    }

    #[test]
    fn the_catalogue_has_the_derivatives_of_the_original_code() {
        let worst = max_error(&crate::root()).unwrap();
        assert!(worst <= 1e-9, "{worst}");
    }
}
