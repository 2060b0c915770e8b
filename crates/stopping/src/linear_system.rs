//! Linear systems and linear least squares.

use linalg::LinearMap;
use nlp_model::{Counters, Verb};

use crate::{Counts, GeneralState, Norm, Stopping};

/// A x = b, or min ‖A x − b‖₂, with A known by its products, which are counted.
#[derive(Debug)]
pub struct LinearSystem<A> {
    a: A,
    b: Vec<f64>,
    counters: Counters,
}

impl<A: LinearMap> LinearSystem<A> {
    /// The system of an m × n map and m right-hand sides.
    ///
    /// # Panics
    /// When b does not have m entries.
    pub fn new(a: A, b: Vec<f64>) -> Self {
        assert_eq!(a.shape().0, b.len(), "rows of A and length of b");
        LinearSystem {
            a,
            b,
            counters: Counters::default(),
        }
    }
    /// The map A.
    pub fn map(&self) -> &A {
        &self.a
    }
    /// The right-hand side b.
    pub fn rhs(&self) -> &[f64] {
        &self.b
    }
    /// out = A x; counts one product.
    pub fn product(&self, x: &[f64], out: &mut [f64]) {
        self.counters.add(Verb::Jprod);
        self.a.apply(x, out);
    }
    /// out = Aᵀ y; counts one transposed product.
    pub fn transposed_product(&self, y: &[f64], out: &mut [f64]) {
        self.counters.add(Verb::Jtprod);
        self.a.apply_transpose(y, out);
    }
    /// out = A x − b, by one product.
    pub fn residual(&self, x: &[f64], out: &mut [f64]) {
        self.product(x, out);
        for (out, b) in out.iter_mut().zip(&self.b) {
            *out -= b;
        }
    }
    /// Products so far, as [`Verb::Jprod`] and [`Verb::Jtprod`].
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}

impl<A: LinearMap> Stopping<LinearSystem<A>, GeneralState> {
    /// A stopping whose score is ‖A x − b‖. The residual is computed afresh at each stop, so that a recursion that has
    /// drifted away from it cannot pass; this costs a product.
    pub fn linear_system(system: &LinearSystem<A>, x0: Vec<f64>, norm: Norm) -> Self {
        let mut r = vec![0.0; system.b.len()];
        Stopping::new(
            GeneralState::new(x0),
            move |system: &LinearSystem<A>, state: &GeneralState| {
                system.residual(&state.x, &mut r);
                norm.of(&r)
            },
        )
        .with_counting(|system| Counts::from(&system.counters))
    }

    /// A stopping whose score is ‖Aᵀ(A x − b)‖, the residual of the normal equations; two products a stop.
    pub fn least_squares(system: &LinearSystem<A>, x0: Vec<f64>, norm: Norm) -> Self {
        let (mut r, mut g) = (vec![0.0; system.b.len()], vec![0.0; x0.len()]);
        Stopping::new(
            GeneralState::new(x0),
            move |system: &LinearSystem<A>, state: &GeneralState| {
                system.residual(&state.x, &mut r);
                system.transposed_product(&r, &mut g);
                norm.of(&g)
            },
        )
        .with_counting(|system| Counts::from(&system.counters))
    }
}
