//! Problems of Outrata's later papers.

use crate::problem::{Problem, at, problem};

const OUTRATA_1993: &str = "J. V. Outrata, Necessary optimality conditions for Stackelberg \
    problems, Journal of Optimization Theory and Applications, 76(2), 305–320, 1993";
const OUTRATA_1994: &str = "J. V. Outrata, On optimization problems with variational inequality \
    constraints, SIAM Journal on optimization, 4(2), 340–357, 1994";
const OUTRATA_CERVINKA_2009: &str = "J. V. Outrata and M. Červinka, On the implicit programming \
    approach in a class of mathematical programs with equilibrium constraints, Control and \
    Cybernetics, 38(4B), 1557–1574, 2009";

nlp_model::bilevel! {
    /// Outrata (1993), example 3.1.
    pub struct Outrata1993Ex31(x; y1, y2);
    F = 0.5 * ((y1 - 3.0).powi(2) + (y2 - 4.0).powi(2));
    G <= 0: [-x];
    f = 0.5 * (1.0 + 0.2 * x) * y1.powi(2) + 0.5 * (1.0 + 0.1 * x) * y2.powi(2)
        - (3.0 + 1.333 * x) * y1 - x * y2;
    g <= 0: [
        (-0.333 + 0.1 * x) * y1 + y2 + 0.1 * x - 2.0,
        y1 + (-0.333 - 0.1 * x) * y2 + 0.1 * x - 2.0,
        -y1, -y2,
    ];
}

impl Outrata1993Ex31 {
    pub(crate) const PROBLEM: Problem = problem!(Outrata1993Ex31, 114, OUTRATA_1993)
        .size(1, 2, 1, 4)
        .starts(&[at(&[3.0], &[3.0, 4.0]), at(&[3.0], &[3.0, 3.0])])
        .convexity(true, false)
        .published(1.56)
        .best_known(1.56, -11.68268406)
        .point(&[1.90951797], &[2.97858786, 2.23215126]);
}

nlp_model::bilevel! {
    /// Outrata (1993), example 3.2.
    pub struct Outrata1993Ex32(x; y1, y2);
    F = 0.5 * ((y1 - 3.0).powi(2) + (y2 - 4.0).powi(2));
    G <= 0: [-x];
    f = 0.5 * (1.0 + 0.2 * x) * y1.powi(2) + 0.5 * (1.0 + 0.1 * x) * y2.powi(2)
        - (3.0 + 1.333 * x) * y1 - x * y2;
    g <= 0: [
        -0.333 * y1 + y2 + 0.1 * x - 1.0,
        y1.powi(2) + y2.powi(2) - 0.1 * x - 9.0,
        -y1, -y2,
    ];
}

impl Outrata1993Ex32 {
    pub(crate) const PROBLEM: Problem = problem!(Outrata1993Ex32, 58, OUTRATA_1993)
        .size(1, 2, 1, 4)
        .starts(&[at(&[2.0], &[2.0, 2.0]), at(&[3.0], &[3.0, 4.0])])
        .convex()
        .published(3.21)
        .best_known(3.21, -20.52960563)
        .point(&[4.06040643], &[2.68224443, 1.48714675]);
}

nlp_model::bilevel! {
    /// Outrata (1994), example 3.1.
    pub struct Outrata1994Ex31(x; y1, y2);
    F = 0.5 * ((y1 - 3.0).powi(2) + (y2 - 4.0).powi(2));
    G <= 0: [x - 10.0, -x];
    f = 0.5 * (1.0 + 0.2 * x) * y1.powi(2) + 0.5 * (1.0 + 0.1 * x) * y2.powi(2)
        - (3.0 + 1.333 * x) * y1 - x * y2;
    g <= 0: [
        -0.333 * y1 + y2 + 0.1 * x - 1.0,
        y1.powi(2) + y2.powi(2) - 0.1 * x - 9.0,
        -y1, -y2,
    ];
}

impl Outrata1994Ex31 {
    pub(crate) const PROBLEM: Problem = problem!(Outrata1994Ex31, 59, OUTRATA_1994)
        .size(1, 2, 2, 4)
        .starts(&[at(&[3.0], &[3.0, 4.0]), at(&[2.0], &[2.0, 2.0])])
        .convex()
        .published(3.21)
        .best_known(3.21, -20.52960563)
        .point(&[4.06040643], &[2.68224443, 1.48714675]);
}

nlp_model::bilevel! {
    /// Outrata and Červinka (2009).
    pub struct OutrataCervinka2009(x1, x2; y1, y2);
    F = -2.0 * x1 - 0.5 * x2 - y2;
    G <= 0: [x1];
    f = y1 - y2 + x1 * y1 + x2 * y2 + (y1.powi(2) + y2.powi(2)) / 2.0;
    g <= 0: [y2, -y1 + y2, y1 + y2];
}

impl OutrataCervinka2009 {
    pub(crate) const PROBLEM: Problem = problem!(OutrataCervinka2009, 60, OUTRATA_CERVINKA_2009)
        .size(2, 2, 1, 3)
        .starts(&[
            at(&[-1.0, 1.0], &[0.0, -1.0]),
            at(&[-1.0, 0.0], &[0.0, -1.0]),
        ])
        .convex()
        .published(0.0)
        .optimal(0.0, 0.0)
        .point(&[0.0, 0.0], &[0.0, 0.0])
        .comment("One f of the published tables has the wrong sign (second start, λ = 1/3).");
}
