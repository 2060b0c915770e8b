//! Numbers that look random, the same on every machine.

use crate::slice::norm2;

/// The generator SplitMix64 (SteeleLeaFlood2014): a seed gives the same numbers everywhere. Not for secrets.
///
/// ```
/// let mut random = linalg::random::SplitMix::new(1);
/// assert!((0..100).all(|_| (0.0..1.0).contains(&random.uniform())));
/// ```
#[derive(Clone, Debug)]
pub struct SplitMix(u64);

impl SplitMix {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Self {
        SplitMix(seed)
    }

    /// A number in [0, 1), a multiple of 2⁻⁵³.
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number in [−1, 1).
    pub fn symmetric(&mut self) -> f64 {
        2.0 * self.uniform() - 1.0
    }

    /// A standard normal number (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let (a, b) = (1.0 - self.uniform(), self.uniform());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }

    /// A unit vector, uniform on the sphere (n ≥ 1 entries).
    pub fn direction(&mut self, n: usize) -> Vec<f64> {
        debug_assert!(n > 0, "a sphere");
        loop {
            let mut v: Vec<f64> = (0..n).map(|_| self.normal()).collect();
            let length = norm2(&v);
            if length > 1e-3 {
                v.iter_mut().for_each(|v| *v /= length);
                return v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SplitMix;

    /// The first outputs for the seed 1234567 of the reference implementation, shifted to 53 bits.
    #[test]
    fn the_sequence_is_that_of_the_reference() {
        let mut random = SplitMix::new(1_234_567);
        for word in [6_457_827_717_110_365_317_u64, 3_203_168_211_198_807_973] {
            assert_eq!(random.uniform(), (word >> 11) as f64 / (1_u64 << 53) as f64);
        }
    }

    #[test]
    fn directions_are_unit_vectors_without_a_preference() {
        let mut random = SplitMix::new(7);
        let (mut mean, mut square) = ([0.0; 3], [0.0; 3]);
        for _ in 0..4000 {
            let v = random.direction(3);
            assert!((v.iter().map(|v| v * v).sum::<f64>() - 1.0).abs() < 1e-14);
            for i in 0..3 {
                mean[i] += v[i] / 4000.0;
                square[i] += v[i] * v[i] / 4000.0;
            }
        }
        // standard deviations: 1/√12000 = 0.009, and √(4/45/4000) = 0.005
        assert!(mean.iter().all(|m| m.abs() < 0.04), "{mean:?}");
        assert!(
            square.iter().all(|s| (s - 1.0 / 3.0).abs() < 0.02),
            "{square:?}"
        );
    }
}
