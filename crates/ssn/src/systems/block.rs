//! Parts of a Newton matrix that are copied, with a factor, from values of a model.

use linalg::Pattern;

/// Entries of a matrix, each a fixed factor times one value of a source.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// Row and column in the matrix.
    pub entries: Vec<(usize, usize)>,
    source: Vec<usize>,
    factor: Vec<f64>,
}

impl Block {
    fn push(&mut self, row: usize, col: usize, source: usize, factor: f64) {
        self.entries.push((row, col));
        self.source.push(source);
        self.factor.push(factor);
    }

    /// `factor` · A H Aᵀ for a symmetric H given by its lower triangle, where A sends variable k
    /// to the sum of the `images` (index, sign) of k.
    pub fn symmetric<I>(lower: &Pattern, factor: f64, images: impl Fn(usize) -> I) -> Self
    where
        I: IntoIterator<Item = (usize, f64)> + Clone,
    {
        let mut block = Block::default();
        for (k, (i, j)) in lower.iter().enumerate() {
            let (images_i, images_j) = (images(i), images(j));
            for (row, sign_i) in images_i {
                for (col, sign_j) in images_j.clone() {
                    block.push(row, col, k, factor * sign_i * sign_j);
                    if i != j {
                        block.push(col, row, k, factor * sign_i * sign_j);
                    }
                }
            }
        }
        block
    }

    /// The Jacobian of rows whose multipliers start at `first_row`, below the Hessian.
    pub fn rows(jac: &Pattern, first_row: usize, column: impl Fn(usize) -> usize) -> Self {
        let mut block = Block::default();
        for (k, (i, j)) in jac.iter().enumerate() {
            block.push(first_row + i, column(j), k, 1.0);
        }
        block
    }

    /// `factor` times the transposed Jacobian, beside the Hessian.
    pub fn columns(
        jac: &Pattern,
        first_column: usize,
        factor: f64,
        row: impl Fn(usize) -> usize,
    ) -> Self {
        let mut block = Block::default();
        for (k, (i, j)) in jac.iter().enumerate() {
            block.push(row(j), first_column + i, k, factor);
        }
        block
    }

    /// Copies the values, and returns the rest of `vals`.
    pub fn write<'v>(&self, source: &[f64], vals: &'v mut [f64]) -> &'v mut [f64] {
        let (mine, rest) = vals.split_at_mut(self.source.len());
        for ((value, &k), factor) in mine.iter_mut().zip(&self.source).zip(&self.factor) {
            *value = factor * source[k];
        }
        rest
    }

    /// As [`write`](Block::write), with row `first_row + i` of the matrix scaled by `row_factor[i]`.
    pub fn write_scaled<'v>(
        &self,
        source: &[f64],
        first_row: usize,
        row_factor: &[f64],
        vals: &'v mut [f64],
    ) -> &'v mut [f64] {
        let (mine, rest) = vals.split_at_mut(self.source.len());
        for ((value, &k), &(row, _)) in mine.iter_mut().zip(&self.source).zip(&self.entries) {
            *value = row_factor[row - first_row] * source[k];
        }
        rest
    }
}
