//! Problems of Paulavičius and Adjiman, Sahin and Ciric, Shimizu.

use crate::problem::{Problem, at, problem};

const PAULAVICIUS_ADJIMAN_2017: &str = "R. Paulavičius, P. M. Kleniati and C. S. Adjiman, \
    BASBL: Branch-and-sandwich bilevel solver, part II: Implementation and computational study \
    with the BASBLib test sets, Technical report, 2017";
const SAHIN_CIRIC_1998: &str = "K. H. Sahin and A. R. Ciric, A dual temperature simulated \
    annealing approach for solving bilevel programming problems, Computers and Chemical \
    Engineering, 23(1), 11–25, 1998";
const SHIMIZU_AIYOSHI_1981: &str = "K. Shimizu and E. Aiyoshi, A new computational method for \
    Stackelberg and min-max problems by use of a penalty method, IEEE Transactions on Automatic \
    Control, 26(2), 460–466, 1981";
const SHIMIZU_ETAL_1997: &str = "K. Shimizu, Y. Ishizuka and J. F. Bard, Nondifferentiable and \
    two-level mathematical programming, Dordrecht: Kluwer Academic Publishers, 1997";

nlp_model::bilevel! {
    /// Paulavičius and Adjiman (2017), problem a.
    pub struct PaulaviciusAdjiman2017a(x; y);
    F = x.powi(2) + y.powi(2);
    G <= 0: [-x - 1.0, x - 1.0, -y - 1.0, y - 1.0];
    f = x * y.powi(2) - y.powi(4) / 2.0;
    g <= 0: [-y - 1.0, y - 1.0];
}

impl PaulaviciusAdjiman2017a {
    pub(crate) const PROBLEM: Problem =
        problem!(PaulaviciusAdjiman2017a, 115, PAULAVICIUS_ADJIMAN_2017)
            .size(1, 1, 4, 2)
            .starts(&[at(&[0.0], &[0.0]), at(&[0.0], &[1.0])])
            .aliases(&["PaulaviciusEtal2017a"])
            .published(0.25)
            .optimal(0.25, 0.0)
            .point(&[0.5], &[0.0])
            .comment("Called PaulaviciusEtal2017a in the BOLIB documents.");
}

nlp_model::bilevel! {
    /// Paulavičius and Adjiman (2017), problem b.
    pub struct PaulaviciusAdjiman2017b(x; y);
    F = x + y;
    G <= 0: [-x - 1.0, x - 1.0, -y - 1.0, y - 1.0];
    f = 0.5 * x * y.powi(2) - x.powi(3) * y;
    g <= 0: [-y - 1.0, y - 1.0];
}

impl PaulaviciusAdjiman2017b {
    pub(crate) const PROBLEM: Problem =
        problem!(PaulaviciusAdjiman2017b, 61, PAULAVICIUS_ADJIMAN_2017)
            .size(1, 1, 4, 2)
            .starts(&[at(&[-1.0], &[0.0]), at(&[-1.0], &[1.0])])
            .aliases(&["PaulaviciusEtal2017b"])
            .convexity(false, true)
            .published(-2.0)
            .optimal(-2.0, -1.5)
            .point(&[-1.0], &[-1.0])
            .comment(
                "Called PaulaviciusEtal2017b in the BOLIB documents. The published tables list \
                the lower level as convex, but f_yy = x changes its sign.",
            );
}

nlp_model::bilevel! {
    /// Sahin and Ciric (1998), example 2.
    pub struct SahinCiric1998Ex2(x; y);
    F = (x - 3.0).powi(2) + (y - 2.0).powi(2);
    G <= 0: [-x, x - 8.0];
    f = (y - 5.0).powi(2);
    g <= 0: [-2.0 * x + y - 1.0, x - 2.0 * y + 2.0, x + 2.0 * y - 14.0];
}

impl SahinCiric1998Ex2 {
    pub(crate) const PROBLEM: Problem = problem!(SahinCiric1998Ex2, 62, SAHIN_CIRIC_1998)
        .size(1, 1, 2, 3)
        .starts(&[at(&[8.0], &[2.0]), at(&[3.0], &[0.0])])
        .convex()
        .published(5.0)
        .optimal(5.0, 4.0)
        .point(&[1.0], &[3.0])
        .comment("The functions of ClarkWesterberg1990a, with the rows in another order.");
}

nlp_model::bilevel! {
    /// Shimizu and Aiyoshi (1981), example 1.
    pub struct ShimizuAiyoshi1981Ex1(x; y);
    F = x.powi(2) + (y - 10.0).powi(2);
    G <= 0: [x - 15.0, -x + y, -x];
    f = (x + 2.0 * y - 30.0).powi(2);
    g <= 0: [x + y - 20.0, y - 20.0, -y];
}

impl ShimizuAiyoshi1981Ex1 {
    pub(crate) const PROBLEM: Problem = problem!(ShimizuAiyoshi1981Ex1, 63, SHIMIZU_AIYOSHI_1981)
        .size(1, 1, 3, 3)
        .starts(&[at(&[0.0], &[0.0]), at(&[1.0], &[1.0])])
        .convex()
        .published(100.0)
        .optimal(100.0, 0.0)
        .point(&[10.0], &[10.0]);
}

nlp_model::bilevel! {
    /// Shimizu and Aiyoshi (1981), example 2.
    pub struct ShimizuAiyoshi1981Ex2(x1, x2; y1, y2);
    F = (x1 - 30.0).powi(2) + (x2 - 20.0).powi(2) - 20.0 * y1 + 20.0 * y2;
    G <= 0: [-x1 - 2.0 * x2 + 30.0, x1 + x2 - 25.0, x2 - 15.0];
    f = (x1 - y1).powi(2) + (x2 - y2).powi(2);
    g <= 0: [y1 - 10.0, y2 - 10.0, -y1, -y2];
}

impl ShimizuAiyoshi1981Ex2 {
    pub(crate) const PROBLEM: Problem = problem!(ShimizuAiyoshi1981Ex2, 64, SHIMIZU_AIYOSHI_1981)
        .size(2, 2, 3, 4)
        .starts(&[
            at(&[10.0, 10.0], &[0.0, 0.0]),
            at(&[0.0, 15.0], &[0.0, 0.0]),
        ])
        .convex()
        .published(225.0)
        .optimal(225.0, 100.0)
        .point(&[20.0, 5.0], &[10.0, 5.0]);
}

nlp_model::bilevel! {
    /// Shimizu et al. (1997), problem a.
    pub struct ShimizuEtal1997a(x; y);
    F = (x - 5.0).powi(2) + (2.0 * y + 1.0).powi(2);
    G <= 0: [];
    f = (y - 1.0).powi(2) - 1.5 * x * y;
    g <= 0: [-3.0 * x + y + 3.0, x - 0.5 * y - 4.0, x + y - 7.0];
}

impl ShimizuEtal1997a {
    pub(crate) const PROBLEM: Problem = problem!(ShimizuEtal1997a, 65, SHIMIZU_ETAL_1997)
        .size(1, 1, 0, 3)
        .starts(&[at(&[4.0], &[3.0]), at(&[5.0], &[1.0])])
        .convex()
        .checked(16.891891891891895, 1.5807158509861214)
        .point(&[0.9459459459459459], &[-0.16216216216216217])
        .comment(
            "No value is published; the point (5; 2) given elsewhere has F = 25. A \
            scan of x confirms (35/37; -6/37).",
        );
}

nlp_model::bilevel! {
    /// Shimizu et al. (1997), problem b.
    pub struct ShimizuEtal1997b(x; y);
    F = 16.0 * x.powi(2) + 9.0 * y.powi(2);
    G <= 0: [-x, -4.0 * x + y];
    f = (x + y - 20.0).powi(4);
    g <= 0: [-y, 4.0 * x + y - 50.0];
}

impl ShimizuEtal1997b {
    pub(crate) const PROBLEM: Problem = problem!(ShimizuEtal1997b, 66, SHIMIZU_ETAL_1997)
        .size(1, 1, 2, 2)
        .starts(&[at(&[15.0], &[0.0]), at(&[10.0], &[10.0])])
        .convex()
        .published(2250.0)
        .optimal(2250.0, 197.7539062)
        .point(&[11.25], &[5.0]);
}
