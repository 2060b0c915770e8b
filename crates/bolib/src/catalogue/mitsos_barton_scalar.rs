//! Problems of Mitsos and Barton, examples 3.8 to 3.16.

use crate::problem::{Problem, at, problem};

const MITSOS_BARTON_2006: &str = "A. Mitsos and P. I. Barton, A Test Set for Bilevel Programs, \
    Technical report, MIT, 2006";

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.8.
    pub struct MitsosBarton2006Ex38(x; y);
    F = y.powi(2);
    G <= 0: [-x - 1.0, x - 1.0, -y - 0.1, y - 0.1];
    f = x * y + x.exp() * y;
    g <= 0: [-y - 1.0, y - 1.0];
}

impl MitsosBarton2006Ex38 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex38, 41, MITSOS_BARTON_2006)
        .size(1, 1, 4, 2)
        .starts(&[at(&[0.0], &[0.0]), at(&[1.0], &[1.0])])
        .convex()
        .published(0.0)
        .optimal(0.0, 0.0)
        .point(&[-0.5671432904097838], &[0.0])
        .comment(
            "Where x + exp(x) = 0 every y solves the lower level; this x = -0.567 is \
            isolated.",
        );
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.9.
    pub struct MitsosBarton2006Ex39(x; y);
    F = x;
    G <= 0: [-x + y, -x - 10.0, x - 10.0];
    f = y.powi(3);
    g <= 0: [-y - 1.0, y - 1.0];
}

impl MitsosBarton2006Ex39 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex39, 89, MITSOS_BARTON_2006)
        .size(1, 1, 3, 2)
        .starts(&[at(&[0.0], &[0.0]), at(&[-1.0], &[0.0])])
        .published(-1.0)
        .optimal(-1.0, -1.0)
        .point(&[-1.0], &[-1.0]);
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.10.
    pub struct MitsosBarton2006Ex310(x; y);
    F = y;
    G <= 0: [-x + 0.1, x - 1.0];
    f = x * (16.0 * y.powi(4) + 2.0 * y.powi(3) - 8.0 * y.powi(2) - 1.5 * y + 0.5);
    g <= 0: [-y - 1.0, y - 1.0];
}

impl MitsosBarton2006Ex310 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex310, 90, MITSOS_BARTON_2006)
        .size(1, 1, 2, 2)
        .starts(&[at(&[1.0], &[1.0]), at(&[0.8], &[1.0])])
        .published(0.5)
        .optimal(0.5, -0.5)
        .point(&[0.5], &[0.5])
        .comment("Every x in [0.1, 1] with y = 0.5 is optimal, with f = -x.");
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.11.
    pub struct MitsosBarton2006Ex311(x; y);
    F = y;
    G <= 0: [-x - 1.0, x - 1.0];
    f = x * (16.0 * y.powi(4) + 2.0 * y.powi(3) - 8.0 * y.powi(2) - 1.5 * y + 0.5);
    g <= 0: [-y - 0.8, y - 1.0];
}

impl MitsosBarton2006Ex311 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex311, 91, MITSOS_BARTON_2006)
        .size(1, 1, 2, 2)
        .starts(&[at(&[-1.0], &[-1.0]), at(&[1.0], &[-1.0])])
        .published(-0.8)
        .optimal(-0.8, 0.0)
        .point(&[0.0], &[-0.8]);
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.12.
    pub struct MitsosBarton2006Ex312(x; y);
    F = -x + x * y + 10.0 * y.powi(2);
    G <= 0: [-x - 1.0, x - 1.0];
    f = -x * y.powi(2) + 0.5 * y.powi(4);
    g <= 0: [-y - 1.0, y - 1.0];
}

impl MitsosBarton2006Ex312 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex312, 92, MITSOS_BARTON_2006)
        .size(1, 1, 2, 2)
        .starts(&[at(&[-1.0], &[0.0]), at(&[1.0], &[0.0])])
        .published(0.0)
        .optimal(0.0, 0.0)
        .point(&[0.0], &[0.0]);
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.13.
    pub struct MitsosBarton2006Ex313(x; y);
    F = x - y;
    G <= 0: [-x - 1.0, x - 1.0];
    f = x * y * (y / 2.0 - x.powi(2));
    g <= 0: [-y - 1.0, y - 1.0];
}

impl MitsosBarton2006Ex313 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex313, 42, MITSOS_BARTON_2006)
        .size(1, 1, 2, 2)
        .starts(&[at(&[-1.0], &[-1.0]), at(&[1.0], &[1.0])])
        .convexity(false, true)
        .published(-1.0)
        .optimal(-1.0, 0.0)
        .point(&[0.0], &[1.0])
        .comment(
            "The published tables list the lower level as convex, but f_yy = x changes its \
            sign.",
        );
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.14.
    pub struct MitsosBarton2006Ex314(x; y);
    F = (x - 0.25).powi(2) + y.powi(2);
    G <= 0: [-x - 1.0, x - 1.0];
    f = y.powi(3) / 3.0 - x * y;
    g <= 0: [-y - 1.0, y - 1.0];
}

impl MitsosBarton2006Ex314 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex314, 93, MITSOS_BARTON_2006)
        .size(1, 1, 2, 2)
        .starts(&[at(&[1.0], &[1.0]), at(&[-1.0], &[-1.0])])
        .published(0.25)
        .optimal(0.25, -0.08333333333)
        .point(&[0.25], &[0.5]);
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.15.
    pub struct MitsosBarton2006Ex315(x; y);
    F = x + y;
    G <= 0: [-x - 1.0, x - 1.0];
    f = x * y.powi(2) / 2.0 - y.powi(3) / 3.0;
    g <= 0: [-y - 1.0, y - 1.0];
}

impl MitsosBarton2006Ex315 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex315, 94, MITSOS_BARTON_2006)
        .size(1, 1, 2, 2)
        .starts(&[at(&[1.0], &[1.0]), at(&[2.0], &[2.0])])
        .published(0.0)
        .optimal(0.0, -0.8333333333)
        .point(&[-1.0], &[1.0]);
}

nlp_model::bilevel! {
    /// Mitsos and Barton (2006), example 3.16.
    pub struct MitsosBarton2006Ex316(x; y);
    F = 2.0 * x + y;
    G <= 0: [-x - 1.0, x - 1.0];
    f = -x * y.powi(2) / 2.0 - y.powi(4) / 4.0;
    g <= 0: [-y - 1.0, y - 1.0];
}

impl MitsosBarton2006Ex316 {
    pub(crate) const PROBLEM: Problem = problem!(MitsosBarton2006Ex316, 95, MITSOS_BARTON_2006)
        .size(1, 1, 2, 2)
        .starts(&[at(&[-1.0], &[-1.0]), at(&[-1.0], &[1.0])])
        .published(-2.0)
        .optimal(-2.0, 0.0)
        .point(&[-1.0], &[0.0])
        .comment("(-0.5; -1) is a second optimal point.");
}
