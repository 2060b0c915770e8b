//! Reproducible random numbers and points that fill a cube.

/// SplitMix64: one word of state, enough for directions and shifts.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Standard normal, by Box and Muller.
    pub fn normal(&mut self) -> f64 {
        let (a, b) = (1.0 - self.uniform(), self.uniform());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }

    /// A random unit vector.
    pub fn direction(&mut self, n: usize) -> Vec<f64> {
        loop {
            let v: Vec<f64> = (0..n).map(|_| self.normal()).collect();
            let norm = linalg::slice::norm2(&v);
            if norm > 1e-3 {
                return v.iter().map(|v| v / norm).collect();
            }
        }
    }

    /// A random orthonormal basis.
    pub fn basis(&mut self, n: usize) -> Vec<Vec<f64>> {
        let mut basis: Vec<Vec<f64>> = Vec::new();
        while basis.len() < n {
            let direction = self.direction(n);
            if let Some(v) = super::vector::orthogonal_part(&direction, &basis, 0.1) {
                basis.push(v);
            }
        }
        basis
    }
}

/// Points of the unit cube that fill it evenly: fractional parts of multiples of the powers of 1/φ,
/// φⁿ⁺¹ = φ + 1, from a random shift.
#[derive(Clone, Debug)]
pub(crate) struct Filling {
    steps: Vec<f64>,
    at: Vec<f64>,
}

impl Filling {
    pub fn new(n: usize, random: &mut Random) -> Self {
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
