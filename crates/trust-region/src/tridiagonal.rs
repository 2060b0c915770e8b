//! Tridiagonal matrices, shifted and factored from both ends.

use linalg::Pattern;

use crate::secular::{Shifted, Spectrum, Verdict};

/// A symmetric tridiagonal T of order n and the factors of T + λI = N D Nᵀ.
///
/// Rows are eliminated from both ends towards the row m = ⌊n/2⌋, so that N is lower bidiagonal above it
/// and upper bidiagonal below: each pivot waits for the one before, and two such chains take the time
/// of one. D has the inertia of T + λI, as in any order of elimination.
#[derive(Clone, Debug)]
pub(crate) struct Tridiagonal {
    /// tᵢⱼ, i ≥ j, at i + j (2n − 1).
    entries: Vec<f64>,
    /// D.
    pivots: Vec<f64>,
    /// The entry of N beside tᵢ₊₁,ᵢ, at i.
    links: Vec<f64>,
}

/// What the elimination of a row leaves to the next one.
#[derive(Clone, Copy, Debug, Default)]
struct Carry {
    pivot: f64,
    rhs: f64,
}

impl Tridiagonal {
    /// Room for order `limit`, the order being 0.
    pub(crate) fn new(limit: usize) -> Self {
        Tridiagonal {
            entries: Vec::with_capacity(2 * limit),
            pivots: vec![0.0; limit],
            links: vec![0.0; limit],
        }
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// A further row, with this diagonal entry. All but the first are [coupled](Self::couple) before.
    pub(crate) fn grow(&mut self, diagonal: f64) {
        debug_assert!(self.entries.len().is_multiple_of(2));
        self.entries.push(diagonal);
    }

    /// The entry between the last row and the next.
    pub(crate) fn couple(&mut self, coupling: f64) {
        debug_assert!(!self.entries.len().is_multiple_of(2));
        self.entries.push(coupling);
    }

    /// Takes the values of a lower triangle of bandwidth 1.
    pub(crate) fn load(&mut self, structure: &Pattern, values: &[f64]) {
        self.entries.clear();
        self.entries.resize(2 * structure.nrows() - 1, 0.0);
        for ((i, j), t) in structure.iter().zip(values) {
            self.entries[i + j] += t;
        }
    }

    fn order(&self) -> usize {
        self.entries.len().div_ceil(2)
    }

    /// Factors T + λI, and x ← N⁻¹x on the way.
    fn eliminate(&mut self, lambda: f64, x: &mut [f64]) -> Verdict {
        let (n, m) = (self.order(), self.order() / 2);
        let entries = &self.entries[..2 * n - 1];
        let (pivots, links) = (&mut self.pivots[..n], &mut self.links[..n]);
        let x = &mut x[..n];
        let is_positive = |pivot: f64, own: f64| pivot > 4.0 * f64::EPSILON * own;
        let mut row = |i: usize, link: usize, carry: Carry| {
            let (own, coupling) = (entries[2 * i] + lambda, entries[2 * link + 1]);
            let pivot = own - carry.pivot;
            let l = coupling / pivot;
            pivots[i] = pivot;
            links[link] = l;
            x[i] -= carry.rhs;
            let next = Carry {
                pivot: coupling * l,
                rhs: l * x[i],
            };
            is_positive(pivot, own).then_some(next)
        };
        let (mut above, mut below) = (Carry::default(), Carry::default());
        for i in 0..m {
            match row(i, i, above) {
                Some(next) => above = next,
                None => return self.indefinite(i, lambda),
            }
            let j = n - 1 - i;
            if j > m {
                match row(j, j - 1, below) {
                    Some(next) => below = next,
                    None => return self.indefinite(j, lambda),
                }
            }
        }
        let own = entries[2 * m] + lambda;
        pivots[m] = own - above.pivot - below.pivot;
        x[m] -= above.rhs + below.rhs;
        if is_positive(pivots[m], own) {
            Verdict::Positive
        } else {
            self.indefinite(m, lambda)
        }
    }

    /// After a failure at row j, v with vⱼ = 1 and (Nᵀv)ᵢ = 0 in the rows before has vᵀ(T + λI)v = the
    /// pivot.
    fn indefinite(&self, j: usize, lambda: f64) -> Verdict {
        let (n, m) = (self.order(), self.order() / 2);
        let mut square = 1.0;
        let mut descend = |links: &mut dyn Iterator<Item = &f64>| {
            let mut v = 1.0;
            for l in links {
                v *= -l;
                square += v * v;
            }
        };
        if j <= m {
            descend(&mut self.links[..j].iter().rev());
        }
        if j >= m {
            descend(&mut self.links[j..n - 1].iter());
        }
        Verdict::Indefinite(Some(lambda - self.pivots[j] / square))
    }

    /// x ← N⁻¹x.
    fn forward(&self, x: &mut [f64]) {
        let (n, m) = (self.order(), self.order() / 2);
        let (links, x) = (&self.links[..n], &mut x[..n]);
        let (mut above, mut below) = (0.0, 0.0);
        for i in 0..m {
            x[i] -= above;
            above = links[i] * x[i];
            let j = n - 1 - i;
            if j > m {
                x[j] -= below;
                below = links[j - 1] * x[j];
            }
        }
        x[m] -= above + below;
    }

    /// x ← N⁻ᵀD⁻¹x.
    fn backward(&self, x: &mut [f64]) {
        let (n, m) = (self.order(), self.order() / 2);
        let (pivots, links, x) = (&self.pivots[..n], &self.links[..n], &mut x[..n]);
        x[m] /= pivots[m];
        let (mut above, mut below) = (x[m], x[m]);
        for k in 1..=m {
            let (i, j) = (m - k, m + k);
            above = x[i] / pivots[i] - links[i] * above;
            x[i] = above;
            if j < n {
                below = x[j] / pivots[j] - links[j - 1] * below;
                x[j] = below;
            }
        }
    }
}

impl Shifted for Tridiagonal {
    fn spectrum(&self) -> Spectrum {
        let mut left = 0.0;
        Spectrum::of_discs(self.entries.chunks(2).map(|row| {
            let right = row.get(1).map_or(0.0, |v| v.abs());
            let radius = left + right;
            left = right;
            (row[0], radius)
        }))
    }

    fn factor(&mut self, lambda: f64, work: &mut [f64]) -> Verdict {
        work.fill(0.0);
        self.eliminate(lambda, work)
    }

    fn solve(&mut self, b: &mut [f64]) {
        self.forward(b);
        self.backward(b);
    }

    fn newton(&mut self, lambda: f64, g: &[f64], p: &mut [f64]) -> Verdict {
        for (p, g) in p.iter_mut().zip(g) {
            *p = -g;
        }
        let verdict = self.eliminate(lambda, p);
        if matches!(verdict, Verdict::Positive) {
            self.backward(p);
        }
        verdict
    }

    /// ‖N⁻¹p‖² in the metric D⁻¹: half of a solve.
    fn inverse_square(&mut self, p: &[f64], work: &mut [f64]) -> f64 {
        work.copy_from_slice(p);
        self.forward(work);
        let squares = work.iter().zip(&self.pivots).map(|(v, d)| v * (v / d));
        squares.sum()
    }

    fn product(&mut self, x: &[f64], y: &mut [f64]) {
        let mut left = 0.0; // tᵢ,ᵢ₋₁ xᵢ₋₁
        for (i, row) in self.entries.chunks(2).enumerate() {
            y[i] = left + row[0] * x[i];
            if let Some(coupling) = row.get(1) {
                y[i] += coupling * x[i + 1];
                left = coupling * x[i];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tridiagonal;
    use crate::secular::{Shifted, Verdict};
    use linalg::Pattern;

    /// 2 on the diagonal, −1 beside it.
    fn laplacian(n: usize) -> Tridiagonal {
        let mut t = Tridiagonal::new(n);
        t.grow(2.0);
        for _ in 1..n {
            t.couple(-1.0);
            t.grow(2.0);
        }
        t
    }

    #[test]
    fn a_solve_undoes_a_product() {
        for n in 1..9 {
            let mut t = laplacian(n);
            let x: Vec<f64> = (0..n).map(|i| 1.5 - (i * i % 5) as f64).collect();
            let (mut y, mut work) = (vec![0.0; n], vec![0.0; n]);
            t.product(&x, &mut y);
            let minus: Vec<f64> = y.iter().map(|v| -v).collect();
            assert!(matches!(
                t.newton(0.0, &minus, &mut work),
                Verdict::Positive
            ));
            // xᵀTx, from the product and from the factors
            let form: f64 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
            let mut room = vec![0.0; n];
            assert!((t.inverse_square(&y, &mut room) - form).abs() < 1e-13 * form);
            t.solve(&mut y);
            for ((x, y), p) in x.iter().zip(&y).zip(&work) {
                assert!(
                    (x - y).abs() < 1e-13 && (x - p).abs() < 1e-13,
                    "{n}: {x} {y} {p}"
                );
            }
        }
    }

    #[test]
    fn the_laplacian_of_order_4_is_solved() {
        // it takes (1, 2, 3, 4) to (0, 0, 0, 5); the entry (1, 1) comes in two parts
        let entries = [
            (0, 0),
            (1, 0),
            (1, 1),
            (2, 1),
            (2, 2),
            (3, 2),
            (3, 3),
            (1, 1),
        ];
        let pattern = Pattern::from_entries(4, 4, entries).unwrap();
        let values = [2.0, -1.0, 0.5, -1.0, 2.0, -1.0, 2.0, 1.5];
        let mut t = Tridiagonal::new(4);
        t.load(&pattern, &values);
        assert!(matches!(t.factor(0.0, &mut [0.0; 4]), Verdict::Positive));
        let mut x = [0.0, 0.0, 0.0, 5.0];
        t.solve(&mut x);
        for (x, exact) in x.iter().zip([1.0, 2.0, 3.0, 4.0]) {
            assert!((x - exact).abs() < 1e-14, "{x} {exact}");
        }
    }

    #[test]
    fn a_failure_bounds_the_smallest_eigenvalue() {
        // the smallest eigenvalues of the Laplacians of orders 5 and 3 are 2 − 2 cos(π/6), 2 − 2 cos(π/4)
        for (n, smallest) in [(5, 2.0 - 3f64.sqrt()), (3, 2.0 - 2f64.sqrt())] {
            for lambda in [-0.6, -1.0, -1.4, -2.5] {
                let verdict = laplacian(n).factor(lambda, &mut vec![0.0; n]);
                let Verdict::Indefinite(Some(bound)) = verdict else {
                    panic!("{lambda}: {verdict:?}");
                };
                assert!(bound >= lambda && bound <= -smallest + 1e-15, "{bound}");
            }
            assert!(matches!(
                laplacian(n).factor(-0.99 * smallest, &mut vec![0.0; n]),
                Verdict::Positive
            ));
        }
    }

    /// diag(3, …, 3, −1) fails in the last row, diag(−1, 3, …) in the first: the bound is exact.
    #[test]
    fn a_failure_at_either_end_is_found() {
        for bad in [0, 2, 4] {
            let mut t = Tridiagonal::new(5);
            for i in 0..5 {
                t.grow(if i == bad { -1.0 } else { 3.0 });
                if i < 4 {
                    t.couple(0.0);
                }
            }
            let verdict = t.factor(0.5, &mut [0.0; 5]);
            assert!(
                matches!(verdict, Verdict::Indefinite(Some(bound)) if bound == 1.0),
                "{bad}: {verdict:?}"
            );
        }
    }
}
