//! Problems of Tuy, Vogel, Wan, Ye and Zhu, Yezza, Zlobec.

use crate::Evidence;
use crate::problem::{Problem, at, problem};

const TUY_ETAL_2007: &str = "H. Tuy, A. Migdalas and N. T. Hoai-Phuong, A novel approach to \
    bilevel nonlinear programming, Journal of Global Optimization, 38(4), 527–554, 2007";
const VOGEL_2012: &str = "S. Vogel, Zwei-Ebenen-Optimierungsaufgaben mit nichtkonvexer \
    Zielfunktion in der unteren Ebene, PhD thesis, Department of Mathematics and Computer \
    Science, TU Bergakademie Freiberg, Freiberg, Germany, 2012";
const WAN_WANG_LV_2011: &str = "Z. P. Wan, G. M. Wang and Y. B. Lv, A dual-relax penalty \
    function approach for solving nonlinear bilevel programming with linear lower level \
    problem, Acta Mathematica Scientia, 31(2), 652–660, 2011";
const YE_ZHU_2010: &str = "J. J. Ye and D. L. Zhu, New necessary optimality conditions for \
    bilevel programs by combining the MPEC and value function approaches, SIAM Journal on \
    Optimization, 20(4), 1885–1905, 2010";
const YEZZA_1996: &str = "A. Yezza, First-order necessary optimality conditions for general \
    bilevel programming problems, Journal of Optimization Theory and Applications, 89(1), \
    189–219, 1996";
const ZLOBEC_2001: &str = "S. Zlobec, Bilevel programming: optimality conditions and duality, \
    pp. 180–185, Springer US, Boston, MA, 2001";

nlp_model::bilevel! {
    /// Tuy et al. (2007).
    pub struct TuyEtal2007(x; y);
    F = x.powi(2) + y.powi(2);
    G <= 0: [-x, -y];
    f = -y;
    g <= 0: [3.0 * x + y - 15.0, x + y - 7.0, x + 3.0 * y - 15.0];
}

impl TuyEtal2007 {
    pub(crate) const PROBLEM: Problem = problem!(TuyEtal2007, 69, TUY_ETAL_2007)
        .size(1, 1, 2, 3)
        .starts(&[at(&[3.75], &[3.75]), at(&[0.0], &[0.0])])
        .convex()
        .published(22.5)
        .optimal(22.5, -4.5)
        .point(&[1.5], &[4.5])
        .comment("Two points are optimal: this one and (1.5; 4.5).");
}

nlp_model::bilevel! {
    /// Vogel (2012).
    pub struct Vogel2012(x; y);
    F = (y + 1.0).powi(2);
    G <= 0: [-3.0 - x, x - 2.0];
    f = y.powi(3) - 3.0 * y;
    g <= 0: [x - y];
}

impl Vogel2012 {
    pub(crate) const PROBLEM: Problem = problem!(Vogel2012, 120, VOGEL_2012)
        .size(1, 1, 2, 1)
        .starts(&[at(&[0.0], &[0.0]), at(&[-2.0], &[-1.0])])
        .aliases(&["Vogel2002"])
        .published(0.0)
        .optimal(1.0, -2.0)
        .point(&[-2.0], &[-2.0])
        .comment("The published 0 belongs to (-3; -1), a local maximum of the lower level.");
}

nlp_model::bilevel! {
    /// Wan, Wang and Lv (2011).
    pub struct WanWangLv2011(x1, x2; y1, y2, y3);
    F = (1.0 + x1 - x2 + 2.0 * y2) * (8.0 - x1 - 2.0 * y1 + y2 + 5.0 * y3);
    G <= 0: [];
    f = 2.0 * y1 - y2 + y3;
    g <= 0: [
        -y1 + y2 + y3 - 1.0,
        2.0 * x1 - y1 + 2.0 * y2 - 0.5 * y3 - 1.0,
        2.0 * x2 + 2.0 * y1 - y2 - 0.5 * y3 - 1.0,
        -x1, -x2, -y1, -y2, -y3,
    ];
}

impl WanWangLv2011 {
    pub(crate) const PROBLEM: Problem = problem!(WanWangLv2011, 70, WAN_WANG_LV_2011)
        .size(2, 3, 0, 8)
        .starts(&[at(&[0.0, 0.0], &[0.0; 3]), at(&[1.0, 1.0], &[1.0; 3])])
        .convex()
        .published(10.62)
        .disputed()
        .checked(7.5, 0.0)
        .point(&[0.5, 0.5], &[0.0; 3])
        .comment(
            "The known value 10.62 is not optimal: (0.5, 0.5; 0, 0, 0) is bilevel feasible \
            with F = 7.5.",
        );
}

nlp_model::bilevel! {
    /// Ye and Zhu (2010), example 4.2.
    pub struct YeZhu2010Ex42(x; y);
    F = (x - 1.0).powi(2) + y.powi(2);
    G <= 0: [-3.0 - x, x - 2.0];
    f = y.powi(3) - 3.0 * y;
    g <= 0: [x - y];
}

impl YeZhu2010Ex42 {
    pub(crate) const PROBLEM: Problem = problem!(YeZhu2010Ex42, 121, YE_ZHU_2010)
        .size(1, 1, 2, 1)
        .starts(&[at(&[0.0], &[0.0]), at(&[-2.0], &[-2.0])])
        .published(1.0)
        .optimal(1.0, -2.0)
        .point(&[1.0], &[1.0]);
}

nlp_model::bilevel! {
    /// Ye and Zhu (2010), example 4.3.
    pub struct YeZhu2010Ex43(x; y);
    F = (x - 0.5).powi(2) + (y - 2.0).powi(2);
    G <= 0: [-x, x - 4.0];
    f = y.powi(3) - 3.0 * y;
    g <= 0: [x - y - 3.0];
}

impl YeZhu2010Ex43 {
    pub(crate) const PROBLEM: Problem = problem!(YeZhu2010Ex43, 122, YE_ZHU_2010)
        .size(1, 1, 2, 1)
        .starts(&[at(&[1.0], &[0.0]), at(&[4.0], &[1.0])])
        .published(1.25)
        .optimal(1.25, -2.0)
        .point(&[1.0], &[1.0])
        .comment(
            "F and g follow the BOLIB code. The point (0.5; 1) with F = 1 is not optimal \
            for the lower level.",
        );
}

nlp_model::bilevel! {
    /// Yezza (1996), example 3.1.
    pub struct Yezza1996Ex31(x; y);
    F = -(4.0 * x - 3.0) * y + 2.0 * x + 1.0;
    G <= 0: [-x, x - 1.0];
    f = -(1.0 - 4.0 * x) * y - 2.0 * x - 2.0;
    g <= 0: [-y, y - 1.0];
}

impl Yezza1996Ex31 {
    pub(crate) const PROBLEM: Problem = problem!(Yezza1996Ex31, 71, YEZZA_1996)
        .size(1, 1, 2, 2)
        .starts(&[at(&[0.0], &[0.0]), at(&[0.75], &[0.0])])
        .convex()
        .published(1.5)
        .optimal(1.5, -2.5)
        .point(&[0.25], &[0.0]);
}

nlp_model::bilevel! {
    /// Yezza (1996), example 4.1.
    pub struct Yezza1996Ex41(x; y);
    F = 0.5 * (y - 2.0).powi(2) + 0.5 * (x - y - 2.0).powi(2);
    G <= 0: [];
    f = 0.5 * y.powi(2) + x - y;
    g <= 0: [-y, y - x];
}

impl Yezza1996Ex41 {
    pub(crate) const PROBLEM: Problem = problem!(Yezza1996Ex41, 72, YEZZA_1996)
        .size(1, 1, 0, 2)
        .starts(&[at(&[2.0], &[0.0]), at(&[2.0], &[2.0])])
        .convex()
        .published(0.5)
        .optimal(0.5, 2.5)
        .point(&[3.0], &[1.0])
        .comment("The BOLIB document prints two lower-level variables; there is one.");
}

nlp_model::bilevel! {
    /// Zlobec (2001), problem a.
    pub struct Zlobec2001a(x; y1, y2);
    F = -y1 / x;
    G <= 0: [];
    f = -y1 - y2;
    g <= 0: [-1.0 + y1 + x * y2, -y1, -y2];
}

impl Zlobec2001a {
    pub(crate) const PROBLEM: Problem = problem!(Zlobec2001a, 123, ZLOBEC_2001)
        .size(1, 2, 0, 3)
        .starts(&[at(&[1.0], &[0.0, 0.0]), at(&[1.0], &[0.0, 1.0])])
        .convexity(true, false)
        .published(-1.0)
        .optimal(-1.0, -1.0)
        .point(&[1.0], &[1.0, 0.0])
        .comment("F is singular at x = 0, where the lower level has no Slater point.");
}

nlp_model::bilevel! {
    /// Zlobec (2001), problem b.
    pub struct Zlobec2001b(x; y);
    F = x + y;
    G <= 0: [-x, x - 1.0];
    f = -y;
    g <= 0: [-y, y - 1.0, -x * y, x * y];
}

impl Zlobec2001b {
    pub(crate) const PROBLEM: Problem = problem!(Zlobec2001b, 124, ZLOBEC_2001)
        .size(1, 1, 2, 4)
        .starts(&[at(&[0.0], &[1.0]), at(&[1.0], &[1.0])])
        .convexity(true, false)
        .unsolvable(Evidence::NotAttained)
        .comment("No solution exists: the infimum 0 is not attained.");
}
