//! Parameters of a run.

use nlp_model::{check_length, check_point};

use crate::DfoError;

/// Parameters of [`Bobyqa`](super::Bobyqa).
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Which of the two variants.
    pub variant: Variant,
    /// m, the largest number of interpolation points, between n + 2 and (n + 1)(n + 2)/2, where n counts the
    /// variables that are not fixed. `None` for 5n, or all of (n + 1)(n + 2)/2 when these are fewer; 2n + 1 with
    /// [`Variant::Powell`]. One variable needs 3. Overhead and storage are O(m²).
    pub points: Option<usize>,
    /// ρ_beg: the first radius in units of [`scale`](Options::scale), positive. About a tenth of the
    /// greatest expected change of a variable (Powell2009).
    pub radius: f64,
    /// ρ_end: the last radius, in (0, ρ_beg]. About the accuracy wanted in the variables.
    pub final_radius: f64,
    /// Units of the variables (n positive numbers): the radius of variable i is ρ sᵢ. Empty for ones.
    pub scale: Vec<f64>,
    /// The run ends at a value that is not larger; −∞ for never.
    pub target: f64,
    /// Largest number of evaluations, at least 1.
    pub max_evaluations: usize,
    /// ε_F: bound of the error of the objective, 0 when only rounding disturbs it. The radius does not shrink
    /// below the size at which the values of all interpolation points agree up to ten times this, and grows when
    /// the first points agree so.
    pub accuracy: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            variant: Variant::Modern,
            points: None,
            radius: 1.0,
            final_radius: 1e-6,
            scale: Vec::new(),
            target: f64::NEG_INFINITY,
            max_evaluations: 10_000,
            accuracy: 0.0,
        }
    }
}

/// Which evaluations are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Variant {
    /// Departs from Powell's code where data profiles pay for it: docs/bobyqa.md lists what each departure gains.
    #[default]
    Modern,
    /// The evaluations of Powell's Fortran code, bit for bit where its compiler keeps the order of sums.
    Powell,
}

impl Options {
    pub(crate) fn check(&self, n: usize) -> Result<(), DfoError> {
        let option = |name, value: f64, holds, range| {
            if holds {
                Ok(())
            } else {
                Err(DfoError::Option { name, value, range })
            }
        };
        let (radius, last, accuracy) = (self.radius, self.final_radius, self.accuracy);
        let holds = radius > 0.0 && radius.is_finite();
        option("radius", radius, holds, "it must be positive and finite")?;
        let holds = last > 0.0 && last <= radius;
        option("final_radius", last, holds, "it must lie in (0, radius]")?;
        let holds = accuracy >= 0.0 && accuracy.is_finite();
        option(
            "accuracy",
            accuracy,
            holds,
            "it must be finite and at least 0",
        )?;
        let holds = !self.target.is_nan();
        option("target", self.target, holds, "it must be a number")?;
        let holds = self.max_evaluations > 0;
        option("max_evaluations", 0.0, holds, "it must be at least 1")?;
        if self.scale.is_empty() {
            return Ok(());
        }
        check_length("scale", &self.scale, n)?;
        check_point("scale", &self.scale, n)?;
        for &scale in &self.scale {
            option("scale", scale, scale > 0.0, "it must be positive")?;
        }
        Ok(())
    }

    /// m for n variables.
    pub(crate) fn count(&self, n: usize) -> Result<usize, DfoError> {
        let most = (n + 1) * (n + 2) / 2;
        let least = (n + 2).min(most);
        let m = self.points.unwrap_or(self.variant.points(n, most));
        if (least..=most).contains(&m) {
            return Ok(m);
        }
        Err(DfoError::Option {
            name: "points",
            value: m as f64,
            range: "it must lie in [n + 2, (n + 1)(n + 2)/2], n the number of variables that are not fixed",
        })
    }
}
