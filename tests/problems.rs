//! Catalogues of test problems, read from the reference data.

pub mod macmpec;
