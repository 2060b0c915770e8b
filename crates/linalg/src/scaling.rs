//! Equilibration by powers of two: exact, so that scaling adds no rounding error.

/// 2^(−⌊log₂ x⌋) for x > 0: brings x into [1, 2). Clamped to the normal range; 2^1023 for x = 0.
pub(crate) fn inverse_power_of_two(x: f64) -> f64 {
    debug_assert!(x >= 0.0 && x.is_finite());
    let exponent = (x.to_bits() >> 52) & 0x7ff;
    let inverse = 2046_u64.saturating_sub(exponent).max(1);
    f64::from_bits(inverse << 52)
}

/// A power of two near 1/√x for x > 0: brings x·s² into [1/2, 2).
pub(crate) fn inverse_root_power_of_two(x: f64) -> f64 {
    debug_assert!(x >= 0.0 && x.is_finite());
    // Exponent of x with its bias; the root's exponent is half of it, rounded up.
    let exponent = ((x.to_bits() >> 52) & 0x7ff).max(1);
    let inverse = (2046 + 1023 - exponent) / 2;
    f64::from_bits(inverse << 52)
}

/// Diagonal S such that the largest entry of every row of S A S is near one, A symmetric; no entry exceeds 2.
///
/// `row_norms` writes the largest absolute entry of each row of S A S for a given S. Each pass divides by
/// the square roots of these (Ruiz, *A scaling algorithm to equilibrate both rows and columns norms in
/// matrices*, report RAL-TR-2001-034), until all are in [1/4, 4], mostly after one pass.
///
/// Note (2026-11-22): the one-pass method of Bunch (J. ACM 18, 1971) depends on the order of the rows
/// and made a saddle matrix with diagonal 1e-9 and off-diagonal 1 singular to working precision.
///
/// # Errors
/// The index of a row without a nonzero entry.
#[cfg(feature = "faer")]
pub(crate) fn equilibrate_symmetric(
    scale: &mut [f64],
    norms: &mut [f64],
    row_norms: impl Fn(&[f64], &mut [f64]),
) -> Result<(), usize> {
    const PASSES: usize = 8;
    scale.fill(1.0);
    for _ in 0..PASSES {
        row_norms(scale, norms);
        let mut near_one = true;
        for (i, (s, norm)) in scale.iter_mut().zip(norms.iter()).enumerate() {
            if *norm == 0.0 {
                return Err(i);
            }
            near_one &= (0.25..=4.0).contains(norm);
            *s *= inverse_root_power_of_two(norm.min(f64::MAX));
        }
        if near_one {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scaled_number_is_near_one() {
        for x in [1.0, 1.5, 2.0, 3.0, 1e300, 1e-300, 0.1, 7e-12] {
            let y = x * inverse_power_of_two(x);
            assert!((1.0..2.0).contains(&y), "{x} -> {y}");
        }
        for x in [0.0, 5e-324, f64::MAX] {
            assert!(inverse_power_of_two(x).is_normal());
        }
    }

    #[test]
    fn the_root_scales_from_both_sides() {
        for x in [1.0, 1.5, 2.0, 3.0, 1e300, 1e-300, 0.1, 7e-12] {
            let s = inverse_root_power_of_two(x);
            assert!((0.5..2.0).contains(&(x * s * s)), "{x} -> {}", x * s * s);
        }
        for x in [0.0, 5e-324, f64::MAX] {
            assert!(inverse_root_power_of_two(x).is_normal());
        }
    }
}
