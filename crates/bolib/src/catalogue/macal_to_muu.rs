//! Problems of Macal and Hurter, Mirrlees, Morgan and Patrone, Muu and Quy.

use crate::problem::{Problem, at, problem};

const MACAL_HURTER_1997: &str = "C. M. Macal and A. P. Hurter, Dependence of bilevel \
    mathematical programs on irrelevant constraints, Computers & operations research, 24(12), \
    1129–1140, 1997";
const MIRRLEES_1999: &str = "J. A. Mirrlees, The theory of moral hazard and unobservable \
    behaviour: Part I, The Review of Economic Studies, 66(1), 3–21, 1999";
const MORGAN_PATRONE_2006: &str = "J. Morgan and F. Patrone, Stackelberg problems: Subgame \
    perfect equilibria via Tikhonov regularization, Advances in dynamic games, 209–221, 2006";
const MUU_QUY_2003: &str = "L. D. Muu and N. V. Quy, A global optimization method for solving \
    convex quadratic bilevel programming problems, Journal of Global Optimization, 26(2), \
    199–219, 2003";

nlp_model::bilevel! {
    /// Macal and Hurter (1997).
    pub struct MacalHurter1997(x; y);
    F = (x - 1.0).powi(2) + (y - 1.0).powi(2);
    G <= 0: [];
    f = 0.5 * y.powi(2) + 500.0 * y - 50.0 * x * y;
    g <= 0: [];
}

impl MacalHurter1997 {
    pub(crate) const PROBLEM: Problem = problem!(MacalHurter1997, 40, MACAL_HURTER_1997)
        .size(1, 1, 0, 0)
        .starts(&[at(&[0.0], &[0.0]), at(&[1.0], &[1.0])])
        .convex()
        .published(81.33)
        .optimal(81.33, -0.3359312013)
        .point(&[10.01639344262295], &[0.819672131147541]);
}

nlp_model::bilevel! {
    /// Mirrlees (1999).
    pub struct Mirrlees1999(x; y);
    F = (x - 2.0).powi(2) + (y - 1.0).powi(2);
    G <= 0: [];
    f = -x * (-(y + 1.0).powi(2)).exp() - (-(y - 1.0).powi(2)).exp();
    g <= 0: [y - 2.0, -y - 2.0];
}

impl Mirrlees1999 {
    pub(crate) const PROBLEM: Problem = problem!(Mirrlees1999, 88, MIRRLEES_1999)
        .size(1, 1, 0, 2)
        .starts(&[at(&[0.0], &[0.0]), at(&[1.0], &[1.0])])
        .published(0.01)
        .optimal(1.0, -1.019865818)
        .point(&[1.0], &[0.95753])
        .comment(
            "The published 0.01 belongs to a stationary point that is not optimal for the \
            lower level. F* is 1.0018; BOLIB prints a wrong f*.",
        );
}

nlp_model::bilevel! {
    /// Morgan and Patrone (2006), problem a.
    pub struct MorganPatrone2006a(x; y);
    F = -x - y;
    G <= 0: [-x - 0.5, x - 0.5];
    f = x * y;
    g <= 0: [-y - 1.0, y - 1.0];
}

impl MorganPatrone2006a {
    pub(crate) const PROBLEM: Problem = problem!(MorganPatrone2006a, 44, MORGAN_PATRONE_2006)
        .size(1, 1, 2, 2)
        .starts(&[at(&[0.0], &[0.0]), at(&[1.0], &[1.0])])
        .convex()
        .published(-1.0)
        .optimal(-1.0, 0.0)
        .point(&[0.0], &[1.0]);
}

nlp_model::bilevel! {
    /// Morgan and Patrone (2006), problem b.
    pub struct MorganPatrone2006b(x; y);
    F = -x - y;
    G <= 0: [];
    f = ((x + 0.25).min(0.0) + (x - 0.25).max(0.0)) * y;
    g <= 0: [-x - 0.5, x - 0.5, -y - 1.0, y - 1.0];
}

impl MorganPatrone2006b {
    pub(crate) const PROBLEM: Problem = problem!(MorganPatrone2006b, 45, MORGAN_PATRONE_2006)
        .size(1, 1, 0, 4)
        .starts(&[at(&[1.0], &[1.0]), at(&[0.0], &[0.0])])
        .convex()
        .kinked()
        .published(-1.25)
        .optimal(-1.25, 0.0)
        .point(&[0.25], &[1.0])
        .comment(
            "The lower objective is piecewise linear in x. The BOLIB code returns 1e10 \
            with zero derivatives for |x| > 0.51, where the first start lies; these formulas do \
            not.",
        );
}

nlp_model::bilevel! {
    /// Morgan and Patrone (2006), problem c.
    pub struct MorganPatrone2006c(x; y);
    F = -x - y;
    G <= 0: [];
    f = ((x + 1.75).min(0.0) + (x - 1.75).max(0.0)) * y;
    g <= 0: [-x - 2.0, x - 2.0, -y - 1.0, y - 1.0];
}

impl MorganPatrone2006c {
    pub(crate) const PROBLEM: Problem = problem!(MorganPatrone2006c, 46, MORGAN_PATRONE_2006)
        .size(1, 1, 0, 4)
        .starts(&[at(&[2.0], &[-4.0]), at(&[0.0], &[-4.0])])
        .convex()
        .kinked()
        .published(-1.0)
        .disputed()
        .checked(-2.75, 0.0)
        .point(&[1.75], &[1.0])
        .comment(
            "The lower objective is piecewise linear in x. The known value -1 is not \
            optimal: at x = 1.75 every y solves the lower level, and (1.75; 1) has F = -2.75.",
        );
}

nlp_model::bilevel! {
    /// Muu and Quy (2003), example 1.
    pub struct MuuQuy2003Ex1(x; y1, y2);
    F = x.powi(2) - 4.0 * x + y1.powi(2) + y2.powi(2);
    G <= 0: [-x, x - 2.0];
    f = y1.powi(2) + y2.powi(2) / 2.0 + y1 * y2 + (1.0 - 3.0 * x) * y1 + (1.0 + x) * y2;
    g <= 0: [2.0 * y1 + y2 - 2.0 * x - 1.0, -y1, -y2];
}

impl MuuQuy2003Ex1 {
    pub(crate) const PROBLEM: Problem = problem!(MuuQuy2003Ex1, 47, MUU_QUY_2003)
        .size(1, 2, 2, 3)
        .starts(&[at(&[1.0], &[1.0, 1.0]), at(&[1.0], &[2.0, 0.0])])
        .convex()
        .published(-2.08)
        .best_known(-2.08, -0.5917159763)
        .point(&[0.8461538461538461], &[0.7692307692307693, 0.0]);
}

nlp_model::bilevel! {
    /// Muu and Quy (2003), example 2.
    pub struct MuuQuy2003Ex2(x1, x2; y1, y2, y3);
    F = -7.0 * x1 + 4.0 * x2 + y1.powi(2) + y3.powi(2) - y1 * y3 - 4.0 * y2;
    G <= 0: [-x1, -x2, x1 + x2 - 1.0];
    f = y1.powi(2) + y2.powi(2) / 2.0 + y3.powi(2) / 2.0 + y1 * y2 + (1.0 - 3.0 * x1) * y1
        + (1.0 + x2) * y2;
    g <= 0: [2.0 * y1 + y2 - y3 + x1 - 2.0 * x2 + 2.0, -y1, -y2, -y3];
}

impl MuuQuy2003Ex2 {
    pub(crate) const PROBLEM: Problem = problem!(MuuQuy2003Ex2, 48, MUU_QUY_2003)
        .size(2, 3, 3, 4)
        .starts(&[at(&[1.0, 1.0], &[1.0; 3]), at(&[0.0, 0.0], &[0.0; 3])])
        .convex()
        .published(0.64)
        .best_known(0.64, 1.680555556)
        .point(
            &[0.6111111111111112, 0.3888888888888889],
            &[0.0, 0.0, 1.8333333333333333],
        );
}
