//! The penalized function of Fischer and Burmeister.

use crate::NcpFunction;
use crate::fischer_burmeister::FISCHER_BURMEISTER;

/// φ(a, b) = t φ_FB(a, b) − (1 − t) max(a, 0) max(b, 0)  (ChenChenKanzow2000, with the sign of
/// [`FischerBurmeister`](crate::FischerBurmeister)).
#[derive(Clone, Copy, Debug)]
pub struct PenalizedFischerBurmeister {
    /// Weight t ∈ (0, 1) of the Fischer–Burmeister term.
    pub weight: f64,
}

/// The penalized function with the weight 0.95 of its authors' experiments.
pub static PENALIZED_FISCHER_BURMEISTER: PenalizedFischerBurmeister =
    PenalizedFischerBurmeister { weight: 0.95 };

impl NcpFunction for PenalizedFischerBurmeister {
    fn value(&self, a: f64, b: f64) -> f64 {
        let fb = FISCHER_BURMEISTER.value(a, b);
        if a > 0.0 && b > 0.0 {
            self.weight * fb - (1.0 - self.weight) * a * b
        } else {
            self.weight * fb
        }
    }

    fn gradient(&self, a: f64, b: f64) -> (f64, f64) {
        let (by_a, by_b) = FISCHER_BURMEISTER.gradient(a, b);
        let (t, s) = (self.weight, 1.0 - self.weight);
        if a > 0.0 && b > 0.0 {
            (t * by_a - s * b, t * by_b - s * a)
        } else {
            (t * by_a, t * by_b)
        }
    }

    fn gradient_at_origin(&self, da: f64, db: f64) -> (f64, f64) {
        // the product of the positive parts is o(t)
        let (by_a, by_b) = FISCHER_BURMEISTER.gradient(da, db);
        (self.weight * by_a, self.weight * by_b)
    }
}
