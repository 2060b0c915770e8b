//! Problems of Aiyoshi and Shimizu, Allende and Still, An et al.

use crate::problem::{Problem, at, problem};

const AIYOSHI_SHIMIZU_1984: &str = "E. Aiyoshi and K. Shimizu, A solution method for the static \
    constrained Stackelberg problem via penalty method, IEEE Transactions on Automatic Control, \
    29, 1111–1114, 1984";
const ALLENDE_STILL_2013: &str = "G. B. Allende and G. Still, Solving bilevel programs with the \
    KKT approach, Mathematical Programming, 138(1–2), 309–332, 2013";
const AN_ETAL_2009: &str = "L. T. H. An, P. D. Tao, N. N. Canh and N. V. Thoai, DC programming \
    techniques for solving a class of nonlinear bilevel programs, Journal of Global \
    Optimization, 44(3), 313–337, 2009";

nlp_model::bilevel! {
    /// Aiyoshi and Shimizu (1984), example 2.
    pub struct AiyoshiShimizu1984Ex2(x1, x2; y1, y2);
    F = 2.0 * x1 + 2.0 * x2 - 3.0 * y1 - 3.0 * y2 - 60.0;
    G <= 0: [x1 + x2 + y1 - 2.0 * y2 - 40.0, x1 - 50.0, x2 - 50.0, -x1, -x2];
    f = (y1 - x1 + 20.0).powi(2) + (y2 - x2 + 20.0).powi(2);
    g <= 0: [
        2.0 * y1 - x1 + 10.0,
        2.0 * y2 - x2 + 10.0,
        -y1 - 10.0, -y2 - 10.0, y1 - 20.0, y2 - 20.0,
    ];
}

impl AiyoshiShimizu1984Ex2 {
    pub(crate) const PROBLEM: Problem = problem!(AiyoshiShimizu1984Ex2, 1, AIYOSHI_SHIMIZU_1984)
        .size(2, 2, 5, 6)
        .starts(&[
            at(&[10.0, 30.0], &[5.0, 5.0]),
            at(&[20.0, 20.0], &[0.0, 20.0]),
        ])
        .convex()
        .published(5.0)
        .disputed()
        .checked(0.0, 200.0)
        .point(&[0.0, 0.0], &[-10.0, -10.0])
        .comment(
            "The known value 5 is not optimal: (0, 0; -10, -10) and (0, 30; -10, 10) are \
            bilevel feasible with F = 0.",
        );
}

nlp_model::bilevel! {
    /// Allende and Still (2013).
    pub struct AllendeStill2013(x1, x2; y1, y2);
    F = (x1 - 1.0).powi(2) + (x2 - 1.0).powi(2) + y1.powi(2) + y2.powi(2);
    G <= 0: [-x1, -x2, x1 - 2.0, -y1, -y2];
    f = y1.powi(2) + y2.powi(2) - 2.0 * x1 * y1 - 2.0 * x2 * y2;
    g <= 0: [(y1 - 1.0).powi(2) - 0.25, (y2 - 1.0).powi(2) - 0.25];
}

impl AllendeStill2013 {
    pub(crate) const PROBLEM: Problem = problem!(AllendeStill2013, 2, ALLENDE_STILL_2013)
        .size(2, 2, 5, 2)
        .starts(&[at(&[0.0, 0.0], &[0.5, 0.5]), at(&[0.0, 0.0], &[1.0, 1.0])])
        .convex()
        .published(-1.5)
        .optimal(1.0, -0.5)
        .point(&[0.5, 0.5], &[0.5, 0.5])
        .comment(
            "BOLIB adds 2 to the F of the paper. The published tables were computed with \
            -x1² in F, a sign error, and belong to another function.",
        );
}

nlp_model::bilevel! {
    /// An et al. (2009).
    pub struct AnEtal2009(x1, x2; y1, y2);
    F = -1.9 * x1.powi(2) + 4.4 * x1 * x2 - 1.1 * x2.powi(2) + 0.4 * y1 * y2
        + 1.2 * x1 * y1 - 2.2 * x1 * y2 + 0.6 * x2 * y1 + 1.8 * x2 * y2
        + 935.74474 * x1 + 87.53654 * x2 + 121.96196 * y1 + 299.24825 * y2;
    G <= 0: [
        -x1, -x2, -y1, -y2,
        3.88889 * x2 + 4.88889 * y1 + 7.44444 * y2 - 61.57778,
        -2.0 * x1 + 8.77778 * x2 - 5.11111 * y1 + 0.88889 * y2 - 0.8,
    ];
    f = 10.55102 * y1.powi(2) + 11.81633 * y1 * y2 - 7.22449 * y2.powi(2)
        + (-17.85 * x1 + 6.575 * x2 - 18.21053) * y1
        + (30.325 * x1 + 30.325 * x2 + 13.05263) * y2;
    g <= 0: [
        5.0 * x1 + 7.44444 * x2 + 3.88889 * y1 + 1.77778 * y2 - 39.62222,
        -8.33333 * x1 + 3.0 * x2 + 6.88889 * y1 + 6.11111 * y2 - 60.0,
        -8.66667 * x1 - 8.55556 * x2 - 5.33333 * y1 - 7.0 * y2 + 72.37778,
        6.44444 * x1 - 5.11111 * x2 + 1.44444 * y1 + 4.44444 * y2 - 17.28889,
    ];
}

impl AnEtal2009 {
    pub(crate) const PROBLEM: Problem = problem!(AnEtal2009, 73, AN_ETAL_2009)
        .size(2, 2, 6, 4)
        .starts(&[at(&[1.0, 1.0], &[1.0, 1.0]), at(&[0.0, 0.0], &[0.0, 0.0])])
        .published(2251.55)
        .optimal(2251.6, 565.7754293)
        .point(&[0.2000015218, 1.999996587], &[4.00000166, 4.60000188])
        .comment(
            "The BOLIB document prints -5.11111 for one entry of the matrix of f; code and \
            tables use the symmetric 11.81633.",
        );
}
