//! Dense matrices stored by columns, with sums in a fixed order.

/// A dense matrix, column after column.
///
/// Every sum runs in the order of its index, as in Powell's Fortran, so that runs can be compared with his
/// bit for bit. Speed comes from working on independent sums at once: all rows of a column, or four
/// columns.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Columns {
    rows: usize,
    data: Vec<f64>,
}

impl Columns {
    pub(crate) fn zeros(rows: usize, columns: usize) -> Self {
        Columns {
            rows,
            data: vec![0.0; rows * columns],
        }
    }

    pub(crate) fn fill(&mut self, value: f64) {
        self.data.fill(value);
    }

    #[inline]
    pub(crate) fn at(&self, i: usize, j: usize) -> f64 {
        debug_assert!(i < self.rows);
        self.data[i + j * self.rows]
    }

    #[inline]
    pub(crate) fn at_mut(&mut self, i: usize, j: usize) -> &mut f64 {
        debug_assert!(i < self.rows);
        &mut self.data[i + j * self.rows]
    }

    #[inline]
    pub(crate) fn column(&self, j: usize) -> &[f64] {
        &self.data[j * self.rows..][..self.rows]
    }

    #[inline]
    pub(crate) fn column_mut(&mut self, j: usize) -> &mut [f64] {
        &mut self.data[j * self.rows..][..self.rows]
    }

    /// Columns `0` and `j > 0` together.
    pub(crate) fn first_and(&mut self, j: usize) -> (&mut [f64], &mut [f64]) {
        let (head, tail) = self.data.split_at_mut(j * self.rows);
        (&mut head[..self.rows], &mut tail[..self.rows])
    }

    pub(crate) fn columns(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.data.chunks_exact(self.rows)
    }

    pub(crate) fn columns_mut(&mut self) -> impl Iterator<Item = &mut [f64]> {
        self.data.chunks_exact_mut(self.rows)
    }

    /// y ← y + A x, the terms of each sum in the order of the columns.
    pub(crate) fn add_product(&self, x: &[f64], y: &mut [f64]) {
        debug_assert_eq!((self.rows, self.data.len()), (y.len(), y.len() * x.len()));
        for (column, &x) in self.columns().zip(x) {
            for (y, a) in y.iter_mut().zip(column) {
                *y += a * x;
            }
        }
    }

    /// y ← A x.
    pub(crate) fn product(&self, x: &[f64], y: &mut [f64]) {
        y.fill(0.0);
        self.add_product(x, y);
    }

    /// y ← y + Aᵀ w, the terms of each sum in the order of the rows.
    pub(crate) fn add_transposed_product(&self, w: &[f64], y: &mut [f64]) {
        debug_assert_eq!((self.rows, self.data.len()), (w.len(), w.len() * y.len()));
        let mut columns = self.data.chunks_exact(4 * self.rows.max(1));
        let mut sums = y.chunks_exact_mut(4);
        for (block, y) in (&mut columns).zip(&mut sums) {
            let (a, block) = block.split_at(self.rows);
            let (b, block) = block.split_at(self.rows);
            let (c, d) = block.split_at(self.rows);
            let mut sum = [y[0], y[1], y[2], y[3]];
            for ((((w, a), b), c), d) in w.iter().zip(a).zip(b).zip(c).zip(d) {
                sum[0] += a * w;
                sum[1] += b * w;
                sum[2] += c * w;
                sum[3] += d * w;
            }
            y.copy_from_slice(&sum);
        }
        let rest = columns.remainder().chunks_exact(self.rows.max(1));
        for (column, y) in rest.zip(sums.into_remainder()) {
            for (w, a) in w.iter().zip(column) {
                *y += a * w;
            }
        }
    }

    /// y ← Aᵀ w.
    pub(crate) fn transposed_product(&self, w: &[f64], y: &mut [f64]) {
        y.fill(0.0);
        self.add_transposed_product(w, y);
    }

    /// d_k ← |row k − x|².
    pub(crate) fn squared_distances(&self, x: &[f64], d: &mut [f64]) {
        d.fill(0.0);
        for (column, &x) in self.columns().zip(x) {
            for (d, a) in d.iter_mut().zip(column) {
                *d += (a - x) * (a - x);
            }
        }
    }

    pub(crate) fn read_row(&self, i: usize, row: &mut [f64]) {
        for (column, r) in self.columns().zip(row) {
            *r = column[i];
        }
    }

    pub(crate) fn write_row(&mut self, i: usize, row: &[f64]) {
        for (column, r) in self.columns_mut().zip(row) {
            column[i] = *r;
        }
    }

    pub(crate) fn swap_rows(&mut self, i: usize, k: usize) {
        for column in self.columns_mut() {
            column.swap(i, k);
        }
    }
}
