//! The box that rows and bounds of both levels leave to x.

use nlp_model::{Bilevel, Meta, Tape, TwiceSmooth};

use crate::interval::{Contractor, Expression, Interval};

/// Sweeps of hull consistency at each level, and rounds over both.
const SWEEPS: usize = 20;
const ROUNDS: usize = 5;

/// Bounds of x at which both levels may be feasible; none when there is no such x.
///
/// The upper level counts with the rows that do not depend on y: the others hold for the responses only.
pub(super) fn search_box(bilevel: &dyn Bilevel) -> Option<(Vec<f64>, Vec<f64>)> {
    let nx = bilevel.nx();
    let (upper, lower) = (bilevel.upper(), bilevel.lower());
    let mut region: Vec<Interval> = (0..upper.meta().nvar())
        .map(|j| side(upper.meta(), j).intersect(side(lower.meta(), j)))
        .collect();
    let mut levels = Vec::new();
    if let Some(tape) = upper.formula() {
        levels.push((tape, upper.meta(), rows_of_x(upper, nx)));
    }
    if let Some(tape) = bilevel.lower_formula() {
        levels.push((tape, lower.meta(), (0..lower.meta().ncon()).collect()));
    }
    if region.iter().any(|side| side.is_empty()) {
        return None;
    }
    for _ in 0..ROUNDS {
        for (tape, meta, rows) in &levels {
            if !narrow(tape, meta, rows, &mut region) {
                return None;
            }
        }
    }
    let x = &region[..nx];
    Some((
        x.iter().map(|side| side.lo()).collect(),
        x.iter().map(|side| side.hi()).collect(),
    ))
}

fn side(meta: &Meta, j: usize) -> Interval {
    Interval::new(meta.lvar()[j], meta.uvar()[j])
}

/// Rows that depend on the first `nx` variables alone.
pub(super) fn rows_of_x(model: &dyn TwiceSmooth, nx: usize) -> Vec<usize> {
    let mut of_x = vec![true; model.meta().ncon()];
    for (i, j) in model.jac_structure().iter() {
        of_x[i] &= j < nx;
    }
    (0..of_x.len()).filter(|&i| of_x[i]).collect()
}

fn narrow(tape: &Tape, meta: &Meta, rows: &[usize], region: &mut [Interval]) -> bool {
    let expression = Expression::new(tape, &[]);
    let required: Vec<(usize, Interval)> = rows
        .iter()
        .map(|&i| {
            (
                tape.cons()[i],
                Interval::new(meta.lcon()[i], meta.ucon()[i]),
            )
        })
        .collect();
    Contractor::new(&expression).contract(&expression, &required, region, SWEEPS)
}
