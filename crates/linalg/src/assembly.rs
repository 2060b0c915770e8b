//! From coordinates to compressed columns, planned once.

use crate::pattern::Pattern;

/// The plan that turns values in coordinate order into compressed sparse columns (CSC).
///
/// Planning costs O(nnz + n) and allocates; [`Assembly::assemble`] costs O(nnz) and does not.
#[derive(Debug, Clone)]
pub struct Assembly {
    nrows: usize,
    ncols: usize,
    col_ptr: Vec<usize>,
    row_idx: Vec<usize>,
    /// CSC slot of each coordinate; duplicates share one.
    slot: Vec<usize>,
}

impl Assembly {
    /// Plans the assembly of a pattern. Rows come sorted within each column.
    #[must_use]
    pub fn new(pattern: &Pattern) -> Self {
        // Two stable counting sorts, by row and then by column.
        let all: Vec<usize> = (0..pattern.nnz()).collect();
        let by_row = counting_sort(&all, pattern.rows(), pattern.nrows());
        let by_column = counting_sort(&by_row, pattern.cols(), pattern.ncols());

        let mut col_ptr = vec![0; pattern.ncols() + 1];
        let mut row_idx = Vec::with_capacity(pattern.nnz());
        let mut slot = vec![0; pattern.nnz()];
        let mut previous = None;
        for k in by_column {
            let (row, col) = (pattern.rows()[k], pattern.cols()[k]);
            if previous != Some((row, col)) {
                row_idx.push(row);
                col_ptr[col + 1] += 1;
                previous = Some((row, col));
            }
            slot[k] = row_idx.len() - 1;
        }
        for j in 0..pattern.ncols() {
            col_ptr[j + 1] += col_ptr[j];
        }
        debug_assert_eq!(col_ptr[pattern.ncols()], row_idx.len());
        Self {
            nrows: pattern.nrows(),
            ncols: pattern.ncols(),
            col_ptr,
            row_idx,
            slot,
        }
    }

    /// Writes the CSC values (length [`nnz`](Self::nnz)) of the coordinate `values`
    /// (length: entries of the pattern). Duplicates are summed in their order.
    pub fn assemble(&self, values: &[f64], csc: &mut [f64]) {
        debug_assert_eq!(values.len(), self.slot.len());
        debug_assert_eq!(csc.len(), self.row_idx.len());
        csc.fill(0.0);
        for (v, &s) in values.iter().zip(&self.slot) {
            csc[s] += v;
        }
    }

    /// Rows of the matrix.
    #[must_use]
    pub fn nrows(&self) -> usize {
        self.nrows
    }

    /// Columns of the matrix.
    #[must_use]
    pub fn ncols(&self) -> usize {
        self.ncols
    }

    /// Number of CSC values: distinct coordinates.
    #[must_use]
    pub fn nnz(&self) -> usize {
        self.row_idx.len()
    }

    /// Column pointers, length ncols + 1: column j occupies `col_ptr[j]..col_ptr[j + 1]`.
    #[must_use]
    pub fn col_ptr(&self) -> &[usize] {
        &self.col_ptr
    }

    /// Row of each CSC value, increasing within a column.
    #[must_use]
    pub fn row_idx(&self) -> &[usize] {
        &self.row_idx
    }

    /// CSC slot of each coordinate of the pattern.
    #[must_use]
    pub fn slots(&self) -> &[usize] {
        &self.slot
    }
}

/// The `items` in the order of their `keys[item]` < `bound`, ties in the given order.
fn counting_sort(items: &[usize], keys: &[usize], bound: usize) -> Vec<usize> {
    let mut start = vec![0; bound + 1];
    for &item in items {
        start[keys[item] + 1] += 1;
    }
    for key in 0..bound {
        start[key + 1] += start[key];
    }
    let mut sorted = vec![0; items.len()];
    for &item in items {
        let position = &mut start[keys[item]];
        sorted[*position] = item;
        *position += 1;
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_become_sorted_columns_and_duplicates_sum() {
        // [0 7 0; 1 0 0; 2 4 0], the entry 4 in two parts, the last column empty
        let entries = [(2, 1), (2, 0), (0, 1), (1, 0), (2, 1)];
        let pattern = Pattern::from_entries(3, 3, entries).expect("in range");
        let plan = Assembly::new(&pattern);
        assert_eq!(plan.col_ptr(), [0, 2, 4, 4]);
        assert_eq!(plan.row_idx(), [1, 2, 0, 2]);
        let mut csc = [f64::NAN; 4];
        plan.assemble(&[3.0, 2.0, 7.0, 1.0, 1.0], &mut csc);
        assert_eq!(csc, [1.0, 2.0, 7.0, 4.0]);
    }

    #[test]
    fn an_empty_pattern_has_empty_columns() {
        let plan = Assembly::new(&Pattern::empty(2, 3));
        assert_eq!(plan.col_ptr(), [0, 0, 0, 0]);
        assert_eq!(plan.nnz(), 0);
        plan.assemble(&[], &mut []);
    }
}
