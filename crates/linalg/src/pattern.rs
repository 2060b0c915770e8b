//! Coordinate structure of a sparse matrix.

use crate::error::PatternError;

/// Where the entries of an `nrows` × `ncols` matrix stand, in coordinate form.
///
/// Entry k stands at (`rows()[k]`, `cols()[k]`); its value is entry k of a separate slice.
/// Coordinates may come in any order; duplicates are allowed and their values are summed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    nrows: usize,
    ncols: usize,
    rows: Vec<usize>,
    cols: Vec<usize>,
}

impl Pattern {
    /// A pattern from the two coordinate lists.
    ///
    /// # Errors
    /// [`PatternError`] when the lists differ in length or a coordinate is out of range.
    pub fn new(
        nrows: usize,
        ncols: usize,
        rows: Vec<usize>,
        cols: Vec<usize>,
    ) -> Result<Self, PatternError> {
        if rows.len() != cols.len() {
            return Err(PatternError::UnequalLengths {
                rows: rows.len(),
                cols: cols.len(),
            });
        }
        for (entry, (&row, &col)) in rows.iter().zip(&cols).enumerate() {
            if row >= nrows || col >= ncols {
                return Err(PatternError::OutOfRange {
                    entry,
                    row,
                    col,
                    nrows,
                    ncols,
                });
            }
        }
        Ok(Self {
            nrows,
            ncols,
            rows,
            cols,
        })
    }

    /// A pattern from (row, column) pairs.
    ///
    /// # Errors
    /// [`PatternError`] when a coordinate is out of range.
    pub fn from_entries(
        nrows: usize,
        ncols: usize,
        entries: impl IntoIterator<Item = (usize, usize)>,
    ) -> Result<Self, PatternError> {
        let (rows, cols) = entries.into_iter().unzip();
        Self::new(nrows, ncols, rows, cols)
    }

    /// All entries, column by column: the values are a dense column-major matrix.
    #[must_use]
    pub fn dense(nrows: usize, ncols: usize) -> Self {
        Self::collect(
            nrows,
            ncols,
            (0..ncols).flat_map(|j| (0..nrows).map(move |i| (i, j))),
        )
    }

    /// No entry.
    #[must_use]
    pub fn empty(nrows: usize, ncols: usize) -> Self {
        Self::collect(nrows, ncols, [])
    }

    /// The lower triangle with its diagonal, column by column.
    #[must_use]
    pub fn lower_triangle(n: usize) -> Self {
        Self::collect(n, n, (0..n).flat_map(|j| (j..n).map(move |i| (i, j))))
    }

    /// The diagonal.
    #[must_use]
    pub fn diagonal(n: usize) -> Self {
        Self::collect(n, n, (0..n).map(|i| (i, i)))
    }

    fn collect(
        nrows: usize,
        ncols: usize,
        entries: impl IntoIterator<Item = (usize, usize)>,
    ) -> Self {
        let (rows, cols) = entries.into_iter().unzip();
        Self {
            nrows,
            ncols,
            rows,
            cols,
        }
    }

    /// The pattern of the transpose; values keep their order.
    #[must_use]
    pub fn transpose(&self) -> Self {
        Self {
            nrows: self.ncols,
            ncols: self.nrows,
            rows: self.cols.clone(),
            cols: self.rows.clone(),
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn nrows(&self) -> usize {
        self.nrows
    }

    /// Number of columns.
    #[must_use]
    pub fn ncols(&self) -> usize {
        self.ncols
    }

    /// Row of each entry.
    #[must_use]
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// Column of each entry.
    #[must_use]
    pub fn cols(&self) -> &[usize] {
        &self.cols
    }

    /// Number of entries, duplicates counted.
    #[must_use]
    pub fn nnz(&self) -> usize {
        self.rows.len()
    }

    /// The coordinates (row, column), in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (usize, usize)> + '_ {
        self.rows.iter().copied().zip(self.cols.iter().copied())
    }

    /// Whether every entry stands on or below the diagonal of a square matrix.
    #[must_use]
    pub fn is_lower_triangle(&self) -> bool {
        self.nrows == self.ncols && self.iter().all(|(i, j)| i >= j)
    }

    /// y = A x, with `values` of length nnz, `x` of length ncols, `y` of length nrows.
    pub fn mul(&self, values: &[f64], x: &[f64], y: &mut [f64]) {
        debug_assert_eq!(values.len(), self.nnz());
        debug_assert!(x.len() == self.ncols && y.len() == self.nrows);
        y.fill(0.0);
        for ((i, j), v) in self.iter().zip(values) {
            y[i] += v * x[j];
        }
    }

    /// y = Aᵀ x, with `values` of length nnz, `x` of length nrows, `y` of length ncols.
    pub fn mul_transpose(&self, values: &[f64], x: &[f64], y: &mut [f64]) {
        debug_assert_eq!(values.len(), self.nnz());
        debug_assert!(x.len() == self.nrows && y.len() == self.ncols);
        y.fill(0.0);
        for ((i, j), v) in self.iter().zip(values) {
            y[j] += v * x[i];
        }
    }

    /// y = A x for the symmetric matrix A of which this pattern holds one triangle:
    /// an entry off the diagonal counts twice.
    pub fn mul_symmetric(&self, values: &[f64], x: &[f64], y: &mut [f64]) {
        debug_assert_eq!(values.len(), self.nnz());
        debug_assert!(self.nrows == self.ncols && x.len() == self.ncols && y.len() == self.nrows);
        y.fill(0.0);
        for ((i, j), v) in self.iter().zip(values) {
            y[i] += v * x[j];
            if i != j {
                y[j] += v * x[i];
            }
        }
    }

    /// The dense column-major matrix (nrows·ncols values); duplicates are summed.
    pub fn to_dense(&self, values: &[f64], dense: &mut [f64]) {
        debug_assert_eq!(values.len(), self.nnz());
        debug_assert_eq!(dense.len(), self.nrows * self.ncols);
        dense.fill(0.0);
        for ((i, j), v) in self.iter().zip(values) {
            dense[i + j * self.nrows] += v;
        }
    }

    /// The full dense matrix (n² values) of a symmetric one given by a triangle.
    pub fn to_dense_symmetric(&self, values: &[f64], dense: &mut [f64]) {
        debug_assert_eq!(values.len(), self.nnz());
        debug_assert!(self.nrows == self.ncols && dense.len() == self.nrows * self.nrows);
        dense.fill(0.0);
        for ((i, j), v) in self.iter().zip(values) {
            dense[i + j * self.nrows] += v;
            if i != j {
                dense[j + i * self.nrows] += v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // [1 0 2; 3 4 0], the entry 4 given as 5 - 1
    fn small() -> (Pattern, Vec<f64>) {
        let entries = [(1, 1), (0, 0), (1, 0), (0, 2), (1, 1)];
        let pattern = Pattern::from_entries(2, 3, entries).expect("in range");
        (pattern, vec![5.0, 1.0, 3.0, 2.0, -1.0])
    }

    #[test]
    fn products_sum_duplicates() {
        let (a, v) = small();
        let mut y = [9.0; 2];
        a.mul(&v, &[1.0, 10.0, 100.0], &mut y);
        assert_eq!(y, [201.0, 43.0]);
        let mut z = [9.0; 3];
        a.mul_transpose(&v, &[1.0, 10.0], &mut z);
        assert_eq!(z, [31.0, 40.0, 2.0]);
        let mut dense = [9.0; 6];
        a.to_dense(&v, &mut dense);
        assert_eq!(dense, [1.0, 3.0, 0.0, 4.0, 2.0, 0.0]);
    }

    #[test]
    fn a_symmetric_product_mirrors_the_triangle() {
        // [2 5; 5 3]
        let a = Pattern::lower_triangle(2);
        let mut y = [0.0; 2];
        a.mul_symmetric(&[2.0, 5.0, 3.0], &[1.0, 10.0], &mut y);
        assert_eq!(y, [52.0, 35.0]);
        let mut dense = [0.0; 4];
        a.to_dense_symmetric(&[2.0, 5.0, 3.0], &mut dense);
        assert_eq!(dense, [2.0, 5.0, 5.0, 3.0]);
    }

    #[test]
    fn named_patterns_come_column_by_column() {
        let entries: Vec<_> = Pattern::dense(2, 2).iter().collect();
        assert_eq!(entries, [(0, 0), (1, 0), (0, 1), (1, 1)]);
        let entries: Vec<_> = Pattern::lower_triangle(2).iter().collect();
        assert_eq!(entries, [(0, 0), (1, 0), (1, 1)]);
        assert_eq!(Pattern::diagonal(3).nnz(), 3);
        assert_eq!(Pattern::empty(3, 4).nnz(), 0);
        assert!(Pattern::diagonal(3).is_lower_triangle());
        assert!(!Pattern::dense(2, 2).is_lower_triangle());
    }

    #[test]
    fn misuse_is_refused_with_its_numbers() {
        let error = Pattern::new(2, 2, vec![0, 1], vec![0]).unwrap_err();
        assert_eq!(error, PatternError::UnequalLengths { rows: 2, cols: 1 });
        let error = Pattern::from_entries(2, 2, [(0, 0), (1, 2)]).unwrap_err();
        assert!(error.to_string().contains("(1, 2)"));
    }
}
