//! The matrix of BFGS from the last pairs.

use linalg::slice::{axpy, dot};

/// B = γI + Σ (aᵢaᵢᵀ − bᵢbᵢᵀ) over the pairs kept, aᵢ = yᵢ/√(sᵢᵀyᵢ), bᵢ = Bᵢsᵢ/√(sᵢᵀBᵢsᵢ), γ = yᵀy/sᵀy of the
/// last pair (NocedalWright2006, Section 7.2, unrolled).
///
/// A product costs 4n for each pair, a new pair O(n) times the square of their number.
#[derive(Clone, Debug)]
pub(crate) struct LimitedMemory {
    n: usize,
    limit: usize,
    gamma: f64,
    /// Pairs in order, the oldest first, in the first `len` columns of each.
    s: Vec<f64>,
    y: Vec<f64>,
    a: Vec<f64>,
    b: Vec<f64>,
    len: usize,
}

impl LimitedMemory {
    /// Room for `limit` > 0 pairs.
    pub(crate) fn new(n: usize, limit: usize) -> Self {
        let columns = || vec![0.0; n * limit];
        LimitedMemory {
            n,
            limit,
            gamma: 1.0,
            s: columns(),
            y: columns(),
            a: columns(),
            b: columns(),
            len: 0,
        }
    }

    pub(crate) fn forget(&mut self) {
        self.len = 0;
        self.gamma = 1.0;
    }

    /// The number of pairs kept.
    pub(crate) fn pairs(&self) -> usize {
        self.len
    }

    /// Adds a pair with sᵀy > 0, in place of the oldest when the memory is full.
    pub(crate) fn push(&mut self, s: &[f64], y: &[f64]) {
        let n = self.n;
        if self.len == self.limit {
            self.s.copy_within(n.., 0);
            self.y.copy_within(n.., 0);
            self.len -= 1;
        }
        let place = self.len * n..(self.len + 1) * n;
        self.s[place.clone()].copy_from_slice(s);
        self.y[place].copy_from_slice(y);
        self.len += 1;
        self.gamma = dot(y, y) / dot(s, y);
        if !self.unroll() {
            // Rounding has made B indefinite: the last pair alone is safe.
            self.s.copy_within((self.len - 1) * n..self.len * n, 0);
            self.y.copy_within((self.len - 1) * n..self.len * n, 0);
            self.len = 1;
            if !self.unroll() {
                self.forget();
            }
        }
    }

    /// All aᵢ and bᵢ anew: γ has changed. False when B is not positive definite.
    fn unroll(&mut self) -> bool {
        let n = self.n;
        for k in 0..self.len {
            let place = k * n..(k + 1) * n;
            let (s, y) = (&self.s[place.clone()], &self.y[place.clone()]);
            let root = dot(s, y).sqrt();
            for (a, y) in self.a[place.clone()].iter_mut().zip(y) {
                *a = y / root;
            }
            let (before, rest) = self.b.split_at_mut(k * n);
            let bs = &mut rest[..n];
            product(self.gamma, &self.a[..k * n], before, s, bs);
            let curvature = dot(s, bs);
            // also false for NaN
            let positive = root > 0.0 && curvature > 0.0 && curvature.is_finite();
            if !positive {
                return false;
            }
            for b in bs {
                *b /= curvature.sqrt();
            }
        }
        true
    }

    /// out = B v.
    pub(crate) fn product(&self, v: &[f64], out: &mut [f64]) {
        let kept = self.len * self.n;
        product(self.gamma, &self.a[..kept], &self.b[..kept], v, out);
    }
}

fn product(gamma: f64, a: &[f64], b: &[f64], v: &[f64], out: &mut [f64]) {
    let n = v.len();
    for (out, v) in out.iter_mut().zip(v) {
        *out = gamma * v;
    }
    for (a, b) in a.chunks_exact(n).zip(b.chunks_exact(n)) {
        axpy(dot(a, v), a, out);
        axpy(-dot(b, v), b, out);
    }
}

#[cfg(test)]
mod tests {
    use super::LimitedMemory;

    #[test]
    fn the_last_pair_is_reproduced_and_old_ones_are_forgotten() {
        let pairs = [
            ([1.0, 0.0, 2.0], [3.0, 1.0, 1.0]),
            ([0.5, 1.0, 0.0], [1.0, 4.0, -1.0]),
            ([1.0, -1.0, 1.0], [2.0, -3.0, 1.0]),
        ];
        let mut two = LimitedMemory::new(3, 2);
        let mut out = [0.0; 3];
        for (s, y) in &pairs {
            two.push(s, y);
            two.product(s, &mut out);
            for (out, y) in out.iter().zip(y) {
                assert!((out - y).abs() < 1e-13, "{out} {y}");
            }
        }
        let mut fresh = LimitedMemory::new(3, 2);
        for (s, y) in &pairs[1..] {
            fresh.push(s, y);
        }
        let (v, mut other) = ([0.3, -2.0, 1.0], [0.0; 3]);
        two.product(&v, &mut out);
        fresh.product(&v, &mut other);
        assert_eq!(out, other);
        two.forget();
        two.product(&v, &mut out);
        assert_eq!(out, v);
    }
}
