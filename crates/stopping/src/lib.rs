//! The stopping criterion as an input of any algorithm.
