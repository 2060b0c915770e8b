//! Regularized Newton directions for systems of equations.

use linalg::factorization::lu;
use linalg::{FactorError, Factorization, Pattern};

/// Directions d of Levenberg and Marquardt: minimizers of ‖W d + r‖² + μ ‖d‖², for a square W of fixed
/// structure (NocedalWright2006, Section 10.3).
///
/// Computed from the augmented system  [I W; Wᵀ −μI] (s, d) = (−r, 0), whose condition is not the
/// square of that of W, as it is for WᵀW + μI. Cost: one LU factorization of order 2N for each
/// [`factor`](LevenbergMarquardt::factor); memory is allocated at construction.
#[derive(Debug)]
pub struct LevenbergMarquardt {
    n: usize,
    /// The identity, W, Wᵀ and −μI, one after the other.
    values: Vec<f64>,
    augmented: Box<dyn Factorization>,
    solution: Vec<f64>,
}

impl LevenbergMarquardt {
    /// Plans the system for a square W with this structure.
    ///
    /// # Panics
    /// When the structure is not square.
    pub fn new(structure: &Pattern) -> Self {
        let n = structure.nrows();
        assert_eq!(n, structure.ncols(), "W is square");
        let identity = (0..n).map(|i| (i, i));
        let w = structure.iter().map(|(i, j)| (i, n + j));
        let transposed = structure.iter().map(|(i, j)| (n + j, i));
        let shift = (0..n).map(|i| (n + i, n + i));
        let entries = identity.chain(w).chain(transposed).chain(shift);
        let augmented = Pattern::from_entries(2 * n, 2 * n, entries)
            .expect("the blocks lie inside the augmented matrix");
        LevenbergMarquardt {
            n,
            values: vec![1.0; augmented.nnz()],
            augmented: lu(&augmented),
            solution: vec![0.0; 2 * n],
        }
    }

    /// Factors the system for these values of W and the parameter μ > 0.
    ///
    /// # Errors
    /// When the values are not finite or the factorization is not accurate.
    pub fn factor(&mut self, w: &[f64], mu: f64) -> Result<(), FactorError> {
        debug_assert!(mu > 0.0, "the parameter is positive");
        let (n, nnz) = (self.n, w.len());
        self.values[n..n + nnz].copy_from_slice(w);
        self.values[n + nnz..n + 2 * nnz].copy_from_slice(w);
        self.values[n + 2 * nnz..].fill(-mu);
        self.augmented.factor(&self.values)
    }

    /// d for the residual `r`, into `d` (both N).
    pub fn solve(&mut self, r: &[f64], d: &mut [f64]) {
        let (top, bottom) = self.solution.split_at_mut(self.n);
        for (top, r) in top.iter_mut().zip(r) {
            *top = -r;
        }
        bottom.fill(0.0);
        self.augmented.solve(&mut self.solution);
        d.copy_from_slice(&self.solution[self.n..]);
    }
}

#[cfg(test)]
mod tests {
    use super::LevenbergMarquardt;
    use linalg::{FactorError, Pattern};

    #[test]
    fn the_direction_solves_the_regularized_normal_equations() {
        // W = [1 2; 2 4] is singular;  (WᵀW + μI) d = −Wᵀr  with r = (1, 0), μ = 5:
        // WᵀW = [5 10; 10 20],  [10 10; 10 25] d = (−1, −2),  d = (−1/30, −1/15)
        let structure = Pattern::dense(2, 2);
        let mut lm = LevenbergMarquardt::new(&structure);
        lm.factor(&[1.0, 2.0, 2.0, 4.0], 5.0).unwrap();
        let mut d = [0.0; 2];
        lm.solve(&[1.0, 0.0], &mut d);
        assert!((d[0] + 1.0 / 30.0).abs() < 1e-14 && (d[1] + 1.0 / 15.0).abs() < 1e-14);
    }

    #[test]
    fn a_tiny_parameter_keeps_its_digits() {
        // W = diag(1, 1e-7), μ = 1e-20: d₂ = −1e-7 / (1e-14 + 1e-20) r₂
        let mut lm = LevenbergMarquardt::new(&Pattern::diagonal(2));
        lm.factor(&[1.0, 1e-7], 1e-20).unwrap();
        let mut d = [0.0; 2];
        lm.solve(&[0.0, 1.0], &mut d);
        let exact = -1e-7 / (1e-14 + 1e-20);
        assert!(
            (d[1] - exact).abs() < 1e-9 * exact.abs(),
            "{} {exact}",
            d[1]
        );
    }

    #[test]
    fn nan_is_an_error() {
        let mut lm = LevenbergMarquardt::new(&Pattern::diagonal(1));
        assert_eq!(lm.factor(&[f64::NAN], 1.0), Err(FactorError::NotFinite));
    }
}
