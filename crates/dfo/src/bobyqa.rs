//! BOBYQA: minimization on a box without derivatives, by quadratic models.

mod ask;
mod columns;
#[cfg(feature = "serde")]
mod exact;
mod frame;
mod geometry;
mod initialize;
#[cfg(test)]
mod invariants;
mod inverse;
mod iterate;
mod model;
mod options;
mod points;
mod rescue;
mod rules;
mod search;
mod solution;
mod steps;
mod tangent;
mod trust_region;
mod update;

pub use ask::{Bobyqa, Evaluation};
pub use options::{Options, Variant};
pub use search::{Search, SearchState};
pub use solution::{Solution, Status};

use crate::DfoError;

/// Minimizes `f` on the box `lower ≤ x ≤ upper` (n entries each, infinities mean absent) from `x0`.
///
/// `f` returns a number, an `Option` or a `Result` of one, or an [`Evaluation`].
///
/// ```
/// use dfo::bobyqa::{Options, Status, minimize};
///
/// let rosenbrock = |x: &[f64]| 100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2);
/// let options = Options { radius: 0.5, ..Options::default() };
/// let found = minimize(rosenbrock, &[-1.2, 1.0], &[-2.0; 2], &[2.0; 2], &options)?;
/// assert_eq!(found.status, Status::SmallRadius);
/// assert!(found.value < 1e-10);
/// # Ok::<(), dfo::DfoError>(())
/// ```
///
/// # Errors
/// As [`Bobyqa::new`].
pub fn minimize<E: Into<Evaluation>>(
    mut f: impl FnMut(&[f64]) -> E,
    x0: &[f64],
    lower: &[f64],
    upper: &[f64],
    options: &Options,
) -> Result<Solution, DfoError> {
    let mut run = Bobyqa::new(x0, lower, upper, options)?;
    while let Some(x) = run.ask() {
        let evaluation = f(x);
        run.tell(evaluation);
    }
    Ok(run.solution())
}
