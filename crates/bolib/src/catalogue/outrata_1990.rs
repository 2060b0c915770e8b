//! Problems of Outrata's paper of 1990.

use crate::problem::{Problem, at, problem};

const OUTRATA_1990: &str = "J. V. Outrata, On the numerical solution of a class of Stackelberg \
    problems, Zeitschrift für Operations Research, 34(4), 255–277, 1990";

nlp_model::bilevel! {
    /// Outrata (1990), example 1a.
    pub struct Outrata1990Ex1a(x1, x2; y1, y2);
    F = 0.1 * (x1.powi(2) + x2.powi(2)) + 0.5 * ((y1 - 3.0).powi(2) + (y2 - 4.0).powi(2)) - 12.5;
    G <= 0: [];
    f = 0.5 * y1.powi(2) - 2.0 * y1 * y2 + 2.5 * y2.powi(2) - x1 * y1 - x2 * y2;
    g <= 0: [-0.333 * y1 + y2 - 2.0, y1 - 0.333 * y2 - 2.0, -y1, -y2];
}

impl Outrata1990Ex1a {
    pub(crate) const PROBLEM: Problem = problem!(Outrata1990Ex1a, 50, OUTRATA_1990)
        .size(2, 2, 0, 4)
        .starts(&[at(&[0.0, 0.0], &[3.0, 3.0]), at(&[3.0, 3.0], &[3.0, 3.0])])
        .convex()
        .published(-8.92)
        .best_known(-8.92, -6.136982838)
        .point(&[1.03156646, 3.09779717], &[2.59704792, 1.79293671]);
}

nlp_model::bilevel! {
    /// Outrata (1990), example 1b.
    pub struct Outrata1990Ex1b(x1, x2; y1, y2);
    F = x1.powi(2) + x2.powi(2) + 0.5 * ((y1 - 3.0).powi(2) + (y2 - 4.0).powi(2)) - 12.5;
    G <= 0: [];
    f = 0.5 * y1.powi(2) - 2.0 * y1 * y2 + 2.5 * y2.powi(2) - x1 * y1 - x2 * y2;
    g <= 0: [-0.333 * y1 + y2 - 2.0, y1 - 0.333 * y2 - 2.0, -y1, -y2];
}

impl Outrata1990Ex1b {
    pub(crate) const PROBLEM: Problem = problem!(Outrata1990Ex1b, 51, OUTRATA_1990)
        .size(2, 2, 0, 4)
        .starts(&[at(&[3.0, 3.0], &[3.0, 3.0]), at(&[0.0, 0.0], &[3.0, 3.0])])
        .convex()
        .published(-7.56)
        .best_known(-7.56, -0.5718934469)
        .point(&[0.278839149, 0.474811713], &[2.34381917, 1.03249001])
        .comment("A local search from the known point ends at F = -7.5785.");
}

nlp_model::bilevel! {
    /// Outrata (1990), example 1c.
    pub struct Outrata1990Ex1c(x1, x2; y1, y2);
    F = 0.5 * ((y1 - 3.0).powi(2) + (y2 - 4.0).powi(2)) - 12.5;
    G <= 0: [];
    f = 0.5 * y1.powi(2) + 3.0 * y1 * y2 + 5.0 * y2.powi(2) - x1 * y1 - x2 * y2;
    g <= 0: [-0.333 * y1 + y2 - 2.0, y1 - 0.333 * y2 - 2.0, -y1, -y2];
}

impl Outrata1990Ex1c {
    pub(crate) const PROBLEM: Problem = problem!(Outrata1990Ex1c, 52, OUTRATA_1990)
        .size(2, 2, 0, 4)
        .starts(&[at(&[3.0, 3.0], &[3.0, 3.0]), at(&[0.0, 0.0], &[3.0, 3.0])])
        .convex()
        .published(-12.0)
        .best_known(-12.0, -112.6918849)
        .point(&[20.26, 42.81], &[2.998500749625187, 2.998500749625187])
        .comment(
            "The known y = (3, 3) violates the rows by 1e-3, because 0.333 is not 1/3; the \
            exact value is -11.9985 at y = (2.9985, 2.9985).",
        );
}

nlp_model::bilevel! {
    /// Outrata (1990), example 1d.
    pub struct Outrata1990Ex1d(x1, x2; y1, y2);
    F = 0.1 * (x1.powi(2) + x2.powi(2)) + 0.5 * ((y1 - 3.0).powi(2) + (y2 - 4.0).powi(2)) - 12.5;
    G <= 0: [];
    f = 0.5 * y1.powi(2) + 3.0 * y1 * y2 + 5.0 * y2.powi(2) - x1 * y1 - x2 * y2;
    g <= 0: [-0.333 * y1 + y2 - 2.0, y1 - 0.333 * y2 - 2.0, -y1, -y2];
}

impl Outrata1990Ex1d {
    pub(crate) const PROBLEM: Problem = problem!(Outrata1990Ex1d, 53, OUTRATA_1990)
        .size(2, 2, 0, 4)
        .starts(&[at(&[0.0, 0.0], &[3.0, 3.0]), at(&[3.0, 3.0], &[3.0, 3.0])])
        .convex()
        .published(-3.6)
        .best_known(-3.6, -2.0)
        .point(&[2.0, 0.0], &[2.0, 0.0]);
}

nlp_model::bilevel! {
    /// Outrata (1990), example 1e.
    pub struct Outrata1990Ex1e(x1, x2; y1, y2);
    F = 0.1 * (x1.powi(2) + x2.powi(2)) + 0.5 * ((y1 - 3.0).powi(2) + (y2 - 4.0).powi(2)) - 12.5;
    G <= 0: [];
    f = 0.5 * y1.powi(2) + 3.0 * y1 * y2 + 5.0 * y2.powi(2)
        - (-y1 + 3.0 * y2) * x1 - (2.0 * y1 - 3.0 * y2) * x2;
    g <= 0: [-0.333 * y1 + y2 - 2.0, y1 - 0.333 * y2 - 2.0, -y1, -y2];
}

impl Outrata1990Ex1e {
    pub(crate) const PROBLEM: Problem = problem!(Outrata1990Ex1e, 54, OUTRATA_1990)
        .size(2, 2, 0, 4)
        .starts(&[at(&[3.0, 3.0], &[3.0, 3.0]), at(&[0.0, 0.0], &[3.0, 3.0])])
        .convex()
        .published(-3.15)
        .disputed()
        .checked(-3.92, -2.0)
        .point(&[-0.4, 0.8], &[2.0, 0.0])
        .comment(
            "The known value -3.15 is not optimal: (-0.4, 0.8; 2, 0) is bilevel feasible \
            with F = -3.92.",
        );
}

nlp_model::bilevel! {
    /// Outrata (1990), example 2a.
    pub struct Outrata1990Ex2a(x; y1, y2);
    F = 0.5 * ((y1 - 3.0).powi(2) + (y2 - 4.0).powi(2));
    G <= 0: [-x];
    f = 0.5 * (y1.powi(2) + y2.powi(2)) - (3.0 + 1.333 * x) * y1 - x * y2;
    g <= 0: [-0.333 * y1 + y2 - 2.0, y1 - 0.333 * y2 - 2.0, -y1, -y2];
}

impl Outrata1990Ex2a {
    pub(crate) const PROBLEM: Problem = problem!(Outrata1990Ex2a, 55, OUTRATA_1990)
        .size(1, 2, 1, 4)
        .starts(&[at(&[3.0], &[3.0, 4.0]), at(&[3.0], &[3.0, 3.0])])
        .convex()
        .published(0.5)
        .best_known(0.5, -14.69505023)
        .point(&[2.1], &[2.998500749625187, 2.998500749625187])
        .comment(
            "The known y = (3, 3) violates the rows by 1e-3, because 0.333 is not 1/3; the \
            exact value is 0.5015 at y = (2.9985, 2.9985).",
        );
}

nlp_model::bilevel! {
    /// Outrata (1990), example 2b.
    pub struct Outrata1990Ex2b(x; y1, y2);
    F = 0.5 * ((y1 - 3.0).powi(2) + (y2 - 4.0).powi(2));
    G <= 0: [-x];
    f = 0.5 * y1.powi(2) * (1.0 + x) - (3.0 + 1.333 * x) * y1 - x * y2;
    g <= 0: [-0.333 * y1 + y2 - 2.0, y1 - 0.333 * y2 - 2.0, -y1, -y2];
}

impl Outrata1990Ex2b {
    pub(crate) const PROBLEM: Problem = problem!(Outrata1990Ex2b, 56, OUTRATA_1990)
        .size(1, 2, 1, 4)
        .starts(&[at(&[3.0], &[3.0, 4.0]), at(&[3.0], &[3.0, 3.0])])
        .convex()
        .published(0.5)
        .best_known(0.5, -4.5)
        .point(&[0.0], &[2.998500749625187, 2.998500749625187])
        .comment(
            "The known y = (3, 3) violates the rows by 1e-3, because 0.333 is not 1/3; the \
            exact value is 0.5015. f is linear in y2.",
        );
}

nlp_model::bilevel! {
    /// Outrata (1990), example 2c.
    pub struct Outrata1990Ex2c(x; y1, y2);
    F = 0.5 * ((y1 - 3.0).powi(2) + (y2 - 4.0).powi(2));
    G <= 0: [-x];
    f = 0.5 * (y1.powi(2) * (1.0 + x) + y2.powi(2) * (1.0 + 0.1 * x))
        - (3.0 + 1.333 * x) * y1 - x * y2;
    g <= 0: [-0.333 * y1 + y2 - 2.0, y1 - 0.333 * y2 - 2.0, -y1, -y2];
}

impl Outrata1990Ex2c {
    pub(crate) const PROBLEM: Problem = problem!(Outrata1990Ex2c, 57, OUTRATA_1990)
        .size(1, 2, 1, 4)
        .starts(&[at(&[3.0], &[3.0, 4.0]), at(&[3.0], &[3.0, 3.0])])
        .convex()
        .published(1.86)
        .best_known(1.86, -10.93147478)
        .point(&[3.45616216], &[1.70708872, 2.56846054]);
}

nlp_model::bilevel! {
    /// Outrata (1990), example 2d.
    pub struct Outrata1990Ex2d(x; y1, y2);
    F = 0.5 * ((y1 - 3.0).powi(2) + (y2 - 4.0).powi(2));
    G <= 0: [-x];
    f = 0.5 * (y1.powi(2) + y2.powi(2)) - (3.0 + 1.333 * x) * y1 - x * y2;
    g <= 0: [(-0.333 + 0.1 * x) * y1 + y2 - x, y1 + (-0.333 - 0.1 * x) * y2 - 2.0, -y1, -y2];
}

impl Outrata1990Ex2d {
    pub(crate) const PROBLEM: Problem = problem!(Outrata1990Ex2d, 112, OUTRATA_1990)
        .size(1, 2, 1, 4)
        .starts(&[at(&[3.0], &[3.0, 4.0]), at(&[3.0], &[3.0, 3.0])])
        .convexity(true, false)
        .published(0.92)
        .disputed()
        .checked(0.84850542, -22.95055687)
        .point(&[2.85634305], &[3.88074557, 3.04015726])
        .comment("The known value 0.92 is not optimal.");
}

nlp_model::bilevel! {
    /// Outrata (1990), example 2e.
    pub struct Outrata1990Ex2e(x; y1, y2);
    F = 0.5 * ((y1 - 3.0).powi(2) + (y2 - 4.0).powi(2));
    G <= 0: [-x];
    f = 0.5 * (y1.powi(2) * (1.0 + x) + y2.powi(2)) - (3.0 + 1.333 * x) * y1 - x * y2;
    g <= 0: [(-0.333 + 0.1 * x) * y1 + y2 - x, y1 + (-0.333 - 0.1 * x) * y2 - 2.0, -y1, -y2];
}

impl Outrata1990Ex2e {
    pub(crate) const PROBLEM: Problem = problem!(Outrata1990Ex2e, 113, OUTRATA_1990)
        .size(1, 2, 1, 4)
        .starts(&[at(&[3.0], &[3.0, 4.0]), at(&[3.0], &[3.0, 3.0])])
        .convexity(true, false)
        .published(0.9)
        .best_known(0.9, -14.87265464)
        .point(&[3.98682677], &[1.66583927, 3.87740268]);
}
