//! Bad input ends in a typed error or an honest status, never in a panic and never in success.

use stackelberg::linalg::Pattern;
use stackelberg::nlp_model::{
    AutoBilevel, Bilevel, BilevelFunctions, ClosureModel, Meta, ModelError, TwiceSmooth,
};
use stackelberg::ssn::value_function::{Solution, solve_bilevel};
use stackelberg::ssn::{Options, SsnError};
use stackelberg::stopping::Status;

stackelberg::bilevel! {
    /// min (x − 1)² + (y − 1)², y ∈ argmin { (y − x)² : −y ≤ 0 }, −x ≤ 0; solution (1, 1).
    struct Plain(x; y);
    F = (x - 1.0).powi(2) + (y - 1.0).powi(2);
    G <= 0: [-x];
    f = (y - x).powi(2);
    g <= 0: [-y];
}

stackelberg::bilevel! {
    /// No constraint at either level; solution (1, 1).
    struct Free(x; y);
    F = (x - 1.0).powi(2) + (y - 1.0).powi(2);
    G <= 0: [];
    f = (y - x).powi(2);
    g <= 0: [];
}

stackelberg::bilevel! {
    /// NaN at the start.
    struct NanAtStart(x; y);
    F = (x - 2.0).sqrt() + y;
    G <= 0: [-x];
    f = (y - x).powi(2);
    g <= 0: [-y];
}

stackelberg::bilevel! {
    /// The logarithm is not defined where the unconstrained descent leads.
    struct NanHalfway(x; y);
    F = 3.0 * x + x.ln() + (y - 1.0).powi(2);
    G <= 0: [];
    f = (y - x).powi(2);
    g <= 0: [-y];
}

stackelberg::bilevel! {
    /// Infinite at the start: 1/x at x = 0.
    struct InfiniteAtStart(x; y);
    F = 1.0 / x + y;
    G <= 0: [-x];
    f = (y - x).powi(2);
    g <= 0: [-y];
}

stackelberg::bilevel! {
    /// The lower level is linear in a free variable: unbounded below.
    struct UnboundedLower(x; y);
    F = x.powi(2) + y.powi(2);
    G <= 0: [-x];
    f = y;
    g <= 0: [];
}

stackelberg::bilevel! {
    /// Every constraint twice: multipliers are not unique, the Newton matrix is singular.
    struct Twice(x; y);
    F = (x - 1.0).powi(2) + (y + 1.0).powi(2);
    G <= 0: [-x, -x];
    f = (y + x).powi(2);
    g <= 0: [-y, -y];
}

fn solve<B: BilevelFunctions + Clone>(
    functions: B,
    x0: &[f64],
    y0: &[f64],
    lambda: f64,
) -> Result<Solution, SsnError> {
    let problem = AutoBilevel::new("test", functions);
    let production = solve_bilevel(&problem, x0, y0, lambda, &Options::production());
    let published = solve_bilevel(&problem, x0, y0, lambda, &Options::published());
    match (&production, &published) {
        (Ok(_), Ok(published)) => assert_honest(published),
        (Err(a), Err(b)) => assert_eq!(a, b),
        _ => panic!("one variant refuses what the other accepts"),
    }
    production.inspect(assert_honest)
}

/// Success only with a small residual; a residual that is a number belongs to finite iterates.
fn assert_honest(run: &Solution) {
    assert_eq!(run.status.is_success(), run.residual <= 1e-6, "{run}");
    if run.residual.is_finite() {
        assert!(
            run.x
                .iter()
                .chain(&run.y)
                .chain(&run.xi)
                .all(|v| v.is_finite()),
            "{run}"
        );
    }
}

#[test]
fn the_plain_problem_is_solved() {
    let run = solve(Plain, &[0.0], &[0.0], 1.0).unwrap();
    assert!(run.status.is_success(), "{run}");
    assert!(
        (run.x[0] - 1.0).abs() < 1e-6 && (run.y[0] - 1.0).abs() < 1e-6,
        "{run}"
    );
}

#[test]
fn wrong_lengths_are_errors() {
    let length = |name, expected, found| ModelError::Dimension {
        name,
        expected,
        found,
    };
    let error = solve(Plain, &[0.0, 1.0], &[0.0], 1.0).unwrap_err();
    assert_eq!(error, SsnError::Model(length("x0", 1, 2)));
    let error = solve(Plain, &[0.0], &[], 1.0).unwrap_err();
    assert_eq!(error, SsnError::Model(length("y0", 1, 0)));
}

#[test]
fn a_start_that_is_not_finite_is_an_error() {
    let error = solve(Plain, &[f64::NAN], &[0.0], 1.0).unwrap_err();
    assert_eq!(
        error,
        SsnError::Model(ModelError::NotANumber {
            name: "x0",
            index: 0
        })
    );
    let error = solve(Plain, &[0.0], &[f64::NEG_INFINITY], 1.0).unwrap_err();
    assert_eq!(
        error,
        SsnError::Model(ModelError::Infinite {
            name: "y0",
            index: 0
        })
    );
}

#[test]
fn a_penalty_parameter_that_is_not_positive_is_an_error() {
    for lambda in [0.0, -1.0, f64::INFINITY] {
        let error = solve(Plain, &[0.0], &[0.0], lambda).unwrap_err();
        assert_eq!(error, SsnError::PenaltyParameter(lambda));
    }
    let problem = AutoBilevel::new("plain", Plain);
    let nan = solve_bilevel(&problem, &[0.0], &[0.0], f64::NAN, &Options::default());
    assert!(matches!(nan, Err(SsnError::PenaltyParameter(lambda)) if lambda.is_nan()));
}

#[test]
fn options_out_of_range_are_errors() {
    let problem = AutoBilevel::new("plain", Plain);
    let good = Options::default();
    let bad = [
        Options {
            tolerance: -1.0,
            ..good.clone()
        },
        Options {
            tolerance: f64::NAN,
            ..good.clone()
        },
        Options {
            contraction: 1.0,
            ..good.clone()
        },
        Options {
            memory: 0,
            ..good.clone()
        },
        Options {
            regularization: vec![0.0],
            ..good.clone()
        },
        Options {
            attempts: Vec::new(),
            ..good
        },
    ];
    for options in bad {
        let result = solve_bilevel(&problem, &[0.0], &[0.0], 1.0, &options);
        assert!(
            matches!(result, Err(SsnError::Option { .. })),
            "{options:?}"
        );
    }
}

#[test]
fn functions_that_are_not_finite_at_the_start_are_a_domain_error() {
    let run = solve(NanAtStart, &[0.0], &[0.0], 1.0).unwrap();
    assert_eq!((run.status, run.iterations), (Status::DomainError, 0));
    assert_eq!((run.x[0], run.y[0]), (0.0, 0.0), "the start is not lost");
    let run = solve(InfiniteAtStart, &[0.0], &[0.0], 1.0).unwrap();
    assert_eq!(run.status, Status::DomainError);
}

#[test]
fn nan_halfway_rejects_steps_and_keeps_the_last_good_iterate() {
    let run = solve(NanHalfway, &[0.5], &[1.0], 1.0).unwrap();
    assert!(
        run.objective.is_finite() && run.residual.is_finite(),
        "{run}"
    );
    assert!(run.x[0] > 0.0 && !run.status.is_success(), "{run}");
}

#[test]
fn a_function_that_turns_nan_after_the_start_ends_at_the_start() {
    // NaN everywhere but at the start itself: every trial point is outside of the domain
    let level = |name| {
        ClosureModel::builder(Meta::new(name, 2, 0))
            .obj(|z| if z == [0.0, 0.0] { 0.0 } else { f64::NAN })
            .grad(|z, g| g.fill(if z == [0.0, 0.0] { 1.0 } else { f64::NAN }))
            .hess(Pattern::lower_triangle(2), |_, _, _, vals| {
                vals.copy_from_slice(&[1.0, 0.0, 1.0])
            })
            .build()
            .unwrap()
    };
    struct Levels(ClosureModel, ClosureModel);
    impl Bilevel for Levels {
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
            &self.1
        }
    }
    let problem = Levels(level("upper"), level("lower"));
    let run = solve_bilevel(&problem, &[0.0], &[0.0], 1.0, &Options::default()).unwrap();
    assert_eq!(run.status, Status::DomainError);
    assert_eq!((run.x[0], run.y[0]), (0.0, 0.0));
    assert!(run.residual.is_finite());
}

#[test]
fn levels_without_constraints_are_fine() {
    let run = solve(Free, &[3.0], &[-2.0], 1.0).unwrap();
    assert!(run.status.is_success(), "{run}");
    assert!(
        (run.x[0] - 1.0).abs() < 1e-6 && (run.y[0] - 1.0).abs() < 1e-6,
        "{run}"
    );
    assert!(run.u.is_empty() && run.v.is_empty() && run.w.is_empty());
}

#[test]
fn an_unbounded_lower_level_is_never_a_success() {
    let run = solve(UnboundedLower, &[1.0], &[1.0], 1.0).unwrap();
    assert!(!run.status.is_success(), "{run}");
    assert!(run.residual > 0.1, "{run}");
}

#[test]
fn a_singular_newton_matrix_is_regularized() {
    let run = solve(Twice, &[1.0], &[1.0], 1.0).unwrap();
    assert!(run.status.is_success(), "{run}");
    // y = max(−x, 0) = 0 for x ≥ 0: F = (x − 1)² + 1
    assert!((run.objective - 1.0).abs() < 1e-5, "{run}");
}

#[test]
fn contradictory_bounds_are_an_error_of_the_model() {
    let error = Meta::new("m", 1, 1)
        .constraint_bounds(&[1.0], &[0.0])
        .unwrap_err();
    assert!(matches!(
        error,
        ModelError::ContradictoryBounds { index: 0, .. }
    ));
    let error = Meta::new("m", 1, 0)
        .variable_bounds(&[2.0], &[1.0])
        .unwrap_err();
    assert!(matches!(
        error,
        ModelError::ContradictoryBounds { index: 0, .. }
    ));
}

#[test]
fn models_that_do_not_fit_their_sizes_are_an_error() {
    struct Misfit(AutoBilevel<Plain>);
    impl Bilevel for Misfit {
        fn nx(&self) -> usize {
            2
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
    let problem = Misfit(AutoBilevel::new("plain", Plain));
    let result = solve_bilevel(&problem, &[0.0, 0.0], &[0.0], 1.0, &Options::default());
    assert!(
        matches!(result, Err(SsnError::Model(ModelError::Dimension { .. }))),
        "{result:?}"
    );
}
