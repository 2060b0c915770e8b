//! Multipliers from a small linear program.

/// Largest number of pivots; the programs have a few rows.
const PIVOTS: usize = 200;
/// Reduced costs and pivots below this count as 0.
const NEGLIGIBLE: f64 = 1e-11;
/// After this many pivots the first improving column is taken, so that no cycle lasts.
const BLAND: usize = 60;

/// max −bᵀw − pᵀs − qᵀt  s.t.  Aᵀw + s − t = −a,  w, s, t ≥ 0.
///
/// With r = a + Aᵀw = t − s this is the dual of  min aᵀd  s.t.  A d ≤ b, −q ≤ d ≤ p. The signs of a
/// make s and t a feasible basis. Nothing rests on its accuracy: any w ≥ 0 gives a bound.
#[derive(Debug)]
pub(super) struct LinearProgram {
    /// m rows of A, each n.
    pub(super) matrix: Vec<f64>,
    /// b (m).
    pub(super) values: Vec<f64>,
    /// a (n).
    pub(super) slopes: Vec<f64>,
    /// p (n).
    pub(super) right: Vec<f64>,
    /// q (n).
    pub(super) left: Vec<f64>,
    tableau: Vec<f64>,
    costs: Vec<f64>,
    basis: Vec<usize>,
}

/// What w is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weights {
    /// Multipliers of a solution, or of the last basis.
    Multipliers,
    /// A direction in which the maximum is infinite: Σ w_j h_j > 0 wherever the program is right.
    Ray,
}

impl LinearProgram {
    /// Work space for n variables d and m rows.
    pub(super) fn new(n: usize, m: usize) -> Self {
        let columns = m + 2 * n;
        LinearProgram {
            matrix: vec![0.0; m * n],
            values: vec![0.0; m],
            slopes: vec![0.0; n],
            right: vec![0.0; n],
            left: vec![0.0; n],
            tableau: vec![0.0; n * (columns + 1)],
            costs: vec![0.0; columns + 1],
            basis: vec![0; n],
        }
    }

    /// Solves the program; w (m) is nonnegative. None when a number of the program is not finite.
    pub(super) fn solve(&mut self, w: &mut [f64]) -> Option<Weights> {
        let (n, m) = (self.slopes.len(), self.values.len());
        let parts = [
            &self.matrix,
            &self.values,
            &self.slopes,
            &self.right,
            &self.left,
        ];
        if !parts.iter().all(|part| linalg::slice::all_finite(part)) {
            return None;
        }
        self.start();
        w.fill(0.0);
        for pivot in 0..PIVOTS {
            let Some(entering) = self.entering(pivot >= BLAND) else {
                break;
            };
            match self.leaving(entering) {
                Some(row) => self.pivot(row, entering),
                None => {
                    self.read_ray(entering, w);
                    return (m > 0 && w.iter().any(|&w| w > 0.0)).then_some(Weights::Ray);
                }
            }
        }
        let width = m + 2 * n + 1;
        for (i, &k) in self.basis.iter().enumerate() {
            if k < m {
                w[k] = self.tableau[i * width + width - 1].max(0.0);
            }
        }
        Some(Weights::Multipliers)
    }

    /// The tableau with the basis s_i where −a_i ≥ 0, t_i elsewhere; row i is multiplied by −1 there.
    fn start(&mut self) {
        let (n, m) = (self.slopes.len(), self.values.len());
        let width = m + 2 * n + 1;
        self.tableau.fill(0.0);
        for j in 0..m {
            self.costs[j] = -self.values[j];
        }
        for i in 0..n {
            (self.costs[m + i], self.costs[m + n + i]) = (-self.right[i], -self.left[i]);
        }
        self.costs[width - 1] = 0.0;
        for i in 0..n {
            let sign = if self.slopes[i] <= 0.0 { 1.0 } else { -1.0 };
            let row = &mut self.tableau[i * width..(i + 1) * width];
            for j in 0..m {
                row[j] = sign * self.matrix[j * n + i];
            }
            (row[m + i], row[m + n + i]) = (sign, -sign);
            row[width - 1] = -sign * self.slopes[i];
            self.basis[i] = if sign > 0.0 { m + i } else { m + n + i };
            // reduced costs: the costs of the basis leave
            let cost = self.costs[self.basis[i]];
            for (reduced, entry) in self.costs.iter_mut().zip(row.iter()) {
                *reduced -= cost * entry;
            }
        }
    }

    fn entering(&self, first: bool) -> Option<usize> {
        let costs = &self.costs[..self.costs.len() - 1];
        let scale = 1.0 + linalg::slice::norm_inf(&self.values);
        let mut improving = (0..costs.len()).filter(|&k| costs[k] > NEGLIGIBLE * scale);
        if first {
            improving.next()
        } else {
            improving.max_by(|&k, &l| costs[k].total_cmp(&costs[l]))
        }
    }

    /// The row that limits the entering column; ties go to the smallest basic index.
    fn leaving(&self, entering: usize) -> Option<usize> {
        let width = self.costs.len();
        let mut best: Option<(f64, usize)> = None;
        for i in 0..self.basis.len() {
            let entry = self.tableau[i * width + entering];
            if entry > NEGLIGIBLE {
                let ratio = self.tableau[i * width + width - 1].max(0.0) / entry;
                let is_better = best.is_none_or(|(least, row)| {
                    ratio < least || (ratio == least && self.basis[i] < self.basis[row])
                });
                if is_better {
                    best = Some((ratio, i));
                }
            }
        }
        best.map(|(_, row)| row)
    }

    fn pivot(&mut self, row: usize, entering: usize) {
        let width = self.costs.len();
        let pivot = self.tableau[row * width + entering];
        for entry in &mut self.tableau[row * width..(row + 1) * width] {
            *entry /= pivot;
        }
        for i in (0..self.basis.len()).filter(|&i| i != row) {
            let factor = self.tableau[i * width + entering];
            if factor != 0.0 {
                for k in 0..width {
                    self.tableau[i * width + k] -= factor * self.tableau[row * width + k];
                }
            }
        }
        let factor = self.costs[entering];
        for k in 0..width {
            self.costs[k] -= factor * self.tableau[row * width + k];
        }
        self.basis[row] = entering;
    }

    fn read_ray(&self, entering: usize, w: &mut [f64]) {
        let width = self.costs.len();
        if entering < w.len() {
            w[entering] = 1.0;
        }
        for (i, &k) in self.basis.iter().enumerate() {
            if k < w.len() {
                w[k] = (-self.tableau[i * width + entering]).max(0.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LinearProgram, Weights};

    #[test]
    fn multipliers_of_a_vertex_are_found() {
        // min −d₁ − 2d₂, d₁ + d₂ ≤ 1, d₂ ≤ 1/2, |d| ≤ 10: vertex (1/2, 1/2), w = (1, 1)
        let mut program = LinearProgram::new(2, 2);
        program.matrix.copy_from_slice(&[1.0, 1.0, 0.0, 1.0]);
        program.values.copy_from_slice(&[1.0, 0.5]);
        program.slopes.copy_from_slice(&[-1.0, -2.0]);
        program.right.fill(10.0);
        program.left.fill(10.0);
        let mut w = [0.0; 2];
        assert_eq!(program.solve(&mut w), Some(Weights::Multipliers));
        assert_eq!(w, [1.0, 1.0]);
    }

    #[test]
    fn contradictory_rows_give_a_ray_that_proves_it() {
        // d ≤ −1, −d ≤ 0
        let mut program = LinearProgram::new(1, 2);
        program.matrix.copy_from_slice(&[1.0, -1.0]);
        program.values.copy_from_slice(&[-1.0, 0.0]);
        program.slopes.copy_from_slice(&[3.0]);
        program.right.fill(5.0);
        program.left.fill(5.0);
        let mut w = [0.0; 2];
        assert_eq!(program.solve(&mut w), Some(Weights::Ray));
        assert!(w[0] > 0.0 && w[0] == w[1]);
    }

    #[test]
    fn without_rows_there_are_no_weights_and_nan_is_refused() {
        let mut program = LinearProgram::new(2, 0);
        program.slopes.copy_from_slice(&[1.0, -1.0]);
        assert_eq!(program.solve(&mut []), Some(Weights::Multipliers));
        program.slopes[0] = f64::NAN;
        assert_eq!(program.solve(&mut []), None);
    }
}
