//! Stationarity of mathematical programs with complementarity constraints.

use crate::norm::{max, min};
use crate::{Known, Norm, State, Stopping, StoppingError, Tolerance};

/// A point of  min f(x)  s.t.  0 ≤ G(x) ⟂ H(x) ≥ 0  and other constraints, with what is known there.
///
/// The MPCC-Lagrangian is L = f + (other constraints) − Σ νᴳᵢ Gᵢ − Σ νᴴᵢ Hᵢ, so that ν ≥ 0 is good. Moving the point forgets
/// all values; the multipliers stay.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MpccState {
    x: Vec<f64>,
    /// f(x).
    pub f: Option<f64>,
    /// ∇ₓL(x), length n.
    pub dual: Known,
    /// Largest violation of the other constraints and of their complementarity; 0 where there are none.
    pub others: Option<f64>,
    /// G(x), one entry a pair.
    pub g: Known,
    /// H(x), one entry a pair.
    pub h: Known,
    /// νᴳ, one entry a pair.
    pub nu_g: Known,
    /// νᴴ, one entry a pair.
    pub nu_h: Known,
}

impl MpccState {
    /// A state that knows only its point.
    pub fn new(x: Vec<f64>) -> Self {
        MpccState {
            x,
            ..MpccState::default()
        }
    }
    /// The point.
    pub fn x(&self) -> &[f64] {
        &self.x
    }
    /// The point, to be moved; all that is known at the old one is forgotten, multipliers excepted.
    pub fn x_mut(&mut self) -> &mut [f64] {
        self.f = None;
        self.others = None;
        self.dual.forget();
        self.g.forget();
        self.h.forget();
        &mut self.x
    }
}

impl State for MpccState {
    fn point(&self) -> &[f64] {
        &self.x
    }
    fn objective(&self) -> Option<f64> {
        self.f
    }
    fn is_in_domain(&self) -> bool {
        let known = [&self.dual, &self.g, &self.h, &self.nu_g, &self.nu_h];
        let finite = |v: Option<f64>| v.is_none_or(f64::is_finite);
        finite(self.f) && finite(self.others) && known.iter().all(|k| k.is_in_domain())
    }
}

/// The kinds of stationarity that are told by multipliers. Strong implies Mordukhovich, which implies Clarke, which implies weak;
/// Mordukhovich implies alternative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Stationarity {
    /// W: no sign of (νᴳ, νᴴ) is asked on biactive pairs.
    Weak,
    /// A: at least one of the two is not negative.
    Alternative,
    /// C: their product is not negative.
    Clarke,
    /// M: both are positive, or their product is zero.
    Mordukhovich,
    /// S: none is negative.
    Strong,
}

impl Stationarity {
    /// The residual of one pair: 0 exactly where the pair satisfies the conditions of this kind. The pair is biactive when
    /// G and H are both at most `biactive`.
    // Note (2026-11-22): MPCC.jl measures complementarity by the products |νᴳ G|, |νᴴ H|. A product of 10⁻⁸ hides two
    // factors of 10⁻⁴, so the smaller factor is taken here.
    pub fn of_pair(self, (g, h): (f64, f64), (nu_g, nu_h): (f64, f64), biactive: f64) -> f64 {
        let complementarity = min(g, h).abs();
        let inactive = max(min(nu_g.abs(), g.abs()), min(nu_h.abs(), h.abs()));
        let weak = max(complementarity, inactive);
        if !(g <= biactive && h <= biactive) {
            return weak;
        }
        let (less, more) = (min(nu_g, nu_h), max(nu_g, nu_h));
        let both_negative = max(-more, 0.0);
        // One positive and one negative: the distance to a product of zero.
        let opposite = if less < 0.0 && more > 0.0 {
            min(-less, more)
        } else {
            0.0
        };
        let signs = match self {
            Stationarity::Weak => 0.0,
            Stationarity::Alternative => both_negative,
            Stationarity::Clarke => opposite,
            Stationarity::Mordukhovich => max(opposite, both_negative),
            Stationarity::Strong => max(-less, 0.0),
        };
        max(weak, signs)
    }

    /// The residual of a state: the largest of ‖∇L‖∞, the violation of the other constraints and the residuals of the pairs.
    ///
    /// # Errors
    /// [`StoppingError::Missing`] when the state does not know ∇L, the other constraints, G, H or a multiplier;
    /// [`StoppingError::Dimension`] when the numbers of pairs differ.
    pub fn score(self, state: &MpccState, biactive: f64) -> Result<f64, StoppingError> {
        let known = |v: Option<f64>, name| v.ok_or(StoppingError::Missing(name));
        let get = |v: &'_ Known, name| {
            v.get()
                .map(<[f64]>::len)
                .ok_or(StoppingError::Missing(name))
        };
        let dual = known(
            state.dual.get().map(|v| Norm::Inf.of(v)),
            "the gradient of the Lagrangian",
        )?;
        let others = known(state.others, "the violation of the other constraints")?;
        let pairs = get(&state.g, "G")?;
        for (v, name) in [(&state.h, "H"), (&state.nu_g, "νᴳ"), (&state.nu_h, "νᴴ")] {
            let found = get(v, name)?;
            if found != pairs {
                return Err(StoppingError::Dimension {
                    what: name,
                    expected: pairs,
                    found,
                });
            }
        }
        let all = |v: &'_ Known, i: usize| v.get().map_or(f64::NAN, |v| v[i]);
        let residuals = (0..pairs).map(|i| {
            self.of_pair(
                (all(&state.g, i), all(&state.h, i)),
                (all(&state.nu_g, i), all(&state.nu_h, i)),
                biactive,
            )
        });
        Ok(max(max(dual, others), Norm::Inf.of_iter(residuals)))
    }
}

impl<P: ?Sized> Stopping<P, MpccState> {
    /// A stopping whose score is the residual of a kind of stationarity; unknown as long as the state lacks something.
    pub fn mpcc(state: MpccState, kind: Stationarity, biactive: f64) -> Self {
        Stopping::new(state, move |_: &P, state: &MpccState| {
            kind.score(state, biactive).ok()
        })
    }
}

/// An approximate KKT point of the regularized program
/// min f(x) s.t. G + t̄ ≥ 0, H + t̄ ≥ 0, Φ(G, H; t) ≤ 0, and other constraints, seen through its residuals.
///
/// Dussault, Haddou, Kadrani and Migot (*How to compute an M-stationary point of the MPCC*) prove that limits are M-stationary
/// when for each t the first four residuals are at most ε and the last is zero *exactly*, with ε = o(t̄) and
/// t < t̄ − c ε.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RegularizedResiduals {
    /// ‖∇L_R‖∞.
    pub dual: f64,
    /// Violation and complementarity of the other constraints.
    pub others: f64,
    /// Violation and complementarity of G + t̄ ≥ 0.
    pub g: f64,
    /// Violation and complementarity of H + t̄ ≥ 0.
    pub h: f64,
    /// Violation and complementarity of Φ ≤ 0.
    pub phi: f64,
}

impl RegularizedResiduals {
    /// Number of scores.
    pub const LEN: usize = 5;

    /// Writes the five scores, for [`Stopping::with_scores`].
    pub fn write(&self, scores: &mut [f64]) {
        scores.copy_from_slice(&[self.dual, self.others, self.g, self.h, self.phi]);
    }

    /// The tolerances of the theorem: ε for the first four, 0 for Φ.
    pub fn tolerance(epsilon: f64) -> Tolerance {
        Tolerance::each(vec![epsilon, epsilon, epsilon, epsilon, 0.0])
    }
}

#[cfg(test)]
mod tests {
    use super::Stationarity::{self, Alternative, Clarke, Mordukhovich, Strong, Weak};

    const ALL: [Stationarity; 5] = [Weak, Alternative, Clarke, Mordukhovich, Strong];

    #[test]
    fn signs_of_biactive_multipliers_tell_the_kinds_apart() {
        // Rows: multipliers; columns: W, A, C, M, S by the definitions.
        let table = [
            ((1.0, 2.0), [true, true, true, true, true]),
            ((0.0, 2.0), [true, true, true, true, true]),
            ((0.0, -2.0), [true, true, true, true, false]),
            ((-1.0, -2.0), [true, false, true, false, false]),
            ((1.0, -2.0), [true, true, false, false, false]),
        ];
        for (nu, expected) in table {
            let found = ALL.map(|kind| kind.of_pair((0.0, 0.0), nu, 1e-8) == 0.0);
            assert_eq!(found, expected, "multipliers {nu:?}");
        }
    }

    #[test]
    fn off_the_biactive_set_only_the_inactive_multiplier_counts() {
        for kind in ALL {
            assert_eq!(kind.of_pair((3.0, 0.0), (0.0, -5.0), 1e-8), 0.0);
            assert_eq!(kind.of_pair((3.0, 0.0), (0.5, -5.0), 1e-8), 0.5);
            assert_eq!(kind.of_pair((1e-4, 1e-4), (0.0, 0.0), 1e-8), 1e-4);
            assert!(kind.of_pair((f64::NAN, 0.0), (0.0, 0.0), 1e-8).is_nan());
        }
    }
}
