//! Tests that span the layers: literature values, bad input, properties that every solver has.
//!
//! The README is compiled and run as documentation of this crate.
#![doc = include_str!("../README.md")]

pub mod branches;
pub mod formula;
pub mod problems;

use std::path::PathBuf;

use serde_json::Value;

/// Reads a file of reference data.
///
/// # Panics
/// When the file is missing or is not JSON: a broken checkout.
pub fn data(name: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("data")
        .join(name);
    let text = std::fs::read_to_string(&path).expect("reference data is part of the repository");
    serde_json::from_str(&text).expect("reference data is JSON")
}
