//! Sensitivity of the lower level: dy/dx of its solution, and the gradient of its value.

mod active;
mod error;

use std::fmt;

use linalg::slice::{all_finite, dot, norm_inf};
use linalg::{DenseLu, Factorization};
use nlp_model::{Bilevel, check_point};

use crate::quadratic::{DualMethod, Problem, Verdict};
use active::{Active, multiply_part};
pub use error::SensitivityError;

/// Tolerances of [`solution_sensitivity`] and [`value_gradient`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SensitivityOptions {
    /// y is a KKT point when it violates no row by more than this, when ∇_y L is at most this relative to
    /// max(1, ‖∇_y f‖∞), and no multiplier is below minus this, relative to the same; at least 0.
    pub stationarity: f64,
    /// A row is active within this of its side, relative to 1 + |side|; at least 0.
    pub active: f64,
    /// An active inequality is strongly active when its multiplier is above this times
    /// max(1, ‖∇_y f‖∞), with gradients of unit length; at least 0.
    pub multiplier: f64,
    /// Singular values of the active gradients, of unit length, and curvatures relative to the largest
    /// entry of ∇²_yy L count as zero up to this; positive.
    pub rank: f64,
}

impl Default for SensitivityOptions {
    fn default() -> Self {
        SensitivityOptions {
            stationarity: 1e-5,
            active: 1e-6,
            multiplier: 1e-5,
            rank: 1e-8,
        }
    }
}

/// What decides about differentiability at (x, y), each condition with its number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conditions {
    /// Largest violation of a row or bound.
    pub violation: f64,
    /// ‖∇_y L‖∞ / max(1, ‖∇_y f‖∞), or the size of the most negative multiplier when that is larger.
    pub stationarity: f64,
    /// LICQ: the smallest singular value of the gradients by y of the active rows, each of unit length;
    /// infinite without active rows, 0 when there are more than ny or one vanishes.
    pub independence: f64,
    /// Strict complementarity: the smallest multiplier of an active inequality, relative to
    /// max(1, ‖∇_y f‖∞); infinite without active inequalities.
    pub complementarity: f64,
    /// Strong second-order condition: the smallest eigenvalue of ∇²_yy L on the directions that keep the
    /// equalities and strongly active rows; infinite when there is none but 0.
    pub curvature: f64,
    /// Number of active rows and bounds, equalities among them.
    pub active: usize,
    /// Number of active inequalities that are not strongly active.
    pub weakly_active: usize,
}

impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "violation {:.1e}, stationarity {:.1e}, {} active rows, {} weakly",
            self.violation, self.stationarity, self.active, self.weakly_active
        )?;
        writeln!(f, "LICQ: smallest singular value {:.1e}", self.independence)?;
        writeln!(
            f,
            "strict complementarity: smallest multiplier {:.1e}",
            self.complementarity
        )?;
        write!(
            f,
            "strong second order: smallest curvature {:.1e}",
            self.curvature
        )
    }
}

/// How the solution y(x) of the lower level moves with x.
#[derive(Clone, Debug)]
pub struct SolutionSensitivity {
    /// The conditions, which all hold but perhaps strict complementarity.
    pub conditions: Conditions,
    /// Multipliers w of the rows (ncon) in L = f + wᵀc, positive at upper sides.
    pub multipliers: Vec<f64>,
    /// Multipliers of the bounds of y (ny), with the same sign.
    pub bound_multipliers: Vec<f64>,
    /// ∇φ(x) = ∇ₓL(x, y, w) (nx), φ the value near y.
    pub value_gradient: Vec<f64>,
    active: Active,
    /// dy/dx, column by column, under strict complementarity.
    jacobian: Option<Vec<f64>>,
}

/// How the solution of the lower level moves with x, by the implicit function theorem.
///
/// # Problem
/// y(x) near y solves min_s { f(x, s) : g(x, s) ≤ 0 } (equalities, two-sided rows and bounds of s too), where
/// (x, y) is a KKT point with multipliers w: ∇_y L = 0, L = f + wᵀg.
///
/// # Algorithm
/// 1. Multipliers by least squares from the gradients of the active rows A.
/// 2. Under LICQ and the strong second-order condition (∇²_yy L positive definite on the directions that
///    keep the strongly active rows) y(x) is Lipschitz and has a derivative in each direction d: the
///    solution v of
///    min ½ vᵀ∇²_yy L v + vᵀ∇²_yx L d  s.t.  ∇g_j·(d, v) = 0 on strongly, ≤ 0 on weakly active rows
///    ([`SolutionSensitivity::directional`]; Jittorntrum1984, Theorem 3).
/// 3. Under strict complementarity too, y(x) and w(x) are differentiable (Fiacco1976, Theorem 2.1):
///    `[∇²_yy L  Aᵀ; A  0] (dy; dw) = −(∇²_yx L; ∇ₓg_A) dx` ([`SolutionSensitivity::jacobian`]).
///
/// # Convergence and failure
/// The errors of the derivatives are of the order of those of y. That y solves the lower level *globally*
/// is not examined ([`certify`](crate::bilevel::certify()) does that); where the global solution jumps, the
/// derivative is that of the branch through y. Dense: O((nx + ny)³) operations.
///
/// # Errors
/// [`SensitivityError`]: y is no KKT point, LICQ or the second-order condition fails, each with its number;
/// wrong lengths, points that are not finite, options out of range.
///
/// ```
/// use mpec::sensitivity::{SensitivityError, solution_sensitivity};
///
/// nlp_model::bilevel! {
///     /// y(x) = max(x, 0): a kink at 0.
///     struct Positive(x; y);
///     F = x;
///     G <= 0: [];
///     f = (y - x).powi(2);
///     g <= 0: [-y];
/// }
/// let problem = nlp_model::AutoBilevel::new("positive part", Positive);
/// let options = Default::default();
/// let right = solution_sensitivity(&problem, &[2.0], &[2.0], &options)?;
/// assert_eq!(right.jacobian()?, &[1.0]);
/// let kink = solution_sensitivity(&problem, &[0.0], &[0.0], &options)?;
/// assert!(matches!(kink.jacobian(), Err(SensitivityError::NotDifferentiable { .. })));
/// assert!((kink.directional(&[3.0])?[0] - 3.0).abs() < 1e-14);
/// assert!(kink.directional(&[-3.0])?[0].abs() < 1e-14);
/// # Ok::<(), SensitivityError>(())
/// ```
pub fn solution_sensitivity(
    problem: &dyn Bilevel,
    x: &[f64],
    y: &[f64],
    options: &SensitivityOptions,
) -> Result<SolutionSensitivity, SensitivityError> {
    let (mut active, mut conditions) = examine(problem, x, y, options)?;
    active.load_hessian(problem, x, y)?;
    conditions.curvature = active.curvature()?;
    let least = options.rank * active.hessian_size();
    if conditions.curvature.is_nan() || conditions.curvature <= least {
        return Err(SensitivityError::NoSecondOrder { conditions });
    }
    let jacobian = match conditions.weakly_active {
        0 => Some(implicit_derivative(&active)?),
        _ => None,
    };
    let (multipliers, bound_multipliers) = active.all_multipliers(problem);
    Ok(SolutionSensitivity {
        conditions,
        multipliers,
        bound_multipliers,
        value_gradient: active.value_gradient(),
        active,
        jacobian,
    })
}

/// The gradient of the optimal value: ∇φ(x) = ∇ₓL(x, y, w) = ∇ₓf + Σ w_j ∇ₓg_j (nx).
///
/// φ(x) = min_s { f(x, s) : g(x, s) ≤ 0 } is differentiable with this gradient where y is its only solution
/// and LICQ holds there, so that w is unique, provided that solutions nearby stay bounded
/// (GauvinDubeau1982, Corollary 4.4); when g does not contain x this is Danskin's theorem. Strict
/// complementarity and second-order conditions are not needed. That y solves the lower level, and alone, is
/// the caller's knowledge: with several solutions φ has a kink, and this is the gradient of one branch.
///
/// # Errors
/// As [`solution_sensitivity`], but for the second-order condition.
///
/// ```
/// nlp_model::bilevel! {
///     /// φ(x) = max(x − 1, 0)².
///     struct Capped(x; y);
///     F = x;
///     G <= 0: [];
///     f = (y - x).powi(2);
///     g <= 0: [y - 1.0];
/// }
/// let problem = nlp_model::AutoBilevel::new("capped", Capped);
/// let gradient = mpec::sensitivity::value_gradient(&problem, &[3.0], &[1.0], &Default::default())?;
/// assert_eq!(gradient, [4.0]);
/// # Ok::<(), mpec::sensitivity::SensitivityError>(())
/// ```
pub fn value_gradient(
    problem: &dyn Bilevel,
    x: &[f64],
    y: &[f64],
    options: &SensitivityOptions,
) -> Result<Vec<f64>, SensitivityError> {
    let (active, _) = examine(problem, x, y, options)?;
    Ok(active.value_gradient())
}

/// The active rows with their multipliers at a KKT point with LICQ.
fn examine(
    problem: &dyn Bilevel,
    x: &[f64],
    y: &[f64],
    options: &SensitivityOptions,
) -> Result<(Active, Conditions), SensitivityError> {
    options.check()?;
    check_point("x", x, problem.nx()).map_err(crate::MpecError::from)?;
    check_point("y", y, problem.ny()).map_err(crate::MpecError::from)?;
    let mut active = Active::at(problem, x, y, options)?;
    let mut conditions = Conditions {
        violation: active.violation,
        stationarity: f64::NAN,
        independence: active.independence()?,
        complementarity: f64::NAN,
        curvature: f64::NAN,
        active: active.len(),
        weakly_active: 0,
    };
    if conditions.violation > options.stationarity {
        return Err(SensitivityError::NotStationary { conditions });
    }
    if conditions.independence <= options.rank {
        return Err(SensitivityError::Dependent { conditions });
    }
    active.find_multipliers(options)?;
    conditions.stationarity = active.stationarity;
    conditions.complementarity = active.complementarity;
    conditions.weakly_active = active.weak().count();
    if conditions.stationarity.is_nan() || conditions.stationarity > options.stationarity {
        return Err(SensitivityError::NotStationary { conditions });
    }
    Ok((active, conditions))
}

/// Step 3: dy/dx, column by column.
fn implicit_derivative(active: &Active) -> Result<Vec<f64>, SensitivityError> {
    let (nx, ny, k) = (active.nx, active.ny, active.len());
    let size = ny + k;
    let mut matrix = vec![0.0; size * size];
    for j in 0..ny {
        for i in 0..ny {
            matrix[i + j * size] = active.hessian(nx + i, nx + j);
        }
        for (row, gradient) in active.gradients().enumerate() {
            matrix[(ny + row) + j * size] = gradient[nx + j];
            matrix[j + (ny + row) * size] = gradient[nx + j];
        }
    }
    let mut lu = DenseLu::new(size);
    lu.factor_dense(&matrix)?;
    let mut jacobian = Vec::with_capacity(nx * ny);
    for l in 0..nx {
        let mut column: Vec<f64> = (0..ny).map(|i| -active.hessian(nx + i, l)).collect();
        column.extend(active.gradients().map(|gradient| -gradient[l]));
        lu.solve(&mut column);
        jacobian.extend_from_slice(&column[..ny]);
    }
    if all_finite(&jacobian) {
        Ok(jacobian)
    } else {
        Err(SensitivityError::Failed)
    }
}

impl SolutionSensitivity {
    /// dy/dx (ny × nx), column by column: entry i + j·ny is ∂y_i/∂x_j.
    ///
    /// # Errors
    /// [`SensitivityError::NotDifferentiable`] without strict complementarity; directional derivatives exist
    /// then.
    pub fn jacobian(&self) -> Result<&[f64], SensitivityError> {
        self.jacobian
            .as_deref()
            .ok_or(SensitivityError::NotDifferentiable {
                conditions: self.conditions,
            })
    }

    /// y′(x; d), the derivative in a direction d (nx): ny numbers.
    ///
    /// Where y(x) is differentiable this is dy/dx · d; else the solution of the quadratic program of step 2,
    /// which is positively homogeneous in d but not linear.
    ///
    /// # Errors
    /// [`SensitivityError`] when d has the wrong length or is not finite.
    pub fn directional(&self, d: &[f64]) -> Result<Vec<f64>, SensitivityError> {
        check_point("direction", d, self.active.nx).map_err(crate::MpecError::from)?;
        match &self.jacobian {
            Some(jacobian) => {
                let ny = self.active.ny;
                let mut v = vec![0.0; ny];
                for (column, d) in jacobian.chunks(ny).zip(d) {
                    linalg::slice::axpy(*d, column, &mut v);
                }
                Ok(v)
            }
            None => directional_program(&self.active, d),
        }
    }

    /// ∇ₓF + (dy/dx)ᵀ∇_yF (nx): the gradient of x ↦ F(x, y(x)).
    ///
    /// # Errors
    /// As [`jacobian`](Self::jacobian); also when F has no finite gradient at z = (x, y).
    pub fn upper_gradient(
        &self,
        problem: &dyn Bilevel,
        z: &[f64],
    ) -> Result<Vec<f64>, SensitivityError> {
        let jacobian = self.jacobian()?;
        let (nx, ny) = (self.active.nx, self.active.ny);
        check_point("z", z, nx + ny).map_err(crate::MpecError::from)?;
        let mut gradient = vec![0.0; nx + ny];
        problem.upper().grad(z, &mut gradient);
        if !all_finite(&gradient) {
            return Err(crate::MpecError::Domain.into());
        }
        let columns = jacobian.chunks(ny).zip(&gradient);
        Ok(columns
            .map(|(column, by_x)| by_x + dot(column, &gradient[nx..]))
            .collect())
    }
}

/// Step 2: min ½ vᵀHv + vᵀ∇²_yx L d, in the coordinates u of v = v₀ + Z u that keep the strongly active rows.
fn directional_program(active: &Active, d: &[f64]) -> Result<Vec<f64>, SensitivityError> {
    let (nx, ny) = (active.nx, active.ny);
    let (mut qr, z) = active.tangent()?;
    let by_x: Vec<f64> = active
        .strong()
        .map(|gradient| -dot(&gradient[..nx], d))
        .collect();
    let mut v = vec![0.0; ny];
    if !by_x.is_empty() {
        qr.least_squares(&by_x, &mut v);
    }
    let direction = [d, &v].concat();
    // ∇²_yx L d + ∇²_yy L v₀
    let slope = multiply_part(active, nx, &direction);
    let columns: Vec<&[f64]> = z.chunks(ny).collect();
    let g: Vec<f64> = columns.iter().map(|column| dot(column, &slope)).collect();
    let mut rows = Vec::new();
    let mut b = Vec::new();
    for gradient in active.weak() {
        rows.extend(columns.iter().map(|column| -dot(&gradient[nx..], column)));
        b.push(dot(gradient, &direction));
    }
    let n = columns.len();
    let mut method = DualMethod::new(n);
    let program = Problem {
        g: &g,
        rows: &rows,
        b: &b,
        equalities: 0,
    };
    if n > 0 {
        if !method.factor(&active.reduced_hessian(&columns))
            || method.solve(&program) != Verdict::Solved
        {
            return Err(SensitivityError::Failed);
        }
        for (column, u) in columns.iter().zip(&method.d) {
            linalg::slice::axpy(*u, column, &mut v);
        }
    }
    debug_assert!(active.strong().all(|a| {
        dot(a, &[d, &v].concat()).abs()
            <= 1e-8 * (1.0 + norm_inf(&v) + norm_inf(d)) * (1.0 + norm_inf(a))
    }));
    Ok(v)
}

impl SensitivityOptions {
    fn check(&self) -> Result<(), crate::MpecError> {
        let range = "it must be finite and at least 0";
        for (name, value) in [
            ("stationarity", self.stationarity),
            ("active", self.active),
            ("multiplier", self.multiplier),
            ("rank", self.rank),
        ] {
            if !(value >= 0.0 && value.is_finite()) {
                return Err(crate::MpecError::Option { name, value, range });
            }
        }
        Ok(())
    }
}
