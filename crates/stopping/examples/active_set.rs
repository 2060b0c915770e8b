//! Active sets for min f(x) s.t. A x ≤ b: an unconstrained inner method with a criterion its author never thought of.

use stopping::{Norm, Status, Stopping};

const LOWER: f64 = -10.0;
const UPPER: f64 = 1.5;

/// ∇R for R(x) = Σ (x₂ᵢ − x₂ᵢ₋₁²)² + (1 − x₂ᵢ₋₁)².
fn gradient(x: &[f64]) -> Vec<f64> {
    let pair = |p: &[f64]| {
        let gap = p[1] - p[0] * p[0];
        [-4.0 * p[0] * gap + 2.0 * (p[0] - 1.0), 2.0 * gap]
    };
    x.chunks_exact(2).flat_map(pair).collect()
}

/// Steepest descent with a fixed step on the free variables. It knows no constraint.
fn descend(free: &[bool], inner: &mut Stopping<[bool], Vec<f64>>) -> Status {
    if let Some(status) = inner.start(free) {
        return status;
    }
    loop {
        let g = gradient(&inner.state);
        for i in (0..g.len()).filter(|&i| free[i]) {
            inner.state[i] -= 0.03 * g[i];
        }
        if let Some(status) = inner.stop(free) {
            return status;
        }
    }
}

/// Runs the example and asserts its numbers.
pub fn main() {
    // The rows of A x ≤ b are x ≤ 1.5 and −x ≤ 10. The outer score is the projected gradient.
    let mut outer = Stopping::new(
        vec![1.5, 1.5, 1.5, 1.5, 1.5, 1.0],
        |_: &(), x: &Vec<f64>| {
            let step = |(x, g): (&f64, f64)| x - (x - g).clamp(LOWER, UPPER);
            Norm::Inf.of_iter(x.iter().zip(gradient(x)).map(step))
        },
    );
    let mut status = outer.start(&());
    while status.is_none() {
        // The working set: variables that would leave the box.
        let pairs = outer.state.iter().zip(gradient(&outer.state));
        let free: Vec<bool> = pairs.map(|(&x, g)| x < UPPER || g > 0.0).collect();
        // Outside the box, the inner method has nothing more to do: its score is 0.
        let mut inner = outer.child(outer.state.clone(), |free: &[bool], x: &Vec<f64>| {
            let inside = x.iter().all(|x| (LOWER..=UPPER).contains(x));
            let g = gradient(x);
            Norm::Inf.of_iter((0..g.len()).filter(|&i| inside && free[i]).map(|i| g[i]))
        });
        assert_eq!(descend(&free, &mut inner), Status::Optimal);
        outer.state = inner.state.iter().map(|x| x.clamp(LOWER, UPPER)).collect();
        status = outer.stop(&());
    }
    assert_eq!(status, Some(Status::Optimal));
    assert!(outer.state.iter().all(|x| (x - 1.0).abs() < 1e-5));
}
