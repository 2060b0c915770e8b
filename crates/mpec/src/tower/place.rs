//! Where a pair stands: in which wing of its butterfly, and on which of its curves.

use nlp_model::Mpcc;

use crate::MpecError;
use crate::regularization::Wings;

/// The variables of each pair of a program in vertical form.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// (G, H) as variables.
    pub variables: Vec<(usize, usize)>,
    pub pairs: Vec<Place>,
}

/// The curve that holds a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// None: the pair is inside of its wing.
    Inside,
    /// H = ψ(G).
    HOfG,
    /// G = ψ(H).
    GOfH,
}

/// Wing and curve of one pair. The wing of G holds {H ≤ ψ(G), G ≥ ψ(H)}, that of H the mirror image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub in_wing_of_g: bool,
    pub hold: Hold,
}

impl Places {
    /// Reads the variables off the rows.
    pub fn new(mpcc: &dyn Mpcc) -> Result<Self, MpecError> {
        let meta = mpcc.meta();
        let mut entry = vec![None; meta.ncon()];
        let mut count = vec![0; meta.ncon()];
        for (i, j) in mpcc.jac_structure().iter() {
            entry[i] = Some(j);
            count[i] += 1;
        }
        let x: Vec<f64> = (0..meta.nvar()).map(|j| 1.0 + 0.3 * j as f64).collect();
        let mut c = vec![0.0; meta.ncon()];
        mpcc.cons(&x, &mut c);
        let mut used = vec![false; meta.nvar()];
        let mut variable = |pair: usize, i: usize| match entry[i] {
            Some(j) if count[i] == 1 && c[i] == x[j] && !used[j] => {
                used[j] = true;
                Ok(j)
            }
            _ => Err(MpecError::NotVertical { pair }),
        };
        let pairs = mpcc.pairs().iter().enumerate();
        let variables = pairs
            .map(|(p, &(i, j))| Ok((variable(p, i)?, variable(p, j)?)))
            .collect::<Result<Vec<_>, MpecError>>()?;
        let start = Place {
            in_wing_of_g: true,
            hold: Hold::Inside,
        };
        Ok(Places {
            pairs: vec![start; variables.len()],
            variables,
        })
    }

    /// Moves each pair to the nearer wing: it stays inside, or goes to the curve that it has crossed.
    pub fn project(&mut self, wings: &Wings, z: &mut [f64]) {
        for (place, &(g, h)) in self.pairs.iter_mut().zip(&self.variables) {
            place.in_wing_of_g = z[g] >= z[h];
            place.hold = Hold::Inside;
            let (f1, f2) = wings.factors(z[g], z[h]);
            let side = place.sign();
            if side * f1 > 0.0 {
                place.hold = if place.in_wing_of_g {
                    Hold::HOfG
                } else {
                    Hold::GOfH
                };
            } else if side * f2 < 0.0 {
                place.hold = if place.in_wing_of_g {
                    Hold::GOfH
                } else {
                    Hold::HOfG
                };
            }
            place.settle(wings, z, (g, h));
        }
    }
}

impl Place {
    /// +1 in the wing of G: there F₁ = H − ψ(G) ≤ 0 ≤ F₂ = G − ψ(H); −1 in the other.
    pub fn sign(self) -> f64 {
        if self.in_wing_of_g { 1.0 } else { -1.0 }
    }

    /// Puts the held variable on its curve, so that Φ is zero exactly, and keeps the other on the side of the wing.
    pub fn settle(self, wings: &Wings, z: &mut [f64], (g, h): (usize, usize)) {
        // On H = ψ(G) the wing of G has G ≥ s, on G = ψ(H) it has H ≤ s.
        let s = wings.s;
        let clamp = |v: f64, above: bool| if above { v.max(s) } else { v.min(s) };
        match self.hold {
            Hold::Inside => {}
            Hold::HOfG => {
                z[g] = clamp(z[g], self.in_wing_of_g);
                z[h] = wings.psi(z[g]).0;
            }
            Hold::GOfH => {
                z[h] = clamp(z[h], !self.in_wing_of_g);
                z[g] = wings.psi(z[h]).0;
            }
        }
    }
}

impl Wings {
    /// Smallest α > 0 at which v + α dv = ψ(z + α dz); infinite when there is none.
    ///
    /// With w = z − s + α dz: on w ≥ 0 the equation is (v − s)(w + r) = t w, on w < 0 it is
    /// (v − s) r² = t (w r − w²); both are quadratic in α.
    pub(super) fn crossing(&self, z: f64, dz: f64, v: f64, dv: f64) -> f64 {
        let (w, u) = (z - self.s, v - self.s);
        let (r, t) = (self.r, self.t);
        let right = [dv * dz, u * dz + dv * (w + r) - t * dz, u * (w + r) - t * w];
        let left = [
            t * dz * dz,
            dv * r * r - t * dz * r + 2.0 * t * w * dz,
            u * r * r - t * (w * r - w * w),
        ];
        let mut first = f64::INFINITY;
        for ([a, b, c], is_right) in [(right, true), (left, false)] {
            for alpha in roots(a, b, c) {
                let at = w + alpha * dz;
                if alpha > 1e-12 && alpha < first && (at >= 0.0) == is_right {
                    first = alpha;
                }
            }
        }
        first
    }
}

/// Real roots of a α² + b α + c, NaN where there is none.
fn roots(a: f64, b: f64, c: f64) -> [f64; 2] {
    if a == 0.0 {
        return [-c / b, f64::NAN];
    }
    let root = (b * b - 4.0 * a * c).sqrt();
    let q = -0.5 * (b + root.copysign(b));
    [q / a, c / q]
}

#[cfg(test)]
mod tests {
    use super::Wings;

    #[test]
    fn a_ray_meets_the_curve_where_the_formula_says() {
        let wings = Wings::at(0.1);
        for (z, dz, v, dv) in [
            (1.0, -2.0, 0.0, 0.5),
            (0.3, 0.0, 0.0, 1.0),
            (0.04, -0.2, -0.3, 0.4),
            (2.0, -1.0, 0.01, 0.0),
        ] {
            let alpha = wings.crossing(z, dz, v, dv);
            let gap = v + alpha * dv - wings.psi(z + alpha * dz).0;
            assert!(alpha > 0.0 && gap.abs() < 1e-12, "{alpha} {gap}");
            // Nothing is crossed before.
            let sign = (v - wings.psi(z).0).signum();
            for k in 1..100 {
                let a = alpha * f64::from(k) / 101.0;
                assert!(sign * (v + a * dv - wings.psi(z + a * dz).0) > 0.0);
            }
        }
        assert_eq!(wings.crossing(1.0, 1.0, 0.0, -1.0), f64::INFINITY);
    }
}
