//! ℓ and g₀ with their first derivatives at one point.

use linalg::FactorError;
use linalg::random::SplitMix;
use linalg::slice::{all_finite, axpy};
use nlp_model::{Model, OneSided, Qvi, Smooth, TwiceSmooth};

use crate::SsnError;

/// The lower level of a QVI with rows g₀ ≤ 0 or g₀ = 0 only.
#[derive(Debug)]
pub(super) struct Lower<'a> {
    model: OneSided<'a>,
    /// n.
    pub nx: usize,
    /// m.
    pub ny: usize,
    /// Which rows are equalities (q).
    pub equalities: Vec<bool>,
    /// g₀ is affine in s, as its second derivatives tell (ℓ is linear in s by definition).
    pub is_affine_in_s: bool,
    /// ℓ and g₀ are affine in all variables together.
    pub is_affine: bool,
}

/// Random points at which second derivatives are looked at.
const PROBES: usize = 4;

/// Values and gradients of ℓ and g₀ at (x, y, s), by x, y and s.
#[derive(Clone, Debug)]
pub(super) struct FirstOrder {
    /// ∇ₓℓ, ∇ᵧℓ, ∇ₛℓ.
    pub slope: [Vec<f64>; 3],
    /// g₀ (q).
    pub values: Vec<f64>,
    /// ∇ₓg₀ᵢ, ∇ᵧg₀ᵢ, ∇ₛg₀ᵢ of each row.
    pub rows: Vec<[Vec<f64>; 3]>,
}

/// Objective gradient, rows and their gradients of a model at one point.
#[derive(Debug)]
pub(super) struct Dense {
    pub slope: Vec<f64>,
    pub values: Vec<f64>,
    pub rows: Vec<Vec<f64>>,
}

impl Dense {
    /// The derivatives at `point`; an error where they are not finite.
    pub fn at(model: &OneSided, point: &[f64]) -> Result<Self, SsnError> {
        let (n, q) = (point.len(), model.meta().ncon());
        let (mut slope, mut values) = (vec![0.0; n], vec![0.0; q]);
        let mut entries = vec![0.0; model.jac_structure().nnz()];
        model.grad(point, &mut slope);
        model.cons(point, &mut values);
        model.jac_coord(point, &mut entries);
        if !(all_finite(&slope) && all_finite(&values) && all_finite(&entries)) {
            return Err(FactorError::NotFinite.into());
        }
        let mut rows = vec![vec![0.0; n]; q];
        for ((i, j), value) in model.jac_structure().iter().zip(&entries) {
            rows[i][j] += value;
        }
        Ok(Dense {
            slope,
            values,
            rows,
        })
    }
}

impl<'a> Lower<'a> {
    /// The lower level near (x, y, y).
    pub fn near(problem: &'a dyn Qvi, x: &[f64], y: &[f64]) -> Self {
        let model = OneSided::new(problem.lower());
        let equalities = (0..model.meta().ncon())
            .map(|i| model.meta().is_equality(i))
            .collect();
        let mut lower = Lower {
            model,
            nx: problem.nx(),
            ny: problem.ny(),
            equalities,
            is_affine_in_s: false,
            is_affine: false,
        };
        lower.probe(x, y);
        lower
    }

    /// Second derivatives that vanish at random points around (x, y, y): of g₀ by s, and of all.
    ///
    /// For analytic functions they vanish everywhere then, up to a set of points of measure 0.
    fn probe(&mut self, x: &[f64], y: &[f64]) {
        let centre = [x, y, y].concat();
        let first = centre.len() - y.len();
        let (mut rows, mut objective) = (self.entries(), self.entries());
        let none = vec![0.0; self.equalities.len()];
        let mut random = SplitMix::new(0);
        (self.is_affine_in_s, self.is_affine) = (true, true);
        for _ in 0..PROBES {
            let mut around = |c: &f64| c + 0.1 * c.abs().max(1.0) * random.symmetric();
            let point: Vec<f64> = centre.iter().map(&mut around).collect();
            let weights: Vec<f64> = none.iter().map(around).collect();
            self.model.hess_coord(&point, &weights, 0.0, &mut rows);
            self.model.hess_coord(&point, &none, 1.0, &mut objective);
            for ((i, j), value) in self.model.hess_structure().iter().zip(&rows) {
                self.is_affine_in_s &= *value == 0.0 || i < first || j < first;
            }
            let all = rows.iter().chain(&objective);
            self.is_affine &= all.into_iter().all(|value| *value == 0.0);
        }
    }

    fn entries(&self) -> Vec<f64> {
        vec![0.0; self.model.hess_structure().nnz()]
    }

    /// Derivatives at (x, y, s).
    pub fn at(&self, x: &[f64], y: &[f64], s: &[f64]) -> Result<FirstOrder, SsnError> {
        debug_assert_eq!((x.len(), y.len(), s.len()), (self.nx, self.ny, self.ny));
        let Dense {
            slope,
            values,
            rows,
        } = Dense::at(&self.model, &[x, y, s].concat())?;
        let split = |v: &[f64]| {
            let (x, ys) = v.split_at(self.nx);
            let (y, s) = ys.split_at(self.ny);
            [x.to_vec(), y.to_vec(), s.to_vec()]
        };
        Ok(FirstOrder {
            slope: split(&slope),
            values,
            rows: rows.iter().map(|row| split(row)).collect(),
        })
    }

    /// Largest violation of g₀ where `own` was taken.
    pub fn violation(&self, own: &FirstOrder) -> f64 {
        let rows = own.values.iter().zip(&self.equalities);
        rows.fold(0.0, |worst: f64, (&g, &equality)| {
            worst.max(if equality { g.abs() } else { g })
        })
    }

    /// ∇ₛₛ(wᵀg₀) at (x, y, s), m × m.
    pub fn curvature(&self, x: &[f64], y: &[f64], s: &[f64], w: &[f64]) -> Vec<f64> {
        let (point, m) = ([x, y, s].concat(), self.ny);
        let first = point.len() - m;
        let mut entries = self.entries();
        self.model.hess_coord(&point, w, 0.0, &mut entries);
        let mut dense = vec![0.0; m * m];
        for ((i, j), value) in self.model.hess_structure().iter().zip(&entries) {
            if i >= first && j >= first {
                dense[(i - first) * m + j - first] += value;
                if i != j {
                    dense[(j - first) * m + i - first] += value;
                }
            }
        }
        dense
    }
}

impl FirstOrder {
    /// ∇ᵧ of row i of g(x, y) = g₀(x, y, y), where this was taken at s = y.
    pub fn total(&self, i: usize) -> Vec<f64> {
        let [_, by_y, by_s] = &self.rows[i];
        by_y.iter().zip(by_s).map(|(a, b)| a + b).collect()
    }

    /// ∇ₓL and ∇ᵧL of L = ℓ + wᵀg₀, without the part through s.
    pub fn lagrangian(&self, w: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let [mut by_x, mut by_y] = [self.slope[0].clone(), self.slope[1].clone()];
        for (row, &w) in self.rows.iter().zip(w) {
            axpy(w, &row[0], &mut by_x);
            axpy(w, &row[1], &mut by_y);
        }
        (by_x, by_y)
    }
}
