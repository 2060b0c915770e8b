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
        self.add_columns(0, x, y);
    }

    /// y ← A x.
    pub(crate) fn product(&self, x: &[f64], y: &mut [f64]) {
        debug_assert_eq!((self.rows, self.data.len()), (y.len(), y.len() * x.len()));
        let Some((first, rest)) = x.split_first() else {
            return y.fill(0.0);
        };
        for (y, a) in y.iter_mut().zip(self.column(0)) {
            // a sum that begins with zero: −0 becomes 0
            *y = 0.0 + a * first;
        }
        self.add_columns(1, rest, y);
    }

    /// y ← y + Σ x_j a_j over the columns from `first` on, four in a pass.
    #[inline]
    fn add_columns(&self, first: usize, x: &[f64], y: &mut [f64]) {
        let rows = self.rows;
        let y = &mut y[..rows];
        let (fours, rest) = x.split_at(x.len() - x.len() % 4);
        let mut columns = &self.data[first * rows..];
        for x in fours.chunks_exact(4) {
            let (a, others) = columns.split_at(rows);
            let (b, others) = others.split_at(rows);
            let (c, others) = others.split_at(rows);
            let (d, others) = others.split_at(rows);
            for i in 0..rows {
                y[i] = (((y[i] + a[i] * x[0]) + b[i] * x[1]) + c[i] * x[2]) + d[i] * x[3];
            }
            columns = others;
        }
        for (x, column) in rest.iter().zip(columns.chunks_exact(rows)) {
            for (y, a) in y.iter_mut().zip(column) {
                *y += a * x;
            }
        }
    }

    /// y ← y + Aᵀ w for the first columns of A, as many as y has entries; the terms of each sum in the order of the
    /// rows.
    pub(crate) fn add_transposed_product(&self, w: &[f64], y: &mut [f64]) {
        debug_assert!(self.rows == w.len() && self.data.len() >= w.len() * y.len());
        let (mut y, mut columns) = (y, self.data.as_slice());
        (y, columns) = add_blocks::<8>(columns, w, y);
        (y, columns) = add_blocks::<4>(columns, w, y);
        (y, columns) = add_blocks::<2>(columns, w, y);
        add_blocks::<1>(columns, w, y);
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

    /// Copies the upper triangle of a square matrix to the lower one.
    pub(crate) fn mirror(&mut self) {
        let n = self.rows;
        for j in 1..n {
            for i in 0..j {
                self.data[j + i * n] = self.data[i + j * n];
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

    pub(crate) fn largest_modulus(&self) -> f64 {
        largest_modulus(&self.data)
    }

    pub(crate) fn swap_rows(&mut self, i: usize, k: usize) {
        for column in self.columns_mut() {
            column.swap(i, k);
        }
    }
}

/// Adds the products of `w` with as many columns as make blocks of `N`; returns what is left. The sums of a block
/// run side by side.
fn add_blocks<'a, 'y, const N: usize>(
    columns: &'a [f64],
    w: &[f64],
    y: &'y mut [f64],
) -> (&'y mut [f64], &'a [f64]) {
    let rows = w.len();
    let blocks = y.len() / N;
    let (now, left) = y.split_at_mut(blocks * N);
    for (k, y) in now.chunks_exact_mut(N).enumerate() {
        let block: [&[f64]; N] = std::array::from_fn(|j| &columns[(k * N + j) * rows..][..rows]);
        let mut sum = [0.0; N];
        sum.copy_from_slice(y);
        for i in 0..rows {
            for j in 0..N {
                sum[j] += block[j][i] * w[i];
            }
        }
        y.copy_from_slice(&sum);
    }
    (left, &columns[blocks * N * rows..])
}

/// The largest modulus; NaN is passed over.
fn largest_modulus(x: &[f64]) -> f64 {
    let mut most = [0.0; 8];
    let chunks = x.chunks_exact(8);
    let tail = chunks.remainder();
    for chunk in chunks {
        for (most, x) in most.iter_mut().zip(chunk) {
            *most = if x.abs() > *most { x.abs() } else { *most };
        }
    }
    tail.iter()
        .chain(&most)
        .fold(0.0, |a, x| if x.abs() > a { x.abs() } else { a })
}
