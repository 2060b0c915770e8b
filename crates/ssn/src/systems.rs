//! Systems of semismooth equations.

mod block;
mod pairs;
pub mod value_function;
