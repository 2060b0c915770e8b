//! Where a run ended: limit point, infimum, played point, and what speaks for them.

use std::fmt;

use stopping::Status;

use super::Label;

/// What is claimed about the limit point. All claims are local.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// A local minimum: θ takes the value at the limit point.
    AttainedMinimum,
    /// A local infimum at a cliff: θ jumps at the limit point, and values come as near to the infimum as one
    /// wants. Whether θ takes it *on* the cliff is not decided by finitely many values.
    InfimumAtDiscontinuity,
    /// Nothing: multipliers or polls speak against the point, or the evaluations were spent before.
    NotCertified,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::AttainedMinimum => "local minimum, attained",
            Verdict::InfimumAtDiscontinuity => "local infimum at a discontinuity",
            Verdict::NotCertified => "not certified",
        })
    }
}

/// A face of the cliff that passes through the limit point.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    /// The label beyond.
    pub high: Label,
    /// Unit normal, towards the label beyond (n).
    pub normal: Vec<f64>,
    /// λ ≥ 0 in ∇m + Σ λ a = 0.
    pub multiplier: f64,
    /// Value beyond minus the infimum.
    pub jump: f64,
}

/// Where a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct CliffSolution {
    /// The limit point x̂ (n), the best point when there is none.
    pub limit: Vec<f64>,
    /// Estimate of the limit of θ at x̂ along the piece; the best value when there is none.
    pub infimum: f64,
    /// A point of the piece that was evaluated (n).
    pub played: Vec<f64>,
    /// θ there; NaN when no evaluation gave a value.
    pub value: f64,
    /// The piece; none when no evaluation gave a value.
    pub label: Option<Label>,
    /// What is claimed.
    pub verdict: Verdict,
    /// The cliffs through the limit point.
    pub faces: Vec<Face>,
    /// Norm of ∇m + Σ λ a on the free part of the box, relative to 1 + ‖∇m‖, in units of the box.
    pub residual: f64,
    /// θ at the simplest point within the accuracy of x̂, where it was evaluated.
    pub value_at_limit: Option<f64>,
    /// How the run ended, in the words of the family: `Optimal` for a verdict, `Stalled` or what stopped it else,
    /// `DomainError` when no evaluation gave a value.
    pub status: Status,
    /// Evaluations.
    pub evaluations: usize,
    /// Those that gave no value.
    pub failures: usize,
    /// Wall time, evaluations included.
    pub seconds: f64,
}

impl fmt::Display for CliffSolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} after {} evaluations, {} failed",
            self.verdict, self.evaluations, self.failures
        )?;
        writeln!(f, "  infimum {:.10} at x = {:?}", self.infimum, self.limit)?;
        writeln!(f, "  played  {:.10} at x = {:?}", self.value, self.played)?;
        for face in &self.faces {
            writeln!(
                f,
                "  cliff to label {}: normal {:?}, multiplier {:.3e}, jump {:.3e}",
                face.high, face.normal, face.multiplier, face.jump
            )?;
        }
        write!(
            f,
            "  residual {:.1e}, {}; nothing global is claimed",
            self.residual, self.status
        )
    }
}
