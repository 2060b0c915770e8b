//! Systems of semismooth equations.

mod block;
pub mod complementarity;
pub mod kkt;
mod multipliers;
mod pairs;
pub mod value_function;
pub mod variational_inequality;
