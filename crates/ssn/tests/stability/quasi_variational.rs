//! QVIs whose moving set depends on the solution, against analysis by hand.

use nlp_model::{AutoQvi, Qvi, QviFunctions, QviShape, Scalar};
use ssn::SsnError;
use ssn::stability::{SampleOptions, of_qvi, sample_qvi};

use super::common::{assert_modulus, assert_number, assert_violated, options};

/// f₀ = (y₁, 2y₂), −y₁s₁ + x₁² ≤ 0, −3y₂s₂ + x₂² ≤ 0: S(x) = {(x₁, x₂/√3)} near x > 0.
#[derive(Clone)]
struct Worked;
impl QviFunctions for Worked {
    fn shape(&self) -> QviShape {
        QviShape {
            nx: 2,
            ny: 2,
            upper_rows: 0,
            lower_rows: 2,
        }
    }
    fn obj<T: Scalar>(&self, x: &[T], _: &[T]) -> T {
        x[0]
    }
    fn cons<T: Scalar>(&self, _: &[T], _: &[T], _: &mut [T]) {}
    fn linear_form<T: Scalar>(&self, _: &[T], y: &[T], s: &[T]) -> T {
        s[0] * y[0] + s[1] * y[1] * 2.0
    }
    fn moving_set<T: Scalar>(&self, x: &[T], y: &[T], s: &[T], c: &mut [T]) {
        c[0] = x[0] * x[0] - y[0] * s[0];
        c[1] = x[1] * x[1] - y[1] * s[1] * 3.0;
    }
}

/// With w = (1, 2/3) and φ = x₁² + ⅔x₂² the gradient of f − φ is −∇g₁ − ⅔∇g₂, so that all multipliers give
/// Aₓ = (2x₁μ₁, 2x₂μ₂), A_y = (−2y₁μ₁, −6y₂μ₂) with μ of any sign: factors x₁/y₁ = 1 and x₂/(3y₂) = 1/√3. The set of row 1
/// in the sharpness constant is {2y₁} × ℝ₋ + …, at distance 2y₁; that of row 2 at 4y₂.
#[test]
fn the_worked_example_of_the_paper() {
    let problem = AutoQvi::new("worked", Worked);
    for x in [[1.0, 2.0], [0.3, 0.7], [5.0, 0.1]] {
        let y = [x[0], x[1] / 3.0_f64.sqrt()];
        let stability = of_qvi(&problem, &x, &y, &options()).unwrap();
        assert_modulus(&stability, [1.0, 1.0, 1.0]);
        assert_number(&stability.sharpness, (2.0 * y[0]).min(4.0 * y[1]));
        assert!(
            stability.uniqueness.holds() && stability.r_regularity.holds(),
            "{stability}"
        );
        assert_number(&stability.r_regularity.positive_dual, 2.0 / 3.0);
        let direction = &stability.at_point.direction;
        let decrease = [
            2.0 * x[0] * direction[0] - 2.0 * y[0] * direction[2],
            2.0 * x[1] * direction[1] - 6.0 * y[1] * direction[3],
        ];
        assert!(decrease.iter().all(|&d| d < -1e-5), "{decrease:?}");
        let sample = sample_qvi(&problem, &x, &y, &SampleOptions::default()).unwrap();
        let last = sample.quotients.last().unwrap();
        assert!(
            last.pairs == 20 && last.max <= 1.0 + 1e-3 && last.max > 0.9,
            "{sample}"
        );
    }
}

/// f₀ = 1, s ≥ x + c y: S(x) = {x/(1 − c)} for c < 1; nothing, or everything, for c = 1.
#[derive(Clone)]
struct Push {
    share: f64,
}
impl QviFunctions for Push {
    fn shape(&self) -> QviShape {
        QviShape {
            nx: 1,
            ny: 1,
            upper_rows: 0,
            lower_rows: 1,
        }
    }
    fn obj<T: Scalar>(&self, x: &[T], _: &[T]) -> T {
        x[0]
    }
    fn cons<T: Scalar>(&self, _: &[T], _: &[T], _: &mut [T]) {}
    fn linear_form<T: Scalar>(&self, _: &[T], _: &[T], s: &[T]) -> T {
        s[0]
    }
    fn moving_set<T: Scalar>(&self, x: &[T], y: &[T], s: &[T], c: &mut [T]) {
        c[0] = x[0] + y[0] * self.share - s[0];
    }
}

#[test]
fn a_set_that_follows_its_solution_amplifies() {
    for share in [0.5, -1.0, 0.9] {
        let problem = AutoQvi::new("push", Push { share });
        let factor = 1.0 / (1.0 - share);
        let stability = of_qvi(&problem, &[1.0], &[factor], &options()).unwrap();
        assert_modulus(&stability, [factor; 3]);
    }
    let problem = AutoQvi::new("push", Push { share: 1.0 });
    assert_violated(&of_qvi(&problem, &[0.0], &[3.0], &options()).unwrap());
}

/// A QVI whose functions have no value where y < 0.
#[derive(Clone)]
struct Logarithm;
impl QviFunctions for Logarithm {
    fn shape(&self) -> QviShape {
        QviShape {
            nx: 1,
            ny: 1,
            upper_rows: 0,
            lower_rows: 1,
        }
    }
    fn obj<T: Scalar>(&self, x: &[T], _: &[T]) -> T {
        x[0]
    }
    fn cons<T: Scalar>(&self, _: &[T], _: &[T], _: &mut [T]) {}
    fn linear_form<T: Scalar>(&self, _: &[T], y: &[T], s: &[T]) -> T {
        s[0] * y[0].ln()
    }
    fn moving_set<T: Scalar>(&self, x: &[T], _: &[T], s: &[T], c: &mut [T]) {
        c[0] = x[0] - s[0];
    }
}

#[test]
fn functions_without_a_value_are_refused() {
    let logarithm = AutoQvi::new("logarithm", Logarithm);
    let outside = of_qvi(&logarithm, &[-2.0], &[-1.0], &options());
    assert!(matches!(outside, Err(SsnError::Factor(_))), "{outside:?}");
}

/// The derivatives of the equilibrium conditions are those of their values.
#[test]
fn equilibrium_conditions_have_the_right_jacobian() {
    use nlp_model::{Model, Smooth};
    let problem = AutoQvi::new("worked", Worked);
    let problem: &dyn Qvi = &problem;
    let (x, centre) = ([1.0, 2.0], [0.5, 0.25]);
    let model = ssn::stability::Equilibrium::new(problem, &x, &centre, 0.125).unwrap();
    let zeta = [0.7, 1.3, 0.4, 0.9];
    let mut jac = vec![0.0; 16];
    model.jac_coord(&zeta, &mut jac);
    for j in 0..4 {
        let moved = |t: f64| {
            let (mut zeta, mut c) = (zeta, [0.0; 4]);
            zeta[j] += t;
            model.cons(&zeta, &mut c);
            c
        };
        let (ahead, behind) = (moved(1e-5), moved(-1e-5));
        for i in 0..4 {
            let difference = (ahead[i] - behind[i]) / 2e-5;
            assert!((jac[i + 4 * j] - difference).abs() < 1e-8, "({i}, {j})");
        }
    }
}
