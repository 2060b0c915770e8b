//! One bilevel program for many λ and starts, on all cores with the feature `parallel`.
//!
//! Which λ is best is not known beforehand, and one start may fail where another succeeds, so the paper
//! runs nine parameters from two starts (DuttaLafhimZemkohoZhou2024). The runs know nothing of each other;
//! [`continuation`](crate::continuation) is for runs that do.

use nlp_model::{Bilevel, batch};

use crate::value_function::{Solution, solve_bilevel};
use crate::{Options, SsnError};

/// Where a run begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    /// x⁰ (nx).
    pub x: Vec<f64>,
    /// y⁰ (ny).
    pub y: Vec<f64>,
}

/// Solves the system for every λ from every start: by start, then by λ.
///
/// Every run has the bits of [`solve_bilevel`] called on its own, whatever the number of threads; only
/// [`Solution::seconds`] differs.
///
/// # Errors
/// As [`solve_bilevel`], for the first run that has one.
pub fn solve_all(
    problem: &(dyn Bilevel + Sync),
    starts: &[Start],
    lambdas: &[f64],
    options: &Options,
) -> Result<Vec<Solution>, SsnError> {
    let runs: Vec<(&Start, f64)> = starts
        .iter()
        .flat_map(|start| lambdas.iter().map(move |&lambda| (start, lambda)))
        .collect();
    let solve = |(start, lambda): &(&Start, f64)| {
        solve_bilevel(problem, &start.x, &start.y, *lambda, options)
    };
    batch::map(&runs, solve).into_iter().collect()
}
