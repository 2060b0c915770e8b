//! Readings of one formula beside each other: intervals against numbers and dual numbers.

use nlp_model::{AutoModel, Functions, Meta, Model, Real, Scalar, Smooth, Tape, TwiceSmooth};
use proptest::prelude::*;

use super::{Contractor, Derivatives, Expression, Interval, triangle};

/// Every operation of a tape, over (x; y₁, y₂, y₃).
struct Formulas;

impl Functions for Formulas {
    fn obj<T: Scalar>(&self, z: &[T]) -> T {
        let [x, a, b, c] = [Real(z[0]), Real(z[1]), Real(z[2]), Real(z[3])];
        let smooth = (a * b - 0.3 * x).exp() + (a * a + 1.0).ln() * c.sin() - b.powi(3);
        let quotients = (c - b) / (2.5 + a.cos()) + (b * b + 0.7).powi(-2);
        let roots = (b + 4.0).sqrt() + (c + 5.0).powf(1.7) + (0.2 * a).tan() + (b * c).atan();
        (smooth + quotients + roots + a.abs() * c.min(b) - a.max(0.25 * c)).0
    }
    fn cons<T: Scalar>(&self, z: &[T], c: &mut [T]) {
        let [x, a, b, d] = [Real(z[0]), Real(z[1]), Real(z[2]), Real(z[3])];
        c[0] = (a * a + b * b + d * d - 2.0 - x).0;
        c[1] = (a * b * d - 0.1 * d.exp()).0;
        c[2] = ((a - b).select((a - b).powi(2), 3.0 * (a - b)) - d.abs().sqrt()).0;
        c[3] = (x * x - 2.0).0;
        c[4] = (d / (a - 2.25) - (b + 4.0).ln() + b.powi(5) - (d + 3.5).powf(-0.4)).0;
    }
}

const ROWS: usize = 5;

fn tape() -> Tape {
    Tape::record(&Formulas, 4, ROWS)
}

fn model() -> AutoModel<Formulas> {
    AutoModel::new(Formulas, Meta::new("formulas", 4, ROWS))
}

/// A box in [−2, 2]³ and a point in it.
fn box_and_point() -> impl Strategy<Value = (Vec<Interval>, Vec<f64>)> {
    let side = (-2.0..2.0f64, 0.0..1.5f64, 0.0..=1.0f64, any::<bool>());
    prop::collection::vec(side, 3).prop_map(|sides| {
        let ends = |&(lo, width, part, thin): &(f64, f64, f64, bool)| {
            let hi = (lo + if thin { 0.0 } else { width }).min(2.0);
            (Interval::new(lo, hi), (lo + part * (hi - lo)).clamp(lo, hi))
        };
        sides.iter().map(ends).unzip()
    })
}

/// `value` is in `set` but for rounding of the value.
fn holds(set: Interval, value: f64) -> bool {
    let slack = 1e-12 * (1.0 + value.abs());
    !value.is_finite() || (set.lo() - slack <= value && value <= set.hi() + slack)
}

proptest! {
    #[test]
    fn values_and_derivatives_at_points_lie_in_those_over_the_box(
        x in -1.0..1.0f64, (region, y) in box_and_point(),
    ) {
        let (tape, model) = (tape(), model());
        let expression = Expression::new(&tape, &[x]);
        let mut over_box = Derivatives::new(&expression);
        over_box.evaluate(&expression, &region, 2);
        let z = [&[x], &y[..]].concat();

        let outputs: Vec<usize> = std::iter::once(tape.obj()).chain(tape.cons().iter().copied()).collect();
        let mut values = [0.0; ROWS + 1];
        values[0] = model.obj(&z);
        model.cons(&z, &mut values[1..]);
        let mut jac = vec![0.0; model.jac_structure().nnz()];
        let mut grad = vec![0.0; 4];
        model.grad(&z, &mut grad);
        model.jac_coord(&z, &mut jac);
        for (k, &op) in outputs.iter().enumerate() {
            prop_assert!(holds(over_box.value(op), values[k]), "value {k}");
            let mut weights = vec![0.0; ROWS];
            if k > 0 {
                grad.fill(0.0);
                for ((i, j), a) in model.jac_structure().iter().zip(&jac) {
                    if i == k - 1 {
                        grad[j] = *a;
                    }
                }
                weights[k - 1] = 1.0;
            }
            for i in 0..3 {
                let enclosure = over_box.gradient(op)[i];
                prop_assert!(holds(enclosure, grad[i + 1]), "{k}: {} in {enclosure:?}", grad[i + 1]);
            }
            let sigma = if k == 0 { 1.0 } else { 0.0 };
            let mut hess = vec![0.0; model.hess_structure().nnz()];
            model.hess_coord(&z, &weights, sigma, &mut hess);
            for ((i, j), h) in model.hess_structure().iter().zip(hess) {
                if j > 0 {
                    let enclosure = over_box.hessian(op)[triangle(i - 1, j - 1)];
                    prop_assert!(holds(enclosure, h), "{k}: {h} in {enclosure:?} at ({i}, {j})");
                }
            }
        }
    }

    #[test]
    fn hull_consistency_keeps_every_point_that_satisfies_the_requirements(
        x in -1.0..1.0f64, (mut region, y) in box_and_point(), slack in 0.0..0.3f64,
    ) {
        let (tape, model) = (tape(), model());
        let z = [&[x], &y[..]].concat();
        let mut c = vec![0.0; ROWS];
        model.cons(&z, &mut c);
        let value = model.obj(&z);
        prop_assume!(value.is_finite() && c.iter().all(|c| c.is_finite()));
        // sets that y satisfies barely
        let below = |v: f64| Interval::new(f64::NEG_INFINITY, v + 1e-11 * (1.0 + v.abs()) + slack);
        let mut required: Vec<_> = tape.cons().iter().zip(&c).map(|(&k, &c)| (k, below(c))).collect();
        required[1].1 = Interval::new(c[1] - 1e-11, c[1] + 1e-11);
        required.push((tape.obj(), below(value)));
        let expression = Expression::new(&tape, &[x]);
        let before = region.clone();
        prop_assert!(Contractor::new(&expression).contract(&expression, &required, &mut region, 6));
        for ((side, before), y) in region.iter().zip(before).zip(&y) {
            prop_assert!(side.contains(*y) && side.is_within(before), "{y} in {side:?}");
        }
    }
}

#[test]
fn a_quadratic_has_a_constant_hessian_over_an_unbounded_box() {
    struct Quadratic;
    impl Functions for Quadratic {
        fn obj<T: Scalar>(&self, z: &[T]) -> T {
            (z[1] - z[2]) * (z[1] - z[0] * 3.0) + (z[2] - 1.0).powi(2) - z[3] / 2.0
        }
    }
    let tape = Tape::record(&Quadratic, 4, 0);
    let expression = Expression::new(&tape, &[2.0]);
    let mut everywhere = Derivatives::new(&expression);
    everywhere.evaluate(&expression, &[Interval::ENTIRE; 3], 2);
    let number = Interval::point;
    let zero = Interval::ZERO;
    let expected = [number(2.0), number(-1.0), number(2.0), zero, zero, zero];
    assert_eq!(everywhere.hessian(tape.obj()), expected);
    assert_eq!(everywhere.gradient(tape.obj())[2], number(-0.5));
    let y = [number(1.0), number(4.0), number(7.0)];
    everywhere.evaluate(&expression, &y, 1);
    // ∂/∂y₁ = 2y₁ − y₂ − 6, ∂/∂y₂ = −y₁ + 6 + 2(y₂ − 1)
    assert_eq!(
        everywhere.gradient(tape.obj())[..2],
        [number(-8.0), number(11.0)]
    );
    assert_eq!(
        everywhere.value(tape.obj()),
        number(-3.0 * -5.0 + 9.0 - 3.5)
    );
}

#[test]
fn jumps_poles_and_ends_of_domains_have_no_bounded_derivative() {
    struct Rough;
    impl Functions for Rough {
        fn obj<T: Scalar>(&self, z: &[T]) -> T {
            z[0].select(T::from(1.0), T::from(0.0)) + z[0] * 2.0
        }
        fn cons<T: Scalar>(&self, z: &[T], c: &mut [T]) {
            c[0] = T::from(1.0) / z[0];
            c[1] = z[0].powi(-1);
            c[2] = z[0].sqrt();
            c[3] = (z[0] * 0.5 + 1.5).tan();
            c[4] = z[0].abs();
        }
    }
    let tape = Tape::record(&Rough, 1, 5);
    let expression = Expression::new(&tape, &[]);
    let mut around_zero = Derivatives::new(&expression);
    around_zero.evaluate(&expression, &[Interval::new(-1.0, 1.0)], 2);
    for op in std::iter::once(tape.obj()).chain(tape.cons()[..4].iter().copied()) {
        assert_eq!(around_zero.gradient(op), [Interval::ENTIRE]);
    }
    let kink = tape.cons()[4];
    assert_eq!(around_zero.gradient(kink), [Interval::new(-1.0, 1.0)]);
    assert_eq!(around_zero.hessian(kink), [Interval::ENTIRE]);
    around_zero.evaluate(&expression, &[Interval::new(0.25, 1.0)], 2);
    assert_eq!(around_zero.gradient(tape.obj()), [Interval::point(2.0)]);
    assert_eq!(
        around_zero.gradient(tape.cons()[1]),
        [Interval::new(-16.0, -1.0)]
    );
}

#[test]
fn hull_consistency_solves_rows_with_one_variable_and_ignores_sides_not_taken() {
    struct Rows;
    impl Functions for Rows {
        fn obj<T: Scalar>(&self, z: &[T]) -> T {
            z[0]
        }
        fn cons<T: Scalar>(&self, z: &[T], c: &mut [T]) {
            c[0] = z[0] * 2.0 - 3.0;
            c[1] = -z[0].powi(3) - 8.0;
            // ln(y₂) is needed where y₁ ≥ 0 only
            c[2] = z[0].select(z[1].ln(), z[1] - 1.0);
        }
    }
    let tape = Tape::record(&Rows, 2, 3);
    let expression = Expression::new(&tape, &[]);
    let below = Interval::new(f64::NEG_INFINITY, 0.0);
    let required: Vec<_> = tape.cons().iter().map(|&k| (k, below)).collect();
    let contract = |region: &mut [Interval]| {
        Contractor::new(&expression).contract(&expression, &required, region, 6)
    };
    let mut region = [Interval::ENTIRE, Interval::new(-5.0, 5.0)];
    assert!(contract(&mut region));
    assert!(region[0].hi() == 1.5 && (region[0].lo() + 2.0).abs() < 1e-12);
    assert_eq!(region[1], Interval::new(-5.0, 5.0));
    let mut region = [Interval::new(0.5, 9.0), Interval::new(-5.0, 5.0)];
    assert!(contract(&mut region));
    assert!(region[1].lo() >= 0.0 && region[1].hi() < 1.0 + 1e-12);
    assert!(!contract(&mut [Interval::new(2.0, 9.0), Interval::ENTIRE]));
}
