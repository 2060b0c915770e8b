//! Small dense quadratic programs with an ℓ₁ penalty on their rows.

mod active_set;
mod certificate;
mod escape;
mod reduced;
mod walk;
mod working_set;

pub use active_set::{ActiveSet, Outcome};
pub use certificate::Certificate;

/// min gᵀd + ½ dᵀHd + ν Σᵢ dist(aᵢᵀd, [row_lower_i, row_upper_i])  s.t.  lower ≤ d ≤ upper.
///
/// H may be indefinite; then a local minimizer is sought. Rows are penalized, so that a solution exists
/// whatever they say: for ν above the largest multiplier it is the solution with hard rows, when there is
/// one. Equal bounds make an equality, infinite ones none.
#[derive(Clone, Copy, Debug)]
pub struct QuadraticProgram<'a> {
    /// H, full and column-major (n²).
    pub hessian: &'a [f64],
    /// g (n).
    pub gradient: &'a [f64],
    /// A, one row after the other (m · n).
    pub rows: &'a [f64],
    /// Bounds of the rows (m).
    pub row_lower: &'a [f64],
    /// Bounds of the rows (m).
    pub row_upper: &'a [f64],
    /// Bounds of d (n).
    pub lower: &'a [f64],
    /// Bounds of d (n).
    pub upper: &'a [f64],
    /// ν ≥ 0.
    pub penalty: f64,
}

impl QuadraticProgram<'_> {
    /// n.
    pub fn nvar(&self) -> usize {
        self.gradient.len()
    }
    /// m.
    pub fn nrow(&self) -> usize {
        self.row_lower.len()
    }
    /// aᵢ (n).
    pub fn row(&self, i: usize) -> &[f64] {
        let n = self.nvar();
        &self.rows[i * n..(i + 1) * n]
    }
    /// How far `value` lies outside of the interval of row i: positive above, negative below.
    pub(crate) fn excess(&self, i: usize, value: f64) -> f64 {
        if value > self.row_upper[i] {
            value - self.row_upper[i]
        } else if value < self.row_lower[i] {
            value - self.row_lower[i]
        } else {
            0.0
        }
    }
    /// Σᵢ dist(aᵢᵀd, [row_lower_i, row_upper_i]).
    pub fn violation(&self, d: &[f64]) -> f64 {
        (0..self.nrow())
            .map(|i| self.excess(i, linalg::slice::dot(self.row(i), d)).abs())
            .sum()
    }
}
