//! BOBYQA as a solver under a stopping.

use nlp_model::Model;
use stopping::{Solver, State, Status, Stopping};

use super::ask::Bobyqa;
use super::options::Options;

/// The best point and what is known about it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SearchState {
    /// x (nvar).
    pub x: Vec<f64>,
    /// f(x), when an evaluation gave a number.
    pub value: Option<f64>,
    /// The smallest radius at which steps do not pay any more, when there is one.
    pub resolution: Option<f64>,
}

impl SearchState {
    /// A state at x, where nothing is known yet.
    pub fn new(x: &[f64]) -> Self {
        SearchState {
            x: x.to_vec(),
            value: None,
            resolution: None,
        }
    }
}

impl SearchState {
    /// A stopping from x that is content when the resolution is at most `tolerance`.
    pub fn stopping<'p>(x: &[f64], tolerance: f64) -> Stopping<dyn Model + 'p, SearchState> {
        let score = |_: &(dyn Model + 'p), state: &SearchState| state.resolution;
        Stopping::new(SearchState::new(x), score).with_tolerances(tolerance, 0.0)
    }
}

impl State for SearchState {
    fn point(&self) -> &[f64] {
        &self.x
    }
    fn objective(&self) -> Option<f64> {
        self.value
    }
}

/// BOBYQA on the objective and the bounds of a model, stopped from outside after each evaluation.
///
/// The natural score is the [`resolution`](SearchState::resolution), unknown until the first radius is done. A
/// run that ends by itself, for example because the final radius of the options is larger than the tolerance,
/// ends with a status that is no success. Misuse (constraints, options out of range) ends with
/// [`Status::Exception`].
///
/// ```
/// use dfo::bobyqa::{Options, Search, SearchState};
/// use nlp_model::{Meta, Model};
/// use stopping::{Solver, Status};
///
/// struct Valley(Meta);
/// impl Model for Valley {
///     fn meta(&self) -> &Meta { &self.0 }
///     fn obj(&self, x: &[f64]) -> f64 {
///         100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2)
///     }
///     fn cons(&self, _: &[f64], _: &mut [f64]) {}
/// }
/// let model = Valley(Meta::new("valley", 2, 0).variable_bounds(&[-2.0; 2], &[2.0; 2])?);
/// let mut stopping = SearchState::stopping(&[-1.2, 1.0], 1e-6);
/// let mut search = Search::new(Options { radius: 0.5, ..Options::default() });
/// assert_eq!(search.solve(&model, &mut stopping), Status::Optimal);
/// assert!(stopping.state.value.unwrap() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Search {
    options: Options,
}

impl Search {
    /// A solver with these options.
    pub fn new(options: Options) -> Self {
        Search { options }
    }
}

impl<'p> Solver<dyn Model + 'p, SearchState> for Search {
    fn solve(
        &mut self,
        model: &(dyn Model + 'p),
        stopping: &mut Stopping<dyn Model + 'p, SearchState>,
    ) -> Status {
        if let Some(status) = stopping.start(model) {
            return status;
        }
        let meta = model.meta();
        let x0 = &stopping.state.x;
        let Ok(mut run) = Bobyqa::new(x0, meta.lvar(), meta.uvar(), &self.options) else {
            return stopping.fail(Status::Exception);
        };
        if meta.ncon() > 0 {
            return stopping.fail(Status::Exception);
        }
        while let Some(x) = run.ask() {
            let value = model.obj(x);
            run.tell(value);
            let state = &mut stopping.state;
            if let Some((x, value)) = run.best() {
                state.x.copy_from_slice(x);
                state.value = Some(value);
            }
            state.resolution = run.resolution();
            if let Some(status) = stopping.stop(model) {
                return status;
            }
        }
        let status = run.status().map_or(Status::Stalled, Status::from);
        stopping.fail(status)
    }
}
