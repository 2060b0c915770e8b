//! Conditions for fast local convergence, checked at a point.

use std::fmt;

use linalg::dense::{singular_values, symmetric_eigenvalues};
use linalg::slice::{all_finite, dot};
use linalg::{DenseQr, FactorError};
use nlp_model::check_point;

use crate::systems::value_function::ValueFunctionSystem;
use crate::{SemismoothSystem, SsnError};

/// A constraint c with c ≥ −1e-6 is active, a multiplier above 1e-6 is positive.
pub const ACTIVE: f64 = 1e-6;

/// Singular values and eigenvalues up to 1e-8 count as zero.
pub const RANK: f64 = 1e-8;

/// The answer to one condition, with the number that decided it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// Whether the condition holds.
    pub holds: bool,
    /// The number; infinite when there is nothing to violate the condition.
    pub number: f64,
}

impl Verdict {
    fn above(number: f64, tolerance: f64) -> Self {
        Verdict {
            holds: number > tolerance,
            number,
        }
    }
}

/// The four conditions of (DuttaLafhimZemkohoZhou2024, Section 5.2.1) at a zero ζ of a
/// [`ValueFunctionSystem`], and the extreme singular values of the Newton matrix there.
///
/// If all four hold, every element of Clarke's generalized Jacobian is nonsingular and the method
/// converges quadratically from nearby. They are sufficient, not necessary: `second_order` asks the
/// multiplier part of the Hessian to be definite in ξ, which a polyhedral lower level has only where ξ is
/// a vertex. The singular values tell what the method meets.
///
/// A multiplier μ and its row c are *inactive* when c < −[`ACTIVE`]; else *strongly active* when
/// μ > [`ACTIVE`] or the row is an equality, and *degenerate* when not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Regularity {
    /// The gradients of the active rows of G and g by (x, y) are linearly independent; number: their
    /// smallest singular value.
    pub upper_licq: Verdict,
    /// The gradients of the active rows of h by ξ are linearly independent; number: their smallest
    /// singular value.
    pub lower_licq: Verdict,
    /// No inequality of h is degenerate; number: the smallest max(w, −h).
    pub strict_complementarity: Verdict,
    /// ∇²L by (x, y, ξ) is positive definite where the gradients of all strongly active rows vanish;
    /// number: its smallest eigenvalue there.
    pub second_order: Verdict,
    /// Smallest singular value of the Newton matrix.
    pub smallest_singular_value: f64,
    /// Largest singular value of the Newton matrix.
    pub largest_singular_value: f64,
}

impl Regularity {
    /// The conditions at ζ. Dense: O(N³) operations, and it allocates.
    ///
    /// # Errors
    /// [`SsnError`] when ζ has the wrong length or is not finite, or the functions are not finite there.
    pub fn at(system: &ValueFunctionSystem, zeta: &[f64]) -> Result<Self, SsnError> {
        let size = system.size();
        check_point("zeta", zeta, size)?;
        let mut vals = vec![0.0; system.jacobian_structure().nnz()];
        let mut w = vec![0.0; size * size];
        system.jacobian(zeta, &mut vals);
        system.jacobian_structure().to_dense(&vals, &mut w);
        let rows = Rows::new(system, zeta, &w)?;

        let at = system.layout();
        let (nz, primal) = (at.z().end, at.xi.end);
        let mut sigma = vec![0.0; size];
        singular_values(size, size, &w, &mut sigma)?;
        let upper = rows.gradients(at.u.start..at.v.end, 0..nz, Activity::is_active);
        let lower = rows.gradients(at.w.clone(), at.xi.clone(), Activity::is_active);
        let strong = rows.gradients(at.u.start..at.w.end, 0..primal, Activity::is_strong);
        let hessian: Vec<f64> = w
            .chunks(size)
            .take(primal)
            .flat_map(|c| &c[..primal])
            .copied()
            .collect();
        Ok(Regularity {
            upper_licq: Verdict::above(smallest_singular_value(nz, &upper)?, RANK),
            lower_licq: Verdict::above(smallest_singular_value(at.xi.len(), &lower)?, RANK),
            strict_complementarity: Verdict::above(
                rows.least_complementarity(at.w.clone()),
                ACTIVE,
            ),
            second_order: Verdict::above(smallest_curvature(&hessian, primal, &strong)?, RANK),
            smallest_singular_value: sigma[size - 1],
            largest_singular_value: sigma[0],
        })
    }

    /// All four conditions hold.
    pub fn is_regular(&self) -> bool {
        let conditions = [
            self.upper_licq,
            self.lower_licq,
            self.strict_complementarity,
            self.second_order,
        ];
        conditions.iter().all(|verdict| verdict.holds)
    }

    /// The smallest singular value of the Newton matrix is above [`RANK`] times the largest.
    pub fn is_nonsingular(&self) -> bool {
        self.smallest_singular_value > RANK * self.largest_singular_value
    }
}

impl fmt::Display for Regularity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, verdict: Verdict, number: &str, tolerance: f64| {
            let word = if verdict.holds { "holds" } else { "fails" };
            let value = verdict.number;
            writeln!(
                f,
                "{name:<22} {word}: {number} {value:.1e}, tolerance {tolerance:.0e}"
            )
        };
        let singular = "smallest singular value";
        line("upper-level LICQ", self.upper_licq, singular, RANK)?;
        line("lower-level LICQ", self.lower_licq, singular, RANK)?;
        let pair = "smallest max(w, −h)";
        line(
            "strict complementarity",
            self.strict_complementarity,
            pair,
            ACTIVE,
        )?;
        line(
            "second-order condition",
            self.second_order,
            "smallest eigenvalue",
            RANK,
        )?;
        let word = if self.is_nonsingular() {
            "nonsingular"
        } else {
            "singular"
        };
        let (least, largest) = (self.smallest_singular_value, self.largest_singular_value);
        write!(
            f,
            "{:<22} {word}: singular values {least:.1e} to {largest:.1e}",
            "Newton matrix"
        )
    }
}

/// What a row does at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Activity {
    Inactive,
    Degenerate,
    Strong,
}

impl Activity {
    fn is_active(self) -> bool {
        self != Activity::Inactive
    }
    fn is_strong(self) -> bool {
        self == Activity::Strong
    }
}

/// The rows of G, g and h at ζ, beside the Newton matrix that holds their gradients.
struct Rows<'a> {
    w: &'a [f64],
    zeta: &'a [f64],
    /// Where the first multiplier stands in ζ.
    first: usize,
    /// Where the multipliers of h begin; their columns carry the factor −λ.
    first_of_h: usize,
    lambda: f64,
    values: Vec<(f64, bool)>,
}

impl<'a> Rows<'a> {
    fn new(system: &ValueFunctionSystem, zeta: &'a [f64], w: &'a [f64]) -> Result<Self, SsnError> {
        let values = system.rows(zeta);
        if values.iter().any(|(c, _)| !c.is_finite()) || !all_finite(w) {
            return Err(FactorError::NotFinite.into());
        }
        let at = system.layout();
        Ok(Rows {
            w,
            zeta,
            first: at.u.start,
            first_of_h: at.w.start,
            lambda: system.lambda(),
            values,
        })
    }

    fn activity(&self, column: usize) -> Activity {
        let (c, equality) = self.values[column - self.first];
        if equality || (c >= -ACTIVE && self.zeta[column] > ACTIVE) {
            Activity::Strong
        } else if c >= -ACTIVE {
            Activity::Degenerate
        } else {
            Activity::Inactive
        }
    }

    /// Gradients, one after the other, of the rows with these multipliers that pass `wanted`: the
    /// derivatives by these variables.
    fn gradients(
        &self,
        multipliers: std::ops::Range<usize>,
        variables: std::ops::Range<usize>,
        wanted: impl Fn(Activity) -> bool,
    ) -> Vec<f64> {
        let size = self.zeta.len();
        let mut gradients = Vec::new();
        for column in multipliers.filter(|&column| wanted(self.activity(column))) {
            let factor = if column < self.first_of_h {
                1.0
            } else {
                -1.0 / self.lambda
            };
            let entries = &self.w[column * size..(column + 1) * size][variables.clone()];
            gradients.extend(entries.iter().map(|v| factor * v));
        }
        gradients
    }

    /// The smallest max(μ, −c) of the inequalities with these multipliers.
    fn least_complementarity(&self, multipliers: std::ops::Range<usize>) -> f64 {
        multipliers.fold(f64::INFINITY, |least, column| {
            match self.values[column - self.first] {
                (_, true) => least,
                (c, false) => least.min(self.zeta[column].max(-c)),
            }
        })
    }
}

/// The smallest singular value of a matrix with columns of length `m`: infinite without columns, 0 when
/// there are more than `m`.
fn smallest_singular_value(m: usize, columns: &[f64]) -> Result<f64, FactorError> {
    if columns.is_empty() {
        return Ok(f64::INFINITY);
    }
    if columns.len() > m * m {
        return Ok(0.0);
    }
    let k = columns.len() / m;
    let mut sigma = vec![0.0; k];
    singular_values(m, k, columns, &mut sigma)?;
    Ok(sigma[k - 1])
}

/// The smallest eigenvalue of a symmetric n × n matrix on the orthogonal complement of the `gradients`,
/// each of length n; infinite when the complement is {0}.
pub(crate) fn smallest_curvature(
    hessian: &[f64],
    n: usize,
    gradients: &[f64],
) -> Result<f64, FactorError> {
    debug_assert_eq!(hessian.len(), n * n);
    let k = gradients.len() / n.max(1);
    let mut transposed = vec![0.0; k * n];
    for (i, gradient) in gradients.chunks(n.max(1)).enumerate() {
        for (j, &value) in gradient.iter().enumerate() {
            transposed[i + j * k] = value;
        }
    }
    let mut qr = DenseQr::new(k, n);
    let dimension = n - qr.factor_dense(&transposed)?;
    if dimension == 0 {
        return Ok(f64::INFINITY);
    }
    let mut z = vec![0.0; n * dimension];
    qr.null_space(&mut z);
    let mut reduced = vec![0.0; dimension * dimension];
    let mut hz = vec![0.0; n];
    for b in 0..dimension {
        let column = &z[b * n..(b + 1) * n];
        for (i, value) in hz.iter_mut().enumerate() {
            // by symmetry, column i is row i
            *value = dot(&hessian[i * n..(i + 1) * n], column);
        }
        for a in 0..dimension {
            reduced[a + b * dimension] = dot(&z[a * n..(a + 1) * n], &hz);
        }
    }
    let mut eigenvalues = vec![0.0; dimension];
    symmetric_eigenvalues(dimension, &reduced, &mut eigenvalues)?;
    Ok(eigenvalues[0])
}
