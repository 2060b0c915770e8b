//! Fixtures and dense derivatives for the tests.
#![allow(dead_code)] // each test binary uses its part

use nlp_model::TwiceSmooth;
use serde_json::Value;

pub fn fixture(name: &str) -> Value {
    let path = format!("{}/../../tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"))
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().expect("an array")
}

/// The numbers of a nested array, in reading order.
pub fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().expect("a number")],
    }
}

pub fn stacked(point: &Value) -> Vec<f64> {
    [numbers(&point["x"]), numbers(&point["y"])].concat()
}

pub fn gradient(model: &dyn TwiceSmooth, z: &[f64]) -> Vec<f64> {
    let mut g = vec![0.0; z.len()];
    model.grad(z, &mut g);
    g
}

pub fn constraints(model: &dyn TwiceSmooth, z: &[f64]) -> Vec<f64> {
    let mut c = vec![0.0; model.meta().ncon()];
    model.cons(z, &mut c);
    c
}

/// Rows of the Jacobian.
pub fn jacobian(model: &dyn TwiceSmooth, z: &[f64]) -> Vec<Vec<f64>> {
    let structure = model.jac_structure();
    let mut vals = vec![0.0; structure.nnz()];
    model.jac_coord(z, &mut vals);
    let mut rows = vec![vec![0.0; z.len()]; model.meta().ncon()];
    for ((i, j), value) in structure.iter().zip(vals) {
        rows[i][j] += value;
    }
    rows
}

/// The full Hessian of σ f + yᵀc.
pub fn hessian(model: &dyn TwiceSmooth, z: &[f64], y: &[f64], sigma: f64) -> Vec<Vec<f64>> {
    let structure = model.hess_structure();
    let mut vals = vec![0.0; structure.nnz()];
    model.hess_coord(z, y, sigma, &mut vals);
    let mut full = vec![vec![0.0; z.len()]; z.len()];
    for ((i, j), value) in structure.iter().zip(vals) {
        full[i][j] += value;
        if i != j {
            full[j][i] += value;
        }
    }
    full
}
