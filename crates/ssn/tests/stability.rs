//! Stability of lower-level solutions at a point, against analysis by hand.

#[path = "stability/common.rs"]
mod common;
#[path = "stability/quasi_variational.rs"]
mod quasi_variational;

use common::{
    assert_missing, assert_modulus, assert_number, assert_violated, at, options, sampled,
};
use nlp_model::{AutoBilevel, Bilevel, ModelError, bilevel};
use ssn::SsnError;
use ssn::stability::{Answer, SampleOptions, StabilityOptions, of_bilevel, sample_bilevel};

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
