//! What is solved: a leader's box and the followers' solution set.

use nlp_model::{Bilevel, Mpcc, Qvi, check_bounds, check_length};

use super::search_box::search_box;
use crate::MpecError;

/// How the followers' solution set S(x) is given.
#[derive(Clone, Copy)]
pub(super) enum Followers<'a> {
    /// S(x) = { y : rows, bounds and pairs of the program }; its first variables are x, the others y.
    Complementarity {
        /// The program over (x, y) with the leader's objective.
        program: &'a dyn Mpcc,
        /// Number of variables x.
        nx: usize,
    },
    /// S(x): solutions of a variational inequality, or of a quasi-variational one, by its KKT conditions.
    Variational(&'a dyn Qvi),
    /// S(x) = argmin f(x, ·) over g(x, ·) ≤ 0, convex or not: the lower level is solved globally.
    Argmin(&'a dyn Bilevel),
}

/// A leader who minimizes on a box, and followers.
///
/// Rows of the leader that depend on x alone are constraints on x; they restrict the box. Rows of the leader
/// with y in them are refused, as it is not said for which y they have to hold.
#[derive(Clone)]
pub struct Problem<'a> {
    pub(super) followers: Followers<'a>,
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
}

impl std::fmt::Debug for Problem<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Problem")
            .field("lower", &self.lower)
            .field("upper", &self.upper)
            .finish_non_exhaustive()
    }
}

impl<'a> Problem<'a> {
    /// Followers described by rows, bounds and pairs over (x, y); the box is that of the first `nx` variables.
    ///
    /// # Errors
    /// [`MpecError::Leader`] when `nx` is not between 1 and the number of variables.
    pub fn complementarity(program: &'a dyn Mpcc, nx: usize) -> Result<Self, MpecError> {
        let meta = program.meta();
        if nx == 0 || nx >= meta.nvar() {
            return Err(MpecError::Leader {
                reason: "both the leader and the followers need a variable",
            });
        }
        Ok(Problem {
            followers: Followers::Complementarity { program, nx },
            lower: meta.lvar()[..nx].to_vec(),
            upper: meta.uvar()[..nx].to_vec(),
        })
    }

    /// Followers described by a variational inequality; the box is that of x in the upper model.
    ///
    /// The KKT conditions stand for the inequality: they miss solutions at which no constraint qualification holds.
    ///
    /// # Errors
    /// As [`complementarity`](Problem::complementarity).
    pub fn variational(qvi: &'a dyn Qvi) -> Result<Self, MpecError> {
        let (nx, meta) = (qvi.nx(), qvi.upper().meta());
        if nx == 0 || qvi.ny() == 0 {
            return Err(MpecError::Leader {
                reason: "both the leader and the followers need a variable",
            });
        }
        check_length("upper variables", meta.lvar(), nx + qvi.ny())?;
        Ok(Problem {
            followers: Followers::Variational(qvi),
            lower: meta.lvar()[..nx].to_vec(),
            upper: meta.uvar()[..nx].to_vec(),
        })
    }

    /// A follower who minimizes. The box holds what bounds and rows of both levels leave of x by interval
    /// arithmetic, when the levels have formulas; else it is that of the bounds.
    ///
    /// # Errors
    /// As [`complementarity`](Problem::complementarity), and [`MpecError::Leader`] when rows and bounds leave no x.
    pub fn argmin(bilevel: &'a dyn Bilevel) -> Result<Self, MpecError> {
        if bilevel.nx() == 0 || bilevel.ny() == 0 {
            return Err(MpecError::Leader {
                reason: "both the leader and the followers need a variable",
            });
        }
        let n = bilevel.nx() + bilevel.ny();
        check_length("upper variables", bilevel.upper().meta().lvar(), n)?;
        check_length("lower variables", bilevel.lower().meta().lvar(), n)?;
        let (lower, upper) = search_box(bilevel).ok_or(MpecError::Leader {
            reason: "rows and bounds contradict each other for every x",
        })?;
        Ok(Problem {
            followers: Followers::Argmin(bilevel),
            lower,
            upper,
        })
    }

    /// The same with another box.
    ///
    /// # Errors
    /// On wrong lengths and contradictory bounds.
    pub fn within(mut self, lower: &[f64], upper: &[f64]) -> Result<Self, MpecError> {
        check_length("lower", lower, self.nx())?;
        check_length("upper", upper, self.nx())?;
        check_bounds("x", lower, upper)?;
        self.lower = lower.to_vec();
        self.upper = upper.to_vec();
        Ok(self)
    }

    /// Number of variables x.
    pub fn nx(&self) -> usize {
        self.lower.len()
    }
    /// Lower bounds of x.
    pub fn lower(&self) -> &[f64] {
        &self.lower
    }
    /// Upper bounds of x.
    pub fn upper(&self) -> &[f64] {
        &self.upper
    }

    /// The box must be finite: the outer solver fills it with points.
    pub(super) fn check(&self) -> Result<(), MpecError> {
        for (index, (&lower, &upper)) in self.lower.iter().zip(&self.upper).enumerate() {
            if !(lower.is_finite() && upper.is_finite()) {
                return Err(MpecError::Poll(dfo::DfoError::InfiniteBox {
                    index,
                    lower,
                    upper,
                }));
            }
        }
        Ok(())
    }
}
