//! The butterflies of Dussault, Haddou, Kadrani and Migot.

use super::PairFunction;

/// (G − ψ(H))(H − ψ(G)) ≤ 0 with G, H ≥ −t̄ and ψ(z) = s + t θ_r(z − s) (DussaultHaddouKadraniMigot2020):
/// two wings, each around a half-axis, that meet in the point (s, s).
///
/// θ_r(z) = z/(z + r) for z ≥ 0 and z/r − z²/r² for z < 0, twice continuously differentiable and increasing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wings {
    /// Width of the transition of θ.
    pub r: f64,
    /// The point where the wings meet.
    pub s: f64,
    /// Opening of the wings; less than r.
    pub t: f64,
    /// How far G and H may be negative.
    pub tb: f64,
}

impl Wings {
    /// r = τ, s = τ/2, t = τ^1.301/2, t̄ = τ: with τ → τ/10 these are the updates (r, s, t) → (r/10, s/10, t/20)
    /// of the authors' code from (1, 1/2, 1/2).
    pub fn at(tau: f64) -> Self {
        Wings {
            r: tau,
            s: 0.5 * tau,
            t: 0.5 * tau.powf(20.0_f64.log10()),
            tb: tau,
        }
    }

    /// ψ, ψ', ψ'' at z.
    pub fn psi(&self, z: f64) -> (f64, f64, f64) {
        let (z, r) = (z - self.s, self.r);
        let (theta, slope, curvature) = if z >= 0.0 {
            let sum = z + r;
            (z / sum, r / (sum * sum), -2.0 * r / sum.powi(3))
        } else {
            let q = z / r;
            (q - q * q, (1.0 - 2.0 * q) / r, -2.0 / (r * r))
        };
        (self.s + self.t * theta, self.t * slope, self.t * curvature)
    }

    /// F₁ = H − ψ(G) and F₂ = G − ψ(H).
    pub fn factors(&self, g: f64, h: f64) -> (f64, f64) {
        (h - self.psi(g).0, g - self.psi(h).0)
    }

    /// φ = F₁ F₂.
    pub fn phi(&self, g: f64, h: f64) -> PairFunction {
        let ((of_g, dg, ddg), (of_h, dh, ddh)) = (self.psi(g), self.psi(h));
        let first = PairFunction {
            value: h - of_g,
            g: -dg,
            h: 1.0,
            gg: -ddg,
            ..PairFunction::default()
        };
        let second = PairFunction {
            value: g - of_h,
            g: 1.0,
            h: -dh,
            hh: -ddh,
            ..PairFunction::default()
        };
        PairFunction::product(first, second)
    }
}

#[cfg(test)]
mod tests {
    use super::Wings;

    #[test]
    fn theta_is_twice_continuously_differentiable() {
        let wings = Wings::at(0.1);
        let (left, right) = (wings.psi(wings.s - 1e-13), wings.psi(wings.s + 1e-13));
        assert!((left.1 - right.1).abs() < 1e-9 && (left.2 / right.2 - 1.0).abs() < 1e-9);
        assert_eq!(wings.psi(wings.s).0, wings.s);
    }

    #[test]
    fn parameters_follow_the_updates_of_the_authors() {
        let (first, second) = (Wings::at(1.0), Wings::at(0.1));
        assert_eq!((first.r, first.s, first.t), (1.0, 0.5, 0.5));
        assert!((second.t - 0.025).abs() < 1e-15 && (second.s - 0.05).abs() < 1e-15);
    }

    #[test]
    fn the_wings_meet_at_one_point_and_open_away_from_it() {
        let wings = Wings::at(0.1);
        assert_eq!(wings.factors(wings.s, wings.s), (0.0, 0.0));
        assert!(wings.phi(1.0, 0.0).value < 0.0 && wings.phi(0.0, 1.0).value < 0.0);
        assert!(wings.phi(0.2, 0.2).value > 0.0 && wings.phi(-0.05, -0.05).value > 0.0);
    }
}
