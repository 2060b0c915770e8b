//! What is known of the stability at a point.

use std::fmt;

use super::condition::{Answer, Condition};
use super::cone::Multipliers;
use super::modulus::Modulus;
use super::penalty::PenaltyEstimate;
use super::qualification::Qualification;
use super::r_regularity::RRegularity;

/// Stability of S at (x̄, ȳ): each condition with its number, and what follows from all.
#[derive(Clone, Debug, PartialEq)]
pub struct Stability {
    /// How far ȳ is from S(x̄).
    pub residual: f64,
    /// Vertices ŷ of S₀(z̄) in the box around ȳ; ȳ alone when they are not known.
    pub responses: Vec<Vec<f64>>,
    /// Vertices w of the multipliers Λ(z̄), over the rows of the one-sided lower model.
    pub multipliers: Vec<Vec<f64>>,
    /// The moving set is convex.
    pub convexity: Condition,
    /// S₀(z̄) is one point, strongly regular: then S₀ is inner semicontinuous there.
    pub uniqueness: Condition,
    /// `responses` are all of S₀(z̄).
    pub completeness: Condition,
    /// The Mangasarian–Fromovitz condition of g ≤ 0 at (x̄, ȳ), by x and y.
    pub at_point: Qualification,
    /// The same of g₀(z̄, ·) ≤ 0 by s, at every ŷ where the rows are affine, else at ȳ.
    pub behind_value: Qualification,
    /// The conditions for R-regularity of the linear case.
    pub r_regularity: RRegularity,
    /// A lower bound α of the constant of the uniform weak sharp minimum:
    /// f − φ ≥ α′ dist₂(y, S(x)) near (x̄, ȳ) for each α′ < α.
    pub sharpness: Condition,
    /// Calmness of θ ↦ { z : g ≤ 0, f − φ ≤ θ } at (0, z̄); number: α, where it is needed.
    pub calmness: Condition,
    /// A_y(v, ω, λ) = 0 implies Aₓ(v, ω, λ) = 0.
    pub lipschitz: Condition,
    /// sup ‖Aₓ‖ with ‖A_y‖ ≤ 1, when the test holds. A bound of the modulus of S only under the other
    /// conditions: see [`bound`](Stability::bound).
    pub modulus: Option<Modulus>,
    /// The multipliers that violate the test.
    pub violation: Option<Multipliers>,
    /// Which penalty parameters of the value function are exact at the point, were it a solution. None where the
    /// moving set is not known to be convex, or not all responses are known.
    pub penalty: Option<PenaltyEstimate>,
}

/// What follows from the conditions.
#[derive(Clone, Debug, PartialEq)]
pub enum Conclusion {
    /// S is Lipschitz-like around (x̄, ȳ), with at most this modulus. All conditions were verified.
    LipschitzLike(Modulus),
    /// The test fails: S is not Lipschitz-like, or the estimate of its coderivative is too large.
    TestFails,
    /// These conditions could not be verified.
    CannotTell(Vec<&'static str>),
}

impl fmt::Display for Conclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Conclusion::LipschitzLike(modulus) => {
                write!(f, "Lipschitz-like, modulus at most {modulus}")
            }
            Conclusion::TestFails => write!(
                f,
                "the test for Lipschitz-like behaviour fails; it is sufficient, not necessary"
            ),
            Conclusion::CannotTell(missing) => {
                write!(f, "cannot tell, not verified: {}", missing.join(", "))
            }
        }
    }
}

impl Stability {
    /// What follows from the conditions.
    pub fn conclusion(&self) -> Conclusion {
        if self.lipschitz.answer == Answer::Fails && self.completeness.holds() {
            return Conclusion::TestFails;
        }
        let conditions = [
            ("convexity of the moving set", &self.convexity),
            ("the responses behind the value", &self.completeness),
            (
                "a constraint qualification at the point",
                &self.at_point.condition,
            ),
            (
                "a constraint qualification behind the value",
                &self.behind_value.condition,
            ),
            ("calmness", &self.calmness),
            ("the test", &self.lipschitz),
        ];
        let missing = conditions.iter().filter(|(_, c)| !c.holds());
        let missing: Vec<&str> = missing.map(|(name, _)| *name).collect();
        match self.modulus {
            Some(modulus) if missing.is_empty() => Conclusion::LipschitzLike(modulus),
            _ => Conclusion::CannotTell(missing),
        }
    }

    /// The bound of the modulus, when all conditions were verified.
    pub fn bound(&self) -> Option<Modulus> {
        match self.conclusion() {
            Conclusion::LipschitzLike(modulus) => Some(modulus),
            _ => None,
        }
    }
}

impl fmt::Display for Stability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.conclusion())?;
        writeln!(f, "  residual of the point     {:.1e}", self.residual)?;
        writeln!(f, "  convex moving set         {}", self.convexity)?;
        writeln!(f, "  one response              {}", self.uniqueness)?;
        writeln!(f, "  all responses known       {}", self.completeness)?;
        writeln!(f, "  Mangasarian–Fromovitz     {}", self.at_point)?;
        writeln!(f, "    behind the value        {}", self.behind_value)?;
        writeln!(f, "  R-regularity, linear case")?;
        writeln!(f, "{}", self.r_regularity)?;
        writeln!(f, "  calmness                  {}", self.calmness)?;
        write!(f, "  A_y = 0 implies Aₓ = 0    {}", self.lipschitz)?;
        if let Some(violation) = &self.violation {
            write!(
                f,
                "\n    violated by v = {:.4?}, ω = {:.4?}, λ = {:.4}: Aₓ = {:.4?}, A_y = {:.1?}",
                violation.v, violation.omega, violation.lambda, violation.by_x, violation.by_y
            )?;
        }
        if let Some(penalty) = &self.penalty {
            write!(f, "\n  penalty                   {penalty}")?;
        }
        Ok(())
    }
}
