//! No allocation inside the loops.

use allocation_counter::measure;
use stackelberg::bolib;
use stackelberg::linalg::{DenseLu, Factorization};
use stackelberg::mpec::game::{GameOptions, NashGame, Player, decompose};
use stackelberg::nlp_model::{
    AutoModel, Functions, Levels, Linearised, Meta, Multilevel, Scalar, TwiceSmooth,
};
use stackelberg::ssn::systems::value_function::ValueFunctionSystem;
use stackelberg::ssn::{FISCHER_BURMEISTER, Newton, Options, PairRule, SemismoothSystem};
use stackelberg::stopping::{Norm, Solver, Stopping};
use stackelberg::trust_region::multilevel::{
    self, BlockMultilevel, BlockOptions, Blocks, LevelState, Restoration, Substep,
    SuccessiveDecrease,
};
use stackelberg::trust_region::sqp::{self, Sqp};

#[test]
fn a_dense_factorization_does_not_allocate() {
    let mut lu = DenseLu::new(3);
    let matrix = [4.0, 1.0, 0.0, 1.0, 3.0, 1.0, 0.0, 1.0, 2.0];
    let mut b = [1.0, 2.0, 3.0];
    let counted = measure(|| {
        lu.factor_dense(&matrix).unwrap();
        lu.solve(&mut b);
    });
    assert_eq!(counted.count_total, 0);
}

/// Allocations of one whole Newton run, everything constructed before, after one run to fill the
/// pools of the models.
fn allocations(name: &str, options: &Options) -> (u64, usize) {
    let problem = bolib::problem(name).unwrap();
    let model = problem.build();
    let qvi = Linearised::new(&*model).unwrap();
    let rule = PairRule {
        ncp: &FISCHER_BURMEISTER,
        degenerate: options.degenerate,
    };
    let system = ValueFunctionSystem::new(&qvi, 1.0, rule).unwrap();
    let start = problem.starts[0];
    let zeta = system.start(start.x, start.y, f64::INFINITY).unwrap();
    let mut newton = Newton::new(options.clone(), system.jacobian_structure());
    newton.solve(&system, &mut options.stopping(zeta.clone()));

    let mut stopping = options.stopping(zeta);
    let counted = measure(|| {
        newton.solve(&system, &mut stopping);
    });
    (counted.count_total, stopping.iterations())
}

#[test]
fn the_newton_loop_does_not_allocate() {
    let names = [
        "Bard1988Ex1",
        "AnEtal2009",
        "MitsosBarton2006Ex328",
        "SinhaMaloDeb2014TP9",
    ];
    for name in names {
        for options in [Options::production(), Options::published()] {
            let (allocations, iterations) = allocations(name, &options);
            assert!(iterations > 1, "{name}: the loop runs");
            assert_eq!(allocations, 0, "{name}: {iterations} iterations");
        }
    }
}

#[test]
fn sequential_quadratic_programming_does_not_allocate() {
    // Hock and Schittkowski, problem 71
    struct Hs71;
    impl Functions for Hs71 {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2]
        }
        fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
            c[0] = x[0] * x[1] * x[2] * x[3];
            c[1] = x.iter().fold(T::from(0.0), |sum, &x| sum + x * x);
        }
    }
    let meta = Meta::new("HS71", 4, 2)
        .start(&[1.0, 5.0, 5.0, 1.0])
        .and_then(|m| m.variable_bounds(&[1.0; 4], &[5.0; 4]))
        .and_then(|m| m.constraint_bounds(&[25.0, 40.0], &[f64::INFINITY, 40.0]))
        .unwrap();
    let model = AutoModel::new(Hs71, meta);
    let model: &dyn TwiceSmooth = &model;
    let mut solver = Sqp::new(sqp::Options::default(), 4, 2).unwrap();
    let mut stopping = Stopping::kkt(model, Norm::Inf);
    stopping.state.y.set(&[0.0; 2]);
    solver.solve(model, &mut stopping);
    stopping.state.set_x(model.meta().x0());
    let counted = measure(|| {
        solver.solve(model, &mut stopping);
    });
    assert!(stopping.iterations() > 1, "the loop runs");
    assert_eq!(counted.count_total, 0);
}

/// The circle is the set of minimizers of the first level, its point next to (2, 1) that of the second.
struct OnTheCircle(usize);

impl Functions for OnTheCircle {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        match self.0 {
            0 => (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2),
            _ => (x[0] - 2.0).powi(2) + (x[1] - 1.0).powi(2) + x[2] * x[2],
        }
    }
}

#[test]
fn successive_decrease_and_restoration_do_not_allocate() {
    let level = |k| {
        let model = AutoModel::new(OnTheCircle(k), Meta::new("circle", 3, 0));
        Box::new(model) as Box<dyn TwiceSmooth>
    };
    let levels = Levels::new(vec![level(0), level(1)]).unwrap();
    let problem: &dyn Multilevel = &levels;
    let start = vec![-0.3, 2.0, 0.7];
    let options = multilevel::Options::default();
    let products = multilevel::Options {
        dense_limit: 0,
        ..options.clone()
    };
    for name in ["successive decrease", "restoration", "by products"] {
        let mut solver: Box<dyn Solver<dyn Multilevel, LevelState>> = match name {
            "successive decrease" => Box::new(SuccessiveDecrease::new(problem, &options)),
            "restoration" => Box::new(Restoration::new(problem, &options)),
            _ => Box::new(Restoration::new(problem, &products)),
        };
        // the first run fills the pools of the models and of the products
        solver.solve(problem, &mut options.stopping(start.clone(), 2));
        let mut stopping = options.stopping(start.clone(), 2);
        let counted = measure(|| {
            solver.solve(problem, &mut stopping);
        });
        let least = 1.0 / 5f64.sqrt();
        assert!((stopping.state.x[1] - least).abs() < 1e-6, "{name}");
        let iterations = stopping.iterations();
        assert!(iterations > 1, "{name}: the loop runs");
        assert_eq!(counted.count_total, 0, "{name}: {iterations} iterations");
    }
}

#[test]
fn blocks_of_constraints_do_not_allocate() {
    // Hock and Schittkowski, problem 77: its minimum is 0.24150513
    struct Hs77;
    impl Functions for Hs77 {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            (x[0] - 1.0).powi(2)
                + (x[0] - x[1]).powi(2)
                + (x[2] - 1.0).powi(2)
                + (x[3] - 1.0).powi(4)
                + (x[4] - 1.0).powi(6)
        }
        fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
            c[0] = x[0] * x[0] * x[3] + (x[3] - x[4]).sin() - 8f64.sqrt();
            c[1] = x[1] + x[2].powi(4) * x[3] * x[3] - 8.0 - 2f64.sqrt();
        }
    }
    let meta = Meta::new("HS77", 5, 2).inequalities_then_equalities(0);
    let model = AutoModel::new(Hs77, meta);
    let model: &dyn TwiceSmooth = &model;
    for substep in [Substep::Exact, Substep::Truncated] {
        let options = BlockOptions {
            substep,
            ..BlockOptions::default()
        };
        let run = || {
            let mut solver = BlockMultilevel::new(model, Blocks::each(2), &options);
            let mut stopping = options.stopping(vec![2.0; 5], 2);
            let counted = measure(|| {
                solver.solve(model, &mut stopping);
            });
            assert!((stopping.state.f - 0.241_505_13).abs() < 1e-7);
            (counted.count_total, stopping.iterations())
        };
        run();
        let (count, iterations) = run();
        assert!(iterations > 1, "the loop runs");
        assert_eq!(count, 0, "{substep:?}: {iterations} iterations");
    }
}

#[test]
fn the_sweeps_of_a_game_do_not_allocate() {
    // θ₀ = x₀x₁ = −θ₁ on [−1, 1]²: best replies have the period 2, so that both runs end at the same point.
    struct Pennies(f64);
    impl Functions for Pennies {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            x[0] * x[1] * self.0
        }
    }
    let player = |sign: f64| {
        let meta = Meta::new("pennies", 2, 0).variable_bounds(&[-1.0; 2], &[1.0; 2]);
        AutoModel::new(Pennies(sign), meta.unwrap())
    };
    let models = [player(1.0), player(-1.0)];
    let players = models.iter().enumerate().map(|(own, model)| Player {
        model,
        own: vec![own],
    });
    let game = NashGame::new(players.collect(), 0).unwrap();
    let allocations = |sweeps: usize| {
        let options = GameOptions {
            sweeps,
            ..GameOptions::default()
        };
        let mut iterations = 0;
        let counted = measure(|| {
            iterations = decompose(&game, &[0.5, -0.3], &options).unwrap().iterations;
        });
        assert_eq!(iterations, sweeps);
        counted.count_total
    };
    allocations(4);
    assert_eq!(allocations(4), allocations(40));
}

#[test]
fn bobyqa_does_not_allocate_after_its_construction() {
    use stackelberg::dfo::bobyqa::{Bobyqa, Options, Variant};
    let rosenbrock = |x: &[f64]| {
        let term = |p: &[f64]| 100.0 * (p[1] - p[0] * p[0]).powi(2) + (1.0 - p[0]).powi(2);
        x.windows(2).map(term).sum::<f64>()
    };
    for variant in [Variant::Modern, Variant::Powell] {
        let options = Options {
            variant,
            radius: 0.1,
            max_evaluations: 400,
            ..Options::default()
        };
        let n = 6;
        let mut run = Bobyqa::new(&vec![-1.2; n], &vec![-3.0; n], &vec![3.0; n], &options).unwrap();
        let counted = measure(|| {
            while let Some(x) = run.ask() {
                let value = rosenbrock(x);
                run.tell(value);
            }
        });
        assert!(run.evaluations() > 100, "the loop runs");
        assert_eq!(counted.count_total, 0, "{variant:?}");
    }
}
