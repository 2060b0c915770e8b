//! Systems of semismooth equations.

mod block;
pub mod complementarity;
pub mod kkt;
mod layout;
mod multipliers;
mod pairs;
pub mod value_function;
pub mod variational_inequality;

use nlp_model::ModelError;

use crate::SsnError;

fn check_size(name: &'static str, found: usize, expected: usize) -> Result<(), SsnError> {
    if found == expected {
        Ok(())
    } else {
        Err(ModelError::Dimension {
            name,
            expected,
            found,
        }
        .into())
    }
}
