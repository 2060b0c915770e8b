//! Steps of Levenberg and Marquardt in a scaled ball, by orthogonal factorizations.

use linalg::slice::{dot, norm2};
use linalg::{DenseQr, Pattern};

use crate::secular::{Secular, Shifted, Spectrum, Verdict};
use crate::{Step, TrustRegionError};

/// σ of the steps, as in MINPACK: ‖Ds‖ is within a tenth of Δ before it is scaled to it.
const ACCURACY: f64 = 0.1;

/// Minimizers of ½‖r + Js‖² in ‖Ds‖ ≤ Δ (More1978).
///
/// In the variables Ds the matrix is A = JD⁻¹, and s(λ) minimizes ‖[A; √λ I] Ds + [r; 0]‖: a QR
/// factorization for each λ, and no normal equations.
#[derive(Debug)]
pub(crate) struct LevenbergMarquardtSteps {
    m: usize,
    n: usize,
    /// D.
    scales: Vec<f64>,
    secular: Secular,
    /// D⁻¹g.
    g: Vec<f64>,
    factors: Factors,
}

#[derive(Debug)]
struct Factors {
    m: usize,
    n: usize,
    /// [A; √λ I], column by column.
    stacked: Vec<f64>,
    qr: DenseQr,
    /// (−r, 0).
    rhs: Vec<f64>,
    room: Vec<f64>,
}

impl LevenbergMarquardtSteps {
    pub(crate) fn new(m: usize, n: usize) -> Self {
        LevenbergMarquardtSteps {
            m,
            n,
            scales: vec![0.0; n],
            secular: Secular::new(n),
            g: vec![0.0; n],
            factors: Factors {
                m,
                n,
                stacked: vec![0.0; (m + n) * n],
                qr: DenseQr::new(m + n, n),
                rhs: vec![0.0; m + n],
                room: vec![0.0; m],
            },
        }
    }

    pub(crate) fn forget_scales(&mut self) {
        self.scales.fill(0.0);
    }

    /// ‖Dx‖.
    pub(crate) fn length(&self, x: &[f64]) -> f64 {
        let squares = x.iter().zip(&self.scales).map(|(x, d)| (x * d).powi(2));
        squares.sum::<f64>().sqrt()
    }

    /// Takes r and J at a new iterate; D grows.
    pub(crate) fn load(&mut self, structure: &Pattern, r: &[f64], vals: &[f64]) {
        let (m, n) = (self.m, self.n);
        let Factors { stacked, rhs, .. } = &mut self.factors;
        stacked.fill(0.0);
        for ((i, j), v) in structure.iter().zip(vals) {
            stacked[j * (m + n) + i] += v;
        }
        for (rhs, r) in rhs.iter_mut().zip(r) {
            *rhs = -r;
        }
        for (column, d) in stacked.chunks_exact_mut(m + n).zip(&mut self.scales) {
            let norm = norm2(&column[..m]);
            *d = d.max(norm);
            if *d > 0.0 {
                column[..m].iter_mut().for_each(|v| *v /= *d);
            }
        }
    }

    /// A step into `s` for the gradient g = Jᵀr; its length is ‖Ds‖.
    pub(crate) fn step(
        &mut self,
        g: &[f64],
        delta: f64,
        s: &mut [f64],
    ) -> Result<Step, TrustRegionError> {
        if self.n == 0 {
            return Ok(Step::none(0));
        }
        for ((scaled, g), d) in self.g.iter_mut().zip(g).zip(&self.scales) {
            // a variable on which nothing ever depended stays where it is
            *scaled = if *d > 0.0 { g / d } else { 0.0 };
        }
        let step = self
            .secular
            .solve(&mut self.factors, &self.g, delta, ACCURACY, s)?;
        for (s, d) in s.iter_mut().zip(&self.scales) {
            *s = if *d > 0.0 { *s / d } else { 0.0 };
        }
        Ok(step)
    }
}

impl Shifted for Factors {
    /// AᵀA is positive semidefinite, its trace is ‖A‖².
    fn spectrum(&self) -> Spectrum {
        let rows = self.m + self.n;
        let columns = self.stacked.chunks_exact(rows);
        let squares = columns.map(|column| dot(&column[..self.m], &column[..self.m]));
        let (mut trace, mut smallest) = (0.0, f64::INFINITY);
        for square in squares {
            trace += square;
            smallest = smallest.min(square);
        }
        Spectrum {
            lowest: 0.0,
            highest: trace,
            smallest,
        }
    }

    fn factor(&mut self, lambda: f64, _work: &mut [f64]) -> Verdict {
        let (m, n) = (self.m, self.n);
        for j in 0..n {
            self.stacked[j * (m + n) + m + j] = lambda.sqrt();
        }
        match self.qr.factor_dense(&self.stacked) {
            Ok(rank) if rank == n => Verdict::Positive,
            _ => Verdict::Indefinite(None),
        }
    }

    fn solve(&mut self, b: &mut [f64]) {
        self.qr.normal_solve(b);
    }

    fn newton(&mut self, lambda: f64, _g: &[f64], p: &mut [f64]) -> Verdict {
        let verdict = self.factor(lambda, p);
        if matches!(verdict, Verdict::Positive) {
            self.qr.least_squares(&self.rhs, p);
        }
        verdict
    }

    fn product(&mut self, x: &[f64], y: &mut [f64]) {
        let rows = self.m + self.n;
        self.room.fill(0.0);
        for (column, x) in self.stacked.chunks_exact(rows).zip(x) {
            linalg::slice::axpy(*x, &column[..self.m], &mut self.room);
        }
        for (column, y) in self.stacked.chunks_exact(rows).zip(y) {
            *y = dot(&column[..self.m], &self.room);
        }
    }
}
