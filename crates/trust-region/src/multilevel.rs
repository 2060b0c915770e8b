//! Multilevel methods: constraints in blocks, and objectives in an order of importance.

mod block_multilevel;
mod block_solution;
mod blocks;
mod dense;
mod penalty;
mod spectral;
mod sweep;

pub use block_multilevel::{BlockMultilevel, BlockState, Variant};
pub use block_solution::{BlockOptions, BlockSolution, solve_blocks};
pub use blocks::Blocks;
