//! Problems of Calamai and Vicente, Calvete and Galé, Clark and Westerberg.

use crate::problem::{Problem, at, problem};

const CALAMAI_VICENTE_1994: &str = "P. H. Calamai and L. N. Vicente, Generating quadratic \
    bilevel programming test problems, ACM Transactions on Mathematical Software, 20(1), \
    103–119, 1994";
const CALVETE_GALE_1999: &str = "H. I. Calvete and C. Galé, The bilevel linear/linear \
    fractional programming problem, European Journal of Operational Research, 114(1), 188–197, \
    1999";
const CLARK_WESTERBERG_1990: &str = "P. A. Clark and A. W. Westerberg, Bilevel programming for \
    steady-state chemical process design I: Fundamentals and algorithms, Computers & Chemical \
    Engineering, 14(1), 87–97, 1990";

nlp_model::bilevel! {
    /// Calamai and Vicente (1994), problem a.
    pub struct CalamaiVicente1994a(x; y);
    F = (x - 1.0).powi(2) / 2.0 + y.powi(2) / 2.0;
    G <= 0: [];
    f = y / 2.0 - x * y;
    g <= 0: [x - y - 1.0, -x - y + 1.0, x + y - 1.0];
}

impl CalamaiVicente1994a {
    pub(crate) const PROBLEM: Problem = problem!(CalamaiVicente1994a, 7, CALAMAI_VICENTE_1994)
        .size(1, 1, 0, 3)
        .starts(&[at(&[0.0], &[1.0])])
        .convex()
        .published(0.0)
        .optimal(0.0, 0.0)
        .point(&[1.0], &[0.0])
        .comment(
            "The parameter ρ is 1; the published tables also hold runs with ρ = 1.5, 2 and \
            3. At ρ = 1 the lower-level set is degenerate, y = 1 - x.",
        );
}

nlp_model::bilevel! {
    /// Calamai and Vicente (1994), problem b.
    pub struct CalamaiVicente1994b(x1, x2, x3, x4; y1, y2);
    F = ((x1 - 1.0).powi(2) + (x2 - 1.0).powi(2) + (x3 - 1.0).powi(2) + (x4 - 1.0).powi(2)) / 2.0
        + (y1.powi(2) + y2.powi(2)) / 2.0;
    G <= 0: [];
    f = (y1.powi(2) + y2.powi(2)) / 2.0 - x1 * y1 - x2 * y2;
    g <= 0: [
        x1 - y1 - 1.0,
        x2 - y2 - 1.0,
        x1 + y1 - 1.5,
        x2 + y2 - 3.0,
        -x1 - y1 + 1.0,
        -x2 - y2 + 1.0,
    ];
}

impl CalamaiVicente1994b {
    pub(crate) const PROBLEM: Problem = problem!(CalamaiVicente1994b, 8, CALAMAI_VICENTE_1994)
        .size(4, 2, 0, 6)
        .starts(&[
            at(&[0.5, 1.0, 0.0, 0.0], &[1.0, 2.0]),
            at(&[1.0, 1.0, 0.0, 0.0], &[0.5, 2.0]),
        ])
        .convex()
        .optimal(0.3125, -0.40625)
        .point(&[1.25, 0.5, 1.0, 1.0], &[0.25, 0.5])
        .comment(
            "x3 and x4 appear in F only. The BOLIB document misprints one row and a factor \
            1/2.",
        );
}

nlp_model::bilevel! {
    /// Calamai and Vicente (1994), problem c.
    pub struct CalamaiVicente1994c(x1, x2, x3, x4; y1, y2);
    F = 98.6 * x1.powi(2) + 55.4 * x2.powi(2) + 151.4 * x3.powi(2) + 194.6 * x4.powi(2)
        + 32.4 * x1 * x2 - 129.6 * x1 * x3 - 43.2 * x1 * x4
        - 43.2 * x2 * x3 - 14.4 * x2 * x4 - 32.4 * x3 * x4
        + 50.0 * y1.powi(2) + 50.0 * y2.powi(2)
        - 8.56 * x1 - 9.52 * x2 - 9.92 * x3 - 16.64 * x4 + 2.0;
    G <= 0: [];
    f = 50.0 * y1.powi(2) + 50.0 * y2.powi(2)
        + (-132.4 * x1 - 10.8 * x2 + 43.2 * x3 + 14.4 * x4) * y1
        + (-10.8 * x1 - 103.6 * x2 + 14.4 * x3 + 4.8 * x4) * y2;
    g <= 0: [
        13.24 * x1 + 1.08 * x2 - 4.32 * x3 - 1.44 * x4 - 10.0 * y1 - 1.0,
        1.08 * x1 + 10.36 * x2 - 1.44 * x3 - 0.48 * x4 - 10.0 * y2 - 1.0,
        13.24 * x1 + 1.08 * x2 - 4.32 * x3 - 1.44 * x4 + 10.0 * y1 - 1.5,
        1.08 * x1 + 10.36 * x2 - 1.44 * x3 - 0.48 * x4 + 10.0 * y2 - 3.0,
        -13.24 * x1 - 1.08 * x2 + 4.32 * x3 + 1.44 * x4 - 10.0 * y1 + 1.0,
        -1.08 * x1 - 10.36 * x2 + 1.44 * x3 + 0.48 * x4 - 10.0 * y2 + 1.0,
    ];
}

impl CalamaiVicente1994c {
    pub(crate) const PROBLEM: Problem = problem!(CalamaiVicente1994c, 9, CALAMAI_VICENTE_1994)
        .size(4, 2, 0, 6)
        .starts(&[at(&[0.0; 4], &[0.1, 0.1]), at(&[0.0; 4], &[1.0, 1.0])])
        .convex()
        .published(0.31)
        .optimal(0.3125, -0.40625)
        .point(&[0.13085, 0.05195, 0.1022, 0.0674], &[0.025, 0.05])
        .comment(
            "The BOLIB document prints 289.2 for the last entry of the matrix of F; the \
            optimal value 0.3125 needs 389.2.",
        );
}

nlp_model::bilevel! {
    /// Calvete and Galé (1999), problem 1.
    pub struct CalveteGale1999P1(x1, x2; y1, y2, y3);
    F = -8.0 * x1 - 4.0 * x2 + 4.0 * y1 - 40.0 * y2 - 4.0 * y3;
    G <= 0: [-x1, -x2];
    f = (1.0 + x1 + x2 + 2.0 * y1 - y2 + y3) / (6.0 + 2.0 * x1 + y1 + y2 - 3.0 * y3);
    g <= 0: [
        -y1, -y2, -y3,
        -y1 + y2 + y3 - 1.0,
        2.0 * x1 - y1 + 2.0 * y2 - 0.5 * y3 - 1.0,
        2.0 * x2 + 2.0 * y1 - y2 - 0.5 * y3 - 1.0,
    ];
}

impl CalveteGale1999P1 {
    pub(crate) const PROBLEM: Problem = problem!(CalveteGale1999P1, 75, CALVETE_GALE_1999)
        .size(2, 3, 2, 6)
        .starts(&[
            at(&[0.0, 0.0], &[0.0, 0.2, 0.8]),
            at(&[0.0, 0.0], &[0.0, 1.0, 1.0]),
        ])
        .published(-29.2)
        .optimal(-29.2, 0.3148148148)
        .point(&[0.0, 0.9], &[0.0, 0.6, 0.4])
        .comment(
            "The lower level is linear fractional, pseudo-convex; its denominator vanishes \
            outside the feasible set. The BOLIB document prints y1 for 4 y1 in F.",
        );
}

nlp_model::bilevel! {
    /// Clark and Westerberg (1990), problem a.
    pub struct ClarkWesterberg1990a(x; y);
    F = (x - 3.0).powi(2) + (y - 2.0).powi(2);
    G <= 0: [x - 8.0, -x];
    f = (y - 5.0).powi(2);
    g <= 0: [-2.0 * x + y - 1.0, x - 2.0 * y + 2.0, x + 2.0 * y - 14.0];
}

impl ClarkWesterberg1990a {
    pub(crate) const PROBLEM: Problem = problem!(ClarkWesterberg1990a, 10, CLARK_WESTERBERG_1990)
        .size(1, 1, 2, 3)
        .starts(&[at(&[-1.0], &[1.0]), at(&[3.0], &[2.0])])
        .convex()
        .published(5.0)
        .optimal(5.0, 4.0)
        .point(&[1.0], &[3.0]);
}
