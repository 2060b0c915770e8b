//! Multilevel methods: constraints in blocks, and objectives in an order of importance.

mod block_multilevel;
mod block_solution;
mod blocks;
mod certificate;
mod dense;
mod frame;
mod geometry;
mod krylov;
mod level_state;
mod merit;
mod penalty;
mod perturbation;
mod products;
mod range_solver;
mod restoration;
mod solution;
mod spectral;
mod substep;
mod successive_decrease;
mod sweep;

pub use block_multilevel::{BlockMultilevel, BlockState, Variant};
pub use block_solution::{BlockOptions, BlockSolution, solve_blocks};
pub use blocks::Blocks;
pub use certificate::{Certificate, Class, Verdict, certify};
pub use level_state::LevelState;
pub use merit::Merit;
pub use perturbation::Perturbation;
pub use restoration::Restoration;
pub use solution::{Method, Options, Solution, solve};
pub use substep::Substep;
pub use successive_decrease::{Approach, SuccessiveDecrease};
