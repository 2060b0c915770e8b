//! The examples run, with the numbers they assert.

#[path = "../examples/two_leaders.rs"]
mod two_leaders;

#[test]
fn two_leaders_and_a_follower() {
    two_leaders::main();
}
