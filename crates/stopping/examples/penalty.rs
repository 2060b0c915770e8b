//! The quadratic penalty f + c²/ρ for min x₁² + x₂² s.t. x₁ + x₂ = 2, ρ halved from 1.

use stopping::{Norm, Status, Stopping};

fn constraint(x: &[f64; 2]) -> f64 {
    x[0] + x[1] - 2.0
}

/// ∇(f + c²/ρ).
fn gradient(rho: f64, x: &[f64; 2]) -> [f64; 2] {
    let pull = 2.0 * constraint(x) / rho;
    [2.0 * x[0] + pull, 2.0 * x[1] + pull]
}

/// One Newton step solves the quadratic; the Hessian is 2 I + (2/ρ) 1 1ᵀ, inverted by hand.
fn newton(rho: f64, inner: &mut Stopping<f64, [f64; 2]>) -> Status {
    if let Some(status) = inner.start(&rho) {
        return status;
    }
    loop {
        let g = gradient(rho, &inner.state);
        let shift = (g[0] + g[1]) / (rho + 2.0);
        for (x, g) in inner.state.iter_mut().zip(g) {
            *x -= 0.5 * (g - shift);
        }
        if let Some(status) = inner.stop(&rho) {
            return status;
        }
    }
}

/// Runs the example and asserts its numbers.
pub fn main() {
    let mut outer = Stopping::new([0.0, 0.0], |_: &(), x: &[f64; 2]| constraint(x));
    let mut inner = outer.child([0.0, 0.0], |rho: &f64, x: &[f64; 2]| {
        Norm::Inf.of(&gradient(*rho, x))
    });
    let mut rho = 1.0;
    assert_eq!(newton(rho, &mut inner), Status::Optimal);
    outer.state = inner.state;
    let mut status = outer.start(&());
    while status.is_none() {
        rho *= 0.5;
        assert_eq!(newton(rho, &mut inner), Status::Optimal);
        outer.state = inner.state;
        status = outer.stop(&());
    }
    assert_eq!((status, outer.iterations()), (Some(Status::Optimal), 20));
    // x = 2/(2 + ρ) with ρ = 2⁻²⁰.
    assert!((outer.state[0] - 0.999_999_523).abs() < 1e-9);
}
