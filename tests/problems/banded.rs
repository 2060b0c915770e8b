//! A large problem of two levels: banded least squares with many solutions, and the shortest of them.

use linalg::Pattern;
use nlp_model::{ClosureModel, Meta};

/// min ½‖x‖² over argmin ½‖Ax − b‖², where row i of A has the entries (1, 2, −1, ½) in the columns
/// 2i, …, 2i + 3 (those that exist), n even and m = n/2: the null space has dimension n/2.
#[derive(Clone, Debug)]
pub struct Banded {
    n: usize,
}

const ROW: [f64; 4] = [1.0, 2.0, -1.0, 0.5];

impl Banded {
    /// The problem of `n` variables, n even.
    ///
    /// # Panics
    /// When n is odd.
    pub fn new(n: usize) -> Self {
        assert!(n.is_multiple_of(2), "an even number of variables");
        Banded { n }
    }

    fn b(i: usize) -> f64 {
        (1.0 + i as f64).sin()
    }

    /// Entries of row i: (column, value).
    fn row(&self, i: usize) -> impl Iterator<Item = (usize, f64)> {
        let n = self.n;
        let entries = ROW
            .into_iter()
            .enumerate()
            .map(move |(k, a)| (2 * i + k, a));
        entries.filter(move |&(j, _)| j < n)
    }

    fn residual(&self, i: usize, x: &[f64]) -> f64 {
        self.row(i).map(|(j, a)| a * x[j]).sum::<f64>() - Self::b(i)
    }

    /// ½‖Ax − b‖² and ½‖x‖².
    pub fn levels(&self) -> [ClosureModel; 2] {
        [self.first(), self.second()]
    }

    fn first(&self) -> ClosureModel {
        let m = self.n / 2;
        let (mut entries, mut values) = (Vec::new(), Vec::new());
        for i in 0..m {
            for (j, a) in self.row(i) {
                for (k, b) in self.row(i).filter(|&(k, _)| k <= j) {
                    entries.push((j, k));
                    values.push(a * b);
                }
            }
        }
        let hess = Pattern::from_entries(self.n, self.n, entries).expect("columns are in range");
        let (f, g) = (self.clone(), self.clone());
        ClosureModel::builder(Meta::new("banded least squares", self.n, 0))
            .obj(move |x| (0..m).map(|i| 0.5 * f.residual(i, x).powi(2)).sum())
            .grad(move |x, out| {
                out.fill(0.0);
                for i in 0..m {
                    let r = g.residual(i, x);
                    g.row(i).for_each(|(j, a)| out[j] += a * r);
                }
            })
            .hess(hess, move |_, _, sigma, vals| {
                vals.iter_mut()
                    .zip(&values)
                    .for_each(|(v, a)| *v = sigma * a);
            })
            .build()
            .expect("a complete model")
    }

    fn second(&self) -> ClosureModel {
        ClosureModel::builder(Meta::new("length", self.n, 0))
            .obj(|x| 0.5 * linalg::slice::dot(x, x))
            .grad(|x, out| out.copy_from_slice(x))
            .hess(Pattern::diagonal(self.n), |_, _, sigma, vals| {
                vals.fill(sigma);
            })
            .build()
            .expect("a complete model")
    }

    /// x* = Aᵀ(AAᵀ)⁻¹b; AAᵀ is tridiagonal.
    pub fn solution(&self) -> Vec<f64> {
        let m = self.n / 2;
        let product = |i: usize, k: usize| -> f64 {
            let other = |j: usize| self.row(k).find(|e| e.0 == j).map_or(0.0, |e| e.1);
            self.row(i).map(|(j, a)| a * other(j)).sum()
        };
        // Elimination from the top, then from the bottom.
        let mut pivot = vec![product(0, 0)];
        let mut w = vec![Self::b(0)];
        for i in 1..m {
            let factor = product(i, i - 1) / pivot[i - 1];
            pivot.push(product(i, i) - factor * product(i - 1, i));
            w.push(Self::b(i) - factor * w[i - 1]);
        }
        for i in (0..m).rev() {
            let after = if i + 1 < m {
                product(i, i + 1) * w[i + 1]
            } else {
                0.0
            };
            w[i] = (w[i] - after) / pivot[i];
        }
        let mut x = vec![0.0; self.n];
        for (i, w) in w.iter().enumerate() {
            self.row(i).for_each(|(j, a)| x[j] += a * w);
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::Banded;
    use nlp_model::{Model, Smooth, check};

    #[test]
    fn the_solution_is_a_zero_of_the_residuals_in_the_row_space() {
        let problem = Banded::new(40);
        let [first, second] = problem.levels();
        let x = problem.solution();
        assert!(first.obj(&x) <= 1e-28);
        // A direction of the null space does not shorten x: every change that keeps Ax costs length.
        let mut z: Vec<f64> = (0..40).map(|j| (j as f64).cos()).collect();
        for sweep in 0..4000 {
            let i = sweep % 20;
            let (dot, length) = problem
                .row(i)
                .fold((0.0, 0.0), |(d, l), (j, a)| (d + a * z[j], l + a * a));
            problem.row(i).for_each(|(j, a)| z[j] -= a * dot / length);
        }
        let mut g = vec![0.0; 40];
        second.grad(&x, &mut g);
        assert!(linalg::slice::norm2(&z) > 1.0 && linalg::slice::dot(&g, &z).abs() <= 1e-10);
        assert!(check::derivatives(&first, &z).unwrap().max() < 1e-7);
    }
}
