//! Problems of Bard.

use crate::problem::{Problem, at, problem};

const BARD_1988: &str = "J. F. Bard, Convex two-level optimization, Mathematical Programming, \
    40, 15–27, 1988";
const BARD_1991: &str = "J. F. Bard, Some properties of the bilevel programming problem, \
    Journal of Optimization Theory and Applications 68 (1991) 371–378";
const BARD_BOOK_1998: &str = "J. F. Bard, Practical bilevel optimization: Algorithms and \
    applications, Dordrecht: Kluwer Academic Publishers, 1998";

nlp_model::bilevel! {
    /// Bard (1988), example 1.
    pub struct Bard1988Ex1(x; y);
    F = (x - 5.0).powi(2) + (2.0 * y + 1.0).powi(2);
    G <= 0: [-x];
    f = (y - 1.0).powi(2) - 1.5 * x * y;
    g <= 0: [-3.0 * x + y + 3.0, x - 0.5 * y - 4.0, x + y - 7.0, -y];
}

impl Bard1988Ex1 {
    pub(crate) const PROBLEM: Problem = problem!(Bard1988Ex1, 3, BARD_1988)
        .size(1, 1, 1, 4)
        .starts(&[at(&[5.0], &[0.0]), at(&[5.0], &[1.0])])
        .convex()
        .published(17.0)
        .optimal(17.0, 1.0)
        .point(&[1.0], &[0.0]);
}

nlp_model::bilevel! {
    /// Bard (1988), example 2.
    pub struct Bard1988Ex2(x1, x2, x3, x4; y1, y2, y3, y4);
    F = -(200.0 - y1 - y3) * (y1 + y3) - (160.0 - y2 - y4) * (y2 + y4);
    G <= 0: [
        x1 + x2 + x3 + x4 - 40.0,
        x1 - 10.0, x2 - 5.0, x3 - 15.0, x4 - 20.0, -x1, -x2, -x3, -x4,
    ];
    f = (y1 - 4.0).powi(2) + (y2 - 13.0).powi(2) + (y3 - 35.0).powi(2) + (y4 - 2.0).powi(2);
    g <= 0: [
        0.4 * y1 + 0.7 * y2 - x1,
        0.6 * y1 + 0.3 * y2 - x2,
        0.4 * y3 + 0.7 * y4 - x3,
        0.6 * y3 + 0.3 * y4 - x4,
        y1 - 20.0, y2 - 20.0, y3 - 40.0, y4 - 40.0, -y1, -y2, -y3, -y4,
    ];
}

impl Bard1988Ex2 {
    pub(crate) const PROBLEM: Problem = problem!(Bard1988Ex2, 4, BARD_1988)
        .size(4, 4, 9, 12)
        .starts(&[at(&[5.0; 4], &[0.0; 4]), at(&[0.0; 4], &[0.0; 4])])
        .convex()
        .published(-6600.0)
        .optimal(-6600.0, 54.0)
        .point(&[7.0, 3.0, 12.0, 18.0], &[0.0, 10.0, 30.0, 0.0])
        .comment(
            "The BOLIB document prints F with the opposite sign. Many points have \
            F = -6600, with f from 54 to 69.",
        );
}

nlp_model::bilevel! {
    /// Bard (1988), example 3.
    pub struct Bard1988Ex3(x1, x2; y1, y2);
    F = -x1.powi(2) - 3.0 * x2 - 4.0 * y1 + y2.powi(2);
    G <= 0: [x1.powi(2) + 2.0 * x2 - 4.0, -x1, -x2];
    f = 2.0 * x1.powi(2) + y1.powi(2) - 5.0 * y2;
    g <= 0: [
        -x1.powi(2) + 2.0 * x1 - x2.powi(2) + 2.0 * y1 - y2 - 3.0,
        -x2 - 3.0 * y1 + 4.0 * y2 + 4.0,
        -y1, -y2,
    ];
}

impl Bard1988Ex3 {
    pub(crate) const PROBLEM: Problem = problem!(Bard1988Ex3, 74, BARD_1988)
        .size(2, 2, 3, 4)
        .starts(&[at(&[2.0, 3.0], &[2.0, 0.0]), at(&[1.0, 1.0], &[1.0, 1.0])])
        .convexity(true, false)
        .published(-12.68)
        .checked(-12.6787109375, -1.015625)
        .point(&[0.0, 2.0], &[1.875, 0.90625]);
}

nlp_model::bilevel! {
    /// Bard (1991), example 1.
    pub struct Bard1991Ex1(x; y1, y2);
    F = x + y2;
    G <= 0: [-x + 2.0, x - 4.0];
    f = 2.0 * y1 + x * y2;
    g <= 0: [x - y1 - y2 + 4.0, -y1, -y2];
}

impl Bard1991Ex1 {
    pub(crate) const PROBLEM: Problem = problem!(Bard1991Ex1, 5, BARD_1991)
        .size(1, 2, 2, 3)
        .starts(&[at(&[0.0], &[4.0, 4.0]), at(&[2.0], &[4.0, 4.0])])
        .convex()
        .published(2.0)
        .optimal(2.0, 12.0)
        .point(&[2.0], &[6.0, 0.0]);
}

nlp_model::bilevel! {
    /// Bard (1998).
    pub struct BardBook1998(x1, x2; y1, y2);
    F = (y1 - x1 + 20.0).powi(2) + (y2 - x2 + 20.0).powi(2);
    G <= 0: [x1 - 50.0, x2 - 50.0, -x1, -x2];
    f = 2.0 * x1 + 2.0 * x2 - 3.0 * y1 - 3.0 * y2 - 60.0;
    g <= 0: [
        x1 + x2 + y1 - 2.0 * y2 - 40.0,
        2.0 * y1 - x1 + 10.0,
        2.0 * y2 - x2 + 10.0,
        y1 - 20.0, y2 - 20.0, -y1 - 10.0, -y2 - 10.0,
    ];
}

impl BardBook1998 {
    pub(crate) const PROBLEM: Problem = problem!(BardBook1998, 6, BARD_BOOK_1998)
        .size(2, 2, 4, 7)
        .starts(&[
            at(&[50.0, 50.0], &[-10.0, -10.0]),
            at(&[30.0, 30.0], &[20.0, 20.0]),
        ])
        .convex()
        .optimal(0.0, 5.0)
        .point(&[25.0, 30.0], &[5.0, 10.0]);
}
