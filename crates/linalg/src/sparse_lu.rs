//! LU factorization of a square sparse matrix, verified.

use std::fmt;

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::sparse::linalg::LuError;
use faer::sparse::linalg::lu::{LuRef, NumericLu, SymbolicLu, factorize_symbolic_lu};
use faer::{Conj, MatMut, Par};

use crate::csc::ScaledCsc;
use crate::error::FactorError;
use crate::factorization::Factorization;
use crate::pattern::Pattern;
use crate::probe::Probe;
use crate::slice::scale_by;

/// P R A C Q = L U with partial pivoting and a fill-reducing order of the columns (COLAMD), by faer.
///
/// R and C equilibrate by powers of two, as in [`DenseLu`](crate::DenseLu). The order is found once;
/// `factor` reuses the memory of the factors, which grows only when pivoting asks for more fill.
///
/// Note (2026-11-22): faer 0.24 returns success on singular matrices and then solves to NaN, and an
/// unpivoted zero passes silently; the probe turns both into errors.
pub struct SparseLu {
    matrix: ScaledCsc,
    symbolic: Option<SymbolicLu<usize>>,
    numeric: NumericLu<usize, f64>,
    memory: MemBuffer,
    probe: Probe,
    factored: bool,
}

impl fmt::Debug for SparseLu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SparseLu")
            .field("n", &self.matrix.n())
            .field("nnz", &self.matrix.values.len())
            .field("factored", &self.factored)
            .finish_non_exhaustive()
    }
}

impl SparseLu {
    /// Analyses a square pattern.
    ///
    /// # Panics
    /// When the pattern is not square.
    #[must_use]
    pub fn new(pattern: &Pattern) -> Self {
        assert_eq!(
            pattern.nrows(),
            pattern.ncols(),
            "LU asks for a square pattern"
        );
        let matrix = ScaledCsc::new(pattern);
        // A failure here (memory, index overflow) is reported by `factor`.
        let symbolic = factorize_symbolic_lu(matrix.symbolic(), Default::default()).ok();
        let memory = match &symbolic {
            Some(s) => MemBuffer::new(
                s.factorize_numeric_lu_scratch::<f64>(Par::Seq, Default::default())
                    .or(s.solve_in_place_scratch::<f64>(1, Par::Seq)),
            ),
            None => MemBuffer::new(Default::default()),
        };
        Self {
            probe: Probe::new(matrix.n()),
            matrix,
            symbolic,
            numeric: NumericLu::new(),
            memory,
            factored: false,
        }
    }
}

impl Factorization for SparseLu {
    fn n(&self) -> usize {
        self.matrix.n()
    }

    fn factor(&mut self, values: &[f64]) -> Result<(), FactorError> {
        self.factored = false;
        self.matrix.load(values)?;
        self.matrix.equilibrate()?;
        let analysis = FactorError::Analysis {
            n: self.matrix.n(),
            nnz: self.matrix.values.len(),
        };
        let Some(symbolic) = &self.symbolic else {
            return Err(analysis);
        };
        if self.matrix.n() == 0 {
            return Ok(());
        }
        let lu = symbolic
            .factorize_numeric_lu(
                &mut self.numeric,
                self.matrix.matrix(),
                Par::Seq,
                MemStack::new(&mut self.memory),
                Default::default(),
            )
            .map_err(|error| match error {
                LuError::SymbolicSingular { index } => FactorError::Singular { index, ratio: 0.0 },
                LuError::Generic(_) => analysis,
            })?;
        let (matrix, memory) = (&self.matrix, &mut self.memory);
        self.probe.check(
            2.0,
            |x, y| matrix.mul(x, y),
            |b| {
                let rhs = MatMut::from_column_major_slice_mut(b, matrix.n(), 1);
                lu.solve_in_place_with_conj(Conj::No, rhs, Par::Seq, MemStack::new(memory));
            },
        )?;
        self.factored = true;
        Ok(())
    }

    fn solve(&mut self, b: &mut [f64]) {
        debug_assert_eq!(b.len(), self.n());
        let (Some(symbolic), true) = (&self.symbolic, self.factored) else {
            b.fill(f64::NAN);
            return;
        };
        let lu = LuRef::new_unchecked(symbolic, &self.numeric);
        scale_by(&self.matrix.row_scale, b);
        let rhs = MatMut::from_column_major_slice_mut(&mut *b, self.matrix.n(), 1);
        let stack = MemStack::new(&mut self.memory);
        lu.solve_in_place_with_conj(Conj::No, rhs, Par::Seq, stack);
        scale_by(&self.matrix.col_scale, b);
    }

    fn solve_transpose(&mut self, b: &mut [f64]) {
        debug_assert_eq!(b.len(), self.n());
        let (Some(symbolic), true) = (&self.symbolic, self.factored) else {
            b.fill(f64::NAN);
            return;
        };
        let lu = LuRef::new_unchecked(symbolic, &self.numeric);
        scale_by(&self.matrix.col_scale, b);
        let rhs = MatMut::from_column_major_slice_mut(&mut *b, self.matrix.n(), 1);
        let stack = MemStack::new(&mut self.memory);
        lu.solve_transpose_in_place_with_conj(Conj::No, rhs, Par::Seq, stack);
        scale_by(&self.matrix.row_scale, b);
    }
}
