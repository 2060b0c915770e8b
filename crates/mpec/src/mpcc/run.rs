//! The steps of the solver.

use linalg::slice::axpy;
use nlp_model::{Model, Mpcc};
use stopping::{MpccState, Status};

use super::MpccOptions;
use crate::bilevel::starts;
use crate::branch::{Choice, Pieces, children};
use crate::linearised::{Cone, LinearisedCheck, settle};
use crate::regularization::Regularized;
use crate::sqp::{Ended, Limits, Sqp};

/// A value is better when it is less by this times 1 + |f|.
const BETTER: f64 = 1e-10;
/// After an escape it may be equal but for rounding: where the slope is small, so is the square of it that f falls by.
const ROUNDING: f64 = -4.0 * f64::EPSILON;

/// A point with the piece on which it was found.
#[derive(Clone, Debug)]
pub(super) struct Incumbent {
    pub x: Vec<f64>,
    pub f: f64,
    /// Largest violation of rows, bounds and complementarity.
    pub violation: f64,
}

/// Work and results of one call.
pub(super) struct Run<'m> {
    pub mpcc: &'m dyn Mpcc,
    pub options: &'m MpccOptions,
    pieces: Pieces<'m>,
    cone: Cone,
    pub best: Option<Incumbent>,
    /// The point of least violation among those that are not feasible.
    pub nearest: Option<Incumbent>,
    /// The test at the best point.
    pub check: Option<LinearisedCheck>,
    /// Programs solved, and iterations of the regularized ones.
    pub regularized_iterations: usize,
    pub escapes: usize,
    pub nodes: usize,
    /// The search settled all pieces.
    pub is_exhausted: bool,
    /// How the program of the best point ended.
    ended: Ended,
    is_in_domain: bool,
    /// A piece ended neither feasible nor at a stationary violation.
    is_doubtful: bool,
}

impl<'m> Run<'m> {
    pub fn new(mpcc: &'m dyn Mpcc, options: &'m MpccOptions) -> Self {
        let limits = Limits {
            tolerance: options.tolerance,
            iterations: options.iterations,
        };
        Run {
            pieces: Pieces::new(mpcc, limits),
            cone: Cone::new(mpcc),
            best: None,
            nearest: None,
            check: None,
            regularized_iterations: 0,
            escapes: 0,
            nodes: 0,
            is_exhausted: false,
            ended: Ended::Stalled,
            is_in_domain: false,
            is_doubtful: false,
            mpcc,
            options,
        }
    }

    /// Programs solved and SQP iterations.
    pub fn counts(&self) -> (usize, usize) {
        (
            self.pieces.solved,
            self.pieces.iterations() + self.regularized_iterations,
        )
    }

    /// Steps 1 and 2.
    pub fn local(&mut self, x0: &[f64]) {
        let choices = self.pieces.nearest(x0);
        self.piece(x0, &choices, BETTER);
        let mut x = x0.to_vec();
        let mut t = self.options.first;
        for _ in 0..self.options.continuation {
            let gap = self.regularized(&mut x, t);
            t *= self.options.factor;
            if gap <= self.options.complementarity {
                break;
            }
        }
        let choices = self.pieces.nearest(&x);
        self.piece(&x, &choices, BETTER);
        self.escape();
    }

    /// Solves the regularized program from x and returns the largest |min(G, H)|.
    fn regularized(&mut self, x: &mut [f64], t: f64) -> f64 {
        let Ok(model) = Regularized::new(self.mpcc, self.options.regularization, t) else {
            return 0.0;
        };
        let mut sqp = Sqp::new(&model);
        let limits = Limits {
            tolerance: 1e-2 * t.clamp(1e-4, 1.0),
            iterations: self.options.iterations,
        };
        let (l, u) = (model.meta().lcon(), model.meta().ucon());
        let ended = sqp.solve(x, l, u, limits);
        self.regularized_iterations += sqp.iterations;
        tracing::debug!(t, ?ended, f = sqp.objective(), "continuation");
        if ended != Ended::Domain {
            x.copy_from_slice(sqp.x());
        }
        self.mpcc
            .pairs()
            .iter()
            .map(|&(i, j)| sqp.rows()[i].min(sqp.rows()[j]).abs())
            .fold(0.0, f64::max)
    }

    /// Solves a piece and keeps its solution when it is better, as [`offer`](Run::offer) says; true then.
    fn piece(&mut self, x: &[f64], choices: &[Choice], less: f64) -> bool {
        let ended = self.pieces.solve(x, choices);
        self.is_in_domain |= ended != Ended::Domain;
        ended != Ended::Domain && self.offer(ended, less)
    }

    /// Keeps the last point when it is feasible and its value is less than the best one by `less` times 1 + |f|.
    fn offer(&mut self, ended: Ended, less: f64) -> bool {
        let violation = self.pieces.violation();
        let f = self.pieces.objective();
        let list = if violation <= self.options.tolerance {
            &mut self.best
        } else {
            &mut self.nearest
        };
        let is_better = match list {
            None => true,
            Some(old) if violation > self.options.tolerance => violation < old.violation,
            Some(old) => f < old.f - less * (1.0 + old.f.abs()),
        };
        if is_better {
            *list = Some(Incumbent {
                x: self.pieces.x().to_vec(),
                f,
                violation,
            });
        }
        self.is_doubtful |= violation > self.options.tolerance && ended != Ended::Infeasible;
        let is_best = is_better && violation <= self.options.tolerance;
        if is_best {
            self.ended = ended;
        }
        is_best
    }

    /// Step 2 at the best point.
    fn escape(&mut self) {
        self.check = None;
        while let Some(best) = &self.best {
            let x = best.x.clone();
            let options = self.options.linearised();
            if self.cone.load(self.mpcc, &x, options.active).is_err() {
                return;
            }
            let check = settle(&mut self.cone, &options);
            let direction = check.direction.clone();
            self.check = Some(check);
            let Some(direction) = direction.filter(|_| self.escapes < self.options.escapes) else {
                return;
            };
            self.escapes += 1;
            let choices = self.pieces.along(&x, &direction, options.active);
            // From x itself, and from a point a little along the direction.
            if self.piece(&x, &choices, ROUNDING) {
                continue;
            }
            let mut ahead = x.clone();
            axpy(1e-2, &direction, &mut ahead);
            if !self.piece(&ahead, &choices, ROUNDING) {
                return;
            }
        }
    }

    /// Step 3, then step 2.
    pub fn search(&mut self, x0: &[f64]) {
        if self.options.nodes > 0 {
            // Every piece is a leaf below.
            self.is_doubtful = false;
        }
        let before = self.best.as_ref().map(|best| best.f);
        let mut open = vec![(vec![Choice::Open; self.mpcc.pairs().len()], x0.to_vec())];
        while let Some((choices, start)) = open.pop() {
            if self.nodes >= self.options.nodes {
                break;
            }
            self.nodes += 1;
            let ended = self.pieces.solve(&start, &choices);
            self.is_in_domain |= ended != Ended::Domain;
            if matches!(ended, Ended::Infeasible) {
                self.offer(ended, BETTER);
                continue;
            }
            let is_reliable = ended == Ended::Optimal;
            if is_reliable && self.is_no_better(self.pieces.objective()) {
                continue;
            }
            let point = if ended == Ended::Domain {
                start
            } else {
                self.pieces.x().to_vec()
            };
            let Some((pair, g_is_less)) = self.pieces.most_violated(&choices) else {
                self.offer(ended, BETTER);
                continue;
            };
            for child in children(&choices, pair, g_is_less) {
                open.push((child, point.clone()));
            }
        }
        self.is_exhausted = open.is_empty() && self.options.nodes > 0;
        if self.best.as_ref().map(|best| best.f) != before {
            self.escape();
        }
    }

    /// Step 4: other starts, where local solutions of the pieces may not be global. From each, the nearest piece and the
    /// piece nearest to the solution without complementarity, then step 2; no more work than was spent before.
    pub fn restart(&mut self, x0: &[f64]) {
        if self
            .best
            .as_ref()
            .is_some_and(|best| self.seems_convex(x0, &best.x))
        {
            return;
        }
        let (doubt, count) = (self.is_doubtful, self.options.restarts);
        let most = 2 * self.counts().1.max(self.options.iterations);
        let list = starts(self.mpcc, x0, &[], count);
        let is_side = self.pieces.side_variables(x0);
        let open = vec![Choice::Open; self.mpcc.pairs().len()];
        // The last ones are spread over a box around x⁰.
        for (k, start) in list[list.len().saturating_sub(count)..].iter().enumerate() {
            if self.counts().1 >= most {
                break;
            }
            let mut start = start.clone();
            // Every other start keeps variables that are sides, such as multipliers: which of them are small, hence the
            // nearest piece, would be chance.
            if k % 2 == 0 {
                for j in (0..start.len()).filter(|&j| is_side[j]) {
                    start[j] = x0[j];
                }
            }
            let choices = self.pieces.nearest(&start);
            self.piece(&start, &choices, BETTER);
            if self.pieces.solve(&start, &open) != Ended::Domain {
                let x = self.pieces.x().to_vec();
                let choices = self.pieces.nearest(&x);
                self.piece(&x, &choices, BETTER);
            }
            self.escape();
        }
        // A verdict of infeasibility is that of the search.
        self.is_doubtful = doubt;
    }

    /// No Hessian of a piece was seen to be indefinite, and the gradients of the rows are the same at two points.
    fn seems_convex(&self, x0: &[f64], x: &[f64]) -> bool {
        let gradients = |x: &[f64]| {
            let mut vals = vec![0.0; self.mpcc.jac_structure().nnz()];
            self.mpcc.jac_coord(x, &mut vals);
            vals
        };
        let (first, last) = (gradients(x0), gradients(x));
        let is_same = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-12 * (1.0 + a.abs());
        !self.pieces.is_curved() && first.iter().zip(&last).all(is_same)
    }

    fn is_no_better(&self, f: f64) -> bool {
        let margin = |best: f64| 1e-7 * (1.0 + best.abs());
        self.best
            .as_ref()
            .is_some_and(|best| f >= best.f - margin(best.f))
    }

    /// How the run ended.
    pub fn verdict(&self) -> Status {
        let stationary = self
            .check
            .as_ref()
            .is_some_and(LinearisedCheck::is_stationary);
        match &self.best {
            Some(_) if self.ended == Ended::Unbounded => Status::UnboundedObjective,
            Some(_) if stationary => Status::Optimal,
            Some(_) if self.ended == Ended::Diverging => Status::UnboundedIterates,
            Some(_) => Status::SubOptimal,
            None if !self.is_in_domain => Status::DomainError,
            None if self.is_doubtful || (self.nodes > 0 && !self.is_exhausted) => Status::Stalled,
            None => Status::Infeasible,
        }
    }

    /// Copies the best point, or the nearest one, into a state.
    pub fn fill(&self, state: &mut MpccState) {
        let Some(point) = self.best.as_ref().or(self.nearest.as_ref()) else {
            return;
        };
        // Derivatives that are not finite leave the state unknown, which is no success.
        let _ = crate::stationarity::fill(self.mpcc, &point.x, &self.options.linearised(), state);
    }
}
