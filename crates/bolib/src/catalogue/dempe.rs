//! Problems of De Silva, and of Dempe with Dutta, Franke, Lohse and others.

use crate::problem::{Problem, at, problem};

const DE_SILVA_1978: &str = "A. H. De Silva, Sensitivity formulas for nonlinear factorable \
    programming and their application to the solution of an implicitly defined optimization \
    model of US crude oil production, Ph.D. thesis, George Washington University, 1978";
const DEMPE_1992: &str = "S. Dempe, A necessary and a sufficient optimality condition for \
    bilevel programming problems, Optimization, 25, 341–354, 1992";
const DEMPE_DUTTA_2012: &str = "S. Dempe and J. Dutta, Is bilevel programming a special case of \
    a mathematical program with complementarity constraints?, Mathematical programming, \
    131(1–2), 37–48, 2012";
const DEMPE_ETAL_2012: &str = "S. Dempe, B. Mordukhovich, and A. B. Zemkoho, Sensitivity \
    analysis for two-level value functions with applications to bilevel programming, SIAM \
    Journal on Optimization, 22(4), 1309–1343, 2012";
const DEMPE_FRANKE_2011: &str = "S. Dempe and S. Franke, An algorithm for solving a class of \
    bilevel programming problems, Preprint 2011-04, TU Bergakademie, 2011";
const DEMPE_FRANKE_2014: &str = "S. Dempe and S. Franke, Solution algorithm for an optimistic \
    linear Stackelberg problem, Computers & Operations Research, 41, 277–281, 2014";
const DEMPE_LOHSE_2011: &str = "S. Dempe and S. Lohse, Dependence of bilevel programming on \
    irrelevant data, Dekan der Fakultät für Mathematik und Informatik, 2011";

nlp_model::bilevel! {
    /// De Silva (1978).
    pub struct DeSilva1978(x1, x2; y1, y2);
    F = (x1 - 1.0).powi(2) + y1.powi(2) + (x2 - 1.0).powi(2) + y2.powi(2) - 2.0;
    G <= 0: [];
    f = (y1 - x1).powi(2) + (y2 - x2).powi(2);
    g <= 0: [-y1 + 0.5, -y2 + 0.5, y1 - 1.5, y2 - 1.5];
}

impl DeSilva1978 {
    pub(crate) const PROBLEM: Problem = problem!(DeSilva1978, 24, DE_SILVA_1978)
        .size(2, 2, 0, 4)
        .starts(&[at(&[0.5, 0.5], &[0.0, 0.0]), at(&[0.0, 0.0], &[0.0, 0.0])])
        .convex()
        .published(-1.0)
        .optimal(-1.0, 0.0)
        .point(&[0.5, 0.5], &[0.5, 0.5]);
}

nlp_model::bilevel! {
    /// Dempe (1992), problem a.
    pub struct Dempe1992a(x1, x2; y1, y2);
    F = y2;
    G <= 0: [x1.powi(2) + (x2 + 1.0).powi(2) - 1.0];
    f = 0.5 * ((y1 - 1.0).powi(2) + y2.powi(2));
    g <= 0: [y1 + y2 * x1 + x2, y1];
}

impl Dempe1992a {
    pub(crate) const PROBLEM: Problem = problem!(Dempe1992a, 77, DEMPE_1992)
        .size(2, 2, 1, 2)
        .starts(&[at(&[1.0, -1.0], &[0.0, 0.0]), at(&[1.0, 1.0], &[1.0, 1.0])])
        .convexity(true, false)
        .checked(0.0, 0.5)
        .point(&[0.0, -1.0], &[0.0, 0.0])
        .comment(
            "No value is published. G ≤ 0 forces x2 ≤ 0, so y = (0, 0) solves the lower \
            level for every feasible x and F = 0. The point (0, 0; 0, -0.5) given elsewhere is \
            not optimal for the lower level.",
        );
}

nlp_model::bilevel! {
    /// Dempe (1992), problem b.
    pub struct Dempe1992b(x; y);
    F = (x - 3.5).powi(2) + (y + 4.0).powi(2);
    G <= 0: [];
    f = (y - 3.0).powi(2);
    g <= 0: [y.powi(2) - x];
}

impl Dempe1992b {
    pub(crate) const PROBLEM: Problem = problem!(Dempe1992b, 15, DEMPE_1992)
        .size(1, 1, 0, 1)
        .starts(&[at(&[1.0], &[0.0]), at(&[4.0], &[2.0])])
        .convex()
        .published(31.25)
        .disputed()
        .checked(28.25, 9.0)
        .point(&[0.0], &[0.0])
        .comment(
            "The known value 31.25 at (1; 1) is not optimal: (0; 0) is bilevel feasible \
            with F = 28.25.",
        );
}

nlp_model::bilevel! {
    /// Dempe and Dutta (2012), example 2.4.
    pub struct DempeDutta2012Ex24(x; y);
    F = (x - 1.0).powi(2) + y.powi(2);
    G <= 0: [];
    f = x.powi(2) * y;
    g <= 0: [y.powi(2)];
}

impl DempeDutta2012Ex24 {
    pub(crate) const PROBLEM: Problem = problem!(DempeDutta2012Ex24, 16, DEMPE_DUTTA_2012)
        .size(1, 1, 0, 1)
        .starts(&[at(&[2.0], &[0.0]), at(&[1.0], &[1.0])])
        .convex()
        .published(0.0)
        .optimal(0.0, 0.0)
        .point(&[1.0], &[0.0])
        .comment(
            "The lower level has no Slater point: its conditions of Karush, Kuhn and \
            Tucker have no solution at y = 0 unless x = 0.",
        );
}

nlp_model::bilevel! {
    /// Dempe and Dutta (2012), example 3.1.
    pub struct DempeDutta2012Ex31(x1, x2; y1, y2);
    F = -y2;
    G <= 0: [-x1, -x2, y1 * y2, -y1 * y2];
    f = y1.powi(2) + (y2 + 1.0).powi(2);
    g <= 0: [
        (y1 - x1).powi(2) + (y2 - x1 - 1.0).powi(2) - 1.0,
        (y1 + x2).powi(2) + (y2 - x2 - 1.0).powi(2) - 1.0,
    ];
}

impl DempeDutta2012Ex31 {
    pub(crate) const PROBLEM: Problem = problem!(DempeDutta2012Ex31, 17, DEMPE_DUTTA_2012)
        .size(2, 2, 4, 2)
        .starts(&[at(&[0.8, 0.8], &[0.8, 0.8]), at(&[0.5, 0.5], &[0.5, 0.5])])
        .convex()
        .published(-1.0)
        .disputed()
        .checked(-2.0, 9.0)
        .point(&[1.0, 1.0], &[0.0, 2.0])
        .comment(
            "y1 y2 = 0 is stated as two inequalities. The known value -1 is not optimal: \
            (1, 1; 0, 2) is bilevel feasible with F = -2, where the two discs touch.",
        );
}

nlp_model::bilevel! {
    /// Dempe et al. (2012).
    pub struct DempeEtal2012(x; y);
    F = x;
    G <= 0: [-1.0 - x, x - 1.0];
    f = x * y;
    g <= 0: [-y, y - 1.0];
}

impl DempeEtal2012 {
    pub(crate) const PROBLEM: Problem = problem!(DempeEtal2012, 18, DEMPE_ETAL_2012)
        .size(1, 1, 2, 2)
        .starts(&[at(&[-1.0], &[0.0]), at(&[1.0], &[1.0])])
        .convex()
        .published(-1.0)
        .optimal(-1.0, -1.0)
        .point(&[-1.0], &[1.0]);
}

nlp_model::bilevel! {
    /// Dempe and Franke (2011), example 4.1.
    pub struct DempeFranke2011Ex41(x1, x2; y1, y2);
    F = x1 + y1.powi(2) + y2.powi(2);
    G <= 0: [-1.0 - x1, -1.0 + x1, -1.0 - x2, 1.0 + x2];
    f = x1 * y1 + x2 * y2;
    g <= 0: [-2.0 * y1 + y2, y1 - 2.0, y2 - 2.0, -y2];
}

impl DempeFranke2011Ex41 {
    pub(crate) const PROBLEM: Problem = problem!(DempeFranke2011Ex41, 19, DEMPE_FRANKE_2011)
        .size(2, 2, 4, 4)
        .starts(&[
            at(&[-1.0, -1.0], &[1.0, 2.0]),
            at(&[0.0, -1.0], &[1.0, 1.0]),
        ])
        .convex()
        .published(5.0)
        .optimal(5.0, -2.0)
        .point(&[0.0, -1.0], &[1.0, 2.0])
        .comment(
            "x2 = -1 is stated as two inequalities. The derivative f_yy of the BOLIB code \
            is wrong, 2 I in place of 0.",
        );
}

nlp_model::bilevel! {
    /// Dempe and Franke (2011), example 4.2.
    pub struct DempeFranke2011Ex42(x1, x2; y1, y2);
    F = x1 + (y1 - 1.0).powi(2) + y2.powi(2);
    G <= 0: [-1.0 - x1, -1.0 + x1, -1.0 - x2, 1.0 + x2];
    f = x1 * y1 + x2 * y2;
    g <= 0: [-y1 + y2 - 1.0, y1 + y2 - 3.5, y2 - 2.0];
}

impl DempeFranke2011Ex42 {
    pub(crate) const PROBLEM: Problem = problem!(DempeFranke2011Ex42, 20, DEMPE_FRANKE_2011)
        .size(2, 2, 4, 3)
        .starts(&[at(&[0.0, -1.0], &[2.5, 1.0]), at(&[0.0, -1.0], &[2.0, 1.5])])
        .convex()
        .published(2.13)
        .checked(2.125, -3.5)
        .point(&[-1.0, -1.0], &[2.25, 1.25])
        .comment(
            "The BOLIB document states the point (1, -1; 0, 1), where F = 3. The \
            derivative f_yy of the BOLIB code is wrong, 2 I in place of 0.",
        );
}

nlp_model::bilevel! {
    /// Dempe and Franke (2014), example 3.8.
    pub struct DempeFranke2014Ex38(x1, x2; y1, y2);
    F = 2.0 * x1 + x2 + 2.0 * y1 - y2;
    G <= 0: [-1.0 - x1, -1.0 + x1, -1.0 - x2, 0.75 + x2];
    f = x1 * y1 + x2 * y2;
    g <= 0: [-2.0 * y1 + y2, y1 - 2.0, y2 - 2.0, -y2];
}

impl DempeFranke2014Ex38 {
    pub(crate) const PROBLEM: Problem = problem!(DempeFranke2014Ex38, 21, DEMPE_FRANKE_2014)
        .size(2, 2, 4, 4)
        .starts(&[
            at(&[-1.0, -1.0], &[0.0, 0.0]),
            at(&[-1.0, -1.0], &[1.0, 1.0]),
        ])
        .convex()
        .published(-1.0)
        .optimal(-1.0, -4.0)
        .point(&[-1.0, -1.0], &[2.0, 2.0])
        .comment("The derivative f_yy of the BOLIB code is wrong, 2 I in place of 0.");
}

nlp_model::bilevel! {
    /// Dempe and Lohse (2011), example 3.1a.
    pub struct DempeLohse2011Ex31a(x1, x2; y1, y2);
    F = (x1 - 0.5).powi(2) + (x2 - 0.5).powi(2) - 3.0 * y1 - 3.0 * y2;
    G <= 0: [];
    f = x1 * y1 + x2 * y2;
    g <= 0: [y1 + y2 - 2.0, -y1 + y2, -y1, -y2];
}

impl DempeLohse2011Ex31a {
    pub(crate) const PROBLEM: Problem = problem!(DempeLohse2011Ex31a, 22, DEMPE_LOHSE_2011)
        .size(2, 2, 0, 4)
        .starts(&[at(&[-1.0, -1.0], &[1.0, 1.0]), at(&[1.0, 1.0], &[1.0, 1.0])])
        .convex()
        .published(-6.0)
        .disputed()
        .checked(-5.75, 0.0)
        .point(&[0.0, 0.5], &[2.0, 0.0])
        .comment(
            "The known value -5.5 is not optimal: (0, 0.5; 2, 0) is bilevel feasible with \
            F = -5.75. The published -6 belongs to a point that is not optimal for the lower \
            level.",
        );
}

nlp_model::bilevel! {
    /// Dempe and Lohse (2011), example 3.1b.
    pub struct DempeLohse2011Ex31b(x1, x2, x3; y1, y2, y3);
    F = (x1 - 0.5).powi(2) + (x2 - 0.5).powi(2) + x3.powi(2) - 3.0 * y1 - 3.0 * y2 - 6.0 * y3;
    G <= 0: [];
    f = x1 * y1 + x2 * y2 + x3 * y3;
    g <= 0: [y1 + y2 + y3 - 2.0, -y1 + y2, -y1, -y2, -y3];
}

impl DempeLohse2011Ex31b {
    pub(crate) const PROBLEM: Problem = problem!(DempeLohse2011Ex31b, 23, DEMPE_LOHSE_2011)
        .size(3, 3, 0, 5)
        .starts(&[
            at(&[1.0, 1.0, 0.0], &[0.0; 3]),
            at(&[0.0; 3], &[0.0, 0.0, 1.0]),
        ])
        .convex()
        .published(-12.0)
        .optimal(-12.0, 0.0)
        .point(&[0.5, 0.5, 0.0], &[0.0, 0.0, 2.0]);
}
