//! G H ≤ t² and (G + t)(H + t) ≥ t² without separate bounds (LinFukushima2005).

use super::PairFunction;

/// Row 0: φ = G H − t². Row 1: φ = t² − (G + t)(H + t).
pub(super) fn phi(row: usize, g: f64, h: f64, t: f64) -> PairFunction {
    if row == 0 {
        return super::scholtes::phi(g, h, t * t);
    }
    PairFunction {
        value: t * t - (g + t) * (h + t),
        g: -(h + t),
        h: -(g + t),
        gh: -1.0,
        ..PairFunction::default()
    }
}

#[cfg(test)]
mod tests {
    use super::phi;

    #[test]
    fn the_second_row_bounds_both_sides_from_below() {
        // At H = 9, t = 1: (G + 1) · 10 ≥ 1, that is G ≥ −0.9.
        assert!(phi(1, -0.89, 9.0, 1.0).value < 0.0);
        assert!(phi(1, -0.91, 9.0, 1.0).value > 0.0);
    }
}
