//! A residual function as a problem: as an objective, as a system of equations, as a closure.

use nlp_model::{AutoModel, Functions, Meta, Scalar, TwiceSmooth};

use super::more_garbow_hillstrom::Function;
use super::sparse::{Elements, SparseSumOfSquares};

/// f(x) = Σ rᵢ(x)² with `rows` residuals, from `x0`.
#[derive(Clone, Debug, PartialEq)]
pub struct LeastSquares {
    /// Name with the number of variables where it is free.
    pub name: String,
    /// The residuals.
    pub function: Function,
    /// Number of residuals m.
    pub rows: usize,
    /// Starting point (n).
    pub x0: Vec<f64>,
}

impl LeastSquares {
    /// Number of variables n.
    pub fn nvar(&self) -> usize {
        self.x0.len()
    }

    /// f(x), for solvers that take a closure.
    pub fn value(&self, x: &[f64]) -> f64 {
        self.function.sum_of_squares(x, self.rows)
    }

    /// min f(x) without constraints; with O(n) derivatives where the residuals are sparse.
    pub fn model(&self) -> Box<dyn TwiceSmooth + Send + Sync> {
        let meta = self.meta(0);
        match Elements::of(self.function) {
            Some(elements) => Box::new(SparseSumOfSquares::new(elements, meta)),
            None => Box::new(AutoModel::new(self.sum_of_squares(), meta)),
        }
    }

    /// f as functions of a model without constraints.
    pub fn sum_of_squares(&self) -> SumOfSquares {
        SumOfSquares {
            function: self.function,
            rows: self.rows,
        }
    }

    /// The residuals as constraints r(x) = 0 beside the objective 0.
    pub fn system(&self) -> AutoModel<ResidualRows> {
        let zeros = vec![0.0; self.rows];
        let meta = self.meta(self.rows).constraint_bounds(&zeros, &zeros);
        let meta = meta.expect("equal bounds agree");
        AutoModel::new(ResidualRows(self.function), meta)
    }

    fn meta(&self, rows: usize) -> Meta {
        let meta = Meta::new(self.name.clone(), self.nvar(), rows);
        meta.start(&self.x0).expect("starts are finite")
    }
}

/// The objective Σ rᵢ(x)².
#[derive(Clone, Copy, Debug)]
pub struct SumOfSquares {
    function: Function,
    rows: usize,
}

impl Functions for SumOfSquares {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        self.function.sum_of_squares(x, self.rows)
    }
}

/// The objective 0 and the constraints r(x).
#[derive(Clone, Copy, Debug)]
pub struct ResidualRows(Function);

impl Functions for ResidualRows {
    fn obj<T: Scalar>(&self, _: &[T]) -> T {
        T::from(0.0)
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        self.0.residuals(x, c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nlp_model::{Model, Smooth};

    #[test]
    fn the_gradient_of_the_objective_is_twice_the_weighted_rows_of_the_system() {
        let function = Function::Osborne2;
        let problem = LeastSquares {
            name: "osborne2".into(),
            function,
            rows: function.rows(11),
            x0: function.start(11),
        };
        let (system, model) = (problem.system(), problem.model());
        let mut r = vec![0.0; 65];
        system.cons(&problem.x0, &mut r);
        let (mut a, mut b) = (vec![0.0; 11], vec![0.0; 11]);
        system.jtprod(&problem.x0, &r, &mut a);
        model.grad(&problem.x0, &mut b);
        for (a, b) in a.iter().zip(&b) {
            assert!((2.0 * a - b).abs() <= 1e-14 * b.abs().max(1.0));
        }
        assert!((0..65).all(|i| system.meta().is_equality(i)));
    }
}
