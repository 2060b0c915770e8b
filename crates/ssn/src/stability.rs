//! Stability of the solutions of a parametric quasi-variational inequality, computed at a point.
//!
//! May this equilibrium be trusted if the data x move a little, and by how much does it move? [`of_qvi`] and
//! [`of_bilevel`] answer with numbers, each with the assumption behind it ([`Stability`]).
//! [`sample_qvi`] asks the same by solving at moved data, and proves nothing.
//!
//! ```
//! use ssn::stability::{StabilityOptions, of_bilevel};
//!
//! nlp_model::bilevel! {
//!     /// y(x) = x/2 near x = 1.
//!     struct Half(x; y);
//!     F = y;
//!     G <= 0: [];
//!     f = (2.0 * y - x).powi(2);
//!     g <= 0: [-y];
//! }
//! let problem = nlp_model::AutoBilevel::new("half", Half);
//! let stability = of_bilevel(&problem, &[1.0], &[0.5], &StabilityOptions::default())?;
//! let modulus = stability.bound().ok_or("no bound")?;
//! assert!((modulus.max.upper - 0.5).abs() < 1e-6, "{stability}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod calmness;
mod condition;
mod cone;
mod equilibrium;
mod first_order;
mod modulus;
mod penalty;
mod polytope;
mod program;
mod qualification;
mod r_regularity;
mod report;
mod responses;
mod sample;

use linalg::slice::{axpy, norm_inf};
use nlp_model::{Bilevel, Linearised, Qvi, check_point};

use crate::SsnError;
use crate::regularity::ACTIVE;
use calmness::sharpness;
pub use condition::{Answer, Condition};
use cone::MultiplierCone;
pub use cone::Multipliers;
pub use equilibrium::{Equilibrium, nearest_equilibrium};
use first_order::{FirstOrder, Lower};
pub use modulus::{Bounds, Modulus, NODES};
use modulus::{Test, modulus};
pub use penalty::PenaltyEstimate;
use penalty::penalty;
pub use qualification::Qualification;
use qualification::{Slack, qualification};
pub use r_regularity::RRegularity;
use r_regularity::r_regularity;
pub use report::{Conclusion, Stability};
use responses::{Responses, active_rows, multipliers};
pub use sample::{Quotients, Sample, SampleOptions, sample_bilevel, sample_qvi};

/// Residual up to which (x, y) counts as a solution, relative to max(1, ‖f₀‖∞).
pub(crate) const SOLUTION: f64 = 1e-6;

/// Parameters of [`of_qvi`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StabilityOptions {
    /// R: responses are looked for with ‖s − ȳ‖∞ ≤ R max(1, ‖ȳ‖∞) only; positive.
    ///
    /// Over a convex moving set this changes S nowhere near ȳ, and makes S₀ bounded. It changes α.
    pub radius: f64,
    /// The caller's word that the moving set { s : g₀(z, s) ≤ 0 } is convex for z near z̄. Rows that are affine
    /// in s are recognised; nothing else is.
    pub convex: bool,
}

impl Default for StabilityOptions {
    fn default() -> Self {
        StabilityOptions {
            radius: 1.0,
            convex: false,
        }
    }
}

/// Half the side of the box around y, for R.
fn box_radius(radius: f64, y: &[f64]) -> f64 {
    radius * norm_inf(y).max(1.0)
}

/// (x̄, ȳ), and ℓ and g₀ at s = ȳ.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    x: &'a [f64],
    y: &'a [f64],
    own: FirstOrder,
    /// Active inequalities of g₀ at s = ȳ.
    active: Vec<usize>,
}

impl Place<'_> {
    /// Moves f₀ to −Σ wᵢ∇ₛg₀ᵢ with multipliers w of ȳ, and tells how far ȳ was from S(x̄): the violation of g, or
    /// that move relative to max(1, ‖f₀‖∞).
    ///
    /// The gradient of f − φ and those of the rows cancel in some combinations. Unless they do so to all digits,
    /// large weights of such a combination show directions that are not there.
    fn make_exact(&mut self, lower: &Lower) -> Result<f64, SsnError> {
        let violation = lower.violation(&self.own);
        let f0 = self.own.slope[2].clone();
        let Some(vertices) = multipliers(lower, self)? else {
            return Ok(violation);
        };
        if vertices.is_empty() {
            return Ok(f64::INFINITY);
        }
        let share = 1.0 / vertices.len() as f64;
        let mut exact = vec![0.0; f0.len()];
        for (i, row) in self.own.rows.iter().enumerate() {
            let w = share * vertices.iter().map(|w| w[i]).sum::<f64>();
            if lower.equalities[i] || w > ACTIVE {
                axpy(-w, &row[2], &mut exact);
            }
        }
        let moved = f0.iter().zip(&exact).map(|(a, b)| (a - b).abs());
        let moved = moved.fold(0.0, f64::max) / norm_inf(&f0).max(1.0);
        self.own.slope[2] = exact;
        Ok(violation.max(moved))
    }

    /// Rows with gradients in the normal cone of g ≤ 0: active inequalities and equalities.
    fn rows_of_g(&self, lower: &Lower) -> impl Iterator<Item = usize> {
        (0..lower.equalities.len()).filter(|i| lower.equalities[*i] || self.active.contains(i))
    }
}

/// Stability of x ↦ S(x) at (x̄, ȳ), ȳ ∈ S(x̄).
///
/// # Problem
/// S(x) = { y : g(x, y) ≤ 0, f(x, y) ≤ φ(x, y) } with g(x, y) = g₀(x, y, y), f(x, y) = yᵀf₀(x, y) and
/// φ(z) = min { sᵀf₀(z) : g₀(z, s) ≤ 0 }, S₀(z) its minimisers (DuttaLafhimZemkohoZhou2024, Section 4).
///
/// # Algorithm
/// 1. The responses: all vertices ŷ of S₀(z̄) and all vertices w of the multipliers Λ(z̄).
/// 2. Constraint qualifications at (x̄, ȳ) and behind φ; calmness, from affine functions or a sharpness constant.
/// 3. The test: does A_y(v, ω, λ) = 0 imply Aₓ(v, ω, λ) = 0? Then S is Lipschitz-like, and its modulus is at
///    most sup { ‖Aₓ‖ : ‖A_y‖ ≤ 1 } (Theorem 4.1).
///
/// # Convergence and failure
/// Nothing is iterated. [`Stability::conclusion`] says which of the assumptions could not be verified; a bound is
/// given only when all were. The test is sufficient: where it fails, S may be Lipschitz-like all the same.
/// Dense, and enumerates: for up to about ten variables y.
///
// Note 2026-11-28: the theorem assumes that S₀ is inner semicontinuous at (z̄, ŷ) for one ŷ. Here the cone
// holds the gradients at all vertices of S₀(z̄), which only needs S₀ to be bounded near z̄: a bilevel program
// whose y is not a vertex has several ŷ, and then the theorem as printed says nothing. With one ŷ both agree.
///
/// # Errors
/// [`SsnError`] on a point of the wrong length or not finite, where functions are not finite, on options out of
/// range, and [`SsnError::NotASolution`] when ȳ is not in S(x̄).
pub fn of_qvi(
    problem: &dyn Qvi,
    x: &[f64],
    y: &[f64],
    options: &StabilityOptions,
) -> Result<Stability, SsnError> {
    check(problem, x, y, options.radius)?;
    let lower = Lower::near(problem, x, y);
    let own = lower.at(x, y, y)?;
    let active = active_rows(&lower, &own);
    let mut at = Place { x, y, own, active };
    let residual = at.make_exact(&lower)?;
    if residual.is_nan() || residual > SOLUTION {
        return Err(SsnError::NotASolution(residual));
    }

    let responses = Responses::at(&lower, &at, options)?;
    let cone = MultiplierCone::new(&lower, &at, &responses);
    let at_point = at_point(&lower, &at)?;
    let by_y = by_y(&lower, &at)?;
    let behind_value = behind_value(&lower, &at, options)?;
    let sharpness = sharpness(&lower, &cone, &responses, &by_y);
    let test = modulus(&cone);
    let convexity = convexity(&lower, options);
    let penalty = if convexity.holds() && responses.completeness.holds() {
        Some(penalty(problem, x, y, &cone, sharpness_of(&sharpness))?)
    } else {
        None
    };
    let (lipschitz, modulus, violation) = match test {
        Test::Passed(modulus) => {
            let number = modulus.max.upper;
            let reason = "A_y = 0 implies Aₓ = 0, modulus in the ∞-norm";
            let passed = Condition::new(Answer::Holds, number, reason);
            (passed, Some(modulus), None)
        }
        Test::Violated(weights, number) => {
            let reason = "‖A_y‖∞ of multipliers with ‖Aₓ‖∞ ≥ 1";
            let failed = Condition::new(Answer::Fails, number, reason);
            (failed, None, Some(cone.multipliers(&weights, &responses)))
        }
        Test::Unsolved => {
            let reason = "a program over the multipliers was not solved";
            (Condition::cannot_tell(reason), None, None)
        }
    };
    Ok(Stability {
        residual,
        convexity,
        r_regularity: r_regularity(&lower, &at, &cone, &responses)?,
        calmness: calmness(&lower, &sharpness),
        responses: responses.points,
        multipliers: responses.multipliers,
        uniqueness: responses.uniqueness,
        completeness: responses.completeness,
        at_point,
        behind_value,
        sharpness,
        lipschitz,
        modulus,
        violation,
        penalty,
    })
}

/// Stability of the lower-level solutions of a bilevel program, read as a QVI with f₀ = ∇ᵧf
/// ([`Linearised`]).
///
/// Where f(x, ·) is not convex, S(x) is the set of points y with ∇ᵧf(x, y)ᵀ(s − y) ≥ 0 for all feasible s:
/// stationary points, whether minimal or not.
///
/// # Errors
/// As [`of_qvi`].
pub fn of_bilevel(
    problem: &dyn Bilevel,
    x: &[f64],
    y: &[f64],
    options: &StabilityOptions,
) -> Result<Stability, SsnError> {
    of_qvi(&Linearised::new(problem)?, x, y, options)
}

/// The lengths of x and y, and R.
fn check(problem: &dyn Qvi, x: &[f64], y: &[f64], radius: f64) -> Result<(), SsnError> {
    check_point("x", x, problem.nx())?;
    check_point("y", y, problem.ny())?;
    if radius > 0.0 && radius.is_finite() {
        return Ok(());
    }
    Err(SsnError::Option {
        name: "radius",
        value: radius,
        range: "it must be positive and finite",
    })
}

/// The qualification of g ≤ 0 at (x̄, ȳ), with directions in x and y.
fn at_point(lower: &Lower, at: &Place) -> Result<Qualification, SsnError> {
    let gradient = |i: usize| [at.own.rows[i][0].clone(), at.own.total(i)].concat();
    qualification_of(lower, at, lower.nx + lower.ny, gradient)
}

/// The same with x fixed.
fn by_y(lower: &Lower, at: &Place) -> Result<Qualification, SsnError> {
    qualification_of(lower, at, lower.ny, |i| at.own.total(i))
}

fn qualification_of(
    lower: &Lower,
    at: &Place,
    n: usize,
    gradient: impl Fn(usize) -> Vec<f64>,
) -> Result<Qualification, SsnError> {
    let (equal, below): (Vec<_>, Vec<_>) = at.rows_of_g(lower).partition(|&i| lower.equalities[i]);
    let equal: Vec<Vec<f64>> = equal.into_iter().map(&gradient).collect();
    let below: Vec<Vec<f64>> = below.into_iter().map(&gradient).collect();
    let below: Vec<Slack> = below.iter().map(|a| (&a[..], 0.0)).collect();
    let equal: Vec<&[f64]> = equal.iter().map(|a| &a[..]).collect();
    qualification(n, &below, &equal, 1.0)
}

/// The qualification of g₀(z̄, ·) ≤ 0: where it is affine, a Slater point in the box, good for every ŷ.
fn behind_value(
    lower: &Lower,
    at: &Place,
    options: &StabilityOptions,
) -> Result<Qualification, SsnError> {
    let rows = |equality: bool| {
        let all = 0..lower.equalities.len();
        all.filter(move |&i| lower.equalities[i] == equality)
    };
    let equal: Vec<&[f64]> = rows(true).map(|i| &at.own.rows[i][2][..]).collect();
    let is_affine = lower.is_affine_in_s;
    let below: Vec<Slack> = rows(false)
        .filter(|i| is_affine || at.active.contains(i))
        .map(|i| (&at.own.rows[i][2][..], (-at.own.values[i]).max(0.0)))
        .map(|(a, slack)| (a, if is_affine { slack } else { 0.0 }))
        .collect();
    let radius = if is_affine {
        box_radius(options.radius, at.y)
    } else {
        1.0
    };
    qualification(lower.ny, &below, &equal, radius)
}

fn convexity(lower: &Lower, options: &StabilityOptions) -> Condition {
    if lower.is_affine_in_s {
        Condition::without_number(Answer::Holds, "the rows are affine in s")
    } else if options.convex {
        Condition::without_number(Answer::Holds, "by the caller's word")
    } else {
        Condition::cannot_tell("rows that are not affine in s")
    }
}

/// Calmness of θ ↦ { z : g ≤ 0, f − φ ≤ θ } at 0.
fn calmness(lower: &Lower, sharpness: &Condition) -> Condition {
    if lower.is_affine {
        let reason = "all functions are affine: a polyhedral mapping (Robinson1981)";
        Condition::without_number(Answer::Holds, reason)
    } else {
        *sharpness
    }
}

/// α, 0 where it is not known.
fn sharpness_of(sharpness: &Condition) -> f64 {
    let known = sharpness.number.filter(|_| sharpness.holds());
    known.unwrap_or(0.0)
}
