//! (G − t)(H − t) ≤ 0 with G, H ≥ −t: two strips that meet in one point (KadraniDussaultBenchakroun2009).

use super::PairFunction;

/// φ = (G − t)(H − t).
pub(super) fn phi(g: f64, h: f64, t: f64) -> PairFunction {
    PairFunction {
        value: (g - t) * (h - t),
        g: h - t,
        h: g - t,
        gh: 1.0,
        ..PairFunction::default()
    }
}
