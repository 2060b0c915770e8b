//! KKT points of nonlinear programs.

use std::fmt;
use std::time::Instant;

use nlp_model::{TwiceSmooth, check_point};
use stopping::Status;

use crate::attempts::solve_attempts;
use crate::regularity::{ACTIVE, smallest_curvature};
use crate::systems::kkt::KktSystem;
use crate::{Options, SsnError};

/// Where a run ended: a KKT point when the status is `Optimal`, else the best iterate.
///
/// `Optimal` speaks of the KKT system. The point may be a minimizer, a maximizer or a saddle point of a
/// nonconvex program ([`curvature`](KktSolution::curvature) tells more); of a convex program it is a
/// minimizer.
#[derive(Clone, Debug, PartialEq)]
pub struct KktSolution {
    /// x (nvar).
    pub x: Vec<f64>,
    /// Multipliers y of the rows (ncon) in L = f + yᵀc + zᵀx: positive at an upper bound, negative at a
    /// lower one.
    pub multipliers: Vec<f64>,
    /// Multipliers z of the variables' bounds (nvar), with the same signs.
    pub bound_multipliers: Vec<f64>,
    /// f(x).
    pub objective: f64,
    /// ‖Φ‖₂ of the [`KktSystem`].
    pub residual: f64,
    /// Largest violation of a bound or row.
    pub violation: f64,
    /// How the run ended.
    pub status: Status,
    /// Iterations.
    pub iterations: usize,
    /// The last step was a Newton step of length at least 1.
    pub full_steps: bool,
    /// ‖Φ‖₂ at the start and after each iteration.
    pub history: Vec<f64>,
    /// Wall time, set-up included.
    pub seconds: f64,
}

impl fmt::Display for KktSolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "KKT system {} after {} iterations",
            self.status, self.iterations
        )?;
        writeln!(f, "  f = {:.10}", self.objective)?;
        writeln!(f, "  x = {:?}", self.x)?;
        writeln!(
            f,
            "  multipliers {:?}, of bounds {:?}",
            self.multipliers, self.bound_multipliers
        )?;
        write!(
            f,
            "  ‖Φ‖ = {:.1e}, violation {:.1e}; ",
            self.residual, self.violation
        )?;
        write!(f, "minimality is not verified")
    }
}

impl KktSolution {
    /// The smallest eigenvalue of ∇²L(x, y) on the directions that are tangent to all equalities and to
    /// all rows and bounds with a multiplier above [`ACTIVE`]; infinite when there is none but 0.
    ///
    /// If it is positive at a KKT point, x is a strict local minimizer. If it is negative and no
    /// multiplier of an active row vanishes, x is not a local minimizer, provided that the active
    /// gradients are linearly independent. Dense: O(n³) operations, and it allocates.
    ///
    /// # Errors
    /// [`SsnError`] when the point does not belong to `model` or derivatives are not finite there.
    pub fn curvature(&self, model: &dyn TwiceSmooth) -> Result<f64, SsnError> {
        let meta = model.meta();
        let (n, m) = (meta.nvar(), meta.ncon());
        check_point("x", &self.x, n)?;
        check_point("multipliers", &self.multipliers, m)?;
        check_point("bound multipliers", &self.bound_multipliers, n)?;

        let mut vals = vec![0.0; model.hess_structure().nnz()];
        let mut hessian = vec![0.0; n * n];
        model.hess_coord(&self.x, &self.multipliers, 1.0, &mut vals);
        model
            .hess_structure()
            .to_dense_symmetric(&vals, &mut hessian);
        let mut vals = vec![0.0; model.jac_structure().nnz()];
        let mut jac = vec![0.0; m * n];
        model.jac_coord(&self.x, &mut vals);
        model.jac_structure().to_dense(&vals, &mut jac);

        let mut gradients = Vec::new();
        for i in 0..m {
            if meta.is_equality(i) || self.multipliers[i].abs() > ACTIVE {
                gradients.extend((0..n).map(|j| jac[i + j * m]));
            }
        }
        for j in 0..n {
            if meta.lvar()[j] == meta.uvar()[j] || self.bound_multipliers[j].abs() > ACTIVE {
                gradients.extend((0..n).map(|k| if k == j { 1.0 } else { 0.0 }));
            }
        }
        Ok(smallest_curvature(&hessian, n, &gradients)?)
    }
}

/// Solves the KKT system of `model` from x⁰ by the semismooth Newton method.
///
/// The cost of an iteration is one evaluation of first and second derivatives and one LU factorization
/// of order nvar + number of finite bounds.
///
/// ```
/// use nlp_model::{AutoModel, Functions, Meta, Scalar};
///
/// // Hock and Schittkowski, problem 21
/// struct Hs21;
/// impl Functions for Hs21 {
///     fn obj<T: Scalar>(&self, x: &[T]) -> T {
///         x[0].powi(2) * 0.01 + x[1].powi(2) - 100.0
///     }
///     fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
///         c[0] = x[0] * 10.0 - x[1] - 10.0;
///     }
/// }
/// let meta = Meta::new("HS21", 2, 1)
///     .variable_bounds(&[2.0, -50.0], &[50.0, 50.0])?
///     .constraint_bounds(&[0.0], &[f64::INFINITY])?;
/// let model = AutoModel::new(Hs21, meta);
/// let solution = ssn::kkt::solve(&model, &[-1.0, -1.0], &ssn::Options::default())?;
/// assert!(solution.status.is_success());
/// assert!((solution.objective + 99.96).abs() < 1e-8);
/// assert!((solution.bound_multipliers[0] + 0.04).abs() < 1e-8); // at the lower bound 2
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`SsnError`] on a start of the wrong length or not finite, and on options out of range.
pub fn solve(
    model: &dyn TwiceSmooth,
    x0: &[f64],
    options: &Options,
) -> Result<KktSolution, SsnError> {
    let clock = Instant::now();
    let run = solve_attempts(
        options,
        |rule| Ok(KktSystem::new(model, rule)),
        |system, attempt| system.start(x0, attempt.largest_multiplier),
    )?;
    let (system, zeta) = (&run.system, &run.state.zeta);
    let x = zeta[..system.nvar()].to_vec();
    let (multipliers, bound_multipliers) = system.multipliers(zeta);
    Ok(KktSolution {
        multipliers,
        bound_multipliers,
        objective: model.obj(&x),
        residual: run.state.norm,
        violation: system.violation(zeta),
        status: run.status,
        iterations: run.iterations,
        full_steps: run.state.is_full_step(),
        history: run.history,
        seconds: clock.elapsed().as_secs_f64(),
        x,
    })
}
