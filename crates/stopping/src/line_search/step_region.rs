//! A trust region on the step.

use crate::{Line, OneDState, Solver, Status, Stopping};

/// Minimizes h by quadratic models in a trust region around the step, whose two sides have radii of their own.
///
/// # Algorithm
/// With q(s) = h′(t) s + ½ κ s² and κ the secant curvature of the last two slopes:
/// 1. s minimizes q over [−Δ₋, Δ₊].
/// 2. ρ = (h(t + s) − h(t)) / q(s), the change being taken from the slopes where rounding hides it. If ρ < ¼, the radius on the side of s becomes ¼ |s|; if ρ > ¾ and s is on the border,
///    it doubles.
/// 3. If ρ > 10⁻⁴, t ← t + s. In both cases κ takes in the new slope; stop.
///
/// # Convergence and failure
/// Accepted steps decrease h; the limit has h′ = 0 (a trust-region method in one variable). A step that no longer
/// changes t gives [`Status::SubproblemFailure`]. One value and one slope each iteration.
///
/// # References
/// S. Goyette, J.-P. Dussault, *LineSearch.jl* (methods "TR secant"); A. Conn, N. Gould, Ph. Toint, *Trust-Region Methods*, SIAM,
/// 2000, Algorithm 6.1.1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepRegion {
    /// First radius toward smaller steps. Default 1.
    pub radius_minus: f64,
    /// First radius toward larger steps. Default 1.
    pub radius_plus: f64,
}

impl Default for StepRegion {
    fn default() -> Self {
        StepRegion {
            radius_minus: 1.0,
            radius_plus: 1.0,
        }
    }
}

impl<L: Line + ?Sized> Solver<L, OneDState> for StepRegion {
    fn solve(&mut self, line: &L, stopping: &mut Stopping<L, OneDState>) -> Status {
        let (mut minus, mut plus) = (self.radius_minus, self.radius_plus);
        let mut t = stopping.state.t();
        let (mut h, mut dh) = (line.value(t), line.slope(t));
        (stopping.state.h, stopping.state.dh) = (Some(h), Some(dh));
        let mut kappa = 1.0;
        if let Some(status) = stopping.start(line) {
            return status;
        }
        loop {
            // 1. The model's minimizer.
            let s = step(dh, kappa, minus, plus);
            let predicted = dh * s + 0.5 * kappa * s * s;
            let trial = t + s;
            if trial == t {
                return stopping.fail(Status::SubproblemFailure);
            }
            let (trial_h, trial_dh) = (line.value(trial), line.slope(trial));
            // 2. Radii. A trial that is not a number counts as a bad one.
            // Near a minimizer the values differ by rounding only; the slopes still tell the change, by the trapezoid
            // rule.
            let change = if predicted.abs() < 1e4 * f64::EPSILON * h.abs() {
                0.5 * (dh + trial_dh) * s
            } else {
                trial_h - h
            };
            let rho = change / predicted;
            let radius = if s < 0.0 { &mut minus } else { &mut plus };
            if rho > 0.75 && s.abs() >= *radius {
                *radius *= 2.0;
            } else if rho.is_nan() || rho < 0.25 {
                *radius = 0.25 * s.abs();
            }
            // 3. Curvature and point.
            let secant = (trial_dh - dh) / s;
            if secant.is_finite() {
                kappa = secant;
            }
            if rho > 1e-4 {
                (t, h, dh) = (trial, trial_h, trial_dh);
                stopping.state.set_t(t);
                (stopping.state.h, stopping.state.dh) = (Some(h), Some(dh));
            }
            if let Some(status) = stopping.stop(line) {
                return status;
            }
        }
    }
}

/// The minimizer of dh s + ½ κ s² over [−minus, plus].
fn step(dh: f64, kappa: f64, minus: f64, plus: f64) -> f64 {
    if kappa > 0.0 {
        return (-dh / kappa).clamp(-minus, plus);
    }
    let q = |s: f64| dh * s + 0.5 * kappa * s * s;
    if q(plus) <= q(-minus) { plus } else { -minus }
}
