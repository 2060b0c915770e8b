//! Reading reference data.
#![allow(dead_code)] // each test file uses its part

use serde_json::Value;

/// A file of reference data.
pub fn data(name: &str) -> Value {
    let path = format!("{}/../../tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("reference data is part of the repository");
    serde_json::from_str(&text).expect("reference data is JSON")
}

/// The entries of a list.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// A number.
pub fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

/// A list of numbers.
pub fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(number).collect()
}

/// 1 for x ≥ 0, else 0.
pub fn step(x: f64) -> f64 {
    if x >= 0.0 { 1.0 } else { 0.0 }
}

/// xᵏ by the library function, as the reference runs were made: `x * x` may differ in the last place.
pub fn pow(x: f64, k: f64) -> f64 {
    x.powf(std::hint::black_box(k))
}
