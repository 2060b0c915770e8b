//! Problems of Colson's code BIPA.

use crate::problem::{Problem, at, problem};

const COLSON_2002: &str = "B. Colson, BIPA (Bilevel Programming with Approximation Methods): \
    Software guide and test problems, Technical report, 2002";

nlp_model::bilevel! {
    /// Colson (2002), BIPA problem 1.
    pub struct Colson2002BIPA1(x; y);
    F = (10.0 - x).powi(3) + (10.0 - y).powi(3);
    G <= 0: [x - 5.0, -x + y, -x];
    f = (x + 2.0 * y - 15.0).powi(4);
    g <= 0: [x + y - 20.0, y - 20.0, -y];
}

impl Colson2002BIPA1 {
    pub(crate) const PROBLEM: Problem = problem!(Colson2002BIPA1, 11, COLSON_2002)
        .size(1, 1, 3, 3)
        .starts(&[at(&[5.0], &[10.0]), at(&[10.0], &[5.0])])
        .convex()
        .published(250.0)
        .optimal(250.0, 0.0)
        .point(&[5.0], &[5.0]);
}

nlp_model::bilevel! {
    /// Colson (2002), BIPA problem 2.
    pub struct Colson2002BIPA2(x; y);
    F = (x - 5.0).powi(2) + (2.0 * y + 1.0).powi(2);
    G <= 0: [-x];
    f = (y - 1.0).powi(2) - 1.5 * x * y + x.powi(3);
    g <= 0: [-3.0 * x + y + 3.0, x - 0.5 * y - 4.0, x + y - 7.0, -y];
}

impl Colson2002BIPA2 {
    pub(crate) const PROBLEM: Problem = problem!(Colson2002BIPA2, 12, COLSON_2002)
        .size(1, 1, 1, 4)
        .starts(&[at(&[5.0], &[2.0]), at(&[7.0], &[0.0])])
        .convex()
        .published(17.0)
        .best_known(17.0, 2.0)
        .point(&[1.0], &[0.0]);
}

nlp_model::bilevel! {
    /// Colson (2002), BIPA problem 3.
    pub struct Colson2002BIPA3(x; y);
    F = (x - 5.0).powi(4) + (2.0 * y + 1.0).powi(4);
    G <= 0: [x + y - 4.0, -x];
    f = (-x + y).exp() + x.powi(2) + 2.0 * x * y + y.powi(2) + 2.0 * x + 6.0 * y;
    g <= 0: [-x + y - 2.0, -y];
}

impl Colson2002BIPA3 {
    pub(crate) const PROBLEM: Problem = problem!(Colson2002BIPA3, 13, COLSON_2002)
        .size(1, 1, 2, 2)
        .starts(&[at(&[0.0], &[0.0]), at(&[1.0], &[1.0])])
        .convex()
        .published(2.0)
        .best_known(2.0, 24.01831564)
        .point(&[4.0], &[0.0]);
}

nlp_model::bilevel! {
    /// Colson (2002), BIPA problem 4.
    pub struct Colson2002BIPA4(x; y);
    F = x.powi(2) + (y - 10.0).powi(2);
    G <= 0: [x + 2.0 * y - 6.0, -x];
    f = x.powi(3) + 2.0 * y.powi(3) + x - 2.0 * y - x.powi(2);
    g <= 0: [-x + 2.0 * y - 3.0, -y];
}

impl Colson2002BIPA4 {
    pub(crate) const PROBLEM: Problem = problem!(Colson2002BIPA4, 76, COLSON_2002)
        .size(1, 1, 2, 2)
        .starts(&[at(&[2.0], &[2.0]), at(&[0.0], &[0.0])])
        .convexity(true, false)
        .published(88.79)
        .checked(88.7863279495408, -0.769800358919501)
        .point(&[0.0], &[0.5773502691896257])
        .comment(
            "The stated y = 0.6039 is not optimal for the lower level: at x = 0 its \
            solution is 1/√3.",
        );
}

nlp_model::bilevel! {
    /// Colson (2002), BIPA problem 5.
    pub struct Colson2002BIPA5(x; y1, y2);
    F = (x - y2).powi(4) + (y1 - 1.0).powi(2) + (y1 - y2).powi(2);
    G <= 0: [-x];
    f = 2.0 * x + y1.exp() + y1.powi(2) + 4.0 * y1 + 2.0 * y2.powi(2) - 6.0 * y2;
    g <= 0: [
        6.0 * x + y1.powi(2) + y2.exp() - 15.0,
        5.0 * x + y1.powi(4) - y2 - 25.0,
        y1 - 4.0, y2 - 2.0, -y1, -y2,
    ];
}

impl Colson2002BIPA5 {
    pub(crate) const PROBLEM: Problem = problem!(Colson2002BIPA5, 14, COLSON_2002)
        .size(1, 2, 1, 6)
        .starts(&[at(&[1.0], &[0.0, 0.0]), at(&[0.0], &[0.0, 0.0])])
        .convex()
        .published(2.75)
        .best_known(2.75, 0.5482)
        .point(&[1.94], &[0.0, 1.21]);
}
