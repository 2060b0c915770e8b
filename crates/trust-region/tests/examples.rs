//! The examples are run with their assertions.

#[path = "../examples/blocks_of_constraints.rs"]
mod blocks_of_constraints;
#[path = "../examples/minimum_norm.rs"]
mod minimum_norm;
#[path = "../examples/three_objectives.rs"]
mod three_objectives;
#[path = "../examples/validation_loss.rs"]
mod validation_loss;

#[test]
fn every_example_runs_and_its_assertions_hold() {
    for main in [
        blocks_of_constraints::main,
        minimum_norm::main,
        three_objectives::main,
        validation_loss::main,
    ] {
        main().expect("an example without errors");
    }
}
