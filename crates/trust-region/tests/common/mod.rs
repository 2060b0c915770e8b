//! Random subproblems of known spectrum.
#![allow(dead_code, reason = "each test file uses what it needs")]

use linalg::random::SplitMix;
use linalg::slice::{axpy, dot, norm2, scale};

/// Numbers that look random, from a seed.
pub struct Rng(SplitMix);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Rng(SplitMix::new(seed))
    }

    /// Uniform in [−1, 1).
    pub fn signed(&mut self) -> f64 {
        self.0.symmetric()
    }

    pub fn vector(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.signed()).collect()
    }

    /// One of 0, …, n − 1.
    pub fn below(&mut self, n: usize) -> usize {
        (((self.signed() + 1.0) * 0.5 * n as f64) as usize).min(n - 1)
    }
}

/// A subproblem, its matrix column-major.
pub struct Subproblem {
    pub n: usize,
    pub h: Vec<f64>,
    pub g: Vec<f64>,
    pub delta: f64,
}

impl Subproblem {
    pub fn product(&self) -> impl Fn(&[f64], &mut [f64]) + '_ {
        |x, y| linalg::dense::multiply_symmetric(self.n, &self.h, x, y)
    }

    /// gᵀs + ½ sᵀH s.
    pub fn model(&self, s: &[f64]) -> f64 {
        let mut hs = vec![0.0; self.n];
        self.product()(s, &mut hs);
        dot(&self.g, s) + 0.5 * dot(s, &hs)
    }
}

/// Q diag(λ) Qᵀ and Q γ for a random orthogonal Q, a product of three reflections.
pub fn rotated(rng: &mut Rng, eigenvalues: &[f64], gamma: &[f64], delta: f64) -> Subproblem {
    let n = eigenvalues.len();
    let mut q = vec![0.0; n * n];
    for j in 0..n {
        q[j * n + j] = 1.0;
    }
    for _ in 0..3 {
        let mut v = rng.vector(n);
        let norm = norm2(&v);
        scale(1.0 / norm, &mut v);
        for column in q.chunks_exact_mut(n) {
            let t = dot(&v, column);
            axpy(-2.0 * t, &v, column);
        }
    }
    let mut h = vec![0.0; n * n];
    let mut g = vec![0.0; n];
    for (k, column) in q.chunks_exact(n).enumerate() {
        axpy(gamma[k], column, &mut g);
        for j in 0..n {
            axpy(
                eigenvalues[k] * column[j],
                column,
                &mut h[j * n..(j + 1) * n],
            );
        }
    }
    Subproblem { n, h, g, delta }
}

/// A random subproblem of one of ten kinds, easy, hard, nearly hard, semidefinite, badly scaled, ….
pub fn random(seed: u64) -> Subproblem {
    let mut rng = Rng::new(seed);
    let n = 1 + rng.below(12);
    let mut eigenvalues: Vec<f64> = (0..n).map(|_| 3.0 * rng.signed()).collect();
    let mut gamma = rng.vector(n);
    let mut delta = 10f64.powf(2.0 * rng.signed());
    let smallest = |e: &[f64]| {
        let least = e.iter().copied().fold(f64::INFINITY, f64::min);
        e.iter().position(|&v| v == least).expect("n > 0")
    };
    match seed % 10 {
        // positive definite
        0 => eigenvalues.iter_mut().for_each(|e| *e = e.abs() + 0.1),
        // hard: g orthogonal to the eigenvector of the smallest, negative eigenvalue
        1 | 2 => {
            let k = smallest(&eigenvalues);
            eigenvalues[k] = -eigenvalues[k].abs() - 3.0;
            gamma[k] = 0.0;
            delta += 10.0;
        }
        // nearly hard
        3 => {
            let k = smallest(&eigenvalues);
            eigenvalues[k] = -eigenvalues[k].abs() - 3.0;
            gamma[k] = 1e-12 * rng.signed();
            delta += 10.0;
        }
        // a multiple smallest eigenvalue, hard
        4 => {
            for k in 0..n.div_ceil(2) {
                (eigenvalues[k], gamma[k]) = (-4.0, 0.0);
            }
            delta += 10.0;
        }
        5 => gamma.fill(0.0),
        // positive semidefinite and singular, g in the range
        6 => {
            eigenvalues.iter_mut().for_each(|e| *e = e.abs());
            (eigenvalues[0], gamma[0]) = (0.0, 0.0);
        }
        // badly scaled
        7 => {
            for e in &mut eigenvalues {
                *e *= 10f64.powf(6.0 * rng.signed());
            }
        }
        // tiny and huge data
        8 => {
            scale(10f64.powf(8.0 * rng.signed()), &mut gamma);
            delta = 10f64.powf(6.0 * rng.signed());
        }
        _ => {}
    }
    rotated(&mut rng, &eigenvalues, &gamma, delta)
}
