//! The function of Fischer and Burmeister.

use crate::NcpFunction;

/// φ(a, b) = √(a² + b²) − a − b  (Fischer1992).
#[derive(Clone, Copy, Debug)]
pub struct FischerBurmeister;

/// The function of Fischer and Burmeister.
pub static FISCHER_BURMEISTER: FischerBurmeister = FischerBurmeister;

impl NcpFunction for FischerBurmeister {
    #[inline]
    fn value(&self, a: f64, b: f64) -> f64 {
        let r = radius(a, b);
        if a + b > 0.0 {
            // r − (a + b) = (r² − (a + b)²) / (r + a + b)
            -2.0 * a * b / (r + (a + b))
        } else {
            r - a - b
        }
    }

    #[inline]
    fn gradient(&self, a: f64, b: f64) -> (f64, f64) {
        let r = radius(a, b);
        (a / r - 1.0, b / r - 1.0)
    }

    fn gradient_at_origin(&self, da: f64, db: f64) -> (f64, f64) {
        self.gradient(da, db)
    }
}

/// √(a² + b²); without care for overflow, which needs |a| > 1e150.
#[inline]
fn radius(a: f64, b: f64) -> f64 {
    (a * a + b * b).sqrt()
}
