//! Stability of QVIs at a point, against analysis by hand.

use nlp_model::{AutoBilevel, AutoQvi, Bilevel, QviFunctions, QviShape, Scalar};
use ssn::stability::{
    Conclusion, Sample, SampleOptions, Stability, StabilityOptions, of_bilevel, of_qvi,
    sample_bilevel, sample_qvi,
};

/// f₀ = (y₁, 2y₂), −y₁s₁ + x₁² ≤ 0, −3y₂s₂ + x₂² ≤ 0: S(x) = {(x₁, x₂/√3)} for x > 0.
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

fn bilevel(problem: &dyn Bilevel, x: &[f64], y: &[f64]) -> (Stability, Sample) {
    let stability = of_bilevel(problem, x, y, &StabilityOptions::default()).unwrap();
    let sample = sample_bilevel(problem, x, y, &SampleOptions::default()).unwrap();
    println!("{stability}\n{sample}\n");
    (stability, sample)
}

#[test]
fn worked() {
    let problem = AutoQvi::new("worked", Worked);
    let (x, y) = ([1.0, 2.0], [1.0, 2.0 / 3.0_f64.sqrt()]);
    let stability = of_qvi(&problem, &x, &y, &StabilityOptions::default()).unwrap();
    let sample = sample_qvi(&problem, &x, &y, &SampleOptions::default()).unwrap();
    println!("{stability}\n{sample}");
}

nlp_model::bilevel! {
    /// y(x) = x clipped.
    struct Clipped(x; y);
    F = y;
    G <= 0: [];
    f = (y - x).powi(2);
    g <= 0: [-y, y - 1.0];
}
nlp_model::bilevel! {
    /// y(x) = min(x, 1 − x).
    struct Roof(x; y);
    F = y;
    G <= 0: [];
    f = -y;
    g <= 0: [y - x, y + x - 1.0, -y];
}
nlp_model::bilevel! {
    /// y(x) = -sign(x).
    struct Jump(x; y);
    F = y;
    G <= 0: [];
    f = x * y;
    g <= 0: [-y - 1.0, y - 1.0];
}

#[test]
fn simple() {
    let clipped = AutoBilevel::new("clipped", Clipped);
    bilevel(&clipped, &[0.5], &[0.5]);
    bilevel(&clipped, &[-0.5], &[0.0]);
    bilevel(&clipped, &[0.0], &[0.0]);
    let roof = AutoBilevel::new("roof", Roof);
    bilevel(&roof, &[0.25], &[0.25]);
    bilevel(&roof, &[0.5], &[0.5]);
    let jump = AutoBilevel::new("jump", Jump);
    bilevel(&jump, &[0.0], &[0.0]);
    bilevel(&jump, &[0.5], &[-1.0]);
    assert!(matches!(
        bilevel(&jump, &[0.0], &[1.0]).0.conclusion(),
        Conclusion::TestFails
    ));
}
