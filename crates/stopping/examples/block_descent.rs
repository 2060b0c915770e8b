//! Block coordinate descent: thousands of short inner runs under the cheap preset.

use stopping::{Budget, Norm, Remote, Status, Stopping};

const N: usize = 20;
type Block = std::ops::Range<usize>;

/// Row i of A x − b for A = tridiag(−1, 2, −1) and b = 1.
fn residual(x: &[f64], i: usize) -> f64 {
    let left = if i > 0 { x[i - 1] } else { 0.0 };
    let right = if i + 1 < N { x[i + 1] } else { 0.0 };
    2.0 * x[i] - left - right - 1.0
}

/// Relaxes the variables of one block, three sweeps at most.
fn relax(block: &Block, inner: &mut Stopping<Block, Vec<f64>>) -> Status {
    if let Some(status) = inner.start(block) {
        return status;
    }
    loop {
        for i in block.clone() {
            inner.state[i] -= 0.5 * residual(&inner.state, i);
        }
        if let Some(status) = inner.stop(block) {
            return status;
        }
    }
}

/// Runs the example and asserts its numbers.
pub fn main() {
    let mut outer = Stopping::new(vec![0.0; N], |_: &(), x: &Vec<f64>| {
        Norm::Inf.of_iter((0..N).map(|i| residual(x, i)))
    });
    let mut inner = outer
        .child(outer.state.clone(), |block: &Block, x: &Vec<f64>| {
            Norm::Inf.of_iter(block.clone().map(|i| residual(x, i)))
        })
        .with_remote(Remote::cheap())
        .with_budget(Budget::iterations(2))
        .with_tolerances(1e-7, 0.0);
    let mut status = outer.start(&());
    while status.is_none() {
        for first in (0..N).step_by(5) {
            let ended = relax(&(first..first + 5), &mut inner);
            assert!(matches!(ended, Status::Optimal | Status::IterationLimit));
        }
        outer.state.copy_from_slice(&inner.state);
        status = outer.stop(&());
    }
    assert_eq!(status, Some(Status::Optimal));
    // The solution of −x″ = 1 on the grid: xᵢ = i (N + 1 − i) / 2 for i = 1, …, N.
    for (i, x) in outer.state.iter().enumerate() {
        assert!((x - ((i + 1) * (N - i)) as f64 / 2.0).abs() < 1e-3);
    }
}
