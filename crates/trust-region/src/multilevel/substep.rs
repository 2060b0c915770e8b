//! How a substep minimizes its model.

use super::spectral::exact_step;
use crate::{SteihaugToint, cauchy_point};

/// The solver of the subproblems of a sweep. Each has at least the decrease of the Cauchy point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Substep {
    /// The global minimizer in the ball.
    Exact,
    /// Conjugate gradients that end at the boundary, to a relative accuracy of min(1/100, ‖g‖).
    Truncated,
    /// The Cauchy point: the least that the theory asks for, and as slow as steepest descent.
    Cauchy,
}

/// A substep solver for models in the coordinates of eigenvectors, where the Hessian is diagonal.
#[derive(Debug)]
pub(super) struct SubstepSolver {
    kind: Substep,
    steihaug: SteihaugToint,
    values: Vec<f64>,
    g: Vec<f64>,
    p: Vec<f64>,
}

impl SubstepSolver {
    /// Room for models in up to `n` variables.
    pub(super) fn new(kind: Substep, n: usize) -> Self {
        SubstepSolver {
            kind,
            steihaug: SteihaugToint::new(n),
            values: vec![0.0; n],
            g: vec![0.0; n],
            p: vec![0.0; n],
        }
    }

    /// p reduces Σ gᵢ pᵢ + ½ λᵢ pᵢ² in ‖p‖ ≤ Δ; NaN where the model is not finite.
    pub(super) fn solve(&mut self, values: &[f64], g: &[f64], radius: f64, p: &mut [f64]) {
        if self.kind == Substep::Exact {
            exact_step(values, g, radius, p);
            return;
        }
        let q = g.len();
        // the coordinates that are not used have no gradient and stay at zero
        self.values.fill(1.0);
        self.values[..q].copy_from_slice(values);
        self.g.fill(0.0);
        self.g[..q].copy_from_slice(g);
        let diagonal = &self.values;
        let product = |x: &[f64], y: &mut [f64]| {
            for ((y, x), value) in y.iter_mut().zip(x).zip(diagonal) {
                *y = value * x;
            }
        };
        let result = if self.kind == Substep::Cauchy {
            cauchy_point(product, &self.g, radius, &mut self.p)
        } else {
            let epsilon = linalg::slice::norm2(g).min(1e-2);
            let limit = 10 * (q + 1);
            self.steihaug
                .solve(product, &self.g, radius, epsilon, limit, &mut self.p)
        };
        match result {
            Ok(_) => p.copy_from_slice(&self.p[..q]),
            Err(_) => p.fill(f64::NAN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Substep, SubstepSolver};
    use crate::{cauchy_decrease, has_cauchy_fraction};
    use linalg::slice::norm2;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_substep_has_the_decrease_of_the_cauchy_point(
            values in prop::collection::vec(-3.0..5.0f64, 1..6),
            seed in prop::collection::vec(-3.0..3.0f64, 6),
            radius in 0.01..10.0f64,
        ) {
            let g = &seed[..values.len()];
            let curvature = g.iter().zip(&values).map(|(g, v)| g * g * v).sum::<f64>();
            let cauchy = cauchy_decrease(norm2(g), curvature, radius);
            for kind in [Substep::Exact, Substep::Truncated, Substep::Cauchy] {
                let mut p = vec![0.0; g.len()];
                SubstepSolver::new(kind, 8).solve(&values, g, radius, &mut p);
                let terms = g.iter().zip(&values).zip(&p);
                let decrease = -terms.map(|((g, v), p)| g * p + 0.5 * v * p * p).sum::<f64>();
                prop_assert!(norm2(&p) <= radius * (1.0 + 1e-10));
                prop_assert!(has_cauchy_fraction(decrease, cauchy, 1.0 - 1e-9));
            }
        }
    }
}
