//! f + Σ G H / t with G, H ≥ 0: the exact ℓ₁ penalty (LeyfferLopezNocedal2006).

use super::PairFunction;

/// G H / t.
pub(super) fn phi(g: f64, h: f64, t: f64) -> PairFunction {
    PairFunction {
        value: g * h / t,
        g: h / t,
        h: g / t,
        gh: 1.0 / t,
        ..PairFunction::default()
    }
}
