//! Exchange with nalgebra-sparse and with Matrix Market files.

use std::path::Path;

use nalgebra_sparse::io::{
    MatrixMarketError, load_coo_from_matrix_market_file, load_coo_from_matrix_market_str,
    save_to_matrix_market_file, save_to_matrix_market_str,
};
use nalgebra_sparse::{CooMatrix, CscMatrix};

use crate::assembly::Assembly;
use crate::pattern::Pattern;

/// Pattern and values of a coordinate matrix, entries in its order, duplicates kept.
#[must_use]
pub fn from_coo(matrix: CooMatrix<f64>) -> (Pattern, Vec<f64>) {
    let (nrows, ncols) = (matrix.nrows(), matrix.ncols());
    let (rows, cols, values) = matrix.disassemble();
    let pattern = Pattern::new(nrows, ncols, rows, cols).expect("a CooMatrix is within its shape");
    (pattern, values)
}

/// Pattern and values of a compressed matrix, column by column.
#[must_use]
pub fn from_csc(matrix: &CscMatrix<f64>) -> (Pattern, Vec<f64>) {
    let entries = matrix.triplet_iter().map(|(i, j, _)| (i, j));
    let pattern = Pattern::from_entries(matrix.nrows(), matrix.ncols(), entries)
        .expect("a CscMatrix is within its shape");
    (pattern, matrix.values().to_vec())
}

/// The coordinate matrix of a pattern and its values.
///
/// # Panics
/// When there is not one value for each entry.
#[must_use]
pub fn to_coo(pattern: &Pattern, values: &[f64]) -> CooMatrix<f64> {
    assert_eq!(values.len(), pattern.nnz(), "one value for each entry");
    CooMatrix::try_from_triplets(
        pattern.nrows(),
        pattern.ncols(),
        pattern.rows().to_vec(),
        pattern.cols().to_vec(),
        values.to_vec(),
    )
    .expect("a pattern is within its shape")
}

/// The compressed matrix of a pattern and its values; duplicates are summed.
///
/// # Panics
/// When there is not one value for each entry.
#[must_use]
pub fn to_csc(pattern: &Pattern, values: &[f64]) -> CscMatrix<f64> {
    assert_eq!(values.len(), pattern.nnz(), "one value for each entry");
    let plan = Assembly::new(pattern);
    let mut csc = vec![0.0; plan.nnz()];
    plan.assemble(values, &mut csc);
    CscMatrix::try_from_csc_data(
        pattern.nrows(),
        pattern.ncols(),
        plan.col_ptr().to_vec(),
        plan.row_idx().to_vec(),
        csc,
    )
    .expect("an assembly has sorted distinct rows")
}

/// Reads a Matrix Market file; symmetric ones are expanded to the full matrix.
///
/// # Errors
/// When the file cannot be read or is not a real matrix in Matrix Market form.
pub fn read_matrix_market(
    path: impl AsRef<Path>,
) -> Result<(Pattern, Vec<f64>), MatrixMarketError> {
    load_coo_from_matrix_market_file(path).map(from_coo)
}

/// Reads a matrix from text in Matrix Market form.
///
/// # Errors
/// When the text is not a real matrix in Matrix Market form.
pub fn parse_matrix_market(text: &str) -> Result<(Pattern, Vec<f64>), MatrixMarketError> {
    load_coo_from_matrix_market_str(text).map(from_coo)
}

/// Writes a Matrix Market file in coordinate form; duplicates are summed first.
///
/// # Errors
/// When the file cannot be written.
pub fn write_matrix_market(
    pattern: &Pattern,
    values: &[f64],
    path: impl AsRef<Path>,
) -> Result<(), std::io::Error> {
    save_to_matrix_market_file(&to_csc(pattern, values), path)
}

/// Text of a matrix in Matrix Market coordinate form; duplicates are summed first.
#[must_use]
pub fn format_matrix_market(pattern: &Pattern, values: &[f64]) -> String {
    save_to_matrix_market_str(&to_csc(pattern, values))
}
