//! Difference quotients of S near a point, from solutions at moved data.

use std::fmt;

use linalg::random::SplitMix;
use linalg::slice::{dot, norm_inf, norm1, norm2, sub};
use nlp_model::{Bilevel, Linearised, Qvi};

use super::equilibrium::nearest_from;
use super::first_order::Lower;
use super::program::{Outcome, Program};
use super::{box_radius, check};
use crate::SsnError;
use crate::regularity::ACTIVE;

/// Parameters of [`sample_qvi`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleOptions {
    /// x is moved by up to this in each component, then by a tenth and a hundredth of it; positive.
    pub spread: f64,
    /// Pairs of data for each of the three sizes, and as many points for the sharpness.
    pub pairs: usize,
    /// Seed of the random numbers.
    pub seed: u64,
    /// R of [`StabilityOptions`](super::StabilityOptions), for the values φ behind the sharpness; positive.
    pub radius: f64,
}

impl Default for SampleOptions {
    fn default() -> Self {
        SampleOptions {
            spread: 1e-2,
            pairs: 20,
            seed: 0,
            radius: 1.0,
        }
    }
}

/// The largest dist(y, S(x′)) / ‖x − x′‖ that were met, y ∈ S(x) near ȳ.
///
/// Sampled: the supremum can be larger, and a quotient is too large where the solution found at x′ is not the
/// nearest one. In the 1- and ∞-norm the distance is that of the point nearest in the 2-norm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quotients {
    /// x and x′ differ from x̄ by at most this in each component.
    pub spread: f64,
    /// x and y in the 1-norm.
    pub sum: f64,
    /// x and y in the 2-norm.
    pub euclidean: f64,
    /// x and y in the ∞-norm.
    pub max: f64,
    /// The smallest (f − φ)(x, y) / dist₂(y, S(x)) over points with g(x, y) ≤ 0: an upper estimate of the constant
    /// of the uniform weak sharp minimum. Infinite when no point counted, as where the rows are not affine in s.
    pub sharpness: f64,
    /// Points that counted for it.
    pub points: usize,
    /// Pairs with solutions at both ends, the first of them near ȳ.
    pub pairs: usize,
    /// Pairs with no solution near ȳ at x.
    pub far: usize,
    /// Pairs for which no solution was found at x′.
    pub unsolved: usize,
}

/// What sampling shows, for three sizes, the largest first. It proves nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Quotients growing as the size shrinks speak against Lipschitz-like behaviour.
    pub quotients: Vec<Quotients>,
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, q) in self.quotients.iter().enumerate() {
            let end = if k + 1 < self.quotients.len() {
                "\n"
            } else {
                ""
            };
            write!(
                f,
                "sampled within {:.0e}: quotient {:.4} in the 1-norm, {:.4} in the 2-norm, {:.4} in the ∞-norm \
                 ({} pairs, {} without solution near y, {} unsolved), sharpness {:.4e} ({} points){end}",
                q.spread,
                q.sum,
                q.euclidean,
                q.max,
                q.pairs,
                q.far,
                q.unsolved,
                q.sharpness,
                q.points
            )?;
        }
        Ok(())
    }
}

/// Solutions within this of ȳ, relative to max(1, ‖ȳ‖∞), are near.
const NEAR: f64 = 0.1;

/// Solves the QVI at random data around x̄ and compares the solutions.
///
/// # Algorithm
/// For a pair x, x′ around x̄ the solution y at x nearest to a point close to ȳ, then the solution at x′ nearest to
/// y ([`nearest_equilibrium`](super::nearest_equilibrium)). For the sharpness, random points y with g(x, y) ≤ 0, some of the active rows kept
/// active, and φ by a linear program.
///
/// # Errors
/// [`SsnError`] on a point of the wrong length or not finite and on options out of range.
pub fn sample_qvi(
    problem: &dyn Qvi,
    x: &[f64],
    y: &[f64],
    options: &SampleOptions,
) -> Result<Sample, SsnError> {
    check(problem, x, y, options.radius)?;
    if !(options.spread > 0.0 && options.spread.is_finite()) {
        return Err(SsnError::Option {
            name: "spread",
            value: options.spread,
            range: "it must be positive and finite",
        });
    }
    let mut sampler = Sampler {
        problem,
        lower: Lower::near(problem, x, y),
        x,
        y,
        radius: box_radius(options.radius, y),
        random: SplitMix::new(options.seed),
        multipliers: nearest_from(problem, x, y, None)?.map(|zeta| zeta[y.len()..].to_vec()),
    };
    let mut quotients = Vec::new();
    for shrink in [1.0, 0.1, 0.01] {
        let spread = shrink * options.spread;
        let mut largest = Quotients {
            spread,
            sum: 0.0,
            euclidean: 0.0,
            max: 0.0,
            sharpness: f64::INFINITY,
            points: 0,
            pairs: 0,
            far: 0,
            unsolved: 0,
        };
        for _ in 0..options.pairs {
            sampler.pair(&mut largest)?;
            if let Some(ratio) = sampler.sharpness(spread)? {
                largest.sharpness = largest.sharpness.min(ratio);
                largest.points += 1;
            }
        }
        quotients.push(largest);
    }
    Ok(Sample { quotients })
}

/// As [`sample_qvi`], for the lower level of a bilevel program read as a QVI.
///
/// # Errors
/// As [`sample_qvi`].
pub fn sample_bilevel(
    problem: &dyn Bilevel,
    x: &[f64],
    y: &[f64],
    options: &SampleOptions,
) -> Result<Sample, SsnError> {
    sample_qvi(&Linearised::new(problem)?, x, y, options)
}

struct Sampler<'a> {
    problem: &'a dyn Qvi,
    lower: Lower<'a>,
    x: &'a [f64],
    y: &'a [f64],
    radius: f64,
    random: SplitMix,
    /// Of the solution at x̄, to start from.
    multipliers: Option<Vec<f64>>,
}

impl Sampler<'_> {
    fn around(&mut self, centre: &[f64], spread: f64) -> Vec<f64> {
        let moved = centre.iter().map(|c| c + spread * self.random.symmetric());
        moved.collect()
    }

    /// The solution at x that is nearest to `centre`.
    fn nearest(&self, x: &[f64], centre: &[f64]) -> Result<Option<Vec<f64>>, SsnError> {
        let found = nearest_from(self.problem, x, centre, self.multipliers.as_deref())?;
        Ok(found.map(|zeta| zeta[..centre.len()].to_vec()))
    }

    /// Adds one pair to the quotients of its size.
    fn pair(&mut self, largest: &mut Quotients) -> Result<(), SsnError> {
        let (x, y) = (self.x, self.y);
        let first = self.around(x, largest.spread);
        let second = self.around(x, largest.spread);
        let centre = self.around(y, largest.spread);
        let from = self.nearest(&first, &centre)?;
        let Some(from) = from.filter(|from| self.is_near(from)) else {
            largest.far += 1;
            return Ok(());
        };
        let Some(to) = self.nearest(&second, &from)? else {
            largest.unsolved += 1;
            return Ok(());
        };
        let (mut dx, mut dy) = (vec![0.0; x.len()], vec![0.0; y.len()]);
        sub(&first, &second, &mut dx);
        sub(&from, &to, &mut dy);
        largest.pairs += 1;
        largest.sum = largest.sum.max(norm1(&dy) / norm1(&dx));
        largest.euclidean = largest.euclidean.max(norm2(&dy) / norm2(&dx));
        largest.max = largest.max.max(norm_inf(&dy) / norm_inf(&dx));
        Ok(())
    }

    fn is_near(&self, y: &[f64]) -> bool {
        let far = NEAR * norm_inf(self.y).max(1.0);
        y.iter().zip(self.y).all(|(a, b)| (a - b).abs() <= far)
    }

    /// The gap at one feasible point, relative to its distance from S(x).
    fn sharpness(&mut self, spread: f64) -> Result<Option<f64>, SsnError> {
        if !self.lower.is_affine_in_s {
            return Ok(None);
        }
        let x = self.around(self.x, spread);
        let Some(base) = self.nearest(&x, self.y)? else {
            return Ok(None);
        };
        let aim = self.around(&base, spread);
        let Some(y) = self.feasible(&x, aim, &base)? else {
            return Ok(None);
        };
        let (Some(value), Some(nearest)) = (self.value(&x, &y)?, self.nearest(&x, &y)?) else {
            return Ok(None);
        };
        let own = self.lower.at(&x, &y, &y)?;
        let gap = dot(&own.slope[2], &y) - value;
        let mut step = vec![0.0; y.len()];
        sub(&y, &nearest, &mut step);
        let distance = norm2(&step);
        let is_telling = distance > 1e-2 * spread && self.is_near(&nearest);
        Ok(is_telling.then(|| gap / distance))
    }

    /// `aim` projected onto g(x, ·) ≤ 0, linearised twice; rows active at `base` stay active with probability ½.
    fn feasible(
        &mut self,
        x: &[f64],
        aim: Vec<f64>,
        base: &[f64],
    ) -> Result<Option<Vec<f64>>, SsnError> {
        let at_base = self.lower.at(x, base, base)?;
        let q = at_base.values.len();
        let kept: Vec<bool> = (0..q)
            .map(|i| {
                let is_active = at_base.values[i] >= -ACTIVE && self.random.uniform() < 0.5;
                self.lower.equalities[i] || is_active
            })
            .collect();
        let mut y = aim;
        for _ in 0..3 {
            let own = self.lower.at(x, &y, &y)?;
            let mut program = Program::minimize(y.iter().map(|y| -y).collect());
            for j in 0..y.len() {
                program.add_square(j, 1.0);
            }
            for i in 0..q {
                let a = own.total(i);
                let b = dot(&a, &y) - own.values[i];
                if kept[i] {
                    program.equal(a, b);
                } else {
                    program.at_most(a, b);
                }
            }
            match program.solve() {
                Outcome::Solved(moved, _) => y = moved,
                _ => return Ok(None),
            }
        }
        let own = self.lower.at(x, &y, &y)?;
        Ok((self.lower.violation(&own) <= 1e-8).then_some(y))
    }

    /// φ(x, y) over the box around ȳ.
    fn value(&self, x: &[f64], y: &[f64]) -> Result<Option<f64>, SsnError> {
        let own = self.lower.at(x, y, y)?;
        let mut program = Program::minimize(own.slope[2].clone());
        for (i, row) in own.rows.iter().enumerate() {
            let (a, b) = (row[2].clone(), dot(&row[2], y) - own.values[i]);
            if self.lower.equalities[i] {
                program.equal(a, b);
            } else {
                program.at_most(a, b);
            }
        }
        for j in 0..y.len() {
            program.bound(j, self.y[j] - self.radius, self.y[j] + self.radius);
        }
        Ok(match program.solve() {
            Outcome::Solved(_, value) => Some(value),
            _ => None,
        })
    }
}
