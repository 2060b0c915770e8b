//! Semismooth Newton methods.
//!
//! [`Newton`] solves Φ(ζ) = 0 for any [`SemismoothSystem`]: one loop, globalized by a line search on
//! ½‖Φ‖², in three variants ([`Options`]). The systems are
//!
//! - nonlinear and mixed complementarity ([`complementarity`]),
//! - the optimality conditions of a nonlinear program ([`kkt`]),
//! - variational inequalities ([`variational_inequality`]),
//! - optimization problems with a quasi-variational inequality, and bilevel programs, by their value
//!   function ([`value_function`]).
//!
//! Each of these modules has a plain function that returns a solution struct; the systems themselves
//! are in [`systems`], for those who run the loop under a [`stopping::Stopping`] of their own.
//! [`continuation`] solves one problem after the other, along λ or from coarse to fine.
//! `stability` (feature of that name) tells how the solutions of a QVI move with its data.
//! [`regularity`] examines a solution: constraint qualifications, strict complementarity, second
//! order, and the singular values of the Newton matrix, each with its number.
//!
//! ```
//! use nlp_model::AutoBilevel;
//! use ssn::{Options, value_function::solve_bilevel};
//!
//! nlp_model::bilevel! {
//!     /// The leader pays for the follower's distance from 1; the follower stays near x and above 0.
//!     struct Near(x; y);
//!     F = x.powi(2) + (y - 1.0).powi(2);
//!     G <= 0: [];
//!     f = (y - x).powi(2);
//!     g <= 0: [-y];
//! }
//! let run = solve_bilevel(&AutoBilevel::new("near", Near), &[0.0], &[1.0], 1.0, &Options::default())?;
//! assert!(run.status.is_success() && (run.objective - 0.5).abs() < 1e-8);
//! # Ok::<(), ssn::SsnError>(())
//! ```

mod attempts;
pub mod complementarity;
pub mod continuation;
mod direction;
mod error;
mod fischer_burmeister;
pub mod kkt;
mod krylov;
mod line_search;
mod minimum;
mod ncp;
mod newton;
mod options;
mod penalized_fb;
pub mod regularity;
#[cfg(feature = "stability")]
pub mod stability;
pub mod sweep;
mod system;
pub mod systems;
pub mod value_function;
pub mod variational_inequality;
mod watchdog;

pub use direction::Direction;
pub use error::SsnError;
pub use fischer_burmeister::{FISCHER_BURMEISTER, FischerBurmeister};
pub use krylov::Krylov;
pub use minimum::{MINIMUM, Minimum};
pub use ncp::{NcpFunction, PairRule};
pub use newton::{Newton, NewtonState};
pub use options::{Attempt, Options};
pub use penalized_fb::{PENALIZED_FISCHER_BURMEISTER, PenalizedFischerBurmeister};
pub use system::SemismoothSystem;
pub use watchdog::Watchdog;
