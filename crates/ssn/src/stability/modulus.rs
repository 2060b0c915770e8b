//! The Lipschitz-like test and the bound of the modulus, by linear and second-order cone programs.

use std::fmt;

use linalg::dense::{singular_values, svd};
use linalg::slice::{axpy, dot, norm_inf, norm1, norm2};

use super::cone::MultiplierCone;
use super::program::{Outcome, Program};
use crate::regularity::RANK;

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

/// Largest sum of weights, of generators of unit length, beside ‖Aₓ‖∞ = 1: what needs more may be rounding.
const WEIGHTS: f64 = 1e7;

/// A norm of A_y.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Norm {
    One,
    Two,
    Infinity,
}

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

/// ‖M‖₂ when Aₓ = M A_y on the whole cone, as where S is a differentiable function.
fn linear_norm(cone: &MultiplierCone) -> Option<f64> {
    let (n, m, count) = (cone.nx, cone.ny, cone.generators.len());
    let lengths = cone.lengths();
    let columns = |part: &dyn Fn(usize) -> Vec<f64>| -> Vec<f64> {
        let scaled = (0..count).flat_map(|k| part(k).into_iter().map(move |v| (k, v)));
        scaled.map(|(k, v)| v / lengths[k]).collect()
    };
    let by_y = columns(&|k| cone.generators[k].by_y.clone());
    let by_x = columns(&|k| cone.generators[k].by_x.clone());
    let small = m.min(count);
    let (mut u, mut s, mut v) = (
        vec![0.0; m * small],
        vec![0.0; small],
        vec![0.0; count * small],
    );
    svd(m, count, &by_y, &mut u, &mut s, &mut v).ok()?;
    let rank = s.iter().filter(|&&s| s > RANK).count();
    // M restricted to the range of A_y, in the basis u: X V Σ⁻¹, n × rank
    let mut map = vec![0.0; n * rank];
    for r in 0..rank {
        for k in 0..count {
            axpy(
                v[r * count + k] / s[r],
                &by_x[k * n..(k + 1) * n],
                &mut map[r * n..(r + 1) * n],
            );
        }
    }
    for k in 0..count {
        let mut left = by_x[k * n..(k + 1) * n].to_vec();
        for r in 0..rank {
            let part = dot(&u[r * m..(r + 1) * m], &by_y[k * m..(k + 1) * m]);
            axpy(-part, &map[r * n..(r + 1) * n], &mut left);
        }
        if norm_inf(&left) > 1e-9 {
            return None;
        }
    }
    let mut sigma = vec![0.0; n.min(rank)];
    singular_values(n, rank, &map, &mut sigma).ok()?;
    Some(sigma.first().copied().unwrap_or(0.0))
}

/// The outcome of [`Programs::least`].
enum Least {
    At(f64, Vec<f64>),
    /// cᵀAₓ is never positive.
    Nowhere,
    Unsolved,
}

/// The programs over weights μ ≥ 0 of the generators, which are measured by their lengths.
struct Programs<'a> {
    cone: &'a MultiplierCone,
    lengths: Vec<f64>,
    /// Rows of Aₓ and A_y over the scaled weights.
    by_x: Vec<Vec<f64>>,
    by_y: Vec<Vec<f64>>,
}

impl<'a> Programs<'a> {
    fn new(cone: &'a MultiplierCone) -> Self {
        let lengths = cone.lengths();
        let row = |entry: &dyn Fn(usize) -> f64| -> Vec<f64> {
            (0..lengths.len()).map(|k| entry(k) / lengths[k]).collect()
        };
        Programs {
            by_x: (0..cone.nx)
                .map(|j| row(&|k| cone.generators[k].by_x[j]))
                .collect(),
            by_y: (0..cone.ny)
                .map(|i| row(&|k| cone.generators[k].by_y[i]))
                .collect(),
            cone,
            lengths,
        }
    }

    fn count(&self) -> usize {
        self.lengths.len()
    }

    /// A violation, unless its weights are so large that rounding may have made it.
    fn violated(&self, weights: Vec<f64>, value: f64) -> Test {
        let terms = weights.iter().zip(&self.lengths);
        if terms.map(|(w, l)| w * l).sum::<f64>() <= WEIGHTS {
            Test::Violated(weights, value)
        } else {
            Test::Unsolved
        }
    }

    /// Σ cⱼ (Aₓ)ⱼ as a row over the weights, followed by `more` zeros.
    fn combination(&self, c: &[f64], more: usize) -> Vec<f64> {
        let mut row = vec![0.0; self.count() + more];
        for (c, by_x) in c.iter().zip(&self.by_x) {
            for (r, v) in row.iter_mut().zip(by_x) {
                *r += c * v;
            }
        }
        row
    }

    /// A program over weights ≥ 0 and `more` variables, without objective.
    fn over_weights(&self, more: usize) -> Program {
        let size = self.count() + more;
        let mut program = Program::minimize(vec![0.0; size]);
        for k in 0..self.count() {
            program.bound(k, 0.0, f64::INFINITY);
        }
        program
    }

    /// Adds ‖A_y‖ ≤ Σ t over the variables behind the weights: one for each row in the 1-norm, else one.
    fn add_norm(&self, program: &mut Program, norm: Norm, more: usize) {
        let extended = |row: &[f64], sign: f64, t: Option<usize>| {
            let mut a: Vec<f64> = row.iter().map(|v| sign * v).collect();
            a.resize(self.count() + more, 0.0);
            if let Some(t) = t {
                a[self.count() + t] = -1.0;
            }
            (a, 0.0)
        };
        if norm == Norm::Two {
            let none = vec![0.0; self.count()];
            let mut block = vec![extended(&none, 1.0, Some(0))];
            block.extend(self.by_y.iter().map(|row| extended(row, 1.0, None)));
            return program.second_order(block);
        }
        for (i, row) in self.by_y.iter().enumerate() {
            let t = if norm == Norm::One { i } else { 0 };
            for sign in [1.0, -1.0] {
                let (a, b) = extended(row, sign, Some(t));
                program.at_most(a, b);
            }
        }
    }

    /// min ‖A_y‖ s.t. cᵀAₓ = 1.
    fn least(&self, c: &[f64], norm: Norm) -> Least {
        let row = self.combination(c, 0);
        if norm_inf(&row) <= 1e-10 {
            return Least::Nowhere;
        }
        let more = if norm == Norm::One { self.cone.ny } else { 1 };
        let mut program = self.over_weights(more);
        for t in 0..more {
            program.set_cost(self.count() + t, 1.0);
        }
        program.equal(self.combination(c, more), 1.0);
        self.add_norm(&mut program, norm, more);
        match program.solve() {
            Outcome::Solved(solution, value) => Least::At(value.max(0.0), self.weights(&solution)),
            Outcome::Infeasible => Least::Nowhere,
            Outcome::Failed => Least::Unsolved,
        }
    }

    /// Weights of the generators as they are.
    fn weights(&self, scaled: &[f64]) -> Vec<f64> {
        let all = scaled.iter().zip(&self.lengths);
        all.map(|(w, l)| w.max(0.0) / l).collect()
    }

    /// ‖Aₓ‖₂/‖A_y‖₂ after steps that maximise Aₓ along its own direction: a local maximum.
    fn ascend(&self, weights: &[f64]) -> f64 {
        let ratio = |weights: &[f64]| {
            let (by_x, by_y) = self.cone.image(weights);
            (norm2(&by_x) / norm2(&by_y), by_x)
        };
        let (mut best, mut by_x) = ratio(weights);
        for _ in 0..8 {
            let Least::At(_, moved) = self.least(&by_x, Norm::Two) else {
                break;
            };
            let (value, direction) = ratio(&moved);
            if value.is_nan() || value <= best * (1.0 + 1e-9) {
                break;
            }
            (best, by_x) = (value, direction);
        }
        if best.is_finite() { best } else { 0.0 }
    }

    /// max ‖Aₓ‖₁ s.t. ‖A_y‖₁ ≤ 1, by branching on the signs of Aₓ; its components lie in `span`.
    fn largest_sum(&self, span: &[(f64, f64)], known: &[Vec<f64>]) -> Option<Bounds> {
        let mut lower: f64 = 0.0;
        for weights in known {
            let (by_x, by_y) = self.cone.image(weights);
            let ratio = norm1(&by_x) / norm1(&by_y);
            if ratio.is_finite() {
                lower = lower.max(ratio);
            }
        }
        let mut open = vec![span.to_vec()];
        let (mut upper, mut nodes) = (lower, 0);
        while let Some(span) = open.pop() {
            nodes += 1;
            let (bound, by_x) = self.chord_bound(&span)?;
            lower = lower.max(norm1(&by_x));
            if bound <= lower * (1.0 + 1e-9) + 1e-12 {
                continue;
            }
            let gap = |j: &usize| chord(span[*j]).0 * by_x[*j] + chord(span[*j]).1 - by_x[*j].abs();
            let mixed = (0..span.len()).filter(|&j| span[j].0 < 0.0 && span[j].1 > 0.0);
            let widest = mixed.max_by(|a, b| gap(a).total_cmp(&gap(b)));
            match widest {
                Some(j) if nodes < NODES => {
                    let (mut left, mut right) = (span.clone(), span);
                    left[j].1 = 0.0;
                    right[j].0 = 0.0;
                    open.extend([left, right]);
                }
                _ => upper = upper.max(bound),
            }
        }
        Some(Bounds {
            lower,
            upper: upper.max(lower),
        })
    }

    /// max Σ chordⱼ((Aₓ)ⱼ) s.t. ‖A_y‖₁ ≤ 1 and Aₓ in the span: an upper bound of ‖Aₓ‖₁ there; the point.
    fn chord_bound(&self, span: &[(f64, f64)]) -> Option<(f64, Vec<f64>)> {
        let (more, count) = (self.cone.ny, self.count());
        let mut program = self.over_weights(more);
        let (slopes, constants): (Vec<f64>, Vec<f64>) = span.iter().map(|&s| chord(s)).unzip();
        for (k, v) in self.combination(&slopes, 0).iter().enumerate() {
            program.set_cost(k, -v);
        }
        for (j, &(l, u)) in span.iter().enumerate() {
            let mut unit = vec![0.0; span.len()];
            unit[j] = 1.0;
            program.at_most(self.combination(&unit, more), u);
            unit[j] = -1.0;
            program.at_most(self.combination(&unit, more), -l);
        }
        self.add_norm(&mut program, Norm::One, more);
        let mut total = vec![0.0; count + more];
        total[count..].fill(1.0);
        program.at_most(total, 1.0);
        let Outcome::Solved(solution, value) = program.solve() else {
            return None;
        };
        let by_x = self.by_x.iter().map(|row| dot(row, &solution[..count]));
        Some((constants.iter().sum::<f64>() - value, by_x.collect()))
    }
}

/// Slope and constant of the line above |a| that meets it at both ends of [l, u], l ≤ 0 ≤ u.
fn chord((l, u): (f64, f64)) -> (f64, f64) {
    if u - l > 0.0 {
        ((u + l) / (u - l), -2.0 * u * l / (u - l))
    } else {
        (0.0, 0.0)
    }
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
