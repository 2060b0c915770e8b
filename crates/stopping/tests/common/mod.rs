//! The problems that several test files share.
#![allow(dead_code)]

use nlp_model::{AutoModel, Functions, Meta, Scalar};

/// R(x) = Σ (x₂ᵢ − x₂ᵢ₋₁²)² + (1 − x₂ᵢ₋₁)², a mild Rosenbrock function of an even number of variables.
#[derive(Debug)]
pub struct Valley;

impl Functions for Valley {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        let mut sum = T::from(0.0);
        for pair in x.chunks_exact(2) {
            sum += (pair[1] - pair[0] * pair[0]).powi(2) + (pair[0] - 1.0).powi(2);
        }
        sum
    }
    /// The sum of the variables, when a constraint is declared.
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        for c in c {
            for &x in x {
                *c += x;
            }
        }
    }
}

/// R in six variables from (1.5, …, 1.5).
pub fn valley() -> AutoModel<Valley> {
    let meta = Meta::new("valley", 6, 0)
        .start(&[1.5; 6])
        .expect("a finite start");
    AutoModel::new(Valley, meta)
}

/// R in six variables with −10 ≤ x ≤ 10 and Σ x ≤ 6, from 0.
pub fn constrained_valley() -> AutoModel<Valley> {
    let meta = Meta::new("constrained valley", 6, 1)
        .variable_bounds(&[-10.0; 6], &[10.0; 6])
        .and_then(|meta| meta.constraint_bounds(&[f64::NEG_INFINITY], &[6.0]))
        .expect("bounds in order");
    AutoModel::new(Valley, meta)
}

/// xᵀx.
#[derive(Debug)]
pub struct SumOfSquares;

impl Functions for SumOfSquares {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        let mut sum = T::from(0.0);
        for &x in x {
            sum += x * x;
        }
        sum
    }
}
