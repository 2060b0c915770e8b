//! Random bases and points that fill a cube.

use linalg::random::SplitMix;

use super::vector::orthogonal_part;

/// A random orthonormal basis of ℝⁿ.
pub(crate) fn basis(random: &mut SplitMix, n: usize) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    while basis.len() < n {
        let direction = random.direction(n);
        if let Some(v) = orthogonal_part(&direction, &basis, 0.1) {
            basis.push(v);
        }
    }
    basis
}

/// Points of the unit cube that fill it evenly: fractional parts of multiples of the powers of 1/φ,
/// φⁿ⁺¹ = φ + 1, from a random shift.
#[derive(Clone, Debug)]
pub(crate) struct Filling {
    steps: Vec<f64>,
    at: Vec<f64>,
}

impl Filling {
    pub fn new(n: usize, random: &mut SplitMix) -> Self {
        let mut phi = 2.0_f64;
        for _ in 0..60 {
            phi = (1.0 + phi).powf(1.0 / (n + 1) as f64);
        }
        Filling {
            steps: (1..=n).map(|j| phi.powi(-(j as i32))).collect(),
            at: (0..n).map(|_| random.uniform()).collect(),
        }
    }

    /// The next point.
    pub fn point(&mut self) -> Vec<f64> {
        for (a, s) in self.at.iter_mut().zip(&self.steps) {
            *a = (*a + s).fract();
        }
        self.at.clone()
    }
}
