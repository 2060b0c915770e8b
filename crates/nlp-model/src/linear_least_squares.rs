//! Linear least squares known by products.

use linalg::slice::{axpy, dot, scale};
use linalg::{LinearMap, Pattern};

use crate::scratch::Scratch;
use crate::{Meta, Model, Smooth, TwiceSmooth};

/// f(x) = ½ w‖A x − b‖² + ½ ρ‖x‖² for a matrix A that is known by its products only.
///
/// The structure of the Hessian is empty: a solver that can do with products asks for
/// [`hprod`](TwiceSmooth::hprod), one product with A and one with Aᵀ each.
pub struct LinearLeastSquares<A> {
    map: A,
    b: Vec<f64>,
    weight: f64,
    ridge: f64,
    meta: Meta,
    no_rows: Pattern,
    no_entries: Pattern,
    scratch: Scratch<f64>,
}

impl<A> std::fmt::Debug for LinearLeastSquares<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinearLeastSquares")
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}

impl<A: LinearMap> LinearLeastSquares<A> {
    /// The model called `name` with the weight w of the squares and the ridge ρ.
    ///
    /// # Panics
    /// When `b` does not have as many entries as A has rows.
    pub fn new(name: &str, map: A, b: Vec<f64>, weight: f64, ridge: f64) -> Self {
        let (m, n) = map.shape();
        assert_eq!(b.len(), m, "one entry of b for each row of A");
        LinearLeastSquares {
            map,
            b,
            weight,
            ridge,
            meta: Meta::new(name, n, 0),
            no_rows: Pattern::empty(0, n),
            no_entries: Pattern::empty(n, n),
            scratch: Scratch::new(),
        }
    }

    /// out = w Aᵀ(A x − s b) + ρ x.
    fn normal_product(&self, x: &[f64], s: f64, out: &mut [f64]) {
        self.scratch.with(self.b.len(), 0.0, |residual| {
            self.map.apply(x, residual);
            axpy(-s, &self.b, residual);
            scale(self.weight, residual);
            self.map.apply_transpose(residual, out);
        });
        axpy(self.ridge, x, out);
    }
}

impl<A: LinearMap> Model for LinearLeastSquares<A> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, x: &[f64]) -> f64 {
        self.scratch.with(self.b.len(), 0.0, |residual| {
            self.map.apply(x, residual);
            axpy(-1.0, &self.b, residual);
            0.5 * (self.weight * dot(residual, residual) + self.ridge * dot(x, x))
        })
    }
    fn cons(&self, _: &[f64], _: &mut [f64]) {}
}

impl<A: LinearMap> Smooth for LinearLeastSquares<A> {
    fn grad(&self, x: &[f64], g: &mut [f64]) {
        self.normal_product(x, 1.0, g);
    }
    fn jac_structure(&self) -> &Pattern {
        &self.no_rows
    }
    fn jac_coord(&self, _: &[f64], _: &mut [f64]) {}
}

impl<A: LinearMap> TwiceSmooth for LinearLeastSquares<A> {
    fn hess_structure(&self) -> &Pattern {
        &self.no_entries
    }
    fn hess_coord(&self, _: &[f64], _: &[f64], _: f64, _: &mut [f64]) {}
    fn hprod(&self, _: &[f64], _: &[f64], sigma: f64, v: &[f64], out: &mut [f64]) {
        self.normal_product(v, 0.0, out);
        scale(sigma, out);
    }
    fn hess_directional(&self, _: &[f64], _: &[f64], _: f64, _: &[f64], _: &mut [f64]) {}
}

#[cfg(test)]
mod tests {
    use super::LinearLeastSquares;
    use crate::{Model, Smooth, TwiceSmooth};
    use linalg::{CoordinateMap, Pattern};

    #[test]
    fn values_and_products_are_those_of_the_formula() {
        // A = [1 2; 0 3], b = (1, 1), w = 2, ρ = 10 at x = (1, 1): A x − b = (2, 2)
        let pattern = Pattern::dense(2, 2);
        let map = CoordinateMap {
            pattern: &pattern,
            values: &[1.0, 0.0, 2.0, 3.0],
        };
        let model = LinearLeastSquares::new("small", map, vec![1.0, 1.0], 2.0, 10.0);
        assert_eq!(model.obj(&[1.0, 1.0]), 8.0 + 10.0);
        let mut g = [0.0; 2];
        model.grad(&[1.0, 1.0], &mut g);
        assert_eq!(g, [4.0 + 10.0, 20.0 + 10.0]);
        model.hprod(&[1.0, 1.0], &[], 0.5, &[1.0, 0.0], &mut g);
        assert_eq!(g, [0.5 * 12.0, 0.5 * 4.0]);
    }
}
