//! Claims on random cliffs, judged by a random descent around the limit that shares nothing with the solver.

use dfo::cliff::{CliffOptions, CliffSolution, Evaluation, Verdict, minimize};
use linalg::random::SplitMix;
use linalg::slice::dot;

/// How many problems of each family and size are solved.
const PROBLEMS: u64 = 2;

/// Pieces told apart by signs: label = the set of surfaces a point is beyond.
struct Cliffs {
    n: usize,
    /// Beyond surface i where its function is positive.
    surfaces: Vec<Surface>,
    /// θ on a piece is ½ (x − c)ᵀ(x − c) weighted, plus the jumps of the surfaces beyond.
    centre: Vec<f64>,
    weights: Vec<f64>,
    jumps: Vec<f64>,
    /// Beyond surface i the slope changes by this.
    slopes: Vec<Vec<f64>>,
}

enum Surface {
    /// aᵀx > b.
    Plane(Vec<f64>, f64),
    /// ‖x − c‖ < r.
    Ball(Vec<f64>, f64),
    /// x₀ > b + k x₁².
    Parabola(f64, f64),
}

impl Surface {
    fn value(&self, x: &[f64]) -> f64 {
        match self {
            Surface::Plane(a, b) => dot(a, x) - b,
            Surface::Ball(c, r) => {
                let square: f64 = x.iter().zip(c).map(|(x, c)| (x - c).powi(2)).sum();
                r - square.sqrt()
            }
            Surface::Parabola(b, k) => x[0] - b - k * x[1] * x[1],
        }
    }
}

const FAMILIES: [&str; 5] = ["half-space", "ball", "corner", "wedge", "parabola"];

impl Cliffs {
    fn random(family: &str, n: usize, seed: u64) -> Self {
        let mut random = SplitMix::new(seed.wrapping_mul(1000) + n as u64);
        let mut direction = |n: usize| -> Vec<f64> {
            let v: Vec<f64> = (0..n).map(|_| random.symmetric() + 1e-3).collect();
            let length = dot(&v, &v).sqrt();
            v.iter().map(|v| v / length).collect()
        };
        let (a, b) = (direction(n), direction(n));
        let others: Vec<Vec<f64>> = (0..n).map(|_| direction(n)).collect();
        let mut number = |from: f64, to: f64| from + (to - from) * random.uniform();
        let surfaces = match family {
            "half-space" => vec![Surface::Plane(a, number(-0.4, 0.4))],
            "ball" => vec![Surface::Ball(
                b.iter().map(|b| 0.5 * b).collect(),
                number(0.3, 1.0),
            )],
            "corner" => {
                let count = 2 + (seed as usize) % (n - 1).max(1);
                let planes = others.into_iter().take(count);
                planes
                    .map(|a| Surface::Plane(a, number(-0.4, 0.4)))
                    .collect()
            }
            "wedge" => {
                // two planes with nearly opposite normals: a thin low side between them
                let against: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 0.3 * b - a).collect();
                let width = number(0.05, 0.3);
                vec![Surface::Plane(a, width), Surface::Plane(against, width)]
            }
            _ => vec![Surface::Parabola(number(-0.4, 0.2), number(-0.8, 0.8))],
        };
        let count = surfaces.len();
        Cliffs {
            centre: (0..n).map(|_| number(-0.8, 0.8)).collect(),
            weights: (0..n).map(|_| number(0.5, 3.0)).collect(),
            jumps: (0..count).map(|_| number(0.2, 2.0)).collect(),
            slopes: (0..count)
                .map(|_| (0..n).map(|_| number(-0.5, 0.5)).collect())
                .collect(),
            surfaces,
            n,
        }
    }

    fn label(&self, x: &[f64]) -> u64 {
        let beyond = self.surfaces.iter().enumerate();
        beyond
            .filter(|(_, s)| s.value(x) > 0.0)
            .map(|(i, _)| 1 << i)
            .sum()
    }

    fn value(&self, x: &[f64]) -> f64 {
        let terms = x.iter().zip(&self.centre).zip(&self.weights);
        let mut value: f64 = terms.map(|((x, c), w)| 0.5 * w * (x - c).powi(2)).sum();
        for (i, surface) in self.surfaces.iter().enumerate() {
            if surface.value(x) > 0.0 {
                value += self.jumps[i] + dot(&self.slopes[i], x);
            }
        }
        value
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Setting {
    Labels,
    WithoutLabels,
    Noise,
    Failures,
}

const SIDE: f64 = 1.5;

fn solve(cliffs: &Cliffs, setting: Setting, seed: u64) -> CliffSolution {
    let (lower, upper) = (vec![-SIDE; cliffs.n], vec![SIDE; cliffs.n]);
    let hash = |x: &[f64]| {
        let bits = x.iter().fold(seed, |h, v| {
            (h ^ v.to_bits()).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        });
        SplitMix::new(bits).uniform()
    };
    let oracle = |x: &[f64]| {
        let drawn = hash(x);
        if setting == Setting::Failures && drawn < 0.05 {
            return Evaluation::Failure;
        }
        let noise = if setting == Setting::Noise {
            1e-8 * (2.0 * drawn - 1.0)
        } else {
            0.0
        };
        Evaluation::labelled(cliffs.value(x) + noise, cliffs.label(x))
    };
    let mut random = SplitMix::new(seed);
    let start: Vec<f64> = (0..cliffs.n).map(|_| SIDE * random.symmetric()).collect();
    let options = CliffOptions {
        max_evaluations: 200 * (cliffs.n + 1),
        accuracy: if setting == Setting::Noise { 1e-8 } else { 0.0 },
        labelled: setting != Setting::WithoutLabels,
        seed,
    };
    minimize(oracle, &start, &lower, &upper, &options).unwrap()
}

/// The lowest value that random steps find within 0.02 of the limit.
fn descend(cliffs: &Cliffs, limit: &[f64], seed: u64) -> f64 {
    let mut random = SplitMix::new(seed);
    let mut best = (cliffs.value(limit), limit.to_vec());
    for radius in [1e-2, 1e-3, 1e-4, 1e-5, 1e-6] {
        for _ in 0..1500 {
            let mut x = best.1.clone();
            let reach = radius * random.uniform();
            for (x, l) in x.iter_mut().zip(limit) {
                *x = (*x + reach * random.symmetric()).clamp(l - 0.02, l + 0.02);
                *x = x.clamp(-SIDE, SIDE);
            }
            let value = cliffs.value(&x);
            if value < best.0 {
                best = (value, x);
            }
        }
    }
    best.0
}

#[test]
fn claims_on_random_cliffs_are_not_refuted() {
    let settings = [
        Setting::Labels,
        Setting::WithoutLabels,
        Setting::Noise,
        Setting::Failures,
    ];
    let (mut claims, mut runs, mut false_claims) = ([0; 4], 0, Vec::new());
    for family in FAMILIES {
        for n in 2..=5 {
            for seed in 0..PROBLEMS {
                let cliffs = Cliffs::random(family, n, seed);
                for (k, setting) in settings.into_iter().enumerate() {
                    runs += 1;
                    let solution = solve(&cliffs, setting, seed);
                    if solution.verdict == Verdict::NotCertified {
                        continue;
                    }
                    claims[k] += 1;
                    let scale = 1.0 + solution.infimum.abs();
                    let lowest = descend(&cliffs, &solution.limit, seed);
                    let at_limit = cliffs.value(&solution.limit);
                    let is_attained = solution.verdict != Verdict::AttainedMinimum
                        || at_limit <= solution.infimum + 1e-5 * scale;
                    if lowest < solution.infimum - 1e-5 * scale || !is_attained {
                        false_claims.push(format!(
                            "{family} {n} {seed} {setting:?}: {lowest} {at_limit}\n{solution}"
                        ));
                    }
                }
            }
        }
    }
    println!(
        "{runs} runs, claims {claims:?}, false {}",
        false_claims.len()
    );
    assert!(false_claims.is_empty(), "{}", false_claims.join("\n"));
    let quarter = runs / 4;
    assert!(
        claims.iter().all(|&c| 10 * c >= 7 * quarter),
        "{claims:?} of {quarter}"
    );
}
