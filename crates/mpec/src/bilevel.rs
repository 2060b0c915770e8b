//! Bilevel programs.

mod certificate;
mod descent;
mod driver;
mod fixed_upper;
mod lower_level;
mod starts;

pub use certificate::{
    Certificate, CertificateOptions, Domain, Proof, Route, Verdict, certify, prove_value_above,
};
pub use driver::{BilevelOptions, BilevelSolution, BilevelStatus, Origin, Reason, solve};
pub use fixed_upper::FixedUpper;
pub use lower_level::{LowerLevelCheck, LowerLevelOptions, LowerLevelStatus, check_lower_level};
pub(crate) use starts::starts;
