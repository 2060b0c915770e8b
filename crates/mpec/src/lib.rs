//! Mathematical programs with equilibrium constraints and bilevel programs.
