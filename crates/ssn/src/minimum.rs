//! The natural residual.

use crate::NcpFunction;

/// φ(a, b) = −min(a, b), with the sign of [`FischerBurmeister`](crate::FischerBurmeister).
///
/// Newton's method on it is an active-set method: few steps near the solution, less to hold on to far
/// from it, because its square is not differentiable.
#[derive(Clone, Copy, Debug)]
pub struct Minimum;

/// The natural residual.
pub static MINIMUM: Minimum = Minimum;

impl NcpFunction for Minimum {
    fn value(&self, a: f64, b: f64) -> f64 {
        if a <= b {
            -a
        } else if b < a {
            -b
        } else {
            a + b // NaN
        }
    }

    fn gradient(&self, a: f64, b: f64) -> (f64, f64) {
        if a <= b { (-1.0, 0.0) } else { (0.0, -1.0) }
    }

    fn gradient_at_origin(&self, da: f64, db: f64) -> (f64, f64) {
        self.gradient(da, db)
    }
}
