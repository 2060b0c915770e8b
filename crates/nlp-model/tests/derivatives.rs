//! Exact derivatives against differences, hand-computed values, and each other.

use nlp_model::{
    AutoBilevel, AutoModel, AutoQvi, Bilevel, Functions, Linearised, Meta, Model, Qvi,
    QviFunctions, QviShape, Scalar, Smooth, Verb, check,
};
use proptest::prelude::*;

struct Mixed;
impl Functions for Mixed {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        (x[0] * x[1]).exp() + x[2].powi(3) / (x[3] * x[3] + 2.0) + x[0].sin() * x[3].cos()
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[0] * 2.0 - x[3] + 1.0;
        c[1] = x[1] * x[2] * x[3] + (x[0] * x[0] + 1.0).ln();
        c[2] = (x[2] * x[2] + 0.5).sqrt() - x[1].powf(2.0).max(x[0]);
    }
}

proptest! {
    #[test]
    fn all_derivatives_agree_with_differences(
        x in proptest::collection::vec(-1.5..1.5f64, 4)
    ) {
        prop_assume!((x[1] * x[1] - x[0]).abs() > 0.05); // away from the kink of max
        let model = AutoModel::new(Mixed, Meta::new("mixed", 4, 3));
        let errors = check::derivatives(&model, &x).unwrap();
        prop_assert!(errors.max() < 1e-7, "{:?}", errors);
    }
}

#[test]
fn constant_rows_of_the_jacobian_cost_no_evaluation_and_are_right() {
    let model = AutoModel::new(Mixed, Meta::new("mixed", 4, 3));
    let entries: Vec<_> = model.jac_structure().iter().collect();
    assert_eq!(
        entries.iter().filter(|e| e.0 == 0).count(),
        2,
        "row 0 keeps its two entries"
    );
    let mut vals = vec![0.0; entries.len()];
    model.jac_coord(&[f64::NAN; 4], &mut vals);
    for (&(i, j), value) in entries.iter().zip(vals) {
        match (i, j) {
            (0, 0) => assert_eq!(value, 2.0),
            (0, 3) => assert_eq!(value, -1.0),
            _ => assert!(value.is_nan(), "NaN in, NaN out at ({i}, {j})"),
        }
    }
    assert_eq!(model.counters().unwrap().get(Verb::Jac), 1);
}

nlp_model::bilevel! {
    /// A nonconvex lower level with curvature in every block.
    pub struct Curved(x1, x2; y1, y2);
    F = x1 * y1 + x2.powi(2) - 2.0 * y2;
    G <= 0: [x1 + y1 * y2 - 1.0];
    H == 0: [x2 - y2];
    f = x1.exp() * y1.powi(3) + 0.5 * y2.powi(2) * x2 + (x1 * y1 * y2).sin();
    g <= 0: [1.0 / (2.0 + x1.powi(2)) - y1.powi(2) * y2, y2 - 3.0];
}

#[test]
fn the_notation_gives_sizes_rows_and_equalities() {
    let p = AutoBilevel::new("Curved", Curved);
    assert_eq!((p.nx(), p.ny()), (2, 2));
    assert_eq!((p.upper().meta().ncon(), p.lower().meta().ncon()), (2, 2));
    assert_eq!(
        [0, 1].map(|i| p.upper().meta().is_equality(i)),
        [false, true]
    );
    let mut c = [0.0; 2];
    p.upper().cons(&[1.0, 2.0, 3.0, 4.0], &mut c);
    assert_eq!(c, [12.0, -2.0]);
    for model in [p.upper(), p.lower()] {
        let errors = check::derivatives(model, &[0.3, -0.4, 0.7, 0.2]).unwrap();
        assert!(errors.max() < 1e-7, "{errors:?}");
    }
}

#[test]
fn the_linearised_lower_level_has_exact_derivatives_and_the_right_values() {
    let p = AutoBilevel::new("Curved", Curved);
    let qvi = Linearised::new(&p).unwrap();
    let lower = qvi.lower();
    let point = [0.3, -0.4, 0.7, 0.2, -0.5, 1.1];
    let errors = check::derivatives(lower, &point).unwrap();
    assert!(
        errors.gradient.max(errors.jacobian).max(errors.hessian) < 1e-7,
        "{errors:?}"
    );
    // sᵀ∇ᵧf by hand: ∇ᵧf = (3 eˣ¹ y1² + x1 y2 cos, x2 y2 + x1 y1 cos), cos = cos(x1 y1 y2)
    let (x1, x2, y1, y2) = (point[0], point[1], point[2], point[3]);
    let cos = (x1 * y1 * y2).cos();
    let gradient = [
        3.0 * x1.exp() * y1 * y1 + x1 * y2 * cos,
        x2 * y2 + x1 * y1 * cos,
    ];
    let value = point[4] * gradient[0] + point[5] * gradient[1];
    assert!((lower.obj(&point) - value).abs() < 1e-14);
    let mut c = [0.0; 2];
    lower.cons(&point, &mut c);
    let g = 1.0 / (2.0 + x1 * x1) - point[4].powi(2) * point[5];
    assert!((c[0] - g).abs() < 1e-14 && (c[1] - (point[5] - 3.0)).abs() < 1e-14);
}

#[derive(Clone)]
struct MovingSet;
impl QviFunctions for MovingSet {
    fn shape(&self) -> QviShape {
        QviShape {
            nx: 1,
            ny: 1,
            upper_rows: 0,
            lower_rows: 1,
        }
    }
    fn obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T {
        x[0] * y[0]
    }
    fn cons<T: Scalar>(&self, _: &[T], _: &[T], _: &mut [T]) {}
    fn linear_form<T: Scalar>(&self, x: &[T], y: &[T], s: &[T]) -> T {
        s[0] * (y[0] * y[0] + x[0])
    }
    fn moving_set<T: Scalar>(&self, _: &[T], y: &[T], s: &[T], c: &mut [T]) {
        c[0] = s[0] - y[0] * 0.5;
    }
}

#[test]
fn a_qvi_is_two_models_over_x_y_and_s() {
    let p = AutoQvi::new("moving", MovingSet);
    assert_eq!((p.upper().meta().nvar(), p.lower().meta().nvar()), (2, 3));
    assert_eq!(p.lower().obj(&[1.0, 2.0, 3.0]), 15.0);
    assert!(
        check::derivatives(p.lower(), &[1.0, 2.0, 3.0])
            .unwrap()
            .max()
            < 1e-8
    );
}
