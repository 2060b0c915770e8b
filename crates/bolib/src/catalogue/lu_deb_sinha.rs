//! Problems of Lu, Deb and Sinha.

use std::f64::consts::PI;

use nlp_model::{Real, Scalar};

use crate::Evidence;
use crate::problem::{Problem, at, problem};

const LU_DEB_SINHA_2016: &str = "Z. C. Lu, K. Deb, and A. Sinha, Robust and reliable solutions \
    in bilevel optimization problems under uncertainties, COIN Report 2016026";

/// Re exp(−a^0.4) for a real a of either sign, the principal power of a complex number.
///
/// With p = |a|^0.4: exp(−p) for a ≥ 0, exp(−p cos 0.4π) cos(p sin 0.4π) for a < 0. A cusp at 0.
fn cusp<T: Scalar>(a: Real<T>) -> Real<T> {
    let p = a.abs().powf(0.4);
    let angle = 0.4 * PI;
    a.select(
        (-p).exp(),
        (-angle.cos() * p).exp() * (angle.sin() * p).cos(),
    )
}

nlp_model::bilevel! {
    /// Lu, Deb and Sinha (2016), problem a.
    pub struct LuDebSinha2016a(x; y);
    F = 2.0 - cusp((0.2 * y - x + 0.6) / 0.055)
        - 0.8 * (-((0.15 * y + x - 0.4) / 0.3).powi(2)).exp();
    G <= 0: [-x, x - 1.0, -y, y - 2.0];
    f = 2.0 - cusp((1.5 * y - x) / 0.055) - 0.8 * (-((2.0 * y + x - 3.0) / 0.5).powi(2)).exp();
    g <= 0: [];
}

impl LuDebSinha2016a {
    pub(crate) const PROBLEM: Problem = problem!(LuDebSinha2016a, 84, LU_DEB_SINHA_2016)
        .size(1, 1, 4, 0)
        .starts(&[at(&[0.46], &[0.69]), at(&[0.5], &[1.0])])
        .kinked()
        .published(1.94)
        .disputed()
        .checked(0.8127812467071591, 0.9996261973615704)
        .point(&[0.6923076923076923], &[0.46153846153846156])
        .comment(
            "A power 0.4 of a negative number appears; its real part is meant. The lower \
            level has a cusp, and its minimum, at y = 2x/3. The known point (0.2; 1.4) is not \
            optimal for the lower level.",
        );
}

nlp_model::bilevel! {
    /// Lu, Deb and Sinha (2016), problem b.
    pub struct LuDebSinha2016b(x; y);
    F = (x - 0.5).powi(2) + (y - 1.0).powi(2);
    G <= 0: [-x, x - 1.0, -y, y - 2.0];
    f = 2.0 - cusp((1.5 * y - x) / 0.055) - 0.8 * (-((2.0 * y + x - 3.0) / 0.5).powi(2)).exp();
    g <= 0: [];
}

impl LuDebSinha2016b {
    pub(crate) const PROBLEM: Problem = problem!(LuDebSinha2016b, 85, LU_DEB_SINHA_2016)
        .size(1, 1, 4, 0)
        .starts(&[at(&[0.46], &[0.69]), at(&[0.5], &[1.0])])
        .kinked()
        .published(0.0)
        .disputed()
        .checked(0.3076923076923077, 0.9944805381382614)
        .point(&[0.8076923076923077], &[0.5384615384615384])
        .comment(
            "The lower level is that of LuDebSinha2016a. The known value 0 belongs to a \
            point that is not optimal for it; with y = 2x/3 the value is 4/13.",
        );
}

nlp_model::bilevel! {
    /// Lu, Deb and Sinha (2016), problem c.
    pub struct LuDebSinha2016c(x; y);
    F = 2.0 - cusp((0.2 * y - x + 0.6) / 0.055)
        - 0.8 * (-((0.15 * y + x - 0.4) / 0.3).powi(2)).exp();
    G <= 0: [-x, x - 1.0, -y, y - 2.0];
    f = (x - 0.5).powi(2) + (y - 1.0).powi(2);
    g <= 0: [];
}

impl LuDebSinha2016c {
    pub(crate) const PROBLEM: Problem = problem!(LuDebSinha2016c, 38, LU_DEB_SINHA_2016)
        .size(1, 1, 4, 0)
        .starts(&[at(&[0.5], &[0.5]), at(&[1.0], &[1.0])])
        .convex()
        .kinked()
        .published(1.12)
        .disputed()
        .checked(0.9722430607457447, 0.09000000000000002)
        .point(&[0.8], &[1.0])
        .comment(
            "F has a cusp at 0.2 y - x + 0.6 = 0. The lower level gives y = 1; the cusp at \
            x = 0.8 is lower than the known 1.12 at the smooth local minimum.",
        );
}

nlp_model::bilevel! {
    /// Lu, Deb and Sinha (2016), problem d.
    pub struct LuDebSinha2016d(x1, x2; y1, y2);
    F = -x2;
    G <= 0: [
        -4.0 - x1, -100.0 - x2,
        x1 - 10.0, x2 - 200.0,
        -4.0 - y1, -100.0 - y2,
        y1 - 10.0, y2 - 200.0,
        -(y1 / 14.0 + 16.0 / 7.0) * (x1 - 2.0).powi(2) + x2,
        12.5 * (y1 / 14.0 + 16.0 / 7.0) * (x1 - 5.0) - x2,
        -5.0 * (x1 + 4.0 - y1 / 14.0 - 16.0 / 7.0) * (x1 + 8.0 - y1 / 14.0 - 16.0 / 7.0) + x2,
    ];
    f = -y2;
    g <= 0: [
        -(x1 / 14.0 + 16.0 / 7.0) * (y1 - 2.0).powi(2) + y2,
        12.5 * (x1 / 14.0 + 16.0 / 7.0) * (y1 - 5.0) - y2,
        -5.0 * (y1 + 4.0 - x1 / 14.0 - 16.0 / 7.0) * (y1 + 8.0 - x1 / 14.0 - 16.0 / 7.0) + y2,
    ];
}

impl LuDebSinha2016d {
    pub(crate) const PROBLEM: Problem = problem!(LuDebSinha2016d, 86, LU_DEB_SINHA_2016)
        .size(2, 2, 11, 3)
        .starts(&[
            at(&[0.0, 200.0], &[0.0, 200.0]),
            at(&[10.0, 200.0], &[10.0, 200.0]),
        ])
        .unsolvable(Evidence::IllPosed)
        .comment(
            "The bounds on y are upper-level rows: the lower level is unbounded below for \
            every x.",
        );
}

nlp_model::bilevel! {
    /// Lu, Deb and Sinha (2016), problem e.
    pub struct LuDebSinha2016e(x; y1, y2);
    F = (x - 2.5).powi(2) / 0.04 + (y2 - 50.0).powi(2) / 900.0;
    G <= 0: [2.0 - x, x - 3.0, -4.0 - y1, -100.0 - y2, y1 - 10.0, y2 - 200.0];
    f = -y2;
    g <= 0: [
        -x * (y1 - 2.0).powi(2) + y2,
        12.5 * x * (y1 - 5.0) - y2,
        -5.0 * (y1 + 4.0 - x) * (y1 + 8.0 - x) + y2,
    ];
}

impl LuDebSinha2016e {
    pub(crate) const PROBLEM: Problem = problem!(LuDebSinha2016e, 87, LU_DEB_SINHA_2016)
        .size(1, 2, 6, 3)
        .starts(&[at(&[2.0], &[5.0, 10.0]), at(&[2.0], &[5.0, 100.0])])
        .unsolvable(Evidence::IllPosed)
        .comment(
            "The bounds on y are upper-level rows: the lower level is unbounded below for \
            every x.",
        );
}

nlp_model::bilevel! {
    /// Lu, Deb and Sinha (2016), problem f.
    pub struct LuDebSinha2016f(x1, x2; y);
    F = -x2;
    G <= 0: [
        2.0 - y, y - 4.0, -80.0 - x1, -100.0 - x2, x1 - 200.0, x2 - 200.0,
        -y * (x1 / 20.0 - 2.0).powi(2) + x2,
        12.5 * y * (x1 / 20.0 - 5.0) - x2,
        -5.0 * (x1 / 20.0 + 4.0 - y) * (x1 / 20.0 + 8.0 - y) + x2,
    ];
    f = (x1 - 50.0).powi(2) / 784.0 + (y - 2.5).powi(2) / 0.04;
    g <= 0: [];
}

impl LuDebSinha2016f {
    pub(crate) const PROBLEM: Problem = problem!(LuDebSinha2016f, 39, LU_DEB_SINHA_2016)
        .size(2, 1, 9, 0)
        .starts(&[at(&[200.0, 200.0], &[2.5]), at(&[50.0, 50.0], &[2.5])])
        .convex()
        .checked(-160.0, 28.698979591836736)
        .point(&[200.0, 160.0], &[2.5])
        .comment(
            "The lower level has the solution 2.5 for every x; what remains is a problem \
            in two variables.",
        );
}
