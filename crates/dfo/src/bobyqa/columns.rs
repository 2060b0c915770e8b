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
        self.fold_rows::<false>(x, y, |sum, a, x| sum + a * x);
    }

    /// y ← A x.
    pub(crate) fn product(&self, x: &[f64], y: &mut [f64]) {
        self.fold_rows::<true>(x, y, |sum, a, x| sum + a * x);
    }

    /// d_k ← |row k − x|².
    pub(crate) fn squared_distances(&self, x: &[f64], d: &mut [f64]) {
        self.fold_rows::<true>(x, d, |sum, a, x| sum + (a - x) * (a - x));
    }

    /// y_k ← the fold of row k and x, from 0 when `ANEW` and else from y_k.
    #[inline]
    fn fold_rows<const ANEW: bool>(
        &self,
        x: &[f64],
        y: &mut [f64],
        f: impl Fn(f64, f64, f64) -> f64 + Copy,
    ) {
        debug_assert_eq!((self.rows, self.data.len()), (y.len(), y.len() * x.len()));
        let (head, tail) = x.split_at(x.len() % 8);
        let (first, mut columns) = self.data.split_at(head.len() * self.rows);
        match head.len() {
            0 if ANEW => y.fill(0.0),
            0 => {}
            1 => fold_block::<1, ANEW>(first, head, y, f),
            2 => fold_block::<2, ANEW>(first, head, y, f),
            3 => fold_block::<3, ANEW>(first, head, y, f),
            4 => fold_block::<4, ANEW>(first, head, y, f),
            5 => fold_block::<5, ANEW>(first, head, y, f),
            6 => fold_block::<6, ANEW>(first, head, y, f),
            _ => fold_block::<7, ANEW>(first, head, y, f),
        }
        for x in tail.chunks_exact(8) {
            let (block, others) = columns.split_at(8 * self.rows);
            fold_block::<8, false>(block, x, y, f);
            columns = others;
        }
    }

    /// y ← y + Aᵀ w for the first columns of A, as many as y has entries; the terms of each sum in the order of the
    /// rows.
    pub(crate) fn add_transposed_product(&self, w: &[f64], y: &mut [f64]) {
        debug_assert!(self.rows == w.len() && self.data.len() >= w.len() * y.len());
        let rows = w.len();
        let (head, tail) = y.split_at_mut(y.len() % 8);
        let (first, mut columns) = self.data.split_at(head.len() * rows);
        match head.len() {
            0 => {}
            1 => add_block::<1>(first, w, head),
            2 => add_block::<2>(first, w, head),
            3 => add_block::<3>(first, w, head),
            4 => add_block::<4>(first, w, head),
            5 => add_block::<5>(first, w, head),
            6 => add_block::<6>(first, w, head),
            _ => add_block::<7>(first, w, head),
        }
        for y in tail.chunks_exact_mut(8) {
            let (block, others) = columns.split_at(8 * rows);
            add_block::<8>(block, w, y);
            columns = others;
        }
    }

    /// y ← y + Aᵀ u + Bᵀ v, both terms of each row together.
    pub(crate) fn add_transposed_products(&self, u: &[f64], b: &Self, v: &[f64], y: &mut [f64]) {
        debug_assert_eq!((self.rows, self.data.len()), (b.rows, b.data.len()));
        debug_assert_eq!((u.len(), v.len()), (self.rows, self.rows));
        let rows = self.rows;
        let (head, tail) = y.split_at_mut(y.len() % 4);
        let count = head.len() * rows;
        match head.len() {
            0 => {}
            1 => add_two_blocks::<1>(&self.data, u, &b.data, v, head),
            2 => add_two_blocks::<2>(&self.data, u, &b.data, v, head),
            _ => add_two_blocks::<3>(&self.data, u, &b.data, v, head),
        }
        let blocks = self.data[count..].chunks_exact(4 * rows);
        let blocks = blocks.zip(b.data[count..].chunks_exact(4 * rows));
        for (y, (a, b)) in tail.chunks_exact_mut(4).zip(blocks) {
            add_two_blocks::<4>(a, u, b, v, y);
        }
    }

    /// y ← Aᵀ w.
    pub(crate) fn transposed_product(&self, w: &[f64], y: &mut [f64]) {
        y.fill(0.0);
        self.add_transposed_product(w, y);
    }

    /// Copies the upper triangle of a square matrix to the lower one.
    pub(crate) fn mirror(&mut self) {
        let n = self.rows;
        for j in 1..n {
            let (left, right) = self.data.split_at_mut(j * n);
            for (row, upper) in left.chunks_exact_mut(n).zip(&right[..j]) {
                row[j] = *upper;
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

/// One pass over the rows of `N` columns. The sums of all rows are independent.
#[inline]
fn fold_block<const N: usize, const ANEW: bool>(
    columns: &[f64],
    x: &[f64],
    y: &mut [f64],
    f: impl Fn(f64, f64, f64) -> f64,
) {
    let rows = y.len();
    let block: [&[f64]; N] = std::array::from_fn(|j| &columns[j * rows..][..rows]);
    let x: [f64; N] = std::array::from_fn(|j| x[j]);
    for i in 0..rows {
        let mut sum = if ANEW { 0.0 } else { y[i] };
        for j in 0..N {
            sum = f(sum, block[j][i], x[j]);
        }
        y[i] = sum;
    }
}

/// Adds the products of `w` with `N` columns, whose sums run side by side.
fn add_block<const N: usize>(columns: &[f64], w: &[f64], y: &mut [f64]) {
    let rows = w.len();
    let block: [&[f64]; N] = std::array::from_fn(|j| &columns[j * rows..][..rows]);
    let mut sum = [0.0; N];
    sum.copy_from_slice(y);
    for i in 0..rows {
        for j in 0..N {
            sum[j] += block[j][i] * w[i];
        }
    }
    y.copy_from_slice(&sum);
}

/// The same for two matrices.
fn add_two_blocks<const N: usize>(a: &[f64], u: &[f64], b: &[f64], v: &[f64], y: &mut [f64]) {
    let rows = u.len();
    let v = &v[..rows];
    let a: [&[f64]; N] = std::array::from_fn(|j| &a[j * rows..][..rows]);
    let b: [&[f64]; N] = std::array::from_fn(|j| &b[j * rows..][..rows]);
    let mut sum = [0.0; N];
    sum.copy_from_slice(y);
    for i in 0..rows {
        for j in 0..N {
            sum[j] = sum[j] + a[j][i] * u[i] + b[j][i] * v[i];
        }
    }
    y.copy_from_slice(&sum);
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
