//! Collections of problems with reference values, for tests and benchmarks.
//!
//! `more_garbow_hillstrom` holds residual functions; `unconstrained` and `more_wild` are two sets of
//! problems made of them, `sparse` those that exist at any size with O(n) derivatives.
//! `hock_schittkowski` has constraints. `lexicographic`, `random_two_level` and `banded` have several
//! levels. `macmpec` has complementarity pairs. `cliff` holds objectives that jump, `powell_traces` stored
//! runs of BOBYQA.

pub mod banded;
pub mod cliff;
pub mod hock_schittkowski;
pub mod least_squares;
pub mod lexicographic;
pub mod macmpec;
pub mod more_garbow_hillstrom;
pub mod more_wild;
pub mod pessimistic;
pub mod powell_traces;
pub mod random_two_level;
pub mod sparse;
pub mod unconstrained;

use serde_json::Value;

/// A list of numbers; an entry that is none, as `null`, is NaN.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    let entries = value.as_array().map_or(&[][..], Vec::as_slice);
    entries.iter().map(number).collect()
}

/// A number, NaN when it is none.
pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// A name of the reference data.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().expect("a text in the reference data")
}

/// A size of the reference data.
pub(crate) fn size(value: &Value) -> usize {
    value.as_u64().expect("a size in the reference data") as usize
}
