//! The algorithm from outside: ask for a point, tell its value.

use nlp_model::{check_bounds, check_length, check_point};

use super::frame::Frame;
use super::iterate::{End, Iteration, Pending};
use super::options::Options;
use super::points::Points;
use super::solution::{Solution, Status};
use crate::DfoError;

/// A value below −10⁵⁰ times the size of the first values ends the run.
const UNBOUNDED: f64 = 1e50;

/// What came of an evaluation. NaN and ±∞ are barriers: the point is as bad as any, and never the best.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Evaluation {
    /// A value.
    Value(f64),
    /// The objective has no value here, or none was found. A barrier, counted by itself.
    Failure,
    /// The user wants no more evaluations.
    Stop,
}

impl From<f64> for Evaluation {
    fn from(value: f64) -> Self {
        Evaluation::Value(value)
    }
}

impl From<Option<f64>> for Evaluation {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Evaluation::Failure, Evaluation::Value)
    }
}

impl<E> From<Result<f64, E>> for Evaluation {
    fn from(result: Result<f64, E>) -> Self {
        result.map_or(Evaluation::Failure, Evaluation::Value)
    }
}

/// BOBYQA as a state machine, driven from outside.
///
/// The point to evaluate next is [`ask`](Bobyqa::ask)ed for, its value is [`tell`](Bobyqa::tell)ed; between the two
/// the run may be copied, written (feature `serde`) and resumed elsewhere, with the same bits. Nothing is
/// allocated after construction.
///
/// ```
/// use dfo::bobyqa::{Bobyqa, Options};
///
/// let f = |x: &[f64]| (x[0] - 0.3).powi(2) + (x[1] + 2.0).powi(2);
/// let mut run = Bobyqa::new(&[0.0, 0.0], &[-1.0, -1.0], &[1.0, 1.0], &Options::default())?;
/// while let Some(x) = run.ask() {
///     let value = f(x);
///     run.tell(value);
/// }
/// let solution = run.solution();
/// assert!((solution.x[0] - 0.3).abs() < 1e-6 && solution.x[1] == -1.0);
/// # Ok::<(), dfo::DfoError>(())
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Bobyqa {
    frame: Frame,
    /// Nothing to iterate on when all variables are fixed.
    iteration: Option<Iteration>,
    #[cfg_attr(feature = "serde", serde(with = "super::exact::number"))]
    target: f64,
    max_evaluations: usize,
    status: Option<Status>,
    /// The point asked for (n), and work space for it.
    asked: Vec<f64>,
    y: Vec<f64>,
    z: Vec<f64>,
    /// The best point (n), the start when there is none.
    x: Vec<f64>,
    #[cfg_attr(feature = "serde", serde(with = "super::exact::number"))]
    value: f64,
    /// The largest value so far.
    #[cfg_attr(feature = "serde", serde(with = "super::exact::number"))]
    largest: f64,
    /// The largest modulus of the first values.
    magnitude: f64,
    first_radius: f64,
    evaluations: usize,
    barriers: usize,
    failures: usize,
}

impl Bobyqa {
    /// A run from `x0` (n), projected on the box `lower ≤ x ≤ upper` (n each, infinite when absent).
    ///
    /// A start nearer than ρ_beg to a bound, but not on it, is moved to the distance ρ_beg.
    ///
    /// # Errors
    /// [`DfoError`] on wrong lengths, contradictory bounds or bounds that are NaN, a start that is not finite,
    /// and options out of range.
    pub fn new(
        x0: &[f64],
        lower: &[f64],
        upper: &[f64],
        options: &Options,
    ) -> Result<Self, DfoError> {
        let n = x0.len();
        check_length("lower", lower, n)?;
        check_length("upper", upper, n)?;
        check_bounds("bounds", lower, upper)?;
        check_point("x0", x0, n)?;
        options.check(n)?;
        let bounds = lower.iter().zip(upper);
        let x: Vec<f64> = x0
            .iter()
            .zip(bounds)
            .map(|(x, (&l, &u))| x.clamp(l, u))
            .collect();
        let frame = Frame::new(lower, upper, options)?;
        let free = frame.n();
        let mut z = vec![0.0; free];
        frame.enter(&x, &mut z);
        let iteration = if free == 0 {
            None
        } else {
            let (rho, m) = (options.radius, options.count(free)?);
            let points = Points::new(&z, &frame.zl, &frame.zu, rho, m);
            Some(Iteration::new(points, options))
        };
        let mut run = Bobyqa {
            frame,
            iteration,
            target: options.target,
            max_evaluations: options.max_evaluations,
            status: None,
            asked: x.clone(),
            y: vec![0.0; free],
            z,
            x,
            value: f64::INFINITY,
            largest: f64::NEG_INFINITY,
            magnitude: 0.0,
            first_radius: options.radius,
            evaluations: 0,
            barriers: 0,
            failures: 0,
        };
        run.prepare();
        Ok(run)
    }

    /// The point to be evaluated next, inside of the bounds; `None` when the run is over.
    pub fn ask(&self) -> Option<&[f64]> {
        self.status.is_none().then_some(self.asked.as_slice())
    }

    /// All points whose values are wanted now, the one of [`ask`](Bobyqa::ask) first; their values are to be told
    /// in this order. Several during the initial design, which may so be evaluated in parallel, else one.
    pub fn ask_all(&self) -> Vec<Vec<f64>> {
        let Some(first) = self.ask() else {
            return Vec::new();
        };
        let mut all = vec![first.to_vec()];
        let mut probe = self.clone();
        if let Some(iteration) = &self.iteration
            && iteration.pending == Pending::Design
        {
            let left = self.max_evaluations - self.evaluations;
            for k in 1..iteration.design.waiting().min(left) {
                probe.prepare_design(k);
                all.push(probe.asked.clone());
            }
        }
        all
    }

    /// The result at the point asked for.
    pub fn tell(&mut self, evaluation: impl Into<Evaluation>) {
        if self.status.is_some() {
            return;
        }
        let value = match evaluation.into() {
            Evaluation::Value(value) => value,
            Evaluation::Failure => {
                self.failures += 1;
                f64::NAN
            }
            Evaluation::Stop => return self.cancel(),
        };
        self.evaluations += 1;
        if value.is_finite() {
            self.note(value);
        } else {
            self.barriers += 1;
        }
        self.status = self.advance(value);
        tracing::trace!(value, evaluations = self.evaluations, "evaluation");
        match self.status {
            None => self.prepare(),
            Some(status) => tracing::debug!(
                value = self.value,
                evaluations = self.evaluations,
                %status,
                "BOBYQA"
            ),
        }
    }

    /// A value known from elsewhere: the point `x` enters the interpolation set when that is stable. True when it
    /// does; another point may then be asked for. Before the initial design is complete it can only become the
    /// best point.
    ///
    /// # Errors
    /// [`DfoError`] when the point has the wrong length, is not finite or lies outside of the bounds.
    pub fn offer(&mut self, x: &[f64], value: f64) -> Result<bool, DfoError> {
        check_point("x", x, self.x.len())?;
        self.frame.check(x)?;
        if self.status.is_some() || !value.is_finite() {
            return Ok(false);
        }
        self.asked.copy_from_slice(x);
        self.note(value);
        self.frame.enter(x, &mut self.z);
        let z = &self.z;
        let entered = match &mut self.iteration {
            Some(iteration) => iteration.offer(z, value),
            None => false,
        };
        self.prepare();
        Ok(entered)
    }

    /// Ends the run.
    pub fn cancel(&mut self) {
        self.status.get_or_insert(Status::Cancelled);
    }

    /// How the run ended; `None` while it goes on.
    pub fn status(&self) -> Option<Status> {
        self.status
    }

    /// The best point and its value; `None` before the first finite value.
    pub fn best(&self) -> Option<(&[f64], f64)> {
        self.value.is_finite().then_some((&self.x, self.value))
    }

    /// Evaluations so far.
    pub fn evaluations(&self) -> usize {
        self.evaluations
    }

    /// ρ, the present resolution; it never increases, but for objectives with an error.
    pub fn radius(&self) -> f64 {
        self.iteration.as_ref().map_or(0.0, |it| it.rho)
    }

    /// The smallest ρ at which steps do not pay any more; `None` before the first one.
    pub fn resolution(&self) -> Option<f64> {
        self.iteration.as_ref().and_then(|it| it.done)
    }

    /// What is known now.
    pub fn solution(&self) -> Solution {
        Solution {
            x: self.x.clone(),
            value: self.best().map_or(f64::NAN, |(_, value)| value),
            status: self.status.unwrap_or(Status::Cancelled),
            evaluations: self.evaluations,
            barriers: self.barriers - self.failures,
            failures: self.failures,
            first_radius: self.first_radius,
            radius: self.radius(),
        }
    }

    /// Keeps the point asked for when it is the best one.
    fn note(&mut self, value: f64) {
        if value < self.value {
            self.value = value;
            self.x.copy_from_slice(&self.asked);
        }
        self.largest = self.largest.max(value);
        if self.iteration.as_ref().is_some_and(Iteration::is_designing) {
            self.magnitude = self.magnitude.max(value.abs());
        }
    }

    /// Hands the value to the iteration; says whether and why the run ends.
    fn advance(&mut self, value: f64) -> Option<Status> {
        let is_finite = value.is_finite();
        if is_finite && value <= self.target {
            return Some(Status::TargetReached);
        }
        if is_finite && value < -UNBOUNDED * self.magnitude.max(1.0) {
            return Some(Status::Unbounded);
        }
        let Some(iteration) = &mut self.iteration else {
            return Some(if is_finite {
                Status::SmallRadius
            } else {
                Status::NoFiniteValue
            });
        };
        let was_designing = iteration.is_designing();
        iteration.tell(if is_finite { value } else { f64::INFINITY });
        if was_designing && !iteration.is_designing() {
            if self.value == f64::INFINITY {
                return Some(Status::NoFiniteValue);
            }
            if let Some(enlarged) = iteration.enlarged(&self.frame.zl, &self.frame.zu) {
                tracing::debug!(radius = enlarged.rho, "first radius lost in the error");
                self.first_radius = enlarged.rho;
                *iteration = enlarged;
            }
        }
        let is_constant = self.largest == self.value && self.barriers == 0;
        match iteration.pending {
            Pending::Nothing(_) if is_constant => Some(Status::Constant),
            Pending::Nothing(End::SmallRadius) => Some(Status::SmallRadius),
            Pending::Nothing(End::Accuracy) => Some(Status::AccuracyReached),
            Pending::Nothing(End::Rounding) => Some(Status::DamagedByRounding),
            _ if self.evaluations >= self.max_evaluations => Some(Status::EvaluationLimit),
            _ => None,
        }
    }

    /// Writes the point to be asked for.
    fn prepare(&mut self) {
        if let Some(iteration) = &self.iteration {
            iteration.read_pending(&mut self.y);
            iteration.points.place(&self.y, &mut self.z);
            self.frame.leave(&self.z, &mut self.asked);
        }
    }

    /// The same for the k-th point of the design after the pending one.
    fn prepare_design(&mut self, k: usize) {
        if let Some(iteration) = &self.iteration {
            iteration.read_design(k, &mut self.y);
            iteration.points.place(&self.y, &mut self.z);
            self.frame.leave(&self.z, &mut self.asked);
        }
    }
}
