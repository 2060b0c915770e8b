//! Derivative-free optimization.
