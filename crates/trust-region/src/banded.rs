//! Symmetric matrices of small bandwidth, shifted and factored.

use linalg::Pattern;

use crate::secular::{Shifted, Spectrum, Verdict};

/// A symmetric H with hᵢⱼ = 0 for |i − j| > b, and the factors of H + λI = L D Lᵀ in the given order.
///
/// A factorization costs n b² operations and a solve 4nb, without indices. One that fails tells a
/// direction of negative curvature.
#[derive(Clone, Debug)]
pub(crate) struct Banded {
    n: usize,
    /// b.
    bandwidth: usize,
    /// Row i of the lower triangle at i(b + 1), its diagonal last.
    matrix: Vec<f64>,
    /// L laid out as H, with 1/dᵢ in the place of the diagonal.
    factors: Vec<f64>,
    /// lᵢₖ dₖ of the row that is eliminated (b).
    row: Vec<f64>,
    /// Row sums of |hᵢⱼ|, j ≠ i.
    radii: Vec<f64>,
}

impl Banded {
    /// Room for the pattern of a lower triangle.
    pub(crate) fn new(structure: &Pattern) -> Self {
        let (n, bandwidth) = (structure.nrows(), bandwidth(structure));
        let size = n * (bandwidth + 1);
        Banded {
            n,
            bandwidth,
            matrix: vec![0.0; size],
            factors: vec![0.0; size],
            row: vec![0.0; bandwidth],
            radii: vec![0.0; n],
        }
    }

    /// Takes the values of H.
    pub(crate) fn load(&mut self, structure: &Pattern, values: &[f64]) {
        let b = self.bandwidth;
        self.matrix.fill(0.0);
        for ((i, j), h) in structure.iter().zip(values) {
            self.matrix[i * (b + 1) + b - (i - j)] += h;
        }
        self.radii.fill(0.0);
        for i in 0..self.n {
            for k in 1..=b.min(i) {
                let h = self.matrix[i * (b + 1) + b - k].abs();
                self.radii[i] += h;
                self.radii[i - k] += h;
            }
        }
    }

    fn diagonal(&self, i: usize) -> f64 {
        self.matrix[i * (self.bandwidth + 1) + self.bandwidth]
    }

    /// vᵀ(H + λI)v = pivot and v = (−L₁₁⁻ᵀ l_j, 1, 0), after a failure at row j; ‖v‖².
    fn square_of_direction(&self, j: usize, v: &mut [f64]) -> f64 {
        let b = self.bandwidth;
        let mut square = 1.0;
        v[..j].fill(0.0);
        v[j] = 1.0;
        for i in (0..=j).rev() {
            if i < j {
                square += v[i] * v[i];
            }
            for k in 1..=b.min(i) {
                v[i - k] -= self.factors[i * (b + 1) + b - k] * v[i];
            }
        }
        square
    }
}

/// b of a lower triangle.
pub(crate) fn bandwidth(structure: &Pattern) -> usize {
    structure.iter().map(|(i, j)| i - j).max().unwrap_or(0)
}

impl Shifted for Banded {
    fn spectrum(&self) -> Spectrum {
        Spectrum::of_discs((0..self.n).map(|i| (self.diagonal(i), self.radii[i])))
    }

    fn factor(&mut self, lambda: f64, work: &mut [f64]) -> Verdict {
        let b = self.bandwidth;
        for i in 0..self.n {
            let (above, rest) = self.factors.split_at_mut(i * (b + 1));
            let l = &mut rest[..=b];
            let a = &self.matrix[i * (b + 1)..(i + 1) * (b + 1)];
            let own = a[b] + lambda;
            let mut pivot = own;
            for k in b - b.min(i)..b {
                // column j = i − b + k of row i
                let j = i + k - b;
                let l_j = &above[j * (b + 1)..(j + 1) * (b + 1)];
                let mut sum = a[k];
                for m in b - b.min(i)..k {
                    sum -= self.row[m] * l_j[m + b - k];
                }
                self.row[k] = sum;
                l[k] = sum * l_j[b];
                pivot -= sum * l[k];
            }
            let positive = pivot > 4.0 * f64::EPSILON * own;
            if !positive {
                let square = self.square_of_direction(i, work);
                return Verdict::Indefinite(Some(lambda - pivot / square));
            }
            l[b] = 1.0 / pivot;
        }
        Verdict::Positive
    }

    fn solve(&mut self, x: &mut [f64]) {
        let b = self.bandwidth;
        for i in 0..self.n {
            let l = &self.factors[i * (b + 1)..(i + 1) * (b + 1)];
            let mut sum = x[i];
            for k in 1..=b.min(i) {
                sum -= l[b - k] * x[i - k];
            }
            x[i] = sum;
        }
        for i in (0..self.n).rev() {
            x[i] *= self.factors[i * (b + 1) + b];
        }
        for i in (0..self.n).rev() {
            let l = &self.factors[i * (b + 1)..(i + 1) * (b + 1)];
            for k in 1..=b.min(i) {
                x[i - k] -= l[b - k] * x[i];
            }
        }
    }

    fn product(&mut self, x: &[f64], y: &mut [f64]) {
        let b = self.bandwidth;
        for i in 0..self.n {
            let a = &self.matrix[i * (b + 1)..(i + 1) * (b + 1)];
            let mut sum = a[b] * x[i];
            for k in 1..=b.min(i) {
                sum += a[b - k] * x[i - k];
                y[i - k] += a[b - k] * x[i];
            }
            y[i] = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Banded;
    use crate::secular::{Shifted, Verdict};
    use linalg::Pattern;

    /// The square of the Laplacian of order n has bandwidth 2 and the eigenvalues (2 − 2 cos(kπ/(n + 1)))².
    fn biharmonic(n: usize) -> (Banded, f64) {
        let laplacian = |i: usize, j: usize| match i.abs_diff(j) {
            0 => 2.0,
            1 => -1.0,
            _ => 0.0,
        };
        let entries = (0..n).flat_map(|j| (j..n.min(j + 3)).map(move |i| (i, j)));
        let pattern = Pattern::from_entries(n, n, entries).unwrap();
        let value = |(i, j): (usize, usize)| -> f64 {
            (0..n).map(|k| laplacian(i, k) * laplacian(k, j)).sum()
        };
        let values: Vec<f64> = pattern.iter().map(value).collect();
        let mut banded = Banded::new(&pattern);
        banded.load(&pattern, &values);
        let smallest = 2.0 - 2.0 * (std::f64::consts::PI / (n as f64 + 1.0)).cos();
        (banded, smallest * smallest)
    }

    #[test]
    fn a_solve_undoes_a_product() {
        let (mut h, _) = biharmonic(6);
        let x = [1.0, -2.0, 3.0, 0.5, 4.0, -1.0];
        let (mut y, mut work) = ([0.0; 6], [0.0; 6]);
        h.product(&x, &mut y);
        // row 2 of the square is (1, −4, 6, −4, 1)
        assert_eq!(y[2], 1.0 + 8.0 + 18.0 - 2.0 + 4.0);
        assert!(matches!(h.factor(0.0, &mut work), Verdict::Positive));
        h.solve(&mut y);
        for (x, y) in x.iter().zip(&y) {
            assert!((x - y).abs() < 1e-12, "{x} {y}");
        }
    }

    #[test]
    fn a_failure_bounds_the_smallest_eigenvalue() {
        for lambda in [-0.05, -1.0, -7.0] {
            let (mut h, smallest) = biharmonic(6);
            let verdict = h.factor(lambda, &mut [0.0; 6]);
            let Verdict::Indefinite(Some(bound)) = verdict else {
                panic!("{lambda}: {verdict:?}");
            };
            assert!(bound >= lambda && bound <= -smallest + 1e-14, "{bound}");
        }
        let (mut h, smallest) = biharmonic(6);
        let verdict = h.factor(-0.99 * smallest, &mut [0.0; 6]);
        assert!(matches!(verdict, Verdict::Positive), "{verdict:?}");
    }
}
