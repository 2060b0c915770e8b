//! The working set and its orthogonal factors.

/// A_Wᵀ = Q [R; 0] for the normals of the working set, k columns of length n.
///
/// The last n − k columns of Q span the directions that keep the working set. Rotations change both
/// factors at O(n²) for each constraint that comes or goes.
#[derive(Debug)]
pub(super) struct WorkingSet {
    n: usize,
    /// Column-major n × n, orthogonal.
    q: Vec<f64>,
    /// Column-major n × n, the leading k × k triangle in use.
    r: Vec<f64>,
    /// Constraints in the order of their columns.
    members: Vec<usize>,
    w: Vec<f64>,
}

/// A normal whose part outside of the span of the others is smaller than this is dependent.
const DEPENDENT: f64 = 1e-9;

impl WorkingSet {
    pub fn new(n: usize) -> Self {
        WorkingSet {
            n,
            q: vec![0.0; n * n],
            r: vec![0.0; n * n],
            members: Vec::with_capacity(n),
            w: vec![0.0; n],
        }
    }

    pub fn clear(&mut self) {
        self.members.clear();
        self.q.fill(0.0);
        for j in 0..self.n {
            self.q[j + j * self.n] = 1.0;
        }
    }

    pub fn members(&self) -> &[usize] {
        &self.members
    }

    /// Column j of the basis of directions that keep the working set, j < n − k.
    pub fn direction(&self, j: usize) -> &[f64] {
        self.column(self.members.len() + j)
    }

    fn column(&self, j: usize) -> &[f64] {
        &self.q[j * self.n..(j + 1) * self.n]
    }

    /// Adds a constraint with this normal; false when it depends on the others.
    pub fn add(&mut self, index: usize, normal: impl Iterator<Item = (usize, f64)>) -> bool {
        let (n, k) = (self.n, self.members.len());
        if k == n {
            return false;
        }
        self.w.fill(0.0);
        let mut size = 0.0_f64;
        for (i, a) in normal {
            size += a * a;
            if a != 0.0 {
                for j in 0..n {
                    self.w[j] += a * self.q[i + j * n];
                }
            }
        }
        let outside: f64 = self.w[k..].iter().map(|w| w * w).sum();
        if outside.sqrt() <= DEPENDENT * size.sqrt() {
            return false;
        }
        for j in (k + 1..n).rev() {
            let (c, s) = rotation(self.w[j - 1], self.w[j]);
            self.w[j - 1] = c * self.w[j - 1] + s * self.w[j];
            rotate_columns(&mut self.q, n, j - 1, j, c, s);
        }
        self.r[k * n..k * n + k + 1].copy_from_slice(&self.w[..k + 1]);
        self.members.push(index);
        true
    }

    /// Removes the member at this position.
    pub fn remove(&mut self, position: usize) {
        let (n, k) = (self.n, self.members.len());
        self.members.remove(position);
        for j in position + 1..k {
            self.r.copy_within(j * n..j * n + j + 1, (j - 1) * n);
        }
        // entry (j + 1, j) of the shifted triangle goes to zero
        for j in position..k - 1 {
            let (c, s) = rotation(self.r[j + j * n], self.r[j + 1 + j * n]);
            for l in j..k - 1 {
                let (a, b) = (self.r[j + l * n], self.r[j + 1 + l * n]);
                self.r[j + l * n] = c * a + s * b;
                self.r[j + 1 + l * n] = c * b - s * a;
            }
            rotate_columns(&mut self.q, n, j, j + 1, c, s);
        }
    }

    /// λ with A_Wᵀλ = −r in the span of the normals, in the order of the members.
    pub fn multipliers(&self, r: &[f64], lambda: &mut [f64]) {
        let (n, k) = (self.n, self.members.len());
        for j in (0..k).rev() {
            let mut sum: f64 = -self
                .column(j)
                .iter()
                .zip(r)
                .map(|(q, r)| q * r)
                .sum::<f64>();
            for l in j + 1..k {
                sum -= self.r[j + l * n] * lambda[l];
            }
            lambda[j] = sum / self.r[j + j * n];
        }
    }

    /// The shortest d with A_W d = b.
    pub fn least_norm(&mut self, b: impl Fn(usize) -> f64, d: &mut [f64]) {
        let (n, k) = (self.n, self.members.len());
        d.fill(0.0);
        for j in 0..k {
            let mut sum = b(self.members[j]);
            for l in 0..j {
                sum -= self.r[l + j * n] * self.w[l];
            }
            self.w[j] = sum / self.r[j + j * n];
            for (d, q) in d.iter_mut().zip(&self.q[j * n..(j + 1) * n]) {
                *d += self.w[j] * q;
            }
        }
    }
}

/// (c, s) that turn (a, b) into (‖(a, b)‖, 0).
fn rotation(a: f64, b: f64) -> (f64, f64) {
    if b == 0.0 {
        return (1.0, 0.0);
    }
    let length = a.hypot(b);
    (a / length, b / length)
}

fn rotate_columns(q: &mut [f64], n: usize, i: usize, j: usize, c: f64, s: f64) {
    let (head, tail) = q.split_at_mut(j * n);
    for (a, b) in head[i * n..(i + 1) * n].iter_mut().zip(&mut tail[..n]) {
        (*a, *b) = (c * *a + s * *b, c * *b - s * *a);
    }
}

#[cfg(test)]
mod tests {
    use super::WorkingSet;

    #[test]
    fn factors_follow_members_that_come_and_go() {
        let normals = [
            [1.0, 2.0, 0.0, 1.0],
            [0.0, 1.0, -1.0, 3.0],
            [2.0, 0.0, 1.0, 0.5],
        ];
        let mut set = WorkingSet::new(4);
        set.clear();
        for (i, a) in normals.iter().enumerate() {
            assert!(set.add(i, a.iter().copied().enumerate()));
        }
        // a combination of two members is refused
        let sum: Vec<f64> = (0..4)
            .map(|j| normals[0][j] - 2.0 * normals[2][j])
            .collect();
        assert!(!set.add(3, sum.iter().copied().enumerate()));
        set.remove(1);
        assert_eq!(set.members(), [0, 2]);
        for j in 0..2 {
            let z = set.direction(j);
            for i in [0, 2] {
                let product: f64 = normals[i].iter().zip(z).map(|(a, z)| a * z).sum();
                assert!(product.abs() < 1e-14);
            }
        }
        // r = −(5 a₀ − 7 a₂)
        let r: Vec<f64> = (0..4)
            .map(|j| 7.0 * normals[2][j] - 5.0 * normals[0][j])
            .collect();
        let mut lambda = [0.0; 2];
        set.multipliers(&r, &mut lambda);
        assert!((lambda[0] - 5.0).abs() < 1e-13 && (lambda[1] + 7.0).abs() < 1e-13);
        let mut d = [0.0; 4];
        set.least_norm(|i| i as f64 + 1.0, &mut d);
        for i in [0, 2] {
            let value: f64 = normals[i].iter().zip(&d).map(|(a, d)| a * d).sum();
            assert!((value - (i as f64 + 1.0)).abs() < 1e-13);
        }
    }
}
