//! Local minimization at the lower level.

use linalg::slice::{all_finite, norm_inf};
use nlp_model::{Bilevel, Model};

use super::FixedUpper;
use crate::MpecError;
use crate::sqp::{Limits, Sqp};

/// A violation up to this is rounding. Where the lower level has no multipliers, points that are
/// infeasible by ε may have values smaller by √ε: with 1e-8 here, solutions would be refuted.
pub(super) const ROUNDING: f64 = 1e-13;
/// Values at or below this count as −∞.
pub(super) const UNBOUNDED: f64 = -1e20;

/// Minimizes f(x, ·) from a feasible point s⁰: sequential quadratic programming, and a poll where its
/// end is not feasible within rounding or no better. Returns the better of s⁰ and the end, and its value.
pub(super) fn descend(
    problem: &dyn Bilevel,
    x: &[f64],
    start: Vec<f64>,
) -> Result<(Vec<f64>, f64), MpecError> {
    let model = FixedUpper::new(problem, x)?;
    let meta = model.meta();
    let mut c = vec![0.0; meta.ncon()];
    let mut value_at = |s: &[f64]| {
        model.cons(s, &mut c);
        let inside = |v: &f64, l: &f64, u: &f64| *v >= l - ROUNDING && *v <= u + ROUNDING;
        let rows = c.iter().zip(meta.lcon().iter().zip(meta.ucon()));
        let bounds = s.iter().zip(meta.lvar().iter().zip(meta.uvar()));
        // false for NaN
        let is_feasible = all_finite(s) && rows.chain(bounds).all(|(v, (l, u))| inside(v, l, u));
        let value = if is_feasible {
            model.obj(s)
        } else {
            f64::INFINITY
        };
        if value.is_nan() { f64::INFINITY } else { value }
    };
    let value = value_at(&start);
    let mut sqp = Sqp::new(&model);
    let limits = Limits {
        tolerance: 1e-11,
        iterations: 60,
    };
    sqp.solve(&start, meta.lcon(), meta.ucon(), limits);
    let end = value_at(sqp.x());
    if end < value {
        return Ok((sqp.x().to_vec(), end));
    }
    let size = 1.0 + norm_inf(&start);
    let options = dfo::PollOptions {
        radius: 0.1 * size,
        final_radius: 1e-9 * size,
        target: UNBOUNDED,
        max_evaluations: 2_000,
        ..dfo::PollOptions::default()
    };
    if !value.is_finite() {
        return Ok((start, model.obj(sqp.x())));
    }
    let (lower, upper) = (meta.lvar(), meta.uvar());
    let poll = dfo::poll(value_at, &start, value, lower, upper, &options)?;
    Ok((poll.point, poll.value))
}
