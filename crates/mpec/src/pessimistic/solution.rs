//! Where a run ended: what can be played, what it comes near to, and what is known of both.

use std::fmt;

use stopping::Status;

use super::Sense;

/// The sides of a pair 0 ≤ G ⟂ H ≥ 0 that are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// G = 0 < H.
    First,
    /// H = 0 < G.
    Second,
    /// G = H = 0.
    Both,
}

/// Why an x has no value.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Failure {
    /// S(x) is empty: rows, bounds and pairs contradict each other by at least about this much, as far as is known.
    Empty {
        /// The least violation found.
        violation: f64,
    },
    /// The follower's objective has no lower bound: S(x) is empty.
    NoMinimum,
    /// x violates a row of the leader by this much.
    Forbidden {
        /// The violation.
        violation: f64,
    },
    /// The leader's objective is unbounded over S(x), or responses run away.
    Unbounded,
    /// A function is not finite where it was needed.
    Undefined,
    /// The search for the worst response did not end: any value could be that of a wrong piece.
    Unfinished,
}

/// What supports that no response at an x is worse (better, in the optimistic sense) than the one reported.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Evidence {
    /// Proved by intervals: no response within the follower's tolerance changes the value by more than this.
    Proved {
        /// The slack of the proof.
        slack: f64,
    },
    /// All pieces were solved; they have affine rows, so that none is missed.
    Enumerated {
        /// Pieces that hold a point.
        pieces: usize,
    },
    /// All pieces were searched from a few starts.
    Searched {
        /// Pieces that hold a point.
        pieces: usize,
    },
    /// Nothing: there is no response.
    None,
}

/// An x with its response.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// x (nx).
    pub x: Vec<f64>,
    /// ϑ(x), or μ(x); NaN without response.
    pub value: f64,
    /// The worst, or best, response y (ny); empty without response.
    pub y: Vec<f64>,
    /// The sides that are zero, for each pair of the followers' conditions.
    pub branch: Vec<Side>,
    /// For a follower who minimizes: f(x, y) − φ(x) is at most this, which is proved.
    pub follower_gap: Option<f64>,
    /// What supports the value.
    pub evidence: Evidence,
}

/// An x without value, with the reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Failed {
    /// x (nx).
    pub x: Vec<f64>,
    /// Why.
    pub failure: Failure,
}

/// Counts of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Outer evaluations, all of them.
    pub evaluations: usize,
    /// Those by BOBYQA.
    pub bobyqa: usize,
    /// Those at which the inner solver failed: undefined or unfinished.
    pub inner_failures: usize,
    /// Those at which S(x) is empty.
    pub empty: usize,
    /// Those outside of the leader's rows.
    pub forbidden: usize,
    /// Those at which the value is infinite.
    pub unbounded: usize,
    /// Programs of the inner solver.
    pub programs: usize,
    /// Responses that a proof found to be missed; after each the outer search began again.
    pub refuted: usize,
}

/// An outer evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// x (nx).
    pub x: Vec<f64>,
    /// The value, NaN without.
    pub value: f64,
}

/// Where a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct PessimisticSolution {
    /// Harm or help.
    pub sense: Sense,
    /// x̃: a point that can be played, with its value, which was evaluated.
    pub played: Point,
    /// x̂: the limit point, with the value at x̂ itself, which may be far from the infimum.
    pub limit: Point,
    /// The local infimum: the limit of values along the piece of x̃.
    pub infimum: f64,
    /// Whether a point takes the infimum; none when the run could not tell.
    pub attained: Option<bool>,
    /// δ = ‖x̃ − x̂‖∞.
    pub delta: f64,
    /// ε = value at x̃ − infimum.
    pub epsilon: f64,
    /// What is claimed of x̂: by the cliff solver or, where helpful followers leave a low value to a single x, by
    /// B-stationarity of the joint program.
    pub verdict: dfo::cliff::Verdict,
    /// The cliffs through x̂.
    pub faces: Vec<dfo::cliff::Face>,
    /// The first x, of each reason, without a value.
    pub failed: Vec<Failed>,
    /// The first radius of BOBYQA when it had to be enlarged to be seen above the accuracy.
    pub enlarged_radius: Option<f64>,
    /// Counts.
    pub counts: Counts,
    /// All outer evaluations in their order.
    pub history: Vec<Sample>,
    /// `Optimal`: a local infimum is certified and its response has evidence. `SubOptimal`: a value without certificate of the
    /// outer solver. `Infeasible`: S(x) is empty wherever it was asked for. `UnboundedObjective`: no finite value, or an
    /// infinite one in the leader's favour. `DomainError`: no value at all.
    pub status: Status,
    /// Wall time.
    pub seconds: f64,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Empty { violation } if violation.is_finite() => {
                write!(
                    f,
                    "no response: conditions contradict each other by {violation:.1e}"
                )
            }
            Failure::Empty { .. } => f.write_str("no response"),
            Failure::NoMinimum => {
                f.write_str("no response: the follower's objective has no lower bound")
            }
            Failure::Forbidden { violation } => {
                write!(f, "the leader's rows are violated by {violation:.1e}")
            }
            Failure::Unbounded => {
                f.write_str("the leader's objective is unbounded over the responses")
            }
            Failure::Undefined => f.write_str("a function is not finite"),
            Failure::Unfinished => f.write_str("the inner search did not end"),
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Evidence::Proved { slack } => write!(f, "proved within {slack:.1e}"),
            Evidence::Enumerated { pieces } => write!(f, "all of {pieces} affine pieces solved"),
            Evidence::Searched { pieces } => write!(f, "{pieces} pieces searched, no proof"),
            Evidence::None => f.write_str("no evidence"),
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::First => "G",
            Side::Second => "H",
            Side::Both => "0",
        })
    }
}

impl Point {
    fn show(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        writeln!(f, "  {name} x = {:?}, value {:.10}", self.x, self.value)?;
        if self.y.is_empty() {
            return writeln!(f, "    no response");
        }
        write!(f, "    response y = {:?}", self.y)?;
        if !self.branch.is_empty() {
            f.write_str(", branch ")?;
            self.branch
                .iter()
                .try_for_each(|side| write!(f, "{side}"))?;
        }
        if let Some(gap) = self.follower_gap {
            write!(f, ", follower's gap {gap:.1e}")?;
        }
        writeln!(f, "; {}", self.evidence)
    }
}

impl fmt::Display for PessimisticSolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sense = match self.sense {
            Sense::Pessimistic => "pessimistic",
            Sense::Optimistic => "optimistic",
        };
        let attained = match self.attained {
            Some(true) => "attained",
            Some(false) => "not attained",
            None => "attained or not: unknown",
        };
        writeln!(
            f,
            "{sense}: {}; infimum {:.10}, {attained}",
            self.status, self.infimum
        )?;
        self.played.show(f, "played")?;
        self.limit.show(f, "limit ")?;
        writeln!(
            f,
            "  δ = {:.1e}, ε = {:.1e}; {}",
            self.delta, self.epsilon, self.verdict
        )?;
        for failed in &self.failed {
            writeln!(f, "  at x = {:?}: {}", failed.x, failed.failure)?;
        }
        if let Some(radius) = self.enlarged_radius {
            writeln!(f, "  first radius enlarged to {radius:.1e}")?;
        }
        let c = &self.counts;
        write!(
            f,
            "  {} evaluations ({} by BOBYQA), {} inner failures, {} without response, {} programs, {:.2} s; \
             nothing global is claimed of x",
            c.evaluations, c.bobyqa, c.inner_failures, c.empty, c.programs, self.seconds
        )
    }
}
