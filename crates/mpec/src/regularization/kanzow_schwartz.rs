//! Φ(G, H; t) ≤ 0 with G, H ≥ 0: an L of width t (KanzowSchwartz2013).

use super::PairFunction;

/// Φ = a b where a + b ≥ 0, else −(a² + b²)/2, with a = G − t, b = H − t. Continuously differentiable; the
/// second derivatives are those of the piece.
pub(super) fn phi(g: f64, h: f64, t: f64) -> PairFunction {
    let (a, b) = (g - t, h - t);
    if a + b >= 0.0 {
        return super::kadrani::phi(g, h, t);
    }
    PairFunction {
        value: -0.5 * (a * a + b * b),
        g: -a,
        h: -b,
        gg: -1.0,
        gh: 0.0,
        hh: -1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::phi;

    #[test]
    fn the_pieces_meet_with_equal_gradients() {
        // a = −b: a b = −a² = −(a² + b²)/2.
        let (left, right) = (phi(0.5, 1.5 - 1e-12, 1.0), phi(0.5, 1.5 + 1e-12, 1.0));
        assert!((left.value - right.value).abs() < 1e-11);
        assert!((left.g - right.g).abs() < 1e-11 && (left.h - right.h).abs() < 1e-11);
    }
}
