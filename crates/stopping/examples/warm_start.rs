//! A warm start from a history: the best point of a run begins the next one.

use stopping::{Budget, Status, Stopping};

/// f(x) = x⁴/4 − x, with the minimizer 1.
fn slope(x: f64) -> f64 {
    x.powi(3) - 1.0
}

/// A gradient method with steps that are too long far from the minimizer.
fn descend(step: f64, stopping: &mut Stopping<(), f64>) -> Status {
    if let Some(status) = stopping.start(&()) {
        return status;
    }
    loop {
        stopping.state -= step * slope(stopping.state);
        if let Some(status) = stopping.stop(&()) {
            return status;
        }
    }
}

/// Runs the example and asserts its numbers.
pub fn main() {
    // With the step 0.75 the iterates jump around the minimizer for ever.
    let mut stopping = Stopping::new(0.2, |_: &(), x: &f64| slope(*x))
        .with_budget(Budget::iterations(9))
        .with_history(None);
    assert_eq!(descend(0.75, &mut stopping), Status::IterationLimit);
    let history = stopping.history().expect("recorded");
    assert_eq!(history.len(), 12); // the state given, the start, ten stops
    let best = history.best().expect("scores are known").state;
    assert!(slope(best).abs() < slope(stopping.state).abs());

    // A smaller step from the best point of that run.
    stopping.state = best;
    stopping.set_budget(Budget::iterations(100));
    assert_eq!(descend(0.3, &mut stopping), Status::Optimal);
    assert!((stopping.state - 1.0).abs() < 1e-6);
}
