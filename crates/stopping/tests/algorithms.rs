//! Linear systems, foreign solvers, complementarity: whole runs with known numbers.

use linalg::{CoordinateMap, Pattern};
use nlp_model::Verb;
use stopping::{
    Budget, Claim, GeneralState, Limits, LinearSystem, MpccState, Norm, RegularizedResiduals,
    Resolve, Stationarity, Status, Stopping,
};

/// Numbers in (−1, 1) from a linear congruential generator.
fn random(n: usize, seed: u64) -> Vec<f64> {
    let mut s = seed;
    let mut next = move || {
        s = s
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (s >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

#[test]
fn the_solution_of_a_linear_system_is_optimal_and_products_are_counted() {
    let pattern = Pattern::dense(5, 5);
    let mut values = random(25, 1);
    (0..5).for_each(|i| values[6 * i] += 4.0);
    let x = random(5, 2);
    let mut b = vec![0.0; 5];
    pattern.mul(&values, &x, &mut b);
    let system = LinearSystem::new(
        CoordinateMap {
            pattern: &pattern,
            values: &values,
        },
        b,
    );
    let mut stopping = Stopping::linear_system(&system, vec![0.0; 5], Norm::Inf)
        .with_budget(Budget::UNLIMITED.with_evaluations(Verb::Jprod, 1));
    assert_eq!(stopping.start(&system), None);
    stopping.state = GeneralState::new(x.clone());
    assert_eq!(stopping.stop(&system), Some(Status::Optimal));
    assert_eq!(system.counters().get(Verb::Jprod), 2);
    assert!(stopping.reasons().contains(Status::EvaluationLimit));

    let mut normal = Stopping::least_squares(&system, x, Norm::Two);
    assert_eq!(normal.start(&system), Some(Status::Optimal));
    assert_eq!(system.counters().get(Verb::Jtprod), 1);
}

#[test]
fn kaczmarz_solves_a_consistent_system_within_its_budget() {
    let (m, n) = (200, 10);
    let pattern = Pattern::dense(m, n);
    let values = random(m * n, 3); // column by column
    let mut b = vec![0.0; m];
    pattern.mul(&values, &random(n, 4), &mut b);
    let system = LinearSystem::new(
        CoordinateMap {
            pattern: &pattern,
            values: &values,
        },
        b,
    );
    let mut stopping = Stopping::linear_system(&system, vec![0.0; n], Norm::Inf)
        .with_tolerances(0.0, 1e-6)
        .with_budget(Budget {
            max_iterations: 150_000,
            ..Budget::default()
        });
    let mut status = stopping.start(&system);
    while status.is_none() {
        let i = stopping.iterations() % m;
        let row = |j: usize| values[j * m + i];
        let x = &mut stopping.state.x;
        let gap = system.rhs()[i] - (0..n).map(|j| row(j) * x[j]).sum::<f64>();
        let norm: f64 = (0..n).map(|j| row(j) * row(j)).sum();
        (0..n).for_each(|j| x[j] += gap / norm * row(j));
        status = stopping.stop(&system);
    }
    assert_eq!(status, Some(Status::Optimal));
    assert!(stopping.iterations() < 150_000);
    let error = stopping
        .state
        .x
        .iter()
        .zip(random(n, 4))
        .map(|(x, y)| x - y);
    assert!(Norm::Inf.of_iter(error) < 1e-5);
}

/// Newton's method on x⁴ from 3, which stops at |g| ≤ tol |g₀|.
fn newton(total: &mut usize) -> impl FnMut(&(), &mut f64, &Limits) -> Claim {
    move |_, x, limits| {
        *x = 3.0;
        let g = |x: f64| 4.0 * x * x * x;
        let (g0, mut iterations) = (g(*x), 0);
        *total += 1;
        while g(*x).abs() > limits.tolerance * g0 {
            if iterations == limits.max_iterations {
                return Claim {
                    status: Status::IterationLimit,
                    iterations,
                };
            }
            *x -= *x / 3.0;
            iterations += 1;
        }
        Claim {
            status: Status::Optimal,
            iterations,
        }
    }
}

#[test]
fn a_solver_is_asked_with_smaller_tolerances_until_the_measure_agrees() {
    let fresh = || Stopping::new(3.0, |_: &(), x: &f64| 4.0 * x.powi(3));
    let (mut stopping, mut solves) = (fresh(), 0);
    assert_eq!(
        Resolve::default().run(&(), &mut stopping, newton(&mut solves)),
        Status::Optimal
    );
    assert_eq!(solves, 7);
    assert!(stopping.score().is_some_and(|g| (g - 3.81e-7).abs() < 1e-9));
    // A claim of success that is never confirmed is not a success.
    let mut never = Stopping::new(3.0, |_: &(), x: &f64| x + 1.0);
    assert_eq!(
        Resolve::default().run(&(), &mut never, newton(&mut solves)),
        Status::SubOptimal
    );
}

#[test]
fn four_iterations_too_few_are_an_iteration_limit_and_enough_are_our_success() {
    let fresh = || Stopping::new(3.0, |_: &(), x: &f64| 4.0 * x.powi(3));
    let mut solves = 0;
    // x ← 2x/3 from 3: g = 108 (8/27)ᵏ falls below 10⁻⁸ · 108 at k = 16.
    let mut full = fresh();
    assert_eq!(
        Resolve::once(1e-8).run(&(), &mut full, newton(&mut solves)),
        Status::Optimal
    );
    assert_eq!(full.iterations(), 16);
    assert!(full.scores().is_some_and(|s| s[0].abs() <= 1e-6));
    let needed = full.iterations();
    let mut short = fresh().with_budget(Budget::iterations(needed - 4));
    assert_eq!(
        Resolve::once(1e-8).run(&(), &mut short, newton(&mut solves)),
        Status::IterationLimit
    );
    assert_eq!(short.iterations(), needed - 4);
    assert!(short.score().is_some_and(|g| g > 1e-6));
}

#[test]
fn the_origin_of_a_complementarity_program_is_stationary_up_to_its_kind() {
    // min (x₁ − 1)² + (x₂ + 1)² s.t. 0 ≤ x₁ ⟂ x₂ ≥ 0 at 0: ∇f = (−2, 2), so ν = (−2, 2): C fails, A and W hold.
    // min (x₁ + 1)² + (x₂ + 1)²: ν = (2, 2) is strong.
    let at_zero = |nu: [f64; 2]| {
        let mut state = MpccState::new(vec![0.0; 2]);
        state.dual.set(&[0.0; 2]);
        state.others = Some(0.0);
        state.g.set(&[0.0]);
        state.h.set(&[0.0]);
        state.nu_g.set(&nu[..1]);
        state.nu_h.set(&nu[1..]);
        state
    };
    let status = |kind, nu| Stopping::<(), _>::mpcc(at_zero(nu), kind, 1e-8).start(&());
    for kind in [Stationarity::Weak, Stationarity::Alternative] {
        assert_eq!(status(kind, [-2.0, 2.0]), Some(Status::Optimal));
    }
    for kind in [
        Stationarity::Clarke,
        Stationarity::Mordukhovich,
        Stationarity::Strong,
    ] {
        assert_eq!(status(kind, [-2.0, 2.0]), None);
        assert_eq!(status(kind, [2.0, 2.0]), Some(Status::Optimal));
    }
    let mut lacking = at_zero([0.0; 2]);
    lacking.x_mut()[0] = 1.0;
    assert_eq!(
        Stopping::<(), _>::mpcc(lacking.clone(), Stationarity::Weak, 1e-8).start(&()),
        None
    );
    assert!(Stationarity::Weak.score(&lacking, 1e-8).is_err());
    let mut uneven = at_zero([0.0; 2]);
    uneven.nu_g.set(&[0.0; 3]);
    assert!(Stationarity::Weak.score(&uneven, 1e-8).is_err());
}

#[test]
fn the_regularized_program_needs_exact_complementarity_of_phi() {
    let run = |phi: f64| {
        let point = RegularizedResiduals {
            dual: 1e-4,
            others: 1e-4,
            g: 0.0,
            h: 1e-5,
            phi,
        };
        Stopping::with_scores(
            (),
            RegularizedResiduals::LEN,
            move |_: &(), _: &(), out: &mut [f64]| point.write(out),
        )
        .with_tolerance(RegularizedResiduals::tolerance(1e-4))
        .expect("five scores")
        .start(&())
    };
    assert_eq!(run(0.0), Some(Status::Optimal));
    assert_eq!(run(1e-16), None);
}
