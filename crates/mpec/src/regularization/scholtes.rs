//! G H ≤ t with G, H ≥ 0 (Scholtes2001).

use super::PairFunction;

/// φ = G H − t.
pub(super) fn phi(g: f64, h: f64, t: f64) -> PairFunction {
    PairFunction {
        value: g * h - t,
        g: h,
        h: g,
        gh: 1.0,
        ..PairFunction::default()
    }
}
