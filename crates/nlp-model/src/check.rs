//! Derivatives of a model against differences of its values.

mod pattern;

use crate::{ModelError, TwiceSmooth};
use linalg::slice::norm_inf;

pub use pattern::pattern;

/// The verdict of [`derivatives`]: the largest error of each kind, relative to the size of what it
/// is compared with (error / (1 + |difference quotient|)).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DerivativeErrors {
    /// Gradient against differences of f.
    pub gradient: f64,
    /// Jacobian against differences of c.
    pub jacobian: f64,
    /// Hessian of the Lagrangian against differences of its gradient.
    pub hessian: f64,
    /// Directional derivative of the Hessian against differences of the Hessian.
    pub hessian_directional: f64,
    /// J v, Jᵀw and H v against the matrices.
    pub products: f64,
}

impl DerivativeErrors {
    /// The largest of all; NaN when one is NaN.
    pub fn max(&self) -> f64 {
        norm_inf(&[
            self.gradient,
            self.jacobian,
            self.hessian,
            self.hessian_directional,
            self.products,
        ])
    }
}

/// Compares all derivatives of `model` at `x` with fourth-order central differences
/// (step ε^(1/5) max(1, |xⱼ|); correct derivatives of well-scaled functions agree to about 1e-9).
///
/// Multipliers and directions are fixed, with no two entries equal. Errors when `x` has the wrong
/// length or is not finite, and when a [`pattern`](fn@pattern) has forgotten an entry. Cost: 4 n evaluations of
/// every verb; for tests, not for solvers.
pub fn derivatives(model: &dyn TwiceSmooth, x: &[f64]) -> Result<DerivativeErrors, ModelError> {
    let (n, m) = (model.meta().nvar(), model.meta().ncon());
    pattern(model, x)?;
    let (y, v, w) = (weights(m, 1.0), weights(n, 2.0), weights(m, 3.0));
    let sigma = 1.3;
    let mut errors = DerivativeErrors::default();

    let mut g = vec![0.0; n];
    model.grad(x, &mut g);
    let jac = jacobian(model, x);
    let hess = hessian(model, x, &y, sigma);
    let mut third_vals = vec![0.0; model.hess_structure().nnz()];
    model.hess_directional(x, &y, sigma, &v, &mut third_vals);
    let third = symmetric(model, &third_vals);

    for j in 0..n {
        let f = difference(x, j, |x| vec![model.obj(x)]);
        note(&mut errors.gradient, &[g[j]], &f);
        let c = difference(x, j, |x| constraints(model, x));
        note(&mut errors.jacobian, &jac[j], &c);
        let l = difference(x, j, |x| lagrangian_gradient(model, x, &y, sigma));
        note(&mut errors.hessian, &hess[j], &l);
    }
    let moved = |t: &[f64]| -> Vec<f64> { x.iter().zip(&v).map(|(x, v)| x + t[0] * v).collect() };
    let along = difference(&[0.0], 0, |t| hessian(model, &moved(t), &y, sigma).concat());
    note(&mut errors.hessian_directional, &third.concat(), &along);

    let (mut jv, mut jtw, mut hv) = (vec![0.0; m], vec![0.0; n], vec![0.0; n]);
    model.jprod(x, &v, &mut jv);
    model.jtprod(x, &w, &mut jtw);
    model.hprod(x, &y, sigma, &v, &mut hv);
    let combine = |columns: &[Vec<f64>], len: usize| -> Vec<f64> {
        (0..len)
            .map(|i| (0..n).map(|j| columns[j][i] * v[j]).sum())
            .collect()
    };
    note(&mut errors.products, &jv, &combine(&jac, m));
    note(&mut errors.products, &hv, &combine(&hess, n));
    let transposed: Vec<f64> = jac
        .iter()
        .map(|column| linalg::slice::dot(column, &w))
        .collect();
    note(&mut errors.products, &jtw, &transposed);
    Ok(errors)
}

/// Fixed numbers, no two of them equal.
fn weights(len: usize, phase: f64) -> Vec<f64> {
    (0..len)
        .map(|i| (1.7 * i as f64 + phase).sin() + 0.1)
        .collect()
}

/// Raises `worst` to the largest relative error; NaN stays.
fn note(worst: &mut f64, found: &[f64], expected: &[f64]) {
    debug_assert_eq!(found.len(), expected.len());
    let scale = 1.0 + norm_inf(expected);
    for (a, b) in found.iter().zip(expected) {
        *worst = norm_inf(&[*worst, (a - b).abs() / scale]);
    }
}

/// ∂/∂xⱼ of a vector function by the five-point formula.
fn difference(x: &[f64], j: usize, function: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    let h = f64::EPSILON.powf(0.2) * x[j].abs().max(1.0);
    let at = |k: f64| {
        let mut x = x.to_vec();
        x[j] += k * h;
        function(&x)
    };
    let (p1, m1, p2, m2) = (at(1.0), at(-1.0), at(2.0), at(-2.0));
    (0..p1.len())
        .map(|i| (8.0 * (p1[i] - m1[i]) - (p2[i] - m2[i])) / (12.0 * h))
        .collect()
}

fn constraints(model: &dyn TwiceSmooth, x: &[f64]) -> Vec<f64> {
    let mut c = vec![0.0; model.meta().ncon()];
    model.cons(x, &mut c);
    c
}

/// Columns of the Jacobian.
fn jacobian(model: &dyn TwiceSmooth, x: &[f64]) -> Vec<Vec<f64>> {
    let mut vals = vec![0.0; model.jac_structure().nnz()];
    model.jac_coord(x, &mut vals);
    let mut columns = vec![vec![0.0; model.meta().ncon()]; model.meta().nvar()];
    for ((i, j), value) in model.jac_structure().iter().zip(vals) {
        columns[j][i] += value;
    }
    columns
}

fn lagrangian_gradient(model: &dyn TwiceSmooth, x: &[f64], y: &[f64], sigma: f64) -> Vec<f64> {
    let mut g = vec![0.0; x.len()];
    model.grad(x, &mut g);
    jacobian(model, x)
        .iter()
        .zip(&g)
        .map(|(column, g)| sigma * g + linalg::slice::dot(column, y))
        .collect()
}

/// Columns of the Hessian of the Lagrangian.
fn hessian(model: &dyn TwiceSmooth, x: &[f64], y: &[f64], sigma: f64) -> Vec<Vec<f64>> {
    let mut vals = vec![0.0; model.hess_structure().nnz()];
    model.hess_coord(x, y, sigma, &mut vals);
    symmetric(model, &vals)
}

fn symmetric(model: &dyn TwiceSmooth, vals: &[f64]) -> Vec<Vec<f64>> {
    let n = model.meta().nvar();
    let mut columns = vec![vec![0.0; n]; n];
    for ((i, j), value) in model.hess_structure().iter().zip(vals) {
        columns[j][i] += value;
        if i != j {
            columns[i][j] += value;
        }
    }
    columns
}
