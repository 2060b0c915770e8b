//! The Lipschitz-like test and the bound of the modulus, by linear and second-order cone programs.

mod linear;
mod programs;

use std::fmt;

use super::cone::MultiplierCone;
use linear::linear_norm;
use programs::{Least, Norm, Programs};

/// A number between two others; equal when it is known exactly, up to rounding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.upper - self.lower <= 1e-6 * self.upper.abs() {
            write!(f, "{:.6}", self.upper)
        } else {
            write!(f, "{:.6} to {:.6}", self.lower, self.upper)
        }
    }
}

/// ℓ = sup { ‖Aₓ‖_* : ‖A_y‖_* ≤ 1 }, so that near the point
/// S(x) ∩ V ⊂ S(x′) + ℓ′ ‖x − x′‖ B for each ℓ′ > ℓ, where x and y are measured in the norm of the field.
///
/// A Lipschitz constant for a norm of x and y is the supremum with the *dual* norms: those of y* and x*.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Modulus {
    /// x and y in the 1-norm (Aₓ and A_y in the ∞-norm): exact.
    pub sum: Bounds,
    /// x and y in the 2-norm.
    pub euclidean: Bounds,
    /// x and y in the ∞-norm (Aₓ and A_y in the 1-norm): exact up to a limit of [`NODES`] programs.
    pub max: Bounds,
}

impl fmt::Display for Modulus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sum, euclidean, max) = (self.sum, self.euclidean, self.max);
        write!(
            f,
            "{sum} in the 1-norm, {euclidean} in the 2-norm, {max} in the ∞-norm"
        )
    }
}

/// Programs that the search over signs solves for the ∞-norm.
pub const NODES: usize = 2_000;

/// The smallest ‖A_y‖ with ‖Aₓ‖∞ = 1 that counts as positive; a modulus above its inverse is none.
pub(super) const POSITIVE: f64 = 1e-7;

/// What [`modulus`] found.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// A_y = 0 implies Aₓ = 0.
    Passed(Modulus),
    /// Weights of generators with A_y = 0 and ‖Aₓ‖∞ = 1, up to the number.
    Violated(Vec<f64>, f64),
    /// A program was not solved.
    Unsolved,
}

/// Does A_y = 0 imply Aₓ = 0? If so, the moduli. 2n linear programs, 2n and a few more with a second-order
/// cone, and one for each node of a search over the signs of Aₓ.
pub(super) fn modulus(cone: &MultiplierCone) -> Test {
    let programs = Programs::new(cone);
    let mut sum: f64 = 0.0;
    let mut span = vec![(0.0, 0.0); cone.nx];
    let (mut squares, mut best) = (0.0, 0.0_f64);
    let mut maximisers: Vec<Vec<f64>> = Vec::new();
    for j in 0..cone.nx {
        let mut largest: f64 = 0.0;
        for sign in [1.0, -1.0] {
            let mut c = vec![0.0; cone.nx];
            c[j] = sign;
            let least = match programs.least(&c, Norm::Infinity) {
                Least::At(value, weights) if value <= POSITIVE => {
                    return programs.violated(weights, value);
                }
                Least::At(value, _) => value,
                Least::Nowhere => continue,
                Least::Unsolved => return Test::Unsolved,
            };
            sum = sum.max(1.0 / least);
            let (one, two) = (programs.least(&c, Norm::One), programs.least(&c, Norm::Two));
            let (Least::At(one, weights), Least::At(two, others)) = (one, two) else {
                return Test::Unsolved;
            };
            let side = if sign > 0.0 {
                &mut span[j].1
            } else {
                &mut span[j].0
            };
            *side = sign / one;
            largest = largest.max(1.0 / two);
            maximisers.extend([weights, others]);
        }
        squares += largest * largest;
    }
    let Some(max) = programs.largest_sum(&span, &maximisers) else {
        return Test::Unsolved;
    };
    for weights in &maximisers {
        best = best.max(programs.ascend(weights));
    }
    let (n, m) = (cone.nx as f64, cone.ny as f64);
    let by_components = squares.sqrt().min(m.sqrt() * max.upper).min(n.sqrt() * sum);
    let upper = linear_norm(cone).map_or(by_components, |norm| norm.min(by_components));
    Test::Passed(Modulus {
        sum: Bounds {
            lower: sum,
            upper: sum,
        },
        euclidean: Bounds {
            lower: best.min(upper),
            upper,
        },
        max,
    })
}

#[cfg(test)]
mod tests {
    use super::super::cone::{Generator, Origin};
    use super::*;
    use linalg::random::SplitMix;

    fn random_cone(nx: usize, ny: usize, count: usize, seed: u64) -> MultiplierCone {
        let mut random = SplitMix::new(seed);
        let mut vector = |n: usize| -> Vec<f64> { (0..n).map(|_| random.symmetric()).collect() };
        let generators = (0..count).map(|k| Generator {
            by_x: vector(nx),
            by_y: vector(ny),
            origin: Origin::Row(k, 1.0),
        });
        MultiplierCone {
            nx,
            ny,
            generators: generators.collect(),
        }
    }

    /// max ‖Aₓ‖₁ over ‖A_y‖₁ ≤ 1 is the largest over all signs σ of max σᵀAₓ.
    #[test]
    fn the_search_over_signs_finds_what_all_signs_give() {
        let mut tested = 0;
        for seed in 0..12 {
            let cone = random_cone(4, 6, 5, seed);
            let Test::Passed(modulus) = modulus(&cone) else {
                continue;
            };
            tested += 1;
            let programs = Programs::new(&cone);
            let mut largest: f64 = 0.0;
            for signs in 0..16 {
                let c: Vec<f64> = (0..4)
                    .map(|j| if signs >> j & 1 == 1 { 1.0 } else { -1.0 })
                    .collect();
                if let Least::At(least, _) = programs.least(&c, Norm::One) {
                    largest = largest.max(1.0 / least);
                }
            }
            let Bounds { lower, upper } = modulus.max;
            assert!(
                (upper - largest).abs() <= 1e-6 * largest,
                "{upper} {largest}"
            );
            assert!((upper - lower).abs() <= 1e-6 * largest, "{modulus}");
            // norms of ℝ⁴ and ℝ⁶ differ by factors of at most 2 and √6
            let Bounds { lower, upper } = modulus.euclidean;
            assert!(lower <= upper && lower > 0.0, "{modulus}");
            assert!(
                lower >= largest / 6.0_f64.sqrt() / 2.0 * (1.0 - 1e-6),
                "{modulus}"
            );
        }
        assert!(tested >= 6, "{tested}");
    }

    /// Aₓ = M A_y on six generators that span: ‖M‖₂ of a rotation by any angle, stretched by 3, is 3.
    #[test]
    fn a_linear_cone_has_the_norm_of_its_map() {
        let mut cone = random_cone(2, 2, 6, 3);
        let (sin, cos) = 0.7_f64.sin_cos();
        for g in &mut cone.generators {
            let (a, b) = (g.by_y[0], g.by_y[1]);
            g.by_x = vec![3.0 * (cos * a - sin * b), 3.0 * (sin * a + cos * b)];
        }
        assert!((linear_norm(&cone).unwrap() - 3.0).abs() < 1e-12);
        cone.generators[4].by_x[0] += 0.1;
        assert_eq!(linear_norm(&cone), None);
    }

    #[test]
    fn a_generator_that_moves_x_alone_violates() {
        let mut cone = random_cone(2, 2, 1, 0);
        cone.generators[0].by_y = vec![0.0; 2];
        let Test::Violated(weights, number) = modulus(&cone) else {
            panic!("passed");
        };
        assert!(number < 1e-9 && weights[0] > 0.1, "{weights:?}");
    }
}
