//! Functions of a fixed number of variables without data.

use nlp_model::Scalar;
use std::f64::consts::TAU;

pub(super) fn freudenstein_roth<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    let (a, b) = (x[0], x[1]);
    out(a - 13.0 + ((-b + 5.0) * b - 2.0) * b);
    out(a - 29.0 + ((b + 1.0) * b - 14.0) * b);
}

pub(super) fn powell_badly_scaled<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    out(x[0] * x[1] * 1e4 - 1.0);
    out((-x[0]).exp() + (-x[1]).exp() - 1.0001);
}

pub(super) fn brown_badly_scaled<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    out(x[0] - 1e6);
    out(x[1] - 2e-6);
    out(x[0] * x[1] - 2.0);
}

pub(super) fn beale<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    for (i, y) in [(1, 1.5), (2, 2.25), (3, 2.625)] {
        out(-x[0] * (-x[1].powi(i) + 1.0) + y);
    }
}

/// The angle of (a, b) in turns, on [−1/4, 3/4).
pub(super) fn turn<T: Scalar>(a: T, b: T) -> T {
    a.select(half_turn(a, b), half_turn(-a, -b) + 0.5)
}

/// The angle of (a, b) in turns, on [−1/2, 1/2].
pub(super) fn turn_atan2<T: Scalar>(a: T, b: T) -> T {
    let left = half_turn(-a, -b);
    a.select(half_turn(a, b), b.select(left + 0.5, left - 0.5))
}

/// The angle of (a, b), a ≥ 0, in turns; the quotient is at most 1, so that a = 0 is no exception.
fn half_turn<T: Scalar>(a: T, b: T) -> T {
    let quarter = T::from(0.25);
    let steep = b.select(quarter, -quarter) - (a / b).atan() / TAU;
    (a - b.abs()).select((b / a).atan() / TAU, steep)
}

pub(super) fn helical_valley<T: Scalar>(x: &[T], turn: fn(T, T) -> T, out: &mut impl FnMut(T)) {
    out((x[2] - turn(x[0], x[1]) * 10.0) * 10.0);
    out(((x[0] * x[0] + x[1] * x[1]).sqrt() - 1.0) * 10.0);
    out(x[2]);
}

pub(super) fn wood<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    out((x[1] - x[0] * x[0]) * 10.0);
    out(-x[0] + 1.0);
    out((x[3] - x[2] * x[2]) * 90f64.sqrt());
    out(-x[2] + 1.0);
    out((x[1] + x[3] - 2.0) * 10f64.sqrt());
    out((x[1] - x[3]) / 10f64.sqrt());
}

pub(super) fn heart8<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    let [a, b, c, d, t, u, v, w] = [x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]];
    let (t2, u2, v2, w2) = (t * t, u * u, v * v, w * w);
    out(a + b + 0.69);
    out(c + d + 0.044);
    out(t * a + u * b - v * c - w * d + 1.57);
    out(v * a + w * b + t * c + u * d + 1.31);
    out(a * (t2 - v2) - c * t * v * 2.0 + b * (u2 - w2) - d * u * w * 2.0 + 2.65);
    out(c * (t2 - v2) + a * t * v * 2.0 + d * (u2 - w2) + b * u * w * 2.0 - 2.0);
    let (tv, vt) = (t * (t2 - v2 * 3.0), v * (v2 - t2 * 3.0));
    let (uw, wu) = (u * (u2 - w2 * 3.0), w * (w2 - u2 * 3.0));
    out(a * tv + c * vt + b * uw + d * wu + 12.6);
    out(c * tv - a * vt + d * uw - b * wu - 9.48);
}
