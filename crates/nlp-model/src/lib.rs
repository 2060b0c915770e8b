//! Optimization models as traits, with exact derivatives.
//!
//! [`Model`] ⊂ [`Smooth`] ⊂ [`TwiceSmooth`] is the grammar that solvers speak: sizes and bounds in
//! [`Meta`], values, sparse first and second derivatives in coordinate form, structure and values
//! apart. [`AutoModel`] makes such a model from one generic function, [`ClosureModel`] from
//! closures. [`Bilevel`] and [`Qvi`] are the structured problems, and [`bilevel!`] is the notation
//! in which the first are written.

mod auto;
pub mod batch;
pub mod bilevel;
mod block;
pub mod check;
mod closure;
mod colouring;
mod compression;
mod counters;
mod elements;
mod error;
mod functions;
mod lanes;
mod linear_least_squares;
mod linearised;
mod lists;
mod meta;
mod model;
mod mpcc;
mod multilevel;
#[doc(hidden)]
pub mod notation;
mod one_sided;
pub mod qvi;
mod real;
pub mod reformulate;
mod scalar;
mod scratch;
mod structure;
mod tape;

pub use auto::AutoModel;
pub use bilevel::{AutoBilevel, Bilevel, BilevelFunctions, BilevelShape};
pub use closure::ClosureModel;
pub use counters::{Counters, Verb};
pub use error::{ModelError, check_bounds, check_length, check_point};
pub use functions::Functions;
pub use linear_least_squares::LinearLeastSquares;
pub use linearised::Linearised;
pub use meta::Meta;
pub use model::{Model, Smooth, TwiceSmooth};
pub use mpcc::{Complementarity, Mpcc, Side};
pub use multilevel::{AutoMultilevel, Levels, Multilevel, MultilevelFunctions};
pub use one_sided::OneSided;
pub use qvi::{AutoQvi, Qvi, QviFunctions, QviShape};
pub use real::Real;
pub use reformulate::{KktConditions, Restriction, Slack, SlackLevels, SquaredSlack};
pub use scalar::Scalar;
pub use tape::{Op, Tape};
