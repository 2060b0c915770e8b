//! Objectives that jump: the cliff-cut trust region.
//!
//! A value function θ of a lower level is smooth on pieces and jumps between them. Its infimum is often a limit at the
//! foot of a cliff, attained nowhere. The oracle tells for each x the value θ(x) and the label of the piece;
//! [`minimize`] models θ on one piece at a time, locates the cliffs around it by bisection, and treats them as
//! constraints. [`CliffCut`] is the same for those who stack solvers.

mod archive;
mod bisect;
mod certificate;
mod cut;
mod driver;
mod evaluation;
mod face;
mod label_free;
mod local;
mod model;
mod options;
mod problem;
mod quadratic;
mod random;
mod restore;
mod solution;
mod solver;
mod sorting;
mod step;
mod vector;

pub use evaluation::{Evaluation, Label};
pub use options::CliffOptions;
pub use problem::{CliffOracle, Closure};
pub use solution::{CliffSolution, Face, Verdict};
pub use solver::{CliffCut, CliffState, minimize};
