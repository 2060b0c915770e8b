//! Constraints in blocks: two disciplines, each with equations of its own, are satisfied one after the other in every
//! iteration, and the objective is reduced in what they leave free.

use nlp_model::{AutoModel, Functions, Meta, Scalar};
use trust_region::multilevel::{BlockOptions, Blocks, Variant, solve_blocks};

/// Problem 78 of Hock and Schittkowski.
struct Hs78;

impl Functions for Hs78 {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        x[0] * x[1] * x[2] * x[3] * x[4]
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[0].powi(2) + x[1].powi(2) + x[2].powi(2) + x[3].powi(2) + x[4].powi(2) - 10.0;
        c[1] = x[1] * x[2] - x[3] * x[4] * 5.0;
        c[2] = x[0].powi(3) + x[1].powi(3) + 1.0;
    }
}

/// Solves the example and checks what it states.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let meta = Meta::new("HS78", 5, 3).inequalities_then_equalities(0);
    let model = AutoModel::new(Hs78, meta);
    let start = [-2.0, 1.5, 2.0, -1.0, -1.0];
    let partitions = [
        vec![vec![0, 1, 2]],
        vec![vec![0, 2], vec![1]],
        vec![vec![1], vec![2], vec![0]],
    ];
    for partition in partitions {
        let options = BlockOptions {
            blocks: Some(Blocks::new(3, partition.clone())?),
            variant: Variant::Intermediate,
            ..BlockOptions::default()
        };
        let solution = solve_blocks(&model, &start, &options)?;
        println!("{partition:?}\n{solution}");
        // the printed minimum of the collection
        assert!(solution.status.is_success());
        assert!((solution.objective + 2.919_700_41).abs() < 1e-7);
    }
    Ok(())
}
