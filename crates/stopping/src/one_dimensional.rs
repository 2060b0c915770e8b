//! Steps along a line, and what makes them acceptable.

use crate::line::Line;
use crate::norm::max;
use crate::{State, Stopping};

/// A step t on a line h, and what is known there and at 0.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OneDState {
    t: f64,
    /// h(t).
    pub h: Option<f64>,
    /// h′(t).
    pub dh: Option<f64>,
    /// h(0).
    pub h0: Option<f64>,
    /// h′(0).
    pub dh0: Option<f64>,
}

impl OneDState {
    /// The step t on a line of which nothing is known.
    pub fn new(t: f64) -> Self {
        OneDState {
            t,
            ..OneDState::default()
        }
    }
    /// The step t on a line with known h(0) and h′(0).
    pub fn from_zero(t: f64, h0: f64, dh0: f64) -> Self {
        OneDState {
            h0: Some(h0),
            dh0: Some(dh0),
            ..OneDState::new(t)
        }
    }
    /// The step.
    pub fn t(&self) -> f64 {
        self.t
    }
    /// Moves to the step t and forgets h(t) and h′(t).
    pub fn set_t(&mut self, t: f64) {
        self.t = t;
        self.h = None;
        self.dh = None;
    }
    /// Begins another search at the step t, with other values at 0.
    pub fn reinit(&mut self, t: f64, h0: f64, dh0: f64) {
        *self = OneDState::from_zero(t, h0, dh0);
    }

    /// Armijo's sufficient decrease: max(h(t) − h(0) − τ₀ t h′(0), 0). `None` when something is unknown, as below.
    pub fn armijo(&self, tau0: f64) -> Option<f64> {
        let slack = self.h? - self.h0? - tau0 * self.t * self.dh0?;
        Some(max(slack, 0.0))
    }
    /// The strong Wolfe condition on the slope: max(|h′(t)| − τ₁ |h′(0)|, 0).
    pub fn wolfe(&self, tau1: f64) -> Option<f64> {
        Some(max(self.dh?.abs() - tau1 * self.dh0?.abs(), 0.0))
    }
    /// Both of Armijo and strong Wolfe: the larger score.
    pub fn armijo_wolfe(&self, tau0: f64, tau1: f64) -> Option<f64> {
        Some(max(self.armijo(tau0)?, self.wolfe(tau1)?))
    }
    /// Goldstein's conditions: h(0) + (1 − τ₀) t h′(0) ≤ h(t) ≤ h(0) + τ₀ t h′(0), 0 < τ₀ < ½, and the larger
    /// violation as the score.
    // Note (2026-11-22): Stopping.jl has two parameters, 10⁻⁴ and 0.9999 = 1 − 10⁻⁴, and uses the first alone.
    pub fn goldstein(&self, tau0: f64) -> Option<f64> {
        let (h, h0, slope) = (self.h?, self.h0?, self.t * self.dh0?);
        let below = h0 + (1.0 - tau0) * slope - h;
        let above = h - (h0 + tau0 * slope);
        Some(max(max(below, above), 0.0))
    }
    /// Shamanskii's decrease: max(h(t) − h(0) − γ t³ ‖d‖³, 0).
    pub fn shamanskii(&self, gamma: f64, d_norm: f64) -> Option<f64> {
        let cube = (self.t * d_norm).powi(3);
        Some(max(self.h? - self.h0? - gamma * cube, 0.0))
    }
    /// Exact minimization: |h′(t)|.
    pub fn exact(&self) -> Option<f64> {
        self.dh.map(f64::abs)
    }
}

impl State for OneDState {
    fn point(&self) -> &[f64] {
        std::slice::from_ref(&self.t)
    }
    fn objective(&self) -> Option<f64> {
        self.h
    }
    fn is_in_domain(&self) -> bool {
        [self.h, self.dh, self.h0, self.dh0]
            .iter()
            .all(|value| value.is_none_or(f64::is_finite))
    }
}

/// What makes a step acceptable. A line search asks nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Acceptance {
    /// Sufficient decrease; τ₀ in (0, 1), often 0.01.
    Armijo {
        /// Fraction of the predicted decrease.
        tau0: f64,
    },
    /// Small slope; τ₁ in (0, 1), often 0.99.
    Wolfe {
        /// Fraction of the slope at 0.
        tau1: f64,
    },
    /// Both.
    ArmijoWolfe {
        /// Fraction of the predicted decrease.
        tau0: f64,
        /// Fraction of the slope at 0.
        tau1: f64,
    },
    /// Decrease bounded on both sides; τ₀ in (0, ½), often 10⁻⁴.
    Goldstein {
        /// Fraction of the predicted decrease.
        tau0: f64,
    },
    /// Hardly any increase, by the cube of the step; γ often 10⁻⁹.
    Shamanskii {
        /// Coefficient of the cube.
        gamma: f64,
        /// ‖d‖.
        d_norm: f64,
    },
    /// A vanishing slope.
    Exact,
}

impl Acceptance {
    /// The score of a step: 0 where it is acceptable. Where the slope h′(t) matters and the state does not know it,
    /// it is evaluated, so that a search by values alone can serve any acceptance. `None` when another
    /// value is unknown.
    pub fn score<L: Line + ?Sized>(self, line: &L, state: &OneDState) -> Option<f64> {
        let with_slope = || OneDState {
            dh: state.dh.or_else(|| Some(line.slope(state.t))),
            ..state.clone()
        };
        match self {
            Acceptance::Armijo { tau0 } => state.armijo(tau0),
            Acceptance::Wolfe { tau1 } => with_slope().wolfe(tau1),
            Acceptance::ArmijoWolfe { tau0, tau1 } => with_slope().armijo_wolfe(tau0, tau1),
            Acceptance::Goldstein { tau0 } => state.goldstein(tau0),
            Acceptance::Shamanskii { gamma, d_norm } => state.shamanskii(gamma, d_norm),
            Acceptance::Exact => with_slope().exact(),
        }
    }
}

impl<L: Line + ?Sized> Stopping<L, OneDState> {
    /// A stopping for a search along a line, with the tolerance 10⁻⁶ on the score of `acceptance`. The evaluations are
    /// those of the line.
    ///
    /// A search inside a run on the same model is made by
    /// [`inside_sharing_counters`](Stopping::inside_sharing_counters).
    pub fn line_search(state: OneDState, acceptance: Acceptance) -> Self {
        Stopping::new(state, move |line: &L, state: &OneDState| {
            acceptance.score(line, state)
        })
        .with_counting(|line: &L| line.counts())
    }
}

#[cfg(test)]
mod tests {
    use super::OneDState;

    /// h(t) = (t − 1)², h(0) = 1, h′(0) = −2, at t.
    fn parabola(t: f64) -> OneDState {
        OneDState {
            h: Some((t - 1.0).powi(2)),
            dh: Some(2.0 * (t - 1.0)),
            ..OneDState::from_zero(t, 1.0, -2.0)
        }
    }

    #[test]
    fn each_condition_holds_where_it_should_on_a_parabola() {
        // Armijo with τ₀: t ≤ 2 (1 − τ₀).
        assert_eq!(parabola(1.5).armijo(0.25), Some(0.0));
        assert_eq!(parabola(2.0).armijo(0.25), Some(1.0));
        // Strong Wolfe with τ₁: |t − 1| ≤ τ₁.
        assert_eq!(parabola(0.5).wolfe(0.5), Some(0.0));
        assert_eq!(parabola(0.25).wolfe(0.5), Some(0.5));
        assert_eq!(parabola(2.0).armijo_wolfe(0.25, 0.5), Some(1.0));
        // Goldstein with τ₀: 2 τ₀ ≤ t ≤ 2 (1 − τ₀).
        assert_eq!(parabola(0.5).goldstein(0.25), Some(0.0));
        assert_eq!(parabola(0.25).goldstein(0.25), Some(0.0625 * 3.0 - 0.125));
        assert_eq!(parabola(1.0).exact(), Some(0.0));
        // h(3) − h(0) = 3, (3 · 2)³ = 216.
        assert_eq!(parabola(3.0).shamanskii(1.0 / 216.0, 2.0), Some(2.0));
    }

    #[test]
    fn what_is_unknown_is_not_accepted() {
        let state = OneDState::from_zero(1.0, 1.0, -2.0);
        assert_eq!((state.armijo(0.1), state.wolfe(0.9)), (None, None));
        assert_eq!((state.goldstein(0.1), state.exact()), (None, None));
        let mut moved = parabola(1.0);
        moved.set_t(2.0);
        assert_eq!((moved.h, moved.dh, moved.h0), (None, None, Some(1.0)));
        assert!(
            OneDState {
                h: Some(f64::NAN),
                ..parabola(1.0)
            }
            .armijo(0.1)
            .is_some_and(f64::is_nan)
        );
    }
}
