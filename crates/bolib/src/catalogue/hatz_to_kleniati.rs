//! Problems of Hatz, Henderson and Quandt, Henrion, Ishizuka, Kleniati.

use crate::problem::{Problem, at, problem};

const HATZ_ETAL_2013: &str = "K. Hatz, S. Leyffer, J. P. Schlöder and H. G. Bock, Regularizing \
    bilevel nonlinear programs by lifting, Argonne National Laboratory, USA, 2013";
const HENDERSON_QUANDT_1958: &str = "J. M. Henderson and R. E. Quandt, Microeconomic theory: a \
    mathematical approach, McGraw-Hill: New York, 1958";
const HENRION_SUROWIEC_2011: &str = "R. Henrion and T. Surowiec, On calmness conditions in \
    convex bilevel programming, Applicable Analysis, 90(6), 951–970, 2011";
const ISHIZUKA_AIYOSHI_1992: &str = "Y. Ishizuka and E. Aiyoshi, Double penalty method for \
    bilevel optimization problems, Annals of Operations Research, 34(1), 73–88, 1992";
const KLENIATI_ADJIMAN_2014: &str = "P.-M. Kleniati and C. S. Adjiman, Branch-and-sandwich: a \
    deterministic global optimization algorithm for optimistic bilevel programming problems, \
    part II: Convergence analysis and numerical results, Journal of Global Optimization, 60(3), \
    459–481, 2014";

nlp_model::bilevel! {
    /// Hatz et al. (2013).
    pub struct HatzEtal2013(x; y1, y2);
    F = -x + 2.0 * y1 + y2;
    G <= 0: [];
    f = (x - y1).powi(2) + y2.powi(2);
    g <= 0: [-y1, -y2];
}

impl HatzEtal2013 {
    pub(crate) const PROBLEM: Problem = problem!(HatzEtal2013, 29, HATZ_ETAL_2013)
        .size(1, 2, 0, 2)
        .starts(&[at(&[1.0], &[1.0, 1.0]), at(&[1.0], &[1.0, 0.0])])
        .convex()
        .published(0.0)
        .optimal(0.0, 0.0)
        .point(&[0.0], &[0.0, 0.0]);
}

nlp_model::bilevel! {
    /// Henderson and Quandt (1958).
    pub struct HendersonQuandt1958(x; y);
    F = (0.5 * (x + y) - 95.0) * x;
    G <= 0: [x - 200.0, -x];
    f = (y + 0.5 * x - 100.0) * y;
    g <= 0: [-y];
}

impl HendersonQuandt1958 {
    pub(crate) const PROBLEM: Problem = problem!(HendersonQuandt1958, 30, HENDERSON_QUANDT_1958)
        .size(1, 1, 2, 1)
        .starts(&[at(&[0.0], &[0.0]), at(&[100.0], &[100.0])])
        .convex()
        .published(-3266.67)
        .best_known(-3266.7, -711.1111111)
        .point(&[93.33333333333333], &[26.666666666666668]);
}

nlp_model::bilevel! {
    /// Henrion and Surowiec (2011).
    pub struct HenrionSurowiec2011(x; y);
    F = x.powi(2);
    G <= 0: [];
    f = (y / 2.0 - x) * y;
    g <= 0: [];
}

impl HenrionSurowiec2011 {
    pub(crate) const PROBLEM: Problem = problem!(HenrionSurowiec2011, 31, HENRION_SUROWIEC_2011)
        .size(1, 1, 0, 0)
        .starts(&[at(&[1.0], &[1.0])])
        .convex()
        .published(0.0)
        .optimal(0.0, 0.0)
        .point(&[0.0], &[0.0])
        .comment(
            "The parameter c is 0; the published tables also hold runs with c = 1 and \
            c = -1. F* = -c²/4.",
        );
}

nlp_model::bilevel! {
    /// Ishizuka and Aiyoshi (1992), problem a.
    pub struct IshizukaAiyoshi1992a(x; y1, y2);
    F = x * y2.powi(2);
    G <= 0: [-x - 4.0];
    f = y1;
    g <= 0: [-x, -x - y1, -x + y1, -y1 - y2 - 4.0, y1 + y2 - 4.0];
}

impl IshizukaAiyoshi1992a {
    pub(crate) const PROBLEM: Problem = problem!(IshizukaAiyoshi1992a, 32, ISHIZUKA_AIYOSHI_1992)
        .size(1, 2, 1, 5)
        .starts(&[at(&[1.0], &[-1.0, 1.0]), at(&[5.0], &[-5.0, 0.0])])
        .convex()
        .published(0.0)
        .optimal(0.0, -4.0)
        .point(&[4.0], &[-4.0, 0.0])
        .comment(
            "The parameter M is 4; a later version of BOLIB uses 1.5. Every x in [0, M] is \
            optimal.",
        );
}

nlp_model::bilevel! {
    /// Kleniati and Adjiman (2014), example 3.
    pub struct KleniatiAdjiman2014Ex3(x; y);
    F = x - y;
    G <= 0: [-x - 1.0, x - 1.0];
    f = x * y.powi(2) / 2.0 - x * y.powi(3);
    g <= 0: [-y - 1.0, y - 1.0];
}

impl KleniatiAdjiman2014Ex3 {
    pub(crate) const PROBLEM: Problem = problem!(KleniatiAdjiman2014Ex3, 81, KLENIATI_ADJIMAN_2014)
        .size(1, 1, 2, 2)
        .starts(&[at(&[1.0], &[1.0]), at(&[1.0], &[0.0])])
        .published(-1.0)
        .optimal(-1.0, 0.0)
        .point(&[0.0], &[1.0]);
}

nlp_model::bilevel! {
    /// Kleniati and Adjiman (2014), example 4.
    pub struct KleniatiAdjiman2014Ex4(x1, x2, x3, x4, x5; y1, y2, y3, y4, y5);
    F = -x1.powi(2) - x2.powi(2) - x3.powi(2) - x4.powi(2) - x5.powi(2)
        - y1.powi(2) - y2.powi(2) - y3.powi(2) - y4.powi(2) - y5.powi(2);
    G <= 0: [
        -x1 - 1.0, -x2 - 1.0, -x3 - 1.0, -x4 - 1.0, -x5 - 1.0,
        x1 - 1.0, x2 - 1.0, x3 - 1.0, x4 - 1.0, x5 - 1.0,
        y1 * y2 - x1,
        x1 - x2.exp() + y3,
        x2 * y1.powi(2),
    ];
    f = y1.powi(3) + (x1 + x2) * y2.powi(2) + 0.1 * y3 + (y4.powi(2) + y5.powi(2)) * x3 * x4 * x5;
    g <= 0: [
        -y1 - 1.0, -y2 - 1.0, -y3 - 1.0, -y4 - 1.0, -y5 - 1.0,
        y1 - 1.0, y2 - 1.0, y3 - 1.0, y4 - 1.0, y5 - 1.0,
        x1 - 0.2 - y3.powi(2),
    ];
}

impl KleniatiAdjiman2014Ex4 {
    pub(crate) const PROBLEM: Problem = problem!(KleniatiAdjiman2014Ex4, 82, KLENIATI_ADJIMAN_2014)
        .size(5, 5, 13, 11)
        .starts(&[at(&[2.0; 5], &[1.0; 5]), at(&[2.0; 5], &[2.0; 5])])
        .published(-10.0)
        .best_known(-10.0, -3.1)
        .point(&[1.0, -1.0, -1.0, -1.0, -1.0], &[-1.0; 5]);
}
