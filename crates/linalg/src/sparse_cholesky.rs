//! Cholesky factorizations of sparse symmetric matrices, verified: LLᵀ and LDLᵀ.

use std::fmt;

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::ldlt::factor::{LdltError, LdltRegularization};
use faer::linalg::cholesky::llt::factor::LltError as PivotError;
use faer::sparse::SparseColMatRef;
use faer::sparse::linalg::cholesky::supernodal::SupernodalLdltRef;
use faer::sparse::linalg::cholesky::{
    CholeskySymbolicParams, LdltRef, LltRef, SymbolicCholesky, SymbolicCholeskyRaw,
    SymmetricOrdering, factorize_symbolic_cholesky,
};
use faer::{Conj, MatMut, Par, Side};

use crate::csc::ScaledCsc;
use crate::error::FactorError;
use crate::factorization::{Factorization, Inertia};
use crate::pattern::Pattern;
use crate::probe::Probe;
use crate::slice::{all_finite, scale_by};

/// Which of the two factorizations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// L Lᵀ, for positive definite matrices.
    Llt,
    /// L D Lᵀ with a diagonal D and no pivoting, for quasi-definite ones.
    Ldlt,
}

/// The analysis of a lower triangle and the memory of its factor, without verification.
pub(crate) struct SymmetricFactor {
    kind: Kind,
    n: usize,
    nnz: usize,
    symbolic: Option<SymbolicCholesky<usize>>,
    values: Vec<f64>,
    memory: MemBuffer,
}

impl SymmetricFactor {
    pub(crate) fn new(kind: Kind, matrix: &ScaledCsc) -> Self {
        // A failure here (memory, index overflow) is reported by `factor`.
        let symbolic = factorize_symbolic_cholesky(
            matrix.symbolic(),
            Side::Lower,
            SymmetricOrdering::Amd,
            CholeskySymbolicParams::default(),
        )
        .ok();
        let mut request = Default::default();
        let mut length = 0;
        if let Some(s) = &symbolic {
            length = s.len_val();
            request = match kind {
                Kind::Llt => s.factorize_numeric_llt_scratch::<f64>(Par::Seq, Default::default()),
                Kind::Ldlt => s.factorize_numeric_ldlt_scratch::<f64>(Par::Seq, Default::default()),
            }
            .or(s.solve_in_place_scratch::<f64>(1, Par::Seq));
        }
        Self {
            kind,
            n: matrix.n(),
            nnz: matrix.values.len(),
            symbolic,
            values: vec![0.0; length],
            memory: MemBuffer::new(request),
        }
    }

    pub(crate) fn factor(
        &mut self,
        matrix: SparseColMatRef<'_, usize, f64>,
    ) -> Result<(), FactorError> {
        let analysis = FactorError::Analysis {
            n: self.n,
            nnz: self.nnz,
        };
        let Some(symbolic) = &self.symbolic else {
            return Err(analysis);
        };
        if self.n == 0 {
            return Ok(());
        }
        let stack = MemStack::new(&mut self.memory);
        let values = &mut self.values;
        match self.kind {
            Kind::Llt => symbolic
                .factorize_numeric_llt(
                    values,
                    matrix,
                    Side::Lower,
                    Default::default(),
                    Par::Seq,
                    stack,
                    Default::default(),
                )
                .map(drop)
                .map_err(|PivotError::NonPositivePivot { index }| {
                    FactorError::NotPositiveDefinite { index }
                })?,
            Kind::Ldlt => symbolic
                .factorize_numeric_ldlt(
                    values,
                    matrix,
                    Side::Lower,
                    LdltRegularization::default(),
                    Par::Seq,
                    stack,
                    Default::default(),
                )
                .map(drop)
                .map_err(|LdltError::ZeroPivot { index }| FactorError::Singular {
                    index,
                    ratio: 0.0,
                })?,
        }
        if all_finite(&self.values) {
            Ok(())
        } else {
            Err(FactorError::Inaccurate { residual: f64::NAN })
        }
    }

    /// b ← (factor)⁻¹ b after a successful `factor`.
    pub(crate) fn solve(&mut self, b: &mut [f64]) {
        let (Some(symbolic), true) = (&self.symbolic, self.n > 0) else {
            return;
        };
        let rhs = MatMut::from_column_major_slice_mut(b, self.n, 1);
        let stack = MemStack::new(&mut self.memory);
        match self.kind {
            Kind::Llt => LltRef::<usize, f64>::new(symbolic, &self.values)
                .solve_in_place_with_conj(Conj::No, rhs, Par::Seq, stack),
            Kind::Ldlt => LdltRef::<usize, f64>::new(symbolic, &self.values)
                .solve_in_place_with_conj(Conj::No, rhs, Par::Seq, stack),
        }
    }

    /// Signs of the diagonal: of D for LDLᵀ.
    pub(crate) fn inertia(&self) -> Inertia {
        let mut inertia = Inertia::default();
        let mut count = |d: f64| {
            if d > 0.0 {
                inertia.positive += 1;
            } else if d < 0.0 {
                inertia.negative += 1;
            } else {
                inertia.zero += 1;
            }
        };
        match self.symbolic.as_ref().map(SymbolicCholesky::raw) {
            None => {}
            // D stands where the unit diagonal of L would: first in each column.
            Some(SymbolicCholeskyRaw::Simplicial(s)) => {
                for &start in &s.col_ptr()[..self.n] {
                    count(self.values[start]);
                }
            }
            Some(SymbolicCholeskyRaw::Supernodal(s)) => {
                let factor = SupernodalLdltRef::new(s, &self.values);
                for k in 0..s.n_supernodes() {
                    let block = factor.supernode(k).val();
                    for j in 0..block.ncols() {
                        count(block[(j, j)]);
                    }
                }
            }
        }
        inertia
    }
}

/// A verified factorization of one kind; the two public types are its faces.
struct Verified {
    matrix: ScaledCsc,
    factor: SymmetricFactor,
    probe: Probe,
    factored: bool,
}

impl Verified {
    fn new(kind: Kind, pattern: &Pattern) -> Self {
        assert!(
            pattern.is_lower_triangle(),
            "the pattern holds a lower triangle"
        );
        let matrix = ScaledCsc::new(pattern);
        Self {
            factor: SymmetricFactor::new(kind, &matrix),
            probe: Probe::new(matrix.n()),
            matrix,
            factored: false,
        }
    }

    fn factor(&mut self, values: &[f64]) -> Result<(), FactorError> {
        self.factored = false;
        self.matrix.load(values)?;
        self.matrix.equilibrate_symmetric()?;
        self.factor.factor(self.matrix.matrix())?;
        let (matrix, factor) = (&self.matrix, &mut self.factor);
        self.probe
            .check(2.0, |x, y| matrix.mul_symmetric(x, y), |b| factor.solve(b))?;
        self.factored = true;
        Ok(())
    }

    fn solve(&mut self, b: &mut [f64]) {
        debug_assert_eq!(b.len(), self.matrix.n());
        if !self.factored {
            b.fill(f64::NAN);
            return;
        }
        scale_by(&self.matrix.row_scale, b);
        self.factor.solve(b);
        scale_by(&self.matrix.row_scale, b);
    }

    fn describe(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("n", &self.matrix.n())
            .field("nnz", &self.matrix.values.len())
            .field("factored", &self.factored)
            .finish_non_exhaustive()
    }
}

macro_rules! face {
    ($name:ident, $kind:expr, $text:literal, $($line:literal),+) => {
        #[doc = $text]
        ///
        $(#[doc = $line])+
        /// The matrix is equilibrated symmetrically by powers of two. The order (approximate minimum degree)
        /// and the structure of L are found once; `factor` reuses the memory of L.
        pub struct $name(Verified);

        impl $name {
            /// Analyses the pattern of a lower triangle.
            ///
            /// # Panics
            /// When an entry stands above the diagonal or the pattern is not square.
            #[must_use]
            pub fn new(pattern: &Pattern) -> Self {
                Self(Verified::new($kind, pattern))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.describe(stringify!($name), f)
            }
        }

        impl Factorization for $name {
            fn n(&self) -> usize {
                self.0.matrix.n()
            }

            fn factor(&mut self, values: &[f64]) -> Result<(), FactorError> {
                self.0.factor(values)
            }

            fn solve(&mut self, b: &mut [f64]) {
                self.0.solve(b);
            }

            fn solve_transpose(&mut self, b: &mut [f64]) {
                self.0.solve(b);
            }

            fn inertia(&self) -> Option<Inertia> {
                self.0.factored.then(|| self.0.factor.inertia())
            }
        }
    };
}

face!(
    SparseCholesky,
    Kind::Llt,
    "P S A S Pᵀ = L Lᵀ of a sparse symmetric positive definite matrix, by faer.",
    "A matrix that is not positive definite to working precision is an error."
);
face!(
    SparseLdlt,
    Kind::Ldlt,
    "P S A S Pᵀ = L D Lᵀ of a sparse symmetric quasi-definite matrix, by faer, D diagonal.",
    "The elimination does not pivot: it exists in every order for quasi-definite matrices [H Aᵀ; A −C], H",
    "and C positive definite, and may fail on others; the probe tells. Its inertia is the signs of D.",
    "",
    "Note (2026-11-22): the pivoted sparse LBLᵀ of faer 0.24 is not used: on nonsingular saddle",
    "matrices it gives NaN without an error."
);
