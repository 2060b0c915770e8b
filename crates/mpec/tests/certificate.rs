//! What certificates claim, and what they refuse to claim.

use mpec::MpecError;
use mpec::bilevel::{
    Certificate, CertificateOptions, Domain, Route, Verdict, certify, check_lower_level,
    prove_value_above,
};
use nlp_model::{
    AutoBilevel, Bilevel, BilevelFunctions, BilevelShape, ModelError, Real, Scalar, TwiceSmooth,
};
use proptest::prelude::*;

nlp_model::bilevel! {
    /// Two wells; the left one is lower.
    struct TwoWells(x; y);
    F = x + y;
    G <= 0: [];
    f = (y.powi(2) - 1.0).powi(2) + 0.125 * y;
    g <= 0: [x - 3.0, -y - 2.0, y - 2.0];
}

fn ask(problem: &dyn Bilevel, x: &[f64], y: &[f64]) -> Certificate {
    certify(problem, x, y, &CertificateOptions::default()).unwrap()
}

fn two_wells(x: f64, y: f64) -> Certificate {
    ask(&AutoBilevel::new("two wells", TwoWells), &[x], &[y])
}

#[test]
fn the_better_well_is_proved_and_the_other_refuted_with_a_better_point() {
    // y (y² − 1) = −1/32
    let left = two_wells(0.0, -1.015_268);
    let Verdict::Proved(proof) = left.verdict else {
        panic!("{left}")
    };
    assert_eq!((proof.route, proof.domain), (Route::Search, Domain::Rows));
    assert!(!left.is_convex && left.boxes > 0);
    let exact = (1.015_268f64.powi(2) - 1.0).powi(2) - 0.125 * 1.015_268;
    assert!((left.value_at_y - exact).abs() < 1e-15 && left.gap() == Some(proof.gap));
    assert!(proof.lower_bound < exact && proof.lower_bound > exact - 1.2e-6);

    let right = two_wells(0.0, 0.983_992);
    assert!(right.gap().is_none() && !right.is_proved());
    let better = right.better_point().unwrap();
    assert!(matches!(
        right.verdict,
        Verdict::Refuted {
            is_proved: true,
            is_optimal: true,
            ..
        }
    ));
    assert!((better[0] + 1.015_268).abs() < 1e-4, "{right}");
}

#[test]
fn nothing_is_claimed_for_points_that_violate_rows_and_empty_lower_levels_are_proved_empty() {
    assert_eq!(two_wells(0.0, 2.5).verdict, Verdict::Infeasible);
    assert_eq!(two_wells(0.0, 2.5).violation, 0.5);
    assert_eq!(two_wells(4.0, 1.0).verdict, Verdict::Empty);
    // within the tolerance y is examined, but no y satisfies the row in x
    let barely = two_wells(3.0 + 1e-9, -1.015_268);
    assert_eq!(barely.verdict, Verdict::Empty, "{barely}");
    assert!(barely.violation > 0.9e-9 && barely.violation < 1.1e-9);
}

nlp_model::bilevel! {
    /// A linear program over an unbounded set.
    struct Unbounded(x; y1, y2);
    F = x;
    G <= 0: [];
    f = 2.0 * y1 + y2;
    g <= 0: [x - y1 - y2, -y1];
}

nlp_model::bilevel! {
    /// Not defined at 0; one equality.
    struct Entropy(x; y1, y2);
    F = x;
    G <= 0: [];
    f = y1 * y1.ln() + y2 * y2.ln();
    g <= 0: [0.01 - y1, 0.01 - y2];
    h == 0: [y1 + y2 - x];
}

#[test]
fn unbounded_sets_and_equalities_are_no_obstacle_where_the_problem_is_convex() {
    let problem = AutoBilevel::new("unbounded", Unbounded);
    let found = ask(&problem, &[1.5], &[0.0, 1.5]);
    let Verdict::Proved(proof) = found.verdict else {
        panic!("{found}")
    };
    assert_eq!((proof.route, proof.gap), (Route::Dual, 0.0));
    assert!(found.is_convex && found.boxes == 0);
    let not_optimal = ask(&problem, &[1.5], &[1.5, 0.0]);
    assert!(not_optimal.better_point().is_some(), "{not_optimal}");

    // the minimum is at equal shares
    let entropy = AutoBilevel::new("entropy", Entropy);
    let found = ask(&entropy, &[1.0], &[0.5, 0.5]);
    assert!(found.is_proved() && !found.is_convex, "{found}");
    // equalities are met at few doubles: a better point is found by local searches only
    let found = ask(&entropy, &[1.0], &[0.25, 0.75]);
    assert!(!found.is_proved(), "{found}");
    assert_eq!(
        ask(&entropy, &[1.0], &[0.0, 1.0]).verdict,
        Verdict::Undefined
    );
}

#[test]
fn with_rows_relaxed_more_points_compete() {
    let problem = AutoBilevel::new("unbounded", Unbounded);
    let relaxed = CertificateOptions {
        delta: 1e-3,
        ..CertificateOptions::default()
    };
    // f = 2y₁ + y₂ falls by δ times the multipliers (1, 1) to 2e-3 below
    let found = certify(&problem, &[1.5], &[0.0, 1.5], &relaxed).unwrap();
    assert!(!found.is_proved(), "{found}");
    let coarse = CertificateOptions {
        eps: 1e-3,
        ..relaxed
    };
    let found = certify(&problem, &[1.5], &[0.0, 1.5], &coarse).unwrap();
    let gap = found.gap().unwrap();
    assert!((gap - 2e-3).abs() < 1e-12, "{found}");
}

#[test]
fn a_search_that_may_not_branch_ends_without_a_claim() {
    let problem = AutoBilevel::new("two wells", TwoWells);
    let options = CertificateOptions {
        boxes: 0,
        ..CertificateOptions::default()
    };
    let found = certify(&problem, &[0.0], &[-1.015_268], &options).unwrap();
    assert!(matches!(found.verdict, Verdict::Multistart(_)), "{found}");
    assert!(found.gap().is_none());
    let text = found.to_string();
    assert!(text.contains("no proof") && !text.contains("gap"), "{text}");
}

/// A problem whose formulas are hidden.
struct Hidden(AutoBilevel<TwoWells>);

impl Bilevel for Hidden {
    fn nx(&self) -> usize {
        1
    }
    fn ny(&self) -> usize {
        1
    }
    fn upper(&self) -> &dyn TwiceSmooth {
        self.0.upper()
    }
    fn lower(&self) -> &dyn TwiceSmooth {
        self.0.lower()
    }
}

#[test]
fn without_formulas_there_is_multistart_only() {
    let problem = Hidden(AutoBilevel::new("two wells", TwoWells));
    let options = CertificateOptions::default();
    let left = ask(&problem, &[0.0], &[-1.015_268]);
    assert!(matches!(left.verdict, Verdict::Multistart(_)), "{left}");
    let right = ask(&problem, &[0.0], &[0.983_992]);
    let is_found = matches!(right.verdict, Verdict::Refuted { is_proved, .. } if !is_proved);
    assert!(is_found, "{right}");
    assert_eq!(ask(&problem, &[0.0], &[2.5]).verdict, Verdict::Infeasible);
    assert!(!prove_value_above(&problem, &[0.0], &[0.0], -1e9, &options).unwrap());
}

#[test]
fn cutoffs_below_the_value_are_proved_and_others_are_not() {
    let problem = AutoBilevel::new("two wells", TwoWells);
    let options = CertificateOptions::default();
    let above = |cutoff: f64| prove_value_above(&problem, &[0.0], &[1.0], cutoff, &options);
    // φ = −0.125979…, though the point given is in the other well
    assert!(above(-0.126).unwrap() && above(-7.0).unwrap());
    assert!(!above(-0.1259).unwrap() && !above(3.0).unwrap());
    assert!(above(f64::NAN).is_err());
}

#[test]
fn wrong_lengths_points_that_are_not_finite_and_options_out_of_range_are_refused() {
    let problem = AutoBilevel::new("two wells", TwoWells);
    let refuse = |x: &[f64], y: &[f64], options: &CertificateOptions| {
        certify(&problem, x, y, options).unwrap_err()
    };
    let options = CertificateOptions::default();
    let wrong = refuse(&[0.0, 1.0], &[0.0], &options);
    assert!(matches!(
        wrong,
        MpecError::Model(ModelError::Dimension { .. })
    ));
    let wrong = refuse(&[0.0], &[f64::NAN], &options);
    assert!(matches!(
        wrong,
        MpecError::Model(ModelError::NotANumber { .. })
    ));
    for bad in [-1e-9, f64::NAN, f64::INFINITY] {
        for options in [
            CertificateOptions {
                eps: bad,
                ..options
            },
            CertificateOptions {
                delta: bad,
                ..options
            },
            CertificateOptions {
                feasibility: bad,
                ..options
            },
            CertificateOptions {
                seconds: bad,
                ..options
            },
        ] {
            let wrong = refuse(&[0.0], &[0.0], &options);
            assert!(matches!(wrong, MpecError::Option { .. }));
        }
    }
}

/// A cubic with waves in two variables over a box, with an affine row and one row of either curvature.
#[derive(Clone, Debug)]
struct Random {
    a: Vec<f64>,
    waves: [f64; 3],
    affine: f64,
    round: f64,
}

impl BilevelFunctions for Random {
    fn shape(&self) -> BilevelShape {
        BilevelShape {
            nx: 1,
            ny: 2,
            lower_inequalities: 6,
            ..BilevelShape::default()
        }
    }
    fn upper_obj<T: Scalar>(&self, x: &[T], _: &[T]) -> T {
        x[0]
    }
    fn upper_cons<T: Scalar>(&self, _: &[T], _: &[T], _: &mut [T]) {}
    fn lower_obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T {
        let [x, u, v] = [Real(x[0]), Real(y[0]), Real(y[1])];
        let a = &self.a;
        let quadratic = a[0] * u + a[1] * v + a[2] * u * u + a[3] * u * v + a[4] * v * v;
        let cubic = a[5] * u.powi(3) + a[6] * u * v * v;
        let wave = (self.waves[1] * u + self.waves[2] * v + x).cos() * self.waves[0];
        (quadratic + cubic + wave + a[7] * (u - v).abs()).0
    }
    fn lower_cons<T: Scalar>(&self, _: &[T], y: &[T], c: &mut [T]) {
        let [u, v] = [Real(y[0]), Real(y[1])];
        let rows = [
            u - 1.0,
            -u - 1.0,
            v - 1.0,
            -v - 1.0,
            u + 0.5 * v - self.affine,
            (u * u + v * v - 0.7) * self.round,
        ];
        c.copy_from_slice(&rows.map(|row| row.0));
    }
}

fn random() -> impl Strategy<Value = Random> {
    let waves = (-1.0..1.0f64, -6.0..6.0f64, -6.0..6.0f64);
    let coefficients = prop::collection::vec(-1.0..1.0f64, 8);
    let round = prop::sample::select(vec![-1.0, 0.0, 1.0]);
    (coefficients, waves, -0.5..1.0f64, round).prop_map(|(a, waves, affine, round)| Random {
        a,
        waves: waves.into(),
        affine,
        round,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_proof_of_a_random_problem_is_contradicted_by_a_grid(random in random()) {
        let problem = AutoBilevel::new("random", random);
        let options = CertificateOptions { seconds: 100.0, boxes: 3000, ..CertificateOptions::default() };
        let lower = problem.lower();
        let search = check_lower_level(&problem, &[0.3], &[0.0, 0.0], &[], &options.multistart).unwrap();
        let Some(mut y) = search.best_point else { return Ok(()) };
        let mut is_settled = false;
        for _ in 0..4 {
            let found = certify(&problem, &[0.3], &y, &options).unwrap();
            if let Some(better) = found.better_point() {
                y = better.to_vec();
                continue;
            }
            // kinks along curved rows may keep the search from closing
            let Verdict::Proved(proof) = found.verdict else { return Ok(()) };
            let mut c = [0.0; 6];
            for k in 0..101 * 101 {
                let z = [0.3, f64::from(k % 101 - 50) / 50.0, f64::from(k / 101 - 50) / 50.0];
                lower.cons(&z, &mut c);
                let is_inside = c.iter().all(|c| *c <= -1e-13 || *c == 0.0);
                prop_assert!(!is_inside || lower.obj(&z) > proof.lower_bound - 1e-12, "{found} at {z:?}");
            }
            is_settled = true;
            break;
        }
        prop_assert!(is_settled, "refuted again and again");
    }
}
