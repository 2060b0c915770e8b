//! Problems of Lampariello and Sagratella, and of Lucchetti et al.

use crate::problem::{Problem, at, problem};

const LAMPARIELLO_SAGRATELLA_ONLINE_2017: &str = "L. Lampariello and S. Sagratella, Numerically \
    tractable optimistic bilevel problems, Optimization-Online, 2017";
const LAMPARIELLO_SAGRATELLA_2017: &str = "L. Lampariello and S. Sagratella, A bridge between \
    bilevel programs and Nash games, Journal of Optimization Theory and Applications, 174(2), \
    613–635, 2017";
const LUCCHETTI_ETAL_1987: &str = "R. Lucchetti, F. Mignanego, and G. Pieri, Existence theorems \
    of equilibrium points in Stackelberg games with constraints, Optimization, 18(6), 857–866, \
    1987";

nlp_model::bilevel! {
    /// Lampariello and Sagratella (2017), example 2.3.
    pub struct LamparielloSagratella2017Ex23(x; y1, y2);
    F = x;
    G <= 0: [-x - 1.0, x - 1.0];
    f = (x - y1).powi(2) + (y2 + 1.0).powi(2);
    g <= 0: [y1.powi(3) - y2, -y2];
}

impl LamparielloSagratella2017Ex23 {
    pub(crate) const PROBLEM: Problem = problem!(
        LamparielloSagratella2017Ex23,
        83,
        LAMPARIELLO_SAGRATELLA_ONLINE_2017
    )
    .size(1, 2, 2, 2)
    .starts(&[at(&[-1.0], &[-1.0, -1.0]), at(&[1.0], &[1.0, 1.0])])
    .published(-1.0)
    .optimal(-1.0, 1.0)
    .point(&[-1.0], &[-1.0, 0.0]);
}

nlp_model::bilevel! {
    /// Lampariello and Sagratella (2017), example 3.1.
    pub struct LamparielloSagratella2017Ex31(x; y);
    F = x.powi(2) + y.powi(2);
    G <= 0: [1.0 - x];
    f = y;
    g <= 0: [1.0 - x - y];
}

impl LamparielloSagratella2017Ex31 {
    pub(crate) const PROBLEM: Problem = problem!(
        LamparielloSagratella2017Ex31,
        33,
        LAMPARIELLO_SAGRATELLA_2017
    )
    .size(1, 1, 1, 1)
    .starts(&[at(&[0.0], &[0.0]), at(&[1.0], &[1.0])])
    .convex()
    .published(1.0)
    .optimal(1.0, 0.0)
    .point(&[1.0], &[0.0]);
}

nlp_model::bilevel! {
    /// Lampariello and Sagratella (2017), example 3.2.
    pub struct LamparielloSagratella2017Ex32(x; y);
    F = x.powi(2) + y.powi(2);
    G <= 0: [];
    f = (x + y - 1.0).powi(2);
    g <= 0: [];
}

impl LamparielloSagratella2017Ex32 {
    pub(crate) const PROBLEM: Problem = problem!(
        LamparielloSagratella2017Ex32,
        34,
        LAMPARIELLO_SAGRATELLA_2017
    )
    .size(1, 1, 0, 0)
    .starts(&[at(&[0.0], &[0.0]), at(&[1.0], &[0.0])])
    .convex()
    .published(0.5)
    .optimal(0.5, 0.0)
    .point(&[0.5], &[0.5]);
}

nlp_model::bilevel! {
    /// Lampariello and Sagratella (2017), example 3.3.
    pub struct LamparielloSagratella2017Ex33(x; y1, y2);
    F = x.powi(2) + (y1 + y2).powi(2);
    G <= 0: [0.5 - x];
    f = y1;
    g <= 0: [1.0 - x - y1 - y2, -y1, -y2];
}

impl LamparielloSagratella2017Ex33 {
    pub(crate) const PROBLEM: Problem = problem!(
        LamparielloSagratella2017Ex33,
        35,
        LAMPARIELLO_SAGRATELLA_2017
    )
    .size(1, 2, 1, 3)
    .starts(&[at(&[1.0], &[1.0, 1.0]), at(&[0.5], &[1.0, 1.0])])
    .convex()
    .published(0.5)
    .optimal(0.5, 0.0)
    .point(&[0.5], &[0.0, 0.5]);
}

nlp_model::bilevel! {
    /// Lampariello and Sagratella (2017), example 3.5.
    pub struct LamparielloSagratella2017Ex35(x; y);
    F = x.powi(2) + y.powi(2);
    G <= 0: [-1.0 - x, x - 1.0];
    f = -y;
    g <= 0: [2.0 * x + y - 2.0, -y, y - 1.0];
}

impl LamparielloSagratella2017Ex35 {
    pub(crate) const PROBLEM: Problem = problem!(
        LamparielloSagratella2017Ex35,
        36,
        LAMPARIELLO_SAGRATELLA_2017
    )
    .size(1, 1, 2, 3)
    .starts(&[at(&[1.0], &[0.5]), at(&[1.0], &[1.0])])
    .convex()
    .published(0.8)
    .optimal(0.8, -0.4)
    .point(&[0.8], &[0.4]);
}

nlp_model::bilevel! {
    /// Lucchetti et al. (1987).
    pub struct LucchettiEtal1987(x; y);
    F = (1.0 - x) / 2.0 + x * y;
    G <= 0: [-x, x - 1.0];
    f = (x - 1.0) * y;
    g <= 0: [-y, y - 1.0];
}

impl LucchettiEtal1987 {
    pub(crate) const PROBLEM: Problem = problem!(LucchettiEtal1987, 37, LUCCHETTI_ETAL_1987)
        .size(1, 1, 2, 2)
        .starts(&[at(&[0.5], &[0.5]), at(&[0.0], &[0.0])])
        .convex()
        .published(0.0)
        .optimal(0.0, 0.0)
        .point(&[1.0], &[0.0]);
}
