//! The unexpected criterion: at most one hour, or f(x) ≤ 50.

use std::ops::ControlFlow;
use std::time::Duration;

use stopping::{Budget, Norm, Status, Stopping};

fn rosenbrock([x, y]: [f64; 2]) -> f64 {
    100.0 * (y - x * x).powi(2) + (1.0 - x).powi(2)
}

fn gradient([x, y]: [f64; 2]) -> [f64; 2] {
    [
        -400.0 * x * (y - x * x) - 2.0 * (1.0 - x),
        200.0 * (y - x * x),
    ]
}

/// Steepest descent with Armijo's rule, halving from 1.
fn descend(stopping: &mut Stopping<(), [f64; 2]>) -> Status {
    if let Some(status) = stopping.start(&()) {
        return status;
    }
    loop {
        let (x, g) = (stopping.state, gradient(stopping.state));
        let slope = g[0] * g[0] + g[1] * g[1];
        let mut t = 1.0;
        let at = |t: f64| [x[0] - t * g[0], x[1] - t * g[1]];
        while rosenbrock(at(t)) > rosenbrock(x) - 1e-4 * t * slope {
            t *= 0.5;
        }
        stopping.state = at(t);
        if let Some(status) = stopping.stop(&()) {
            return status;
        }
    }
}

/// Runs the example and asserts its numbers.
pub fn main() {
    let hour = Duration::from_secs(3600);
    let gradient_norm = |_: &(), x: &[f64; 2]| Norm::Inf.of(&gradient(*x));
    let mut stopping = Stopping::new([-1.2, 3.0], gradient_norm)
        .with_budget(Budget {
            max_time: hour,
            ..Budget::default()
        })
        .with_observer(|_, x, _| match rosenbrock(*x) {
            f if f <= 50.0 => ControlFlow::Break(Status::StopByUser),
            _ => ControlFlow::Continue(()),
        });
    assert!((rosenbrock(stopping.state) - 248.2).abs() < 1e-10);
    assert_eq!(descend(&mut stopping), Status::StopByUser);
    assert_eq!(stopping.iterations(), 2);
    assert!((rosenbrock(stopping.state) - 24.093).abs() < 1e-3);
}
