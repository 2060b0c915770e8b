//! The stopping criterion as an input of any algorithm.
//!
//! When should an iterative algorithm end, and what did it achieve? The answer belongs to the problem and to whoever asks,
//! not to the algorithm: the same line search is exact or rough, the same Newton method polishes a final answer or feeds an
//! outer loop. This crate takes the answer out of the algorithm, in three lines:
//!
//! ```
//! use stopping::{Status, Stopping};
//!
//! /// Steepest descent for f(x) = ½ Σ wᵢ xᵢ², with its weights as the problem.
//! fn descend(weights: &[f64], stopping: &mut Stopping<[f64], Vec<f64>>) -> Status {
//!     if let Some(status) = stopping.start(weights) { return status; }
//!     loop {
//!         for (x, w) in stopping.state.iter_mut().zip(weights) { *x -= 0.3 * w * *x; }
//!         if let Some(status) = stopping.stop(weights) { return status; }
//!     }
//! }
//!
//! // The caller decides what a solution is, and what it may cost.
//! let mut stopping = Stopping::new(vec![1.0, 1.0], |weights: &[f64], x: &Vec<f64>| {
//!     x.iter().zip(weights).map(|(x, w)| (w * x).abs()).fold(0.0, f64::max)
//! })
//! .with_tolerances(1e-8, 0.0);
//! assert_eq!(descend(&[1.0, 3.0], &mut stopping), Status::Optimal);
//! assert!(stopping.state.iter().all(|x| x.abs() <= 1e-8));
//! println!("{} after {} iterations", stopping.status().unwrap(), stopping.iterations());
//! ```
//!
//! # What ends a run
//! - The criterion: one score, or several, within [`Tolerance`]s ([`Status::Optimal`]).
//! - NaN and ±∞ ([`Status::DomainError`]); never a success.
//! - [`Divergence`] of the iterates or of the objective, for states that tell them ([`State`]).
//! - The [`Budget`]: iterations, wall time, evaluations of each kind and in total.
//! - A [`Stall`] of the scores.
//! - Observers and checks of the user ([`Stopping::with_observer`]).
//! - A [`CancelToken`], from any thread; one token may serve many runs ([`Stopping::with_cancel_token`]), as for Ctrl-C.
//! - Enclosing runs: a [`child`](Stopping::child) inherits the time, the evaluations and the cancellation of all its ancestors.
//! - The algorithm itself, for what only it can know ([`Stopping::fail`]).
//!
//! All reasons that hold are kept ([`Stopping::reasons`]); one is *the* [`Status`], by a fixed priority.
//!
//! # Numbers
//! Scores, tolerances and states are `f64`. A problem in another type of number is measured in `f64` by its criterion, which is
//! a closure over any problem and any state; only the states named below are bound to `f64` vectors.
//!
//! # Towers
//! A solver that needs another solver puts the inner stopping [`inside`](Stopping::inside) its own. Budgets and cancellation then
//! reach down, and the levels above know why the inner run ended:
//!
//! ```
//! use std::time::Duration;
//! use stopping::{Budget, Clock, Status, Stopping};
//!
//! let clock = Clock::manual(); // the time is what we say
//! let hour = Budget { max_time: Duration::from_secs(3600), ..Budget::default() };
//! let mut outer = Stopping::new(1.0, |_: &(), x: &f64| *x).with_clock(clock.clone()).with_budget(hour);
//! let mut inner = Stopping::new(1.0, |_: &(), x: &f64| *x).with_budget(Budget::UNLIMITED).inside(&outer);
//! assert_eq!((outer.start(&()), inner.start(&())), (None, None));
//! clock.advance(Duration::from_secs(3601));
//! assert_eq!(inner.stop(&()), Some(Status::ParentLimit));
//! assert_eq!(outer.status(), Some(Status::TimeLimit));
//! ```
//!
//! # What is here beside the stopping
//! - States: [`GeneralState`], [`NlpState`], [`OneDState`], [`MpccState`], numbers and vectors, and any type with an empty
//!   `impl State`.
//! - Measures: [`residual`] (unconstrained, bounds, KKT), [`Acceptance`] of steps, [`LinearSystem`]s, [`Stationarity`] of
//!   complementarity programs, least-squares [`multipliers`].
//! - [`Game`]: one stopping a player, and all must agree.
//! - [`line_search`]: searches in which the acceptance decides.
//! - [`Resolve`]: foreign solvers, asked again until our score agrees. [`Checkpoint`]: runs put aside. [`History`]: the last iterates.
//!
//! # In a project
//! The package is `stackelberg-stopping`, the library `stopping`. It brings no linear algebra package. The feature `serde` makes
//! states, histories, statuses and checkpoints serializable; nothing else depends on it. The folder `examples` holds whole
//! algorithms of at most sixty lines.
//!
//! # Reference
//! T. Migot, J.-P. Dussault, S. Goyette, *Stopping.jl: a framework to implement iterative optimization algorithms*, Journées de
//! l'optimisation, Montréal, 2019. The Julia package of that name is the model of this crate.

mod budget;
mod buffer;
mod checkpoint;
mod clock;
mod criterion;
mod divergence;
mod error;
mod game;
mod history;
mod known;
mod line;
pub mod line_search;
mod linear_system;
mod mpcc;
mod multipliers;
mod nlp;
mod nlp_state;
mod norm;
mod observe;
mod one_dimensional;
mod remote;
pub mod residual;
mod run;
mod solver;
mod stall;
mod state;
mod status;
mod stopping;
mod tolerance;
mod watch;

pub use budget::{Budget, Counts};
pub use buffer::{Claim, Limits, Resolve};
pub use checkpoint::Checkpoint;
pub use clock::Clock;
pub use criterion::{all_of, any_of};
pub use divergence::Divergence;
pub use error::StoppingError;
pub use game::Game;
pub use history::{Column, Entry, History};
pub use known::Known;
pub use line::{Line, ModelLine};
pub use linear_system::LinearSystem;
pub use mpcc::{MpccState, RegularizedResiduals, Stationarity};
pub use multipliers::multipliers;
pub use nlp_state::NlpState;
pub use norm::Norm;
pub use observe::Progress;
pub use one_dimensional::{Acceptance, OneDState};
pub use remote::Remote;
pub use solver::Solver;
pub use stall::Stall;
pub use state::{GeneralState, State};
pub use status::{Outcome, Reasons, Status};
pub use stopping::Stopping;
pub use tolerance::Tolerance;
pub use watch::CancelToken;
