//! Functions whose zeros are complementary pairs.

use std::fmt::Debug;

/// A function φ with φ(a, b) = 0 exactly when a ≥ 0, b ≥ 0 and a b = 0.
///
/// Values must not cancel near the solution set. Derivatives are coded by hand: φ has kinks, where
/// automatic differentiation gives NaN.
pub trait NcpFunction: Debug + Send + Sync {
    /// φ(a, b).
    fn value(&self, a: f64, b: f64) -> f64;
    /// (∂φ/∂a, ∂φ/∂b) at (a, b) ≠ (0, 0); at other kinks an element of the B-subdifferential.
    fn gradient(&self, a: f64, b: f64) -> (f64, f64);
    /// The limit of [`gradient`](NcpFunction::gradient) along t (da, db), t ↓ 0: the element of
    /// De Luca, Facchinei and Kanzow at a degenerate pair (DeLucaFacchineiKanzow1996, Section 7).
    fn gradient_at_origin(&self, da: f64, db: f64) -> (f64, f64);
}

/// Which [`NcpFunction`] a system uses, and when a pair counts as degenerate.
#[derive(Clone, Copy, Debug)]
pub struct PairRule {
    /// φ.
    pub ncp: &'static dyn NcpFunction,
    /// A pair with a² + b² at most this is degenerate.
    pub degenerate: f64,
}

impl PairRule {
    /// (∂φ/∂μ, ∂φ/∂c) of φ(μ, −c) for a multiplier μ and a constraint value c.
    ///
    /// `slope` is the sum of the entries of ∇c: its derivative in the direction of ones, in which
    /// μ grows by 1. It decides the element at a degenerate pair and is asked for only there.
    #[inline]
    pub fn gradient(&self, mu: f64, c: f64, slope: impl FnOnce() -> f64) -> (f64, f64) {
        let (by_a, by_b) = if mu * mu + c * c <= self.degenerate {
            self.ncp.gradient_at_origin(1.0, -slope())
        } else {
            self.ncp.gradient(mu, -c)
        };
        (by_a, -by_b)
    }
}

#[cfg(test)]
mod tests {
    use super::{NcpFunction, PairRule};
    use crate::{FISCHER_BURMEISTER, MINIMUM, PENALIZED_FISCHER_BURMEISTER};
    use proptest::prelude::*;

    const ALL: [&'static dyn NcpFunction; 3] =
        [&FISCHER_BURMEISTER, &PENALIZED_FISCHER_BURMEISTER, &MINIMUM];

    proptest! {
        #[test]
        fn zero_exactly_at_complementary_pairs(a in -5.0..5.0f64, b in -5.0..5.0f64) {
            for ncp in ALL {
                prop_assert_eq!(ncp.value(a.abs(), 0.0), 0.0);
                prop_assert_eq!(ncp.value(0.0, b.abs()), 0.0);
                let complementary = a.min(b) == 0.0;
                prop_assert!(complementary || ncp.value(a, b).abs() > 1e-9 * a.abs().min(b.abs()));
            }
        }

        #[test]
        fn gradients_agree_with_differences(a in -5.0..5.0f64, b in -5.0..5.0f64) {
            prop_assume!(a.abs() > 0.01 && b.abs() > 0.01 && (a - b).abs() > 0.01);
            let h = 1e-6;
            for ncp in ALL {
                let (by_a, by_b) = ncp.gradient(a, b);
                let fd_a = (ncp.value(a + h, b) - ncp.value(a - h, b)) / (2.0 * h);
                let fd_b = (ncp.value(a, b + h) - ncp.value(a, b - h)) / (2.0 * h);
                prop_assert!((by_a - fd_a).abs() < 1e-7 * (1.0 + a.abs() + b.abs()), "{:?}", ncp);
                prop_assert!((by_b - fd_b).abs() < 1e-7 * (1.0 + a.abs() + b.abs()), "{:?}", ncp);
            }
        }

        #[test]
        fn the_element_at_the_origin_is_the_limit_of_gradients(da in 0.1..2.0f64, db in -2.0..2.0f64) {
            prop_assume!(db.abs() > 0.01 && (da - db).abs() > 0.01);
            for ncp in ALL {
                let (a, b) = ncp.gradient_at_origin(da, db);
                let (near_a, near_b) = ncp.gradient(1e-9 * da, 1e-9 * db);
                prop_assert!((a - near_a).abs() < 1e-8 && (b - near_b).abs() < 1e-8);
            }
        }
    }

    #[test]
    fn values_keep_their_digits_where_the_textbook_formula_cancels() {
        // √(a² + b²) − a − b = −b + b²/(2a) − …, for a = 1, b = 1e-12
        let b = 1e-12;
        let exact = -b + b * b / 2.0;
        assert!((FISCHER_BURMEISTER.value(1.0, b) - exact).abs() < 1e-15 * b);
        assert!((FISCHER_BURMEISTER.value(b, 1.0) - exact).abs() < 1e-15 * b);
        let naive = (1.0 + b * b).sqrt() - (1.0 + b);
        assert!(
            (naive - exact).abs() > 1e-6 * b,
            "the textbook formula does cancel here"
        );
    }

    #[test]
    fn nan_is_never_a_zero() {
        for ncp in ALL {
            assert!(ncp.value(f64::NAN, 1.0).is_nan() && ncp.value(1.0, f64::NAN).is_nan());
            assert!(ncp.value(f64::NAN, -1.0).is_nan() && ncp.value(-1.0, f64::NAN).is_nan());
        }
    }

    #[test]
    fn the_slope_decides_only_at_degenerate_pairs() {
        let rule = PairRule {
            ncp: &FISCHER_BURMEISTER,
            degenerate: 1e-8,
        };
        let (by_mu, by_c) = rule.gradient(3.0, -4.0, || unreachable!("not degenerate"));
        assert!((by_mu - (0.6 - 1.0)).abs() < 1e-15 && (by_c - (1.0 - 0.8)).abs() < 1e-15);
        let (by_mu, by_c) = rule.gradient(0.0, 0.0, || 2.0);
        let r = 5f64.sqrt();
        assert!((by_mu - (1.0 / r - 1.0)).abs() < 1e-15 && (by_c - (1.0 + 2.0 / r)).abs() < 1e-15);
    }
}
