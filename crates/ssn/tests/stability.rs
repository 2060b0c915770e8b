//! Stability of QVIs at a point, against analysis by hand.

use nlp_model::{
    AutoBilevel, AutoQvi, Bilevel, BilevelFunctions, ModelError, Qvi, QviFunctions, QviShape,
    Scalar, bilevel,
};
use ssn::SsnError;
use ssn::stability::{
    Answer, Conclusion, Modulus, Sample, SampleOptions, Stability, StabilityOptions, of_bilevel,
    of_qvi, sample_bilevel, sample_qvi,
};

const NEAR: f64 = 1e-6;

fn options() -> StabilityOptions {
    StabilityOptions::default()
}

fn at(functions: impl BilevelFunctions + Clone, x: &[f64], y: &[f64]) -> Stability {
    of_bilevel(&AutoBilevel::new("case", functions), x, y, &options()).unwrap()
}

fn sampled(functions: impl BilevelFunctions + Clone, x: &[f64], y: &[f64]) -> Sample {
    let problem = AutoBilevel::new("case", functions);
    sample_bilevel(&problem, x, y, &SampleOptions::default()).unwrap()
}

/// The bound is there, exact, and equal to these numbers in the 1-, 2- and ∞-norm.
#[track_caller]
fn assert_modulus(stability: &Stability, [sum, euclidean, max]: [f64; 3]) -> Modulus {
    let Some(modulus) = stability.bound() else {
        panic!("no bound: {stability}");
    };
    for (found, expected) in [
        (modulus.sum, sum),
        (modulus.euclidean, euclidean),
        (modulus.max, max),
    ] {
        let is_near = |v: f64| (v - expected).abs() <= NEAR * (1.0 + expected);
        assert!(is_near(found.lower) && is_near(found.upper), "{modulus}");
    }
    modulus
}

#[track_caller]
fn assert_number(condition: &ssn::stability::Condition, expected: f64) {
    let number = condition.number.unwrap();
    assert!(
        (number - expected).abs() <= NEAR * (1.0 + expected.abs()),
        "{condition}"
    );
}

#[track_caller]
fn assert_missing(stability: &Stability, expected: &[&'static str]) {
    assert_eq!(
        stability.conclusion(),
        Conclusion::CannotTell(expected.to_vec()),
        "{stability}"
    );
    assert_eq!(stability.bound(), None);
}

/// Some multipliers show that the test fails, and they are what they claim.
#[track_caller]
fn assert_violated(stability: &Stability) {
    assert_eq!(stability.conclusion(), Conclusion::TestFails, "{stability}");
    assert_eq!(stability.bound(), None);
    let violation = stability.violation.as_ref().unwrap();
    assert!(
        violation.by_y.iter().all(|a| a.abs() <= NEAR),
        "{stability}"
    );
    assert!(violation.by_x.iter().any(|a| a.abs() > 0.1), "{stability}");
    let signs = [&violation.v[..], &violation.omega, &[violation.lambda]].concat();
    assert!(signs.iter().all(|&v| v >= 0.0), "{stability}");
}

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

bilevel! {
    /// y(x) = x clipped to [0, 1].
    struct Clipped(x; y);
    F = y;
    G <= 0: [];
    f = (y - x).powi(2);
    g <= 0: [-y, y - 1.0];
}

/// The responses behind φ are both ends of [0, 1], with ∇(f − φ) = 2(ȳ − ŷ)(−1, 1): y = x gives the factor 1.
#[test]
fn a_follower_between_its_bounds_has_several_responses() {
    let stability = at(Clipped, &[0.5], &[0.5]);
    assert_modulus(&stability, [1.0; 3]);
    assert_eq!(stability.uniqueness.answer, Answer::Fails);
    assert_eq!(stability.responses, [[0.0], [1.0]]);
    assert_number(&stability.sharpness, 1.0);
}

/// f₀ = 2(y − x) = 1 at y = 0 is the sharpness; nothing moves.
#[test]
fn a_follower_at_its_bound_does_not_move() {
    let stability = at(Clipped, &[-0.5], &[0.0]);
    assert_modulus(&stability, [0.0; 3]);
    assert_number(&stability.sharpness, 1.0);
    assert!(stability.uniqueness.holds() && stability.r_regularity.holds());
}

/// The gap is 2y(y − x) near the kink: at x = 0 it grows as y². S has the modulus 1 there; calmness fails.
#[test]
fn at_a_kink_of_a_smooth_follower_nothing_is_claimed() {
    let stability = at(Clipped, &[0.0], &[0.0]);
    assert_missing(&stability, &["calmness"]);
    let sample = sampled(Clipped, &[0.0], &[0.0]);
    assert!(
        sample.quotients[2].sharpness < 1e-2 && sample.quotients[0].sharpness < 1.0,
        "{sample}"
    );
}

bilevel! {
    /// y(x) = min(x, 1 − x), a linear program.
    struct Roof(x; y);
    F = y;
    G <= 0: [];
    f = -y;
    g <= 0: [y - x, y + x - 1.0, -y];
}

#[test]
fn a_linear_follower_moves_with_its_active_row() {
    let stability = at(Roof, &[0.25], &[0.25]);
    assert_modulus(&stability, [1.0; 3]);
    assert_eq!(stability.calmness.number, None, "all affine: {stability}");
}

/// Calm and Lipschitz-like with modulus 1, but v = (1, 0), ω = (0, 1), λ = 1 gives A_y = 0, Aₓ = −2: the estimate
/// of the coderivative is too large at a degenerate vertex.
#[test]
fn at_the_ridge_the_test_fails() {
    let stability = at(Roof, &[0.5], &[0.5]);
    assert_violated(&stability);
    assert!(stability.calmness.holds() && stability.multipliers.len() == 2);
    assert_eq!(
        stability.r_regularity.nondegenerate_vertex.answer,
        Answer::Fails
    );
    // F + λ(f − φ) = (1 − λ)y + λ min(x, 1 − x) falls with y for λ < 1
    let penalty = stability.penalty.unwrap();
    assert!((penalty.lower - 1.0).abs() < 1e-5, "{penalty}");
}

bilevel! {
    /// y(x) = −sign(x), everything at x = 0.
    struct Jump(x; y);
    F = y;
    G <= 0: [];
    f = x * y;
    g <= 0: [-y - 1.0, y - 1.0];
}

/// S(0) = [−1, 1] and S(x) = {−1} for x > 0: not Lipschitz-like at (0, 0), where S(x) has no points nearby.
#[test]
fn a_jump_is_not_lipschitz_like_in_its_middle() {
    assert_violated(&at(Jump, &[0.0], &[0.0]));
    let sample = sampled(Jump, &[0.0], &[0.0]);
    assert!(
        sample.quotients.iter().all(|q| q.pairs == 0 && q.far == 20),
        "{sample}"
    );
}

/// Nor at (0, 1): the sampled quotients are about 2 divided by the distance of the data.
#[test]
fn a_jump_is_not_lipschitz_like_at_its_end() {
    assert_violated(&at(Jump, &[0.0], &[1.0]));
    let sample = sampled(Jump, &[0.0], &[1.0]);
    let growth = sample.quotients[2].max / sample.quotients[0].max;
    assert!(growth > 20.0, "{sample}");
}

/// Away from it, f₀ = x is the sharpness.
#[test]
fn beside_a_jump_all_is_well() {
    let stability = at(Jump, &[0.5], &[-1.0]);
    assert_modulus(&stability, [0.0; 3]);
    assert_number(&stability.sharpness, 0.5);
}

bilevel! {
    /// y = x, by two inequalities.
    struct Squeezed(x; y);
    F = y;
    G <= 0: [];
    f = y;
    g <= 0: [y - x, x - y];
}

#[test]
fn opposite_inequalities_fail_mangasarian_fromovitz() {
    let stability = at(Squeezed, &[1.0], &[1.0]);
    assert_eq!(stability.at_point.condition.answer, Answer::Fails);
    assert_eq!(stability.behind_value.condition.answer, Answer::Fails);
    assert_eq!(stability.bound(), None);
}

bilevel! {
    /// The same as an equality: nothing fails.
    struct Equal(x; y);
    F = y;
    G <= 0: [];
    f = y;
    g <= 0: [];
    h == 0: [y - x];
}

#[test]
fn an_equality_moves_the_follower_along() {
    assert_modulus(&at(Equal, &[1.0], &[1.0]), [1.0; 3]);
}

bilevel! {
    /// y² ≤ 0: the gradient of the row vanishes.
    struct Flat(x; y);
    F = y;
    G <= 0: [];
    f = y * x;
    g <= 0: [y.powi(2)];
}

#[test]
fn a_vanishing_gradient_fails_mangasarian_fromovitz() {
    // y = 0 has no multipliers unless x = 0
    let problem = AutoBilevel::new("flat", Flat);
    let options = StabilityOptions {
        convex: true,
        ..options()
    };
    let found = of_bilevel(&problem, &[1.0], &[0.0], &options);
    assert!(matches!(found, Err(SsnError::NotASolution(_))), "{found:?}");
    // computed to 1e-6 only, it has large ones
    let stability = of_bilevel(&problem, &[1.0], &[-1e-6], &options).unwrap();
    assert_eq!(
        stability.behind_value.condition.answer,
        Answer::Fails,
        "{stability}"
    );
    assert_eq!(stability.bound(), None);
}

bilevel! {
    /// y = M x with M = (1 2; ½ −3), far from its bounds.
    struct Linear(x1, x2; y1, y2);
    F = y1;
    G <= 0: [];
    f = (y1 - x1 - x2 * 2.0).powi(2) + (y2 - x1 * 0.5 + x2 * 3.0).powi(2) * 3.0;
    g <= 0: [y1 - 50.0, -y1 - 50.0, y2 - 50.0, -y2 - 50.0];
}

/// Operator norms of M: largest column sum 5, row sum 3.5, and σ² = (14.25 + √(11.75² + 1))/2.
#[test]
fn a_linear_solution_has_the_operator_norms() {
    let sigma = ((14.25 + (11.75_f64.powi(2) + 1.0).sqrt()) / 2.0).sqrt();
    let stability = at(Linear, &[1.0, -2.0], &[-3.0, 6.5]);
    assert_modulus(&stability, [5.0, sigma, 3.5]);
    assert_eq!(stability.responses.len(), 4);
}

bilevel! {
    /// S(x) = {x} × [0, 1 + x]: a set of solutions.
    struct Edge(x; y1, y2);
    F = y2;
    G <= 0: [];
    f = y1;
    g <= 0: [x - y1, -y2, y2 - 1.0 - x];
}

/// Inside, only y₁ moves. At the corner both do: by (dx, dx), of 1-norm 2.
#[test]
fn a_set_of_solutions_moves_with_its_edge() {
    assert_modulus(&at(Edge, &[0.5], &[0.5, 0.5]), [1.0; 3]);
    assert_modulus(&at(Edge, &[0.5], &[0.5, 1.5]), [2.0, 2.0_f64.sqrt(), 1.0]);
    let sample = sampled(Edge, &[0.5], &[0.5, 1.5]);
    assert!(
        sample.quotients[2].sum <= 2.0 + 1e-3 && sample.quotients[2].sum > 1.9,
        "{sample}"
    );
}

bilevel! {
    /// The point of the unit disk farthest along −(x, 1).
    struct Disk(x; y1, y2);
    F = y1;
    G <= 0: [];
    f = x * y1 + y2;
    g <= 0: [y1.powi(2) + y2.powi(2) - 1.0];
}

/// One response by the curvature of the disk (2w = 1 with w = ½). The gap grows as the square of the distance.
#[test]
fn a_curved_boundary_is_not_sharp() {
    let stability = at(Disk, &[0.0], &[0.0, -1.0]);
    assert!(stability.uniqueness.holds());
    assert_number(&stability.uniqueness, 1.0);
    assert_missing(&stability, &["convexity of the moving set", "calmness"]);
}

bilevel! {
    /// y = √x, a vertex of a curved row.
    struct Root(x; y);
    F = y;
    G <= 0: [];
    f = -y;
    g <= 0: [y.powi(2) - x];
}

#[test]
fn a_vertex_of_a_curved_row_needs_the_word_that_it_is_convex() {
    let problem = AutoBilevel::new("root", Root);
    let stability = of_bilevel(&problem, &[4.0], &[2.0], &options()).unwrap();
    assert_missing(&stability, &["convexity of the moving set"]);
    let options = StabilityOptions {
        convex: true,
        ..options()
    };
    let stability = of_bilevel(&problem, &[4.0], &[2.0], &options).unwrap();
    assert_modulus(&stability, [0.25; 3]);
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

bilevel! {
    /// y(x) = x, with f − φ = x − y for y ≤ x.
    struct Penalized(x; y);
    F = (x - 2.0).powi(2) + 3.0 * y;
    G <= 0: [];
    f = -y;
    g <= 0: [y - x, -y - 5.0];
}

/// F grows by 3 with y: λ must be at least 3, or y < x is better. The sharpness 1 says that this is enough.
#[test]
fn the_penalty_is_bounded_on_both_sides() {
    let problem = AutoBilevel::new("penalized", Penalized);
    let penalty = of_bilevel(&problem, &[0.5], &[0.5], &options())
        .unwrap()
        .penalty
        .unwrap();
    assert!((penalty.lower - 3.0).abs() < 1e-5, "{penalty}");
    assert!((penalty.upper.unwrap() - 3.0).abs() < 1e-5, "{penalty}");
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
fn bad_input_is_refused() {
    let clipped = AutoBilevel::new("clipped", Clipped);
    let of = |x: &[f64], y: &[f64], radius: f64| {
        let options = StabilityOptions {
            radius,
            ..options()
        };
        of_bilevel(&clipped, x, y, &options)
    };
    assert!(matches!(of(&[0.5], &[0.4], 1.0), Err(SsnError::NotASolution(r)) if r > 0.1));
    assert!(matches!(of(&[0.5], &[2.0], 1.0), Err(SsnError::NotASolution(r)) if r > 0.9));
    let wrong = of(&[0.5, 1.0], &[0.5], 1.0);
    assert!(matches!(
        wrong,
        Err(SsnError::Model(ModelError::Dimension { .. }))
    ));
    let nan = of(&[f64::NAN], &[0.5], 1.0);
    assert!(matches!(
        nan,
        Err(SsnError::Model(ModelError::NotANumber { .. }))
    ));
    for radius in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(
            of(&[0.5], &[0.5], radius),
            Err(SsnError::Option { name: "radius", .. })
        ));
    }
    let spread = SampleOptions {
        spread: 0.0,
        ..SampleOptions::default()
    };
    let refused = sample_bilevel(&clipped, &[0.5], &[0.5], &spread);
    assert!(matches!(
        refused,
        Err(SsnError::Option { name: "spread", .. })
    ));
    let logarithm = AutoQvi::new("logarithm", Logarithm);
    let outside = of_qvi(&logarithm, &[-2.0], &[-1.0], &options());
    assert!(matches!(outside, Err(SsnError::Factor(_))), "{outside:?}");
}

#[test]
fn two_calls_agree_to_the_last_bit() {
    let problem = AutoBilevel::new("linear", Linear);
    let point = ([1.0, -2.0], [-3.0, 6.5]);
    let run = || {
        let problem: &dyn Bilevel = &problem;
        (
            of_bilevel(problem, &point.0, &point.1, &options()).unwrap(),
            sample_bilevel(problem, &point.0, &point.1, &SampleOptions::default()).unwrap(),
        )
    };
    assert_eq!(run(), run());
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
