//! Problems of Mitsos and Barton, examples 3.17 to 3.28.

use std::f64::consts::FRAC_1_SQRT_2;

use crate::problem::{Problem, at, problem};

const MITSOS_BARTON_2006: &str = "A. Mitsos and P. I. Barton, A Test Set for Bilevel Programs, \
    Technical report, MIT, 2006";

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.17.
    pub struct MitsosBarton2006Ex317(x; y);
    F = (x + 0.5).powi(2) + y.powi(2) / 2.0;
    G <= 0: [-x - 1.0, x - 1.0];
    f = x * y.powi(2) / 2.0 + y.powi(4) / 4.0;
    g <= 0: [-y - 1.0, y - 1.0];
}

impl MitsosBarton2006Ex317 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex317, 43, MITSOS_BARTON_2006)
        .size(1, 1, 2, 2)
        .starts(&[at(&[-1.0], &[1.0]), at(&[1.0], &[1.0])])
        .convexity(false, true)
        .published(0.19)
        .optimal(0.19, -0.015625)
        .point(&[-0.25], &[0.5])
        .comment(
            "The published tables list the lower level as convex, but f_yy = x + 3y² is \
            negative near y = 0 for x < 0. (-0.25; -0.5) is a second optimal point.",
        );
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.18.
    pub struct MitsosBarton2006Ex318(x; y);
    F = -x.powi(2) + y.powi(2);
    G <= 0: [-x - 1.0, x - 1.0];
    f = x * y.powi(2) - y.powi(4) / 2.0;
    g <= 0: [-y - 1.0, y - 1.0];
}

impl MitsosBarton2006Ex318 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex318, 96, MITSOS_BARTON_2006)
        .size(1, 1, 2, 2)
        .starts(&[at(&[-1.0], &[-1.0]), at(&[1.0], &[1.0])])
        .published(-0.25)
        .disputed()
        .checked(-1.0, 0.0)
        .point(&[1.0], &[0.0])
        .comment(
            "The known value -0.25 is not optimal: y = 0 solves the lower level for \
            x ≥ 0.5, and (1; 0) has F = -1.",
        );
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.19.
    pub struct MitsosBarton2006Ex319(x; y);
    F = (x - 1.0 + y / 2.0) * y;
    G <= 0: [-x - 1.0, x - 1.0];
    f = (-x + y.powi(2) / 2.0) * y.powi(2);
    g <= 0: [-y - 1.0, y - 1.0];
}

impl MitsosBarton2006Ex319 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex319, 97, MITSOS_BARTON_2006)
        .size(1, 1, 2, 2)
        .starts(&[at(&[0.0], &[0.5]), at(&[0.5], &[1.0])])
        .published(-0.26)
        .optimal(-0.26, -0.01778129947)
        .point(&[0.188580484], &[0.434258546]);
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.20.
    pub struct MitsosBarton2006Ex320(x; y);
    F = (x - 0.25).powi(2) + y.powi(2);
    G <= 0: [-x - 1.0, x - 1.0];
    f = y.powi(3) / 3.0 - x.powi(2) * y;
    g <= 0: [-y - 1.0, y - 1.0];
}

impl MitsosBarton2006Ex320 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex320, 98, MITSOS_BARTON_2006)
        .size(1, 1, 2, 2)
        .starts(&[at(&[0.25], &[0.0]), at(&[1.0], &[1.0])])
        .published(0.31)
        .optimal(0.31, -0.08333333333)
        .point(&[0.5], &[0.5]);
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.21.
    pub struct MitsosBarton2006Ex321(x; y);
    F = (x + 0.6).powi(2) + y.powi(2);
    G <= 0: [-x - 1.0, x - 1.0];
    f = y.powi(4) + 4.0 / 30.0 * (1.0 - x) * y.powi(3)
        + (-0.02 * x.powi(2) + 0.16 * x - 0.4) * y.powi(2)
        + (0.004 * x.powi(3) - 0.036 * x.powi(2) + 0.08 * x) * y;
    g <= 0: [-y - 1.0, y - 1.0];
}

impl MitsosBarton2006Ex321 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex321, 99, MITSOS_BARTON_2006)
        .size(1, 1, 2, 2)
        .starts(&[at(&[1.0], &[1.0]), at(&[0.0], &[1.0])])
        .published(0.21)
        .optimal(0.21, -0.06559788429)
        .point(&[-0.5545], &[0.4554]);
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.22.
    pub struct MitsosBarton2006Ex322(x; y);
    F = (x + 0.6).powi(2) + y.powi(2);
    G <= 0: [-x - 1.0, x - 1.0];
    f = y.powi(4) + 4.0 / 30.0 * (1.0 - x) * y.powi(3)
        + (-0.02 * x.powi(2) + 0.16 * x - 0.4) * y.powi(2)
        + (0.004 * x.powi(3) - 0.036 * x.powi(2) + 0.08 * x) * y;
    g <= 0: [-y - 1.0, y - 1.0, 0.01 * (1.0 + x.powi(2)) - y.powi(2)];
}

impl MitsosBarton2006Ex322 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex322, 100, MITSOS_BARTON_2006)
        .size(1, 1, 2, 3)
        .starts(&[at(&[1.0], &[1.0]), at(&[0.0], &[1.0])])
        .published(0.21)
        .optimal(0.21, -0.06559788429)
        .point(&[-0.5545], &[0.4554])
        .comment("The BOLIB document misprints the last row.");
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.23.
    pub struct MitsosBarton2006Ex323(x; y);
    F = x.powi(2);
    G <= 0: [-x - 1.0, x - 1.0, 1.0 + x - 9.0 * x.powi(2) - y];
    f = y;
    g <= 0: [-y - 1.0, y - 1.0, y.powi(2) * (x - 0.5)];
}

impl MitsosBarton2006Ex323 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex323, 101, MITSOS_BARTON_2006)
        .size(1, 1, 3, 3)
        .starts(&[at(&[-0.5], &[0.0]), at(&[-1.0], &[-1.0])])
        .published(0.18)
        .optimal(0.18, -1.0)
        .point(&[-0.41911131921853845], &[-1.0]);
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.24.
    pub struct MitsosBarton2006Ex324(x; y);
    F = x.powi(2) - y;
    G <= 0: [-x, x - 1.0];
    f = ((y - 1.0 - 0.1 * x).powi(2) - 0.5 - 0.5 * x).powi(2);
    g <= 0: [-y, y - 3.0];
}

impl MitsosBarton2006Ex324 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex324, 102, MITSOS_BARTON_2006)
        .size(1, 1, 2, 2)
        .starts(&[at(&[0.0], &[2.0]), at(&[1.0], &[3.0])])
        .published(-1.76)
        .optimal(-1.75, 0.0)
        .point(&[0.210662134], &[1.79909646]);
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.25.
    pub struct MitsosBarton2006Ex325(x1, x2; y1, y2, y3);
    F = x1 * y1 + x2 * y1.powi(2) - x1 * x2 * y3;
    G <= 0: [
        -x1 - 1.0, -x2 - 1.0, x1 - 1.0, x2 - 1.0,
        0.1 * y1 * y2 - x1.powi(2),
        x2 * y1.powi(2),
    ];
    f = x1 * y1.powi(2) + x2 * y2 * y3;
    g <= 0: [
        -y1 - 1.0, -y2 - 1.0, -y3 - 1.0, y1 - 1.0, y2 - 1.0, y3 - 1.0,
        y1.powi(2) - y2 * y3,
        y2.powi(2) * y3 - y1 * x1,
        -y3.powi(2) + 0.1,
    ];
}

impl MitsosBarton2006Ex325 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex325, 103, MITSOS_BARTON_2006)
        .size(2, 3, 6, 9)
        .starts(&[
            at(&[0.0, 0.0], &[-1.0, 1.0, 1.0]),
            at(&[-1.0, -1.0], &[-1.0, 0.0, 0.0]),
        ])
        .published(-1.0)
        .best_known(-1.0, -2.0)
        .point(&[-1.0, -1.0], &[-1.0, 1.0, 1.0]);
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.26.
    pub struct MitsosBarton2006Ex326(x1, x2; y1, y2, y3);
    F = x1 * y1 + x2 * y2.powi(2) + x1 * x2 * y3.powi(3);
    G <= 0: [
        -x1 - 1.0, -x2 - 1.0, x1 - 1.0, x2 - 1.0,
        0.1 - x1.powi(2),
        1.5 - y1.powi(2) - y2.powi(2) - y3.powi(2),
        -2.5 + y1.powi(2) + y2.powi(2) + y3.powi(2),
    ];
    f = x1 * y1.powi(2) + x2 * y2.powi(2) + (x1 - x2) * y3.powi(2);
    g <= 0: [-y1 - 1.0, -y2 - 1.0, -y3 - 1.0, y1 - 1.0, y2 - 1.0, y3 - 1.0];
}

impl MitsosBarton2006Ex326 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex326, 104, MITSOS_BARTON_2006)
        .size(2, 3, 7, 6)
        .starts(&[
            at(&[0.0, 0.0], &[1.0, 1.0, 0.71]),
            at(&[-1.0, -1.0], &[0.8, 0.8, -0.8]),
        ])
        .published(-2.35)
        .optimal(-2.35, -2.0)
        .point(&[-1.0, -1.0], &[1.0, 1.0, -FRAC_1_SQRT_2]);
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.27.
    pub struct MitsosBarton2006Ex327(x1, x2, x3, x4, x5; y1, y2, y3, y4, y5);
    F = x1.powi(2) + x2.powi(2) + x3.powi(2) + x4.powi(2) + x5.powi(2)
        + y1.powi(2) + y2.powi(2) + y3.powi(2) + y4.powi(2) + y5.powi(2);
    G <= 0: [
        -x1 - 1.0, -x2 - 1.0, -x3 - 1.0, -x4 - 1.0, -x5 - 1.0,
        x1 - 1.0, x2 - 1.0, x3 - 1.0, x4 - 1.0, x5 - 1.0,
        y1 * y2 - x1,
        x1 - x2.exp() + y3,
        x2 * y1.powi(2),
    ];
    f = y1.powi(3) + (x1 + x2) * y2.powi(2) + 0.1 * y3 + (y4.powi(2) + y5.powi(2)) * x3 * x4 * x5;
    g <= 0: [
        -y1 - 1.0, -y2 - 1.0, -y3 - 1.0, -y4 - 1.0, -y5 - 1.0,
        y1 - 1.0, y2 - 1.0, y3 - 1.0, y4 - 1.0, y5 - 1.0,
        y1 * y2 - 0.3,
        x1 - 0.2 - y3.powi(2),
        -y3.exp() + y4 * y5 - 0.1,
    ];
}

impl MitsosBarton2006Ex327 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex327, 105, MITSOS_BARTON_2006)
        .size(5, 5, 13, 13)
        .starts(&[at(&[0.0; 5], &[0.0; 5]), at(&[0.0; 5], &[-1.0; 5])])
        .published(2.0)
        .best_known(2.0, -1.1)
        .point(&[0.0; 5], &[-1.0, 0.0, -1.0, 0.0, 0.0])
        .comment(
            "One published table labels its penalty parameters by powers of 2; they are \
            powers of 3.",
        );
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.28.
    pub struct MitsosBarton2006Ex328(x1, x2, x3, x4, x5; y1, y2, y3, y4, y5);
    F = -x1.powi(2) - x2.powi(2) - x3.powi(2) - x4.powi(2) - x5.powi(2)
        - y1.powi(2) - y2.powi(2) - y3.powi(2) - y4.powi(2) - y5.powi(2);
    G <= 0: [
        -x1 - 1.0, -x2 - 1.0, -x3 - 1.0, -x4 - 1.0, -x5 - 1.0,
        x1 - 1.0, x2 - 1.0, x3 - 1.0, x4 - 1.0, x5 - 1.0,
        y1 * y2 - x1,
        x1 - x2.exp() + y3,
        x2 * y1.powi(2),
    ];
    f = y1.powi(3) + (x1 + x2) * y2.powi(2) + 0.1 * y3 + (y4.powi(2) + y5.powi(2)) * x3 * x4 * x5;
    g <= 0: [
        -y1 - 1.0, -y2 - 1.0, -y3 - 1.0, -y4 - 1.0, -y5 - 1.0,
        y1 - 1.0, y2 - 1.0, y3 - 1.0, y4 - 1.0, y5 - 1.0,
        y1 * y2 - 0.3,
        x1 - 0.2 - y3.powi(2),
        -y3.exp() + y4 * y5 - 0.1,
    ];
}

impl MitsosBarton2006Ex328 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex328, 106, MITSOS_BARTON_2006)
        .size(5, 5, 13, 13)
        .starts(&[at(&[-0.25; 5], &[-0.25; 5]), at(&[0.5; 5], &[0.5; 5])])
        .published(-10.0)
        .best_known(-10.0, -3.1)
        .point(
            &[1.0, -1.0, -1.0, -1.0, -1.0],
            &[-1.0, 1.0, -1.0, -1.0, 1.0],
        )
        .comment("Several points have F = -10, with f = -3.1 and f = -5.1 among others.");
}
