//! A fixed point: alternating projections onto {x = y} and {y = 0}.

use stopping::{Status, Stopping};

fn sweep([x, y]: [f64; 2]) -> [f64; 2] {
    [0.5 * (x + y), 0.0]
}

/// Sweeps until the stopping says so, or until nothing moves.
fn project(stopping: &mut Stopping<(), [f64; 2]>) -> Status {
    if let Some(status) = stopping.start(&()) {
        return status;
    }
    loop {
        let next = sweep(stopping.state);
        if next == stopping.state {
            return stopping.fail(Status::SubOptimal);
        }
        stopping.state = next;
        if let Some(status) = stopping.stop(&()) {
            return status;
        }
    }
}

/// Runs the example and asserts its numbers.
pub fn main() {
    let mut stopping = Stopping::new([0.0, 5.0], |_: &(), p: &[f64; 2]| p[0] - p[1]);
    assert_eq!(project(&mut stopping), Status::Optimal);
    assert_eq!(stopping.iterations(), 23);
    assert!((stopping.state[0] - 5.96e-7).abs() < 1e-9);

    // A criterion that never holds: the algorithm finds its fixed point and claims no more than that.
    let mut never = Stopping::new([0.0, 5.0], |_: &(), p: &[f64; 2]| p[0] - p[1] + 0.5);
    assert_eq!(project(&mut never), Status::SubOptimal);
    assert_eq!(never.state, [0.0, 0.0]);
}
