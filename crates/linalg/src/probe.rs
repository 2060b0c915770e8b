//! A fixed right-hand side, solved and multiplied back: the last check of every factorization.

use crate::error::FactorError;
use crate::slice::norm_inf;

/// Largest relative residual ‖A x − b‖ / (a ‖x‖ + ‖b‖) accepted, a the largest absolute entry of A.
/// A backward stable factorization gives 1e-15; what exceeds 1e-6 is broken, not inexact.
const RESIDUAL_TOLERANCE: f64 = 1e-6;

/// The growth of the probe underestimates the condition number, and the pivot of a singular matrix is a sum of
/// rounding errors: the limit 1/(nε) is lowered by this factor.
const LOST_DIGITS: f64 = 16.0;

/// Work space of the probe.
#[derive(Debug, Clone)]
pub(crate) struct Probe {
    rhs: Vec<f64>,
    solution: Vec<f64>,
    product: Vec<f64>,
}

impl Probe {
    /// Entries of b lie in ±[1, 2), with irregular signs, so that no simple vector is orthogonal to it.
    pub(crate) fn new(n: usize) -> Self {
        let golden = 0.618_033_988_749_894_9;
        let rhs = (1..=n)
            .map(|i| {
                let t = (i as f64 * golden).fract();
                if t < 0.4 { -1.0 - t } else { 1.0 + t }
            })
            .collect();
        Self {
            rhs,
            solution: vec![0.0; n],
            product: vec![0.0; n],
        }
    }

    /// Checks one factorization of an equilibrated matrix A with entries at most `largest` in absolute
    /// value: `solve` overwrites b by A⁻¹b, `mul` is y = A x. One solve and one product, no allocation.
    ///
    /// The residual must be small, and the growth a‖x‖/‖b‖ ≤ a‖A⁻¹‖ less than 1/(16nε): b is not in
    /// the range of a singular matrix, so that its solution explodes however small the residual is.
    pub(crate) fn check(
        &mut self,
        largest: f64,
        mul: impl FnOnce(&[f64], &mut [f64]),
        solve: impl FnOnce(&mut [f64]),
    ) -> Result<(), FactorError> {
        let n = self.rhs.len();
        if n == 0 {
            return Ok(());
        }
        self.solution.copy_from_slice(&self.rhs);
        solve(&mut self.solution);
        mul(&self.solution, &mut self.product);
        for (p, b) in self.product.iter_mut().zip(&self.rhs) {
            *p -= b;
        }
        let size = norm_inf(&self.rhs);
        let growth = largest * norm_inf(&self.solution) / size;
        let residual = norm_inf(&self.product) / (size * (1.0 + growth));
        if growth.is_finite() && growth * LOST_DIGITS * n as f64 * f64::EPSILON >= 1.0 {
            return Err(FactorError::IllConditioned { condition: growth });
        }
        if residual <= RESIDUAL_TOLERANCE {
            Ok(())
        } else {
            Err(FactorError::Inaccurate { residual })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagonal(d: [f64; 3]) -> impl Fn(&[f64], &mut [f64]) {
        move |x, y| {
            for i in 0..3 {
                y[i] = d[i] * x[i];
            }
        }
    }

    #[test]
    fn a_right_solve_passes_and_a_wrong_one_does_not() {
        let mut probe = Probe::new(3);
        let good = |b: &mut [f64]| b[0] /= 2.0;
        assert_eq!(probe.check(2.0, diagonal([2.0, 1.0, 1.0]), good), Ok(()));
        let wrong = |b: &mut [f64]| b[0] /= 2.001;
        let verdict = probe.check(2.0, diagonal([2.0, 1.0, 1.0]), wrong);
        assert!(matches!(verdict, Err(FactorError::Inaccurate { residual }) if residual > 1e-5));
    }

    #[test]
    fn a_solve_with_nan_or_infinity_fails() {
        let mut probe = Probe::new(3);
        for bad in [f64::NAN, f64::INFINITY] {
            let verdict = probe.check(1.0, diagonal([1.0; 3]), |b| b[1] = bad);
            assert!(matches!(verdict, Err(FactorError::Inaccurate { .. })));
        }
    }

    #[test]
    fn an_exploding_solution_is_ill_conditioned_though_its_residual_vanishes() {
        let mut probe = Probe::new(3);
        let verdict = probe.check(1.0, diagonal([1.0, 1.0, 1e-18]), |b| b[2] /= 1e-18);
        assert!(
            matches!(verdict, Err(FactorError::IllConditioned { condition }) if condition > 1e17)
        );
    }
}
