//! Bilevel test problems with references: the BOLIB library, quasi-variational examples, a control
//! problem of any size.
//!
//! The 124 nonlinear problems of BOLIB are stated in the notation of the papers
//! ([`catalogue`]), each beside what is known about it ([`Problem`]): the published starts, the
//! value to reach, and where the literature is wrong.
//!
//! ```
//! let mut convex = bolib::problems().iter().filter(|p| p.lower_convex && p.variables() <= 2);
//! let problem = convex.next().ok_or("none")?;
//! let model = problem.build();
//! let start = problem.starts[0].stacked();
//! assert!(model.upper().obj(&start).is_finite());
//! # Ok::<(), &str>(())
//! ```
//!
//! The row order, the parameters and the starts are those of the MATLAB code of BOLIB. Where that
//! code, its documents and the papers disagree, the comment of the [`Problem`] says so.
//!
//! [`qvi_problems`] are the two quasi-variational examples of Mordukhovich and Outrata, [`Control`]
//! is a bilevel control problem of any size.
//!
//! # References
//!
//! - S. Zhou, A. B. Zemkoho, A. Tin, BOLIB: Bilevel optimization library of test problems, in
//!   Bilevel Optimization: Advances and Next Challenges, Springer, 2020.
//! - J. Dutta, L. Lafhim, A. B. Zemkoho, S. Zhou, Nonconvex quasi-variational inequalities:
//!   stability analysis and application to numerical optimization, 2024: the published tables.

pub mod catalogue;
mod control;
mod error;
mod mesh;
mod names;
mod problem;
mod quadratic;
pub mod qvi;
mod reference;

pub use control::{Control, PdeRows};
pub use error::BolibError;
pub use mesh::Mesh;
pub use names::{problem, problems};
pub use problem::{Point, Problem};
pub use quadratic::Matrix;
pub use qvi::{QviProblem, qvi_problems};
pub use reference::{Evidence, Reference};
