//! Random problems of two levels: f₁ = ½‖r(x)‖² with a curved set of zeros, f₂ smooth.
//!
//! Every zero of r minimizes f₁, so that the problem is min f₂ s.t. r = 0, and a solver for constrained
//! problems tells the truth.

use nlp_model::{AutoModel, Functions, Meta, Scalar};

/// What the residuals are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// n = 5: an ellipsoid, and the distance from a point.
    Ellipsoid,
    /// n = 6: the intersection of an ellipsoid and a quadric, and the distance from a point.
    TwoQuadrics,
    /// n = 4: two sums of sines, exponentials and products; a distance with ripples.
    Transcendental,
    /// n = 9: a network of three units through three points, and its loss at six more with a ridge.
    Network,
}

impl Family {
    /// All families.
    pub const ALL: [Family; 4] = [
        Family::Ellipsoid,
        Family::TwoQuadrics,
        Family::Transcendental,
        Family::Network,
    ];

    fn sizes(self) -> (usize, usize) {
        match self {
            Family::Ellipsoid => (5, 1),
            Family::TwoQuadrics => (6, 2),
            Family::Transcendental => (4, 2),
            Family::Network => (9, 3),
        }
    }
}

/// A random problem of two levels.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The family.
    pub family: Family,
    /// The seed.
    pub seed: u64,
    /// Starting point.
    pub start: Vec<f64>,
    /// Coefficients of the residuals, row by row.
    a: Vec<f64>,
    /// r = q − level.
    level: Vec<f64>,
    /// What the second level is drawn to.
    target: Vec<f64>,
}

impl Problem {
    /// The problem of `family` with this seed.
    pub fn new(family: Family, seed: u64) -> Self {
        let (n, m) = family.sizes();
        let mut random = Random(seed);
        let coefficients = match family {
            Family::Network => 0,
            _ => m * (n * n + n),
        };
        let a = random.vector(coefficients, 1.0);
        let mut problem = Problem {
            family,
            seed,
            start: Vec::new(),
            a,
            level: vec![0.0; m],
            target: random.vector(n, 2.0),
        };
        // The level of a random point, so that the set of zeros is not empty.
        let mut inside = random.vector(n, 1.0);
        if family == Family::TwoQuadrics || family == Family::Ellipsoid {
            inside.iter_mut().for_each(|x| *x += 0.5);
        }
        let mut level = vec![0.0; m];
        problem.rows(&inside, &mut level);
        problem.level = level;
        problem.start = random.vector(n, 2.0);
        problem
    }

    /// Number of variables n.
    pub fn nvar(&self) -> usize {
        self.target.len()
    }

    /// Name of the problem.
    pub fn name(&self) -> String {
        format!("{:?} {}", self.family, self.seed)
    }

    /// f₁ and f₂.
    pub fn levels(&self) -> [AutoModel<Part>; 2] {
        let model = |which| {
            let meta = Meta::new(self.name(), self.nvar(), 0);
            let meta = meta.start(&self.start).expect("starts are finite");
            AutoModel::new(Part(self.clone(), which), meta)
        };
        [model(Which::First), model(Which::Second)]
    }

    /// min f₂ s.t. r = 0, from `start`.
    pub fn constrained(&self, start: &[f64]) -> AutoModel<Part> {
        let zeros = vec![0.0; self.level.len()];
        let meta = Meta::new(self.name(), self.nvar(), zeros.len())
            .start(start)
            .and_then(|meta| meta.constraint_bounds(&zeros, &zeros))
            .expect("a finite start and equal bounds");
        AutoModel::new(Part(self.clone(), Which::Constrained), meta)
    }

    fn rows<T: Scalar>(&self, x: &[T], r: &mut [T]) {
        let n = x.len();
        for (k, r) in r.iter_mut().enumerate() {
            let a = |i: usize| self.a[k * (n * n + n) + i];
            let q = match self.family {
                Family::Ellipsoid => definite(x, a),
                Family::TwoQuadrics if k == 0 => definite(x, a),
                Family::TwoQuadrics => quadric(x, a),
                Family::Transcendental => wave(x, a),
                Family::Network => network(x, k as f64 - 1.0),
            };
            *r = q - self.level[k];
        }
    }

    fn second<T: Scalar>(&self, x: &[T]) -> T {
        let mut sum = T::from(0.0);
        match self.family {
            Family::Network => {
                for i in 0..6 {
                    let t = 0.5 * f64::from(i) - 1.25;
                    sum += (network(x, t) - (2.0 * t).sin()).powi(2) * 0.5;
                }
                for &x in x {
                    sum += x * x * 0.01;
                }
            }
            _ => {
                for (&x, &p) in x.iter().zip(&self.target) {
                    sum += (x - p).powi(2) * 0.5;
                    if self.family == Family::Transcendental {
                        sum += (x * 2.0).cos() * 0.1;
                    }
                }
            }
        }
        sum
    }
}

/// Σ xᵢ²/2 + Σᵢ (Σⱼ aᵢⱼ xⱼ)²/n.
fn definite<T: Scalar>(x: &[T], a: impl Fn(usize) -> f64) -> T {
    let n = x.len();
    let mut sum = T::from(0.0);
    for i in 0..n {
        sum += x[i] * x[i] * 0.5;
        let mut row = T::from(0.0);
        for j in 0..n {
            row += x[j] * a(i * n + j);
        }
        sum += row * row / n as f64;
    }
    sum
}

/// Σ aᵢⱼ xᵢ xⱼ + Σ bᵢ xᵢ.
fn quadric<T: Scalar>(x: &[T], a: impl Fn(usize) -> f64) -> T {
    let n = x.len();
    let mut sum = T::from(0.0);
    for i in 0..n {
        for j in 0..=i {
            sum += x[i] * x[j] * a(i * n + j);
        }
        sum += x[i] * a(n * n + i);
    }
    sum
}

/// Σ sin(xᵢ + aᵢ) + ½ Σ bᵢ xᵢ + exp(c x₁ x₂ / 4).
fn wave<T: Scalar>(x: &[T], a: impl Fn(usize) -> f64) -> T {
    let n = x.len();
    let mut sum = (x[0] * x[1] * (a(2 * n) / 4.0)).exp();
    for (i, &x) in x.iter().enumerate() {
        sum += (x + 3.0 * a(i)).sin() + x * (0.5 * a(n + i));
    }
    sum
}

/// Σ vₕ tanh(wₕ t + bₕ) over three units, x = (v₁, w₁, b₁, v₂, …).
fn network<T: Scalar>(x: &[T], t: f64) -> T {
    let mut sum = T::from(0.0);
    for unit in x.chunks_exact(3) {
        let z = unit[1] * t + unit[2];
        let tanh = -T::from(2.0) / ((z * 2.0).exp() + 1.0) + 1.0;
        sum += unit[0] * tanh;
    }
    sum
}

/// One reading of a [`Problem`] as the functions of a model.
#[derive(Clone, Debug)]
pub struct Part(Problem, Which);

#[derive(Clone, Copy, Debug)]
enum Which {
    First,
    Second,
    Constrained,
}

/// Most residuals of a problem.
const MOST_ROWS: usize = 3;

impl Functions for Part {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        match self.1 {
            Which::Second | Which::Constrained => self.0.second(x),
            Which::First => {
                let mut r = [T::from(0.0); MOST_ROWS];
                let r = &mut r[..self.0.level.len()];
                self.0.rows(x, r);
                let mut sum = T::from(0.0);
                r.iter().for_each(|&r| sum += r * r * 0.5);
                sum
            }
        }
    }

    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        if let Which::Constrained = self.1 {
            self.0.rows(x, c);
        }
    }
}

/// `count` problems, the families in turn, seeds from `seed` on.
pub fn problems(count: usize, seed: u64) -> Vec<Problem> {
    let problem = |k: usize| {
        let family = Family::ALL[k % Family::ALL.len()];
        Problem::new(family, seed + k as u64)
    };
    (0..count).map(problem).collect()
}

/// The generator `SplitMix64`: state + 0x9e37…15, then two multiplications with shifts.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform on [−bound, bound).
    fn vector(&mut self, len: usize, bound: f64) -> Vec<f64> {
        let unit = |bits: u64| (bits >> 11) as f64 / (1_u64 << 53) as f64;
        (0..len)
            .map(|_| bound * (2.0 * unit(self.next()) - 1.0))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nlp_model::{Model, Smooth, check};

    #[test]
    fn the_first_level_has_zeros_and_exact_derivatives() {
        for problem in problems(8, 7) {
            let [first, second] = problem.levels();
            assert!(first.obj(&problem.start) > 1e-3, "{}", problem.name());
            let error = check::derivatives(&second, &problem.start).unwrap().max();
            assert!(error < 1e-7, "{}: {error:e}", problem.name());
            let constrained = problem.constrained(&problem.start);
            let mut r = vec![0.0; constrained.meta().ncon()];
            constrained.cons(&problem.start, &mut r);
            let half = 0.5 * linalg::slice::dot(&r, &r);
            assert!((first.obj(&problem.start) - half).abs() <= 1e-14 * half);
            // Gauss–Newton from the start ends at a zero: the set is not empty.
            assert!(
                newton_to_zero(&constrained, &problem.start) <= 1e-12,
                "{}",
                problem.name()
            );
        }
    }

    /// ‖r‖ after damped minimum-norm steps on one row at a time.
    fn newton_to_zero(model: &AutoModel<Part>, start: &[f64]) -> f64 {
        let (n, m) = (start.len(), model.meta().ncon());
        let (mut x, mut r, mut row) = (start.to_vec(), vec![0.0; m], vec![0.0; n]);
        for step in 0..20_000 {
            model.cons(&x, &mut r);
            let i = step % m;
            let mut unit = vec![0.0; m];
            unit[i] = 1.0;
            model.jtprod(&x, &unit, &mut row);
            let length = linalg::slice::dot(&row, &row) + 1e-9;
            linalg::slice::axpy(-0.7 * r[i] / length, &row, &mut x);
        }
        linalg::slice::norm_inf(&r)
    }

    #[test]
    fn a_seed_determines_a_problem() {
        let (a, b) = (
            Problem::new(Family::Network, 3),
            Problem::new(Family::Network, 3),
        );
        assert_eq!((a.start, a.level), (b.start, b.level));
        let c = Problem::new(Family::Network, 4);
        assert_ne!(a.target, c.target);
    }

    #[test]
    fn the_generator_is_splitmix64() {
        // The first outputs for the seed 1234567, as published with the algorithm.
        let mut random = Random(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }
}
