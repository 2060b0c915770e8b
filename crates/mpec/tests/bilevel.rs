//! The bilevel driver on problems that can be solved by enumeration, and on problems without a solution.

use linalg::Pattern;
use mpec::MpecError;
use mpec::bilevel::{BilevelOptions, BilevelSolution, BilevelStatus, Reason, Verdict, solve};
use nlp_model::{
    AutoBilevel, Bilevel, BilevelFunctions, BilevelShape, ClosureModel, Meta, ModelError, Real,
    Scalar, TwiceSmooth,
};
use proptest::prelude::*;

fn run(problem: &dyn Bilevel) -> BilevelSolution {
    solve(problem, &BilevelOptions::default()).unwrap()
}

fn run_functions<B: BilevelFunctions + Clone>(functions: B) -> BilevelSolution {
    run(&AutoBilevel::new("a problem", functions))
}

/// Cubics with waves at both levels, x and y in [−1, 1], one row that couples them.
#[derive(Clone, Debug)]
struct Waves {
    upper: [f64; 5],
    lower: [f64; 6],
    coupling: f64,
}

impl BilevelFunctions for Waves {
    fn shape(&self) -> BilevelShape {
        BilevelShape {
            nx: 1,
            ny: 1,
            upper_inequalities: 2,
            lower_inequalities: 3,
            ..BilevelShape::default()
        }
    }
    fn upper_obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T {
        let ([a, b, c, d, e], [x, y]) = (self.upper, [Real(x[0]), Real(y[0])]);
        (a * x + b * y + c * x * y + d * (y - e).powi(2) + x * x).0
    }
    fn upper_cons<T: Scalar>(&self, x: &[T], _: &[T], c: &mut [T]) {
        c.copy_from_slice(&[(Real(x[0]) - 1.0).0, (-Real(x[0]) - 1.0).0]);
    }
    fn lower_obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T {
        let ([a, b, c, d, e, f], [x, y]) = (self.lower, [Real(x[0]), Real(y[0])]);
        (a * y + b * x * y + c * y * y + d * y.powi(3) + e * (4.0 * y + f * x).cos()).0
    }
    fn lower_cons<T: Scalar>(&self, x: &[T], y: &[T], c: &mut [T]) {
        let [x, y] = [Real(x[0]), Real(y[0])];
        let rows = [y - 1.0, -y - 1.0, y - 0.5 * x - self.coupling];
        c.copy_from_slice(&rows.map(|row| row.0));
    }
}

fn waves() -> impl Strategy<Value = Waves> {
    let numbers = |n| prop::collection::vec(-1.0..1.0f64, n);
    (numbers(5), numbers(6), 0.0..1.0f64).prop_map(|(upper, lower, coupling)| Waves {
        upper: upper.try_into().unwrap(),
        lower: lower.try_into().unwrap(),
        coupling,
    })
}

/// The smallest F over a grid of x, with y among the grid points whose f is smallest.
fn best_on_grid(problem: &dyn Bilevel, steps: i32) -> f64 {
    let (upper, lower) = (problem.upper(), problem.lower());
    let part = |k: i32| f64::from(k) / f64::from(steps);
    let mut c = [0.0; 3];
    let mut best = f64::INFINITY;
    for i in -steps..=steps {
        let mut response: Option<(f64, f64)> = None;
        for k in -steps..=steps {
            let z = [part(i), part(k)];
            lower.cons(&z, &mut c);
            let f = lower.obj(&z);
            if c.iter().all(|c| *c <= 0.0) && response.is_none_or(|(_, least)| f < least) {
                response = Some((z[1], f));
            }
        }
        if let Some((y, _)) = response {
            best = best.min(upper.obj(&[part(i), y]));
        }
    }
    best
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn nothing_on_a_grid_is_better_at_either_level(waves in waves()) {
        let problem = AutoBilevel::new("waves", waves);
        let solution = run(&problem);
        prop_assert_eq!(solution.status, BilevelStatus::Proved, "{}", solution);
        let Some(Verdict::Proved(proof)) = solution.certificate.as_ref().map(|c| c.verdict.clone()) else {
            return Err(TestCaseError::fail("no proof"));
        };
        // rows that y violates by rounding are relaxed in the proof
        prop_assert!(solution.lower_violation <= 1e-6 && solution.upper_violation <= 1e-6);
        let mut c = [0.0; 3];
        for k in -5000..=5000 {
            let z = [solution.x[0], f64::from(k) / 5000.0];
            problem.lower().cons(&z, &mut c);
            let is_better = problem.lower().obj(&z) < proof.lower_bound - 1e-12;
            prop_assert!(!is_better || c.iter().any(|c| *c > 0.0), "{} at {:?}", solution, z);
        }
        // a grid point's y may be better for the leader than the solution nearby, by O(step)
        let grid = best_on_grid(&problem, 500);
        prop_assert!(solution.objective <= grid + 2e-2, "{} on the grid\n{}", grid, solution);
    }
}

nlp_model::bilevel! {
    /// At x ≤ 0 the follower sits in the right well; the leader is stopped where it changes to the left one.
    struct Jump(x; y);
    F = -x - y;
    G <= 0: [x - 1.0, -x - 1.0];
    f = (y.powi(2) - 1.0).powi(2) + 0.5 * x * y;
    g <= 0: [-y - 2.0, y - 2.0];
}

#[test]
fn a_solution_at_a_jump_of_the_response_is_found_with_cuts_and_proved() {
    let solution = run_functions(Jump);
    assert_eq!(solution.status, BilevelStatus::Proved, "{solution}");
    assert!(solution.reasons.is_empty());
    // F = −1 − 15x/16 + O(x²) for x ≤ 0, and F > 0 beyond the jump
    assert!(
        solution.x[0].abs() < 1e-5 && (solution.y[0] - 1.0).abs() < 1e-5,
        "{solution}"
    );
    assert!(solution.refuted > 0);
    let text = solution.to_string();
    for part in [
        "proved",
        "F = ",
        "multipliers",
        "runs",
        "optimality of F is not verified",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

nlp_model::bilevel! {
    /// y₂ is free for the follower at x₁ = x₂ only; y₁ solves a bounded linear program.
    struct Pair(x1, x2; y1, y2);
    F = (x1 - 1.0).powi(2) + (x2 - 2.0).powi(2) + y1 + y2;
    G <= 0: [-x1, -x2, x1 + x2 - 4.0];
    f = -y1 + (y2 - x1).powi(2);
    g <= 0: [y1 + y2 - x2, -y1, -y2];
}

#[test]
fn multipliers_and_stationarity_are_those_of_the_point() {
    let solution = run_functions(Pair);
    assert_eq!(solution.status, BilevelStatus::Proved, "{solution}");
    let (x, y, w) = (&solution.x, &solution.y, &solution.lower_multipliers);
    // ∇ᵧf + Σ wⱼ ∇ᵧgⱼ = 0
    let residual = [-1.0 + w[0] - w[1], 2.0 * (y[1] - x[0]) + w[0] - w[2]];
    assert!(residual.iter().all(|r| r.abs() < 1e-6), "{solution}");
    assert!(solution.lower_residual < 1e-6 && w.iter().all(|w| *w >= 0.0));
    assert!(
        solution
            .stationarity
            .is_some_and(|report| report.strongest.is_some())
    );
    assert!(solution.evaluations > 0 && solution.runs > 0 && solution.examined > 0);
    assert!(solution.certificate.is_some_and(|c| c.is_convex));
}

nlp_model::bilevel! {
    struct EmptyLower(x; y);
    F = x + y;
    G <= 0: [-x];
    f = y;
    g <= 0: [x.powi(2) + y.powi(2) + 1.0];
}

nlp_model::bilevel! {
    struct UnboundedLower(x; y1, y2);
    F = x.powi(2);
    G <= 0: [x - 1.0, -x - 1.0];
    f = -y1 - y2;
    g <= 0: [y1 - y2 - 1.0, y2 - y1 - 1.0];
}

nlp_model::bilevel! {
    struct UpperContradiction(x; y);
    F = x + y;
    G <= 0: [1.0 - x, x + 1.0];
    f = y.powi(2);
    g <= 0: [-y];
}

nlp_model::bilevel! {
    /// G asks for y ≤ −1, g for y ≥ 0.
    struct NeverTogether(x; y);
    F = x.powi(2);
    G <= 0: [y + 1.0];
    f = (y - x).powi(2);
    g <= 0: [-y];
}

nlp_model::bilevel! {
    struct NeverDefined(x; y);
    F = (-1.0 - x.powi(2)).ln() + y;
    G <= 0: [];
    f = y.powi(2);
    g <= 0: [];
}

#[test]
fn problems_without_a_solution_are_called_so_with_the_reason() {
    let unbounded = run_functions(UnboundedLower);
    assert!(!matches!(
        unbounded.status,
        BilevelStatus::Proved | BilevelStatus::Feasible
    ));
    assert!(
        unbounded.reasons.contains(&Reason::LowerUnbounded),
        "{unbounded}"
    );
    // a start at which G holds: no search would look there
    let options = BilevelOptions {
        starts: vec![vec![0.0, -2.0]],
        ..BilevelOptions::default()
    };
    let apart = AutoBilevel::new("never together", NeverTogether);
    let apart = solve(&apart, &options).unwrap();
    for (solution, reason) in [
        (run_functions(EmptyLower), Reason::LowerEmpty),
        (run_functions(UpperContradiction), Reason::UpperInfeasible),
        (apart, Reason::NeverTogether),
        (run_functions(NeverTogether), Reason::UpperInfeasible),
        (run_functions(NeverDefined), Reason::UpperUndefined),
    ] {
        assert_eq!(solution.status, BilevelStatus::NotFound, "{solution}");
        assert!(solution.reasons.contains(&reason), "{reason} in {solution}");
        assert!(solution.objective.is_nan() && solution.certificate.is_none());
        assert!(solution.to_string().contains(&reason.to_string()));
    }
}

nlp_model::bilevel! {
    /// The follower's response is |x| / 2, the leader's objective has a kink there.
    struct Kinks(x; y);
    F = (x - 0.3).abs() + (y - 0.5 * x).powi(2);
    G <= 0: [x - 1.0, -x - 1.0];
    f = (y - 0.5 * x.abs()).abs();
    g <= 0: [y - 3.0, -y - 3.0];
}

#[test]
fn kinks_at_both_levels_are_met_without_derivatives() {
    let solution = run_functions(Kinks);
    assert_eq!(solution.status, BilevelStatus::Proved, "{solution}");
    assert!(
        solution.objective < 1e-5 && (solution.x[0] - 0.3).abs() < 1e-5,
        "{solution}"
    );
    assert!((solution.y[0] - 0.15).abs() < 1e-5);
}

/// F = (x − y)², f = (y² − 1)² + x y over z = (x, y), bounds and no rows, no formula.
struct NoFormula(ClosureModel, ClosureModel);

impl NoFormula {
    fn new() -> Self {
        let meta = || {
            Meta::new("bounds", 2, 0)
                .variable_bounds(&[-1.0, -2.0], &[1.0, 2.0])
                .unwrap()
        };
        let dense = || Pattern::from_entries(2, 2, [(0, 0), (1, 0), (1, 1)]).unwrap();
        let upper = ClosureModel::builder(meta())
            .obj(|z| (z[0] - z[1]).powi(2))
            .grad(|z, g| g.copy_from_slice(&[2.0 * (z[0] - z[1]), 2.0 * (z[1] - z[0])]))
            .hess(dense(), |_, _, sigma, vals| {
                vals.copy_from_slice(&[2.0 * sigma, -2.0 * sigma, 2.0 * sigma]);
            });
        let lower = ClosureModel::builder(meta())
            .obj(|z| (z[1] * z[1] - 1.0).powi(2) + z[0] * z[1])
            .grad(|z, g| {
                g.copy_from_slice(&[z[1], 4.0 * z[1] * (z[1] * z[1] - 1.0) + z[0]]);
            })
            .hess(dense(), |z, _, sigma, vals| {
                vals.copy_from_slice(&[0.0, sigma, sigma * (12.0 * z[1] * z[1] - 4.0)]);
            });
        NoFormula(upper.build().unwrap(), lower.build().unwrap())
    }
}

impl Bilevel for NoFormula {
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

#[test]
fn without_a_formula_nothing_is_proved_and_no_gap_is_printed() {
    let solution = run(&NoFormula::new());
    assert_eq!(solution.status, BilevelStatus::Feasible, "{solution}");
    assert_eq!(
        (solution.gap(), &solution.reasons[..]),
        (None, &[Reason::NoFormula][..])
    );
    // wells at ±1 + O(x), the one on the other side of 0 from x: F ≥ 1 at x = 0
    assert!((solution.objective - 1.0).abs() < 1e-3, "{solution}");
    assert!(!solution.to_string().contains("gap"), "{solution}");
}

#[test]
fn one_seed_gives_the_same_bits_and_bounds_that_are_huge_are_no_obstacle() {
    let problem = AutoBilevel::new("jump", Jump);
    let with = |seed| {
        let options = BilevelOptions {
            seed,
            ..BilevelOptions::default()
        };
        solve(&problem, &options).unwrap()
    };
    let (one, again, other) = (with(7), with(7), with(8));
    assert_eq!(
        (&one.x, &one.y, one.evaluations),
        (&again.x, &again.y, again.evaluations)
    );
    assert_eq!((one.examined, one.runs), (again.examined, again.runs));
    assert!((one.objective - other.objective).abs() < 1e-5);
}

#[test]
fn misuse_is_an_error_that_names_it() {
    let problem = AutoBilevel::new("jump", Jump);
    let refuse = |options: BilevelOptions| solve(&problem, &options).unwrap_err();
    let start = |z: &[f64]| BilevelOptions {
        starts: vec![z.to_vec()],
        ..BilevelOptions::default()
    };
    assert!(matches!(
        refuse(start(&[0.0])),
        MpecError::Model(ModelError::Dimension {
            expected: 2,
            found: 1,
            ..
        })
    ));
    assert!(matches!(
        refuse(start(&[0.0, f64::NAN])),
        MpecError::Model(ModelError::NotANumber { index: 1, .. })
    ));
    let mut options = BilevelOptions::default();
    options.certificate.eps = -1.0;
    assert!(matches!(refuse(options), MpecError::Option { .. }));
}
