//! Problems of Falk and Liu, Floudas, Gumus and Floudas.

use crate::problem::{Problem, at, problem};

const FALK_LIU_1995: &str = "J. E. Falk and J. Liu, On bilevel programming, Part I: general \
    nonlinear cases, Mathematical Programming, 70(1), 47–72, 1995";
const FLOUDAS_ETAL_2013: &str = "C. A. Floudas, et al., Handbook of test problems in local and \
    global optimization, Vol. 33, Springer Science & Business Media, 2013";
const FLOUDAS_ZLOBEC_1998: &str = "C. A. Floudas and S. Zlobec, Optimality and duality in \
    parametric convex lexicographic programming, In Multilevel Optimization: Algorithms and \
    Applications, pp. 359–379, Springer, 1998";
const GUMUS_FLOUDAS_2001: &str = "Z. H. Gumus and C. A. Floudas, Global optimization of \
    nonlinear bilevel programming problems, Journal of Global Optimization, 20(1), 1–31, 2001";

nlp_model::bilevel! {
    /// Falk and Liu (1995).
    pub struct FalkLiu1995(x1, x2; y1, y2);
    F = (x1 - 1.5).powi(2) + y1.powi(2) + (x2 - 1.5).powi(2) + y2.powi(2) - 4.5;
    G <= 0: [];
    f = (y1 - x1).powi(2) + (y2 - x2).powi(2);
    g <= 0: [-y1 + 0.5, -y2 + 0.5, y1 - 1.5, y2 - 1.5];
}

impl FalkLiu1995 {
    pub(crate) const PROBLEM: Problem = problem!(FalkLiu1995, 26, FALK_LIU_1995)
        .size(2, 2, 0, 4)
        .starts(&[at(&[1.5, 1.5], &[1.0, 1.0]), at(&[0.5, 0.5], &[0.5, 0.5])])
        .convex()
        .published(-2.25)
        .disputed()
        .checked(-2.25, 0.0)
        .point(&[0.75, 0.75], &[0.75, 0.75])
        .comment("BOLIB lists -2.1962; x = y = (0.75, 0.75) gives -2.25.");
}

nlp_model::bilevel! {
    /// Floudas et al. (2013).
    pub struct FloudasEtal2013(x1, x2; y1, y2);
    F = 2.0 * x1 + 2.0 * x2 - 3.0 * y1 - 3.0 * y2 - 60.0;
    G <= 0: [x1 - 50.0, x2 - 50.0, -x1, -x2];
    f = (y1 - x1 + 20.0).powi(2) + (y2 - x2 + 20.0).powi(2);
    g <= 0: [
        2.0 * y1 - x1 + 10.0,
        2.0 * y2 - x2 + 10.0,
        x1 + x2 + y1 - 2.0 * y2 - 40.0,
        -y1 - 10.0, -y2 - 10.0, y1 - 20.0, y2 - 20.0,
    ];
}

impl FloudasEtal2013 {
    pub(crate) const PROBLEM: Problem = problem!(FloudasEtal2013, 25, FLOUDAS_ETAL_2013)
        .size(2, 2, 4, 7)
        .starts(&[
            at(&[-20.0, -20.0], &[-20.0, -20.0]),
            at(&[-10.0, -10.0], &[-20.0, -20.0]),
        ])
        .aliases(&["EdmundsBard1991"])
        .convex()
        .published(0.0)
        .optimal(0.0, 200.0)
        .point(&[0.0, 0.0], &[-10.0, -10.0])
        .comment(
            "Called EdmundsBard1991 in the published tables, with the rows in another \
            order. The starts are far from feasible.",
        );
}

nlp_model::bilevel! {
    /// Floudas and Zlobec (1998).
    pub struct FloudasZlobec1998(x; y1, y2);
    F = x.powi(3) * y1 + y2;
    G <= 0: [-x, x - 1.0];
    f = -y2;
    g <= 0: [-y1 - 1.0, -y2, y1 - 1.0, y2 - 100.0, x * y1 - 10.0, y1.powi(2) + x * y2 - 1.0];
}

impl FloudasZlobec1998 {
    pub(crate) const PROBLEM: Problem = problem!(FloudasZlobec1998, 78, FLOUDAS_ZLOBEC_1998)
        .size(1, 2, 2, 6)
        .starts(&[at(&[1.0], &[0.0, 0.0]), at(&[0.0], &[0.0, 1.0])])
        .convexity(true, false)
        .published(1.0)
        .optimal(1.0, -1.0)
        .point(&[1.0], &[0.0, 1.0]);
}

nlp_model::bilevel! {
    /// Gumus and Floudas (2001), example 1.
    pub struct GumusFloudas2001Ex1(x; y);
    F = 16.0 * x.powi(2) + 9.0 * y.powi(2);
    G <= 0: [-x, x - 12.5, -4.0 * x + y];
    f = (x + y - 20.0).powi(4);
    g <= 0: [-y, y - 50.0, 4.0 * x + y - 50.0];
}

impl GumusFloudas2001Ex1 {
    pub(crate) const PROBLEM: Problem = problem!(GumusFloudas2001Ex1, 27, GUMUS_FLOUDAS_2001)
        .size(1, 1, 3, 3)
        .starts(&[at(&[12.5], &[0.0]), at(&[5.0], &[5.0])])
        .convex()
        .published(2250.0)
        .optimal(2250.0, 197.7539062)
        .point(&[11.25], &[5.0]);
}

nlp_model::bilevel! {
    /// Gumus and Floudas (2001), example 3.
    pub struct GumusFloudas2001Ex3(x1, x2; y1, y2, y3);
    F = -8.0 * x1 - 4.0 * x2 + 4.0 * y1 - 40.0 * y2 - 4.0 * y3;
    G <= 0: [-x1, -x2, x1 - 2.0, x2 - 2.0];
    f = (1.0 + x1 + x2 + 2.0 * y1 - y2 + y3) / (6.0 + 2.0 * x1 + y1 + y2 - 3.0 * y3);
    g <= 0: [
        -y1, -y2, -y3, y1 - 2.0, y2 - 2.0, y3 - 2.0,
        -y1 + y2 + y3 - 1.0,
        2.0 * x1 - y1 + 2.0 * y2 - 0.5 * y3 - 1.0,
        2.0 * x2 + 2.0 * y1 - y2 - 0.5 * y3 - 1.0,
    ];
}

impl GumusFloudas2001Ex3 {
    pub(crate) const PROBLEM: Problem = problem!(GumusFloudas2001Ex3, 79, GUMUS_FLOUDAS_2001)
        .size(2, 3, 4, 9)
        .starts(&[
            at(&[0.0, 1.0], &[0.0, 0.0, 1.0]),
            at(&[0.0, 1.0], &[0.0, 0.2, 0.8]),
        ])
        .published(-29.2)
        .optimal(-29.2, 0.3148148148)
        .point(&[0.0, 0.9], &[0.0, 0.6, 0.4])
        .comment(
            "The lower level is linear fractional. The BOLIB document prints y1 for 4 y1 \
            in F.",
        );
}

nlp_model::bilevel! {
    /// Gumus and Floudas (2001), example 4.
    pub struct GumusFloudas2001Ex4(x; y);
    F = (x - 3.0).powi(2) + (y - 2.0).powi(2);
    G <= 0: [-x, x - 8.0, -2.0 * x + y - 1.0, x - 2.0 * y + 2.0, x + 2.0 * y - 14.0];
    f = (y - 5.0).powi(2);
    g <= 0: [-y, y - 10.0];
}

impl GumusFloudas2001Ex4 {
    pub(crate) const PROBLEM: Problem = problem!(GumusFloudas2001Ex4, 28, GUMUS_FLOUDAS_2001)
        .size(1, 1, 5, 2)
        .starts(&[at(&[8.0], &[10.0]), at(&[0.0], &[0.0])])
        .convex()
        .published(9.0)
        .optimal(9.0, 0.0)
        .point(&[3.0], &[5.0]);
}

nlp_model::bilevel! {
    /// Gumus and Floudas (2001), example 5.
    pub struct GumusFloudas2001Ex5(x; y1, y2);
    F = x;
    G <= 0: [-x + 0.1, x - 10.0];
    f = -y1 + 0.5864 * y1.powf(0.67);
    g <= 0: [
        -y1 + 0.1, -y2 + 0.1, y1 - 10.0, y2 - 10.0,
        0.0332333 / y2 + 0.1 * y1 - 1.0,
        (4.0 * x + 2.0 * x.powf(-0.71)) / y2 + 0.0332333 * x.powf(-1.3) - 1.0,
    ];
}

impl GumusFloudas2001Ex5 {
    pub(crate) const PROBLEM: Problem = problem!(GumusFloudas2001Ex5, 80, GUMUS_FLOUDAS_2001)
        .size(1, 2, 2, 6)
        .starts(&[at(&[0.1], &[1.0, 10.0]), at(&[0.1], &[1.0, 1.0])])
        .published(0.19)
        .optimal(0.19, -7.230078387)
        .point(&[0.193616096609], &[9.966766699999, 10.0])
        .comment("Defined for x > 0 and y1 > 0 only: fractional powers.");
}
