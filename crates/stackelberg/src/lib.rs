//! Hierarchical optimization: problems in which one optimization problem sits inside another.
//!
//! This crate re-exports the layers, bottom to top, each of which can be used alone.
//!
//! | layer | what it holds |
//! |---|---|
//! | [`linalg`] | planned sparse assembly, verified factorizations, Krylov methods |
//! | [`nlp_model`] | optimization models as traits, exact derivatives, bilevel and QVI problems |
//! | [`stopping`] | the stopping criterion as an input of any algorithm |
//! | [`trust_region`] | subproblems, unconstrained to nonlinear programs, several levels |
//! | [`ssn`] | semismooth Newton for complementarity, KKT, and value-function systems |
//! | [`dfo`] | BOBYQA, objectives that jump, polls |
//! | [`mpec`] | bilevel driver, proofs of lower-level optimality, complementarity constraints |
//! | [`bolib`] | 124 bilevel test problems, QVI examples, a control problem, with references |

pub use bolib;
pub use dfo;
pub use linalg;
pub use mpec;
pub use mpec::bilevel::{BilevelOptions, BilevelSolution, BilevelStatus, solve as solve_bilevel};
pub use nlp_model;
pub use nlp_model::bilevel;
pub use ssn;
pub use stopping;
pub use trust_region;
