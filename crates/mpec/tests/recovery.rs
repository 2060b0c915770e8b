//! Multipliers of a complementarity program from those of each regularization.

use mpec::regularization::{Regularization, Regularized};
use nlp_model::{AutoModel, Complementarity, Functions, Meta, Model, Mpcc, Scalar, Side, Smooth};
use trust_region::{Start, sqp};

/// ½(x₀ + 1)² + ½(x₁ + 2)² + ½(x₂ − 1)² + ½(x₃ + 1)² with x₀ ⟂ x₁, x₂ ⟂ x₃ and x₂ + x₃ + x₄ = 2, x₄ ≥ 0 at cost 3x₄.
struct Known;
impl Functions for Known {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        let squares = [1.0, 2.0, -1.0, 1.0];
        let sum = (0..4).fold(T::from(0.0), |sum, k| sum + (x[k] + squares[k]).powi(2));
        sum * 0.5 + x[4] * 3.0
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[2] + x[3] + x[4] - 2.0;
    }
}

fn known() -> Complementarity<AutoModel<Known>> {
    let meta = Meta::new("known", 5, 1)
        .variable_bounds(&[0.0; 5], &[f64::INFINITY; 5])
        .and_then(|meta| meta.constraint_bounds(&[0.0], &[0.0]));
    let pairs = [0, 2].map(|k| (Side::Variable(k), Side::Variable(k + 1)));
    Complementarity::new(AutoModel::new(Known, meta.unwrap()), &pairs).unwrap()
}

#[test]
fn every_regularization_gives_the_multipliers_of_the_program() {
    // On x₂ > 0 = x₃: x₂ = 2 − x₄. Stationarity: x₂ − 1 + y = 0, 3 + y − ζ = 0 with ζ ≥ 0 the multiplier of x₄ ≥ 0. At x₄ = 0:
    // x₂ = 2, y = −1, ζ = 2. Then x₃ + 1 + y = νᴴ = 0 there. At the first pair ν = (1, 2): strongly stationary.
    let mpcc = known();
    let x_expected = [0.0, 0.0, 2.0, 0.0, 0.0];
    let nu_expected = [(1.0, 2.0), (0.0, 0.0)];
    // A weight above all multipliers keeps the iterates in the wing.
    let options = sqp::Options {
        penalty: 1e4,
        ..sqp::Options::default()
    };
    for kind in Regularization::ALL {
        let mut x = vec![0.0; 5];
        let mut y = vec![0.0; mpcc.meta().ncon()];
        for k in 0..=7 {
            let t = 0.1f64.powi(k);
            let model = Regularized::new(&mpcc, kind, t).unwrap();
            // In the wing of the first side: butterflies fall apart into two, and the origin belongs to neither.
            let start = [2.0 * t, 0.0, 1.9, 0.0, 0.1];
            let end = trust_region::solve(&model, &Start::at(&start), &options).unwrap();
            assert!(
                end.violation < 1e-7 && end.dual_residual < 1e-6,
                "{kind:?} at {t}: {end}"
            );
            x = end.x;
            model.recover(&x, &end.multipliers, &mut y);
        }
        for (found, expected) in x.iter().zip(x_expected) {
            assert!((found - expected).abs() < 1e-3, "{kind:?}: {x:?}");
        }
        for (&(i, j), (g, h)) in mpcc.pairs().iter().zip(nu_expected) {
            assert!(
                (-y[i] - g).abs() < 2e-3 && (-y[j] - h).abs() < 2e-3,
                "{kind:?}: {y:?}"
            );
        }
        assert!((y[0] + 1.0).abs() < 2e-3, "{kind:?}: {y:?}");
        // ∇L of the program vanishes but for the bound of x₄, whose multiplier is 2.
        let (mut g, mut jty) = ([0.0; 5], [0.0; 5]);
        mpcc.grad(&x, &mut g);
        mpcc.jtprod(&x, &y, &mut jty);
        for (j, expected) in [0.0, 0.0, 0.0, 0.0, 2.0].into_iter().enumerate() {
            assert!(
                (g[j] + jty[j] - expected).abs() < 2e-3,
                "{kind:?}: {g:?} {jty:?}"
            );
        }
    }
}
