//! The pieces of a complementarity program.

use nlp_model::Mpcc;

use crate::sqp::{Ended, Limits, Sqp};

/// What is asked of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Choice {
    /// G ≥ 0 and H ≥ 0 alone.
    Open,
    /// G = 0, H ≥ 0.
    G,
    /// H = 0, G ≥ 0.
    H,
}

/// The two children of a node in which `pair` is open: the side that is nearly zero comes last, because a stack
/// gives it first.
pub(crate) fn children(choices: &[Choice], pair: usize, g_is_less: bool) -> [Vec<Choice>; 2] {
    let order = if g_is_less {
        [Choice::H, Choice::G]
    } else {
        [Choice::G, Choice::H]
    };
    order.map(|choice| {
        let mut child = choices.to_vec();
        child[pair] = choice;
        child
    })
}

/// Solves pieces: nonlinear programs with one side of some pairs held at zero.
pub(crate) struct Pieces<'m> {
    mpcc: &'m dyn Mpcc,
    sqp: Sqp<'m>,
    pub limits: Limits,
    lcon: Vec<f64>,
    ucon: Vec<f64>,
    /// Programs solved.
    pub solved: usize,
}

impl<'m> Pieces<'m> {
    pub fn new(mpcc: &'m dyn Mpcc, limits: Limits) -> Self {
        Pieces {
            sqp: Sqp::new(mpcc as &dyn nlp_model::TwiceSmooth),
            limits,
            lcon: mpcc.meta().lcon().to_vec(),
            ucon: mpcc.meta().ucon().to_vec(),
            solved: 0,
            mpcc,
        }
    }

    /// Solves a piece from x.
    pub fn solve(&mut self, x: &[f64], choices: &[Choice]) -> Ended {
        for (&(i, j), choice) in self.mpcc.pairs().iter().zip(choices) {
            let upper = |held: Choice| if *choice == held { 0.0 } else { f64::INFINITY };
            (self.ucon[i], self.ucon[j]) = (upper(Choice::G), upper(Choice::H));
        }
        self.solved += 1;
        let ended = self.sqp.solve(x, &self.lcon, &self.ucon, self.limits);
        tracing::trace!(?choices, ?ended, f = self.sqp.objective(), "piece");
        ended
    }

    /// The last point.
    pub fn x(&self) -> &[f64] {
        self.sqp.x()
    }
    /// f at the last point.
    pub fn objective(&self) -> f64 {
        self.sqp.objective()
    }
    /// SQP iterations so far.
    pub fn iterations(&self) -> usize {
        self.sqp.iterations
    }
    /// Largest violation of rows and bounds at the last point.
    pub fn row_violation(&self) -> f64 {
        self.sqp.violation()
    }
    /// Whether G is the smaller side of a pair at the last point.
    pub fn g_is_less(&self, pair: usize) -> bool {
        let (i, j) = self.mpcc.pairs()[pair];
        self.sqp.rows()[i] <= self.sqp.rows()[j]
    }
    /// Whether the Lagrangian of some piece was seen to be nonconvex.
    pub fn is_curved(&self) -> bool {
        self.sqp.is_curved()
    }
    /// Largest violation of rows, bounds and complementarity at the last point.
    pub fn violation(&self) -> f64 {
        let c = self.sqp.rows();
        let gap = |&(i, j): &(usize, usize)| c[i].min(c[j]).abs();
        let gaps = self.mpcc.pairs().iter().map(gap);
        gaps.fold(self.sqp.violation(), |worst, gap| {
            if gap > worst || gap.is_nan() {
                gap
            } else {
                worst
            }
        })
    }

    /// The piece on which the smaller side of each pair at x is zero.
    pub fn nearest(&self, x: &[f64]) -> Vec<Choice> {
        let c = self.rows_at(x);
        let side = |&(i, j): &(usize, usize)| if c[i] <= c[j] { Choice::G } else { Choice::H };
        self.mpcc.pairs().iter().map(side).collect()
    }

    /// The piece that holds x + s d for small s: of biactive pairs the side that moves less is zero.
    pub fn along(&self, x: &[f64], d: &[f64], active: f64) -> Vec<Choice> {
        let c = self.rows_at(x);
        let mut jd = vec![0.0; c.len()];
        self.mpcc.jprod(x, d, &mut jd);
        let side = |&(i, j): &(usize, usize)| {
            let is_biactive = c[i] <= active && c[j] <= active;
            let (g, h) = if is_biactive {
                (jd[i], jd[j])
            } else {
                (c[i], c[j])
            };
            if g <= h { Choice::G } else { Choice::H }
        };
        self.mpcc.pairs().iter().map(side).collect()
    }

    /// Which variables are themselves a side of a pair: one entry in its row, whose value at x is that of the variable.
    pub fn side_variables(&self, x: &[f64]) -> Vec<bool> {
        let c = self.rows_at(x);
        let meta = self.mpcc.meta();
        let mut of_row = vec![(0, 0); meta.ncon()];
        for (i, j) in self.mpcc.jac_structure().iter() {
            of_row[i] = (of_row[i].0 + 1, j);
        }
        let mut is_side = vec![false; meta.nvar()];
        for &(i, j) in self.mpcc.pairs() {
            for row in [i, j] {
                let (entries, variable) = of_row[row];
                if entries == 1 && c[row] == x[variable] {
                    is_side[variable] = true;
                }
            }
        }
        is_side
    }

    fn rows_at(&self, x: &[f64]) -> Vec<f64> {
        let mut c = vec![0.0; self.lcon.len()];
        self.mpcc.cons(x, &mut c);
        c
    }

    /// The open pair that the last point violates most, and whether G is the smaller side.
    pub fn most_violated(&self, choices: &[Choice]) -> Option<(usize, bool)> {
        let c = self.sqp.rows();
        let open = self
            .mpcc
            .pairs()
            .iter()
            .enumerate()
            .filter(|&(p, _)| choices[p] == Choice::Open);
        let mut worst = None;
        let mut largest = self.limits.tolerance;
        for (p, &(i, j)) in open {
            if c[i].min(c[j]) > largest {
                (worst, largest) = (Some((p, c[i] <= c[j])), c[i].min(c[j]));
            }
        }
        worst
    }
}
