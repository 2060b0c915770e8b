//! Results at points lie in the results over intervals.

use mpec::interval::Interval;
use proptest::prelude::*;

/// An interval and a member; often thin, at zero, or wide.
fn with_member() -> impl Strategy<Value = (Interval, f64)> {
    let scale = prop::sample::select(vec![1e-12, 1e-3, 1.0, 50.0, 1e8]);
    let end = prop_oneof![4 => -1.0..1.0f64, 1 => Just(0.0)];
    (end, 0.0..1.0f64, 0.0..=1.0f64, scale, any::<bool>()).prop_map(
        |(lo, width, part, scale, thin)| {
            let lo = lo * scale;
            let hi = if thin { lo } else { lo + width * scale };
            (Interval::new(lo, hi), (lo + part * (hi - lo)).clamp(lo, hi))
        },
    )
}

/// Moves of at most 2 doubles: `value` is itself rounded.
fn holds_nearly(set: Interval, value: f64) -> bool {
    value.is_nan()
        || (set.lo() <= value.next_up().next_up() && value.next_down().next_down() <= set.hi())
}

proptest! {
    #[test]
    fn arithmetic_holds_the_rounded_results((a, x) in with_member(), (b, y) in with_member()) {
        prop_assert!((a + b).contains(x + y));
        prop_assert!((a - b).contains(x - y));
        prop_assert!((a * b).contains(x * y));
        prop_assert!(y == 0.0 || (a / b).contains(x / y), "{x} / {y} in {:?}", a / b);
        prop_assert!(a.min(b).contains(x.min(y)) && a.max(b).contains(x.max(y)));
        prop_assert!(a.hull(b).contains(x) && a.hull(b).contains(y));
        prop_assert!(a.abs().contains(x.abs()) && (-a).contains(-x));
        prop_assert!(a.contains(a.mid()) && x.abs() <= a.mag());
    }

    #[test]
    fn sums_of_two_points_are_as_narrow_as_doubles_allow_and_products_nearly(x in -1e3..1e3f64, y in -1e-3..1e-3f64) {
        let sum = Interval::point(x) + Interval::point(y);
        prop_assert!(sum.lo() == sum.hi() || sum.lo().next_up() == sum.hi());
        let product = Interval::point(x) * Interval::point(y);
        // a product that is not seen to be exact is moved on both sides
        prop_assert!(product.hi() <= product.lo().next_up().next_up());
        let exact = Interval::point(x.trunc()) * Interval::point(0.25);
        prop_assert!(exact.lo() == exact.hi());
        // x + y − sum is exact in the rounding error of the sum
        let error = Interval::point(x) + Interval::point(y) - Interval::point(x + y);
        prop_assert!(error.contains(0.0));
    }

    #[test]
    fn functions_hold_the_results_of_the_library((a, x) in with_member(), n in -5..=7i32, p in -2.5..2.5f64) {
        let results = [
            ("powi", a.powi(n), if n < 0 && x == 0.0 { f64::NAN } else { x.powi(n) }),
            ("powf", a.powf(p), if x == 0.0 && p < 0.0 { f64::NAN } else { x.powf(p) }),
            ("exp", a.exp(), x.exp()),
            ("ln", a.ln(), if x > 0.0 { x.ln() } else { f64::NAN }),
            ("sqrt", a.sqrt(), x.sqrt()),
            ("sin", a.sin(), x.sin()),
            ("cos", a.cos(), x.cos()),
            ("tan", a.tan(), x.tan()),
        ];
        for (name, set, value) in results {
            // powers by repeated products gather a few roundings
            let slack = if name == "powi" { 1e-14 * value.abs() } else { 0.0 };
            let wide = Interval::new(set.lo() - slack, set.hi() + slack);
            let is_held = value.is_nan() || holds_nearly(wide, value);
            prop_assert!(is_held, "{name}({x}) = {value} in {set:?}");
        }
    }

    #[test]
    fn branches_hold_what_either_side_gives((a, x) in with_member()) {
        let (one, two) = (Interval::point(1.0), Interval::point(2.0));
        let taken = if x >= 0.0 { 1.0 } else { 2.0 };
        prop_assert!(a.select(one, two).contains(taken));
    }
}

#[test]
fn waves_reach_their_extremes() {
    let at = Interval::new;
    assert_eq!(at(0.0, 7.0).sin(), at(-1.0, 1.0));
    assert_eq!(at(1.0, 2.0).sin().hi(), 1.0);
    assert!(at(1.0, 2.0).sin().lo() <= 1f64.sin() && at(1.0, 2.0).sin().lo() > 0.84);
    assert_eq!(at(3.0, 3.5).cos().lo(), -1.0);
    assert!(at(3.0, 3.5).cos().hi() < -0.93);
    assert_eq!(at(1.0, 2.0).tan(), Interval::ENTIRE);
    assert!(at(-1.0, 1.0).tan().hi() < 1.5575);
    assert_eq!(Interval::point(1e30).cos(), at(-1.0, 1.0));
}

#[test]
fn outside_of_the_domain_there_is_no_value() {
    let negative = Interval::new(-2.0, -1.0);
    assert!(negative.sqrt().is_empty() && negative.ln().is_empty());
    assert!(negative.powf(0.4).is_empty() && Interval::ZERO.ln().is_empty());
    assert!((Interval::EMPTY + negative).is_empty() && Interval::EMPTY.exp().is_empty());
    assert_eq!(Interval::new(-1.0, 4.0).sqrt(), Interval::new(0.0, 2.0));
    assert_eq!(Interval::new(2.0, 1.0), Interval::EMPTY);
    assert_eq!(
        Interval::new(f64::NAN, 1.0),
        Interval::new(f64::NEG_INFINITY, 1.0)
    );
}

#[test]
fn decimal_fractions_are_widened_and_binary_ones_are_not() {
    assert_eq!(Interval::literal(0.375), Interval::point(0.375));
    assert_eq!(Interval::literal(1e15), Interval::point(1e15));
    let tenth = Interval::literal(0.1);
    assert!(tenth.lo() < 0.1 && 0.1 < tenth.hi() && tenth.width() < 1e-16);
}
