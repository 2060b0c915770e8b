//! Bracketing with cubic interpolation and bisection.

use crate::{Line, OneDState, Solver, Status, Stopping};

/// Brackets a minimizer and shrinks the bracket by cubic interpolation, or by bisection where that moves too little.
///
/// # Algorithm
/// The bracket [lo, hi] begins as [0, ∞) with h′(lo) < 0.
/// 1. Evaluate h and h′ at t. If h(t) > h(lo) or h′(t) ≥ 0, hi = t; else lo = t.
/// 2. Without hi, t ← 2t. Else, where the bracket has not shrunk by half over the last two iterations, t is its midpoint.
///    Else t is the minimizer of the cubic through values and slopes at lo and hi, at least 1 % of the width from both ends.
///
/// # Convergence and failure
/// With h′(0) < 0 the bracket shrinks to a point where h′ vanishes with h < h(0), so every acceptance that holds near such
/// points is met. A bracket of relative width below 4ε, or a direction that is not one of descent, gives
/// [`Status::SubproblemFailure`]. One value and one slope each iteration.
///
/// # References
/// J. Nocedal, S. Wright, *Numerical Optimization*, 2nd ed., section 3.5, (3.59).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interpolation;

#[derive(Clone, Copy)]
struct Sample {
    t: f64,
    h: f64,
    dh: f64,
}

impl<L: Line + ?Sized> Solver<L, OneDState> for Interpolation {
    fn solve(&mut self, line: &L, stopping: &mut Stopping<L, OneDState>) -> Status {
        let mut lo = Sample {
            t: 0.0,
            h: stopping.state.h0.unwrap_or_else(|| line.value(0.0)),
            dh: stopping.state.dh0.unwrap_or_else(|| line.slope(0.0)),
        };
        (stopping.state.h0, stopping.state.dh0) = (Some(lo.h), Some(lo.dh));
        let mut hi: Option<Sample> = None;
        let mut widths = [f64::INFINITY; 2];

        let mut here = evaluate(line, stopping);
        if let Some(status) = stopping.start(line) {
            return status;
        }
        if lo.dh >= 0.0 || here.t <= 0.0 {
            return stopping.fail(Status::SubproblemFailure);
        }
        loop {
            // Where rounding hides the difference of values, the slope alone decides.
            let rounding = 10.0 * f64::EPSILON * lo.h.abs();
            if here.h - lo.h > rounding || here.dh >= 0.0 {
                hi = Some(here);
            } else {
                lo = here;
            }
            let t = match hi {
                None => 2.0 * lo.t,
                Some(hi) => {
                    let width = hi.t - lo.t;
                    if width <= 4.0 * f64::EPSILON * hi.t {
                        return stopping.fail(Status::SubproblemFailure);
                    }
                    let slow = width > 0.5 * widths[0];
                    widths = [widths[1], width];
                    if slow {
                        lo.t + 0.5 * width
                    } else {
                        inside(lo, hi)
                    }
                }
            };
            stopping.state.set_t(t);
            here = evaluate(line, stopping);
            if let Some(status) = stopping.stop(line) {
                return status;
            }
        }
    }
}

fn evaluate<L: Line + ?Sized>(line: &L, stopping: &mut Stopping<L, OneDState>) -> Sample {
    let state = &mut stopping.state;
    let t = state.t();
    let (h, dh) = (line.value(t), line.slope(t));
    (state.h, state.dh) = (Some(h), Some(dh));
    Sample { t, h, dh }
}

/// The minimizer of the cubic, moved inside where it is nearer to an end than 1 % of the width; the midpoint when it does
/// not exist.
fn inside(lo: Sample, hi: Sample) -> f64 {
    let width = hi.t - lo.t;
    let difference = hi.h - lo.h;
    let t = if difference.abs() < 1e4 * f64::EPSILON * lo.h.abs() {
        // Rounding spoils the cubic; the root of the line through both slopes is as good here.
        lo.t + width * lo.dh / (lo.dh - hi.dh)
    } else {
        let d1 = lo.dh + hi.dh - 3.0 * difference / width;
        let d2 = (d1 * d1 - lo.dh * hi.dh).sqrt();
        hi.t - width * (hi.dh + d2 - d1) / (hi.dh - lo.dh + 2.0 * d2)
    };
    if t.is_finite() {
        t.clamp(lo.t + 0.01 * width, hi.t - 0.01 * width)
    } else {
        lo.t + 0.5 * width
    }
}
