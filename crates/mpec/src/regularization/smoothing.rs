//! √(G² + H² + 2t) = G + H: the Fischer–Burmeister function, smoothed (Kanzow1996).

use super::PairFunction;

/// φ = √(G² + H² + 2t) − G − H. It vanishes exactly when G H = t, G > 0, H > 0.
pub(super) fn phi(g: f64, h: f64, t: f64) -> PairFunction {
    let root = (g * g + h * h + 2.0 * t).sqrt();
    let cube = root.powi(3);
    PairFunction {
        value: root - g - h,
        g: g / root - 1.0,
        h: h / root - 1.0,
        gg: (h * h + 2.0 * t) / cube,
        gh: -g * h / cube,
        hh: (g * g + 2.0 * t) / cube,
    }
}

#[cfg(test)]
mod tests {
    use super::phi;

    #[test]
    fn zeros_are_the_positive_branch_of_a_hyperbola() {
        assert!(phi(0.2, 0.5, 0.1).value.abs() < 1e-16);
        assert!(phi(-0.2, -0.5, 0.1).value > 1.0);
    }
}
