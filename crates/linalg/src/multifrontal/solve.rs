//! Solves with the factors of all fronts.

use super::Factored;
use crate::slice::dot;

/// Memory of a solve.
#[derive(Debug)]
pub(super) struct SolveWork {
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub local: Vec<f64>,
    pub rhs: Vec<f64>,
    pub correction: Vec<f64>,
}

/// The factors of all fronts and the order, for solves.
#[derive(Clone, Copy)]
pub(super) struct Factors<'a> {
    pub order: &'a [usize],
    pub fronts: &'a [Factored],
    pub factors: &'a [f64],
    pub indices: &'a [usize],
}

impl<'a> Factors<'a> {
    /// [L; U₁₁], U₁₂, rows and columns of a front.
    fn of(&self, front: &Factored) -> (&'a [f64], &'a [f64], &'a [usize], &'a [usize]) {
        let Factored { m, p, .. } = *front;
        let (l, u) =
            self.factors[front.factors..front.factors + m * p + p * (m - p)].split_at(m * p);
        let (rows, cols) = self.indices[front.indices..front.indices + 2 * m].split_at(m);
        (l, u, rows, cols)
    }

    /// b ← (L U)⁻¹ b in the order of the matrix.
    pub fn solve(&self, b: &mut [f64], work: &mut SolveWork) {
        let SolveWork { x, y, local, .. } = work;
        for (x, &v) in x.iter_mut().zip(self.order) {
            *x = b[v];
        }
        let mut pivots = 0;
        for front in self.fronts {
            let (l, _, rows, _) = self.of(front);
            let Factored { m, p, .. } = *front;
            gather(x, rows, &mut local[..m]);
            for t in 0..p {
                let value = local[t];
                for (entry, l) in local[t + 1..m]
                    .iter_mut()
                    .zip(&l[t * m + t + 1..(t + 1) * m])
                {
                    *entry -= l * value;
                }
            }
            y[pivots..pivots + p].copy_from_slice(&local[..p]);
            scatter(&local[p..m], &rows[p..], x);
            pivots += p;
        }
        for front in self.fronts.iter().rev() {
            let (l, u, _, cols) = self.of(front);
            let Factored { m, p, .. } = *front;
            pivots -= p;
            gather(x, &cols[p..], &mut local[p..m]);
            for t in 0..p {
                local[t] = y[pivots + t] - dot(&u[t * (m - p)..(t + 1) * (m - p)], &local[p..m]);
            }
            for t in (0..p).rev() {
                local[t] /= l[t + t * m];
                let value = local[t];
                for (entry, u) in local[..t].iter_mut().zip(&l[t * m..t * m + t]) {
                    *entry -= u * value;
                }
            }
            scatter(&local[..p], &cols[..p], x);
        }
        for (x, &v) in x.iter().zip(self.order) {
            b[v] = *x;
        }
    }

    /// b ← (L U)⁻ᵀ b in the order of the matrix.
    pub fn solve_transpose(&self, b: &mut [f64], work: &mut SolveWork) {
        let SolveWork { x, y, local, .. } = work;
        for (x, &v) in x.iter_mut().zip(self.order) {
            *x = b[v];
        }
        let mut pivots = 0;
        for front in self.fronts {
            let (l, u, _, cols) = self.of(front);
            let Factored { m, p, .. } = *front;
            gather(x, cols, &mut local[..m]);
            for t in 0..p {
                let value = (local[t] - dot(&l[t * m..t * m + t], &local[..t])) / l[t + t * m];
                local[t] = value;
                let row = &u[t * (m - p)..(t + 1) * (m - p)];
                for (entry, u) in local[p..m].iter_mut().zip(row) {
                    *entry -= u * value;
                }
            }
            y[pivots..pivots + p].copy_from_slice(&local[..p]);
            scatter(&local[p..m], &cols[p..], x);
            pivots += p;
        }
        for front in self.fronts.iter().rev() {
            let (l, _, rows, _) = self.of(front);
            let Factored { m, p, .. } = *front;
            pivots -= p;
            gather(x, &rows[p..], &mut local[p..m]);
            for t in (0..p).rev() {
                let below = dot(&l[t * m + t + 1..(t + 1) * m], &local[t + 1..m]);
                local[t] = y[pivots + t] - below;
            }
            scatter(&local[..p], &rows[..p], x);
        }
        for (x, &v) in x.iter().zip(self.order) {
            b[v] = *x;
        }
    }
}

fn gather(from: &[f64], places: &[usize], to: &mut [f64]) {
    for (to, &k) in to.iter_mut().zip(places) {
        *to = from[k];
    }
}

fn scatter(from: &[f64], places: &[usize], to: &mut [f64]) {
    for (from, &k) in from.iter().zip(places) {
        to[k] = *from;
    }
}
