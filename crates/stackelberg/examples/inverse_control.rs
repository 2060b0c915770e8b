//! Inverse optimal control: which costs explain an observed movement?
//!
//! A state moves by s₊ = s + u/2 from s₀ = 1. Whoever steers it minimizes Σ ½ (q s² + u²)/2 over five steps plus
//! ½ r s² at the end; observed are his five states. The upper level fits (q, r) to them, the lower level is the
//! optimal control problem; the movement was made with q = 2, r = 1, so that the fit is exact.

#[allow(dead_code)]
mod draw;

use stackelberg::nlp_model::{AutoBilevel, BilevelFunctions, BilevelShape, Scalar};
use stackelberg::{BilevelOptions, BilevelSolution, mpec::MpecError, solve_bilevel};

/// Number of steps.
pub const STEPS: usize = 5;
const STEP: f64 = 0.5;

/// x: (q, r); y: the controls.
#[derive(Clone, Copy, Debug)]
pub struct InverseControl {
    /// The states seen.
    pub observed: [f64; STEPS],
}

/// The states after each step.
fn states<T: Scalar>(u: &[T]) -> [T; STEPS] {
    let mut s = T::from(1.0);
    std::array::from_fn(|k| {
        s += u[k] * STEP;
        s
    })
}

impl BilevelFunctions for InverseControl {
    fn shape(&self) -> BilevelShape {
        BilevelShape {
            nx: 2,
            ny: STEPS,
            upper_inequalities: 4,
            ..BilevelShape::default()
        }
    }
    fn upper_obj<T: Scalar>(&self, _: &[T], u: &[T]) -> T {
        let errors = states(u)
            .into_iter()
            .zip(self.observed)
            .map(|(s, seen)| s - seen);
        errors.fold(T::from(0.0), |sum, error| sum + error * error * 100.0)
    }
    fn upper_cons<T: Scalar>(&self, x: &[T], _: &[T], c: &mut [T]) {
        (c[0], c[1]) = (-x[0], x[0] - 10.0);
        (c[2], c[3]) = (-x[1], x[1] - 10.0);
    }
    fn lower_obj<T: Scalar>(&self, x: &[T], u: &[T]) -> T {
        let s = states(u);
        let running = s[..STEPS - 1]
            .iter()
            .fold(T::from(0.0), |sum, s| sum + *s * *s * x[0]);
        let effort = u.iter().fold(T::from(0.0), |sum, u| sum + *u * *u);
        (running + effort) * (0.5 * STEP) + x[1] * s[STEPS - 1] * s[STEPS - 1] * 0.5
    }
    fn lower_cons<T: Scalar>(&self, _: &[T], _: &[T], _: &mut [T]) {}
}

/// The optimal states for (q, r), by Riccati's recursion backward and the feedback forward.
pub fn riccati(q: f64, r: f64) -> [f64; STEPS] {
    let mut gains = [0.0; STEPS];
    let mut p = r;
    for k in (0..STEPS).rev() {
        // min over u of ½ STEP u² + ½ p (s + STEP u)²
        gains[k] = p / (1.0 + STEP * p);
        p = p / (1.0 + STEP * p) + if k > 0 { STEP * q } else { 0.0 };
    }
    let mut s = 1.0;
    gains.map(|gain| {
        s -= STEP * gain * s;
        s
    })
}

/// The solution with default options.
pub fn solve() -> Result<BilevelSolution, MpecError> {
    let problem = InverseControl {
        observed: riccati(2.0, 1.0),
    };
    solve_bilevel(
        &AutoBilevel::new("inverse control", problem),
        &BilevelOptions::default(),
    )
}

#[allow(dead_code)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let solution = solve()?;
    println!("{solution}\n");
    println!("q = {:.4}, r = {:.4}", solution.x[0], solution.x[1]);

    let curve = |states: &[f64]| -> Vec<(f64, f64)> {
        let later = states
            .iter()
            .enumerate()
            .map(|(k, s)| (STEP * (k + 1) as f64, *s));
        std::iter::once((0.0, 1.0)).chain(later).collect()
    };
    let mut chart = draw::Chart::new(
        "A movement and the costs that explain it",
        ("time", 0.0, 2.5),
        ("state", 0.0, 1.0),
    );
    chart.line("q = r = 1/4", "#9aa5b1", &curve(&riccati(0.25, 0.25)));
    chart.line("explained", draw::BLUE, &curve(&states(&solution.y)));
    chart.dots("observed", draw::ORANGE, &curve(&riccati(2.0, 1.0)));
    println!("{}", chart.save("inverse-control.svg")?.display());
    Ok(())
}
