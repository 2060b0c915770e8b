//! The check of lower-level optimality where the value function is known.

use linalg::Pattern;
use mpec::MpecError;
use mpec::bilevel::{LowerLevelCheck, LowerLevelOptions, LowerLevelStatus, check_lower_level};
use nlp_model::{
    AutoBilevel, Bilevel, BilevelFunctions, ClosureModel, Meta, ModelError, TwiceSmooth,
};
use proptest::prelude::*;

fn check<B: BilevelFunctions + Clone>(functions: B, x: &[f64], y: &[f64]) -> LowerLevelCheck {
    let problem = AutoBilevel::new("a problem", functions);
    check_lower_level(&problem, x, y, &[], &LowerLevelOptions::default()).unwrap()
}

nlp_model::bilevel! {
    /// J. F. Bard (1988), Example 1.
    struct Bard(x; y);
    F = (x - 5.0).powi(2) + (2.0 * y + 1.0).powi(2);
    G <= 0: [-x];
    f = (y - 1.0).powi(2) - 1.5 * x * y;
    g <= 0: [-3.0 * x + y + 3.0, x - 0.5 * y - 4.0, x + y - 7.0, -y];
}

#[test]
fn a_convex_lower_level_is_solved_inside_and_on_its_boundary() {
    // x = 3: y = 1 + 3x/4 is inside, φ = 2.25² − 4.5 · 3.25
    let inside = check(Bard, &[3.0], &[3.25]);
    assert_eq!(inside.status, LowerLevelStatus::NoBetterPointFound);
    assert!(
        inside.gap < 1e-9 && (inside.best_value + 9.5625).abs() < 1e-9,
        "{inside}"
    );
    // x = 1: only y = 0 is feasible
    let corner = check(Bard, &[1.0], &[0.0]);
    assert_eq!(
        (corner.status, corner.gap),
        (LowerLevelStatus::NoBetterPointFound, 0.0)
    );
    assert_eq!((corner.best_value, corner.violation), (1.0, 0.0));
    let wrong = check(Bard, &[3.0], &[1.0]);
    assert_eq!(wrong.status, LowerLevelStatus::Refuted);
    assert!((wrong.gap - (9.5625 - 4.5)).abs() < 1e-8 && wrong.is_refuted());
}

nlp_model::bilevel! {
    /// f′ = (y + 2) y (y − 1): minima −8/3 at −2 and −5/12 at 1.
    struct TwoMinima(x; y);
    F = x;
    G <= 0: [];
    f = y.powi(4) / 4.0 + y.powi(3) / 3.0 - y.powi(2) + x;
    g <= 0: [];
}

#[test]
fn the_wrong_one_of_two_minima_is_refuted_by_the_other() {
    let wrong = check(TwoMinima, &[5.0], &[1.0]);
    assert_eq!(wrong.status, LowerLevelStatus::Refuted);
    assert!((wrong.gap - 2.25).abs() < 1e-10, "{wrong}");
    assert!((wrong.best_point.unwrap()[0] + 2.0).abs() < 1e-5);
    let right = check(TwoMinima, &[5.0], &[-2.0]);
    assert_eq!(right.status, LowerLevelStatus::NoBetterPointFound);
    // a maximum between them
    assert!((check(TwoMinima, &[0.0], &[0.0]).gap - 8.0 / 3.0).abs() < 1e-10);
}

nlp_model::bilevel! {
    struct Kinks(x; y1, y2);
    F = x;
    G <= 0: [];
    f = (y1 - x).abs() + 3.0 * (y2 + x).abs();
    g <= 0: [y1 - 10.0];
}

#[test]
fn the_poll_refutes_where_newton_meets_kinks() {
    let solved = check(Kinks, &[0.37], &[0.37, -0.37]);
    assert_eq!(
        (solved.status, solved.gap),
        (LowerLevelStatus::NoBetterPointFound, 0.0)
    );
    let wrong = check(Kinks, &[0.37], &[0.37, -0.37 + 1e-5]);
    assert_eq!(wrong.status, LowerLevelStatus::Refuted);
    assert!((wrong.gap - 3e-5).abs() < 1e-7, "{wrong}");
}

nlp_model::bilevel! {
    struct Capped(x; y);
    F = x;
    G <= 0: [];
    f = -y;
    g <= 0: [y - 1.0, y.powi(2) - 4.0];
}

nlp_model::bilevel! {
    struct Empty(x; y);
    F = x;
    G <= 0: [];
    f = y;
    g <= 0: [y.powi(2) + 1.0];
}

#[test]
fn an_infeasible_point_is_called_so_and_better_values_do_not_count_for_it() {
    let beyond = check(Capped, &[0.0], &[1.5]);
    assert_eq!(beyond.status, LowerLevelStatus::Infeasible);
    assert_eq!(
        (beyond.violation, beyond.gap, beyond.value_at_y),
        (0.5, 0.0, -1.5)
    );
    assert!((beyond.best_value + 1.0).abs() < 1e-7, "{beyond}");
    let nowhere = check(Empty, &[0.0], &[0.0]);
    assert_eq!(
        (nowhere.status, nowhere.gap),
        (LowerLevelStatus::Infeasible, 0.0)
    );
    assert_eq!(
        (nowhere.best_value, nowhere.best_point),
        (f64::INFINITY, None)
    );
}

nlp_model::bilevel! {
    struct Falling(x; y1, y2);
    F = x;
    G <= 0: [];
    f = y1 - y2;
    g <= 0: [y1 - 2.0 * y2, -y1];
}

nlp_model::bilevel! {
    struct FallingInAStrip(x; y1, y2);
    F = x;
    G <= 0: [];
    f = -y1 - y2;
    g <= 0: [y1 - y2 - 1.0, y2 - y1 - 1.0];
}

#[test]
fn an_unbounded_lower_level_is_flagged() {
    for found in [
        check(Falling, &[0.0], &[1.0, 1.0]),
        check(FallingInAStrip, &[0.0], &[0.0, 0.0]),
    ] {
        assert_eq!(found.status, LowerLevelStatus::Unbounded, "{found}");
        assert!(found.gap >= 1e20 && found.best_value.is_finite());
    }
}

nlp_model::bilevel! {
    struct Root(x; y);
    F = x;
    G <= 0: [];
    f = y - y.sqrt();
    g <= 0: [];
}

#[test]
fn nan_at_the_point_is_a_domain_error_and_elsewhere_a_barrier() {
    let nan = check(Root, &[0.0], &[-1.0]);
    assert_eq!(nan.status, LowerLevelStatus::DomainError);
    assert!(nan.gap.is_nan() && nan.best_value.is_nan() && nan.is_refuted());
    // minimum −1/4 at 1/4
    let wrong = check(Root, &[0.0], &[1.0]);
    assert_eq!(wrong.status, LowerLevelStatus::Refuted);
    assert!((wrong.gap - 0.25).abs() < 1e-12, "{wrong}");
    assert_eq!(
        check(Root, &[0.0], &[0.25]).status,
        LowerLevelStatus::NoBetterPointFound
    );
}

nlp_model::bilevel! {
    struct OnePoint(x; y1, y2);
    F = x;
    G <= 0: [];
    f = y1;
    g <= 0: [y1.powi(2) + y2.powi(2)];
}

#[test]
fn a_feasible_set_without_interior_does_not_refute_by_rounding() {
    // a violation of ε allows f = −√ε; there are no multipliers
    let found = check(OnePoint, &[0.0], &[0.0, 0.0]);
    assert_eq!(
        found.status,
        LowerLevelStatus::NoBetterPointFound,
        "{found}"
    );
    assert!(found.gap < 1e-6);
}

nlp_model::bilevel! {
    struct Projection(x; y1, y2);
    F = x;
    G <= 0: [];
    f = y1.powi(2) + y2.powi(2);
    g <= 0: [];
    h == 0: [y1 + y2 - x];
}

#[test]
fn equality_rows_are_followed() {
    let wrong = check(Projection, &[3.0], &[3.0, 0.0]);
    assert_eq!(wrong.status, LowerLevelStatus::Refuted);
    assert!((wrong.gap - 4.5).abs() < 1e-7, "{wrong}");
    let right = check(Projection, &[3.0], &[1.5, 1.5]);
    assert_eq!(right.status, LowerLevelStatus::NoBetterPointFound);
    assert_eq!(check(Projection, &[3.0], &[1.5, 1.0]).violation, 0.5);
}

nlp_model::bilevel! {
    /// f = −max(0, 1 − 10⁴ (y − 37.31)²).
    struct NarrowWell(x; y);
    F = x;
    G <= 0: [];
    f = -(1.0 - 1e4 * (y - 37.31).powi(2) + (1.0 - 1e4 * (y - 37.31).powi(2)).abs()) / 2.0;
    g <= 0: [y - 100.0];
}

#[test]
fn what_the_starts_miss_a_point_of_the_caller_shows() {
    let missed = check(NarrowWell, &[0.0], &[0.0]);
    assert_eq!(missed.status, LowerLevelStatus::NoBetterPointFound);
    assert!(
        missed
            .to_string()
            .contains("multistart: a lower bound of the gap, no proof")
    );
    let problem = AutoBilevel::new("narrow", NarrowWell);
    let options = LowerLevelOptions::default();
    let found = check_lower_level(&problem, &[0.0], &[0.0], &[&[37.3105]], &options).unwrap();
    assert_eq!(
        (found.status, found.starts),
        (LowerLevelStatus::Refuted, missed.starts + 1)
    );
    assert!((found.gap - 1.0).abs() < 1e-6, "{found}");
}

/// f = −y² over z = (x, y) with bounds on both and no rows.
struct WithBounds(ClosureModel);

impl WithBounds {
    fn new() -> Self {
        let meta = Meta::new("bounds", 2, 0).variable_bounds(&[0.0, -1.0], &[1.0, 2.0]);
        let model = ClosureModel::builder(meta.unwrap())
            .obj(|z| -z[1] * z[1])
            .grad(|z, g| g.copy_from_slice(&[0.0, -2.0 * z[1]]))
            .hess(Pattern::diagonal(2), |_, _, sigma, vals| {
                vals.copy_from_slice(&[0.0, -2.0 * sigma]);
            });
        WithBounds(model.build().unwrap())
    }
}

impl Bilevel for WithBounds {
    fn nx(&self) -> usize {
        1
    }
    fn ny(&self) -> usize {
        1
    }
    fn upper(&self) -> &dyn TwiceSmooth {
        &self.0
    }
    fn lower(&self) -> &dyn TwiceSmooth {
        &self.0
    }
}

#[test]
fn bounds_of_variables_count_as_rows_of_the_lower_level() {
    let at = |x: f64, y: f64| {
        check_lower_level(
            &WithBounds::new(),
            &[x],
            &[y],
            &[],
            &LowerLevelOptions::default(),
        )
        .unwrap()
    };
    let local = at(0.5, -1.0);
    assert_eq!((local.status, local.gap), (LowerLevelStatus::Refuted, 3.0));
    assert_eq!(at(0.5, 2.0).status, LowerLevelStatus::NoBetterPointFound);
    assert_eq!(
        (at(0.5, 2.5).status, at(0.5, 2.5).violation),
        (LowerLevelStatus::Infeasible, 0.5)
    );
    // x is outside of its bounds: nothing is feasible
    assert_eq!(
        (at(1.25, 2.0).violation, at(1.25, 2.0).best_point),
        (0.25, None)
    );
}

#[test]
fn misuse_is_an_error_that_names_it() {
    let problem = AutoBilevel::new("Bard", Bard);
    let refuse = |x: &[f64], y: &[f64], point: &[f64], options: &LowerLevelOptions| {
        check_lower_level(&problem, x, y, &[point], options).unwrap_err()
    };
    let options = LowerLevelOptions::default();
    let one = [1.0];
    assert!(matches!(
        refuse(&[], &one, &one, &options),
        MpecError::Model(ModelError::Dimension {
            name: "x",
            expected: 1,
            found: 0
        })
    ));
    assert!(matches!(
        refuse(&one, &[1.0, 2.0], &one, &options),
        MpecError::Model(ModelError::Dimension {
            name: "y",
            found: 2,
            ..
        })
    ));
    assert!(matches!(
        refuse(&one, &[f64::NAN], &one, &options),
        MpecError::Model(ModelError::NotANumber {
            name: "y",
            index: 0
        })
    ));
    assert!(matches!(
        refuse(&one, &one, &[f64::INFINITY], &options),
        MpecError::Model(ModelError::Infinite {
            name: "points",
            index: 0
        })
    ));
    for bad in [
        LowerLevelOptions {
            tolerance: -1.0,
            ..options
        },
        LowerLevelOptions {
            feasibility: f64::NAN,
            ..options
        },
    ] {
        assert!(matches!(
            refuse(&one, &one, &one, &bad),
            MpecError::Option { .. }
        ));
    }
}

nlp_model::bilevel! {
    struct BoxedQuadratic(x1, x2; y1, y2);
    F = x1;
    G <= 0: [];
    f = 2.0 * (y1 - x1).powi(2) + 0.5 * (y2 - x2).powi(2);
    g <= 0: [y1 - 1.0, -1.0 - y1, y2 - 1.0, -1.0 - y2];
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_gap_of_a_convex_quadratic_is_exact(
        x in prop::array::uniform2(-2.0..2.0),
        y in prop::array::uniform2(-1.0..1.0),
    ) {
        let x: [f64; 2] = x;
        let f = |y: [f64; 2]| 2.0 * (y[0] - x[0]).powi(2) + 0.5 * (y[1] - x[1]).powi(2);
        let solution = x.map(|x| x.clamp(-1.0, 1.0));
        let found = check(BoxedQuadratic, &x, &y);
        prop_assert!((found.gap - (f(y) - f(solution))).abs() < 1e-7, "{}", found);
        prop_assert_eq!(check(BoxedQuadratic, &x, &solution).status, LowerLevelStatus::NoBetterPointFound);
        prop_assert_eq!(found.clone(), check(BoxedQuadratic, &x, &y));
    }
}
