//! The bilevel driver with default options, on problems whose solutions are known.

use nlp_model::{AutoBilevel, Bilevel};
use stackelberg::bolib::{problem, problems};
use stackelberg::mpec::MpecError;
use stackelberg::mpec::bilevel::{
    BilevelOptions, BilevelSolution, BilevelStatus, Reason, Verdict, solve,
};

fn run(name: &str, options: &BilevelOptions) -> (BilevelSolution, f64) {
    let p = problem(name).unwrap();
    let options = BilevelOptions {
        starts: vec![p.starts[0].stacked()],
        ..options.clone()
    };
    let value = p.reference.value.expect("a known solution");
    (solve(p.build().as_ref(), &options).unwrap(), value)
}

#[test]
fn the_known_value_is_reached_and_lower_level_optimality_is_proved() {
    // convex and nonconvex lower levels; solutions at jumps of the lower solution (Mirrlees, MitsosBarton)
    for name in [
        "Bard1988Ex1",
        "AllendeStill2013",
        "Colson2002BIPA4",
        "DempeDutta2012Ex24",
        "Mirrlees1999",
        "MitsosBarton2006Ex311",
        "MitsosBarton2006Ex314",
        "MitsosBarton2006Ex320",
        "Outrata1990Ex2a",
        "ShimizuEtal1997a",
        "Vogel2012",
        "Yezza1996Ex31",
    ] {
        let (solution, value) = run(name, &BilevelOptions::default());
        assert_eq!(solution.status, BilevelStatus::Proved, "{name}\n{solution}");
        let tolerance = 1e-2 * value.abs().max(1.0);
        assert!(
            solution.objective <= value + tolerance,
            "{name} {value}\n{solution}"
        );
        assert!(solution.upper_violation <= 1e-6 && solution.lower_violation <= 1e-6);
        assert!(solution.gap().unwrap() <= 1e-5 * (1.0 + solution.lower_objective.abs()));
    }
}

/// On the active rows y = 2x + 1 and y = 50 − 4x, by hand.
#[test]
fn the_solution_says_how_the_follower_moves_and_which_penalties_are_exact() {
    for (name, slope) in [("ClarkWesterberg1990a", 2.0), ("ShimizuEtal1997b", 4.0)] {
        let (solution, _) = run(name, &BilevelOptions::default());
        let stability = solution.stability.as_ref().unwrap();
        let modulus = stability.bound().unwrap();
        assert!((modulus.max.upper - slope).abs() < 1e-4, "{solution}");
        let penalty = stability.penalty.unwrap();
        let upper = penalty.upper.unwrap();
        assert!(penalty.lower <= upper * (1.0 + 1e-3), "{solution}");
        let text = solution.to_string();
        assert!(
            text.contains("lower-level solutions: Lipschitz-like"),
            "{text}"
        );
        assert!(text.contains("value-function penalty: λ below"), "{text}");
    }
}

/// No point of grids around y, fine and coarse, is feasible and below the bound that is proved.
fn assert_not_refuted_by_grids(name: &str, problem: &dyn Bilevel, solution: &BilevelSolution) {
    let Some(Verdict::Proved(proof)) = solution.certificate.as_ref().map(|c| &c.verdict) else {
        panic!("{name} is not proved\n{solution}");
    };
    let lower = problem.lower();
    let mut c = vec![0.0; lower.meta().ncon()];
    let least = proof.lower_bound - 1e-12 * (1.0 + proof.lower_bound.abs());
    for reach in [1e-2, 1.0, 30.0] {
        for k in -3000..=3000 {
            let y = solution.y[0] + reach * f64::from(k) / 3000.0;
            let z = [solution.x[0], y];
            lower.cons(&z, &mut c);
            let is_feasible = c.iter().all(|c| *c <= 0.0);
            assert!(
                !is_feasible || lower.obj(&z) >= least,
                "{name} at {y}\n{solution}"
            );
        }
    }
}

#[test]
fn problems_with_one_variable_a_level_are_solved_and_no_grid_refutes_a_proof() {
    let mut count = 0;
    for p in problems().iter().filter(|p| (p.nx, p.ny) == (1, 1)) {
        let Some(value) = p.reference.value else {
            continue;
        };
        let (solution, _) = run(p.name, &BilevelOptions::default());
        let tolerance = 1e-2 * value.abs().max(1.0);
        assert!(
            solution.objective <= value + tolerance,
            "{} {value}\n{solution}",
            p.name
        );
        assert!(solution.upper_violation <= 1e-6 && solution.lower_violation <= 1e-6);
        assert_not_refuted_by_grids(p.name, p.build().as_ref(), &solution);
        count += 1;
    }
    assert!(count > 50);
}

#[test]
fn lower_levels_that_are_unbounded_below_are_recognised() {
    for name in ["LuDebSinha2016d", "LuDebSinha2016e"] {
        let p = problem(name).unwrap();
        let options = BilevelOptions {
            starts: vec![p.starts[0].stacked()],
            ..BilevelOptions::default()
        };
        let solution = solve(p.build().as_ref(), &options).unwrap();
        let claims = [BilevelStatus::Proved, BilevelStatus::Feasible];
        assert!(!claims.contains(&solution.status), "{name}\n{solution}");
        assert!(
            solution.reasons.contains(&Reason::LowerUnbounded),
            "{name}\n{solution}"
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_one_the_same_value() {
    let with = |seed| {
        let options = BilevelOptions {
            seed,
            ..BilevelOptions::default()
        };
        run("MitsosBarton2006Ex320", &options).0
    };
    let (one, again, other) = (with(3), with(3), with(4));
    assert_eq!(
        (&one.x, &one.y, one.examined),
        (&again.x, &again.y, again.examined)
    );
    assert!((one.objective - other.objective).abs() < 1e-2);
}

nlp_model::bilevel! {
    /// G asks for x ≥ 1, g for y ≤ −x and y ≥ 0.
    struct NoPoint(x; y);
    F = x + y;
    G <= 0: [1.0 - x];
    f = y;
    g <= 0: [y + x, -y];
}

#[test]
fn a_program_without_feasible_points_says_so() {
    let problem = AutoBilevel::new("no point", NoPoint);
    let solution = solve(&problem, &BilevelOptions::default()).unwrap();
    assert_eq!(solution.status, BilevelStatus::NotFound);
    assert!(solution.objective.is_nan() && solution.certificate.is_none());
    assert!(solution.to_string().contains("no feasible point"));
}

#[test]
fn misuse_is_refused_with_its_numbers() {
    let problem = AutoBilevel::new("no point", NoPoint);
    let refuse = |options: BilevelOptions| solve(&problem, &options).unwrap_err();
    let start = |z: &[f64]| BilevelOptions {
        starts: vec![z.to_vec()],
        ..BilevelOptions::default()
    };
    assert!(matches!(refuse(start(&[1.0])), MpecError::Model(_)));
    assert!(matches!(
        refuse(start(&[1.0, f64::NAN])),
        MpecError::Model(_)
    ));
    let negative = BilevelOptions {
        penalties: vec![1.0, -1.0],
        ..BilevelOptions::default()
    };
    assert!(matches!(refuse(negative), MpecError::Option { value, .. } if value == -1.0));
    let infeasible = BilevelOptions {
        feasibility: 0.0,
        ..BilevelOptions::default()
    };
    assert!(matches!(
        refuse(infeasible),
        MpecError::Option {
            name: "feasibility",
            ..
        }
    ));
}
