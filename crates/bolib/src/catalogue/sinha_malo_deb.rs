//! Problems of Sinha, Malo and Deb.

use std::f64::consts::PI;

use nlp_model::{Real, Scalar};

use crate::problem::{Problem, at, problem};

const SINHA_MALO_DEB_2014: &str = "A. Sinha, P. Malo and K. Deb, An improved bilevel \
    evolutionary algorithm based on quadratic approximations, In Evolutionary Computation \
    (CEC), 2014 IEEE Congress, pp. 1870–1877, 2014";

/// Σ vᵢ².
fn squares<T: Scalar, const N: usize>(v: [Real<T>; N]) -> Real<T> {
    v.into_iter()
        .fold(Real::from(0.0), |sum, v| sum + v.powi(2))
}

/// The function of Griewank: 1 + Σ vᵢ² / 4000 − Π cos(vᵢ / √i).
fn griewank<T: Scalar, const N: usize>(v: [Real<T>; N]) -> Real<T> {
    let waves = v
        .into_iter()
        .zip(1..)
        .fold(Real::from(1.0), |product, (v, i)| {
            product * (v / f64::from(i).sqrt()).cos()
        });
    1.0 + squares(v) / 4000.0 - waves
}

nlp_model::bilevel! {
    /// Sinha, Malo and Deb (2014), test problem 3.
    pub struct SinhaMaloDeb2014TP3(x1, x2; y1, y2);
    F = -x1.powi(2) - 3.0 * x2.powi(2) - 4.0 * y1 + y2.powi(2);
    G <= 0: [-x1, -x2, x1.powi(2) + 2.0 * x2 - 4.0];
    f = 2.0 * x1.powi(2) + y1.powi(2) - 5.0 * y2;
    g <= 0: [
        -y1, -y2,
        -x2 - 3.0 * y1 + 4.0 * y2 + 4.0,
        -x1.powi(2) + 2.0 * x1 - x2.powi(2) + 2.0 * y1 - y2 - 3.0,
    ];
}

impl SinhaMaloDeb2014TP3 {
    pub(crate) const PROBLEM: Problem = problem!(SinhaMaloDeb2014TP3, 116, SINHA_MALO_DEB_2014)
        .size(2, 2, 3, 4)
        .starts(&[at(&[0.0, 2.0], &[2.0, 2.0]), at(&[0.0, 2.0], &[2.0, 0.0])])
        .convexity(true, false)
        .published(-18.68)
        .checked(-18.6787109375, -1.015625)
        .point(&[0.0, 2.0], &[1.875, 0.90625]);
}

nlp_model::bilevel! {
    /// Sinha, Malo and Deb (2014), test problem 6.
    pub struct SinhaMaloDeb2014TP6(x; y1, y2);
    F = (x - 1.0).powi(2) - 2.0 * x + 2.0 * y1;
    G <= 0: [-x];
    f = (2.0 * y1 - 4.0).powi(2) + (2.0 * y2 - 1.0).powi(2) + x * y1;
    g <= 0: [
        -y1, -y2,
        4.0 * x + 5.0 * y1 + 4.0 * y2 - 12.0,
        -4.0 * x - 5.0 * y1 + 4.0 * y2 + 4.0,
        4.0 * x - 4.0 * y1 + 5.0 * y2 - 4.0,
        -4.0 * x + 4.0 * y1 + 5.0 * y2 - 4.0,
    ];
}

impl SinhaMaloDeb2014TP6 {
    pub(crate) const PROBLEM: Problem = problem!(SinhaMaloDeb2014TP6, 67, SINHA_MALO_DEB_2014)
        .size(1, 2, 1, 6)
        .starts(&[at(&[1.0], &[1.0, 0.0]), at(&[0.5], &[0.5, 0.0])])
        .convex()
        .published(-1.21)
        .checked(-1.2098765432098766, 7.617283950617285)
        .point(&[1.8888888888888888], &[0.8888888888888888, 0.0]);
}

nlp_model::bilevel! {
    /// Sinha, Malo and Deb (2014), test problem 7.
    pub struct SinhaMaloDeb2014TP7(x1, x2; y1, y2);
    F = -(x1 + y1) * (x2 + y2) / (1.0 + x1 * y1 + x2 * y2);
    G <= 0: [-x1, -x2, x1 - x2, x1.powi(2) + x2.powi(2) - 100.0];
    f = (x1 + y1) * (x2 + y2) / (1.0 + x1 * y1 + x2 * y2);
    g <= 0: [-y1, -y2, y1 - x1, y2 - x2];
}

impl SinhaMaloDeb2014TP7 {
    pub(crate) const PROBLEM: Problem = problem!(SinhaMaloDeb2014TP7, 117, SINHA_MALO_DEB_2014)
        .size(2, 2, 4, 4)
        .starts(&[at(&[7.0, 7.0], &[7.0, 7.0]), at(&[1.0, 1.0], &[1.0, 1.0])])
        .published(-1.96)
        .checked(-1.9607843137254901, 1.9607843137254901)
        .point(
            &[7.0710678118654755, 7.0710678118654755],
            &[7.0710678118654755, 0.0],
        )
        .comment(
            "The published -1.98 belongs to a point that is not optimal for the lower \
            level; F* = -100/51.",
        );
}

nlp_model::bilevel! {
    /// Sinha, Malo and Deb (2014), test problem 8.
    pub struct SinhaMaloDeb2014TP8(x1, x2; y1, y2);
    F = (2.0 * x1 + 2.0 * x2 - 3.0 * y1 - 3.0 * y2 - 60.0).powi(2);
    G <= 0: [-x1, -x2, x1 - 50.0, x2 - 50.0, x1 + x2 + y1 - 2.0 * y2 - 40.0];
    f = (y1 - x1 + 20.0).powi(2) + (y2 - x2 + 20.0).powi(2);
    g <= 0: [
        2.0 * y1 - x1 + 10.0,
        2.0 * y2 - x2 + 10.0,
        y1 - 20.0, y2 - 20.0, -y1 - 10.0, -y2 - 10.0,
    ];
}

impl SinhaMaloDeb2014TP8 {
    pub(crate) const PROBLEM: Problem = problem!(SinhaMaloDeb2014TP8, 68, SINHA_MALO_DEB_2014)
        .size(2, 2, 5, 6)
        .starts(&[
            at(&[-10.0, 10.0], &[0.0, 0.0]),
            at(&[-10.0, 10.0], &[-10.0, 10.0]),
        ])
        .convex()
        .published(0.0)
        .checked(0.0, 100.0)
        .point(&[0.0, 30.0], &[-10.0, 10.0]);
}

nlp_model::bilevel! {
    /// Sinha, Malo and Deb (2014), test problem 9.
    pub struct SinhaMaloDeb2014TP9(
        x1, x2, x3, x4, x5, x6, x7, x8, x9, x10;
        y1, y2, y3, y4, y5, y6, y7, y8, y9, y10
    );
    F = squares([
            x1 - 1.0, x2 - 1.0, x3 - 1.0, x4 - 1.0, x5 - 1.0,
            x6 - 1.0, x7 - 1.0, x8 - 1.0, x9 - 1.0, x10 - 1.0,
        ]) + squares([y1, y2, y3, y4, y5, y6, y7, y8, y9, y10]);
    G <= 0: [];
    f = (griewank([y1, y2, y3, y4, y5, y6, y7, y8, y9, y10])
        * squares([x1, x2, x3, x4, x5, x6, x7, x8, x9, x10]))
        .exp();
    g <= 0: [
        y1 - PI, y2 - PI, y3 - PI, y4 - PI, y5 - PI, y6 - PI, y7 - PI, y8 - PI, y9 - PI,
        y10 - PI,
        -y1 - PI, -y2 - PI, -y3 - PI, -y4 - PI, -y5 - PI, -y6 - PI, -y7 - PI, -y8 - PI,
        -y9 - PI, -y10 - PI,
    ];
}

impl SinhaMaloDeb2014TP9 {
    pub(crate) const PROBLEM: Problem = problem!(SinhaMaloDeb2014TP9, 118, SINHA_MALO_DEB_2014)
        .size(10, 10, 0, 20)
        .starts(&[at(&[0.0; 10], &[0.0; 10])])
        .published(0.0)
        .best_known(0.0, 1.0)
        .point(&[1.0; 10], &[0.0; 10])
        .comment(
            "The lower objective oscillates; its exponential overflows for large x. One \
            start only.",
        );
}

nlp_model::bilevel! {
    /// Sinha, Malo and Deb (2014), test problem 10.
    pub struct SinhaMaloDeb2014TP10(
        x1, x2, x3, x4, x5, x6, x7, x8, x9, x10;
        y1, y2, y3, y4, y5, y6, y7, y8, y9, y10
    );
    F = squares([
            x1 - 1.0, x2 - 1.0, x3 - 1.0, x4 - 1.0, x5 - 1.0,
            x6 - 1.0, x7 - 1.0, x8 - 1.0, x9 - 1.0, x10 - 1.0,
        ]) + squares([y1, y2, y3, y4, y5, y6, y7, y8, y9, y10]);
    G <= 0: [];
    f = griewank([
            x1 * y1, x2 * y2, x3 * y3, x4 * y4, x5 * y5,
            x6 * y6, x7 * y7, x8 * y8, x9 * y9, x10 * y10,
        ])
        .exp();
    g <= 0: [
        y1 - PI, y2 - PI, y3 - PI, y4 - PI, y5 - PI, y6 - PI, y7 - PI, y8 - PI, y9 - PI,
        y10 - PI,
        -y1 - PI, -y2 - PI, -y3 - PI, -y4 - PI, -y5 - PI, -y6 - PI, -y7 - PI, -y8 - PI,
        -y9 - PI, -y10 - PI,
    ];
}

impl SinhaMaloDeb2014TP10 {
    pub(crate) const PROBLEM: Problem = problem!(SinhaMaloDeb2014TP10, 119, SINHA_MALO_DEB_2014)
        .size(10, 10, 0, 20)
        .starts(&[at(&[0.0; 10], &[0.0; 10])])
        .published(0.0)
        .best_known(0.0, 1.0)
        .point(&[1.0; 10], &[0.0; 10])
        .comment("The lower objective oscillates. One start only.");
}
