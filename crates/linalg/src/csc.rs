//! A square sparse matrix in compressed columns, as the sparse factorizations hold it.

use faer::sparse::{SparseColMatRef, SymbolicSparseColMatRef};

use crate::assembly::Assembly;
use crate::error::FactorError;
use crate::pattern::Pattern;
use crate::scaling::{equilibrate_symmetric, inverse_power_of_two};
use crate::slice::all_finite;

/// Assembled and equilibrated values R A C with their structure.
#[derive(Debug, Clone)]
pub(crate) struct ScaledCsc {
    assembly: Assembly,
    pub(crate) values: Vec<f64>,
    pub(crate) row_scale: Vec<f64>,
    pub(crate) col_scale: Vec<f64>,
}

impl ScaledCsc {
    pub(crate) fn new(pattern: &Pattern) -> Self {
        let assembly = Assembly::new(pattern);
        Self {
            values: vec![0.0; assembly.nnz()],
            row_scale: vec![1.0; assembly.nrows()],
            col_scale: vec![1.0; assembly.ncols()],
            assembly,
        }
    }

    pub(crate) fn n(&self) -> usize {
        self.assembly.ncols()
    }

    pub(crate) fn assembly(&self) -> &Assembly {
        &self.assembly
    }

    pub(crate) fn symbolic(&self) -> SymbolicSparseColMatRef<'_, usize> {
        let n = self.n();
        SymbolicSparseColMatRef::new_checked(
            n,
            n,
            self.assembly.col_ptr(),
            None,
            self.assembly.row_idx(),
        )
    }

    pub(crate) fn matrix(&self) -> SparseColMatRef<'_, usize, f64> {
        SparseColMatRef::new(self.symbolic(), &self.values)
    }

    /// Slot of each diagonal entry of a pattern that has them all.
    pub(crate) fn diagonal_slots(&self) -> Vec<usize> {
        let (col_ptr, row_idx) = (self.assembly.col_ptr(), self.assembly.row_idx());
        (0..self.n())
            .map(|j| {
                let column = &row_idx[col_ptr[j]..col_ptr[j + 1]];
                col_ptr[j]
                    + column
                        .binary_search(&j)
                        .expect("the diagonal is in the pattern")
            })
            .collect()
    }

    /// Assembles coordinate values without scaling.
    pub(crate) fn load(&mut self, values: &[f64]) -> Result<(), FactorError> {
        let expected = self.assembly.slots().len();
        if values.len() != expected {
            return Err(FactorError::Dimension {
                expected,
                found: values.len(),
            });
        }
        self.assembly.assemble(values, &mut self.values);
        // A sum of duplicates may overflow: look at what is assembled.
        if !all_finite(&self.values) {
            return Err(FactorError::NotFinite);
        }
        Ok(())
    }

    /// R A C with every largest entry of a row, then of a column, in [1, 2).
    ///
    /// # Errors
    /// A row or a column without a nonzero entry.
    pub(crate) fn equilibrate(&mut self) -> Result<(), FactorError> {
        let zero = |index| FactorError::Singular { index, ratio: 0.0 };
        let (col_ptr, row_idx) = (self.assembly.col_ptr(), self.assembly.row_idx());
        self.row_scale.fill(0.0);
        for (&i, v) in row_idx.iter().zip(&self.values) {
            self.row_scale[i] = self.row_scale[i].max(v.abs());
        }
        for (i, r) in self.row_scale.iter_mut().enumerate() {
            if *r == 0.0 {
                return Err(zero(i));
            }
            *r = inverse_power_of_two(*r);
        }
        for j in 0..self.col_scale.len() {
            let range = col_ptr[j]..col_ptr[j + 1];
            let mut largest = 0.0_f64;
            for (v, &i) in self.values[range.clone()]
                .iter_mut()
                .zip(&row_idx[range.clone()])
            {
                *v *= self.row_scale[i];
                largest = largest.max(v.abs());
            }
            if largest == 0.0 {
                return Err(zero(j));
            }
            let c = inverse_power_of_two(largest);
            self.col_scale[j] = c;
            for v in &mut self.values[range] {
                *v *= c;
            }
        }
        Ok(())
    }

    /// S A S for a symmetric matrix given by its lower triangle, S in both scales, so that the largest
    /// entry of every row is near one.
    ///
    /// # Errors
    /// A row without a nonzero entry.
    pub(crate) fn equilibrate_symmetric(&mut self) -> Result<(), FactorError> {
        let (col_ptr, row_idx) = (self.assembly.col_ptr(), self.assembly.row_idx());
        let values = &mut self.values;
        equilibrate_symmetric(&mut self.row_scale, &mut self.col_scale, |s, norms| {
            norms.fill(0.0);
            for j in 0..s.len() {
                for k in col_ptr[j]..col_ptr[j + 1] {
                    let i = row_idx[k];
                    let v = (values[k] * s[i] * s[j]).abs();
                    norms[i] = norms[i].max(v);
                    norms[j] = norms[j].max(v);
                }
            }
        })
        .map_err(|index| FactorError::Singular { index, ratio: 0.0 })?;
        for j in 0..self.row_scale.len() {
            for k in col_ptr[j]..col_ptr[j + 1] {
                values[k] = values[k] * self.row_scale[row_idx[k]] * self.row_scale[j];
            }
        }
        self.col_scale.copy_from_slice(&self.row_scale);
        Ok(())
    }

    /// y = (values) x.
    pub(crate) fn mul(&self, x: &[f64], y: &mut [f64]) {
        let (col_ptr, row_idx) = (self.assembly.col_ptr(), self.assembly.row_idx());
        y.fill(0.0);
        for (j, xj) in x.iter().enumerate() {
            for k in col_ptr[j]..col_ptr[j + 1] {
                y[row_idx[k]] += self.values[k] * xj;
            }
        }
    }

    /// y = (values)ᵀ x.
    pub(crate) fn mul_transpose(&self, x: &[f64], y: &mut [f64]) {
        let (col_ptr, row_idx) = (self.assembly.col_ptr(), self.assembly.row_idx());
        for (j, yj) in y.iter_mut().enumerate() {
            let column = col_ptr[j]..col_ptr[j + 1];
            *yj = column.map(|k| self.values[k] * x[row_idx[k]]).sum();
        }
    }

    /// y = (values) x for a symmetric matrix given by one triangle.
    pub(crate) fn mul_symmetric(&self, x: &[f64], y: &mut [f64]) {
        let (col_ptr, row_idx) = (self.assembly.col_ptr(), self.assembly.row_idx());
        y.fill(0.0);
        for j in 0..x.len() {
            for k in col_ptr[j]..col_ptr[j + 1] {
                let i = row_idx[k];
                y[i] += self.values[k] * x[j];
                if i != j {
                    y[j] += self.values[k] * x[i];
                }
            }
        }
    }
}
