//! Regularizations: nonlinear programs that approach a complementarity program as t → 0.
//!
//! Each replaces 0 ≤ G ⟂ H ≥ 0 by constraints on the pair (G, H) that depend on a parameter t > 0.
//!
//! | kind | constraints of a pair | limits of KKT points |
//! |---|---|---|
//! | [`Scholtes`](Regularization::Scholtes) | G, H ≥ 0, G H ≤ t | C |
//! | [`LinFukushima`](Regularization::LinFukushima) | G H ≤ t², (G + t)(H + t) ≥ t² | C |
//! | [`Kadrani`](Regularization::Kadrani) | G, H ≥ −t, (G − t)(H − t) ≤ 0 | M |
//! | [`SteffensenUlbrich`](Regularization::SteffensenUlbrich) | G, H ≥ 0, G + H ≤ φ_t(G − H) | C |
//! | [`KanzowSchwartz`](Regularization::KanzowSchwartz) | G, H ≥ 0, Φ(G, H; t) ≤ 0 | M |
//! | [`Butterfly`](Regularization::Butterfly) | G, H ≥ −t̄, (G − ψ(H))(H − ψ(G)) ≤ 0 | M |
//! | [`Smoothing`](Regularization::Smoothing) | √(G² + H² + 2t) = G + H | C |
//! | [`Penalty`](Regularization::Penalty) | G, H ≥ 0, and f + Σ G H / t | S for a finite 1/t, or C |
//!
//! The third column holds under the constraint qualifications that the references name, for exact KKT
//! points. With inexact ones the M becomes a C, but for the butterflies.

mod butterfly;
mod kadrani;
mod kanzow_schwartz;
mod lin_fukushima;
mod model;
mod penalty;
mod scholtes;
mod smoothing;
mod steffensen_ulbrich;

pub use butterfly::Wings;
pub use model::Regularized;

/// A function of one pair with its derivatives up to the second order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PairFunction {
    /// φ(G, H).
    pub value: f64,
    /// ∂φ/∂G.
    pub g: f64,
    /// ∂φ/∂H.
    pub h: f64,
    /// ∂²φ/∂G².
    pub gg: f64,
    /// ∂²φ/∂G∂H.
    pub gh: f64,
    /// ∂²φ/∂H².
    pub hh: f64,
}

impl PairFunction {
    /// The product of a = a(G, H) and b = b(G, H).
    fn product(a: PairFunction, b: PairFunction) -> PairFunction {
        PairFunction {
            value: a.value * b.value,
            g: a.g * b.value + a.value * b.g,
            h: a.h * b.value + a.value * b.h,
            gg: a.gg * b.value + 2.0 * a.g * b.g + a.value * b.gg,
            gh: a.gh * b.value + a.g * b.h + a.h * b.g + a.value * b.gh,
            hh: a.hh * b.value + 2.0 * a.h * b.h + a.value * b.hh,
        }
    }
}

/// How complementarity is relaxed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Regularization {
    /// G H ≤ t (Scholtes2001).
    Scholtes,
    /// G H ≤ t², (G + t)(H + t) ≥ t² (LinFukushima2005).
    LinFukushima,
    /// (G − t)(H − t) ≤ 0 (KadraniDussaultBenchakroun2009).
    Kadrani,
    /// G + H ≤ φ_t(G − H) (SteffensenUlbrich2010).
    SteffensenUlbrich,
    /// Φ(G, H; t) ≤ 0 with a piecewise Φ (KanzowSchwartz2013).
    KanzowSchwartz,
    /// (G − ψ(H))(H − ψ(G)) ≤ 0 (DussaultHaddouKadraniMigot2020).
    Butterfly,
    /// The Fischer–Burmeister function, smoothed, as an equation (Kanzow1996).
    Smoothing,
    /// The exact ℓ₁ penalty with the weight 1/t (LeyfferLopezNocedal2006).
    Penalty,
}

impl Regularization {
    /// All kinds.
    pub const ALL: [Regularization; 8] = [
        Regularization::Scholtes,
        Regularization::LinFukushima,
        Regularization::Kadrani,
        Regularization::SteffensenUlbrich,
        Regularization::KanzowSchwartz,
        Regularization::Butterfly,
        Regularization::Smoothing,
        Regularization::Penalty,
    ];

    /// The lower bound of G and H: 0, −t, or −∞.
    pub fn lower_bound(self, t: f64) -> f64 {
        match self {
            Regularization::Kadrani => -t,
            Regularization::Butterfly => -Wings::at(t).tb,
            Regularization::LinFukushima | Regularization::Smoothing => f64::NEG_INFINITY,
            _ => 0.0,
        }
    }

    /// Number of rows φ for each pair.
    pub fn rows(self) -> usize {
        match self {
            Regularization::LinFukushima => 2,
            Regularization::Penalty => 0,
            _ => 1,
        }
    }

    /// Whether the rows are φ = 0 and not φ ≤ 0.
    pub fn is_equality(self) -> bool {
        self == Regularization::Smoothing
    }

    /// Row `row` of a pair, for t > 0.
    pub fn row(self, row: usize, g: f64, h: f64, t: f64) -> PairFunction {
        debug_assert!(row < self.rows() && t > 0.0);
        match self {
            Regularization::Scholtes => scholtes::phi(g, h, t),
            Regularization::LinFukushima => lin_fukushima::phi(row, g, h, t),
            Regularization::Kadrani => kadrani::phi(g, h, t),
            Regularization::SteffensenUlbrich => steffensen_ulbrich::phi(g, h, t),
            Regularization::KanzowSchwartz => kanzow_schwartz::phi(g, h, t),
            Regularization::Butterfly => Wings::at(t).phi(g, h),
            Regularization::Smoothing => smoothing::phi(g, h, t),
            Regularization::Penalty => unreachable!("the penalty has no rows"),
        }
    }

    /// What a pair adds to the objective.
    pub fn cost(self, g: f64, h: f64, t: f64) -> PairFunction {
        match self {
            Regularization::Penalty => penalty::phi(g, h, t),
            _ => PairFunction::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PairFunction, Regularization};

    /// Differences of values and of first derivatives, at points away from kinks.
    fn check(phi: impl Fn(f64, f64) -> PairFunction, g: f64, h: f64) {
        let e = 1e-6;
        let (right, left) = (phi(g + e, h), phi(g - e, h));
        let (up, down) = (phi(g, h + e), phi(g, h - e));
        let of = phi(g, h);
        let pairs = [
            (of.g, (right.value - left.value) / (2.0 * e)),
            (of.h, (up.value - down.value) / (2.0 * e)),
            (of.gg, (right.g - left.g) / (2.0 * e)),
            (of.gh, (up.g - down.g) / (2.0 * e)),
            (of.gh, (right.h - left.h) / (2.0 * e)),
            (of.hh, (up.h - down.h) / (2.0 * e)),
        ];
        for (exact, difference) in pairs {
            let error = (exact - difference).abs();
            assert!(
                error < 1e-6 * (1.0 + exact.abs()),
                "({g}, {h}): {exact} {difference}"
            );
        }
    }

    #[test]
    fn derivatives_are_those_of_the_values() {
        let points = [
            (0.3, 0.7),
            (-0.05, 0.4),
            (1.2, -0.08),
            (0.02, 0.03),
            (0.31, 0.3),
            (-0.01, -0.02),
        ];
        for kind in Regularization::ALL {
            for (g, h) in points {
                for row in 0..kind.rows() {
                    check(|g, h| kind.row(row, g, h, 0.1), g, h);
                }
                check(|g, h| kind.cost(g, h, 0.1), g, h);
            }
        }
    }

    #[test]
    fn feasible_sets_hold_the_axes_and_shrink_to_them() {
        for kind in Regularization::ALL {
            for t in [1.0, 0.1, 1e-3] {
                let holds = |g: f64, h: f64| {
                    g >= kind.lower_bound(t)
                        && h >= kind.lower_bound(t)
                        && (0..kind.rows()).all(|row| kind.row(row, g, h, t).value <= 1e-15)
                };
                if matches!(kind, Regularization::Smoothing) {
                    continue;
                }
                assert!(holds(5.0, 0.0) && holds(0.0, 5.0), "{kind:?}, t = {t}");
                // (2, 2) is far from the axes; the penalty forbids nothing.
                assert_eq!(
                    holds(2.0, 2.0),
                    kind == Regularization::Penalty,
                    "{kind:?}, t = {t}"
                );
            }
        }
    }
}
