//! Polynomial problems of Nie, Wang and Ye.

use std::f64::consts::FRAC_1_SQRT_2;

use crate::problem::{Problem, at, problem};

const NIE_WANG_YE_2017: &str = "J. W. Nie, L. Wang and J. J. Ye, Bilevel polynomial programs \
    and semidefinite relaxation methods, SIAM Journal on Optimization, 27(3), 1728–1757, 2017";

nlp_model::bilevel! {
    /// Nie, Wang and Ye (2017), example 3.4.
    pub struct NieWangYe2017Ex34(x; y1, y2);
    F = x + y1 + y2;
    G <= 0: [-x + 2.0, x - 3.0];
    f = x * (y1 + y2);
    g <= 0: [-y1.powi(2) + y2.powi(2) + (y1.powi(2) + y2.powi(2)).powi(2), -y1];
}

impl NieWangYe2017Ex34 {
    pub(crate) const PROBLEM: Problem = problem!(NieWangYe2017Ex34, 107, NIE_WANG_YE_2017)
        .size(1, 2, 2, 2)
        .starts(&[at(&[2.5], &[0.75, 0.25]), at(&[2.5], &[0.0, 0.0])])
        .published(2.0)
        .optimal(2.0, 0.0)
        .point(&[2.0], &[0.0, 0.0]);
}

nlp_model::bilevel! {
    /// Nie, Wang and Ye (2017), example 5.2.
    pub struct NieWangYe2017Ex52(x1, x2; y1, y2, y3);
    F = x1 * y1 + x2 * y2 + x1 * x2 * y1 * y2 * y3;
    G <= 0: [-x1 - 1.0, -x2 - 1.0, x1 - 1.0, x2 - 1.0, y1 * y2 - x1.powi(2)];
    f = x1 * y1.powi(2) + x2.powi(2) * y2 * y3 - y1 * y3.powi(2);
    g <= 0: [
        1.0 - y1.powi(2) - y2.powi(2) - y3.powi(2),
        y1.powi(2) + y2.powi(2) + y3.powi(2) - 2.0,
    ];
}

impl NieWangYe2017Ex52 {
    pub(crate) const PROBLEM: Problem = problem!(NieWangYe2017Ex52, 108, NIE_WANG_YE_2017)
        .size(2, 3, 5, 2)
        .starts(&[
            at(&[-1.0, -1.0], &[1.0, 0.71, -0.71]),
            at(&[-1.0, -1.0], &[1.0, 0.0, 0.0]),
        ])
        .published(-1.71)
        .optimal(-1.71, -2.231914193)
        .point(&[-1.0, -1.0], &[1.10971225, 0.314333079, -0.818372427]);
}

nlp_model::bilevel! {
    /// Nie, Wang and Ye (2017), example 5.4.
    pub struct NieWangYe2017Ex54(x1, x2, x3, x4; y1, y2, y3, y4);
    F = x1.powi(2) * y1 + x2 * y2 + x3 * y3.powi(2) + x4 * y4.powi(2);
    G <= 0: [
        x1.powi(2) + x2.powi(2) + x3.powi(2) + x4.powi(2) - 1.0,
        y1 * y2 - x1,
        y3 * y4 - x3.powi(2),
    ];
    f = y1.powi(2) - y2 * (x1 + x2) - (y3 + y4) * (x3 + x4);
    g <= 0: [
        y1.powi(2) + y2.powi(2) + y3.powi(2) + y4.powi(2) - 1.0,
        y2.powi(2) + y3.powi(2) + y4.powi(2) - y1,
    ];
}

impl NieWangYe2017Ex54 {
    pub(crate) const PROBLEM: Problem = problem!(NieWangYe2017Ex54, 49, NIE_WANG_YE_2017)
        .size(4, 4, 3, 2)
        .starts(&[
            at(&[-1.0; 4], &[1.0, -1.0, -1.0, -1.0]),
            at(&[-1.0; 4], &[-1.0; 4]),
        ])
        .convex()
        .published(-0.44)
        .optimal(-0.44, -1.190336744)
        .point(
            &[0.0, 0.0, -FRAC_1_SQRT_2, -FRAC_1_SQRT_2],
            &[
                0.6180339887498949,
                0.0,
                -0.5558929702514211,
                -0.5558929702514211,
            ],
        );
}

nlp_model::bilevel! {
    /// Nie, Wang and Ye (2017), example 5.7.
    pub struct NieWangYe2017Ex57(x1, x2; y1, y2, y3);
    F = x1.powi(2) * y1 / 2.0 + x2 * y2.powi(2) - (x1 + x2.powi(2)) * y3;
    G <= 0: [
        x1 - 1.0, x2 - 1.0, -x1 - 1.0, -x2 - 1.0,
        -x1 - x2 + x1.powi(2) + y1.powi(2) + y2.powi(2),
    ];
    f = x2 * (y1 * y2 * y3 + y2.powi(2) - y3.powi(3));
    g <= 0: [y1.powi(2) + y2.powi(2) + y3.powi(2) - x1, 2.0 * y2 * y3 - 1.0];
}

impl NieWangYe2017Ex57 {
    pub(crate) const PROBLEM: Problem = problem!(NieWangYe2017Ex57, 109, NIE_WANG_YE_2017)
        .size(2, 3, 5, 2)
        .starts(&[
            at(&[1.0, 1.0], &[0.0, 0.5, 1.0]),
            at(&[0.0, 0.0], &[1.0; 3]),
        ])
        .published(-2.0)
        .best_known(-2.0, -1.0)
        .point(&[1.0, 1.0], &[0.0, 0.0, 1.0]);
}

nlp_model::bilevel! {
    /// Nie, Wang and Ye (2017), example 5.8.
    pub struct NieWangYe2017Ex58(x1, x2, x3, x4; y1, y2, y3, y4);
    F = (x1 + x2 + x3 + x4) * (y1 + y2 + y3 + y4);
    G <= 0: [
        x1.powi(2) + x2.powi(2) + x3.powi(2) + x4.powi(2) - 1.0,
        y3.powi(2) - x4,
        y2 * y4 - x1,
    ];
    f = x1 * y1 + x2 * y2 + 0.1 * y3 + 0.5 * y4 - y3 * y4;
    g <= 0: [
        y1.powi(2) + 2.0 * y2.powi(2) + 3.0 * y3.powi(2) + 4.0 * y4.powi(2)
            - x1.powi(2) - x2 - x3.powi(2) - x4,
        y2 * y3 - y1 * y4,
    ];
}

impl NieWangYe2017Ex58 {
    pub(crate) const PROBLEM: Problem = problem!(NieWangYe2017Ex58, 110, NIE_WANG_YE_2017)
        .size(4, 4, 3, 2)
        .starts(&[at(&[0.5; 4], &[-0.5; 4]), at(&[1.0; 4], &[-1.0; 4])])
        .published(-3.49)
        .best_known(-3.49, -0.8620837932)
        .point(
            &[0.513547021, 0.504990034, 0.488204944, 0.492859468],
            &[-0.834644167, -0.410368446, -0.210590961, -0.288722637],
        )
        .comment(
            "The second lower row has the sign of the BOLIB code and of the published \
            tables; the paper has the opposite one, which the known point violates.",
        );
}

nlp_model::bilevel! {
    /// Nie, Wang and Ye (2017), example 6.1.
    pub struct NieWangYe2017Ex61(x1, x2; y1, y2);
    F = y1.powi(3) * (x1.powi(2) - 3.0 * x1 * x2) - y1.powi(2) * y2 + y2 * x2.powi(3);
    G <= 0: [x1 - 1.0, x2 - 1.0, -x1 - 1.0, -x2 - 1.0, -y2 - y1 * (1.0 - x1.powi(2))];
    f = y1 * y2.powi(2) - y2.powi(3) - y1.powi(2) * (x2 - x1.powi(2));
    g <= 0: [y1.powi(2) + y2.powi(2) - 1.0];
}

impl NieWangYe2017Ex61 {
    pub(crate) const PROBLEM: Problem = problem!(NieWangYe2017Ex61, 111, NIE_WANG_YE_2017)
        .size(2, 2, 5, 1)
        .starts(&[at(&[1.0, -2.0], &[1.0, 1.0]), at(&[1.0, -1.0], &[0.0, 2.0])])
        .published(-1.02)
        .best_known(-1.02, -1.083845726)
        .point(&[0.571218685, -1.0], &[-0.163838825, 0.986487121]);
}
