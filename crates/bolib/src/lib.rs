//! 124 bilevel test problems, two QVI examples and a bilevel control problem, with references.
