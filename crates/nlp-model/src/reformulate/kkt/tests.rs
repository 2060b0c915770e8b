//! Derivatives and values of the KKT conditions.

use super::KktConditions;
use crate::{AutoBilevel, AutoQvi, Linearised, Model, Mpcc, QviFunctions, QviShape, Scalar, check};

crate::bilevel! {
    struct Convex(x; y1, y2);
    F = (x - 1.0).powi(2) + y1 * y2;
    G <= 0: [x - 3.0];
    f = (y1 - x).powi(2) + y2.powi(4) + x * y1 * y2 + (0.3 * y1).exp();
    g <= 0: [y1 + y2.powi(2) * x - 1.0, -y1];
    h == 0: [y1 - y2 * y2.exp()];
}

#[test]
fn derivatives_of_a_bilevel_program_are_exact() {
    let bilevel = AutoBilevel::new("convex", Convex);
    let qvi = Linearised::new(&bilevel).unwrap();
    let mpcc = KktConditions::new(&qvi).unwrap();
    // (x, y₁, y₂, λ₁, λ₂, λ₃); rows G, two of stationarity, h, two of −g, two of λ
    assert_eq!((mpcc.meta().nvar(), mpcc.meta().ncon()), (6, 8));
    assert_eq!(mpcc.pairs(), &[(4, 6), (5, 7)]);
    let point = [0.7, 0.4, 0.3, 0.5, 1.5, -0.8];
    assert!(check::derivatives(&mpcc, &point).unwrap().max() < 1e-6);
    let mut c = [0.0; 8];
    mpcc.cons(&point, &mut c);
    // ∂/∂y₁: 2(y₁ − x) + x y₂ + 0.3 e^{0.3 y₁} + λ₁ − λ₂ + λ₃
    let expected = 2.0 * -0.3 + 0.21 + 0.3 * 0.12f64.exp() + 0.5 - 1.5 - 0.8;
    assert!((c[1] - expected).abs() < 1e-14);
    assert_eq!((c[5], c[6], c[7]), (0.4, 0.5, 1.5));
}

#[derive(Clone)]
struct Moving;
impl QviFunctions for Moving {
    fn shape(&self) -> QviShape {
        QviShape {
            nx: 1,
            ny: 2,
            upper_rows: 0,
            lower_rows: 2,
        }
    }
    fn obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T {
        x[0] * y[0] - y[1]
    }
    fn cons<T: Scalar>(&self, _: &[T], _: &[T], _: &mut [T]) {}
    fn linear_form<T: Scalar>(&self, x: &[T], y: &[T], s: &[T]) -> T {
        s[0] * (y[0] - x[0]) * y[1] + s[1] * (y[1].exp() - y[0])
    }
    fn moving_set<T: Scalar>(&self, x: &[T], y: &[T], s: &[T], c: &mut [T]) {
        c[0] = s[0] * s[0] * y[1] - x[0] + s[1];
        c[1] = y[0] * s[1].exp() - x[0] * s[0];
    }
}

#[test]
fn derivatives_of_a_quasi_variational_inequality_are_exact() {
    let qvi = AutoQvi::new("moving", Moving);
    let mpcc = KktConditions::new(&qvi).unwrap();
    assert_eq!((mpcc.meta().nvar(), mpcc.meta().ncon()), (5, 6));
    let point = [0.7, 0.4, 0.3, 0.5, 1.5];
    let report = check::derivatives(&mpcc, &point).unwrap();
    assert!(report.max() < 1e-7, "{report:?}");
    let mut c = [0.0; 6];
    mpcc.cons(&point, &mut c);
    // f₀₁ + λ₁ 2 y₁ y₂ − λ₂ x
    let expected = (0.4 - 0.7) * 0.3 + 0.5 * 2.0 * 0.4 * 0.3 - 1.5 * 0.7;
    assert!((c[0] - expected).abs() < 1e-15);
}
