//! Semismooth Newton methods for complementarity, KKT and value-function systems.
