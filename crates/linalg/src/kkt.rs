//! The symmetric indefinite system of constrained optimization.

use std::fmt;

use crate::csc::ScaledCsc;
use crate::dense::{DenseLblt, coordinate::Coordinate};
use crate::error::FactorError;
use crate::factorization::{DENSE_ORDER, Factorization, Inertia, SymmetricLu};
use crate::pattern::Pattern;
use crate::probe::Probe;
use crate::slice::{norm_inf, scale_by};
use crate::sparse_cholesky::{Kind, SymmetricFactor};

/// Regularisation ±ε of the equilibrated matrix. Between √ε = 1.5e-8, where LDLᵀ of a nearly singular
/// leading block keeps half of the digits, and what three steps of refinement remove.
const REGULARISATION: f64 = 1e-8;

/// Most steps of refinement in one solve.
const REFINEMENTS: usize = 6;

/// Relative residual at which refinement stops.
const TARGET: f64 = 1e-15;

/// Relative residual that the refined probe must reach for LDLᵀ to be kept.
const ACCEPTED: f64 = 1e-11;

/// K = [H + ρI, Aᵀ; A, −δI], factored, verified and solved to full precision.
///
/// H (n × n, lower triangle) and A (m × n) are coordinate patterns; ρ and δ ≥ 0 are the regularisation
/// that the caller *wants*, often zero.
///
/// Up to order 64, dense LBLᵀ. Above:
/// 1. K is equilibrated, K̃ = S K S.
/// 2. K̃ + diag(εI, −εI), ε = 1e-8, is factored as L D Lᵀ without pivoting.
/// 3. Each solve is refined against K̃ itself.
/// 4. A refined probe must reach a relative residual of 1e-11; else K is factored by sparse LU.
///
/// *Inertia.* Refinement converges when the spectral radius of M⁻¹E is below one, M = K̃ + E. Then
/// M − tE is nonsingular for t in [0, 1] and K has the inertia of M: the signs of D. After the
/// fallback to LU it is unknown.
///
/// *Convergence and failure.* H positive definite makes the system quasi-definite and step 2 exists
/// (Vanderbei, *Symmetric quasidefinite matrices*, SIAM J. Optim. 5, 1995). With H indefinite it may
/// break down or lose accuracy: the probe notices, LU answers. A singular K is an error.
pub struct Kkt {
    n: usize,
    m: usize,
    hess_nnz: usize,
    jac_nnz: usize,
    values: Vec<f64>,
    method: Method,
    /// Whether the last factorization failed.
    failed: bool,
}

enum Method {
    Dense(Box<Coordinate<DenseLblt>>),
    Sparse(Box<Refined>),
}

impl fmt::Debug for Kkt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kkt")
            .field("n", &self.n)
            .field("m", &self.m)
            .field("method", &self.method_name())
            .field("inertia", &self.inertia())
            .finish_non_exhaustive()
    }
}

impl Kkt {
    /// Analyses the patterns of H (lower triangle, n × n) and A (m × n).
    ///
    /// # Panics
    /// When `hessian` is not a lower triangle or the numbers of columns differ.
    #[must_use]
    pub fn new(hessian: &Pattern, jacobian: &Pattern) -> Self {
        assert!(
            hessian.is_lower_triangle(),
            "the Hessian is a lower triangle"
        );
        assert_eq!(hessian.ncols(), jacobian.ncols(), "H and A have n columns");
        let (n, m) = (hessian.ncols(), jacobian.nrows());
        let diagonal = (0..n + m).map(|i| (i, i));
        let entries = hessian
            .iter()
            .chain(jacobian.iter().map(|(i, j)| (n + i, j)))
            .chain(diagonal);
        let pattern =
            Pattern::from_entries(n + m, n + m, entries).expect("both patterns are in range");
        let method = if n + m <= DENSE_ORDER {
            Method::Dense(Box::new(Coordinate::new(
                &pattern,
                true,
                DenseLblt::new(n + m),
            )))
        } else {
            Method::Sparse(Box::new(Refined::new(pattern.clone(), n)))
        };
        Self {
            n,
            m,
            hess_nnz: hessian.nnz(),
            jac_nnz: jacobian.nnz(),
            values: vec![0.0; pattern.nnz()],
            method,
            failed: true,
        }
    }

    /// Factors K for these values, `hess` and `jac` in the order of their patterns.
    ///
    /// # Errors
    /// [`FactorError`] when a length is wrong, a value is not finite, K is singular to working precision,
    /// or no method gives an accurate solution. A solve after an error gives NaN.
    pub fn factor(
        &mut self,
        hess: &[f64],
        jac: &[f64],
        rho: f64,
        delta: f64,
    ) -> Result<(), FactorError> {
        self.failed = true;
        for (expected, found) in [(self.hess_nnz, hess.len()), (self.jac_nnz, jac.len())] {
            if expected != found {
                return Err(FactorError::Dimension { expected, found });
            }
        }
        let (h, rest) = self.values.split_at_mut(self.hess_nnz);
        let (a, diagonal) = rest.split_at_mut(self.jac_nnz);
        h.copy_from_slice(hess);
        a.copy_from_slice(jac);
        diagonal[..self.n].fill(rho);
        diagonal[self.n..].fill(-delta);
        match &mut self.method {
            Method::Dense(dense) => dense.factor(&self.values)?,
            Method::Sparse(sparse) => sparse.factor(&self.values)?,
        }
        self.failed = false;
        Ok(())
    }

    /// b ← K⁻¹ b, `b` of length n + m.
    pub fn solve(&mut self, b: &mut [f64]) {
        debug_assert_eq!(b.len(), self.n + self.m);
        if self.failed {
            b.fill(f64::NAN);
            return;
        }
        match &mut self.method {
            Method::Dense(dense) => dense.solve(b),
            Method::Sparse(sparse) => sparse.solve(b),
        }
    }

    /// Inertia of K when known: (n, m, 0) exactly when H + ρI is positive definite on the null space of A
    /// and A has full row rank (for δ = 0).
    #[must_use]
    pub fn inertia(&self) -> Option<Inertia> {
        if self.failed {
            return None;
        }
        match &self.method {
            Method::Dense(dense) => dense.inertia(),
            Method::Sparse(sparse) => sparse.inertia,
        }
    }

    /// The method of the last factorization: `"dense LBLT"`, `"sparse LDLT"` or `"sparse LU"`.
    #[must_use]
    pub fn method_name(&self) -> &'static str {
        match &self.method {
            Method::Dense(_) => "dense LBLT",
            Method::Sparse(sparse) if sparse.by_lu => "sparse LU",
            Method::Sparse(_) => "sparse LDLT",
        }
    }
}

/// Regularised sparse LDLᵀ with refinement, LU behind it.
struct Refined {
    pattern: Pattern,
    n: usize,
    /// K̃, and the same plus the regularisation.
    matrix: ScaledCsc,
    regularised: ScaledCsc,
    diagonal: Vec<usize>,
    ldlt: SymmetricFactor,
    probe: Probe,
    work: RefineWork,
    /// Analysed at the first failure of LDLᵀ, the only allocation after construction.
    lu: Option<SymmetricLu>,
    by_lu: bool,
    inertia: Option<Inertia>,
}

#[derive(Debug)]
struct RefineWork {
    rhs: Vec<f64>,
    correction: Vec<f64>,
    residual: f64,
}

impl Refined {
    fn new(pattern: Pattern, n: usize) -> Self {
        let matrix = ScaledCsc::new(&pattern);
        let order = pattern.nrows();
        Self {
            n,
            diagonal: matrix.diagonal_slots(),
            regularised: matrix.clone(),
            ldlt: SymmetricFactor::new(Kind::Ldlt, &matrix),
            probe: Probe::new(order),
            work: RefineWork {
                rhs: vec![0.0; order],
                correction: vec![0.0; order],
                residual: 0.0,
            },
            matrix,
            pattern,
            lu: None,
            by_lu: false,
            inertia: None,
        }
    }

    fn factor(&mut self, values: &[f64]) -> Result<(), FactorError> {
        self.by_lu = false;
        self.inertia = None;
        self.matrix.load(values)?;
        self.matrix.equilibrate_symmetric()?;
        match self.factor_ldlt() {
            Ok(()) => {
                self.inertia = Some(self.ldlt.inertia());
                Ok(())
            }
            Err(reason) => {
                tracing::debug!(%reason, "LDLT rejected, sparse LU instead");
                self.by_lu = true;
                let pattern = &self.pattern;
                self.lu
                    .get_or_insert_with(|| SymmetricLu::new(pattern))
                    .factor(values)
            }
        }
    }

    fn factor_ldlt(&mut self) -> Result<(), FactorError> {
        self.regularised.values.copy_from_slice(&self.matrix.values);
        for (i, &slot) in self.diagonal.iter().enumerate() {
            self.regularised.values[slot] += if i < self.n {
                REGULARISATION
            } else {
                -REGULARISATION
            };
        }
        self.ldlt.factor(self.regularised.matrix())?;
        let (matrix, ldlt, work) = (&self.matrix, &mut self.ldlt, &mut self.work);
        self.probe.check(
            2.0,
            |x, y| matrix.mul_symmetric(x, y),
            |b| refine(matrix, ldlt, work, b),
        )?;
        if self.work.residual <= ACCEPTED {
            Ok(())
        } else {
            Err(FactorError::Inaccurate {
                residual: self.work.residual,
            })
        }
    }

    fn solve(&mut self, b: &mut [f64]) {
        if let (true, Some(lu)) = (self.by_lu, &mut self.lu) {
            lu.solve(b);
            return;
        }
        scale_by(&self.matrix.row_scale, b);
        refine(&self.matrix, &mut self.ldlt, &mut self.work, b);
        scale_by(&self.matrix.row_scale, b);
    }
}

/// b ← K̃⁻¹ b by the regularised factor and refinement; stops when the residual no longer halves.
fn refine(matrix: &ScaledCsc, ldlt: &mut SymmetricFactor, work: &mut RefineWork, b: &mut [f64]) {
    let size = norm_inf(b);
    work.rhs.copy_from_slice(b);
    ldlt.solve(b);
    work.residual = f64::INFINITY;
    for _ in 0..=REFINEMENTS {
        matrix.mul_symmetric(b, &mut work.correction);
        for (r, v) in work.correction.iter_mut().zip(&work.rhs) {
            *r = v - *r;
        }
        let residual =
            norm_inf(&work.correction) / (size + 2.0 * norm_inf(b)).max(f64::MIN_POSITIVE);
        let previous = std::mem::replace(&mut work.residual, residual);
        // Also leaves when the residual is NaN, with the NaN recorded.
        let halved = residual < 0.5 * previous;
        if !halved || residual <= TARGET {
            return;
        }
        ldlt.solve(&mut work.correction);
        for (x, d) in b.iter_mut().zip(&work.correction) {
            *x += d;
        }
    }
}
