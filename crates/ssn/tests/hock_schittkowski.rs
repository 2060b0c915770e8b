//! KKT points of problems of W. Hock and K. Schittkowski, Test Examples for Nonlinear Programming Codes,
//! Springer, 1981: starts, minima and minimizers as printed there; multipliers from IPOPT 3.14.

use nlp_model::{AutoModel, Functions, Meta, Scalar, TwiceSmooth};
use ssn::kkt::{KktSolution, solve};
use ssn::{
    Attempt, FISCHER_BURMEISTER, MINIMUM, NcpFunction, Options, PENALIZED_FISCHER_BURMEISTER,
};
use stopping::residual::Kkt;
use stopping::{NlpState, Norm, Status};

const INF: f64 = f64::INFINITY;
const ALL: [&'static dyn NcpFunction; 3] =
    [&FISCHER_BURMEISTER, &PENALIZED_FISCHER_BURMEISTER, &MINIMUM];

/// States a problem: name, f, rows.
macro_rules! problem {
    ($name:ident, |$x:ident| $f:expr, [$($row:expr),*]) => {
        struct $name;
        impl Functions for $name {
            fn obj<T: Scalar>(&self, $x: &[T]) -> T {
                $f
            }
            fn cons<T: Scalar>(&self, $x: &[T], c: &mut [T]) {
                c.copy_from_slice(&[$($row),*]);
            }
        }
    };
}

problem!(
    Hs6,
    |x| (x[0] - 1.0).powi(2),
    [(x[1] - x[0].powi(2)) * 10.0]
);
problem!(
    Hs7,
    |x| (x[0].powi(2) + 1.0).ln() - x[1],
    [(x[0].powi(2) + 1.0).powi(2) + x[1].powi(2) - 4.0]
);
problem!(
    Hs10,
    |x| x[0] - x[1],
    [x[0].powi(2) * -3.0 + x[0] * x[1] * 2.0 - x[1].powi(2) + 1.0]
);
problem!(
    Hs14,
    |x| (x[0] - 2.0).powi(2) + (x[1] - 1.0).powi(2),
    [
        x[0].powi(2) * -0.25 - x[1].powi(2) + 1.0,
        x[0] - x[1] * 2.0 + 1.0
    ]
);
problem!(
    Hs21,
    |x| x[0].powi(2) * 0.01 + x[1].powi(2) - 100.0,
    [x[0] * 10.0 - x[1] - 10.0]
);
problem!(
    Hs35,
    |x| x[0] * -8.0 - x[1] * 6.0 - x[2] * 4.0
        + x[0].powi(2) * 2.0
        + x[1].powi(2) * 2.0
        + x[2].powi(2)
        + x[0] * x[1] * 2.0
        + x[0] * x[2] * 2.0
        + 9.0,
    [-x[0] - x[1] - x[2] * 2.0 + 3.0]
);
problem!(
    Hs71,
    |x| x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2],
    [
        x[0] * x[1] * x[2] * x[3] - 25.0,
        x[0].powi(2) + x[1].powi(2) + x[2].powi(2) + x[3].powi(2) - 40.0
    ]
);

struct Case {
    model: Box<dyn TwiceSmooth>,
    minimum: f64,
    minimizer: &'static [f64],
    multipliers: &'static [f64],
    bound_multipliers: &'static [f64],
}

fn model<F: Functions + Send + Sync + 'static>(
    functions: F,
    x0: &[f64],
    (lower, upper): (f64, f64),
    rows: (&[f64], &[f64]),
) -> Box<dyn TwiceSmooth> {
    let n = x0.len();
    let meta = Meta::new("Hock and Schittkowski", n, rows.0.len())
        .start(x0)
        .and_then(|meta| meta.variable_bounds(&vec![lower; n], &vec![upper; n]))
        .and_then(|meta| meta.constraint_bounds(rows.0, rows.1));
    Box::new(AutoModel::new(functions, meta.unwrap()))
}

fn cases() -> Vec<Case> {
    let free = (-INF, INF);
    let hs21 = Meta::new("Hock and Schittkowski, 21", 2, 1)
        .start(&[-1.0, -1.0])
        .and_then(|meta| meta.variable_bounds(&[2.0, -50.0], &[50.0, 50.0]))
        .and_then(|meta| meta.constraint_bounds(&[0.0], &[INF]));
    vec![
        Case {
            model: model(Hs6, &[-1.2, 1.0], free, (&[0.0], &[0.0])),
            minimum: 0.0,
            minimizer: &[1.0, 1.0],
            multipliers: &[0.0],
            bound_multipliers: &[0.0; 2],
        },
        // The published start (2, 2) leads to another KKT point: see below.
        Case {
            model: model(Hs7, &[0.5, 1.5], free, (&[0.0], &[0.0])),
            minimum: -(3f64.sqrt()),
            minimizer: &[0.0, 1.7320508075688772],
            multipliers: &[0.28867513459481287],
            bound_multipliers: &[0.0; 2],
        },
        Case {
            model: model(Hs10, &[-10.0, 10.0], free, (&[0.0], &[INF])),
            minimum: -1.0,
            minimizer: &[0.0, 1.0],
            multipliers: &[-0.5],
            bound_multipliers: &[0.0; 2],
        },
        // ½(√7 − 1), ¼(√7 + 1), minimum 9 − 2.875 √7
        Case {
            model: model(Hs14, &[2.0, 2.0], free, (&[0.0, 0.0], &[INF, 0.0])),
            minimum: 9.0 - 2.875 * 7f64.sqrt(),
            minimizer: &[0.8228756555322953, 0.9114378277661477],
            multipliers: &[-1.84659144, 1.59449112],
            bound_multipliers: &[0.0; 2],
        },
        Case {
            model: Box::new(AutoModel::new(Hs21, hs21.unwrap())),
            minimum: -99.96,
            minimizer: &[2.0, 0.0],
            multipliers: &[0.0],
            bound_multipliers: &[-0.04, 0.0],
        },
        Case {
            model: model(Hs35, &[0.5; 3], (0.0, INF), (&[0.0], &[INF])),
            minimum: 1.0 / 9.0,
            minimizer: &[4.0 / 3.0, 7.0 / 9.0, 4.0 / 9.0],
            multipliers: &[-2.0 / 9.0],
            bound_multipliers: &[0.0; 3],
        },
        Case {
            model: model(
                Hs71,
                &[1.0, 5.0, 5.0, 1.0],
                (1.0, 5.0),
                (&[0.0, 0.0], &[INF, 0.0]),
            ),
            minimum: 17.0140173,
            minimizer: &[1.0, 4.7429994, 3.8211503, 1.3794082],
            multipliers: &[-0.55229366, 0.16146857],
            bound_multipliers: &[-1.08787121, 0.0, 0.0, 0.0],
        },
    ]
}

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() <= tolerance,
            "{found} instead of {expected}"
        );
    }
}

/// The KKT residual from the definition, in the maximum norm.
fn recomputed(model: &dyn TwiceSmooth, solution: &KktSolution) -> f64 {
    let mut state = NlpState::new(solution.x.clone());
    state.y.set(&solution.multipliers);
    state.z.set(&solution.bound_multipliers);
    state.fill_in(model);
    Kkt::new(model.meta(), Norm::Inf)
        .score(model, &state)
        .unwrap()
}

#[test]
fn published_minima_minimizers_and_multipliers_are_found_with_every_ncp_function() {
    for ncp in ALL {
        for case in cases() {
            let attempts = vec![Attempt {
                ncp,
                largest_multiplier: 1.0,
                curvature_units: false,
            }];
            let options = Options {
                attempts,
                ..Options::default()
            };
            let solution = solve(&*case.model, case.model.meta().x0(), &options).unwrap();
            assert_eq!(solution.status, Status::Optimal, "{ncp:?}");
            assert!((solution.objective - case.minimum).abs() < 1e-7);
            assert_close(&solution.x, case.minimizer, 1e-6);
            assert_close(&solution.multipliers, case.multipliers, 1e-6);
            assert_close(&solution.bound_multipliers, case.bound_multipliers, 1e-6);
            assert!(recomputed(&*case.model, &solution) < 1e-7);
            assert!(solution.curvature(&*case.model).unwrap() > 0.0);
            assert!(solution.iterations <= 12 && solution.full_steps);
            assert_eq!(solution.history.len(), solution.iterations + 1);
        }
    }
}

#[test]
fn a_kkt_point_may_be_a_worse_local_minimizer_and_the_report_does_not_hide_it() {
    let model = model(Hs7, &[2.0, 2.0], (-INF, INF), (&[0.0], &[0.0]));
    let solution = solve(&*model, &[2.0, 2.0], &Options::default()).unwrap();
    assert!(solution.status.is_success());
    assert_close(&solution.x, &[0.0, -(3f64.sqrt())], 1e-8);
    assert!(solution.objective > 1.7 && recomputed(&*model, &solution) < 1e-8);
    // tangent (1, 0); ∂²L/∂x₁² = 2 + 4y with y = −√3/6
    let curvature = solution.curvature(&*model).unwrap();
    assert!((curvature - (2.0 - 2.0 / 3f64.sqrt())).abs() < 1e-8);
    let report = solution.to_string();
    assert!(report.contains("minimality is not verified"));
}
