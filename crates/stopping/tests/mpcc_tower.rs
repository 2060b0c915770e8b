//! The tower of the talk of 2019: a complementarity program by regularization, penalty, Newton's method and a line search,
//! each a run inside the one before.
//!
//! min (x₁ − 2)² + (x₂ − 3/2)²  s.t.  g(x) = x₁ + x₂ − 1 ≤ 0,  0 ≤ x₁ ⟂ x₂ ≥ 0.
//!
//! The pairs are G(x) = x₁ and H(x) = x₂. The solution is (1, 0) with f = 13/4 and multipliers y = 2 for g, νᴳ = 0, νᴴ = −1:
//! M-stationary, and strongly so, since the pair is not biactive.

use std::time::Duration;

use stopping::line_search::Backtracking;
use stopping::{
    Acceptance, Budget, Clock, MpccState, Norm, OneDState, RegularizedResiduals, Solver,
    Stationarity, Status, Stopping,
};

type Point = [f64; 2];

/// The regularized program with the parameters t and t̄ = 2t, its constraint g ≤ 0 by the penalty g²/ρ.
/// Φ(G, H; t) = (G − t)(H − t) ≤ 0 is kept exactly, by staying on its wing x₁ ≥ t ≥ x₂.
#[derive(Clone, Copy)]
struct Regularized {
    t: f64,
    rho: f64,
}

impl Regularized {
    /// ε = t² is o(t̄), and t < t̄ − c ε for c = 1, t < 1.
    fn epsilon(self) -> f64 {
        self.t * self.t
    }
    fn on_wing(self, [a, b]: Point) -> Point {
        [a.max(self.t), b.min(self.t)]
    }
    fn violation([a, b]: Point) -> f64 {
        (a + b - 1.0).max(0.0)
    }
    /// The multiplier of g that the penalty stands for.
    fn y(self, x: Point) -> f64 {
        2.0 * Self::violation(x) / self.rho
    }
    fn value(self, x: Point) -> f64 {
        (x[0] - 2.0).powi(2) + (x[1] - 1.5).powi(2) + Self::violation(x).powi(2) / self.rho
    }
    fn gradient(self, x: Point) -> Point {
        [
            2.0 * (x[0] - 2.0) + self.y(x),
            2.0 * (x[1] - 1.5) + self.y(x),
        ]
    }
    /// Variables that Φ does not hold at the border of the wing.
    fn free(self, x: Point) -> [bool; 2] {
        let g = self.gradient(x);
        [x[0] > self.t || g[0] < 0.0, x[1] < self.t || g[1] > 0.0]
    }
    fn reduced(self, x: Point) -> Point {
        let (g, free) = (self.gradient(x), self.free(x));
        std::array::from_fn(|i| if free[i] { g[i] } else { 0.0 })
    }
    /// The conditions of the theorem; λᴳ = λᴴ = 0, and λ^Φ balances ∂L/∂x₂ where x₂ is held.
    fn residuals(self, x: Point) -> RegularizedResiduals {
        let (phi, bar) = ((x[0] - self.t) * (x[1] - self.t), 2.0 * self.t);
        let lambda = match self.free(x) {
            [true, false] => -self.gradient(x)[1] / (x[0] - self.t),
            _ => 0.0,
        };
        RegularizedResiduals {
            dual: Norm::Inf.of(&self.reduced(x)),
            others: Self::violation(x).max(self.y(x) * Self::violation(x)),
            g: (-x[0] - bar).max(0.0),
            h: (-x[1] - bar).max(0.0),
            phi: phi.max((lambda * phi).abs()),
        }
    }
}

/// Level 4: a step along d on the wing, by Armijo's rule.
fn search(
    level: Regularized,
    x: Point,
    d: Point,
    above: &Stopping<Regularized, Point>,
) -> Result<Point, Status> {
    let at = |s: f64| level.on_wing([x[0] + s * d[0], x[1] + s * d[1]]);
    let dot = |g: Point| g[0] * d[0] + g[1] * d[1];
    let line = (|s| level.value(at(s)), |s| dot(level.gradient(at(s))));
    let state = OneDState::from_zero(1.0, level.value(x), dot(level.gradient(x)));
    let mut run = Stopping::line_search(state, Acceptance::Armijo { tau0: 1e-4 }).inside(above);
    match Backtracking::default().solve(&line, &mut run) {
        Status::Optimal => Ok(at(run.state.t())),
        other => Err(other),
    }
}

/// Level 3: Newton's method in the free variables. The Hessian is 2 I + c 1 1ᵀ.
fn newton(level: Regularized, run: &mut Stopping<Regularized, Point>) -> Status {
    if let Some(status) = run.start(&level) {
        return status;
    }
    loop {
        let (x, g) = (run.state, level.reduced(run.state));
        let count = level.free(x).iter().filter(|free| **free).count() as f64;
        let c = if level.y(x) > 0.0 {
            2.0 / level.rho
        } else {
            0.0
        };
        let shift = c * (g[0] + g[1]) / (2.0 + c * count);
        let free = level.free(x);
        let d = std::array::from_fn(|i| if free[i] { -0.5 * (g[i] - shift) } else { 0.0 });
        match search(level, x, d, run) {
            Ok(next) => run.state = next,
            // The stop below says the same of this level.
            Err(Status::ParentLimit | Status::Cancelled) => {}
            Err(failure) => return run.fail(failure),
        }
        if let Some(status) = run.stop(&level) {
            return status;
        }
    }
}

/// Level 2: smaller penalties until the point satisfies the conditions of the theorem to ε, and Φ exactly.
fn penalize(t: f64, x: Point, above: &Stopping<(), MpccState>) -> (Status, Point, Regularized) {
    let mut level = Regularized { t, rho: 1.0 };
    let mut run = Stopping::with_scores(
        level.on_wing(x),
        RegularizedResiduals::LEN,
        |level: &Regularized, x: &Point, out: &mut [f64]| level.residuals(*x).write(out),
    )
    .with_tolerance(RegularizedResiduals::tolerance(level.epsilon()))
    .expect("five tolerances")
    .inside(above);
    let mut inner = run
        .child(run.state, |level: &Regularized, x: &Point| {
            Norm::Inf.of(&level.reduced(*x))
        })
        .with_tolerances(0.5 * level.epsilon(), 0.0);
    let mut status = run.start(&level);
    while status.is_none() {
        level.rho /= 10.0;
        newton(level, &mut inner);
        run.state = inner.state;
        status = run.stop(&level);
    }
    (status.expect("the loop is over"), run.state, level)
}

/// Level 1: t falls to zero until the point is M-stationary for the complementarity program.
fn regularize(run: &mut Stopping<(), MpccState>) -> Status {
    if let Some(status) = run.start(&()) {
        return status;
    }
    let mut t = 1.0;
    loop {
        t /= 10.0;
        let x = [run.state.x()[0], run.state.x()[1]];
        let (status, x, level) = penalize(t, x, run);
        if !matches!(status, Status::Optimal | Status::ParentLimit) {
            return run.fail(Status::SubproblemFailure);
        }
        let g = level.gradient(x);
        let state = &mut run.state;
        state.x_mut().copy_from_slice(&x);
        state.g.set(&x[..1]);
        state.h.set(&x[1..]);
        // ∇f + y ∇g − νᴳ ∇G − νᴴ ∇H = 0 in the component of x₂; x₁ is not active.
        state.nu_g.set(&[0.0]);
        state.nu_h.set(&g[1..]);
        state.dual.set(&[g[0], 0.0]);
        state.others = Some(level.residuals(x).others);
        if let Some(status) = run.stop(&()) {
            return status;
        }
    }
}

fn tower() -> Stopping<(), MpccState> {
    let state = MpccState::new(vec![2.0, 2.0]);
    Stopping::mpcc(state, Stationarity::Mordukhovich, 1e-8).with_tolerances(1e-3, 0.0)
}

#[test]
fn four_levels_find_the_m_stationary_point() {
    let mut run = tower();
    assert_eq!(regularize(&mut run), Status::Optimal);
    // t = 10⁻¹, 10⁻², 10⁻³: the complementarity min(G, H) = t meets the tolerance at the third.
    assert_eq!(run.iterations(), 3);
    let x = run.state.x();
    assert!((x[0] - 1.0).abs() <= 2e-3 && x[1] == 1e-3, "{x:?}");
    let nu_h = run.state.nu_h.get().expect("set")[0];
    assert!((nu_h + 1.0).abs() < 1e-2, "{nu_h}");
    assert!(run.score().is_some_and(|score| score <= 1e-3));
}

#[test]
fn time_that_runs_out_above_ends_the_line_search_below() {
    let clock = Clock::manual();
    let budget = Budget {
        max_time: Duration::from_secs(1),
        ..Budget::default()
    };
    let mut run = tower().with_clock(clock.clone()).with_budget(budget);
    assert_eq!(run.start(&()), None);
    clock.advance(Duration::from_secs(2));
    let (status, _, _) = penalize(0.1, [2.0, 2.0], &run);
    assert_eq!(status, Status::ParentLimit);
    assert_eq!(run.stop(&()), Some(Status::TimeLimit));
    // Cancelling the first level is seen by the fourth.
    let run = tower();
    let level = Regularized { t: 0.1, rho: 1.0 };
    let middle = run.child([2.0, 0.0], |_: &Regularized, _: &Point| 1.0);
    run.cancel_token().cancel();
    assert_eq!(
        search(level, [2.0, 0.0], [1.0, 0.0], &middle),
        Err(Status::Cancelled)
    );
}
