//! Tridiagonal matrices, shifted and factored.

use crate::secular::{Shifted, Spectrum, Verdict};

/// A symmetric tridiagonal T and the factors of T + λI = L D Lᵀ.
#[derive(Clone, Debug)]
pub(crate) struct Tridiagonal {
    /// α₁, …, α_k.
    pub diagonal: Vec<f64>,
    /// γ₂, …, γ_k: entry i couples i and i + 1.
    pub coupling: Vec<f64>,
    pivots: Vec<f64>,
    /// The subdiagonal of the unit bidiagonal L.
    lower: Vec<f64>,
}

impl Tridiagonal {
    /// Room for order `limit`, the order being 0.
    pub(crate) fn new(limit: usize) -> Self {
        Tridiagonal {
            diagonal: Vec::with_capacity(limit),
            coupling: Vec::with_capacity(limit),
            pivots: Vec::with_capacity(limit),
            lower: Vec::with_capacity(limit),
        }
    }

    pub(crate) fn clear(&mut self) {
        self.diagonal.clear();
        self.coupling.clear();
    }
}

impl Shifted for Tridiagonal {
    fn spectrum(&self) -> Spectrum {
        let k = self.diagonal.len();
        let coupling = |i: usize| self.coupling.get(i).map_or(0.0, |v| v.abs());
        Spectrum::of_discs((0..k).map(|i| {
            let left = i.checked_sub(1).map_or(0.0, coupling);
            let right = if i + 1 < k { coupling(i) } else { 0.0 };
            (self.diagonal[i], left + right)
        }))
    }

    /// After a failure at row j, v = (−L₁₁⁻ᵀ l_j, 1, 0) has vᵀ(T + λI)v = the pivot.
    fn factor(&mut self, lambda: f64, work: &mut [f64]) -> Verdict {
        let k = self.diagonal.len();
        self.pivots.clear();
        self.lower.clear();
        for j in 0..k {
            let own = self.diagonal[j] + lambda;
            let mut pivot = own;
            if j > 0 {
                let coupling = self.coupling[j - 1];
                let l = coupling / self.pivots[j - 1];
                pivot -= l * coupling;
                self.lower.push(l);
            }
            let positive = pivot > 4.0 * f64::EPSILON * own;
            if !positive {
                let (mut v, mut square) = (1.0, 1.0);
                for i in (0..j).rev() {
                    v *= -self.lower[i];
                    square += v * v;
                }
                return Verdict::Indefinite(Some(lambda - pivot / square));
            }
            self.pivots.push(pivot);
        }
        debug_assert!(work.len() >= k);
        Verdict::Positive
    }

    fn solve(&mut self, b: &mut [f64]) {
        let k = self.pivots.len();
        for i in 1..k {
            b[i] -= self.lower[i - 1] * b[i - 1];
        }
        for i in (0..k).rev() {
            b[i] /= self.pivots[i];
            if i + 1 < k {
                b[i] -= self.lower[i] * b[i + 1];
            }
        }
    }

    fn product(&mut self, x: &[f64], y: &mut [f64]) {
        let k = self.diagonal.len();
        for i in 0..k {
            y[i] = self.diagonal[i] * x[i];
            if i > 0 {
                y[i] += self.coupling[i - 1] * x[i - 1];
            }
            if i + 1 < k {
                y[i] += self.coupling[i] * x[i + 1];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tridiagonal;
    use crate::secular::{Shifted, Verdict};

    fn laplacian(k: usize) -> Tridiagonal {
        let mut t = Tridiagonal::new(k);
        t.diagonal.resize(k, 2.0);
        t.coupling.resize(k - 1, -1.0);
        t
    }

    #[test]
    fn a_solve_undoes_a_product() {
        let mut t = laplacian(5);
        let x = [1.0, -2.0, 3.0, 0.5, 4.0];
        let (mut y, mut work) = ([0.0; 5], [0.0; 5]);
        t.product(&x, &mut y);
        assert!(matches!(t.factor(0.0, &mut work), Verdict::Positive));
        t.solve(&mut y);
        for (x, y) in x.iter().zip(&y) {
            assert!((x - y).abs() < 1e-14);
        }
    }

    #[test]
    fn a_failure_bounds_the_smallest_eigenvalue() {
        // the smallest eigenvalue of the Laplacian of order 5 is 2 − 2 cos(π/6)
        let smallest = 2.0 - 3f64.sqrt();
        for lambda in [-0.3, -1.0, -2.5] {
            let verdict = laplacian(5).factor(lambda, &mut [0.0; 5]);
            let Verdict::Indefinite(Some(bound)) = verdict else {
                panic!("{lambda}: {verdict:?}");
            };
            assert!(bound >= lambda && bound <= -smallest + 1e-15, "{bound}");
        }
        assert!(matches!(
            laplacian(5).factor(-0.26, &mut [0.0; 5]),
            Verdict::Positive
        ));
    }
}
